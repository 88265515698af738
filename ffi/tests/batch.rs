//! Batches and tasks through the C functions, as far as it does not take an account to see it.

use std::ptr::{null, null_mut};

use crate::hands::*;
use brightpearl::*;

fn request(method: &'static str, path: &'static str) -> bp_request {
    let text = |text: &'static str| bp_text { data: text.as_ptr().cast(), len: text.len() };
    let mut request = sized(|request: &mut bp_request, size| request.struct_size = size);
    (request.method, request.path) = (text(method), text(path));
    request
}

fn options() -> bp_batch_options {
    sized(|options: &mut bp_batch_options, size| options.struct_size = size)
}

#[test]
fn a_batch_collects_requests_and_refuses_what_is_none() {
    // SAFETY: handles and places of our own, and NULL.
    unsafe {
        let (mut batch, mut error) = (null_mut(), null_mut());
        bp_batch_new(null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "batch".to_owned()));
        assert_eq!(bp_batch_new(&mut batch, &mut error), bp_status::Ok);
        let write = request("POST", "order-service/order/7/note");
        assert_eq!(bp_batch_add(batch, &write, &mut error), bp_status::Ok);
        bp_batch_add(batch, &request("BREW", "order-service/order"), &mut error);
        assert_eq!(told(error), (bp_status::Validation, "request.method".to_owned()));
        bp_batch_add(batch, null(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "request".to_owned()));
        bp_batch_add(null_mut(), &write, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "batch".to_owned()));
        assert_eq!(bp_batch_count(batch), 1, "what was refused is not in it");
        bp_batch_free(batch);
    }
}

#[test]
fn options_outside_their_enumerations_are_told() {
    let client = client();
    // SAFETY: handles and places of our own, and NULL.
    unsafe {
        let (mut batch, mut call, mut error) = (null_mut(), null_mut(), null_mut());
        bp_batch_new(&mut batch, null_mut());
        bp_batch_add(batch, &request("DELETE", "order-service/order/7/row/8"), null_mut());
        let wrong = [
            (bp_batch_options { order: 2, ..options() }, "options.order"),
            (bp_batch_options { on_failure: u32::MAX, ..options() }, "options.on_failure"),
            (bp_batch_options { packing: 3, ..options() }, "options.packing"),
        ];
        for (options, place) in wrong {
            bp_call_start_batch(client, batch, &options, &mut call, &mut error);
            assert_eq!(told(error), (bp_status::Validation, place.to_owned()));
        }
        let forgotten = bp_batch_options { struct_size: 0, ..options() };
        bp_call_start_batch(client, batch, &forgotten, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::Misuse, "options.struct_size".to_owned()));
        bp_call_start_batch(client, null(), null(), &mut call, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "batch".to_owned()));
        assert!(call.is_null());
        bp_batch_free(batch);
        bp_client_free(client);
    }
}

#[test]
fn a_task_says_which_of_its_texts_is_wrong() {
    let client = client();
    // SAFETY: handles, texts and places of our own, and NULL.
    unsafe {
        let (mut call, mut error) = (null_mut(), null_mut());
        let name = "create-sales-order";
        let mut start = |name: &[u8], arguments: &[u8], error| {
            bp_call_start_task(
                client,
                name.as_ptr().cast(),
                name.len(),
                arguments.as_ptr().cast(),
                arguments.len(),
                &mut call,
                error,
            )
        };
        start(name.as_bytes(), b"{\"customerId\":", &mut error);
        assert_eq!(told(error), (bp_status::Validation, "arguments".to_owned()));
        start(name.as_bytes(), b"\xff", &mut error);
        assert_eq!(told(error), (bp_status::BadUtf8, "byte 0 of arguments_json".to_owned()));
        start(b"\xff", b"", &mut error);
        assert_eq!(told(error), (bp_status::BadUtf8, "byte 0 of name".to_owned()));
        bp_call_start_task(client, null(), 3, null(), 0, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "name".to_owned()));
        assert!(call.is_null());
        bp_client_free(client);
    }
}

/// A batch of two notes, sent one by one.
fn notes(client: *const bp_client) -> *mut bp_call {
    // SAFETY: handles and places of our own.
    unsafe {
        let (mut batch, mut call) = (null_mut(), null_mut());
        bp_batch_new(&mut batch, null_mut());
        for path in ["order-service/order/7/note", "order-service/order/8/note"] {
            let body = "{\"text\":\"Packed\"}";
            let mut note = request("POST", path);
            note.body = bp_bytes { data: body.as_ptr(), len: body.len() };
            assert_eq!(bp_batch_add(batch, &note, null_mut()), bp_status::Ok);
        }
        let options = bp_batch_options { packing: bp_batch_packing::Never as u32, ..options() };
        assert_eq!(bp_call_start_batch(client, batch, &options, &mut call, null_mut()), bp_status::Ok);
        bp_batch_free(batch);
        call
    }
}

/// Polls until there is something else than a request. The note of order 8 is refused.
fn next(call: *mut bp_call, step: &mut bp_step) -> bp_step_kind {
    // SAFETY: handles and places of our own.
    unsafe {
        while bp_call_poll(call, NOW, step, null_mut()) == bp_status::Ok && step.kind == bp_step_kind::Send {
            let is_refused = words(step.url).contains("/8/");
            let mut answer = response(if is_refused {
                r#"{"errors":[{"code":"ORDC-001","message":"Not this one"}]}"#
            } else {
                r#"{"response":31}"#
            });
            answer.status = if is_refused { 400 } else { 200 };
            assert_eq!(bp_call_answer(call, step.exchange, &answer, NOW, null_mut()), bp_status::Ok);
        }
    }
    step.kind
}

#[test]
fn what_is_retained_of_a_batch_outlives_everything_else() {
    let client = client();
    let call = notes(client);
    let mut step = step();
    // SAFETY: handles of our own; what is read later is retained before what lent it goes.
    unsafe {
        let mut kept = Vec::new();
        while next(call, &mut step) == bp_step_kind::Results {
            for position in 0..bp_data_count(step.data) {
                kept.push((bp_data_retain(step.data), position));
            }
        }
        assert_eq!(step.kind, bp_step_kind::Done);
        bp_call_free(call);
        bp_client_free(client);

        assert_eq!(kept.len(), 2);
        for (index, (results, position)) in kept.into_iter().enumerate() {
            let json = words(bp_data_json(results, position));
            assert!(
                json.starts_with(&format!(r#"{{"index":{index},"{}":{{"#, ["reply", "error"][index])),
                "{json}"
            );
            let error = bp_data_error(results, position);
            assert_eq!(error.is_null(), index == 0);
            assert_eq!(words(bp_error_code_at(error, 0)), ["", "ORDC-001"][index]);
            assert!(bp_data_json(results, 9).data.is_null() && bp_data_error(results, 9).is_null());
            bp_data_free(results);
        }
    }
}
