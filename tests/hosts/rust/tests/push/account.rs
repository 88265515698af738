//! An emulated account that is pushed to, and what it holds afterwards.

use brightpearl_core::flow::Outcome;
use brightpearl_core::operation::Push;
use brightpearl_core::{Client, Config, Error, Method, Output, Request, Response, Step, TransportFailure};
use brightpearl_emulator::{Config as Account, Credential, Emulator, FaultPlan, Outcome as Answered};
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;

/// Orders of a shop, in a flat shape of its own.
pub(crate) const ORDERS: &str = r#"{
    "version": 1, "name": "orders", "target": "order-service/sales-order",
    "key": {"target": "/ref", "verify": {"search": "order-service/order-search", "column": "customerRef", "by": {"orderTypeId": 1}}},
    "when": [{"is": "!test", "otherwise": "it is a test order"}],
    "mappings": {
        "address": {"name": "address", "target": "contact-service/postal-address", "fields": [
            {"to": "/addressLine1", "from": "street", "default": "-"}, {"to": "/postalCode", "value": "AB1 2CD"}]},
        "contact": {"name": "contact", "target": "contact-service/contact", "fields": [
            {"to": "/firstName", "from": "name"}, {"to": "/lastName", "value": "-"},
            {"to": "/postAddressIds/DEF", "resolve": {"create": "address"}},
            {"to": "/communication/emails/PRI/email", "from": "email"}]}},
    "fields": [
        {"to": "/ref", "from": "number", "required": true},
        {"to": "/customer/id", "from": "email", "required": true,
         "resolve": {"search": "contact-service/contact-search", "column": "primaryEmail", "else": {"create": "contact"}}},
        {"to": "/placedOn", "from": "placed", "as": "datetime"},
        {"to": "/warehouseId", "from": "warehouse", "default": 2},
        {"to": "/currency/code", "value": "USD"},
        {"to": "/rows", "each": "lines", "required": true, "fields": [
            {"to": "/productId", "from": "sku", "required": true,
             "resolve": {"search": "product-service/product-search", "column": "SKU"}},
            {"to": "/quantity", "from": "qty", "required": true, "as": "decimal"},
            {"to": "/net", "from": "price", "required": true, "as": "money"},
            {"to": "/tax", "value": "0.00"}, {"to": "/taxCode", "value": "T20"}]}]}"#;

/// Where an outcome says that there are differences, and whether they can be changed.
pub(crate) fn pointers(outcome: &Outcome) -> Vec<(&str, bool)> {
    outcome.differences.iter().map(|one| (one.pointer.as_str(), one.changeable)).collect()
}

/// What a run of a push has brought.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) requests: u64,
    /// The error that ended it.
    pub(crate) error: Option<Error>,
    pub(crate) has_crashed: bool,
}

impl Run {
    /// How the records ended, by their place in the input.
    pub(crate) fn states(&self) -> Vec<&'static str> {
        let mut outcomes: Vec<&Outcome> = self.outcomes.iter().collect();
        outcomes.sort_by_key(|outcome| outcome.record);
        outcomes.iter().map(|outcome| outcome.state.as_str()).collect()
    }

    /// The outcome of a record.
    pub(crate) fn of(&self, record: u64) -> &Outcome {
        self.outcomes.iter().find(|outcome| outcome.record == record).expect("an outcome")
    }
}

/// What comes instead of Brightpearl's own answer, and whether the request was carried out all the same.
pub(crate) type Lie = (Response, bool);

/// Somebody in between who answers some requests.
pub(crate) type Liar = Box<dyn FnMut(&Request) -> Option<Lie>>;

/// An emulated account, the time, and the journal that the host keeps.
pub(crate) struct PushWorld {
    pub(crate) emulator: Emulator,
    pub(crate) now: u64,
    pub(crate) journal: String,
    /// What is sent from this many requests on is never answered, and the host is gone.
    pub(crate) crash_at: Option<u64>,
    /// Somebody in between, who may answer.
    pub(crate) between: Option<Liar>,
    /// Which requests somebody in between carries out twice, giving the second answer.
    pub(crate) twice: Option<fn(&Request) -> bool>,
}

impl PushWorld {
    pub(crate) fn new() -> Self {
        Self::with(Account { orders: 20, contacts: 30, products: 20, ..Account::default() })
    }

    pub(crate) fn with(account: Account) -> Self {
        let emulator = Emulator::new(account).unwrap();
        Self { emulator, now: NOW, journal: String::new(), crash_at: None, between: None, twice: None }
    }

    pub(crate) fn client(&self) -> Client {
        let account = self.emulator.config();
        let Credential::System { app_ref, account_token } = &account.credentials[0] else {
            panic!("the first credential is a system app's");
        };
        let config = json!({
            "account": account.account, "base_url": "http://127.0.0.1:8080",
            "credentials": {"type": "private-app", "app_ref": app_ref, "account_token": account_token},
        });
        Client::new(Config::from_json(&config.to_string()).unwrap()).unwrap()
    }

    pub(crate) fn faults(&mut self, plan: &Value) {
        self.emulator.set_faults(FaultPlan::from_json(&plan.to_string()).unwrap()).unwrap();
    }

    /// Pushes with a journal that is kept.
    pub(crate) fn push(&mut self, mapping: &str, records: &[Value]) -> Run {
        let push = Push { journal: Some(self.journal.clone()), ..Push::writing(mapping).unwrap() };
        self.run(push, records)
    }

    /// Feeds the records to a push and acts out what it asks for.
    pub(crate) fn run(&mut self, push: Push, records: &[Value]) -> Run {
        let mut call = self.client().push(push).unwrap_or_else(|error| panic!("{error}"));
        let mut left = records.iter();
        let mut run = Run::default();
        loop {
            match call.poll(self.now) {
                Err(error) => {
                    run.error = Some(error);
                    return run;
                }
                Ok(Step::Done) => return run,
                Ok(Step::Pending) => panic!("nothing is out"),
                Ok(Step::Wait { until, .. }) => self.now = until,
                Ok(Step::Feed { room }) => {
                    assert!(room > 0);
                    let fed = left.by_ref().take(room);
                    let fed = fed.map(|record| call.feed(record.to_string().as_bytes()).unwrap()).count();
                    if fed < room {
                        call.finish().unwrap();
                    }
                }
                Ok(Step::Output(Output::Outcomes(outcomes))) => run.outcomes.extend(outcomes),
                Ok(Step::Output(Output::Journal(lines))) => self.journal.push_str(&lines),
                Ok(Step::Output(other)) => panic!("a push puts out nothing like {other:?}"),
                Ok(Step::Send(exchange)) => {
                    self.now += 290;
                    run.requests += 1;
                    let lie = self.between.as_mut().and_then(|between| between(&exchange.request));
                    if let Some((response, is_carried_out)) = lie {
                        if is_carried_out {
                            drop(self.emulator.respond(&exchange.request, self.now));
                        }
                        call.answer(exchange.id, response, self.now).unwrap();
                        continue;
                    }
                    if self.twice.is_some_and(|is_carried_out_twice| is_carried_out_twice(&exchange.request))
                    {
                        drop(self.emulator.respond(&exchange.request, self.now));
                    }
                    let answered = self.emulator.respond(&exchange.request, self.now);
                    if self.crash_at.is_some_and(|last| run.requests >= last) {
                        run.has_crashed = true;
                        return run;
                    }
                    match answered {
                        Answered::Answer { response, after_ms } => {
                            self.now += after_ms;
                            call.answer(exchange.id, response, self.now).unwrap();
                        }
                        Answered::ConnectionLost { .. } => {
                            let failure = TransportFailure::MaybeSent("the connection was lost".to_owned());
                            call.fail(exchange.id, failure, self.now).unwrap();
                        }
                    }
                }
            }
        }
    }

    /// What `response` holds, read past the client.
    pub(crate) fn read(&mut self, path: &str) -> Value {
        self.write(Method::Get, path, "")
    }

    /// Does something past the client, as others do; what `response` holds.
    pub(crate) fn write(&mut self, method: Method, path: &str, body: &str) -> Value {
        self.now += 60_000;
        let request = Request {
            method,
            url: format!("http://127.0.0.1:8080/public-api/demo/{path}"),
            headers: self.emulator.config().credentials[0].headers(),
            body: body.as_bytes().to_vec(),
        };
        let answer = self.emulator.answer(&request, self.now);
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["response"].take()
    }

    /// How many orders have that reference.
    pub(crate) fn orders(&mut self, reference: &str) -> u64 {
        let found = self.read(&format!("order-service/order-search?customerRef={reference}"));
        found["metaData"]["resultsAvailable"].as_u64().unwrap()
    }

    /// How many contacts have that address.
    pub(crate) fn contacts(&mut self, email: &str) -> u64 {
        let found = self.read(&format!("contact-service/contact-search?primaryEmail={email}"));
        found["metaData"]["resultsAvailable"].as_u64().unwrap()
    }

    /// SKUs of products that there are.
    pub(crate) fn skus(&mut self) -> Vec<String> {
        let found = self.read("product-service/product-search?columns=SKU");
        let rows = found["results"].as_array().unwrap();
        rows.iter()
            .filter_map(|row| row[0].as_str())
            .filter(|sku| !sku.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// An order of a shop.
pub(crate) fn order(number: usize, sku: &str) -> Value {
    json!({"number": format!("W-{number}"), "email": format!("buyer{}@example.com", number % 7), "name": "Buyer",
           "placed": "2026-06-30T10:00:00Z", "street": "1 Row",
           "lines": [{"sku": sku, "qty": "2", "price": "4.50"}]})
}
