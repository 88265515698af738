//! What tells a record from all others, and from older versions of it.

use super::Run;
use crate::mapping::document::KeySource;
use crate::mapping::transform::{Input, Notation, Time, read_number};
use crate::mapping::value::Value;
use crate::value::Decimal;

/// The largest number, and the most decimal places, of a version: a journal remembers it.
const LARGEST: i64 = 1_000_000_000_000_000_000;
const LARGEST_WITH_PLACES: i64 = 1_000_000_000_000;
const MOST_PLACES: u32 = 6;

/// The version that a value says, in one form for all ways of writing it: a number, or a date and time, with the offset that
/// it was written with.
///
/// # Errors
/// What was expected.
fn version(value: &Value<'_>, reading: &Notation) -> Result<Option<String>, String> {
    if value.is_null() || value.text().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let time = Time { input: reading.dates.clone(), zone: None, into: None };
    let is_by_pattern = matches!(reading.dates, Input::Pattern(_));
    if is_by_pattern && let Ok(moment) = time.as_written(value) {
        return Ok(Some(moment));
    }
    if let Ok(number) = read_number(value, reading) {
        let fits = |places: u32, largest: i64| {
            number.with_places(places).is_ok()
                && number < Decimal::from(largest)
                && number > Decimal::from(-largest)
        };
        return if fits(0, LARGEST) || fits(MOST_PLACES, LARGEST_WITH_PLACES) {
            Ok(Some(number.text()))
        } else {
            Err("the version has too many digits; expected a whole number below 10^18, or one below 10^12 of up to 6 decimal places".to_owned())
        };
    }
    // An expression may have made a date of the usual form of it.
    let usual = Time { input: Input::Iso, zone: None, into: None };
    time.as_written(value)
        .or_else(|reason| usual.as_written(value).map_err(|_| reason))
        .map(Some)
        .map_err(|reason| format!("the version is {}: {reason}, or a number", value.excerpt()))
}

impl Run<'_> {
    pub(super) fn read_key(&mut self) {
        let Some(key) = &self.compiled.document.key else { return };
        if let Some(verify) = &key.verify {
            match self.filters(&verify.by) {
                Ok(filters) => self.key_by = filters,
                Err(reason) => {
                    let pointer = format!("{}/by", verify.pointer);
                    self.fail_document(&pointer, "the key", reason);
                }
            }
        }
        if let Some(newest) = &key.newest {
            let reading = &self.compiled.document.reading;
            match self.pick(newest).and_then(|value| version(&value, reading)) {
                Ok(version) => self.version = version,
                Err(reason) => {
                    let pointer = format!("{}/newest", key.pointer);
                    self.fail_document(&pointer, &newest.expression.text, reason);
                }
            }
        }
        let KeySource::Pick(pick) = &key.source else { return };
        match self.pick(pick) {
            Ok(value) => {
                let key = value.id_text();
                self.key = key.as_deref().map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned);
            }
            Err(reason) => self.fail_document(&key.pointer, &pick.expression.text, reason),
        }
    }
}
