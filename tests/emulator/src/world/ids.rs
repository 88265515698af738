//! Which ids exist.

use serde::{Deserialize, Serialize};

use super::random::{Draw, Topic};

/// Ids in ascending order, with gaps where records were deleted. An id is never given out twice.
#[derive(Debug)]
pub(crate) struct Ids {
    existing: Vec<u32>,
    next: u32,
}

/// Which ids came and went since the emulator was made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct IdChanges {
    /// Ascending.
    created: Vec<u32>,
    removed: Vec<u32>,
    next: u32,
}

/// More ids than an account gives out: a state that has greater ones was altered.
const HIGHEST: u32 = 1 << 30;

impl IdChanges {
    /// Whether these ids can have been written down by [`Ids::changes_since`].
    pub(crate) fn is_plausible(&self) -> bool {
        let lists = [&self.created, &self.removed];
        self.next <= HIGHEST
            && lists.iter().all(|ids| {
                ids.is_sorted_by(|one, next| one < next) && ids.last().is_none_or(|last| *last < HIGHEST)
            })
    }
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

    /// How these ids differ from those of a new world.
    pub(crate) fn changes_since(&self, fresh: &Ids) -> IdChanges {
        let missing = |from: &Ids, other: &Ids| {
            from.existing.iter().copied().filter(|id| !other.contains(*id)).collect()
        };
        IdChanges { created: missing(self, fresh), removed: missing(fresh, self), next: self.next }
    }

    /// Makes a new world's ids what they were when they were saved.
    pub(crate) fn apply(&mut self, changes: &IdChanges) {
        for id in &changes.removed {
            self.remove(*id);
        }
        for id in &changes.created {
            self.restore(*id);
        }
        // The last ids given out may have been deleted since, and are not used again.
        self.next = self.next.max(changes.next);
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

    #[test]
    fn changes_survive_being_written_down() {
        let fresh = Ids::with_gaps(3, Topic::OrderIds, 1, 50);
        let mut ids = Ids::with_gaps(3, Topic::OrderIds, 1, 50);
        let (first, last) = (ids.add(), {
            ids.add();
            ids.add()
        });
        ids.remove(last);
        ids.remove(2);
        let written = serde_json::to_string(&ids.changes_since(&fresh)).unwrap();
        let mut read = fresh;
        read.apply(&serde_json::from_str(&written).unwrap());
        assert_eq!((read.as_slice(), read.next()), (ids.as_slice(), last + 1));
        assert!(read.contains(first) && !read.contains(2));
    }
}
