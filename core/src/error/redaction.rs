//! What an error takes over from an answer, and how it is blanked.

use crate::excerpt::shortened;
use crate::redact::{Quote, Redactor};
use crate::secret::{Secret, replace};

use super::{Error, LONGEST_MESSAGE};

impl Error {
    /// Adds the beginning of an answer to the message, as soon as it is known what is secret: see
    /// [`redacted`](Self::redacted).
    #[must_use]
    pub(crate) fn quoting(mut self, words_before: &'static str, body: &[u8]) -> Self {
        self.0.quote = Some((words_before, Quote::of(body)));
        self
    }

    /// Says instead of the message, as soon as it is known what is secret, this one that quotes an answer: see
    /// [`redacted`](Self::redacted). It is held uncut, or a secret might be cut in two and not be told any more.
    #[must_use]
    pub(crate) fn repeating(mut self, message: String) -> Self {
        self.0.repeated = Some(Secret::new(message));
        self
    }

    /// Leaves out what the message was still to quote of an answer that could not be read.
    #[must_use]
    pub(crate) fn without_quote(mut self) -> Self {
        self.0.quote = None;
        self
    }

    /// Leaves out all that an answer says, for these words.
    #[must_use]
    pub(crate) fn in_own_words(mut self, message: &str) -> Self {
        replace(&mut self.0.message, message.to_owned());
        self.0.errors.clear();
        self.0.repeated = None;
        self.without_quote()
    }

    /// Blanks what is secret in all texts that may be another's, and quotes what is still to be quoted. Once more
    /// changes nothing.
    #[must_use]
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        let detail = &mut *self.0;
        let message = match detail.repeated.take() {
            Some(repeated) => shortened(redactor.blank(repeated.expose()), LONGEST_MESSAGE),
            None => redactor.blank(&detail.message),
        };
        replace(&mut detail.message, message);
        if let Some((words_before, quote)) = detail.quote.take() {
            detail.message.push_str(words_before);
            detail.message.push_str(&quote.shown(redactor));
        }
        let errors = detail.errors.iter_mut().flat_map(|error| [&mut error.code, &mut error.message]);
        let url = detail.request.iter_mut().map(|request| &mut request.url);
        for text in errors.chain(url).chain(&mut detail.location) {
            let blanked = redactor.blank(text);
            replace(text, blanked);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, ServerError};

    #[test]
    fn an_error_has_a_thousand_entries_at_most() {
        let entry = ServerError { code: "CMNC-001".to_owned(), message: String::new() };
        let error = Error::new(Kind::Rejected, "it was refused").with_errors(vec![entry; 1_001]);
        assert_eq!(error.errors().len(), 1_000);
    }

    #[test]
    fn what_is_repeated_is_blanked_before_it_is_cut() {
        /// Where a long message is cut: a quarter of what is kept of it is its end.
        const CUT: usize = LONGEST_MESSAGE / 4 * 3;
        let redactor = Redactor::new(["Xq7Wz9Kv3Lm"]);
        for before in CUT - 25..CUT + 25 {
            for behind in [0, 1_900, 4_000] {
                let message = format!("{}Xq7Wz9Kv3Lm{}", ".".repeat(before), ".".repeat(behind));
                let error = Error::new(Kind::Rejected, "it was refused").repeating(message);
                assert_eq!(error.message(), "it was refused");
                assert!(!format!("{error:?}").contains("Xq7"), "{error:?}");
                let error = error.redacted(&redactor);
                let shown = error.message();
                assert!(shown.len() <= LONGEST_MESSAGE + 40 && !shown.contains("Xq7"), "{before}: {shown}");
                assert!(!shown.contains("3Lm"), "{before}: {shown}");
                assert!(error.clone().redacted(&redactor) == error, "{before}");
            }
        }
    }
}
