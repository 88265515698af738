//! Pulls under misfortune: others change the account meanwhile, and some of what they do shows late.

use std::collections::{BTreeMap, BTreeSet};

use brightpearl_core::Method;
use brightpearl_core::operation::{Deletes, Pull, PullResource};
use brightpearl_emulator::{Emulator, FaultPlan};
use serde_json::{Value, json};

use crate::between::Between;
use crate::draw::Draw;
use crate::host::{Host, client};
use crate::network::Network;
use crate::trace::Trace;
use crate::weather;
use crate::{Bug, START};

/// Runs before those in fair weather.
const STORMY_RUNS: u64 = 6;

/// How far behind its own time a change may show, in milliseconds. The overlap is longer.
const LATE_MS: u64 = 240_000;
const OVERLAP_MS: u64 = 300_000;

/// What is pulled: the name, where one record is read, and where they are searched.
const RESOURCES: [(&str, &str, &str); 3] = [
    ("order", "order-service/order", "order-service/order-search?columns=orderId"),
    ("contact", "contact-service/contact", "contact-service/contact-search?columns=contactId"),
    ("product", "product-service/product", "product-service/product-search?columns=productId"),
];

/// What can be deleted, and tells by its ids alone what is new; it is pulled in some seeds.
const DELETABLE: (&str, &str, &str) =
    ("option", "product-service/option", "product-service/option-search?columns=id");

/// Carries a seed out, and says what is wrong with what came of it.
///
/// # Errors
/// The broken promise, in words.
pub(crate) fn run(seed: u64, bug: Option<Bug>, trace: &mut Trace) -> Result<(), String> {
    let mut account = weather::account(seed);
    account.faults.bad_ids = weather::spoilt(&mut Draw::new(seed, 5));
    let neighbours = weather::has_neighbours(&account);
    let emulator = Emulator::new(account).expect("an account");
    let mut network = Network::new(emulator, START, Draw::new(seed, 3));
    let mut draw = Draw::new(seed, 2);
    network.unsent = *draw.pick(&[0, 0, 20, 100]);
    network.echoed = *draw.pick(&[0, 0, 30]);
    network.between = Between::of(seed);
    let mut others = Others::new(seed, &mut network);
    let mut copy = Replica::default();
    let mut state = None;
    let mut deaths = 0;
    let in_flight = draw.between(1, 3);
    for attempt in 0.. {
        let is_last = attempt >= STORMY_RUNS;
        // What changes behind the back of a first sweep is for the pull after it.
        let goes_on = attempt < STORMY_RUNS || is_amid_first_sweep(state.as_deref());
        if is_last {
            network.emulator.set_faults(FaultPlan::default()).expect("no faults are a plan");
            network.clear_up();
        }
        let mut resources: Vec<PullResource> = RESOURCES
            .iter()
            .map(|(name, ..)| PullResource { priority: draw.below(3) as i32, ..PullResource::of(*name) })
            .collect();
        resources.rotate_left(draw.below(3) as usize);
        if others.delete {
            let deletes = Some(Deletes { most_percent: 100 });
            resources.insert(1, PullResource { deletes, ..PullResource::of(DELETABLE.0) });
        }
        let overlap_ms = if bug == Some(Bug::NoOverlap) { 0 } else { OVERLAP_MS };
        let pull = Pull { resources, state: state.clone(), overlap_ms };
        let call = client(&network, seed ^ attempt, in_flight).pull(pull);
        let call = call.map_err(|error| format!("the pull was not begun: {error}"))?;
        trace.note(network.now, || format!("run {attempt}"));
        let mut host = Host {
            network: &mut network,
            draw: &mut draw,
            trace,
            journal: &mut String::new(),
            crashes: if is_last { 0 } else { 15 },
            full_disk: 0,
            meanwhile: &mut |network, trace| {
                if !is_last {
                    others.act(network, trace);
                }
                Ok(())
            },
        };
        let run = host.drive(call, &[])?;
        if is_last && let Some(error) = &run.error {
            return Err(format!("in fair weather, the pull ended with {error}"));
        }
        state = run.checkpoint.or(state);
        copy.take(&run.records, run.covered);
        deaths += u64::from(run.has_crashed || run.error.is_some());
        network.pass_until(network.now + *draw.pick(&[0, 1_000, 60_000, 3_600_000]));
        if !goes_on {
            break;
        }
    }
    let throttled = network.emulator.statistics().throttled;
    if !neighbours && throttled > (deaths + STORMY_RUNS) * in_flight {
        return Err(format!("the cap was tripped {throttled} times, with {deaths} restarts"));
    }
    copy.check(&mut network, others.delete)
}

/// Whether a pull ended before it had everything once of each resource.
fn is_amid_first_sweep(state: Option<&str>) -> bool {
    let state: Value = state.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let standings = state["position"]["pull"].as_object();
    standings.is_some_and(|standings| standings.values().any(|standing| standing.get("first").is_some()))
}

/// Those who work in the account.
struct Others {
    draw: Draw,
    /// Ids of what there is to change, by resource.
    ids: BTreeMap<&'static str, Vec<u64>>,
    customer: u64,
    count: u64,
    /// Whether they delete something now and then.
    delete: bool,
    /// When each record was last changed: a later change never bears an earlier time.
    latest: BTreeMap<(&'static str, u64), u64>,
}

impl Others {
    fn new(seed: u64, network: &mut Network) -> Self {
        let mut ids = BTreeMap::new();
        for (name, _, search) in RESOURCES {
            ids.insert(name, all(network, search));
        }
        let customers = all(network, "contact-service/contact-search?isCustomer=true&columns=contactId");
        let delete = Draw::new(seed, 9).happens(300);
        let mut others = Self {
            draw: Draw::new(seed, 4),
            ids,
            customer: customers[0],
            count: 0,
            delete,
            latest: BTreeMap::new(),
        };
        for _ in 0..if delete { 4 } else { 0 } {
            others.add_option(network);
        }
        others
    }

    /// Now and then changes something, at a time that may lie behind.
    fn act(&mut self, network: &mut Network, trace: &mut Trace) {
        if !self.draw.happens(60) {
            return;
        }
        let late = if self.draw.happens(300) { self.draw.below(LATE_MS) } else { 0 };
        // Brightpearl keeps whole seconds, so that several changes may bear one time.
        let at = (network.now - late) / 1_000 * 1_000;
        self.count += 1;
        if self.delete && self.draw.happens(400) {
            return self.add_or_delete(network, trace);
        }
        let text = format!("change {}", self.count);
        let (resource, method, body) = match self.draw.below(5) {
            0 => return self.sell(network, at, trace),
            1 | 2 => {
                ("order", Method::Patch, json!([{"op": "replace", "path": "/reference", "value": text}]))
            }
            3 => ("contact", Method::Patch, json!([{"op": "replace", "path": "/firstName", "value": text}])),
            _ => {
                let channel = json!({"salesChannelName": "Brightpearl", "productName": text});
                ("product", Method::Put, json!({"salesChannels": [channel]}))
            }
        };
        let Some(id) = self.one_of(resource) else { return };
        // What was there at first had changed by then.
        let latest = self.latest.entry((resource, id)).or_insert(START);
        // What shows late was at least begun behind the change before it; only what shows at once may share its second.
        let at = if late > 0 { at.max(*latest + 1_000) } else { at.max(*latest) };
        *latest = at;
        let path = format!("{resource}-service/{resource}/{id}");
        trace.note(network.now, || format!("others: {method} {path} at {at}: {body}"));
        network.act(method, &path, &body.to_string(), at);
    }

    fn sell(&mut self, network: &mut Network, at: u64, trace: &mut Trace) {
        let row = json!({"name": "Something", "quantity": 1, "net": "1.00", "tax": "0.00", "taxCode": "T20"});
        let body =
            json!({"customer": {"id": self.customer}, "ref": format!("sold {}", self.count), "rows": [row]});
        let created = network.act(Method::Post, "order-service/sales-order", &body.to_string(), at);
        trace.note(network.now, || format!("others: sold {created} at {at}"));
        if let Some(id) = created.as_u64() {
            self.ids.entry("order").or_default().push(id);
            self.latest.insert(("order", id), at);
        }
    }

    fn add_or_delete(&mut self, network: &mut Network, trace: &mut Trace) {
        let gone = if self.draw.happens(500) { self.one_of(DELETABLE.0) } else { None };
        let Some(id) = gone else { return self.add_option(network) };
        trace.note(network.now, || format!("others: option {id} is deleted"));
        network.act(Method::Delete, &format!("{}/{id}", DELETABLE.1), "", network.now);
        self.ids.entry(DELETABLE.0).or_default().retain(|other| *other != id);
    }

    fn add_option(&mut self, network: &mut Network) {
        let body = json!({"name": format!("option {}", self.count)});
        self.count += 1;
        let created = network.act(Method::Post, DELETABLE.1, &body.to_string(), network.now);
        self.ids.entry(DELETABLE.0).or_default().extend(created.as_u64());
    }

    fn one_of(&mut self, resource: &'static str) -> Option<u64> {
        let ids = self.ids.get(resource).filter(|ids| !ids.is_empty())?;
        Some(*self.draw.pick(ids))
    }
}

fn all(network: &mut Network, search: &str) -> Vec<u64> {
    let found = network.look(search);
    let rows = found["results"].as_array().cloned().unwrap_or_default();
    // Rows that a fault has repeated stay so until something is written.
    let ids: BTreeSet<u64> = rows.iter().filter_map(|row| row[0].as_u64()).collect();
    ids.into_iter().collect()
}

/// What whoever pulls has of the account.
#[derive(Default)]
struct Replica {
    /// Of each record what came last, or why it could not be read.
    records: BTreeMap<(String, u64), Option<String>>,
    /// What the state says was handed out: of nothing else can it be told that it is gone.
    covered: BTreeSet<(String, u64)>,
}

impl Replica {
    fn take(&mut self, batches: &[brightpearl_core::flow::Records], covered: usize) {
        for (number, batch) in batches.iter().enumerate() {
            for record in &batch.records {
                let Some(id) = record.id else { continue };
                let key = (batch.resource.clone(), id);
                if record.deleted {
                    self.records.remove(&key);
                    self.covered.remove(&key);
                    continue;
                }
                let json = record.record.as_ref().map(|json| json.get().to_owned());
                if json.is_none() && record.failures.is_empty() {
                    continue;
                }
                if number < covered && json.is_some() {
                    self.covered.insert(key.clone());
                }
                self.records.insert(key, json);
            }
        }
    }

    /// It is what the account is.
    fn check(&self, network: &mut Network, has_deletable: bool) -> Result<(), String> {
        for (name, path, search) in RESOURCES.into_iter().chain([DELETABLE]) {
            let ids = all(network, search);
            let mut had = self.covered.iter().filter(|(resource, _)| resource == name).map(|(_, id)| *id);
            if let Some(id) = had.find(|id| !ids.contains(id)) {
                return Err(format!("{name} {id} is gone, and that was not told"));
            }
            if name == DELETABLE.0 && !has_deletable {
                continue;
            }
            if ids.is_empty() {
                continue;
            }
            let listed: Vec<String> = ids.iter().map(u64::to_string).collect();
            let there = network.look(&format!("{path}/{}", listed.join(",")));
            for record in there.as_array().cloned().unwrap_or_default() {
                let id = record["id"].as_u64().or(record["contactId"].as_u64()).unwrap_or_default();
                let Some(pulled) = self.records.get(&(name.to_owned(), id)) else {
                    return Err(format!("{name} {id} was never pulled: {record}"));
                };
                // That it could not be read was told.
                let Some(pulled) = pulled else { continue };
                let pulled: Value = serde_json::from_str(pulled).map_err(|error| error.to_string())?;
                if pulled != record {
                    return Err(format!("{name} {id} is {record}, and was pulled last as {pulled}"));
                }
            }
        }
        Ok(())
    }
}
