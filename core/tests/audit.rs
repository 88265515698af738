//! The trail: what a line says and does not say, and which changes are found.

use std::collections::BTreeSet;

use brightpearl_core::{Kind, ask};
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;
const KEY: &str = "an-invented-key-0123456789";

fn asked(question: &str, arguments: Value) -> Value {
    serde_json::from_str(&ask(&json!({ question: arguments }).to_string()).unwrap()).unwrap()
}

fn entry(number: u64) -> Value {
    json!({"at_ms": NOW + number, "account": "acme", "app": "acme_sync", "host": "worker-1", "user": "cron",
        "run": "5f0c", "flow": "orders", "exchange": number, "method": "POST", "path": "order-service/order",
        "record": format!("WEB-{number}"), "body": "{}", "outcome": "applied", "status": 200})
}

/// A trail, and the head behind each of its lines.
fn trail(lines: u64, key: Option<&str>) -> (String, Vec<String>) {
    let (mut text, mut heads) = (String::new(), vec!["0:start".to_owned()]);
    for number in 1..=lines {
        let answer =
            asked("append_audit", json!({"head": heads.last(), "key": key, "entries": [entry(number)]}));
        text.push_str(answer["lines"].as_str().unwrap());
        heads.push(answer["head"].as_str().unwrap().to_owned());
    }
    (text, heads)
}

/// The faults with their lines, and the head.
fn verify_in_parts(
    text: &str,
    anchors: &[&str],
    key: Option<&str>,
    size: usize,
) -> (Vec<(u64, String)>, String) {
    let (mut state, mut faults, mut head) = (Value::Null, Vec::new(), String::new());
    let characters: Vec<char> = text.chars().collect();
    let parts: Vec<String> = characters.chunks(size).map(|part| part.iter().collect()).collect();
    for (place, part) in parts.iter().chain([&String::new()]).enumerate() {
        let is_last = place == parts.len();
        let answer = asked(
            "verify_audit",
            json!({"state": state, "text": part, "last": is_last, "anchors": anchors, "key": key}),
        );
        assert!(answer["state"].to_string().len() < 200_000);
        for finding in answer["findings"].as_array().unwrap() {
            assert!(finding["message"].as_str().is_some_and(|words| !words.is_empty()));
            assert!(finding["todo"].as_str().is_some_and(|words| !words.is_empty()));
            faults.push((finding["line"].as_u64().unwrap(), finding["fault"].as_str().unwrap().to_owned()));
        }
        state = answer["state"].clone();
        head = answer["head"].as_str().unwrap().to_owned();
    }
    (faults, head)
}

fn faults(text: &str, anchors: &[&str]) -> Vec<(u64, String)> {
    verify_in_parts(text, anchors, None, 1 << 20).0
}

fn of(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
    expected.iter().map(|(line, fault)| (*line, (*fault).to_owned())).collect()
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_trail_that_is_as_it_was_written_has_no_findings() {
    for key in [None, Some(KEY)] {
        let (text, heads) = trail(6, key);
        let anchors: Vec<&str> = heads.iter().map(String::as_str).collect();
        for size in [1, 7, 100, 1 << 20] {
            assert_eq!(verify_in_parts(&text, &anchors, key, size), (Vec::new(), heads[6].clone()));
        }
        let at_once =
            asked("append_audit", json!({"key": key, "entries": (1..=6).map(entry).collect::<Vec<_>>()}));
        assert_eq!((at_once["lines"].as_str(), at_once["head"].as_str()), (Some(&*text), Some(&*heads[6])));
    }
    assert_eq!(faults("", &[]), []);
}

#[test]
fn a_line_says_who_what_when_and_the_outcome() {
    let (text, _) = trail(1, None);
    let line: Value = serde_json::from_str(text.trim_end()).unwrap();
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    for (name, said) in [
        ("line", json!(1)),
        ("at", json!("2026-07-01T00:00:00.001Z")),
        ("user", json!("cron")),
        ("path", json!("order-service/order")),
        ("record", json!("WEB-1")),
        ("body", json!(digest)),
        ("bytes", json!(2)),
        ("outcome", json!("applied")),
        ("previous", json!("start")),
    ] {
        assert_eq!(line[name], said, "{name}");
    }
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn neither_bodies_nor_queries_nor_secrets_are_in_it() {
    const SECRET: &str = "s3cret-token-0123456789";
    let entry = json!({"at_ms": NOW, "outcome": "rejected", "host": format!("a {SECRET} b"),
        "method": "POST", "path": format!("https://{SECRET}.example.com/public-api/acme/order?token={SECRET}#{SECRET}"),
        "body": format!("{{\"note\":\"{SECRET}\"}}"), "note": format!("refused \"{SECRET}\"\nand more"),
        "record": "A\"B\\C\n\u{7}é📦"});
    let answer = asked("append_audit", json!({"entries": [entry], "secrets": [SECRET]}));
    let text = answer["lines"].as_str().unwrap();
    assert!(!text.contains("s3cret") && text.contains("\"path\":\"order\""), "{text}");
    assert_eq!((text.matches('\n').count(), faults(text, &[])), (1, Vec::new()));
    let line: Value = serde_json::from_str(text).unwrap();
    assert_eq!(line["record"], "A\"B\\C\n\u{7}é📦");
}

#[test]
fn an_answer_says_what_became_of_the_write_and_a_login_leaves_no_digest() {
    let line = |entry: Value| -> Value {
        let answer = asked("append_audit", json!({ "entries": [entry] }));
        serde_json::from_str(answer["lines"].as_str().unwrap().trim_end()).unwrap()
    };
    for (status, body, outcome) in [
        (200, r#"{"response":208}"#, "applied"),
        (207, r#"{"response":{}}"#, "applied"),
        (400, r#"{"errors":[{"code":"ORDC-018","message":"no"}]}"#, "rejected"),
        (403, "<html>a firewall", "maybe-applied"),
        (503, "", "maybe-applied"),
        (302, "", "maybe-applied"),
    ] {
        let entry =
            json!({"at_ms": NOW, "method": "POST", "path": "order", "status": status, "answer": body});
        let line = line(entry);
        assert_eq!((&line["outcome"], &line["status"]), (&json!(outcome), &json!(status)), "{status} {body}");
        assert!(!line.to_string().contains("ORDC") && !line.to_string().contains("firewall"));
    }
    let at = |path: &str| line(json!({"at_ms": NOW, "path": path, "body": "password", "outcome": "sent"}));
    assert_eq!(at("https://euw1.example.com/acme/authorise")["body"], Value::Null);
    assert_eq!(at("https://oauth.example.com/token?code=x")["path"], "/token");
    let write = at("https://euw1.example.com/public-api/acme/order-service/order/7?a=b");
    assert_eq!((&write["path"], &write["bytes"]), (&json!("order-service/order/7"), &json!(8)));
}

#[test]
fn each_way_to_meddle_with_it_is_found_and_named() {
    let (text, heads) = trail(5, None);
    let lines: Vec<&str> = text.lines().collect();
    let [one, two, three, four, five] = lines[..] else { panic!("five lines") };
    assert_eq!(faults(&text.replace("WEB-3", "WEB-8"), &[]), of(&[(3, "changed")]));
    assert_eq!(faults(&joined(&[one, two, four, five]), &[]), of(&[(4, "removed")]));
    assert_eq!(faults(&joined(&[two, three, four, five]), &[]), of(&[(4, "removed")]));
    assert_eq!(faults(&joined(&[one, two, three, three, four, five]), &[]), of(&[(4, "added")]));
    assert_eq!(faults(&joined(&[one, two, four, three, five]), &[]), of(&[(4, "reordered")]));
    assert_eq!(faults(&joined(&[one, three, "{}", four]), &[]), of(&[(3, "changed"), (4, "removed")]));
    assert_eq!(faults(&text[..text.len() - 9], &[]), of(&[(5, "torn")]));
    let cut = joined(&[one, two, three]);
    assert_eq!(faults(&cut, &[]), [], "nothing but a head tells a tail that was cut off");
    assert_eq!(faults(&cut, &[&heads[5]]), of(&[(3, "cut-off")]));
    assert_eq!(faults("", &[&heads[5]]), of(&[(0, "cut-off")]));
    assert_eq!(faults(&text.replace('\n', "\r\n"), &[])[0], (1, "changed".to_owned()));
    let long = format!("{one}\n{}\n{two}\n", "x".repeat(1 << 20));
    for size in [1_000, 1 << 21] {
        assert_eq!(verify_in_parts(&long, &[], None, size).0, of(&[(2, "changed")]));
    }
}

#[test]
fn a_line_that_was_made_for_its_place_is_found_by_the_next() {
    let (text, heads) = trail(3, None);
    let lines: Vec<&str> = text.lines().collect();
    let made = asked("append_audit", json!({"head": heads[1], "entries": [entry(9)]}));
    let made = made["lines"].as_str().unwrap().trim_end();
    assert_eq!(faults(&joined(&[lines[0], made, lines[2]]), &[]), of(&[(3, "rewritten")]));
    let all = joined(&[lines[0], made]);
    assert_eq!(faults(&all, &[]), [], "the whole tail was written anew");
    assert_eq!(faults(&all, &[&heads[2]]), of(&[(2, "rewritten")]));
}

#[test]
fn with_a_key_nobody_else_can_write_it_anew() {
    let (keyed, heads) = trail(3, Some(KEY));
    let (plain, _) = trail(3, None);
    let with_key = |text: &str, key: &str| verify_in_parts(text, &[], Some(key), 1 << 20).0;
    assert_eq!(with_key(&keyed, "another-invented-key-01").len(), 3);
    assert_eq!(with_key(&plain, KEY), of(&[(3, "unkeyed")]));
    let behind = asked("append_audit", json!({"head": heads[3], "entries": [entry(4)]}));
    let mixed = format!("{keyed}{}", behind["lines"].as_str().unwrap());
    assert_eq!(with_key(&mixed, KEY), of(&[(4, "unkeyed")]));
    assert_eq!(faults(&keyed, &[]), of(&[(1, "key-needed")]));
    assert!(!keyed.contains(KEY));
}

#[test]
fn numbers_of_lines_that_cannot_be_are_told() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    for lines in [u64::MAX, 1 << 53] {
        let head = format!("{lines}:{digest}");
        let question = json!({"append_audit": {"head": head, "entries": [entry(1)]}}).to_string();
        assert_eq!(ask(&question).unwrap_err().location(), Some("head"));
        let line = format!("{{\"line\":{lines},\"previous\":\"start\",\"chain\":\"{digest}\"}}\n");
        assert_eq!(faults(&line, &[]), of(&[(1, "changed")]));
    }
    let furthest = format!("{}:{digest}", (1_u64 << 53) - 1);
    let answer = asked("append_audit", json!({"head": furthest, "entries": [entry(1)]}));
    assert!(answer["lines"].as_str().unwrap().starts_with("{\"line\":9007199254740992,"));
    let state =
        json!({"head": furthest, "file_line": u64::MAX, "rest": "", "gaps": [{"from": 0, "to": u64::MAX}]});
    let (text, _) = trail(1, None);
    let answer = asked("verify_audit", json!({"state": state, "text": text, "last": true}));
    assert_eq!(answer["findings"][0]["fault"], "reordered");
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    for (question, arguments, place) in [
        ("append_audit", json!({"entries": [{"at_ms": NOW}]}), "entries/0/outcome"),
        ("append_audit", json!({"entries": [{"outcome": "applied"}]}), "entries/0/at_ms"),
        ("append_audit", json!({"entries": [{"at_ms": u64::MAX, "outcome": "applied"}]}), "entries/0/at_ms"),
        ("append_audit", json!({"entries": [{"at_ms": NOW, "outcome": "fine"}]}), "entries/0/outcome"),
        (
            "append_audit",
            json!({"entries": [{"at_ms": NOW, "outcome": "sent", "boddy": ""}]}),
            "entries/0/boddy",
        ),
        (
            "append_audit",
            json!({"entries": [{"at_ms": NOW, "outcome": "sent", "body_base64": "é"}]}),
            "entries/0/body_base64",
        ),
        ("append_audit", json!({"head": "5:start"}), "head"),
        ("append_audit", json!({"head": "5:sha256:00"}), "head"),
        ("append_audit", json!({"head": 5}), "head"),
        ("append_audit", json!({"key": "short"}), "key"),
        ("append_audit", json!({"key": 5}), "key"),
        ("verify_audit", json!({}), "text"),
        ("verify_audit", json!({"text": "", "anchors": ["x"]}), "anchors/0"),
        ("verify_audit", json!({"text": "", "state": {}}), "state/file_line"),
    ] {
        let error = ask(&json!({ question: arguments }).to_string()).unwrap_err();
        assert_eq!((error.kind(), error.location()), (Kind::Validation, Some(place)), "{arguments}: {error}");
        assert!(error.message().contains("expected") || error.message().contains("base64"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_change_of_a_byte_passes(place in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let (text, heads) = trail(3, None);
        let mut bytes = text.clone().into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        let changed = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert!(!faults(&changed, &[&heads[3]]).is_empty());
    }

    #[test]
    fn no_other_choice_or_order_of_lines_passes(choice in proptest::collection::vec(0_usize..4, 0..7)) {
        let (text, heads) = trail(4, None);
        let lines: Vec<&str> = text.lines().collect();
        let chosen: Vec<&str> = choice.iter().map(|place| lines[*place]).collect();
        let found = faults(&joined(&chosen), &[&heads[4]]);
        prop_assert_eq!(found.is_empty(), choice == [0, 1, 2, 3], "{:?}", found);
        let removed = (0..4).any(|line| !choice.contains(&line));
        let seen: BTreeSet<&str> = found.iter().map(|(_, fault)| fault.as_str()).collect();
        prop_assert_eq!(removed, seen.contains("removed") || seen.contains("cut-off"));
    }

    #[test]
    fn texts_of_any_kind_are_chained_and_verified(texts in proptest::collection::vec(any::<String>(), 3), size in 1_usize..300) {
        let entry = json!({"at_ms": NOW, "outcome": "noted", "record": texts[0], "note": texts[1], "path": texts[2]});
        let answer = asked("append_audit", json!({"entries": [entry, entry]}));
        let text = answer["lines"].as_str().unwrap();
        prop_assert_eq!(verify_in_parts(text, &[], None, size), (Vec::new(), answer["head"].as_str().unwrap().to_owned()));
    }
}

/// What the lines of one entry say of each write: verb, path, label, outcome and status.
fn writes_told(entry: &Value) -> Vec<(String, String, String, String, u64)> {
    let answer = asked("append_audit", json!({"entries": [entry]}));
    let lines = answer["lines"].as_str().unwrap().lines();
    lines
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let status = line["status"].as_u64().unwrap_or_default();
            (text("method"), text("path"), text("message"), text("outcome"), status)
        })
        .collect()
}

#[test]
fn a_multi_message_is_told_write_by_write() {
    let message = |label: &str, verb: &str, uri: &str, body: Value| json!({"label": label, "uri": uri, "httpMethod": verb, "body": body});
    let body = json!({"processingMode": "PARALLEL", "onFail": "CONTINUE", "messages": [
        message("request-0", "POST", "/order-service/order", json!({"a": 1})),
        message("request-1", "PUT", "/order-service/order/7/status", json!({"orderStatusId": 2})),
        message("request-2", "DELETE", "/order-service/order/7/row/3", json!({})),
        message("request-3", "POST", "/order-service/order", json!({"a": 2})),
    ]})
    .to_string();
    let packet = json!({"at_ms": NOW, "method": "POST", "body": body,
        "path": "https://ws-eu1.brightpearl.com/public-api/acme/multi-message?x=1"});
    let with = |more: Value| {
        let mut entry = packet.clone();
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        writes_told(&entry)
    };
    let processed = |label: &str, status: u16, content: &str| json!({"label": label, "statusCode": status, "body": {"content": content}});
    let answer = json!({"response": {"processedMessages": [
        processed("request-0", 200, "{\"response\":12}"),
        processed("request-1", 400, "{\"errors\":[{\"code\":\"ORDC-001\",\"message\":\"no\"}]}"),
    ], "unprocessedMessages": ["request-2"]}})
    .to_string();
    let outcomes = |told: Vec<(String, String, String, String, u64)>| -> Vec<(String, u64)> {
        told.into_iter().map(|(_, _, _, outcome, status)| (outcome, status)).collect()
    };
    let told = with(json!({"status": 207, "answer": answer}));
    assert_eq!(told[1].0, "PUT");
    assert_eq!(told[1].1, "order-service/order/7/status");
    assert_eq!(told[1].2, "request-1");
    let expected = [("applied", 200), ("rejected", 400), ("not-sent", 207), ("maybe-applied", 207)];
    assert_eq!(outcomes(told), expected.map(|(outcome, status)| (outcome.to_owned(), status)));
    // What the host says of the packet holds for each.
    assert!(outcomes(with(json!({"outcome": "sent"}))).iter().all(|(outcome, _)| outcome == "sent"));
    // A refusal of the whole is one of each; an answer that says nothing of them leaves them in doubt.
    let refusal = json!({"errors": [{"code": "CMNC-001", "message": "no"}]}).to_string();
    for (status, answer, outcome) in
        [(400, refusal.as_str(), "rejected"), (200, "{}", "maybe-applied"), (502, "<html>", "maybe-applied")]
    {
        let told = outcomes(with(json!({"status": status, "answer": answer})));
        assert_eq!(told, vec![(outcome.to_owned(), status); 4], "{answer}");
    }
    // What cannot be read as a packet is one line.
    let mut other = packet.clone();
    other["body"] = json!("not a packet");
    other["outcome"] = json!("sent");
    assert_eq!(writes_told(&other).len(), 1);
}
