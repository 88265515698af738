//! The C functions under hands that do not read the manual: nothing crashes, everything is told.

use std::ffi::CStr;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::thread;

use crate::hands::*;
use brightpearl::*;

#[test]
fn null_is_refused_with_the_argument_s_name_or_reads_as_nothing() {
    // SAFETY: NULL is what the functions promise to bear.
    unsafe {
        let mut error = null_mut();
        let null_at = |argument: &str| (bp_status::NullPointer, argument.to_owned());

        assert_eq!(bp_client_new(null(), 5, null(), &mut null_mut(), &mut error), bp_status::NullPointer);
        assert_eq!(told(error), null_at("config_json"));
        bp_client_new(CONFIG.as_ptr().cast(), CONFIG.len(), null(), null_mut(), &mut error);
        assert_eq!(told(error), null_at("client"));
        bp_client_new(null(), 0, null(), &mut null_mut(), &mut error);
        assert_eq!(told(error).0, bp_status::Validation);

        let mut call = std::ptr::dangling_mut::<bp_call>();
        bp_call_start_json(null(), SEARCH.as_ptr().cast(), SEARCH.len(), &mut call, &mut error);
        assert_eq!(told(error), null_at("client"));
        assert!(call.is_null(), "a place for a handle is NULL after a failure");

        bp_call_poll(null_mut(), NOW, &mut step(), &mut error);
        assert_eq!(told(error), null_at("call"));
        bp_call_answer(null_mut(), 1, &response("{}"), NOW, &mut error);
        assert_eq!(told(error), null_at("call"));
        assert_eq!(bp_call_fail_not_sent(null_mut(), 1, null(), 0, NOW, null_mut()), bp_status::NullPointer);
        bp_call_checkpoint(null(), null_mut(), &mut error);
        assert_eq!(told(error), null_at("call"));
        bp_call_explain(null(), NOW, null_mut(), &mut error);
        assert_eq!(told(error), null_at("call"));
        assert_eq!(bp_call_acknowledge(null_mut(), 1, null_mut()), bp_status::NullPointer);
        assert_eq!(bp_client_resume(null(), null(), 0, false, &mut call, null_mut()), bp_status::NullPointer);
        assert_eq!(bp_client_statistics(null(), null_mut(), null_mut()), bp_status::NullPointer);
        assert_eq!(bp_client_drain_events(null(), null_mut(), null_mut()), bp_status::NullPointer);
        bp_client_renew_credentials(null(), null(), 0, null_mut(), &mut error);
        assert_eq!(told(error), null_at("client"));
        assert_eq!(bp_client_pool(null(), &mut null_mut(), null_mut()), bp_status::NullPointer);
        assert_eq!(bp_pool_budget(null(), NOW, null_mut(), null_mut()), bp_status::NullPointer);
        assert_eq!(bp_pool_demand(null(), NOW, null_mut(), null_mut()), bp_status::NullPointer);
        assert_eq!(bp_pool_lease(null(), null(), 0, NOW, null_mut()), bp_status::NullPointer);
        bp_call_cancel(null_mut(), NOW);

        bp_page_free(null_mut());
        bp_resources_free(null_mut());
        bp_reply_free(null_mut());
        bp_data_free(null_mut());
        bp_batch_free(null_mut());
        bp_call_free(null_mut());
        bp_client_free(null_mut());
        bp_pool_free(null_mut());
        bp_error_free(null_mut());
        assert!(bp_page_retain(null()).is_null());
        assert_eq!((bp_page_rows(null()), bp_page_column_count(null())), (0, 0));
        assert!(bp_page_column(null(), 0).is_null() && bp_page_is_null(null(), 0, 0));
        assert_eq!(bp_page_cell_text(null(), 0, 0, null_mut(), 0), 0);
        assert!(bp_resources_at(null(), 0).is_null() && bp_reply_header(null(), 0).is_null());
        assert!(bp_data_retain(null()).is_null() && bp_data_error(null(), 0).is_null());
        assert!(bp_data_json(null(), 0).data.is_null() && bp_data_record(null(), 0).data.is_null());
        assert!(bp_data_name(null()).data.is_null() && bp_error_message(null()).data.is_null());
        assert_eq!(bp_data_count(null()), 0);
        assert_eq!(bp_batch_count(null()), 0);
        assert!(bp_error_violation(null(), 0).is_null() && bp_error_verification(null(), 0).is_null());
        assert_eq!((bp_error_violation_count(null()), bp_error_verification_count(null())), (0, 0));
        assert!(bp_error_progress(null()).data.is_null() && !bp_error_is_retryable(null()));
        assert_eq!(bp_error_kind(null()), bp_status::Ok);
    }
}

#[test]
fn null_inside_a_step_costs_no_step() {
    let client = client();
    let call = start(client, SEARCH);
    // SAFETY: handles of our own, and NULL.
    unsafe {
        let mut error = null_mut();
        bp_call_poll(call, NOW, null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "step".to_owned()));
        let mut forgotten = step();
        forgotten.struct_size = 0;
        bp_call_poll(call, NOW, &mut forgotten, &mut error);
        assert_eq!(told(error), (bp_status::Misuse, "step.struct_size".to_owned()));
        let mut step = step();
        assert_eq!(bp_call_poll(call, NOW, &mut step, null_mut()), bp_status::Ok);
        assert_eq!((step.kind, step.exchange), (bp_step_kind::Send, 1));
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn bad_utf8_is_told_with_its_byte_except_where_others_wrote_it() {
    let client = client();
    // SAFETY: handles, texts and places of our own.
    unsafe {
        let mut error = null_mut();
        let bad = b"{\"account\":\"\xff\"}";
        bp_client_new(bad.as_ptr().cast(), bad.len(), null(), &mut null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::BadUtf8, "byte 12 of config_json".to_owned()));

        let text = |bytes: &[u8]| bp_text { data: bytes.as_ptr().cast(), len: bytes.len() };
        let mut search = sized(|search: &mut bp_search, size| search.struct_size = size);
        search.resource = text(b"order-service/order-search");
        let filters = [
            bp_field { name: text(b"orderTypeId"), value: text(b"1") },
            bp_field { name: text(b"customerRef"), value: text(b"ab\xc3") },
        ];
        (search.filters, search.filter_count) = (filters.as_ptr(), filters.len());
        let mut call = null_mut();
        bp_call_start_search(client, &search, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::BadUtf8, "byte 2 of search.filters[1].value".to_owned()));

        let request = r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#;
        let call = start(client, request);
        let mut step = step();
        bp_call_poll(call, NOW, &mut step, null_mut());
        let headers = [bp_field { name: text(b"X-Name"), value: text(b"Zo\xeb") }];
        let mut answer = response("{\"response\":[]}");
        (answer.headers, answer.header_count) = (headers.as_ptr(), 1);
        assert_eq!(bp_call_answer(call, step.exchange, &answer, NOW, null_mut()), bp_status::Ok);
        bp_call_poll(call, NOW, &mut step, null_mut());
        assert_eq!(step.kind, bp_step_kind::Reply);
        assert_eq!(words((*bp_reply_header(step.reply, 0)).value), "Zo\u{fffd}");
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn numbers_outside_an_enumeration_are_told() {
    let client = client();
    let text = |text: &'static str| bp_text { data: text.as_ptr().cast(), len: text.len() };
    // SAFETY: handles, texts and places of our own.
    unsafe {
        let (mut call, mut error) = (null_mut(), null_mut());
        let mut search = sized(|search: &mut bp_search, size| search.struct_size = size);
        search.resource = text("order-service/order-search");
        search.paging = 3;
        bp_call_start_search(client, &search, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "search.paging".to_owned()));
        let mut fetch = sized(|fetch: &mut bp_fetch, size| fetch.struct_size = size);
        (fetch.resource, fetch.ids) = (text("order-service/order"), text("1"));
        fetch.plan = u32::MAX;
        bp_call_start_fetch(client, &fetch, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "fetch.plan".to_owned()));
        let mut request = sized(|request: &mut bp_request, size| request.struct_size = size);
        (request.method, request.path) = (text("BREW"), text("order-service/order"));
        bp_call_start_request(client, &request, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "request.method".to_owned()));
        bp_client_free(client);
    }
}

#[test]
fn second_and_foreign_answers_are_told() {
    let client = client();
    let (call, other) = (start(client, SEARCH), start(client, SEARCH));
    // SAFETY: handles of our own.
    unsafe {
        let (mut first, mut second, mut error) = (step(), step(), null_mut());
        bp_call_poll(call, NOW, &mut first, null_mut());
        bp_call_poll(other, NOW, &mut second, null_mut());
        bp_call_answer(call, second.exchange, &response(PAGE), NOW, &mut error);
        assert_eq!(told(error), (bp_status::Misuse, "exchange".to_owned()));
        assert_eq!(bp_call_answer(call, first.exchange, &response(PAGE), NOW, &mut error), bp_status::Ok);
        assert!(error.is_null());
        bp_call_answer(call, first.exchange, &response(PAGE), NOW, &mut error);
        assert_eq!(told(error), (bp_status::Misuse, "exchange".to_owned()));
        bp_call_acknowledge(call, 1, &mut error);
        assert_eq!(told(error).0, bp_status::Misuse);
        bp_call_free(other);
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn a_retained_page_outlives_step_call_and_client_and_is_read_by_several_threads() {
    let client = client();
    let call = start(client, SEARCH);
    // SAFETY: handles of our own; the page is retained before what lent it goes.
    unsafe {
        let mut step = step();
        bp_call_poll(call, NOW, &mut step, null_mut());
        bp_call_answer(call, step.exchange, &response(PAGE), NOW, null_mut());
        bp_call_poll(call, NOW, &mut step, null_mut());
        assert_eq!(step.kind, bp_step_kind::Page);
        let page = bp_page_retain(step.page);
        bp_call_free(call);
        bp_client_free(client);

        struct SharedPage(*const bp_page);
        // SAFETY: pages may be read by several threads, says their documentation.
        unsafe impl Send for SharedPage {}
        // SAFETY: as above.
        unsafe impl Sync for SharedPage {}
        let shared = Arc::new(SharedPage(page));
        let readers = [0, 1].map(|row| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let mut buffer = [1; 4];
                let length = bp_page_cell_text(shared.0, 1, row, buffer.as_mut_ptr(), buffer.len());
                (length, CStr::from_ptr(buffer.as_ptr()).to_str().map(str::to_owned))
            })
        });
        let read = readers.map(|reader| reader.join().expect("a reader"));
        // "Zoë" has four bytes: with its NUL it does not fit, and no half of the ë is written.
        assert_eq!(read, [(4, Ok("Zo".to_owned())), (0, Ok(String::new()))]);
        let ids = &*bp_page_column_named(page, c"orderId".as_ptr(), 7);
        assert_eq!((ids.kind, ids.index, ids.rows), (bp_column_kind::Integer, 0, 2));
        assert_eq!(std::slice::from_raw_parts(ids.integers, 2), [7, 9]);
        assert!(bp_page_column_named(page, c"other".as_ptr(), 5).is_null());
        bp_page_free(page);
    }
}

#[test]
fn cancelled_and_finished_calls_say_so() {
    let client = client();
    let call = start(client, SEARCH);
    // SAFETY: handles of our own.
    unsafe {
        bp_call_cancel(call, NOW);
        bp_call_cancel(call, NOW);
        let mut error = null_mut();
        let mut step = step();
        bp_call_poll(call, NOW, &mut step, &mut error);
        assert_eq!((told(error).0, step.kind), (bp_status::Cancelled, bp_step_kind::None));
        assert_eq!(bp_call_poll(call, NOW, &mut step, null_mut()), bp_status::Misuse);
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn a_lease_that_cannot_be_read_or_answers_no_demand_is_refused() {
    // SAFETY: handles and places of our own.
    unsafe {
        let (mut pool, mut error) = (null_mut(), null_mut());
        let config = "{\"quota\": 9, \"private_share\": 1}";
        assert_eq!(bp_pool_new(config.as_ptr().cast(), config.len(), &mut pool, &mut error), bp_status::Ok);
        for (lease, status, location) in [
            ("{\"requests\": 3}", bp_status::Validation, "lease"),
            ("{\"since\": 7, \"requests\": 3, \"until\": 1}", bp_status::Misuse, "lease.since"),
        ] {
            bp_pool_lease(pool, lease.as_ptr().cast(), lease.len(), NOW, &mut error);
            let (found, place) = told(error);
            assert_eq!(found, status, "{lease}");
            assert!(place.starts_with(location), "{place}");
        }
        bp_pool_free(pool);
    }
}

#[test]
fn a_shared_pool_is_one_budget_and_events_are_json() {
    // SAFETY: handles and places of our own.
    unsafe {
        let (mut pool, mut error) = (null_mut(), null_mut());
        let bad = "{\"quota\": 0}";
        bp_pool_new(bad.as_ptr().cast(), bad.len(), &mut pool, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "pool.quota".to_owned()));
        let config = "{\"quota\": 2}";
        assert_eq!(bp_pool_new(config.as_ptr().cast(), config.len(), &mut pool, &mut error), bp_status::Ok);
        let clients = [0, 1].map(|_| {
            let mut client = null_mut();
            bp_client_new(CONFIG.as_ptr().cast(), CONFIG.len(), pool, &mut client, null_mut());
            client
        });
        bp_pool_free(pool);
        let calls = clients.map(|client| start(client, SEARCH));
        let mut step = step();
        for call in calls {
            bp_call_poll(call, NOW, &mut step, null_mut());
            assert_eq!(step.kind, bp_step_kind::Send);
        }
        let mut budget = sized(|budget: &mut bp_budget, size| budget.struct_size = size);
        assert_eq!(bp_client_budget(clients[0], NOW, &mut budget, null_mut()), bp_status::Ok);
        assert_eq!((budget.available, budget.quota), (0, 2));

        let mut events = bp_buffer { data: null_mut(), len: 0 };
        assert_eq!(bp_client_drain_events(clients[1], &mut events, null_mut()), bp_status::Ok);
        let text = CStr::from_ptr(events.data).to_str().expect("UTF-8").to_owned();
        bp_buffer_free(&mut events);
        let events: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(events[0]["event"], "request-started");
        let mut sums = sized(|sums: &mut bp_statistics, size| sums.struct_size = size);
        assert_eq!(bp_client_statistics(clients[1], &mut sums, null_mut()), bp_status::Ok);
        assert_eq!((sums.requests, sums.events_dropped), (1, 0));
        calls.into_iter().for_each(|call| bp_call_free(call));
        clients.into_iter().for_each(|client| bp_client_free(client));
    }
}

#[test]
fn an_answer_is_copied_whole() {
    let client = client();
    let call = start(client, r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#);
    let (mut name, mut value) = (b"X-Colour".to_vec(), b"green".to_vec());
    let lend = |bytes: &[u8]| bp_text { data: bytes.as_ptr().cast(), len: bytes.len() };
    // SAFETY: handles of our own; what is lent lives until the answer was taken.
    unsafe {
        let mut step = step();
        bp_call_poll(call, NOW, &mut step, null_mut());
        let lines = [bp_field { name: lend(&name), value: lend(&value) }];
        let mut response = response(r#"{"response":[]}"#);
        (response.headers, response.header_count) = (lines.as_ptr(), 1);
        assert_eq!(bp_call_answer(call, step.exchange, &response, NOW, null_mut()), bp_status::Ok);
        name.fill(b'#');
        value.fill(b'#');
        bp_call_poll(call, NOW, &mut step, null_mut());
        assert_eq!(step.kind, bp_step_kind::Reply);
        let header = &*bp_reply_header(step.reply, 0);
        assert_eq!((words(header.name).as_str(), words(header.value).as_str()), ("X-Colour", "green"));
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn what_is_absent_by_mistake_does_not_pass_for_everything() {
    let client = client();
    let text = |text: &'static str| bp_text { data: text.as_ptr().cast(), len: text.len() };
    // What a zeroed structure has, and what `bp_text_of` makes of a variable that is not set.
    let (absent, of_null) = (bp_text { data: null(), len: 0 }, bp_text { data: null(), len: usize::MAX });
    let null = |place: &str| (bp_status::NullPointer, place.to_owned());
    // SAFETY: handles, texts and places of our own, and NULL.
    unsafe {
        let (mut call, mut error) = (null_mut(), null_mut());
        let mut fetch = sized(|fetch: &mut bp_fetch, size| fetch.struct_size = size);
        fetch.resource = text("order-service/order");
        let mut options = sized(|options: &mut bp_options, size| options.struct_size = size);
        options.resource = text("order-service/order");
        for ids in [absent, of_null] {
            (fetch.ids, options.ids) = (ids, ids);
            bp_call_start_fetch(client, &fetch, &mut call, &mut error);
            assert_eq!(told(error), null("fetch.ids"));
            bp_call_start_options(client, &options, &mut call, &mut error);
            assert_eq!(told(error), null("options.ids"));
        }
        (fetch.ids, options.ids) = (text(""), text("1,,2"));
        bp_call_start_fetch(client, &fetch, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "byte 0 of fetch.ids".to_owned()));
        bp_call_start_options(client, &options, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "byte 2 of options.ids".to_owned()));
        (fetch.all, fetch.ids) = (1, text("1"));
        bp_call_start_fetch(client, &fetch, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "fetch.all".to_owned()));
        (fetch.ids, options.ids, options.all) = (absent, absent, 1);
        assert_eq!(bp_call_start_fetch(client, &fetch, &mut call, null_mut()), bp_status::Ok);
        bp_call_free(call);
        assert_eq!(bp_call_start_options(client, &options, &mut call, null_mut()), bp_status::Ok);
        bp_call_free(call);

        let mut search = sized(|search: &mut bp_search, size| search.struct_size = size);
        (search.resource, search.key) = (text("order-service/order-search"), of_null);
        bp_call_start_search(client, &search, &mut call, &mut error);
        assert_eq!(told(error), null("search.key"));
        search.key = absent;
        for nothing in [absent, of_null] {
            let filter = bp_field { name: text("orderStatusId"), value: nothing };
            (search.filters, search.filter_count) = (&filter, 1);
            bp_call_start_search(client, &search, &mut call, &mut error);
            assert_eq!(told(error), null("search.filters[0].value"));
            (search.filter_count, search.columns, search.column_count) = (0, &nothing, 1);
            bp_call_start_search(client, &search, &mut call, &mut error);
            assert_eq!(told(error), null("search.columns[0]"));
            search.column_count = 0;
        }
        bp_call_start_json(client, of_null.data, of_null.len, &mut call, &mut error);
        assert!(words(bp_error_message(error)).contains("made of NULL"));
        assert_eq!(told(error), null("operation_json"));
        bp_client_free(client);
    }
}

#[test]
fn a_failure_is_taken_once_and_a_malformed_answer_leaves_the_exchange_open() {
    const POST: &str =
        r#"{"request":{"method":"POST","path":"order-service/order/7/note","body":"{\"text\":\"a\"}"}}"#;
    let client = client();
    let reason = b"no \xff";
    let fails = [
        (bp_call_fail_not_sent as unsafe extern "C" fn(_, _, _, _, _, _) -> _, bp_delivery::NotSent, true),
        (bp_call_fail_unsendable, bp_delivery::NotSent, false),
        (bp_call_fail_maybe_sent, bp_delivery::MaybeApplied, false),
    ];
    for (fail, delivery, may_pass) in fails {
        let call = start(client, POST);
        // SAFETY: handles, texts and places of our own, and NULL.
        unsafe {
            let (mut step, mut error) = (step(), null_mut());
            bp_call_poll(call, NOW, &mut step, null_mut());
            let told_of = |exchange, error: *mut *mut bp_error| {
                fail(call, exchange, reason.as_ptr().cast(), reason.len(), NOW, error)
            };
            assert_eq!(told_of(step.exchange + 7, &mut error), bp_status::Misuse);
            assert_eq!(told(error), (bp_status::Misuse, "exchange".to_owned()));
            let mut malformed = response("{}");
            (malformed.headers, malformed.header_count) = (null(), 3);
            bp_call_answer(call, step.exchange, &malformed, NOW, &mut error);
            assert_eq!(told(error), (bp_status::NullPointer, "response.headers".to_owned()));
            assert_eq!(told_of(step.exchange, null_mut()), bp_status::Ok);
            assert_eq!(told_of(step.exchange, &mut error), bp_status::Misuse);
            assert_eq!(told(error), (bp_status::Misuse, "exchange".to_owned()));
            let ended = bp_call_poll(call, NOW, &mut step, &mut error);
            if may_pass {
                assert_eq!((ended, step.kind), (bp_status::Ok, bp_step_kind::Wait));
            } else {
                assert_eq!(ended, bp_status::Transport);
                assert_eq!(bp_error_delivery(error), delivery);
                assert!(!bp_error_is_retryable(error));
                bp_error_free(error);
            }
            bp_call_free(call);
        }
    }
    // SAFETY: a client of our own.
    unsafe { bp_client_free(client) };
}

#[test]
fn the_loopback_host_is_the_engines() {
    let is_loopback = |host: &[u8]| {
        // SAFETY: a text of our own.
        unsafe { bp_host_is_loopback(host.as_ptr().cast(), host.len()) }
    };
    for host in ["localhost", "LOCALHOST", "127.0.0.2", "::1", "[::1]", "[::ffff:127.0.0.1]"] {
        assert!(is_loopback(host.as_bytes()), "{host}");
    }
    for host in ["", "localhost.example.com", "128.0.0.1", "[127.0.0.1]", "0.0.0.0"] {
        assert!(!is_loopback(host.as_bytes()), "{host}");
    }
    assert!(!is_loopback(b"\xff"));
    // SAFETY: NULL is what the function promises to bear.
    assert!(!unsafe { bp_host_is_loopback(null(), 0) || bp_host_is_loopback(null(), 4) });
}

#[test]
fn a_program_makes_errors_of_its_own() {
    let made = |kind: i32, location: &str, message: &str| {
        let mut error = null_mut();
        // SAFETY: texts and a place of our own.
        let status = unsafe {
            bp_error_make(
                kind,
                location.as_ptr().cast(),
                location.len(),
                message.as_ptr().cast(),
                message.len(),
                &mut error,
            )
        };
        // SAFETY: an error of our own.
        let said = unsafe { words(bp_error_message(error)) };
        let (kind, place) = told(error);
        assert_eq!(kind, status);
        (status, place, said)
    };
    let said = |status, place: &str| (status, place.to_owned(), "the disk is full".to_owned());
    for status in [bp_status::Cancelled, bp_status::Transport, bp_status::NullPointer, bp_status::Panic] {
        assert_eq!(made(status as i32, "sink", "the disk is full"), said(status, "sink"));
    }
    for other in [0, -1, 14, 99, i32::MAX] {
        assert_eq!(made(other, "", "the disk is full"), said(bp_status::Misuse, ""));
    }
    // SAFETY: NULL is what the function promises to bear.
    unsafe {
        assert_eq!(bp_error_make(12, null(), 0, null(), 0, null_mut()), bp_status::Cancelled);
        let mut error = null_mut();
        bp_error_make(12, null(), 0, null(), 3, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "message".to_owned()));
    }
}
