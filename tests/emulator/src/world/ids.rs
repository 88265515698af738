//! Which ids exist.

use super::random::{Draw, Topic};

/// Ids in ascending order, with gaps where records were deleted. An id is never given out twice.
#[derive(Debug)]
pub(crate) struct Ids {
    existing: Vec<u32>,
    next: u32,
}

impl Ids {
    /// So many ids from `first` on. About one in thirty has been deleted.
    pub(crate) fn with_gaps(seed: u64, topic: Topic, first: u32, count: u32) -> Self {
        let mut existing = Vec::with_capacity(count as usize);
        let mut next = first;
        while existing.len() < count as usize {
            // The first two stay: a newcomer's first request finds something, and there is always one
            // customer and one supplier.
            if next <= first + 1 || !Draw::new(seed, topic, u64::from(next)).chance(33) {
                existing.push(next);
            }
            next += 1;
        }
        Self { existing, next }
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        &self.existing
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.existing.binary_search(&id).is_ok()
    }

    /// Gives a new record its id.
    pub(crate) fn add(&mut self) -> u32 {
        let id = self.next;
        self.existing.push(id);
        self.next += 1;
        id
    }

    /// Takes out the id of a deleted record, for good.
    pub(crate) fn remove(&mut self, id: u32) {
        if let Ok(index) = self.existing.binary_search(&id) {
            self.existing.remove(index);
        }
    }

    /// Puts back an id that was given out before the emulator's state was saved; ids must come ascending.
    pub(crate) fn restore(&mut self, id: u32) {
        if let Err(index) = self.existing.binary_search(&id) {
            self.existing.insert(index, id);
            self.next = self.next.max(id + 1);
        }
    }

    /// The id that the next new record would get.
    pub(crate) fn next(&self) -> u32 {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_ascending_ids_with_gaps() {
        let ids = Ids::with_gaps(3, Topic::OrderIds, 1, 1_000);
        assert_eq!(ids.as_slice().len(), 1_000);
        assert!(ids.as_slice().windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(ids.as_slice()[0], 1);
        assert!(ids.next() > 1_010, "{}", ids.next());
        assert!(ids.contains(1) && !ids.contains(ids.next()));
    }
}
