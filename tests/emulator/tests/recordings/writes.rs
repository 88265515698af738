//! The recorded writes of the services, sent again to the emulator.
//!
//! A recording speaks of ids and codes that its account had. Before a request is sent again they are
//! exchanged for those of the emulated account: ids that an earlier exchange of the scenario was answered,
//! a contact of the kind that is asked for, and a tax code that exists.

use std::collections::BTreeMap;

use brightpearl_core::Method;
use serde_json::Value;

use super::shape::Tree;
use super::{Comparison, Exchange, Twin, Verdict, all_agree, headers_alike, of, recordings, same, tree};

/// The services whose writes are sent again.
pub(crate) const SERVICES: [&str; 6] = [
    "order-service/",
    "contact-service/",
    "accounting-service/",
    "product-service/",
    "warehouse-service/",
    "integration-service/",
];

/// Recorded ids, and what they are in the emulated account.
type Ids = BTreeMap<u64, u64>;

/// How many contacts are tried in place of the recorded one: which of its members are empty is its own affair, and
/// shows in what is written for it.
const CONTACTS_TRIED: usize = 60;

#[test]
fn writes_have_the_status_and_the_shape_of_recorded_ones() {
    let Some(exchanges) = recordings() else { return };
    // Exchanges of one scenario build on one another.
    let mut scenarios = BTreeMap::<&str, Vec<&Exchange>>::new();
    for exchange in of(&exchanges, Comparison::Write) {
        let scenario = exchange.name.split('#').next().unwrap_or(&exchange.name);
        scenarios.entry(scenario).or_default().push(exchange);
    }
    all_agree(scenarios.values().flat_map(|scenario| play(scenario)).collect());
}

/// Plays a scenario, again with another contact while it does not agree; what is wrong with the first is told.
fn play<'a>(scenario: &[&'a Exchange]) -> Vec<(&'a str, Verdict)> {
    let once = |place: usize| {
        let (account, _) = scenario[0].path().expect("a write has a path");
        let (mut twin, mut ids) = (Twin::new(account), Ids::new());
        twin.contact = place;
        let verdict = |exchange: &&'a Exchange| {
            let (_, path) = exchange.path().expect("a write has a path");
            (exchange.name.as_str(), compare(exchange, &mut twin, &mut ids, path))
        };
        scenario.iter().map(verdict).collect::<Vec<_>>()
    };
    let first = once(0);
    let agree = |verdicts: &[(&str, Verdict)]| verdicts.iter().all(|(_, verdict)| verdict.is_ok());
    if agree(&first) {
        return first;
    }
    (1..CONTACTS_TRIED).map(once).find(|verdicts| agree(verdicts)).unwrap_or(first)
}

fn compare(exchange: &Exchange, twin: &mut Twin, ids: &mut Ids, path: &str) -> Verdict {
    let method: Method = exchange.request.method.parse().map_err(|_| "is of another verb".to_owned())?;
    let body = body_of_this_account(exchange, twin);
    let answer = twin.write(method, &path_of_this_account(path, ids), &body);
    headers_alike(exchange, &answer)?;
    let text = String::from_utf8_lossy(&answer.body);
    if exchange.response.status != 200 {
        // What is wrong with a request is said to the letter.
        return same("the body", text.as_ref(), exchange.response.body.as_str());
    }
    let recorded = Tree::parse(&exchange.response.body);
    same("the body", tree(&answer).shape(), recorded.shape())?;
    let id = |text: &str| serde_json::from_str::<Value>(text).unwrap()["response"].as_u64();
    if let (Some(recorded), Some(given)) = (id(&exchange.response.body), id(&text)) {
        ids.insert(recorded, given);
    }
    Ok(())
}

fn path_of_this_account(path: &str, ids: &Ids) -> String {
    let known = |segment: &str| segment.parse().ok().and_then(|id: u64| ids.get(&id)).map(u64::to_string);
    let segments = path.split('/').map(|segment| known(segment).unwrap_or_else(|| segment.to_owned()));
    segments.collect::<Vec<_>>().join("/")
}

fn body_of_this_account(exchange: &Exchange, twin: &mut Twin) -> String {
    let Ok(mut body) = serde_json::from_str::<Value>(&exchange.request.body) else {
        return exchange.request.body.clone();
    };
    for (pointer, filter) in
        [("/parties/customer/contactId", "isCustomer"), ("/parties/supplier/contactId", "isSupplier")]
    {
        if let Some(contact) = body.pointer_mut(pointer) {
            *contact = twin.some_contact(filter).into();
        }
    }
    if let Some(tax_code) = body.pointer_mut("/rowValue/taxCode") {
        *tax_code = "T20".into();
    }
    body.to_string()
}

impl Twin {
    fn some_contact(&mut self, filter: &str) -> u64 {
        let path = format!("contact-service/contact-search?{filter}=true&columns=contactId");
        let answer = self.ask_known(Method::Get, &path);
        let page: Value = serde_json::from_slice(&answer.body).unwrap();
        page["response"]["results"][self.contact][0].as_u64().unwrap()
    }
}
