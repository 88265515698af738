//! Any sequence of what a host can do, sensible or not: nothing panics, misuse is an error that disturbs
//! nothing, and a call that is over stays over.

use brightpearl_core::operation::{
    Batch, Fetch, OnFailure, Operation, Options, Order, Search, SingleRequest, Task,
};
use brightpearl_core::{Client, Config, IdSet, Kind, Method, Response, Step, TransportFailure};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Poll,
    Answer { exchange: u64, status: u16, body: Vec<u8>, headers: Vec<(String, String)> },
    Fail { exchange: u64, sent: bool },
    Acknowledge(usize),
    Cancel,
    Checkpoint,
    Explain,
    Pass(u64),
    SetBack(u64),
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let texts = [
        "",
        "{}",
        r#"{"response":[]}"#,
        r#"{"response":[{"id":1},{"id":2}]}"#,
        r#"{"response":{"1":{},"x":[]}}"#,
        r#"{"response":{"getUris":["/order/1-2","/order/9"]}}"#,
        r#"{"response":{"getUris":["nonsense"]}}"#,
        r#"{"errors":[{"code":"ORDC-003","message":"no"}]}"#,
        r#"{"response":"You have sent too many requests"}"#,
        r#"{"response":{"processedMessages":[{"label":"request-0","statusCode":200,"body":{"content":"{}"}},{"label":"request-1","statusCode":400}],"unprocessedMessages":["request-2","request-3"]}}"#,
        r#"{"response":{"processedMessages":[{"label":"request-0","statusCode":503,"body":{"content":"no"}},{"label":"request-0"},7],"unprocessedMessages":[7,null]}}"#,
        r#"{"response":{"results":[[1],[2]],"metaData":{"morePagesAvailable":true,"resultsAvailable":9,"firstResult":1,"lastResult":18446744073709551615,"columns":[{"name":"orderId","reportDataType":"IDSET"}]}}}"#,
        r#"{"response":{"results":[],"metaData":{"columns":[]}}}"#,
    ];
    prop_oneof![
        5 => proptest::sample::select(texts.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..60),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let names = ["brightpearl-requests-remaining", "brightpearl-next-throttle-period", "retry-after", "x"];
    let value =
        prop_oneof![Just(u64::MAX.to_string()), (0u64..70_000).prop_map(|n| n.to_string()), "[ -~]{0,6}"];
    proptest::collection::vec((proptest::sample::select(names.to_vec()).prop_map(str::to_owned), value), 0..4)
}

fn act() -> impl Strategy<Value = Act> {
    let status = proptest::sample::select(vec![
        0u16, 100, 200, 207, 301, 400, 401, 403, 404, 409, 412, 429, 500, 502, 503, 999,
    ]);
    let act = prop_oneof![
        8 => Just(Act::Poll),
        6 => (0u64..12, status, body(), headers())
            .prop_map(|(exchange, status, body, headers)| Act::Answer { exchange, status, body, headers }),
        2 => (0u64..12, any::<bool>()).prop_map(|(exchange, sent)| Act::Fail { exchange, sent }),
        1 => (0usize..4).prop_map(Act::Acknowledge),
        1 => Just(Act::Checkpoint),
        1 => Just(Act::Explain),
        2 => (0u64..100_000).prop_map(Act::Pass),
        1 => any::<u64>().prop_map(Act::SetBack),
    ];
    // Cancelling rarely, so that most sequences run on.
    prop_oneof![40 => act, 1 => Just(Act::Cancel)]
}

fn task(name: &str, arguments: &str) -> Operation {
    Task::new(name, arguments).expect("JSON").into()
}

fn operations() -> impl Strategy<Value = Operation> {
    let ids: IdSet = "1-5,9,1000-9000".parse().expect("an id set");
    let few: IdSet = "1,3".parse().expect("an id set");
    proptest::sample::select(vec![
        Operation::from(Search { page_size: Some(2), ..Search::new("order-service/order-search") }),
        Search { page_size: Some(2), limit: Some(3), key: Some("x".into()), ..Search::new("a/b-search") }
            .into(),
        Fetch::new("order-service/order", ids.clone()).into(),
        Fetch { id_limit: Some(1), ..Fetch::new("x-service/x/{ids}/y", few) }.into(),
        Fetch { ids: None, ..Fetch::new("warehouse-service/warehouse", IdSet::new()) }.into(),
        Options { resource: "order-service/order".into(), ids: Some(ids) }.into(),
        SingleRequest::new(Method::Post, "order-service/order")
            .body(r#"{"orderTypeCode":"PO","parties":{"supplier":{"contactId":7}}}"#)
            .into(),
        SingleRequest::new(Method::Get, "order-service/order-type").into(),
        batch(OnFailure::Stop).into(),
        batch(OnFailure::Continue).into(),
        task(
            "create-order",
            r#"{"orderTypeCode":"PO","supplier":{"contactId":7},"orderRows":[{"productId":1,"quantity":1,"price":"1.10"},{"name":"x","quantity":1,"net":1,"taxCode":"T","tax":0}]}"#,
        ),
        task("change-custom-fields", r#"{"resource":"contact","id":7,"values":{"a":1}}"#),
        task("read-product-prices", r#"{"productIds":"1-5,9,1000-1300"}"#),
        task("refresh-search", r#"{"search":"order-search"}"#),
    ])
}

/// Fourteen writes: two packets with one between them that goes by itself.
fn batch(on_failure: OnFailure) -> Batch {
    let write = |number: usize| {
        let method = if number == 11 { Method::Patch } else { Method::Post };
        SingleRequest::new(method, format!("model-service/thing/{number}")).body("{}")
    };
    Batch { requests: (0..14).map(write).collect(), order: Order::Parallel, on_failure, ..Batch::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_what_is_over_stays_over(
        operation in operations(), acts in proptest::collection::vec(act(), 1..60), in_flight in 1usize..4, start: u64
    ) {
        let text = format!(
            r#"{{"account":"acme","datacentre":"use1","max_in_flight":{in_flight},
                 "credentials":{{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}}}"#
        );
        let client = Client::new(Config::from_json(&text).unwrap()).unwrap();
        let mut call = client.start(operation).unwrap();
        let (mut now, mut is_over, mut writes) = (start, false, 0);
        for act in acts {
            match act {
                Act::Pass(milliseconds) => now = now.saturating_add(milliseconds),
                Act::SetBack(to) => now = to,
                Act::Poll => match call.poll(now) {
                    Ok(Step::Send(exchange)) => {
                        prop_assert!(!is_over);
                        writes += u64::from(exchange.request.method == Method::Post);
                    }
                    Ok(Step::Wait { until, .. }) => prop_assert!(until >= now && !is_over),
                    Ok(Step::Done) => {
                        prop_assert!(!is_over);
                        is_over = true;
                    }
                    Ok(Step::Feed { .. }) => prop_assert!(false, "none of these takes records"),
                    Ok(Step::Pending | Step::Output(_)) => prop_assert!(!is_over),
                    Err(error) => {
                        prop_assert!(!is_over || error.kind() == Kind::Misuse);
                        is_over = true;
                    }
                },
                Act::Answer { exchange, status, body, headers } => {
                    let response = Response { status, headers: headers.into_iter().collect(), body };
                    if let Err(error) = call.answer(exchange, response, now) {
                        prop_assert_eq!(error.kind(), Kind::Misuse);
                    }
                }
                Act::Fail { exchange, sent } => {
                    let failure = match sent {
                        true => TransportFailure::MaybeSent("cut".into()),
                        false => TransportFailure::NotSent("refused".into()),
                    };
                    if let Err(error) = call.fail(exchange, failure, now) {
                        prop_assert_eq!(error.kind(), Kind::Misuse);
                    }
                }
                Act::Acknowledge(items) => drop(call.acknowledge(items)),
                Act::Cancel => call.cancel(now),
                Act::Checkpoint => {
                    if let Ok(text) = call.checkpoint() {
                        prop_assert!(client.resume(&text, true).is_ok());
                    }
                }
                Act::Explain => drop(call.explain(now)),
            }
        }
        prop_assert!(writes <= client.statistics().requests);
    }
}
