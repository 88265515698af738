//! Search pages: what is decoded equals what serde_json reads, and rows that are left out are left out everywhere.

use brightpearl_core::Page;
use serde_json::Value;

pub fn fuzz(body: &[u8]) {
    let Ok(mut page) = Page::decode(body) else { return };
    let whole: Value = serde_json::from_slice(body).expect("a page that was taken is JSON");
    // A page may leave out its results when it has none.
    let results = whole["response"].get("results").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    let mut rows = Vec::new();
    for row in 0..page.rows() {
        let mut text = String::new();
        page.row_json(row, &mut text);
        rows.push(serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{error}: {text}")));
        for column in 0..page.columns().len() {
            let _ = page.label(column, row);
        }
    }
    assert_eq!(results, Value::Array(rows.clone()), "the rows");
    assert_eq!(page.retain(|row| row % 2 == 0), rows.len() / 2);
    for (place, row) in rows.iter().step_by(2).enumerate() {
        let mut text = String::new();
        page.row_json(place, &mut text);
        assert_eq!(&serde_json::from_str::<Value>(&text).expect("JSON"), row);
    }
}
