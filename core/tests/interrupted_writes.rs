//! Writes whose first attempt may have been applied, and whose last one was not: what is said of them is that they may be.

use brightpearl_core::operation::{Batch, Packing, SingleRequest};
use brightpearl_core::{
    Call, Client, Config, Delivery, Exchange, Method, Output, Response, Step, TransportFailure,
};
use serde_json::{Value, json};

fn client() -> Client {
    let text = r#"{"account":"acme","datacentre":"use1",
                   "credentials":{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}"#;
    Client::new(Config::from_json(text).unwrap()).unwrap()
}

/// Changes that may be sent again.
fn batch(client: &Client, writes: usize, packing: Packing) -> Call {
    let write = |index| {
        let path = format!("order-service/order/{}/status", index + 1);
        let body = r#"{"orderStatusId":3}"#;
        SingleRequest { idempotent: true, ..SingleRequest::new(Method::Put, path).body(body) }
    };
    let requests = (0..writes).map(write).collect();
    client.batch(Batch { requests, packing, ..Batch::default() }).unwrap()
}

fn send(call: &mut Call, now: &mut u64) -> Exchange {
    loop {
        match call.poll(*now).unwrap() {
            Step::Send(exchange) => return exchange,
            Step::Wait { until, .. } => *now = until,
            other => panic!("expected a request, found {other:?}"),
        }
    }
}

/// What is said of each write in the end.
fn deliveries(call: &mut Call, now: u64) -> Vec<Option<Delivery>> {
    let Ok(Step::Output(Output::Results(results))) = call.poll(now) else { panic!("expected results") };
    results.into_iter().map(|result| result.outcome.err().map(|error| error.delivery())).collect()
}

#[test]
fn what_waits_to_be_sent_again_may_be_applied_when_the_call_is_cancelled() {
    for (writes, packing) in [(1, Packing::Auto), (3, Packing::Always)] {
        let (client, mut now) = (client(), 0);
        let mut call = batch(&client, writes, packing);
        let exchange = send(&mut call, &mut now);
        call.fail(exchange.id, TransportFailure::MaybeSent("the connection was reset".into()), now).unwrap();
        assert!(matches!(call.poll(now).unwrap(), Step::Wait { .. }), "{writes}");
        call.cancel(now);
        assert_eq!(deliveries(&mut call, now), vec![Some(Delivery::MaybeApplied); writes]);
    }
}

#[test]
fn what_is_refused_when_it_is_sent_again_may_be_applied() {
    for (writes, packing) in [(1, Packing::Auto), (3, Packing::Always)] {
        let (client, mut now) = (client(), 0);
        let mut call = batch(&client, writes, packing);
        let exchange = send(&mut call, &mut now);
        call.fail(exchange.id, TransportFailure::MaybeSent("the connection was reset".into()), now).unwrap();
        let again = send(&mut call, &mut now);
        let refusal = r#"{"errors":[{"code":"CMNC-010","message":"must supply a JSON formatted body"}]}"#;
        call.answer(again.id, Response::new(400, refusal), now).unwrap();
        assert_eq!(deliveries(&mut call, now), vec![Some(Delivery::MaybeApplied); writes]);
    }
}

#[test]
fn what_a_packet_refuses_when_it_is_sent_again_may_be_applied() {
    let (client, mut now) = (client(), 0);
    let mut call = batch(&client, 2, Packing::Always);
    let exchange = send(&mut call, &mut now);
    call.fail(exchange.id, TransportFailure::MaybeSent("the connection was reset".into()), now).unwrap();
    let again = send(&mut call, &mut now);
    let packet: Value = serde_json::from_slice(&again.request.body).unwrap();
    let refusal = r#"{"errors":[{"code":"ORDC-003","message":"You have supplied an invalid order id"}]}"#;
    let messages = [(200, "{}"), (400, refusal)].into_iter().zip(packet["messages"].as_array().unwrap());
    let processed: Vec<Value> = messages
        .map(|((status, content), message)| {
            json!({"label": message["label"], "statusCode": status, "body": {"content": content}})
        })
        .collect();
    let answer = json!({"response": {"processedMessages": processed, "unprocessedMessages": []}});
    call.answer(again.id, Response::new(200, answer.to_string()), now).unwrap();
    assert_eq!(deliveries(&mut call, now), [None, Some(Delivery::MaybeApplied)]);
}
