//! What the crew has brought.

use super::attached::is_attached;
use super::change::is_of_rows;
use super::crew::Errand;
use super::ending::Ending;
use super::entry::Role;
use super::pending::PendingWrite;
use super::progress::{Progress, RefusedChange};
use super::{PushJob, is_fatal};
use crate::Reply;
use crate::catalog;
use crate::catalog::operation::Answer;
use crate::error::{Delivery, Error, Kind};
use crate::flow::team::News;
use crate::http::Method;
use crate::jobs::{gives_id, holds, id_given};
use crate::output::State;
use crate::output::{BatchResult, Output, Resources};

/// Why nobody has seen that it was updated.
const UNREAD: &str =
    "Brightpearl's answer says nothing of it, as a gateway's might, and no source says how it is read again";

impl PushJob {
    /// Takes the news, and goes on.
    pub(super) fn heed(&mut self, news: Vec<News<Errand>>) {
        for news in news {
            match news {
                News::Output(errand, output) => self.take_output(&errand, output),
                News::Done(errand) => self.take_end(&errand),
                News::Failed(errand, error) => self.take_failure(&errand, error),
            }
        }
        self.is_withdrawing = false;
        if self.fatal.is_none() {
            self.advance();
        }
    }

    fn take_output(&mut self, errand: &Errand, output: Output) {
        // A search puts out pages, a fetch resources, and a batch results; nothing else.
        match errand {
            Errand::Look(look) | Errand::LookAgain(_, look) => {
                if let Output::Page(page) = output
                    && !self.lookups.take(look, &page.page)
                {
                    self.crew.stop_looking(look);
                }
            }
            Errand::Read => {
                if let Output::Resources(resources) = output {
                    self.take_resources(&resources);
                }
            }
            Errand::ReadAttached(path) => {
                if let Output::Resources(resources) = output {
                    self.take_attached(path, &resources);
                }
            }
            Errand::ReadCreated(target) => {
                if let Output::Resources(resources) = output {
                    self.take_created(target, &resources);
                }
            }
            Errand::Write => {
                if let Output::Results(results) = output {
                    self.take_results(results);
                }
            }
        }
    }

    fn take_end(&mut self, errand: &Errand) {
        match errand {
            Errand::Look(look) => self.lookups.finished(look),
            Errand::LookAgain(index, look) => {
                self.lookups.finished(look);
                self.go(*index, |progress| progress.take_look(true));
            }
            Errand::Read => {
                let error = Error::new(Kind::NotFound, "it cannot be read, and should be there");
                self.cannot_read(&error);
            }
            Errand::ReadAttached(path) => self.end_attached(path),
            Errand::ReadCreated(_) => {}
            Errand::Write => drop(self.ledger.take_packet()),
        }
    }

    fn take_failure(&mut self, errand: &Errand, error: Error) {
        if is_fatal(&error) {
            self.fatal.get_or_insert(error);
            return;
        }
        match errand {
            Errand::Look(look) => self.lookups.failed(look, &error),
            Errand::LookAgain(index, look) => {
                self.lookups.failed(look, &error);
                self.go(*index, |progress| progress.take_look(false));
            }
            Errand::Read => self.cannot_read(&error),
            Errand::ReadAttached(path) => self.cannot_read_attached(path, &error),
            // What no look has shown stays so.
            Errand::ReadCreated(_) => {}
            Errand::Write => self.fatal = Some(error),
        }
    }

    /// Settles those that wait for being read.
    pub(super) fn cannot_read(&mut self, error: &Error) {
        for index in 0..self.window.len() {
            if let Some(id) = self.window.entry(index).progress().reads() {
                self.settle_unread(index, id, error.clone());
            }
        }
    }

    fn settle_unread(&mut self, index: usize, id: u64, error: Error) {
        let reason = format!("it is there already and could not be read: {error}");
        // What is read of a note is not what is written.
        let id = Some(id).filter(|_| self.terms.written().is_none());
        let ending = Ending { id, error: Some(error), ..Ending::because(State::Rejected, reason) };
        self.settle_unfound(index, ending);
    }

    fn take_resources(&mut self, resources: &Resources) {
        for (place, item) in resources.items.iter().enumerate() {
            let Some(id) = item.id else { continue };
            let json = resources.json(place).map(String::from_utf8_lossy).unwrap_or_default();
            for index in self.window.readers(id) {
                self.go(index, |progress| progress.take_read(json.clone().into_owned()));
            }
        }
        for refusal in &resources.refused {
            for index in self.window.readers(refusal.id) {
                self.settle_unread(index, refusal.id, refusal.error.clone());
            }
        }
    }

    fn take_results(&mut self, results: Vec<BatchResult>) {
        for BatchResult { index, outcome } in results {
            let Some(&entry) = self.ledger.packet().get(index) else { continue };
            match outcome {
                Ok(reply) => self.take_reply(entry, &reply),
                Err(error) => self.take_refusal(entry, error),
            }
        }
    }

    /// The write that is out.
    fn out(&mut self, index: usize) -> Option<Out> {
        self.go(index, |progress| progress.write().map(Out::of))
    }

    fn take_reply(&mut self, index: usize, reply: &Reply) {
        let Some(out) = self.out(index) else { return };
        let id = id_given(out.answer, &reply.body);
        let ending = match (out.changes, out.method) {
            (Some(_), _) if out.answers.is_some_and(|id| !holds(&reply.body, id)) => {
                let id = out.answers.unwrap_or_default();
                let message = format!("the answer does not hold record {id} as it is now");
                let error = Error::new(Kind::Protocol, message).with_status(reply.status).at("response");
                return self.put_in_doubt(index, error);
            }
            (Some(changed), method) => {
                if let Some(row) = id.filter(|_| method == Method::Post) {
                    self.window.entry_mut(index).progress_mut().note_added(row);
                }
                return self.take_change(index, changed, out.answer);
            }
            (None, _) if self.is_read_back(index) => {
                self.go(index, Progress::look_at_change);
                return;
            }
            (None, Method::Put) => {
                let is_unsaid = matches!(out.answer, Answer::Nothing | Answer::Unknown);
                let reason = is_unsaid && !self.terms.looks_ms().is_empty();
                Ending { id, reason: reason.then(|| UNREAD.to_owned()), ..Ending::of(State::Updated) }
            }
            (None, Method::Post | Method::Patch | Method::Delete | Method::Get | Method::Options) => {
                // An id that is no id to us may be found by the key.
                let is_sought = self.window.entry(index).sought().is_some();
                if id.is_none() && out.owes_id() && (is_sought || out.answer == Answer::Unknown) {
                    let message =
                        "the answer does not say the id of what was created, so that nothing may be there";
                    let error = Error::new(Kind::Protocol, message).with_status(reply.status).at("response");
                    return self.put_in_doubt(index, error);
                }
                if let Some(id) = id.filter(|_| out.owes_id() && out.answer != Answer::Unknown)
                    && !self.gives_new(index, id)
                {
                    let message = format!(
                        "the answer says that it was created as {id}, as which this push has created another record: it is the \
                         answer to another request"
                    );
                    let error = Error::new(Kind::Protocol, message).with_status(reply.status).at("response");
                    return self.put_in_doubt(index, error);
                }
                Ending { id, ..Ending::of(State::Created) }
            }
        };
        self.settle(index, ending);
    }

    /// Whether an id is given for the first time. One that is no id is for others to judge.
    fn gives_new(&mut self, index: usize, id: u64) -> bool {
        let mapping = match self.window.entry(index).role() {
            Role::Record(_) => None,
            Role::Creation { mapping, .. } => Some(mapping.clone()),
        };
        self.given.entry(mapping).or_default().insert(id).unwrap_or(true)
    }

    /// Whether it is read what came of a write. Where nobody wants to look, its answer is believed.
    fn is_read_back(&self, index: usize) -> bool {
        let is_looked_for = self.terms.written().is_some() && !self.terms.looks_ms().is_empty();
        is_looked_for && self.window.entry(index).is_record()
    }

    /// A write of a change is done: the next one follows. What was written to rows is looked at once more, since one
    /// value of a row may make another one; and so is what was answered by `{}`, which a gateway may say as well, and
    /// what was written to something that the record has alone.
    fn take_change(&mut self, index: usize, id: u64, answer: Answer) {
        match self.go(index, Progress::go_on) {
            Some(true) => self.ledger.queue(index),
            Some(false) => {
                let differences = self.window.entry(index).differences();
                let update = self.terms.update();
                let is_of_rows = |difference| update.is_some_and(|update| is_of_rows(update, difference));
                let is_unsaid = answer == Answer::Nothing && !self.terms.looks_ms().is_empty();
                let mapped = self.window.entry(index).mapped();
                let is_of_attached = |difference| is_attached(mapped, difference);
                let is_to_be_seen =
                    is_unsaid || differences.iter().any(is_of_rows) || differences.iter().any(is_of_attached);
                self.window.entry_mut(index).note_changes();
                if is_to_be_seen {
                    self.go(index, Progress::look_at_change);
                } else {
                    self.window.entry_mut(index).keep_what_differs();
                    self.settle(index, self.change_done(index, id));
                }
            }
            None => {}
        }
    }

    /// A write of unknown outcome: it is looked up, where that can be done.
    fn put_in_doubt(&mut self, index: usize, error: Error) {
        let entry = self.window.entry(index);
        let is_creation = entry.progress().write().is_ok_and(|write| write.changes.is_none());
        if let Some(sought) = entry.sought().filter(|_| is_creation) {
            self.lookups.note_absence(sought);
        }
        let error = error.with_delivery(Delivery::MaybeApplied);
        self.go(index, |progress| progress.put_in_doubt(error));
    }

    fn take_refusal(&mut self, index: usize, error: Error) {
        let Some(out) = self.out(index) else { return };
        let changes = out.changes;
        match error.delivery() {
            Delivery::MaybeApplied => self.put_in_doubt(index, error),
            Delivery::NotSent if self.is_withdrawing => self.look_anew(index),
            // Without its id, nobody can refer to it: it is looked up.
            Delivery::Applied if out.owes_id() && self.window.entry(index).sought().is_some() => {
                self.put_in_doubt(index, error);
            }
            Delivery::Applied => match changes {
                Some(id) => self.take_change(index, id, out.answer),
                None if self.is_read_back(index) => {
                    self.go(index, Progress::look_at_change);
                }
                None => self.settle(index, Ending { error: Some(error), ..Ending::of(State::Created) }),
            },
            // The packet got through, and one of its messages met the cap: it goes again.
            Delivery::Rejected
                if error.kind() == Kind::Throttled
                    && self.window.entry(index).progress().may_be_looked_for_anew() =>
            {
                self.look_anew(index);
            }
            Delivery::NotSent | Delivery::Rejected if is_fatal(&error) => {
                self.go(index, Progress::take_back);
                self.fatal.get_or_insert(error);
            }
            Delivery::NotSent | Delivery::Rejected => match changes {
                Some(id) => self.contest_or_settle_change(index, RefusedChange { id, done: out.done, error }),
                None => self.contest_or_settle(index, error),
            },
        }
    }

    /// Brightpearl said no to a change. What carries a write out twice says so of the second time: it is read once more
    /// what is there.
    fn contest_or_settle_change(&mut self, index: usize, refused: RefusedChange) {
        let is_own_word =
            refused.error.delivery() == Delivery::Rejected && !refused.error.errors().is_empty();
        if is_own_word && self.terms.update().is_some() && !self.terms.looks_ms().is_empty() {
            self.go(index, |progress| progress.contest_change(refused));
        } else {
            self.settle(index, Ending::change_refused(refused));
        }
    }

    /// Brightpearl said no. If that is because the record is there, it is found now; and it may be there where what was
    /// created for it alone is said to be another's.
    fn contest_or_settle(&mut self, index: usize, error: Error) {
        let entry = self.window.entry(index);
        let is_taken = error.kind() == Kind::Conflict && !error.verifications().is_empty();
        let has_own = entry.mapped().references.iter().any(|reference| reference.search.is_empty());
        let may_be_there = is_taken || has_own && error.delivery() == Delivery::Rejected;
        match entry.sought() {
            Some(sought) if may_be_there && !entry.progress().is_contested() => {
                self.lookups.forget(sought);
                self.go(index, |progress| progress.contest(error));
            }
            Some(_) | None => self.settle(index, Ending::refused(error)),
        }
    }
}

/// What is known of a write that is out.
struct Out {
    /// The id of the record that it changes.
    changes: Option<u64>,
    method: Method,
    answer: Answer,
    /// The id of what it is answered with, where that is a record and not a row of one.
    answers: Option<u64>,
    /// How many writes of the same change were done before it.
    done: usize,
}

impl Out {
    fn of(write: &PendingWrite) -> Self {
        let PendingWrite { request, changes, .. } = write;
        let found = catalog::find(&request.path, request.method);
        let answer = found.as_ref().map_or(Answer::Unknown, |found| found.operation.answer);
        let answers = found.filter(|_| answer == Answer::Resource).and_then(|found| {
            let [argument] = found.arguments.as_slice() else { return None };
            argument.text.parse().ok()
        });
        Self { changes: *changes, method: request.method, answer, answers, done: write.done }
    }

    /// Whether it creates something, and its answer must say under which id.
    fn owes_id(&self) -> bool {
        self.changes.is_none() && self.method == Method::Post && gives_id(self.answer)
    }
}
