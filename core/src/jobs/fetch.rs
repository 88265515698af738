//! Resources by id in the fewest GETs: split at the resource's limit, planned by `OPTIONS` where gaps are
//! worth knowing, and bisected where one bad id spoils a whole set.

mod cut_short;
mod cutting;
mod doubts;
mod records;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::account::Query;
use crate::catalog::{self, Empty, Reading, RowsWithin};
use crate::checkpoint::Position;
use crate::error::{Error, Kind, Reach, Result};
use crate::http::{Method, Response};
use crate::id_set::{IdSet, Split};
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::operation::Fetch;
use crate::output::{Output, Refusal, Resources};
use crate::telemetry::{Event, template};

pub(crate) use cutting::planned_ids;
use cutting::{chunk_count, common, cutting, hopeless_after, nothing_left, options_pay, split_path};

use super::emptiness::{Emptiness, Occasion, check_asked, check_keyed, lacking, says_none};
use super::options::read_uris;
use super::resources::{Found, find_resources};
use records::{check_records, once_each};

/// The tag of the `OPTIONS` request; GETs count up from 1.
const PLANNING: u64 = 0;

/// A fetch under way.
pub(crate) struct FetchJob {
    resource: String,
    /// What stands before and behind the ids, checked and escaped.
    path: (String, String),
    template: Arc<str>,
    query: Query,
    listed: Reading,
    id_limit: u32,
    ahead: usize,
    stage: Stage,
    /// Chunks in ascending order: planned, out, or answered and waiting for those before them.
    chunks: VecDeque<Chunk>,
    next_tag: u64,
    outputs: VecDeque<Output>,
    /// What was put out and is not consumed, oldest first.
    unconsumed: VecDeque<UnconsumedChunk>,
    partly_consumed: usize,
    /// Whether any set was ever read: until then a refusal may be about something other than an id.
    read_something: bool,
    refusals: u32,
    total: Option<u64>,
    /// Whether an answer without any of the records that were asked for is doubted here. Whoever sweeps looks for what
    /// is missing in a way of his own.
    doubts: bool,
    /// Where records have their rows, where one without all of them is no answer.
    rows: Option<&'static RowsWithin>,
}

enum Stage {
    /// To ask `OPTIONS` about these ids.
    ToPlan(IdSet),
    /// `OPTIONS` about these ids is out.
    Planning(IdSet),
    /// Ids not yet cut into chunks.
    Cutting(Split),
    /// The whole list, without ids, is still to be asked for.
    WholeList,
}

struct Chunk {
    tag: u64,
    ids: Option<IdSet>,
    asked: Occasion,
    state: ChunkState,
}

enum ChunkState {
    Planned,
    Requested,
    /// Answered with nothing, which `OPTIONS` is to be asked about.
    Doubted(Box<Resources>),
    /// `OPTIONS` is asked about it.
    Asked(Box<Resources>),
    Answered(Box<Resources>),
}

struct UnconsumedChunk {
    requested: IdSet,
    /// For each resource, which of the requested ids it is, where that can be told.
    ids: Vec<Option<u64>>,
}

impl FetchJob {
    /// Plans a fetch that was checked before.
    pub(crate) fn new(fetch: &Fetch, ahead: usize) -> Result<Self> {
        let listed = catalog::reading(&fetch.resource);
        let id_limit = fetch.id_limit.unwrap_or(listed.id_limit);
        let (before, behind) = split_path(fetch.resource.trim_matches('/'))?;
        let mut query = Query::default();
        for (name, value) in &fetch.query {
            query.push(name, value);
        }
        let stage = match &fetch.ids {
            None => Stage::WholeList,
            Some(ids) if options_pay(ids, fetch.plan, &listed, id_limit) => Stage::ToPlan(ids.clone()),
            Some(ids) => cutting(ids, id_limit),
        };
        Ok(Self {
            resource: fetch.resource.trim_matches('/').to_owned(),
            template: template(&format!("{before}/1{behind}")),
            path: (before, behind),
            query,
            listed,
            id_limit,
            ahead: ahead.max(1),
            stage,
            chunks: VecDeque::new(),
            next_tag: PLANNING + 1,
            outputs: VecDeque::new(),
            unconsumed: VecDeque::new(),
            partly_consumed: 0,
            read_something: false,
            refusals: 0,
            total: fetch.ids.as_ref().map(IdSet::len),
            doubts: false,
            rows: None,
        })
    }

    /// The same, which does not believe an answer without any of the records that were asked for.
    pub(crate) fn that_doubts(self) -> Self {
        Self { doubts: true, ..self }
    }

    /// Goes on with what an earlier run left.
    pub(crate) fn resume(&mut self, position: Position) -> Result<()> {
        match position {
            Position::Start => {}
            Position::End => self.stage = nothing_left(),
            // What is left was planned before, or is few: ask for it directly.
            Position::Ids { left } => self.stage = cutting(&left, self.id_limit),
            Position::Row { .. } | Position::Writes { .. } | Position::Pull(_) => {
                return Err(Error::validation("checkpoint", "the position is not one of a fetch"));
            }
        }
        Ok(())
    }

    fn url_path(&self, ids: Option<&IdSet>) -> String {
        let (before, behind) = &self.path;
        match ids {
            Some(ids) => format!("{before}/{ids}{behind}"),
            None => format!("{before}{behind}"),
        }
    }

    fn tag(&mut self) -> u64 {
        self.next_tag += 1;
        self.next_tag - 1
    }

    /// Cuts the next chunk off what is left, when nothing planned waits already.
    fn cut(&mut self) {
        match &mut self.stage {
            Stage::Cutting(left) => {
                if let Some(chunk) = left.next() {
                    let tag = self.tag();
                    let chunk =
                        Chunk { tag, ids: Some(chunk), asked: Occasion::First, state: ChunkState::Planned };
                    self.chunks.push_back(chunk);
                }
            }
            Stage::WholeList => {
                self.stage = nothing_left();
                let tag = self.tag();
                self.chunks.push_back(Chunk {
                    tag,
                    ids: None,
                    asked: Occasion::First,
                    state: ChunkState::Planned,
                });
            }
            Stage::ToPlan(_) | Stage::Planning(_) => {}
        }
    }

    fn is_cut(&self) -> bool {
        matches!(&self.stage, Stage::Cutting(left) if left.remaining().is_empty())
    }

    /// Takes the server's plan. Ids that it leaves out do not exist.
    fn take_plan(&mut self, asked: &IdSet, body: &[u8]) -> Result<()> {
        let mut known = IdSet::new();
        let mut chunks = VecDeque::new();
        for uri in read_uris(body)? {
            // An id that is planned twice is read once.
            let ids = common(&planned_ids(&uri)?, asked).difference(&known);
            if ids.is_empty() {
                continue;
            }
            known = known.union(&ids);
            let tag = self.tag();
            chunks.push_back(Chunk {
                tag,
                ids: Some(ids),
                asked: Occasion::Planned,
                state: ChunkState::Planned,
            });
        }
        if known.is_empty() {
            // A plan of nothing is what a gateway answers, too. Their own reads say whether they are there.
            self.stage = cutting(asked, self.id_limit);
            return Ok(());
        }
        let missing = asked.difference(&known);
        if !missing.is_empty() {
            self.put_out(Resources { missing: missing.clone(), requested: missing, ..Resources::empty() });
        }
        self.stage = nothing_left();
        self.chunks = chunks;
        Ok(())
    }

    fn put_out(&mut self, resources: Resources) {
        self.unconsumed.push_back(UnconsumedChunk {
            requested: resources.requested.clone(),
            ids: resources.items.iter().map(|item| item.id.filter(|_| self.listed.names_asked)).collect(),
        });
        self.outputs.push_back(Output::Resources(resources));
    }

    /// Puts out what is answered, in order.
    fn advance(&mut self) {
        while let Some(Chunk { state: ChunkState::Answered(_), .. }) = self.chunks.front() {
            if let Some(Chunk { state: ChunkState::Answered(resources), .. }) = self.chunks.pop_front() {
                self.put_out(*resources);
            }
        }
    }

    fn index(&self, tag: u64) -> Result<usize> {
        self.chunks
            .iter()
            .position(|chunk| chunk.tag == tag)
            .ok_or_else(|| Error::misuse("an answer came for a part of the fetch that was not sent"))
    }

    fn answer_chunk(&mut self, index: usize, resources: Resources) {
        self.chunks[index].state = ChunkState::Answered(Box::new(resources));
        self.advance();
    }

    /// Splits a refused set in two, or settles a single refused id.
    fn refuse(&mut self, index: usize, error: Error, events: &mut Vec<Event>) -> Result<()> {
        self.refusals += 1;
        let Some(ids) = self.chunks[index].ids.clone() else { return Err(error) };
        if !self.read_something && self.refusals > hopeless_after(self.id_limit) {
            // Not one id of them can be read: the reason is not an id.
            return Err(error);
        }
        let Some((lower, upper)) = ids.halves() else {
            let Some(id) = ids.first() else { return Err(error) };
            let refused = vec![Refusal { id, error }];
            self.answer_chunk(index, Resources { requested: ids, refused, ..Resources::empty() });
            return Ok(());
        };
        events.push(Event::Bisecting { resource: self.resource.clone(), ids: ids.len() });
        let (first, second) = (self.tag(), self.tag());
        let asked = self.chunks[index].asked;
        let half = |tag, ids| Chunk { tag, ids: Some(ids), asked, state: ChunkState::Planned };
        self.chunks[index] = half(first, lower);
        self.chunks.insert(index + 1, half(second, upper));
        Ok(())
    }
}

impl Job for FetchJob {
    fn next(&mut self) -> Option<Draft> {
        if !self.outputs.is_empty() {
            return None;
        }
        if let Stage::ToPlan(ids) = &self.stage {
            let ids = ids.clone();
            let path = self.url_path(Some(&ids));
            self.stage = Stage::Planning(ids);
            return Some(Draft::read(PLANNING, Method::Options, path, &self.template, ""));
        }
        if let Some(draft) = self.ask_about_doubts() {
            return Some(draft);
        }
        let out = self.chunks.iter().filter(|chunk| !matches!(chunk.state, ChunkState::Planned)).count();
        if out >= self.ahead {
            return None;
        }
        if !self.chunks.iter().any(|chunk| matches!(chunk.state, ChunkState::Planned)) {
            self.cut();
        }
        let index = self.chunks.iter().position(|chunk| matches!(chunk.state, ChunkState::Planned))?;
        let path = self.url_path(self.chunks[index].ids.as_ref());
        let chunk = &mut self.chunks[index];
        chunk.state = ChunkState::Requested;
        Some(Draft::read(chunk.tag, Method::Get, path, &self.template, self.query.as_str()))
    }

    fn accept(&mut self, tag: u64, response: Response, _events: &mut Vec<Event>) -> Result<(), Unusable> {
        if let (PLANNING, Stage::Planning(ids)) = (tag, &self.stage) {
            let asked = ids.clone();
            return Ok(self.take_plan(&asked, &response.body)?);
        }
        let index = self.index(tag)?;
        if let ChunkState::Asked(_) = self.chunks[index].state {
            return self.take_existence(index, &response.body);
        }
        let found = find_resources(&response.body, self.listed.id_member, self.listed.is_keyed)?;
        check_records(&self.listed, &response.body, &found)?;
        let Found { items, ids, is_silent, is_wrapped: _ } = found;
        if self.listed.is_keyed {
            check_keyed(&items)?;
        }
        if is_silent && self.chunks[index].ids.is_none() && self.listed.empty != Empty::Nothing {
            let message = "the answer has no list; expected one, or HTTP 404 where there is nothing";
            return Err(Error::new(Kind::Protocol, message)
                .quoting(", found ", &response.body)
                .at("response")
                .into());
        }
        self.read_something = true;
        let requested = self.chunks[index].ids.clone().unwrap_or_default();
        let says_ids = self.listed.is_keyed || !self.listed.id_member.is_empty();
        let are_named = self.listed.names_asked && says_ids;
        if are_named && self.listed != Reading::UNLISTED && self.chunks[index].ids.is_some() {
            check_asked(&requested, &items)?;
            if is_silent {
                return Err(lacking(&requested, "and no list of any; expected one, or HTTP 404").into());
            }
        }
        let is_each_one = are_named && self.listed != Reading::UNLISTED && self.path.1.is_empty();
        let items = if is_each_one { once_each(&response.body, items)? } else { items };
        // Where a resource does not say its id, or another one, nothing can be said of what is missing.
        let all_named = self.listed.names_asked && items.iter().all(|item| item.id.is_some());
        let missing = if all_named { requested.difference(&ids) } else { IdSet::new() };
        let is_empty = items.is_empty();
        let resources = Resources { body: response.body, items, requested, missing, refused: Vec::new() };
        if is_empty && self.doubts {
            let chunk = &mut self.chunks[index];
            match Emptiness::of(&self.listed, &resources.requested, chunk.asked) {
                Emptiness::Believed => {}
                Emptiness::Doubted => {
                    chunk.state = ChunkState::Doubted(Box::new(resources));
                    return Ok(());
                }
                Emptiness::Refused(error) => return Err(error.into()),
            }
        }
        // 207 says of itself that only some are there (API notes §3.3).
        let resources = if self.doubts && response.status != 207 {
            self.ask_for_rest(index, resources)
        } else {
            resources
        };
        let resources = self.take_out_cut_short(index, resources)?;
        self.answer_chunk(index, resources);
        Ok(())
    }

    fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()> {
        if let (PLANNING, Stage::Planning(ids)) = (tag, &self.stage) {
            // The plan would only have saved requests, so the fetch goes on without it, also after an outage, which
            // may be of `OPTIONS` alone. But whoever may not ask for the plan may not read the resource either.
            let may_go_on = match error.reach() {
                Reach::Request => error.kind() != Kind::Permission,
                Reach::Service => true,
                Reach::Everything => false,
            };
            if !may_go_on {
                return Err(error);
            }
            self.stage = cutting(ids, self.id_limit);
            return Ok(());
        }
        let index = self.index(tag)?;
        if let ChunkState::Asked(_) = self.chunks[index].state {
            // Where Brightpearl has no plan of the resource after all, what was read says the most that can be known.
            let is_planless = error.status() == Some(405) && !error.errors().is_empty();
            if says_none(&error, &self.resource) || is_planless {
                self.believe(index);
                return Ok(());
            }
            return match error.reach() {
                Reach::Everything => Err(error),
                Reach::Request | Reach::Service => {
                    let asked = self.chunks[index].ids.clone().unwrap_or_default();
                    Err(lacking(
                        &asked,
                        &format!("and OPTIONS could not say whether they are there: {error}"),
                    ))
                }
            };
        }
        match error.status() {
            // Most resources answer 404 when none of the ids exist (API notes §3.3), and an unknown path too.
            Some(404) if says_none(&error, &self.resource) => {
                let Some(requested) = self.chunks[index].ids.clone() else {
                    self.answer_chunk(index, Resources::empty());
                    return Ok(());
                };
                self.read_something = true;
                let is_usual = self.listed.empty != Empty::Nothing || !self.listed.options;
                if self.doubts && !is_usual && !requested.is_empty() {
                    let missing = requested.clone();
                    let resources = Resources { requested, missing, ..Resources::empty() };
                    self.chunks[index].state = ChunkState::Doubted(Box::new(resources));
                    return Ok(());
                }
                let missing = if self.listed.names_asked { requested.clone() } else { IdSet::new() };
                self.answer_chunk(index, Resources { requested, missing, ..Resources::empty() });
                Ok(())
            }
            Some(400) => self.refuse(index, error, events),
            _ => Err(error),
        }
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.is_cut() && self.chunks.is_empty() && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        match items {
            Some(items) => self.partly_consumed = items,
            None => {
                self.unconsumed.pop_front();
                self.partly_consumed = 0;
            }
        }
    }

    fn outlook(&self) -> Outlook {
        let planned =
            self.chunks.iter().filter(|chunk| matches!(chunk.state, ChunkState::Planned)).count() as u64;
        let (uncut, exact) = match &self.stage {
            Stage::ToPlan(ids) => (1 + chunk_count(ids, self.id_limit), false),
            Stage::Planning(ids) => (chunk_count(ids, self.id_limit), false),
            Stage::Cutting(left) => (chunk_count(&left.remaining(), self.id_limit), true),
            Stage::WholeList => (1, true),
        };
        Outlook { requests: planned + uncut, exact, items: self.total }
    }

    fn position(&self) -> Result<Position> {
        if self.is_finished() && self.unconsumed.is_empty() {
            return Ok(Position::End);
        }
        let mut left = match &self.stage {
            Stage::ToPlan(_) | Stage::WholeList => return Ok(Position::Start),
            Stage::Planning(ids) => ids.clone(),
            Stage::Cutting(left) => left.remaining(),
        };
        for chunk in &self.chunks {
            let Some(ids) = &chunk.ids else { return Ok(Position::Start) };
            left = left.union(ids);
        }
        for (index, output) in self.unconsumed.iter().enumerate() {
            let consumed = if index == 0 { self.partly_consumed } else { 0 };
            let done = IdSet::from_ids(output.ids.iter().take(consumed).copied().flatten())?;
            left = left.union(&output.requested.difference(&done));
        }
        Ok(Position::Ids { left })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Plan;

    #[test]
    fn a_fetch_goes_on_without_a_plan_unless_nothing_gets_through_or_it_is_forbidden() {
        for kind in Kind::ALL {
            let ids = IdSet::from_ids([1, 2, 900]).unwrap();
            let fetch = Fetch { plan: Plan::Always, ..Fetch::new("order-service/order", ids) };
            let mut job = FetchJob::new(&fetch, 1).unwrap();
            assert_eq!(job.next().map(|draft| (draft.tag, draft.method)), Some((PLANNING, Method::Options)));
            let error = Error::new(kind, "it did not work");
            let goes_on = job.reject(PLANNING, error.clone(), &mut Vec::new()).is_ok();
            assert_eq!(goes_on, error.reach() != Reach::Everything && kind != Kind::Permission, "{kind}");
            assert!(!goes_on || job.next().is_some_and(|draft| draft.method == Method::Get), "{kind}");
        }
    }
}
