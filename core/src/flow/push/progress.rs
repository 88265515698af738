//! How far an entry is on its way, and the steps that lead on.

use std::collections::VecDeque;

use super::doubt::{Doubt, Doubted};
use super::journal::{Done, Known};
use super::pending::PendingWrite;
use crate::error::{Error, Result};
use crate::http::Method;
use crate::operation::SingleRequest;

/// The most attempts at one entry, each sent after the one before was found not to be applied.
const MOST_ATTEMPTS: u32 = 3;

/// The most times that it is looked for anew since it waited: where the cap is small, something must get through.
const MOST_LOOKS_ANEW: u32 = 4;

/// Where an entry stands, and what it went through.
#[derive(Debug)]
pub(super) struct Progress {
    station: Station,
    /// How often it was announced, or sent.
    attempts: u32,
    /// How many of these attempts were to create the record.
    creations: u32,
    /// How many of them were taken back before they were sent.
    withdrawn: u32,
    /// How often it was looked for anew since it waited to be written.
    looks_anew: u32,
    /// Whether Brightpearl said that it is there though it was not found.
    is_contested: bool,
    /// Whether Brightpearl was asked what became of an attempt.
    is_verified: bool,
    /// Whether it was found that an attempt in doubt was not applied.
    was_cleared: bool,
    /// Whether what is there was changed in this run, and is being looked at once more.
    is_changed: bool,
    /// Why the change of what is there was refused, until it is seen whether it stands all the same.
    refused_change: Option<RefusedChange>,
    /// How often it was read once more, since what was read did not show what was written, or was not to be believed.
    rereads: usize,
    /// What the reading before had.
    read_before: Option<String>,
    /// The write of this run of which it is to be seen what came.
    written: Option<SingleRequest>,
    /// The ids of the rows that this run has added to what is there.
    added: Vec<u64>,
    /// Whether rows that this run has added were taken out again, since they were there already.
    is_mended: bool,
}

/// Where an entry stands. Only the methods of [`Progress`] lead from one station to another, and each refuses to set
/// out from where it cannot.
#[derive(Debug)]
enum Station {
    /// An earlier run brought it to this end; whether that still holds is not decided.
    Journaled(Done),
    /// What is to be done is not decided.
    Open(Unclear),
    /// It is looked up whether the attempt was applied after all.
    Looking(Doubt),
    /// It is there under this id, and is being read.
    Reading(u64, Option<Doubt>),
    /// It is there under this id, and was read.
    Read(u64, String, Option<Doubt>),
    /// It is to be written. A doubt is of an attempt before that cannot be looked up.
    Ready(Box<PendingWrite>, Option<Doubt>),
    /// It may be written as soon as that is written down.
    Announced(Box<PendingWrite>, Option<Doubt>),
    /// It is out.
    Sending(Box<PendingWrite>, Option<Doubt>),
    /// It is over.
    Settled,
}

/// A write of a change that Brightpearl refused.
#[derive(Clone, Debug)]
pub(super) struct RefusedChange {
    /// The id of the record.
    pub(super) id: u64,
    /// How many writes of the same change were done before it.
    pub(super) done: usize,
    pub(super) error: Error,
}

/// What must be found out before anything else.
#[derive(Debug)]
enum Unclear {
    Nothing,
    /// Whether an attempt was applied.
    Doubt(Doubt),
    /// What it is that Brightpearl says to be there, in this refusal.
    Refusal(Error),
}

impl Progress {
    /// What begins with what the journal knows of it.
    pub(super) fn new(known: Option<Known>) -> Self {
        let station = match known {
            Some(Known::Done(done)) => Station::Journaled(done),
            Some(Known::InDoubt { is_update }) => Station::Open(Unclear::Doubt(Doubt::of(is_update, None))),
            None => Station::Open(Unclear::Nothing),
        };
        Self {
            station,
            attempts: 0,
            creations: 0,
            withdrawn: 0,
            looks_anew: 0,
            is_contested: false,
            is_verified: false,
            was_cleared: false,
            is_changed: false,
            refused_change: None,
            rereads: 0,
            read_before: None,
            written: None,
            added: Vec::new(),
            is_mended: false,
        }
    }

    /// Whether it was announced, or sent, in this run.
    pub(super) fn was_announced(&self) -> bool {
        self.attempts > 0
    }

    /// Whether it may be sent once more, when it is known that the attempts so far were not applied.
    pub(super) fn may_go_again(&self) -> bool {
        self.attempts.saturating_sub(self.withdrawn) < MOST_ATTEMPTS
    }

    /// Whether an attempt was refused because it is there, and one before that may have put it there. A change puts
    /// nothing there.
    pub(super) fn stands_in_its_own_way(&self) -> bool {
        self.is_contested && self.creations.saturating_sub(self.withdrawn) > 1
    }

    pub(super) fn is_settled(&self) -> bool {
        matches!(self.station, Station::Settled)
    }

    /// Whether it is about to be created.
    pub(super) fn creates(&self) -> bool {
        match &self.station {
            Station::Ready(write, _) | Station::Announced(write, _) | Station::Sending(write, _) => {
                write.changes.is_none()
            }
            Station::Journaled(_)
            | Station::Open(_)
            | Station::Looking(_)
            | Station::Reading(..)
            | Station::Read(..)
            | Station::Settled => false,
        }
    }

    /// Whether it may be looked for anew before it is created.
    pub(super) fn may_be_looked_for_anew(&self) -> bool {
        self.looks_anew < MOST_LOOKS_ANEW
    }

    /// Whether it was looked for anew.
    pub(super) fn was_looked_for_anew(&self) -> bool {
        self.looks_anew > 0
    }

    pub(super) fn is_verified(&self) -> bool {
        self.is_verified
    }

    /// Whether it was found that an attempt in doubt was not applied.
    pub(super) fn was_cleared(&self) -> bool {
        self.was_cleared
    }

    /// Whether it is decided what is to be done, or done.
    pub(super) fn is_decided(&self) -> bool {
        match self.station {
            Station::Ready(..) | Station::Announced(..) | Station::Sending(..) | Station::Settled => true,
            Station::Journaled(_)
            | Station::Open(_)
            | Station::Looking(_)
            | Station::Reading(..)
            | Station::Read(..) => false,
        }
    }

    /// How an earlier run left it, until it is decided whether that still holds.
    pub(super) fn journaled(&self) -> Option<Done> {
        if let Station::Journaled(done) = self.station { Some(done) } else { None }
    }

    /// The attempt that may have been applied, until that is known.
    pub(super) fn doubt(&self) -> Option<&Doubt> {
        match &self.station {
            Station::Open(Unclear::Doubt(doubt)) | Station::Looking(doubt) => Some(doubt),
            Station::Reading(_, doubt)
            | Station::Read(_, _, doubt)
            | Station::Ready(_, doubt)
            | Station::Announced(_, doubt)
            | Station::Sending(_, doubt) => doubt.as_ref(),
            Station::Open(Unclear::Nothing | Unclear::Refusal(_))
            | Station::Journaled(_)
            | Station::Settled => None,
        }
    }

    /// The refusal that says that it is there, until it is found or not.
    pub(super) fn refusal(&self) -> Option<&Error> {
        if let Station::Open(Unclear::Refusal(error)) = &self.station { Some(error) } else { None }
    }

    /// Whether an attempt at it may have been applied.
    pub(super) fn may_be_written(&self) -> bool {
        self.is_out() || self.doubt().is_some_and(|doubt| doubt.attempt != Doubted::Anothers)
    }

    /// The id under which it is being read.
    pub(super) fn reads(&self) -> Option<u64> {
        if let Station::Reading(id, _) = self.station { Some(id) } else { None }
    }

    /// The id and the JSON of what was read.
    pub(super) fn there(&self) -> Option<(u64, &str)> {
        if let Station::Read(id, json, _) = &self.station { Some((*id, json)) } else { None }
    }

    /// Whether it is out.
    pub(super) fn is_out(&self) -> bool {
        matches!(self.station, Station::Sending(..))
    }

    /// The id of the record that is about to be changed, and how many writes of that change were done.
    pub(super) fn pending(&self) -> Option<(u64, usize)> {
        if let Station::Ready(write, _) = &self.station { Some((write.changes?, write.done)) } else { None }
    }

    /// The write that is out.
    pub(super) fn write(&self) -> Result<&PendingWrite> {
        match &self.station {
            Station::Sending(write, _) => Ok(write),
            Station::Journaled(_)
            | Station::Open(_)
            | Station::Looking(_)
            | Station::Reading(..)
            | Station::Read(..)
            | Station::Ready(..)
            | Station::Announced(..)
            | Station::Settled => Err(self.station.fault("answered")),
        }
    }

    /// What an earlier run did does not hold any more.
    pub(super) fn reopen(&mut self) -> Result<()> {
        self.go("taken up again", |before| {
            let Station::Journaled(_) = before else { return Err(before) };
            Ok((Station::Open(Unclear::Nothing), ()))
        })
    }

    /// An earlier run may have created another record under its key. Whatever else is unclear matters more.
    pub(super) fn doubt_anothers(&mut self) {
        if let Station::Open(unclear @ Unclear::Nothing) = &mut self.station {
            *unclear =
                Unclear::Doubt(Doubt { attempt: Doubted::Anothers, error: None, looks: 0, adds: false });
        }
    }

    /// It was found, so what may have been created under its key is known.
    pub(super) fn trust_key(&mut self) {
        if let Station::Open(unclear) = &mut self.station
            && matches!(unclear, Unclear::Doubt(Doubt { attempt: Doubted::Anothers, .. }))
        {
            *unclear = Unclear::Nothing;
        }
    }

    /// The attempt in doubt was not applied.
    pub(super) fn clear_doubt(&mut self) -> Result<()> {
        self.go("cleared up", |before| {
            let Station::Open(Unclear::Doubt(_)) = before else { return Err(before) };
            Ok((Station::Open(Unclear::Nothing), ()))
        })?;
        self.was_cleared = true;
        self.written = None;
        Ok(())
    }

    /// It is looked for after a pause; how often it was before.
    pub(super) fn look(&mut self) -> Result<usize> {
        self.go("looked for", |before| {
            let Station::Open(Unclear::Doubt(doubt)) = before else { return Err(before) };
            let looks = doubt.looks;
            Ok((Station::Looking(Doubt { looks: looks + 1, ..doubt }), looks))
        })
    }

    /// It was looked for. `is_answered` says whether Brightpearl answered.
    pub(super) fn take_look(&mut self, is_answered: bool) -> Result<()> {
        self.go("decided on after a look", |before| {
            let Station::Looking(doubt) = before else { return Err(before) };
            Ok((Station::Open(Unclear::Doubt(doubt)), ()))
        })?;
        self.is_verified |= is_answered;
        Ok(())
    }

    /// It is there under this id, and is to be read.
    pub(super) fn read(&mut self, id: u64) -> Result<()> {
        self.go("read", |before| {
            let Station::Open(unclear) = before else { return Err(before) };
            Ok((Station::Reading(id, unclear.doubt()), ()))
        })
    }

    /// It is to be read once more, after a pause; how often it was before.
    pub(super) fn read_again(&mut self) -> Result<(u64, usize)> {
        let (id, json) = self.go("read once more", |before| {
            let Station::Read(id, json, doubt) = before else { return Err(before) };
            Ok((Station::Reading(id, doubt), (id, json)))
        })?;
        self.rereads += 1;
        self.read_before = Some(json);
        Ok((id, self.rereads - 1))
    }

    /// What the reading before had, of the same record in the same state of things.
    pub(super) fn read_before(&self) -> Option<&str> {
        self.read_before.as_deref()
    }

    /// How often it was read once more.
    pub(super) fn rereads(&self) -> usize {
        self.rereads
    }

    /// It was read.
    pub(super) fn take_read(&mut self, json: String) -> Result<()> {
        self.go("compared", |before| {
            let Station::Reading(id, doubt) = before else { return Err(before) };
            Ok((Station::Read(id, json, doubt), ()))
        })
    }

    /// It is to be created, or written without a look. A doubt that is left is of what cannot be looked up.
    pub(super) fn make_ready(&mut self, request: SingleRequest) -> Result<()> {
        self.go("written", |before| {
            let doubt = match before {
                Station::Open(Unclear::Nothing) => None,
                Station::Open(Unclear::Doubt(doubt)) => Some(doubt),
                // What it is held against was read.
                Station::Read(_, _, doubt) => doubt,
                Station::Open(Unclear::Refusal(_))
                | Station::Journaled(_)
                | Station::Looking(_)
                | Station::Reading(..)
                | Station::Ready(..)
                | Station::Announced(..)
                | Station::Sending(..)
                | Station::Settled => return Err(before),
            };
            Ok((Station::Ready(PendingWrite::new(request, None), doubt), ()))
        })
    }

    /// What is there is to be changed, by one write after the other.
    pub(super) fn make_ready_to_change(&mut self, mut requests: VecDeque<SingleRequest>) -> Result<()> {
        let was_in_doubt = self.doubt().is_some();
        self.go("changed", |before| {
            let Station::Read(id, ..) = before else { return Err(before) };
            let Some(request) = requests.pop_front() else { return Err(before) };
            let write = PendingWrite { request, changes: Some(id), rest: requests, done: 0 };
            Ok((Station::Ready(Box::new(write), None), ()))
        })?;
        self.is_mended = self.is_changed;
        if self.is_mended {
            self.added.clear();
        }
        if was_in_doubt || self.is_mended {
            // What was read to settle that doubt, or to see what came of the write before, is not counted for what is
            // written now.
            self.rereads = 0;
        }
        Ok(())
    }

    /// The write that was out is done; the next one of the same change is to be sent. Says whether there is one.
    pub(super) fn go_on(&mut self) -> Result<bool> {
        self.go("changed further", |before| {
            let Station::Sending(mut write, doubt) = before else { return Err(before) };
            let Some(next) = write.rest.pop_front() else {
                return Ok((Station::Sending(write, doubt), false));
            };
            write.request = next;
            write.done += 1;
            Ok((Station::Ready(write, None), true))
        })
    }

    /// The change is done, and what is there is to be read once more.
    pub(super) fn look_at_change(&mut self) -> Result<()> {
        let request = self.go("looked at once more", |before| {
            let Station::Sending(write, _) = before else { return Err(before) };
            Ok((Station::Open(Unclear::Nothing), write.request))
        })?;
        self.is_changed = true;
        self.read_before = None;
        self.written = Some(request);
        Ok(())
    }

    /// Brightpearl refused the change with this error, and what is there is to be read once more: what carries a write out
    /// twice answers it with the second refusal.
    pub(super) fn contest_change(&mut self, refused: RefusedChange) -> Result<()> {
        self.look_at_change()?;
        self.refused_change = Some(refused);
        Ok(())
    }

    /// Why the change was refused that is being looked at once more.
    pub(super) fn refused_change(&self) -> Option<&RefusedChange> {
        self.refused_change.as_ref()
    }

    /// The write of this run of which it is to be seen what came.
    pub(super) fn written(&self) -> Option<&SingleRequest> {
        self.written.as_ref()
    }

    /// Takes note of a row that was added to what is there.
    pub(super) fn note_added(&mut self, row: u64) {
        self.added.push(row);
    }

    /// The ids of the rows that this run has added to what is there.
    pub(super) fn added(&self) -> &[u64] {
        &self.added
    }

    /// Whether rows that this run has added were taken out again.
    pub(super) fn is_mended(&self) -> bool {
        self.is_mended
    }

    /// The path that is being written to, or was and nobody has seen yet what came of it.
    pub(super) fn writes_to(&self) -> Option<&str> {
        match &self.station {
            Station::Ready(write, _) | Station::Announced(write, _) | Station::Sending(write, _) => {
                Some(&write.request.path)
            }
            Station::Open(_) | Station::Looking(_) | Station::Reading(..) | Station::Read(..) => {
                self.written.as_ref().map(|request| request.path.as_str())
            }
            Station::Journaled(_) | Station::Settled => None,
        }
    }

    /// Whether what is there was changed in this run, and is being looked at once more.
    pub(super) fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Whether what is there was changed in this run, in part at least, and nobody has seen what came of it.
    pub(super) fn has_changed(&self) -> bool {
        let done = match &self.station {
            Station::Ready(write, _) | Station::Announced(write, _) | Station::Sending(write, _) => {
                write.done
            }
            Station::Journaled(_)
            | Station::Open(_)
            | Station::Looking(_)
            | Station::Reading(..)
            | Station::Read(..)
            | Station::Settled => 0,
        };
        self.is_changed || done > 0
    }

    /// It is written down that it is about to be written. Says whether it changes what is there.
    pub(super) fn announce(&mut self) -> Result<bool> {
        let (is_update, is_further) = self.go("announced", |before| {
            let Station::Ready(write, doubt) = before else { return Err(before) };
            let told = (write.changes.is_some(), write.done > 0);
            Ok((Station::Announced(write, doubt), told))
        })?;
        self.attempts += u32::from(!is_further);
        self.creations += u32::from(!is_update);
        Ok(is_update)
    }

    /// It goes out.
    pub(super) fn send(&mut self) -> Result<SingleRequest> {
        self.go("sent", |before| {
            let Station::Announced(write, doubt) = before else { return Err(before) };
            let request = write.request.clone();
            Ok((Station::Sending(write, doubt), request))
        })
    }

    /// It waited to be written, and is looked for once more.
    pub(super) fn look_anew(&mut self) -> Result<()> {
        let was_announced = matches!(self.station, Station::Announced(..) | Station::Sending(..));
        self.go("looked for anew", |before| {
            let (Station::Ready(_, doubt) | Station::Announced(_, doubt) | Station::Sending(_, doubt)) =
                before
            else {
                return Err(before);
            };
            Ok((Station::Open(doubt.map_or(Unclear::Nothing, Unclear::Doubt)), ()))
        })?;
        self.withdrawn += u32::from(was_announced);
        self.looks_anew += 1;
        Ok(())
    }

    /// It was not written, and why says nothing about it: what is to be done is open again.
    pub(super) fn take_back(&mut self) -> Result<()> {
        self.go("taken back", |before| {
            let Station::Sending(_, doubt) = before else { return Err(before) };
            Ok((Station::Open(doubt.map_or(Unclear::Nothing, Unclear::Doubt)), ()))
        })
    }

    /// It may have been applied, says this error.
    pub(super) fn put_in_doubt(&mut self, error: Error) -> Result<()> {
        let request = self.go("in doubt", |before| {
            let Station::Sending(write, _) = before else { return Err(before) };
            let adds = write.changes.is_some() && write.request.method == Method::Post;
            let doubt = Doubt { adds, ..Doubt::of(write.changes.is_some(), Some(error)) };
            Ok((Station::Open(Unclear::Doubt(doubt)), write.request))
        })?;
        self.rereads = 0;
        self.read_before = None;
        self.written = Some(request);
        Ok(())
    }

    /// Whether it was refused before since it is there.
    pub(super) fn is_contested(&self) -> bool {
        self.is_contested
    }

    /// Brightpearl refused it with this error, since it is there.
    pub(super) fn contest(&mut self, error: Error) -> Result<()> {
        self.go("looked for since it was refused", |before| {
            let Station::Sending(..) = before else { return Err(before) };
            Ok((Station::Open(Unclear::Refusal(error)), ()))
        })?;
        self.is_contested = true;
        Ok(())
    }

    /// It is over. `is_verified` says whether that is so because Brightpearl was asked.
    pub(super) fn settle(&mut self, is_verified: bool) -> Result<()> {
        self.go("settled", |before| {
            if matches!(before, Station::Settled) {
                return Err(before);
            }
            Ok((Station::Settled, ()))
        })?;
        self.is_verified |= is_verified;
        Ok(())
    }

    /// Goes where `way` leads, or stays where it is and says that there is no such way.
    fn go<T>(&mut self, to: &str, way: impl FnOnce(Station) -> Result<(Station, T), Station>) -> Result<T> {
        match way(std::mem::replace(&mut self.station, Station::Settled)) {
            Ok((station, value)) => {
                self.station = station;
                Ok(value)
            }
            Err(station) => {
                self.station = station;
                Err(self.station.fault(to))
            }
        }
    }
}

impl Unclear {
    /// What stays unclear of what was found.
    fn doubt(self) -> Option<Doubt> {
        match self {
            Unclear::Doubt(doubt) => Some(doubt),
            Unclear::Nothing | Unclear::Refusal(_) => None,
        }
    }
}

impl Station {
    fn fault(&self, to: &str) -> Error {
        let from = self.as_str();
        Error::misuse(format!(
            "the push mixed up its records: one that is {from} cannot be {to}; please report this"
        ))
    }

    /// In a word, for a fault of ours.
    fn as_str(&self) -> &'static str {
        match self {
            Station::Journaled(_) => "known from the journal",
            Station::Open(_) => "open",
            Station::Looking(_) => "looked for",
            Station::Reading(..) => "being read",
            Station::Read(..) => "read",
            Station::Ready(..) => "ready to be written",
            Station::Announced(..) => "announced",
            Station::Sending(..) => "being written",
            Station::Settled => "settled",
        }
    }
}

#[cfg(test)]
mod tests;
