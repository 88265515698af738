//! Metrics: what is counted, what stays out of labels, and the text.

use brightpearl_core::metrics::{METRIC_FAMILIES, MetricSort};
use brightpearl_core::{Kind, ask};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: u64 = 1_782_864_000_000;

fn record(metrics: &Value, more: Value) -> Value {
    let mut asked = more;
    asked["metrics"] = metrics.clone();
    let answer = ask(&json!({ "record_metrics": asked }).to_string()).unwrap();
    serde_json::from_str::<Value>(&answer).unwrap()["metrics"].take()
}

fn render(metrics: &Value, gauges: &Value, accept: &str) -> String {
    let asked =
        json!({"render_metrics": {"metrics": metrics, "gauges": gauges, "now": NOW, "accept": accept}});
    let answer: Value = serde_json::from_str(&ask(&asked.to_string()).unwrap()).unwrap();
    answer["text"].as_str().unwrap().to_owned()
}

fn ended(method: &str, template: &str, status: Value) -> Value {
    json!({"event": "request-ended", "exchange": 1, "method": method, "template": template, "status": status,
        "milliseconds": 120})
}

#[test]
fn what_happened_is_counted_under_the_names_of_the_catalogue() {
    let events = json!([
        ended("GET", "order-service/order-search", json!(200)),
        ended("GET", "order-service/order/{ids}", json!(503)),
        ended("PUT", "order-service/order/{ids}/status", json!(null)),
        ended("POST", "multi-message", json!(207)),
        ended("POST", "login", json!(200)),
        {"event": "retry", "exchange": 1, "kind": "transport", "delivery": "maybe-applied", "delay_ms": 500},
        {"event": "throttled", "exchange": 1, "wait_ms": 20_500},
        {"event": "waiting-for-budget", "wait_ms": 250},
        {"event": "schema-drift", "resource": "a", "added": [], "removed": [], "changed": []},
    ]);
    let metrics = record(&Value::Null, json!({ "events": events }));
    let text = render(&metrics, &json!({}), "");
    for line in [
        "brightpearl_requests_total{service=\"order-service\",resource=\"order-service/order-search\",method=\"GET\",outcome=\"ok\"} 1",
        "brightpearl_requests_total{service=\"order-service\",resource=\"order-service/order/{ID-SET}\",method=\"GET\",outcome=\"unavailable\"} 1",
        "brightpearl_requests_total{service=\"order-service\",resource=\"order-service/order/{ORDER-ID}/status\",method=\"PUT\",outcome=\"unanswered\"} 1",
        "brightpearl_requests_total{service=\"multi-message\",resource=\"multi-message\",method=\"POST\",outcome=\"ok\"} 1",
        "brightpearl_requests_total{service=\"login\",resource=\"login\",method=\"POST\",outcome=\"ok\"} 1",
        "brightpearl_request_duration_seconds_bucket{service=\"order-service\",le=\"0.1\"} 0",
        "brightpearl_request_duration_seconds_bucket{service=\"order-service\",le=\"0.25\"} 3",
        "brightpearl_request_duration_seconds_bucket{service=\"order-service\",le=\"+Inf\"} 3",
        "brightpearl_request_duration_seconds_sum{service=\"order-service\"} 0.36",
        "brightpearl_retries_total{reason=\"transport\"} 1",
        "brightpearl_throttled_total 1",
        "brightpearl_throttled_seconds_total 20.5",
        "brightpearl_budget_wait_seconds_total 0.25",
        "brightpearl_events_total{event=\"schema-drift\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
}

#[test]
fn flows_webhooks_and_what_holds_at_the_moment_are_told() {
    let receipts = json!([
        {"notification": {"event": "order.modified", "raised_ms": NOW - 4_000, "received_ms": NOW}, "status": 200},
        {"notification": {"event": "order.modified.by-4711", "raised_ms": NOW + 9_000, "received_ms": NOW}},
        {"refused": "wrong-secret", "message": "", "status": 401},
    ]);
    let records = json!([
        {"flow": "orders \"of\" the\nshop\\", "outcome": "created", "count": 3},
        {"flow": "orders \"of\" the\nshop\\", "outcome": "vanished"},
    ]);
    let runs = json!([{"flow": "Bestände 📦", "outcome": "done", "milliseconds": 1_500}]);
    let metrics = record(&Value::Null, json!({"receipts": receipts, "records": records, "runs": runs}));
    let gauges = json!({
        "budget": {"left": 120, "quota": 200}, "health": "degraded",
        "watermarks": [{"flow": "orders", "at_ms": NOW - 90_500}, {"flow": "stock", "at_ms": NOW + 5}],
        "flows": [{"flow": "orders", "last_success_ms": NOW, "failures": 2}],
        "queues": [{"queue": "notifications", "length": 3, "oldest_ms": NOW - 1_000}, {"queue": "empty", "length": 0}],
        "dead_letters": [{"flow": "orders", "count": 2}, {"flow": "orders", "count": 5}],
        "tokens": [{"token": "access", "expires_ms": NOW + 60_000}, {"token": "ended", "expires_ms": 1}],
    });
    let text = render(&metrics, &gauges, "application/openmetrics-text; version=1.0.0,text/plain;q=0.5");
    for line in [
        "brightpearl_notifications_total{event=\"order.modified\",outcome=\"accepted\"} 1",
        "brightpearl_notifications_total{event=\"other\",outcome=\"accepted\"} 1",
        "brightpearl_notifications_total{event=\"other\",outcome=\"wrong-secret\"} 1",
        "brightpearl_notification_lag_seconds_bucket{le=\"1.0\"} 1",
        "brightpearl_notification_lag_seconds_bucket{le=\"5.0\"} 2",
        "brightpearl_records_total{flow=\"orders \\\"of\\\" the shop\\\\\",outcome=\"created\"} 3",
        "brightpearl_records_total{flow=\"orders \\\"of\\\" the shop\\\\\",outcome=\"other\"} 1",
        "brightpearl_flow_runs_total{flow=\"Bestände 📦\",outcome=\"done\"} 1",
        "brightpearl_flow_run_seconds_total{flow=\"Bestände 📦\"} 1.5",
        "brightpearl_budget_remaining_requests 120",
        "brightpearl_health{state=\"degraded\"} 1",
        "brightpearl_health{state=\"ok\"} 0",
        "brightpearl_watermark_age_seconds{flow=\"orders\"} 90.5",
        "brightpearl_watermark_age_seconds{flow=\"stock\"} 0.0",
        "brightpearl_flow_failures{flow=\"orders\"} 2",
        "brightpearl_queue_age_seconds{queue=\"notifications\"} 1.0",
        "brightpearl_dead_letters{flow=\"orders\"} 7",
        "brightpearl_token_remaining_seconds{token=\"access\"} 60.0",
        "brightpearl_token_remaining_seconds{token=\"ended\"} 0.0",
        "# TYPE brightpearl_records counter",
        "# UNIT brightpearl_watermark_age_seconds seconds",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    let plain = render(&metrics, &gauges, "application/openmetrics-text;q=0");
    assert!(plain.contains("# TYPE brightpearl_records_total counter") && !plain.contains("# EOF"));
}

#[test]
fn nothing_that_comes_in_becomes_a_label() {
    const PLANTED: [&str; 5] = ["4711", "s3cret-token", "who@example.com", "Bearer", "SKU-77"];
    let mut events = Vec::new();
    for planted in PLANTED {
        for template in [
            format!("order-service/order/{planted}"),
            format!("order-service/order/{planted}?token={planted}"),
            format!("contact-service/contact/primaryEmail/{planted}"),
            format!("{planted}/order/{planted}"),
            planted.to_owned(),
        ] {
            events.push(ended("GET", &template, json!(200)));
            events.push(ended(planted, &template, json!(77_777)));
        }
        events.push(json!({"event": planted}));
        events.push(json!({"event": "retry", "kind": planted}));
    }
    let records =
        json!([{"flow": "4711", "outcome": "s3cret-token"}, {"flow": "1,5-9", "outcome": "created"}]);
    let receipts = json!([{"notification": {"event": "SKU-77.created", "raised_ms": 0, "received_ms": 0}}, {"refused": "Bearer"}]);
    let metrics = record(&Value::Null, json!({"events": events, "records": records, "receipts": receipts}));
    let text = format!("{metrics}{}", render(&metrics, &json!({}), ""));
    for planted in PLANTED {
        assert!(!text.contains(planted), "{planted}\n{text}");
    }
}

#[test]
fn the_state_stays_small_and_what_has_no_room_is_other() {
    let mut metrics = Value::Null;
    for round in 0..4 {
        let records: Vec<Value> = (0..500)
            .map(|flow| json!({"flow": format!("flow {}", flow + 500 * round), "outcome": "created"}))
            .collect();
        metrics = record(&metrics, json!({ "records": records }));
    }
    assert!(metrics.to_string().len() < 8_000, "{}", metrics.to_string().len());
    let text = render(&metrics, &json!({}), "");
    let counts: Vec<u64> = text
        .lines()
        .filter(|line| line.starts_with("brightpearl_records_total"))
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(counts.iter().sum::<u64>(), 2_000, "nothing is lost");
    assert!(text.contains("{flow=\"other\",outcome=\"created\"} 1850"), "{text}");
}

#[test]
fn the_sums_of_several_states_are_those_of_all_that_happened() {
    let events =
        json!([ended("GET", "order-service/order/{ids}", json!(200)), {"event": "throttled", "wait_ms": 5}]);
    let one = record(&Value::Null, json!({ "events": events }));
    let both = record(&Value::Null, json!({"events": [events[0], events[1], events[0], events[1]]}));
    assert_eq!(record(&one, json!({ "more": one })), both);
    assert_eq!(record(&Value::Null, json!({ "more": one })), one);
}

#[test]
fn sums_end_where_every_language_reads_them() {
    let most = json!([{"flow": "a", "outcome": "created", "count": u64::MAX}]);
    let metrics = record(&Value::Null, json!({ "records": most }));
    let again = record(&metrics, json!({ "records": most }));
    assert_eq!(metrics, again);
    assert!(render(&again, &json!({}), "").contains("\"} 9007199254740991\n"));
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    for (asked, place) in [
        (json!({"record_metrics": []}), "question"),
        (json!({"record_metrics": {"event": []}}), "event"),
        (json!({"record_metrics": {"events": {}}}), "events"),
        (json!({"record_metrics": {"events": [{"event": "throttled", "wait_ms": -1}]}}), "events/0/wait_ms"),
        (json!({"record_metrics": {"events": [{}]}}), "events/0/event"),
        (json!({"record_metrics": {"records": [{"flow": 7, "outcome": "created"}]}}), "records/0/flow"),
        (json!({"record_metrics": {"metrics": {"version": 2, "series": {}}}}), "metrics/version"),
        (json!({"record_metrics": {"metrics": {"version": 1}}}), "metrics/series"),
        (
            json!({"record_metrics": {"metrics": {"version": 1, "series": {"brightpearl_throttled": {"": -1}}}}}),
            "metrics/series/brightpearl_throttled/",
        ),
        (json!({"render_metrics": {}}), "now"),
        (json!({"render_metrics": {"now": 1, "gauges": {"health": "fine"}}}), "gauges/health"),
        (
            json!({"render_metrics": {"now": 1, "gauges": {"queues": [{"queue": "a"}]}}}),
            "gauges/queues/0/length",
        ),
    ] {
        let error = ask(&asked.to_string()).unwrap_err();
        assert_eq!((error.kind(), error.location()), (Kind::Validation, Some(place)), "{asked}: {error}");
        assert!(error.message().contains("expected"), "{error}");
    }
}

#[test]
fn families_are_named_as_prometheus_wants_it() {
    for family in METRIC_FAMILIES {
        let name = family.name;
        assert!(name.starts_with("brightpearl_") && !name.ends_with("_total"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert!(family.help.ends_with('.'), "{name}");
        let is_time = matches!(
            family.sort,
            MetricSort::SecondsCounter | MetricSort::SecondsGauge | MetricSort::Histogram(_)
        );
        assert_eq!(is_time, name.ends_with("_seconds"), "{name}");
        let same = METRIC_FAMILIES.iter().filter(|other| other.name == name);
        assert_eq!(same.count(), 1, "{name}");
    }
}

proptest! {
    #[test]
    fn whatever_names_come_the_lines_can_be_read(names in proptest::collection::vec(any::<String>(), 0..20), count in any::<u64>()) {
        let records: Vec<Value> =
            names.iter().map(|name| json!({"flow": name, "outcome": name, "count": count})).collect();
        let queues: Vec<Value> = names.iter().map(|name| json!({"queue": name, "length": count})).collect();
        let metrics = record(&Value::Null, json!({ "records": records }));
        prop_assert_eq!(&record(&metrics, json!({})), &metrics, "a state is read as it was written");
        let text = render(&metrics, &json!({"queues": queues, "flows": []}), "");
        let mut seen = std::collections::BTreeSet::new();
        for line in text.split('\n').filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (series, number) = line.rsplit_once(' ').unwrap();
            prop_assert!(number.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
            prop_assert!(seen.insert(series), "{line} is there twice");
        }
    }
}
