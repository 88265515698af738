//! Bits in Arrow's order.

/// A row of bits, least significant bit of each byte first, as Arrow lays out validity and booleans.
/// Bits beyond the length are zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap {
    bytes: Vec<u8>,
    length: usize,
}

impl Bitmap {
    /// How many bits there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bit at `index`; `false` beyond the end.
    pub fn get(&self, index: usize) -> bool {
        self.bytes.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
    }

    /// The bytes, `len().div_ceil(8)` of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes themselves, for a hand-over without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bits are set.
    pub fn count_ones(&self) -> usize {
        self.bytes.iter().map(|byte| byte.count_ones() as usize).sum()
    }

    /// Appends one bit.
    #[inline]
    pub(super) fn push(&mut self, bit: bool) {
        let within = self.length % 8;
        if within == 0 {
            self.bytes.push(u8::from(bit));
        } else if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << within;
        }
        self.length += 1;
    }

    /// Keeps the bits whose place in `keep` is true.
    pub(super) fn filtered(&self, keep: &[bool]) -> Self {
        let mut kept = Self::default();
        for (index, _) in keep.iter().enumerate().filter(|(_, keep)| **keep) {
            kept.push(self.get(index));
        }
        kept
    }
}

/// Which rows of a column are null, while the column grows. Costs nothing until the first null.
#[derive(Debug, Default)]
pub(super) struct Nulls {
    /// A set bit for each row that is not null; too short by the rows after the last null.
    bytes: Vec<u8>,
}

impl Nulls {
    /// Marks one row; rows are marked in rising order. `expected_rows` only sizes the buffer.
    #[inline]
    pub(super) fn mark(&mut self, row: usize, expected_rows: usize) {
        if self.bytes.len() <= row / 8 {
            if self.bytes.is_empty() {
                self.bytes.reserve(expected_rows.div_ceil(8));
            }
            self.bytes.resize(row / 8 + 1, 0xff);
        }
        if let Some(byte) = self.bytes.get_mut(row / 8) {
            *byte &= !(1 << (row % 8));
        }
    }

    /// Whether a row is marked.
    pub(super) fn is_marked(&self, row: usize) -> bool {
        self.bytes.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 0)
    }

    /// Marks every row before `row`.
    pub(super) fn mark_all_before(&mut self, row: usize, expected_rows: usize) {
        self.bytes.clear();
        self.bytes.reserve(expected_rows.max(row).div_ceil(8));
        self.bytes.resize(row / 8, 0);
        (row / 8 * 8..row).for_each(|row| self.mark(row, expected_rows));
    }

    /// The validity of so many rows; `None` when none of them is null.
    pub(super) fn finish(mut self, rows: usize) -> Option<Bitmap> {
        if self.bytes.is_empty() {
            return None;
        }
        self.bytes.resize(rows.div_ceil(8), 0xff);
        if let Some(last) = self.bytes.last_mut().filter(|_| !rows.is_multiple_of(8)) {
            *last &= (1 << (rows % 8)) - 1;
        }
        Some(Bitmap { bytes: self.bytes, length: rows })
    }
}

#[cfg(test)]
mod tests {
    use super::{Bitmap, Nulls};

    #[test]
    fn nulls_become_zero_bits() {
        for rows in 1..40 {
            for leading in 0..=rows {
                for marked in leading..rows {
                    let mut nulls = Nulls::default();
                    nulls.mark_all_before(leading, rows);
                    nulls.mark(marked, rows);
                    let mut expected = Bitmap::default();
                    (0..rows).for_each(|row| expected.push(row >= leading && row != marked));
                    assert_eq!(nulls.finish(rows), Some(expected), "{leading} and {marked} of {rows}");
                }
            }
            assert_eq!(Nulls::default().finish(rows), None);
        }
    }

    #[test]
    fn bits_lie_least_significant_first() {
        let mut bitmap = Bitmap::default();
        for index in 0..11 {
            bitmap.push(index % 3 == 0);
        }
        assert_eq!(bitmap.as_bytes(), [0b0100_1001, 0b0000_0010]);
        assert_eq!(bitmap.count_ones(), 4);
        assert!(bitmap.get(9) && !bitmap.get(10) && !bitmap.get(500));
    }
}
