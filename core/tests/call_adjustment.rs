//! What one call does otherwise than its client.

use brightpearl_core::operation::Operation;
use brightpearl_core::{Call, CallAdjustment, Client, Config, Delivery, Kind, Request, Response, Step};

const SEARCH: &str =
    r#"{"search":{"resource":"order-service/order-search","filters":[["orderTypeId","1"]]}}"#;
const NOTE: &str = r#"{"request":{"method":"POST","path":"order-service/order/1/note","body":"{\"text\":\"x\"}",
    "headers":[["if-match","3"]]}}"#;

fn client() -> Client {
    let config = r#"{"account":"acme","datacentre":"use1","retry":{"max_attempts":3},"credentials":
        {"type":"staff-login","app_ref":"acme_sync","email":"a@example.com","password":"invented"}}"#;
    Client::new(Config::from_json(config).unwrap()).unwrap()
}

fn adjusted(client: &Client, operation: &str, adjustment: &str) -> Call {
    let mut call = client.start(Operation::from_json(operation).unwrap()).unwrap();
    call.adjust(CallAdjustment::from_json(adjustment).unwrap()).unwrap();
    call
}

/// The next request, and its number.
fn sent(call: &mut Call, now: u64) -> (Request, u64) {
    match call.poll(now).unwrap() {
        Step::Send(exchange) => (exchange.request, exchange.id),
        step => panic!("expected a request, not {step:?}"),
    }
}

fn log_in(call: &mut Call) -> Request {
    let (login, id) = sent(call, 0);
    call.answer(id, Response::new(200, r#"{"response":"invented-token"}"#), 0).unwrap();
    login
}

#[test]
fn every_request_of_the_call_has_the_lines_and_parameters_and_its_login_has_not() {
    let client = client();
    let mut call = adjusted(
        &client,
        SEARCH,
        r#"{"headers":[["x-trace","7"]],"query":[["as of","1&2"],["flag","yes"]]}"#,
    );
    let login = log_in(&mut call);
    assert!(login.headers.get("x-trace").is_none() && !login.url.contains("flag"), "{login:?}");
    let (request, _) = sent(&mut call, 1);
    assert_eq!(request.headers.get("X-Trace"), Some("7"));
    assert!(request.url.contains("orderTypeId=1"), "{}", request.url);
    assert!(request.url.ends_with("&as%20of=1%262&flag=yes"), "{}", request.url);
    let mut other = client.start(Operation::from_json(SEARCH).unwrap()).unwrap();
    let (plain, _) = sent(&mut other, 1);
    assert!(plain.headers.get("x-trace").is_none() && !plain.url.contains("flag"), "{plain:?}");
}

#[test]
fn what_a_request_has_by_itself_stays() {
    let client = client();
    let mut call = adjusted(&client, NOTE, r#"{"headers":[["If-Match","4"],["content-type","text/plain"]]}"#);
    log_in(&mut call);
    let (request, _) = sent(&mut call, 1);
    let lines: Vec<_> =
        request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("if-match")).collect();
    assert_eq!(lines, [("if-match", "3")]);
    assert_ne!(request.headers.get("content-type"), Some("text/plain"));
}

#[test]
fn a_parameter_that_the_request_has_already_is_refused_before_it_is_sent() {
    let client = client();
    log_in(&mut client.start(Operation::from_json(SEARCH).unwrap()).unwrap());
    let before = client.budget(1).available;
    let mut call = adjusted(&client, SEARCH, r#"{"query":[["orderTypeId","2"]]}"#);
    let error = call.poll(1).unwrap_err();
    assert_eq!((error.kind(), error.location()), (Kind::Validation, Some("extra_query")));
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(client.budget(1).available, before, "nothing was spent");
}

#[test]
fn a_call_tries_as_often_as_it_was_told() {
    for (adjustment, expected) in [("{}", 3), (r#"{"max_attempts":1}"#, 1), (r#"{"max_attempts":4}"#, 4)] {
        let client = client();
        let mut call = adjusted(&client, SEARCH, adjustment);
        log_in(&mut call);
        let (mut now, mut attempts) = (1, 0);
        loop {
            match call.poll(now) {
                Ok(Step::Send(exchange)) => {
                    attempts += 1;
                    call.answer(exchange.id, Response::new(503, ""), now).unwrap();
                }
                Ok(Step::Wait { until, .. }) => now = until,
                Ok(step) => panic!("unexpected: {step:?}"),
                Err(error) => break assert_eq!(error.kind(), Kind::Unavailable),
            }
        }
        assert_eq!(attempts, expected, "{adjustment}");
    }
}

#[test]
fn what_cannot_be_adjusted_is_refused_and_leaves_the_call_as_it_was() {
    let client = client();
    let mut call = adjusted(&client, SEARCH, r#"{"headers":[["x-trace","7"]]}"#);
    for (adjustment, place) in [
        (r#"{"max_attempts":0}"#, "max_attempts"),
        (r#"{"headers":[["authorization","hidden"]]}"#, "extra_headers"),
        (r#"{"headers":[["brightpearl-anything","hidden"]]}"#, "extra_headers"),
        (r#"{"headers":[["Host","hidden"]]}"#, "extra_headers"),
        (r#"{"headers":[["x-trace","hidden\r\nHost: x"]]}"#, "extra_headers"),
        (r#"{"query":[["","hidden"]]}"#, "extra_query"),
    ] {
        let error = call.adjust(CallAdjustment::from_json(adjustment).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.location()), (Kind::Validation, Some(place)), "{adjustment}");
        assert!(!error.to_string().contains("hidden"), "{error}");
    }
    log_in(&mut call);
    assert_eq!(sent(&mut call, 1).0.headers.get("x-trace"), Some("7"));
    assert!(
        CallAdjustment::from_json(r#"{"max_attempt":1}"#).unwrap_err().to_string().contains("adjustment")
    );
}
