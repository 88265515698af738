//! Every parser against every hostile input, on a small stack and with memory counted: an error with a place, or a
//! value, and never more than a multiple of what came in.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use brightpearl_core::auth::oauth::authorize_url;
use brightpearl_core::auth::signature::verify_callback;
use brightpearl_core::flow::JournalBook;
use brightpearl_core::mapping::Resolved;
use brightpearl_core::operation::{Operation, Search, SingleRequest};
use brightpearl_core::validate::{UnknownMembers, check};
use brightpearl_core::value::{CurrencyCode, Date, DateTime, Decimal, Period};
use brightpearl_core::{
    Client, Config, Error, IdSet, Kind, Method, Page, PoolConfig, Response, Result, Step, catalog, discovery,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What a small thread of a host has, in bytes. Where little is optimised, a frame is several times as large; `make test-stacks`
/// asks for less.
fn stack_size() -> usize {
    const LITTLE_OPTIMISED: usize = 512;
    let asked = std::env::var("STACK_KIB").ok();
    asked.map_or(LITTLE_OPTIMISED, |kib| kib.parse().expect("a number")) << 10
}

/// The bytes of an input, and what may be held for it: thirty thousand records have an outcome each.
const LENGTH: usize = 64 << 10;
const MOST_HELD: usize = 40 << 20;

/// The bytes of an error's words and place.
const MOST_SAID: usize = 11_000;

/// Memory is that of the whole process, so that one test runs at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_long_journal_takes_little_memory() {
    const RECORDS: u64 = 50_000;
    let _turn = alone();
    let mut book = JournalBook::new();
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    book.read(b"{\"push\":{\"version\":1,\"account\":\"acme\",\"mapping\":\"orders\"}}\n").unwrap();
    for number in 0..RECORDS {
        let (write, done) = (
            format!("{{\"write\":{{\"what\":\"{number:032x}\",\"key\":\"WEB-{number}\"}}}}\n"),
            format!("{{\"done\":{{\"what\":\"{number:032x}\",\"state\":\"created\",\"id\":{number}}}}}\n"),
        );
        book.read((write + &done).as_bytes()).unwrap();
    }
    book.end().unwrap();
    let held = (ALLOCATOR.peak_usage() - before) as u64;
    // 64 MB for a million.
    assert!(held < RECORDS * 64, "{held} bytes, {} a record", held / RECORDS);
}

type Parse = fn(&str) -> Result<()>;

fn repeated(text: &str) -> String {
    text.repeat(LENGTH / text.len())
}

/// Long, deep, wide, growing, and what is hard to quote.
fn inputs() -> Vec<String> {
    let filled = |open: &str, each: &str, last: &str| format!("{open}{}{last}", repeated(each));
    let around = |open: &str, close: &str| {
        let depth = LENGTH / (open.len() + close.len());
        format!("{}1{}", open.repeat(depth), close.repeat(depth))
    };
    let scattered: Vec<String> =
        (0..LENGTH / 6).map(|at| (at * 7_919 % (LENGTH / 6) * 2 + 1).to_string()).collect();
    let names: Vec<String> = (0..LENGTH / 12).map(|at| format!(r#""k{at}":{at}"#)).collect();
    let mut inputs: Vec<String> = [
        "9",
        "0",
        "a",
        "-",
        "/",
        "..",
        "%2e",
        "%",
        "\u{1}",
        "\"",
        "\\",
        "€",
        "\0",
        "\n",
        " ",
        "{a}",
        "*/",
        "~0",
        "order-service/",
        "[",
        "{\"a\":",
        "{}\n",
    ]
    .map(repeated)
    .to_vec();
    inputs.extend([
        filled("", "1,", "1"),
        filled("", "1-4000000000,", "1"),
        scattered.join(","),
        filled("1e", "9", ""),
        "1e999999999".to_owned(),
        filled("0.", "1", ""),
        around("[", "]"),
        around("{\"a\":", "}"),
        format!("{{{}}}", names.join(",")),
        filled("{", "\"a\":1,", "\"a\":1}"),
        filled("[", "{},", "{}]"),
        filled("[", "1,", "1]"),
        filled("[", "1e999999999,", "1]"),
        filled("\"", "\\u0041", "\""),
        filled("\"", "\\ud800", "\""),
        filled("{\"", "a", "\":1}"),
        filled("[", r#"{"op":"copy","from":"","path":"/a/b"},"#, "{}]"),
        "1-4000000000".to_owned(),
        "1-9223372036854775807".to_owned(),
    ]);
    inputs
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("JSON")
}

fn client() -> Result<Client> {
    let config = r#"{"account":"acme","datacentre":"use1","unknown_members":"refuse",
        "credentials":{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}"#;
    Client::new(Config::from_json(config)?)
}

/// The last word on an operation that is answered in one way.
fn run(operation: &str, response: &Response) -> Result<()> {
    let mut call = client()?.start(Operation::from_json(operation)?)?;
    let mut now = 1_767_225_600_000;
    for _ in 0..20 {
        match call.poll(now)? {
            Step::Send(exchange) => call.answer(exchange.id, response.clone(), now + 1)?,
            Step::Wait { until, .. } => now = until,
            Step::Feed { .. } => call.finish()?,
            Step::Output(_) => drop(call.checkpoint()),
            Step::Pending | Step::Done => break,
        }
        now += 2;
    }
    Ok(())
}

/// An operation that fails or not before anything is answered.
fn start(operation: &str) -> Result<()> {
    run(operation, &Response::new(200, "{}"))
}

fn answered(operation: &str, body: String) -> Result<()> {
    run(operation, &Response::new(200, body))
}

fn config(member: &str, text: &str) -> Result<()> {
    let credentials = r#""credentials":{"type":"private-app","app_ref":"a","account_token":"t"}"#;
    Client::new(Config::from_json(&format!(r#"{{{member}:{},{credentials}}}"#, quoted(text)))?).map(drop)
}

fn search(member: &str) -> Result<()> {
    start(&format!(r#"{{"search":{{"resource":"order-service/order-search",{member}}}}}"#))
}

fn push(members: &str) -> Result<()> {
    let mapping = r#"{"version":1,"name":"notes","target":"order-service/order/{ORDER-ID}/note",
        "path":{"ORDER-ID":{"from":"order"}},"fields":[{"to":"/text","from":"text"}]}"#;
    start(&format!(r#"{{"push":{{"mapping":{mapping},"write":true,{members}}}}}"#))
}

fn pull(position: &str) -> Result<()> {
    let state = format!(
        r#"{{"version":1,"account":"acme","operation":{{"pull":{{"resources":[{{"resource":"order"}}]}}}},"position":{position}}}"#
    );
    start(&format!(r#"{{"pull":{{"resources":[{{"resource":"order"}}],"state":{}}}}}"#, quoted(&state)))
}

fn body(path: &str, method: Method, body: &str) -> Result<()> {
    check(path, method, body.as_bytes(), UnknownMembers::Refuse).map(drop)
}

const POST: &str =
    r#"{"request":{"method":"POST","path":"order-service/order/7/note","body":"{\"text\":\"a\"}"}}"#;
const SEARCH: &str = r#"{"search":{"resource":"order-service/order-search"}}"#;
const FETCH: &str = r#"{"fetch":{"resource":"order-service/order","ids":"1-1000"}}"#;
const OPTIONS: &str = r#"{"options":{"resource":"order-service/order","ids":"1-1000"}}"#;
const BATCH: &str = r#"{"batch":{"requests":[
    {"method":"POST","path":"product-service/brand","body":"{\"name\":\"A\"}"},
    {"method":"POST","path":"product-service/brand","body":"{\"name\":\"B\"}"}]}}"#;
const TASK: &str = r#"{"task":{"name":"add-order-note","arguments":{"orderId":7,"text":"a"}}}"#;

const PARSERS: &[(&str, Parse)] = &[
    ("id set", |text| IdSet::parse(text).map(|ids| drop(ids.split(200, 2_000).next()))),
    ("period", |text| Period::parse(text).map(drop)),
    ("date", |text| Date::parse(text).map(drop)),
    ("date and time", |text| DateTime::parse(text).map(drop)),
    ("decimal", |text| Decimal::parse(text).map(drop)),
    ("decimal of JSON", |text| Decimal::parse_json(text).map(drop)),
    ("currency", |text| CurrencyCode::parse(text).map(drop)),
    ("configuration", |text| Config::from_json(text).map(drop)),
    ("account", |text| config(r#""datacentre":"use1","account""#, text)),
    ("datacentre", |text| config(r#""account":"acme","datacentre""#, text)),
    ("base URL", |text| config(r#""account":"acme","base_url""#, &format!("http://{text}"))),
    ("pool", |text| PoolConfig::from_json(text).map(drop)),
    ("operation", |text| Operation::from_json(text).map(drop)),
    ("path", |text| client()?.request(SingleRequest::new(Method::Get, text)).map(drop)),
    ("query", |text| {
        client()?.request(SingleRequest::new(Method::Get, "a-service/b").query(text, text)).map(drop)
    }),
    ("header", |text| {
        let mut request = SingleRequest::new(Method::Get, "order-service/order/1");
        request.headers.push((text.to_owned(), text.to_owned()));
        client()?.request(request).map(drop)
    }),
    ("search", |text| client()?.search(Search::new(text)).map(drop)),
    ("filter's name", |text| search(&format!(r#""filters":[[{},"1"]]"#, quoted(text)))),
    ("filter of ids", |text| search(&format!(r#""filters":[["orderId",{}]]"#, quoted(text)))),
    ("filter of a period", |text| search(&format!(r#""filters":[["placedOn",{}]]"#, quoted(text)))),
    ("filter of text", |text| search(&format!(r#""filters":[["customerRef",{}]]"#, quoted(text)))),
    ("sort", |text| search(&format!(r#""sort":[{}]"#, quoted(text)))),
    ("fetch", |text| start(&format!(r#"{{"fetch":{{"resource":{},"ids":"1"}}}}"#, quoted(text)))),
    ("ids to fetch", |text| {
        start(&format!(r#"{{"fetch":{{"resource":"order-service/order","ids":{}}}}}"#, quoted(text)))
    }),
    ("page", |text| Page::decode(text.as_bytes()).map(drop)),
    ("rows", |text| Page::decode(format!(r#"{{"response":{{"results":{text}}}}}"#).as_bytes()).map(drop)),
    ("row", |text| Page::decode(format!(r#"{{"response":{{"results":[[{text}]]}}}}"#).as_bytes()).map(drop)),
    ("meta-data", |text| {
        Page::decode(format!(r#"{{"response":{{"results":[],"metaData":{text}}}}}"#).as_bytes()).map(drop)
    }),
    ("reference", |text| {
        Page::decode(format!(r#"{{"response":{{"results":[[1]]}},"reference":{text}}}"#).as_bytes()).map(drop)
    }),
    ("answer to a search", |text| answered(SEARCH, format!(r#"{{"response":{{"results":{text}}}}}"#))),
    ("answer to a fetch", |text| answered(FETCH, format!(r#"{{"response":{text}}}"#))),
    ("URIs", |text| answered(OPTIONS, format!(r#"{{"response":{{"getUris":[{}]}}}}"#, quoted(text)))),
    ("answer to a write", |text| answered(POST, text.to_owned())),
    ("answer to a batch", |text| {
        answered(BATCH, format!(r#"{{"response":{{"processedMessages":{text}}}}}"#))
    }),
    ("content in a batch", |text| {
        let message = format!(r#"{{"label":"request-0","statusCode":200,"body":{{"content":{text}}}}}"#);
        answered(BATCH, format!(r#"{{"response":{{"processedMessages":[{message}]}}}}"#))
    }),
    ("answer to a task", |text| answered(TASK, format!(r#"{{"response":{text}}}"#))),
    ("refusal", |text| run(POST, &Response::new(400, text))),
    ("errors of a refusal", |text| run(POST, &Response::new(400, format!(r#"{{"errors":{text}}}"#)))),
    ("headers of an answer", |text| {
        let response = Response::new(503, "").with_header("retry-after", text).with_header("date", text);
        run(POST, &response.with_header("brightpearl-requests-remaining", text).with_header("link", text))
    }),
    ("task", |text| start(&format!(r#"{{"task":{{"name":{},"arguments":{{}}}}}}"#, quoted(text)))),
    ("arguments", |text| start(&format!(r#"{{"task":{{"name":"create-order","arguments":{text}}}}}"#))),
    ("checkpoint", |text| client()?.resume(text, true).map(drop)),
    ("position", |text| {
        let operation = r#"{"fetch":{"resource":"order-service/order","ids":"1"}}"#;
        let text = format!(r#"{{"version":1,"account":"acme","operation":{operation},"position":{text}}}"#);
        client()?.resume(&text, true).map(drop)
    }),
    ("journal", |text| push(&format!(r#""journal":{},"records":[]"#, quoted(text)))),
    ("record", |text| push(&format!(r#""journal":"","records":[{text}]"#))),
    ("state", |text| pull(&format!(r#"{{"pull":{text}}}"#))),
    ("ids of a state", |text| {
        pull(&format!(
            r#"{{"pull":{{"order":{{"search":"order-service/order-search","known":{}}}}}}}"#,
            quoted(text)
        ))
    }),
    ("body", |text| body("order-service/order", Method::Post, text)),
    ("rows of a body", |text| {
        body("order-service/sales-order", Method::Post, &format!(r#"{{"rows":{text}}}"#))
    }),
    ("JSON Patch", |text| body("order-service/order/7", Method::Patch, text)),
    ("messages", |text| body("multi-message", Method::Post, &format!(r#"{{"messages":{text}}}"#))),
    ("form", |text| body("oauth/token", Method::Post, text)),
    ("resource", |text| discovery::describe(text).map(drop)),
    ("catalogue", |text| {
        let _ = (catalog::find(text, Method::Post), catalog::resource(text), catalog::readable_path(text));
        discovery::validate(text, text, text.as_bytes(), text).map(drop)
    }),
    ("resolved references", |text| Resolved::from_json(text).map(drop)),
    ("mapping document", |text| {
        assert!(discovery::check_mapping(text).len() < 4_000_000);
        discovery::explain_mapping(text).map(drop)
    }),
    ("callback", |text| {
        let names = ["accountCode", "timestamp", "token", "signature"];
        verify_callback(&names.map(|name| (name.to_owned(), text.to_owned())), &"s".into(), None).map(drop)
    }),
    ("parameter of a callback", |text| {
        verify_callback(&[(text.to_owned(), text.to_owned())], &"s".into(), None).map(drop)
    }),
    ("authorise page", |text| authorize_url(text, text, text, text).map(drop)),
];

fn assert_fits(error: &Error, parser: &str, input: &str) {
    let beginning: String = input.chars().take(40).collect();
    let said = error.message().len() + error.location().unwrap_or_default().len();
    assert!(said < MOST_SAID, "{parser} says {said} bytes of {beginning:?}");
    if error.kind() == Kind::Validation {
        assert!(error.location().is_some(), "{parser} names no place in {beginning:?}: {error}");
    }
}

#[test]
fn no_parser_takes_more_than_a_multiple_of_any_input() {
    let _alone = alone();
    let inputs = inputs();
    for (parser, parse) in PARSERS {
        for input in &inputs {
            let before = ALLOCATOR.current_usage();
            ALLOCATOR.reset_peak_usage();
            let result = thread::scope(|scope| {
                let thread = thread::Builder::new().stack_size(stack_size());
                let thread = thread.spawn_scoped(scope, || parse(input)).expect("a thread");
                thread.join().expect("no panic")
            });
            let held = ALLOCATOR.peak_usage().saturating_sub(before);
            let beginning: String = input.chars().take(40).collect();
            assert!(held < MOST_HELD, "{parser} holds {held} bytes for {beginning:?}");
            if let Err(error) = result {
                assert_fits(&error, parser, input);
            }
        }
    }
}

#[test]
fn a_body_has_a_thousand_violations_at_most_and_no_error_is_lost_among_warnings() {
    let _alone = alone();
    let rows = format!(r#"{{"rows":[{}{{}}]}}"#, "{},".repeat(20_000));
    let error = check("order-service/sales-order", Method::Post, rows.as_bytes(), UnknownMembers::Refuse);
    assert_eq!(error.expect_err("refused").violations().len(), 1_000);

    let mut warned: Vec<String> = (0..5_000).map(|at| format!(r#""k{at}":1"#)).collect();
    warned.push(r#""rows":7"#.to_owned());
    let body = format!("{{{}}}", warned.join(","));
    let error = check("order-service/sales-order", Method::Post, body.as_bytes(), UnknownMembers::Warn);
    let error = error.expect_err("refused");
    assert!(error.violations().iter().any(|violation| violation.pointer == "/rows"), "{error}");
}

#[test]
fn the_record_of_a_push_may_be_long() {
    let _alone = alone();
    let text = "x".repeat(8 << 20);
    let record = format!(r#"{{"order":7,"text":"{text}"}}"#);
    assert!(push(&format!(r#""journal":"","records":[{record}]"#)).is_ok());
}
