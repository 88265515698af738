//! Whatever a multi-message service does to a batch: no write is applied twice, none is said to be undone that was
//! applied or done that was not, every write has one result, in order, and the batch ends.

use std::collections::BTreeMap;

use brightpearl_core::operation::{Batch, OnFailure, Order, Packing, SingleRequest};
use brightpearl_core::{
    BatchResult, Call, Client, Config, Delivery, Exchange, Kind, Method, Output, Response, Step,
    TransportFailure,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A write of the model. Its body says its place and whether the server refuses it.
#[derive(Clone, Copy, Debug)]
struct Write {
    verb: Verb,
    is_refused: bool,
}

#[derive(Clone, Copy, Debug)]
enum Verb {
    Post,
    /// With `idempotent`.
    Put,
    PutOnce,
    /// With `idempotent`.
    Delete,
    Patch,
    /// With a header, so that it cannot be packed.
    Guarded,
}

impl Write {
    fn request(self, index: usize) -> SingleRequest {
        let method = match self.verb {
            Verb::Post => Method::Post,
            Verb::Put | Verb::PutOnce | Verb::Guarded => Method::Put,
            Verb::Delete => Method::Delete,
            Verb::Patch => Method::Patch,
        };
        let body = json!({ "index": index, "refused": self.is_refused }).to_string();
        let mut request = SingleRequest::new(method, format!("model-service/thing/{index}")).body(body);
        request.idempotent = self.is_repeatable();
        if let Verb::Guarded = self.verb {
            request.headers.push(("If-Match".to_owned(), "1".to_owned()));
        }
        request
    }

    fn is_repeatable(self) -> bool {
        matches!(self.verb, Verb::Put | Verb::Delete)
    }
}

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    NotSent,
    LostBefore,
    LostAfter,
    Cap,
    OutageBefore,
    OutageAfter,
    /// The service does not exist, or may not be used, or refuses the packet; a single call is carried out.
    Gone(u16),
    Truncated,
    Html,
    Empty,
    /// The packet is carried out as far as this, and the rest is said to be unprocessed.
    Short(usize),
    /// The answer leaves every third write out, or says two things of it.
    Silent,
    Contradictory,
    /// Every other write fails, before it is applied or after.
    ItemOutage(bool),
    ItemCap,
    ItemTruncated,
    /// The whole has the status of the writes.
    SameStatus,
}

fn fault() -> impl Strategy<Value = Fault> {
    use Fault::*;
    let faults = vec![
        NotSent,
        LostBefore,
        LostAfter,
        Cap,
        OutageBefore,
        OutageAfter,
        Gone(404),
        Gone(403),
        Gone(400),
        Gone(405),
        Truncated,
        Html,
        Empty,
        Short(0),
        Short(1),
        Short(4),
        Silent,
        Contradictory,
        ItemOutage(false),
        ItemOutage(true),
        ItemCap,
        ItemTruncated,
        SameStatus,
    ];
    prop_oneof![3 => Just(None), 2 => proptest::sample::select(faults)]
}

/// The server: what it has applied, in order.
#[derive(Debug, Default)]
struct Server {
    applied: Vec<usize>,
    packets: usize,
    singles: usize,
}

struct Item {
    label: String,
    status: u16,
    content: String,
}

impl Server {
    /// Carries out one write unless it is refused.
    fn apply(&mut self, body: &Value) -> (u16, String) {
        let index = body["index"].as_u64().unwrap() as usize;
        if body["refused"] == true {
            return (400, format!(r#"{{"errors":[{{"code":"MODC-001","message":"refused {index}"}}]}}"#));
        }
        self.applied.push(index);
        (200, format!(r#"{{"response":{index}}}"#))
    }

    fn answer(&mut self, exchange: &Exchange, fault: Fault) -> Result<Response, TransportFailure> {
        let request = &exchange.request;
        match fault {
            Fault::NotSent => return Err(TransportFailure::NotSent("refused".into())),
            Fault::LostBefore => return Err(TransportFailure::MaybeSent("timed out".into())),
            Fault::Cap => {
                return Ok(Response::new(503, r#"{"response":"You have sent too many requests."}"#)
                    .with_header("brightpearl-next-throttle-period", "900"));
            }
            Fault::OutageBefore => return Ok(Response::new(503, "<html>maintenance</html>")),
            _ => {}
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let is_packet = request.url.ends_with("/public-api/acme/multi-message");
        let response = if is_packet {
            if let Fault::Gone(status) = fault {
                return Ok(Response::new(status, r#"{"errors":[{"code":"CMNC-404","message":"no"}]}"#));
            }
            self.packets += 1;
            self.packet(&body, fault)
        } else {
            self.singles += 1;
            let (status, content) = self.apply(&body);
            Response::new(status, content)
        };
        Ok(match fault {
            Fault::LostAfter => return Err(TransportFailure::MaybeSent("reset".into())),
            Fault::OutageAfter => Response::new(503, "<html>overloaded</html>"),
            Fault::Truncated => Response::new(response.status, &response.body[..response.body.len() / 2]),
            Fault::Html => Response::new(200, "<html>hello</html>"),
            Fault::Empty if is_packet => Response::new(200, "{}"),
            _ => response,
        })
    }

    fn packet(&mut self, body: &Value, fault: Fault) -> Response {
        let stops = body["onFail"] == "STOP";
        assert!(!stops || body["processingMode"] == "SEQUENTIAL", "STOP is not allowed with PARALLEL");
        let messages = body["messages"].as_array().unwrap();
        assert!((1..=10).contains(&messages.len()));
        let (mut processed, mut unprocessed) = (Vec::<Item>::new(), Vec::<String>::new());
        for (place, message) in messages.iter().enumerate() {
            let label = message["label"].as_str().unwrap().to_owned();
            assert!(["POST", "PUT", "DELETE"].contains(&message["httpMethod"].as_str().unwrap()));
            assert!(message["uri"].as_str().unwrap().starts_with("/model-service/thing/"));
            let is_short = matches!(fault, Fault::Short(length) if place >= length);
            if is_short || (stops && processed.iter().any(|item| item.status != 200)) {
                unprocessed.push(label);
                continue;
            }
            let (status, content) = match fault {
                Fault::ItemOutage(false) if place % 2 == 1 => (503, "<html>away</html>".to_owned()),
                Fault::ItemCap if place % 2 == 1 => {
                    (503, r#"{"response":"You have sent too many requests."}"#.to_owned())
                }
                _ => self.apply(&message["body"]),
            };
            let item = match fault {
                Fault::ItemOutage(true) if place % 2 == 1 => (500, "{}".to_owned()),
                Fault::ItemTruncated if place % 2 == 1 => (status, content[..content.len() / 2].to_owned()),
                _ => (status, content),
            };
            processed.push(Item { label, status: item.0, content: item.1 });
        }
        let ok = processed.iter().all(|item| item.status == 200) && unprocessed.is_empty();
        let same = processed.first().map_or(207, |first| first.status);
        let status = match fault {
            Fault::SameStatus if processed.iter().all(|item| item.status == same) => same,
            _ if ok => 200,
            _ => 207,
        };
        let mut said: Vec<Value> = Vec::new();
        for (place, item) in processed.iter().enumerate() {
            let message = json!({
                "label": item.label, "statusCode": item.status, "body": { "content": item.content }
            });
            match fault {
                Fault::Silent if place % 3 == 1 => continue,
                Fault::Contradictory if place % 3 == 1 => unprocessed.push(item.label.clone()),
                Fault::Contradictory if place % 3 == 2 => {
                    unprocessed.push(item.label.clone());
                    said.push(json!({ "label": item.label }));
                    continue;
                }
                _ => {}
            }
            said.push(message);
        }
        let answer = json!({ "response": { "processedMessages": said, "unprocessedMessages": unprocessed } });
        Response::new(status, answer.to_string())
    }
}

fn client(max_in_flight: usize, seed: u64) -> Client {
    let text = format!(
        r#"{{"account":"acme","datacentre":"use1","seed":{seed},"max_in_flight":{max_in_flight},
             "retry":{{"max_attempts":3,"max_throttled":4,"cap_ms":2000}},
             "credentials":{{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}}}"#
    );
    Client::new(Config::from_json(&text).unwrap()).unwrap()
}

/// What a host does beside driving.
#[derive(Clone, Copy, Debug)]
enum Whim {
    /// Nothing else.
    None,
    /// Cancels at this step.
    Cancel(usize),
    /// Is killed behind an output, whenever a checkpoint can be had, and resumes.
    Resume,
}

struct Run {
    results: BTreeMap<usize, BatchResult>,
    server: Server,
    /// The last exchange that carried each write.
    carried: BTreeMap<usize, u64>,
    most_out: usize,
    is_cancelled: bool,
}

/// The places of the writes that an exchange carries.
fn carries(exchange: &Exchange) -> Vec<usize> {
    let body: Value = serde_json::from_slice(&exchange.request.body).unwrap();
    let index = |body: &Value| body["index"].as_u64().unwrap() as usize;
    match body["messages"].as_array() {
        Some(messages) => messages.iter().map(|message| index(&message["body"])).collect(),
        None => vec![index(&body)],
    }
}

/// Drives a batch to its end.
fn drive(client: &Client, batch: &Batch, faults: &[Fault], order: &[usize], whim: Whim) -> Run {
    let mut call: Call = client.batch(batch.clone()).unwrap();
    let mut run = Run {
        results: BTreeMap::new(),
        server: Server::default(),
        carried: BTreeMap::new(),
        most_out: 0,
        is_cancelled: false,
    };
    let (mut now, mut out, mut turn) = (1_000u64, Vec::<Exchange>::new(), 0usize);
    for step in 0..50_000 {
        if matches!(whim, Whim::Cancel(at) if at == step) {
            // What is out may still arrive.
            for (place, exchange) in out.drain(..).enumerate() {
                if place % 2 == 0 {
                    let _ = run.server.answer(&exchange, Fault::None);
                }
            }
            call.cancel(now);
            run.is_cancelled = true;
        }
        match call.poll(now) {
            Err(error) => {
                assert!(run.is_cancelled && error.kind() == Kind::Cancelled, "{error}");
                assert_eq!(run.results.len(), batch.requests.len());
                return run;
            }
            Ok(Step::Send(exchange)) => {
                assert!(!run.is_cancelled);
                run.carried.extend(carries(&exchange).into_iter().map(|index| (index, exchange.id)));
                out.push(exchange);
                run.most_out = run.most_out.max(out.len());
            }
            Ok(Step::Wait { until, .. }) if out.is_empty() => {
                assert!(until > now, "a wait for the past would spin");
                now = until;
            }
            Ok(Step::Wait { .. } | Step::Pending) => {
                let exchange = out.remove(order[turn % order.len()] % out.len());
                let fault = faults[turn % faults.len()];
                turn += 1;
                now += 4_037;
                match run.server.answer(&exchange, fault) {
                    Ok(response) => call.answer(exchange.id, response, now).unwrap(),
                    Err(failure) => call.fail(exchange.id, failure, now).unwrap(),
                }
            }
            Ok(Step::Output(Output::Results(results))) => {
                assert!(!results.is_empty());
                let length = results.len();
                for result in results {
                    assert_eq!(result.index, run.results.len(), "in order, each once");
                    run.results.insert(result.index, result);
                }
                if let Whim::Resume = whim {
                    call.acknowledge(length).unwrap();
                    if let Ok(text) = call.checkpoint() {
                        assert!(out.is_empty(), "a checkpoint while writes are out");
                        call = client.resume(&text, true).unwrap();
                    }
                }
            }
            Ok(Step::Feed { .. }) => panic!("a batch takes no records"),
            Ok(Step::Output(other)) => panic!("a batch puts out results, not {other:?}"),
            Ok(Step::Done) => {
                assert_eq!(run.results.len(), batch.requests.len());
                return run;
            }
        }
    }
    panic!("the batch does not end");
}

/// What was said of each write, held against what the server did.
fn check(writes: &[Write], batch: &Batch, run: &Run) {
    for (index, write) in writes.iter().enumerate() {
        let times = run.server.applied.iter().filter(|applied| **applied == index).count();
        let result = &run.results[&index];
        assert!(times <= 1 || write.is_repeatable(), "{index} was applied {times} times");
        match &result.outcome {
            Ok(reply) if reply.status == 404 => panic!("nothing is answered 404"),
            Ok(reply) => {
                assert!(times > 0, "{index} is said to be applied");
                assert_eq!(reply.body, format!(r#"{{"response":{index}}}"#).into_bytes());
            }
            Err(error) => {
                let request = error.request().expect("an error names its request");
                assert_eq!(request.method, batch.requests[index].method);
                assert!(request.url.ends_with(&format!("/model-service/thing/{index}")), "{error}");
                match error.delivery() {
                    Delivery::NotSent | Delivery::Rejected => {
                        assert_eq!(times, 0, "{index} is said not to be applied: {error}");
                    }
                    Delivery::MaybeApplied => {}
                    Delivery::Applied => assert!(times > 0, "{index} is said to be applied: {error}"),
                }
            }
        }
    }
    if batch.order == Order::Sequential || batch.on_failure == OnFailure::Stop {
        assert!(run.most_out <= 1);
        // A repetition that breaks off leaves those behind it in doubt, and says so; what is said to be done was
        // done in its turn.
        let applied = &run.server.applied;
        for (index, _) in run.results.iter().filter(|(_, result)| result.outcome.is_ok()) {
            let last = applied.iter().rposition(|applied| applied == index).expect("it was applied");
            assert!(
                applied[last..].iter().all(|later| later >= index),
                "out of order: {index} in {applied:?}"
            );
        }
    }
    if batch.on_failure == OnFailure::Stop {
        // What went out with the failed write was out of our hands; nothing goes out behind it.
        let sent = |index: &usize| run.carried.get(index).copied().unwrap_or_default();
        let first = run.results.values().find(|result| result.outcome.is_err());
        if let Some(BatchResult { index: failed, .. }) = first {
            assert!((failed + 1..writes.len()).all(|index| sent(&index) <= sent(failed)));
        }
        let is_refused = |result: &BatchResult| {
            result.outcome.as_ref().is_err_and(|error| error.delivery() == Delivery::Rejected)
        };
        let refused = run.results.values().position(is_refused).unwrap_or(usize::MAX);
        assert!(!run.results.values().skip(refused).any(|result| result.outcome.is_ok()));
    }
    match batch.packing {
        Packing::Auto => {}
        Packing::Always => assert_eq!(run.server.singles, 0),
        Packing::Never => assert_eq!(run.server.packets, 0),
    }
}

fn write() -> impl Strategy<Value = Write> {
    let verb = prop_oneof![
        6 => Just(Verb::Post),
        4 => Just(Verb::Put),
        1 => Just(Verb::PutOnce),
        2 => Just(Verb::Delete),
    ];
    (verb, proptest::bool::weighted(0.1)).prop_map(|(verb, is_refused)| Write { verb, is_refused })
}

/// The same, and some that cannot be packed.
fn any_write() -> impl Strategy<Value = Write> {
    prop_oneof![
        9 => write(),
        1 => Just(Write { verb: Verb::Patch, is_refused: false }),
        1 => Just(Write { verb: Verb::Guarded, is_refused: false }),
    ]
}

fn manner() -> impl Strategy<Value = (Order, OnFailure)> {
    proptest::sample::select(vec![
        (Order::Sequential, OnFailure::Stop),
        (Order::Sequential, OnFailure::Continue),
        (Order::Parallel, OnFailure::Stop),
        (Order::Parallel, OnFailure::Continue),
    ])
}

fn batch(writes: &[Write], (order, on_failure): (Order, OnFailure), packing: Packing) -> Batch {
    let requests = writes.iter().enumerate().map(|(index, write)| write.request(index)).collect();
    Batch { requests, order, on_failure, packing }
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    proptest::collection::vec(fault(), 1..8)
}

fn turns() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(any::<usize>(), 1..8)
}

fn whim() -> impl Strategy<Value = Whim> {
    prop_oneof![3 => Just(Whim::None), 1 => (0usize..40).prop_map(Whim::Cancel), 1 => Just(Whim::Resume)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_applied_twice_and_every_write_has_its_result(
        writes in proptest::collection::vec(any_write(), 0..45), manner in manner(), never: bool,
        in_flight in 1usize..5, seed: u64, faults in faults(), turns in turns(), whim in whim()
    ) {
        let packing = if never && seed % 4 == 0 { Packing::Never } else { Packing::Auto };
        let batch = batch(&writes, manner, packing);
        let run = drive(&client(in_flight, seed), &batch, &faults, &turns, whim);
        prop_assert!(run.most_out <= in_flight);
        check(&writes, &batch, &run);
    }

    #[test]
    fn packets_that_are_insisted_on_do_no_harm_either(
        writes in proptest::collection::vec(write(), 0..45), manner in manner(),
        in_flight in 1usize..5, seed: u64, faults in faults(), turns in turns(), whim in whim()
    ) {
        let batch = batch(&writes, manner, Packing::Always);
        let run = drive(&client(in_flight, seed), &batch, &faults, &turns, whim);
        check(&writes, &batch, &run);
    }

    /// While nothing fails, a batch takes as many requests as it was said to, and as few as can be.
    #[test]
    fn a_batch_takes_as_many_requests_as_explained(
        writes in proptest::collection::vec(any_write(), 1..45), manner in manner(), in_flight in 1usize..5
    ) {
        let writes: Vec<Write> = writes.into_iter().map(|write| Write { is_refused: false, ..write }).collect();
        let batch = batch(&writes, manner, Packing::Auto);
        let client = client(in_flight, 1);
        let explained = client.batch(batch.clone()).unwrap().explain(1_000);
        prop_assert!(explained.exact);
        prop_assert_eq!(explained.items, Some(writes.len() as u64));
        let run = drive(&client, &batch, &[Fault::None], &[0], Whim::None);
        prop_assert!(run.results.values().all(|result| result.outcome.is_ok()));
        prop_assert_eq!(client.statistics().requests, explained.requests_needed);
        let packable = writes.iter().filter(|write| !matches!(write.verb, Verb::Patch | Verb::Guarded)).count();
        if manner == (Order::Parallel, OnFailure::Continue) {
            let least = writes.len() - packable + packable.div_ceil(10);
            prop_assert_eq!(explained.requests_needed, least as u64);
        }
    }
}
