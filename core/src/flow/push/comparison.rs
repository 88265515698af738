//! Deciding what becomes of a record that is there, from what was read of it.

use super::change::{change, has_status, is_of_rows, says_status};
use super::compare::differences;
use super::doubt::{Doubt, Doubted};
use super::ending::Ending;
use super::entry::PushEntry;
use super::judge::{Judge, Verdict, settle};
use super::progress::RefusedChange;
use super::read_rows::unbelieved;
use super::referents::{Aim, shows_planned};
use super::rows_gone::RowsGone;
use crate::catalog::Update;
use crate::http::Method;
use crate::json::{Record, id_of};
use crate::mapping::Reference;
use crate::operation::SingleRequest;
use crate::output::{Difference, State};

/// What an order is told with of which a row was there twice for a moment.
const MENDED: &str = "what was read of it was older than what is there, so that a row was added that was there already; \
                      it was taken out again";

impl Judge<'_> {
    /// Compares what was read with what the record says.
    pub(super) fn of_read(self, entry: &PushEntry, update: &Update, id: u64, json: &str) -> Verdict {
        let body = match self.referents.whole(entry, Aim::Comparing) {
            Ok((_, body)) => body,
            Err(reason) => return settle(Ending::without_body(reason)),
        };
        let attached = match self.of_attached(entry, update, (id, json)) {
            Ok(attached) => attached,
            Err(verdict) => return *verdict,
        };
        let own = differences(update, self.terms.shape(), &body, json);
        let found = [own.as_slice(), attached.differences.as_slice()].concat();
        let before = entry.progress().read_before();
        let unseen = || added_unseen(update, entry.progress().added(), json);
        let unbelieved = unbelieved(update, before, &own, json).or_else(unseen).map(|why| {
            if entry.progress().rereads() < self.terms.looks_ms().len() {
                return Verdict::ReadAgain;
            }
            Verdict::LeaveUnfound(format!(
                "{id} is there, and what is read of it is not to be believed: {why}"
            ))
        });
        if entry.progress().is_changed() {
            let refused = entry.progress().refused_change();
            let surplus = || self.surplus(entry, update, id, &body, json, &own).filter(|_| refused.is_none());
            return unbelieved.or_else(surplus).unwrap_or_else(|| {
                let reason = entry.progress().is_mended().then(|| MENDED.to_owned());
                after_change(id, found, refused, reason)
            });
        }
        if let Some(found) = entry.sought().and_then(|sought| self.terms.other_key(sought, json)) {
            let reason = format!(
                "the search names {id} for this key, and {id} itself has {found:?} there, so that it is another record: \
                 nothing was changed"
            );
            return Verdict::LeaveUnfound(reason);
        }
        if let Some(verdict) = unbelieved {
            return verdict;
        }
        let doubt = entry.progress().doubt();
        if let Some(status) = self.status_of_left_out(update, &body, json).filter(|_| doubt.is_none()) {
            let reason = format!(
                "it has the status {status} in Brightpearl, into which the mapping moves what it leaves out, and this record \
                 is not left out: change its status there"
            );
            return settle(Ending { id: Some(id), ..Ending::because(State::Differs, reason) });
        }
        if let Some(gone) = self.rows_gone(update, &body, json) {
            let ending = Ending { id: Some(id), ..Ending::because(State::Differs, gone.reason()) };
            return Verdict::Compared([found, vec![gone.difference]].concat(), Box::new(settle(ending)));
        }
        if let Some(reason) = attached.shared {
            let ending = Ending { id: Some(id), ..Ending::because(State::Differs, reason) };
            return Verdict::Compared(found, Box::new(settle(ending)));
        }
        // What the record refers to now and is not there is created where the record can be changed to refer to it.
        let is_to_be_changed = |reference: &Reference| {
            found.iter().any(|difference| difference.changeable && shows_planned(reference, difference))
        };
        if let Some(first) = self.of_uncreated(entry, is_to_be_changed) {
            return first;
        }
        let mut writes = change(update, id, &body, json, &own);
        writes.extend(attached.writes);
        let then = match (writes.is_empty(), doubt) {
            (false, Some(doubt)) if self.may_show_late(entry, update, &found, doubt) => {
                return Verdict::ReadAgain;
            }
            (false, Some(doubt)) if self.is_not_to_be_repeated(entry, doubt) => Verdict::LeaveInDoubt,
            (false, _) => Verdict::Change(id, writes),
            (true, _) if !found.is_empty() => {
                settle(Ending { verified: doubt.is_some(), ..Ending::differs(id, &found) })
            }
            (true, Some(_)) => settle(Ending { id: Some(id), verified: true, ..Ending::of(State::Updated) }),
            (true, None) => {
                let reason = (!attached.uncompared.is_empty()).then(|| attached.uncompared.join("; "));
                settle(Ending { id: Some(id), reason, ..Ending::of(State::Unchanged) })
            }
        };
        Verdict::Compared(found, Box::new(then))
    }

    /// What takes rows out again that this push has added, where nothing else differs: they were there already, and what was
    /// read before was older.
    fn surplus(
        self,
        entry: &PushEntry,
        update: &Update,
        id: u64,
        body: &str,
        json: &str,
        own: &[Difference],
    ) -> Option<Verdict> {
        let rows = update.rows.filter(|_| !entry.progress().is_mended())?;
        let writes = change(update, id, body, json, own);
        let is_own = |request: &SingleRequest| {
            let path =
                |row: &u64| rows.remove.replace("{ID}", &id.to_string()).replace("{ROW}", &row.to_string());
            request.method == Method::Delete
                && entry.progress().added().iter().any(|row| path(row) == request.path)
        };
        (!writes.is_empty() && writes.iter().all(is_own)).then_some(Verdict::Change(id, writes))
    }

    /// Whether an attempt in doubt may show late in what is read, and it was not read often enough. A search shows no
    /// rows, so only reads of the record itself say whether one was changed.
    fn may_show_late(self, entry: &PushEntry, update: &Update, found: &[Difference], doubt: &Doubt) -> bool {
        let is_of_rows = || found.iter().any(|difference| is_of_rows(update, difference));
        doubt.attempt == Doubted::Change
            && entry.progress().rereads() < self.terms.looks_ms().len()
            && (self.may_have_added(doubt) || is_of_rows())
    }

    /// Whether an attempt in doubt may have added something. What an earlier run was about may have.
    fn may_have_added(self, doubt: &Doubt) -> bool {
        let has_rows = self.terms.update().is_some_and(|update| update.rows.is_some());
        doubt.adds || doubt.attempt == Doubted::Change && doubt.error.is_none() && has_rows
    }

    /// The rows of what was read, if the mapping makes rows and has made none of this record.
    fn rows_gone(self, update: &Update, body: &str, json: &str) -> Option<RowsGone> {
        let rows = update.rows.filter(|rows| self.terms.mapping().writes(rows.place))?;
        RowsGone::of(rows, body, json)
    }

    /// The status of what was read, if the mapping moves what it leaves out into that one, and says no other of this record.
    fn status_of_left_out(self, update: &Update, body: &str, json: &str) -> Option<u64> {
        let how = update.status?;
        let mut statuses = self.terms.mapping().statuses_of_left_out();
        statuses.find(|status| has_status(how, *status, json) && !says_status(how, body))
    }

    fn is_not_to_be_repeated(self, entry: &PushEntry, doubt: &Doubt) -> bool {
        let is_never_looked_for = self.terms.looks_ms().is_empty();
        !entry.progress().may_go_again() || is_never_looked_for && self.may_have_added(doubt)
    }
}

/// Why a record that was read does not show rows that were added to it, which were answered with these ids: it was read as it
/// was before.
fn added_unseen(update: &Update, added: &[u64], json: &str) -> Option<String> {
    let name = update.rows?.place.trim_start_matches('/');
    let rows = Record::parse(json).elements(name);
    let is_there =
        |id: &u64| rows.iter().any(|row| Record::of(row).node("id").as_ref().and_then(id_of) == Some(*id));
    let unseen = added.iter().find(|id| !is_there(id))?;
    Some(format!("it came without the row {unseen}, which was just added"))
}

/// What was changed is as it should be, or Brightpearl has made something else of it, or has refused the change.
fn after_change(
    id: u64,
    found: Vec<Difference>,
    refused: Option<&RefusedChange>,
    reason: Option<String>,
) -> Verdict {
    if found.is_empty() {
        let verified = refused.is_some();
        return settle(Ending { id: Some(id), verified, reason, ..Ending::of(State::Updated) });
    }
    let refused = refused.cloned().map(Ending::change_refused);
    let ending = refused.unwrap_or_else(|| Ending::differs(id, &found));
    Verdict::Compared(found, Box::new(settle(ending)))
}
