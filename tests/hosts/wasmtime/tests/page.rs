//! What a host reads out of a page's flat lists.

use brightpearl_core::value::DateTime;
use brightpearl_host_wasmtime::page::{Cell, Labels};
use brightpearl_host_wasmtime::types::{
    Column, ColumnData, Instants, Metadata, Page, ReferenceMap, Resources, Texts,
};

fn texts<const N: usize>(texts: [&str; N]) -> Texts {
    let ends = texts.iter().scan(0, |end, text| {
        *end += i32::try_from(text.len()).expect("a short text");
        Some(*end)
    });
    Texts { offsets: [0].into_iter().chain(ends).collect(), bytes: texts.concat().into_bytes() }
}

fn column(data: ColumnData, validity: Option<u8>) -> Column {
    Column {
        name: "anything".to_owned(),
        report_type: None,
        sortable: false,
        filterable: false,
        required: false,
        free_text_searchable: None,
        reference_data: vec!["names".to_owned()],
        data,
        validity: validity.map(|bits| vec![bits]),
    }
}

fn page(references: Vec<ReferenceMap>) -> Page {
    Page {
        rows: 2,
        columns: Vec::new(),
        references,
        references_raw: None,
        metadata: Metadata {
            more_pages_available: None,
            results_available: None,
            results_returned: None,
            first_result: None,
            last_result: None,
            sorting: Vec::new(),
        },
        first_result: 1,
        duplicates: 0,
    }
}

#[test]
fn cells_are_found_in_every_kind_of_column() {
    let moment = DateTime::from_parts(1_782_864_000_000, 60).expect("a moment");
    let instants = Instants { milliseconds: vec![0, 1_782_864_000_000], offset_minutes: vec![0, 60] };
    for (data, expected) in [
        (ColumnData::Integer(vec![0, 7]), Cell::Integer(7)),
        (ColumnData::Boolean(vec![0b10]), Cell::Boolean(true)),
        (ColumnData::Text(texts(["", "é"])), Cell::Text("é")),
        (ColumnData::DateTime(instants), Cell::DateTime(moment)),
        (ColumnData::Decimal(texts(["", "1.50"])), Cell::Decimal("1.50")),
        (ColumnData::Json(texts(["", "[1]"])), Cell::Json("[1]")),
    ] {
        let column = column(data, Some(0b10));
        assert_eq!((column.cell(0), column.cell(1), column.cell(2)), (Cell::Null, expected, Cell::Null));
    }
    assert_eq!(column(ColumnData::Null, None).cell(0), Cell::Null);
}

#[test]
fn labels_are_names_and_not_json() {
    let page = page(vec![ReferenceMap {
        name: "names".to_owned(),
        keys: texts(["1", "2", "true"]),
        values: texts(["one", "{}", "yes"]),
        json: vec![0b010],
        raw: None,
    }]);
    let labels = Labels::of(&page);
    assert_eq!(labels.get(&column(ColumnData::Integer(vec![1, 2]), None), 0), Some("one"));
    assert_eq!(labels.get(&column(ColumnData::Integer(vec![1, 2]), None), 1), None);
    assert_eq!(labels.get(&column(ColumnData::Boolean(vec![1]), None), 0), Some("yes"));
    assert_eq!(labels.get(&column(ColumnData::Text(texts(["1"])), None), 0), Some("one"));
    assert_eq!(labels.get(&column(ColumnData::Decimal(texts(["1"])), None), 0), None);
}

#[test]
fn resources_are_slices_of_the_body() {
    let resources = Resources {
        body: b"[{\"id\":5},{}]".to_vec(),
        ids: vec![5, 0],
        offsets: vec![1, 10],
        lengths: vec![8, 2],
        requested: "5".to_owned(),
        missing: String::new(),
        refused: Vec::new(),
    };
    let each: Vec<_> = resources.each().collect();
    assert_eq!(each, [(Some(5), b"{\"id\":5}".as_slice()), (None, b"{}".as_slice())]);
}
