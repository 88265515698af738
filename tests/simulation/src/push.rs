//! Pushes under misfortune: orders of a shop, and corrections that nothing can be told by.

use std::collections::{BTreeMap, BTreeSet};

use brightpearl_core::Method;
use brightpearl_core::flow::{Outcome, State};
use brightpearl_core::operation::Push;
use brightpearl_emulator::{Config, Emulator, FaultPlan};
use serde_json::{Value, json};

use crate::draw::Draw;
use crate::host::{Host, Run, client};
use crate::network::Network;
use crate::trace::Trace;
use crate::weather;
use crate::{Bug, START};

/// Orders of a shop, in a flat shape of its own.
const ORDERS: &str = include_str!("orders.json");
/// Contacts that are changed again and again.
const CONTACTS: &str = include_str!("contacts.json");
/// Corrections of the stock, without a key.
const CORRECTIONS: &str = include_str!("corrections.json");

/// Runs before the last, in which the weather is fair and nobody dies.
const STORMY_RUNS: u64 = 5;

/// One seed's push, from the records to the verdict.
pub(crate) struct Pushing<'t> {
    network: Network,
    draw: Draw,
    trace: &'t mut Trace,
    seed: u64,
    bug: Option<Bug>,
    in_flight: u64,
    window: usize,
    deaths: u32,
    /// Whether nothing went wrong in the last run.
    is_fair: bool,
    neighbours: bool,
    products: Vec<Product>,
}

/// A product of the account.
#[derive(Clone)]
struct Product {
    sku: String,
    id: u64,
    is_tracked: bool,
}

/// Carries a seed out, and says what is wrong with what came of it.
///
/// # Errors
/// The broken promise, in words.
pub(crate) fn run(seed: u64, bug: Option<Bug>, trace: &mut Trace) -> Result<(), String> {
    let account = weather::account(seed);
    let mut pushing = Pushing::new(seed, account, bug, trace);
    match pushing.draw.below(4) {
        0 => pushing.corrections(),
        1 => pushing.contacts(),
        _ => pushing.orders(),
    }
}

impl<'t> Pushing<'t> {
    fn new(seed: u64, account: Config, bug: Option<Bug>, trace: &'t mut Trace) -> Self {
        let neighbours = weather::has_neighbours(&account);
        let emulator = Emulator::new(account).expect("an account");
        let mut draw = Draw::new(seed, 2);
        let mut network = Network::new(emulator, START, Draw::new(seed, 3));
        network.unsent = *draw.pick(&[0, 0, 20, 100]);
        network.held = *draw.pick(&[0, 0, 30, 150]);
        network.denies_sending = bug == Some(Bug::LostIsTakenForUnsent);
        let found = network.look("product-service/product-search?columns=productId,SKU,stockTracked");
        let rows = found["results"].as_array().cloned().unwrap_or_default();
        let product = |row: &Value| {
            let sku = row[1].as_str().filter(|sku| !sku.is_empty())?;
            Some(Product { sku: sku.to_owned(), id: row[0].as_u64()?, is_tracked: row[2] == true })
        };
        let products = rows.iter().filter_map(product).collect();
        let in_flight = draw.between(1, 3);
        let window = *draw.pick(&[1, 3, 10, 200]);
        Self {
            network,
            draw,
            trace,
            seed,
            bug,
            in_flight,
            window,
            deaths: 0,
            is_fair: false,
            neighbours,
            products,
        }
    }

    /// Pushes until the last record has its outcome: in bad weather with crashes, at last in fair weather.
    fn push(&mut self, mapping: &str, records: &[Vec<u8>]) -> Result<Run, String> {
        let mut journal = String::new();
        for attempt in 0..=STORMY_RUNS {
            let is_last = attempt == STORMY_RUNS;
            self.is_fair = is_last;
            if is_last {
                self.clear_up();
            }
            if self.bug == Some(Bug::NoJournal) {
                journal.clear();
            }
            let push = Push {
                journal: Some(journal.clone()),
                window: self.window,
                ..Push::writing(mapping).expect("a mapping")
            };
            let call = client(&self.network, self.seed ^ attempt, self.in_flight).push(push);
            let call = call.map_err(|error| format!("the push was not begun: {error}\n{journal}"))?;
            self.trace.note(self.network.now, || format!("run {attempt}"));
            let mut host = Host {
                network: &mut self.network,
                draw: &mut self.draw,
                trace: self.trace,
                journal: &mut journal,
                crashes: if is_last { 0 } else { 12 },
                meanwhile: &mut |_, _| {},
            };
            let run = host.drive(call, records)?;
            if !run.has_crashed && run.error.is_none() {
                check_counts(&run, records.len())?;
            }
            if is_last && let Some(error) = &run.error {
                return Err(format!("in fair weather, the push ended with {error}"));
            }
            let has_ended = !run.has_crashed && run.error.is_none();
            if is_last || (has_ended && self.draw.happens(500)) {
                self.check_pool()?;
                return Ok(run);
            }
            self.deaths += 1;
            self.network.pass_until(self.network.now + *self.draw.pick(&[0, 50, 3_000, 90_000]));
        }
        Err("there was no last run".to_owned())
    }

    /// From here on nothing goes wrong; what was held arrives first.
    fn clear_up(&mut self) {
        self.network.emulator.set_faults(FaultPlan::default()).expect("no faults are a plan");
        self.network.unsent = 0;
        self.network.held = 0;
        self.network.pass_until(self.network.now + 120_000);
    }

    /// A sole user never trips the cap, but for what a new process cannot know of the one before it.
    fn check_pool(&self) -> Result<(), String> {
        let throttled = self.network.emulator.statistics().throttled;
        let excused = u64::from(self.deaths) * self.in_flight;
        if !self.neighbours && throttled > excused {
            return Err(format!("the cap was tripped {throttled} times, with {} restarts", self.deaths));
        }
        Ok(())
    }

    fn orders(&mut self) -> Result<(), String> {
        let records = self.order_records();
        let bytes: Vec<Vec<u8>> = records.iter().map(|record| record.to_string().into_bytes()).collect();
        let run = self.push(ORDERS, &bytes)?;
        self.network.pass_until(self.network.now + 60_000);
        let mut by_key: BTreeMap<&str, Vec<(&Value, &Outcome)>> = BTreeMap::new();
        let mut outcomes: Vec<&Outcome> = run.outcomes.iter().collect();
        outcomes.sort_by_key(|outcome| outcome.record);
        for (record, outcome) in records.iter().zip(&outcomes) {
            by_key.entry(record["number"].as_str().unwrap_or_default()).or_default().push((record, outcome));
        }
        for (key, ends) in by_key {
            self.check_order(key, &ends)?;
        }
        let buyers: BTreeSet<&str> = records.iter().filter_map(|record| record["email"].as_str()).collect();
        for buyer in buyers {
            let found = self.network.look(&format!("contact-service/contact-search?primaryEmail={buyer}"));
            let count = found["metaData"]["resultsAvailable"].as_u64().unwrap_or_default();
            if count > 1 {
                return Err(format!("{buyer} is {count} contacts"));
            }
        }
        Ok(())
    }

    /// Orders: some of one number, some wrong, some there already.
    fn order_records(&mut self) -> Vec<Value> {
        let count = self.draw.between(1, 24);
        let mut records = Vec::new();
        for number in 0..count {
            let number = if self.draw.happens(150) { self.draw.below(number + 1) } else { number };
            let sku = self.draw.pick(&self.products).sku.clone();
            let (sku, quantity) = match self.draw.below(20) {
                0 => ("NO-SUCH".to_owned(), json!(1)),
                1 => (sku, json!("a few")),
                _ => (sku, json!(self.draw.between(1, 9))),
            };
            records.push(json!({
                "number": format!("S-{number}"), "email": format!("b{}@example.com", self.draw.below(6)),
                "test": self.draw.happens(50), "warehouse": self.draw.between(2, 4),
                "lines": [{"sku": sku, "qty": quantity, "price": "4.50"}],
            }));
        }
        records
    }

    /// An order is there once, as the record has it that was written, or not at all if every record of it was refused.
    fn check_order(&mut self, key: &str, ends: &[(&Value, &Outcome)]) -> Result<(), String> {
        let search = format!("order-service/order-search?customerRef={key}&columns=orderId,warehouseId");
        let found = self.network.look(&search);
        let rows = found["results"].as_array().cloned().unwrap_or_default();
        let states: Vec<State> = ends.iter().map(|(_, outcome)| outcome.state).collect();
        let is_there = |state: &State| matches!(state, State::Created | State::Updated | State::Unchanged);
        let told = format!("{key} ended as {states:?}, and is there as {}", found["results"]);
        if rows.len() > 1 {
            return Err(format!("an order was doubled: {told}"));
        }
        if states.contains(&State::MaybeApplied) {
            if !self.is_fair {
                return Ok(());
            }
            return Err(format!("what has a key stayed in doubt in fair weather: {told}"));
        }
        let last = ends.iter().rev().find(|(_, outcome)| is_there(&outcome.state));
        match (last, rows.first()) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(format!("an order is there that was refused: {told}")),
            (Some(_), None) => Err(format!("an order was lost: {told}")),
            (Some((record, outcome)), Some(row)) => {
                if outcome.id != row[0].as_u64() {
                    return Err(format!("another id was told, {:?}: {told}", outcome.id));
                }
                if record["warehouse"] != row[1] {
                    return Err(format!("what was written is not what is there, {record}: {told}"));
                }
                Ok(())
            }
        }
    }

    /// Contacts, most of them several times, and each as its newest record has it.
    fn contacts(&mut self) -> Result<(), String> {
        let count = self.draw.between(1, 20);
        let records: Vec<Value> = (0..count)
            .map(|number| {
                let phone = if self.draw.happens(500) { json!(format!("0{number}")) } else { Value::Null };
                let email = format!("C{}@example.com", self.draw.below(7));
                json!({"email": email, "name": format!("name {number}"), "street": "1 Row", "phone": phone, "version": number})
            })
            .collect();
        let bytes: Vec<Vec<u8>> = records.iter().map(|record| record.to_string().into_bytes()).collect();
        let run = self.push(CONTACTS, &bytes)?;
        self.network.pass_until(self.network.now + 60_000);
        let mut by_key: BTreeMap<&str, Vec<(&Value, &Outcome)>> = BTreeMap::new();
        let mut outcomes: Vec<&Outcome> = run.outcomes.iter().collect();
        outcomes.sort_by_key(|outcome| outcome.record);
        for (record, outcome) in records.iter().zip(&outcomes) {
            by_key.entry(record["email"].as_str().unwrap_or_default()).or_default().push((record, outcome));
        }
        for (email, ends) in by_key {
            self.check_contact(email, &ends)?;
        }
        Ok(())
    }

    fn check_contact(&mut self, email: &str, ends: &[(&Value, &Outcome)]) -> Result<(), String> {
        let search =
            format!("contact-service/contact-search?primaryEmail={email}&columns=contactId,firstName");
        let found = self.network.look(&search);
        let rows = found["results"].as_array().cloned().unwrap_or_default();
        let states: Vec<State> = ends.iter().map(|(_, outcome)| outcome.state).collect();
        let told = format!("{email} ended as {states:?}, and is there as {}", found["results"]);
        if rows.len() > 1 {
            return Err(format!("a contact was doubled: {told}"));
        }
        if states.iter().any(|state| matches!(state, State::MaybeApplied | State::Rejected)) {
            let is_excused = !self.is_fair;
            return if is_excused {
                Ok(())
            } else {
                Err(format!("in fair weather it was not written: {told}"))
            };
        }
        let last = ends.last().map(|(record, _)| &record["name"]);
        if rows.first().map(|row| &row[1]) != last {
            return Err(format!("its last record, {last:?}, is not its last version: {told}"));
        }
        Ok(())
    }

    fn corrections(&mut self) -> Result<(), String> {
        // Only what is tracked has a stock.
        let tracked = self.products.iter().find(|product| product.is_tracked).cloned();
        let Some(Product { sku, id: product, .. }) = tracked else { return self.orders() };
        let count = self.draw.between(1, 24);
        let records: Vec<Vec<u8>> = (0..count)
            .map(|_| {
                let known = if self.draw.happens(900) { sku.as_str() } else { "NO-SUCH" };
                json!({"sku": known, "qty": 1}).to_string().into_bytes()
            })
            .collect();
        let before = self.stock(product);
        let run = self.push(CORRECTIONS, &records)?;
        self.network.pass_until(self.network.now + 60_000);
        let arrived = self.stock(product) - before;
        let ended =
            |state: State| run.outcomes.iter().filter(|outcome| outcome.state == state).count() as i64;
        let (created, unsure) = (ended(State::Created), ended(State::MaybeApplied));
        if !(created..=created + unsure).contains(&arrived) {
            return Err(format!(
                "{created} corrections were made and {unsure} are in doubt, and {arrived} arrived"
            ));
        }
        Ok(())
    }

    fn stock(&mut self, product: u64) -> i64 {
        let read = self.network.act(
            Method::Get,
            &format!("warehouse-service/product-availability/{product}"),
            "",
            self.network.now,
        );
        read[product.to_string()]["warehouses"]["2"]["inStock"].as_i64().unwrap_or_default()
    }
}

fn check_counts(run: &Run, records: usize) -> Result<(), String> {
    let told: BTreeSet<u64> = run.outcomes.iter().map(|outcome| outcome.record).collect();
    if told.len() != records || run.outcomes.len() != records {
        return Err(format!(
            "{records} records have {} outcomes, of {} records",
            run.outcomes.len(),
            told.len()
        ));
    }
    Ok(())
}
