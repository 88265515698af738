//! Values by which records are found, and the one way in which they are compared: in look-ups, windows, journals, and
//! among what is created for others. Values that find the same are equal.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::{self, FilterType};
use crate::mapping::Reference;
use crate::operation::Search;

/// What is looked for in one place: everything but the value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Group {
    pub(super) search: Arc<str>,
    pub(super) column: Arc<str>,
    pub(super) by: Vec<(Arc<str>, String)>,
    /// The column to take from the hit; the search's key when `None`.
    pub(super) take: Option<Arc<str>>,
}

/// A value that is looked for.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    pub(super) group: Group,
    /// As it is asked for: as its record has it, without blanks around it.
    value: String,
    /// As it is compared.
    normal: String,
}

impl Group {
    pub(super) fn of(reference: &Reference) -> Self {
        Self {
            search: Arc::clone(&reference.search),
            column: Arc::clone(&reference.column),
            by: reference.by.clone(),
            take: reference.take.clone(),
        }
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.take.as_deref().or_else(|| catalog::search(&self.search)?.key)
    }

    /// Whether what is taken from a hit is an id, and not the text of a column.
    pub(super) fn takes_id(&self) -> bool {
        let Some(listed) = catalog::search(&self.search) else { return false };
        let Some(key) = self.key() else { return false };
        let is_number = |column: &catalog::SearchColumn| match column.filter_type {
            FilterType::Integer | FilterType::IdSet | FilterType::IntegerOrIdSet => true,
            FilterType::Text
            | FilterType::SearchText
            | FilterType::TextSet
            | FilterType::Boolean
            | FilterType::DateTime
            | FilterType::Period
            | FilterType::FreeText
            | FilterType::Unknown => false,
        };
        listed.key == Some(key) || listed.column(key).is_some_and(is_number)
    }

    fn filter_type(&self) -> FilterType {
        let column = catalog::search(&self.search).and_then(|search| search.column(&self.column));
        column.map_or(FilterType::Unknown, |column| column.filter_type)
    }

    /// A value as it is compared: without blanks around it, in any case where the column is searched for within others or
    /// is one of two words, and numbers by what they are.
    pub(super) fn normal(&self, value: &str) -> String {
        let trimmed = value.trim();
        match self.filter_type() {
            FilterType::SearchText | FilterType::FreeText | FilterType::Boolean => trimmed.to_lowercase(),
            FilterType::Integer | FilterType::IdSet | FilterType::IntegerOrIdSet => {
                trimmed.parse::<i128>().map_or_else(|_| trimmed.to_owned(), |number| number.to_string())
            }
            FilterType::Text
            | FilterType::TextSet
            | FilterType::DateTime
            | FilterType::Period
            | FilterType::Unknown => trimmed.to_owned(),
        }
    }

    pub(super) fn search(&self, value: Option<&str>) -> Search {
        let mut search = Search::new(&*self.search);
        if let Some(value) = value {
            search = search.filter(&*self.column, value);
        }
        for (column, value) in &self.by {
            search = search.filter(&**column, value);
        }
        if let Some(listed) = catalog::search(&self.search) {
            let in_rows = |name: &&str| listed.column(name).is_none_or(|column| column.in_rows);
            let names = self.key().into_iter().chain([&*self.column]).filter(in_rows);
            let names: BTreeSet<&str> = names.collect();
            search = search.columns(names);
        }
        search
    }

    /// Whether every row of the whole search tells its value.
    pub(super) fn can_be_read_whole(&self) -> bool {
        let Some(listed) = catalog::search(&self.search) else { return false };
        listed.tie_breaker().is_some() && listed.column(&self.column).is_some_and(|column| column.in_rows)
    }

    /// Whether it is looked through by ids, of which it takes sets, and has one row for each.
    pub(super) fn takes_sets(&self) -> bool {
        let is_key = || catalog::search(&self.search).is_some_and(|listed| listed.key == Some(&*self.column));
        self.filter_type() == FilterType::IdSet && self.can_be_read_whole() && is_key()
    }
}

impl Sought {
    pub(super) fn new(group: Group, value: &str) -> Self {
        Self { normal: group.normal(value), value: value.trim().to_owned(), group }
    }

    pub(super) fn of(reference: &Reference) -> Self {
        Self::new(Group::of(reference), &reference.value)
    }

    /// A key that no search finds.
    pub(super) fn unfindable(by: Vec<(Arc<str>, String)>, value: &str) -> Self {
        Self::new(Group { search: "".into(), column: "".into(), by, take: None }, value)
    }

    /// Whether there is a search that finds it.
    pub(super) fn can_be_found(&self) -> bool {
        !self.group.search.is_empty()
    }

    /// The value to ask for.
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    /// The value as it is compared.
    pub(super) fn normal(&self) -> &str {
        &self.normal
    }

    /// The value as one text, equal for values that find the same.
    pub(super) fn text(&self) -> String {
        let by = self.group.by.iter().map(|(column, value)| format!("&{column}={value}"));
        format!("{}{}", self.normal, by.collect::<String>())
    }

    fn compared(&self) -> (&Group, &str) {
        (&self.group, &self.normal)
    }
}

impl PartialEq for Sought {
    fn eq(&self, other: &Self) -> bool {
        self.compared() == other.compared()
    }
}

impl Eq for Sought {}

impl PartialOrd for Sought {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sought {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compared().cmp(&other.compared())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought(search: &str, column: &str, value: &str) -> Sought {
        let group = Group { search: search.into(), column: column.into(), by: Vec::new(), take: None };
        Sought::new(group, value)
    }

    #[test]
    fn values_that_find_the_same_are_equal() {
        const CONTACTS: &str = "contact-service/contact-search";
        const ORDERS: &str = "order-service/order-search";
        for (search, column, one, other, are_equal) in [
            (CONTACTS, "primaryEmail", "Ada@x.com", " ada@X.com", true),
            (CONTACTS, "contactId", "007", "7", true),
            (CONTACTS, "isPrimary", "True", "true", true),
            (ORDERS, "customerRef", "S-1", "S-1 ", true),
            (ORDERS, "customerRef", "\u{a0}S-1", "S-1\n", true),
            (CONTACTS, "contactId", " 208", "208", true),
            (ORDERS, "customerRef", "S-1", "s-1", false),
            (ORDERS, "customerRef", "S-1", "S-01", false),
            ("x-service/x-search", "name", "a", "a ", true),
            ("x-service/x-search", "name", "a", "A", false),
        ] {
            let (one, other) = (sought(search, column, one), sought(search, column, other));
            assert_eq!(one == other, are_equal, "{one:?} {other:?}");
            assert_eq!(one.text() == other.text(), are_equal, "{one:?} {other:?}");
            for sought in [one, other] {
                assert_eq!(
                    sought.value().trim(),
                    sought.value(),
                    "what is asked for has no blanks around it"
                );
            }
        }
    }
}
