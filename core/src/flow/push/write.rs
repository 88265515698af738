//! Announcing writes and sending them.

use super::entry::{Attempt, Doubt, Stage};
use super::lookup::Sought;
use super::settle::Ending;
use super::{Purpose, PushJob, is_fatal};
use crate::checkpoint::Position;
use crate::error::{Delivery, Error, Kind, Result};
use crate::http::Method;
use crate::jobs::BatchJob;
use crate::operation::{Batch, OnFailure, Order, Packing, Request};
use crate::output::{BatchResult, Reply, State};

/// How many writes are announced together: as many as one multi-message takes, so that a crash leaves no more than
/// those in doubt (API notes §6).
pub(super) const ANNOUNCED: usize = 10;

impl PushJob {
    /// Takes the next writes, as far as the guard lets them, and announces them where there is a journal.
    pub(super) fn announce(&mut self) {
        let most = if self.journal.is_some() { ANNOUNCED } else { usize::MAX };
        self.sending.clear();
        while self.sending.len() < most
            && let Some(index) = self.ready.pop_front()
        {
            if !matches!(self.entries[index].stage, Stage::Ready(_)) {
                continue;
            }
            if let Some(most) = self.max_writes.filter(|most| self.writes >= *most) {
                let reason = format!("the write guard lets {most} writes through, and they are used up");
                self.settle(index, Ending::because(State::Rejected, reason));
                continue;
            }
            self.writes += 1;
            let entry = &mut self.entries[index];
            let is_record = entry.is_record();
            let stage = std::mem::replace(&mut entry.stage, Stage::Open);
            if let Stage::Ready(write) = stage {
                if let Some(journal) = &mut self.journal {
                    let key = entry.sought.as_ref().filter(|_| is_record).map(Sought::text);
                    journal.announce(&entry.name, write.changes.is_some(), key.as_deref());
                }
                entry.sends += 1;
                entry.stage = Stage::Sending(write);
                self.sending.push(index);
            }
        }
        if self.sending.is_empty() {
            return;
        }
        if self.journal.is_some() {
            self.is_announcing = true;
        } else {
            self.send();
        }
    }

    /// Sends what was announced.
    pub(super) fn send(&mut self) {
        let request = |index: &usize| match &self.entries[*index].stage {
            Stage::Sending(write) => Some(write.request.clone()),
            Stage::Open
            | Stage::Reading(_)
            | Stage::Read(..)
            | Stage::Ready(_)
            | Stage::Looking
            | Stage::Settled => None,
        };
        let requests: Vec<Request> = self.sending.iter().filter_map(request).collect();
        let batch = Batch {
            requests,
            order: Order::Sequential,
            on_failure: OnFailure::Continue,
            packing: Packing::Auto,
        };
        match BatchJob::new(&batch, &self.shared, &Position::Start, false) {
            Ok(job) => self.team.add(Purpose::Write, job),
            Err(error) => {
                for index in std::mem::take(&mut self.sending) {
                    self.settle(index, Ending::refused(error.clone()));
                }
            }
        }
    }

    /// Takes what became of writes.
    pub(super) fn take_results(&mut self, results: Vec<BatchResult>) {
        for BatchResult { index, outcome } in results {
            let Some(&entry) = self.sending.get(index) else { continue };
            match outcome {
                Ok(reply) => self.written(entry, &reply),
                Err(error) => self.not_written(entry, error),
            }
        }
    }

    fn written(&mut self, index: usize, reply: &Reply) {
        let Stage::Sending(write) = &self.entries[index].stage else { return };
        let ending = match (write.changes, write.request.method) {
            (Some(id), _) => Ending { id: Some(id), ..Ending::of(State::Updated) },
            (None, Method::Put) => Ending { id: id_of(reply), ..Ending::of(State::Updated) },
            (None, Method::Post | Method::Patch | Method::Delete | Method::Get | Method::Options) => {
                Ending { id: id_of(reply), ..Ending::of(State::Created) }
            }
        };
        self.settle(index, ending);
    }

    fn not_written(&mut self, index: usize, error: Error) {
        let Stage::Sending(write) = &self.entries[index].stage else { return };
        let is_update = write.changes.is_some();
        match error.delivery() {
            Delivery::MaybeApplied => self.doubt(index, is_update, error),
            // Done, though the answer does not say which id it has.
            Delivery::Applied => {
                let state = if is_update { State::Updated } else { State::Created };
                let id = write.changes;
                self.settle(index, Ending { id, error: Some(error), ..Ending::of(state) });
            }
            Delivery::NotSent | Delivery::Rejected if is_fatal(&error) => {
                self.entries[index].stage = Stage::Open;
                self.fatal.get_or_insert(error);
            }
            Delivery::NotSent | Delivery::Rejected => self.refused(index, error),
        }
    }

    /// A write of unknown outcome: it is looked up, where that can be done.
    fn doubt(&mut self, index: usize, is_update: bool, error: Error) {
        let entry = &mut self.entries[index];
        entry.stage = Stage::Open;
        if let (Some(sought), false) = (&entry.sought, is_update) {
            self.lookups.note_absence(sought);
        }
        let looks = entry.doubt.take().map_or(0, |doubt| doubt.looks);
        let attempt = if is_update { Attempt::Change } else { Attempt::Creation };
        entry.doubt = Some(Doubt { attempt, error: Some(error), looks });
    }

    /// Brightpearl said no. If that is because the record is there, it is found now.
    fn refused(&mut self, index: usize, error: Error) {
        let entry = &mut self.entries[index];
        let is_taken = error.kind() == Kind::Conflict && !error.verifications().is_empty();
        match &entry.sought {
            Some(sought) if is_taken && !entry.is_contested => {
                entry.is_contested = true;
                entry.conflict = Some(error);
                entry.stage = Stage::Open;
                self.lookups.forget(sought);
            }
            Some(_) | None => self.settle(index, Ending::refused(error)),
        }
    }
}

/// The id that an answer gives to what was created: bare, the first of several, or in an object (API notes §3.2).
fn id_of(reply: &Reply) -> Option<u64> {
    read_id(reply).ok().flatten()
}

fn read_id(reply: &Reply) -> Result<Option<u64>> {
    use crate::json::{Node, Part, at, id_of};
    if reply.body.is_empty() {
        return Ok(None);
    }
    let Some(response) = crate::envelope::Envelope::read(&reply.body)?.response else { return Ok(None) };
    Ok(match Part::Json(response).read() {
        Node::Array(elements) => elements.first().map(Part::read).as_ref().and_then(id_of),
        Node::Object(members) => at(&members, "id").as_ref().and_then(id_of),
        node @ (Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable) => {
            id_of(&node)
        }
    })
}
