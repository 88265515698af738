//! What keeps a call from writing: a client that only reads, and a checkpoint that nobody vouched for.

use crate::error::{Error, Result};
use crate::http::Method;
use crate::task;

use super::Draft;
use super::operation::{Operation, Push, Request};

/// Refuses an operation that writes, for a client that only reads.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `read_only`.
pub(super) fn check_start(is_read_only: bool, operation: &Operation) -> Result<()> {
    match operation.write() {
        Some(write) if is_read_only => Err(read_only(&write)),
        Some(_) | None => Ok(()),
    }
}

/// Refuses to go on with an operation that writes, unless the caller allows that: a checkpoint is data, and may come
/// from elsewhere.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `allow_writes`.
pub(super) fn check_resume(allows_writes: bool, operation: &Operation) -> Result<()> {
    match operation.write() {
        Some(write) if !allows_writes => Err(Error::validation(
            "allow_writes",
            format!(
                "the checkpoint's operation writes: {write}; expected one that only reads, or to be resumed with \
                 `allow_writes`, for a checkpoint that you trust"
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Refuses a request that writes, for a client that only reads: the last look before it is signed, whatever the
/// operation said that it would do.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `read_only`.
pub(crate) fn check_draft(is_read_only: bool, draft: &Draft) -> Result<()> {
    if is_read_only && !draft.method.is_read() {
        return Err(read_only(&described(draft.method, &draft.path)));
    }
    Ok(())
}

fn read_only(write: &str) -> Error {
    Error::validation(
        "read_only",
        format!(
            "the client only reads, and was asked to write: {write}; expected an operation that only reads, or a \
             client that is configured without `read_only`"
        ),
    )
}

fn described(method: Method, path: &str) -> String {
    format!("{method} {path:?}")
}

impl Operation {
    /// Whether carrying it out may change anything in Brightpearl. Searches, fetches, plans of URIs, pulls, dry runs of
    /// pushes, the tasks that [`tasks`](crate::task::tasks) says do not write, and requests with GET or OPTIONS do not.
    pub fn writes(&self) -> bool {
        self.write().is_some()
    }

    /// What it would write, in words.
    fn write(&self) -> Option<String> {
        match self {
            Self::Request(Request { method, path, .. }) => {
                (!method.is_read()).then(|| described(*method, path))
            }
            Self::Batch(batch) => Some(format!("a batch of {}", batch.requests.len())),
            Self::Task(task) => task::writes(&task.name).then(|| format!("the task {}", task.name)),
            Self::Push(Push { write, dry_run, .. }) => {
                (*write || !dry_run).then(|| "a push that is no dry run".to_owned())
            }
            Self::Search(_) | Self::Fetch(_) | Self::Options(_) | Self::Pull(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::request::job;
    use super::super::{Call, Step, checked};
    use crate::client::{Client, Config};
    use crate::error::{Delivery, Kind};
    use crate::http::{Method, Response};
    use crate::operation::{Operation, Request};

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
            let shared = client(read_only).shared();
            assert!(shared.session.accept(0, br#"{"response":"token"}"#, true, 0).unusable.is_none());
            let request = Request::new(Method::Delete, "order-service/order/1/row/2");
            let planned = checked::known_request(&request).unwrap();
            let mut call = Call::of(Arc::clone(&shared), request.into(), Box::new(job(&planned)));
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
}
