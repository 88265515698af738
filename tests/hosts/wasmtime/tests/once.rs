//! The component that transmits over `wasi:http` sends no write twice, whatever becomes of its connection and whatever is
//! answered.

#[path = "../examples/platform/mod.rs"]
mod platform;

use std::env;

use brightpearl_host_rust::vanishing::{Ending, MISFORTUNES, STATUSES, Seen, Vanishing};
use serde_json::json;
use wasmtime::component::Val;

#[test]
fn a_write_is_sent_once_when_its_connection_is_lost() {
    for ending in MISFORTUNES {
        let (error, seen) = written(ending);
        assert_eq!(member(&error, "delivery"), Some("maybe-applied".to_owned()), "{ending:?}: {error:?}");
        assert_eq!(seen, Seen { connections: 1, reads: 0, writes: 1 }, "{ending:?}");
    }
}

#[test]
fn a_write_is_sent_once_whatever_is_answered() {
    // The engine itself sends again what was turned away by the cap, or by a login that has run out.
    for status in STATUSES.into_iter().filter(|status| ![401, 429].contains(status)) {
        let (error, seen) = written(Ending::Status(status));
        assert!(member(&error, "delivery").is_some(), "{status}: {error:?}");
        assert_eq!(seen.writes, 1, "{status}: {error:?}");
    }
}

/// What a write came to at a server of some manner.
fn written(ending: Ending) -> (Val, Seen) {
    let component =
        env::var("BRIGHTPEARL_HTTP_COMPONENT").expect("embedded.sh to say where the component is");
    let server = Vanishing::start(ending).expect("a server");
    let config = json!({
        "account": "acme",
        "base_url": server.url,
        "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "token-of-acme"},
    });
    let write = json!({"request": {
        "method": "POST",
        "path": "order-service/order/2/note",
        "body": {"text": "Picked"},
    }});
    let error = platform::carry_out(&component, &config, &write).expect("a call").expect_err("no answer");
    (error, server.seen())
}

/// A member of the contract's error that is one of several words.
fn member(error: &Val, name: &str) -> Option<String> {
    let Val::Record(members) = error else { return None };
    members.iter().find_map(|(found, value)| match value {
        Val::Enum(word) if found == name => Some(word.clone()),
        _ => None,
    })
}
