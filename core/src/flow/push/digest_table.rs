//! Tables of millions of rows in little memory. What a row is about is known by its digest, and rows stand close
//! together, in the order of their digests.

use std::mem;

use sha2::{Digest as _, Sha256};

/// So much of a digest that two texts never have the same by chance: of a million, one time in 10¹⁷.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Digest([u8; 12]);

impl Digest {
    pub(super) fn of(bytes: impl AsRef<[u8]>) -> Self {
        let whole = Sha256::digest(bytes.as_ref());
        let mut short = [0; 12];
        short.copy_from_slice(&whole[..12]);
        Self(short)
    }

    /// Its first bits.
    fn bits(self, count: u32) -> usize {
        let first = u32::from_be_bytes([self.0[0], self.0[1], self.0[2], self.0[3]]);
        first.checked_shr(u32::BITS - count).unwrap_or_default() as usize
    }
}

/// The most rows that a shelf has on average: more of them would take long to move.
const ROWS_OF_A_SHELF: usize = 512;

/// Values by digests.
#[derive(Debug)]
pub(super) struct DigestTable<V> {
    /// Two to the power of `bits` of them, each in the order of its digests. A shelf grows by an eighth, so that little
    /// stays empty.
    shelves: Vec<Vec<(Digest, V)>>,
    bits: u32,
    count: usize,
}

impl<V> Default for DigestTable<V> {
    fn default() -> Self {
        Self { shelves: vec![Vec::new()], bits: 0, count: 0 }
    }
}

impl<V: Copy> DigestTable<V> {
    pub(super) fn get(&self, digest: Digest) -> Option<V> {
        let shelf = &self.shelves[digest.bits(self.bits)];
        let place = shelf.binary_search_by_key(&digest, |row| row.0).ok()?;
        Some(shelf[place].1)
    }

    /// The value of that digest, to be changed.
    pub(super) fn get_mut(&mut self, digest: Digest) -> Option<&mut V> {
        let shelf = &mut self.shelves[digest.bits(self.bits)];
        let place = shelf.binary_search_by_key(&digest, |row| row.0).ok()?;
        Some(&mut shelf[place].1)
    }

    /// Puts a value in, and says which one was there before.
    pub(super) fn insert(&mut self, digest: Digest, value: V) -> Option<V> {
        let shelf = &mut self.shelves[digest.bits(self.bits)];
        match shelf.binary_search_by_key(&digest, |row| row.0) {
            Ok(place) => Some(mem::replace(&mut shelf[place].1, value)),
            Err(place) => {
                if shelf.len() == shelf.capacity() {
                    shelf.reserve_exact(shelf.len() / 8 + 4);
                }
                shelf.insert(place, (digest, value));
                self.count += 1;
                if self.count > self.shelves.len() * ROWS_OF_A_SHELF {
                    self.split();
                }
                None
            }
        }
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, digest: Digest) -> Option<V> {
        let shelf = &mut self.shelves[digest.bits(self.bits)];
        let place = shelf.binary_search_by_key(&digest, |row| row.0).ok()?;
        self.count -= 1;
        Some(shelf.remove(place).1)
    }

    /// Every value, in the order of the digests.
    pub(super) fn values(&self) -> impl Iterator<Item = V> {
        self.shelves.iter().flatten().map(|row| row.1)
    }

    /// Makes two shelves of each.
    fn split(&mut self) {
        self.bits += 1;
        let shelves = mem::take(&mut self.shelves);
        self.shelves.reserve_exact(shelves.len() * 2);
        for mut lower in shelves {
            let half = lower.partition_point(|row| row.0.bits(self.bits) % 2 == 0);
            let upper = lower.split_off(half);
            lower.shrink_to_fit();
            self.shelves.extend([lower, upper]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_what_was_put_in_last() {
        let mut table = DigestTable::default();
        let digest = |number: u32| Digest::of(number.to_be_bytes());
        for number in 0..20_000_u32 {
            assert_eq!(table.insert(digest(number), number), None);
        }
        assert_eq!(table.insert(digest(7), 70), Some(7));
        assert_eq!((table.get(digest(7)), table.get(digest(20_000))), (Some(70), None));
        assert_eq!(
            (table.remove(digest(7)), table.remove(digest(7)), table.get(digest(7))),
            (Some(70), None, None)
        );
        assert_eq!(table.insert(digest(7), 7), None);
        *table.get_mut(digest(8)).unwrap() = 80;
        assert_eq!(table.get(digest(8)), Some(80));
        assert!((9..20_000).all(|number| table.get(digest(number)) == Some(number)));
        assert_eq!(table.values().count(), 20_000);
        assert!(
            table.shelves.len() > 16 && table.shelves.is_sorted_by(|one, other| one.last() < other.last())
        );
    }

    #[test]
    fn little_of_a_table_stays_empty() {
        let mut table = DigestTable::default();
        for number in 0..100_000_u32 {
            table.insert(Digest::of(number.to_be_bytes()), [0_u8; 13]);
        }
        let room: usize = table.shelves.iter().map(Vec::capacity).sum();
        assert!(room < 112_000, "{room}");
        assert_eq!(size_of::<(Digest, [u8; 13])>(), 25);
    }
}
