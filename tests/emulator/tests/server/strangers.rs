//! Strangers: whatever comes over the wire, the server goes on, and the account agrees with itself afterwards.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use crate::process::Server;
use brightpearl_emulator::Config;
use serde_json::json;

const ARGUMENTS: [&str; 9] =
    ["--orders", "60", "--contacts", "40", "--products", "30", "--cap", "off", "--admin"];

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://")).unwrap()
}

fn credentials() -> String {
    let headers = Config::default().credentials[0].headers();
    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

fn is_sound(server: &Server) {
    assert_eq!(server.send("GET", "/~emulator/audit", "").unwrap(), (200, "[]".to_owned()));
}

#[test]
fn a_thousand_connections_are_answered() {
    let server = Server::start(&ARGUMENTS);
    let request = format!(
        "GET /public-api/demo/order-service/order-status HTTP/1.1\r\nHost: x\r\n{}\r\n",
        credentials()
    );
    let mut streams: Vec<TcpStream> = (0..1_000).map(|_| connect(&server)).collect();
    for stream in &mut streams {
        stream.write_all(request.as_bytes()).unwrap();
    }
    for stream in &mut streams {
        let mut start = [0; 15];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200 OK");
    }
    is_sound(&server);
}

#[test]
fn requests_in_one_breath_are_answered_in_order() {
    let server = Server::start(&ARGUMENTS);
    let one = |path: &str, closing: &str| {
        format!("GET /public-api/demo/{path} HTTP/1.1\r\nHost: x\r\n{}{closing}\r\n", credentials())
    };
    let text = one("order-service/order-type", "")
        + &one("nowhere", "")
        + &one("order-service/order-status", "Connection: close\r\n");
    let answers = server.raw(&text);
    let statuses: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "404", "200"]);
}

#[test]
fn what_is_no_request_and_what_breaks_off_harms_nobody() {
    let server = Server::start(&ARGUMENTS);
    let post = |length: usize, body: &str| {
        let head = "POST /public-api/demo/order-service/sales-order HTTP/1.1\r\nHost: x\r\nContent-Type: application/json";
        format!("{head}\r\nContent-Length: {length}\r\n{}\r\n{body}", credentials())
    };
    for text in [
        "",
        "\r\n\r\n\r\n",
        "GET",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /%ff%00/\u{fe} HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        &format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200_000)),
        &format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(5_000)),
        &post(500, r#"{"customer": {"id": 200}"#),
        &post(3, "\u{0}\u{1}\u{2}"),
        &post(60_000, &"[".repeat(60_000)),
    ] {
        let mut stream = connect(&server);
        // The server may have hung up in the midst of it.
        let _written =
            stream.write_all(text.as_bytes()).and_then(|()| stream.shutdown(std::net::Shutdown::Write));
        let _read = stream.read_to_end(&mut Vec::new());
    }
    // One who takes his time keeps nobody else waiting.
    let mut slow = connect(&server);
    let whole = post(2, "{}");
    let (first, rest) = whole.split_at(40);
    slow.write_all(first.as_bytes()).unwrap();
    assert_eq!(server.get("order-service/order-type").unwrap().0, 200);
    slow.write_all(rest.as_bytes()).unwrap();
    let mut start = [0; 12];
    slow.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 400");
    is_sound(&server);
}

#[test]
fn many_write_at_once() {
    let server = Server::start(&ARGUMENTS);
    let writer = |number: u32| {
        for turn in 0..12_u32 {
            let order = number * 7 % 60 + turn;
            let sale = json!({"customer": {"id": 200}, "currency": {"code": "USD"}, "ref": "\u{1f4e6} Ω".repeat(20), "rows": [
                {"name": "Wrap", "quantity": 2, "taxCode": "T20", "net": turn, "tax": "0.2"}]});
            let payment = json!({"paymentMethodCode": "BANK", "paymentType": "RECEIPT", "orderId": order,
                "currencyIsoCode": "USD", "amountPaid": "1.10", "paymentDate": "2026-07-01"});
            for (method, path, body) in [
                ("POST", "order-service/sales-order".to_owned(), sale.to_string()),
                ("POST", "accounting-service/customer-payment".to_owned(), payment.to_string()),
                ("POST", format!("order-service/sales-order/{order}/close"), "{}".to_owned()),
                ("DELETE", format!("accounting-service/customer-payment/{order}"), String::new()),
                ("POST", "order-service/sales-order".to_owned(), r#"{"customer": []}"#.to_owned()),
            ] {
                let (status, said) = server.send(method, &format!("/public-api/demo/{path}"), &body).unwrap();
                assert!([200, 400, 404].contains(&status), "{method} {path}: {said}");
            }
        }
    };
    thread::scope(|scope| {
        for number in 0..16 {
            scope.spawn(move || writer(number));
        }
    });
    is_sound(&server);
}
