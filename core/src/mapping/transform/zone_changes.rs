//! How the clocks of a place went before the rule that they follow at present.

use std::sync::OnceLock;

const MILLISECONDS_A_MINUTE: i64 = 60_000;

/// Every change of a place's clocks since 1970, up to the first by its rule.
#[derive(Debug)]
pub(super) struct ZoneChanges {
    /// By how many minutes they were ahead of UTC at first.
    first: i16,
    /// When they changed, in milliseconds, and by how many minutes they were ahead from then on.
    changes: Vec<(i64, i16)>,
}

impl ZoneChanges {
    /// The changes of a place; nothing where its clocks have always followed the rule.
    pub(super) fn of(name: &str) -> Option<Self> {
        let line = text().lines().filter(|line| !line.starts_with('#')).find(|line| {
            let names = line.split(' ').next().unwrap_or_default();
            names.split(',').any(|known| known == name)
        })?;
        let mut words = line.split(' ').skip(1);
        let first = number(words.next()?)?;
        let mut at = 0;
        let changes = words.map(|change| {
            let (minutes, ahead) = change.split_once(':')?;
            at += number(minutes)?.checked_mul(MILLISECONDS_A_MINUTE)?;
            Some((at, i16::try_from(number(ahead)?).ok()?))
        });
        Some(Self { first: i16::try_from(first).ok()?, changes: changes.collect::<Option<_>>()? })
    }

    /// By how many minutes clocks were ahead at an instant; nothing where they followed the rule by then.
    pub(super) fn minutes(&self, instant: i64) -> Option<i16> {
        let count = self.changes.partition_point(|(at, _)| *at <= instant);
        match self.changes.get(count) {
            None => None,
            Some(_) => Some(self.spans().nth(count)?.1),
        }
    }

    /// The instant at which clocks showed a time, which by the rule alone is that one.
    pub(super) fn instant(&self, local: i64, by_rule: i64) -> i64 {
        let at_offset = |ahead: i16| local - i64::from(ahead) * MILLISECONDS_A_MINUTE;
        let ends = self.changes.iter().map(|(at, _)| *at);
        let mut skipped = None;
        for ((begin, ahead), end) in self.spans().zip(ends) {
            let instant = at_offset(ahead);
            if instant < begin {
                break;
            }
            // Where they show it twice, it is the earlier one.
            if instant < end {
                return instant;
            }
            skipped = Some(instant);
        }
        let last = self.changes.last().map_or(i64::MIN, |(at, _)| *at);
        match skipped {
            // What they skip is counted on from before.
            Some(skipped) if self.is_skipped(local) => skipped,
            Some(_) | None if by_rule >= last => by_rule,
            Some(skipped) => skipped,
            None => by_rule,
        }
    }

    /// Whether a change skips a time.
    fn is_skipped(&self, local: i64) -> bool {
        let behind = self.spans().skip(1);
        self.spans().zip(behind).any(|((_, before), (at, after))| {
            let shown = |ahead: i16| at + i64::from(ahead) * MILLISECONDS_A_MINUTE;
            (shown(before)..shown(after)).contains(&local)
        })
    }

    /// From when on clocks were ahead by how much: one more than there are changes.
    fn spans(&self) -> impl Iterator<Item = (i64, i16)> {
        std::iter::once((i64::MIN, self.first)).chain(self.changes.iter().copied())
    }
}

fn number(text: &str) -> Option<i64> {
    i64::from_str_radix(text, 36).ok()
}

/// The table, which the build has packed.
fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let packed = include_bytes!(concat!(env!("OUT_DIR"), "/zone_changes"));
        let unpacked = miniz_oxide::inflate::decompress_to_vec(packed).unwrap_or_default();
        String::from_utf8(unpacked).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let lines: Vec<&str> = text().lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.len() > 250, "{}", lines.len());
        for line in lines {
            for name in line.split(' ').next().unwrap_or_default().split(',') {
                let changes = ZoneChanges::of(name).expect(name);
                assert_eq!(changes.changes.len(), line.split(' ').count() - 2, "{name}");
                assert!(changes.changes.is_sorted_by(|one, other| one.0 < other.0), "{name}");
            }
        }
    }
}
