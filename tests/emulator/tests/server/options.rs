//! What the server can be told: TLS, hosts, faults, the cap, latency, the clock, a log, and its page.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::process::Server;
use brightpearl_emulator::{HOSTS, make_certificates};
use serde_json::Value;

/// A path of this test's own, without a file.
fn own_file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("brightpearl-emulator-test-{}-{name}", std::process::id()));
    let _gone = fs::remove_file(&path);
    path
}

fn refused(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } =
        Command::new(env!("CARGO_BIN_EXE_brightpearl-emulator")).args(arguments).output().unwrap();
    assert!(!status.success(), "{arguments:?}");
    String::from_utf8(stderr).unwrap()
}

const STATUSES: &str = "order-service/order-status";

#[test]
fn faults_cap_clock_and_log_are_options() {
    let log = own_file("log.jsonl");
    let server = Server::start(&[
        "--orders",
        "20",
        "--contacts",
        "20",
        "--products",
        "10",
        "--admin",
        "--cap",
        "2",
        "--latency",
        "1",
        "--clock",
        "2031-05-06T07:08:09Z",
        "--log",
        log.to_str().unwrap(),
        "--fault",
        "lost-response:1",
        "--fault",
        "html-page:2",
        "--fault",
        "outage+applied:0%",
    ]);
    assert!(server.get(STATUSES).is_err(), "the connection goes away");
    assert!(server.get(STATUSES).unwrap().1.contains("<html"));
    // The third is more than the cap of two, since a lost response counts.
    assert_eq!(server.get(STATUSES).unwrap().0, 503);
    let clock = server.send("GET", "/~emulator/clock", "").unwrap().1;
    assert!(clock.starts_with("2031-05-06T07:08:"), "{clock}");
    assert_eq!(server.send("PUT", "/~emulator/clock", "2040-01-01T00:00:00+01:00").unwrap().0, 204);
    assert_eq!(server.get(STATUSES).unwrap().0, 200, "another throttle period");
    assert!(server.send("GET", "/~emulator/clock", "").unwrap().1.starts_with("2039-12-31T23:0"));
    let (status, said) = server.send("PUT", "/~emulator/clock", "tomorrow").unwrap();
    assert!(status == 400 && said.contains("`tomorrow` is not a time"), "{said}");
    assert_eq!(server.send("GET", "/~emulator/audit", "").unwrap(), (200, "[]".to_owned()));
    server
        .send("POST", "/token/demo", "grant_type=refresh_token&client_secret=hush&refresh_token=hush")
        .unwrap();
    server.send("POST", "/demo/authorise", r#"{"apiAccountCredentials": {"password": "hush"}}"#).unwrap();
    server.stop();
    let text = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6);
    assert_eq!((&lines[0]["fault"], &lines[0]["applied"]), (&"lost-response".into(), &true.into()));
    assert_eq!(lines[0].get("response"), None);
    assert_eq!(lines[1]["response"]["status"], 200);
    assert_eq!(lines[3]["request"]["uri"], format!("/public-api/demo/{STATUSES}"));
    assert!(lines[3]["response"]["body"].as_str().unwrap().contains("statusId"));
    let secrets = brightpearl_emulator::Config::default().credentials[0].headers();
    let token = secrets.get("brightpearl-account-token").unwrap();
    assert!(!text.contains("hush") && !text.contains(token), "{text}");
}

#[test]
fn without_a_cap_nothing_is_refused() {
    let server = Server::start(&["--orders", "5", "--cap", "off"]);
    for _ in 0..300 {
        assert_eq!(server.get(STATUSES).unwrap().0, 200);
    }
}

#[test]
fn the_account_is_in_the_zone_that_is_named() {
    let server = Server::start(&["--orders", "5", "--time-zone", "US/Eastern"]);
    let (_, setup) = server.get("integration-service/account-configuration").unwrap();
    assert!(setup.contains(r#""timeZone":"US/Eastern""#), "{setup}");
}

#[test]
fn what_cannot_be_meant_is_said() {
    assert!(refused(&["--time-zone", "Mars/Olympus"]).contains("`Mars/Olympus` for `time_zone`"));
    assert!(refused(&["--cap", "some"]).contains("expected a number of requests, or off"));
    assert!(refused(&["--clock", "noon"]).contains("such as 2026-07-01T09:30:00Z"));
    assert!(refused(&["--fault", "flood:8"]).contains("one of lost-response"));
    assert!(refused(&["--certificate", "a.pem"]).contains("--key"));
    assert!(
        refused(&["--certificate", "/nowhere/a.pem", "--key", "/nowhere/b.pem"]).contains("/nowhere/a.pem")
    );
    let file = own_file("not.pem");
    fs::write(&file, "text").unwrap();
    let path = file.to_str().unwrap();
    assert!(refused(&["--certificate", path, "--key", path]).contains("not PEM as expected"));
    fs::remove_file(&file).unwrap();
}

#[test]
fn the_page_shows_the_account_and_loads_nothing() {
    let server = Server::start(&["--orders", "20", "--fault", "slow=1:5"]);
    server.raw("GET /public-api/demo/a\"b&c?token=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let page = server.raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(page.contains("Content-Security-Policy: default-src 'none'; style-src 'sha256-"), "{page}");
    assert!(page.contains("Emulated Brightpearl: demo") && page.contains("<td>request 5</td><td>slow</td>"));
    assert!(page.contains("<td>/public-api/demo/a&quot;b&amp;c</td>"), "{page}");
    // Where no page is asked for, nothing is counted for it.
    assert!(page.contains("<td>Requests</td><td>1</td>"), "{page}");
}

#[test]
fn hosts_have_their_own_paths() {
    let server = Server::start(&["--orders", "5"]);
    let status = |host: &str, line: &str| {
        let answer = server.raw(&format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };
    let api = format!("GET /public-api/demo/{STATUSES}");
    for host in HOSTS {
        let is_oauth = host.starts_with("oauth.");
        // Nobody has logged in, which only an API host says.
        assert_eq!(status(host, &api), if is_oauth { 404 } else { 401 }, "{host}");
        assert_eq!(status(host, "POST /token/demo"), if is_oauth { 400 } else { 404 }, "{host}");
    }
    assert_eq!(status("WS-EU1.brightpearl.com:8443", &api), 401);
    assert_eq!(status("OAUTH.brightpearl.com:8443", &api), 404);
    assert_eq!(status("localhost", "POST /token/demo"), 400);
    let tools = "GET /developer-tools/demo_developer/account-location/demo";
    assert_ne!(status("euw1.brightpearlconnect.com", tools), 404);
    assert_eq!(status("use1.brightpearlconnect.com", tools), 404);
}

#[test]
fn tls_is_trusted_by_what_is_printed() {
    let mut server = Server::start(&["--orders", "5", "--tls"]);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    let authority = server.authority_file.clone();
    let pem = fs::read(&authority).unwrap();
    server.trust(&pem);
    assert_eq!(server.get(STATUSES).unwrap().0, 200);
    // Its own authority alone will do.
    server.trust(make_certificates(0).unwrap().authority.as_bytes());
    assert!(server.get(STATUSES).is_err());
    server.stop();
    assert!(!authority.exists(), "it goes with the server");

    let given = make_certificates(1_782_864_000_000).unwrap();
    let (certificate, key) = (own_file("certificate.pem"), own_file("key.pem"));
    fs::write(&certificate, &given.certificate).unwrap();
    fs::write(&key, &given.key).unwrap();
    let files = [certificate.to_str().unwrap(), key.to_str().unwrap()];
    let mut server = Server::start(&["--orders", "5", "--certificate", files[0], "--key", files[1]]);
    server.trust(given.authority.as_bytes());
    assert_eq!(server.get(STATUSES).unwrap().0, 200);
    fs::remove_file(&certificate).unwrap();
    fs::remove_file(&key).unwrap();
}
