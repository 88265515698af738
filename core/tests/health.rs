//! Health: which facts are a finding, what is not known, and of what somebody is told.

use brightpearl_core::health::HEALTH_RULES;
use brightpearl_core::{Kind, ask};
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn asked(question: &str, arguments: &Value) -> Value {
    serde_json::from_str(&ask(&json!({ question: arguments }).to_string()).unwrap()).unwrap()
}

fn assessed(facts: &Value, rules: &Value) -> Value {
    asked("assess_health", &json!({"facts": facts, "rules": rules, "now": NOW}))
}

/// Rule, state and subject of what is found.
fn found(facts: &Value, rules: &Value) -> Vec<(String, String, String)> {
    let assessed = assessed(facts, rules);
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let findings = assessed["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            assert!(!text(finding, "why").is_empty() && text(finding, "todo").ends_with('.'), "{finding}");
            (text(finding, "rule"), text(finding, "state"), text(finding, "subject"))
        })
        .collect()
}

fn of(expected: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let owned = |text: &str| text.to_owned();
    expected.iter().map(|(rule, state, subject)| (owned(rule), owned(state), owned(subject))).collect()
}

#[test]
fn each_rule_finds_what_it_is_for_and_nothing_else() {
    let rhythm: Vec<u64> = (0..20).map(|place| NOW - 3 * HOUR - place * 10 * MINUTE).collect();
    for (facts, expected) in [
        (json!({"authentication": [{"failures": 1}]}), ("authentication", "failing", "")),
        (json!({"requests": {"sent": 100, "failed": 6}}), ("error-rate", "degraded", "")),
        (
            json!({"requests": [{"subject": "order-service", "sent": 10, "failed": 9}]}),
            ("error-rate", "failing", "order-service"),
        ),
        (json!({"throttling": {"waited_ms": 31_000, "window_ms": 60_000}}), ("throttling", "degraded", "")),
        (json!({"budget": {"quota": 200, "left": 10, "own": 5}}), ("neighbours", "failing", "")),
        (
            json!({"watermarks": [{"subject": "orders", "at_ms": NOW - 3 * HOUR}]}),
            ("watermark", "degraded", "orders"),
        ),
        (
            json!({"watermarks": [{"subject": "stock", "at_ms": NOW - 40 * HOUR, "every_ms": 10 * HOUR}]}),
            ("watermark", "degraded", "stock"),
        ),
        (
            json!({"queues": [{"subject": "a", "length": 2, "oldest_ms": NOW - 20 * MINUTE}]}),
            ("queue-age", "degraded", "a"),
        ),
        (
            json!({"queues": [{"subject": "a", "length": 9, "oldest_ms": NOW, "lengths": [3, 1, 2, 4, 5, 8, 9]}]}),
            ("queue-growing", "degraded", "a"),
        ),
        (
            json!({"notifications": [{"subject": "acme", "received_ms": rhythm}]}),
            ("webhook-silence", "failing", "acme"),
        ),
        (json!({"subscriptions": [{"missing": ["order.modified"]}]}), ("subscription", "degraded", "")),
        (
            json!({"tokens": [{"subject": "staff", "expires_ms": NOW + 3 * DAY}]}),
            ("token", "degraded", "staff"),
        ),
        (json!({"tokens": [{"subject": "staff", "expires_ms": 1}]}), ("token", "failing", "staff")),
        (
            json!({"dead_letters": [{"subject": "orders", "count": 2}]}),
            ("dead-letters", "degraded", "orders"),
        ),
        (json!({"deprecated": [{"subject": "a/b", "replacement": "c"}]}), ("deprecated", "degraded", "a/b")),
        (
            json!({"drift": [{"subject": "s", "added": ["x"], "removed": ["y"], "changed": []}]}),
            ("drift", "degraded", "s"),
        ),
        (json!({"clock": {"skew_ms": -31_000}}), ("clock", "degraded", "")),
        (json!({"clock": {"date": "Wed, 01 Jul 2026 00:10:00 GMT", "at_ms": NOW}}), ("clock", "failing", "")),
        (
            json!({"flows": [{"subject": "orders", "failures": 3, "error": "refused", "todo": "Mend it."}]}),
            ("flow", "failing", "orders"),
        ),
    ] {
        assert_eq!(found(&facts, &Value::Null), of(&[expected]), "{facts}");
        assert_eq!(assessed(&facts, &Value::Null)["state"], expected.1);
    }
}

#[test]
fn what_is_as_it_should_be_is_no_finding() {
    let days: Vec<u64> =
        (0..60).map(|hour| NOW - DAY - 3 * DAY / 2 * (hour / 20) - hour % 20 * HOUR / 4).collect();
    let facts = json!({
        "authentication": [], "requests": {"sent": 3, "failed": 2}, "throttling": {"waited_ms": 0, "window_ms": 0},
        "budget": {"quota": 200, "left": 10, "own": 180},
        "watermarks": [{"subject": "daily", "at_ms": NOW - 30 * HOUR, "every_ms": DAY}, {"subject": "ahead", "at_ms": NOW + MINUTE}],
        "queues": [{"length": 0}, {"length": 3, "oldest_ms": NOW, "lengths": [1, 2, 3, 2, 3]}],
        "notifications": [{"received_ms": days}], "subscriptions": [{"missing": []}],
        "tokens": [{"expires_ms": NOW + 60_000, "renewable": true}, {"expires_ms": NOW + 30 * DAY}],
        "dead_letters": [{"count": 0}], "deprecated": [],
        "drift": [{"subject": "s", "added": ["x"], "removed": [], "changed": []}],
        "clock": {"skew_ms": 2_000}, "flows": [{"subject": "orders", "failures": 0}],
    });
    assert_eq!(assessed(&facts, &Value::Null)["findings"], json!([]));
    assert_eq!(assessed(&facts, &Value::Null)["state"], "ok");
    assert_eq!(assessed(&facts, &Value::Null)["unknown"], json!(["queue-growing"]));
}

/// A shop whose orders come every quarter of an hour from about 9 to about 18 o'clock, from Monday to Friday.
fn notified(until: u64) -> Vec<u64> {
    // The first of July 2026 is a Wednesday.
    (0..28_u64)
        .map(|day| (day, NOW + day * DAY))
        .filter(|(day, _)| !matches!((day + 2) % 7, 5 | 6))
        .flat_map(|(day, midnight)| {
            let begin = midnight + 9 * HOUR + day * 7 % 60 * MINUTE;
            (0..36).map(move |quarter| begin + quarter * 15 * MINUTE)
        })
        .filter(|time| *time <= until)
        .collect()
}

#[test]
fn silence_is_held_against_what_is_usual_at_that_time() {
    let state = |silent_from: u64, now: u64| {
        let facts = json!({"notifications": [{"received_ms": notified(silent_from)}]});
        let asked_at = json!({"facts": facts, "now": now});
        asked("assess_health", &asked_at)["state"].as_str().unwrap().to_owned()
    };
    // Two and three weeks on, at every hour of every day, nothing has gone wrong.
    for hour in 14 * 24..21 * 24 {
        let now = NOW + hour * HOUR;
        assert_eq!(state(now, now), "ok", "hour {} of day {}", hour % 24, hour / 24);
    }
    let wednesday = NOW + 14 * DAY;
    assert_eq!(state(wednesday + 12 * HOUR, wednesday + 12 * HOUR + 30 * MINUTE), "ok");
    assert_eq!(state(wednesday + 12 * HOUR, wednesday + 13 * HOUR), "degraded");
    assert_eq!(state(wednesday + 12 * HOUR, wednesday + 15 * HOUR), "failing");
    assert_eq!(state(wednesday, wednesday + 14 * HOUR), "failing", "nothing came this morning");
    assert_eq!(state(wednesday, wednesday + 9 * HOUR), "ok");
}

#[test]
fn what_is_not_known_is_not_well() {
    let nothing = assessed(&json!({}), &Value::Null);
    assert_eq!((&nothing["state"], nothing["unknown"].as_array().unwrap().len()), (&json!("degraded"), 15));
    let rules = json!({"clock": true, "token": {"required": true}, "webhook-silence": true});
    let facts = json!({"flows": [], "notifications": [{"subject": "acme", "received_ms": [NOW]}]});
    let expected =
        [("webhook-silence", "degraded", ""), ("token", "degraded", ""), ("clock", "degraded", "")];
    assert_eq!(found(&facts, &rules), of(&expected));
    let some = assessed(&json!({"flows": []}), &Value::Null);
    assert_eq!(some["state"], "ok");
    assert!(some["unknown"].as_array().unwrap().contains(&json!("clock")));
}

#[test]
fn rules_can_be_changed_and_switched_off() {
    let facts = json!({"clock": {"skew_ms": 40_000}, "dead_letters": [{"count": 5}]});
    let both = [("dead-letters", "degraded", ""), ("clock", "degraded", "")];
    assert_eq!(found(&facts, &Value::Null), of(&both));
    assert_eq!(found(&facts, &json!({"clock": false, "dead-letters": {"degraded": 6}})), of(&[]));
    let rules = json!({"clock": {"degraded": null, "failing": 40}, "dead-letters": {"failing": 5}});
    let failing = [("dead-letters", "failing", ""), ("clock", "failing", "")];
    assert_eq!(found(&facts, &rules), of(&failing));
    assert_eq!(asked("health_rules", &json!({})).as_array().unwrap().len(), HEALTH_RULES.len());
}

fn changes(before: &Value, after: &Value, now: u64, debounce: &Value) -> (Value, Vec<(String, String)>) {
    let answer =
        asked("alert_changes", &json!({"before": before, "after": after, "now": now, "debounce": debounce}));
    let messages = answer["messages"].as_array().unwrap().iter();
    let told = messages.map(|message| {
        let text = message["text"].as_str().unwrap();
        assert!(text.contains("to do") || text.contains("to be done"), "{text}");
        (message["change"].as_str().unwrap().to_owned(), text.to_owned())
    });
    (answer["alerts"].clone(), told.collect())
}

fn finding(state: &str) -> Value {
    json!({"rule": "flow", "state": state, "subject": "a <b> & c", "why": "it\nfailed", "todo": "Look.", "value": 3})
}

#[test]
fn an_alert_is_told_when_it_lasts_worsens_and_is_gone() {
    let debounce = json!({"raise_ms": 60_000, "recover_ms": 120_000, "remind_ms": 3_600_000});
    let step = |alerts: &Value, states: &[&str], now: u64| {
        let after: Vec<Value> = states.iter().map(|state| finding(state)).collect();
        let (alerts, told) = changes(alerts, &json!(after), NOW + now, &debounce);
        (alerts, told.into_iter().map(|(change, _)| change).collect::<Vec<_>>())
    };
    let (alerts, told) = step(&Value::Null, &["degraded"], 0);
    assert_eq!(told, [""; 0], "it may be gone in a moment");
    let (alerts, told) = step(&alerts, &["degraded"], 60_000);
    assert_eq!(told, ["new"]);
    let (alerts, told) = step(&alerts, &[], 70_000);
    assert_eq!(told, [""; 0], "it may come back");
    let (alerts, told) = step(&alerts, &["degraded"], 80_000);
    assert_eq!(told, [""; 0]);
    let (alerts, told) = step(&alerts, &["failing"], 90_000);
    assert_eq!(told, ["worse"]);
    let (alerts, told) = step(&alerts, &["degraded"], 100_000);
    assert_eq!(told, [""; 0]);
    let (alerts, told) = step(&alerts, &["degraded"], 3_690_000);
    assert_eq!(told, ["reminder"]);
    let (alerts, told) = step(&alerts, &[], 3_750_000);
    assert_eq!(told, [""; 0]);
    let (alerts, told) = step(&alerts, &[], 3_810_000);
    assert_eq!((told, alerts), (vec!["recovered".to_owned()], json!([])));
}

#[test]
fn what_was_never_told_does_not_recover_and_a_number_stands_for_both_times() {
    let (alerts, told) = changes(&Value::Null, &json!([finding("degraded")]), NOW, &json!(1_000));
    assert_eq!(told, []);
    assert_eq!(changes(&alerts, &json!([]), NOW + 1_000, &json!(1_000)), (json!([]), vec![]));
    let (alerts, told) = changes(&Value::Null, &json!([finding("failing")]), NOW, &json!(0));
    assert_eq!(told.len(), 1);
    let (_, told) = changes(&alerts, &json!([]), NOW + 7_200_000, &json!(0));
    assert_eq!(
        told[0].1,
        "[recovered] flow of a <b> & c: it is well again after 2 hours. Nothing is to be done."
    );
}

#[test]
fn slack_gets_no_markup_and_everybody_one_line() {
    let answer = asked("alert_changes", &json!({"after": [finding("failing")], "now": NOW, "debounce": 0}));
    let message = &answer["messages"][0];
    assert_eq!(message["text"], "[failing] flow of a <b> & c: it failed. What to do: Look.");
    assert_eq!(
        message["slack"],
        json!({"text": "[failing] flow of a &lt;b&gt; &amp; c: it failed. What to do: Look."})
    );
    assert_eq!(answer["open"][0]["rule"], "flow");
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    for (question, arguments, place) in [
        ("assess_health", json!({"facts": {}}), "now"),
        ("assess_health", json!({"now": 1}), "facts"),
        ("assess_health", json!({"now": 1, "facts": {"clocks": {}}}), "facts/clocks"),
        ("assess_health", json!({"now": 1, "facts": {"clock": 5}}), "facts/clock"),
        ("assess_health", json!({"now": 1, "facts": {"clock": [{"skew_ms": "5"}]}}), "facts/clock/0/skew_ms"),
        ("assess_health", json!({"now": 1, "facts": {"clock": {"date": "today"}}}), "facts/clock/date"),
        ("assess_health", json!({"now": 1, "facts": {}, "rules": {"clok": true}}), "rules/clok"),
        ("assess_health", json!({"now": 1, "facts": {}, "rules": {"clock": 7}}), "rules/clock"),
        (
            "assess_health",
            json!({"now": 1, "facts": {}, "rules": {"clock": {"failing": 1}}}),
            "rules/clock/failing",
        ),
        (
            "assess_health",
            json!({"now": 1, "facts": {}, "rules": {"token": {"failing": -1}}}),
            "rules/token/failing",
        ),
        ("alert_changes", json!({"now": 1, "after": [{}]}), "after/0/rule"),
        ("alert_changes", json!({"now": 1, "debounce": "1m"}), "debounce"),
        ("alert_changes", json!({"now": 1, "before": [finding("failing")]}), "before/0/value"),
    ] {
        let error = ask(&json!({ question: arguments }).to_string()).unwrap_err();
        assert_eq!((error.kind(), error.location()), (Kind::Validation, Some(place)), "{arguments}: {error}");
        assert!(error.message().contains("expected"), "{error}");
    }
}

proptest! {
    #[test]
    fn numbers_of_any_size_are_judged(number in any::<u64>(), other in any::<u64>(), skew in any::<f64>()) {
        let facts = json!({
            "requests": {"sent": number, "failed": other}, "throttling": {"waited_ms": number, "window_ms": other},
            "budget": {"quota": number, "left": other, "own": number},
            "watermarks": [{"at_ms": number, "every_ms": other}],
            "queues": [{"length": other, "oldest_ms": number, "lengths": [number, other, number]}],
            "notifications": [{"received_ms": [number, other, number, other, 5, 6]}],
            "tokens": [{"expires_ms": number}], "dead_letters": [{"count": number, "since_ms": other}],
            "clock": {"skew_ms": if skew.is_finite() { skew } else { 0.0 }},
        });
        let assessed = assessed(&facts, &Value::Null);
        prop_assert!(assessed["findings"].as_array().unwrap().iter().all(|finding| finding["value"].is_number()));
    }
}

#[test]
fn what_is_of_a_time_to_come_is_a_finding_rather_than_fresh_for_ever() {
    for (ahead, state) in [(MINUTE + 1, "degraded"), (3 * HOUR, "degraded"), (2 * DAY, "failing")] {
        let facts =
            json!({"watermarks": [{"subject": "orders", "at_ms": NOW + ahead, "every_ms": 30 * DAY}]});
        assert_eq!(found(&facts, &Value::Null), of(&[("watermark", state, "orders")]), "{ahead}");
        assert!(assessed(&facts, &Value::Null).to_string().contains("time to come"));
    }
    let queue = json!({"queues": [{"subject": "a", "length": 2, "oldest_ms": NOW + 8 * HOUR}]});
    assert_eq!(found(&queue, &Value::Null), of(&[("queue-age", "failing", "a")]));
    let queue = json!({"queues": [{"subject": "a", "length": 0, "oldest_ms": NOW + 8 * HOUR}]});
    assert_eq!(found(&queue, &Value::Null), of(&[]));
    let never = json!({"watermark": {"degraded": null, "failing": null}});
    assert_eq!(found(&json!({"watermarks": [{"at_ms": NOW + DAY}]}), &never), of(&[]));
}

#[test]
fn webhooks_of_a_time_to_come_do_not_stand_for_those_of_now() {
    let times = (0..20).map(|place| NOW - 3 * HOUR - place * 10 * MINUTE).chain([NOW + HOUR, NOW + DAY]);
    let facts = json!({"notifications": [{"subject": "acme", "received_ms": times.collect::<Vec<_>>()}]});
    assert_eq!(found(&facts, &Value::Null), of(&[("webhook-silence", "failing", "acme")]));
}

/// The changes that somebody is told at that time, and the alerts that are kept.
fn told_at(before: &Value, after: &Value, now: u64) -> (Vec<String>, Value) {
    let answer = asked("alert_changes", &json!({"before": before, "after": after, "now": now}));
    let messages = answer["messages"].as_array().unwrap();
    let changes = messages.iter().map(|message| message["change"].as_str().unwrap().to_owned()).collect();
    (changes, answer["alerts"].clone())
}

#[test]
fn a_clock_that_is_set_back_keeps_nobody_from_hearing_that_all_is_well() {
    let finding = json!([{"rule": "flow", "subject": "orders", "state": "failing", "why": "it fails", "todo": "Mend it."}]);
    let (_, alerts) = told_at(&Value::Null, &finding, NOW);
    let (told, alerts) = told_at(&alerts, &finding, NOW + 2 * MINUTE);
    assert_eq!(told, ["new"]);
    // Set right by half a second: it is as patient as ever.
    let (told, same) = told_at(&alerts, &json!([]), NOW + 2 * MINUTE - 500);
    assert_eq!((told.len(), same.as_array().unwrap().len()), (0, 1));
    for back in [2_000, 2 * HOUR, 400 * DAY] {
        let (told, left) = told_at(&alerts, &json!([]), NOW + 2 * MINUTE - back);
        assert_eq!((told, left), (vec!["recovered".to_owned()], json!([])), "{back}");
    }
    // The very millisecond at which it was found last is no finding, either.
    assert_eq!(told_at(&alerts, &json!([]), NOW + 2 * MINUTE).0, Vec::<String>::new());
    let (told, _) = told_at(&alerts, &json!([]), NOW + 20 * MINUTE);
    assert_eq!(told, ["recovered"]);
}

#[test]
fn a_clock_that_is_set_back_puts_no_reminder_off() {
    let finding = json!([{"rule": "flow", "subject": "orders", "state": "failing", "why": "it fails", "todo": "Mend it."}]);
    let (_, alerts) = told_at(&Value::Null, &finding, NOW);
    let (_, alerts) = told_at(&alerts, &finding, NOW + 2 * MINUTE);
    let (told, alerts) = told_at(&alerts, &finding, NOW - 30 * DAY);
    assert_eq!(told, Vec::<String>::new());
    let (told, _) = told_at(&alerts, &finding, NOW - 29 * DAY);
    assert_eq!(told, ["reminder"]);
}
