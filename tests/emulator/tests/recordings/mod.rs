//! The emulator beside recordings of the real API: equal requests get answers of equal shape.
//!
//! The recordings are read where they lie, from the folder that `BRIGHTPEARL_RECORDINGS` names or else from
//! `../shared/recordings` beside the repository. Without them the test says so and proves nothing.

mod shape;
mod writes;

use std::collections::BTreeMap;
use std::path::PathBuf;

use brightpearl_core::{Headers, Method, Request, Response};
use brightpearl_emulator::{Config, Emulator, OAuth, OAuthClient};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use shape::Tree;

#[derive(Deserialize)]
struct Exchange {
    name: String,
    request: RecordedRequest,
    response: RecordedResponse,
}

#[derive(Deserialize)]
struct RecordedRequest {
    method: String,
    uri: String,
    body: String,
}

#[derive(Deserialize)]
struct RecordedResponse {
    status: u16,
    headers: OrderedHeaders,
    body: String,
}

/// Headers in the order of the recording.
struct OrderedHeaders(Vec<(String, String)>);

impl<'de> Deserialize<'de> for OrderedHeaders {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        let value =
            |name: &&str| (name.to_string(), tree.member(name).and_then(Tree::text).unwrap_or("").to_owned());
        Ok(Self(tree.names().iter().map(value).collect()))
    }
}

fn recordings() -> Option<Vec<Exchange>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings");
    let folder = std::env::var_os("BRIGHTPEARL_RECORDINGS").map_or(beside, PathBuf::from);
    let file = folder.join("exchanges-2022.jsonl");
    let Ok(lines) = std::fs::read_to_string(&file) else {
        println!("SKIPPED: there are no recordings at {}", file.display());
        return None;
    };
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    Some(lines.lines().filter(|line| !line.trim().is_empty()).map(read).collect())
}

impl Exchange {
    fn header(&self, name: &str) -> Option<&str> {
        let headers = &self.response.headers.0;
        headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The account, then service and resource with what follows; `None` outside the API's own prefix.
    fn path(&self) -> Option<(&str, &str)> {
        self.request.uri.split_once("/public-api/")?.1.split_once('/')
    }
}

const NOW: u64 = 1_782_864_000_000;

/// An emulator for the account of a recording: large enough to hold a record of every look, and with ids
/// that end below those that a recording asked for in vain.
struct Twin {
    emulator: Emulator,
    account: String,
    credentials: Headers,
}

impl Twin {
    fn new(account: &str) -> Self {
        let config = Config {
            account: account.to_owned(),
            orders: 900,
            products: 600,
            quota: 1_000_000,
            ..Config::default()
        };
        let credentials = config.credentials[0].headers();
        Self { emulator: Emulator::new(config).unwrap(), account: account.to_owned(), credentials }
    }

    fn ask(&mut self, method: Method, path: &str, headers: Headers) -> Response {
        let url = format!("https://ws-use.brightpearl.com/public-api/{}/{path}", self.account);
        self.emulator.answer(&Request { method, url, headers, body: Vec::new() }, NOW)
    }

    fn write(&mut self, method: Method, path: &str, body: &str) -> Response {
        let url = format!("https://ws-use.brightpearl.com/public-api/{}/{path}", self.account);
        let headers = self.credentials.clone();
        self.emulator.answer(&Request { method, url, headers, body: body.as_bytes().to_vec() }, NOW)
    }

    fn ask_known(&mut self, method: Method, path: &str) -> Response {
        let headers = self.credentials.clone();
        self.ask(method, path, headers)
    }
}

fn tree(response: &Response) -> Tree {
    Tree::parse(std::str::from_utf8(&response.body).unwrap())
}

/// Which comparison an exchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Comparison {
    Read,
    Write,
    Login,
}

impl Exchange {
    /// The comparison that takes this exchange; `None` for one that no comparison takes.
    fn comparison(&self) -> Option<Comparison> {
        match (self.path(), self.request.method.as_str()) {
            (Some(_), "GET" | "OPTIONS") => Some(Comparison::Read),
            (Some((_, path)), "POST" | "PUT" | "PATCH" | "DELETE") => {
                writes::SERVICES.iter().any(|service| path.starts_with(service)).then_some(Comparison::Write)
            }
            (None, "POST") if self.request.uri.contains("/token/") => Some(Comparison::Login),
            (_, _) => None,
        }
    }
}

/// Exchanges that are compared with nothing, by name, with the reason.
const LEFT_OUT: &[(&str, &str)] = &[];

/// The three comparisons take every exchange between them: status, headers and shape of each are compared.
#[test]
fn every_recorded_exchange_is_compared() {
    let Some(exchanges) = recordings() else { return };
    let mut counts = BTreeMap::<Comparison, usize>::new();
    for exchange in &exchanges {
        match exchange.comparison() {
            Some(comparison) => *counts.entry(comparison).or_default() += 1,
            None => assert!(
                LEFT_OUT.iter().any(|(name, _)| *name == exchange.name),
                "{} {} ({}) is compared with nothing",
                exchange.request.method,
                exchange.request.uri,
                exchange.name
            ),
        }
    }
    let compared: usize = counts.values().sum();
    println!("{compared} of {} exchanges are compared: {counts:?}", exchanges.len());
    assert_eq!(compared + LEFT_OUT.len(), exchanges.len(), "nothing is left out without being there");
    assert!(!exchanges.is_empty());
}

/// The exchanges of a comparison.
fn of(exchanges: &[Exchange], comparison: Comparison) -> impl Iterator<Item = &Exchange> {
    exchanges.iter().filter(move |exchange| exchange.comparison() == Some(comparison))
}

#[test]
fn reads_have_the_shape_of_recorded_ones() {
    let Some(exchanges) = recordings() else { return };
    for exchange in of(&exchanges, Comparison::Read) {
        let (account, path) = exchange.path().expect("a read has a path");
        compare(exchange, &mut Twin::new(account), path);
    }
}

fn compare(exchange: &Exchange, twin: &mut Twin, path: &str) {
    let method: Method = exchange.request.method.parse().unwrap();
    assert!(exchange.request.body.is_empty(), "{}", exchange.name);
    let recorded = Tree::parse(&exchange.response.body);
    if exchange.response.status == 401 {
        let answer = twin.ask(method, path, [("Authorization", "Bearer unknown")].into_iter().collect());
        headers_alike(exchange, &answer);
        return assert_eq!(tree(&answer).shape(), recorded.shape(), "{}", exchange.name);
    }
    if path.contains("-search") && exchange.response.status == 200 {
        let everything = path.split('?').next().unwrap_or(path);
        let answer = twin.ask_known(method, everything);
        headers_alike(exchange, &answer);
        return pages_alike(&exchange.name, &recorded, &tree(&answer));
    }
    let records = recorded.member("response").map_or(&[][..], Tree::elements);
    if method == Method::Get && !records.is_empty() {
        return records_alike(exchange, records, twin, path);
    }
    let answer = twin.ask_known(method, path);
    headers_alike(exchange, &answer);
    // What speaks of no record is the same to the letter.
    assert_eq!(std::str::from_utf8(&answer.body).unwrap(), exchange.response.body, "{}", exchange.name);
}

/// Among the emulator's records of that kind there is one with the recorded shape.
fn records_alike(exchange: &Exchange, records: &[Tree], twin: &mut Twin, path: &str) {
    let (resource, query) =
        path.split_once('?').map_or((path, String::new()), |(path, query)| (path, format!("?{query}")));
    let kind = resource.trim_end_matches(|character: char| character.is_ascii_digit()).trim_end_matches('/');
    let mut wanted: Vec<_> = records.iter().map(Tree::shape).collect();
    for uri in portions(kind) {
        let answer = twin.ask_known(Method::Get, &format!("{uri}{query}"));
        headers_alike(exchange, &answer);
        let body = tree(&answer);
        assert_eq!(body.names(), ["response"], "{}", exchange.name);
        let found = body.member("response").map_or(&[][..], Tree::elements);
        wanted.retain(|shape| !found.iter().any(|record| record.shape() == *shape));
        if wanted.is_empty() {
            return;
        }
    }
    panic!("{}: no record looks like {:#?}", exchange.name, wanted[0]);
}

/// Paths that read every record of a kind.
fn portions(kind: &str) -> Vec<String> {
    let first = match kind {
        "order-service/order" => 1,
        "product-service/product" | "product-service/product-price" => 1_007,
        _ => return vec![kind.to_owned()],
    };
    (0..3).map(|portion| first + portion * 200).map(|id| format!("{kind}/{id}-{}", id + 199)).collect()
}

/// A page has the recorded columns, and each column values of the recorded types.
fn pages_alike(name: &str, recorded: &Tree, answered: &Tree) {
    assert_eq!(answered.names(), recorded.names(), "{name}");
    let part = |tree: &Tree, path: &[&str]| {
        path.iter().fold(tree.clone(), |tree, name| {
            tree.member(name).cloned().unwrap_or_else(|| panic!("no {name}"))
        })
    };
    let both = |path: &[&str]| (part(recorded, path), part(answered, path));
    let (recorded_part, answered_part) = both(&["response"]);
    assert_eq!(answered_part.names(), recorded_part.names(), "{name}");
    let (recorded_part, answered_part) = both(&["response", "metaData"]);
    assert_eq!(answered_part.names(), recorded_part.names(), "{name}");
    for list in ["columns", "sorting"] {
        let (recorded_part, answered_part) = both(&["response", "metaData", list]);
        assert_eq!(format!("{answered_part:?}"), format!("{recorded_part:?}"), "{name}: {list}");
    }
    let (recorded_part, answered_part) = both(&["reference"]);
    assert_eq!(answered_part.names(), recorded_part.names(), "{name}");
    let (recorded_rows, answered_rows) = both(&["response", "results"]);
    for row in recorded_rows.elements() {
        for (position, value) in row.elements().iter().enumerate() {
            let seen =
                answered_rows.elements().iter().any(|row| row.elements()[position].shape() == value.shape());
            assert!(seen, "{name}: column {position} never looks like {value:?}");
        }
    }
}

/// The same status, and the same headers in the same order. Left aside are those that belong to the
/// connection and the one that only OAuth applications get.
fn headers_alike(exchange: &Exchange, answer: &Response) {
    assert_eq!(answer.status, exchange.response.status, "{}", exchange.name);
    const ASIDE: [&str; 3] =
        ["Content-Length", "Connection", "Brightpearl-Installed-Integration-Instance-Id"];
    let recorded = exchange.response.headers.0.iter().filter(|(name, _)| !ASIDE.contains(&name.as_str()));
    let (names, answered): (Vec<_>, Vec<_>) =
        recorded.map(|(name, _)| name.as_str()).zip(answer.headers.iter().map(|(name, _)| name)).unzip();
    assert_eq!(answered, names, "{}", exchange.name);
    assert_eq!(answer.headers.len(), names.len());
    for fixed in
        ["Content-Type", "Cache-Control", "Expires", "Pragma", "Message-Type", "Strict-Transport-Security"]
    {
        assert_eq!(answer.headers.get(fixed), exchange.header(fixed), "{}: {fixed}", exchange.name);
    }
    let look = |id: Option<&str>| -> Vec<usize> { id.unwrap_or("").split('-').map(str::len).collect() };
    assert_eq!(look(answer.headers.get("Ruid")), look(exchange.header("Ruid")));
    let date = |value: Option<&str>| value.map(|date| (date.len(), date.ends_with(" GMT")));
    assert_eq!(date(answer.headers.get("Date")), date(exchange.header("Date")));
}

/// Token requests get the recorded status, headers and members, in their order.
#[test]
fn logins_have_the_shape_of_recorded_ones() {
    let Some(exchanges) = recordings() else { return };
    for exchange in of(&exchanges, Comparison::Login) {
        let (_, account) = exchange.request.uri.rsplit_once("/token/").expect("a login names its account");
        let form: Vec<(&str, String)> = exchange
            .request
            .body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name, percent_decode_str(value).decode_utf8().unwrap().into_owned()))
            .collect();
        let answer = log_in(account, exchange, &form);
        headers_alike(exchange, &answer);
        let recorded = Tree::parse(&exchange.response.body);
        assert_eq!(tree(&answer).names(), recorded.names(), "{}", exchange.name);
        assert_eq!(tree(&answer).shape(), recorded.shape(), "{}", exchange.name);
        if exchange.response.status != 200 {
            assert_eq!(
                std::str::from_utf8(&answer.body).unwrap(),
                exchange.response.body,
                "{}",
                exchange.name
            );
        }
    }
}

/// Asks for tokens as a recording did, of an account in which the grant is as good as it was there.
fn log_in(account: &str, exchange: &Exchange, form: &[(&str, String)]) -> Response {
    let member = |name: &str| form.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone());
    let client = OAuthClient {
        app_ref: member("client_id").unwrap(),
        dev_ref: "developer".to_owned(),
        client_secret: member("client_secret").map(|secret| {
            if exchange.name.contains("invalid_client") { "another".to_owned() } else { secret }
        }),
        redirect_uris: Vec::new(),
        installation_instance_id: 13,
        refresh_token: member("refresh_token"),
    };
    let oauth = OAuth { clients: vec![client], ..OAuth::default() };
    let config = Config { account: account.to_owned(), oauth, ..Config::default() };
    let mut emulator = Emulator::new(config).unwrap();
    let mut body = exchange.request.body.clone();
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    if let Some((code, redirect)) = member("code").zip(member("redirect_uri")) {
        let url = format!(
            "/authorize/{account}?response_type=code&client_id={}&redirect_uri={}&state=s",
            escaped(&member("client_id").unwrap()),
            escaped(&redirect)
        );
        let approved = Request { method: Method::Get, url, headers: Headers::new(), body: Vec::new() };
        let approved = emulator.answer(&approved, NOW);
        let location = approved.headers.get("Location").unwrap();
        let given = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
        if exchange.response.status == 200 {
            body = body.replace(&escaped(&code).replace("%2D", "-"), given);
        }
    }
    let request = Request {
        method: Method::Post,
        url: exchange.request.uri.clone(),
        headers: Headers::new(),
        body: body.into_bytes(),
    };
    emulator.answer(&request, NOW)
}

/// Why the throttle window is aligned to the minute by default.
#[test]
fn recorded_throttle_periods_end_with_the_minute() {
    let Some(exchanges) = recordings() else { return };
    let mut seen = 0;
    for exchange in &exchanges {
        let Some(period) = exchange.header("Brightpearl-Next-Throttle-Period") else { continue };
        let date = exchange.header("Date").unwrap();
        let second: f64 = date[date.len() - "00 GMT".len()..][..2].parse().unwrap();
        // The date has no fraction, and there is a moment between the count and the answer.
        let end = (second + period.parse::<f64>().unwrap() / 1_000.0) % 60.0;
        assert!(!(1.0..59.0).contains(&end), "{}: {end}", exchange.name);
        seen += 1;
    }
    println!("{seen} throttle periods end with a minute");
    assert!(seen > 0);
}
