//! The retry decision, as a pure function: exponential back-off with full jitter, and never a second
//! attempt at a write whose first may have been applied.

use serde::Deserialize;

use crate::error::{Delivery, Error, Result};
use crate::jitter::Jitter;

/// How often and how patiently to try again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// Attempts at one request, the first included: 5.
    pub max_attempts: u32,
    /// Upper bound of the first back-off in milliseconds; it doubles with each attempt: 500.
    pub base_ms: u64,
    /// Upper bound of any back-off in milliseconds: 30 000.
    pub cap_ms: u64,
    /// How often one request may be turned away by the request cap before the call gives up: 20.
    pub max_throttled: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 5, base_ms: 500, cap_ms: 30_000, max_throttled: 20 }
    }
}

impl RetryPolicy {
    /// Checks that at least one attempt is allowed.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `retry.max_attempts`.
    pub fn check(&self) -> Result<()> {
        if self.max_attempts == 0 {
            return Err(Error::validation(
                "retry.max_attempts",
                "0 attempts would never send; expected at least 1",
            ));
        }
        Ok(())
    }
}

/// The longest that a server's `Retry-After` is waited for in milliseconds: ten minutes. What asks for more is
/// mistaken or broken, and is asked again then.
pub(crate) const LONGEST_WAIT_MS: u64 = 600_000;

/// A failure as far as repeating it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Repeating cannot help.
    Final,
    /// May pass: a cut connection, an outage, an unreadable answer.
    Transient {
        /// Milliseconds that the server asked for.
        retry_after: Option<u64>,
    },
    /// The request cap was reached; the pool is frozen meanwhile.
    Throttled,
}

/// What has happened to one request so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct History {
    /// Attempts that ended, throttled ones not counted.
    pub(crate) attempts: u32,
    /// Attempts that the cap turned away.
    pub(crate) throttled: u32,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Give the error to the caller.
    Stop,
    /// Try again after so many milliseconds.
    Retry {
        /// Milliseconds to wait at least.
        delay_ms: u64,
    },
}

/// Decides. `repeatable` says that applying the request twice is the same as applying it once.
pub(crate) fn decide(
    policy: &RetryPolicy,
    history: History,
    class: &Class,
    delivery: Delivery,
    repeatable: bool,
    jitter: &mut Jitter,
) -> Decision {
    let safe = match delivery {
        Delivery::NotSent | Delivery::Rejected => true,
        Delivery::MaybeApplied | Delivery::Applied => repeatable,
    };
    match class {
        Class::Final => Decision::Stop,
        _ if !safe => Decision::Stop,
        Class::Throttled if history.throttled > policy.max_throttled => Decision::Stop,
        Class::Throttled => Decision::Retry { delay_ms: 0 },
        Class::Transient { .. } if history.attempts >= policy.max_attempts => Decision::Stop,
        Class::Transient { retry_after } => {
            let doublings = history.attempts.saturating_sub(1).min(32);
            let bound = policy.base_ms.saturating_mul(1 << doublings).min(policy.cap_ms);
            let drawn = jitter.up_to(bound);
            Decision::Retry { delay_ms: drawn.max(retry_after.unwrap_or(0).min(LONGEST_WAIT_MS)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRANSIENT: Class = Class::Transient { retry_after: None };

    fn after(attempts: u32, class: &Class, delivery: Delivery, repeatable: bool) -> Decision {
        let history = History { attempts, throttled: 1 };
        decide(&RetryPolicy::default(), history, class, delivery, repeatable, &mut Jitter::new(1, 1))
    }

    #[test]
    fn never_repeats_a_write_that_may_have_been_applied() {
        for class in [TRANSIENT, Class::Throttled, Class::Final] {
            assert_eq!(after(1, &class, Delivery::MaybeApplied, false), Decision::Stop);
            assert_eq!(after(1, &class, Delivery::Applied, false), Decision::Stop);
        }
        assert_ne!(after(1, &TRANSIENT, Delivery::NotSent, false), Decision::Stop);
        assert_ne!(after(1, &TRANSIENT, Delivery::MaybeApplied, true), Decision::Stop);
    }

    #[test]
    fn gives_up_after_the_last_attempt() {
        assert_ne!(after(4, &TRANSIENT, Delivery::NotSent, true), Decision::Stop);
        assert_eq!(after(5, &TRANSIENT, Delivery::NotSent, true), Decision::Stop);
    }

    #[test]
    fn backs_off_within_doubling_bounds_and_heeds_the_server() {
        let policy = RetryPolicy { cap_ms: 1_500, ..RetryPolicy::default() };
        let mut jitter = Jitter::new(7, 1);
        for attempts in 1..5 {
            let history = History { attempts, throttled: 0 };
            let Decision::Retry { delay_ms } =
                decide(&policy, history, &TRANSIENT, Delivery::NotSent, true, &mut jitter)
            else {
                panic!("a transient failure is retried");
            };
            assert!(delay_ms <= (500 << (attempts - 1)).min(1_500));
        }
        let asked = Class::Transient { retry_after: Some(90_000) };
        assert_eq!(after(1, &asked, Delivery::Rejected, false), Decision::Retry { delay_ms: 90_000 });
        for forever in [LONGEST_WAIT_MS + 1, 31_536_000_000, u64::MAX] {
            let asked = Class::Transient { retry_after: Some(forever) };
            let decision = after(1, &asked, Delivery::Rejected, false);
            assert_eq!(decision, Decision::Retry { delay_ms: LONGEST_WAIT_MS });
        }
    }
}
