//! The two times that there are: the host's, and the engine's own, which is made of it and never runs backwards.

/// Regressions up to this many milliseconds are jitter between threads; anything larger is a clock that
/// was set back.
const JITTER: u64 = 1_000;

/// What a host says that it is now: milliseconds since the Unix epoch, which may jump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HostTime(u64);

impl HostTime {
    pub(crate) const fn new(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the Unix epoch, as hosts take them.
    pub(crate) const fn milliseconds(self) -> u64 {
        self.0
    }

    /// So many milliseconds later.
    pub(crate) fn after(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// How many milliseconds have passed since an earlier time; 0 when that is later.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A moment on an engine's clock, which begins at its first `now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EngineTime(u64);

impl EngineTime {
    /// Before anything else.
    pub(crate) const START: Self = Self(0);

    /// So many milliseconds later.
    pub(crate) fn after(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// How many milliseconds have passed since an earlier moment; 0 when that is later.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Turns what hosts say that it is now into engine time, in which all deadlines are kept: so a clock that is set back
/// neither hangs nor panics, but only fails to count that one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    last: Option<HostTime>,
    elapsed: EngineTime,
}

impl Clock {
    /// Takes the host's `now` and answers the engine's.
    pub(crate) fn advance(&mut self, now: HostTime) -> EngineTime {
        match self.last {
            Some(last) if now < last && last.since(now) <= JITTER => {}
            Some(last) => {
                self.elapsed = self.elapsed.after(now.since(last));
                self.last = Some(now);
            }
            None => self.last = Some(now),
        }
        self.elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_forward_and_ignores_jitter() {
        let mut clock = Clock::default();
        for (now, elapsed) in [(5_000, 0), (5_100, 100), (5_050, 100), (5_200, 200)] {
            assert_eq!(clock.advance(HostTime::new(now)), EngineTime::START.after(elapsed));
        }
    }

    #[test]
    fn goes_on_after_being_set_back() {
        let mut clock = Clock::default();
        for (now, elapsed) in [(10_000_000, 0), (1_000, 0), (1_700, 700)] {
            assert_eq!(clock.advance(HostTime::new(now)), EngineTime::START.after(elapsed));
        }
    }
}
