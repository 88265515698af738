//! Date-times as search pages write them.

use std::fmt;

/// An instant to the millisecond, with the offset that it was written with (API notes §1.8).
///
/// Written as `YYYY-MM-DDTHH:MM:SS.mmm` and then `Z` or `+HH:MM` or `-HH:MM`. `Z` and `+00:00` are the
/// same offset, and yet told apart, so that the text can be written again as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    milliseconds: i64,
    offset: i16,
}

/// The bytes that [`Timestamp::read_quoted`] looks at: the longest spelling, its quotes, and one more to
/// make whole words.
pub(super) const WINDOW: usize = 32;

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
        let (timestamp, length) = Self::read_quoted(&window)?;
        (length == text.len() + 2).then_some(timestamp)
    }

    /// Reads the canonical spelling between quotes, and says how many bytes that took. Looks at eight bytes
    /// at a time.
    #[inline]
    pub(super) fn read_quoted(window: &[u8; WINDOW]) -> Option<(Self, usize)> {
        let (words, _) = window.as_chunks::<8>();
        let [date, time, second, rest] = words else { return None };

        let (date, _) = digit_pairs(*date, *b"\"0000-00")?;
        let (time, _) = digit_pairs(*time, *b"-00T00:0")?;
        let (second, digits) = digit_pairs(*second, *b"0:00.000")?;
        let (year, month) = (pair(date, 1) * 100 + pair(date, 3), pair(date, 6));
        let (day, hour) = (pair(time, 1), pair(time, 4));
        let minute = pair(time, 7) + byte(digits, 0);
        let milliseconds = pair(second, 5) * 10 + byte(digits, 7);
        let second = pair(second, 2);
        if hour > 23 || minute > 59 || second > 59 || !is_date(year, month, day) {
            return None;
        }

        let [sign, closing, ..] = *rest;
        let (offset, shift, length) = match sign {
            b'Z' if closing == b'"' => (Self::ZULU, 0, 26),
            b'+' | b'-' => {
                let mut rest = *rest;
                (rest[0], rest[7]) = (0, 0);
                let (rest, _) = digit_pairs(rest, *b"\x0000:00\"\0")?;
                let (hours, minutes) = (pair(rest, 1), pair(rest, 4));
                let total = (hours * 60 + minutes) as i16;
                if hours > 23 || minutes > 59 || (sign == b'-' && total == 0) {
                    return None;
                }
                let total = if sign == b'-' { -total } else { total };
                (total, i64::from(total), 31)
            }
            _ => return None,
        };
        let in_day = i64::from(((hour * 60 + minute) * 60 + second) * 1000 + milliseconds);
        let local = days_since_epoch(year, month, day) * MILLISECONDS_PER_DAY + in_day;
        Some((Self { milliseconds: local - shift * MILLISECONDS_PER_MINUTE, offset }, length))
    }
}

impl Timestamp {
    /// Appends the canonical spelling.
    pub(super) fn write(self, out: &mut String) {
        // Writing into a `String` cannot fail.
        _ = fmt::Write::write_fmt(out, format_args!("{self}"));
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

/// Reads eight bytes against a template in which `0` stands for any digit and every other byte for itself.
/// In the first answer, byte `n` is the number that the digits `n` and `n + 1` make; in the second, it is
/// the digit `n` alone.
#[inline(always)]
fn digit_pairs(word: [u8; 8], template: [u8; 8]) -> Option<(u64, u64)> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let room = u64::from_le_bytes(template.map(|byte| if byte == b'0' { 0x7f - 9 } else { 0x7f }));
    let digits = u64::from_le_bytes(word) ^ u64::from_le_bytes(template);
    // A byte that leaves its room sets its own high bit, or had it set before.
    if (digits.wrapping_add(room) | digits) & HIGH != 0 {
        return None;
    }
    Some((digits * 10 + (digits >> 8), digits))
}

#[inline(always)]
fn pair(pairs: u64, place: u32) -> u32 {
    byte(pairs, place)
}

#[inline(always)]
fn byte(word: u64, place: u32) -> u32 {
    (word >> (8 * place) & 0xff) as u32
}

#[inline(always)]
fn is_date(year: u32, month: u32, day: u32) -> bool {
    year != 0 && month.wrapping_sub(1) < 12 && day != 0 && (day <= 28 || day <= days_in_month(year, month))
}

fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that the
/// leap day is the last of its year.
#[inline(always)]
fn days_since_epoch(year: u32, month: u32, day: u32) -> i64 {
    let march_year = year - u32::from(month < 3);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let days = march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year;
    i64::from(days) - 719_468
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
        let mut days = days_since_epoch(1, 1, 1);
        let epoch = jiff::civil::date(1970, 1, 1);
        assert_eq!(days, i64::from((date - epoch).get_days()));
        loop {
            let (year, month, day) = (date.year(), date.month(), date.day());
            assert_eq!(days_since_epoch(year as u32, month as u32, day as u32), days, "{date}");
            assert_eq!(date_of(days), (year.into(), month.into(), day.into()), "{date}");
            match date.tomorrow() {
                Ok(next) => (date, days) = (next, days + 1),
                Err(_) => break,
            }
        }
        assert_eq!(date, jiff::civil::date(9999, 12, 31));
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
