//! Forms of dates as people write them down: `DD/MM/YYYY HH:mm`.

use super::date_names::{MONTHS, WEEKDAYS, name_of};
use super::time::{DigitFields, Stamp, day, time_of_day};

/// A form of dates such as `DD/MM/YYYY HH:mm`.
#[derive(Clone, Debug)]
pub(in crate::mapping) struct DatePattern {
    pub(in crate::mapping) text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Year,
    /// Two digits, of this century.
    ShortYear,
    Month {
        fewest: usize,
    },
    Day {
        fewest: usize,
    },
    Hour {
        fewest: usize,
    },
    Minute,
    Second,
    /// `Jan`, or `January` in full.
    MonthName {
        in_full: bool,
    },
    /// `Wed`, or `Wednesday` in full; it must be the day's own.
    Weekday {
        in_full: bool,
    },
    /// `AM` or `PM`.
    Half,
    Mark(u8),
}

const PIECES: [(&str, Piece); 16] = [
    ("YYYY", Piece::Year),
    ("YY", Piece::ShortYear),
    ("MMMM", Piece::MonthName { in_full: true }),
    ("MMM", Piece::MonthName { in_full: false }),
    ("MM", Piece::Month { fewest: 2 }),
    ("M", Piece::Month { fewest: 1 }),
    ("dddd", Piece::Weekday { in_full: true }),
    ("ddd", Piece::Weekday { in_full: false }),
    ("DD", Piece::Day { fewest: 2 }),
    ("D", Piece::Day { fewest: 1 }),
    ("HH", Piece::Hour { fewest: 2 }),
    ("H", Piece::Hour { fewest: 1 }),
    ("mm", Piece::Minute),
    ("ss", Piece::Second),
    ("AM", Piece::Half),
    ("T", Piece::Mark(b'T')),
];

impl DatePattern {
    /// Reads a pattern: `YYYY`, `YY`, `MMMM`, `MMM`, `MM` or `M`, `dddd`, `ddd`, `DD` or `D`, `HH` or `H`, `mm`, `ss`,
    /// `AM`, and marks between.
    ///
    /// # Errors
    /// What was expected.
    pub(in crate::mapping) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.bytes().next() {
            if let Some((name, piece)) = PIECES.iter().find(|(name, _)| rest.starts_with(name)) {
                pieces.push(*piece);
                rest = &rest[name.len()..];
            } else if first.is_ascii_punctuation() || first == b' ' {
                pieces.push(Piece::Mark(first));
                rest = &rest[1..];
            } else {
                return Err(format!(
                    "the form of dates {text:?} is invalid from {rest:?} on; expected one such as DD/MM/YYYY HH:mm:ss, of YYYY, YY, MMMM (January), MMM (Jan), MM, M, dddd (Monday), ddd (Mon), DD, D, HH, H, mm, ss, AM and marks"
                ));
            }
        }
        let has = |wanted: fn(&Piece) -> bool| pieces.iter().filter(|piece| wanted(piece)).count() == 1;
        let is_whole = has(|piece| matches!(piece, Piece::Year | Piece::ShortYear))
            && has(|piece| matches!(piece, Piece::Month { .. } | Piece::MonthName { .. }))
            && has(|piece| matches!(piece, Piece::Day { .. }));
        if !is_whole {
            return Err(format!("{text:?} must have a year, a month and a day, each once"));
        }
        let is_within_hours = |piece: &Piece| matches!(piece, Piece::Minute | Piece::Second | Piece::Half);
        if pieces.iter().any(is_within_hours) && !has(|piece| matches!(piece, Piece::Hour { .. })) {
            return Err(format!("{text:?} must have the hour, HH or H, once beside mm, ss or AM"));
        }
        Ok(Self { text: text.to_owned(), pieces })
    }

    pub(super) fn read(&self, text: &str) -> Option<Stamp> {
        let mut fields = DigitFields(text.as_bytes());
        let (mut year, mut month, mut of_month) = (0, 0, 0);
        let mut weekday = None;
        let (mut hour, mut minute, mut second, mut half) = (None, 0, 0, None);
        for piece in &self.pieces {
            match piece {
                Piece::Year => year = fields.number(4, 4)?,
                Piece::ShortYear => year = 2000 + fields.number(2, 2)?,
                Piece::Month { fewest } => month = fields.number(*fewest, 2)?,
                Piece::Day { fewest } => of_month = fields.number(*fewest, 2)?,
                Piece::Hour { fewest } => hour = Some(fields.number(*fewest, 2)?),
                Piece::Minute => minute = fields.number(2, 2)?,
                Piece::Second => second = fields.number(2, 2)?,
                Piece::Half => {
                    let is_afternoon = fields.has(b"Pp");
                    let is_half = (is_afternoon || fields.has(b"Aa")) && fields.has(b"Mm");
                    half = Some(is_half.then_some(is_afternoon)?);
                }
                Piece::MonthName { in_full } => month = name_of(&mut fields, &MONTHS, *in_full)? as u32 + 1,
                Piece::Weekday { in_full } => weekday = Some(name_of(&mut fields, &WEEKDAYS, *in_full)?),
                Piece::Mark(mark) => fields.has(&[*mark]).then_some(())?,
            }
        }
        fields.0.is_empty().then_some(())?;
        let hour = match (hour, half) {
            // Half a day has no other hours.
            (Some(hour), Some(is_afternoon)) => {
                let fits = (1..=12).contains(&hour);
                Some(fits.then_some(hour % 12 + if is_afternoon { 12 } else { 0 })?)
            }
            (hour, _) => hour,
        };
        let time = match hour {
            Some(hour) => Some(time_of_day(hour, minute, second, 0)?),
            None => None,
        };
        let date = day(year, month, of_month)?;
        // The first of 1970 was a Thursday, the fourth day of a week.
        let is_its_own =
            |weekday: usize| (i64::from(date.days_since_epoch()) + 3).rem_euclid(7) == weekday as i64;
        weekday.is_none_or(is_its_own).then_some(Stamp { date, time, offset: None })
    }
}
