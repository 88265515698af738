//! Values in search results.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::protocol::moment::Moment;
use crate::protocol::zone::AccountZone;

/// One value of a row. The order is that of sorting: nothing comes before everything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Boolean(bool),
    Text(Cow<'static, str>),
    /// Milliseconds since the epoch.
    Moment(i64),
}

impl Cell {
    pub(crate) fn integer(value: impl Into<i64>) -> Self {
        Cell::Integer(value.into())
    }

    pub(crate) fn optional_integer(value: Option<u32>) -> Self {
        value.map_or(Cell::Null, |value| Cell::Integer(value.into()))
    }

    pub(crate) fn text(value: impl Into<Cow<'static, str>>) -> Self {
        Cell::Text(value.into())
    }

    pub(crate) fn optional_text(value: Option<String>) -> Self {
        value.map_or(Cell::Null, |value| Cell::Text(value.into()))
    }

    pub(crate) fn optional_moment(value: Option<i64>) -> Self {
        value.map_or(Cell::Null, Cell::Moment)
    }
}

/// A cell with the zone in which to write it.
pub(crate) struct ShownCell {
    pub(crate) cell: Cell,
    pub(crate) zone: AccountZone,
}

impl Serialize for ShownCell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.cell {
            Cell::Null => serializer.serialize_unit(),
            Cell::Integer(value) => serializer.serialize_i64(*value),
            Cell::Boolean(value) => serializer.serialize_bool(*value),
            Cell::Text(value) => serializer.serialize_str(value),
            Cell::Moment(ms) => Moment { ms: *ms, offset: self.zone.offset_at(*ms) }.serialize(serializer),
        }
    }
}

/// What the reference says of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Label {
    Name(&'static str),
    Text(String),
    Ids(Vec<u32>),
}
