//! Pull: what changed in Brightpearl goes out, each change at least once.
//!
//! Of every resource, sweeps find what is new or has changed, and fetches read it. Everything comes first: one sweep by
//! key. Later pulls sweep by every watermark column of the search, since each alone may be null (an order that was never
//! updated has no `updatedOn`, API notes §8.1.1); where there is none, from the highest id down, since ranges of ids are
//! refused. What stands in a checkpoint is what was consumed, and what of the overlap need not come again.

mod earlier;
mod existing;
mod found;
mod hydrate;
mod marks;
mod misread;
mod missed;
mod plan;
mod reconcile;
mod sorted;
mod stream;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::checked::deprecated_read;
use crate::checkpoint::{Checkpoint, Position, Standings};
use crate::clock::HostTime;
use crate::error::{Error, Reach, Result};
use crate::flow::server_time::{AnswerTime, ServerTime};
use crate::flow::team::{News, Team};
use crate::http::Response;
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::operation::Pull;
use crate::output::{Output, Records};
use crate::shared::Shared;
use crate::telemetry::Event;

use found::Sighting;
use stream::{Stream, Wanted};

/// Whether the ends of a period are included, no source says: what has the watermark's own time is always asked for
/// again.
const LEAST_OVERLAP_MS: u64 = 1_000;

/// Plans a pull.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what is wrong with it.
pub(crate) fn job(pull: &Pull, shared: &Arc<Shared>, position: Position) -> Result<Box<dyn Job>> {
    let is_new = position == Position::Start;
    let mut standings = match position {
        Position::Start => {
            pull.state.as_deref().map(|text| state(shared, text)).transpose()?.unwrap_or_default()
        }
        Position::Pull(standings) => standings,
        Position::End | Position::Row { .. } | Position::Ids { .. } | Position::Writes { .. } => {
            return Err(Error::validation("checkpoint", "the position is not one of a pull"));
        }
    };
    let overlap_ms = i64::try_from(pull.overlap_ms.max(LEAST_OVERLAP_MS)).unwrap_or(i64::MAX);
    let mut streams = Vec::with_capacity(pull.resources.len());
    for (index, plan) in plan::plans(pull, shared, is_new)?.into_iter().enumerate() {
        let standing = standings.0.remove(&plan.name).unwrap_or_default();
        if !standing.search.is_empty() && standing.search != plan.search.resource {
            return Err(Error::validation(
                format!("resources[{index}].name"),
                format!(
                    "{:?} was pulled from {} before, and is now from {}; expected another name for it",
                    plan.name, standing.search, plan.search.resource
                ),
            ));
        }
        if is_new {
            shared.record_all(deprecated_read(&plan.search.resource));
        }
        streams.push(Stream::new(plan, standing, overlap_ms));
    }
    let mut job = PullJob {
        shared: Arc::clone(shared),
        streams,
        team: Team::new(shared),
        server: ServerTime::default(),
        outputs: VecDeque::new(),
        unconsumed: VecDeque::new(),
        partly_consumed: 0,
        not_pulled: standings,
        failed: None,
    };
    job.advance()?;
    Ok(Box::new(job))
}

/// Where an earlier pull of the same account ended.
fn state(shared: &Shared, text: &str) -> Result<Standings> {
    let checkpoint = Checkpoint::read(shared.session.account(), text).map_err(|error| error.at("state"))?;
    match checkpoint.position {
        Position::Pull(standings) => Ok(standings),
        Position::Start
        | Position::End
        | Position::Row { .. }
        | Position::Ids { .. }
        | Position::Writes { .. } => Err(Error::validation(
            "state",
            "the checkpoint is not one of a pull; expected what `checkpoint` gave for an earlier pull",
        )),
    }
}

/// A pull under way.
struct PullJob {
    shared: Arc<Shared>,
    streams: Vec<Stream>,
    team: Team<Purpose>,
    server: ServerTime,
    outputs: VecDeque<Output>,
    /// What was put out or waits to be, and is not consumed, oldest first.
    unconsumed: VecDeque<Parcel>,
    partly_consumed: usize,
    /// Where resources stand that an earlier pull had, and this one has not.
    not_pulled: Standings,
    /// The error of the first resource that failed, until the others have done what they can.
    failed: Option<Error>,
}

/// What a job is for: the place of its resource, and what it does there.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Sweep(usize),
    Listing(usize),
    Chunk(usize, u64),
}

impl Purpose {
    fn stream(self) -> usize {
        match self {
            Purpose::Sweep(stream) | Purpose::Listing(stream) | Purpose::Chunk(stream, _) => stream,
        }
    }
}

/// The items of one output, or of none when nothing was to be handed out; each with whether it was.
struct Parcel {
    stream: usize,
    items: Vec<(Sighting, bool)>,
    records: usize,
}

impl PullJob {
    /// Begins what can be begun, and puts out what is ready.
    fn advance(&mut self) -> Result<()> {
        for index in 0..self.streams.len() {
            loop {
                let mut is_changed = false;
                if let Some(wanted) = self.streams[index].next_job(&self.shared)? {
                    self.add(index, wanted);
                    is_changed = true;
                }
                while let Some(ready) = self.streams[index].next_ready() {
                    self.put_out(index, ready);
                    is_changed = true;
                }
                if !is_changed {
                    break;
                }
            }
        }
        self.pass_over();
        Ok(())
    }

    fn add(&mut self, index: usize, wanted: Wanted) {
        let priority = self.streams[index].plan.priority;
        let (purpose, delay_ms, job) = match wanted {
            Wanted::Sweep(job) => (Purpose::Sweep(index), 0, job),
            Wanted::Listing(job) => (Purpose::Listing(index), 0, job),
            Wanted::Chunk(number, delay_ms, job) => (Purpose::Chunk(index, number), delay_ms, job),
        };
        self.team.add_boxed(purpose, priority, delay_ms, job);
    }

    fn put_out(&mut self, stream: usize, ready: Vec<hydrate::Handout>) {
        let mut items = Vec::with_capacity(ready.len());
        let mut records = Vec::new();
        for (item, record) in ready {
            items.push((item, record.is_some()));
            records.extend(record);
        }
        self.unconsumed.push_back(Parcel { stream, items, records: records.len() });
        if !records.is_empty() {
            let resource = self.streams[stream].plan.name.clone();
            self.outputs.push_back(Output::Records(Records { resource, records }));
        }
    }

    /// Consumes what stands before the next output and hands nothing out.
    fn pass_over(&mut self) {
        while let Some(batch) = self.unconsumed.pop_front_if(|batch| batch.records == 0) {
            self.consume(&batch);
        }
    }

    fn consume(&mut self, batch: &Parcel) {
        let stream = &mut self.streams[batch.stream];
        for (item, _) in &batch.items {
            stream.standing.consume(item, &stream.plan, stream.overlap_ms);
        }
    }

    /// Takes what the jobs have to say. `date` is the server's time.
    fn hear(&mut self, news: Vec<News<Purpose>>, date: Option<AnswerTime>) -> Result<()> {
        for one in news {
            match one {
                News::Output(Purpose::Sweep(stream) | Purpose::Listing(stream), Output::Page(page)) => {
                    if let Err(error) = self.streams[stream].take_page(&page, date) {
                        self.give_up(stream, error);
                    }
                }
                News::Output(Purpose::Listing(stream), Output::Uris(uris)) => {
                    self.streams[stream].take_uris(&uris);
                }
                News::Output(Purpose::Chunk(stream, number), Output::Resources(resources)) => {
                    self.streams[stream].take_resources(number, resources, date);
                }
                // No job of a pull puts out anything else.
                News::Output(..) => {}
                News::Done(Purpose::Chunk(stream, number)) => {
                    if let Err(error) = self.streams[stream].end_chunk(number) {
                        self.give_up(stream, error);
                    }
                }
                News::Done(Purpose::Sweep(stream) | Purpose::Listing(stream)) => {
                    // Only a comparison fails here: what was found is read and handed out all the same.
                    if let Err(error) = self.streams[stream].end_stage() {
                        self.note_failure(stream, error);
                    }
                }
                News::Failed(purpose, error) => self.lose(purpose, error)?,
            }
        }
        self.advance()?;
        let is_over = self.streams.iter().all(Stream::is_over);
        match self.failed.take_if(|_| is_over) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// A failure that the other resources would meet as well ends the pull; any other is of its resource alone. An outage
    /// is, too: reads leave nothing in doubt, and one search may be out of order while the others answer.
    fn lose(&mut self, purpose: Purpose, error: Error) -> Result<()> {
        match (error.reach(), purpose) {
            (Reach::Everything, _) => return Err(error),
            (Reach::Request | Reach::Service, Purpose::Listing(stream)) => {
                self.streams[stream].list_by_sweep();
            }
            (Reach::Request | Reach::Service, Purpose::Sweep(stream) | Purpose::Chunk(stream, _)) => {
                self.give_up(stream, error);
            }
        }
        Ok(())
    }

    /// Goes on without a resource.
    fn give_up(&mut self, stream: usize, error: Error) {
        // What is read already goes out before.
        while let Some(ready) = self.streams[stream].next_ready() {
            self.put_out(stream, ready);
        }
        self.streams[stream].give_up();
        self.team.dismiss(|purpose| purpose.stream() == stream);
        self.note_failure(stream, error);
    }

    fn note_failure(&mut self, stream: usize, error: Error) {
        let place = match error.location() {
            Some(location) => format!("resources[{stream}].{location}"),
            None => format!("resources[{stream}]"),
        };
        self.failed.get_or_insert(error.at(place));
    }
}

impl Job for PullJob {
    fn tell_time(&mut self, now: HostTime) {
        self.team.tell_time(now);
        self.server.tell_time(now);
    }

    fn next(&mut self) -> Option<Draft> {
        if !self.outputs.is_empty() {
            return None;
        }
        let (streams, ahead) = (&self.streams, self.shared.config.max_in_flight);
        self.team.next_of(|purpose| match purpose {
            Purpose::Sweep(stream) => streams[*stream].has_room(ahead),
            Purpose::Listing(_) | Purpose::Chunk(..) => true,
        })
    }

    fn accept(&mut self, tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        let date = self.server.take(&response.headers);
        self.streams.iter_mut().for_each(|stream| stream.hold_beginning(date));
        let news = self.team.accept(tag, response, events)?;
        self.hear(news, date).map_err(Unusable::Refused)
    }

    fn recognises(&self, tag: u64, response: &Response) -> bool {
        self.team.recognises(tag, response)
    }

    fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()> {
        let news = self.team.reject(tag, error, events);
        self.hear(news, None)
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.streams.iter().all(Stream::is_over) && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        match items {
            Some(items) => self.partly_consumed = items,
            None => {
                self.partly_consumed = 0;
                if let Some(batch) = self.unconsumed.pop_front() {
                    self.consume(&batch);
                }
                self.pass_over();
            }
        }
    }

    fn outlook(&self) -> Outlook {
        let (mut requests, mut exact) = self.team.outlook();
        for stream in &self.streams {
            let (more, is_known) = stream.outlook();
            requests += more;
            exact &= is_known;
        }
        Outlook { requests, exact, items: None }
    }

    /// Behind all that was consumed, to the record.
    fn position(&self) -> Result<Position> {
        let mut standings = self.not_pulled.clone();
        for (index, stream) in self.streams.iter().enumerate() {
            let mut standing = stream.standing.clone();
            let partly = self.unconsumed.front().filter(|batch| batch.stream == index);
            if let Some(batch) = partly {
                let mut left = self.partly_consumed;
                for (item, is_record) in &batch.items {
                    if *is_record && left == 0 {
                        break;
                    }
                    left -= usize::from(*is_record);
                    standing.consume(item, &stream.plan, stream.overlap_ms);
                }
            }
            standings.0.insert(stream.plan.name.clone(), standing);
        }
        Ok(Position::Pull(standings))
    }
}
