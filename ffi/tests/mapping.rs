//! Mapping through the C functions: handles, owned texts, places of errors, NULL.

use std::ffi::c_char;
use std::ptr::{null, null_mut};
use std::thread;

use crate::hands::*;
use brightpearl::*;
use serde_json::{Value, json};

const DOCUMENT: &str = r#"{"version":1,"name":"stock","target":"stock-correction","path":{"ID":{"value":2}},
    "key":{"from":"count"},"fields":[{"to":"/corrections","each":"lines","fields":[
        {"to":"/quantity","from":"qty","as":"integer","required":true},
        {"to":"/productId","from":"sku","required":true,
         "resolve":{"search":"product-service/product-search","column":"SKU"}},
        {"to":"/reason","value":"Counted"},
        {"to":"/locationId","value":2}]}]}"#;
const RECORD: &str = r#"{"count":"C-1","lines":[{"sku":"MUG-1","qty":"-3"}]}"#;
const RESOLVED: &str = r#"{"product-service/product-search?SKU=MUG-1":1007}"#;

fn compiled(document: &str) -> *mut bp_mapping {
    let (mut mapping, mut error) = (null_mut(), null_mut());
    // SAFETY: a text and places of our own.
    let status =
        unsafe { bp_mapping_new(document.as_ptr().cast(), document.len(), &mut mapping, &mut error) };
    assert_eq!((status, error.is_null()), (bp_status::Ok, true));
    mapping
}

/// # Safety
/// A mapping that is valid.
unsafe fn run(mapping: *const bp_mapping, record: &[u8], resolved: &str) -> Value {
    // SAFETY: passed on to the caller.
    taken(|json| unsafe {
        bp_mapping_run(
            mapping,
            record.as_ptr().cast(),
            record.len(),
            resolved.as_ptr().cast(),
            resolved.len(),
            json,
            null_mut(),
        )
    })
}

#[test]
fn a_mapping_is_compiled_once_and_runs_from_several_threads() {
    struct SharedMapping(*mut bp_mapping);
    // SAFETY: the header says that a mapping may be used by several threads at once.
    unsafe impl Sync for SharedMapping {}
    let shared = SharedMapping(compiled(DOCUMENT));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let shared = &shared;
                for _ in 0..50 {
                    // SAFETY: the mapping outlives the scope.
                    let mapped = unsafe { run(shared.0, RECORD.as_bytes(), RESOLVED) };
                    assert_eq!(mapped["body"]["corrections"][0]["productId"], 1007);
                }
            });
        }
    });
    // SAFETY: our own mapping, and NULL.
    unsafe {
        bp_mapping_free(shared.0);
        bp_mapping_free(null_mut());
    }
}

#[test]
fn a_record_is_mapped_whatever_it_is() {
    let mapping = compiled(DOCUMENT);
    // SAFETY: our own mapping and texts.
    unsafe {
        let whole = run(mapping, RECORD.as_bytes(), RESOLVED);
        assert_eq!(
            (&whole["path"], &whole["method"], &whole["key"]),
            (&json!("warehouse-service/warehouse/2/stock-correction"), &json!("POST"), &json!("C-1"))
        );
        let open = run(mapping, RECORD.as_bytes(), "");
        assert_eq!(open["references"][0]["text"], "product-service/product-search?SKU=MUG-1");
        let missing = run(mapping, RECORD.as_bytes(), r#"{"product-service/product-search?SKU=MUG-1":null}"#);
        assert_eq!(missing["failures"][0]["value"], "MUG-1");
        for record in [&b""[..], b"{", b"\xff\xfe", b"{\"lines\":\"\xff\"}", b"[]", b"null"] {
            assert!(run(mapping, record, "")["failures"].is_array(), "{record:?}");
        }
        bp_mapping_free(mapping);
    }
}

#[test]
fn documents_are_judged_and_told_in_words() {
    let with = |function: unsafe extern "C" fn(
        *const c_char,
        usize,
        *mut bp_buffer,
        *mut *mut bp_error,
    ) -> bp_status,
                document: &str| {
        // SAFETY: a text and places of our own.
        taken(|json| unsafe { function(document.as_ptr().cast(), document.len(), json, null_mut()) })
    };
    let checked = with(bp_mapping_check, DOCUMENT);
    assert_eq!((&checked["usable"], &checked["findings"][0]["severity"]), (&json!(true), &json!("warning")));
    let misspelt = DOCUMENT.replace("stock-correction", "stock-corection");
    let found = with(bp_mapping_check, &misspelt);
    assert_eq!((&found["usable"], &found["findings"][0]["pointer"]), (&json!(false), &json!("/target")));
    assert_eq!(with(bp_mapping_check, "")["findings"][0]["severity"], "error");
    let explained = with(bp_mapping_explain, DOCUMENT);
    assert_eq!(explained["rules"][0]["to"], "{ID}");
    // SAFETY: places of our own.
    unsafe {
        let ready = taken(|json| bp_ready_mappings(json, null_mut()));
        let ready = ready.as_array().expect("an array");
        assert!(!ready.is_empty());
        for mapping in ready {
            bp_mapping_free(compiled(&mapping["document"].to_string()));
        }
        let schema = taken(|json| bp_mapping_schema(json, null_mut()));
        assert_eq!(schema["$id"], "urn:brightpearl:mapping:1");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let mapping = compiled(DOCUMENT);
    let (mut made, mut error) = (std::ptr::dangling_mut::<bp_mapping>(), null_mut());
    let mut json = bp_buffer { data: null_mut(), len: 0 };
    // SAFETY: handles, texts and places of our own, and NULL.
    unsafe {
        bp_mapping_new(c"{".as_ptr(), 1, &mut made, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "document".to_owned()));
        assert!(made.is_null(), "a place for a handle is NULL after a failure");
        bp_mapping_new(null(), 4, &mut made, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "document".to_owned()));
        bp_mapping_new(c"{}".as_ptr(), 2, null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "mapping".to_owned()));
        bp_mapping_new(c"{\xff".as_ptr(), 2, &mut made, &mut error);
        assert_eq!(told(error), (bp_status::BadUtf8, "byte 1 of document".to_owned()));

        let run = |mapping, record, record_len, resolved, resolved_len, place, error| {
            bp_mapping_run(mapping, record, record_len, resolved, resolved_len, place, error)
        };
        run(null(), null(), 0, null(), 0, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "mapping".to_owned()));
        run(mapping, null(), 3, null(), 0, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "record".to_owned()));
        run(mapping, c"{}".as_ptr(), 2, c"[1]".as_ptr(), 3, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "resolved".to_owned()));
        run(mapping, c"{}".as_ptr(), 2, c"\xff".as_ptr(), 1, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::BadUtf8, "byte 0 of resolved_json".to_owned()));
        run(mapping, c"{}".as_ptr(), 2, null(), 0, null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "mapped_json".to_owned()));

        bp_mapping_explain(c"[]".as_ptr(), 2, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "document".to_owned()));
        bp_mapping_explain(null(), 1, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "document".to_owned()));
        bp_mapping_check(c"{}".as_ptr(), 2, null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "findings_json".to_owned()));
        bp_ready_mappings(null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "mappings_json".to_owned()));
        bp_mapping_schema(null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "schema_json".to_owned()));
        bp_mapping_free(mapping);
    }
    assert!(json.data.is_null(), "a failure leaves the buffer alone");
}
