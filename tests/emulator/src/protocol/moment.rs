//! Dates and times on the wire (API notes §1.8, §4.3).

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use serde::{Serialize, Serializer};

use super::zone::AccountZone;
use crate::config::UtcOffset;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// 9999-01-01T00:00:00Z: no later time is written to a record, so that terms can be added to it.
pub(crate) const LAST_MOMENT: i64 = 253_370_764_800_000;

/// A point in time as the account shows it: with milliseconds and the offset of its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) ms: i64,
    pub(crate) offset: UtcOffset,
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = civil(self.ms, self.offset);
        write!(
            formatter,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}",
            shown.year(),
            shown.month(),
            shown.day(),
            shown.hour(),
            shown.minute(),
            shown.second(),
            shown.millisecond(),
            self.offset
        )
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn civil(ms: i64, offset: UtcOffset) -> DateTime {
    // Times of requests come from outside; what no calendar holds is shown as its last day.
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
    let offset = Offset::from_seconds(offset.minutes * 60).unwrap_or(Offset::UTC);
    offset.to_datetime(time)
}

/// A date, or a date-time with or without an offset: its first millisecond. Without an offset it is UTC.
pub(crate) fn moment_of(text: &str) -> Option<i64> {
    stretch(text).map(|(first, _)| first)
}

/// The year in which a moment falls in the account's zone.
pub(crate) fn year_of(ms: i64, zone: AccountZone) -> i16 {
    civil(ms, zone.offset_at(ms)).year()
}

/// The first midnight of a year in the account's zone.
pub(crate) fn start_of_year(year: i16, zone: AccountZone) -> i64 {
    zone.instant(Date::new(year, 1, 1).ok().and_then(start_of).unwrap_or(LAST_MOMENT))
}

/// The `Date` header.
pub(crate) fn http_date(ms: u64) -> String {
    let time = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let time = time.unwrap_or(Timestamp::MAX);
    // The printer refuses years outside 0 to 9999, which timestamps cannot hold.
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default()
}

/// A time as it stands in the name of a forgotten contact: `YYYYMMDD-HHMMSS` (API notes §8.4).
pub(crate) fn forgotten_stamp(ms: i64) -> String {
    let shown = civil(ms, UtcOffset { minutes: 0 });
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        shown.year(),
        shown.month(),
        shown.day(),
        shown.hour(),
        shown.minute(),
        shown.second()
    )
}

/// Midnight in the account's zone of the day on which a moment falls there.
pub(crate) fn local_midnight(ms: i64, zone: AccountZone) -> i64 {
    zone.instant(zone.day(ms))
}

/// Midnight in the account's zone of a day that is written `yyyy-mm-dd`; a time behind it does not matter.
pub(crate) fn local_date(text: &str, zone: AccountZone) -> Option<i64> {
    let date = text.split_once('T').map_or(text, |(date, _)| date);
    let date: Date = (date.len() == "2024-03-10".len()).then(|| date.parse().ok()).flatten()?;
    Some(zone.instant(start_of(date)?))
}

/// Midnight UTC of the day on which a moment falls in the account's zone.
pub(crate) fn utc_midnight(ms: i64, zone: AccountZone) -> i64 {
    zone.day(ms)
}

/// A stretch of time, from the first millisecond that belongs to it to the first that does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    from: Option<i64>,
    until: Option<i64>,
}

impl Period {
    /// Reads a `PERIOD` filter: `from/to`, `from/`, `/to`, or one date or date-time.
    ///
    /// *Inferred*: both ends belong to the period; a date is a day of UTC, as it is for a delivery date,
    /// and as an end means the whole day; a date-time without an offset is UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once('/') {
            Some(("", "")) => None,
            Some((from, to)) => {
                let from = if from.is_empty() { None } else { Some(stretch(from)?.0) };
                let until = if to.is_empty() { None } else { Some(stretch(to)?.1) };
                Some(Self { from, until })
            }
            None => stretch(text).map(|(from, until)| Self { from: Some(from), until: Some(until) }),
        }
    }

    /// The first millisecond; `None` when the period has no start.
    pub(crate) fn start(&self) -> Option<i64> {
        self.from
    }

    pub(crate) fn contains(&self, ms: i64) -> bool {
        self.from.is_none_or(|from| ms >= from) && self.until.is_none_or(|until| ms < until)
    }
}

/// A date, or a date-time with or without an offset, as the milliseconds it covers.
fn stretch(text: &str) -> Option<(i64, i64)> {
    if text.len() == "2024-03-10".len() {
        let date: Date = text.parse().ok()?;
        let next = date.checked_add(1.day()).ok()?;
        return Some((start_of(date)?, start_of(next)?));
    }
    let time = match text.parse::<Timestamp>() {
        Ok(time) => time,
        Err(_) => Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
    };
    let ms = time.as_millisecond();
    Some((ms, ms + 1))
}

fn start_of(date: Date) -> Option<i64> {
    Offset::UTC
        .to_timestamp(date.to_datetime(jiff::civil::Time::midnight()))
        .ok()
        .map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn shown(text: &str, offset: &str) -> String {
        Moment { ms: at(text), offset: offset.parse().unwrap() }.to_string()
    }

    #[test]
    fn moments_carry_milliseconds_and_the_accounts_offset() {
        assert_eq!(shown("2024-02-03T15:08:07Z", "-06:00"), "2024-02-03T09:08:07.000-06:00");
        assert_eq!(shown("2008-01-02T00:00:00Z", "Z"), "2008-01-02T00:00:00.000Z");
        assert_eq!(shown("2024-12-31T23:59:59.123Z", "+05:30"), "2025-01-01T05:29:59.123+05:30");
        assert!(!Moment { ms: i64::MAX, offset: "Z".parse().unwrap() }.to_string().is_empty());
    }

    #[test]
    fn dates_of_headers() {
        let ms = u64::try_from(at("2022-09-26T14:51:37.900Z")).unwrap();
        assert_eq!(http_date(ms), "Mon, 26 Sep 2022 14:51:37 GMT");
        assert!(!http_date(u64::MAX).is_empty());
    }

    #[test]
    fn midnights() {
        let offset = AccountZone::Fixed("-06:00".parse().unwrap());
        let ms = at("2022-01-26T16:39:46Z");
        assert_eq!(utc_midnight(ms, offset), at("2022-01-26T00:00:00Z"));
        assert_eq!(local_midnight(ms, offset), at("2022-01-26T06:00:00Z"));
        let late = at("2022-01-27T03:00:00Z");
        assert_eq!(utc_midnight(late, offset), at("2022-01-26T00:00:00Z"));
    }

    #[test]
    fn periods() {
        let contains = |period: &str, moment: &str| Period::parse(period).unwrap().contains(at(moment));
        assert!(contains("2024-01-01/", "2024-01-01T00:00:00Z"));
        assert!(!contains("2024-01-01/", "2023-12-31T23:59:59.999Z"));
        assert!(contains("/2024-01-01", "2024-01-01T23:59:59.999Z"));
        assert!(!contains("/2024-01-01", "2024-01-02T00:00:00Z"));
        assert!(contains("2024-01-01/2024-02-01", "2024-01-15T12:00:00Z"));
        assert!(contains("2024-01-01", "2024-01-01T12:00:00Z"));
        assert!(!contains("2024-01-01", "2024-01-02T00:00:00Z"));
        assert!(contains("2024-01-01T06:00:00+06:00/", "2024-01-01T00:00:00Z"));
        assert!(contains("2024-01-01T10:00:00Z/2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"));
        assert!(contains("2024-01-01T10:00:00", "2024-01-01T10:00:00Z"));
    }

    #[test]
    fn what_is_not_a_period() {
        for text in
            ["", "/", "x", "2024-13-01", "2024-01-01/x", "2024-01-01T00:00:00 02:00/", "1/2/3", "2024"]
        {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }
}
