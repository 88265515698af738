//! The version of a record that was written under a key, by which a later run knows an older one.

use std::cmp::Ordering;

use crate::value::{DateTime, Decimal};

/// A version in little memory: there may be millions. What it is stands in the highest bits: a whole number, one with
/// decimal places, a moment, or a date and time whose offset nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::flow::push) struct JournalVersion([u8; 8]);

/// A number in units of its last place.
const FRACTION: u64 = 0;
const NUMBER: u64 = 1 << 62;
const MOMENT: u64 = 2 << 62;
const LOCAL: u64 = 3 << 62;
/// What makes a value positive, so that values are in order.
const SHIFT: i64 = 1 << 61;
/// The decimal places of a number that is not whole.
const PLACES: u32 = 6;

impl JournalVersion {
    /// What can be remembered of a version: a number of up to six decimal places, or a date and time.
    pub(in crate::flow::push) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = Decimal::parse(text) {
            return Self::of_number(number);
        }
        if let Ok(moment) = DateTime::parse(text) {
            return Self::pack(MOMENT, moment.milliseconds());
        }
        let moment = DateTime::parse(&format!("{text}Z")).ok()?;
        Self::pack(LOCAL, moment.milliseconds())
    }

    /// A number.
    pub(in crate::flow::push) fn of_number(number: Decimal) -> Option<Self> {
        let (kind, exact) = match number.with_places(0) {
            Ok(whole) => (NUMBER, whole),
            Err(_) => (FRACTION, number.with_places(PLACES).ok()?),
        };
        Self::pack(kind, i64::try_from(exact.mantissa()).ok()?)
    }

    /// Milliseconds, and whether they are told with an offset.
    pub(in crate::flow::push) fn of_moment(milliseconds: i64, has_offset: bool) -> Option<Self> {
        Self::pack(if has_offset { MOMENT } else { LOCAL }, milliseconds)
    }

    /// The number; nothing where it is a moment.
    pub(in crate::flow::push) fn number(self) -> Option<Decimal> {
        let places = match self.parts() {
            (NUMBER, _) => 0,
            (FRACTION, _) => PLACES,
            (_, _) => return None,
        };
        Decimal::from_parts(self.parts().1.into(), places).ok()
    }

    /// The milliseconds, and whether they are told with an offset; nothing where it is a number.
    pub(in crate::flow::push) fn moment(self) -> Option<(i64, bool)> {
        let (kind, value) = self.parts();
        matches!(kind, MOMENT | LOCAL).then_some((value, kind == MOMENT))
    }

    fn pack(kind: u64, value: i64) -> Option<Self> {
        let shifted = u64::try_from(value.checked_add(SHIFT)?).ok()?;
        (shifted < NUMBER).then(|| Self((kind | shifted).to_be_bytes()))
    }

    fn parts(self) -> (u64, i64) {
        let packed = u64::from_be_bytes(self.0);
        let (kind, shifted) = (packed & LOCAL, packed & !LOCAL);
        (kind, i64::try_from(shifted).map_or(0, |shifted| shifted - SHIFT))
    }

    /// How it compares with another one; nothing where they are of two kinds.
    pub(in crate::flow::push) fn compared(self, other: Self) -> Option<Ordering> {
        if let (Some(one), Some(other)) = (self.number(), other.number()) {
            return Some(one.cmp(&other));
        }
        let ((kind, value), (others, other)) = (self.parts(), other.parts());
        (kind == others).then(|| value.cmp(&other))
    }

    /// As a document would give it.
    pub(in crate::flow::push) fn text(self) -> String {
        let (kind, value) = self.parts();
        let moment = || DateTime::from_milliseconds(value, None).map(|moment| moment.to_string());
        match (kind, moment()) {
            (MOMENT, Ok(moment)) => moment,
            (LOCAL, Ok(moment)) => moment.trim_end_matches('Z').to_owned(),
            (FRACTION, _) => self.number().map(fewest_places).unwrap_or_default(),
            (_, _) => value.to_string(),
        }
    }
}

/// The digits of a number that is not whole, without zeros at their end.
fn fewest_places(number: Decimal) -> String {
    let text = number.to_string();
    text.trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_remembered_as_what_it_is() {
        for (one, other, order) in [
            ("9", "10", Some(Ordering::Less)),
            ("-9", "-10", Some(Ordering::Greater)),
            ("2026-01-01T10:00:00Z", "2026-01-01T10:30:00+01:00", Some(Ordering::Greater)),
            ("2026-01-01T10:00:00", "2026-01-01T10:00:01", Some(Ordering::Less)),
            ("2026-01-01T10:00:00", "2026-01-01T10:00:00Z", None),
            ("1", "2026-01-01T10:00:00Z", None),
            ("7", " 7 ", Some(Ordering::Equal)),
            ("1.5", "1.25", Some(Ordering::Greater)),
            ("1.50", "1.5", Some(Ordering::Equal)),
            ("2.0", "2", Some(Ordering::Equal)),
            ("2", "1.75", Some(Ordering::Greater)),
            ("-0.5", "0", Some(Ordering::Less)),
            ("1.5", "2026-01-01T10:00:00Z", None),
        ] {
            let (one, other) = (JournalVersion::of(one).unwrap(), JournalVersion::of(other).unwrap());
            assert_eq!(one.compared(other), order, "{} {}", one.text(), other.text());
            assert_eq!(JournalVersion::of(&one.text()), Some(one));
        }
        for text in ["", "1.1234567", "new", "9223372036854775807", "9223372036854.5"] {
            assert_eq!(JournalVersion::of(text), None, "{text}");
        }
    }
}
