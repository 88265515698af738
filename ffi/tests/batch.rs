//! Batches and tasks through the C functions, as far as it does not take an account to see it.

use std::ptr::{null, null_mut};

use brightpearl::*;
use hands::*;

mod hands;

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
