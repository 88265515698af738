//! What cannot be sent as the host is configured: nothing is tried again, and the rest of a batch is left alone.

use brightpearl_core::operation::{Batch, OnFailure, Packing, SingleRequest};
use brightpearl_core::{Call, Client, Config, Delivery, Error, Kind, Method, Output, Step, TransportFailure};

const CONFIG: &str = r#"{"account":"acme","datacentre":"use1",
    "credentials":{"type":"private-app","app_ref":"acme_sync","account_token":"token-of-acme"}}"#;

fn client() -> Client {
    Client::new(Config::from_json(CONFIG).unwrap()).unwrap()
}

/// Fails every exchange so; the outputs, the error that ended the call, and how many were sent.
fn driven(mut call: Call) -> (Vec<Output>, Option<Error>, u32) {
    let (mut outputs, mut sent) = (Vec::new(), 0);
    loop {
        match call.poll(0) {
            Ok(Step::Send(exchange)) => {
                sent += 1;
                let text = "the certificate is not trusted, token-of-acme".to_owned();
                call.fail(exchange.id, TransportFailure::Unsendable(text), 0).unwrap();
            }
            Ok(Step::Output(output)) => outputs.push(output),
            Ok(Step::Done) => return (outputs, None, sent),
            Ok(other) => panic!("nothing is waited for: {other:?}"),
            Err(error) => return (outputs, Some(error), sent),
        }
    }
}

fn assert_is_for_good(error: &Error) {
    assert_eq!((error.kind(), error.delivery()), (Kind::Transport, Delivery::NotSent), "{error}");
    assert!(!error.is_retryable() && error.advice().contains("will not help"));
    assert!(error.message().contains("not trusted") && !error.message().contains("token-of-acme"));
}

#[test]
fn no_request_is_tried_again() {
    let client = client();
    for method in [Method::Get, Method::Post, Method::Put, Method::Delete] {
        let before = client.budget(0).available;
        let (_, error, sent) =
            driven(client.request(SingleRequest::new(method, "order-service/order/7")).unwrap());
        assert_is_for_good(&error.unwrap());
        assert_eq!((sent, client.budget(0).available), (1, before), "{method:?}");
    }
}

#[test]
fn a_login_is_not_tried_again_by_its_call() {
    let text = CONFIG.replace(
        r#""type":"private-app","app_ref":"acme_sync","account_token":"token-of-acme""#,
        r#""type":"staff-login","app_ref":"acme_sync","email":"a@example.com","password":"token-of-acme""#,
    );
    let client = Client::new(Config::from_json(&text).unwrap()).unwrap();
    // The next call tries, since the configuration may have been corrected.
    for _ in 0..2 {
        let (_, error, sent) =
            driven(client.request(SingleRequest::new(Method::Get, "order-service/order/7")).unwrap());
        assert_is_for_good(&error.unwrap());
        assert_eq!(sent, 1);
    }
}

#[test]
fn a_batch_is_not_gone_on_with() {
    let mut write = SingleRequest::new(Method::Post, "order-service/order/7/note");
    write.body = r#"{"text":"called"}"#.to_owned();
    for (on_failure, packing) in [OnFailure::Stop, OnFailure::Continue]
        .into_iter()
        .flat_map(|on| [Packing::Auto, Packing::Never, Packing::Always].map(|packing| (on, packing)))
    {
        let batch = Batch { requests: vec![write.clone(); 25], packing, on_failure, ..Batch::default() };
        let (outputs, error, sent) = driven(client().batch(batch).unwrap());
        assert!(error.is_none(), "{error:?}");
        let mut writes = 0;
        for output in outputs {
            let Output::Results(results) = output else { panic!("results are due, not {output:?}") };
            for result in results {
                let error = result.outcome.unwrap_err();
                match on_failure {
                    // Where failures stop the batch, those behind say that they wait for another.
                    OnFailure::Stop => assert_eq!(error.delivery(), Delivery::NotSent),
                    OnFailure::Continue => assert_is_for_good(&error),
                }
                writes += 1;
            }
        }
        assert_eq!((writes, sent), (25, 1), "{on_failure:?} {packing:?}");
    }
}

#[test]
fn an_earlier_attempt_stays_in_doubt() {
    let mut write =
        SingleRequest::new(Method::Put, "order-service/order/7/status").body(r#"{"orderStatusId":4}"#);
    write.idempotent = true;
    let mut call = client().request(write).unwrap();
    let mut failures = [
        TransportFailure::MaybeSent("connection reset".to_owned()),
        TransportFailure::Unsendable("the certificate is not trusted".to_owned()),
    ]
    .into_iter();
    let mut now = 0;
    let error = loop {
        match call.poll(now) {
            Ok(Step::Send(exchange)) => call.fail(exchange.id, failures.next().unwrap(), now).unwrap(),
            Ok(Step::Wait { until, .. }) => now = until,
            Ok(other) => panic!("an error is due, not {other:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.delivery()), (Kind::Transport, Delivery::MaybeApplied), "{error}");
    assert!(error.advice().starts_with("First look whether the write was applied"), "{}", error.advice());
    assert!(!error.is_retryable() && !error.verifications().is_empty());
}
