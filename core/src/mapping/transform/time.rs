//! Dates and times in the forms in which systems write them.

use super::date_names::named_months;
use super::date_pattern::DatePattern;
use super::zone::{Zone, out_of_range};
use crate::mapping::value::Value;
use crate::value::{Date, DateTime};

const MILLISECONDS_A_MINUTE: i64 = 60_000;
const MILLISECONDS_A_DAY: i64 = 24 * 60 * MILLISECONDS_A_MINUTE;

/// How the source writes dates and times.
#[derive(Clone, Debug, Default)]
pub(in crate::mapping) enum Input {
    /// ISO 8601: a date, or a date and a time with or without an offset. A space may stand for the `T`, seconds
    /// may be missing, and what is finer than a millisecond is cut off. `/Date(1700000000000+0000)/`, too, and the
    /// forms that name months: RFC 2822, RFC 850 and that of C.
    #[default]
    Iso,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// As a pattern says.
    Pattern(DatePattern),
}

/// What a rule says about dates and times.
#[derive(Clone, Debug)]
pub(in crate::mapping) struct Time {
    pub(in crate::mapping) input: Input,
    /// The zone of times without an offset.
    pub(in crate::mapping) zone: Option<Zone>,
    /// The zone in which they are written.
    pub(in crate::mapping) into: Option<Zone>,
}

/// What was read: a local day and time, with what is known of its offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) date: Date,
    /// Milliseconds since midnight; `None` of a day.
    pub(super) time: Option<i64>,
    /// `None` when nothing is said, and else minutes, or nothing for `Z`.
    pub(super) offset: Option<Option<i16>>,
}

impl Time {
    /// A date-time with its offset: the one that it was written with, or that of a zone.
    pub(in crate::mapping) fn date_time<'v>(&self, value: &Value<'_>) -> Result<Value<'v>, String> {
        let stamp = self.read(value)?;
        let time = stamp.time.unwrap_or_default();
        let read = match (stamp.offset, &self.zone) {
            (Some(offset), _) => at_offset(stamp.date, time, offset).ok_or_else(out_of_range)?,
            (None, Some(zone)) => zone.at(stamp.date.days_since_epoch(), time)?,
            (None, None) => {
                return Err("expected a time with its offset, or the zone of the source as `zone`".to_owned());
            }
        };
        let shown = match &self.into {
            Some(zone) => zone.show(read.milliseconds())?,
            None => read,
        };
        Ok(Value::Text(shown.to_string().into()))
    }

    /// A date and time as it was written, with the offset that it has there, or none; a day is its midnight.
    ///
    /// # Errors
    /// What was expected.
    pub(in crate::mapping) fn as_written(&self, value: &Value<'_>) -> Result<String, String> {
        let stamp = self.read(value)?;
        let written = at_offset(stamp.date, stamp.time.unwrap_or_default(), stamp.offset.flatten());
        let written = written.ok_or_else(out_of_range)?.to_string();
        Ok(if stamp.offset.is_some() { written } else { written.trim_end_matches('Z').to_owned() })
    }

    /// A day: the one on which it is where it was written, or in the zone in which it is to be written.
    pub(super) fn date<'v>(&self, value: &Value<'_>) -> Result<Value<'v>, String> {
        let stamp = self.read(value)?;
        let (Some(into), Some(time)) = (&self.into, stamp.time) else {
            return Ok(Value::Text(stamp.date.to_string().into()));
        };
        let read = match (stamp.offset, &self.zone) {
            (Some(offset), _) => at_offset(stamp.date, time, offset).ok_or_else(out_of_range)?,
            (None, Some(zone)) => zone.at(stamp.date.days_since_epoch(), time)?,
            (None, None) => return Ok(Value::Text(stamp.date.to_string().into())),
        };
        Ok(Value::Text(into.show(read.milliseconds())?.date().to_string().into()))
    }

    fn read(&self, value: &Value<'_>) -> Result<Stamp, String> {
        let text = value.scalar_text().unwrap_or_default();
        let text = text.trim();
        let stamp = match &self.input {
            Input::Iso => iso(text).or_else(|| named_months(text)),
            Input::Seconds => since_epoch(text, 1000),
            Input::Milliseconds => since_epoch(text, 1),
            Input::Pattern(pattern) => pattern.read(text),
        };
        stamp.ok_or_else(|| match &self.input {
            Input::Iso => "expected a date or a date-time such as 2024-02-03T09:08:07-06:00 or Sat, 3 Feb 2024 09:08:07 -0600".to_owned(),
            Input::Seconds => "expected whole seconds since 1970".to_owned(),
            Input::Milliseconds => "expected whole milliseconds since 1970".to_owned(),
            Input::Pattern(pattern) => format!("expected a date that the calendar has, as {}", pattern.text),
        })
    }
}

fn at_offset(date: Date, time: i64, offset: Option<i16>) -> Option<DateTime> {
    let local = i64::from(date.days_since_epoch()) * MILLISECONDS_A_DAY + time;
    let instant = local - i64::from(offset.unwrap_or_default()) * MILLISECONDS_A_MINUTE;
    DateTime::from_milliseconds(instant, offset).ok()
}

fn since_epoch(text: &str, factor: i64) -> Option<Stamp> {
    let instant = text.parse::<i64>().ok()?.checked_mul(factor)?;
    let shown = DateTime::from_milliseconds(instant, None).ok()?;
    Some(Stamp { date: shown.date(), time: Some(instant.rem_euclid(MILLISECONDS_A_DAY)), offset: Some(None) })
}

/// The time of day that these fields say.
pub(super) fn time_of_day(hour: u32, minute: u32, second: u32, milliseconds: i64) -> Option<i64> {
    let fits = hour < 24 && minute < 60 && second < 60;
    fits.then(|| i64::from((hour * 60 + minute) * 60 + second) * 1000 + milliseconds)
}

/// Reads fields of digits from the left.
pub(super) struct DigitFields<'a>(pub(super) &'a [u8]);

impl DigitFields<'_> {
    pub(super) fn has(&mut self, marks: &[u8]) -> bool {
        let found = self.0.first().is_some_and(|first| marks.contains(first));
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    /// A number of at least and at most so many digits.
    pub(super) fn number(&mut self, fewest: usize, most: usize) -> Option<u32> {
        let count = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count < fewest {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
    }
}

pub(super) fn day(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()
}

fn iso(text: &str) -> Option<Stamp> {
    if let Some(inside) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // .NET's JSON: the offset says where it was written, and the milliseconds are since 1970 all the same.
        let end = inside.rfind(['+', '-']).filter(|end| *end > 0).unwrap_or(inside.len());
        return since_epoch(inside.get(..end)?, 1);
    }
    let mut fields = DigitFields(text.as_bytes());
    let year = fields.number(4, 4)?;
    fields.has(b"-").then_some(())?;
    let month = fields.number(2, 2)?;
    fields.has(b"-").then_some(())?;
    let date = day(year, month, fields.number(2, 2)?)?;
    if fields.0.is_empty() {
        return Some(Stamp { date, time: None, offset: None });
    }
    fields.has(b"Tt ").then_some(())?;
    let hour = fields.number(2, 2)?;
    fields.has(b":").then_some(())?;
    let minute = fields.number(2, 2)?;
    let second = if fields.has(b":") { fields.number(2, 2)? } else { 0 };
    let milliseconds = if fields.has(b".,") { fraction(&mut fields)? } else { 0 };
    let time = time_of_day(hour, minute, second, milliseconds)?;
    let offset = offset(&mut fields)?;
    fields.0.is_empty().then_some(Stamp { date, time: Some(time), offset })
}

fn fraction(fields: &mut DigitFields<'_>) -> Option<i64> {
    let mut milliseconds = 0;
    let mut scale = 100;
    let mut count = 0;
    while let Some(digit) = fields.number(1, 1) {
        milliseconds += i64::from(digit) * scale;
        scale /= 10;
        count += 1;
    }
    (count > 0).then_some(milliseconds)
}

/// What stands behind the time; `None` for what is not an offset.
fn offset(fields: &mut DigitFields<'_>) -> Option<Option<Option<i16>>> {
    fields.has(b" ");
    if fields.0.is_empty() {
        return Some(None);
    }
    if fields.has(b"Zz") {
        return Some(Some(None));
    }
    let is_west = fields.has(b"-");
    if !is_west && !fields.has(b"+") {
        return None;
    }
    let hours = fields.number(2, 2)?;
    let colon = fields.has(b":");
    let minutes = if colon || !fields.0.is_empty() { fields.number(2, 2)? } else { 0 };
    let total = (hours < 24 && minutes < 60).then_some((hours * 60 + minutes) as i16)?;
    Some(Some(Some(if is_west { -total } else { total })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(input: Input, zone: Option<&str>, into: Option<&str>) -> Time {
        let parse = |name: Option<&str>| name.map(|name| Zone::parse(name).expect("a zone"));
        Time { input, zone: parse(zone), into: parse(into) }
    }

    fn date_time(text: &str, time: &Time) -> Result<String, String> {
        time.date_time(&Value::Text(text.into())).map(|value| value.text().unwrap_or_default().to_owned())
    }

    fn date(text: &str, time: &Time) -> Result<String, String> {
        time.date(&Value::Text(text.into())).map(|value| value.text().unwrap_or_default().to_owned())
    }

    #[test]
    fn iso_times_keep_their_offset_unless_told_otherwise() {
        let plain = time(Input::Iso, None, None);
        for (text, expected) in [
            ("2024-02-03T09:08:07-06:00", "2024-02-03T09:08:07.000-06:00"),
            ("2024-02-03T09:08:07.5Z", "2024-02-03T09:08:07.500Z"),
            ("2024-02-03T09:08:07.1234567+0100", "2024-02-03T09:08:07.123+01:00"),
            ("2024-02-03 09:08 +01", "2024-02-03T09:08:00.000+01:00"),
            ("/Date(1700000000000+0000)/", "2023-11-14T22:13:20.000Z"),
            ("/Date(-1000)/", "1969-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(date_time(text, &plain).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "2024-02-30T00:00:00Z",
            "2024-02-03T24:00:00Z",
            "2024-02-03T09:08:07+24:00",
            "2024-02-03T",
            "today",
            "",
            "2024-02-03T09:08:07Zulu",
            "2024-02-03T09:08:07.Z",
        ] {
            assert!(date_time(text, &plain).is_err(), "{text}");
        }
        assert!(date_time("2024-02-03T09:08:07", &plain).is_err_and(|reason| reason.contains("zone")));
        let london = time(Input::Iso, Some("Europe/London"), None);
        assert_eq!(date_time("2024-07-03T09:08:07", &london).as_deref(), Ok("2024-07-03T09:08:07.000+01:00"));
        assert_eq!(date_time("2024-07-03", &london).as_deref(), Ok("2024-07-03T00:00:00.000+01:00"));
        let utc = time(Input::Iso, Some("Europe/London"), Some("UTC"));
        assert_eq!(date_time("2024-07-03T00:08:07", &utc).as_deref(), Ok("2024-07-02T23:08:07.000Z"));
    }

    #[test]
    fn a_day_is_the_one_of_its_own_offset_or_of_a_zone() {
        let plain = time(Input::Iso, None, None);
        assert_eq!(date("2024-02-03", &plain).as_deref(), Ok("2024-02-03"));
        assert_eq!(date("2024-02-03T23:30:00-06:00", &plain).as_deref(), Ok("2024-02-03"));
        let london = time(Input::Iso, Some("UTC"), Some("Europe/London"));
        assert_eq!(date("2024-02-03T23:30:00-06:00", &london).as_deref(), Ok("2024-02-04"));
        assert_eq!(date("2024-07-03T23:30:00", &london).as_deref(), Ok("2024-07-04"));
        assert_eq!(date("2024-07-03", &london).as_deref(), Ok("2024-07-03"), "a day stays that day");
    }

    #[test]
    fn other_forms_are_read_as_they_are_said_to_be() {
        let seconds = time(Input::Seconds, None, None);
        assert_eq!(date_time("1700000000", &seconds).as_deref(), Ok("2023-11-14T22:13:20.000Z"));
        let milliseconds = time(Input::Milliseconds, None, Some("+01:00"));
        assert_eq!(date_time("1700000000123", &milliseconds).as_deref(), Ok("2023-11-14T23:13:20.123+01:00"));
        assert!(date_time("99999999999999999", &seconds).is_err());
        for (pattern, text, expected) in [
            ("DD/MM/YYYY", "03/02/2024", "2024-02-03T00:00:00.000Z"),
            ("D.M.YY HH:mm", "3.2.24 17:30", "2024-02-03T17:30:00.000Z"),
            ("M/D/YYYY H:mm AM", "2/3/2024 5:30 PM", "2024-02-03T17:30:00.000Z"),
            ("M/D/YYYY H:mm AM", "2/3/2024 12:05 am", "2024-02-03T00:05:00.000Z"),
            ("M/D/YYYY H:mm AM", "2/3/2024 12:05 PM", "2024-02-03T12:05:00.000Z"),
            ("YYYYMMDDTHHmmss", "20240203T173001", "2024-02-03T17:30:01.000Z"),
        ] {
            let input = Input::Pattern(DatePattern::parse(pattern).expect("a pattern"));
            assert_eq!(
                date_time(text, &time(input, Some("UTC"), None)).as_deref(),
                Ok(expected),
                "{pattern}"
            );
        }
        let input = Input::Pattern(DatePattern::parse("DD/MM/YYYY").expect("a pattern"));
        let british = time(input, Some("UTC"), None);
        for text in ["3/2/2024", "31/02/2024", "03/02/2024 ", "03-02-2024", ""] {
            let is_trimmed = text.ends_with(' ');
            assert_eq!(date(text, &british).is_ok(), is_trimmed, "{text:?}");
        }
        let halves = Input::Pattern(DatePattern::parse("DD/MM/YYYY H:mm AM").expect("a pattern"));
        let halves = time(halves, Some("UTC"), None);
        for text in ["01/02/2026 13:30 PM", "01/02/2026 0:30 AM", "01/02/2026 12:60 AM"] {
            assert!(date_time(text, &halves).is_err(), "{text:?}");
            assert!(date(text, &halves).is_err(), "{text:?}");
        }
        for pattern in ["", "DD/MM", "DD/MM/YYYY DD", "day", "DD/MM/YYYY mm", "DD/MM/YYYY AM"] {
            assert!(DatePattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
