//! What a page says of itself.

use serde::Deserialize;

use super::column::{Header, ReportType};
use super::fault;
use super::rows::MOST_COLUMNS;
use crate::error::Result;

/// The counts and the order of a page, from `metaData` (API notes §4.4). Each is `None` when the answer
/// does not say: a page without hits has no first and last result, and answers of 2013 do not say whether
/// there are more pages. Counts are what the server claims; the rows of the page are what it sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Whether more pages follow.
    pub more_pages_available: Option<bool>,
    /// How many rows the whole search has.
    pub results_available: Option<u64>,
    /// How many rows this page has.
    pub results_returned: Option<u64>,
    /// The number of this page's first row, counted from 1.
    pub first_result: Option<u64>,
    /// The number of this page's last row.
    pub last_result: Option<u64>,
    /// By what the rows are sorted, the most significant first.
    pub sorting: Vec<Sorting>,
}

/// One column of the sort order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorting {
    /// The column's name.
    pub name: String,
    /// `ASC` or `DESC`, as the answer spells it; empty when it does not say.
    pub direction: String,
}

/// `metaData` on the wire; members that we do not know are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMetadata {
    more_pages_available: Option<bool>,
    results_available: Option<u64>,
    results_returned: Option<u64>,
    first_result: Option<u64>,
    last_result: Option<u64>,
    #[serde(default)]
    columns: Option<Vec<WireColumn>>,
    #[serde(default)]
    sorting: Option<Vec<WireSorting>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireColumn {
    name: String,
    report_data_type: Option<String>,
    sortable: Option<bool>,
    filterable: Option<bool>,
    required: Option<bool>,
    is_free_text_searchable: Option<bool>,
    reference_data: Option<Vec<String>>,
}

/// Search pages name the column in `filterable`; other answers name it in `field` (API notes §3.1).
#[derive(Deserialize)]
struct WireSorting {
    filterable: Option<WireSortingColumn>,
    field: Option<String>,
    direction: Option<String>,
}

#[derive(Deserialize)]
struct WireSortingColumn {
    name: String,
}

/// Reads the text of a `metaData` object, which begins at byte `start` of the answer.
pub(super) fn read(text: &str, start: usize) -> Result<(Metadata, Vec<Header>)> {
    let wire: WireMetadata = jiter::serde::from_str(text).map_err(|error| {
        let position = start + error.index().unwrap_or_default();
        fault::protocol(position, format!("`metaData` cannot be read: {}", message_of(error)))
    })?;
    let sorting = wire.sorting.unwrap_or_default().into_iter().map(Sorting::from).collect();
    let headers: Vec<Header> = wire.columns.unwrap_or_default().into_iter().map(Header::from).collect();
    if headers.len() > MOST_COLUMNS {
        let message = format!("`metaData` names {} columns, expected at most {MOST_COLUMNS}", headers.len());
        return Err(fault::protocol(start, message));
    }
    let metadata = Metadata {
        more_pages_available: wire.more_pages_available,
        results_available: wire.results_available,
        results_returned: wire.results_returned,
        first_result: wire.first_result,
        last_result: wire.last_result,
        sorting,
    };
    Ok((metadata, headers))
}

fn message_of(error: jiter::serde::Error) -> String {
    match error {
        jiter::serde::Error::Syntax(error) => error.error_type.to_string(),
        jiter::serde::Error::Message(message) | jiter::serde::Error::Data { message, .. } => message,
        jiter::serde::Error::Enum { kind, .. } => kind.to_string(),
    }
}

impl From<WireSorting> for Sorting {
    fn from(wire: WireSorting) -> Self {
        let name = wire.filterable.map(|column| column.name).or(wire.field).unwrap_or_default();
        Self { name, direction: wire.direction.unwrap_or_default() }
    }
}

impl From<WireColumn> for Header {
    fn from(wire: WireColumn) -> Self {
        Self {
            name: wire.name,
            report_type: wire.report_data_type.as_deref().map(ReportType::from_name),
            sortable: wire.sortable.unwrap_or_default(),
            filterable: wire.filterable.unwrap_or_default(),
            required: wire.required.unwrap_or_default(),
            free_text: wire.is_free_text_searchable,
            reference_data: wire.reference_data.unwrap_or_default(),
        }
    }
}
