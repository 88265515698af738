//! What must be looked up in Brightpearl before a body is whole.

use std::sync::Arc;

use serde::Serialize;

use super::Mapping;

/// What to do when nothing is found.
#[derive(Clone, Debug, Default)]
pub enum OnMissing {
    /// The record fails.
    #[default]
    Fail,
    /// The field is left out.
    Skip,
    /// The record is skipped.
    SkipRecord,
    /// This JSON goes there instead.
    Default(String),
    /// It is created by this mapping, from [`Reference::record`].
    Create(Arc<Mapping>),
}

impl OnMissing {
    /// The name, as documents have it.
    pub fn as_str(&self) -> &'static str {
        match self {
            OnMissing::Fail => "fail",
            OnMissing::Skip => "skip",
            OnMissing::SkipRecord => "skip-record",
            OnMissing::Default(_) => "default",
            OnMissing::Create(_) => "create",
        }
    }
}

impl PartialEq for OnMissing {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (OnMissing::Fail, OnMissing::Fail)
            | (OnMissing::Skip, OnMissing::Skip)
            | (OnMissing::SkipRecord, OnMissing::SkipRecord) => true,
            (OnMissing::Default(one), OnMissing::Default(other)) => one == other,
            (OnMissing::Create(one), OnMissing::Create(other)) => one.name() == other.name(),
            (
                OnMissing::Fail
                | OnMissing::Skip
                | OnMissing::SkipRecord
                | OnMissing::Default(_)
                | OnMissing::Create(_),
                _,
            ) => false,
        }
    }
}

impl Serialize for OnMissing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Something of Brightpearl's that a body names by its id, told by what the record knows of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// The search that finds it, such as `product-service/product-search`; empty when nothing is searched for,
    /// because it is created for every record.
    pub search: Arc<str>,
    /// The search's column that has the value. A hit must be checked: a `SEARCH_STRING` column also finds
    /// what only contains it.
    pub column: Arc<str>,
    /// The value. Empty when nothing is searched for.
    pub value: String,
    /// Further columns and their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<(Arc<str>, String)>,
    /// The column to take from the hit; the search's key when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take: Option<Arc<str>>,
    /// What to do when nothing is found.
    pub on_missing: OnMissing,
    /// Where the id goes: a JSON Pointer into the body, `*` for any element.
    pub pointer: Arc<str>,
    /// The rule: a JSON Pointer into the document.
    pub rule: Arc<str>,
    /// What a creation is mapped from: the JSON of the record, or of the element of the rule's `each`.
    #[serde(skip)]
    pub record: Option<String>,
}

impl Reference {
    /// Search, column and values as one text, by which results can be kept:
    /// `product-service/product-search?SKU=MUG-1`. Equal texts mean the same thing in Brightpearl, unless nothing
    /// is searched for.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.search.len() + self.column.len() + self.value.len() + 2);
        text.extend([&*self.search, "?", &self.column, "=", &self.value]);
        for (column, value) in &self.by {
            text.extend(["&", column, "=", value]);
        }
        if let Some(take) = &self.take {
            text.extend(["#", take]);
        }
        text
    }
}

/// What came of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The id.
    Id(u64),
    /// A code or another text.
    Text(String),
    /// Brightpearl does not have it, and it was not created: what the rule says of that holds.
    Missing,
    /// It is left out, whatever the rule says: what is there already needs nothing created for it.
    LeftOut,
    /// It could not be found out, for this reason; the record fails.
    Unknown(String),
}
