//! One column of a page.

use super::bitmap::Bitmap;
use super::cell::{self, Cell};
use super::text::Text;
use crate::value::DateTime;

/// What Brightpearl says a column holds: `reportDataType` (API notes §4.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReportType {
    /// `INTEGER`: one whole number.
    Integer,
    /// `IDSET`: an id, filtered by id sets.
    IdSet,
    /// `STRING`: text, filtered by equality.
    String,
    /// `DATETIME`: an instant.
    DateTime,
    /// `BOOLEAN`.
    Boolean,
    /// `SEARCH_STRING`: text, filtered by what it contains.
    SearchString,
    /// `STRING_SET`: text, filtered by a list.
    StringSet,
    /// `FREE_TEXT_QUERY`.
    FreeTextQuery,
    /// `PERIOD`: an instant, filtered by ranges.
    Period,
    /// `MONEY`: an amount.
    Money,
    /// A type that this version does not know, as the answer spells it.
    Other(String),
}

impl ReportType {
    /// The type that the API spells so.
    pub fn from_name(name: &str) -> Self {
        match name {
            "INTEGER" => Self::Integer,
            "IDSET" => Self::IdSet,
            "STRING" => Self::String,
            "DATETIME" => Self::DateTime,
            "BOOLEAN" => Self::Boolean,
            "SEARCH_STRING" => Self::SearchString,
            "STRING_SET" => Self::StringSet,
            "FREE_TEXT_QUERY" => Self::FreeTextQuery,
            "PERIOD" => Self::Period,
            "MONEY" => Self::Money,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The type as the API spells it.
    pub fn name(&self) -> &str {
        match self {
            Self::Integer => "INTEGER",
            Self::IdSet => "IDSET",
            Self::String => "STRING",
            Self::DateTime => "DATETIME",
            Self::Boolean => "BOOLEAN",
            Self::SearchString => "SEARCH_STRING",
            Self::StringSet => "STRING_SET",
            Self::FreeTextQuery => "FREE_TEXT_QUERY",
            Self::Period => "PERIOD",
            Self::Money => "MONEY",
            Self::Other(name) => name,
        }
    }

    /// Whether its values are instants. A type that we do not know is not taken for one.
    pub fn is_date(&self) -> bool {
        match self {
            Self::DateTime | Self::Period => true,
            Self::Integer
            | Self::IdSet
            | Self::String
            | Self::Boolean
            | Self::SearchString
            | Self::StringSet
            | Self::FreeTextQuery
            | Self::Money
            | Self::Other(_) => false,
        }
    }
}

/// What `metaData` says of one column (API notes §4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) report_type: Option<ReportType>,
    pub(super) sortable: bool,
    pub(super) filterable: bool,
    pub(super) required: bool,
    pub(super) free_text: Option<bool>,
    pub(super) reference_data: Vec<String>,
}

impl Header {
    /// Whether canonical date-times of this column are instants, and not texts that look like them.
    pub(super) fn admits_dates(&self) -> bool {
        self.report_type.as_ref().is_none_or(ReportType::is_date)
    }
}

/// The cells of one column, in Arrow's layout. A null cell has a place like any other, holding 0, `false`
/// or the empty text; the column's validity tells it apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnData {
    /// Every cell is null, or there are no rows.
    Null,
    /// Whole numbers.
    Integer(Vec<i64>),
    /// Booleans, a bit each.
    Boolean(Bitmap),
    /// Texts, without escapes.
    Text(Text),
    /// Instants.
    DateTime {
        /// Milliseconds since the Unix epoch, in UTC.
        milliseconds: Vec<i64>,
        /// Minutes that local time is ahead of UTC, or [`DateTime::ZULU`] where the answer wrote `Z`.
        offset_minutes: Vec<i16>,
    },
    /// Numbers, exactly as the answer spells them.
    Decimal(Text),
    /// JSON texts: arrays and objects exactly as the answer spells them, texts with only the escapes that
    /// JSON demands.
    Json(Text),
}

/// One column: what `metaData` says of it, and its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub(super) header: Header,
    pub(super) data: ColumnData,
    pub(super) validity: Option<Bitmap>,
}

impl Column {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.header.name
    }

    /// What Brightpearl says it holds; `None` when the answer says nothing.
    pub fn report_type(&self) -> Option<&ReportType> {
        self.header.report_type.as_ref()
    }

    /// Whether results can be sorted by it.
    pub fn is_sortable(&self) -> bool {
        self.header.sortable
    }

    /// Whether results can be filtered by it.
    pub fn is_filterable(&self) -> bool {
        self.header.filterable
    }

    /// Whether a search must filter by it.
    pub fn is_required(&self) -> bool {
        self.header.required
    }

    /// Whether free text queries look into it; `None` in older answers, which do not say.
    pub fn is_free_text_searchable(&self) -> Option<bool> {
        self.header.free_text
    }

    /// The names of the `reference` maps that have labels for its values.
    pub fn reference_data(&self) -> &[String] {
        &self.header.reference_data
    }

    /// The cells.
    pub fn data(&self) -> &ColumnData {
        &self.data
    }

    /// A set bit for each row that is not null; `None` when no row is null, and for
    /// [`ColumnData::Null`], where every row is.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// The cells and their validity themselves, for a hand-over without a copy.
    pub fn into_data(self) -> (ColumnData, Option<Bitmap>) {
        (self.data, self.validity)
    }

    /// Whether the cell is null; `true` beyond the last row.
    pub fn is_null(&self, row: usize) -> bool {
        matches!(self.cell(row), Cell::Null)
    }

    /// The cell at `row`; null beyond the last row.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        if self.validity.as_ref().is_some_and(|validity| !validity.get(row)) {
            return Cell::Null;
        }
        self.data.cell(row)
    }
}

impl ColumnData {
    /// The cell at `row` as if it were not null; null beyond the last row.
    pub(super) fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Integer(values) => values.get(row).map_or(Cell::Null, |value| Cell::Integer(*value)),
            Self::Boolean(values) if row < values.len() => Cell::Boolean(values.get(row)),
            Self::Text(texts) if row < texts.len() => Cell::Text(texts.get(row)),
            Self::Decimal(texts) if row < texts.len() => Cell::Decimal(texts.get(row)),
            Self::Json(texts) if row < texts.len() => Cell::Json(texts.get(row)),
            Self::Boolean(_) | Self::Text(_) | Self::Decimal(_) | Self::Json(_) => Cell::Null,
            Self::DateTime { milliseconds, offset_minutes } => {
                match (milliseconds.get(row), offset_minutes.get(row)) {
                    (Some(milliseconds), Some(offset)) => {
                        Cell::DateTime(DateTime::from_known_parts(*milliseconds, *offset))
                    }
                    (_, _) => Cell::Null,
                }
            }
        }
    }

    /// The rows whose place in `keep` is true.
    pub(super) fn filtered(&self, keep: &[bool]) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Integer(values) => Self::Integer(kept(values, keep)),
            Self::Boolean(values) => Self::Boolean(values.filtered(keep)),
            Self::Text(texts) => Self::Text(texts.filtered(keep)),
            Self::Decimal(texts) => Self::Decimal(texts.filtered(keep)),
            Self::Json(texts) => Self::Json(texts.filtered(keep)),
            Self::DateTime { milliseconds, offset_minutes } => Self::DateTime {
                milliseconds: kept(milliseconds, keep),
                offset_minutes: kept(offset_minutes, keep),
            },
        }
    }
}

fn kept<T: Copy>(values: &[T], keep: &[bool]) -> Vec<T> {
    values.iter().zip(keep).filter_map(|(value, keep)| keep.then_some(*value)).collect()
}

impl Cell<'_> {
    /// Appends the cell as JSON: the exact number, the exact date-time, the exact text.
    pub fn write_json(self, out: &mut String) {
        cell::write_cell(self, out);
    }
}
