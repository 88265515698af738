//! What an error takes over from an answer, and how it is blanked.

use crate::redact::{Quote, Redactor};
use crate::secret::replace;

use super::Error;

impl Error {
    /// Adds the beginning of an answer to the message, as soon as it is known what is secret: see
    /// [`redacted`](Self::redacted).
    #[must_use]
    pub(crate) fn quoting(mut self, words_before: &'static str, body: &[u8]) -> Self {
        self.0.quote = Some((words_before, Quote::of(body)));
        self
    }

    /// Leaves out what the message was still to quote.
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
        self.without_quote()
    }

    /// Blanks what is secret in all texts that may be another's, and quotes what is still to be quoted. Once more
    /// changes nothing.
    #[must_use]
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        let detail = &mut *self.0;
        let message = redactor.blank(&detail.message);
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
