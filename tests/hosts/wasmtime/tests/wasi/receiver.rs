//! Notifications come in over `wasi:http`, and go to the platform before they are answered.

use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::task::{Context, Poll};

use http_body_util::Full;
use hyper::Request;
use hyper::body::{Body, Bytes, Frame};
use serde_json::{Value, json};
use wasmtime::component::Linker;
use wasmtime::{Engine, Result, Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::add_to_linker_sync;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::bindings::sync::{Proxy, ProxyPre};

use crate::component;
use crate::platform::Platform;

const RECEIVING: &str = "brightpearl:connector/receiving@0.1.0";
const FIRST: &str = "new-secret-0123456789";
const SECOND: &str = "old-secret-0123456789";

/// Compiled once for all tests.
static COMPILED: LazyLock<(Engine, wasmtime::component::Component)> = LazyLock::new(|| {
    let engine = Engine::default();
    let component = component(&engine, "brightpearl-webhook.wasm").expect("the component can be compiled");
    (engine, component)
});

/// A platform that has a receiver, and stores notifications, or cannot.
struct Hooks {
    receiver: String,
    can_store: bool,
    stored: Arc<Mutex<Vec<Value>>>,
}

impl Hooks {
    fn new() -> Self {
        let receiver = json!({
            "accounts": [{"account": "acct", "secrets": [FIRST, SECOND]}],
            "public_url": "https://hooks.example.com/brightpearl",
            "subscriptions": ["order.modified"],
        });
        Self { receiver: receiver.to_string(), can_store: true, stored: Arc::default() }
    }

    /// What a request is answered with.
    fn status<B>(&self, request: Request<B>) -> Result<u16>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let (engine, component) = &*COMPILED;
        let mut linker = Linker::new(engine);
        add_to_linker_sync::<Platform>(&mut linker)?;
        let mut receiving = linker.instance(RECEIVING)?;
        let receiver = self.receiver.clone();
        receiving
            .func_wrap("receiver", move |_: StoreContextMut<'_, Platform>, ()| Ok((receiver.clone(),)))?;
        let (stored, can_store) = (Arc::clone(&self.stored), self.can_store);
        receiving.func_wrap("deliver", move |_: StoreContextMut<'_, Platform>, (told,): (String,)| {
            if !can_store {
                return Ok((Err("the disk is full".to_owned()),));
            }
            stored.lock().unwrap().push(serde_json::from_str(&told)?);
            Ok((Ok::<(), String>(()),))
        })?;
        let mut store = Store::new(engine, Platform::default());
        let proxy: Proxy = ProxyPre::new(linker.instantiate_pre(component)?)?.instantiate(&mut store)?;
        let answered = Arc::new(Mutex::new(None));
        let heard = Arc::clone(&answered);
        let request = store.data_mut().http().new_incoming_request(Scheme::Https, request)?;
        let out = store.data_mut().http().new_response_outparam_from_callback(move |answer| {
            *heard.lock().unwrap() = Some(answer.map(|response| response.status().as_u16()));
        })?;
        proxy.wasi_http_incoming_handler().call_handle(&mut store, request, out)?;
        let answer = answered.lock().unwrap().take();
        Ok(answer.expect("the component answers every request")?)
    }

    fn posted(&self, secret: &str, body: impl Into<Bytes>) -> u16 {
        let url = format!("https://hooks.example.com/brightpearl?secret={secret}");
        self.status(request("POST", &url, body)).unwrap()
    }

    fn stored(&self) -> Vec<Value> {
        self.stored.lock().unwrap().clone()
    }
}

fn request(method: &str, url: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::builder().method(method).uri(url).body(Full::new(body.into())).unwrap()
}

fn notification(id: &str) -> String {
    json!({
        "accountCode": "acct", "resourceType": "order", "id": id, "lifecycleEvent": "modified",
        "fullEvent": "order.modified.order-status", "raisedOn": "2024-02-03T09:08:07.123Z",
        "brightpearlVersion": "4.95.2936",
    })
    .to_string()
}

#[test]
fn a_genuine_notification_is_stored_before_it_is_answered() {
    let hooks = Hooks::new();
    assert_eq!(hooks.posted(FIRST, notification("7,9-11")), 200);
    let [stored] = hooks.stored().try_into().unwrap();
    assert_eq!(stored["account"], "acct");
    assert_eq!(stored["event"], "order.modified.order-status");
    assert_eq!(stored["ids"], "7,9-11");
    assert_eq!(stored["raised_ms"], 1_706_951_287_123_u64);
    assert!(
        stored["received_ms"].as_u64().unwrap() > 1_706_951_287_123,
        "the platform's clock says when it came"
    );
    assert!(!stored.to_string().contains(FIRST), "a secret goes nowhere");
}

#[test]
fn both_secrets_are_taken_while_they_change() {
    let hooks = Hooks::new();
    assert_eq!((hooks.posted(FIRST, notification("1")), hooks.posted(SECOND, notification("2"))), (200, 200));
    assert_eq!(hooks.stored().len(), 2);
}

#[test]
fn what_cannot_be_stored_is_sent_again() {
    let hooks = Hooks { can_store: false, ..Hooks::new() };
    assert_eq!(hooks.posted(FIRST, notification("7")), 503);
}

#[test]
fn a_wrong_secret_is_refused_and_nothing_stored() {
    let hooks = Hooks::new();
    assert_eq!(hooks.posted("guess-0123456789012", notification("7")), 401);
    assert_eq!(hooks.stored(), Vec::<Value>::new());
}

#[test]
fn what_is_malformed_is_refused_and_not_asked_for_again() {
    let hooks = Hooks::new();
    for body in ["", "{}", "<xml/>", "\u{0}", &notification("0"), &notification("x")] {
        assert_eq!(hooks.posted(FIRST, body.to_owned()), 400, "{body}");
    }
    assert_eq!(hooks.posted(FIRST, Bytes::from_static(b"\xff\xfe")), 400, "no text");
    assert_eq!(hooks.stored(), Vec::<Value>::new());
}

#[test]
fn what_is_too_large_is_refused_and_not_asked_for_again() {
    let hooks = Hooks::new();
    // Beyond the receiver's own limit, and beyond what the component reads at all.
    assert_eq!(hooks.posted(FIRST, vec![b' '; 300 << 10]), 413);
    assert_eq!(hooks.posted(FIRST, vec![b' '; 10 << 20]), 413);
    assert_eq!(hooks.stored(), Vec::<Value>::new());
}

#[test]
fn what_is_cut_off_is_sent_again() {
    let hooks = Hooks::new();
    let body = Cut(Some(Bytes::from(notification("7").split_at(20).0.to_owned())));
    let url = format!("https://hooks.example.com/brightpearl?secret={FIRST}");
    let request = Request::builder().method("POST").uri(url).body(body).unwrap();
    assert_eq!(hooks.status(request).unwrap(), 503);
    assert_eq!(hooks.stored(), Vec::<Value>::new());
}

#[test]
fn a_receiver_that_is_invalid_has_everything_sent_again() {
    let hooks = Hooks { receiver: r#"{"accounts":[]"#.to_owned(), ..Hooks::new() };
    assert_eq!(hooks.posted(FIRST, notification("7")), 503);
}

/// Every request of the vectors is answered as they say, by the clock of today.
#[test]
fn requests_of_the_vectors_are_answered_as_they_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/functions/webhook-receive.json");
    let vector: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut played = 0;
    for call in vector["calls"].as_array().unwrap() {
        let question: Value = serde_json::from_str(call["ask"]["question"].as_str().unwrap()).unwrap();
        let asked = &question["receive_webhook"];
        let (Some(receiver), Some(text), Some(status)) = (
            asked["receiver"].as_str(),
            asked["request"].as_str(),
            call["expect"]["value"]["status"].as_u64(),
        ) else {
            continue;
        };
        let given: Value = serde_json::from_str(text).unwrap();
        // As bytes it has a test of its own.
        if given["body_base64"].is_string() {
            continue;
        }
        let url = given["url"].as_str().unwrap();
        let url =
            if url.starts_with('/') { format!("https://hooks.example.com{url}") } else { url.to_owned() };
        let hooks = Hooks { receiver: receiver.to_owned(), ..Hooks::new() };
        let body = given["body"].as_str().unwrap_or_default().to_owned();
        let answered = hooks.status(request(given["method"].as_str().unwrap(), &url, body)).unwrap();
        assert_eq!(u64::from(answered), status, "{text}");
        let keys: Vec<Value> = hooks.stored().iter().map(|stored| stored["key"].clone()).collect();
        let expected = &call["expect"]["value"]["notification"]["key"];
        let expected = if expected.is_null() { Vec::new() } else { vec![expected.clone()] };
        assert_eq!(keys, expected, "{text}");
        played += 1;
    }
    assert!(played >= 12, "only {played} requests were played");
}

/// A body that begins, and is then cut off.
struct Cut(Option<Bytes>);

impl Body for Cut {
    type Data = Bytes;
    type Error = wasmtime_wasi_http::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Self::Error>>> {
        let frame = self.0.take().map(Frame::data).ok_or(wasmtime_wasi_http::Error::ConnectionTerminated);
        Poll::Ready(Some(frame))
    }
}
