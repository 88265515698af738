//! The component that drives itself, and servers that misbehave.

use std::sync::LazyLock;

use serde_json::{Value, json};
use wasmtime::component::{Component, Instance, Linker, Val};
use wasmtime::{Engine, Store};
use wasmtime_wasi_http::p2::add_to_linker_sync;

use crate::component;
use crate::platform::Platform;
use crate::server::{Conduct, Server};

const RUNNER: &str = "brightpearl:connector/runner@0.1.0";

/// Compiled once for all tests.
static COMPILED: LazyLock<(Engine, Component)> = LazyLock::new(|| {
    let engine = Engine::default();
    let component = component(&engine, "brightpearl-http.wasm").expect("the component can be compiled");
    (engine, component)
});

/// What came of an operation: the outputs, or the error.
fn carried_out(server: &Server, operation: &Value, attempts: u32) -> Result<Value, Failure> {
    carried_out_at(&server.url(), operation, attempts)
}

/// A client of a server.
pub(crate) fn configuration(base_url: &str, attempts: u32) -> Value {
    json!({
        "account": "acme",
        "base_url": base_url,
        "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "invented-token"},
        "retry": {"max_attempts": attempts, "base_ms": 1, "cap_ms": 1},
    })
}

pub(crate) fn carried_out_at(base_url: &str, operation: &Value, attempts: u32) -> Result<Value, Failure> {
    let config = configuration(base_url, attempts);
    let arguments = [Val::String(config.to_string()), Val::String(operation.to_string())];
    Runner::new().call("carry-out", &arguments).map(|outputs| parsed(outputs.expect("a text comes")))
}

/// What a text holds.
pub(crate) fn parsed(text: Val) -> Value {
    let Val::String(text) = text else { panic!("{text:?} is not a text") };
    serde_json::from_str(&text).unwrap()
}

/// An instance, and what its platform keeps.
pub(crate) struct Runner {
    store: Store<Platform>,
    instance: Instance,
}

impl Runner {
    pub(crate) fn new() -> Self {
        let (engine, component) = &*COMPILED;
        let mut linker = Linker::new(engine);
        add_to_linker_sync::<Platform>(&mut linker).unwrap();
        let mut store = Store::new(engine, Platform::default());
        let instance = linker.instantiate(&mut store, component).unwrap();
        Self { store, instance }
    }

    /// What a function of the runner gives.
    pub(crate) fn call(&mut self, name: &str, arguments: &[Val]) -> Result<Option<Val>, Failure> {
        let store = &mut self.store;
        let runner = self.instance.get_export_index(&mut *store, None, RUNNER).unwrap();
        let function = self.instance.get_export_index(&mut *store, Some(&runner), name).expect(name);
        let function = self.instance.get_func(&mut *store, function).unwrap();
        let mut results = [Val::Bool(false)];
        function.call(&mut *store, arguments, &mut results).unwrap();
        match results {
            [Val::Result(Ok(value))] => Ok(value.map(|value| *value)),
            [Val::Result(Err(Some(error)))] => {
                let Val::Record(members) = *error else { panic!("{error:?} is not an error") };
                Err(Failure(members))
            }
            [other] => panic!("{other:?} is not a result"),
        }
    }
}

/// An error of the contract.
#[derive(Debug)]
pub(crate) struct Failure(Vec<(String, Val)>);

impl Failure {
    pub(crate) fn text(&self, member: &str) -> &str {
        match self.0.iter().find(|(name, _)| name == member) {
            Some((_, Val::Enum(text) | Val::String(text))) => text,
            other => panic!("{member} is {other:?}"),
        }
    }
}

pub(crate) fn read() -> Value {
    json!({"request": {"method": "GET", "path": "order-service/order-type"}})
}

pub(crate) fn write() -> Value {
    json!({"request": {
        "method": "POST", "path": "integration-service/webhook", "body": "{\"invented\":1}", "unchecked": true,
    }})
}

pub(crate) fn answer(body: &str) -> Conduct {
    Conduct::Writes(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

#[test]
fn a_whole_answer_comes_out() {
    let server = Server::start(vec![answer(r#"{"response":[{"id":1}]}"#)]);
    let outputs = carried_out(&server, &read(), 1).unwrap();
    assert_eq!(outputs[0]["reply"]["status"], 200);
    assert_eq!(server.asked(), ["GET /public-api/acme/order-service/order-type HTTP/1.1 "]);
}

#[test]
fn an_answer_beyond_the_bound_is_given_up() {
    let server = Server::start(vec![Conduct::Floods(65 << 20)]);
    let error = carried_out(&server, &read(), 1).unwrap_err();
    assert_eq!(error.text("kind"), "transport");
    assert!(error.text("message").contains("64 MiB"), "{}", error.text("message"));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_read_whose_answer_was_cut_off_is_sent_again() {
    let cut = Conduct::Writes("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"resp".to_owned());
    let server = Server::start(vec![cut, answer(r#"{"response":[]}"#)]);
    let outputs = carried_out(&server, &read(), 3).unwrap();
    assert_eq!(outputs[0]["reply"]["status"], 200);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_write_whose_connection_closes_arrives_once_and_may_have_been_applied() {
    for conduct in
        [Conduct::Closes, Conduct::Writes("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{".to_owned())]
    {
        let server = Server::start(vec![conduct]);
        let error = carried_out(&server, &write(), 5).unwrap_err();
        assert_eq!((error.text("kind"), error.text("delivery")), ("transport", "maybe-applied"));
        let written = "POST /public-api/acme/integration-service/webhook HTTP/1.1 {\"invented\":1}";
        assert_eq!(server.asked(), [written]);
    }
}

#[test]
fn a_connection_that_is_refused_has_sent_nothing() {
    let server = Server::start(vec![Conduct::Closes]);
    let url = server.url();
    drop(server);
    let error = carried_out_at(&url, &write(), 1).unwrap_err();
    assert_eq!((error.text("kind"), error.text("delivery")), ("transport", "not-sent"));
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(vec![answer(r#"{"response":[]}"#)]);
    for operation in [read(), write()] {
        let to = format!(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n",
            elsewhere.url()
        );
        let server = Server::start(vec![Conduct::Writes(to)]);
        let error = carried_out(&server, &operation, 1).unwrap_err();
        assert!(error.text("message").contains("redirects elsewhere"), "{}", error.text("message"));
        assert_eq!(server.asked().len(), 1);
    }
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}
