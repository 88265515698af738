//! Starts calls, each through the function of its operation.

use std::ptr::{null, null_mut};

use brightpearl::*;
use crate::acts::{Operation, Request, Size, Text};

use super::{Fields, Host, Input, Texts, sized};

/// Writes of a batch that are added; more show nothing new.
const MOST_WRITES: usize = 24;

/// Any that compiles.
const MAPPING: &str = r#"{"version":1,"name":"notes","target":"order-service/order/{ORDER-ID}/note",
    "path":{"ORDER-ID":{"from":"order"}},"fields":[{"to":"/text","from":"text"}]}"#;

impl Host {
    pub(super) fn start(&mut self, client: *const bp_client, operation: &Operation, size: &Size) {
        let (mut call, mut error) = (null_mut(), null_mut());
        // SAFETY: a client or NULL, texts, structures and places of our own, all of which outlive the function.
        let status = unsafe {
            match operation {
                Operation::Json(text) => {
                    let text = Input::of(text);
                    bp_call_start_json(client, text.data(), text.len(), &mut call, &mut error)
                }
                Operation::Search { resource, filters, columns, sort, key } => {
                    let (resource, key, filters) = (Input::of(resource), Input::of(key), Fields::of(filters));
                    let (columns, sort) = (Texts::of(columns), Texts::of(sort));
                    let mut search = sized(size, |it: &mut bp_search, size| it.struct_size = size);
                    (search.resource, search.key) = (resource.text(), key.text());
                    (search.filters, search.filter_count) = filters.lent();
                    (search.columns, search.column_count) = columns.lent();
                    (search.sort, search.sort_count) = sort.lent();
                    bp_call_start_search(client, &*search, &mut call, &mut error)
                }
                Operation::Fetch { resource, ids, query, all } => {
                    let (resource, ids, query) = (Input::of(resource), Input::of(ids), Fields::of(query));
                    let mut fetch = sized(size, |it: &mut bp_fetch, size| it.struct_size = size);
                    (fetch.resource, fetch.ids, fetch.all) = (resource.text(), ids.text(), u32::from(*all));
                    (fetch.query, fetch.query_count) = query.lent();
                    bp_call_start_fetch(client, &*fetch, &mut call, &mut error)
                }
                Operation::Options { resource, ids, all } => {
                    let (resource, ids) = (Input::of(resource), Input::of(ids));
                    let mut options = sized(size, |it: &mut bp_options, size| it.struct_size = size);
                    (options.resource, options.ids) = (resource.text(), ids.text());
                    options.all = u32::from(*all);
                    bp_call_start_options(client, &*options, &mut call, &mut error)
                }
                Operation::Request(request) => with_request(request, size, |request| {
                    bp_call_start_request(client, request, &mut call, &mut error)
                }),
                Operation::Batch(requests) => {
                    let mut batch = null_mut();
                    assert_eq!(bp_batch_new(&mut batch, null_mut()), bp_status::Ok);
                    for request in requests.iter().take(MOST_WRITES) {
                        let (status, error) = with_request(request, size, |request| {
                            let mut error = null_mut();
                            (bp_batch_add(batch, request, &mut error), error)
                        });
                        self.judge(status, error);
                    }
                    let mut options = sized(size, |it: &mut bp_batch_options, size| it.struct_size = size);
                    options.on_failure = u32::from(requests.len() % 2 == 0);
                    let options = if requests.len() % 3 == 0 { null() } else { &raw const *options };
                    let status = bp_call_start_batch(client, batch, options, &mut call, &mut error);
                    bp_batch_free(batch);
                    status
                }
                Operation::Task { name, arguments } => {
                    let (name, given) = (Input::of(name), Input::of(arguments));
                    bp_call_start_task(
                        client,
                        name.data(),
                        name.len(),
                        given.data(),
                        given.len(),
                        &mut call,
                        &mut error,
                    )
                }
                Operation::Push(text) => {
                    // As JSON, then as structures, with the text as whatever it can stand for.
                    let json = in_operation("push", text);
                    let status = bp_call_start_json(client, json.data(), json.len(), &mut call, &mut error);
                    self.started(status, call, error);
                    (call, error) = (null_mut(), null_mut());
                    let (text, mapping) = (Input::of(text), Input::known(MAPPING));
                    let (mut compiled, records) = (null_mut(), [text.text()]);
                    let told = bp_mapping_new(mapping.data(), mapping.len(), &mut compiled, null_mut());
                    assert_eq!(told, bp_status::Ok);
                    let mut push = sized(size, |it: &mut bp_push, size| it.struct_size = size);
                    (push.mapping, push.journal, push.write) = (compiled, text.text(), 1);
                    (push.records, push.record_count) = (records.as_ptr(), text.len() % 2);
                    push.window = u32::try_from(text.len()).unwrap_or_default();
                    let status = bp_call_start_push(client, &*push, &mut call, &mut error);
                    bp_mapping_free(compiled);
                    status
                }
                Operation::Pull(text) => {
                    let json = in_operation("pull", text);
                    let status = bp_call_start_json(client, json.data(), json.len(), &mut call, &mut error);
                    self.started(status, call, error);
                    (call, error) = (null_mut(), null_mut());
                    let (text, order) = (Input::of(text), Input::known("order"));
                    let mut resource = sized(size, |it: &mut bp_pull_resource, size| it.struct_size = size);
                    (resource.resource, resource.since, resource.deletes) = (order.text(), text.text(), 1);
                    resource.most_percent = u32::try_from(text.len()).unwrap_or_default();
                    let resources = [&raw const *resource];
                    let mut pull = sized(size, |it: &mut bp_pull, size| it.struct_size = size);
                    (pull.resources, pull.resource_count) = (resources.as_ptr(), 1);
                    if text.len() % 2 == 0 {
                        pull.state = text.text();
                    }
                    bp_call_start_pull(client, &*pull, &mut call, &mut error)
                }
            }
        };
        self.started(status, call, error);
    }
}

/// The text of an operation that has this text; NULL stays NULL.
fn in_operation(name: &str, text: &Text) -> Input {
    let Input { bytes, null } = Input::of(text);
    let within = |bytes: Box<[u8]>| [format!("{{\"{name}\":").as_bytes(), &bytes, b"}"].concat().into();
    Input { bytes: bytes.map(within), null }
}

/// Lends a request to a function, and takes it back.
fn with_request<R>(request: &Request, size: &Size, lend: impl FnOnce(*const bp_request) -> R) -> R {
    let Request { method, path, query, headers, body } = request;
    let (method, path, body) = (Input::of(method), Input::of(path), Input::of(body));
    let (query, headers) = (Fields::of(query), Fields::of(headers));
    let mut lent = sized(size, |it: &mut bp_request, size| it.struct_size = size);
    (lent.method, lent.path, lent.body) = (method.text(), path.text(), body.bytes());
    (lent.query, lent.query_count) = query.lent();
    (lent.headers, lent.header_count) = headers.lent();
    lend(&*lent)
}
