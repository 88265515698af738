//! What a filter's text means, by the data type of its column (API notes §4.3).

use serde::{Serialize, Serializer};

use super::cell::Cell;
use crate::protocol::answer::Refusal;
use crate::protocol::id_set::IdSet;
use crate::protocol::moment::Period;

/// How a column is filtered, `reportDataType` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataType {
    Integer,
    IdSet,
    String,
    SearchString,
    Boolean,
    Period,
}

impl DataType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            DataType::Integer => "INTEGER",
            DataType::IdSet => "IDSET",
            DataType::String => "STRING",
            DataType::SearchString => "SEARCH_STRING",
            DataType::Boolean => "BOOLEAN",
            DataType::Period => "PERIOD",
        }
    }

    /// Reads a filter. What cannot be read is answered with status 500, as the real API does.
    pub(crate) fn read_filter(self, name: &str, value: &str) -> Result<Filter, Refusal> {
        let filter = match self {
            DataType::Integer => value.parse().ok().map(Filter::Integer),
            DataType::IdSet => IdSet::parse(value).ok().map(Filter::Ids),
            DataType::String => Some(Filter::Exactly(value.to_owned())),
            DataType::SearchString => Some(Filter::Containing(value.to_lowercase())),
            DataType::Boolean => value.parse().ok().map(Filter::Boolean),
            DataType::Period => Period::parse(value).map(Filter::During),
        };
        filter.ok_or_else(|| unreadable(name, value, self))
    }
}

/// The recorded answer to a filter that cannot be read (API notes §3.4).
pub(crate) fn unreadable(name: &str, value: &str, data_type: DataType) -> Refusal {
    let message = format!("The filter {name}={value} cannot be parsed as: {}", data_type.as_str());
    Refusal::coded(500, "CMNC-018", &message)
}

impl Serialize for DataType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A condition on one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Integer(i64),
    Ids(IdSet),
    Exactly(String),
    /// In lower case.
    Containing(String),
    Boolean(bool),
    During(Period),
}

impl Filter {
    /// Whether a value passes; one that is not there never does.
    pub(crate) fn accepts(&self, cell: &Cell) -> bool {
        match (self, cell) {
            (_, Cell::Null) => false,
            (Filter::Integer(wanted), Cell::Integer(value)) => value == wanted,
            (Filter::Ids(set), Cell::Integer(value)) => {
                u32::try_from(*value).is_ok_and(|id| set.contains(id))
            }
            (Filter::Exactly(wanted), Cell::Text(value)) => value == wanted,
            (Filter::Containing(part), Cell::Text(value)) => value.to_lowercase().contains(part),
            (Filter::Boolean(wanted), Cell::Boolean(value)) => value == wanted,
            (Filter::During(period), Cell::Moment(ms)) => period.contains(*ms),
            (
                Filter::Integer(_)
                | Filter::Ids(_)
                | Filter::Exactly(_)
                | Filter::Containing(_)
                | Filter::Boolean(_)
                | Filter::During(_),
                Cell::Integer(_) | Cell::Boolean(_) | Cell::Text(_) | Cell::Moment(_),
            ) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(data_type: DataType, filter: &str, cell: Cell) -> bool {
        data_type.read_filter("column", filter).unwrap().accepts(&cell)
    }

    #[test]
    fn each_type_has_its_own_syntax() {
        assert!(accepts(DataType::Integer, "7", Cell::Integer(7)));
        assert!(!accepts(DataType::Integer, "7", Cell::Integer(70)));
        assert!(accepts(DataType::IdSet, "9,1-3", Cell::Integer(2)));
        assert!(accepts(DataType::String, "Web-1", Cell::text("Web-1")));
        assert!(!accepts(DataType::String, "web-1", Cell::text("Web-1")));
        assert!(accepts(DataType::SearchString, "ÉLO", Cell::text("Mme Élodie")));
        assert!(accepts(DataType::Boolean, "true", Cell::Boolean(true)));
        assert!(accepts(DataType::Period, "2024-01-01/", Cell::Moment(1_750_000_000_000)));
    }

    #[test]
    fn nothing_passes_no_filter() {
        assert!(!accepts(DataType::String, "", Cell::Null));
        assert!(!accepts(DataType::Integer, "0", Cell::Null));
    }

    #[test]
    fn what_cannot_be_read_names_the_type() {
        for (data_type, text) in [
            (DataType::Integer, "1-3"),
            (DataType::Integer, "BAD"),
            (DataType::IdSet, "0"),
            (DataType::Boolean, "TRUE"),
            (DataType::Period, "yesterday"),
        ] {
            let refusal = data_type.read_filter("column", text).unwrap_err();
            assert_eq!(refusal.status, 500);
            let expected =
                format!("The filter column\\u003d{text} cannot be parsed as: {}", data_type.as_str());
            assert!(String::from_utf8(refusal.body).unwrap().contains(&expected));
        }
    }
}
