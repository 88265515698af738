//! Engine time: a clock made of the host's `now` values that never runs backwards.

/// Regressions up to this many milliseconds are jitter between threads; anything larger is a clock that
/// was set back.
const JITTER: u64 = 1_000;

/// Turns a sequence of `now` values (milliseconds since the Unix epoch) into elapsed milliseconds. All
/// deadlines are kept in elapsed time, so a clock that is set back neither hangs nor panics: it only
/// fails to count that one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    last: Option<u64>,
    elapsed: u64,
}

impl Clock {
    /// Takes the host's `now` and answers the elapsed milliseconds.
    pub(crate) fn advance(&mut self, now: u64) -> u64 {
        match self.last {
            Some(last) if now < last && last - now <= JITTER => {}
            Some(last) => {
                self.elapsed = self.elapsed.saturating_add(now.saturating_sub(last));
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
        assert_eq!(clock.advance(5_000), 0);
        assert_eq!(clock.advance(5_100), 100);
        assert_eq!(clock.advance(5_050), 100);
        assert_eq!(clock.advance(5_200), 200);
    }

    #[test]
    fn goes_on_after_being_set_back() {
        let mut clock = Clock::default();
        clock.advance(10_000_000);
        assert_eq!(clock.advance(1_000), 0);
        assert_eq!(clock.advance(1_700), 700);
    }
}
