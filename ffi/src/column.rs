//! One column of a page, as pointers into it.

use std::ptr;

use brightpearl_core::table::{Bitmap, Column, ColumnData, Text};

use crate::text::{OwnedText, bp_bytes, bp_text, lend_option};

/// What the cells of a column are, and with it which of the column's pointers are set.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_column_kind {
    /// Every cell is null, or there are no rows; no pointer is set.
    Null = 0,
    /// Whole numbers: `integers`.
    Integer = 1,
    /// Booleans: `booleans`.
    Boolean = 2,
    /// Texts: `offsets` and `texts`.
    Text = 3,
    /// Instants: `integers` has milliseconds since the Unix epoch in UTC; `offset_minutes`.
    DateTime = 4,
    /// Numbers exactly as the server spelt them, some of them no 64-bit integer: `offsets` and `texts`.
    Decimal = 5,
    /// JSON texts: arrays, objects, or values of more than one sort: `offsets` and `texts`.
    Json = 6,
}

/// Stands in `offset_minutes` for an instant that the server wrote with `Z`.
pub const BP_ZULU: i16 = -32768;

/// One column of a page: `rows` cells in Arrow's layout. All pointers live as long as the page. A null cell
/// has a place like any other, holding 0, false or the empty text; `validity` tells it apart.
/// The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_column {
    /// Its name.
    pub name: bp_text,
    /// What Brightpearl says it holds, such as `IDSET`; no text when the answer says nothing.
    pub report_type: bp_text,
    /// What its cells are.
    pub kind: bp_column_kind,
    /// Which column of the page it is, from 0.
    pub index: usize,
    /// How many cells it has: the rows of the page.
    pub rows: usize,
    /// A set bit for each cell that is not null, least significant bit of each byte first. NULL when no cell
    /// is null, and for `BP_COLUMN_KIND_NULL`, where every cell is.
    pub validity: *const u8,
    /// `rows` numbers, or NULL.
    pub integers: *const i64,
    /// `rows` values: minutes that local time is ahead of UTC, or `BP_ZULU`. Or NULL.
    pub offset_minutes: *const i16,
    /// `rows` bits, least significant bit of each byte first, or NULL.
    pub booleans: *const u8,
    /// `rows + 1` numbers that never fall: cell n is the bytes from `offsets[n]` to `offsets[n + 1]` of
    /// `texts`. Or NULL.
    pub offsets: *const i32,
    /// All texts, one after the other, in UTF-8.
    pub texts: bp_bytes,
    /// Whether results can be sorted by it.
    pub sortable: bool,
    /// Whether results can be filtered by it.
    pub filterable: bool,
    /// Whether a search must filter by it.
    pub required: bool,
}

/// What a column's texts need to be lent with a NUL.
#[derive(Debug)]
pub(crate) struct ColumnTexts {
    name: OwnedText,
    report_type: Option<OwnedText>,
}

impl ColumnTexts {
    pub(crate) fn new(column: &Column) -> Self {
        Self {
            name: OwnedText::new(column.name()),
            report_type: column.report_type().map(|kind| OwnedText::new(kind.name())),
        }
    }
}

impl bp_column {
    /// Points into a column and its texts, which must outlive it.
    pub(crate) fn new(column: &Column, texts: &ColumnTexts, index: usize, rows: usize) -> Self {
        let blank = Self {
            name: texts.name.lend(),
            report_type: lend_option(texts.report_type.as_ref()),
            kind: bp_column_kind::Null,
            index,
            rows,
            validity: column.validity().map_or(ptr::null(), bits),
            integers: ptr::null(),
            offset_minutes: ptr::null(),
            booleans: ptr::null(),
            offsets: ptr::null(),
            texts: bp_bytes::NONE,
            sortable: column.is_sortable(),
            filterable: column.is_filterable(),
            required: column.is_required(),
        };
        match column.data() {
            ColumnData::Null => blank,
            ColumnData::Integer(values) => {
                Self { kind: bp_column_kind::Integer, integers: values.as_ptr(), ..blank }
            }
            ColumnData::Boolean(values) => {
                Self { kind: bp_column_kind::Boolean, booleans: bits(values), ..blank }
            }
            ColumnData::Text(texts) => blank.with_texts(bp_column_kind::Text, texts),
            ColumnData::DateTime { milliseconds, offset_minutes } => Self {
                kind: bp_column_kind::DateTime,
                integers: milliseconds.as_ptr(),
                offset_minutes: offset_minutes.as_ptr(),
                ..blank
            },
            ColumnData::Decimal(texts) => blank.with_texts(bp_column_kind::Decimal, texts),
            ColumnData::Json(texts) => blank.with_texts(bp_column_kind::Json, texts),
        }
    }

    fn with_texts(self, kind: bp_column_kind, texts: &Text) -> Self {
        Self {
            kind,
            offsets: texts.offsets().as_ptr(),
            texts: bp_bytes::of(texts.buffer().as_bytes()),
            ..self
        }
    }
}

fn bits(bitmap: &Bitmap) -> *const u8 {
    bitmap.as_bytes().as_ptr()
}

const _: () = assert!(BP_ZULU == brightpearl_core::value::DateTime::ZULU);
