//! Pushes under misfortune: orders of a shop, and corrections that nothing can be told by.

mod refunds;
mod shipments;

use std::collections::BTreeSet;

use brightpearl_core::Method;
use brightpearl_core::flow::{Outcome, State};
use brightpearl_core::operation::Push;
use brightpearl_emulator::{Config, Emulator, FaultPlan};
use serde_json::{Value, json};

use crate::between::Between;
use crate::checks::{self, Kind};
use crate::draw::Draw;
use crate::host::{Host, Run, begin, client};
use crate::network::Network;
use crate::rival::{Contender, Lease, Meeting, Rival};
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
    /// How another host pushes the same, if one does.
    meeting: Option<Meeting>,
    /// How often a lease was asked for in vain.
    contended: u64,
    /// What all runs of all hosts have told.
    told: Vec<Outcome>,
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
pub(crate) fn run(seed: u64, bug: Option<Bug>, trace: &mut Trace, has_rival: bool) -> Result<(), String> {
    let account = weather::account(seed);
    let mut pushing = Pushing::new(seed, account, bug, trace);
    if has_rival {
        pushing.meeting = Some(pushing.meeting());
        return pushing.orders();
    }
    match pushing.draw.below(6) {
        0 => pushing.corrections(),
        1 => pushing.contacts(),
        2 => pushing.refunds(),
        3 => pushing.shipments(),
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
        network.echoed = *draw.pick(&[0, 0, 30]);
        network.between = Between::of(seed);
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
            meeting: None,
            contended: 0,
            told: Vec::new(),
            products,
        }
    }

    /// Pushes until the last record has its outcome: in bad weather with crashes, at last in fair weather. Each run has
    /// the records of its version. What the last run brought, with its records.
    fn push(
        &mut self,
        mapping: &str,
        kind: Kind,
        versions: &[Vec<Value>],
    ) -> Result<(Run, Vec<Value>), String> {
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
            let records = &versions[(attempt as usize).min(versions.len() - 1)];
            let run = self.run(mapping, &mut journal, attempt, records)?;
            if !run.has_crashed && run.error.is_none() {
                check_counts(&run, records.len())?;
            }
            checks::outcomes(&mut self.network, kind, &run.outcomes)?;
            if is_last && let Some(error) = &run.error {
                return Err(format!("in fair weather, the push ended with {error}"));
            }
            let has_ended = !run.has_crashed && run.error.is_none();
            if is_last || (has_ended && self.draw.happens(500)) {
                self.check_pool()?;
                return Ok((run, records.clone()));
            }
            self.deaths += 1;
            self.network.pass_until(self.network.now + *self.draw.pick(&[0, 50, 3_000, 90_000]));
        }
        Err("there was no last run".to_owned())
    }

    fn confirms(&self) -> bool {
        self.bug != Some(Bug::NoConfirmation)
    }

    /// How this seed's pushes meet.
    fn meeting(&mut self) -> Meeting {
        *self.draw.pick(&[Meeting::Apart, Meeting::Together, Meeting::Together, Meeting::Leased])
    }

    /// One run, in which the host may die.
    fn run(
        &mut self,
        mapping: &str,
        journal: &mut String,
        attempt: u64,
        records: &[Value],
    ) -> Result<Run, String> {
        let mut rival = None;
        if let Some(meeting) = self.meeting.filter(|_| attempt < STORMY_RUNS) {
            let seed = self.seed ^ attempt;
            let confirm_ms = if self.confirms() { None } else { Some(Vec::new()) };
            let client = client(&self.network, seed ^ 0x51de, self.in_flight);
            let mut other = Rival::new(&client, meeting, seed, ORDERS, records, confirm_ms)?;
            other.ignores_lease = self.bug == Some(Bug::LeaseIsIgnored);
            rival = Some(other);
        }
        let push = Push {
            journal: Some(journal.clone()),
            window: self.window,
            ..Push::writing(mapping).expect("a mapping")
        };
        let push = if self.confirms() { push } else { Push { confirm_ms: Vec::new(), ..push } };
        let call = begin(&client(&self.network, self.seed ^ attempt, self.in_flight), push);
        let call = call.map_err(|error| format!("the push was not begun: {error}\n{journal}"))?;
        self.trace.note(self.network.now, || format!("run {attempt}"));
        let mut lease = Lease::default();
        if let Some(rival) = &mut rival
            && self.meeting == Some(Meeting::Leased)
            && self.draw.happens(500)
        {
            rival.push_with_lease(&mut lease, &mut self.network, self.trace)?;
        }
        if self.meeting == Some(Meeting::Leased) && !lease.take(Contender::First) {
            return Err("nobody gave the lease back".to_owned());
        }
        let mut host = Host {
            network: &mut self.network,
            draw: &mut self.draw,
            trace: self.trace,
            journal,
            crashes: if self.is_fair { 0 } else { 12 },
            full_disk: if self.is_fair { 0 } else { 20 },
            meanwhile: &mut |network, trace| match &mut rival {
                Some(rival) => rival.perhaps_push(&mut lease, network, trace),
                None => Ok(()),
            },
        };
        let bytes: Vec<Vec<u8>> = records.iter().map(|record| record.to_string().into_bytes()).collect();
        let run = host.drive(call, &bytes)?;
        lease.give_back(Contender::First);
        if let Some(mut rival) = rival {
            match self.meeting {
                Some(Meeting::Leased) => rival.push_with_lease(&mut lease, &mut self.network, self.trace)?,
                Some(Meeting::Together) => rival.push_to_the_end(&mut self.network, self.trace)?,
                Some(Meeting::Apart) | None => {}
            }
            self.contended += lease.refusals;
            self.told.append(&mut rival.outcomes);
        }
        self.told.extend(run.outcomes.iter().cloned());
        Ok(run)
    }

    /// From here on nothing goes wrong; what was held arrives first.
    fn clear_up(&mut self) {
        self.network.emulator.set_faults(FaultPlan::default()).expect("no faults are a plan");
        self.network.clear_up();
        self.network.pass_until(self.network.now + 120_000);
    }

    /// A sole user never trips the cap, but for what a new process cannot know of the one before it.
    fn check_pool(&self) -> Result<(), String> {
        let throttled = self.network.emulator.statistics().throttled;
        let excused = u64::from(self.deaths) * self.in_flight;
        if !self.neighbours && self.meeting.is_none() && throttled > excused {
            return Err(format!("the cap was tripped {throttled} times, with {} restarts", self.deaths));
        }
        Ok(())
    }

    fn orders(&mut self) -> Result<(), String> {
        let records = self.order_records();
        let versions = if self.meeting.is_some() { vec![records] } else { self.edited(records) };
        if self.meeting.is_some() {
            // What is held back or shows late is nobody's fault.
            self.network.held = 0;
            self.network.between.without_lag();
        }
        let (run, records) = self.push(ORDERS, Kind::Orders, &versions)?;
        self.network.pass_until(self.network.now + 60_000);
        if self.meeting == Some(Meeting::Leased) && self.contended == 0 {
            return Err("the pushes never wanted the lease at the same time".to_owned());
        }
        let is_together = self.meeting == Some(Meeting::Together);
        for (key, ends) in checks::by_key(&records, &run.outcomes, "number") {
            if is_together && checks::is_doubled(&mut self.network, &key) {
                checks::is_told(&self.told, &[&key])?;
                continue;
            }
            let is_edited = self.meeting.is_some() || versions.len() > 1;
            checks::order(&mut self.network, self.is_fair, is_edited, &key, &ends)?;
        }
        let words = |name: &'static str| {
            let all = versions.iter().flatten().filter_map(move |record| record[name].as_str());
            all.map(|word| word.trim().to_lowercase()).collect::<BTreeSet<String>>()
        };
        for number in words("number").into_iter().filter(|_| !is_together) {
            let number = number.to_uppercase();
            let search = format!("order-service/order-search?customerRef={number}&columns=orderId");
            checks::is_one(&mut self.network, &search)?;
        }
        for buyer in words("email") {
            let search = format!("contact-service/contact-search?primaryEmail={buyer}&columns=contactId");
            let is_one = checks::is_one(&mut self.network, &search);
            if is_together && is_one.is_err() {
                let is_buyers = |record: &&Value| {
                    record["email"].as_str().is_some_and(|email| email.trim().eq_ignore_ascii_case(&buyer))
                };
                let orders = records.iter().filter(is_buyers).filter_map(|record| record["number"].as_str());
                checks::is_told(&self.told, &orders.collect::<Vec<_>>())?;
            } else {
                is_one?;
            }
        }
        Ok(())
    }

    /// The records as each run has them: the same in most seeds, edited and left out in some.
    fn edited(&mut self, records: Vec<Value>) -> Vec<Vec<Value>> {
        let mut versions = vec![records];
        if !self.draw.happens(300) {
            return versions;
        }
        for _ in 0..STORMY_RUNS {
            let mut next = versions[0].clone();
            next.retain(|_| !self.draw.happens(100));
            for record in &mut next {
                if self.draw.happens(200) {
                    record["warehouse"] = json!(self.draw.between(2, 4));
                }
            }
            versions.push(next);
        }
        versions
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
            // Buyers write their addresses as they like, and blanks come along with keys.
            let letter = *self.draw.pick(&["b", "b", "B"]);
            let (before, behind) = *self.draw.pick(&[("", ""), ("", ""), ("", ""), ("", " "), (" ", "")]);
            records.push(json!({
                "number": format!("{before}S-{number}{behind}"), "email": format!("{letter}{}@example.com", self.draw.below(6)),
                "test": self.draw.happens(50), "warehouse": self.draw.between(2, 4),
                "lines": [{"sku": sku, "qty": quantity, "price": "4.50"}],
            }));
        }
        records
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
        let (run, records) = self.push(CONTACTS, Kind::Contacts, &[records])?;
        self.network.pass_until(self.network.now + 60_000);
        for (email, ends) in checks::by_key(&records, &run.outcomes, "email") {
            checks::contact(&mut self.network, self.is_fair, &email, &ends)?;
        }
        Ok(())
    }

    fn corrections(&mut self) -> Result<(), String> {
        // Only what is tracked has a stock.
        let tracked = self.products.iter().find(|product| product.is_tracked).cloned();
        let Some(Product { sku, id: product, .. }) = tracked else { return self.orders() };
        let count = self.draw.between(1, 24);
        let records: Vec<Value> = (0..count)
            .map(|_| {
                let known = if self.draw.happens(900) { sku.as_str() } else { "NO-SUCH" };
                json!({"sku": known, "qty": 1})
            })
            .collect();
        let before = self.stock(product);
        let (run, _) = self.push(CORRECTIONS, Kind::Corrections, &[records])?;
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

/// Every record has its outcome. Behind them may stand what an earlier run has left open of records that are gone.
fn check_counts(run: &Run, records: usize) -> Result<(), String> {
    let is_of_input = |outcome: &&Outcome| outcome.record < records as u64;
    let told: Vec<u64> = run.outcomes.iter().filter(is_of_input).map(|outcome| outcome.record).collect();
    if told.len() != records || BTreeSet::from_iter(&told).len() != records {
        return Err(format!("{records} records have {} outcomes: {told:?}", told.len()));
    }
    let behind = run.outcomes.iter().filter(|outcome| !is_of_input(outcome));
    match behind.into_iter().find(|outcome| outcome.state != State::MaybeApplied) {
        Some(outcome) => Err(format!("of no record it is told that it is {:?}", outcome.state)),
        None => Ok(()),
    }
}
