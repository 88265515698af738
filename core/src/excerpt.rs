//! Wrong text as errors show it.

use std::fmt;

use zeroize::Zeroize;

use crate::secret::written;

/// How many characters of wrong text are shown.
const SHOWN: usize = 32;

/// The beginning of the text, quoted and escaped, so that an error stays readable whatever came in.
pub(crate) fn excerpt(text: &str) -> impl fmt::Display + '_ {
    Excerpt(text)
}

/// A text of about so many bytes at most: of a longer one the middle is left out, since what was expected stands at
/// its end. What is cut is not told to be secret any more: blank another's text first. The longer one is wiped.
pub(crate) fn shortened(mut text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let head = text.floor_char_boundary(most / 4 * 3);
    let tail = text.ceil_char_boundary(text.len() - most / 4);
    let short = written(format_args!("{} [{} bytes left out] {}", &text[..head], tail - head, &text[tail..]));
    text.zeroize();
    short
}

/// Names as an error lists them: `a, b`, or `none`.
pub(crate) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_between_characters() {
        assert_eq!(shortened("abc".to_owned(), 3), "abc");
        assert_eq!(shortened("0123456789".to_owned(), 8), "012345 [2 bytes left out] 89");
        for most in 4..40 {
            let short = shortened("€".repeat(50), most);
            assert!(short.len() < most + 30 && short.contains(" bytes left out] "), "{short}");
        }
    }
}
