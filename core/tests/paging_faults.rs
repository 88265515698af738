//! No row of a search and no id of a fetch is lost or repeated, whatever retryable faults come in between,
//! in whatever order the answers arrive.

use brightpearl_core::operation::{Fetch, Plan, Search};
use brightpearl_core::{
    Call, Client, Config, Exchange, IdSet, Method, Output, Response, Step, TransportFailure,
};
use proptest::prelude::*;

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
enum PagingFault {
    None,
    NotSent,
    Lost,
    Cap,
    Outage,
    ServerError,
    TooMany,
    Truncated,
    Html,
    NotUtf8,
}

fn fault() -> impl Strategy<Value = PagingFault> {
    prop_oneof![
        6 => Just(PagingFault::None),
        1 => Just(PagingFault::NotSent),
        1 => Just(PagingFault::Lost),
        1 => Just(PagingFault::Cap),
        1 => Just(PagingFault::Outage),
        1 => Just(PagingFault::ServerError),
        1 => Just(PagingFault::TooMany),
        1 => Just(PagingFault::Truncated),
        1 => Just(PagingFault::Html),
        1 => Just(PagingFault::NotUtf8),
    ]
}

fn client(max_in_flight: usize, seed: u64) -> Client {
    let text = format!(
        r#"{{"account":"acme","datacentre":"use1","seed":{seed},"max_in_flight":{max_in_flight},
             "retry":{{"max_attempts":1000,"max_throttled":1000,"cap_ms":2000}},
             "credentials":{{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}}}"#
    );
    Client::new(Config::from_json(&text).unwrap()).unwrap()
}

fn parameter(url: &str, name: &str) -> u64 {
    let query = url.split_once('?').unwrap().1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap();
    value.parse().unwrap()
}

/// A page of a search over ids 1 to `rows`, as the server counts.
fn page(url: &str, rows: u64) -> String {
    let (first, size) = (parameter(url, "firstResult"), parameter(url, "pageSize"));
    let last = (first + size - 1).min(rows);
    let cells: Vec<String> = (first..=last).map(|id| format!("[{id},\"WEB-{id}\"]")).collect();
    let place =
        if first <= last { format!("\"firstResult\":{first},\"lastResult\":{last},") } else { String::new() };
    format!(
        r#"{{"response":{{"results":[{}],"metaData":{{"morePagesAvailable":{},"resultsAvailable":{rows},{place}"columns":[
           {{"name":"orderId","sortable":true,"filterable":true,"reportDataType":"IDSET","referenceData":[],"required":false}},
           {{"name":"customerRef","sortable":true,"filterable":true,"reportDataType":"STRING","referenceData":[],"required":false}}]}}}},"reference":{{}}}}"#,
        cells.join(","),
        last < rows,
    )
}

/// The orders of a URL's id set that exist: all but every seventh.
fn orders(url: &str) -> String {
    let ids: IdSet = url.rsplit('/').next().unwrap().parse().unwrap();
    let found: Vec<String> = ids
        .iter()
        .filter(|id| id % 7 != 0)
        .map(|id| format!(r#"{{"id":{id},"reference":"WEB-{id}"}}"#))
        .collect();
    format!(r#"{{"response":[{}]}}"#, found.join(","))
}

/// Which of them `OPTIONS` says to be there.
fn existing(url: &str) -> String {
    let ids: IdSet = url.rsplit('/').next().unwrap().parse().unwrap();
    let there = IdSet::from_ids(ids.iter().filter(|id| id % 7 != 0)).unwrap();
    let uris = if there.is_empty() { String::new() } else { format!(r#""/order/{there}""#) };
    format!(r#"{{"response":{{"getUris":[{uris}]}}}}"#)
}

/// Drives a call to its end. `answer` makes the good answer; `faults` and `order` repeat for ever.
fn drive(
    mut call: Call,
    answer: impl Fn(&str) -> String,
    faults: &[PagingFault],
    order: &[usize],
    mut consume: impl FnMut(Output),
) {
    let (mut now, mut out, mut turn) = (0u64, Vec::<Exchange>::new(), 0usize);
    for _ in 0..100_000 {
        match call.poll(now).expect("retryable faults never end a call") {
            Step::Send(exchange) => out.push(exchange),
            Step::Wait { until, .. } if out.is_empty() => {
                assert!(until > now, "a wait for the past would spin");
                now = until;
            }
            Step::Wait { .. } | Step::Pending => {
                let exchange = out.remove(order[turn % order.len()] % out.len());
                let fault = faults[turn % faults.len()];
                turn += 1;
                now += 37;
                let id = exchange.id;
                let request = &exchange.request;
                let asks_what_exists = request.method == Method::Options;
                let good = if asks_what_exists { existing(&request.url) } else { answer(&request.url) };
                match fault_answer(fault, good) {
                    Ok(response) => call.answer(id, response, now).unwrap(),
                    Err(failure) => call.fail(id, failure, now).unwrap(),
                }
            }
            Step::Feed { .. } => panic!("a read takes no records"),
            Step::Output(output) => consume(output),
            Step::Done => return,
        }
    }
    panic!("the call does not end");
}

fn fault_answer(fault: PagingFault, good: String) -> Result<Response, TransportFailure> {
    Ok(match fault {
        PagingFault::None => Response::new(200, good),
        PagingFault::NotSent => return Err(TransportFailure::NotSent("refused".into())),
        PagingFault::Lost => return Err(TransportFailure::MaybeSent("timed out".into())),
        PagingFault::Cap => Response::new(
            503,
            r#"{"response":"You have sent too many requests. Please wait before sending another request"}"#,
        )
        .with_header("brightpearl-next-throttle-period", "900"),
        PagingFault::Outage => Response::new(503, "<html>maintenance</html>"),
        PagingFault::ServerError => {
            Response::new(500, r#"{"errors":[{"code":"CMNU-003","message":"Internal Server Error"}]}"#)
        }
        PagingFault::TooMany => Response::new(429, "").with_header("Retry-After", "1"),
        PagingFault::Truncated => Response::new(200, &good.as_bytes()[..good.len() / 2]),
        PagingFault::Html => Response::new(200, "<html>hello</html>"),
        PagingFault::NotUtf8 => Response::new(200, [good.as_bytes(), b"\xff"].concat()),
    })
}

/// At least one good answer in each round, or nothing could ever end.
fn faults() -> impl Strategy<Value = Vec<PagingFault>> {
    proptest::collection::vec(fault(), 1..12).prop_map(|mut faults| {
        faults.push(PagingFault::None);
        faults
    })
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(any::<usize>(), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_row_comes_once_and_in_order(
        rows in 0u64..60, size in 1u32..9, in_flight in 1usize..5, seed: u64, faults in faults(), order in order()
    ) {
        let search = Search { page_size: Some(size), ..Search::new("order-service/order-search") };
        let call = client(in_flight, seed).search(search).unwrap();
        let mut ids = Vec::new();
        drive(call, |url| page(url, rows), &faults, &order, |output| {
            let Output::Page(page) = output else { panic!("a search puts out pages") };
            assert_eq!(page.duplicates, 0);
            for row in 0..page.page.rows() {
                let mut text = String::new();
                page.page.row_json(row, &mut text);
                let (id, reference): (u64, String) = serde_json::from_str(&text).unwrap();
                assert_eq!(reference, format!("WEB-{id}"));
                ids.push(id);
            }
        });
        prop_assert_eq!(ids, (1..=rows).collect::<Vec<_>>());
    }

    #[test]
    fn every_id_is_returned_or_missing_once(
        wanted in proptest::collection::btree_set(1u64..400, 1..120),
        limit in 1u32..40, in_flight in 1usize..5, seed: u64, faults in faults(), order in order()
    ) {
        let ids = IdSet::from_ids(wanted.iter().copied()).unwrap();
        let fetch = Fetch { id_limit: Some(limit), plan: Plan::Never, ..Fetch::new("order-service/order", ids.clone()) };
        let call = client(in_flight, seed).fetch(fetch).unwrap();
        let (mut found, mut missing) = (Vec::new(), IdSet::new());
        drive(call, orders, &faults, &order, |output| {
            let Output::Resources(resources) = output else { panic!("a fetch puts out resources") };
            assert!(resources.refused.is_empty());
            for (index, item) in resources.items.iter().enumerate() {
                let order: serde_json::Value = serde_json::from_slice(resources.json(index).unwrap()).unwrap();
                assert_eq!(order["id"].as_u64(), item.id);
                found.push(item.id.unwrap());
            }
            assert!(missing.difference(&resources.missing) == missing, "reported twice");
            missing = missing.union(&resources.missing);
        });
        let (there, absent): (Vec<u64>, Vec<u64>) = wanted.iter().partition(|id| *id % 7 != 0);
        prop_assert_eq!(found, there);
        prop_assert_eq!(missing, IdSet::from_ids(absent).unwrap());
    }

    /// A host that is killed between any two steps, and resumes from its last checkpoint, sees each row at
    /// least once, and none out of order but those after the checkpoint.
    #[test]
    fn a_killed_host_resumes_without_loss(
        rows in 0u64..40, size in 1u32..7, kills in proptest::collection::vec(1usize..30, 1..6), consume in 0usize..7
    ) {
        let client = client(2, 1);
        let search = Search { page_size: Some(size), ..Search::new("order-service/order-search") };
        let mut call = client.search(search).unwrap();
        let (mut durable, mut checkpoint): (Vec<u64>, Option<String>) = (Vec::new(), None);
        let (mut kills, mut steps) = (kills.into_iter(), 0);
        let mut kill_at = kills.next();
        let mut now = 0;
        let mut out: Vec<Exchange> = Vec::new();
        loop {
            steps += 1;
            prop_assert!(steps < 10_000);
            if kill_at == Some(steps) {
                kill_at = kills.next().map(|more| steps + more);
                drop(call);
                out.clear();
                call = match &checkpoint {
                    Some(text) => client.resume(text, true).unwrap(),
                    None => client.search(Search { page_size: Some(size), ..Search::new("order-service/order-search") }).unwrap(),
                };
            }
            now += 400;
            match call.poll(now).unwrap() {
                Step::Send(exchange) => out.push(exchange),
                Step::Wait { .. } | Step::Pending => {
                    let Some(exchange) = out.pop() else { continue };
                    call.answer(exchange.id, Response::new(200, page(&exchange.request.url, rows)), now).unwrap();
                }
                Step::Output(Output::Page(page)) => {
                    // Stores some rows, then the checkpoint that covers exactly those.
                    let count = page.page.rows().min(consume);
                    for row in 0..count {
                        let mut text = String::new();
                        page.page.row_json(row, &mut text);
                        durable.push(serde_json::from_str::<(u64, String)>(&text).unwrap().0);
                    }
                    call.acknowledge(count).unwrap();
                    checkpoint = Some(call.checkpoint().unwrap());
                    if count < page.page.rows() {
                        drop(call);
                        out.clear();
                        if consume == 0 {
                            // Storing nothing at all never ends; one look at it is enough.
                            return Ok(());
                        }
                        call = client.resume(checkpoint.as_deref().unwrap(), true).unwrap();
                    }
                }
                Step::Feed { .. } => prop_assert!(false, "a search takes no records"),
                Step::Output(_) => prop_assert!(false, "a search puts out pages"),
                Step::Done => break,
            }
        }
        prop_assert_eq!(durable, (1..=rows).collect::<Vec<_>>());
    }
}
