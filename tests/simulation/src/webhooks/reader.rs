//! The host's worker: it reads what notifications ask for, pulls what they missed, and may die at any moment.

use std::collections::{BTreeMap, BTreeSet};

use brightpearl_core::IdSet;
use brightpearl_core::operation::{Deletes, Fetch, Pull, PullResource};
use brightpearl_core::webhook::{CoalescedNotifications, Notification, NotifiedRead, coalesce};
use serde_json::Value;

use super::clerks::Observed;
use super::{ACCOUNT, Place, Weather};
use crate::Bug;
use crate::draw::Draw;
use crate::host::{Host, Run, client};
use crate::network::Network;
use crate::trace::Trace;

/// Likelihood in a thousand that it dies at a step.
const CRASHES: u64 = 12;

/// The longest that a replica lags: what is missing for longer is gone.
const LONGEST_LAG_MS: u64 = 60_000;

/// More tries than anything needs once the weather is fair.
const MOST_TRIES: u32 = 6;

/// The worker, and what is on its disk.
pub(crate) struct Reader {
    draw: Draw,
    seed: u64,
    bug: Option<Bug>,
    /// What it has of the account.
    records: BTreeMap<(Observed, u64), Value>,
    /// Where the next pull begins.
    state: Option<String>,
    /// The notes that pulls have handed out: of no others they tell that they are gone.
    pulled: BTreeSet<u64>,
    /// When the last read of each record began that came to its end.
    read: BTreeMap<(Observed, u64), u64>,
    /// Notifications whose records were read.
    handled: BTreeSet<String>,
    /// What a read has missed, though nobody tells that it is gone.
    missed: BTreeSet<(Observed, u64)>,
    /// How many calls it has made.
    calls: u64,
}

/// What a fetch brought: each id with its record, or null where there is none.
type Found = BTreeMap<u64, Value>;

/// What has happened to whoever worked.
enum Fortune<T> {
    Done(T),
    /// It ended with an error, and is to be tried again.
    Failed,
    Died,
}

impl Reader {
    pub(crate) fn new(draw: Draw, seed: u64, bug: Option<Bug>) -> Self {
        Self {
            draw,
            seed,
            bug,
            records: BTreeMap::new(),
            state: None,
            pulled: BTreeSet::new(),
            read: BTreeMap::new(),
            handled: BTreeSet::new(),
            missed: BTreeSet::new(),
            calls: 0,
        }
    }

    /// Whether a read of this record has begun at that time or later, and came to its end.
    pub(crate) fn has_read_since(&self, kind: Observed, id: u64, since: u64) -> bool {
        self.read.get(&(kind, id)).is_some_and(|began| *began >= since)
    }

    /// What it has of a record; null where it has none.
    pub(crate) fn copy(&self, kind: Observed, id: u64) -> Value {
        self.records.get(&(kind, id)).cloned().unwrap_or_default()
    }

    /// The ids of the records that it has.
    pub(crate) fn ids(&self, kind: Observed) -> BTreeSet<u64> {
        self.records.keys().filter(|(own, _)| *own == kind).map(|(_, id)| *id).collect()
    }

    /// Reads what the notifications on the disk ask for.
    ///
    /// # Errors
    /// A promise that was broken meanwhile.
    pub(crate) fn read(
        &mut self,
        network: &mut Network,
        place: &mut Place,
        trace: &mut Trace,
        weather: Weather,
    ) -> Result<(), String> {
        for _ in 0..MOST_TRIES {
            self.read_burst(network, place, trace, weather)?;
            place.office.tidy();
            if weather == Weather::Storm || place.office.stored().is_empty() {
                break;
            }
            network.pass_until(network.now + LONGEST_LAG_MS);
        }
        Ok(())
    }

    fn read_burst(
        &mut self,
        network: &mut Network,
        place: &mut Place,
        trace: &mut Trace,
        weather: Weather,
    ) -> Result<(), String> {
        let stored = place.office.stored();
        let known = match self.bug {
            Some(Bug::NoDeduplication) => BTreeSet::new(),
            _ => place.office.settled().clone(),
        };
        let coalesced = match self.bug {
            Some(Bug::OneReadEach) => one_each(&stored, &known),
            _ => coalesce(&stored, &known),
        };
        check_reads(&stored, place.office.settled(), &coalesced)?;
        let mut orders = BTreeSet::new();
        let mut fetched = BTreeSet::new();
        for read in coalesced.reads.iter().filter(|read| read.account == ACCOUNT) {
            let kind =
                Observed::of(read.read.resource).ok_or_else(|| format!("{read:?} is nothing known"))?;
            if self.bug == Some(Bug::SettledBeforeRead) {
                place.office.settle(&read.keys);
            }
            let began = network.now;
            let found = match self.fetch(read.read.path, &read.ids, network, place, trace, weather)? {
                Fortune::Done(found) => found,
                Fortune::Failed => continue,
                Fortune::Died => return Ok(()),
            };
            fetched.extend(read.ids.iter().map(|id| (kind, id)));
            if read.read.then.is_some() {
                for (id, note) in &found {
                    let before = self.copy(kind, *id);
                    orders.extend([note, &before].iter().filter_map(|note| note["orderId"].as_u64()));
                }
            }
            if self.is_doubtful(kind, &found, began, read) {
                trace.note(network.now, || format!("{kind:?}: what was told of is not there, or not yet"));
                continue;
            }
            self.apply(kind, found, began, read);
            if weather == Weather::Storm && self.draw.happens(CRASHES) {
                trace.note(network.now, || "the host dies before it notes that it has read".to_owned());
                return Ok(());
            }
            for key in &read.keys {
                if !self.handled.insert(key.clone()) {
                    return Err(format!("{key} was handled twice"));
                }
            }
            place.office.settle(&read.keys);
        }
        // What changed along with a note.
        orders.retain(|order| *order != 0 && !fetched.contains(&(Observed::Order, *order)));
        if orders.is_empty() {
            return Ok(());
        }
        let ids = IdSet::from_ids(orders).map_err(|error| error.to_string())?;
        let began = network.now;
        if let Fortune::Done(found) =
            self.fetch("order-service/order", &ids, network, place, trace, weather)?
        {
            for (id, record) in found.into_iter().filter(|(_, record)| !record.is_null()) {
                self.put(Observed::Order, id, record);
                self.read.insert((Observed::Order, id), began);
            }
        }
        Ok(())
    }

    /// Whether something is missing that nobody tells to be gone. A replica that lags has not what was just created, and
    /// what answers in Brightpearl's place has nothing: it is read again before it is believed.
    fn is_doubtful(&mut self, kind: Observed, found: &Found, began: u64, read: &NotifiedRead) -> bool {
        let is_fresh = began < read.last_raised_ms + LONGEST_LAG_MS;
        let mut is_doubtful = false;
        for (id, record) in found {
            if !record.is_null() {
                self.missed.remove(&(kind, *id));
            } else if !read.destroyed.contains(*id) {
                let is_first = self.missed.insert((kind, *id));
                is_doubtful |= is_first || is_fresh;
            }
        }
        is_doubtful
    }

    fn apply(&mut self, kind: Observed, found: Found, began: u64, read: &NotifiedRead) {
        for (id, record) in found {
            let is_told_gone = record.is_null() && read.destroyed.contains(id);
            if !(is_told_gone && self.bug == Some(Bug::DestroyedIsAnUpdate)) {
                self.put(kind, id, record);
            }
            self.read.insert((kind, id), began);
        }
    }

    fn put(&mut self, kind: Observed, id: u64, record: Value) {
        if record.is_null() {
            self.records.remove(&(kind, id));
        } else {
            self.records.insert((kind, id), record);
        }
    }

    fn fetch(
        &mut self,
        path: &str,
        ids: &IdSet,
        network: &mut Network,
        place: &mut Place,
        trace: &mut Trace,
        weather: Weather,
    ) -> Result<Fortune<Found>, String> {
        self.calls += 1;
        let call = client(network, self.seed ^ self.calls, 1).fetch(Fetch::new(path, ids.clone()));
        let call = call.map_err(|error| format!("the fetch was not begun: {error}"))?;
        // A host that has died does not know how much of the cap it has used.
        let throttled = network.emulator.statistics().throttled;
        let run = self.drive(call, network, place, trace, weather)?;
        let answered = run.sent.saturating_sub(network.emulator.statistics().throttled - throttled);
        if run.has_crashed {
            return Ok(Fortune::Died);
        }
        if let Some(error) = run.error {
            if weather == Weather::Fair {
                return Err(format!("in fair weather, a read ended with {error}"));
            }
            return Ok(Fortune::Failed);
        }
        let mut found: Found = ids.iter().map(|id| (id, Value::Null)).collect();
        for part in &run.resources {
            if let Some(refused) = part.refused.first() {
                if weather == Weather::Storm {
                    return Ok(Fortune::Failed);
                }
                return Err(format!("{path}/{} was refused: {}", refused.id, refused.error));
            }
            for (place, item) in part.items.iter().enumerate() {
                let json = part.json(place).and_then(|json| serde_json::from_slice(json).ok());
                let (Some(id), Some(json)) = (item.id, json) else {
                    return Err(format!("{path}: a record without an id, or invalid JSON"));
                };
                found.insert(id, json);
            }
        }
        if weather == Weather::Fair && answered > 1 && found.values().all(|record| !record.is_null()) {
            return Err(format!("{path}/{ids} took {answered} requests where one is enough"));
        }
        Ok(Fortune::Done(found))
    }

    /// Pulls what changed since the last time, and what is gone.
    ///
    /// # Errors
    /// A promise that was broken meanwhile.
    pub(crate) fn pull(
        &mut self,
        network: &mut Network,
        place: &mut Place,
        trace: &mut Trace,
        weather: Weather,
    ) -> Result<(), String> {
        // What changes behind the back of a first sweep is for the pull after it.
        let pulls = if weather == Weather::Fair { 2 } else { 1 };
        for _ in 0..pulls {
            self.calls += 1;
            let deletes = Some(Deletes { most_percent: 100 });
            let resources = vec![
                PullResource::of("order"),
                PullResource::of("product"),
                PullResource { deletes, ..PullResource::of("goods-out-note") },
            ];
            let pull = Pull { resources, state: self.state.clone(), overlap_ms: 300_000 };
            let call = client(network, self.seed ^ self.calls, 1).pull(pull);
            let call = call.map_err(|error| format!("the pull was not begun: {error}"))?;
            let run = self.drive(call, network, place, trace, weather)?;
            if let Some(error) = run.error.as_ref().filter(|_| weather == Weather::Fair) {
                return Err(format!("in fair weather, the pull ended with {error}"));
            }
            for (number, batch) in run.records.iter().enumerate() {
                let Some(kind) = Observed::of(&batch.resource) else { continue };
                for record in &batch.records {
                    let Some(id) = record.id else { continue };
                    let json = record.record.as_ref().and_then(|json| serde_json::from_str(json.get()).ok());
                    if record.deleted {
                        self.put(kind, id, Value::Null);
                    } else if let Some(json) = json {
                        self.put(kind, id, json);
                        if kind == Observed::Note && number < run.covered {
                            self.pulled.insert(id);
                        }
                    }
                }
            }
            self.state = run.checkpoint.or(self.state.take());
            if run.has_crashed || run.error.is_some() {
                return Ok(());
            }
        }
        self.read_unpulled(network, place, trace, weather)
    }

    /// Reads the notes again that notifications alone have brought.
    fn read_unpulled(
        &mut self,
        network: &mut Network,
        place: &mut Place,
        trace: &mut Trace,
        weather: Weather,
    ) -> Result<(), String> {
        let unpulled = self.ids(Observed::Note).into_iter().filter(|id| !self.pulled.contains(id));
        let ids = IdSet::from_ids(unpulled).map_err(|error| error.to_string())?;
        if ids.is_empty() {
            return Ok(());
        }
        let path = "warehouse-service/order/*/goods-note/goods-out";
        if let Fortune::Done(found) = self.fetch(path, &ids, network, place, trace, weather)? {
            for (id, record) in found {
                self.put(Observed::Note, id, record);
            }
        }
        Ok(())
    }

    fn drive(
        &mut self,
        call: brightpearl_core::Call,
        network: &mut Network,
        place: &mut Place,
        trace: &mut Trace,
        weather: Weather,
    ) -> Result<Run, String> {
        let is_fair = weather == Weather::Fair;
        let mut host = Host {
            network,
            draw: &mut self.draw,
            trace,
            journal: &mut String::new(),
            crashes: if is_fair { 0 } else { CRASHES },
            full_disk: 0,
            meanwhile: &mut |network, trace| if is_fair { Ok(()) } else { place.act(network, trace) },
        };
        host.drive(call, &[])
    }
}

/// Each notification by itself, as whoever does not put them together reads them.
fn one_each(stored: &[Notification], settled: &BTreeSet<String>) -> CoalescedNotifications {
    let mut all = CoalescedNotifications::default();
    for notification in stored {
        let CoalescedNotifications { reads, unreadable, duplicates } =
            coalesce(std::slice::from_ref(notification), settled);
        all.reads.extend(reads);
        all.unreadable.extend(unreadable);
        all.duplicates.extend(duplicates);
    }
    all
}

/// The reads are what the notifications come to, worked out anew: one of each resource, each id once, and what was
/// destroyed told apart.
fn check_reads(
    stored: &[Notification],
    settled: &BTreeSet<String>,
    coalesced: &CoalescedNotifications,
) -> Result<(), String> {
    let open = || stored.iter().filter(|one| one.account == ACCOUNT && !settled.contains(&one.key));
    let kind_of = |one: &Notification| match (one.resource_type.as_str(), one.event.as_str()) {
        (_, "product.modified.on-hand-modified") => Some(Observed::Availability),
        ("sales-order", _) => Some(Observed::Order),
        (name, _) => Observed::of(name),
    };
    let mut read = BTreeSet::new();
    for own in coalesced.reads.iter().filter(|read| read.account == ACCOUNT) {
        let kind = Observed::of(own.read.resource).ok_or_else(|| format!("{own:?} is nothing known"))?;
        if !read.insert(kind) {
            return Err(format!("{kind:?} is read more than once for one burst"));
        }
        if let Some(key) = own.keys.iter().find(|key| settled.contains(*key)) {
            return Err(format!("{key} is read again, and was handled before"));
        }
        let of_kind = || open().filter(|one| kind_of(one) == Some(kind));
        let ids: BTreeSet<u64> = of_kind().flat_map(|one| one.ids.iter()).collect();
        let gone = of_kind().filter(|one| one.event.contains(".destroyed"));
        let destroyed: BTreeSet<u64> = gone.flat_map(|one| one.ids.iter()).collect();
        if !own.ids.iter().eq(ids) || !own.destroyed.iter().eq(destroyed) {
            return Err(format!("{kind:?}: {} are read, destroyed are {}", own.ids, own.destroyed));
        }
        let first = of_kind().map(|one| one.raised_ms).min();
        if first != Some(own.first_raised_ms) {
            return Err(format!("{kind:?}: the first was raised at {first:?}, not {}", own.first_raised_ms));
        }
    }
    match open().find(|one| kind_of(one).is_none_or(|kind| !read.contains(&kind))) {
        Some(left) => Err(format!("nothing is read for {}", left.key)),
        None => Ok(()),
    }
}
