//! Several writes: packed into multi-messages of ten where that saves requests, one by one where it does not,
//! cannot be, or while the multi-message service fails (API notes §6). Every write ends with one result.
//!
//! Nothing is applied twice. What is known not to have been carried out may go again on its own; of what a lost
//! packet leaves in doubt only that which may be repeated, and in the order that was asked for: should such a
//! repetition break off, those that it did not reach end in doubt.

mod check;
mod message;
mod packet;
mod position;
mod write;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::account::Prefix;
use crate::checkpoint::Position;
use crate::clock::HostTime;
use crate::error::{Delivery, Error, Kind, Reach, Result};
use crate::http::{Method, Response};
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::multi_messages::{Admission, Probe};
use crate::operation::{Batch, OnFailure, Order, Packing};
use crate::output::{BatchResult, Output, Reply};
use crate::shared::Shared;
use crate::telemetry::Event;

use super::given::Expected;
use super::request::reply;
use message::PacketMode;
pub(crate) use message::{PATH as PACKET_PATH, Word, packed, read_labelled};
use packet::Fate;
use write::{Write, not_carried_out, not_sent};

/// A packet that tries the service again puts as few writes in doubt as a packet can.
const PROBE: usize = 2;

/// How many requests in a row may end without a word on what became of them, before the rest is not sent.
const UNANSWERED: u32 = 3;

/// Several writes under way.
pub(crate) struct BatchJob {
    shared: Arc<Shared>,
    packing: Packing,
    manner: PacketMode,
    writes: Vec<Write>,
    /// The number of the first write among those of its client.
    first_number: u64,
    /// Writes still to be sent that may travel in packets.
    packable: BTreeSet<usize>,
    /// Writes still to be sent that go on their own.
    alone: BTreeSet<usize>,
    /// What is out, by tag.
    out: BTreeMap<u64, Sent>,
    next_tag: u64,
    /// Why nothing more is sent.
    halt: Option<Halt>,
    /// Requests in a row that ended without a word on what became of them.
    unanswered: u32,
    outputs: VecDeque<Output>,
    /// How many writes' results were put out.
    put_out: usize,
    /// Lengths of the outputs that are not consumed.
    unconsumed: VecDeque<usize>,
    /// Writes whose results were consumed, those of the latest output not counted.
    consumed: usize,
    partly_consumed: usize,
    now: HostTime,
}

/// One request that is out.
#[derive(Debug)]
struct Sent {
    /// The writes that it carries.
    writes: Vec<usize>,
    is_packet: bool,
    /// The right to try the service, when the packet does.
    probe: Option<Probe>,
}

/// Why the writes that are left are not sent.
#[derive(Debug)]
enum Halt {
    /// The write at this index failed, and the batch stops at failures.
    Failed(usize),
    /// Nothing gets through.
    Stuck(Error),
}

impl BatchJob {
    /// Checks every write and plans the batch. The bodies of one that is resumed were checked before.
    ///
    /// # Errors
    /// [`Kind::Validation`] that names every write that does not fit, or at `checkpoint`.
    pub(crate) fn new(
        batch: &Batch,
        shared: &Arc<Shared>,
        position: &Position,
        is_new: bool,
    ) -> Result<Self> {
        let writes = check::check(
            batch,
            is_new.then_some(shared.config.unknown_members),
            shared.session.token_header().as_deref(),
        )?;
        let (consumed, stopped_by) = position::start(position, writes.len())?;
        if is_new {
            shared.record_all(check::distinct_events(&writes));
        }
        writes.iter().for_each(|write| shared.session.conceal(write.concealed()));
        let writes: Vec<Write> = writes.into_iter().map(Write::new).collect();
        let goes_packed =
            |index: &usize| batch.packing != Packing::Never && writes[*index].obstacle.is_none();
        let (packable, alone) = (consumed..writes.len()).partition(goes_packed);
        let stops = batch.on_failure == OnFailure::Stop;
        let mut job = Self {
            shared: Arc::clone(shared),
            packing: batch.packing,
            manner: PacketMode { is_sequential: batch.order == Order::Sequential || stops, stops },
            first_number: shared.number_messages(writes.len()),
            writes,
            packable,
            alone,
            out: BTreeMap::new(),
            next_tag: 1,
            halt: None,
            unanswered: 0,
            outputs: VecDeque::new(),
            put_out: consumed,
            unconsumed: VecDeque::new(),
            consumed,
            partly_consumed: 0,
            now: HostTime::default(),
        };
        job.halt = stopped_by.map(Halt::Failed);
        job.advance();
        Ok(job)
    }

    fn number(&self, index: usize) -> u64 {
        self.first_number + index as u64
    }

    /// What the answer to a packet says of each of its writes.
    fn words(&self, packet: &Sent, answer: &Response) -> Result<Vec<Word>> {
        message::read(&answer.body, packet.writes.iter().map(|index| self.number(*index)))
    }

    /// The next writes that may travel together: with a strict order, as far as nothing that goes on its own
    /// stands between them.
    fn together(&self, most: usize) -> Vec<usize> {
        let end = match self.alone.first() {
            Some(first) if self.manner.is_sequential => *first,
            Some(_) | None => usize::MAX,
        };
        self.packable.range(..end).take(most).copied().collect()
    }

    fn send_single(&mut self, index: usize) -> Draft {
        self.packable.remove(&index);
        self.alone.remove(&index);
        let tag = self.tag();
        self.out.insert(tag, Sent { writes: vec![index], is_packet: false, probe: None });
        let write = &mut self.writes[index];
        write.is_handed_out = true;
        Draft { is_in_doubt: write.doubt.is_some(), ..write.request.draft(tag) }
    }

    fn send_packet(&mut self, writes: Vec<usize>, probe: Option<Probe>) -> Draft {
        for index in &writes {
            self.packable.remove(index);
            self.alone.remove(index);
            self.writes[*index].is_handed_out = true;
        }
        let messages = writes.iter().map(|index| (self.number(*index), &self.writes[*index].request));
        let body = message::write(self.manner, messages);
        // A packet in doubt comes back at once, to be taken apart; only a batch that insists on packets has
        // it repeated as it is.
        let all_repeatable = writes.iter().all(|index| self.writes[*index].request.repeatable);
        let tag = self.tag();
        self.out.insert(tag, Sent { writes, is_packet: true, probe });
        Draft {
            tag,
            method: Method::Post,
            prefix: Prefix::PublicApi,
            path: message::PATH.to_owned(),
            template: message::PATH.into(),
            query: String::new(),
            headers: Vec::new(),
            body,
            repeatable: self.packing == Packing::Always && all_repeatable,
            is_in_doubt: false,
            verifications: Arc::default(),
            delay_ms: 0,
        }
    }

    fn tag(&mut self) -> u64 {
        self.next_tag += 1;
        self.next_tag - 1
    }

    /// Settles a write. A failure stops those behind it, where the batch says so.
    fn settle(&mut self, index: usize, outcome: Result<Reply>) {
        if outcome.is_err() && self.manner.stops && self.halt.is_none() {
            self.halt = Some(Halt::Failed(index));
        }
        self.writes[index].settle(outcome);
    }

    /// Settles a write with an error that came with another request than its own.
    fn settle_with(&mut self, index: usize, error: Error) {
        let error = self.writes[index].own(error, &self.shared);
        self.settle(index, Err(error));
    }

    /// Settles what is left, once nothing more is sent.
    fn settle_the_rest(&mut self, error: &Error) {
        let packable = std::mem::take(&mut self.packable);
        for index in std::mem::take(&mut self.alone).into_iter().chain(packable) {
            let error = self.writes[index].left_over(error.clone(), &self.shared);
            self.writes[index].settle(Err(error));
        }
    }

    /// Decides on the writes of a request that has ended, in their order.
    fn conclude(&mut self, writes: Vec<usize>, fates: Vec<Fate>) {
        let first = packet::first_that_may_go_again(&fates, self.manner.is_sequential);
        for (place, (index, fate)) in writes.into_iter().zip(fates).enumerate() {
            let again = match fate {
                Fate::Settled(Ok(reply)) => {
                    self.settle(index, Ok(reply));
                    continue;
                }
                Fate::Settled(Err(error)) => {
                    self.settle_with(index, error);
                    continue;
                }
                Fate::Again(error) => error,
            };
            if self.halt.is_none() && place >= first && !self.writes[index].is_second_try {
                self.writes[index].try_again(again);
                self.alone.insert(index);
                continue;
            }
            match &self.halt {
                Some(Halt::Failed(failed)) if *failed < index && again.delivery() == Delivery::NotSent => {
                    let error = self.writes[index].left_over(not_carried_out(*failed), &self.shared);
                    self.settle(index, Err(error));
                }
                Some(_) | None => self.settle_with(index, again),
            }
        }
        self.advance();
    }

    /// Takes note that a request that carried these writes ended with an error. Where nothing gets through,
    /// the rest is not tried. A lost answer or an outage may be of this write alone: the batch goes on until three
    /// requests in a row leave it unknown what became of them.
    fn heed(&mut self, error: &Error, writes: &[usize], is_packet: bool) {
        let is_in_doubt = error.delivery() == Delivery::MaybeApplied;
        self.unanswered = if is_in_doubt { self.unanswered + 1 } else { 0 };
        let gets_nothing_through = match error.reach() {
            // A packet's writes are tried on their own first.
            Reach::Everything if error.kind() == Kind::Transport && !error.is_of_configuration() => {
                error.delivery() == Delivery::NotSent && !is_packet
            }
            Reach::Everything => true,
            Reach::Request | Reach::Service => false,
        };
        let insists = is_packet && self.packing == Packing::Always;
        if self.halt.is_none() && (gets_nothing_through || insists || self.unanswered >= UNANSWERED) {
            let failed = writes.first().filter(|_| self.manner.stops);
            self.halt =
                Some(failed.map_or_else(|| Halt::Stuck(error.clone()), |failed| Halt::Failed(*failed)));
        }
    }

    /// Takes note that a packet failed in a way that speaks against the service. One that was refused, kept
    /// from leaving or held up by the cap says nothing about the service. Whether anything else gets through is not asked
    /// here: an app that may not use the service, or an account that does not have it, sends its writes singly.
    fn blame_service(&self, error: &Error, probe: Option<Probe>, events: &mut Vec<Event>) {
        let is_lost = error.kind() == Kind::Transport && error.delivery() != Delivery::NotSent;
        let is_closed = matches!(error.kind(), Kind::Permission | Kind::NotFound);
        let speaks_against_it = error.reach() == Reach::Service || is_lost || is_closed;
        if !speaks_against_it || self.packing == Packing::Always {
            return;
        }
        let pause = match probe {
            Some(probe) => Some(probe.failed(self.now)),
            None => self.shared.multi_messages.failed(self.now),
        };
        events.extend(pause.map(|milliseconds| Event::BatchesUnpacked { milliseconds }));
    }

    /// Puts out what is settled, in order.
    fn advance(&mut self) {
        match &self.halt {
            Some(Halt::Failed(failed)) => self.settle_the_rest(&not_carried_out(*failed)),
            Some(Halt::Stuck(why)) => self.settle_the_rest(&not_sent(why)),
            None => {}
        }
        let mut results = Vec::new();
        while let Some(outcome) = self.writes.get_mut(self.put_out).and_then(|write| write.outcome.take()) {
            results.push(BatchResult { index: self.put_out, outcome });
            self.put_out += 1;
        }
        if !results.is_empty() {
            self.unconsumed.push_back(results.len());
            self.outputs.push_back(Output::Results(results));
        }
    }

    /// Requests that the writes take that are still to be sent, packed as they will be when nothing fails.
    fn requests_left(&self) -> u64 {
        if !self.manner.is_sequential {
            return (self.alone.len() + self.packable.len().div_ceil(message::MOST)) as u64;
        }
        let (mut requests, mut together, mut before) = (self.alone.len(), 0, 0);
        for index in &self.packable {
            if self.alone.range(before..*index).next().is_some() {
                requests += usize::div_ceil(together, message::MOST);
                together = 0;
            }
            (together, before) = (together + 1, *index);
        }
        (requests + together.div_ceil(message::MOST)) as u64
    }
}

impl Job for BatchJob {
    fn tell_time(&mut self, now: HostTime) {
        self.now = now;
    }

    fn next(&mut self) -> Option<Draft> {
        let must_wait = self.manner.is_sequential && !self.out.is_empty();
        if must_wait || self.halt.is_some() || !self.outputs.is_empty() {
            return None;
        }
        let insists = self.packing == Packing::Always;
        let packable = self.packable.first().copied();
        let alone = self.alone.first().copied();
        if let Some(index) = alone.filter(|alone| packable.is_none_or(|packable| *alone < packable)) {
            return Some(if insists { self.send_packet(vec![index], None) } else { self.send_single(index) });
        }
        let first = packable?;
        let together = self.together(message::MOST);
        if insists {
            return Some(self.send_packet(together, None));
        }
        // A single write saves nothing by being packed.
        if together.len() < 2 {
            return Some(self.send_single(first));
        }
        Some(match self.shared.multi_messages.admit(self.now) {
            Admission::Packed => self.send_packet(together, None),
            Admission::Probe(probe) => self.send_packet(self.together(PROBE), Some(probe)),
            Admission::Singly => self.send_single(first),
        })
    }

    fn accept(&mut self, tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        let Some(sent) = self.out.get(&tag) else { return Err(Unusable::Hopeless(not_out())) };
        let fates = if sent.is_packet {
            let words = self.words(sent, &response)?;
            let most = self.shared.config.max_body_bytes;
            let writes = sent.writes.iter().map(|index| &self.writes[*index].request);
            writes.zip(words).map(|(write, word)| packet::fate(word, write, most)).collect()
        } else {
            let write = sent.writes.first().map(|index| &self.writes[*index].request);
            let Some(write) = write else { return Err(Unusable::Hopeless(not_out())) };
            vec![Fate::Settled(Ok(reply(&Expected::of(write), response)?))]
        };
        self.unanswered = 0;
        if let Some(Sent { writes, probe, .. }) = self.out.remove(&tag) {
            if let Some(probe) = probe {
                probe.succeeded();
                events.push(Event::BatchesPacked);
            }
            self.conclude(writes, fates);
        }
        Ok(())
    }

    fn recognises(&self, tag: u64, response: &Response) -> bool {
        let packet = self.out.get(&tag).filter(|sent| sent.is_packet);
        packet.is_some_and(|packet| self.words(packet, response).is_ok())
    }

    fn repeats(&mut self, tag: u64, error: &Error) {
        // A single write's own attempts are the engine's to remember; a packet's writes part with it.
        let writes = self.out.get(&tag).filter(|sent| sent.is_packet).map(|sent| &sent.writes);
        for index in writes.into_iter().flatten() {
            self.writes[*index].doubt.get_or_insert_with(|| error.clone());
        }
    }

    fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()> {
        let Sent { writes, is_packet, probe } = self.out.remove(&tag).ok_or_else(not_out)?;
        if !is_packet {
            self.heed(&error, &writes, false);
            self.conclude(writes, vec![Fate::Settled(Err(error))]);
            return Ok(());
        }
        // A packet whose answer was too large to be read: it does not say which of its writes succeeded.
        let error = match error.delivery() {
            Delivery::Applied => error.with_delivery(Delivery::MaybeApplied),
            Delivery::NotSent | Delivery::Rejected | Delivery::MaybeApplied => error,
        };
        let place = match error.location() {
            Some(place) => format!("{} {place}", message::PATH),
            None => message::PATH.to_owned(),
        };
        let error = error.at(place);
        self.blame_service(&error, probe, events);
        self.heed(&error, &writes, true);
        let requests = writes.iter().map(|index| &self.writes[*index].request);
        let fates = requests.map(|write| packet::fate_without_answer(&error, write)).collect();
        self.conclude(writes, fates);
        Ok(())
    }

    fn end(&mut self, error: &Error, out: &[(u64, Delivery)]) {
        for (tag, sent) in std::mem::take(&mut self.out) {
            let delivery = out.iter().find(|(known, _)| *known == tag).map(|(_, delivery)| *delivery);
            let error = error.clone().with_delivery(delivery.unwrap_or(Delivery::MaybeApplied));
            for index in sent.writes {
                let error = self.writes[index].own(error.clone(), &self.shared);
                self.writes[index].settle(Err(error));
            }
        }
        self.settle_the_rest(&error.clone().with_delivery(Delivery::NotSent));
        self.advance();
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.put_out == self.writes.len() && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        match items {
            Some(items) => self.partly_consumed = items,
            None => {
                self.consumed += self.unconsumed.pop_front().unwrap_or_default();
                self.partly_consumed = 0;
            }
        }
    }

    fn outlook(&self) -> Outlook {
        Outlook {
            requests: self.requests_left(),
            exact: self.packing != Packing::Auto || !self.shared.multi_messages.is_failing(),
            items: Some(self.writes.len() as u64),
        }
    }

    /// Behind what was consumed, as long as nothing behind it was handed out.
    fn position(&self) -> Result<Position> {
        let consumed = self.consumed + self.partly_consumed;
        if consumed >= self.writes.len() {
            return Ok(Position::End);
        }
        if self.writes[consumed..].iter().any(|write| write.is_handed_out) {
            return Err(Error::misuse(
                "a batch cannot be resumed while writes are handed out whose results were not consumed, since resuming would send them again; take the results first",
            ));
        }
        let stopped_by = match &self.halt {
            Some(Halt::Failed(failed)) => Some(*failed),
            Some(Halt::Stuck(_)) | None => None,
        };
        Ok(position::behind(consumed, stopped_by))
    }
}

fn not_out() -> Error {
    Error::misuse("an answer came for a part of the batch that was not sent")
}
