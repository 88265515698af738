//! Dates with the names of months and weekdays, as mail, web servers and C write them.

use jiff::civil::DateTime;
use jiff::fmt::{rfc2822, strtime};

use super::time::{DigitFields, Stamp, day, time_of_day};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Which of these names stands next, in full or as its first three letters, in any case.
pub(super) fn name_of(fields: &mut DigitFields<'_>, names: &[&str], in_full: bool) -> Option<usize> {
    let spelled = |name: &str| if in_full { name.len() } else { 3 };
    let found = names.iter().position(|name| {
        let wanted = name.as_bytes().get(..spelled(name));
        let there = fields.0.get(..spelled(name));
        there.zip(wanted).is_some_and(|(there, wanted)| there.eq_ignore_ascii_case(wanted))
    })?;
    fields.0 = &fields.0[spelled(names[found])..];
    Some(found)
}

/// What is always at Greenwich, and does not say so in a way that is read here.
const AT_GREENWICH: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a, %d-%b-%Y %H:%M:%S GMT"];

/// The form of C, without an offset.
const OF_C: &str = "%a %b %e %H:%M:%S %Y";

/// RFC 2822 (`Wed, 10 Jan 2018 21:05:30 +0000`), RFC 850 (`Wednesday, 10-Jan-18 21:05:30 GMT`), or the form of C
/// (`Wed Jan 10 21:05:30 2018`).
pub(super) fn named_months(text: &str) -> Option<Stamp> {
    if let Ok(read) = rfc2822::parse(text) {
        let minutes = i16::try_from(read.offset().seconds() / 60).ok()?;
        // Greenwich is written as such.
        return stamp(read.datetime(), Some((minutes != 0).then_some(minutes)));
    }
    let read = |form: &str| strtime::parse(form, text).and_then(|parts| parts.to_datetime()).ok();
    let at_greenwich = AT_GREENWICH.iter().find_map(|form| read(form));
    match at_greenwich {
        Some(read) => stamp(read, Some(None)),
        None => stamp(read(OF_C)?, None),
    }
}

fn stamp(read: DateTime, offset: Option<Option<i16>>) -> Option<Stamp> {
    let part = |part: i8| u32::try_from(part).ok();
    let date = day(u32::try_from(read.year()).ok()?, part(read.month())?, part(read.day())?)?;
    let time = time_of_day(part(read.hour())?, part(read.minute())?, part(read.second())?, 0)?;
    Some(Stamp { date, time: Some(time), offset })
}

#[cfg(test)]
mod tests {
    use super::super::date_pattern::DatePattern;
    use super::super::time::{Input, Time};
    use crate::mapping::value::Value;

    fn moment(text: &str, input: Input) -> Result<String, String> {
        let time = Time { input, zone: Some(super::super::Zone::parse("UTC")?), into: None };
        time.date_time(&Value::Text(text.into())).map(|value| value.text().unwrap_or_default().to_owned())
    }

    #[test]
    fn months_and_weekdays_may_be_named() {
        for (text, expected) in [
            ("Wed, 10 Jan 2018 21:05:30 +0000", "2018-01-10T21:05:30.000Z"),
            ("Wed, 10 Jan 2018 21:05:30 GMT", "2018-01-10T21:05:30.000Z"),
            ("10 Jan 2018 21:05:30 -0530", "2018-01-10T21:05:30.000-05:30"),
            ("Wednesday, 10-Jan-18 21:05:30 GMT", "2018-01-10T21:05:30.000Z"),
            ("Wed, 10-Jan-2018 21:05:30 GMT", "2018-01-10T21:05:30.000Z"),
            ("Wed Jan 10 21:05:30 2018", "2018-01-10T21:05:30.000Z"),
            ("Sat Feb  3 09:08:07 2024", "2024-02-03T09:08:07.000Z"),
        ] {
            assert_eq!(moment(text, Input::Iso).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "Tue, 10 Jan 2018 21:05:30 +0000",
            "Wed, 31 Feb 2018 21:05:30 +0000",
            "Wed, 10 Janvier 2018 21:05:30 +0000",
            "Tuesday, 10-Jan-18 21:05:30 GMT",
            "Tue Jan 10 21:05:30 2018",
        ] {
            assert!(moment(text, Input::Iso).is_err(), "{text}");
        }
    }

    #[test]
    fn patterns_may_name_months_and_weekdays() {
        for (pattern, text, expected) in [
            ("D MMM YYYY", "3 Feb 2024", Some("2024-02-03T00:00:00.000Z")),
            ("MMMM D, YYYY", "february 3, 2024", Some("2024-02-03T00:00:00.000Z")),
            ("dddd D MMMM YYYY HH:mm", "Saturday 3 February 2024 17:30", Some("2024-02-03T17:30:00.000Z")),
            ("ddd D-MMM-YY", "Sat 3-Feb-24", Some("2024-02-03T00:00:00.000Z")),
            ("ddd D-MMM-YY", "Sun 3-Feb-24", None),
            ("D MMM YYYY", "3 Feb. 2024", None),
            ("D MMM YYYY", "3 Fe", None),
        ] {
            let input = Input::Pattern(DatePattern::parse(pattern).expect("a pattern"));
            assert_eq!(moment(text, input).ok().as_deref(), expected, "{pattern}");
        }
        assert!(DatePattern::parse("MM MMM YYYY D").is_err());
    }
}
