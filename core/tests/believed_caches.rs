//! Nothing that a cache may have answered decides anything.

use crate::small_account::{Account, Given, client, push_of, run};
use brightpearl_core::operation::{Pull, SingleRequest as Asked};
use brightpearl_core::{Delivery, Kind, Method, Request, Response};

/// What caches write into their answers.
const SIGNS: [(&str, &str); 6] = [
    ("Age", "40"),
    ("X-Cache", "HIT"),
    ("X-Cache", "Hit from cloudfront"),
    ("CF-Cache-Status", "HIT"),
    ("X-Cache-Status", "STALE"),
    ("Cache-Status", "\"edge\"; hit"),
];

fn is_read(request: &Request) -> bool {
    matches!(request.method, Method::Get | Method::Options)
}

#[test]
fn a_look_after_a_lost_write_is_not_answered_by_a_cache() {
    for (name, value) in SIGNS {
        for times in [1, usize::MAX] {
            let mut account = Account::new();
            let mut before: Option<Response> = None;
            let (mut is_written, mut left) = (false, times);
            let ran = run(client("").push(push_of(&["A"])).unwrap(), &mut account, |request, account| {
                if !is_read(request) {
                    is_written = true;
                    return Given::Lost;
                }
                if !is_written {
                    before = Some(account.clone().serve(request));
                    return Given::Own;
                }
                if left == 0 {
                    return Given::Own;
                }
                left -= 1;
                Given::Instead(before.clone().expect("a look before").with_header(name, value))
            });
            assert_eq!(account.ids_of("A").len(), 1, "{name}: {value}");
            if times == 1 {
                assert_eq!(ran.states(), ["created"], "{name}: {value}");
            } else {
                assert_eq!(ran.states(), ["maybe-applied"], "{name}: {value}");
                assert_eq!(ran.error.expect("an end").kind(), Kind::Protocol, "{name}: {value}");
            }
        }
    }
}

#[test]
fn a_pull_takes_nothing_from_a_cache() {
    for (name, value) in SIGNS {
        let mut account = Account::with_orders(5);
        let ran = run(client("").pull(Pull::of("order")).unwrap(), &mut account, |request, account| {
            Given::Instead(account.clone().serve(request).with_header(name, value))
        });
        let error = ran.error.as_ref().expect("an end");
        assert!(error.message().contains("came out of a cache"), "{error}");
        assert!(ran.pulled().is_empty() && ran.sent.len() <= 5, "{name}: {value}");
    }
}

#[test]
fn a_write_that_a_cache_answers_is_in_doubt() {
    let asked = Asked::new(Method::Post, "order-service/order/7/note").body(r#"{"text":"a"}"#);
    let ran = run(client("").request(asked).unwrap(), &mut Account::new(), |_, _| {
        Given::Instead(Response::new(200, r#"{"response":7}"#).with_header("Age", "3"))
    });
    assert_eq!(ran.error.expect("a doubt").delivery(), Delivery::MaybeApplied);
}

#[test]
fn every_read_forbids_caches_unless_its_caller_says_something_else() {
    let sent = |asked: Asked| {
        let ran = run(client("").request(asked).unwrap(), &mut Account::with_orders(1), |_, _| Given::Own);
        ran.requests[0].headers.get("cache-control").map(str::to_owned)
    };
    let read = || Asked::new(Method::Get, "order-service/order/1");
    assert_eq!(sent(read()).as_deref(), Some("no-cache"));
    let own = Asked { headers: vec![("Cache-Control".to_owned(), "max-age=0".to_owned())], ..read() };
    assert_eq!(sent(own).as_deref(), Some("max-age=0"));
    let write = Asked::new(Method::Put, "order-service/order/7/status").body(r#"{"orderStatusId":3}"#);
    assert_eq!(sent(write), None);
    let mut account = Account::with_orders(5);
    for ran in [
        run(client("").push(push_of(&["A", "O-1"])).unwrap(), &mut account, |_, _| Given::Own),
        run(client("").pull(Pull::of("order")).unwrap(), &mut account, |_, _| Given::Own),
    ] {
        let reads = ran.requests.iter().filter(|request| is_read(request));
        assert!(reads.into_iter().all(|request| request.headers.get("cache-control") == Some("no-cache")));
    }
}
