//! Expressions: one that is taken has a value of any record, or says why it has none, and the same value the second time.

use brightpearl_core::mapping::{Mapping, Resolved};
use serde_json::json;

pub fn fuzz(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0xff);
    let Some(Ok(expression)) = parts.next().map(std::str::from_utf8) else { return };
    let document = json!({"version": 1, "name": "expression", "target": "order-service/order/{ORDER-ID}/note",
        "path": {"ORDER-ID": {"value": "7"}}, "fields": [{"to": "/text", "from": expression}]});
    let Ok(mapping) = Mapping::compile(&document.to_string()) else { return };
    let record =
        parts.next().unwrap_or(br#"{"a":[{"b":1,"c":"x"},{"b":2.5}],"d":{"e":null},"f":"1.10","g":[3,1,2]}"#);
    let resolved = Resolved::from_json("").expect("nothing");
    let first = mapping.map(record).body(&|reference| resolved.of(reference));
    let second = mapping.map(record).body(&|reference| resolved.of(reference));
    assert_eq!(first, second, "a record is mapped in one way");
}
