//! Hostile requests, states and plans: an answer as a server gives it or a message, soon and without more memory than
//! a multiple of what came in.

use crate::harness::{Account, NOW, account, json, request, text};
use brightpearl_core::{Method, Response};
use brightpearl_emulator::{Config, Emulator, FaultPlan};
use serde_json::Value;

/// The bytes of a hostile text.
const LENGTH: usize = 16 << 10;

fn tiny() -> Account {
    account(Config { orders: 60, contacts: 40, products: 30, ..Config::default() })
}

fn repeated(text: &str) -> String {
    text.repeat(LENGTH / text.len())
}

fn texts() -> Vec<String> {
    let nested = format!("{}1{}", repeated("["), repeated("]"));
    let members = format!("{}1{}", repeated("{\"a\":"), "}".repeat(LENGTH / 5));
    let mut texts: Vec<String> = [
        "9",
        "a",
        "-",
        ",",
        "/",
        "..",
        "%2e",
        "%",
        "\u{1}",
        "\"",
        "€",
        "&a=",
        "1-4294967295,",
        "[",
        "{\"a\":",
    ]
    .map(repeated)
    .to_vec();
    texts.extend([
        String::new(),
        "1-4294967295".to_owned(),
        "1-99999999999999999999".to_owned(),
        "1e999999999".to_owned(),
        format!("{}1", repeated("1,")),
        format!("[{}{{}}]", repeated("{},")),
        format!("[{}1e999999999]", repeated("1e999999999,")),
        format!("\"{}\"", repeated("\\u0041")),
        nested,
        members,
    ]);
    texts
}

/// A refusal is one of the API's or of the server before it, and a success is JSON.
fn assert_answer(response: &Response, what: &str) {
    let is_page = matches!(response.status, 413 | 414);
    assert!((200..600).contains(&response.status), "{what}: {}", response.status);
    if !response.body.is_empty() && !is_page {
        let body: Value = json(response);
        assert!(body.is_object() || body.is_array(), "{what}: {body}");
    }
}

const READS: [&str; 9] = [
    "order-service/order/",
    "product-service/product/",
    "product-service/product-price/",
    "warehouse-service/product-availability/",
    "warehouse-service/order/*/goods-note/goods-out/",
    "contact-service/contact/",
    "contact-service/contact/1/custom-field/",
    "order-service/order/1/note/",
    "integration-service/webhook/",
];

const SEARCHES: [&str; 5] = ["orderId", "placedOn", "customerRef", "sort", "columns"];

const WRITES: [(Method, &str); 12] = [
    (Method::Post, "order-service/order"),
    (Method::Post, "order-service/sales-order"),
    (Method::Post, "order-service/order/1/row"),
    (Method::Put, "order-service/order/1/status"),
    (Method::Patch, "order-service/order/1"),
    (Method::Patch, "order-service/order/1/custom-field"),
    (Method::Patch, "contact-service/contact/1"),
    (Method::Post, "product-service/product"),
    (Method::Put, "product-service/product-price/1007/price-list"),
    (Method::Post, "warehouse-service/warehouse/2/stock-correction"),
    (Method::Post, "integration-service/webhook"),
    (Method::Post, "multi-message"),
];

#[test]
fn whatever_is_asked_for_there_is_an_answer() {
    let mut account = tiny();
    for hostile in texts() {
        for path in READS {
            for method in [Method::Get, Method::Options, Method::Delete] {
                let response = account.send(method, &format!("{path}{hostile}"), "");
                assert_answer(&response, path);
            }
        }
        for name in SEARCHES {
            let path = format!("order-service/order-search?{name}={hostile}");
            assert_answer(&account.send(Method::Get, &path, ""), name);
        }
        assert_answer(&account.send(Method::Get, &hostile, &hostile), "a path");
    }
}

#[test]
fn whatever_is_sent_there_is_an_answer() {
    let mut account = tiny();
    for hostile in texts() {
        let quoted = serde_json::to_string(&hostile).expect("JSON");
        for (method, path) in WRITES {
            for body in [
                hostile.clone(),
                format!("{{{quoted}:1}}"),
                format!(r#"{{"rows":{hostile},"orderRows":{hostile},"messages":{hostile},"name":{quoted}}}"#),
                format!(r#"[{{"op":"replace","path":{quoted},"value":{hostile}}}]"#),
                format!(r#"[{{"op":"replace","path":"/communication/emails/PRI/email","value":{quoted}}}]"#),
            ] {
                let response = account.send(method, path, &body);
                assert_answer(&response, path);
            }
        }
    }
}

#[test]
fn bodies_and_addresses_have_a_length() {
    let mut account = tiny();
    let long = " ".repeat((16 << 20) + 1);
    assert_eq!(account.send(Method::Post, "order-service/order", &long).status, 413);
    assert_eq!(account.send(Method::Get, &"a".repeat(70_000), "").status, 414);
    assert_eq!(account.send(Method::Get, "order-service/order/1", "").status, 200);
}

#[test]
fn what_a_search_is_asked_counts_once_and_has_a_limit() {
    let mut account = tiny();
    let columns = "orderId,".repeat(3_000);
    let page = account.get(&format!("order-service/order-search?columns={columns}&sort={columns}"));
    assert_eq!(page["response"]["metaData"]["columns"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["response"]["metaData"]["sorting"].as_array().map(Vec::len), Some(1));
    let filters = "orderId=1&".repeat(201);
    let (status, code, message) =
        account.refusal(Method::Get, &format!("order-service/order-search?{filters}"), "");
    assert_eq!((status, code.as_str()), (400, "CMNC-010"), "{message}");
}

#[test]
fn patches_have_few_operations_and_short_texts() {
    let mut account = tiny();
    let contact = account.column("contact-service/contact-search?pageSize=1", "contactId")[0].clone();
    let path = format!("contact-service/contact/{contact}");
    let place = |name: &str| format!("/communication/telephones/{name}");
    let add = |text: &str| format!(r#"{{"op":"add","path":"{}","value":"{text}"}}"#, place("PRI"));
    let copy =
        |from: &str, to: &str| format!(r#"{{"op":"copy","from":"{}","path":"{}"}}"#, place(from), place(to));
    let chain = [add("01234"), copy("PRI", "SEC"), copy("SEC", "MOB")].join(",");
    assert_eq!(account.send(Method::Patch, &path, &format!("[{chain}]")).status, 200);
    let long = format!("[{}]", add(&"1".repeat(1_001)));
    assert_eq!(account.send(Method::Patch, &path, &long).status, 400);
    let many = vec![copy("PRI", "SEC"); 1_001].join(",");
    let (status, code, message) = account.refusal(Method::Patch, &path, &format!("[{many}]"));
    assert_eq!((status, code.as_str()), (400, "CMNC-010"), "{message}");
}

#[test]
fn a_multi_message_within_another_is_not_carried_out() {
    let mut account = tiny();
    let mut body = "{}".to_owned();
    for _ in 0..100 {
        body = format!(
            r#"{{"processingMode":"SEQUENTIAL","onFail":"CONTINUE","messages":[{{"label":"a","uri":"/multi-message","httpMethod":"POST","body":{body}}}]}}"#
        );
    }
    let response = account.send(Method::Post, "multi-message", &body);
    assert_eq!(response.status, 207, "{}", text(&response));
    assert_eq!(json(&response)["response"]["processedMessages"][0]["statusCode"], 404);
    let messages = vec![r#"{"label":"a"}"#; 100_000].join(",");
    let body = format!(r#"{{"processingMode":"SEQUENTIAL","onFail":"STOP","messages":[{messages}]}}"#);
    let response = account.send(Method::Post, "multi-message", &body);
    assert_eq!(response.status, 400);
    assert!(text(&response).contains("it has 100000") && response.body.len() < 10_000);
}

#[test]
fn states_and_plans_that_cannot_be_meant_are_messages() {
    for hostile in texts() {
        let said = Emulator::load(&hostile).err().expect("refused").to_string();
        assert!(said.starts_with("the emulator's saved state") && said.len() < 1_000, "{said}");
        let said = FaultPlan::from_json(&hostile).expect_err("refused").to_string();
        assert!(said.starts_with("the emulator's configuration cannot be read: faults: "), "{said}");
    }
    let entry = r#"{"rate":0.1,"fault":{"kind":"cap"}}"#;
    let plan = format!(r#"{{"rates":[{}]}}"#, vec![entry; 100_001].join(","));
    let said = FaultPlan::from_json(&plan).expect_err("refused").to_string();
    assert!(said.contains("100001 entries for `faults.rates`; expected at most 100000"), "{said}");
}

/// A state is JSON, and whoever altered it gets a message or an account that answers.
#[test]
fn altered_states_are_messages_or_accounts() {
    let mut account = tiny();
    account.send(
        Method::Post,
        "order-service/order",
        r#"{"orderTypeCode":"SO","reference":"A","parties":{"customer":{"contactId":200}}}"#,
    );
    account.send(Method::Post, "product-service/brand", r#"{"name":"A"}"#);
    let state = account.emulator.save().expect("a state");
    let digits: Vec<(usize, usize)> = numbers(&state);
    for (start, end) in digits {
        for number in ["0", "4294967295", "18446744073709551615"] {
            let altered = format!("{}{number}{}", &state[..start], &state[end..]);
            let Ok(mut emulator) = Emulator::load(&altered) else { continue };
            for path in ["order-service/order-search", "order-service/order/1-50", "product-service/brand"] {
                emulator.answer(&request(Method::Get, path, ""), NOW + 60_000);
            }
        }
    }
}

/// Where the numbers stand in JSON, in values only.
fn numbers(json: &str) -> Vec<(usize, usize)> {
    let bytes = json.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let begins =
        |at: &usize| is_digit(*at) && matches!(bytes.get(at.wrapping_sub(1)), Some(b':' | b',' | b'['));
    let end = |start: usize| (start..).find(|at| !is_digit(*at)).unwrap_or(json.len());
    (0..json.len()).filter(begins).map(|start| (start, end(start))).collect()
}
