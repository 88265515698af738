//! The account's time zone: a fixed offset, or a place whose clocks change by rule (API notes §1.8).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::moment::{DAY, MINUTE};
use crate::config::UtcOffset;

/// In which zone the account writes its times.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AccountZone {
    Fixed(UtcOffset),
    Named(&'static NamedZone),
}

/// A zone of the time zone database, with the rule that its clocks follow at present.
#[derive(Debug)]
pub(crate) struct NamedZone {
    name: &'static str,
    rule: TimeZone,
}

/// The list, whose head tells the edition of the database.
const ZONES: &str = include_str!("zones.txt");

static NAMED: LazyLock<BTreeMap<&'static str, NamedZone>> = LazyLock::new(|| {
    let lines = ZONES.lines().filter(|line| !line.starts_with('#'));
    let read = |(name, rule)| Some((name, NamedZone { name, rule: TimeZone::posix(rule).ok()? }));
    lines.filter_map(|line| line.split_once(' ')).filter_map(read).collect()
});

/// The edition of the time zone database, such as `2026f`.
pub(crate) fn zone_edition() -> &'static str {
    let head = ZONES.split_once("database ").map_or("", |(_, rest)| rest);
    head.split([',', '\n']).next().unwrap_or_default()
}

impl AccountZone {
    /// The zone, or alias of one, that has this name in the time zone database.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMED.get(name).map(AccountZone::Named)
    }

    /// Its name. Those of fixed offsets count the other way round.
    pub(crate) fn name(self) -> String {
        match self {
            AccountZone::Named(zone) => zone.name.to_owned(),
            AccountZone::Fixed(offset) => match (offset.minutes(), offset.minutes() % 60) {
                (0, _) => "UTC".to_owned(),
                (minutes, 0) => format!("Etc/GMT{:+}", -minutes / 60),
                (_, _) => format!("GMT{offset}"),
            },
        }
    }

    /// The offset at a moment.
    pub(crate) fn offset_at(self, ms: i64) -> UtcOffset {
        match self {
            AccountZone::Fixed(offset) => offset,
            AccountZone::Named(zone) => {
                let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
                UtcOffset { minutes: zone.rule.to_offset(time).seconds() / 60 }
            }
        }
    }

    /// What clocks there show at a moment, as if it were UTC.
    pub(crate) fn local(self, ms: i64) -> i64 {
        ms.saturating_add(self.shift(ms))
    }

    /// The first moment at which clocks there show this time, given as if it were UTC; where they skip it, as much
    /// later as they skip.
    pub(crate) fn instant(self, local: i64) -> i64 {
        let by_rule = |zone: &NamedZone| {
            let shown = Offset::UTC.to_datetime(Timestamp::from_millisecond(local).ok()?);
            Some(zone.rule.to_ambiguous_timestamp(shown).compatible().ok()?.as_millisecond())
        };
        match self {
            AccountZone::Fixed(_) => None,
            AccountZone::Named(zone) => by_rule(zone),
        }
        .unwrap_or_else(|| local.saturating_sub(self.shift(local)))
    }

    /// The day on which a moment falls there, as midnight UTC of that day.
    pub(crate) fn day(self, ms: i64) -> i64 {
        self.local(ms).div_euclid(DAY).saturating_mul(DAY)
    }

    fn shift(self, ms: i64) -> i64 {
        i64::from(self.offset_at(ms).minutes) * MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::moment::{Moment, local_date, local_midnight};

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn shown(text: &str, zone: &str) -> String {
        let zone = AccountZone::named(zone).unwrap();
        Moment { ms: at(text), offset: zone.offset_at(at(text)) }.to_string()
    }

    #[test]
    fn every_zone_of_the_list_is_read() {
        let lines = ZONES.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(NAMED.len(), lines);
        assert!(lines > 590 && zone_edition().starts_with("20"), "{lines}");
        for alias in ["Etc/UTC", "GMT", "US/Eastern", "Asia/Calcutta", "Europe/Kyiv", "Europe/Kiev"] {
            assert!(AccountZone::named(alias).is_some(), "{alias}");
        }
        assert!(AccountZone::named("Europe/Nowhere").is_none());
    }

    #[test]
    fn clocks_change_by_rule() {
        assert_eq!(shown("2026-01-15T12:00:00Z", "Europe/London"), "2026-01-15T12:00:00.000Z");
        assert_eq!(shown("2026-07-15T12:00:00Z", "Europe/London"), "2026-07-15T13:00:00.000+01:00");
        assert_eq!(shown("2026-01-15T12:00:00Z", "Australia/Lord_Howe"), "2026-01-15T23:00:00.000+11:00");
        assert_eq!(shown("2026-07-15T12:00:00Z", "Australia/Lord_Howe"), "2026-07-15T22:30:00.000+10:30");
        assert_eq!(shown("2026-07-15T12:00:00Z", "Asia/Calcutta"), "2026-07-15T17:30:00.000+05:30");
    }

    #[test]
    fn midnights_are_those_of_their_own_day() {
        let york = AccountZone::named("America/New_York").unwrap();
        // The day on which the clocks go forward begins by winter time, and ends by summer time.
        assert_eq!(local_midnight(at("2026-03-08T20:00:00Z"), york), at("2026-03-08T05:00:00Z"));
        assert_eq!(local_midnight(at("2026-03-09T20:00:00Z"), york), at("2026-03-09T04:00:00Z"));
        assert_eq!(local_date("2026-11-02", york), Some(at("2026-11-02T05:00:00Z")));
        // There is no midnight on this day: clocks go from 23:59 to 01:00.
        let beirut = AccountZone::named("Asia/Beirut").unwrap();
        assert_eq!(local_date("2026-03-29", beirut), Some(at("2026-03-28T22:00:00Z")));
        for extreme in [i64::MIN, i64::MAX, 0] {
            let _any = (local_midnight(extreme, york), york.instant(extreme));
        }
    }
}
