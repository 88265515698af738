//! What the API has, as constant tables: one file per service. A resource that is not listed still works;
//! the engine then assumes the careful defaults of [`Resource::UNLISTED`].

mod contact;
mod order;
mod product;
mod warehouse;

use crate::error::{Error, Result};
use crate::id_set::IdSet;
use crate::value::{Date, DateTime, Period};

/// The data type of a search column (API notes §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterType {
    /// One whole number.
    Integer,
    /// An id set such as `1,5-9`.
    IdSet,
    /// An exact text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A date or date-time.
    DateTime,
    /// `from/to`, `from/`, `/to`, or a single day.
    Period,
}

/// One column or filter name of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchColumn {
    /// The name on the wire.
    pub name: &'static str,
    /// The type of its filter values.
    pub filter_type: FilterType,
    /// Whether it may be filtered by.
    pub filterable: bool,
    /// Whether it may be sorted by.
    pub sortable: bool,
    /// Whether it stands in result rows; `false` for names that only filter or sort.
    pub in_rows: bool,
}

/// A search resource.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// The path below the account, such as `order-service/order-search`.
    pub path: &'static str,
    /// The column that identifies a row.
    pub key: &'static str,
    /// The resource whose ids the key column holds, for fetching hits in detail.
    pub finds: &'static str,
    /// Columns and filter names.
    pub columns: &'static [SearchColumn],
}

impl Search {
    /// The column or filter of that name.
    pub fn column(&self, name: &str) -> Option<&'static SearchColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Checks a filter before it costs a request.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `filters.{name}`.
    pub fn check_filter(&self, name: &str, value: &str) -> Result<()> {
        let place = format!("filters.{name}");
        let Some(column) = self.column(name).filter(|column| column.filterable) else {
            let names: Vec<&str> =
                self.columns.iter().filter(|column| column.filterable).map(|column| column.name).collect();
            return Err(Error::validation(
                place,
                format!("{} has no filter {name:?}; expected one of {}", self.path, names.join(", ")),
            ));
        };
        let expected = match column.filter_type {
            FilterType::Text => return Ok(()),
            FilterType::Integer => value.parse::<i64>().is_err().then_some("a whole number"),
            FilterType::Boolean => (!matches!(value, "true" | "false")).then_some("true or false"),
            FilterType::IdSet => {
                return IdSet::parse(value).map(drop).map_err(|error| inside(error, &place, value));
            }
            FilterType::DateTime => (value.parse::<Date>().is_err() && value.parse::<DateTime>().is_err())
                .then_some("an ISO 8601 date or date-time"),
            FilterType::Period => {
                return value.parse::<Period>().map(drop).map_err(|error| inside(error, &place, value));
            }
        };
        match expected {
            None => Ok(()),
            Some(expected) => Err(Error::validation(
                place,
                format!("the filter value {value:?} does not fit; expected {expected}"),
            )),
        }
    }

    /// Checks a requested result column.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `columns`.
    pub fn check_column(&self, name: &str) -> Result<()> {
        if self.column(name).is_some_and(|column| column.in_rows) {
            return Ok(());
        }
        let names: Vec<&str> =
            self.columns.iter().filter(|column| column.in_rows).map(|column| column.name).collect();
        Err(Error::validation(
            "columns",
            format!("{} has no column {name:?}; expected some of {}", self.path, names.join(", ")),
        ))
    }

    /// Checks a sort name.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `sort`.
    pub fn check_sort(&self, name: &str) -> Result<()> {
        if self.column(name).is_some_and(|column| column.sortable) {
            return Ok(());
        }
        let names: Vec<&str> =
            self.columns.iter().filter(|column| column.sortable).map(|column| column.name).collect();
        Err(Error::validation(
            "sort",
            format!("{} cannot be sorted by {name:?}; expected one of {}", self.path, names.join(", ")),
        ))
    }
}

/// Puts a value's own error into the place of its filter.
fn inside(error: Error, place: &str, value: &str) -> Error {
    let within = error.location().map(|location| format!(" at {location}")).unwrap_or_default();
    Error::validation(place, format!("the filter value {value:?} does not fit{within}: {}", error.message()))
}

/// A resource that is read by id set.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    /// The path below the account, such as `order-service/order`.
    pub path: &'static str,
    /// Most ids in one GET (API notes §1.3).
    pub id_limit: u32,
    /// Whether `OPTIONS` tells which ids exist, in legal chunks (§1.4).
    pub options: bool,
    /// The member that holds a record's id when the answer is an array.
    pub id_member: &'static str,
    /// The search that finds its ids.
    pub search: Option<&'static str>,
}

impl Resource {
    /// What is assumed of a resource that is not listed: the smallest documented limit, and nothing else.
    pub const UNLISTED: Resource =
        Resource { path: "", id_limit: 200, options: false, id_member: "id", search: None };
}

const SEARCHES: [&[Search]; 3] = [order::SEARCHES, product::SEARCHES, contact::SEARCHES];
const RESOURCES: [&[Resource]; 4] =
    [order::RESOURCES, product::RESOURCES, contact::RESOURCES, warehouse::RESOURCES];

/// The search at that path, if it is listed.
pub fn search(path: &str) -> Option<&'static Search> {
    SEARCHES.into_iter().flatten().find(|search| search.path == path.trim_matches('/'))
}

/// The resource at that path, if it is listed.
pub fn resource(path: &str) -> Option<&'static Resource> {
    RESOURCES.into_iter().flatten().find(|resource| resource.path == path.trim_matches('/'))
}

/// Every listed resource.
pub fn resources() -> impl Iterator<Item = &'static Resource> {
    RESOURCES.into_iter().flatten()
}

/// Every listed search.
pub fn searches() -> impl Iterator<Item = &'static Search> {
    SEARCHES.into_iter().flatten()
}

/// The resource that a short name such as `order` stands for.
pub fn resource_by_name(name: &str) -> Option<&'static Resource> {
    resources().find(|resource| resource.path == name || resource.path.rsplit('/').next() == Some(name))
}

/// A column that is in the rows, and may be filtered and sorted by.
const fn column(name: &'static str, filter_type: FilterType) -> SearchColumn {
    SearchColumn { name, filter_type, filterable: true, sortable: true, in_rows: true }
}

/// A column that may be filtered by, but not sorted.
const fn unsortable(name: &'static str, filter_type: FilterType) -> SearchColumn {
    SearchColumn { sortable: false, ..column(name, filter_type) }
}

/// A name that may be filtered by, but stands in no row.
const fn filter_only(name: &'static str, filter_type: FilterType) -> SearchColumn {
    SearchColumn { sortable: false, in_rows: false, ..column(name, filter_type) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn every_search_knows_its_key_and_its_resource() {
        for search in searches() {
            assert!(
                search.column(search.key).is_some_and(|key| key.in_rows && key.sortable),
                "{}",
                search.path
            );
            assert_eq!(resource(search.finds).and_then(|found| found.search), Some(search.path));
        }
    }
}
