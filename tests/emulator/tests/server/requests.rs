//! The server binary on a real port, driven by an HTTP client that knows nothing of the emulator.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::Server;
use serde_json::{Value, json};

#[test]
fn real_requests_get_real_answers_until_the_server_is_told_to_stop() {
    let server = Server::start(&["--orders", "40", "--seed", "7", "--quota", "5", "--statistics"]);
    let (status, body) = server.get("order-service/order-search?pageSize=2").unwrap();
    assert_eq!(status, 200);
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(page["response"]["metaData"]["resultsAvailable"], 40);
    assert_eq!(server.get("order-service/nothing").unwrap().0, 404);
    assert_eq!(
        ureq::get(format!("{}/public-api/demo/x", server.url)).call().unwrap_err().to_string(),
        "http status: 401"
    );
    let raw = server.raw("GET /public-api/demo/order-service/order-type HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(
        raw.starts_with("HTTP/1.1 401 ") && raw.contains("\r\nBrightpearl-Requests-Remaining: "),
        "{raw}"
    );
    let statuses: Vec<u16> = (0..8).map(|_| server.get("order-service/order-type").unwrap().0).collect();
    assert!(statuses.contains(&503), "{statuses:?}");
    let (exit, errors) = server.stop();
    assert!(exit.success(), "{exit}");
    let statistics = &errors[errors.find("{\n").unwrap()..];
    let statistics: Value = serde_json::from_str(statistics).unwrap();
    assert_eq!(statistics["requests"], 12);
    assert_eq!(statistics["unauthorised"], 2);
}

#[test]
fn faults_happen_to_the_connection() {
    let faults = json!({"script": [
        {"request": 1, "fault": {"kind": "lost-response"}},
        {"request": 2, "fault": {"kind": "slow", "delay_ms": 300}},
        {"request": 3, "fault": {"kind": "truncated-body"}},
        {"request": 4, "fault": {"kind": "outage-page"}},
    ]});
    let server = Server::start(&["--faults", &faults.to_string()]);
    // The client repeats a GET by itself when a kept connection breaks, so each request has its own.
    assert!(server.get("order-service/order/1").is_err());
    let begun = Instant::now();
    assert_eq!(server.get("order-service/order/1").unwrap().0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    let (status, body) = server.get("order-service/order/1").unwrap();
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<Value>(&body).is_err() && body.starts_with("{\"response\""));
    let (status, body) = server.get("order-service/order/1").unwrap();
    assert!(status == 503 && body.contains("<html>"));
    assert_eq!(server.get("order-service/order/1").unwrap().0, 200);
}

#[test]
fn bad_arguments_are_explained() {
    for (arguments, expected) in [
        (vec!["--faults", "{"], "faults: EOF"),
        (vec!["--faults", "@/no/such/file"], "cannot read /no/such/file"),
        (vec!["--config", r#"{"quota": 0}"#], "`quota`; expected 1"),
        (vec!["--orders", "many"], "invalid value 'many'"),
    ] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_brightpearl-emulator")).args(&arguments).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(expected), "{errors}");
        assert!(output.stdout.is_empty());
    }
}
