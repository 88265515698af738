//! An instant together with the offset in which it was written.

use std::fmt;

use super::date::{Date, spell_two};
use super::fields::TextFields;
use super::travels_as_text;
use crate::error::{Error, Result};

const EXPECTED: &str = "a date-time with its offset such as 2024-02-03T09:08:07.000-06:00";
const MILLISECONDS_A_MINUTE: i64 = 60_000;
const MILLISECONDS_A_DAY: i64 = 24 * 60 * MILLISECONDS_A_MINUTE;
/// 0000-01-01T00:00:00.000 and 9999-12-31T23:59:59.999, which four digits of year can write.
const EARLIEST: i64 = -62_167_219_200_000;
pub(crate) const LATEST: i64 = 253_402_300_799_999;
const HIGHEST_OFFSET: u16 = 23 * 60 + 59;

/// An instant to the millisecond, and the offset it was written in: `2024-02-03T09:08:07.000-06:00`.
///
/// Brightpearl stores instants and shows them in the account's zone; accounts in UTC show `Z` (API notes
/// §1.8). The offset is kept as written, so `Z` and `+00:00` are different values of the same instant.
/// Order is by instant, then by offset with `Z` first; compare [`DateTime::milliseconds`] to ask
/// only for the instant.
///
/// ```
/// use brightpearl_core::value::DateTime;
///
/// let placed = DateTime::parse("2024-02-03T09:08:07-06:00")?;
/// assert_eq!(placed.to_string(), "2024-02-03T09:08:07.000-06:00");
/// assert_eq!(placed.offset_minutes(), Some(-360));
/// assert_eq!(placed.to_utc().to_string(), "2024-02-03T15:08:07.000Z");
/// assert_eq!(placed.milliseconds(), placed.to_utc().milliseconds());
/// # Ok::<(), brightpearl_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    milliseconds: i64,
    /// Minutes east of UTC, or [`DateTime::ZULU`].
    offset: i16,
}

impl DateTime {
    /// Stands for `Z` in the offsets of a search page's columns.
    pub const ZULU: i16 = i16::MIN;

    /// The instant that is so many milliseconds after 1970-01-01T00:00:00Z, written at an offset of so many
    /// minutes east of UTC; `None` writes `Z`.
    ///
    /// # Errors
    /// A validation error when the offset is a day or more, or when the year would be outside 0000 to 9999
    /// in UTC or at the offset.
    pub fn from_milliseconds(milliseconds: i64, offset_minutes: Option<i16>) -> Result<Self> {
        if let Some(minutes) = offset_minutes
            && minutes.unsigned_abs() > HIGHEST_OFFSET
        {
            return Err(Error::validation(
                "offset",
                format!("found an offset of {minutes} minutes, expected less than 24 hours"),
            ));
        }
        let local = milliseconds.checked_add(offset_in_milliseconds(offset_minutes));
        let writable = |instant: i64| (EARLIEST..=LATEST).contains(&instant);
        if !writable(milliseconds) || !local.is_some_and(writable) {
            return Err(Error::validation(
                "milliseconds",
                format!("found {milliseconds} milliseconds, expected an instant in the years 0000 to 9999"),
            ));
        }
        Ok(Self::from_known_parts(milliseconds, offset_minutes.unwrap_or(Self::ZULU)))
    }

    /// From the two buffers of a search page's column: milliseconds, and the offset in minutes or
    /// [`DateTime::ZULU`]. `None` where [`DateTime::from_milliseconds`] refuses.
    pub fn from_parts(milliseconds: i64, offset: i16) -> Option<Self> {
        let offset_minutes = Some(offset).filter(|offset| *offset != Self::ZULU);
        Self::from_milliseconds(milliseconds, offset_minutes).ok()
    }

    /// The same for parts that are known to be writable.
    pub(crate) fn from_known_parts(milliseconds: i64, offset: i16) -> Self {
        Self { milliseconds, offset }
    }

    /// Reads an ISO 8601 date-time with `Z` or an offset `±hh:mm`.
    ///
    /// Seconds are mandatory; a fraction of one to nine digits is optional. Brightpearl keeps milliseconds,
    /// so digits after the third must be 0: nothing is rounded silently. `-00:00` is refused, as ISO 8601
    /// has it, and so is a text without an offset, because it names no instant.
    ///
    /// # Errors
    /// A validation error located at `byte N` (counted from 0).
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_at(text, 0)
    }

    /// The same, where the text stands at this byte of what the user gave.
    pub(super) fn parse_at(text: &str, byte: usize) -> Result<Self> {
        let mut fields = TextFields::new(text, byte, EXPECTED);
        let date = Date::read(&mut fields)?;
        fields.mark(b'T')?;
        let time = read_time(&mut fields)?;
        let offset_minutes = read_offset(&mut fields)?;
        fields.finish()?;
        let local = i64::from(date.days_since_epoch()) * MILLISECONDS_A_DAY + time;
        Self::from_milliseconds(local - offset_in_milliseconds(offset_minutes), offset_minutes)
            .map_err(|error| error.at(format!("byte {byte}")))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, negative before.
    pub fn milliseconds(self) -> i64 {
        self.milliseconds
    }

    /// The offset as written, in minutes east of UTC; `None` for `Z`.
    pub fn offset_minutes(self) -> Option<i16> {
        Some(self.offset).filter(|offset| *offset != Self::ZULU)
    }

    /// The offset as columns hold it: minutes, or [`DateTime::ZULU`].
    pub fn offset_part(self) -> i16 {
        self.offset
    }

    /// The same instant, written with `Z`.
    #[must_use]
    pub fn to_utc(self) -> Self {
        Self { milliseconds: self.milliseconds, offset: Self::ZULU }
    }

    /// The same instant, written at another offset; `None` writes `Z`.
    ///
    /// # Errors
    /// As [`DateTime::from_milliseconds`].
    pub fn at_offset(self, offset_minutes: Option<i16>) -> Result<Self> {
        Self::from_milliseconds(self.milliseconds, offset_minutes)
    }

    /// The day on which the instant falls at its own offset.
    pub fn date(self) -> Date {
        let (date, _) = self.local();
        date
    }

    /// Whether it is midnight at its own offset.
    pub(crate) fn is_midnight(self) -> bool {
        let (_, since_midnight) = self.local();
        since_midnight == 0
    }

    /// The day and the milliseconds since its midnight, at the offset.
    fn local(self) -> (Date, i64) {
        let local = self.milliseconds + offset_in_milliseconds(self.offset_minutes());
        (Date::from_known_day(local.div_euclid(MILLISECONDS_A_DAY)), local.rem_euclid(MILLISECONDS_A_DAY))
    }
}

fn offset_in_milliseconds(offset_minutes: Option<i16>) -> i64 {
    i64::from(offset_minutes.unwrap_or_default()) * MILLISECONDS_A_MINUTE
}

/// Reads `hh:mm:ss`, with a fraction if there is one, as milliseconds since midnight.
fn read_time(fields: &mut TextFields<'_>) -> Result<i64> {
    let hour = fields.number_up_to(2, 23, "an hour")?;
    fields.mark(b':')?;
    let minute = fields.number_up_to(2, 59, "a minute")?;
    fields.mark(b':')?;
    let second = fields.number_up_to(2, 59, "a second")?;
    let milliseconds = if fields.has(b'.') { read_fraction(fields)? } else { 0 };
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    Ok(seconds * 1000 + milliseconds)
}

/// Reads one to nine digits as milliseconds.
fn read_fraction(fields: &mut TextFields<'_>) -> Result<i64> {
    let digits = fields.digits();
    if digits.is_empty() || digits.len() > 9 {
        return Err(fields.refuse_from(fields.at(), "one to nine digits of a second"));
    }
    let (kept, finer) = digits.split_at(digits.len().min(3));
    if finer.bytes().any(|digit| digit != b'0') {
        let expected =
            "a fraction in whole milliseconds, which is all that Brightpearl keeps: round it first";
        return Err(fields.refuse_from(fields.at(), expected));
    }
    fields.skip(digits);
    let value = kept.bytes().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    Ok(value * [100, 10, 1][kept.len() - 1])
}

/// Reads `Z` as `None`, or `±hh:mm` in minutes.
fn read_offset(fields: &mut TextFields<'_>) -> Result<Option<i16>> {
    let start = fields.at();
    if fields.has(b'Z') {
        return Ok(None);
    }
    let west = fields.has(b'-');
    if !west {
        fields.mark(b'+')?;
    }
    let hours = fields.number_up_to(2, 23, "an hour of offset")?;
    fields.mark(b':')?;
    let minutes = fields.number_up_to(2, 59, "a minute of offset")?;
    // Less than a day of minutes always fits.
    let total = (hours * 60 + minutes) as i16;
    if west && total == 0 {
        return Err(fields.refuse_from(start, "Z or +00:00"));
    }
    Ok(Some(if west { -total } else { total }))
}

/// The wire text, always with milliseconds: `2024-02-03T09:08:07.000-06:00`, `2008-01-02T00:00:00.000Z`.
impl fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = self.local();
        // The milliseconds of a day are few.
        let time = time as u32;
        let (seconds, milliseconds) = (time / 1000, time % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut text = *b"0000-00-00T00:00:00.000+00:00";
        date.spell(&mut text);
        for (at, number) in [(11, hour), (14, minute), (17, second), (21, milliseconds % 100)] {
            spell_two(&mut text, at, number);
        }
        text[20] = b'0' + (milliseconds / 100) as u8;
        let length = match self.offset_minutes() {
            None => {
                text[23] = b'Z';
                24
            }
            Some(offset) => {
                if offset < 0 {
                    text[23] = b'-';
                }
                let minutes = u32::from(offset.unsigned_abs());
                spell_two(&mut text, 24, minutes / 60);
                spell_two(&mut text, 27, minutes % 60);
                text.len()
            }
        };
        formatter.write_str(str::from_utf8(&text[..length]).unwrap_or_default())
    }
}

travels_as_text!(DateTime);
