//! Date-times as search pages write them.

use std::fmt;

use super::scan::WINDOW;

/// An instant to the millisecond, with the offset that it was written with (API notes §1.8).
///
/// Written as `YYYY-MM-DDTHH:MM:SS.mmm` and then `Z` or `+HH:MM` or `-HH:MM`. `Z` and `+00:00` are the
/// same offset, and yet told apart, so that the text can be written again as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    milliseconds: i64,
    offset: i16,
}

const MILLISECONDS_PER_MINUTE: i64 = 60_000;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;

impl Timestamp {
    /// Stands for `Z` where offsets are in minutes.
    pub const ZULU: i16 = i16::MIN;

    /// From a column's two buffers: milliseconds since the Unix epoch in UTC, and the offset in minutes or
    /// [`Timestamp::ZULU`].
    pub fn from_parts(milliseconds: i64, offset: i16) -> Self {
        Self { milliseconds, offset }
    }

    /// Milliseconds since the Unix epoch, in UTC.
    pub fn milliseconds(self) -> i64 {
        self.milliseconds
    }

    /// Minutes that local time is ahead of UTC; 0 for `Z`.
    pub fn offset_minutes(self) -> i16 {
        if self.is_zulu() { 0 } else { self.offset }
    }

    /// Whether it was written with `Z`.
    pub fn is_zulu(self) -> bool {
        self.offset == Self::ZULU
    }

    /// The offset as columns hold it: minutes, or [`Timestamp::ZULU`].
    pub fn offset_part(self) -> i16 {
        self.offset
    }

    /// Reads the canonical spelling, and nothing else: what this accepts, `Display` writes again byte for
    /// byte. `None` for any other spelling and for dates that do not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let mut window = [b'"'; WINDOW];
        window
            .get_mut(1..=text.len())
            .filter(|place| place.len() < WINDOW - 1)?
            .copy_from_slice(text.as_bytes());
        let (timestamp, length) = Self::read_quoted(&window, &mut LastDay::default())?;
        (length == text.len() + 2).then_some(timestamp)
    }

    /// Reads the canonical spelling between quotes, and says how many bytes that took. Looks at eight bytes
    /// at a time.
    #[inline(always)]
    pub(super) fn read_quoted(window: &[u8; WINDOW], last_day: &mut LastDay) -> Option<(Self, usize)> {
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
            return Some((Self { milliseconds: local, offset: Self::ZULU }, 26));
        }
        let offset =
            Digits::of([b'+', rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], 0], *b"+00:00\"\0");
        let (hours, minutes) = (offset.pair(1), offset.pair(4));
        let offset = match sign {
            b'+' if offset.others == 0 => (hours * 60 + minutes) as i16,
            b'-' if offset.others == 0 && hours + minutes > 0 => -((hours * 60 + minutes) as i16),
            _ => return None,
        };
        if hours > 23 || minutes > 59 {
            return None;
        }
        Some((Self { milliseconds: local - i64::from(offset) * MILLISECONDS_PER_MINUTE, offset }, 31))
    }
}

/// The canonical spelling.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset_minutes();
        let local = self.milliseconds + i64::from(offset) * MILLISECONDS_PER_MINUTE;
        let (year, month, day) = date_of(local.div_euclid(MILLISECONDS_PER_DAY));
        let in_day = local.rem_euclid(MILLISECONDS_PER_DAY);
        let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
        let (second, millisecond) = (in_day / 1000 % 60, in_day % 1000);
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}"
        )?;
        if self.is_zulu() {
            return formatter.write_str("Z");
        }
        let (sign, offset) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
        write!(formatter, "{sign}{:02}:{:02}", offset / 60, offset % 60)
    }
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

/// The date that is so many days after 1970-01-01: the inverse of [`days_since_epoch`].
fn date_of(days: i64) -> (i64, i64, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    let days = days + 719_468;
    let cycle = days.div_euclid(DAYS_IN_400_YEARS);
    let day_of_cycle = days.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (cycle * 400 + year_of_cycle + i64::from(month < 3), month, day)
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, date_of, days_since_epoch};

    #[test]
    fn every_day_of_the_calendar_agrees_with_jiff() {
        let mut date = jiff::civil::date(1, 1, 1);
        let mut days = i64::from((date - jiff::civil::date(1970, 1, 1)).get_days());
        loop {
            let (year, month, day) = (date.year() as u32, date.month() as u32, date.day() as u32);
            assert_eq!(days_since_epoch(year / 100, year % 100, month, day), Some(days), "{date}");
            assert_eq!(date_of(days), (year.into(), month.into(), day.into()), "{date}");
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
            ("2024-02-03T09:08:07.000-06:00", 1_706_972_887_000, -360),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999, 0),
            ("1970-01-01T00:00:00.000+00:00", 0, 0),
            ("1969-12-31T23:59:59.999Z", -1, 0),
            ("2000-01-01T05:45:00.123+05:45", 946_684_800_123, 345),
            ("0001-01-01T00:00:00.000+23:59", -62_135_683_140_000, 1439),
            ("9999-12-31T23:59:59.999-23:59", 253_402_387_139_999, -1439),
        ] {
            let timestamp = Timestamp::parse(text).unwrap_or_else(|| panic!("{text} is canonical"));
            assert_eq!(timestamp.milliseconds(), milliseconds, "{text}");
            assert_eq!(timestamp.offset_minutes(), offset, "{text}");
            assert_eq!(timestamp.is_zulu(), text.ends_with('Z'));
            assert_eq!(timestamp.to_string(), text);
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
            "2024-02-03T09:08:0\u{661}.0Z",
            "2024-02-03T09:08:07.000+06:00 and more than fits",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text:?}");
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
                    if let Some(timestamp) = Timestamp::parse(&text) {
                        assert_eq!(timestamp.to_string(), text);
                    }
                }
            }
        }
    }
}
