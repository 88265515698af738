//! Webhooks under misfortune: notifications that come late, twice, in another order, mangled, with an old secret, of
//! another account, forged, or not at all, while records change and the host dies.

mod clerks;
mod office;
mod post;
mod reader;
mod telling;

use std::collections::BTreeSet;

use brightpearl_core::Method;
use brightpearl_core::webhook::webhook_silence;
use brightpearl_emulator::{Emulator, FaultPlan, WebhookPolicy};

use crate::between::Between;
use crate::draw::Draw;
use crate::network::Network;
use crate::trace::Trace;
use crate::{Bug, START, weather};

use clerks::{Clerks, Observed};
use office::Office;
use post::Post;
use reader::Reader;

/// How often the host looks into what came.
const ROUNDS: u64 = 9;

/// The account, and what its webhooks are registered at.
const ACCOUNT: &str = "demo";
const WEBHOOK: &str = "integration-service/webhook";

/// Carries a seed out, and says what is wrong with what came of it.
///
/// # Errors
/// The broken promise, in words.
pub(crate) fn run(seed: u64, bug: Option<Bug>, trace: &mut Trace) -> Result<(), String> {
    let mut draw = Draw::new(seed, 11);
    let mut account = weather::account(seed);
    account.orders = account.orders.max(3);
    account.webhooks = policy(&mut draw);
    let emulator = Emulator::new(account).expect("an account");
    let mut network = Network::new(emulator, START, Draw::new(seed, 3));
    network.unsent = *draw.pick(&[0, 0, 20, 100]);
    network.echoed = *draw.pick(&[0, 0, 30]);
    network.between = Between::of(seed);
    let mut place = Place {
        clerks: Clerks::new(seed, &mut network),
        post: Post::new(Draw::new(seed, 13)),
        office: Office::new(Draw::new(seed, 14), bug),
    };
    place.office.register(&mut network);
    let mut reader = Reader::new(Draw::new(seed, 15), seed, bug);
    // Somebody removes the webhooks, and nobody tells.
    let vanishing = draw.happens(300).then(|| draw.between(4, ROUNDS - 3));
    let rotation = draw.happens(400).then(|| draw.between(1, ROUNDS - 3));
    for round in 0..ROUNDS {
        if rotation == Some(round) {
            place.office.rotate();
            place.office.register(&mut network);
        }
        if rotation.is_some_and(|rotation| rotation + 2 == round) {
            place.office.forget_old_secret();
        }
        if vanishing == Some(round) {
            trace.note(network.now, || "the webhooks are removed".to_owned());
            remove_all(&mut network);
        }
        place.pass(&mut network, &mut draw, trace)?;
        reader.read(&mut network, &mut place, trace, Weather::Storm)?;
        if draw.happens(250) {
            reader.pull(&mut network, &mut place, trace, Weather::Storm)?;
        }
        watch(&mut network, &mut place.office, bug, trace)?;
    }
    network.emulator.set_faults(FaultPlan::default()).expect("no faults are a plan");
    network.clear_up();
    place.post.clear_up();
    place.office.clear_up();
    if vanishing.is_some() {
        heal(&mut network, &mut place.office, bug, trace)?;
    }
    place.deliver_all(&mut network, trace)?;
    reader.read(&mut network, &mut place, trace, Weather::Fair)?;
    place.office.is_settled(&reader)?;
    burst(&mut network, &mut place, &mut reader, trace)?;
    if bug != Some(Bug::NoClosingPull) {
        reader.pull(&mut network, &mut place, trace, Weather::Fair)?;
    }
    everything_is_handled(&mut network, &reader)
}

/// Whether something may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Storm,
    Fair,
}

fn policy(draw: &mut Draw) -> WebhookPolicy {
    WebhookPolicy {
        delay_ms: *draw.pick(&[50, 200, 5_000]),
        jitter_ms: *draw.pick(&[0, 0, 2_000, 400_000]),
        duplicate_rate: *draw.pick(&[0.0, 0.05, 0.4]),
        ..WebhookPolicy::default()
    }
}

/// Everybody but whoever reads: those who change records, the post, and the office that receives.
struct Place {
    clerks: Clerks,
    post: Post,
    office: Office,
}

impl Place {
    /// What happens at this moment.
    fn act(&mut self, network: &mut Network, trace: &mut Trace) -> Result<(), String> {
        self.clerks.act(network, trace);
        self.post.deliver(network, &mut self.office, trace)
    }

    /// Lets a while pass.
    fn pass(&mut self, network: &mut Network, draw: &mut Draw, trace: &mut Trace) -> Result<(), String> {
        let long = *draw.pick(&[1_000, 30_000, 300_000, 1_800_000]);
        let parts = draw.between(1, 6);
        for _ in 0..parts {
            let until = network.now + long / parts;
            self.deliver_until(network, until, trace)?;
            if draw.happens(700) {
                self.clerks.work(network, trace);
            }
        }
        Ok(())
    }

    fn deliver_until(&mut self, network: &mut Network, until: u64, trace: &mut Trace) -> Result<(), String> {
        while let Some(next) = self.next_delivery(network).filter(|next| *next <= until) {
            network.pass_until(next);
            self.post.deliver(network, &mut self.office, trace)?;
        }
        network.pass_until(until);
        Ok(())
    }

    /// Lets time pass until nothing is to be delivered any more.
    fn deliver_all(&mut self, network: &mut Network, trace: &mut Trace) -> Result<(), String> {
        while let Some(next) = self.next_delivery(network) {
            self.deliver_until(network, next, trace)?;
        }
        match network.emulator.undelivered() {
            0 => Ok(()),
            left => Err(format!("{left} notifications are still under way")),
        }
    }

    fn next_delivery(&self, network: &Network) -> Option<u64> {
        let due = network.emulator.next_delivery().into_iter().chain(self.post.next_due());
        due.min().map(|due| due.max(network.now))
    }
}

fn remove_all(network: &mut Network) {
    let there = network.look(WEBHOOK);
    for webhook in there.as_array().into_iter().flatten() {
        network.act(Method::Delete, &format!("{WEBHOOK}/{}", webhook["id"]), "", network.now);
    }
}

/// The host looks whether it hears less than it usually does, and registers anew when it does.
fn watch(
    network: &mut Network,
    office: &mut Office,
    bug: Option<Bug>,
    trace: &mut Trace,
) -> Result<(), String> {
    let now = network.now;
    let found =
        webhook_silence(office.heard(), now).is_some_and(|silence| silence.silent_ms > silence.usual_ms);
    if found != is_silent(office.heard(), now) {
        return Err(format!(
            "silence is found: {found}, after notifications at {:?} and {now}",
            office.heard()
        ));
    }
    if found && bug != Some(Bug::SilenceIsIgnored) {
        trace.note(now, || "it is silent for longer than usual".to_owned());
        office.register(network);
    }
    Ok(())
}

/// The rhythm of a day that has only begun, worked out anew: the longest of four pauses or more, and not below five
/// minutes.
fn is_silent(heard: &[u64], now: u64) -> bool {
    let mut times = heard.to_vec();
    times.sort_unstable();
    let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
    times.len() > 4 && times.last().is_some_and(|last| now - last > longest.max(300_000))
}

/// Webhooks that are gone are there again once it has been silent for longer than ever.
fn heal(
    network: &mut Network,
    office: &mut Office,
    bug: Option<Bug>,
    trace: &mut Trace,
) -> Result<(), String> {
    if office.heard().len() <= 4 {
        office.register(network);
        return Ok(());
    }
    network.pass_until(network.now + 12 * 3_600_000);
    watch(network, office, bug, trace)?;
    let there = network.look(WEBHOOK).as_array().map_or(0, Vec::len);
    if there < office.declared() {
        return Err(format!("the webhooks are gone, {there} are left, and the silence was not told"));
    }
    Ok(())
}

/// In fair weather a burst of changes takes one GET of each resource, and the copy is then what the account is.
fn burst(
    network: &mut Network,
    place: &mut Place,
    reader: &mut Reader,
    trace: &mut Trace,
) -> Result<(), String> {
    for _ in 0..8 {
        place.clerks.work(network, trace);
        network.pass_until(network.now + 40);
    }
    place.deliver_all(network, trace)?;
    reader.read(network, place, trace, Weather::Fair)?;
    place.office.is_settled(reader)?;
    for (kind, id) in place.clerks.changed() {
        let changed = place.clerks.last_change(kind, id);
        // What changed at the very moment at which the read began may have come after it.
        if !reader.has_read_since(kind, id, changed + 1) {
            continue;
        }
        let there = kind.look(network, id);
        let copied = reader.copy(kind, id);
        if there != copied {
            return Err(format!("{kind:?} {id} is {there}, and was read last as {copied}"));
        }
    }
    Ok(())
}

/// What notifications did not bring, the pull has: the copy is the account.
fn everything_is_handled(network: &mut Network, reader: &Reader) -> Result<(), String> {
    for kind in [Observed::Order, Observed::Product] {
        for id in kind.all(network) {
            let there = kind.look(network, id);
            let copied = reader.copy(kind, id);
            if there != copied {
                return Err(format!("{kind:?} {id} is {there}, and was handled last as {copied}"));
            }
        }
    }
    let there: BTreeSet<u64> = Observed::Note.all(network).into_iter().collect();
    let copied = reader.ids(Observed::Note);
    if let Some(id) = there.symmetric_difference(&copied).next() {
        let is_there = there.contains(id);
        return Err(format!("goods-out note {id} exists: {is_there}, and the copy has it: {}", !is_there));
    }
    Ok(())
}
