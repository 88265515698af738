//! Where a seed's luck comes from: one pinned generator, so that a seed is the same on every machine.

use rand_pcg::{Pcg32, rand_core::Rng};

/// A stream of draws.
pub(crate) struct Draw(Pcg32);

impl Draw {
    /// The stream of a seed and a topic, which does not shift when another topic draws more.
    pub(crate) fn new(seed: u64, topic: u64) -> Self {
        Self(Pcg32::new(seed, topic))
    }

    /// A number from 0 to below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// A number between two, both included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// Whether something of that likelihood, in a thousand, happens.
    pub(crate) fn happens(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}
