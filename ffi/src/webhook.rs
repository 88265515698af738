//! Webhooks: whether a request is a genuine notification, what it says, and what to answer.

use std::ffi::c_char;
use std::ptr;

use brightpearl_core::webhook::{
    Notification, Receipt, ReceivedRequest, SubscriptionFinding, Unaccepted, WebhookReceiver,
};

use crate::boundary::{create, guarded, peek, release};
use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::sized::{self, Growing};
use crate::status::{bp_severity, bp_status, bp_unaccepted};
use crate::text::{OwnedText, OwnedTexts, bp_bytes, bp_text, lend_option};

/// Who may send notifications, and what they look like. It does not change, so several threads may use it at once.
#[derive(Debug)]
pub struct bp_webhook_receiver {
    pub(crate) receiver: WebhookReceiver,
    findings: Vec<OwnedFinding>,
}

impl Handle for bp_webhook_receiver {
    type Kept = Sole;
}

/// Something that is wrong with a declared subscription, or doubtful about it. The library makes these; later releases
/// may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_webhook_finding {
    /// Where it stands in the declaration: a JSON Pointer.
    pub pointer: bp_text,
    /// Whether it can be registered all the same.
    pub severity: bp_severity,
    /// What was found, and what was expected.
    pub message: bp_text,
}

/// A request that came in. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_webhook_request {
    /// `sizeof(bp_webhook_request)`.
    pub struct_size: usize,
    /// The verb, in any case.
    pub method: bp_text,
    /// The path and query that Brightpearl called, or the whole address, still percent-encoded. Where a proxy takes a part
    /// of the path away, put it back.
    pub url: bp_text,
    /// The body. Anything may stand in here.
    pub body: bp_bytes,
}

// SAFETY: the size comes first; the other fields are lengths and pointers, which zero fits.
unsafe impl Growing for bp_webhook_request {}

/// A notification whose secret was right: a hint to read again, and no proof of anything. The library makes these; later
/// releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_notification {
    /// Equal for repetitions of the same notification, which Brightpearl may send.
    pub key: bp_text,
    /// The account that it is about.
    pub account: bp_text,
    /// What happened, such as `goods-out-note.modified.shipped`.
    pub event: bp_text,
    /// What it happened to, such as `goods-out-note`.
    pub resource_type: bp_text,
    /// `created`, `modified` or `destroyed`.
    pub lifecycle: bp_text,
    /// The ids as an id set, such as `1,5-7`.
    pub ids: bp_text,
    /// When it happened, as Brightpearl says; when it was received, where it does not.
    pub raised_ms: u64,
    /// When it was received.
    pub received_ms: u64,
    /// Brightpearl's version; no text where the templates do not have it.
    pub brightpearl_version: bp_text,
    /// What is odd about it, in words.
    pub remarks: *const bp_text,
    /// How many remarks.
    pub remark_count: usize,
    /// All of this as the text of a JSON object in one line, to be stored: `bp_notifications_coalesce` takes it.
    pub json: bp_text,
}

/// Why a request is not taken. The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_webhook_refusal {
    /// Why.
    pub reason: bp_unaccepted,
    /// The same in words, without anything that came in but names.
    pub message: bp_text,
}

/// What came of a request: a notification or a refusal, and what to answer.
#[derive(Debug)]
pub struct bp_webhook_receipt(ReceiptLent);

impl Handle for bp_webhook_receipt {
    type Kept = Sole;
}

#[derive(Debug)]
enum ReceiptLent {
    Accepted { notification: Box<OwnedNotification>, status: u16, status_unless_stored: u16, secret: usize },
    Refused { _message: OwnedText, refusal: bp_webhook_refusal, status: u16 },
}

/// Reads who may send notifications: the text of a JSON object with `accounts` (an array of objects with `account` and
/// `secrets`, the one that is registered first, the one before it second), `public_url`, `subscriptions` (events, resource
/// types, or objects with the API's own members, whose `uriTemplate` has `${secret}`) and as it is wanted `largest_body`
/// in bytes. `BP_STATUS_VALIDATION` at what is invalid; what is wrong with a subscription is among the findings. On
/// success `*receiver` is owned: free it with `bp_webhook_receiver_free`. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receiver_new(
    receiver_json: *const c_char,
    receiver_len: usize,
    receiver: *mut *mut bp_webhook_receiver,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(receiver, "receiver", || {
                let json = scope.text(receiver_json, receiver_len, "receiver_json")?;
                let receiver = WebhookReceiver::from_json(json)?;
                let findings = receiver.findings().iter().map(OwnedFinding::new).collect();
                Ok(bp_webhook_receiver { receiver, findings })
            })
        })
    }
}

/// Frees a receiver, and overwrites its secrets; NULL is ignored. Any thread, once no other uses the receiver any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receiver_free(receiver: *mut bp_webhook_receiver) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(receiver) }
}

/// How many things are wrong with the declared subscriptions, or doubtful about them; 0 when `receiver` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receiver_finding_count(receiver: *const bp_webhook_receiver) -> usize {
    // SAFETY: NULL or a valid receiver.
    unsafe { peek(receiver, 0, |receiver| Some(receiver.findings.len())) }
}

/// One of them, in the order of the declaration; it lives as long as the receiver. NULL when there are not so many. What
/// has the severity of an error is not registered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receiver_finding(
    receiver: *const bp_webhook_receiver,
    index: usize,
) -> *const bp_webhook_finding {
    // SAFETY: NULL or a valid receiver.
    unsafe {
        peek(receiver, ptr::null(), |receiver| {
            receiver.findings.get(index).map(|owned| ptr::from_ref(&owned.lent))
        })
    }
}

/// Reads a request that came in at `now_ms`. Whatever is wrong with the request is a refusal, and no error of this
/// function. Secrets are compared in a time that depends on their lengths alone. On success `*receipt` is owned: free it
/// with `bp_webhook_receipt_free`. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receive(
    receiver: *const bp_webhook_receiver,
    request: *const bp_webhook_request,
    now_ms: u64,
    receipt: *mut *mut bp_webhook_receipt,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(receipt, "receipt", || {
                let receiver = scope.handle(receiver, "receiver")?;
                let request = sized::read(request, "request")?;
                let received = ReceivedRequest {
                    method: scope.text_of(request.method, "request.method")?,
                    url: scope.text_of(request.url, "request.url")?,
                    body: scope.items(request.body.data, request.body.len, "request.body")?,
                };
                Ok(bp_webhook_receipt(ReceiptLent::new(receiver.receiver.receive(&received, now_ms))))
            })
        })
    }
}

/// Frees a receipt with its notification; NULL is ignored. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receipt_free(receipt: *mut bp_webhook_receipt) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(receipt) }
}

/// The notification: store it, then answer. It lives as long as the receipt. NULL when the request is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receipt_notification(
    receipt: *const bp_webhook_receipt,
) -> *const bp_notification {
    // SAFETY: NULL or a valid receipt.
    unsafe {
        peek(receipt, ptr::null(), |receipt| match &receipt.0 {
            ReceiptLent::Accepted { notification, .. } => Some(ptr::from_ref(notification.lent())),
            ReceiptLent::Refused { .. } => None,
        })
    }
}

/// Why the request is not taken; it lives as long as the receipt. NULL when it is taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receipt_refusal(
    receipt: *const bp_webhook_receipt,
) -> *const bp_webhook_refusal {
    // SAFETY: NULL or a valid receipt.
    unsafe {
        peek(receipt, ptr::null(), |receipt| match &receipt.0 {
            ReceiptLent::Accepted { .. } => None,
            ReceiptLent::Refused { refusal, .. } => Some(ptr::from_ref(refusal)),
        })
    }
}

/// The status to answer: of a notification, once it is stored; of a refusal, at once. 0 when `receipt` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receipt_status(receipt: *const bp_webhook_receipt) -> u16 {
    // SAFETY: NULL or a valid receipt.
    unsafe {
        peek(receipt, 0, |receipt| match receipt.0 {
            ReceiptLent::Accepted { status, .. } | ReceiptLent::Refused { status, .. } => Some(status),
        })
    }
}

/// The status to answer when a notification cannot be stored, for which Brightpearl sends it again; that of a refusal is
/// the same as `bp_webhook_receipt_status`. 0 when `receipt` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receipt_status_unless_stored(receipt: *const bp_webhook_receipt) -> u16 {
    // SAFETY: NULL or a valid receipt.
    unsafe {
        peek(receipt, 0, |receipt| match receipt.0 {
            ReceiptLent::Accepted { status_unless_stored, .. } => Some(status_unless_stored),
            ReceiptLent::Refused { status, .. } => Some(status),
        })
    }
}

/// Which of the account's secrets a notification came with, from 0: when the second one has not come for long, it can go.
/// 0 when the request is refused, and when `receipt` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_receipt_secret(receipt: *const bp_webhook_receipt) -> usize {
    // SAFETY: NULL or a valid receipt.
    unsafe {
        peek(receipt, 0, |receipt| match receipt.0 {
            ReceiptLent::Accepted { secret, .. } => Some(secret),
            ReceiptLent::Refused { .. } => None,
        })
    }
}

impl ReceiptLent {
    fn new(receipt: Receipt) -> Self {
        match receipt {
            Receipt::Accepted { notification, status, status_unless_stored, secret } => Self::Accepted {
                notification: Box::new(OwnedNotification::new(&notification)),
                status,
                status_unless_stored,
                secret,
            },
            Receipt::Refused { refused, message, status } => Self::refused(refused, &message, status),
        }
    }

    fn refused(refused: Unaccepted, message: &str, status: u16) -> Self {
        let message = OwnedText::new(message);
        let refusal = bp_webhook_refusal { reason: refused.into(), message: message.lend() };
        Self::Refused { _message: message, refusal, status }
    }
}

/// A notification of our own, to lend out.
#[derive(Debug)]
pub(crate) struct OwnedNotification {
    /// Keep alive what `lent` points to.
    _texts: Vec<OwnedText>,
    _remarks: OwnedTexts,
    lent: bp_notification,
}

impl OwnedNotification {
    pub(crate) fn new(notification: &Notification) -> Self {
        let ids = notification.ids.to_string();
        let json = notification.to_json();
        let texts = [
            &notification.key,
            &notification.account,
            &notification.event,
            &notification.resource_type,
            &notification.lifecycle,
            &ids,
            &json,
        ];
        let [key, account, event, resource_type, lifecycle, ids, json] =
            texts.map(|text| OwnedText::new(text));
        let version = notification.brightpearl_version.as_deref().map(OwnedText::new);
        let remarks = OwnedTexts::new(&notification.remarks);
        let lent = bp_notification {
            key: key.lend(),
            account: account.lend(),
            event: event.lend(),
            resource_type: resource_type.lend(),
            lifecycle: lifecycle.lend(),
            ids: ids.lend(),
            raised_ms: notification.raised_ms,
            received_ms: notification.received_ms,
            brightpearl_version: lend_option(version.as_ref()),
            remarks: remarks.as_slice().as_ptr(),
            remark_count: remarks.as_slice().len(),
            json: json.lend(),
        };
        let mut texts = vec![key, account, event, resource_type, lifecycle, ids, json];
        texts.extend(version);
        Self { _texts: texts, _remarks: remarks, lent }
    }

    pub(crate) fn lent(&self) -> &bp_notification {
        &self.lent
    }
}

/// A finding of our own, to lend out.
#[derive(Debug)]
struct OwnedFinding {
    /// Keep alive what `lent` points to.
    _texts: [OwnedText; 2],
    lent: bp_webhook_finding,
}

impl OwnedFinding {
    fn new(finding: &SubscriptionFinding) -> Self {
        let texts = [&finding.pointer, &finding.message].map(|text| OwnedText::new(text));
        let [pointer, message] = &texts;
        let lent = bp_webhook_finding {
            pointer: pointer.lend(),
            severity: finding.severity.into(),
            message: message.lend(),
        };
        Self { _texts: texts, lent }
    }
}
