//! Prints how much memory a long push and a long journal hold at most: counted, not timed. The other side is as small as
//! can be, so that all of it is the engine's. `cargo run --locked --release -p brightpearl-bench --bin memory`, perhaps
//! with numbers of records behind `--`.

use brightpearl_core::flow::{JournalBook, JournalCompaction};
use brightpearl_core::operation::Push;
use brightpearl_core::{Client, Config, Output, Response, Step};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Orders that are found by their reference.
const MAPPING: &str = r#"{
    "version": 1, "name": "memory", "target": "order-service/sales-order",
    "key": {"target": "/ref", "verify": {"search": "order-service/order-search", "column": "customerRef"}},
    "fields": [
        {"to": "/ref", "from": "number", "required": true}, {"to": "/customer/id", "value": 207},
        {"to": "/currency/code", "value": "USD"},
        {"to": "/rows", "each": "skus", "fields": [
            {"to": "/productId", "from": "@"}, {"to": "/quantity", "value": 1}, {"to": "/net", "value": "9.00"},
            {"to": "/tax", "value": "1.80"}, {"to": "/taxCode", "value": "T20"}]}]}"#;

const KEY: &str = r#""key": {"target": "/ref","#;
const NEWEST: &str = r#""key": {"target": "/ref", "newest": "changed","#;

/// The answer to a search that finds nothing.
const NOTHING: &str = r#"{"response":{"results":[],"metaData":{"resultsAvailable":0,"resultsReturned":0,
    "firstResult":1,"lastResult":0,"columns":[
    {"name":"orderId","sortable":true,"filterable":true,"reportDataType":"IDSET","required":false},
    {"name":"customerRef","sortable":true,"filterable":true,"reportDataType":"STRING","required":false}],
    "sorting":[]}},"reference":{}}"#;

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;

fn main() {
    println!("memory held at most");
    let asked: Vec<u64> = std::env::args().skip(1).filter_map(|count| count.parse().ok()).collect();
    for records in if asked.is_empty() { vec![100_000, 1_000_000] } else { asked } {
        told(records, "", MAPPING);
        // The journal then has the version of each record, too.
        told(records, ", which tells the newest", &MAPPING.replace(KEY, NEWEST));
    }
}

/// Measures pushes of so many records by a document.
fn told(records: u64, which: &str, mapping: &str) {
    let (first, journal) = pushed(records, "", mapping);
    tell(&format!("push of {records} records with a journal{which}"), first, records);
    let (again, _) = pushed(records, &journal, mapping);
    tell(&format!("the same again, {} MB of journal", journal.len() / 1_000_000), again, records);
    let (read, short) = compacted(&journal);
    tell(&format!("journal read and compacted to {} MB", short / 1_000_000), read, records);
}

fn tell(what: &str, bytes: usize, records: u64) {
    println!("  {what:<75} {:>6.1} MB  {:>4} bytes a record", bytes as f64 / 1e6, bytes as u64 / records);
}

/// What a push of so many records holds beyond its journal, and that journal.
fn pushed(records: u64, journal: &str, mapping: &str) -> (usize, String) {
    let config = r#"{"account": "acme", "datacentre": "use1",
        "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "invented"}}"#;
    let client = Client::new(Config::from_json(config).expect("a configuration")).expect("a client");
    // Its room is taken before, so that it does not count.
    let mut kept = String::with_capacity(usize::try_from(records * 256).expect("64 bits"));
    kept.push_str(journal);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut book = JournalBook::new();
    for part in journal.as_bytes().chunks(1 << 20) {
        book.read(part).expect("our own journal");
    }
    let push = Push::writing(mapping).expect("a mapping");
    let mut call = client.push_with_journal(push, book).expect("a push");
    let (mut now, mut fed, mut ended, mut id) = (NOW, 0, 0, 0);
    loop {
        match call.poll(now).expect("nothing fails here") {
            Step::Feed { room } => {
                let end = records.min(fed + room as u64);
                for number in fed..end {
                    let record = format!(
                        r#"{{"number":"WEB-{number}","changed":"2026-06-30T10:00:00Z","skus":[1007,1008]}}"#
                    );
                    call.feed(record.as_bytes()).expect("the push takes records");
                }
                fed = end;
                if fed == records {
                    call.finish().expect("there are no more");
                }
            }
            Step::Send(exchange) => {
                now += 20;
                let path = exchange.request.url.as_str();
                let answer = if path.contains("order-search") {
                    Response::new(200, NOTHING)
                } else if path.contains("multi-message") {
                    Response::new(503, "the service is away")
                } else {
                    id += 1;
                    Response::new(200, format!(r#"{{"response":{id}}}"#))
                };
                call.answer(exchange.id, answer, now).expect("the exchange is out");
            }
            Step::Wait { until, .. } => now = until,
            Step::Output(Output::Journal(lines)) => kept.push_str(&lines),
            Step::Output(Output::Outcomes(outcomes)) => ended += outcomes.len() as u64,
            Step::Output(_) => {}
            Step::Done => break,
            Step::Pending => panic!("nothing is out, and all records are in"),
        }
    }
    assert_eq!((fed, ended), (records, records));
    (ALLOCATOR.peak_usage() - before, kept)
}

/// What reading a journal and compacting it holds, and how long it is then.
fn compacted(journal: &str) -> (usize, usize) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut book = JournalBook::new();
    for part in journal.as_bytes().chunks(1 << 20) {
        book.read(part).expect("our own journal");
    }
    book.end().expect("it is whole");
    let mut compaction = JournalCompaction::new();
    let parts = journal.as_bytes().chunks(1 << 20);
    let lengths = parts.map(|part| compaction.read(&book, part).expect("our own journal").len());
    let length = lengths.sum::<usize>() + compaction.end(&book).expect("it is whole").len();
    (ALLOCATOR.peak_usage() - before, length)
}
