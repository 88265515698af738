//! How many requests a flow takes, against the emulated account: counted, not timed.

use brightpearl_core::operation::{Pull, Push};
use brightpearl_core::{Call, Client, Config, Output, Step};
use brightpearl_emulator::{Config as Account, Credential, Emulator};
use serde_json::json;

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;

/// Orders of a shop with a customer and two products each.
const MAPPING: &str = r#"{
    "version": 1, "name": "economy", "target": "order-service/sales-order",
    "key": {"target": "/ref", "verify": {"search": "order-service/order-search", "column": "customerRef"}},
    "mappings": {
        "address": {"name": "address", "target": "contact-service/postal-address", "fields": [
            {"to": "/addressLine1", "value": "1 Row"}, {"to": "/postalCode", "value": "AB1 2CD"}]},
        "contact": {"name": "contact", "target": "contact-service/contact", "fields": [
            {"to": "/firstName", "value": "Buyer"}, {"to": "/lastName", "value": "-"},
            {"to": "/postAddressIds/DEF", "resolve": {"create": "address"}},
            {"to": "/communication/emails/PRI/email", "from": "email"}]}},
    "fields": [
        {"to": "/ref", "from": "number", "required": true},
        {"to": "/customer/id", "from": "email", "required": true,
         "resolve": {"search": "contact-service/contact-search", "column": "primaryEmail", "else": {"create": "contact"}}},
        {"to": "/currency/code", "value": "USD"},
        {"to": "/rows", "each": "skus", "required": true, "fields": [
            {"to": "/productId", "from": "@", "required": true,
             "resolve": {"search": "product-service/product-search", "column": "SKU"}},
            {"to": "/quantity", "value": 1}, {"to": "/net", "value": "9.00"},
            {"to": "/tax", "value": "1.80"}, {"to": "/taxCode", "value": "T20"}]}]}"#;

/// Requests that a flow took, and those that one takes who does it record by record.
#[derive(Clone, Copy, Debug)]
pub struct Economy {
    /// The flow's.
    pub requests: u64,
    /// One by one.
    pub naive: u64,
    /// Milliseconds of the account's own time until it was done, at its request cap.
    pub milliseconds: u64,
}

/// Pulls 10 000 orders in detail. Naive is a search of 500 rows a page, and a GET for each order.
///
/// # Panics
/// When the flow does not do what it is there for.
pub fn pull() -> Economy {
    let mut world = World::new(Account { orders: 10_000, ..Account::default() });
    let call = world.client().pull(Pull::of("order")).expect("a pull");
    let (requests, milliseconds, records) = world.drive(call);
    assert_eq!(records, 10_000);
    Economy { requests, naive: 10_000 / 500 + 10_000, milliseconds }
}

/// Pushes 1 000 orders with a customer and two products each; 300 customers are new. Naive is a search for the
/// order and one for each reference, two POSTs for each new customer, and one for each order.
///
/// # Panics
/// As [`pull`].
pub fn push() -> Economy {
    let mut world =
        World::new(Account { orders: 5_000, contacts: 2_000, products: 400, ..Account::default() });
    let skus = world.skus();
    let push =
        Push { window: 1_000, journal: Some(String::new()), ..Push::writing(MAPPING).expect("a mapping") };
    let mut call = world.client().push(push).expect("a push");
    for number in 0..1_000 {
        let record = json!({
            "number": format!("ECO-{number}"), "email": format!("buyer{}@example.com", number % 300),
            "skus": [skus[number % skus.len()], skus[(number * 7 + 1) % skus.len()]],
        });
        call.feed(record.to_string().as_bytes()).expect("the push takes records");
    }
    call.finish().expect("there are no more");
    let (requests, milliseconds, created) = world.drive(call);
    assert_eq!(created, 1_000);
    Economy { requests, naive: 1_000 * (1 + 3 + 1) + 300 * 2, milliseconds }
}

struct World {
    emulator: Emulator,
    now: u64,
}

impl World {
    fn new(account: Account) -> Self {
        Self { emulator: Emulator::new(account).expect("an account"), now: NOW }
    }

    fn client(&self) -> Client {
        let account = self.emulator.config();
        let Credential::System { app_ref, account_token } = &account.credentials[0] else {
            panic!("the first credential is a system app's");
        };
        let config = json!({
            "account": account.account, "base_url": "http://127.0.0.1",
            "credentials": {"type": "private-app", "app_ref": app_ref, "account_token": account_token},
        });
        Client::new(Config::from_json(&config.to_string()).expect("a configuration")).expect("a client")
    }

    fn skus(&mut self) -> Vec<String> {
        let request = brightpearl_core::Request {
            method: brightpearl_core::Method::Get,
            url: "http://127.0.0.1/public-api/demo/product-service/product-search?columns=SKU".to_owned(),
            headers: self.emulator.config().credentials[0].headers(),
            body: Vec::new(),
        };
        let answer = self.emulator.answer(&request, self.now - 120_000);
        let page: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        let rows = page["response"]["results"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .filter_map(|row| row[0].as_str())
            .filter(|sku| !sku.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Requests, milliseconds, and how many records came out or went in.
    fn drive(&mut self, mut call: Call) -> (u64, u64, u64) {
        let (mut requests, mut records) = (0, 0);
        loop {
            match call.poll(self.now).expect("nothing fails here") {
                Step::Send(exchange) => {
                    requests += 1;
                    self.now += 200;
                    let answer = self.emulator.answer(&exchange.request, self.now);
                    call.answer(exchange.id, answer, self.now).expect("the exchange is out");
                }
                Step::Wait { until, .. } => self.now = until,
                Step::Output(Output::Records(batch)) => records += batch.records.len() as u64,
                Step::Output(Output::Outcomes(outcomes)) => {
                    records += outcomes.iter().filter(|outcome| outcome.id.is_some()).count() as u64;
                }
                Step::Output(_) => {}
                Step::Done => return (requests, self.now - NOW, records),
                Step::Pending | Step::Feed { .. } => panic!("nothing is out, and all records are in"),
            }
        }
    }
}
