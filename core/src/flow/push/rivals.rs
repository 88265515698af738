//! Records of one key in one push. The same content counts once. Other content is refused, since nobody knows which of
//! them is right, unless the document says by what the newest is known.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::digest_table::{Digest, DigestTable};
use super::ending::Ending;
use super::entry::PushEntry;
use super::journal::JournalVersion;
use super::sought::{Group, Sought};
use crate::mapping::IfThere;
use crate::output::State;
use crate::value::{DateTime, Decimal};

/// So much of a digest that two records of one key never have the same by chance.
type ContentDigest = [u8; 8];

/// What the records of a push have been, by their keys.
#[derive(Debug, Default)]
pub(super) struct KeyBook {
    holders: DigestTable<PackedHolder>,
    /// The same of records that have a version.
    versioned: DigestTable<(PackedHolder, JournalVersion)>,
    /// Versions that cannot be packed.
    odd_versions: BTreeMap<Digest, Edition>,
    /// Ids that are too long to be packed.
    long_ids: BTreeMap<Digest, u64>,
    /// The lines of the journal that say how records were settled, where earlier runs settled them.
    lines: DigestTable<[u8; 4]>,
    /// Where the keys of records are looked for.
    searched: Option<(Arc<str>, Arc<str>)>,
}

/// The record that has a key.
#[derive(Clone, Debug)]
struct Holder {
    /// Its place in the input.
    number: u64,
    content: ContentDigest,
    version: Option<Edition>,
    end: Option<(State, Option<u64>)>,
    /// Whether its key is contested, so that no record of it is written.
    is_contested: bool,
}

/// The same in little memory: there may be millions.
#[derive(Clone, Copy, Debug)]
struct PackedHolder {
    /// Of a place in the input, the lower bytes.
    number: [u8; 5],
    content: ContentDigest,
    id: [u8; 5],
    /// The state with which it ended, from 1, and what else is so.
    flags: u8,
}

const HAS_ID: u8 = 0x10;
const IS_CONTESTED: u8 = 0x20;
/// Whether a record was settled under the key, since what is there may be its own.
const IS_TOLD: u8 = 0x40;
/// Whether this run has written it.
const IS_WRITTEN: u8 = 0x80;
const OF_KEY: u8 = IS_TOLD | IS_WRITTEN;

/// Behind every line of an earlier run.
const THIS_RUN: u32 = u32::MAX;

/// Stands for an id that is too long.
const LONG_ID: [u8; 5] = [u8::MAX; 5];

impl PackedHolder {
    fn of(holder: &Holder) -> Self {
        let mut number = [0; 5];
        number.copy_from_slice(&holder.number.to_be_bytes()[3..]);
        let (state, id) = match holder.end {
            None => (0, None),
            Some((State::Created, id)) => (1, id),
            Some((State::Updated, id)) => (2, id),
            Some((State::Unchanged, id)) => (3, id),
            Some((State::Skipped, id)) => (4, id),
            Some((State::Rejected, id)) => (5, id),
            Some((State::MaybeApplied, id)) => (6, id),
            Some((State::Differs, id)) => (7, id),
            Some((State::Doubled, id)) => (8, id),
        };
        let has_id = if id.is_some() { HAS_ID } else { 0 };
        let contested = if holder.is_contested { IS_CONTESTED } else { 0 };
        let id = match id.unwrap_or_default().to_be_bytes() {
            [0, 0, 0, short @ ..] => short,
            _ => LONG_ID,
        };
        Self { number, content: holder.content, id, flags: state | has_id | contested }
    }

    fn holder(self, version: Option<Edition>, long_id: Option<u64>) -> Holder {
        let mut number = [0; 8];
        number[3..].copy_from_slice(&self.number);
        let [a, b, c, d, e] = self.id;
        let short = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
        let long_id = long_id.filter(|_| self.id == LONG_ID);
        let id = (self.flags & HAS_ID != 0).then(|| long_id.unwrap_or(short));
        let state = match self.flags & 0x0f {
            0 => None,
            1 => Some(State::Created),
            2 => Some(State::Updated),
            3 => Some(State::Unchanged),
            4 => Some(State::Skipped),
            5 => Some(State::Rejected),
            6 => Some(State::MaybeApplied),
            7 => Some(State::Differs),
            _ => Some(State::Doubled),
        };
        Holder {
            number: u64::from_be_bytes(number),
            content: self.content,
            version,
            end: state.map(|state| (state, id)),
            is_contested: self.flags & IS_CONTESTED != 0,
        }
    }
}

/// What tells which of two records is the newer one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Edition {
    Number(Decimal),
    /// Milliseconds, and whether they are told with an offset.
    Moment(i64, bool),
}

/// A record of a window, as far as it matters here.
#[derive(Debug)]
pub(super) struct Claim {
    /// Its place in the window.
    index: usize,
    number: u64,
    key: Digest,
    content: ContentDigest,
    version: Option<Edition>,
    /// Whether an earlier run has announced or written it, so that it cannot be taken back.
    is_known: bool,
}

/// What becomes of a record because of another one of its key.
#[derive(Debug)]
pub(super) enum Rivalry {
    /// It is the same as the record with that number, and ends as that does.
    SameAs(u64),
    /// It ends so.
    Over(Ending),
}

impl Claim {
    /// What an entry claims; nothing without a key, and of what is none of Brightpearl's.
    pub(super) fn of(index: usize, number: u64, entry: &PushEntry) -> Option<Self> {
        let mapped = entry.mapped();
        if mapped.skipped.is_some() && mapped.if_there == IfThere::Leave {
            return None;
        }
        let key = Digest::of(entry.key()?.text());
        // Of what could not be mapped nothing is known but its bytes.
        let content =
            if mapped.failures.is_empty() { content(&mapped.content()) } else { content(entry.name()) };
        let version = mapped.version.as_deref().and_then(Edition::parse);
        let is_known = entry.progress().journaled().is_some() || entry.progress().doubt().is_some();
        Some(Self { index, number, key, content, version, is_known })
    }

    fn holder(&self) -> Holder {
        let Self { number, content, version, .. } = *self;
        Holder { number, content, version, end: None, is_contested: false }
    }
}

impl Holder {
    /// Whether it was refused, so that nothing of it is there and a record of other content may have its key. By a
    /// version an older one stays the older one.
    fn was_refused(&self) -> bool {
        let is_refused = matches!(self.end, Some((State::Rejected, _)));
        is_refused && !self.is_contested && self.version.is_none()
    }
}

impl KeyBook {
    /// Takes the records of a window, and says what becomes of those that have rivals.
    pub(super) fn enter(&mut self, claims: Vec<Claim>) -> Vec<(usize, Rivalry)> {
        let mut by_key: BTreeMap<Digest, Vec<Claim>> = BTreeMap::new();
        for claim in claims {
            by_key.entry(claim.key).or_default().push(claim);
        }
        let mut decided = Vec::new();
        for (key, claims) in by_key {
            let holder = self.holder(key).filter(|holder| {
                !holder.was_refused() || claims.iter().all(|claim| claim.content == holder.content)
            });
            let (holder, rivalries) = decide(holder, &claims);
            let known: Vec<usize> =
                claims.iter().filter(|claim| claim.is_known).map(|claim| claim.index).collect();
            // What an earlier run has announced or written goes its way.
            decided.extend(rivalries.into_iter().filter(|(index, _)| !known.contains(index)));
            if let Some(holder) = holder {
                self.put(key, &holder);
            }
        }
        decided.sort_by_key(|(index, _)| *index);
        decided
    }

    fn packed(&self, key: Digest) -> Option<(PackedHolder, Option<JournalVersion>)> {
        let versioned = self.versioned.get(key).map(|(packed, version)| (packed, Some(version)));
        versioned.or_else(|| self.holders.get(key).map(|packed| (packed, None)))
    }

    fn holder(&self, key: Digest) -> Option<Holder> {
        let (packed, version) = self.packed(key)?;
        let version = version.and_then(Edition::unpacked).or_else(|| self.odd_versions.get(&key).copied());
        Some(packed.holder(version, self.long_ids.get(&key).copied()))
    }

    /// What is known of the key stays, whoever has it.
    fn put(&mut self, key: Digest, holder: &Holder) {
        let of_key = self.packed(key).map_or(0, |(known, _)| known.flags & OF_KEY);
        let packed = PackedHolder::of(holder);
        let packed = PackedHolder { flags: packed.flags | of_key, ..packed };
        match holder.end {
            Some((_, Some(id))) if packed.id == LONG_ID => drop(self.long_ids.insert(key, id)),
            Some(_) | None => drop(self.long_ids.remove(&key)),
        }
        self.odd_versions.remove(&key);
        match (holder.version, holder.version.and_then(Edition::packed)) {
            (_, Some(version)) => {
                self.holders.remove(key);
                self.versioned.insert(key, (packed, version));
            }
            (odd, None) => {
                self.versioned.remove(key);
                self.holders.insert(key, packed);
                self.odd_versions.extend(odd.map(|odd| (key, odd)));
            }
        }
    }

    /// Takes note that a record was settled under a key. `was_sent` says whether this run has sent anything for it: what differs then
    /// was changed in part.
    pub(super) fn tell(&mut self, sought: &Sought, ending: &Ending, was_sent: bool) {
        let (flags, line) = match (ending.journaled, ending.state) {
            (Some(line), _) => (IS_TOLD, u32::try_from(line).unwrap_or(THIS_RUN)),
            (None, State::Created | State::Updated) => (IS_TOLD | IS_WRITTEN, 0),
            (None, State::Differs) if was_sent => (IS_TOLD | IS_WRITTEN, 0),
            (
                None,
                State::Unchanged
                | State::Differs
                | State::Doubled
                | State::Skipped
                | State::Rejected
                | State::MaybeApplied,
            ) => (IS_TOLD, 0),
        };
        self.searched = Some((Arc::clone(&sought.group.search), Arc::clone(&sought.group.column)));
        let key = Digest::of(sought.text());
        let line = line.max(self.lines.get(key).map_or(0, u32::from_be_bytes));
        if line > 0 {
            self.lines.insert(key, line.to_be_bytes());
        }
        let versioned = self.versioned.get_mut(key).map(|(packed, _)| packed);
        if let Some(packed) = versioned.or_else(|| self.holders.get_mut(key)) {
            packed.flags |= flags;
        }
    }

    /// Behind which line of the journal a record was settled under a key before: 0 where no line says so, and one behind
    /// all of them where this run has written it.
    pub(super) fn told(&self, sought: &Sought) -> Option<u32> {
        let Group { search, column, take, .. } = &sought.group;
        let is_key = |(known, other): &(Arc<str>, Arc<str>)| known == search && other == column;
        if take.is_some() || !self.searched.as_ref().is_some_and(is_key) {
            return None;
        }
        let key = Digest::of(sought.text());
        let (packed, _) = self.packed(key).filter(|(packed, _)| packed.flags & IS_TOLD != 0)?;
        let line = self.lines.get(key).map_or(0, u32::from_be_bytes);
        Some(if packed.flags & IS_WRITTEN != 0 { THIS_RUN } else { line })
    }

    /// Takes note of how a record ended.
    pub(super) fn close(&mut self, entry: &PushEntry, number: u64, ending: &Ending) {
        let Some(key) = entry.key().map(|key| Digest::of(key.text())) else { return };
        if let Some(holder) = self.holder(key).filter(|holder| holder.number == number) {
            self.put(key, &Holder { end: Some((ending.state, ending.id)), ..holder });
        }
    }

    /// Takes note of how a record ended after all, now that it was looked for.
    pub(super) fn note_end(&mut self, key: &Sought, number: u64, end: (State, Option<u64>)) {
        let key = Digest::of(key.text());
        if let Some(holder) = self.holder(key).filter(|holder| holder.number == number) {
            self.put(key, &Holder { end: Some(end), ..holder });
        }
    }

    /// How a record ends that is the same as another one; nothing until that has ended.
    pub(super) fn twin(&self, entry: &PushEntry, of: u64) -> Option<Ending> {
        let holder = self.holder(Digest::of(entry.key()?.text()))?;
        let (state, id) = holder.end?;
        let (state, what) = match state {
            State::Created | State::Updated | State::Unchanged => (State::Unchanged, "and counts for both"),
            State::Differs => (State::Differs, "and is there with other values"),
            State::Doubled => (State::Doubled, "and is there more than once"),
            State::Skipped => (State::Skipped, "and was left out"),
            State::Rejected => (State::Rejected, "and was not written"),
            State::MaybeApplied => (State::MaybeApplied, "and may have been written"),
        };
        let reason = format!("record {of} of this push is the same, {what}");
        Some(Ending { id, is_twin: true, ..Ending::because(state, reason) })
    }
}

/// Who has the key from now on, and what becomes of the others.
fn decide(holder: Option<Holder>, claims: &[Claim]) -> (Option<Holder>, Vec<(usize, Rivalry)>) {
    let first = holder.clone().or_else(|| claims.first().map(Claim::holder));
    let Some(first) = first else { return (None, Vec::new()) };
    if !first.is_contested && claims.iter().all(|claim| claim.content == first.content) {
        return (Some(first.clone()), with_others(&first, claims));
    }
    let newest = if first.is_contested { None } else { newest(holder.as_ref(), claims) };
    if let Some(newest) = newest {
        return (Some(newest.clone()), with_others(&newest, claims));
    }
    // What was written, or may have been, stays as it is.
    let kept = holder.clone().or_else(|| claims.iter().find(|claim| claim.is_known).map(Claim::holder));
    let is_contested = kept.as_ref().is_none_or(|kept| kept.is_contested);
    let kept = Holder { is_contested, ..kept.unwrap_or(first) };
    let mut rivalries = Vec::new();
    for claim in claims.iter().filter(|claim| is_contested || claim.number != kept.number) {
        if !is_contested && claim.content == kept.content {
            rivalries.push((claim.index, Rivalry::SameAs(kept.number)));
            continue;
        }
        let other = if claim.number == kept.number { another(claims, claim) } else { kept.number };
        let expected = if claims.iter().any(|claim| claim.version.is_some()) {
            "versions of them by which `newest` in the document's `key` tells the newer one"
        } else {
            "`newest` in the document's `key`, which tells the newer one"
        };
        let reason = format!(
            "record {other} of this push has the same key and other content; expected one record of a key, or {expected}"
        );
        rivalries.push((claim.index, Rivalry::Over(Ending::because(State::Rejected, reason))));
    }
    (Some(kept), rivalries)
}

/// The number of a record that differs from that one.
fn another(claims: &[Claim], than: &Claim) -> u64 {
    claims.iter().find(|claim| claim.content != than.content).map_or(than.number, |claim| claim.number)
}

/// What becomes of the others where one of them has the key.
fn with_others(winner: &Holder, claims: &[Claim]) -> Vec<(usize, Rivalry)> {
    let others = claims.iter().filter(|claim| claim.number != winner.number);
    let rivalry = |claim: &Claim| {
        if claim.content == winner.content {
            return Rivalry::SameAs(winner.number);
        }
        let reason = format!("record {} of this push is a newer version of it", winner.number);
        Rivalry::Over(Ending::because(State::Skipped, reason))
    };
    others.map(|claim| (claim.index, rivalry(claim))).collect()
}

/// The one of them that is newer than all that have other content; nothing where that cannot be told.
fn newest(holder: Option<&Holder>, claims: &[Claim]) -> Option<Holder> {
    let all: Vec<Holder> = holder.cloned().into_iter().chain(claims.iter().map(Claim::holder)).collect();
    let mut newest = all.first()?;
    for one in &all {
        // Of equal ones the first has the key.
        if one.version?.compared(newest.version?)? == Ordering::Greater {
            newest = one;
        }
    }
    let is_alone = |one: &Holder| one.content == newest.content || one.version != newest.version;
    all.iter().all(is_alone).then(|| newest.clone())
}

impl Edition {
    fn packed(self) -> Option<JournalVersion> {
        match self {
            Edition::Number(number) => JournalVersion::of_number(number),
            Edition::Moment(milliseconds, has_offset) => JournalVersion::of_moment(milliseconds, has_offset),
        }
    }

    fn unpacked(version: JournalVersion) -> Option<Self> {
        match version.moment() {
            Some((milliseconds, has_offset)) => Some(Edition::Moment(milliseconds, has_offset)),
            None => version.number().map(Edition::Number),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Ok(number) = Decimal::parse(text) {
            return Some(Edition::Number(number));
        }
        if let Ok(moment) = DateTime::parse(text) {
            return Some(Edition::Moment(moment.milliseconds(), true));
        }
        // As BigCommerce has them: `Mon, 09 Mar 2026 10:20:00 +0000`.
        if let Ok(moment) = jiff::fmt::rfc2822::parse(text) {
            return Some(Edition::Moment(moment.timestamp().as_millisecond(), true));
        }
        let moment = DateTime::parse(&format!("{text}Z")).ok()?;
        Some(Edition::Moment(moment.milliseconds(), false))
    }

    fn compared(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Edition::Number(one), Edition::Number(other)) => Some(one.cmp(&other)),
            (Edition::Moment(one, has_offset), Edition::Moment(other, others)) if has_offset == others => {
                Some(one.cmp(&other))
            }
            (Edition::Number(_) | Edition::Moment(..), _) => None,
        }
    }
}

fn content(text: &str) -> ContentDigest {
    let mut short = ContentDigest::default();
    short.copy_from_slice(&Sha256::digest(text.as_bytes())[..8]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(number: u64, content: u8, version: Option<&str>, is_known: bool) -> Claim {
        let version = version.and_then(Edition::parse);
        Claim {
            index: number as usize,
            number,
            key: Digest::of("k"),
            content: [content; 8],
            version,
            is_known,
        }
    }

    /// What becomes of each record, windows after one another: kept, the same, refused or left out.
    fn ends(windows: Vec<Vec<Claim>>) -> String {
        let mut book = KeyBook::default();
        let mut told = String::new();
        for claims in windows {
            let numbers: Vec<usize> = claims.iter().map(|claim| claim.index).collect();
            let rivalries: BTreeMap<usize, Rivalry> = book.enter(claims).into_iter().collect();
            for number in numbers {
                told.push(match rivalries.get(&number) {
                    None => 'k',
                    Some(Rivalry::SameAs(_)) => 's',
                    Some(Rivalry::Over(ending)) if ending.state == State::Rejected => 'r',
                    Some(Rivalry::Over(_)) => 'o',
                });
            }
        }
        told
    }

    #[test]
    fn the_same_counts_once_and_other_content_is_refused() {
        let plain = |number, content| claim(number, content, None, false);
        assert_eq!(ends(vec![vec![plain(0, 1)]]), "k");
        assert_eq!(ends(vec![vec![plain(0, 1), plain(1, 1)], vec![plain(2, 1)]]), "kss");
        assert_eq!(ends(vec![vec![plain(0, 1), plain(1, 2), plain(2, 1)], vec![plain(3, 1)]]), "rrrr");
        // What was written when the other one comes stays.
        assert_eq!(ends(vec![vec![plain(0, 1)], vec![plain(1, 2)], vec![plain(2, 1)]]), "krs");
        assert_eq!(ends(vec![vec![plain(0, 1), claim(1, 2, None, true), plain(2, 2)]]), "rks");
    }

    #[test]
    fn the_newest_is_written_where_that_can_be_told() {
        let of = |number, content, version| claim(number, content, Some(version), false);
        assert_eq!(ends(vec![vec![of(0, 1, "9"), of(1, 2, "10"), of(2, 3, "1")]]), "oko");
        assert_eq!(
            ends(vec![vec![of(0, 1, "2026-01-01T10:00:00Z"), of(1, 2, "2026-01-01T10:30:00+01:00")]]),
            "ko"
        );
        let dates =
            ["Mon, 09 Mar 2026 10:20:00 +0000", "Mon, 9 Mar 2026 11:30:00 +0100", "2026-03-09T10:25:00Z"];
        assert_eq!(ends(vec![vec![of(0, 1, dates[0]), of(1, 2, dates[1]), of(2, 3, dates[2])]]), "oko");
        assert_eq!(ends(vec![vec![of(0, 1, "1")], vec![of(1, 2, "2")], vec![of(2, 3, "1")]]), "kko");
        // Two of one version, a version that is none, and versions of two kinds tell nothing.
        assert_eq!(ends(vec![vec![of(0, 1, "1"), of(1, 2, "1")]]), "rr");
        assert_eq!(ends(vec![vec![of(0, 1, "1"), of(1, 2, "soon")]]), "rr");
        assert_eq!(ends(vec![vec![of(0, 1, "1"), of(1, 2, "2026-01-01T10:00:00Z")]]), "rr");
        assert_eq!(ends(vec![vec![of(0, 1, "2026-01-01T10:00:00"), of(1, 2, "2026-01-01T11:00:00Z")]]), "rr");
        assert_eq!(ends(vec![vec![of(0, 1, "2026-01-01T10:00:00"), of(1, 2, "2026-01-01T11:00:00")]]), "ok");
    }

    #[test]
    fn a_refused_record_leaves_its_key_to_another_one() {
        let plain = |number, content| claim(number, content, None, false);
        let key = Digest::of("k");
        let mut told = Vec::new();
        for (state, content) in
            [(State::Rejected, 2), (State::Rejected, 1), (State::MaybeApplied, 2), (State::Created, 2)]
        {
            let mut book = KeyBook::default();
            assert!(book.enter(vec![plain(0, 1)]).is_empty());
            let holder = Holder { end: Some((state, None)), ..book.holder(key).unwrap() };
            book.put(key, &holder);
            told.push(match book.enter(vec![plain(1, content)]).as_slice() {
                [] => "written",
                [(1, Rivalry::SameAs(0))] => "the same",
                _ => "refused",
            });
        }
        assert_eq!(told, ["written", "the same", "refused", "refused"]);
    }

    #[test]
    fn a_holder_takes_little_memory() {
        assert!(size_of::<(Digest, PackedHolder)>() <= 31);
        assert!(size_of::<(Digest, (PackedHolder, JournalVersion))>() <= 39);
        for (number, end) in [
            (7, None),
            ((1 << 40) - 1, Some((State::Differs, Some(u64::MAX)))),
            (0, Some((State::Created, None))),
        ] {
            let holder = Holder { number, content: [3; 8], version: None, end, is_contested: end.is_none() };
            let long_id = end.and_then(|(_, id)| id);
            let back = PackedHolder::of(&holder).holder(None, long_id);
            assert_eq!((back.number, back.end, back.is_contested), (number, end, end.is_none()));
        }
    }
}
