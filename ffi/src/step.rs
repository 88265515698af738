//! What a call says to do next.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

use brightpearl_core::{Exchange, Headers, Request, ShapedOutput, Step, WaitReason, is_loopback_host};

use crate::boundary::quietly;
use crate::data::bp_data;
use crate::ownership::lend;
use crate::page::bp_page;
use crate::reply::bp_reply;
use crate::resources::bp_resources;
use crate::sized::Growing;
use crate::status::{bp_step_kind, bp_wait_reason};
use crate::text::{OwnedFields, OwnedText, bp_bytes, bp_field, bp_text};

/// What to do next. Initialise it with `BP_INIT` once; each poll writes all of it. Everything that it points
/// to is borrowed until the next poll of the call, or until the call is freed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_step {
    /// `sizeof(bp_step)`.
    pub struct_size: usize,
    /// What to do; fields of other kinds are zero.
    pub kind: bp_step_kind,
    /// Which attempt at the request it is, from 1.
    pub attempt: u32,
    /// What the answer has to name. Unique within a client.
    pub exchange: u64,
    /// The verb, in capitals.
    pub method: bp_text,
    /// The absolute URL, already percent-encoded.
    pub url: bp_text,
    /// Header lines, credentials among them: do not log them.
    pub headers: *const bp_field,
    /// How many header lines.
    pub header_count: usize,
    /// The body; empty means none.
    pub body: bp_bytes,
    /// Milliseconds since the Unix epoch, on the program's own clock.
    pub wait_until: u64,
    /// What is waited for.
    pub wait_reason: bp_wait_reason,
    /// A page, or NULL.
    pub page: *const bp_page,
    /// Resources, or NULL.
    pub resources: *const bp_resources,
    /// A reply, or NULL.
    pub reply: *const bp_reply,
    /// Data, or NULL.
    pub data: *const bp_data,
    /// How many records a push takes now.
    pub feed_room: usize,
    /// Whole lines, each with its line feed.
    pub journal: bp_text,
    /// Whether the request to transmit fetches tokens. Its answer may be the only copy of a refresh token, for which the
    /// server has ended the one before: when the call is cancelled or fails, let this exchange end, answer it, and store
    /// what `bp_client_tokens` gives. Until it is answered or failed, or the call freed, other calls of the client do
    /// not log in.
    pub is_login: bool,
}

// SAFETY: the size comes first; zero fits numbers, pointers and both enumerations, which have a 0.
unsafe impl Growing for bp_step {}

/// Whether a header of this name may carry a credential, so that its value must not be shown or logged: any may that
/// is not known for something else, since the configuration can name the header of its token. True when `name` is no
/// text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_header_is_secret(name: *const c_char, name_len: usize) -> bool {
    // SAFETY: a text, or NULL with length 0.
    quietly(true, |scope| unsafe { scope.text(name, name_len, "name") }.map_or(true, Headers::is_secret))
}

/// Whether a host, as it stands in a URL, is the loopback host: `localhost`, `127.0.0.0/8`, `::1`, with brackets or
/// without. No proxy can reach it, so a transport goes there without one. False when `host` is not text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_host_is_loopback(host: *const c_char, host_len: usize) -> bool {
    // SAFETY: a text, or NULL with length 0.
    quietly(false, |scope| unsafe { scope.text(host, host_len, "host") }.is_ok_and(is_loopback_host))
}

impl bp_step {
    /// A step that says nothing.
    pub(crate) const BLANK: Self = Self {
        struct_size: size_of::<Self>(),
        kind: bp_step_kind::None,
        attempt: 0,
        exchange: 0,
        method: bp_text::NONE,
        url: bp_text::NONE,
        headers: ptr::null(),
        header_count: 0,
        body: bp_bytes::NONE,
        wait_until: 0,
        wait_reason: bp_wait_reason::Throttled,
        page: ptr::null(),
        resources: ptr::null(),
        reply: ptr::null(),
        data: ptr::null(),
        feed_room: 0,
        journal: bp_text::NONE,
        is_login: false,
    };
}

/// What the latest step lent, kept until the next.
#[derive(Debug)]
pub(crate) enum Lent {
    Send(LentExchange),
    Wait { until: u64, reason: WaitReason },
    Pending,
    Page(Arc<bp_page>),
    Resources(Arc<bp_resources>),
    Reply(Arc<bp_reply>),
    Data(bp_step_kind, Arc<bp_data>),
    Feed { room: usize },
    Journal(OwnedText),
    Done,
}

/// A request with texts that C can read.
#[derive(Debug)]
pub(crate) struct LentExchange {
    id: u64,
    attempt: u32,
    is_login: bool,
    method: OwnedText,
    url: OwnedText,
    headers: OwnedFields,
    /// For its body, and for wiping that.
    request: Request,
}

impl From<Step> for Lent {
    fn from(step: Step) -> Self {
        match step {
            Step::Send(exchange) => Self::Send(exchange.into()),
            Step::Wait { until, reason } => Self::Wait { until, reason },
            Step::Pending => Self::Pending,
            Step::Feed { room } => Self::Feed { room },
            Step::Output(output) => output.shaped().into(),
            Step::Done => Self::Done,
        }
    }
}

impl From<ShapedOutput> for Lent {
    fn from(output: ShapedOutput) -> Self {
        match output {
            ShapedOutput::Page(page) => Self::Page(Arc::new(bp_page::new(page))),
            ShapedOutput::Resources(resources) => Self::Resources(Arc::new(bp_resources::new(resources))),
            ShapedOutput::Reply(reply) => Self::Reply(Arc::new(bp_reply::new(reply))),
            ShapedOutput::Journal(lines) => Self::Journal(OwnedText::new(&lines)),
            ShapedOutput::Data(data) => Self::Data(data.kind.into(), Arc::new(bp_data::new(data))),
        }
    }
}

impl From<Exchange> for LentExchange {
    fn from(exchange: Exchange) -> Self {
        let Exchange { id, request, attempt, is_login } = exchange;
        Self {
            id,
            attempt,
            is_login,
            method: OwnedText::new(request.method.as_str()),
            url: OwnedText::new(&request.url),
            headers: OwnedFields::new(request.headers.iter()),
            request,
        }
    }
}

impl Lent {
    /// The step that points to what is lent.
    pub(crate) fn step(&self) -> bp_step {
        let blank = bp_step::BLANK;
        match self {
            Self::Send(exchange) => {
                let headers = exchange.headers.as_slice();
                bp_step {
                    kind: bp_step_kind::Send,
                    attempt: exchange.attempt,
                    is_login: exchange.is_login,
                    exchange: exchange.id,
                    method: exchange.method.lend(),
                    url: exchange.url.lend(),
                    headers: headers.as_ptr(),
                    header_count: headers.len(),
                    body: bp_bytes::of(&exchange.request.body),
                    ..blank
                }
            }
            Self::Wait { until, reason } => bp_step {
                kind: bp_step_kind::Wait,
                wait_until: *until,
                wait_reason: (*reason).into(),
                ..blank
            },
            Self::Pending => bp_step { kind: bp_step_kind::Pending, ..blank },
            Self::Page(page) => bp_step { kind: bp_step_kind::Page, page: lend(page), ..blank },
            Self::Resources(resources) => {
                bp_step { kind: bp_step_kind::Resources, resources: lend(resources), ..blank }
            }
            Self::Reply(reply) => bp_step { kind: bp_step_kind::Reply, reply: lend(reply), ..blank },
            Self::Data(kind, data) => bp_step { kind: *kind, data: lend(data), ..blank },
            Self::Feed { room } => bp_step { kind: bp_step_kind::Feed, feed_room: *room, ..blank },
            Self::Journal(lines) => bp_step { kind: bp_step_kind::Journal, journal: lines.lend(), ..blank },
            Self::Done => bp_step { kind: bp_step_kind::Done, ..blank },
        }
    }
}

#[cfg(test)]
mod tests {
    use brightpearl_core::Output;
    use brightpearl_core::flow::Records;

    use super::*;

    #[test]
    fn steps_of_flows_set_their_own_fields_and_no_others() {
        let feed = Lent::from(Step::Feed { room: 200 }).step();
        assert_eq!((feed.kind, feed.feed_room), (bp_step_kind::Feed, 200));
        assert!(feed.data.is_null() && feed.journal.data.is_null());

        let lent = Lent::from(Step::Output(Output::Journal("{}\n{}\n".to_owned())));
        let journal = lent.step();
        assert_eq!((journal.kind, journal.journal.len), (bp_step_kind::Journal, 6));
        // SAFETY: lent by what is still there, and NUL-terminated.
        let lines = unsafe { std::ffi::CStr::from_ptr(journal.journal.data) };
        assert_eq!(lines.to_str(), Ok("{}\n{}\n"));

        let lent = Lent::from(Step::Output(Output::Outcomes(Vec::new())));
        assert_eq!((lent.step().kind, lent.step().data.is_null()), (bp_step_kind::Outcomes, false));

        let none = Records { resource: "order".to_owned(), records: Vec::new() };
        let lent = Lent::from(Step::Output(Output::Records(none)));
        assert_eq!((lent.step().kind, lent.step().data.is_null()), (bp_step_kind::Records, false));
    }
}
