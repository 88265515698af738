//! Zones of time, for times without an offset and for writing times in another zone.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use crate::json::nearest;
use crate::value::DateTime;

/// A zone: UTC, a fixed offset, or a place whose clocks change by rule.
///
/// Places follow the rules that hold at present. Whoever maps times from before a change of the law gives the
/// offsets.
#[derive(Clone, Debug)]
pub(in crate::mapping) struct Zone {
    name: String,
    zone: TimeZone,
}

const ZONES: &str = include_str!("zones.txt");

/// The edition of the time zone database, such as `2026f`, which the head of the table tells.
pub fn time_zone_database() -> &'static str {
    let head = ZONES.split_once("database ").map_or("", |(_, rest)| rest);
    head.split([',', '\n']).next().unwrap_or_default()
}

const MILLISECONDS_A_DAY: i64 = 24 * 60 * 60 * 1000;

impl Zone {
    /// `UTC`, `Z`, an offset such as `+01:00`, or a name such as `Europe/London`.
    ///
    /// # Errors
    /// What was expected.
    pub(in crate::mapping) fn parse(name: &str) -> Result<Self, String> {
        let zone = if matches!(name, "UTC" | "Z") {
            TimeZone::UTC
        } else if name.starts_with(['+', '-']) {
            // The date-time's own reader knows offsets.
            let example = DateTime::parse(&format!("2000-01-01T00:00:00{name}"));
            let minutes = example.ok().and_then(DateTime::offset_minutes);
            let offset = minutes.and_then(|minutes| Offset::from_seconds(i32::from(minutes) * 60).ok());
            TimeZone::fixed(offset.ok_or_else(|| unknown(name))?)
        } else {
            let rule = zones().find(|(known, _)| *known == name).map(|(_, rule)| rule);
            rule.and_then(|rule| TimeZone::posix(rule).ok()).ok_or_else(|| unknown(name))?
        };
        Ok(Self { name: name.to_owned(), zone })
    }

    pub(in crate::mapping) fn as_str(&self) -> &str {
        &self.name
    }

    /// The instant at which clocks there show this time, in milliseconds. A time that they show twice is the
    /// earlier one; one that they skip is as much later as they skip.
    pub(super) fn instant(&self, local: i64) -> Option<i64> {
        let midnight = civil::date(1970, 1, 1).at(0, 0, 0, 0);
        let local = midnight.checked_add(jiff::SignedDuration::from_millis(local)).ok()?;
        let instant = self.zone.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(instant.as_millisecond())
    }

    /// The same instant with the offset of the zone.
    pub(super) fn show(&self, instant: i64) -> Option<DateTime> {
        if self.zone == TimeZone::UTC {
            return DateTime::from_milliseconds(instant, None).ok();
        }
        let offset = self.zone.to_offset(jiff::Timestamp::from_millisecond(instant).ok()?);
        let minutes = i16::try_from(offset.seconds() / 60).ok()?;
        DateTime::from_milliseconds(instant, Some(minutes)).ok()
    }

    /// The time that clocks there show at a local day and time.
    pub(super) fn at(&self, day: i32, time: i64) -> Option<DateTime> {
        self.show(self.instant(i64::from(day) * MILLISECONDS_A_DAY + time)?)
    }
}

/// The name of every place, and the rule that its clocks follow.
fn zones() -> impl Iterator<Item = (&'static str, &'static str)> {
    ZONES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '))
}

fn unknown(name: &str) -> String {
    let hint = nearest(name, zones().map(|(name, _)| name))
        .map_or_else(String::new, |name| format!("; did you mean {name}?"));
    format!(
        "invalid zone {name:?}; expected UTC, an offset such as +01:00, or a name such as Europe/London{hint}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str, local: &str) -> String {
        let local = DateTime::parse(&format!("{local}Z")).expect("a time").milliseconds();
        let zone = Zone::parse(zone).expect("a zone");
        zone.instant(local).and_then(|instant| zone.show(instant)).expect("in range").to_string()
    }

    #[test]
    fn clocks_change_by_rule() {
        for (zone, local, expected) in [
            ("UTC", "2026-07-01T12:00:00", "2026-07-01T12:00:00.000Z"),
            ("+05:30", "2026-07-01T12:00:00", "2026-07-01T12:00:00.000+05:30"),
            ("Europe/London", "2026-01-01T12:00:00", "2026-01-01T12:00:00.000+00:00"),
            ("Europe/London", "2026-07-01T12:00:00", "2026-07-01T12:00:00.000+01:00"),
            ("Europe/London", "2026-03-29T01:30:00", "2026-03-29T02:30:00.000+01:00"),
            ("Europe/London", "2026-10-25T01:30:00", "2026-10-25T01:30:00.000+01:00"),
            ("Europe/Dublin", "2026-07-01T12:00:00", "2026-07-01T12:00:00.000+01:00"),
            ("America/New_York", "2026-11-01T00:30:00", "2026-11-01T00:30:00.000-04:00"),
            ("Australia/Sydney", "2026-01-01T00:00:00", "2026-01-01T00:00:00.000+11:00"),
            ("Asia/Kathmandu", "2026-01-01T00:00:00", "2026-01-01T00:00:00.000+05:45"),
        ] {
            assert_eq!(shown(zone, local), expected, "{zone}");
        }
        let error = Zone::parse("Europe/Lodon").expect_err("a slip");
        assert!(error.contains("did you mean Europe/London"), "{error}");
        assert!(Zone::parse("+25:00").is_err() && Zone::parse("").is_err());
    }

    #[test]
    fn every_rule_is_one() {
        assert!(zones().count() > 590, "{}", zones().count());
        for (name, rule) in zones() {
            assert!(Zone::parse(name).is_ok(), "{name}: {rule}");
        }
        // Aliases are read too, and are what they stand for.
        for (alias, name) in [
            ("US/Eastern", "America/New_York"),
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("GB", "Europe/London"),
            ("Etc/UTC", "UTC"),
            ("GMT", "UTC"),
        ] {
            let rule = |wanted: &str| zones().find(|(name, _)| *name == wanted).map(|(_, rule)| rule.len());
            assert!(rule(alias).is_some(), "{alias}");
            assert_eq!(shown(alias, "2026-07-01T12:00:00")[..23], shown(name, "2026-07-01T12:00:00")[..23]);
        }
    }
}
