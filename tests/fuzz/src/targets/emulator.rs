//! Requests to the emulator: each has an answer whose body is JSON in the envelope, whatever was asked before.

use arbitrary::{Arbitrary, Unstructured};
use brightpearl_core::{Headers, Method, Request};
use brightpearl_emulator::{Config, Emulator};
use crate::driving::NOW;
use serde_json::Value;

#[derive(Arbitrary, Debug)]
struct Asked {
    method: u8,
    path: Path,
    body: Body,
}

#[derive(Arbitrary, Debug)]
enum Path {
    Any(String),
    Search(u8, String),
    Resource(u8, String),
    MultiMessage,
}

#[derive(Arbitrary, Debug)]
enum Body {
    None,
    Any(Vec<u8>),
    Seed(u8),
}

const RESOURCES: [&str; 12] = [
    "order-service/order",
    "order-service/sales-order",
    "product-service/product",
    "contact-service/contact",
    "contact-service/postal-address",
    "warehouse-service/product-availability",
    "warehouse-service/order/1/goods-note/goods-out",
    "accounting-service/journal",
    "accounting-service/customer-payment",
    "integration-service/webhook",
    "product-service/product-price",
    "warehouse-service/warehouse/2/stock-correction",
];
const BODIES: [&str; 6] = [
    "{}",
    "[]",
    r#"{"firstName":"A","lastName":"B","postAddressIds":{"DEF":1,"BIL":1,"DEL":1}}"#,
    r#"{"orderTypeCode":"SO","parties":{"customer":{"contactId":208}}}"#,
    r#"{"processingMode":"SEQUENTIAL","onFail":"CONTINUE","messages":[{"label":"1","uri":"/order-service/order/1/note",
        "httpMethod":"POST","body":{"text":"a"}}]}"#,
    r#"{"corrections":[{"quantity":1,"productId":1007,"reason":"a","locationId":2,"cost":{"currency":"GBP","value":"1.00"}}]}"#,
];

pub fn fuzz(data: &[u8]) {
    let Ok(asked) = Vec::<Asked>::arbitrary_take_rest(Unstructured::new(data)) else { return };
    let config = Config { orders: 20, contacts: 10, products: 10, ..Config::default() };
    let headers: Headers = config.credentials[0].headers();
    let mut emulator = Emulator::new(config).expect("a configuration of our own");
    for (number, asked) in asked.iter().take(20).enumerate() {
        let path = match &asked.path {
            Path::Any(path) => path.clone(),
            Path::Search(resource, query) => {
                format!("{}-search?{query}", RESOURCES[usize::from(*resource) % RESOURCES.len()])
            }
            Path::Resource(resource, rest) => {
                format!("{}/{rest}", RESOURCES[usize::from(*resource) % RESOURCES.len()])
            }
            Path::MultiMessage => "multi-message".to_owned(),
        };
        let body = match &asked.body {
            Body::None => Vec::new(),
            Body::Any(body) => body.clone(),
            Body::Seed(seed) => BODIES[usize::from(*seed) % BODIES.len()].into(),
        };
        let request = Request {
            method: Method::ALL[usize::from(asked.method) % Method::ALL.len()],
            url: format!("http://localhost/public-api/demo/{path}"),
            headers: headers.clone(),
            body,
        };
        let response = emulator.answer(&request, NOW + number as u64);
        assert!((200..600).contains(&response.status), "{}", response.status);
        if !response.body.is_empty() {
            let body: Value = serde_json::from_slice(&response.body)
                .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&response.body)));
            assert!(body.is_object(), "no envelope: {body}");
        }
    }
}
