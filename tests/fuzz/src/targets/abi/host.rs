//! A program that uses the C functions: its handles, its inputs and what it reads.

use std::ffi::c_char;
use std::ptr::{null, null_mut};

use brightpearl::*;
use crate::acts::{Act, Size, Text};
use crate::driving::NOW;
use crate::operations::{CONFIG, NOTES};

#[path = "functions.rs"]
mod functions;
#[path = "reading.rs"]
mod reading;
#[path = "start.rs"]
mod start;

/// What means something in a request or in an answer.
const TEXTS: [&str; 21] = [
    CONFIG,
    NOTES,
    "order-service/order-search",
    "order-service/order",
    "orderTypeId",
    "1-9,30",
    r#"{"order":7,"text":"a"}"#,
    r#"{"text":"n"}"#,
    "order-service/order/1/note",
    "POST",
    "GET",
    "read-product-prices",
    r#"{"productIds":"1-9"}"#,
    "",
    r#"{"response":{"results":[[7,"Zo\u00eb"],[9,null]],"metaData":{"resultsAvailable":4,"resultsReturned":2,"firstResult":1,"lastResult":2,"columns":[{"name":"orderId","referenceData":["a"]},{"name":"ref"}]}},"reference":{"a":{"7":"x"}}}"#,
    r#"{"response":{"results":[[1,1.5,true,[1],"2026-01-01T00:00:00.000Z"]],"metaData":{"resultsAvailable":1,"resultsReturned":1,"firstResult":1,"lastResult":1,"columns":[{"name":"orderId"},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"createdOn","reportDataType":"PERIOD"}]}}}"#,
    r#"{"response":[{"id":1,"a":"b"},{"id":2}]}"#,
    r#"{"response":{"getUris":["/order/1-200","/order/201-300"]}}"#,
    r#"{"response":{"processedMessages":[{"label":"1","statusCode":200,"body":{"content":{"response":3}}}],"unprocessedMessages":[]}}"#,
    r#"{"errors":[{"code":"CMNC-006","message":"no"}]}"#,
    r#"{"response":12}"#,
];

/// What is freed only at the end, or by an act.
#[derive(Default)]
pub(super) struct Host {
    clients: Vec<*mut bp_client>,
    calls: Vec<*mut bp_call>,
    pools: Vec<*mut bp_pool>,
    exchanges: Vec<u64>,
    checkpoint: Vec<u8>,
    kept: reading::Kept,
    now: u64,
}

/// An input in memory of exactly its size, which goes as soon as the function has returned.
struct Input {
    bytes: Option<Box<[u8]>>,
    /// How long the program says that NULL is.
    null: usize,
}

impl Input {
    fn of(text: &Text) -> Self {
        let bytes = match text {
            Text::Known(number) => TEXTS[usize::from(*number) % TEXTS.len()].as_bytes(),
            Text::Any(text) => text.as_bytes(),
            Text::Bytes(bytes) => bytes,
            Text::Null => return Self { bytes: None, null: 0 },
            Text::OfNull => return Self { bytes: None, null: usize::MAX },
        };
        Self { bytes: Some(bytes.into()), null: 0 }
    }

    fn known(text: &str) -> Self {
        Self { bytes: Some(text.as_bytes().into()), null: 0 }
    }

    fn data(&self) -> *const c_char {
        self.bytes.as_ref().map_or(null(), |bytes| bytes.as_ptr().cast())
    }

    fn len(&self) -> usize {
        self.bytes.as_ref().map_or(self.null, |bytes| bytes.len())
    }

    fn text(&self) -> bp_text {
        bp_text { data: self.data(), len: self.len() }
    }

    fn bytes(&self) -> bp_bytes {
        bp_bytes { data: self.data().cast(), len: self.len() }
    }
}

/// Several texts in an array of exactly their number.
struct Texts {
    _inputs: Vec<Input>,
    texts: Box<[bp_text]>,
}

impl Texts {
    fn of(texts: &[Text]) -> Self {
        let inputs: Vec<Input> = texts.iter().map(Input::of).collect();
        Self { texts: inputs.iter().map(Input::text).collect(), _inputs: inputs }
    }

    fn lent(&self) -> (*const bp_text, usize) {
        (self.texts.as_ptr(), self.texts.len())
    }
}

/// Several names and values in an array of exactly their number.
struct Fields {
    _inputs: Vec<(Input, Input)>,
    fields: Box<[bp_field]>,
}

impl Fields {
    fn of(fields: &[(Text, Text)]) -> Self {
        let inputs: Vec<(Input, Input)> =
            fields.iter().map(|(name, value)| (Input::of(name), Input::of(value))).collect();
        let fields =
            inputs.iter().map(|(name, value)| bp_field { name: name.text(), value: value.text() }).collect();
        Self { _inputs: inputs, fields }
    }

    fn lent(&self) -> (*const bp_field, usize) {
        (self.fields.as_ptr(), self.fields.len())
    }
}

/// All bits zero, and the size set or not: `BP_INIT`, done well and badly.
fn sized<T>(size: &Size, set: impl FnOnce(&mut T, usize)) -> Box<T> {
    // SAFETY: used for this interface's own structures only, which zero fits.
    let mut structure: Box<T> = Box::new(unsafe { std::mem::zeroed() });
    let told = match size {
        Size::Right => size_of::<T>(),
        Size::Zero => 0,
        Size::Short(size) => usize::from(*size) % size_of::<T>(),
        Size::Huge => usize::MAX,
    };
    set(&mut structure, told);
    structure
}

fn slot<T>(handles: &[*mut T], number: u8) -> *mut T {
    // One more than there are: NULL is among them.
    handles.get(usize::from(number) % (handles.len() + 1)).copied().unwrap_or(null_mut())
}

fn take<T>(handles: &mut Vec<*mut T>, number: u8) -> *mut T {
    match handles.len() {
        0 => null_mut(),
        count => handles.swap_remove(usize::from(number) % count),
    }
}

impl Host {
    pub(super) fn new() -> Self {
        let mut host = Self { now: NOW, ..Self::default() };
        host.client(&Input::known(CONFIG), false);
        host
    }

    fn client(&mut self, config: &Input, with_pool: bool) {
        let pool = if with_pool { slot(&self.pools, 0) } else { null_mut() };
        let (mut client, mut error) = (null_mut(), null_mut());
        // SAFETY: a text, a pool or NULL, and places of our own.
        let status = unsafe { bp_client_new(config.data(), config.len(), pool, &mut client, &mut error) };
        self.judge(status, error);
        assert_eq!(client.is_null(), status != bp_status::Ok, "a handle exactly on success");
        if !client.is_null() {
            self.clients.push(client);
        }
    }

    /// Reads an error through, frees it, and holds it to its status.
    fn judge(&self, status: bp_status, error: *mut bp_error) {
        assert_ne!(status, bp_status::Panic, "a defect in the library");
        assert_eq!(error.is_null(), status == bp_status::Ok, "an error exactly on failure");
        reading::error(error);
        // SAFETY: our own, or NULL.
        unsafe { bp_error_free(error) };
    }

    /// One of the exchanges that have no answer yet, or one that never was.
    fn exchange(&mut self, which: u8) -> u64 {
        let which = usize::from(which);
        if which < self.exchanges.len() { self.exchanges.remove(which) } else { u64::MAX }
    }

    fn started(&mut self, status: bp_status, call: *mut bp_call, error: *mut bp_error) {
        self.judge(status, error);
        assert_eq!(call.is_null(), status != bp_status::Ok, "a call exactly on success");
        if !call.is_null() {
            self.calls.push(call);
        }
    }

    pub(super) fn act(&mut self, act: &Act) {
        let mut error = null_mut();
        let now = self.now;
        match act {
            Act::Client { config, with_pool } => self.client(&Input::of(config), *with_pool),
            Act::Pool { config } => {
                let (config, mut pool) = (Input::of(config), null_mut());
                // SAFETY: a text and places of our own.
                let status = unsafe { bp_pool_new(config.data(), config.len(), &mut pool, &mut error) };
                self.judge(status, error);
                self.pools.extend((!pool.is_null()).then_some(pool));
            }
            Act::Start { client, operation, size } => {
                self.start(slot(&self.clients, *client), operation, size)
            }
            Act::Poll { call, size, later } => {
                self.now += u64::from(*later);
                self.poll(slot(&self.calls, *call), size);
            }
            Act::Answer { call, which, status, headers, body, size } => {
                let (headers, body) = (Fields::of(headers), Input::of(body));
                let mut response =
                    sized(size, |response: &mut bp_response, size| response.struct_size = size);
                (response.status, response.body) = (*status, body.bytes());
                (response.headers, response.header_count) = headers.lent();
                let (call, exchange) = (slot(&self.calls, *call), self.exchange(*which));
                // SAFETY: a call or NULL, and structures and places of our own.
                let told = unsafe { bp_call_answer(call, exchange, &*response, now, &mut error) };
                self.judge(told, error);
            }
            Act::Fail { call, which, maybe, reason } => {
                let (call, exchange) = (slot(&self.calls, *call), self.exchange(*which));
                let reason = Input::of(reason);
                let fail = match (*maybe, reason.len() % 2) {
                    (true, _) => bp_call_fail_maybe_sent,
                    (false, 0) => bp_call_fail_not_sent,
                    (false, _) => bp_call_fail_unsendable,
                };
                // SAFETY: a call or NULL, a text, and a place of our own.
                let told = unsafe { fail(call, exchange, reason.data(), reason.len(), now, &mut error) };
                self.judge(told, error);
            }
            Act::Acknowledge { call, items } => {
                // SAFETY: a call or NULL, and a place of our own.
                let told =
                    unsafe { bp_call_acknowledge(slot(&self.calls, *call), usize::from(*items), &mut error) };
                self.judge(told, error);
            }
            // SAFETY: a call, or NULL.
            Act::Cancel { call } => unsafe { bp_call_cancel(slot(&self.calls, *call), now) },
            Act::Checkpoint { call } => {
                let call = slot(&self.calls, *call);
                // SAFETY: a call or NULL, and places of our own.
                self.checkpoint =
                    self.taken(|buffer, error| unsafe { bp_call_checkpoint(call, buffer, error) });
            }
            Act::Resume { client, text, allow_writes } => {
                let given = text.as_ref().map(Input::of);
                let text = given
                    .unwrap_or_else(|| Input { bytes: Some(self.checkpoint.as_slice().into()), null: 0 });
                let mut call = null_mut();
                let client = slot(&self.clients, *client);
                // SAFETY: a client or NULL, a text, and places of our own.
                let status = unsafe {
                    bp_client_resume(client, text.data(), text.len(), *allow_writes, &mut call, &mut error)
                };
                self.started(status, call, error);
            }
            Act::Feed { call, record } => {
                let record = Input::of(record);
                let call = slot(&self.calls, *call);
                // SAFETY: a call or NULL, bytes, and a place of our own.
                let told = unsafe { bp_call_feed(call, record.data().cast(), record.len(), &mut error) };
                self.judge(told, error);
            }
            Act::Finish { call } => {
                // SAFETY: a call or NULL, and a place of our own.
                let told = unsafe { bp_call_finish(slot(&self.calls, *call), &mut error) };
                self.judge(told, error);
            }
            Act::Explain { call, size } => {
                let mut explanation = sized(size, |it: &mut bp_explanation, size| it.struct_size = size);
                // SAFETY: a call or NULL, and places of our own.
                let told =
                    unsafe { bp_call_explain(slot(&self.calls, *call), now, &mut *explanation, &mut error) };
                self.judge(told, error);
            }
            Act::Ask { client, size } => self.ask(slot(&self.clients, *client), size),
            Act::Function { function, size } => self.function(function, size),
            Act::FreeKept => std::mem::take(&mut self.kept).free(),
            // SAFETY: our own and in no list any more, or NULL.
            Act::FreeCall { call } => unsafe { bp_call_free(take(&mut self.calls, *call)) },
            // SAFETY: as above; calls outlive their client.
            Act::FreeClient { client } => unsafe { bp_client_free(take(&mut self.clients, *client)) },
            Act::Nulls => self.nulls(),
        }
    }

    fn poll(&mut self, call: *mut bp_call, size: &Size) {
        let mut step = sized(size, |step: &mut bp_step, size| step.struct_size = size);
        let mut error = null_mut();
        // SAFETY: a call or NULL, and places of our own.
        let status = unsafe { bp_call_poll(call, self.now, &mut *step, &mut error) };
        self.judge(status, error);
        if status == bp_status::Ok && step.struct_size >= size_of::<bp_step>() {
            if step.kind == bp_step_kind::Send {
                self.exchanges.push(step.exchange);
            }
            self.kept.read(&step);
        }
    }

    fn taken(&self, fill: impl FnOnce(*mut bp_buffer, *mut *mut bp_error) -> bp_status) -> Vec<u8> {
        let mut buffer = bp_buffer { data: null_mut(), len: 0 };
        let mut error = null_mut();
        let status = fill(&mut buffer, &mut error);
        self.judge(status, error);
        let bytes = reading::bytes(buffer.data.cast(), buffer.len);
        // SAFETY: filled by the library, or empty.
        unsafe { bp_buffer_free(&mut buffer) };
        bytes
    }

    fn ask(&mut self, client: *const bp_client, size: &Size) {
        let (mut pool, mut error) = (null_mut(), null_mut());
        let mut statistics = sized(size, |it: &mut bp_statistics, size| it.struct_size = size);
        let mut budget = sized(size, |it: &mut bp_budget, size| it.struct_size = size);
        // SAFETY: a client or NULL, and places of our own.
        unsafe {
            let status = bp_client_statistics(client, &mut *statistics, &mut error);
            self.judge(status, error);
            let status = bp_client_budget(client, self.now, &mut *budget, &mut error);
            self.judge(status, error);
            self.taken(|buffer, error| bp_client_drain_events(client, buffer, error));
            self.taken(|buffer, error| bp_client_tokens(client, buffer, error));
            let status = bp_client_pool(client, &mut pool, &mut error);
            self.judge(status, error);
        }
        if !pool.is_null() {
            self.pools.push(pool);
        }
    }

    fn nulls(&mut self) {
        let call = slot(&self.calls, 0);
        // SAFETY: NULL is what the functions promise to bear.
        unsafe {
            let told = [
                bp_call_poll(call, self.now, null_mut(), null_mut()),
                bp_call_answer(call, 1, null(), self.now, null_mut()),
                bp_call_checkpoint(call, null_mut(), null_mut()),
                bp_call_explain(call, self.now, null_mut(), null_mut()),
                bp_call_feed(call, null(), 7, null_mut()),
                bp_call_start_json(slot(&self.clients, 0), null(), 3, null_mut(), null_mut()),
                bp_client_resume(slot(&self.clients, 0), null(), 0, false, null_mut(), null_mut()),
                bp_client_new(null(), 5, null(), null_mut(), null_mut()),
                bp_mapping_new(null(), 0, null_mut(), null_mut()),
                bp_validate(null(), null_mut(), null_mut()),
            ];
            assert!(!told.contains(&bp_status::Ok), "NULL was taken: {told:?}");
        }
    }

    pub(super) fn free_everything(mut self) {
        // SAFETY: each handle is our own and freed once; what was kept outlives calls, and calls outlive clients.
        unsafe {
            for client in self.clients.drain(..) {
                bp_client_free(client);
            }
            for call in self.calls.drain(..) {
                bp_call_free(call);
            }
            for pool in self.pools.drain(..) {
                bp_pool_free(pool);
            }
        }
        self.kept.free();
    }
}
