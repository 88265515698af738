//! What can be searched: columns, filters, sorting (API notes §4).

use serde::Serialize;

use crate::error::{Error, Result};
use crate::id_set::IdSet;
use crate::json::nearest;
use crate::value::{Date, DateTime, Period};

/// The data type of a search column, and with it the syntax of its filter (API notes §4.3).
///
/// No source knows of a filter for "is null" or "is not null", so none is offered: `NULL` is refused where
/// it does not fit the type, and sent as those four letters where any text fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FilterType {
    /// `INTEGER`: one whole number.
    Integer,
    /// `IDSET`: an id set such as `1,5-9`.
    #[serde(rename = "IDSET")]
    IdSet,
    /// `STRING`: a text, compared exactly.
    #[serde(rename = "STRING")]
    Text,
    /// `SEARCH_STRING`: a text that the value contains, in any case.
    #[serde(rename = "SEARCH_STRING")]
    SearchText,
    /// `STRING_SET`: texts with commas between them; how a comma within a text is written, no source says.
    #[serde(rename = "STRING_SET")]
    TextSet,
    /// `BOOLEAN`: `true` or `false`.
    Boolean,
    /// `DATETIME`: a date or a date-time.
    #[serde(rename = "DATETIME")]
    DateTime,
    /// `PERIOD`: `from/to`, `from/`, `/to`, or a single day.
    Period,
    /// `FREE_TEXT_QUERY`: words that are looked for in several columns.
    #[serde(rename = "FREE_TEXT_QUERY")]
    FreeText,
    /// `INTEGER` or `IDSET`: the source saw whole numbers, which both of them hold.
    IntegerOrIdSet,
    /// Not known. Any value is sent; Brightpearl refuses one that does not fit (`CMNC-018`).
    Unknown,
}

impl FilterType {
    /// Checks one filter value.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) without a location, saying what was expected.
    pub fn check(self, value: &str) -> Result<()> {
        let fits = match self {
            Self::Text | Self::SearchText | Self::FreeText | Self::Unknown => true,
            Self::TextSet => !value.is_empty(),
            Self::Integer => is_integer(value),
            Self::Boolean => matches!(value, "true" | "false"),
            Self::DateTime => value.parse::<Date>().is_ok() || value.parse::<DateTime>().is_ok(),
            Self::IdSet => return IdSet::parse(value).map(drop),
            Self::IntegerOrIdSet => return if is_integer(value) { Ok(()) } else { Self::IdSet.check(value) },
            Self::Period => return value.parse::<Period>().map(drop),
        };
        if fits { Ok(()) } else { Err(Error::new(crate::Kind::Validation, self.expected())) }
    }

    /// Whether a filter of this type takes several values, with commas between them; so may one that nobody knows.
    pub fn takes_sets(self) -> bool {
        match self {
            Self::IdSet | Self::TextSet | Self::IntegerOrIdSet | Self::Unknown => true,
            Self::Integer
            | Self::Text
            | Self::SearchText
            | Self::Boolean
            | Self::DateTime
            | Self::Period
            | Self::FreeText => false,
        }
    }

    /// What a filter of this type takes, in words.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Integer => "a whole number",
            Self::IdSet => "an id set such as 1,5-9",
            Self::Text | Self::SearchText | Self::FreeText => "a text",
            Self::TextSet => "texts with commas between them",
            Self::Boolean => "true or false",
            Self::DateTime => "an ISO 8601 date or date-time",
            Self::Period => "a period such as 2024-01-01/2024-02-01, 2024-01-01/ or /2024-02-01",
            Self::IntegerOrIdSet => "a whole number or an id set",
            Self::Unknown => "anything",
        }
    }
}

fn is_integer(value: &str) -> bool {
    value.parse::<i64>().is_ok()
}

/// One column or filter name of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SearchColumn {
    /// The name on the wire.
    pub name: &'static str,
    /// The type of its values and filters.
    #[serde(rename = "type")]
    pub filter_type: FilterType,
    /// Whether it may be filtered by; assumed where no source says.
    pub filterable: bool,
    /// Whether it may be sorted by; assumed where no source says.
    pub sortable: bool,
    /// Whether it stands in result rows; `false` for names that only filter or sort.
    pub in_rows: bool,
    /// The map beside the rows that says what its values mean, such as `orderStatusNames`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'static str>,
    /// Whether a source states the type. When not, little more than the name is known.
    pub verified: bool,
}

/// What dates of creation and change can miss (API notes §8.1.1).
pub(crate) const UPDATES_MISS: &str =
    "what leaves both alone; no source says what does, and one answer to a change still had no updatedOn";

/// A search resource.
#[derive(Clone, Copy, Debug)]
pub struct SearchResource {
    /// The path below the account, such as `order-service/order-search`.
    pub path: &'static str,
    /// The column that identifies a row, where one is known to: an id that no two rows share.
    pub key: Option<&'static str>,
    /// The resource whose ids the key column holds, for fetching hits in detail.
    pub finds: Option<&'static str>,
    /// How rows are sorted when nothing is said, such as `orderId.ASC`.
    pub default_sort: Option<&'static str>,
    /// The columns that tell what is new and what has changed, by which a pull finds it: dates that filter, sort and
    /// stand in the rows. Together they cover every change that any of them shows; one alone may be null.
    pub watermarks: &'static [&'static str],
    /// What those columns can miss, so that a pull finds it only when it reconciles, or anew.
    pub dates_miss: &'static str,
    /// Where rows are lines of records: the column with the id of the record, which several rows share, and what
    /// reads it.
    pub lines_of: Option<(&'static str, &'static str)>,
    /// Columns in their default order, then names that only filter or sort.
    pub columns: &'static [SearchColumn],
    /// Whether no other columns are known to exist; only then an unknown one is refused.
    pub columns_complete: bool,
    /// Whether no other filters and sort names are known to exist; only then an unknown one is refused.
    pub filters_complete: bool,
    /// What else is to be known.
    pub note: &'static str,
}

impl SearchResource {
    /// An entry to complete.
    pub(crate) const BLANK: SearchResource = SearchResource {
        path: "",
        key: None,
        finds: None,
        default_sort: None,
        watermarks: &[],
        dates_miss: "",
        lines_of: None,
        columns: &[],
        columns_complete: false,
        filters_complete: false,
        note: "",
    };

    /// The column or filter of that name.
    pub fn column(&self, name: &str) -> Option<&'static SearchColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that makes an order of rows total: the key, where the API is known to sort by it.
    pub fn tie_breaker(&self) -> Option<&'static str> {
        let (default, _) = self.default_sort?.split_once('.')?;
        self.key.filter(|key| *key == default)
    }

    /// Checks a filter before it costs a request.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `filters.{name}`.
    pub fn check_filter(&self, name: &str, value: &str) -> Result<()> {
        match self.column(name) {
            Some(column) if column.filterable => check_value(name, value, column.filter_type),
            known => self.check_name(
                known,
                name,
                &format!("filters.{name}"),
                self.filters_complete,
                |column| column.filterable,
                (format!("{} has no filter {name:?}", self.path), "one of"),
            ),
        }
    }

    /// Checks a requested result column.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `columns`.
    pub fn check_column(&self, name: &str) -> Result<()> {
        match self.column(name) {
            Some(column) if column.in_rows => Ok(()),
            known => self.check_name(
                known,
                name,
                "columns",
                self.columns_complete,
                |column| column.in_rows,
                (format!("{} has no column {name:?}", self.path), "some of"),
            ),
        }
    }

    /// Checks a sort name.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `sort`.
    pub fn check_sort(&self, name: &str) -> Result<()> {
        match self.column(name) {
            Some(column) if column.sortable => Ok(()),
            known => self.check_name(
                known,
                name,
                "sort",
                self.filters_complete,
                |column| column.sortable,
                (format!("{} cannot be sorted by {name:?}", self.path), "one of"),
            ),
        }
    }

    /// Refuses a name that does not serve: always when it is `known` not to, or when it is most likely a
    /// known one misspelt, and otherwise only when the list is complete.
    fn check_name(
        &self,
        known: Option<&SearchColumn>,
        name: &str,
        place: &str,
        complete: bool,
        serves: fn(&SearchColumn) -> bool,
        (refusal, expected): (String, &str),
    ) -> Result<()> {
        let names: Vec<&str> =
            self.columns.iter().filter(|column| serves(column)).map(|column| column.name).collect();
        let meant = nearest(name, names.iter().copied()).filter(|_| known.is_none());
        let names = || names.join(", ");
        match meant {
            Some(meant) => {
                let message = format!("{refusal}; did you mean {meant}? Expected {expected} {}", names());
                Err(Error::validation(place, message))
            }
            None if complete || known.is_some_and(|column| column.verified) => {
                Err(Error::validation(place, format!("{refusal}; expected {expected} {}", names())))
            }
            None => Ok(()),
        }
    }
}

/// Checks the value of a filter of that type.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `filters.{name}`.
pub(crate) fn check_value(name: &str, value: &str, filter_type: FilterType) -> Result<()> {
    let place = || format!("filters.{name}");
    filter_type.check(value).map_err(|error| unfit(&error, &place(), value, filter_type))
}

/// Puts a value's own error into the place of its filter.
fn unfit(error: &Error, place: &str, value: &str, filter_type: FilterType) -> Error {
    let reason = match error.location() {
        Some(location) => format!(" at {location}: {}", error.message()),
        None if error.message() == filter_type.expected() => format!("; expected {}", error.message()),
        None => format!(": {}", error.message()),
    };
    Error::validation(place, format!("the filter value {value:?} does not fit{reason}"))
}

/// A column that is in the rows, and may be filtered and sorted by.
pub(crate) const fn column(name: &'static str, filter_type: FilterType) -> SearchColumn {
    SearchColumn {
        name,
        filter_type,
        filterable: true,
        sortable: true,
        in_rows: true,
        reference: None,
        verified: true,
    }
}

/// A column whose type, and whether it filters and sorts, no source states.
pub(crate) const fn named(name: &'static str) -> SearchColumn {
    column(name, FilterType::Unknown).unverified()
}

/// A column that was seen to hold whole numbers; whether it filters and sorts, no source states.
pub(crate) const fn numbered(name: &'static str) -> SearchColumn {
    column(name, FilterType::IntegerOrIdSet).unverified()
}

impl SearchColumn {
    /// Not sortable.
    pub(crate) const fn unsortable(self) -> Self {
        SearchColumn { sortable: false, ..self }
    }

    /// Not filterable.
    pub(crate) const fn unfilterable(self) -> Self {
        SearchColumn { filterable: false, ..self }
    }

    /// In no row: it only filters and sorts.
    pub(crate) const fn not_in_rows(self) -> Self {
        SearchColumn { in_rows: false, ..self }
    }

    /// It only filters.
    pub(crate) const fn filter_only(self) -> Self {
        self.unsortable().not_in_rows()
    }

    /// It only sorts.
    pub(crate) const fn sort_only(self) -> Self {
        self.unfilterable().not_in_rows()
    }

    /// Its values are explained by this map.
    pub(crate) const fn explained_by(self, reference: &'static str) -> Self {
        SearchColumn { reference: Some(reference), ..self }
    }

    /// Marked as unsure in the sources.
    pub(crate) const fn unverified(self) -> Self {
        SearchColumn { verified: false, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::search;

    #[test]
    fn names_the_filter_and_what_it_takes() {
        let orders = search("order-service/order-search").unwrap();
        for (name, value) in
            [("orderTypeId", "1"), ("orderId", "1,5-9"), ("updatedOn", "2026-01-01/"), ("customerRef", "#1")]
        {
            orders.check_filter(name, value).unwrap();
        }
        for (name, value, expected) in [
            ("reference", "x", "customerRef"),
            ("contactId", "seven", "a whole number"),
            ("orderId", "5-1", "5-1"),
            ("updatedOn", "yesterday", "yesterday"),
        ] {
            let error = orders.check_filter(name, value).unwrap_err();
            assert_eq!(error.location(), Some(format!("filters.{name}").as_str()));
            assert!(error.message().contains(expected), "{error}");
        }
        let products = search("/product-service/product-search/").unwrap();
        assert!(products.check_filter("stockTracked", "yes").is_err());
        assert!(products.check_filter("salesChannelName", "x").is_err(), "not filterable");
        assert!(products.check_column("channelId").is_err(), "filters only");
        assert!(products.check_sort("brightpearlCategoryCode").is_err(), "not sortable");
    }

    #[test]
    fn refuses_unknown_names_only_when_the_list_is_complete_or_the_name_misspelt() {
        let contacts = search("contact-service/contact-search").unwrap();
        assert!(!contacts.filters_complete);
        contacts.check_filter("tagIds", "7").unwrap();
        contacts.check_sort("favouriteColour").unwrap();
        assert!(contacts.check_filter("primaryEmial", "a@example.com").is_err());
        assert!(contacts.check_filter("primaryemail", "a@example.com").is_err());
        assert!(contacts.check_column("favouriteColour").is_err(), "the columns are complete");
        assert!(contacts.check_sort("isStaff").is_err(), "known not to sort");
    }

    #[test]
    fn every_type_takes_its_values_and_no_others() {
        for (filter_type, fitting, unfit) in [
            (FilterType::Integer, &["7", "-1"][..], &["", "1,2", "1.5", "NULL"][..]),
            (FilterType::IdSet, &["7", "1,5-9"], &["0", "9-5", "NULL", "x"]),
            (FilterType::IntegerOrIdSet, &["0", "-1", "1,5-9"], &["x", "NULL", "9-5"]),
            (FilterType::Boolean, &["true", "false"], &["TRUE", "1", "", "NULL"]),
            (FilterType::DateTime, &["2024-03-10", "2024-03-10T00:00:00Z"], &["2024-03-10/", "NULL"]),
            (FilterType::Period, &["2024-03-10", "2024-03-10/", "/2024-03-10"], &["/", "NULL", "today"]),
            (FilterType::TextSet, &["a", "a,b"], &[""]),
            (FilterType::Text, &["", "NULL", "a/b"], &[]),
            (FilterType::SearchText, &["", "any thing"], &[]),
            (FilterType::FreeText, &["two words"], &[]),
            (FilterType::Unknown, &["", "anything"], &[]),
        ] {
            for value in fitting {
                assert!(filter_type.check(value).is_ok(), "{filter_type:?} {value:?}");
            }
            for value in unfit {
                assert!(filter_type.check(value).is_err(), "{filter_type:?} {value:?}");
            }
        }
    }
}
