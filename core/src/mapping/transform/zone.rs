//! Zones of time, for times without an offset and for writing times in another zone.

use std::sync::Arc;

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use super::zone_changes::ZoneChanges;
use crate::json::nearest;
use crate::value::DateTime;

/// A zone: UTC, a fixed offset, or a place, whose clocks change by rule and went by others before.
#[derive(Clone, Debug)]
pub(in crate::mapping) struct Zone {
    name: String,
    clocks: Clocks,
}

#[derive(Clone, Debug)]
enum Clocks {
    Fixed(TimeZone),
    Place {
        /// By the rule at present.
        rule: TimeZone,
        /// How they went before.
        before: Option<Arc<ZoneChanges>>,
    },
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
            let rule = rule.and_then(|rule| TimeZone::posix(rule).ok()).ok_or_else(|| unknown(name))?;
            let before = ZoneChanges::of(name).map(Arc::new);
            return Ok(Self { name: name.to_owned(), clocks: Clocks::Place { rule, before } });
        };
        Ok(Self { name: name.to_owned(), clocks: Clocks::Fixed(zone) })
    }

    pub(in crate::mapping) fn as_str(&self) -> &str {
        &self.name
    }

    /// The instant at which clocks there show this time, in milliseconds. A time that they show twice is the
    /// earlier one; one that they skip is as much later as they skip.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn instant(&self, local: i64) -> Result<i64, String> {
        let by = |zone: &TimeZone| {
            let midnight = civil::date(1970, 1, 1).at(0, 0, 0, 0);
            let local = midnight.checked_add(jiff::SignedDuration::from_millis(local)).ok()?;
            let instant = zone.to_ambiguous_timestamp(local).compatible().ok()?;
            Some(instant.as_millisecond())
        };
        let instant = match &self.clocks {
            Clocks::Fixed(zone) => return by(zone).ok_or_else(out_of_range),
            Clocks::Place { rule, before } => {
                let by_rule = by(rule).ok_or_else(out_of_range)?;
                before.as_ref().map_or(by_rule, |before| before.instant(local, by_rule))
            }
        };
        self.known_at(instant)
    }

    /// The same instant with the offset of the zone.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn show(&self, instant: i64) -> Result<DateTime, String> {
        let by = |zone: &TimeZone| {
            let offset = zone.to_offset(jiff::Timestamp::from_millisecond(instant).ok()?);
            i16::try_from(offset.seconds() / 60).ok()
        };
        let minutes = match &self.clocks {
            Clocks::Fixed(zone) if *zone == TimeZone::UTC => None,
            Clocks::Fixed(zone) => Some(by(zone).ok_or_else(out_of_range)?),
            Clocks::Place { rule, before } => {
                self.known_at(instant)?;
                let before = before.as_ref().and_then(|before| before.minutes(instant));
                Some(before.map_or_else(|| by(rule).ok_or_else(out_of_range), Ok)?)
            }
        };
        DateTime::from_milliseconds(instant, minutes).map_err(|_| out_of_range())
    }

    /// The time that clocks there show at a local day and time.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn at(&self, day: i32, time: i64) -> Result<DateTime, String> {
        self.show(self.instant(i64::from(day) * MILLISECONDS_A_DAY + time)?)
    }

    /// How clocks went before 1970 the database does not know of every place.
    fn known_at(&self, instant: i64) -> Result<i64, String> {
        if instant >= 0 {
            return Ok(instant);
        }
        let name = &self.name;
        Err(format!(
            "how clocks in {name} went is known from 1970 on; expected a later time, or one with its offset"
        ))
    }
}

pub(super) fn out_of_range() -> String {
    "expected a time in the years 0000 to 9999".to_owned()
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
        zone.instant(local)
            .and_then(|instant| zone.show(instant))
            .map_or_else(|reason| reason, |shown| shown.to_string())
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
    fn clocks_went_otherwise_before() {
        for (zone, local, expected) in [
            ("America/Mexico_City", "2022-07-01T12:00:00", "-05:00"),
            ("America/Mexico_City", "2022-12-01T12:00:00", "-06:00"),
            ("America/Sao_Paulo", "2018-12-01T12:00:00", "-02:00"),
            ("America/New_York", "2006-03-20T12:00:00", "-05:00"),
            ("America/New_York", "2006-11-01T12:00:00", "-05:00"),
            ("America/New_York", "2007-03-20T12:00:00", "-04:00"),
            ("US/Eastern", "2006-03-20T12:00:00", "-05:00"),
            ("Europe/Istanbul", "2016-01-15T12:00:00", "+02:00"),
            ("Europe/Istanbul", "2026-01-15T12:00:00", "+03:00"),
            ("Europe/Moscow", "2013-07-01T12:00:00", "+04:00"),
            ("Asia/Amman", "2022-01-15T12:00:00", "+02:00"),
            ("Asia/Almaty", "2023-06-01T12:00:00", "+06:00"),
            ("Europe/London", "1970-07-01T12:00:00", "+01:00"),
            ("Europe/London", "1971-01-15T12:00:00", "+01:00"),
            ("Europe/London", "1999-01-15T12:00:00", "+00:00"),
        ] {
            assert_eq!(shown(zone, local), format!("{local}.000{expected}"), "{zone}");
        }
        // Skipped, and shown twice, by the rule of that time.
        assert_eq!(shown("America/New_York", "2006-04-02T02:30:00"), "2006-04-02T03:30:00.000-04:00");
        assert_eq!(shown("America/New_York", "2006-10-29T01:30:00"), "2006-10-29T01:30:00.000-04:00");
        // The last change of all, at which clocks went back for good.
        assert_eq!(shown("Asia/Almaty", "2024-02-29T23:30:00"), "2024-02-29T23:30:00.000+06:00");
        assert_eq!(shown("Asia/Almaty", "2024-03-01T00:00:00"), "2024-03-01T00:00:00.000+05:00");
        // A day that was left out.
        assert_eq!(shown("Pacific/Apia", "2011-12-30T12:00:00"), "2011-12-31T12:00:00.000+14:00");
        let before = shown("Europe/London", "1969-12-31T12:00:00");
        assert!(before.contains("known from 1970 on"), "{before}");
        assert_eq!(shown("+01:00", "1969-12-31T12:00:00"), "1969-12-31T12:00:00.000+01:00");
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
