//! Push: records of another system come into Brightpearl, each exactly once.
//!
//! Records are worked on in windows. What they refer to and whether they are there is looked up for all of a window
//! together; what is missing and may be created is created; then each record is created, changed or left alone, in
//! packets of ten. Records with one key go one after the other. A write of unknown outcome is looked up, several times
//! and after pauses, before it is sent again; what cannot be looked up is never sent twice.

mod advance;
mod attached;
mod believed;
mod change;
mod compare;
mod comparison;
mod confirmation;
mod crew;
mod digest_table;
mod doubt;
mod ending;
mod entry;
mod journal;
mod judge;
mod ledger;
mod left_out;
mod lookup;
mod news;
mod noted;
mod outbox;
mod own_read;
mod parent;
mod pending;
mod progress;
mod read_rows;
mod referents;
mod renewal;
mod rivals;
mod rows;
mod rows_gone;
mod scope;
mod settle;
mod shipped;
mod sought;
mod terms;
mod window;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::checkpoint::Position;
use crate::clock::HostTime;
use crate::error::{Delivery, Error, Reach, Result};
use crate::flow::server_time;
use crate::http::Response;
use crate::id_set::IdSet;
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::mapping::Mapping;
use crate::operation::Push;
use crate::output::Output;
use crate::shared::Shared;
use crate::telemetry::Event;

use attached::AttachedReads;
use confirmation::Confirmation;
use crew::Crew;
use journal::Journal;
pub use journal::{JournalBook, JournalCompaction, begins_push, compact_journal};
use judge::Judge;
use ledger::Ledger;
use lookup::Lookups;
use outbox::Outbox;
use referents::Referents;
use rivals::KeyBook;
use scope::JournalScope;
use terms::Terms;
use window::EntryWindow;

/// Plans a push.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what is wrong with it: `write`, `window`, `mapping`, `journal` or a
/// line of it.
pub(crate) fn job(push: &Push, shared: &Arc<Shared>, position: &Position) -> Result<Box<dyn Job>> {
    plan(push, None, None, shared, position)
}

/// Plans a push by a mapping that was compiled before.
///
/// # Errors
/// As [`job`].
pub(crate) fn job_by(push: &Push, mapping: Mapping, shared: &Arc<Shared>) -> Result<Box<dyn Job>> {
    plan(push, Some(mapping), None, shared, &Position::Start)
}

/// Plans a push whose journal was read before.
///
/// # Errors
/// As [`job`].
pub(crate) fn job_with_journal(push: &Push, book: JournalBook, shared: &Arc<Shared>) -> Result<Box<dyn Job>> {
    if push.journal.is_some() {
        let message = "the push has its journal twice, as text and read before; expected one of them";
        return Err(Error::validation("journal", message));
    }
    plan(push, None, Some(book), shared, &Position::Start)
}

fn plan(
    push: &Push,
    mapping: Option<Mapping>,
    book: Option<JournalBook>,
    shared: &Arc<Shared>,
    position: &Position,
) -> Result<Box<dyn Job>> {
    push.check()?;
    let terms = match mapping {
        Some(mapping) => Terms::by(push, mapping)?,
        None => Terms::of(push)?,
    };
    let has_book = book.is_some();
    if push.write && push.journal.is_none() && !has_book {
        terms.check_without_journal()?;
    }
    let scope = || {
        let (account, name) = (shared.session.account(), terms.mapping().name());
        JournalScope::of(push, account, name, terms.asks_for_keys())
    };
    let journal = match (book, &push.journal) {
        (Some(book), _) => Some(Journal::of(book, &scope())?),
        (None, Some(text)) => Some(Journal::read(text, &scope())?),
        (None, None) => None,
    };
    // What earlier runs did decides what this one would do; what it would do is no line of a journal.
    let journal = if push.dry_run { journal.map(Journal::silent) } else { journal };
    let records = push
        .records
        .as_ref()
        .map(|records| records.iter().map(|record| record.as_str().as_bytes().to_vec()).collect());
    let has_records = records.is_some();
    let mut job = PushJob {
        shared: Arc::clone(shared),
        terms,
        ledger: Ledger::new(journal, push.max_writes),
        window: EntryWindow::new(push.window, records),
        lookups: Lookups::default(),
        attached: AttachedReads::default(),
        crew: Crew::new(shared),
        rivals: KeyBook::default(),
        confirmation: Confirmation::default(),
        outbox: Outbox::default(),
        given: BTreeMap::new(),
        is_withdrawing: false,
        fatal: None,
        is_over: *position == Position::End,
        has_book,
    };
    if has_records {
        job.advance();
    }
    Ok(Box::new(job))
}

/// A push under way. Each part keeps its own books; what happens to an entry goes through all of them here.
struct PushJob {
    shared: Arc<Shared>,
    terms: Terms,
    ledger: Ledger,
    window: EntryWindow,
    lookups: Lookups,
    attached: AttachedReads,
    crew: Crew,
    rivals: KeyBook,
    confirmation: Confirmation,
    outbox: Outbox,
    /// The ids that were given to what this run has created, by the mapping that made it; none for records themselves.
    given: BTreeMap<Option<String>, IdSet>,
    /// Whether what is out is being taken back.
    is_withdrawing: bool,
    /// Why nothing more can be done.
    fatal: Option<Error>,
    is_over: bool,
    /// Whether its journal was read before, so that its operation does not have it.
    has_book: bool,
}

impl PushJob {
    fn referents(&self) -> Referents<'_> {
        Referents { lookups: &self.lookups, creations: self.window.creations() }
    }

    fn judge(&self) -> Judge<'_> {
        Judge {
            terms: &self.terms,
            ledger: &self.ledger,
            rivals: &self.rivals,
            lookups: &self.lookups,
            attached: &self.attached,
            referents: self.referents(),
        }
    }

    /// Puts out what has gathered.
    fn flush(&mut self) {
        let lines = self.ledger.take_lines().unwrap_or_else(|error| {
            self.fatal = Some(error);
            None
        });
        self.outbox.flush(lines, self.ledger.is_waiting());
    }
}

impl Job for PushJob {
    fn tell_time(&mut self, now: HostTime) {
        self.lookups.tell_time(now);
        self.confirmation.tell_time(now);
        self.crew.tell_time(now);
    }

    fn room(&self) -> usize {
        let is_busy = !self.window.is_empty() || !self.crew.is_idle() || self.ledger.is_waiting();
        if self.is_over || is_busy { 0 } else { self.window.room() }
    }

    fn feed(&mut self, record: &[u8]) -> Result<()> {
        if self.window.feed(record)? {
            self.advance();
        }
        Ok(())
    }

    fn begin(&mut self) -> bool {
        let begins = self.window.close();
        if begins {
            self.advance();
        }
        begins
    }

    fn finish(&mut self) -> Result<()> {
        self.window.finish()?;
        self.advance();
        Ok(())
    }

    fn still_wants(&mut self, tag: u64) -> bool {
        if self.crew.is_write(tag) {
            return !self.withdraw_overtaken(tag);
        }
        self.lookups.note_sent(tag);
        true
    }

    fn next(&mut self) -> Option<Draft> {
        if self.outbox.is_empty() { self.crew.next() } else { None }
    }

    fn accept(&mut self, tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        self.lookups.tell_answered(tag, server_time::of(&response.headers))?;
        let news = self.crew.accept(tag, response, events)?;
        self.heed(news);
        self.fatal.take().map_or(Ok(()), |error| Err(Unusable::Refused(error)))
    }

    fn recognises(&self, tag: u64, response: &Response) -> bool {
        self.crew.recognises(tag, response)
    }

    fn repeats(&mut self, tag: u64, error: &Error) {
        self.crew.repeats(tag, error);
    }

    fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()> {
        let news = self.crew.reject(tag, error, events);
        self.heed(news);
        self.fatal.take().map_or(Ok(()), Err)
    }

    fn failure(&mut self) -> Option<Error> {
        self.fatal.take()
    }

    /// Every record that was taken ends with an outcome, also when the push does not come to its end.
    fn end(&mut self, error: &Error, out: &[(u64, Delivery)]) {
        let news = self.crew.end(error, out);
        self.is_over = true;
        self.heed(news);
        self.fatal = None;
        self.give_up(error);
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        self.outbox.outputs()
    }

    fn is_finished(&self) -> bool {
        self.is_over && self.outbox.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        if items.is_some() {
            return;
        }
        if self.outbox.acknowledge() && !self.is_over {
            self.ledger.end_waiting();
            self.send();
            self.advance();
        }
    }

    fn outlook(&self) -> Outlook {
        Outlook { requests: self.crew.requests(), exact: self.is_over, items: self.window.total() }
    }

    fn position(&self) -> Result<Position> {
        let has_begun = self.crew.has_begun() || self.outbox.was_used();
        match (self.is_over && self.outbox.is_consumed(), has_begun) {
            (true, _) => Ok(Position::End),
            (false, false) if self.has_book => Err(Error::misuse(
                "a push whose journal was read before has no checkpoint; expected it to be started anew with its journal",
            )),
            (false, false) => Ok(Position::Start),
            (false, true) => Err(Error::misuse(
                "a push that has begun has no checkpoint; expected another push of the same records with its journal",
            )),
        }
    }
}

/// Whether an error ends the push. An outage does, too, even if it is of one resource alone: every further record would
/// fail after all its repetitions, and its write might be left in doubt.
fn is_fatal(error: &Error) -> bool {
    match error.reach() {
        Reach::Service | Reach::Everything => true,
        Reach::Request => false,
    }
}
