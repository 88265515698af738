//! What the vector runner says of two values that differ.

use brightpearl_host_wasmtime::difference::differences;
use serde_json::json;

#[test]
fn names_every_place() {
    let expected = json!({ "same": 1, "gone": 2, "list": [1, 2], "deep": { "text": "a" } });
    let found = json!({ "same": 1, "list": [1, 3, 4], "deep": { "text": "b" }, "new": null });
    let mut places = differences(&expected, &found);
    // Members come in the order that `serde_json` keeps them in, which its features decide.
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/deep/text: expected \"a\", found \"b\"",
            "/gone: expected 2, found nothing",
            "/list/1: expected 2, found 3",
            "/list/2: expected nothing, found 4",
            "/new: expected nothing, found null",
        ]
    );
    assert!(differences(&expected, &expected).is_empty());
}
