//! Wrong text as errors show it.

use std::fmt;

/// How many characters of wrong text are shown.
const SHOWN: usize = 32;

/// The beginning of the text, quoted and escaped, so that an error stays readable whatever came in.
pub(crate) fn excerpt(text: &str) -> impl fmt::Display + '_ {
    Excerpt(text)
}

struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("the end of the text");
        }
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(formatter, "{:?} and more", &self.0[..end]),
            None => write!(formatter, "{:?}", self.0),
        }
    }
}
