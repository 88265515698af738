//! The emulator beside recordings of the real API: equal requests get answers of equal shape.
//!
//! The recordings are read where they lie: every `.jsonl` of the folder that `BRIGHTPEARL_RECORDINGS` names or else of
//! `../shared/recordings` beside the repository. Without them the test says so and proves nothing. To compare other
//! exchanges, write them as the file there has them, one JSON object a line
//! (`{"name", "request": {"method", "uri", "body"}, "response": {"status", "headers", "body"}}`), and run
//!
//! ```text
//! BRIGHTPEARL_RECORDINGS=FOLDER cargo test --locked -p brightpearl-emulator --test suite recordings -- --nocapture
//! ```
//!
//! It says how many of how many agree, and of each that does not, in what. Exchanges whose names differ in `#n` only
//! are one scenario, whose writes build on one another.

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
    let entries = std::fs::read_dir(&folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    if files.is_empty() {
        println!("SKIPPED: there are no recordings in {}", folder.display());
        return None;
    }
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    Some(
        texts
            .flat_map(|text| {
                text.lines().filter(|line| !line.trim().is_empty()).map(read).collect::<Vec<_>>()
            })
            .collect(),
    )
}

/// Nothing, or in what an exchange does not agree.
type Verdict = Result<(), String>;

fn same<T: PartialEq + std::fmt::Debug>(what: &str, answered: T, recorded: T) -> Verdict {
    if answered == recorded {
        return Ok(());
    }
    Err(format!("{what} differs\n  answered: {answered:#?}\n  recorded: {recorded:#?}"))
}

/// Says how many exchanges agree, and fails for each that does not.
fn all_agree(verdicts: Vec<(&str, Verdict)>) {
    let count = verdicts.len();
    let failed: Vec<String> = verdicts
        .into_iter()
        .filter_map(|(name, verdict)| Some(format!("{name}: {}", verdict.err()?)))
        .collect();
    println!("{} of {count} exchanges agree", count - failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
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
    /// Which of its contacts stands for the recorded one.
    contact: usize,
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
        Self {
            emulator: Emulator::new(config).unwrap(),
            account: account.to_owned(),
            credentials,
            contact: 0,
        }
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

/// The three comparisons take every exchange between them: status, headers and shape of each are compared.
#[test]
fn every_recorded_exchange_is_compared() {
    let Some(exchanges) = recordings() else { return };
    let mut counts = BTreeMap::<Comparison, usize>::new();
    let mut without = Vec::new();
    for exchange in &exchanges {
        match exchange.comparison() {
            Some(comparison) => *counts.entry(comparison).or_default() += 1,
            None => without.push(format!("{} {}", exchange.request.method, exchange.request.uri)),
        }
    }
    println!("{} exchanges are compared: {counts:?}", exchanges.len());
    assert!(without.is_empty(), "compared with nothing: {without:#?}");
    assert!(!exchanges.is_empty());
}

/// The exchanges of a comparison.
fn of(exchanges: &[Exchange], comparison: Comparison) -> impl Iterator<Item = &Exchange> {
    exchanges.iter().filter(move |exchange| exchange.comparison() == Some(comparison))
}

#[test]
fn reads_have_the_shape_of_recorded_ones() {
    let Some(exchanges) = recordings() else { return };
    let mut twins = BTreeMap::<&str, Twin>::new();
    let mut verdicts = Vec::new();
    for exchange in of(&exchanges, Comparison::Read) {
        let (account, path) = exchange.path().expect("a read has a path");
        let twin = twins.entry(account).or_insert_with(|| Twin::new(account));
        verdicts.push((exchange.name.as_str(), compare(exchange, twin, path)));
    }
    all_agree(verdicts);
}

fn compare(exchange: &Exchange, twin: &mut Twin, path: &str) -> Verdict {
    let method: Method = exchange.request.method.parse().map_err(|_| "is of another verb".to_owned())?;
    let recorded = Tree::parse(&exchange.response.body);
    if exchange.response.status == 401 {
        let answer = twin.ask(method, path, [("Authorization", "Bearer unknown")].into_iter().collect());
        headers_alike(exchange, &answer)?;
        return same("the body", tree(&answer).shape(), recorded.shape());
    }
    if path.contains("-search") && exchange.response.status == 200 {
        let everything = path.split('?').next().unwrap_or(path);
        let answer = twin.ask_known(method, everything);
        headers_alike(exchange, &answer)?;
        return pages_alike(&recorded, &tree(&answer));
    }
    if exchange.response.status == 200 && method == Method::Get && has_records(&recorded) {
        return records_alike(exchange, &recorded, twin, path);
    }
    let answer = twin.ask_known(method, path);
    headers_alike(exchange, &answer)?;
    // What speaks of no record is the same to the letter.
    same("the body", String::from_utf8_lossy(&answer.body).as_ref(), exchange.response.body.as_str())
}

/// Whether something was found.
fn has_records(answer: &Tree) -> bool {
    match answer.member("response") {
        Some(Tree::Object(members)) => !members.is_empty(),
        Some(Tree::Array(elements)) => !elements.is_empty(),
        Some(Tree::Text(_) | Tree::Plain(_)) | None => false,
    }
}

/// Among the emulator's records of that kind there is one with the recorded shape, for each of those recorded.
fn records_alike(exchange: &Exchange, recorded: &Tree, twin: &mut Twin, path: &str) -> Verdict {
    let (resource, query) =
        path.split_once('?').map_or((path, String::new()), |(path, query)| (path, format!("?{query}")));
    let mut wanted: Vec<_> = recorded.member("response").map_or_else(Vec::new, Tree::records);
    let mut last = None;
    for uri in portions(resource) {
        let answer = twin.ask_known(Method::Get, &format!("{uri}{query}"));
        if answer.status == 404 {
            continue;
        }
        headers_alike(exchange, &answer)?;
        let body = tree(&answer);
        same("the envelope", body.names(), recorded.names())?;
        let found: Vec<_> = body.member("response").map_or_else(Vec::new, Tree::records);
        wanted.retain(|shape| !found.contains(shape));
        if wanted.is_empty() {
            return Ok(());
        }
        last = found.first().cloned().or(last);
    }
    Err(format!("no record looks like {:#?}; one looks like {last:#?}", wanted.first()))
}

/// Paths that read every record of the kind that a path reads.
fn portions(resource: &str) -> Vec<String> {
    let is_set = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit() || b",.-".contains(&byte))
    };
    let sets = |kind: &str, first: u32| -> Vec<String> {
        (0..3).map(|portion| first + portion * 200).map(|id| format!("{kind}/{id}-{}", id + 199)).collect()
    };
    let segments: Vec<&str> = resource.trim_end_matches('/').split('/').collect();
    match segments.as_slice() {
        [service, "order", _, "goods-note", kind, ..] => {
            sets(&format!("{service}/order/*/goods-note/{kind}"), 1)
        }
        [service @ "warehouse-service", kind @ "product-availability", _] => {
            (1_007..1_500).map(|id| format!("{service}/{kind}/{id}")).collect()
        }
        [before @ .., set] if is_set(set) => {
            let kind = before.join("/");
            match kind.as_str() {
                "order-service/order" | "order-service/sales-order" | "order-service/sales-credit" => {
                    sets(&kind, 1)
                }
                "product-service/product" | "product-service/product-price" => sets(&kind, 1_007),
                "contact-service/contact" | "contact-service/postal-address" => sets(&kind, 200),
                "accounting-service/journal" => sets(&kind, 1),
                _ => vec![kind],
            }
        }
        // What belongs to one record: that of some others.
        [service, kind @ ("order" | "product" | "contact"), set, rest @ ..] if is_set(set) => {
            let first = match *kind {
                "order" => 1,
                "product" => 1_007,
                _ => 200,
            };
            (first..first + 200).map(|id| format!("{service}/{kind}/{id}/{}", rest.join("/"))).collect()
        }
        _ => vec![resource.to_owned()],
    }
}

/// A page has the recorded columns, and each column values of the recorded types.
fn pages_alike(recorded: &Tree, answered: &Tree) -> Verdict {
    same("the envelope", answered.names(), recorded.names())?;
    let part = |tree: &Tree, path: &[&str]| {
        path.iter()
            .try_fold(tree.clone(), |tree, name| tree.member(name).cloned().ok_or(format!("no {name}")))
    };
    let both = |path: &[&str]| Ok::<_, String>((part(recorded, path)?, part(answered, path)?));
    for path in [&["response"][..], &["response", "metaData"], &["reference"]] {
        let (recorded_part, answered_part) = both(path)?;
        // A page without hits has no first and no last one.
        let names = |tree: &Tree| -> Vec<String> {
            let names = tree.names().into_iter().filter(|name| !["firstResult", "lastResult"].contains(name));
            names.map(str::to_owned).collect()
        };
        same(&path.join("."), names(&answered_part), names(&recorded_part))?;
    }
    for list in ["columns", "sorting"] {
        let (recorded_part, answered_part) = both(&["response", "metaData", list])?;
        same(list, format!("{answered_part:?}"), format!("{recorded_part:?}"))?;
    }
    let (recorded_rows, answered_rows) = both(&["response", "results"])?;
    for row in recorded_rows.elements() {
        for (position, value) in row.elements().iter().enumerate() {
            let seen =
                answered_rows.elements().iter().any(|row| row.elements()[position].shape() == value.shape());
            if !seen {
                return Err(format!("column {position} never looks like {value:?}"));
            }
        }
    }
    Ok(())
}

/// The same status, and the same headers in the same order. Left aside are those that belong to the
/// connection and the one that only OAuth applications get.
fn headers_alike(exchange: &Exchange, answer: &Response) -> Verdict {
    same("the status", answer.status, exchange.response.status)?;
    const ASIDE: [&str; 3] =
        ["Content-Length", "Connection", "Brightpearl-Installed-Integration-Instance-Id"];
    // What stands in front of the API since 2025 adds its own (API notes §1.7).
    const EDGE: [&str; 8] = [
        "server",
        "cf-ray",
        "cf-cache-status",
        "alt-svc",
        "set-cookie",
        "transfer-encoding",
        "content-encoding",
        "vary",
    ];
    let is_compared = |name: &&str| {
        !ASIDE.iter().any(|aside| aside.eq_ignore_ascii_case(name))
            && (!EDGE.contains(&name.to_ascii_lowercase().as_str()) || answer.headers.get(name).is_some())
    };
    let lower = |name: &str| name.to_ascii_lowercase();
    let recorded = exchange.response.headers.0.iter().map(|(name, _)| name.as_str()).filter(is_compared);
    let is_edge = exchange.header("cf-ray").is_some();
    let mut names: Vec<String> = recorded.map(lower).collect();
    let mut answered: Vec<String> = answer.headers.iter().map(|(name, _)| lower(name)).collect();
    if is_edge {
        // It has an order of its own, too.
        names.sort();
        answered.sort();
    }
    same("the names of headers", answered, names)?;
    for fixed in
        ["Content-Type", "Cache-Control", "Expires", "Pragma", "Message-Type", "Strict-Transport-Security"]
    {
        same(fixed, answer.headers.get(fixed), exchange.header(fixed))?;
    }
    let look = |id: Option<&str>| -> Vec<usize> { id.unwrap_or("").split('-').map(str::len).collect() };
    same("the look of Ruid", look(answer.headers.get("Ruid")), look(exchange.header("Ruid")))?;
    let date = |value: Option<&str>| value.map(|date| (date.len(), date.ends_with(" GMT")));
    same("the look of Date", date(answer.headers.get("Date")), date(exchange.header("Date")))
}

/// Token requests get the recorded status, headers and members, in their order.
#[test]
fn logins_have_the_shape_of_recorded_ones() {
    let Some(exchanges) = recordings() else { return };
    let logins = of(&exchanges, Comparison::Login);
    all_agree(logins.map(|exchange| (exchange.name.as_str(), login_alike(exchange))).collect());
}

fn login_alike(exchange: &Exchange) -> Verdict {
    let (_, account) = exchange.request.uri.rsplit_once("/token/").expect("a login names its account");
    let form: Vec<(&str, String)> = exchange
        .request
        .body
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name, percent_decode_str(value).decode_utf8_lossy().into_owned()))
        .collect();
    let answer = log_in(account, exchange, &form);
    headers_alike(exchange, &answer)?;
    let recorded = Tree::parse(&exchange.response.body);
    same("the body", tree(&answer).shape(), recorded.shape())?;
    if exchange.response.status == 200 {
        return Ok(());
    }
    same("the body", String::from_utf8_lossy(&answer.body).as_ref(), exchange.response.body.as_str())
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
