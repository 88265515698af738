//! Parts of answers, as errors show them.

use std::fmt;

use zeroize::Zeroizing;

use super::{BLANK, Redactor};

/// How many characters are shown. Long enough to recognise a proxy's page.
const SHOWN: usize = 60;

/// The most bytes that are kept until it is known what is secret in them.
const KEPT: usize = 64 << 10;

/// The beginning of an answer that an error is to show. It can be seen through a [`Redactor`] only: what is cut before
/// it is blanked may end within a secret, which nothing recognises any more.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Quote {
    kept: Zeroizing<Vec<u8>>,
    length: usize,
}

impl Quote {
    pub(crate) fn of(body: &[u8]) -> Self {
        Self { kept: Zeroizing::new(body[..body.len().min(KEPT)].to_vec()), length: body.len() }
    }

    /// The beginning, quoted, without the secrets.
    pub(crate) fn shown(&self, redactor: &Redactor) -> String {
        if self.length == 0 {
            return "an empty body".to_owned();
        }
        // Enough to fill what is shown, were it blanked again and again.
        let looked_at = self.kept.len().min(SHOWN * 16 + redactor.longest_echo.saturating_mul(8));
        let is_whole = looked_at == self.length;
        let text = readable(&self.kept[..looked_at]);
        // Behind this place a secret may begin whose end is not here.
        let certain = if is_whole { text.len() } else { text.len().saturating_sub(redactor.longest_echo) };
        let mut shown = String::new();
        let mut room = SHOWN;
        let mut at = 0;
        let mut marks = redactor.marks(&text, is_whole).into_iter().peekable();
        while room > 0 && at < certain {
            if let Some(mark) = marks.next_if(|mark| mark.start <= at) {
                shown.push_str(BLANK);
                room = room.saturating_sub(BLANK.len());
                at = mark.end;
            } else if let Some(next) = text[at..].chars().next() {
                shown.push(next);
                room -= 1;
                at += next.len_utf8();
            } else {
                break;
            }
        }
        if at < text.len() || !is_whole {
            shown.push('…');
        }
        format!("{shown:?}")
    }
}

/// The text, with a mark for what is not UTF-8. It has room for all marks, since a text that grows leaves a copy
/// behind.
fn readable(bytes: &[u8]) -> Zeroizing<String> {
    let mut text =
        Zeroizing::new(String::with_capacity(bytes.len() * char::REPLACEMENT_CHARACTER.len_utf8()));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// Shows nothing: it is not blanked yet.
impl fmt::Debug for Quote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[held back]")
    }
}
