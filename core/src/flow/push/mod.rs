//! Push: records of another system come into Brightpearl, each exactly once.
//!
//! Records are worked on in windows. What they refer to and whether they are there is looked up for all of a window
//! together; what is missing and may be created is created; then each record is created, changed or left alone, in
//! packets of ten. Records with one key go one after the other. A write of unknown outcome is looked up, several times
//! and after pauses, before it is sent again; what cannot be looked up is never sent twice.

mod advance;
mod ask;
mod change;
mod compare;
mod entry;
mod journal;
mod lookup;
mod news;
mod resolve;
mod settle;
mod write;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::catalog::field::Shape;
use crate::catalog::operation::Content;
use crate::catalog::{self, Update};
use crate::checkpoint::Position;
use crate::error::{Delivery, Error, Kind, Result};
use crate::http::{Method, Response};
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::mapping::{KeySearch, Mapping};
use crate::operation::{Existing, Push};
use crate::output::{Outcome, Output, State};
use crate::shared::Shared;
use crate::telemetry::Event;

use super::team::Team;
use entry::Entry;
use journal::{Journal, Names};
use lookup::{Look, Lookups, Sought};
use resolve::Slot;

/// Behind every line of an earlier run.
const THIS_RUN: u64 = u64::MAX;

/// Plans a push.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what is wrong with it: `write`, `window`, `mapping`, or a line of the
/// journal.
pub(crate) fn job(push: &Push, shared: &Arc<Shared>, position: &Position) -> Result<Box<dyn Job>> {
    push.check()?;
    let mapping = Mapping::compiled(push.mapping.as_str()).map_err(|error| error.at("mapping"))?;
    let Some(target) = mapping.target() else {
        let message = "the mapping builds records of another system; expected one with a `target`";
        return Err(Error::validation("mapping", message));
    };
    let journal = match &push.journal {
        Some(text) if !push.dry_run => Some(Journal::read(text, shared.session.account(), mapping.name())?),
        Some(_) | None => None,
    };
    let doubtful = journal.as_ref().map(Journal::doubtful_keys).unwrap_or_default();
    let update = catalog::update(target).filter(|_| mapping.method() == Method::Post);
    let mut job = PushJob {
        shared: Arc::clone(shared),
        dry_run: push.dry_run,
        max_writes: push.max_writes,
        existing: push.existing,
        window: push.window,
        looks_ms: push.looks_ms.clone(),
        key_search: mapping.key_search(),
        shape: shape_of(target, mapping.method()),
        update,
        mapping,
        journal,
        names: Names::default(),
        queue: VecDeque::new(),
        has_all: false,
        next_record: 0,
        lookups: Lookups::default(),
        told: BTreeMap::new(),
        doubtful,
        slots: BTreeMap::new(),
        entries: Vec::new(),
        team: Team::new(shared),
        ready: VecDeque::new(),
        sending: Vec::new(),
        is_announcing: false,
        writes: 0,
        outcomes: Vec::new(),
        outputs: VecDeque::new(),
        unconsumed: VecDeque::new(),
        has_begun: false,
        fatal: None,
        is_over: *position == Position::End,
    };
    if let Some(records) = &push.records {
        job.queue = records.iter().map(|record| record.as_str().as_bytes().to_vec()).collect();
        job.has_all = true;
        job.advance();
    }
    Ok(Box::new(job))
}

/// What the body of the target looks like.
fn shape_of(target: &str, method: Method) -> Option<&'static Shape> {
    match &catalog::find(target, method)?.operation.content {
        Content::Json(shape) | Content::OptionalJson(shape) => Some(shape),
        Content::Nothing | Content::Patch(_) | Content::Form(_) | Content::Unknown => None,
    }
}

/// A push under way.
struct PushJob {
    shared: Arc<Shared>,
    dry_run: bool,
    max_writes: Option<u64>,
    existing: Existing,
    window: usize,
    looks_ms: Vec<u64>,
    mapping: Mapping,
    key_search: Option<KeySearch>,
    shape: Option<&'static Shape>,
    update: Option<&'static Update>,
    journal: Option<Journal>,
    names: Names,
    /// Records that wait for the next window.
    queue: VecDeque<Vec<u8>>,
    /// Whether no more records come.
    has_all: bool,
    next_record: u64,
    lookups: Lookups,
    /// Keys of records that were settled before, since what is there under them may be theirs; each with the line of
    /// the journal that says so, or [`THIS_RUN`].
    told: BTreeMap<Sought, u64>,
    /// Keys under which an earlier run may have created something, until that is known.
    doubtful: BTreeSet<String>,
    /// What this window creates for its records.
    slots: BTreeMap<String, Slot>,
    /// This window's records, and behind them what is created for them.
    entries: Vec<Entry>,
    team: Team<Purpose>,
    /// Entries that are to be written, in their order: nothing more is to be decided about them.
    ready: VecDeque<usize>,
    /// The entries whose writes are announced or out, in their order.
    sending: Vec<usize>,
    /// Whether writes wait for their announcement to be consumed.
    is_announcing: bool,
    /// Writes announced or sent, over the whole push.
    writes: u64,
    outcomes: Vec<Outcome>,
    outputs: VecDeque<Output>,
    /// For each output that is not consumed, whether it announces writes.
    unconsumed: VecDeque<bool>,
    /// Whether anything was asked for or put out.
    has_begun: bool,
    /// Why nothing more can be done.
    fatal: Option<Error>,
    is_over: bool,
}

/// What a job of the push's team is for.
#[derive(Clone, Debug)]
enum Purpose {
    /// Finding values.
    Look(Look),
    /// Finding out, after a pause, whether an entry's write was applied.
    Again(usize, Look),
    /// Reading what is there.
    Read,
    /// Writing.
    Write,
}

impl PushJob {
    /// Puts out what has gathered.
    fn flush(&mut self) {
        match self.journal.as_mut().map_or(Ok(None), Journal::take_lines) {
            Ok(Some(lines)) => self.put_out(Output::Journal(lines), self.is_announcing),
            Ok(None) => {}
            Err(error) => self.fatal = Some(error),
        }
        if !self.outcomes.is_empty() {
            let outcomes = std::mem::take(&mut self.outcomes);
            self.put_out(Output::Outcomes(outcomes), false);
        }
    }

    fn put_out(&mut self, output: Output, announces: bool) {
        self.has_begun = true;
        self.unconsumed.push_back(announces);
        self.outputs.push_back(output);
    }

    /// Settles everything that is left, once nothing more can be done.
    fn give_up(&mut self, error: &Error) {
        let why = format!("it was not written, since the push ended before: {}", error.message());
        for index in 0..self.entries.len() {
            self.abandon(index, error, &why);
        }
        for record in std::mem::take(&mut self.queue) {
            let mut outcome = Outcome::new(self.next_record, State::Rejected);
            outcome.key = self.mapping.map(&record).key;
            outcome.reason = Some(why.clone());
            outcome.dry_run = self.dry_run;
            self.outcomes.push(outcome);
            self.next_record += 1;
        }
        self.is_announcing = false;
        self.has_all = true;
        self.is_over = true;
        self.flush();
    }

    fn refuse_records(&self) -> Result<()> {
        if self.has_all {
            return Err(Error::misuse("the push has all its records; none can be given to it any more"));
        }
        Ok(())
    }
}

impl Job for PushJob {
    fn tell_time(&mut self, now: u64) {
        self.lookups.tell_time(now);
        self.team.tell_time(now);
    }

    fn room(&self) -> usize {
        let is_busy = !self.entries.is_empty() || !self.team.is_empty() || self.is_announcing;
        if self.has_all || self.is_over || is_busy { 0 } else { self.window.saturating_sub(self.queue.len()) }
    }

    fn feed(&mut self, record: &[u8]) -> Result<()> {
        self.refuse_records()?;
        self.queue.push_back(record.to_vec());
        if self.queue.len() >= self.window {
            self.advance();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.refuse_records()?;
        self.has_all = true;
        self.advance();
        Ok(())
    }

    fn next(&mut self) -> Option<Draft> {
        if !self.outputs.is_empty() {
            return None;
        }
        let draft = self.team.next()?;
        self.has_begun = true;
        Some(draft)
    }

    fn accept(&mut self, tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        let news = self.team.accept(tag, response, events)?;
        self.heed(news);
        self.fatal.take().map_or(Ok(()), |error| Err(Unusable::Refused(error)))
    }

    fn recognises(&self, tag: u64, response: &Response) -> bool {
        self.team.recognises(tag, response)
    }

    fn repeats(&mut self, tag: u64, error: &Error) {
        self.team.repeats(tag, error);
    }

    fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()> {
        let news = self.team.reject(tag, error, events);
        self.heed(news);
        self.fatal.take().map_or(Ok(()), Err)
    }

    /// Every record that was taken ends with an outcome, also when the push does not come to its end.
    fn end(&mut self, error: &Error, out: &[(u64, Delivery)]) {
        let news = self.team.end(error, out);
        self.is_over = true;
        self.heed(news);
        self.fatal = None;
        self.give_up(error);
    }

    fn failure(&mut self) -> Option<Error> {
        self.fatal.take()
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.is_over && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        if items.is_some() {
            return;
        }
        if self.unconsumed.pop_front() == Some(true) && !self.is_over {
            self.is_announcing = false;
            self.send();
            self.advance();
        }
    }

    fn outlook(&self) -> Outlook {
        let (requests, _) = self.team.outlook();
        let items = self.has_all.then(|| self.next_record + self.queue.len() as u64);
        let exact = self.is_over;
        Outlook { requests, exact, items }
    }

    fn position(&self) -> Result<Position> {
        match (self.is_over && self.unconsumed.is_empty(), self.has_begun) {
            (true, _) => Ok(Position::End),
            (false, false) => Ok(Position::Start),
            (false, true) => Err(Error::misuse(
                "a push that has begun has no checkpoint; expected another push of the same records with its journal",
            )),
        }
    }
}

/// Whether an error shows that nothing gets through, so that going on would fail record by record.
fn is_fatal(error: &Error) -> bool {
    match error.kind() {
        Kind::Authentication | Kind::Throttled | Kind::Unavailable | Kind::Transport | Kind::Protocol => true,
        Kind::Cancelled | Kind::Misuse => true,
        Kind::Permission | Kind::Validation | Kind::Rejected | Kind::NotFound | Kind::Conflict => false,
    }
}
