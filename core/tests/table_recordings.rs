//! Every search exchange that was recorded from the real API, read in place.

use std::path::PathBuf;

use brightpearl_core::Kind;
use brightpearl_core::table::{ColumnData, Page};
use serde_json::Value;

/// The recordings stand beside the repository, or where `BRIGHTPEARL_RECORDINGS` says.
fn recordings() -> Option<String> {
    let folder = std::env::var_os("BRIGHTPEARL_RECORDINGS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/recordings")));
    let file = folder.join("exchanges-2022.jsonl");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            println!("skipped: no recordings at {}: {error}", file.display());
            None
        }
    }
}

fn is_search(exchange: &Value) -> bool {
    let uri = exchange["request"]["uri"].as_str().unwrap_or_default();
    uri.split('?').next().is_some_and(|path| path.trim_end_matches('/').ends_with("-search"))
}

#[test]
fn recorded_searches_come_back_row_by_row() {
    let Some(text) = recordings() else { return };
    let (mut pages, mut rows, mut refused) = (0, 0, 0);
    for line in text.lines() {
        let exchange: Value = serde_json::from_str(line).expect("a recorded exchange");
        if !is_search(&exchange) {
            continue;
        }
        let body = exchange["response"]["body"].as_str().expect("a body");
        if exchange["response"]["status"] != 200 {
            let error = Page::decode(body.as_bytes()).expect_err("not a page");
            assert_eq!(error.kind(), Kind::Protocol);
            refused += 1;
            continue;
        }
        let page = Page::decode(body.as_bytes()).expect("a page");
        let answer: Value = serde_json::from_str(body).expect("JSON");
        assert_page_equals(&page, &answer);
        pages += 1;
        rows += page.rows();
    }
    println!("read {pages} pages with {rows} rows, and refused {refused} answers that are not pages");
    assert!(pages > 0 && rows > 0);
}

fn assert_page_equals(page: &Page, answer: &Value) {
    let (results, metadata) = (&answer["response"]["results"], &answer["response"]["metaData"]);
    for row in 0..page.rows() {
        let mut written = String::new();
        page.row_json(row, &mut written);
        assert_eq!(written, results[row].to_string());
    }
    assert_eq!(page.rows(), results.as_array().map_or(0, Vec::len));
    assert_eq!(page.metadata().results_returned, metadata["resultsReturned"].as_u64());
    assert_eq!(page.metadata().results_available, metadata["resultsAvailable"].as_u64());
    assert_eq!(page.metadata().more_pages_available, metadata["morePagesAvailable"].as_bool());
    assert_eq!(page.metadata().last_result, metadata["lastResult"].as_u64());
    for (index, column) in page.columns().iter().enumerate() {
        let described = &metadata["columns"][index];
        assert_eq!(Some(column.name()), described["name"].as_str());
        let is_date = matches!(column.data(), ColumnData::DateTime { .. });
        let is_empty = matches!(column.data(), ColumnData::Null);
        assert!(is_empty || is_date == (described["reportDataType"] == "PERIOD"), "{}", column.name());
        for name in column.reference_data() {
            for row in (0..page.rows()).filter(|row| !column.is_null(*row)) {
                let expected = &answer["reference"][name][results[row][index].to_string()];
                assert_eq!(page.label(index, row).and_then(|label| label.text()), expected.as_str());
            }
        }
    }
}
