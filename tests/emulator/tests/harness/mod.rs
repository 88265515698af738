//! An emulated account with the requests that tests send it.

pub(crate) mod driver;

use brightpearl_core::{Method, Request, Response};
use brightpearl_emulator::{Config, Emulator, FaultPlan, Outcome, refusals};
use serde_json::Value;

/// 2026-07-01T00:00:00Z, a full minute.
pub(crate) const NOW: u64 = 1_782_864_000_000;

/// An account, and a clock that moves a minute with every request, so that the cap stays out of the way.
pub(crate) struct Account {
    pub(crate) emulator: Emulator,
    pub(crate) now: u64,
}

pub(crate) fn account(config: Config) -> Account {
    Account { emulator: Emulator::new(config).unwrap(), now: NOW }
}

pub(crate) fn small_account() -> Account {
    account(Config { orders: 300, contacts: 120, products: 90, ..Config::default() })
}

/// The same, which refuses what is uncertain too.
pub(crate) fn strict_account() -> Account {
    account(Config { strict: true, orders: 300, contacts: 120, products: 90, ..Config::default() })
}

pub(crate) fn with_faults(faults: &str) -> Account {
    let faults = FaultPlan::from_json(faults).unwrap();
    account(Config { orders: 1_200, faults, ..Config::default() })
}

pub(crate) fn request(method: Method, path: &str, body: &str) -> Request {
    Request {
        method,
        url: format!("http://127.0.0.1/public-api/demo/{path}"),
        headers: Config::default().credentials[0].headers(),
        body: body.as_bytes().to_vec(),
    }
}

impl Account {
    pub(crate) fn send(&mut self, method: Method, path: &str, body: &str) -> Response {
        self.now += 60_000;
        let response = self.emulator.answer(&request(method, path, body), self.now);
        errors_are_listed(&response);
        response
    }

    pub(crate) fn outcome(&mut self, method: Method, path: &str, body: &str) -> Outcome {
        self.now += 60_000;
        self.emulator.respond(&request(method, path, body), self.now)
    }

    /// The body of a GET that succeeds.
    pub(crate) fn get(&mut self, path: &str) -> Value {
        let response = self.send(Method::Get, path, "");
        assert_eq!(response.status, 200, "{path}: {}", text(&response));
        json(&response)
    }

    /// The URIs of an OPTIONS.
    pub(crate) fn uris(&mut self, path: &str) -> Vec<String> {
        let response = self.send(Method::Options, path, "");
        assert_eq!(response.status, 200, "{path}: {}", text(&response));
        let uris = &json(&response)["response"]["getUris"];
        uris.as_array().unwrap().iter().map(|uri| uri.as_str().unwrap().to_owned()).collect()
    }

    /// The code and the message of a refused request.
    pub(crate) fn refusal(&mut self, method: Method, path: &str, body: &str) -> (u16, String, String) {
        let response = self.send(method, path, body);
        let error = &json(&response)["errors"][0];
        let member = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (response.status, member("code"), member("message"))
    }

    /// The values of a column of a search.
    pub(crate) fn column(&mut self, path: &str, name: &str) -> Vec<Value> {
        let page = self.get(path);
        let columns = page["response"]["metaData"]["columns"].as_array().unwrap();
        let position = columns.iter().position(|column| column["name"] == name).unwrap();
        rows(&page).iter().map(|row| row[position].clone()).collect()
    }
}

/// Whatever is refused stands in the table of refusals.
pub(crate) fn errors_are_listed(response: &Response) {
    let Ok(body) = serde_json::from_slice::<Value>(&response.body) else { return };
    let mut lists = vec![&body["errors"]];
    lists.extend(
        body["response"]["resourceErrors"].as_object().into_iter().flat_map(|errors| errors.values()),
    );
    for error in lists.into_iter().filter_map(Value::as_array).flatten() {
        let member = |name: &str| error[name].as_str().unwrap_or_default();
        let is_listed = refusals().any(|rule| rule.fits(member("code"), member("message")));
        assert!(is_listed, "not in the table of refusals: {error}");
    }
}

pub(crate) fn json(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|error| panic!("{error}: {}", text(response)))
}

pub(crate) fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

pub(crate) fn rows(page: &Value) -> Vec<Vec<Value>> {
    let rows = page["response"]["results"].as_array().unwrap();
    rows.iter().map(|row| row.as_array().unwrap().clone()).collect()
}

pub(crate) fn first_ids(page: &Value) -> Vec<u64> {
    rows(page).iter().map(|row| row[0].as_u64().unwrap()).collect()
}

/// What people do with the answers of writes.
impl Account {
    /// The id that a POST is answered with.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> u64 {
        let response = self.send(Method::Post, path, &body.to_string());
        assert_eq!(response.status, 200, "{path}: {}", text(&response));
        json(&response)["response"].as_u64().unwrap_or_else(|| panic!("{path}: {}", text(&response)))
    }

    /// What a write that succeeds is answered with.
    pub(crate) fn write(&mut self, method: Method, path: &str, body: &Value) -> Value {
        let response = self.send(method, path, &body.to_string());
        assert_eq!(response.status, 200, "{path}: {}", text(&response));
        json(&response)
    }

    /// The status, and the codes of everything that is wrong.
    pub(crate) fn codes(&mut self, method: Method, path: &str, body: &Value) -> (u16, Vec<String>) {
        let response = self.send(method, path, &body.to_string());
        let body = json(&response);
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        (response.status, errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect())
    }

    /// An order as its GET shows it.
    pub(crate) fn order(&mut self, id: u64) -> Value {
        self.get(&format!("order-service/order/{id}"))["response"][0].clone()
    }

    /// A contact for which a filter of the search holds.
    pub(crate) fn some_contact(&mut self, filter: &str) -> u64 {
        let path = format!("contact-service/contact-search?{filter}&pageSize=1");
        first_ids(&self.get(&path))[0]
    }
}
