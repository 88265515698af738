//! The recorded writes of the services, sent again to the emulator.
//!
//! A recording speaks of ids and codes that its account had. Before a request is sent again they are
//! exchanged for those of the emulated account: ids that an earlier exchange of the scenario was answered,
//! a contact of the kind that is asked for, and a tax code that exists.

use std::collections::BTreeMap;

use brightpearl_core::Method;
use serde_json::Value;

use super::shape::Tree;
use super::{Comparison, Exchange, Twin, headers_alike, of, recordings, tree};

/// The services whose writes are sent again.
pub(crate) const SERVICES: [&str; 6] = [
    "order-service/",
    "contact-service/",
    "accounting-service/",
    "product-service/",
    "warehouse-service/",
    "integration-service/",
];

/// Recorded ids, and what they are in the emulated account.
type Ids = BTreeMap<u64, u64>;

#[test]
fn writes_have_the_status_and_the_shape_of_recorded_ones() {
    let Some(exchanges) = recordings() else { return };
    let mut twins = BTreeMap::<&str, (Twin, Ids)>::new();
    for exchange in of(&exchanges, Comparison::Write) {
        let (account, path) = exchange.path().expect("a write has a path");
        // Exchanges of one scenario build on one another.
        let scenario = exchange.name.split('#').next().unwrap_or(&exchange.name);
        let (twin, ids) = twins.entry(scenario).or_insert_with(|| (Twin::new(account), Ids::new()));
        compare(exchange, twin, ids, path);
    }
}

fn compare(exchange: &Exchange, twin: &mut Twin, ids: &mut Ids, path: &str) {
    let method: Method = exchange.request.method.parse().unwrap();
    let body = body_of_this_account(exchange, twin);
    let answer = twin.write(method, &path_of_this_account(path, ids), &body);
    headers_alike(exchange, &answer);
    let text = std::str::from_utf8(&answer.body).unwrap();
    if exchange.response.status != 200 {
        // What is wrong with a request is said to the letter.
        return assert_eq!(text, exchange.response.body, "{}", exchange.name);
    }
    let recorded = Tree::parse(&exchange.response.body);
    assert_eq!(tree(&answer).shape(), recorded.shape(), "{}", exchange.name);
    let id = |text: &str| serde_json::from_str::<Value>(text).unwrap()["response"].as_u64();
    if let (Some(recorded), Some(given)) = (id(&exchange.response.body), id(text)) {
        ids.insert(recorded, given);
    }
}

fn path_of_this_account(path: &str, ids: &Ids) -> String {
    let known = |segment: &str| segment.parse().ok().and_then(|id: u64| ids.get(&id)).map(u64::to_string);
    let segments = path.split('/').map(|segment| known(segment).unwrap_or_else(|| segment.to_owned()));
    segments.collect::<Vec<_>>().join("/")
}

fn body_of_this_account(exchange: &Exchange, twin: &mut Twin) -> String {
    let Ok(mut body) = serde_json::from_str::<Value>(&exchange.request.body) else {
        return exchange.request.body.clone();
    };
    for (pointer, filter) in
        [("/parties/customer/contactId", "isCustomer"), ("/parties/supplier/contactId", "isSupplier")]
    {
        if let Some(contact) = body.pointer_mut(pointer) {
            *contact = twin.some_contact(filter).into();
        }
    }
    if let Some(tax_code) = body.pointer_mut("/rowValue/taxCode") {
        *tax_code = "T20".into();
    }
    body.to_string()
}

impl Twin {
    fn some_contact(&mut self, filter: &str) -> u64 {
        let path = format!("contact-service/contact-search?{filter}=true&pageSize=1&columns=contactId");
        let answer = self.ask_known(Method::Get, &path);
        let page: Value = serde_json::from_slice(&answer.body).unwrap();
        page["response"]["results"][0][0].as_u64().unwrap()
    }
}
