//! Search pages as Arrow record batches.
#![cfg(feature = "arrow")]

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use brightpearl_core::Kind;
use brightpearl_core::table::{ColumnData, Page, REPORT_TYPE};

const COLUMNS: &str = r#"{"columns":[
    {"name":"orderId","reportDataType":"IDSET"},
    {"name":"parentOrderId","reportDataType":"IDSET"},
    {"name":"createdOn","reportDataType":"PERIOD"},
    {"name":"customerRef","reportDataType":"STRING"},
    {"name":"isPrinted","reportDataType":"BOOLEAN"},
    {"name":"total","reportDataType":"MONEY"},
    {"name":"tags","reportDataType":"STRING_SET"},
    {"name":"unknown"}]}"#;

fn page(results: &str) -> Page {
    let answer = format!(r#"{{"response":{{"results":{results},"metaData":{COLUMNS}}}}}"#);
    Page::decode(answer.as_bytes()).expect("a page")
}

fn first() -> Page {
    page(
        r#"[[1,null,"2024-02-03T09:08:07.000-06:00","A £",true,12,["a","b"],null],
            [2,null,null,null,false,3,null,null],
            [3,null,"2024-07-03T09:08:07.123Z","",null,null,"c",null]]"#,
    )
}

fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

fn texts(batch: &RecordBatch, column: usize) -> Vec<Option<&str>> {
    batch.column(column).as_string::<i32>().iter().collect()
}

#[test]
fn report_types_choose_the_arrow_types() {
    let schema = first().arrow_schema();
    let types: Vec<&DataType> = schema.fields().iter().map(|field| field.data_type()).collect();
    let (integer, text, boolean, instant) = (DataType::Int64, DataType::Utf8, DataType::Boolean, timestamp());
    assert_eq!(types, [&integer, &integer, &instant, &text, &boolean, &text, &text, &text]);
    assert!(schema.fields().iter().all(|field| field.is_nullable()));
    assert_eq!(schema.field(0).metadata().get(REPORT_TYPE).map(String::as_str), Some("IDSET"));
    assert!(schema.field(7).metadata().is_empty());
}

#[test]
fn a_batch_holds_every_cell() {
    let page = first();
    let schema = Arc::new(page.arrow_schema());
    let batch = page.into_record_batch(schema).expect("a batch");
    assert_eq!((batch.num_rows(), batch.num_columns()), (3, 8));
    let ids: Vec<_> = batch.column(0).as_primitive::<Int64Type>().iter().collect();
    assert_eq!(ids, [Some(1), Some(2), Some(3)]);
    assert_eq!(batch.column(1).null_count(), 3);
    let instants: Vec<_> = batch.column(2).as_primitive::<TimestampMillisecondType>().iter().collect();
    assert_eq!(instants, [Some(1_706_972_887_000), None, Some(1_719_997_687_123)]);
    assert_eq!(texts(&batch, 3), [Some("A £"), None, Some("")]);
    let printed: Vec<_> = batch.column(4).as_boolean().iter().collect();
    assert_eq!(printed, [Some(true), Some(false), None]);
    assert_eq!(texts(&batch, 5), [Some("12"), Some("3"), None]);
    assert_eq!(texts(&batch, 6), [Some(r#"["a","b"]"#), None, Some("c")]);
    assert_eq!(batch.column(7).null_count(), 3);
}

#[test]
fn texts_among_other_values_are_as_they_are_in_any_order() {
    let reference = |cells: [&str; 3]| {
        let rows: Vec<_> =
            cells.iter().map(|cell| format!(r#"[1,null,null,{cell},null,null,null,null]"#)).collect();
        let page = page(&format!("[{}]", rows.join(",")));
        let schema = Arc::new(page.arrow_schema());
        let batch = page.into_record_batch(schema).expect("a batch");
        texts(&batch, 3).into_iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
    };
    let told = |text: &str| Some(text.to_owned());
    assert_eq!(reference(["3", r#""x""#, "null"]), [told("3"), told("x"), None]);
    assert_eq!(reference([r#""x""#, "3", "1.50"]), [told("x"), told("3"), told("1.50")]);
    assert_eq!(
        reference(["true", r#""a \"b\" \u00e9""#, r#"{"c":"d"}"#]),
        [told("true"), told(r#"a "b" é"#), told(r#"{"c":"d"}"#)]
    );
}

#[test]
fn later_pages_take_the_schema_of_the_first() {
    let schema = Arc::new(first().arrow_schema());
    let later = page(r#"[[4,3,null,"2024-02-03T09:08:07.000Z",null,1.50,null,"x"]]"#);
    assert_eq!(later.widened_arrow_schema(&schema), *schema);
    let batch = later.into_record_batch(schema.clone()).expect("a batch");
    assert_eq!(batch.schema(), schema);
    assert_eq!(batch.column(1).as_primitive::<Int64Type>().value(0), 3);
    assert_eq!(batch.column(2).null_count(), 1);
    assert_eq!(texts(&batch, 5), [Some("1.50")]);
    assert_eq!(texts(&batch, 7), [Some("x")]);

    let empty = page("[]").into_record_batch(schema).expect("an empty batch");
    assert_eq!((empty.num_rows(), empty.num_columns()), (0, 8));
}

#[test]
fn cells_of_another_sort_are_refused_until_the_schema_is_widened() {
    let schema = Arc::new(first().arrow_schema());
    let odd = page(r#"[["4-A",3,"soon","x",true,1,null,null],[5,4,null,"y",1,2,null,null]]"#);
    let error = odd.clone().into_record_batch(schema.clone()).expect_err("texts are not ids");
    assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some("column orderId")));

    let widened = Arc::new(odd.widened_arrow_schema(&schema));
    let batch = odd.into_record_batch(widened.clone()).expect("a batch");
    assert_eq!(texts(&batch, 0), [Some("4-A"), Some("5")]);
    assert_eq!(texts(&batch, 2), [Some("soon"), None]);
    assert_eq!(widened.field(1).data_type(), &DataType::Int64);
    assert_eq!(widened.field(0).metadata(), schema.field(0).metadata());

    let batch = first().into_record_batch(widened).expect("the first page fits the wider schema");
    assert_eq!(texts(&batch, 0), [Some("1"), Some("2"), Some("3")]);
    assert_eq!(
        texts(&batch, 2),
        [Some("2024-02-03T09:08:07.000-06:00"), None, Some("2024-07-03T09:08:07.123Z")]
    );
    assert_eq!(texts(&batch, 4), [Some("true"), Some("false"), None]);
}

#[test]
fn columns_are_found_by_name() {
    let schema = Arc::new(Schema::new(vec![
        Field::new("absent", DataType::Int64, true),
        Field::new("b", DataType::Utf8, true),
        Field::new("a", DataType::Int64, true),
    ]));
    let page = |columns: &str| {
        let answer =
            format!(r#"{{"response":{{"results":[[1,"x"]],"metaData":{{"columns":[{columns}]}}}}}}"#);
        Page::decode(answer.as_bytes()).expect("a page")
    };
    let batch = page(r#"{"name":"a"},{"name":"b"}"#).into_record_batch(schema.clone()).expect("a batch");
    assert_eq!(batch.column(0).null_count(), 1);
    assert_eq!(texts(&batch, 1), [Some("x")]);
    assert_eq!(batch.column(2).as_primitive::<Int64Type>().value(0), 1);

    let new = page(r#"{"name":"a"},{"name":"new"}"#);
    let error = new.clone().into_record_batch(schema.clone()).expect_err("a column more");
    assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some("column new")));
    let widened = Arc::new(new.widened_arrow_schema(&schema));
    assert_eq!(new.into_record_batch(widened).expect("a batch").num_columns(), 4);

    let demanding = Arc::new(Schema::new(vec![Field::new("a", DataType::Int64, false)]));
    let nulls = Page::decode(br#"{"response":{"results":[[null]],"metaData":{"columns":[{"name":"a"}]}}}"#);
    let error = nulls.expect("a page").into_record_batch(demanding).expect_err("pages may have nulls");
    assert_eq!(error.kind(), Kind::Misuse);
}

#[test]
fn buffers_are_moved_and_not_copied() {
    let page = page(r#"[[1,2,"2024-02-03T09:08:07.000Z","text",true,1,null,null]]"#);
    let addresses: Vec<usize> = page
        .columns()
        .iter()
        .filter_map(|column| match column.data() {
            ColumnData::Integer(values) => Some(values.as_ptr().addr()),
            ColumnData::DateTime { milliseconds, .. } => Some(milliseconds.as_ptr().addr()),
            ColumnData::Text(texts) => Some(texts.buffer().as_ptr().addr()),
            ColumnData::Boolean(bits) => Some(bits.as_bytes().as_ptr().addr()),
            ColumnData::Null | ColumnData::Decimal(_) | ColumnData::Json(_) => None,
        })
        .take(5)
        .collect();
    let schema = Arc::new(page.arrow_schema());
    let batch = page.into_record_batch(schema).expect("a batch");
    let moved = [
        batch.column(0).as_primitive::<Int64Type>().values().as_ptr().addr(),
        batch.column(1).as_primitive::<Int64Type>().values().as_ptr().addr(),
        batch.column(2).as_primitive::<TimestampMillisecondType>().values().as_ptr().addr(),
        batch.column(3).as_string::<i32>().values().as_ptr().addr(),
        batch.column(4).as_boolean().values().inner().as_ptr().addr(),
    ];
    assert_eq!(addresses, moved);
}
