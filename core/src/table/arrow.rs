//! Pages as Arrow record batches.
//!
//! The pages of one search make one table, so they need one schema. A column's Arrow type comes from its
//! report type, which is the same on every page, as long as the cells are what the report type says:
//!
//! | report type | Arrow type |
//! |---|---|
//! | `INTEGER`, `IDSET` | `Int64` |
//! | `BOOLEAN` | `Boolean` |
//! | `PERIOD`, `DATETIME` | `Timestamp(Millisecond, "UTC")` |
//! | text types, `MONEY` | `Utf8` |
//! | unknown or absent | by the cells; `Utf8` when all are null |
//!
//! Cells that are something else make the column `Utf8`: texts as they are, numbers and date-times as the
//! answer spells them, arrays and objects as JSON. The offsets of date-times are not in the batch: Brightpearl keeps instants,
//! and writes them with the account's offset only to show them (API notes §1.8).

#[expect(
    clippy::disallowed_types,
    reason = "Arrow's own metadata type; ours has one entry, so it has one order"
)]
use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
    TimestampMillisecondArray, new_null_array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

use super::bitmap::Bitmap;
use super::cell;
use super::column::{Column, ColumnData, ReportType};
use super::page::Page;
use super::text::Text;
use crate::error::{Error, Kind, Result};

/// The key in a field's metadata under which its report type stands, as the API spells it.
pub const REPORT_TYPE: &str = "brightpearl.reportDataType";

const UTC: &str = "UTC";

impl Page {
    /// The schema that fits this page. Every field is nullable, and has its report type in its metadata under
    /// [`REPORT_TYPE`]. Needs the feature `arrow`.
    pub fn arrow_schema(&self) -> Schema {
        Schema::new(self.columns().iter().map(field).collect::<Vec<_>>())
    }

    /// `earlier`, changed so that this page fits too: a field that cannot hold its column becomes `Utf8`, and
    /// columns that are new are added at the end. Equal to `earlier` when the page fits already. Needs the
    /// feature `arrow`.
    pub fn widened_arrow_schema(&self, earlier: &Schema) -> Schema {
        let mut fields: Vec<Field> = earlier.fields().iter().map(|field| field.as_ref().clone()).collect();
        for column in self.columns() {
            match fields.iter_mut().find(|field| field.name() == column.name()) {
                Some(field) if !holds(field.data_type(), column.data()) => {
                    *field = field.clone().with_data_type(DataType::Utf8);
                }
                Some(_) => {}
                None => fields.push(field(column)),
            }
        }
        Schema::new_with_metadata(fields, earlier.metadata().clone())
    }

    /// The page as a record batch of that schema: [`Page::arrow_schema`] of the search's first page, so that
    /// all pages make one table. Columns are found by name; one that the page lacks is null. Buffers are
    /// moved, not copied, where the column is of the field's type already. Needs the feature `arrow`.
    ///
    /// # Errors
    ///
    /// [`Kind::Protocol`], with the column as location, when the schema has no such column, or its type
    /// cannot hold the cells; [`Page::widened_arrow_schema`] has one that can. [`Kind::Misuse`] when the
    /// schema cannot be had from pages at all.
    pub fn into_record_batch(self, schema: SchemaRef) -> Result<RecordBatch> {
        let rows = self.rows();
        let mut columns: Vec<Option<Column>> = self.into_columns().into_iter().map(Some).collect();
        let mut arrays = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let named = |column: &&mut Option<Column>| {
                column.as_ref().is_some_and(|column| column.name() == field.name())
            };
            match columns.iter_mut().find(named).and_then(Option::take) {
                Some(column) => arrays.push(array(column, field.data_type(), rows)?),
                None => arrays.push(new_null_array(field.data_type(), rows)),
            }
        }
        if let Some(column) = columns.into_iter().flatten().next() {
            let message = "the page has a column that the schema of the earlier pages has not";
            return Err(Error::new(Kind::Protocol, message).at(location(&column)));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(schema, arrays, &options)
            .map_err(|error| Error::misuse(format!("the schema does not fit a search page: {error}")))
    }
}

fn field(column: &Column) -> Field {
    let preferred = preferred_type(column);
    let data_type = if holds(&preferred, column.data()) { preferred } else { DataType::Utf8 };
    let field = Field::new(column.name(), data_type, true);
    match column.report_type() {
        Some(report_type) =>
        {
            #[expect(clippy::disallowed_types, reason = "as above")]
            field.with_metadata(HashMap::from([(REPORT_TYPE.to_owned(), report_type.name().to_owned())]))
        }
        None => field,
    }
}

fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some(UTC.into()))
}

/// The type that the report type stands for.
fn preferred_type(column: &Column) -> DataType {
    match column.report_type() {
        Some(ReportType::Integer | ReportType::IdSet) => DataType::Int64,
        Some(ReportType::Boolean) => DataType::Boolean,
        Some(ReportType::Period | ReportType::DateTime) => timestamp_type(),
        Some(
            ReportType::String
            | ReportType::SearchString
            | ReportType::StringSet
            | ReportType::FreeTextQuery
            | ReportType::Money,
        ) => DataType::Utf8,
        Some(ReportType::Other(_)) | None => match column.data() {
            ColumnData::Integer(_) => DataType::Int64,
            ColumnData::Boolean(_) => DataType::Boolean,
            ColumnData::DateTime { .. } => timestamp_type(),
            ColumnData::Null | ColumnData::Text(_) | ColumnData::Decimal(_) | ColumnData::Json(_) => {
                DataType::Utf8
            }
        },
    }
}

/// Whether a field of that type can hold the cells without loss, but for the offsets of date-times.
fn holds(data_type: &DataType, data: &ColumnData) -> bool {
    match data {
        ColumnData::Null => true,
        ColumnData::Integer(_) => matches!(data_type, DataType::Int64 | DataType::Utf8),
        ColumnData::Boolean(_) => matches!(data_type, DataType::Boolean | DataType::Utf8),
        ColumnData::DateTime { .. } => *data_type == timestamp_type() || *data_type == DataType::Utf8,
        ColumnData::Text(_) | ColumnData::Decimal(_) | ColumnData::Json(_) => *data_type == DataType::Utf8,
    }
}

fn array(column: Column, data_type: &DataType, rows: usize) -> Result<ArrayRef> {
    if !holds(data_type, column.data()) {
        let found = match column.data() {
            ColumnData::Null => "nulls",
            ColumnData::Integer(_) => "whole numbers",
            ColumnData::Boolean(_) => "booleans",
            ColumnData::Text(_) => "texts",
            ColumnData::DateTime { .. } => "date-times",
            ColumnData::Decimal(_) => "numbers with fractions or beyond 64 bits",
            ColumnData::Json(_) => "values of several sorts",
        };
        let message = format!("expected cells for {data_type} as on the earlier pages, found {found}");
        return Err(Error::new(Kind::Protocol, message).at(location(&column)));
    }
    let location = location(&column);
    let refused = |error: ArrowError| Error::new(Kind::Protocol, error.to_string()).at(location);
    if *data_type == DataType::Utf8 {
        return Ok(Arc::new(string_array(column, rows).map_err(refused)?));
    }
    let (data, validity) = column.into_data();
    let nulls = validity.map(null_buffer);
    Ok(match data {
        ColumnData::Integer(values) => {
            Arc::new(Int64Array::try_new(ScalarBuffer::from(values), nulls).map_err(refused)?)
        }
        ColumnData::Boolean(values) => Arc::new(BooleanArray::new(boolean_buffer(values), nulls)),
        ColumnData::DateTime { milliseconds, .. } => Arc::new(
            TimestampMillisecondArray::try_new(ScalarBuffer::from(milliseconds), nulls)
                .map_err(refused)?
                .with_timezone(UTC),
        ),
        ColumnData::Null | ColumnData::Text(_) | ColumnData::Decimal(_) | ColumnData::Json(_) => {
            new_null_array(data_type, rows)
        }
    })
}

fn string_array(column: Column, rows: usize) -> Result<StringArray, ArrowError> {
    let (data, validity) = column.into_data();
    let texts = match data {
        ColumnData::Null => return Ok(StringArray::new_null(rows)),
        ColumnData::Text(texts) | ColumnData::Decimal(texts) => texts,
        ColumnData::Json(texts) => unquoted(texts),
        ColumnData::Integer(_) | ColumnData::Boolean(_) | ColumnData::DateTime { .. } => {
            let mut texts = Text::with_capacity(rows, 0);
            for row in 0..rows {
                let is_null = validity.as_ref().is_some_and(|validity| !validity.get(row));
                texts.push_with(|out| {
                    if !is_null {
                        cell::write_text(data.cell(row), out);
                    }
                });
            }
            texts
        }
    };
    let (offsets, bytes) = texts.into_parts();
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    StringArray::try_new(offsets, Buffer::from_vec(bytes), validity.map(null_buffer))
}

/// The cells of a column with values of several sorts, whose texts are as they would be in a column of texts: in
/// which sort a page began must not show.
fn unquoted(cells: Text) -> Text {
    if !cells.iter().any(|cell| cell.starts_with('"')) {
        return cells;
    }
    let mut texts = Text::with_capacity(cells.len(), cells.buffer().len());
    for cell in cells.iter() {
        match serde_json::from_str::<String>(cell) {
            Ok(text) => texts.push(&text),
            Err(_) => texts.push(cell),
        }
    }
    texts
}

fn boolean_buffer(bitmap: Bitmap) -> BooleanBuffer {
    let length = bitmap.len();
    BooleanBuffer::new(Buffer::from_vec(bitmap.into_bytes()), 0, length)
}

fn null_buffer(bitmap: Bitmap) -> NullBuffer {
    NullBuffer::new(boolean_buffer(bitmap))
}

fn location(column: &Column) -> String {
    format!("column {}", column.name())
}
