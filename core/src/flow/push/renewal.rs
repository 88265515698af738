//! That something is not there is believed for seconds, since others write, too. What waited longer, for its packet or
//! for the cap, is looked for once more before it is created. Many values are looked for together, among what was
//! created since they were last seen to be absent: that takes one request.

use std::collections::BTreeSet;

use super::lookup::{Look, Lookups};
use super::sought::{Group, Sought};
use crate::catalog::{self, FilterType};
use crate::clock::HostTime;
use crate::error::{Error, Kind, Result};
use crate::operation::Search;
use crate::value::DateTime;

/// How long before a write it may have been seen that nothing is there.
const STALE_MS: u64 = 5_000;

/// So much earlier than what is asked for begins what is looked through: what shows late bears an earlier time.
const OVERLAP_MS: i64 = 60_000;

/// So much the clocks of those who answer may differ.
const CLOCKS_DIFFER_MS: i64 = 5_000;

/// The column that tells what is new.
const CREATED: &str = "createdOn";

/// What was created in a search since a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewerRows {
    pub(super) group: Group,
    /// By the server's time.
    from: String,
    /// What was absent then, or later, is absent still, if it is not among these rows.
    pub(super) since: HostTime,
    /// How many values it is for.
    pub(super) values: u64,
}

impl NewerRows {
    pub(super) fn search(&self) -> Search {
        self.group.search(None).since(CREATED, &self.from)
    }
}

impl Lookups {
    /// Takes note that a look goes out: what it does not find may have been created since.
    pub(super) fn note_sent(&mut self, tag: u64) {
        self.sent.insert(tag, self.now);
    }

    /// Takes note that an answer has come, and of its date. What cannot be read is asked for again under the same tag,
    /// and is as old as the first time.
    ///
    /// # Errors
    /// [`Kind::Protocol`] where a look is answered by what was made before it was asked: that says how things were.
    pub(super) fn tell_answered(&mut self, tag: u64, date: Option<i64>) -> Result<()> {
        let sent = self.sent.get(&tag).copied();
        self.looked = sent.unwrap_or(self.now);
        let Some(date) = date else { return Ok(()) };
        if let Some(sent) = sent.filter(|sent| self.is_older_than(*sent, date)) {
            let message = format!(
                "the answer is dated {} seconds before it was asked for; expected one that was made for it, and not one that was kept",
                self.expected_at(sent).saturating_sub(date) / 1_000
            );
            return Err(Error::new(Kind::Protocol, message).at("headers"));
        }
        let ahead = date.saturating_sub(milliseconds(self.now));
        self.server_ahead = Some(self.server_ahead.map_or(ahead, |least| least.min(ahead)));
        Ok(())
    }

    /// What the server's clock shows at a time, at least, as far as it was heard.
    fn expected_at(&self, time: HostTime) -> i64 {
        milliseconds(time).saturating_add(self.server_ahead.unwrap_or_default())
    }

    /// Whether an answer is dated before it was asked for. A clock that was set back goes on; what was kept shows the same
    /// date again.
    fn is_older_than(&mut self, sent: HostTime, date: i64) -> bool {
        if self.server_ahead.is_none() || date >= self.expected_at(sent).saturating_sub(CLOCKS_DIFFER_MS) {
            return false;
        }
        let last = self.old_date.replace((self.now, date));
        let goes_on = last.is_some_and(|(heard, last)| {
            let passed = i64::try_from(self.now.since(heard)).unwrap_or(i64::MAX);
            date > last && date - last >= passed / 2
        });
        !goes_on
    }

    /// Whether it was too long ago that something was seen not to be there, to create it now.
    pub(super) fn is_stale(&self, sought: &Sought) -> bool {
        self.absence(sought).is_some_and(|seen| self.now.since(seen) > STALE_MS)
    }

    /// Whether a value was found, in whatever look.
    pub(super) fn is_found(&self, sought: &Sought) -> bool {
        self.tables.get(&sought.group).is_some_and(|table| table.found.contains_key(sought.normal()))
    }

    /// Takes note that an absence is too old.
    pub(super) fn expire(&mut self, sought: &Sought) {
        let seen = self.absence(sought);
        self.forget(sought);
        if let Some(seen) = seen {
            self.table(&sought.group).expired.insert(sought.normal().to_owned(), seen);
        }
    }

    /// Lets a value be looked for that this push has created. It was not there at that time, where one is told.
    pub(super) fn look_for_others(&mut self, sought: &Sought, since: Option<HostTime>) {
        self.forget(sought);
        if let Some(since) = since {
            self.table(&sought.group).expired.insert(sought.normal().to_owned(), since);
        }
    }

    fn absence(&self, sought: &Sought) -> Option<HostTime> {
        let table = self.tables.get(&sought.group)?;
        if table.found.contains_key(sought.normal()) {
            return None;
        }
        let in_whole = table.read_whole.filter(|_| !table.doubted.contains(sought.normal()));
        table.absent.get(sought.normal()).copied().max(in_whole)
    }

    /// The search that tells of all of these values whether they are still absent, where there is one.
    pub(super) fn newer(&self, group: &Group, values: &BTreeSet<Sought>) -> Option<Look> {
        let table = self.tables.get(group)?;
        let seen = values.iter().map(|sought| table.expired.get(sought.normal()));
        let since = seen.collect::<Option<Vec<_>>>()?.into_iter().min().copied()?;
        if values.len() < 2 || !tells_creation(group) {
            return None;
        }
        // A date that lies ahead of the host's clock may be that of a gateway: what was created then bears an earlier one.
        let seen = milliseconds(since).checked_add(self.server_ahead?.min(0))?;
        let from = seen.checked_sub(OVERLAP_MS)?.max(0);
        let from = DateTime::from_milliseconds(from - from.rem_euclid(1_000), None).ok()?;
        // A whole second: no source shows a filter with a fraction.
        let from = from.to_string().replace(".000Z", "Z");
        Some(Look::Newer(NewerRows { group: group.clone(), from, since, values: values.len() as u64 }))
    }

    /// Takes note that newer rows were read to their end: what was absent since then still is.
    pub(super) fn renew(&mut self, NewerRows { group, since, .. }: &NewerRows) {
        let now = self.looked;
        let table = self.table(group);
        for (value, seen) in std::mem::take(&mut table.expired) {
            if seen >= *since {
                table.doubted.remove(&value);
                table.absent.insert(value, now);
            }
        }
        table
            .absent
            .values_mut()
            .chain(&mut table.read_whole)
            .filter(|seen| **seen >= *since)
            .for_each(|seen| *seen = now);
    }

    /// Takes note that newer rows could not be read: values are looked for one by one.
    pub(super) fn cannot_renew(&mut self, group: &Group) {
        self.table(group).expired.clear();
    }
}

fn milliseconds(time: HostTime) -> i64 {
    i64::try_from(time.milliseconds()).unwrap_or(i64::MAX)
}

/// Whether a search can be asked for what is new, in rows that tell their values.
fn tells_creation(group: &Group) -> bool {
    let column = catalog::search(&group.search).and_then(|search| search.column(CREATED));
    let is_free = group.by.iter().all(|(name, _)| &**name != CREATED);
    group.can_be_read_whole()
        && is_free
        && column.is_some_and(|column| column.filterable && column.filter_type == FilterType::Period)
}
