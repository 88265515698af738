//! Mapping documents: one that is taken maps records without a panic, into a body that is JSON and of bounded size.

use brightpearl_core::mapping::{Mapping, Resolved};
use serde_json::Value;

const RECORD: &str = r#"{"id":7,"name":"Zo\u00eb","email":"a@example.com","date":"2026-01-02T03:04:05Z","price":"12.50",
    "qty":2,"tags":["a","b"],"paid":true,"none":null,"lines":[{"sku":"MUG-1","qty":1,"price":"4.50"},{"sku":"MUG-2"}],
    "address":{"city":"Bath","country":"GB"}}"#;
/// More than a document of the fuzzer's size could make of the record honestly.
const MOST_BYTES: usize = 1 << 22;

pub fn fuzz(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0xff);
    let Some(Ok(document)) = parts.next().map(std::str::from_utf8) else { return };
    let mapping = match Mapping::compile(document) {
        Ok(mapping) => mapping,
        Err(findings) => {
            assert!(!findings.is_empty(), "refused without a reason");
            return;
        }
    };
    let _ = mapping.explain();
    let resolved = Resolved::from_json("").expect("nothing");
    for record in [RECORD.as_bytes(), b"null", b"[]", parts.next().unwrap_or_default()] {
        let mapped = mapping.map(record);
        if let Ok(body) = mapped.body(&|reference| resolved.of(reference)) {
            assert!(body.len() <= MOST_BYTES + record.len() * 64, "{} bytes", body.len());
            assert!(body.is_empty() || serde_json::from_str::<Value>(&body).is_ok(), "no JSON: {body}");
        }
        let _ = mapped.path(&|reference| resolved.of(reference));
    }
}
