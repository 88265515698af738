//! Many texts in one buffer.

/// One long text at the beginning does not mean that all the others are as long.
const MOST_EXPECTED_LENGTH: usize = 32;

/// Texts one after the other in one UTF-8 buffer, with the place where each one ends: Arrow's `Utf8`
/// layout. There is one more offset than there are texts; text `n` is `offsets[n]..offsets[n + 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    offsets: Vec<i32>,
    buffer: String,
}

impl Default for Text {
    fn default() -> Self {
        Self { offsets: vec![0], buffer: String::new() }
    }
}

impl Text {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text at `index`; empty beyond the end.
    pub fn get(&self, index: usize) -> &str {
        let bounds = (self.offsets.get(index), self.offsets.get(index + 1));
        let (Some(&start), Some(&end)) = bounds else { return "" };
        self.buffer.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Every text, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The offsets: `len() + 1` of them, the first 0, never falling.
    pub fn offsets(&self) -> &[i32] {
        &self.offsets
    }

    /// All texts, one after the other.
    pub fn buffer(&self) -> &str {
        &self.buffer
    }

    /// The offsets and the UTF-8 buffer themselves, for a hand-over without a copy.
    pub fn into_parts(self) -> (Vec<i32>, Vec<u8>) {
        (self.offsets, self.buffer.into_bytes())
    }

    pub(super) fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, buffer: String::with_capacity(bytes) }
    }

    /// Makes room for so many more texts of the length of those that are there.
    pub(super) fn reserve(&mut self, more: usize) {
        let average = self.buffer.len() / self.len().max(1);
        self.offsets.reserve_exact(more);
        self.buffer.reserve(average.min(MOST_EXPECTED_LENGTH) * more);
    }

    /// Gives back room that was not needed, when it is much.
    pub(super) fn trim(&mut self) {
        if self.buffer.capacity() - self.buffer.len() > self.buffer.len() / 4 {
            self.buffer.shrink_to_fit();
        }
        if self.offsets.capacity() - self.offsets.len() > self.offsets.len() / 4 {
            self.offsets.shrink_to_fit();
        }
    }

    /// Appends one text. The decoder refuses bodies beyond 2 GiB, and no text grows on its way from the
    /// body, so the offset fits.
    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.offsets.push(self.buffer.len() as i32);
    }

    /// Appends empty texts until there are `length`.
    pub(super) fn extend_to(&mut self, length: usize) {
        self.offsets.resize(length + 1, self.buffer.len() as i32);
    }

    /// Appends one text that `write` spells.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.buffer);
        self.offsets.push(self.buffer.len() as i32);
    }

    /// Keeps the texts whose place in `keep` is true.
    pub(super) fn filtered(&self, keep: &[bool]) -> Self {
        let mut kept = Self::with_capacity(keep.len(), self.buffer.len());
        for (index, _) in keep.iter().enumerate().filter(|(_, keep)| **keep) {
            kept.push(self.get(index));
        }
        kept
    }
}
