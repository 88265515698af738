//! Seeded randomness for back-off. The generator is pinned (PCG XSH RR 64/32), so that equal seeds give
//! equal delays on every host and in every version.

use rand_pcg::{Pcg32, rand_core::Rng};

/// A stream of delays.
#[derive(Clone, Debug)]
pub(crate) struct Jitter(Pcg32);

impl Jitter {
    /// The stream of one call of one client.
    pub(crate) fn new(seed: u64, call: u64) -> Self {
        Self(Pcg32::new(seed, call))
    }

    /// A number from 0 to `limit`, both included.
    pub(crate) fn up_to(&mut self, limit: u64) -> u64 {
        let scaled = u128::from(self.0.next_u64()) * (u128::from(limit) + 1);
        (scaled >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_pinned_and_bounded() {
        let mut jitter = Jitter::new(1, 1);
        let drawn: Vec<u64> = (0..4).map(|_| jitter.up_to(1_000)).collect();
        let mut again = Jitter::new(1, 1);
        assert_eq!(drawn, (0..4).map(|_| again.up_to(1_000)).collect::<Vec<_>>());
        assert!((0..1_000).all(|_| jitter.up_to(7) <= 7));
        assert_eq!(jitter.up_to(0), 0);
    }
}
