//! What a search filters dates by.

use std::fmt;

use super::date::Date;
use super::date_time::DateTime;
use super::travels_as_text;
use crate::error::{Error, Result};

const MILLISECONDS_AN_HOUR: i64 = 3_600_000;
const MILLISECONDS_A_DAY: i64 = 24 * MILLISECONDS_AN_HOUR;

/// One end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A whole day, in a zone that Brightpearl chooses.
    Date(Date),
    /// An instant.
    DateTime(DateTime),
}

impl Moment {
    /// Reads a date or a date-time, which stands at this byte.
    fn parse_at(text: &str, byte: usize) -> Result<Self> {
        if text.contains('T') {
            DateTime::parse_at(text, byte).map(Self::DateTime)
        } else {
            Date::parse_at(text, byte).map(Self::Date)
        }
    }

    /// Whether this is later than the other in every time zone.
    fn is_surely_after(self, other: Moment) -> bool {
        match (self, other) {
            (Self::Date(from), Self::Date(to)) => from > to,
            (Self::DateTime(from), Self::DateTime(to)) => from.milliseconds() > to.milliseconds(),
            // A day begins first at UTC+14 and ends last at UTC-12.
            (Self::Date(from), Self::DateTime(to)) => {
                midnight(from) - 14 * MILLISECONDS_AN_HOUR > to.milliseconds()
            }
            (Self::DateTime(from), Self::Date(to)) => {
                from.milliseconds() > midnight(to) + MILLISECONDS_A_DAY + 12 * MILLISECONDS_AN_HOUR
            }
        }
    }
}

/// Milliseconds since the epoch when the day begins in UTC.
fn midnight(date: Date) -> i64 {
    i64::from(date.days_since_epoch()) * MILLISECONDS_A_DAY
}

impl From<Date> for Moment {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime> for Moment {
    fn from(date_time: DateTime) -> Self {
        Self::DateTime(date_time)
    }
}

/// The wire text of the date or the date-time.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(formatter),
            Self::DateTime(date_time) => date_time.fmt(formatter),
        }
    }
}

/// The value of a `PERIOD` filter (API notes §4.3): `from/to`, `from/`, `/to`, or a single date or
/// date-time.
///
/// What was parsed is sent as it was written. Offsets contain `+`, which the query must percent-encode;
/// that is not done here. Two periods are equal when their texts are.
///
/// ```
/// use brightpearl_core::value::Period;
///
/// let recent = Period::parse("2026-07-01T00:00:00Z/")?;
/// assert_eq!(recent.to_string(), "2026-07-01T00:00:00Z/");
/// assert!(recent.from().is_some() && recent.to().is_none());
/// assert!(Period::parse("2024-02-01/2024-01-01").is_err());
/// # Ok::<(), brightpearl_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    text: String,
    from: Option<Moment>,
    to: Option<Moment>,
}

impl Period {
    /// Reads a period.
    ///
    /// # Errors
    /// A validation error located at `byte N` (counted from 0): for an end that is neither a date nor a
    /// date-time with its offset, for a period without any end, for a second `/`, and for a start that is
    /// after the end. Between a date and a date-time that is refused only when no zone could make it right.
    pub fn parse(text: &str) -> Result<Self> {
        let Some((from, to)) = text.split_once('/') else {
            let moment = Moment::parse_at(text, 0)?;
            return Ok(Self { text: text.to_owned(), from: Some(moment), to: Some(moment) });
        };
        let to_byte = from.len() + 1;
        if from.is_empty() && to.is_empty() {
            let expected = "expected a period such as 2024-01-01/2024-02-01, 2024-01-01/ or /2024-02-01";
            return Err(Error::validation("byte 0", format!("found a period without ends, {expected}")));
        }
        if let Some(second) = to.find('/') {
            return Err(Error::validation(
                format!("byte {}", to_byte + second),
                "found a second \"/\", expected one between the start and the end of the period",
            ));
        }
        let read = |end: &str, byte| (!end.is_empty()).then(|| Moment::parse_at(end, byte)).transpose();
        let (from, to) = (read(from, 0)?, read(to, to_byte)?);
        check_order(from, to).map_err(|error| error.at(format!("byte {to_byte}")))?;
        Ok(Self { text: text.to_owned(), from, to })
    }

    /// From one moment to another.
    ///
    /// # Errors
    /// A validation error when the first is after the second, as in [`Period::parse`].
    pub fn between(from: impl Into<Moment>, to: impl Into<Moment>) -> Result<Self> {
        let (from, to) = (from.into(), to.into());
        check_order(Some(from), Some(to))?;
        Ok(Self { text: format!("{from}/{to}"), from: Some(from), to: Some(to) })
    }

    /// From a moment on.
    pub fn since(from: impl Into<Moment>) -> Self {
        let from = from.into();
        Self { text: format!("{from}/"), from: Some(from), to: None }
    }

    /// Up to a moment.
    pub fn until(to: impl Into<Moment>) -> Self {
        let to = to.into();
        Self { text: format!("/{to}"), from: None, to: Some(to) }
    }

    /// A single moment: a day, or an instant.
    pub fn on(moment: impl Into<Moment>) -> Self {
        let moment = moment.into();
        Self { text: moment.to_string(), from: Some(moment), to: Some(moment) }
    }

    /// Where it starts; `None` when it is open. A single moment is its own start and end.
    pub fn from(&self) -> Option<Moment> {
        self.from
    }

    /// Where it ends; `None` when it is open.
    pub fn to(&self) -> Option<Moment> {
        self.to
    }

    /// The wire text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn check_order(from: Option<Moment>, to: Option<Moment>) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from.is_surely_after(to) => Err(Error::validation(
            "to",
            format!("found the end {to}, which is before the start {from}, expected the earlier one first"),
        )),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// The wire text, as it was given.
impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

travels_as_text!(Period);
