//! A generic foreign client on the real server: what others send and this project's client never would.

use crate::process::Server;
use brightpearl_emulator::Config;
use serde_json::Value;

/// The credentials, with header names as somebody might spell them.
fn credentials(spelling: fn(&str) -> String) -> String {
    let headers = Config::default().credentials[0].headers();
    headers.iter().map(|(name, value)| format!("{}: {value}\r\n", spelling(name))).collect()
}

struct Foreign {
    server: Server,
    credentials: String,
}

/// Status line, headers and body.
struct Heard {
    status: u16,
    head: String,
    body: String,
}

impl Foreign {
    fn new() -> Self {
        let server =
            Server::start(&["--orders", "80", "--contacts", "60", "--products", "40", "--quota", "100000"]);
        Self { server, credentials: credentials(str::to_owned) }
    }

    /// Sends a request line, header lines and whatever follows them, as they stand.
    fn send(&self, line: &str, headers: &str, rest: &str) -> Heard {
        self.send_as(&self.credentials, line, headers, rest)
    }

    fn send_as(&self, credentials: &str, line: &str, headers: &str, rest: &str) -> Heard {
        let text = self.server.raw(&format!("{line}\r\n{credentials}{headers}\r\n{rest}"));
        // An interim answer comes before the one that counts.
        let text = text.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&text);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Heard { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn get(&self, target: &str) -> Heard {
        self.send(&format!("GET {target} HTTP/1.1"), CLOSING, "")
    }
}

const CLOSING: &str = "Host: localhost\r\nConnection: close\r\n";

fn json(heard: &Heard) -> Value {
    serde_json::from_str(&heard.body)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", heard.head, heard.body))
}

fn with_length(headers: &str, body: &str) -> String {
    format!("{CLOSING}{headers}Content-Length: {}\r\n", body.len())
}

#[test]
fn paths_and_sets_of_any_spelling_are_read() {
    let foreign = Foreign::new();
    let expected = foreign.get("/public-api/demo/order-service/order/3,7,12");
    assert_eq!(expected.status, 200, "{}", expected.body);
    for target in [
        "/public-api/demo/order-service/order/12,3,7",
        "/public-api/demo/order-service/order/7,12,3,3",
        "/public-api/demo/order-service/order/12.7.3",
        "/public-api/demo/order-service/order/3%2C7%2C12",
        "/public-api/demo/order-service/order/3,7,12/",
        "//public-api//demo//order-service//order//3,7,12//",
        "/2.0.0/demo/order-service/order/3,7,12",
        "/2.0.0/demo//order-service/order/3,7,12",
        "/public-api/demo/order-service/order/3,7,12?",
        "/public-api/demo/order-service/order/3,7,12?unknown=1&",
    ] {
        assert_eq!(foreign.get(target).body, expected.body, "{target}");
    }
    let absolute = format!("{}/public-api/demo/order-service/order/3,7,12", foreign.server.url);
    assert_eq!(foreign.get(&absolute).body, expected.body);
    // The official examples.
    for target in [
        "order-service/order/1-50,56,75-82,55,120,500-750",
        "order-service/sales-order/1-50,56,75-82,55,120,500-750",
    ] {
        let line = format!("OPTIONS /public-api/demo/{target} HTTP/1.1");
        let heard = foreign.send(&line, CLOSING, "");
        assert_eq!(heard.status, 200, "{target}: {}", heard.body);
    }
    for target in [
        "order/*/goods-note/goods-out/4-99,1,2",
        "order/55-90,45/goods-note/goods-out/",
        "order/55-80,45//goods-note/goods-out",
    ] {
        let heard = foreign.get(&format!("/public-api/demo/warehouse-service/{target}"));
        assert!(
            [200, 404].contains(&heard.status) && !heard.body.contains("CMNC-006"),
            "{target}: {}",
            heard.body
        );
    }
}

#[test]
fn header_names_are_read_in_any_spelling() {
    let foreign = Foreign::new();
    let title = |name: &str| {
        let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
        name.split('-').map(capital).collect::<Vec<_>>().join("-")
    };
    let odd = |name: &str| -> String {
        let turned = |(place, letter): (usize, char)| {
            if place % 2 == 0 { letter.to_ascii_uppercase() } else { letter }
        };
        name.chars().enumerate().map(turned).collect()
    };
    for spelt in [credentials(title), credentials(odd), credentials(str::to_uppercase)] {
        let line = "GET /public-api/demo/order-service/order-type HTTP/1.1";
        let heard = foreign.send_as(&spelt, line, CLOSING, "");
        assert_eq!(heard.status, 200, "{spelt}{}", heard.body);
    }
    // White space around values, and a value that came in twice as proxies make it.
    let spaced = foreign.credentials.replace(": ", ":   \t").replace("\r\n", "  \r\n");
    let heard =
        foreign.send_as(&spaced, "GET /public-api/demo/order-service/order-type HTTP/1.1", CLOSING, "");
    assert_eq!(heard.status, 200, "{}", heard.body);
}

#[test]
fn bodies_come_in_every_framing() {
    let foreign = Foreign::new();
    let target = "/public-api/demo/product-service/brand";
    let post = |line: &str, headers: String, rest: &str| {
        let heard = foreign.send(line, &headers, rest);
        assert_eq!(heard.status, 200, "{headers}{}", heard.body);
        json(&heard)["response"].as_u64().unwrap()
    };
    let body = |name: &str| format!(r#"{{"name":"{name}"}}"#);
    let line = format!("POST {target} HTTP/1.1");
    let mut ids = Vec::new();
    for (place, content_type) in [
        "application/json",
        "application/json;charset=UTF-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        "APPLICATION/JSON",
    ]
    .into_iter()
    .enumerate()
    {
        let body = body(&format!("Brand {place}"));
        ids.push(post(&line, with_length(&format!("Content-Type: {content_type}\r\n"), &body), &body));
    }
    let without_type = body("Untyped");
    ids.push(post(&line, with_length("", &without_type), &without_type));
    let chunked = body("Chunked");
    let (first, second) = chunked.split_at(7);
    let chunks = format!(
        "{:x}\r\n{first}\r\n{:X};note=x\r\n{second}\r\n0\r\nTrailer: none\r\n\r\n",
        first.len(),
        second.len()
    );
    ids.push(post(&line, format!("{CLOSING}Transfer-Encoding: chunked\r\n"), &chunks));
    let expected = body("Expected");
    ids.push(post(&line, with_length("Expect: 100-continue\r\n", &expected), &expected));
    let older = body("Older");
    let old_line = format!("POST {target} HTTP/1.0");
    ids.push(post(&old_line, format!("Content-Length: {}\r\n", older.len()), &older));
    assert!(ids.is_sorted() && ids.len() == 9, "each was carried out once: {ids:?}");
    // A form where JSON belongs is told so.
    let form = "name=Form";
    let heard =
        foreign.send(&line, &with_length("Content-Type: application/x-www-form-urlencoded\r\n", form), form);
    assert_eq!((heard.status, json(&heard)["errors"][0]["code"].as_str()), (400, Some("CMNC-010")));
}

#[test]
fn a_body_on_a_get_and_other_verbs_are_overlooked() {
    let foreign = Foreign::new();
    let target = "/public-api/demo/order-service/order-type";
    let expected = foreign.get(target);
    for body in ["{}", "null", "[1,2]", "not json"] {
        let headers = with_length("Content-Type: application/json\r\n", body);
        let heard = foreign.send(&format!("GET {target} HTTP/1.1"), &headers, body);
        assert_eq!((heard.status, &heard.body), (200, &expected.body), "{body}");
    }
    let head = foreign.send(&format!("HEAD {target} HTTP/1.1"), CLOSING, "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(head.head.contains("message-type: get-order-type"), "{}", head.head);
    assert!(head.head.contains(&format!("content-length: {}", expected.body.len())), "{}", head.head);
    let missing = foreign.send("HEAD /public-api/demo/contact-service/contact/99999 HTTP/1.1", CLOSING, "");
    assert_eq!((missing.status, missing.body.as_str()), (404, ""));
    let unknown = foreign.send(&format!("PURGE {target} HTTP/1.1"), CLOSING, "");
    assert_eq!(unknown.status, 405);
}

#[test]
fn connections_are_kept_or_closed_as_asked() {
    let foreign = Foreign::new();
    let target = "/public-api/demo/order-service/order-type";
    let closing = foreign.get(target);
    assert!(closing.head.contains("connection: close"), "{}", closing.head);
    // HTTP/1.0 closes by itself, and needs no host.
    let older = foreign.send(&format!("GET {target} HTTP/1.0"), "", "");
    assert_eq!((older.status, &older.body), (200, &closing.body));
    assert!(!older.head.contains("transfer-encoding"), "{}", older.head);
    // Two requests on one connection, the second of which closes it.
    let first = format!("GET {target} HTTP/1.1\r\n{}Host: localhost\r\n\r\n", foreign.credentials);
    let second = format!("GET {target} HTTP/1.1\r\n{}{CLOSING}\r\n", foreign.credentials);
    let both = foreign.server.raw(&(first + &second));
    assert_eq!(both.matches("HTTP/1.1 200 OK").count(), 2, "{both}");
}

#[test]
fn logins_take_forms_and_proofs_of_other_libraries() {
    let foreign = Foreign::new();
    let login = r#"{"apiAccountCredentials":{"emailAddress":"staff@demo.example","password":"demo-password-for-tests-only"}}"#;
    for target in ["/demo/authorise", "/demo/authorise/", "//demo//authorise"] {
        let line = format!("POST {target} HTTP/1.1");
        let heard =
            foreign.send_as("", &line, &with_length("Content-Type: application/json\r\n", login), login);
        assert_eq!(heard.status, 200, "{target}: {}", heard.body);
    }
    let form = "grant_type=refresh_token&refresh_token=ZGVtby1wdWJsaWMtcmVmcmVzaC10b2tlbi1mb3ItdGU%3D&client_id=demo_oauth_public_app&scope=";
    for headers in [
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "content-type: Application/X-WWW-Form-Urlencoded; charset=utf-8\r\n",
    ] {
        let heard = foreign.send_as("", "POST /token/demo HTTP/1.1", &with_length(headers, form), form);
        let again = heard.status == 400 && heard.body.contains("invalid_grant");
        assert!(heard.status == 200 || again, "{headers}{}", heard.body);
        if heard.status == 200 {
            let token = json(&heard)["access_token"].as_str().unwrap().to_owned();
            let bearer = format!(
                "authorization: bearer {token}\r\nBRIGHTPEARL-APP-REF: demo_oauth_public_app\r\nBrightpearl-Dev-Ref: demo_developer\r\n"
            );
            let line = "GET /public-api/demo/order-service/order-type HTTP/1.1";
            assert_eq!(foreign.send_as(&bearer, line, CLOSING, "").status, 200);
        }
    }
}
