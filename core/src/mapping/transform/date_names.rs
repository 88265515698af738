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
const AT_GREENWICH: [&str; 3] =
    ["%A, %d-%b-%y %H:%M:%S GMT", "%A, %d-%b-%Y %H:%M:%S GMT", "%a, %d-%b-%Y %H:%M:%S GMT"];

/// The names of zones that RFC 2822 gives a meaning. Any other is somebody's own, and would be taken for Greenwich.
const ZONE_NAMES: [&str; 11] = ["UT", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"];

/// No clock is ahead or behind by so many minutes.
const A_DAY: i16 = 24 * 60;

/// The form of C, without an offset.
const OF_C: &str = "%a %b %e %H:%M:%S %Y";

/// RFC 2822 (`Wed, 10 Jan 2018 21:05:30 +0000`), RFC 850 (`Wednesday, 10-Jan-18 21:05:30 GMT`), or the form of C
/// (`Wed Jan 10 21:05:30 2018`).
///
/// What has no offset, as that of C, is meant where the document says.
pub(super) fn named_months(text: &str) -> Option<Stamp> {
    if let Ok(read) = rfc2822::parse(text) {
        if zone_name(text)
            .is_some_and(|name| !ZONE_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)))
        {
            return None;
        }
        let minutes =
            i16::try_from(read.offset().seconds() / 60).ok().filter(|minutes| minutes.abs() < A_DAY)?;
        // Greenwich is written as such.
        return stamp(read.datetime(), Some((minutes != 0).then_some(minutes)));
    }
    if let Ok(read) = rfc2822::parse(&format!("{text} +0000")) {
        return stamp(read.datetime(), None);
    }
    let read = |form: &str| strtime::parse(form, text).and_then(|parts| parts.to_datetime()).ok();
    let at_greenwich = AT_GREENWICH.iter().find_map(|form| read(form));
    match at_greenwich {
        Some(read) => stamp(read, Some(None)),
        None => stamp(read(OF_C)?, None),
    }
}

/// The name of a zone at the end of a date of RFC 2822, before comments; nothing where it ends otherwise.
fn zone_name(text: &str) -> Option<&str> {
    let before = text.split('(').next().unwrap_or_default().trim_end();
    let begin = before.rfind(|character: char| !character.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    before.get(begin..).filter(|name| !name.is_empty())
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
            ("Wednesday, 10-Jan-2018 21:05:30 GMT", "2018-01-10T21:05:30.000Z"),
            ("Wed, 10 Jan 2018 21:05:30 EST", "2018-01-10T21:05:30.000-05:00"),
            ("Wed, 10 Jan 2018 21:05:30 ut", "2018-01-10T21:05:30.000Z"),
            ("Wed, 10 Jan 2018 21:05:30 +0100 (CET)", "2018-01-10T21:05:30.000+01:00"),
            ("Wed, 10 Jan 2018 21:05:30", "2018-01-10T21:05:30.000Z"),
            ("10 Jan 2018 21:05", "2018-01-10T21:05:00.000Z"),
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
            "Tuesday, 10-Jan-2018 21:05:30 GMT",
            // What these names mean is not said anywhere.
            "Wed, 15 Jul 2026 00:30:00 BST",
            "Wed, 15 Jul 2026 00:30:00 CEST",
            "Wed, 15 Jul 2026 00:30:00 AEST (Sydney)",
            "Wed, 15 Jul 2026 00:30:00 XYZ",
            "Wed, 15 Jul 2026 00:30:00 M",
            "Wed, 15 Jul 2026 00:30:00 UTCX",
            "Wed, 15 Jul 2026 00:30:00 +2400",
            "Tue, 10 Jan 2018 21:05:30",
            "Tue Jan 10 21:05:30 2018",
        ] {
            assert!(moment(text, Input::Iso).is_err(), "{text}");
        }
    }

    #[test]
    fn what_names_months_without_an_offset_is_meant_where_the_document_says() {
        for text in ["Wed, 15 Jul 2026 00:30:00", "Wed Jul 15 00:30:00 2026", "15 Jul 2026 00:30"] {
            let read = |zone: Option<&str>| {
                let zone = zone.map(|name| super::super::Zone::parse(name).expect("a zone"));
                let time = Time { input: Input::Iso, zone, into: None };
                time.date_time(&Value::Text(text.into()))
                    .map(|value| value.text().unwrap_or_default().to_owned())
            };
            assert_eq!(read(Some("Europe/London")).as_deref(), Ok("2026-07-15T00:30:00.000+01:00"), "{text}");
            assert!(read(None).is_err_and(|reason| reason.contains("zone")), "{text}");
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
