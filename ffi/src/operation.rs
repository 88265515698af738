//! What a call is to do, as C spells it. No rule of the API is judged here: the core does that.

use std::ffi::c_char;
use std::mem::offset_of;
use std::str::FromStr;

use brightpearl_core::operation::{Fetch, Operation, Options, Paging, Plan, Search, SingleRequest};
use brightpearl_core::{Error, IdSet, Method};

use crate::boundary::{Failure, create, guarded};
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::scope::Scope;
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::{bp_bytes, bp_field, bp_text};

/// How a search is paged.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_paging {
    /// As the client's configuration says.
    Default = 0,
    /// `firstResult` from 1 and `pageSize`.
    FirstResult = 1,
    /// `offset` from 0 and `limit`.
    Offset = 2,
}

/// When a fetch asks `OPTIONS` first, which of the ids exist.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_plan {
    /// When the ids come as ranges that would take several GETs.
    Auto = 0,
    /// Always, where the resource has it.
    Always = 1,
    /// Never: the ids are known to exist.
    Never = 2,
}

/// A single request of any kind. Initialise it with `BP_INIT`; fields left at zero are absent.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_request {
    /// `sizeof(bp_request)`.
    pub struct_size: usize,
    /// The verb: `GET`, `OPTIONS`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: bp_text,
    /// The path below the account, such as `order-service/order-type`, or a short name, with ids behind it or without:
    /// `order-type`, `order/1-3`. What is not known is sent as it is.
    pub path: bp_text,
    /// Query parameters, unescaped, in order.
    pub query: *const bp_field,
    /// How many of them.
    pub query_count: usize,
    /// Further headers, such as `If-Match`.
    pub headers: *const bp_field,
    /// How many of them.
    pub header_count: usize,
    /// The body in UTF-8, JSON unless a header says otherwise; empty means none.
    pub body: bp_bytes,
    /// Not 0: sending this PUT, PATCH or DELETE twice is the same as sending it once, so that it may be
    /// repeated when the outcome of an attempt is unknown.
    pub idempotent: u32,
    /// Not 0: sends the body although the catalogue finds it wrong, and a path that is much like a known one, for what is
    /// newer than this release.
    pub unchecked: u32,
}

/// A search, page by page, in order. Initialise it with `BP_INIT`; fields left at zero are absent.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_search {
    /// `sizeof(bp_search)`.
    pub struct_size: usize,
    /// The search's path, such as `order-service/order-search`, or the short name of what it finds, such as `order`.
    pub resource: bp_text,
    /// Filters, unescaped, in order; all must hold.
    pub filters: *const bp_field,
    /// How many of them.
    pub filter_count: usize,
    /// Result columns in order; none means the resource's own.
    pub columns: *const bp_text,
    /// How many of them.
    pub column_count: usize,
    /// Sort keys, such as `updatedOn` or `updatedOn.DESC`.
    pub sort: *const bp_text,
    /// How many of them.
    pub sort_count: usize,
    /// Stops after so many rows; 0 for all.
    pub limit: u64,
    /// The column that identifies a row, for dropping repeated rows; the catalogue's when absent.
    pub key: bp_text,
    /// Rows a page; 0 for the configuration's.
    pub page_size: u32,
    /// One of `bp_paging`.
    pub paging: u32,
    /// Not 0: sends names that this release does not know instead of refusing them, and a path that is much like a known
    /// one.
    pub unchecked: u32,
}

/// Resources by id, in the fewest GETs. Initialise it with `BP_INIT`; fields left at zero are absent.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_fetch {
    /// `sizeof(bp_fetch)`.
    pub struct_size: usize,
    /// The resource's path, such as `order-service/order`, or its short name, such as `order`. The ids go behind it, or
    /// where `{ids}` stands.
    pub resource: bp_text,
    /// The ids, such as `1-200,320`. Both NULL and an empty text are errors, and stand neither for all ids nor for none,
    /// unless `all` is set: then `ids` is left at zero.
    pub ids: bp_text,
    /// Query parameters such as `includeOptional`, unescaped, in order.
    pub query: *const bp_field,
    /// How many of them.
    pub query_count: usize,
    /// One of `bp_plan`.
    pub plan: u32,
    /// Most ids in one GET; 0 for the catalogue's limit.
    pub id_limit: u32,
    /// Not 0: asks for the whole list, where the resource allows that, instead of `ids`.
    pub all: u32,
}

/// The URIs that read an id set, as the server plans them. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_options {
    /// `sizeof(bp_options)`.
    pub struct_size: usize,
    /// The resource's path, such as `order-service/order`, or its short name, such as `order`.
    pub resource: bp_text,
    /// The ids, as in `bp_fetch`.
    pub ids: bp_text,
    /// Not 0: asks for everything, instead of `ids`.
    pub all: u32,
}

// SAFETY: the size comes first; the other fields are numbers, lengths and pointers, which zero fits.
unsafe impl Growing for bp_request {
    const FIRST_SIZE: usize = offset_of!(bp_request, unchecked);
}
// SAFETY: as above.
unsafe impl Growing for bp_search {}
// SAFETY: as above.
unsafe impl Growing for bp_fetch {}
// SAFETY: as above.
unsafe impl Growing for bp_options {}

/// Starts a single request. The operation is copied. On success `*call` is owned: free it with
/// `bp_call_free`. Nothing is sent until it is polled.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_request(
    client: *const bp_client,
    request: *const bp_request,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            Ok(Operation::Request(read_request(scope, sized::read(request, "request")?)?))
        })
    }
}

/// Starts a search. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_search(
    client: *const bp_client,
    search: *const bp_search,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { start(client, call, error, |scope| read_search(scope, sized::read(search, "search")?)) }
}

/// Starts a fetch by id. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_fetch(
    client: *const bp_client,
    fetch: *const bp_fetch,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { start(client, call, error, |scope| read_fetch(scope, sized::read(fetch, "fetch")?)) }
}

/// Starts an `OPTIONS`. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_options(
    client: *const bp_client,
    options: *const bp_options,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { start(client, call, error, |scope| read_options(scope, sized::read(options, "options")?)) }
}

/// Starts whatever a JSON text describes, in the form that all hosts share, such as
/// `{"search": {"resource": "order-service/order-search", "filters": [["orderTypeId", "1"]]}}`.
/// As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_json(
    client: *const bp_client,
    operation_json: *const c_char,
    operation_len: usize,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            Ok(Operation::from_json(scope.text(operation_json, operation_len, "operation_json")?)?)
        })
    }
}

/// # Safety
/// Each pointer is NULL or valid.
pub(crate) unsafe fn start(
    client: *const bp_client,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
    operation: impl for<'call> FnOnce(Scope<'call>) -> Result<Operation, Failure>,
) -> bp_status {
    // SAFETY: passed on to the caller.
    unsafe {
        guarded(error, |scope| {
            create(call, "call", || {
                let client = scope.handle(client, "client")?;
                Ok(bp_call::new(client.0.start(operation(scope)?)?))
            })
        })
    }
}

/// # Safety
/// The pointers in the structure are as its fields say; so for the other readers.
pub(crate) unsafe fn read_request(scope: Scope<'_>, request: bp_request) -> Result<SingleRequest, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        let body = request.body;
        Ok(SingleRequest {
            method: read_method(scope.text_of(request.method, "request.method")?)?,
            path: scope.text_of(request.path, "request.path")?.to_owned(),
            query: read_fields(scope, request.query, request.query_count, "request.query")?,
            headers: read_fields(scope, request.headers, request.header_count, "request.headers")?,
            body: scope.text(body.data.cast(), body.len, "request.body")?.to_owned(),
            idempotent: request.idempotent != 0,
            unchecked: request.unchecked != 0,
        })
    }
}

unsafe fn read_search(scope: Scope<'_>, search: bp_search) -> Result<Operation, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        Ok(Operation::Search(Search {
            resource: scope.text_of(search.resource, "search.resource")?.to_owned(),
            filters: read_fields(scope, search.filters, search.filter_count, "search.filters")?,
            columns: read_texts(scope, search.columns, search.column_count, "search.columns")?,
            sort: read_texts(scope, search.sort, search.sort_count, "search.sort")?,
            page_size: (search.page_size != 0).then_some(search.page_size),
            paging: read_paging(search.paging)?,
            limit: (search.limit != 0).then_some(search.limit),
            key: read_optional(scope, search.key, "search.key")?.map(str::to_owned),
            unchecked: search.unchecked != 0,
        }))
    }
}

unsafe fn read_fetch(scope: Scope<'_>, fetch: bp_fetch) -> Result<Operation, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        Ok(Operation::Fetch(Fetch {
            resource: scope.text_of(fetch.resource, "fetch.resource")?.to_owned(),
            ids: read_ids(scope, fetch.ids, fetch.all, "fetch")?,
            query: read_fields(scope, fetch.query, fetch.query_count, "fetch.query")?,
            plan: read_plan(fetch.plan)?,
            id_limit: (fetch.id_limit != 0).then_some(fetch.id_limit),
        }))
    }
}

unsafe fn read_options(scope: Scope<'_>, options: bp_options) -> Result<Operation, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        Ok(Operation::Options(Options {
            resource: scope.text_of(options.resource, "options.resource")?.to_owned(),
            ids: read_ids(scope, options.ids, options.all, "options")?,
        }))
    }
}

fn read_method(name: &str) -> Result<Method, Failure> {
    Method::from_str(name).map_err(|()| {
        let known: Vec<&str> = Method::ALL.into_iter().map(Method::as_str).collect();
        Error::validation(
            "request.method",
            format!("there is no verb {name:?}; expected one of {}", known.join(", ")),
        )
        .into()
    })
}

fn read_paging(number: u32) -> Result<Option<Paging>, Failure> {
    const DEFAULT: u32 = bp_paging::Default as u32;
    const FIRST_RESULT: u32 = bp_paging::FirstResult as u32;
    const OFFSET: u32 = bp_paging::Offset as u32;
    match number {
        DEFAULT => Ok(None),
        FIRST_RESULT => Ok(Some(Paging::FirstResult)),
        OFFSET => Ok(Some(Paging::Offset)),
        _ => Err(no_such_number("search.paging", number, "bp_paging")),
    }
}

fn read_plan(number: u32) -> Result<Plan, Failure> {
    const AUTO: u32 = bp_plan::Auto as u32;
    const ALWAYS: u32 = bp_plan::Always as u32;
    const NEVER: u32 = bp_plan::Never as u32;
    match number {
        AUTO => Ok(Plan::Auto),
        ALWAYS => Ok(Plan::Always),
        NEVER => Ok(Plan::Never),
        _ => Err(no_such_number("fetch.plan", number, "bp_plan")),
    }
}

pub(crate) fn no_such_number(field: &str, number: u32, enumeration: &str) -> Failure {
    Error::validation(field, format!("there is no {number} in {enumeration}; expected one of its constants"))
        .into()
}

/// No ids must not pass for all of them: they may come from a variable that is not set.
unsafe fn read_ids(
    scope: Scope<'_>,
    ids: bp_text,
    all: u32,
    structure: &str,
) -> Result<Option<IdSet>, Failure> {
    let argument = format!("{structure}.ids");
    // SAFETY: passed on to the caller.
    let text = unsafe { read_optional(scope, ids, &argument) }?;
    match (text, all) {
        (None, 0) => Err(Failure::no_ids(structure)),
        (None, _) => Ok(None),
        (Some(text), 0) => {
            let place = |error: &Error| error.location().map(|place| format!("{place} of {argument}"));
            let ids = IdSet::parse(text).map_err(|error| match place(&error) {
                Some(place) => error.at(place),
                None => error,
            })?;
            Ok(Some(ids))
        }
        (Some(_), _) => Err(Error::validation(
            format!("{structure}.all"),
            format!("{structure}.all is set and there are {argument}; expected one of them"),
        )
        .into()),
    }
}

pub(crate) unsafe fn read_optional<'call>(
    scope: Scope<'call>,
    text: bp_text,
    argument: &str,
) -> Result<Option<&'call str>, Failure> {
    if text.data.is_null() && text.len == 0 {
        return Ok(None);
    }
    // SAFETY: passed on to the caller.
    unsafe { scope.text_of(text, argument) }.map(Some)
}

unsafe fn read_texts(
    scope: Scope<'_>,
    texts: *const bp_text,
    count: usize,
    argument: &str,
) -> Result<Vec<String>, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        let texts = scope.items(texts, count, argument)?.iter().enumerate();
        texts
            .map(|(index, text)| scope.present(*text, &format!("{argument}[{index}]")).map(str::to_owned))
            .collect()
    }
}

/// # Safety
/// As [`Scope::items`], for the array and for each text in it.
pub(crate) unsafe fn read_fields(
    scope: Scope<'_>,
    fields: *const bp_field,
    count: usize,
    argument: &str,
) -> Result<Vec<(String, String)>, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        let fields = scope.items(fields, count, argument)?.iter().enumerate();
        fields
            .map(|(index, field)| {
                let name = scope.present(field.name, &format!("{argument}[{index}].name"))?;
                let value = scope.present(field.value, &format!("{argument}[{index}].value"))?;
                Ok((name.to_owned(), value.to_owned()))
            })
            .collect()
    }
}
