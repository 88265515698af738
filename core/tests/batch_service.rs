//! What one call learns of the multi-message service holds for all calls of the client, and is told in events.

use brightpearl_core::operation::{Batch, SingleRequest};
use brightpearl_core::{
    BatchResult, Call, Client, Config, Event, Exchange, Method, Output, Response, Step, TransportFailure,
};
use serde_json::{Value, json};

const MINUTE: u64 = 60_000;

fn client() -> Client {
    let text = r#"{"account":"acme","datacentre":"use1","max_in_flight":2,
                   "credentials":{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}"#;
    Client::new(Config::from_json(text).unwrap()).unwrap()
}

fn batch(writes: usize) -> Batch {
    let write = |index| {
        let path = format!("model-service/thing/{index}");
        SingleRequest::new(Method::Post, path).body("{}")
    };
    Batch { requests: (0..writes).map(write).collect(), ..Batch::default() }
}

fn send(call: &mut Call, now: u64) -> Exchange {
    match call.poll(now).unwrap() {
        Step::Send(exchange) => exchange,
        other => panic!("expected a request, found {other:?}"),
    }
}

fn results(call: &mut Call, now: u64) -> Vec<BatchResult> {
    match call.poll(now).unwrap() {
        Step::Output(Output::Results(results)) => results,
        other => panic!("expected results, found {other:?}"),
    }
}

/// How many writes a request carries, when it is a packet.
fn packed(exchange: &Exchange) -> Option<usize> {
    let body: Value = serde_json::from_slice(&exchange.request.body).unwrap();
    exchange.request.url.ends_with("/multi-message").then(|| body["messages"].as_array().unwrap().len())
}

fn success(exchange: &Exchange) -> Response {
    let body: Value = serde_json::from_slice(&exchange.request.body).unwrap();
    let Some(messages) = body["messages"].as_array() else { return Response::new(200, "{}") };
    let processed: Vec<Value> = messages
        .iter()
        .map(|message| json!({"label": message["label"], "statusCode": 200, "body": {"content": "{}"}}))
        .collect();
    Response::new(200, json!({"response": {"processedMessages": processed}}).to_string())
}

fn gone() -> Response {
    Response::new(
        404,
        r#"{"errors":[{"code":"CMNC-404","message":"Cannot find the resource /app/multi-message"}]}"#,
    )
}

fn told(client: &Client) -> Vec<Event> {
    let is_told = |event: &Event| matches!(event, Event::BatchesUnpacked { .. } | Event::BatchesPacked);
    client.drain_events().into_iter().filter(is_told).collect()
}

#[test]
fn an_outage_that_one_call_meets_is_known_to_all() {
    let client = client();
    let mut first = client.batch(batch(3)).unwrap();
    let exchange = send(&mut first, 0);
    assert_eq!(packed(&exchange), Some(3));
    first.answer(exchange.id, gone(), 100).unwrap();
    assert_eq!(told(&client), [Event::BatchesUnpacked { milliseconds: MINUTE }]);

    let mut second = client.batch(batch(30)).unwrap();
    let exchange = send(&mut second, 200);
    assert_eq!(packed(&exchange), None);
    second.answer(exchange.id, success(&exchange), 300).unwrap();
    assert_eq!(results(&mut second, 300).len(), 1);
    assert!(!second.explain(300).exact);

    // The pause is over: one call tries the service with two writes, the other still goes one by one.
    let later = 100 + MINUTE;
    let probe = send(&mut second, later);
    assert_eq!(packed(&probe), Some(2));
    let mut third = client.batch(batch(4)).unwrap();
    let exchange = send(&mut third, later);
    assert_eq!(packed(&exchange), None);
    second.answer(probe.id, gone(), later).unwrap();
    assert_eq!(told(&client), [Event::BatchesUnpacked { milliseconds: 2 * MINUTE }]);
    third.answer(exchange.id, success(&exchange), later).unwrap();
    assert_eq!(results(&mut third, later).len(), 1);

    // The second pause is over, and the service works again.
    let latest = later + 2 * MINUTE;
    let probe = send(&mut third, latest);
    assert_eq!(packed(&probe), Some(2));
    third.answer(probe.id, success(&probe), latest).unwrap();
    assert_eq!(told(&client), [Event::BatchesPacked]);
    let mut fourth = client.batch(batch(12)).unwrap();
    assert_eq!(packed(&send(&mut fourth, latest)), Some(10));
}

#[test]
fn a_call_that_is_dropped_leaves_the_trial_to_another() {
    let client = client();
    let mut call = client.batch(batch(2)).unwrap();
    let exchange = send(&mut call, 0);
    call.answer(exchange.id, gone(), 0).unwrap();
    let mut dropped = client.batch(batch(2)).unwrap();
    assert_eq!(packed(&send(&mut dropped, MINUTE)), Some(2));
    drop(dropped);
    let mut other = client.batch(batch(2)).unwrap();
    assert_eq!(packed(&send(&mut other, MINUTE)), Some(2));
}

#[test]
fn what_does_not_speak_against_the_service_leaves_packets_alone() {
    let refusals: [fn(&mut Call, &Exchange); 3] = [
        |call, exchange| {
            let refusal = r#"{"errors":[{"code":"CMNC-010","message":"must supply a JSON formatted body"}]}"#;
            call.answer(exchange.id, Response::new(400, refusal), 0).unwrap();
        },
        |call, exchange| {
            call.answer(
                exchange.id,
                Response::new(
                    401,
                    r#"{"response":"Not authenticated. You must provide a valid authentication token."}"#,
                ),
                0,
            )
            .unwrap();
        },
        |call, exchange| {
            call.fail(exchange.id, TransportFailure::NotSent("no route to host".into()), 0).unwrap();
        },
    ];
    for refuse in refusals {
        let client = client();
        let mut call = client.batch(batch(2)).unwrap();
        let exchange = send(&mut call, 0);
        refuse(&mut call, &exchange);
        assert_eq!(told(&client), []);
        let mut other = client.batch(batch(2)).unwrap();
        assert_eq!(packed(&send(&mut other, 0)), Some(2));
    }
}

/// What is doubtful about the bodies is told once, however many writes have it, and not again on resuming.
#[test]
fn warnings_are_told_once() {
    let client = client();
    let note =
        SingleRequest::new(Method::Post, "order-service/order/7/note").body(r#"{"text":"a","colour":"red"}"#);
    let batch = Batch { requests: vec![note; 5], ..Batch::default() };
    let call = client.batch(batch).unwrap();
    let doubtful = |events: Vec<Event>| {
        events.iter().filter(|event| matches!(event, Event::DoubtfulBody { .. })).count()
    };
    assert_eq!(doubtful(client.drain_events()), 1);
    client.resume(&call.checkpoint().unwrap(), true).unwrap();
    assert_eq!(doubtful(client.drain_events()), 0);
}
