//! The server binary beyond single requests: webhooks on the wire, accounts that outlive it, administration.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::Server;
use serde_json::{Value, json};

/// What a subscriber received: the request line, the content type and the body.
type Received = (String, String, String);

/// A subscriber on a loopback port that answers with these statuses in turn, and then with 200.
fn subscriber(statuses: &'static [u16]) -> (String, Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut statuses = statuses.iter();
        for stream in listener.incoming() {
            let received = receive(stream.unwrap(), statuses.next().copied().unwrap_or(200));
            if sender.send(received).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

fn receive(stream: TcpStream, status: u16) -> Received {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let (mut length, mut content_type) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "content-type" => content_type = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    (first.trim_end().to_owned(), content_type, String::from_utf8(body).unwrap())
}

fn subscribe(server: &Server, url: &str, event: &str, method: &str, quality_of_service: u8) {
    let body = json!({
        "subscribeTo": event,
        "httpMethod": method,
        "uriTemplate": format!("{url}/hook?secret=abc&event=${{full-event}}&id=${{resource-id}}&a=${{account-code}}&t=${{resource-type}}&l=${{lifecycle-event}}"),
        "bodyTemplate": r#"{"id":"${resource-id}","event":"${full-event}"}"#,
        "contentType": "application/json",
        "qualityOfService": quality_of_service,
    });
    let path = "/public-api/demo/integration-service/webhook";
    let (status, said) = server.send("POST", path, &body.to_string()).unwrap();
    assert_eq!(status, 200, "{said}");
}

fn sale(server: &Server) -> u64 {
    let (_, body) =
        server.get("order-service/order-search?orderTypeId=1&pageSize=1&columns=orderId").unwrap();
    serde_json::from_str::<Value>(&body).unwrap()["response"]["results"][0][0].as_u64().unwrap()
}

/// A status that no order has from the start.
const TO_CHECK: u32 = 21;

fn put_aside(server: &Server, order: u64) {
    let path = format!("/public-api/demo/order-service/order/{order}/status");
    assert_eq!(server.send("PUT", &path, &json!({"orderStatusId": TO_CHECK}).to_string()).unwrap().0, 200);
}

#[test]
fn webhooks_arrive_over_http_and_again_when_they_were_not_taken() {
    let retries = r#"{"webhooks": {"delay_ms": 0, "retry_after_ms": [100, 100]}}"#;
    let server = Server::start(&["--orders", "40", "--config", retries, "--statistics"]);
    let (url, received) = subscriber(&[503, 500]);
    let order = sale(&server);
    subscribe(&server, &url, "order.modified.order-status", "POST", 1);
    put_aside(&server, order);
    for attempt in 1..=3 {
        let (line, content_type, body) = received
            .recv_timeout(Duration::from_secs(20))
            .unwrap_or_else(|error| panic!("attempt {attempt}: {error}"));
        assert_eq!(
            line,
            format!(
                "POST /hook?secret=abc&event=order.modified.order-status&id={order}&a=demo&t=order&l=modified HTTP/1.1"
            )
        );
        assert_eq!(content_type, "application/json");
        let expected = json!({"id": order.to_string(), "event": "order.modified.order-status"});
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }
    assert!(received.recv_timeout(Duration::from_millis(500)).is_err());
    let (_, errors) = server.stop();
    let statistics: Value = serde_json::from_str(&errors[errors.find("{\n").unwrap()..]).unwrap();
    assert_eq!((&statistics["delivered"], &statistics["redelivered"]), (&json!(1), &json!(2)));
}

#[test]
fn a_webhook_without_a_body_and_one_that_nobody_takes() {
    let policy = r#"{"webhooks": {"delay_ms": 0, "retry_after_ms": []}}"#;
    let server = Server::start(&["--orders", "40", "--config", policy, "--admin"]);
    let (url, received) = subscriber(&[]);
    let order = sale(&server);
    subscribe(&server, &url, "order.modified", "GET", 0);
    // Nothing listens on port 1, and this address cannot be.
    subscribe(&server, "http://127.0.0.1:1", "order.modified", "PUT", 1);
    subscribe(&server, "http://not a host", "order.modified", "DELETE", 1);
    put_aside(&server, order);
    let (line, content_type, body) = received.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(line.starts_with("GET /hook?secret=abc&event=order.modified&"), "{line}");
    assert_eq!((content_type.as_str(), body.as_str()), ("", ""));
    let begun = Instant::now();
    loop {
        let (_, statistics) = server.send("GET", "/~emulator/statistics", "").unwrap();
        let statistics: Value = serde_json::from_str(&statistics).unwrap();
        if statistics["delivered"] == 1 && statistics["undelivered"] == 2 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{statistics}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A file for one test, gone afterwards.
struct StateFile(PathBuf);

impl StateFile {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("brightpearl-{name}-{}.json", std::process::id()));
        let file = Self(path);
        file.remove();
        file
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn remove(&self) {
        // Absent before, and perhaps never made.
        let _removed = std::fs::remove_file(&self.0);
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        self.remove();
    }
}

fn status_of(server: &Server, order: u64) -> Value {
    let (status, body) = server.get(&format!("order-service/order/{order}")).unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["response"][0]["orderStatus"]["orderStatusId"].clone()
}

#[test]
fn an_account_outlives_its_server() {
    let file = StateFile::new("outlives");
    let server = Server::start(&["--orders", "40", "--seed", "5", "--state", file.path()]);
    let order = sale(&server);
    assert_ne!(status_of(&server, order), TO_CHECK);
    put_aside(&server, order);
    let (exit, _) = server.stop();
    assert!(exit.success());
    // The file keeps its own configuration, and takes another fault plan.
    let faults = r#"{"bad_ids": [{"resource": "product-service/product", "ids": [1007]}]}"#;
    let server = Server::start(&["--orders", "7", "--state", file.path(), "--faults", faults]);
    assert_eq!(status_of(&server, order), TO_CHECK);
    let (_, page) = server.get("order-service/order-search?pageSize=1").unwrap();
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["response"]["metaData"]["resultsAvailable"], 40);
    assert_eq!(server.get("product-service/product/1007").unwrap().0, 400);
}

#[test]
fn a_crash_costs_no_more_than_the_last_moments() {
    let file = StateFile::new("crash");
    let server = Server::start(&["--orders", "40", "--state", file.path()]);
    let order = sale(&server);
    assert_ne!(status_of(&server, order), TO_CHECK);
    put_aside(&server, order);
    subscribe(&server, "http://127.0.0.1:1/saved", "product", "GET", 0);
    let begun = Instant::now();
    while !std::fs::read_to_string(&file.0).is_ok_and(|state| state.contains("127.0.0.1:1/saved")) {
        assert!(begun.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(50));
    }
    server.kill();
    let server = Server::start(&["--state", file.path()]);
    assert_eq!(status_of(&server, order), TO_CHECK);
}

#[test]
fn a_file_that_holds_no_account_is_left_alone() {
    let file = StateFile::new("other");
    std::fs::write(&file.0, "{\"something\": \"else\"}").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_brightpearl-emulator"))
        .args(["--state", file.path()])
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains(file.path()) && errors.contains("version"), "{errors}");
    assert_eq!(std::fs::read_to_string(&file.0).unwrap(), "{\"something\": \"else\"}");
}

#[test]
fn administration_is_there_when_asked_for() {
    let server = Server::start(&["--orders", "40"]);
    assert_eq!(server.send("GET", "/~emulator/statistics", "").unwrap().0, 404);
    let server = Server::start(&["--orders", "40", "--admin"]);
    let order = sale(&server);
    let before = status_of(&server, order);
    let (_, state) = server.send("GET", "/~emulator/state", "").unwrap();
    put_aside(&server, order);
    assert_ne!(before, TO_CHECK);
    assert_eq!(status_of(&server, order), TO_CHECK);
    assert_eq!(server.send("PUT", "/~emulator/state", &state).unwrap().0, 204);
    assert_eq!(status_of(&server, order), before);
    put_aside(&server, order);
    assert_eq!(server.send("POST", "/~emulator/reset", "").unwrap().0, 204);
    let (_, statistics) = server.send("GET", "/~emulator/statistics", "").unwrap();
    assert_eq!(serde_json::from_str::<Value>(&statistics).unwrap()["requests"], 0);
    assert_eq!(status_of(&server, order), before);
    let faults = r#"{"rates": [{"rate": 1.0, "fault": {"kind": "outage"}}]}"#;
    assert_eq!(server.send("PUT", "/~emulator/faults", faults).unwrap().0, 204);
    assert_eq!(server.get("order-service/order/1").unwrap().0, 503);
    let (_, config) = server.send("GET", "/~emulator/config", "").unwrap();
    assert_eq!(serde_json::from_str::<Value>(&config).unwrap()["orders"], 40);
    let (_, webhooks) = server.send("GET", "/~emulator/webhooks", "").unwrap();
    assert_eq!(serde_json::from_str::<Value>(&webhooks).unwrap(), json!({"waiting": 0, "next_due_ms": null}));
    let (status, said) = server.send("PUT", "/~emulator/faults", r#"{"rates": 1}"#).unwrap();
    assert!(status == 400 && said.contains("faults"), "{said}");
    assert_eq!(server.send("PUT", "/~emulator/state", "{}").unwrap().0, 400);
    assert_eq!(server.send("GET", "/~emulator/nothing", "").unwrap().0, 404);
}

#[test]
fn oauth_over_http_comes_back_to_the_server() {
    let server = Server::start(&["--orders", "40"]);
    let redirect = "http%3A%2F%2F127.0.0.1%3A1%2Fcallback";
    let page = server.raw(&format!(
        "GET /authorize/demo?response_type=code&client_id=demo_oauth_public_app&redirect_uri={redirect}&state=s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    ));
    assert!(page.starts_with("HTTP/1.1 302 "), "{page}");
    let code = page.split("?code=").nth(1).unwrap().split('&').next().unwrap();
    let form = format!(
        "grant_type=authorization_code&code={code}&client_id=demo_oauth_public_app&redirect_uri={redirect}"
    );
    let (status, tokens) = server.send("POST", "/token/demo", &form).unwrap();
    assert_eq!(status, 200, "{tokens}");
    let tokens: Value = serde_json::from_str(&tokens).unwrap();
    assert_eq!(format!("http://{}", tokens["api_domain"].as_str().unwrap()), server.url);
}
