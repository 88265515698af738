//! What is written of one record, in memory that is used for the next one.

use std::cell::Cell;
use std::ops::Deref;

thread_local! {
    /// The memory for the text of the next record: those of many records are about as long.
    static SPARE: Cell<String> = const { Cell::new(String::new()) };
}

/// The most bytes for which memory is kept.
const MOST_SPARE: usize = 1 << 18;

/// A body but for its holes. Its memory is kept for the next one.
#[derive(Clone, Debug)]
pub(super) struct BodyText(String);

impl BodyText {
    /// An empty text with room for so many bytes.
    pub(super) fn begun(room: usize) -> String {
        let mut text = SPARE.try_with(Cell::take).unwrap_or_default();
        text.clear();
        text.reserve(room);
        text
    }

    pub(super) fn of(text: String) -> Self {
        Self(text)
    }
}

impl Drop for BodyText {
    fn drop(&mut self) {
        let text = std::mem::take(&mut self.0);
        if (1..=MOST_SPARE).contains(&text.capacity()) {
            // A thread that ends keeps nothing.
            let _ = SPARE.try_with(|spare| spare.set(text));
        }
    }
}

impl Deref for BodyText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
