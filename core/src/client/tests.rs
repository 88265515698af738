//! A client that only reads, and checkpoints that write.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{Call, Step};
use crate::checked::known_request;
use crate::checkpoint::Position;
use crate::clock::HostTime;
use crate::error::{Delivery, Error, Kind, Result};
use crate::http::{Method, Response};
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::jobs::request_job;
use crate::operation::{Operation, SingleRequest};
use crate::output::Output;
use crate::telemetry::Event;

use super::{Client, Config};

fn client(read_only: bool) -> Client {
    let config = format!(
        r#"{{"account":"acme","datacentre":"use1","read_only":{read_only},"credentials":
            {{"type":"staff-login","app_ref":"acme_sync","email":"a@example.com","password":"invented"}}}}"#
    );
    Client::new(Config::from_json(&config).unwrap()).unwrap()
}

fn operation(json: &str) -> Operation {
    Operation::from_json(json).unwrap()
}

const WRITES: [&str; 9] = [
    r#"{"request":{"method":"POST","path":"integration-service/webhook","unchecked":true}}"#,
    r#"{"request":{"method":"PUT","path":"product-service/product/1","unchecked":true}}"#,
    r#"{"request":{"method":"PATCH","path":"order-service/order/1/custom-field","body":"[]","unchecked":true}}"#,
    r#"{"request":{"method":"DELETE","path":"order-service/order/1/row/2"}}"#,
    r#"{"batch":{"requests":[{"method":"DELETE","path":"order-service/order/1/row/2"}]}}"#,
    r#"{"task":{"name":"remove-order-row","arguments":{"orderId":1,"orderRowId":2}}}"#,
    r#"{"task":{"name":"change-custom-fields","arguments":{"resource":"order","id":1,"values":{"Gift":"yes"}}}}"#,
    r#"{"push":{"mapping":{},"write":true}}"#,
    r#"{"push":{"mapping":{}}}"#,
];

const READS: [&str; 8] = [
    r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#,
    r#"{"request":{"method":"OPTIONS","path":"order-service/order/1-3"}}"#,
    r#"{"search":{"resource":"order-service/order-search"}}"#,
    r#"{"fetch":{"resource":"order-service/order","ids":"1-3"}}"#,
    r#"{"options":{"resource":"order-service/order","ids":"1-3"}}"#,
    r#"{"task":{"name":"list-price-lists"}}"#,
    r#"{"task":{"name":"refresh-search","arguments":{"search":"order-service/order-search"}}}"#,
    r#"{"pull":{"resources":[{"resource":"order"}]}}"#,
];

#[test]
fn a_client_that_only_reads_starts_no_write() {
    for json in WRITES {
        let error = client(true).start(operation(json)).unwrap_err();
        assert_eq!(
            (error.kind(), error.location(), error.delivery()),
            (Kind::Validation, Some("read_only"), Delivery::NotSent),
            "{json}"
        );
    }
    for json in READS {
        client(true).start(operation(json)).unwrap();
        client(false).start(operation(json)).unwrap();
    }
}

#[test]
fn every_task_that_writes_is_refused_whatever_its_first_request_is() {
    for task in crate::task::tasks() {
        let json = format!(r#"{{"task":{{"name":"{}"}}}}"#, task.name);
        let refused = client(true).start(operation(&json)).err();
        let is_guard = refused.is_some_and(|error| error.location() == Some("read_only"));
        assert_eq!(is_guard, task.writes, "{}", task.name);
    }
}

#[test]
fn a_login_is_no_write() {
    let client = client(true);
    let mut call = client.start(operation(READS[0])).unwrap();
    let Step::Send(login) = call.poll(0).unwrap() else { panic!("expected the login") };
    assert_eq!(login.request.method, Method::Post);
    call.answer(login.id, Response::new(200, r#"{"response":"token"}"#), 1).unwrap();
    let Step::Send(read) = call.poll(1).unwrap() else { panic!("expected the read") };
    assert_eq!(read.request.method, Method::Get);
}

#[test]
fn a_job_that_writes_all_the_same_is_stopped_before_it_is_signed() {
    for (read_only, is_stopped) in [(true, true), (false, false)] {
        let shared = client(read_only).shared;
        assert!(
            shared
                .session
                .accept(0, br#"{"response":"token"}"#, true, HostTime::default())
                .unusable
                .is_none()
        );
        let request = SingleRequest::new(Method::Delete, "order-service/order/1/row/2");
        let planned = known_request(&request).unwrap();
        let mut call = Call::new(Arc::clone(&shared), request.into(), Box::new(request_job(&planned)));
        let before = shared.pool.budget(0).available;
        match call.poll(0) {
            Ok(step) => assert!(!is_stopped && matches!(step, Step::Send(_)), "{step:?}"),
            Err(error) => {
                assert!(is_stopped, "{error}");
                assert_eq!(error.location(), Some("read_only"));
                assert_eq!(error.delivery(), Delivery::NotSent);
                assert_eq!(shared.pool.budget(0).available, before, "nothing was spent");
            }
        }
    }
}

#[test]
fn a_checkpoint_that_writes_goes_on_only_when_that_is_allowed() {
    let checkpoint =
        |json: &str| format!(r#"{{"version":1,"account":"acme","operation":{json},"position":"start"}}"#);
    for json in WRITES {
        let error = client(false).resume(&checkpoint(json), false).unwrap_err();
        assert_eq!(
            (error.kind(), error.location(), error.delivery()),
            (Kind::Validation, Some("allow_writes"), Delivery::NotSent),
            "{json}"
        );
        let error = client(true).resume(&checkpoint(json), true).unwrap_err();
        assert_eq!(error.location(), Some("read_only"), "{json}");
    }
    client(false).resume(&checkpoint(WRITES[3]), true).unwrap();
    for json in READS {
        let start = client(true).start(operation(json)).unwrap().checkpoint().unwrap();
        client(true).resume(&start, false).unwrap();
    }
}

/// A job that finds out by itself that it cannot go on, before it has asked for anything.
struct Failing(Option<Error>, VecDeque<Output>);

impl Job for Failing {
    fn next(&mut self) -> Option<Draft> {
        None
    }

    fn accept(&mut self, _tag: u64, _response: Response, _events: &mut Vec<Event>) -> Result<(), Unusable> {
        Ok(())
    }

    fn reject(&mut self, _tag: u64, error: Error, _events: &mut Vec<Event>) -> Result<()> {
        Err(error)
    }

    fn failure(&mut self) -> Option<Error> {
        self.0.take()
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.1
    }

    fn is_finished(&self) -> bool {
        false
    }

    fn acknowledge(&mut self, _items: Option<usize>) {}

    fn outlook(&self) -> Outlook {
        Outlook::default()
    }

    fn position(&self) -> Result<Position> {
        Ok(Position::Start)
    }
}

#[test]
fn a_job_that_fails_between_answers_ends_its_call_behind_its_outputs() {
    let failing = Failing(Some(Error::misuse("no line")), [Output::Journal("{}\n".to_owned())].into());
    let mut call = Call::new(client(false).shared, operation(READS[0]), Box::new(failing));
    let Step::Output(Output::Journal(_)) = call.poll(0).unwrap() else { panic!("expected the output") };
    assert_eq!(call.poll(1).unwrap_err().message(), "no line");
}
