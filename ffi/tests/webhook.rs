//! Webhooks through the C functions: their structures say all that the vectors expect, and free what they lend.

use std::path::Path;
use std::ptr::{null, null_mut};
use std::{fs, slice};

use crate::hands::*;
use brightpearl::*;
use serde_json::{Map, Value, json};

fn text(text: &str) -> bp_text {
    bp_text { data: text.as_ptr().cast(), len: text.len() }
}

fn member<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is a text"))
}

/// The questions of a vector with what is expected.
fn asked(vector: &str, question: &str) -> Vec<(Value, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/functions");
    let vector: Value = serde_json::from_str(&fs::read_to_string(folder.join(vector)).unwrap()).unwrap();
    let mut found = Vec::new();
    for call in vector["calls"].as_array().unwrap() {
        let asked: Value = serde_json::from_str(member(&call["ask"], "question")).unwrap();
        if let Some(arguments) = asked.get(question) {
            found.push((arguments.clone(), call["expect"].clone()));
        }
    }
    assert!(!found.is_empty(), "{question}: no questions");
    found
}

/// What went wrong, as the vectors have it, as far as the C functions say the same of it.
fn failure(error: *mut bp_error) -> Value {
    let (kind, location) = told(error);
    assert!(matches!(kind, bp_status::Validation | bp_status::Protocol));
    json!({"error": location})
}

fn expected(expect: &Value) -> Value {
    match expect.get("error") {
        Some(error) => json!({"error": error["location"]}),
        None => expect["value"].clone(),
    }
}

unsafe fn receiver_of(json: &str, error: *mut *mut bp_error) -> *mut bp_webhook_receiver {
    let mut receiver = null_mut();
    // SAFETY: a text and places of our own.
    unsafe { bp_webhook_receiver_new(json.as_ptr().cast(), json.len(), &mut receiver, error) };
    receiver
}

unsafe fn findings_of(receiver: *const bp_webhook_receiver) -> Value {
    // SAFETY: a receiver of our own.
    unsafe {
        let count = bp_webhook_receiver_finding_count(receiver);
        assert!(bp_webhook_receiver_finding(receiver, count).is_null());
        let findings = (0..count).map(|index| {
            let finding = &*bp_webhook_receiver_finding(receiver, index);
            let severity = std::ffi::CStr::from_ptr(bp_severity_name(finding.severity as i32));
            json!({"pointer": words(finding.pointer), "severity": severity.to_str().unwrap(),
                "message": words(finding.message)})
        });
        findings.collect()
    }
}

unsafe fn notification_of(notification: &bp_notification) -> Value {
    let mut object = Map::new();
    for (name, value) in [
        ("key", notification.key),
        ("account", notification.account),
        ("event", notification.event),
        ("resource_type", notification.resource_type),
        ("lifecycle", notification.lifecycle),
        ("ids", notification.ids),
    ] {
        object.insert(name.to_owned(), words(value).into());
    }
    object.insert("raised_ms".to_owned(), notification.raised_ms.into());
    object.insert("received_ms".to_owned(), notification.received_ms.into());
    if !notification.brightpearl_version.data.is_null() {
        object.insert("brightpearl_version".to_owned(), words(notification.brightpearl_version).into());
    }
    // SAFETY: lent with their number.
    let remarks = unsafe { slice::from_raw_parts(notification.remarks, notification.remark_count) };
    if !remarks.is_empty() {
        object.insert("remarks".to_owned(), remarks.iter().map(|remark| words(*remark)).collect());
    }
    let told = Value::Object(object);
    assert_eq!(serde_json::from_str::<Value>(&words(notification.json)).unwrap(), told);
    told
}

unsafe fn receipt_of(receipt: *const bp_webhook_receipt) -> Value {
    // SAFETY: a receipt of our own.
    unsafe {
        let status = bp_webhook_receipt_status(receipt);
        let notification = bp_webhook_receipt_notification(receipt);
        let refusal = bp_webhook_receipt_refusal(receipt);
        assert_ne!(notification.is_null(), refusal.is_null());
        if let Some(notification) = notification.as_ref() {
            return json!({"notification": notification_of(notification), "status": status,
                "status_unless_stored": bp_webhook_receipt_status_unless_stored(receipt),
                "secret": bp_webhook_receipt_secret(receipt)});
        }
        assert_eq!(bp_webhook_receipt_status_unless_stored(receipt), status);
        let name = std::ffi::CStr::from_ptr(bp_unaccepted_name((*refusal).reason as i32));
        json!({"refused": name.to_str().unwrap(), "message": words((*refusal).message), "status": status})
    }
}

#[test]
fn a_request_is_told_as_the_vectors_have_it() {
    for (asked, expect) in asked("webhook-receive.json", "receive_webhook") {
        let written: Value = serde_json::from_str(member(&asked, "request")).unwrap_or_default();
        if written["body_base64"].is_string() || !written["url"].is_string() {
            // What cannot be said by the structure, or is bytes in another form.
            continue;
        }
        let body = written["body"].as_str().unwrap_or_default();
        let mut request = sized(|request: &mut bp_webhook_request, size| request.struct_size = size);
        (request.method, request.url) = (text(member(&written, "method")), text(member(&written, "url")));
        request.body = bp_bytes { data: body.as_ptr(), len: body.len() };
        // SAFETY: structures and places of our own.
        let told = unsafe {
            let mut error = null_mut();
            let receiver = receiver_of(member(&asked, "receiver"), &mut error);
            if receiver.is_null() {
                failure(error)
            } else {
                let mut receipt = null_mut();
                let now = asked["now"].as_u64().unwrap();
                bp_webhook_receive(receiver, &request, now, &mut receipt, null_mut());
                let told = receipt_of(receipt);
                bp_webhook_receiver_free(receiver);
                bp_webhook_receipt_free(receipt);
                told
            }
        };
        assert_eq!(told, expected(&expect));
    }
}

#[test]
fn findings_are_told_as_the_vectors_have_them() {
    for (asked, expect) in asked("webhook-plan.json", "check_webhooks") {
        // SAFETY: a text and places of our own.
        let told = unsafe {
            let mut error = null_mut();
            let receiver = receiver_of(member(&asked, "receiver"), &mut error);
            let told = if receiver.is_null() { failure(error) } else { findings_of(receiver) };
            bp_webhook_receiver_free(receiver);
            told
        };
        assert_eq!(told, expected(&expect));
    }
}

#[test]
fn a_plan_is_told_as_the_vectors_have_it() {
    for (asked, expect) in asked("webhook-plan.json", "plan_webhooks") {
        let (account, registered) = (member(&asked, "account"), member(&asked, "registered"));
        // SAFETY: texts and places of our own.
        let told = unsafe {
            let mut error = null_mut();
            let receiver = receiver_of(member(&asked, "receiver"), &mut error);
            let mut plan = null_mut();
            if !receiver.is_null() {
                bp_webhook_plan_new(
                    receiver,
                    account.as_ptr().cast(),
                    account.len(),
                    registered.as_ptr().cast(),
                    registered.len(),
                    &mut plan,
                    &mut error,
                );
            }
            let told = if plan.is_null() {
                failure(error)
            } else {
                let mut told = plan_of(plan);
                told["findings"] = findings_of(receiver);
                told
            };
            bp_webhook_plan_free(plan);
            bp_webhook_receiver_free(receiver);
            told
        };
        assert_eq!(told, expected(&expect));
    }
}

unsafe fn plan_of(plan: *const bp_webhook_plan) -> Value {
    // SAFETY: a plan of our own.
    unsafe {
        let create = (0..bp_webhook_plan_create_count(plan)).map(|index| {
            let creation = &*bp_webhook_plan_create(plan, index);
            json!({"event": words(creation.event), "body": words(creation.body)})
        });
        let remove = (0..bp_webhook_plan_remove_count(plan)).map(|index| {
            let removal = &*bp_webhook_plan_remove(plan, index);
            let reason = std::ffi::CStr::from_ptr(bp_removal_reason_name(removal.reason as i32));
            json!({"id": removal.id, "event": words(removal.event), "reason": reason.to_str().unwrap()})
        });
        let (create, remove): (Value, Value) = (create.collect(), remove.collect());
        let (mut kept, mut foreign) = (0, 0);
        let keep = bp_webhook_plan_kept(plan, &mut kept);
        let others = bp_webhook_plan_foreign(plan, &mut foreign);
        json!({"create": create, "remove": remove, "keep": slice::from_raw_parts(keep, kept),
            "foreign": slice::from_raw_parts(others, foreign)})
    }
}

#[test]
fn notifications_come_to_what_the_vectors_have() {
    for (asked, expect) in asked("webhook-coalesce.json", "coalesce_notifications") {
        let list = |name: &str| -> Vec<Value> {
            serde_json::from_str(member(&asked, name)).unwrap_or_else(|_| vec![json!("no list")])
        };
        let stored: Vec<String> = list("notifications").iter().map(Value::to_string).collect();
        let settled: Vec<String> =
            list("settled").iter().map(|key| key.as_str().unwrap_or_default().to_owned()).collect();
        let lent = |texts: &[String]| texts.iter().map(|one| text(one)).collect::<Vec<_>>();
        let (notifications, keys) = (lent(&stored), lent(&settled));
        let (mut coalesced, mut error) = (null_mut(), null_mut());
        // SAFETY: texts and places of our own.
        unsafe {
            bp_notifications_coalesce(
                notifications.as_ptr(),
                notifications.len(),
                keys.as_ptr(),
                keys.len(),
                &mut coalesced,
                &mut error,
            );
            if coalesced.is_null() {
                assert!(expect.get("error").is_some());
                assert_eq!(failure(error), json!({"error": "notifications[0]"}));
            } else if expect.get("error").is_none() {
                assert_eq!(coalesced_of(coalesced), expect["value"]);
            }
            bp_coalesced_free(coalesced);
        }
    }
}

unsafe fn coalesced_of(coalesced: *const bp_coalesced) -> Value {
    // SAFETY: ours.
    unsafe {
        let reads = (0..bp_coalesced_read_count(coalesced)).map(|index| {
            let read = &*bp_coalesced_read(coalesced, index);
            let keys = slice::from_raw_parts(read.keys, read.key_count).iter().map(|key| words(*key));
            let mut told = json!({"account": words(read.account), "resource": words(read.resource),
                "path": words(read.path), "ids": words(read.ids), "destroyed": words(read.destroyed),
                "first_raised_ms": read.first_raised_ms, "last_raised_ms": read.last_raised_ms,
                "keys": keys.collect::<Vec<_>>()});
            assert_eq!(read.then_resource.data.is_null(), read.then_member.data.is_null());
            if !read.then_resource.data.is_null() {
                told["then"] = json!([words(read.then_resource), words(read.then_member)]);
            }
            told
        });
        let reads: Value = reads.collect();
        let unreadable = (0..bp_coalesced_unreadable_count(coalesced))
            .map(|index| notification_of(&*bp_coalesced_unreadable(coalesced, index)));
        let unreadable: Value = unreadable.collect();
        let duplicates = (0..bp_coalesced_duplicate_count(coalesced))
            .map(|index| words(bp_coalesced_duplicate(coalesced, index)));
        json!({"reads": reads, "unreadable": unreadable, "duplicates": duplicates.collect::<Vec<_>>()})
    }
}

#[test]
fn null_is_nothing_or_refused_by_its_name() {
    // SAFETY: NULL, and places of our own.
    unsafe {
        let mut error = null_mut();
        bp_webhook_receive(null(), null(), 0, &mut null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "receiver".to_owned()));
        bp_webhook_receiver_new(null(), 0, null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "receiver".to_owned()));
        bp_webhook_plan_new(null(), null(), 0, null(), 0, &mut null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "receiver".to_owned()));
        let none = bp_text { data: null(), len: 0 };
        bp_notifications_coalesce(&none, 1, null(), 0, &mut null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "notifications[0]".to_owned()));
        assert!(bp_webhook_receiver_finding(null(), 0).is_null());
        assert!(bp_webhook_receipt_notification(null()).is_null());
        assert!(bp_webhook_receipt_refusal(null()).is_null());
        assert_eq!(bp_webhook_receipt_status(null()), 0);
        assert_eq!(bp_webhook_receipt_status_unless_stored(null()), 0);
        assert_eq!(bp_webhook_receipt_secret(null()), 0);
        assert_eq!(bp_webhook_receiver_finding_count(null()), 0);
        assert_eq!(bp_webhook_plan_create_count(null()) + bp_webhook_plan_remove_count(null()), 0);
        let mut count = 9;
        assert!(bp_webhook_plan_kept(null(), &mut count).is_null() && count == 0);
        assert!(bp_webhook_plan_foreign(null(), null_mut()).is_null());
        assert_eq!(bp_coalesced_read_count(null()) + bp_coalesced_unreadable_count(null()), 0);
        assert!(bp_coalesced_duplicate(null(), 0).data.is_null());
        bp_webhook_receiver_free(null_mut());
        bp_webhook_receipt_free(null_mut());
        bp_webhook_plan_free(null_mut());
        bp_coalesced_free(null_mut());
    }
}
