//! The component that drives itself sends no write twice, whatever becomes of its connection and whatever is answered.

use brightpearl_host_rust::vanishing::{Ending, MISFORTUNES, STATUSES, Seen, Vanishing};

use crate::driver::{Failure, carried_out_at, write};

#[test]
fn a_write_is_sent_once_when_its_connection_is_lost() {
    for ending in MISFORTUNES {
        let (error, seen) = written(ending);
        assert_eq!(error.text("delivery"), "maybe-applied", "{ending:?}: {error:?}");
        assert_eq!(seen, Seen { connections: 1, reads: 0, writes: 1 }, "{ending:?}");
    }
}

#[test]
fn a_write_is_sent_once_whatever_is_answered() {
    // The engine itself sends again what was turned away by the cap, or by a login that has run out.
    for status in STATUSES.into_iter().filter(|status| ![401, 429].contains(status)) {
        let (error, seen) = written(Ending::Status(status));
        assert!(!error.text("delivery").is_empty(), "{status}: {error:?}");
        assert_eq!(seen.writes, 1, "{status}: {error:?}");
    }
}

/// What a write came to at a server of some manner.
fn written(ending: Ending) -> (Failure, Seen) {
    let server = Vanishing::start(ending).expect("a server");
    let error = carried_out_at(&server.url, &write(), 5).expect_err("no answer");
    (error, server.seen())
}
