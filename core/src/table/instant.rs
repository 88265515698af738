//! Date-times as search pages write them, read eight bytes at a time.
//!
//! That is `YYYY-MM-DDTHH:MM:SS.mmm` and then `Z` or `+HH:MM` or `-HH:MM` (API notes §1.8). What is read here is
//! written again byte for byte by [`DateTime`]'s `Display`, which is why no other spelling is read.

use super::scan::WINDOW;
use crate::value::{DateTime, LATEST};

const MILLISECONDS_PER_MINUTE: i64 = 60_000;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;

/// Reads the canonical spelling, and nothing else. `None` for any other spelling and for dates that do not
/// exist.
pub(super) fn parse(text: &str) -> Option<DateTime> {
    let mut window = [b'"'; WINDOW];
    window.get_mut(1..=text.len()).filter(|place| place.len() < WINDOW - 1)?.copy_from_slice(text.as_bytes());
    let (instant, length) = read_quoted(&window, &mut LastDay::default())?;
    (length == text.len() + 2).then_some(instant)
}

/// Reads the canonical spelling between quotes, and says how many bytes that took. Looks at eight bytes
/// at a time.
#[inline(always)]
pub(super) fn read_quoted(window: &[u8; WINDOW], last_day: &mut LastDay) -> Option<(DateTime, usize)> {
    let (words, _) = window.as_chunks::<8>();
    let [month, time, second, rest] = words else { return None };

    let time = Digits::of(*time, *b"-00T00:0");
    let second = Digits::of(*second, *b"0:00.000");
    if time.others | second.others != 0 {
        return None;
    }
    let midnight = last_day.midnight(*month, time.pair(1))?;
    let (hour, minute) = (time.pair(4), time.pair(7) + second.digit(0));
    let in_day = (hour * 60 + minute) * 60 + second.pair(2);
    let milliseconds = second.pair(5) * 10 + second.digit(7);
    if hour > 23 || minute > 59 || second.pair(2) > 59 {
        return None;
    }
    let local = midnight + i64::from(in_day * 1000 + milliseconds);

    let [sign, closing, ..] = *rest;
    if sign == b'Z' && closing == b'"' {
        return Some((DateTime::from_known_parts(local, DateTime::ZULU), 26));
    }
    let offset = Digits::of([b'+', rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], 0], *b"+00:00\"\0");
    let (hours, minutes) = (offset.pair(1), offset.pair(4));
    let offset = match sign {
        b'+' if offset.others == 0 => (hours * 60 + minutes) as i16,
        b'-' if offset.others == 0 && hours + minutes > 0 => -((hours * 60 + minutes) as i16),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let instant = local - i64::from(offset) * MILLISECONDS_PER_MINUTE;
    (instant <= LATEST).then(|| (DateTime::from_known_parts(instant, offset), 31))
}

/// The day that was read last: rows that lie together often share it.
#[derive(Debug, Default)]
pub(super) struct LastDay {
    month: [u8; 8],
    day: u32,
    midnight: i64,
}

impl LastDay {
    /// Milliseconds from the epoch to the beginning of a day, both of local time; `None` when there is no
    /// such day. `month` is the quote, the year and the month as they are written.
    #[inline(always)]
    fn midnight(&mut self, month: [u8; 8], day: u32) -> Option<i64> {
        if self.month != month || self.day != day {
            let date = Digits::of(month, *b"\"0000-00");
            if date.others != 0 {
                return None;
            }
            let days = days_since_epoch(date.pair(1), date.pair(3), date.pair(6), day)?;
            *self = Self { month, day, midnight: days * MILLISECONDS_PER_DAY };
        }
        Some(self.midnight)
    }
}

/// Eight bytes held against a template, in which `0` stands for any digit and every other byte for itself.
struct Digits {
    digits: u64,
    pairs: u64,
    /// Not zero when a byte is not what the template has in its place; the rest is meaningless then.
    others: u64,
}

impl Digits {
    #[inline(always)]
    fn of(word: [u8; 8], template: [u8; 8]) -> Self {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let room = u64::from_le_bytes(template.map(|byte| if byte == b'0' { 0x7f - 9 } else { 0x7f }));
        let digits = u64::from_le_bytes(word) ^ u64::from_le_bytes(template);
        // A byte that leaves its room sets its own high bit, or had it set before.
        let others = (digits.wrapping_add(room) | digits) & HIGH;
        Self { digits, pairs: digits.wrapping_mul(10).wrapping_add(digits >> 8), others }
    }

    /// The digit at a place.
    #[inline(always)]
    fn digit(&self, place: u32) -> u32 {
        (self.digits >> (8 * place) & 0xff) as u32
    }

    /// The number that the digits at a place and at the next one make.
    #[inline(always)]
    fn pair(&self, place: u32) -> u32 {
        (self.pairs >> (8 * place) & 0xff) as u32
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar from the year 1 on; `None` when there is no such
/// date. `month` and `day` have two digits, `century` and `year` are those of the full year.
#[inline(always)]
fn days_since_epoch(century: u32, year: u32, month: u32, day: u32) -> Option<i64> {
    const DAYS: [u8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
    const DAYS_BEFORE: [u16; 16] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 0, 0, 0];
    let is_leap = (if year == 0 { century } else { year }).is_multiple_of(4);
    let index = (month & 15) as usize;
    let days = u32::from(DAYS[index]) + u32::from(is_leap && month == 2);
    if month > 12 || day == 0 || day > days || century + year == 0 {
        return None;
    }
    // Leap days up to and with this year, less this year's own when it is still to come.
    let leap_days = century * 24 + century / 4 + year / 4 + 1 - u32::from(is_leap && month <= 2);
    let days = (century * 100 + year) * 365 + leap_days + u32::from(DAYS_BEFORE[index]) + day;
    Some(i64::from(days) - 719_529)
}

#[cfg(test)]
mod tests {
    use super::{days_since_epoch, parse};

    #[test]
    fn every_day_of_the_calendar_agrees_with_jiff() {
        let mut date = jiff::civil::date(1, 1, 1);
        let mut days = i64::from((date - jiff::civil::date(1970, 1, 1)).get_days());
        loop {
            let (year, month, day) = (date.year() as u32, date.month() as u32, date.day() as u32);
            assert_eq!(days_since_epoch(year / 100, year % 100, month, day), Some(days), "{date}");
            match date.tomorrow() {
                Ok(next) => (date, days) = (next, days + 1),
                Err(_) => break,
            }
        }
        assert_eq!(date, jiff::civil::date(9999, 12, 31));
    }

    #[test]
    fn dates_that_do_not_exist_have_no_days() {
        for year in 0..10_000 {
            for month in (0..18).chain([99]) {
                for day in (28..33).chain([0, 99]) {
                    let exists = jiff::civil::Date::new(year, month, day).is_ok() && year > 0;
                    let days =
                        days_since_epoch(year as u32 / 100, year as u32 % 100, month as u32, day as u32);
                    assert_eq!(days.is_some(), exists, "{year}-{month}-{day}");
                }
            }
        }
    }

    #[test]
    fn canonical_spellings_come_back_byte_for_byte() {
        for (text, milliseconds, offset) in [
            ("2024-02-03T09:08:07.000-06:00", 1_706_972_887_000, Some(-360)),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999, None),
            ("1970-01-01T00:00:00.000+00:00", 0, Some(0)),
            ("1969-12-31T23:59:59.999Z", -1, None),
            ("2000-01-01T05:45:00.123+05:45", 946_684_800_123, Some(345)),
            ("0001-01-01T00:00:00.000+23:59", -62_135_683_140_000, Some(1439)),
            ("9999-12-31T23:59:59.999+23:59", 253_402_214_459_999, Some(1439)),
        ] {
            let instant = parse(text).unwrap_or_else(|| panic!("{text} is canonical"));
            assert_eq!(instant.milliseconds(), milliseconds, "{text}");
            assert_eq!(instant.offset_minutes(), offset, "{text}");
            assert_eq!(instant.to_string(), text);
        }
    }

    #[test]
    fn other_spellings_are_not_taken() {
        for text in [
            "",
            "2024-02-03",
            "2024-02-03T09:08:07Z",
            "2024-02-03T09:08:07.00Z",
            "2024-02-03T09:08:07.0000Z",
            "2024-02-03T09:08:07.000",
            "2024-02-03T09:08:07.000z",
            "2024-02-03t09:08:07.000Z",
            "2024-02-03 09:08:07.000Z",
            "2024-02-03T09:08:07.000Z ",
            "2024-02-03T09:08:07.000Z\"",
            "2024-02-03T09:08:07.000-00:00",
            "2024-02-03T09:08:07.000-0600",
            "2024-02-03T09:08:07.000-06:60",
            "2024-02-03T09:08:07.000+24:00",
            "2024-02-03T09:08:07.000-06:00:00",
            "2024-02-03T24:00:00.000Z",
            "2024-02-03T09:60:07.000Z",
            "2024-02-03T09:08:60.000Z",
            "2023-02-29T09:08:07.000Z",
            "1900-02-29T09:08:07.000Z",
            "2024-04-31T09:08:07.000Z",
            "2024-13-01T09:08:07.000Z",
            "2024-00-01T09:08:07.000Z",
            "2024-01-00T09:08:07.000Z",
            "0000-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999-00:01",
            "2024-02-03T09:08:0\u{661}.0Z",
            "2024-02-03T09:08:07.000+06:00 and more than fits",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn one_changed_byte_is_refused_or_written_again() {
        for original in ["2024-02-03T09:08:07.123-06:30", "2024-02-03T09:08:07.123Z"] {
            for place in 0..original.len() {
                for byte in 0..128 {
                    let mut bytes = original.as_bytes().to_vec();
                    bytes[place] = byte;
                    let text = String::from_utf8(bytes).expect("ASCII");
                    if let Some(instant) = parse(&text) {
                        assert_eq!(instant.to_string(), text);
                    }
                }
            }
        }
    }
}
