//! A day of the calendar.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil;

use super::fields::TextFields;
use super::travels_as_text;
use crate::error::{Error, Result};

const EXPECTED: &str = "a date such as 2024-03-10";

/// A day without a time and without a zone: `2024-03-10`. Years run from 0000 to 9999.
///
/// Brightpearl accepts it for delivery, tax and exchange-rate dates. Whose midnight it means differs by
/// resource (API notes §1.8), so this type has no instant.
///
/// ```
/// use brightpearl_core::value::Date;
///
/// let date = Date::parse("2024-03-10")?;
/// assert_eq!((date.year(), date.month(), date.day()), (2024, 3, 10));
/// assert!(Date::parse("2023-02-29").is_err());
/// # Ok::<(), brightpearl_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// The day of this year (0 to 9999), month (from 1) and day of the month (from 1).
    ///
    /// # Errors
    /// A validation error when the calendar has no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self> {
        let date = match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
            (Ok(year), Ok(month), Ok(day)) => civil::Date::new(year, month, day).ok(),
            (Err(_), _, _) | (_, Err(_), _) | (_, _, Err(_)) => None,
        };
        date.map(Self).ok_or_else(|| {
            Error::validation(
                "date",
                format!("the calendar has no {year:04}-{month:02}-{day:02}, expected {EXPECTED}"),
            )
        })
    }

    /// Reads `yyyy-mm-dd`, and nothing else.
    ///
    /// # Errors
    /// A validation error located at `byte N` (counted from 0) for any other text and for days that the
    /// calendar does not have.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_at(text, 0)
    }

    /// The same, where the text stands at this byte of what the user gave.
    pub(super) fn parse_at(text: &str, byte: usize) -> Result<Self> {
        let mut fields = TextFields::new(text, byte, EXPECTED);
        let date = Self::read(&mut fields)?;
        fields.finish()?;
        Ok(date)
    }

    /// Reads `yyyy-mm-dd` from the left.
    pub(super) fn read(fields: &mut TextFields<'_>) -> Result<Self> {
        let start = fields.at();
        let year = fields.number(4)?;
        fields.mark(b'-')?;
        let month = fields.number(2)?;
        fields.mark(b'-')?;
        let day = fields.number(2)?;
        // Two digits always fit.
        Self::new(year, month as u8, day as u8)
            .map_err(|_| fields.refuse_from(start, "a day that the calendar has"))
    }

    /// The day that is so many days after 1970-01-01.
    ///
    /// # Errors
    /// A validation error when the year would be outside 0000 to 9999.
    pub fn from_days_since_epoch(days: i32) -> Result<Self> {
        EPOCH
            .checked_add(SignedDuration::from_hours(i64::from(days) * 24))
            .ok()
            .filter(|date| date.year() >= 0)
            .map(Self)
            .ok_or_else(|| {
                Error::validation(
                    "date",
                    format!("found {days} days since 1970-01-01, expected a day in the years 0000 to 9999"),
                )
            })
    }

    /// The same for a day that is known to be in those years.
    pub(super) fn from_known_day(days: i64) -> Self {
        Self(EPOCH.saturating_add(SignedDuration::from_hours(days * 24)))
    }

    /// How many days after 1970-01-01, negative before.
    pub fn days_since_epoch(self) -> i32 {
        // Ten thousand years are under four million days.
        (self.0.duration_since(EPOCH).as_hours() / 24) as i32
    }

    /// The year, 0 to 9999.
    pub fn year(self) -> u16 {
        self.0.year().unsigned_abs()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }
}

const EPOCH: civil::Date = civil::Date::constant(1970, 1, 1);

impl Date {
    /// Puts the wire text at the beginning of a longer one.
    pub(super) fn spell(self, text: &mut [u8; 29]) {
        let year = u32::from(self.year());
        let [month, day] = [self.month(), self.day()].map(u32::from);
        for (at, number) in [(0, year / 100), (2, year % 100), (5, month), (8, day)] {
            spell_two(text, at, number);
        }
    }
}

/// Puts two digits somewhere.
pub(super) fn spell_two(text: &mut [u8; 29], at: usize, number: u32) {
    text[at] = b'0' + (number / 10) as u8;
    text[at + 1] = b'0' + (number % 10) as u8;
}

/// The wire text: `2024-03-10`.
impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'-'; 29];
        self.spell(&mut text);
        formatter.write_str(str::from_utf8(&text[..10]).unwrap_or_default())
    }
}

travels_as_text!(Date);
