//! Batches against the emulated account: what the engine says of every write is what the account has.

use std::collections::VecDeque;

use brightpearl_core::operation::{Batch, OnFailure, Order, Packing, SingleRequest as Write};
use brightpearl_core::{
    BatchResult, Client, Config, Delivery, Event, Exchange, Method, Output, Request, Step, TransportFailure,
};
use brightpearl_emulator::{Config as Account, Credential, Emulator, FaultPlan, Outcome};
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;

/// An account, a client of it, and a clock of their own.
struct BatchWorld {
    emulator: Emulator,
    client: Client,
    now: u64,
}

impl BatchWorld {
    fn new(seed: u64, max_in_flight: usize, faults: &str) -> Self {
        let faults = FaultPlan::from_json(faults).unwrap();
        let account = Account { seed, orders: 20, contacts: 20, products: 20, faults, ..Account::default() };
        let Credential::System { app_ref, account_token } = &account.credentials[0] else {
            panic!("the first credential is a system app's");
        };
        let config = json!({
            "account": account.account, "base_url": "http://127.0.0.1:8080", "seed": seed,
            "max_in_flight": max_in_flight,
            "credentials": {"type": "private-app", "app_ref": app_ref, "account_token": account_token},
        });
        let client = Client::new(Config::from_json(&config.to_string()).unwrap()).unwrap();
        Self { emulator: Emulator::new(account).unwrap(), client, now: NOW }
    }

    /// Carries out a batch. Of several requests that are out, the oldest is answered first.
    fn carry_out(&mut self, batch: Batch) -> Vec<BatchResult> {
        let mut call = self.client.batch(batch).unwrap();
        let (mut out, mut results) = (VecDeque::<Exchange>::new(), Vec::new());
        for _ in 0..10_000 {
            match call.poll(self.now).unwrap() {
                Step::Send(exchange) => out.push_back(exchange),
                Step::Wait { until, .. } if out.is_empty() => self.now = until,
                Step::Wait { .. } | Step::Pending => {
                    let exchange = out.pop_front().expect("something is out");
                    self.now += 290;
                    match self.emulator.respond(&exchange.request, self.now) {
                        Outcome::Answer { response, .. } => {
                            call.answer(exchange.id, response, self.now).unwrap();
                        }
                        Outcome::ConnectionLost { .. } => {
                            let failure = TransportFailure::MaybeSent("the connection was closed".into());
                            call.fail(exchange.id, failure, self.now).unwrap();
                        }
                    }
                }
                Step::Output(Output::Results(more)) => results.extend(more),
                Step::Feed { .. } => panic!("a batch takes no records"),
                Step::Output(other) => panic!("a batch puts out results, not {other:?}"),
                Step::Done => return results,
            }
        }
        panic!("the batch does not end");
    }

    /// The webhooks of the account by id, once nothing goes wrong any more.
    fn webhooks(&mut self) -> Vec<(u64, String)> {
        self.emulator.set_faults(FaultPlan::default()).unwrap();
        self.now += 600_000;
        let request = Request {
            method: Method::Get,
            url: "http://127.0.0.1:8080/public-api/demo/integration-service/webhook".to_owned(),
            headers: self.emulator.config().credentials[0].headers(),
            body: Vec::new(),
        };
        let answer = self.emulator.answer(&request, self.now);
        if answer.status == 404 {
            return Vec::new();
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let webhook = |webhook: &Value| {
            (webhook["id"].as_u64().unwrap(), webhook["uriTemplate"].as_str().unwrap().to_owned())
        };
        body["response"].as_array().unwrap().iter().map(webhook).collect()
    }
}

/// A webhook that can be told from others by its number.
fn subscribe(number: usize) -> Write {
    let event = if number % 9 == 8 { "contact.created" } else { "product" };
    let uri = format!(
        "http://127.0.0.1:1/{number}/?${{account-code}}${{resource-type}}${{resource-id}}${{lifecycle-event}}"
    );
    let body = json!({"subscribeTo": event, "httpMethod": "GET", "uriTemplate": uri});
    Write::new(Method::Post, "integration-service/webhook").body(body.to_string())
}

fn unsubscribe(id: u64) -> Write {
    Write::new(Method::Delete, format!("integration-service/webhook/{id}"))
}

fn id_of(result: &BatchResult) -> Option<u64> {
    let reply = result.outcome.as_ref().ok()?;
    serde_json::from_slice::<Value>(&reply.body).unwrap()["response"].as_u64()
}

fn batch(writes: impl IntoIterator<Item = Write>, on_failure: OnFailure) -> Batch {
    Batch { requests: writes.into_iter().collect(), on_failure, ..Batch::default() }
}

#[test]
fn a_batch_is_carried_out_in_the_fewest_requests() {
    let mut world = BatchWorld::new(1, 1, "{}");
    // Number 8 of every nine is refused.
    let results = world.carry_out(batch((0..24).map(subscribe), OnFailure::Continue));
    assert_eq!(world.emulator.statistics().requests, 3);
    let refused: Vec<usize> =
        results.iter().filter(|result| result.outcome.is_err()).map(|result| result.index).collect();
    assert_eq!(refused, [8, 17]);
    let error = results[8].outcome.as_ref().unwrap_err();
    assert_eq!((error.delivery(), error.errors()[0].code.as_str()), (Delivery::Rejected, "INTC-064"));
    let there = world.webhooks();
    assert_eq!(there.len(), 22);
    for result in results.iter().filter(|result| result.outcome.is_ok()) {
        let id = id_of(result).expect("an id");
        let (_, uri) = there.iter().find(|(known, _)| *known == id).expect("the webhook");
        assert!(uri.starts_with(&format!("http://127.0.0.1:1/{}/", result.index)), "{uri}");
    }

    let ids: Vec<u64> = there.iter().map(|(id, _)| *id).collect();
    let results = world.carry_out(batch(ids.into_iter().map(unsubscribe), OnFailure::Stop));
    assert!(results.iter().all(|result| result.outcome.is_ok()));
    assert_eq!(world.webhooks(), []);
}

#[test]
fn a_batch_stops_where_it_fails() {
    let mut world = BatchWorld::new(1, 1, "{}");
    let results = world.carry_out(batch((0..24).map(subscribe), OnFailure::Stop));
    assert_eq!(world.emulator.statistics().requests, 1);
    assert_eq!(results.iter().filter(|result| result.outcome.is_ok()).count(), 8);
    assert_eq!(results[8].outcome.as_ref().unwrap_err().delivery(), Delivery::Rejected);
    for result in &results[9..] {
        assert_eq!(result.outcome.as_ref().unwrap_err().delivery(), Delivery::NotSent);
    }
    assert_eq!(world.webhooks().len(), 8);
}

/// An outage of the multi-message service alone, as there was one for a day: what was in the packet is in doubt,
/// the rest goes one by one, and packets again when it is over.
#[test]
fn an_outage_of_the_service_is_got_over() {
    let outage = r#"{"rates": [{"rate": 1.0, "until": 100, "fault": {"kind": "multi-message-outage"}}]}"#;
    let mut world = BatchWorld::new(1, 1, outage);
    let writes = (0..450).filter(|number| number % 9 != 8).map(subscribe);
    let results = world.carry_out(batch(writes, OnFailure::Continue));
    let in_doubt = results.iter().filter(|result| result.outcome.is_err()).count();
    // The first packet, and the pair that tried the service after the first pause.
    let faults = world.emulator.statistics().faults["multi-message-outage"];
    assert_eq!(in_doubt as u64, 10 + 2 * (faults - 1));
    assert_eq!(world.webhooks().len(), results.len() - in_doubt);
    let events = world.client.drain_events();
    assert!(events.contains(&Event::BatchesUnpacked { milliseconds: 60_000 }));
    assert!(events.contains(&Event::BatchesPacked));
}

#[test]
fn whatever_goes_wrong_nothing_is_applied_twice_and_nothing_is_said_that_is_not() {
    let faults = r#"{"rates": [
        {"rate": 0.06, "fault": {"kind": "lost-response"}},
        {"rate": 0.03, "fault": {"kind": "reset-before-send"}},
        {"rate": 0.03, "fault": {"kind": "cap"}},
        {"rate": 0.05, "fault": {"kind": "multi-message-outage", "applied": true}},
        {"rate": 0.05, "fault": {"kind": "multi-message-outage"}},
        {"rate": 0.04, "fault": {"kind": "outage-page", "applied": true}},
        {"rate": 0.04, "fault": {"kind": "server-error"}},
        {"rate": 0.03, "fault": {"kind": "too-many-requests", "retry_after_s": 2}},
        {"rate": 0.05, "fault": {"kind": "truncated-body"}},
        {"rate": 0.05, "fault": {"kind": "html-page"}},
        {"rate": 0.10, "fault": {"kind": "failed-message", "message": 3, "status": 503, "applied": true}},
        {"rate": 0.10, "fault": {"kind": "failed-message", "message": 2, "status": 500}}
    ]}"#;
    let (mut succeeded, mut in_doubt, mut packets) = (0, 0, 0);
    for seed in 0..60 {
        let mut world = BatchWorld::new(seed, 1 + seed as usize % 3, faults);
        let order = if seed % 2 == 0 { Order::Sequential } else { Order::Parallel };
        let on_failure = if seed % 5 == 0 { OnFailure::Stop } else { OnFailure::Continue };
        let packing = if seed % 7 == 0 { Packing::Always } else { Packing::Auto };
        let requests = (0..60).map(subscribe).collect();
        let results = world.carry_out(Batch { requests, order, on_failure, packing });
        assert!(results.iter().map(|result| result.index).eq(0..60), "seed {seed}");
        let by_resource = &world.emulator.statistics().by_resource;
        packets += by_resource.get("POST multi-message").copied().unwrap_or_default();
        let there = world.webhooks();
        for result in &results {
            let place = format!("http://127.0.0.1:1/{}/", result.index);
            let times = there.iter().filter(|(_, uri)| uri.starts_with(&place)).count();
            let at = format!("seed {seed}, write {}: {:?}", result.index, result.outcome);
            assert!(times <= 1, "applied {times} times: {at}");
            match &result.outcome {
                Ok(_) => {
                    succeeded += 1;
                    assert_eq!(times, 1, "{at}");
                    assert!(
                        there.iter().any(|(id, uri)| Some(*id) == id_of(result) && uri.starts_with(&place))
                    );
                }
                Err(error) => match error.delivery() {
                    Delivery::NotSent | Delivery::Rejected => assert_eq!(times, 0, "{at}"),
                    Delivery::MaybeApplied => in_doubt += 1,
                    Delivery::Applied => panic!("no answer is too large: {at}"),
                },
            }
        }
    }
    // The test has seen what it is about.
    assert!(succeeded > 1_000 && in_doubt > 100 && packets > 100, "{succeeded} {in_doubt} {packets}");
}
