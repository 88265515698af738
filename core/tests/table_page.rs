//! A search page, read from invented answers in the shapes that Brightpearl gives.

use brightpearl_core::Kind;
use brightpearl_core::table::{Cell, ColumnData, Label, Page, ReportType, Sorting};
use brightpearl_core::value::DateTime;

const COLUMNS: &str = r#"[
    {"name":"orderId","sortable":true,"filterable":true,"reportDataType":"IDSET","referenceData":[],"isFreeTextSearchable":false,"required":false},
    {"name":"orderStatusId","sortable":true,"filterable":true,"reportDataType":"INTEGER","referenceData":["orderStatusNames"],"required":false},
    {"name":"createdOn","sortable":true,"filterable":false,"reportDataType":"PERIOD"},
    {"name":"customerRef","reportDataType":"STRING","referenceData":[]},
    {"name":"isPrinted","reportDataType":"BOOLEAN","required":true},
    {"name":"total","reportDataType":"MONEY"},
    {"name":"parentOrderId","reportDataType":"IDSET"}]"#;

const RESULTS: &str = r#"[
    [1001,3,"2024-02-03T09:08:07.000-06:00","WEB-1",true,12.50,null],
    [1002,4,null,"A \u003d \"B\" \ud83d\ude00 £",false,-0.0001e3,null],
    [1003,null,"2024-07-03T09:08:07.123Z","2024-02-03T09:08:07.000Z",null,3,null]]"#;

const REFERENCE: &str = r#"{"orderStatusNames":{"3":"New \u0027phone\u0027 order"},"productCategoryMembership":{"1001":[296, 297]},"odd":[1, 2]}"#;

fn answer(results: &str, metadata: &str) -> String {
    format!(r#"{{"response":{{"results":{results},"metaData":{metadata}}},"reference":{REFERENCE}}}"#)
}

fn metadata() -> String {
    format!(
        r#"{{"morePagesAvailable":true,"resultsAvailable":1200,"resultsReturned":3,"firstResult":1,"lastResult":3,
        "columns":{COLUMNS},"sorting":[{{"filterable":{{"name":"orderId","sortable":true}},"direction":"ASC"}}]}}"#
    )
}

fn decoded(answer: &str) -> Page {
    Page::decode(answer.as_bytes()).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn row(page: &Page, row: usize) -> String {
    let mut out = String::new();
    page.row_json(row, &mut out);
    out
}

#[test]
fn columns_take_the_type_of_their_cells() {
    let page = decoded(&answer(RESULTS, &metadata()));
    assert_eq!(page.rows(), 3);
    let names: Vec<&str> = page.columns().iter().map(|column| column.name()).collect();
    assert_eq!(
        names,
        ["orderId", "orderStatusId", "createdOn", "customerRef", "isPrinted", "total", "parentOrderId"]
    );

    let data = |name| page.column(name).expect("a column").data().clone();
    assert_eq!(data("orderId"), ColumnData::Integer(vec![1001, 1002, 1003]));
    assert!(matches!(data("isPrinted"), ColumnData::Boolean(bits) if bits.as_bytes() == [1]));
    assert_eq!(
        data("createdOn"),
        ColumnData::DateTime {
            milliseconds: vec![1_706_972_887_000, 0, 1_719_997_687_123],
            offset_minutes: vec![-360, 0, DateTime::ZULU],
        }
    );
    assert!(matches!(data("total"), ColumnData::Decimal(texts)
        if texts.buffer() == "12.50-0.0001e33" && texts.offsets() == [0, 5, 14, 15]));
    assert_eq!(data("parentOrderId"), ColumnData::Null);
    assert_eq!(page.cell(3, 1), Cell::Text("A = \"B\" \u{1f600} £"));
    assert_eq!(page.cell(3, 2), Cell::Text("2024-02-03T09:08:07.000Z"), "a STRING stays a text");

    let status = page.column("orderStatusId").expect("a column");
    assert_eq!(status.validity().map(|validity| validity.as_bytes()), Some(&[0b011][..]));
    assert_eq!(status.report_type(), Some(&ReportType::Integer));
    assert_eq!(page.column("orderId").and_then(|column| column.validity()), None);
    assert_eq!((page.cell(1, 2), page.cell(1, 9), page.cell(9, 1)), (Cell::Null, Cell::Null, Cell::Null));
    assert!(page.columns()[2].is_sortable() && !page.columns()[2].is_filterable());
    assert!(page.columns()[4].is_required());
    assert_eq!(page.columns()[0].is_free_text_searchable(), Some(false));
    assert_eq!(page.columns()[1].is_free_text_searchable(), None);
}

#[test]
fn rows_are_written_as_they_came() {
    let page = decoded(&answer(RESULTS, &metadata()));
    assert_eq!(row(&page, 0), r#"[1001,3,"2024-02-03T09:08:07.000-06:00","WEB-1",true,12.50,null]"#);
    assert_eq!(row(&page, 1), "[1002,4,null,\"A = \\\"B\\\" \u{1f600} £\",false,-0.0001e3,null]");
    assert_eq!(
        row(&page, 2),
        r#"[1003,null,"2024-07-03T09:08:07.123Z","2024-02-03T09:08:07.000Z",null,3,null]"#
    );
}

#[test]
fn members_come_in_any_order() {
    let (metadata, expected) = (metadata(), decoded(&answer(RESULTS, &metadata())));
    for answer in [
        format!(r#"{{"reference":{REFERENCE},"response":{{"metaData":{metadata},"results":{RESULTS}}}}}"#),
        format!(r#"{{"reference":{REFERENCE},"response":{{"results":{RESULTS},"metaData":{metadata}}}}}"#),
        format!(
            r#" {{"new":[{{"a":1}}],"response":{{"x":null,"metaData":{metadata},"y":"z","results":{RESULTS},"w":-1.5}},
            "reference" : {REFERENCE} , "v":true}} "#
        ),
    ] {
        assert_eq!(decoded(&answer), expected);
    }
}

#[test]
fn metadata_says_what_it_says_and_no_more() {
    let page = decoded(&answer(RESULTS, &metadata()));
    let metadata = page.metadata();
    assert_eq!(metadata.more_pages_available, Some(true));
    assert_eq!(metadata.results_available, Some(1200));
    assert_eq!(metadata.results_returned, Some(3));
    assert_eq!((metadata.first_result, metadata.last_result), (Some(1), Some(3)));
    assert_eq!(metadata.sorting, [Sorting { name: "orderId".into(), direction: "ASC".into() }]);

    let bare =
        format!(r#"{{"columns":{COLUMNS},"sorting":[{{"field":"orderId","direction":"DESC"}}],"new":{{}}}}"#);
    let page = decoded(&answer("[]", &bare));
    assert_eq!((page.rows(), page.columns().len()), (0, 7));
    assert_eq!(page.metadata().first_result, None);
    assert_eq!(page.metadata().more_pages_available, None);
    assert_eq!(page.metadata().sorting, [Sorting { name: "orderId".into(), direction: "DESC".into() }]);
    assert!(page.columns().iter().all(|column| *column.data() == ColumnData::Null));
}

#[test]
fn counts_alone_make_a_page() {
    for answer in [
        r#"{"response":{"metaData":{"resultsAvailable":25}}}"#,
        r#"{"response":{"results":[],"metaData":{"resultsAvailable":25,"columns":null,"firstResult":null}}}"#,
        r#"{"response":{"results":[ ],"metaData":{"resultsAvailable":25,"columns":[]}},"reference":null}"#,
    ] {
        let page = decoded(answer);
        assert_eq!((page.rows(), page.columns().len(), page.metadata().results_available), (0, 0, Some(25)));
        assert!(page.reference().maps().is_empty());
    }
}

#[test]
fn labels_join_by_the_maps_that_a_column_names() {
    let page = decoded(&answer(RESULTS, &metadata()));
    assert_eq!(page.label(1, 0), Some(Label::Text("New 'phone' order")));
    assert_eq!(
        (page.label(1, 1), page.label(1, 2), page.label(0, 0), page.label(70, 0)),
        (None, None, None, None)
    );
    let categories = page.reference().map("productCategoryMembership").expect("a map");
    assert_eq!(categories.get("1001"), Some(Label::Json("[296, 297]")));
    assert_eq!(categories.get("1001").and_then(Label::text), None);
    assert_eq!(page.reference().map("odd").and_then(|map| map.raw()), Some("[1, 2]"));
    assert_eq!(page.reference().map("other"), None);
}

#[test]
fn repeated_keys_of_a_reference_are_kept_and_the_last_one_counts() {
    let answer = r#"{"response":{"results":[],"metaData":{}},
        "reference":{"names":{"10":"ten","9":"nine","10":"TEN","":""},"names2":{}}}"#;
    let page = decoded(answer);
    let names = page.reference().map("names").expect("a map");
    assert_eq!(names.get("10"), Some(Label::Text("TEN")));
    assert_eq!((names.get("9"), names.get("")), (Some(Label::Text("nine")), Some(Label::Text(""))));
    assert_eq!((names.get("1"), names.get("99"), names.len()), (None, None, 4));
    assert_eq!(names.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["10", "9", "10", ""]);
}

#[test]
fn a_reference_of_another_shape_is_kept_as_it_is() {
    let page = decoded(r#"{"response":{"results":[],"metaData":{}},"reference":[ 1,{"a":2}]}"#);
    assert_eq!(page.reference().raw(), Some(r#"[ 1,{"a":2}]"#));
}

/// Each case: the report type, the cells, and the cells as they must come back.
#[test]
fn nothing_is_lost_when_a_column_changes_its_mind() {
    let canonical = "\"2024-02-03T09:08:07.000+00:00\"";
    let cases: [(&str, &[&str]); 16] = [
        ("INTEGER", &["null", "1", "null", "2.50", "-0", "1e5", "9223372036854775808", "null"]),
        ("INTEGER", &["9223372036854775807", "-9223372036854775808", "0"]),
        ("INTEGER", &["null", "1", "\"one\"", "null", "[1, 2]", "{\"a\": 1.0}", "true", "2.5"]),
        ("BOOLEAN", &["null", "true", "false", "null", "\"true\"", "1"]),
        ("BOOLEAN", &["null", "null", "null", "null", "null", "null", "null", "null", "null", "false"]),
        ("PERIOD", &["null", canonical, "null", "\"2024-02-03\"", canonical, "\"\""]),
        ("PERIOD", &[canonical, "\"2023-02-29T00:00:00.000Z\"", "7"]),
        ("PERIOD", &["null", canonical, "null", "{}", canonical]),
        ("DATETIME", &["\"2024-02-03T09:08:07.000Z\"", canonical, "\"2024-02-03T09:08:07.000-00:00\""]),
        ("STRING", &["null", canonical, "null", canonical]),
        ("STRING", &["\"\"", "null", "\"\\u0000\\n\\\"\\\\/\"", "12345678901234567890123"]),
        ("MONEY", &["1.10", "null", "2", "\"3.30\"", "0.000"]),
        ("MONEY", &["0.10", "100000000000000000000.000000000000000000001", "-1"]),
        ("NEW", &[canonical, canonical]),
        ("STRING_SET", &["[]", "null", "[\"a\" ,\"b\"]", "\"c\""]),
        ("IDSET", &["null", "null", "5", "null"]),
    ];
    for (report_type, cells) in cases {
        let results = cells.iter().map(|cell| format!("[{cell}]")).collect::<Vec<_>>().join(" ,\n");
        let columns = format!(r#"{{"columns":[{{"name":"x","reportDataType":"{report_type}"}}]}}"#);
        let after = format!(r#"{{"response":{{"results":[{results}],"metaData":{columns}}}}}"#);
        let before = format!(r#"{{"response":{{"metaData":{columns},"results":[{results}]}}}}"#);
        for answer in [after, before] {
            let page = decoded(&answer);
            for (index, cell) in cells.iter().enumerate() {
                let expected = match serde_json::from_str::<String>(cell) {
                    Ok(text) => serde_json::to_string(&text).expect("a text"),
                    Err(_) => cell.to_string(),
                };
                assert_eq!(row(&page, index), format!("[{expected}]"), "{answer}");
                assert_eq!(page.columns()[0].is_null(index), *cell == "null");
            }
        }
    }
}

#[test]
fn dates_need_a_report_type_of_dates_or_none() {
    let is_date = |descriptor: &str| {
        let results = r#"[["2024-02-03T09:08:07.000Z"]]"#;
        let page = decoded(&answer(results, &format!(r#"{{"columns":[{{"name":"x"{descriptor}}}]}}"#)));
        matches!(page.columns()[0].data(), ColumnData::DateTime { .. })
    };
    assert!(is_date(""));
    assert!(is_date(r#","reportDataType":"PERIOD""#));
    assert!(is_date(r#","reportDataType":"DATETIME""#));
    assert!(is_date(r#","reportDataType":null"#));
    for other in
        ["STRING", "SEARCH_STRING", "IDSET", "INTEGER", "BOOLEAN", "MONEY", "STRING_SET", "SOMETHING"]
    {
        assert!(!is_date(&format!(r#","reportDataType":"{other}""#)), "{other}");
    }
}

#[test]
fn retain_drops_rows_from_every_column() {
    let mut page = decoded(&answer(RESULTS, &metadata()));
    let whole = page.clone();
    assert_eq!(page.retain(|_| true), 0);
    assert_eq!(page, whole);

    let mut asked = Vec::new();
    let dropped = page.retain(|row| {
        asked.push(row);
        row != 1
    });
    assert_eq!((dropped, page.rows(), asked), (1, 2, vec![0, 1, 2]));
    assert_eq!((row(&page, 0), row(&page, 1)), (row(&whole, 0), row(&whole, 2)));
    assert_eq!(page.metadata(), whole.metadata());
    assert_eq!(page.retain(|_| false), 2);
    assert!(page.columns().iter().all(|column| column.cell(0) == Cell::Null));
}

#[test]
fn wrong_answers_are_named_with_their_place() {
    let one = r#"{"columns":[{"name":"a"},{"name":"b"}]}"#;
    let before = |results: &str| format!(r#"{{"response":{{"metaData":{one},"results":{results}}}}}"#);
    let after = |results: &str| format!(r#"{{"response":{{"results":{results},"metaData":{one}}}}}"#);
    let deep = "[".repeat(100_000);
    for (answer, place, words) in [
        (after("[[1,2],[1]]"), 30, "row 2 has 1 cells, expected 2"),
        (after("[[1,2],[1,2,[3,4]]]"), 30, "row 2 has 3 cells, expected 2"),
        (after("[[1,2], []]"), 31, "row 2 has 0 cells, expected 2"),
        (after("[[1,2],{}]"), 30, "expected an array as row 2, found an object"),
        (after("[7]"), 24, "expected an array as row 1, found a number"),
        (after("[[]]"), 24, "row 1 has no cells"),
        (after("[[1,2,3]]"), 23, "row 1 has 3 cells, but `metaData` names 2 columns"),
        (before("[[1,2,3]]"), 75, "row 1 has 3 cells, expected 2"),
        (before("[[1]]"), 75, "row 1 has 1 cells, expected 2"),
        (after("[[1,2] [3,4]]"), 30, "expected `,` or `]` after row 1, found an array"),
        (after("[[1;2]]"), 26, "expected `,` or `]` after cell 1 of row 1, found `;`"),
        (after("[[1,2],[1,02]]"), 34, "invalid number"),
        (after("[[1,2],[1,NaN]]"), 33, "expected value"),
        (after("[[1,2],]"), 30, "expected an array as row 2, found `]`"),
        (after("[[1,2],[1,]]"), 33, "trailing comma"),
        (after("[[\"a\",2],[\"\\ud800\",4]]"), 40, "hex escape"),
        (after("[[\"a\",2],[\"\u{1}\",4]]"), 34, "control character"),
        (after("{}"), 23, "expected the array `results`, found an object"),
        (after("null"), 23, "expected the array `results`, found null"),
        (r#"{"response":{"results":[[1]]}}"#.into(), 23, "`metaData` names 0 columns"),
        (r#"{"response":{"results":[],"results":[]}}"#.into(), 36, "`results` comes twice"),
        (r#"{"response":{"metaData":{},"metaData":{}}}"#.into(), 38, "`metaData` comes twice"),
        (r#"{"response":{"results":[]},"response":{}}"#.into(), 38, "`response` comes twice"),
        (r#"{"reference":{},"reference":{}}"#.into(), 28, "`reference` comes twice"),
        (r#"{"response":{}}"#.into(), 12, "neither `results` nor `metaData`"),
        (r#"{"response":"Invalid instance token"}"#.into(), 12, "found a text"),
        (r#"{"errors":[{"code":"CMNC-018"}]}"#.into(), 0, "no `response`"),
        (r#"{"response":{"metaData":{"columns":[{"nom":"a"}]}}}"#.into(), 0, "missing field `name`"),
        (r#"{"response":{"metaData":{"lastResult":"4"}}}"#.into(), 38, "`metaData` cannot be read"),
        (r#"{"response":{"metaData":{"lastResult":-4}}}"#.into(), 38, "`metaData` cannot be read"),
        (r#"{"response":{"results":[]}}}"#.into(), 27, "expected the end of the answer"),
        ("<html><body>Bad gateway</body></html>".into(), 0, "expected an object as the answer, found `<`"),
        ("".into(), 0, "cut off"),
        ("  ".into(), 2, "cut off"),
        ("[]".into(), 0, "expected an object as the answer, found an array"),
        (after(&format!("[[{deep}")), 0, "recursion limit"),
        (format!("{{\"x\":{deep}"), 0, "recursion limit"),
        (format!("{{\"reference\":{{\"x\":{{\"y\":{deep}"), 0, "recursion limit"),
    ] {
        let error = Page::decode(answer.as_bytes()).expect_err(&answer);
        let shown = answer.get(..200).unwrap_or(&answer);
        assert_eq!(error.kind(), Kind::Protocol, "{shown}");
        assert!(error.message().contains(words), "{words:?} is not in {error} for {shown}");
        if place > 0 {
            assert_eq!(error.location(), Some(format!("byte {place}").as_str()), "{error} for {shown}");
        }
    }
    let error = Page::decode(b"{\"response\":\"\xff\"}").expect_err("not UTF-8");
    assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some("byte 13")));
}

#[test]
fn too_many_columns_are_refused() {
    let wide = format!(r#"{{"response":{{"results":[[{}1]]}}}}"#, "1,".repeat(5000));
    let error = Page::decode(wide.as_bytes()).expect_err("too wide");
    assert!(error.message().contains("more than 4096 cells"), "{error}");

    let columns = r#"{"name":"x"},"#.repeat(5000);
    let wide = format!(r#"{{"response":{{"metaData":{{"columns":[{columns}{{"name":"y"}}]}}}}}}"#);
    let error = Page::decode(wide.as_bytes()).expect_err("too wide");
    assert!(error.message().contains("names 5001 columns, expected at most 4096"), "{error}");
}
