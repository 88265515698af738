//! Carries out what is decided about the entries of the window.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::PushJob;
use super::attached::AttachedId;
use super::change::takes_out;
use super::compare::all_of;
use super::ending::Ending;
use super::entry::{PushEntry, Role};
use super::journal::{Done, Known};
use super::judge::{Presence, Verdict};
use super::lookup::Look;
use super::progress::{Progress, RefusedChange};
use super::referents::{Aim, planned, slot_of};
use super::rivals::{Claim, Rivalry};
use super::sought::{Group, Sought};
use super::window::Turn;
use crate::checked::check_request;
use crate::error::{Error, Kind};
use crate::http::Method;
use crate::json::quoted;
use crate::mapping::{OnMissing, Reference};
use crate::operation::SingleRequest;
use crate::output::{Difference, State};

/// What entries need before they can go on.
#[derive(Default)]
struct Needs {
    wanted: BTreeMap<Group, BTreeSet<Sought>>,
    /// Entries that are to be read, and under which id.
    reads: Vec<(usize, u64)>,
    /// Entries whose writes may have been applied, and are looked for.
    again: Vec<usize>,
    /// Entries that were read, and did not show what was written.
    reads_again: Vec<usize>,
    /// What entries have alone, and is to be read.
    attached: Vec<(usize, AttachedId)>,
    /// Whether something was done, so that others may go on.
    has_changed: bool,
}

impl Needs {
    fn want(&mut self, sought: Vec<Sought>) {
        for one in sought {
            self.wanted.entry(one.group.clone()).or_default().insert(one);
        }
    }
}

impl PushJob {
    /// Decides all that can be decided, and starts what is needed for the rest.
    pub(super) fn advance(&mut self) {
        while self.step() {}
        self.flush();
    }

    fn step(&mut self) -> bool {
        if self.is_over || self.fatal.is_some() || self.ledger.is_waiting() || !self.crew.is_idle() {
            return false;
        }
        // What fills a packet goes before the others are looked at again, but for notes that nobody has seen yet: a crash is
        // to leave no more of them in doubt.
        let is_unseen = self.terms.note().is_some() && self.window.has_unseen();
        if self.ledger.fills_packet() && !is_unseen {
            self.announce_or_look();
            return true;
        }
        if self.window.is_settled() {
            if self.confirm() {
                return true;
            }
            self.window.clear();
            self.lookups.end_window();
            self.attached.clear();
            return self.begin_window();
        }
        let needs = self.examine_all();
        if needs.has_changed {
            return true;
        }
        if !needs.wanted.is_empty() {
            self.look(needs.wanted);
        } else if !needs.reads.is_empty() {
            self.read(needs.reads);
        } else if !needs.attached.is_empty() {
            self.read_attached(needs.attached);
        } else if self.ledger.has_ready() && !is_unseen {
            self.announce_or_look();
        } else if !needs.again.is_empty() || !needs.reads_again.is_empty() {
            self.look_again(needs.again);
            self.read_again(needs.reads_again);
        } else if self.ledger.has_ready() {
            self.announce_or_look();
        } else {
            self.settle_the_undecided();
        }
        true
    }

    fn begin_window(&mut self) -> bool {
        let turns = self.window.turn();
        let is_any = !turns.is_empty();
        self.confirmation.begin();
        self.is_over = !is_any && self.window.is_exhausted();
        if self.is_over {
            self.tell_left_open();
        }
        for turn in turns {
            self.begin(&turn);
        }
        self.tell_apart();
        for index in 0..self.window.len() {
            self.judge_mapped(index);
        }
        is_any
    }

    fn begin(&mut self, Turn { number, name, record }: &Turn) {
        let mapped = self.terms.mapping().map(record);
        let sought = self.terms.sought(&mapped);
        self.ledger.claim(name);
        let known = self.ledger.known(name);
        let known = if self.terms.owes_id() { known.map(Known::with_id) } else { known };
        let entry = PushEntry::new(Role::Record(*number), name.clone(), mapped, sought, known);
        entry
            .mapped()
            .owed()
            .for_each(|reference| self.ledger.claim(&creation_name(&slot_of(&entry, reference))));
        self.window.add(entry);
    }

    /// Decides between records of one key.
    fn tell_apart(&mut self) {
        let claims = (0..self.window.len()).filter_map(|index| {
            let entry = self.window.entry(index);
            if let Role::Record(number) = entry.role() { Claim::of(index, *number, entry) } else { None }
        });
        let claims = claims.collect();
        for (index, rivalry) in self.rivals.enter(claims) {
            // What is wrong with a record by itself is told rather than this.
            if self.judge().of_mapped(self.window.entry(index)).is_some() {
                continue;
            }
            match rivalry {
                Rivalry::SameAs(number) => self.window.entry_mut(index).set_twin_of(number),
                Rivalry::Over(ending) => self.settle(index, ending),
            }
        }
    }

    /// Settles what the mapping alone decides.
    fn judge_mapped(&mut self, index: usize) {
        let progress = self.window.entry(index).progress();
        if progress.is_settled() || progress.journaled().is_some() {
            return;
        }
        if let Some(ending) = self.judge().of_mapped(self.window.entry(index)) {
            self.settle_unfound(index, ending);
        }
    }

    fn examine_all(&mut self) -> Needs {
        let mut needs = Needs::default();
        let mut held = BTreeSet::new();
        for index in 0..self.window.len() {
            let entry = self.window.entry(index);
            // Records of one key go one after the other.
            let is_first = hold(entry, &mut held);
            if is_first && !entry.progress().is_decided() {
                self.examine(index, &mut needs);
            }
        }
        needs
    }

    /// Decides on one entry, as far as that can be done.
    fn examine(&mut self, index: usize, needs: &mut Needs) {
        let entry = self.window.entry(index);
        if let Some(number) = entry.twin_of() {
            let Some(ending) = self.rivals.twin(entry, number) else { return };
            needs.has_changed = true;
            return self.settle(index, ending);
        }
        if let Some(done) = entry.progress().journaled() {
            if self.holds(index, done) {
                needs.has_changed = true;
                return self.settle(index, Ending::journaled(done));
            }
            self.go(index, Progress::reopen);
        }
        if let Some(ending) = self.overtaken(index) {
            needs.has_changed = true;
            return self.settle(index, ending);
        }
        let is_doubtful =
            |sought: &Sought| self.ledger.is_doubtful(sought, self.rivals.told(sought).is_some());
        let entry = self.window.entry_mut(index);
        if entry.is_record() && entry.key().is_some_and(is_doubtful) {
            entry.progress_mut().doubt_anothers();
        }
        let presence = self.judge().presence(self.window.entry(index));
        if let Presence::There(_) = presence {
            let entry = self.window.entry_mut(index);
            entry.progress_mut().trust_key();
            entry.sought().into_iter().for_each(|sought| self.ledger.trust(sought));
        }
        let verdict = self.judge().verdict(self.window.entry(index), presence);
        self.carry_out(index, verdict, needs);
    }

    /// How a record ends of which an earlier run has written a newer version, or one that this one cannot be compared with;
    /// nothing while something of this one is in doubt.
    fn overtaken(&self, index: usize) -> Option<Ending> {
        let entry = self.window.entry(index);
        if !entry.is_record() || entry.progress().may_be_written() || !self.terms.mapping().tells_newest() {
            return None;
        }
        let written = self.ledger.written_version(entry.key()?)?;
        match entry.version().and_then(|version| written.compared(version)) {
            Some(Ordering::Greater) => {
                let written = written.text();
                let reason = format!(
                    "an earlier run has written a newer version of it, {written}, as the journal has it"
                );
                Some(Ending::because(State::Skipped, reason))
            }
            Some(Ordering::Equal | Ordering::Less) => None,
            None => {
                let reason = format!(
                    "an earlier run has written the version {} of it, as the journal has it, and this record has {}, so that \
                     nobody knows which is newer; expected a version that can be compared with that one",
                    written.text(),
                    entry.mapped().version.as_deref().unwrap_or("none")
                );
                Some(Ending::because(State::Rejected, reason))
            }
        }
    }

    /// Whether what an earlier run did for an entry is still so.
    pub(super) fn holds(&self, index: usize, done: Done) -> bool {
        let follows = |line: u64| self.window.follows(index, |name| self.ledger.line_of(name) == Some(line));
        let sought = self.window.entry(index).sought();
        let told = sought.and_then(|sought| self.rivals.told(sought));
        self.ledger.still_holds(sought, told, done, follows)
    }

    fn carry_out(&mut self, index: usize, verdict: Verdict, needs: &mut Needs) {
        match verdict {
            Verdict::Wait => {}
            Verdict::LookUp(sought) => needs.want(sought),
            Verdict::LookAgain => needs.again.push(index),
            Verdict::Read(id) => needs.reads.push((index, id)),
            Verdict::ReadAgain => needs.reads_again.push(index),
            Verdict::ReadAttached(ids) => needs.attached.extend(ids.into_iter().map(|id| (index, id))),
            Verdict::ClearDoubt => {
                self.window.entry(index).sought().into_iter().for_each(|sought| self.ledger.trust(sought));
                if self.go(index, Progress::clear_doubt).is_some() {
                    self.examine(index, needs);
                }
            }
            Verdict::Compared(differences, then) => {
                let is_shortened = self
                    .terms
                    .update()
                    .is_some_and(|update| differences.iter().any(|difference| takes_out(update, difference)));
                let entry = self.window.entry_mut(index);
                entry.note_differences(differences);
                if is_shortened {
                    entry.note_shortening();
                }
                self.carry_out(index, *then, needs);
            }
            Verdict::Create(references) => {
                needs.has_changed = true;
                for (reference, slot) in references {
                    self.create(index, &reference, &slot);
                }
            }
            Verdict::Write => needs.has_changed |= self.make_ready(index),
            Verdict::Change(id, requests) => {
                needs.has_changed = true;
                self.make_ready_to_change(index, id, requests);
            }
            Verdict::Settle(ending) => {
                needs.has_changed = true;
                self.settle(index, *ending);
            }
            Verdict::LeaveInDoubt => {
                needs.has_changed = true;
                self.leave_in_doubt(index);
            }
            Verdict::LeaveUnfound(reason) => {
                needs.has_changed = true;
                self.settle_unfound(index, Ending::because(State::Rejected, reason));
            }
        }
    }

    /// Begins to create what a reference needs, unless that was begun for another one.
    fn create(&mut self, parent: usize, reference: &Reference, slot: &str) {
        let OnMissing::Create(mapping) = &reference.on_missing else { return };
        if !self.window.creations_mut().open(slot) {
            return;
        }
        let name = creation_name(slot);
        let known = self.ledger.known(&name).map(Known::with_id);
        let sought = (!reference.search.is_empty()).then(|| Sought::of(reference));
        let record = reference.record.as_deref().unwrap_or("{}").as_bytes();
        let mapped = mapping.map_as(record, &reference.value);
        let role = Role::Creation { slot: slot.to_owned(), mapping: mapping.name().to_owned(), parent };
        let entry = PushEntry::new(role, name, mapped, sought, known);
        entry
            .mapped()
            .owed()
            .for_each(|reference| self.ledger.claim(&creation_name(&slot_of(&entry, reference))));
        let done = entry.progress().journaled();
        let index = self.window.add(entry);
        match done {
            Some(Done { id, line, .. }) => {
                self.settle(index, Ending { id, journaled: Some(line), ..Ending::of(State::Created) });
            }
            None => self.judge_mapped(index),
        }
    }

    /// Puts the body together and checks it; `false` while another write to the same note goes first.
    fn make_ready(&mut self, index: usize) -> bool {
        let entry = self.window.entry(index);
        let (path, body) = match self.referents().whole(entry, Aim::Writing) {
            Ok(whole) => whole,
            Err(reason) => {
                self.settle(index, Ending::without_body(reason));
                return true;
            }
        };
        // What the one has written is seen before the other one overwrites it.
        if self.terms.written().is_some() && entry.is_record() && self.window.is_written_to(&path, index) {
            return false;
        }
        let method = if entry.is_record() { self.terms.mapping().method() } else { Method::Post };
        let request = SingleRequest::new(method, path).body(body);
        match check_request(&request, self.shared.config.unknown_members) {
            Err(error) => self.settle(index, Ending::refused(error)),
            Ok(_) if self.terms.is_dry_run() => self.settle_dry(index, method),
            Ok(checked) => {
                self.shared.record_all(checked.events());
                if self.go(index, |progress| progress.make_ready(request)).is_some() {
                    self.ledger.queue(index);
                }
            }
        }
        true
    }

    fn settle_dry(&mut self, index: usize, method: Method) {
        let shown = self.referents().whole(self.window.entry(index), Aim::Showing);
        let differences = shown.map(|(_, body)| all_of(&body)).unwrap_or_default();
        self.window.entry_mut(index).note_differences(differences);
        let state = if method == Method::Put { State::Updated } else { State::Created };
        self.settle(index, Ending::of(state));
    }

    fn make_ready_to_change(&mut self, index: usize, id: u64, requests: VecDeque<SingleRequest>) {
        let references = &self.window.entry(index).mapped().references;
        let plans: Vec<String> = references.iter().filter_map(plan_of).collect();
        let is_dry_run = self.terms.is_dry_run();
        let check = |request: &SingleRequest| {
            // What a dry run would create has no id yet; any will do for the checking.
            let planned = if is_dry_run { plans.as_slice() } else { &[] };
            let body = planned.iter().fold(request.body.clone(), |body, plan| body.replace(plan, "1"));
            check_request(&SingleRequest { body, ..request.clone() }, self.shared.config.unknown_members)
                .map(drop)
        };
        if let Err(error) = requests.iter().try_for_each(check) {
            return self.settle(index, Ending::change_refused(RefusedChange { id, done: 0, error }));
        }
        if self.terms.is_dry_run() {
            return self.settle(index, self.change_done(index, id));
        }
        if self.go(index, |progress| progress.make_ready_to_change(requests)).is_some() {
            self.ledger.queue(index);
        }
    }

    /// How a record ends of which all that could be changed was changed.
    pub(super) fn change_done(&self, index: usize, id: u64) -> Ending {
        let differences = self.window.entry(index).differences();
        let left: Vec<Difference> =
            differences.iter().filter(|difference| !difference.changeable).cloned().collect();
        match left.as_slice() {
            [] => {
                let left_out = self.window.entry(index).mapped().left_out();
                let reason = left_out.map(|(reason, _)| reason.to_owned());
                Ending { id: Some(id), reason, ..Ending::of(State::Updated) }
            }
            left => Ending::differs(id, left),
        }
    }

    /// Looks values up.
    fn look(&mut self, wanted: BTreeMap<Group, BTreeSet<Sought>>) {
        for look in self.lookups.plan(wanted) {
            if let Err(error) = self.crew.look(&look) {
                self.lookups.failed(&look, &error);
            }
        }
    }

    /// Looks, after a pause, for what may have been written.
    fn look_again(&mut self, entries: Vec<usize>) {
        for index in entries {
            let Some(sought) = self.window.entry(index).sought().cloned() else { continue };
            let Some(looks) = self.go(index, Progress::look) else { continue };
            let delay_ms = self.terms.looks_ms().get(looks).copied().unwrap_or_default();
            self.lookups.forget(&sought);
            let look = Look::One(sought);
            if let Err(error) = self.crew.look_again(index, &look, delay_ms) {
                self.go(index, |progress| progress.take_look(false));
                self.lookups.failed(&look, &error);
            }
        }
    }

    /// Reads what is there, to be compared.
    fn read(&mut self, reads: Vec<(usize, u64)>) {
        let Some(path) = self.terms.read() else { return };
        let mut ids = Vec::with_capacity(reads.len());
        for (index, id) in reads {
            self.attached.forget(self.window.entry(index).name());
            ids.extend(self.go(index, |progress| progress.read(id)).map(|()| id));
        }
        if let Err(error) = self.crew.read(path, ids, 0) {
            self.cannot_read(&error);
        }
    }

    /// Reads, after a pause, what did not show what was written: what is read may lag behind.
    fn read_again(&mut self, entries: Vec<usize>) {
        let Some(path) = self.terms.read() else { return };
        entries.iter().for_each(|index| self.attached.forget(self.window.entry(*index).name()));
        let read = |index| self.go(index, Progress::read_again);
        let (ids, reads): (Vec<u64>, Vec<usize>) = entries.into_iter().filter_map(read).unzip();
        let Some(most) = reads.into_iter().max() else { return };
        let delay_ms = self.terms.looks_ms().get(most).copied().unwrap_or_default();
        if let Err(error) = self.crew.read(path, ids, delay_ms) {
            self.cannot_read(&error);
        }
    }

    /// Announces the next writes, unless it was too long ago that what they create was seen not to be there, or a look
    /// for others has found it since.
    fn announce_or_look(&mut self) {
        let overtaken: Vec<usize> =
            self.ledger.upcoming().filter(|index| self.is_overtaken(*index)).collect();
        if overtaken.is_empty() {
            return self.announce();
        }
        self.ledger.take_out(&overtaken);
        overtaken.into_iter().for_each(|index| self.look_anew(index));
    }

    /// Whether it is to be decided anew what is done about an entry that was to be created.
    fn is_overtaken(&self, index: usize) -> bool {
        let entry = self.window.entry(index);
        let (progress, Some(sought)) = (entry.progress(), entry.sought()) else { return false };
        let is_stale = || progress.may_be_looked_for_anew() && self.lookups.is_stale(sought);
        progress.creates() && (self.lookups.is_found(sought) || is_stale())
    }

    /// Lets an entry that was to be written be looked for once more, unless it was found already.
    pub(super) fn look_anew(&mut self, index: usize) {
        if let Some(sought) = self.window.entry(index).sought()
            && !self.lookups.is_found(sought)
        {
            self.lookups.expire(sought);
        }
        self.go(index, Progress::look_anew);
    }

    /// Takes back what waited too long to be sent, or was found meanwhile; whether it did.
    pub(super) fn withdraw_overtaken(&mut self, tag: u64) -> bool {
        let is_any = self.ledger.packet().iter().any(|index| self.is_overtaken(*index));
        if is_any {
            let why = Error::new(Kind::Cancelled, "it waited too long, and is looked for once more");
            let news = self.crew.withdraw(tag, &why);
            self.is_withdrawing = true;
            self.heed(news);
        }
        is_any
    }

    /// Takes the next writes, as far as the guard lets them, and announces them where there is a journal.
    fn announce(&mut self) {
        self.ledger.take_packet();
        while let Some(index) = self.ledger.next() {
            if let Err(reason) = self.ledger.admit() {
                let ending = match self.window.entry(index).progress().pending() {
                    Some((id, done)) if done > 0 => {
                        let reason = format!("it was changed in part, by {done} of several writes: {reason}");
                        Ending { id: Some(id), ..Ending::because(State::Differs, reason) }
                    }
                    Some(_) | None => Ending::because(State::Rejected, reason),
                };
                self.settle(index, ending);
                continue;
            }
            if let Some(is_update) = self.go(index, Progress::announce) {
                let entry = self.window.entry(index);
                let key = entry.key().filter(|_| entry.is_record());
                let is_looked_up = self.terms.written().is_some() && entry.mapped().literal_path().is_none();
                let path = entry.progress().writes_to().filter(|_| entry.is_record() && is_looked_up);
                self.ledger.announce(index, entry.name(), is_update, key, path);
            }
        }
        if self.ledger.seal() {
            self.send();
        }
    }

    /// Sends what was announced.
    pub(super) fn send(&mut self) {
        let (mut sent, mut requests) = (Vec::new(), Vec::new());
        for index in self.ledger.take_packet() {
            if let Some(request) = self.go(index, Progress::send) {
                sent.push(index);
                requests.push(request);
            }
        }
        match self.crew.write(requests) {
            Ok(()) => self.ledger.put_back(sent),
            Err(error) => {
                for index in sent {
                    self.settle(index, Ending::refused(error.clone()));
                }
            }
        }
    }

    /// Nothing is left to be done for what is left: a fault of ours that must not hang.
    fn settle_the_undecided(&mut self) {
        for index in 0..self.window.len() {
            let error =
                Error::new(Kind::Misuse, "it could not be decided what to do with it; please report this");
            self.settle(index, Ending::refused(error));
        }
    }
}

/// What stands in a body for what a dry run would create.
fn plan_of(reference: &Reference) -> Option<String> {
    let OnMissing::Create(mapping) = &reference.on_missing else { return None };
    Some(quoted(&planned(mapping.name())))
}

/// What the journal calls something that is created under a slot.
pub(super) fn creation_name(slot: &str) -> String {
    format!("reference {slot}")
}

/// Takes an entry's key for it; `false` when an earlier one has it.
fn hold(entry: &PushEntry, held: &mut BTreeSet<Sought>) -> bool {
    match entry.key() {
        Some(sought) if entry.is_record() && !entry.progress().is_settled() => held.insert(sought.clone()),
        Some(_) | None => true,
    }
}
