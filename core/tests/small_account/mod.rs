//! A small account that answers as Brightpearl does, and somebody in between who may answer in its place. Calls are
//! driven under a clock of their own.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;

use brightpearl_core::flow::{Outcome, Records};
use brightpearl_core::operation::{Existing, Json, Push};
use brightpearl_core::{
    Call, Client, Config, Error, Method, Output, Request, Response, Step, TransportFailure,
};
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z, when every account begins.
pub(crate) const START: u64 = 1_767_225_600_000;

/// A mapping document of sales orders that are found by their reference.
pub(crate) const ORDERS: &str = r#"{"version": 1, "name": "orders", "target": "order-service/sales-order",
    "key": {"target": "/ref", "verify": {"search": "order-service/order-search", "column": "customerRef"}},
    "fields": [
        {"to": "/ref", "from": "number", "required": true}, {"to": "/customer/id", "value": 7},
        {"to": "/currency/code", "value": "USD"}, {"to": "/warehouseId", "from": "warehouse", "default": 2},
        {"to": "/rows", "each": "lines", "fields": [
            {"to": "/productId", "value": 1007}, {"to": "/quantity", "value": "1"}, {"to": "/net", "value": "1.00"},
            {"to": "/tax", "value": "0.00"}, {"to": "/taxCode", "value": "T20"}]}]}"#;

/// One order of the account.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) reference: String,
    pub(crate) warehouse: u64,
    /// In seconds since the Unix epoch.
    pub(crate) created: u64,
    pub(crate) updated: Option<u64>,
}

/// The account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) next_id: u64,
    pub(crate) now: u64,
    /// Whether references that differ in case alone are one.
    pub(crate) minds_case: bool,
}

/// What came of a call.
#[derive(Default)]
pub(crate) struct Ran {
    /// Verb, path with query, and body of each request.
    pub(crate) sent: Vec<(Method, String, String)>,
    pub(crate) requests: Vec<Request>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) journal: String,
    pub(crate) records: Vec<Records>,
    /// Ids of all pages, by the name of their first column.
    pub(crate) rows: usize,
    pub(crate) results: Vec<Result<String, Error>>,
    pub(crate) replies: Vec<String>,
    /// The ids of the records that were read, and of those that are told to be missing.
    pub(crate) read: Vec<u64>,
    pub(crate) missing: Vec<u64>,
    /// The ids that are told to be refused, and why.
    pub(crate) refused: Vec<(u64, String)>,
    pub(crate) checkpoint: Option<String>,
    pub(crate) error: Option<Error>,
    /// The longest that it waited for anything.
    pub(crate) longest_wait_ms: u64,
}

/// What is given instead of the account's own answer.
pub(crate) enum Given {
    /// The account answers.
    Own,
    /// This comes instead, and the account has not heard of it.
    Instead(Response),
    /// The account carries it out, and this comes instead of what it says.
    After(Response),
    /// The account carries it out, and nothing comes.
    Lost,
}

impl Ran {
    /// How often a request of that verb was sent whose path begins so.
    pub(crate) fn count(&self, method: Method, path: &str) -> usize {
        self.sent.iter().filter(|(verb, to, _)| *verb == method && to.starts_with(path)).count()
    }

    /// The names of the outcomes' states, in the order of the records.
    pub(crate) fn states(&self) -> Vec<&'static str> {
        let mut outcomes: Vec<&Outcome> = self.outcomes.iter().collect();
        outcomes.sort_by_key(|outcome| outcome.record);
        outcomes.iter().map(|outcome| outcome.state.as_str()).collect()
    }

    /// The ids of the records that were pulled, and whether each is told to be gone.
    pub(crate) fn pulled(&self) -> Vec<(u64, bool)> {
        let all = self.records.iter().flat_map(|records| &records.records);
        all.map(|record| (record.id.unwrap_or_default(), record.deleted)).collect()
    }
}

/// A client of the account.
pub(crate) fn client(more: &str) -> Client {
    let text = format!(
        r#"{{"account":"acme","datacentre":"use1","seed":7{more},
             "credentials":{{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}}}"#
    );
    Client::new(Config::from_json(&text).unwrap()).unwrap()
}

/// A push of orders by their numbers.
pub(crate) fn push_of(numbers: &[&str]) -> Push {
    let records: Vec<Value> = numbers.iter().map(|number| json!({"number": number, "lines": [{}]})).collect();
    push_of_records(&records)
}

/// A push of these records.
pub(crate) fn push_of_records(records: &[Value]) -> Push {
    let records = records.iter().map(|record| Json::new(record.to_string()).unwrap()).collect();
    let existing = Existing::Leave;
    Push { records: Some(records), journal: Some(String::new()), existing, ..Push::writing(ORDERS).unwrap() }
}

/// What carries a call's requests, and gives each an answer.
pub(crate) fn run(
    call: Call,
    account: &mut Account,
    between: impl FnMut(&Request, &Account) -> Given,
) -> Ran {
    run_for(call, account, usize::MAX, between)
}

/// The same for a host that dies when it has sent so many requests, before they are answered.
pub(crate) fn run_for(
    mut call: Call,
    account: &mut Account,
    most: usize,
    mut between: impl FnMut(&Request, &Account) -> Given,
) -> Ran {
    let mut ran = Ran::default();
    for _ in 0..100_000 {
        match call.poll(account.now) {
            Err(error) => {
                ran.error = Some(error);
                ran.checkpoint = call.checkpoint().ok();
                return ran;
            }
            Ok(Step::Done) => {
                ran.checkpoint = call.checkpoint().ok();
                return ran;
            }
            Ok(Step::Wait { until, .. }) => {
                ran.longest_wait_ms = ran.longest_wait_ms.max(until - account.now);
                account.now = until;
            }
            Ok(Step::Send(exchange)) => {
                let request = exchange.request;
                let path = request.url.split_once("/acme/").expect("an URL of the account").1.to_owned();
                ran.sent.push((request.method, path, String::from_utf8_lossy(&request.body).into_owned()));
                account.now += 50;
                let given = between(&request, account);
                let answer = match given {
                    Given::Own => Ok(account.serve(&request)),
                    Given::Instead(response) => Ok(response),
                    Given::After(response) => {
                        account.serve(&request);
                        Ok(response)
                    }
                    Given::Lost => {
                        account.serve(&request);
                        Err(TransportFailure::MaybeSent("the connection was reset".to_owned()))
                    }
                };
                ran.requests.push(request);
                if ran.sent.len() >= most {
                    return ran;
                }
                match answer {
                    Ok(response) => call.answer(exchange.id, response, account.now).unwrap(),
                    Err(failure) => call.fail(exchange.id, failure, account.now).unwrap(),
                }
            }
            Ok(Step::Output(output)) => take(&mut ran, output),
            Ok(Step::Pending | Step::Feed { .. }) => panic!("nothing is out, and all records are given"),
        }
    }
    panic!("the call has not ended: {} requests, {:?}", ran.sent.len(), ran.sent.last());
}

fn take(ran: &mut Ran, output: Output) {
    match output {
        Output::Outcomes(outcomes) => ran.outcomes.extend(outcomes),
        Output::Journal(lines) => ran.journal.push_str(&lines),
        Output::Records(records) => ran.records.push(records),
        Output::Page(page) => ran.rows += page.page.rows(),
        Output::Reply(reply) => ran.replies.push(String::from_utf8_lossy(&reply.body).into_owned()),
        Output::Results(results) => ran.results.extend(
            results
                .into_iter()
                .map(|result| result.outcome.map(|reply| String::from_utf8_lossy(&reply.body).into_owned())),
        ),
        Output::Resources(resources) => {
            ran.read.extend(resources.items.iter().filter_map(|item| item.id));
            ran.missing.extend(resources.missing.iter());
            let refused = resources.refused.iter();
            ran.refused.extend(refused.map(|refusal| (refusal.id, refusal.error.message().to_owned())));
        }
        Output::Uris(_) | Output::Task(_) => {}
    }
}

impl Account {
    pub(crate) fn new() -> Self {
        Self { orders: BTreeMap::new(), next_id: 1, now: START, minds_case: true }
    }

    /// With so many orders, created a minute apart in the days before.
    pub(crate) fn with_orders(count: u64) -> Self {
        let mut account = Self::new();
        for number in 1..=count {
            let created = START / 1_000 - 60 * (count - number + 10);
            let order = Order { reference: format!("O-{number}"), warehouse: 2, created, updated: None };
            account.orders.insert(number, order);
        }
        account.next_id = count + 1;
        account
    }

    /// The ids of the orders with that reference.
    pub(crate) fn ids_of(&self, reference: &str) -> Vec<u64> {
        let fits = |order: &Order| order.reference == reference;
        self.orders.iter().filter(|(_, order)| fits(order)).map(|(id, _)| *id).collect()
    }

    /// Carries a request out, and answers it.
    pub(crate) fn serve(&mut self, request: &Request) -> Response {
        let target = request.url.split_once("/acme/").expect("an URL of the account").1;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let answer = match (request.method, path) {
            (Method::Post, "multi-message") => self.multi_message(&request.body),
            (Method::Get, "order-service/order-search") => self.search(query),
            (Method::Options, _) => {
                let ids: Vec<String> = self.orders.keys().map(u64::to_string).collect();
                let uris = if ids.is_empty() { vec![] } else { vec![format!("/order/{}", ids.join(","))] };
                Ok(json!({"response": {"getUris": uris}}))
            }
            (Method::Get, _) => {
                let ids = path.rsplit('/').next().unwrap_or_default();
                let ids: brightpearl_core::IdSet = ids.parse().expect("an id set");
                let there = ids.iter().filter_map(|id| Some((id, self.orders.get(&id)?)));
                let read = |(id, order): (u64, &Order)| {
                    let mut read = json!({"id": id, "ref": order.reference, "reference": order.reference,
                        "warehouseId": order.warehouse, "createdOn": moment(order.created)});
                    if let Some(updated) = order.updated {
                        read["updatedOn"] = json!(moment(updated));
                    }
                    read
                };
                Ok(json!({"response": there.map(read).collect::<Vec<_>>()}))
            }
            (method, path) => self.write(method, path, &request.body),
        };
        let (status, body) = match answer {
            Ok(body) => (200, body),
            Err(message) => (400, json!({"errors": [{"code": "ORDC-001", "message": message}]})),
        };
        self.response(status, body.to_string())
    }

    /// An answer of the account's own, with its date.
    pub(crate) fn response(&self, status: u16, body: impl Into<Vec<u8>>) -> Response {
        Response::new(status, body.into()).with_header("Date", http_date(self.now))
    }

    fn multi_message(&mut self, body: &[u8]) -> Result<Value, String> {
        let packet: Value = serde_json::from_slice(body).expect("a packet");
        let messages = packet["messages"].as_array().cloned().unwrap_or_default();
        let carry_out = |message: &Value| {
            let path = message["uri"].as_str().unwrap_or_default().trim_start_matches('/');
            let method: Method = message["httpMethod"].as_str().unwrap_or_default().parse().expect("a verb");
            let (status, body) = match self.write(method, path, message["body"].to_string().as_bytes()) {
                Ok(body) => (200, body),
                Err(text) => (400, json!({"errors": [{"code": "ORDC-001", "message": text}]})),
            };
            json!({"label": message["label"], "statusCode": status, "body": {"content": body.to_string()}})
        };
        let processed: Vec<Value> = messages.iter().map(carry_out).collect();
        Ok(json!({"response": {"processedMessages": processed, "unprocessedMessages": []}}))
    }

    fn write(&mut self, method: Method, path: &str, body: &[u8]) -> Result<Value, String> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        if (method, path) == (Method::Post, "order-service/sales-order") {
            let reference = body["ref"].as_str().unwrap_or_default().to_owned();
            let warehouse = body["warehouseId"].as_u64().unwrap_or_default();
            let id = self.next_id;
            self.next_id += 1;
            let order = Order { reference, warehouse, created: self.now / 1_000, updated: None };
            self.orders.insert(id, order);
            return Ok(json!({"response": id}));
        }
        Ok(json!({}))
    }

    /// A page of the orders.
    pub(crate) fn search(&self, query: &str) -> Result<Value, String> {
        let parameters: BTreeMap<String, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), unescaped(value)))
            .collect();
        let all = ["orderId", "customerRef", "createdOn", "updatedOn"];
        let columns: Vec<&str> = match parameters.get("columns") {
            Some(columns) => columns.split(',').collect(),
            None => all.to_vec(),
        };
        let is_in = |moment: Option<u64>, period: &str| {
            let from = period.trim_end_matches('/');
            moment.is_some_and(|moment| moment >= seconds(from))
        };
        let mut rows: Vec<(u64, &Order)> = self
            .orders
            .iter()
            .map(|(id, order)| (*id, order))
            .filter(|(_, order)| match parameters.get("customerRef") {
                // Blanks around a value are overlooked.
                Some(wanted) if self.minds_case => order.reference.trim() == wanted.trim(),
                Some(wanted) => order.reference.to_lowercase() == wanted.to_lowercase(),
                None => true,
            })
            .filter(|(id, _)| {
                let ids = parameters.get("orderId").map(|ids| ids.parse::<brightpearl_core::IdSet>());
                ids.is_none_or(|ids| ids.expect("an id set").contains(*id))
            })
            .filter(|(_, order)| {
                parameters.get("createdOn").is_none_or(|period| is_in(Some(order.created), period))
                    && parameters.get("updatedOn").is_none_or(|period| is_in(order.updated, period))
            })
            .collect();
        let sort = parameters.get("sort").map_or("", String::as_str);
        match sort.split('.').next() {
            Some("createdOn") => rows.sort_by_key(|(id, order)| (order.created, *id)),
            Some("updatedOn") => rows.sort_by_key(|(id, order)| (order.updated, *id)),
            _ => rows.sort_by_key(|(id, _)| *id),
        }
        let number = |name: &str, otherwise: usize| {
            parameters.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
        };
        let (first, size) = (number("firstResult", 1), number("pageSize", 500));
        let cell = |id: u64, order: &Order, column: &str| match column {
            "orderId" => json!(id),
            "customerRef" => json!(order.reference),
            "createdOn" => json!(moment(order.created)),
            "updatedOn" => order.updated.map_or(Value::Null, |updated| json!(moment(updated))),
            _ => Value::Null,
        };
        let page: Vec<Value> = rows
            .iter()
            .skip(first - 1)
            .take(size)
            .map(|(id, order)| columns.iter().map(|column| cell(*id, order, column)).collect())
            .collect();
        let kind = |column: &str| match column {
            "orderId" => "IDSET",
            "createdOn" | "updatedOn" => "PERIOD",
            _ => "STRING",
        };
        let described: Vec<Value> = columns
            .iter()
            .map(|name| {
                json!({"name": name, "sortable": true, "filterable": true, "reportDataType": kind(name),
                       "referenceData": [], "isFreeTextSearchable": false, "required": false})
            })
            .collect();
        let mut meta = json!({
            "morePagesAvailable": first - 1 + page.len() < rows.len(), "resultsAvailable": rows.len(),
            "resultsReturned": page.len(), "columns": described, "sorting": [],
        });
        if !page.is_empty() {
            meta["firstResult"] = json!(first);
            meta["lastResult"] = json!(first + page.len() - 1);
        }
        Ok(json!({"response": {"results": page, "metaData": meta}, "reference": {}}))
    }
}

/// Changes the JSON of an answer.
pub(crate) fn altered(response: &Response, alter: impl FnOnce(&mut Value)) -> Response {
    let mut body: Value = serde_json::from_slice(&response.body).expect("the account answers in JSON");
    alter(&mut body);
    Response { body: body.to_string().into_bytes(), ..response.clone() }
}

fn moment(seconds: u64) -> String {
    let moment = jiff::Timestamp::from_second(seconds as i64).expect("a moment");
    moment.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn seconds(text: &str) -> u64 {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    text.parse::<jiff::Timestamp>().map_or(0, |moment| moment.as_second().max(0) as u64)
}

/// A moment as HTTP has it.
pub(crate) fn http_date(now: u64) -> String {
    let moment = jiff::Timestamp::from_millisecond(now as i64).expect("a moment");
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        match (first, behind) {
            (b'%', [high, low, behind @ ..]) => {
                let hex = [*high, *low];
                let digits = std::str::from_utf8(&hex).expect("two digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
                rest = behind;
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).expect("text")
}
