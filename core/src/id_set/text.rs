//! The text form: `1,5-10,20`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{IdSet, Span, check_id, check_range};
use crate::error::{Error, Result};
use crate::excerpt::excerpt;

impl IdSet {
    /// Reads ids and ascending ranges, separated by `,` or `.` (API notes §1.3 know both), in any order.
    ///
    /// Parts may overlap and repeat, may have ASCII white space around them and may be written with
    /// leading zeros; a range may have equal ends (`5-5` is `5`). Linear when the parts ascend.
    ///
    /// # Errors
    /// A validation error located at `byte N` (counted from 0) for: empty text, an empty part (`1,,2`),
    /// id `0`, an id above [`IdSet::HIGHEST`], a range with one end missing or more than two ends, a
    /// descending range, anything that is not a digit.
    pub fn parse(text: &str) -> Result<IdSet> {
        if text.trim_ascii().is_empty() {
            return Err(Error::validation("byte 0", "the id set is empty, expected ids such as 1,5-10,20"));
        }
        let mut spans = Vec::new();
        let mut start = 0;
        for part in text.split([',', '.']) {
            let leading = part.len() - part.trim_ascii_start().len();
            spans.push(parse_part(part.trim_ascii(), start + leading)?);
            start += part.len() + 1;
        }
        Ok(IdSet::from_spans(spans))
    }
}

/// Reads `8` or `10-20`, which stands at this byte.
fn parse_part(part: &str, byte: usize) -> Result<Span> {
    let at = |offset: usize| format!("byte {}", byte + offset);
    if part.is_empty() {
        return Err(Error::validation(
            at(0),
            "found an empty part, expected an id such as 8 or a range such as 10-20",
        ));
    }
    if let Some(offset) = part.find(|character: char| !character.is_ascii_digit() && character != '-') {
        return Err(Error::validation(
            at(offset),
            format!("found {}, expected an id such as 8 or a range such as 10-20", excerpt(&part[offset..])),
        ));
    }
    let Some((first, last)) = part.split_once('-') else {
        let id = parse_id(part, byte)?;
        return Ok(Span { first: id, last: id });
    };
    if first.is_empty() || last.is_empty() || last.contains('-') {
        return Err(Error::validation(
            at(0),
            format!("found {}, expected a range with two ends such as 10-20", excerpt(part)),
        ));
    }
    let first_id = parse_id(first, byte)?;
    let last_id = parse_id(last, byte + first.len() + 1)?;
    check_range(first_id, last_id).map_err(|error| error.at(at(0)))
}

/// Reads digits, which stand at this byte.
fn parse_id(digits: &str, byte: usize) -> Result<u64> {
    let id = digits.parse::<u64>().map_err(|_| {
        Error::validation(
            format!("byte {byte}"),
            format!("found {}, expected an id up to {}", excerpt(digits), IdSet::HIGHEST),
        )
    })?;
    check_id(id).map_err(|error| error.at(format!("byte {byte}")))?;
    Ok(id)
}

impl FromStr for IdSet {
    type Err = Error;

    /// See [`IdSet::parse`].
    fn from_str(text: &str) -> Result<IdSet> {
        IdSet::parse(text)
    }
}

/// The canonical and shortest text: ascending, ranges as long as they can be, commas, no white space.
/// Two neighbours are a range too (`3-4`), as Brightpearl writes them (API notes §1.4). An empty set is
/// empty text.
impl fmt::Display for IdSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, span) in self.spans.iter().enumerate() {
            if index > 0 {
                formatter.write_str(",")?;
            }
            if span.first == span.last {
                write!(formatter, "{}", span.first)?;
            } else {
                write!(formatter, "{}-{}", span.first, span.last)?;
            }
        }
        Ok(())
    }
}

/// How many bytes the range takes in text.
pub(super) fn text_length(first: u64, last: u64) -> usize {
    if first == last { digits(first) } else { digits(first) + 1 + digits(last) }
}

/// How many decimal digits an id has.
pub(super) fn digits(id: u64) -> usize {
    id.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// The canonical text.
impl Serialize for IdSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text, as [`IdSet::parse`] reads it; the empty text too, which is what an empty set is written as.
impl<'de> Deserialize<'de> for IdSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(IdSet::new());
        }
        IdSet::parse(&text).map_err(serde::de::Error::custom)
    }
}
