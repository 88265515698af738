//! What must hold of what was pushed.

use std::collections::BTreeMap;

use brightpearl_core::flow::{Outcome, State};
use serde_json::Value;

use crate::network::Network;

/// What is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Orders,
    Contacts,
    Corrections,
}

/// A record with how it ended.
pub(crate) type End<'r> = (&'r Value, &'r Outcome);

/// The records of each key, in the order of the input.
pub(crate) fn by_key<'r>(
    records: &'r [Value],
    outcomes: &'r [Outcome],
    key: &str,
) -> BTreeMap<String, Vec<End<'r>>> {
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by_key(|outcome| outcome.record);
    let mut by_key: BTreeMap<String, Vec<End<'r>>> = BTreeMap::new();
    for (record, outcome) in records.iter().zip(sorted) {
        by_key
            .entry(record[key].as_str().unwrap_or_default().trim().to_owned())
            .or_default()
            .push((record, outcome));
    }
    by_key
}

/// What is told to be there is there, whenever it is told.
pub(crate) fn outcomes(network: &mut Network, kind: Kind, outcomes: &[Outcome]) -> Result<(), String> {
    let (search, column) = match kind {
        Kind::Orders => ("order-service/order-search?pageSize=500&columns=orderId,customerRef", 1),
        Kind::Contacts => ("contact-service/contact-search?pageSize=500&columns=contactId,primaryEmail", 1),
        Kind::Corrections => return Ok(()),
    };
    if !outcomes.iter().any(|outcome| is_there(outcome.state)) {
        return Ok(());
    }
    let found = network.look(search);
    let rows = found["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let there: BTreeMap<Option<u64>, &Value> =
        rows.iter().map(|row| (row[0].as_u64(), &row[column])).collect();
    for outcome in outcomes.iter().filter(|outcome| is_there(outcome.state)) {
        let key = outcome.key.as_deref().unwrap_or_default();
        let is_so = there
            .get(&outcome.id)
            .and_then(|key| key.as_str())
            .is_some_and(|there| there.trim().eq_ignore_ascii_case(key.trim()));
        if !is_so || outcome.id.is_none() {
            return Err(format!(
                "{key} is told to be {:?} as {:?}, and is not there",
                outcome.state, outcome.id
            ));
        }
    }
    Ok(())
}

fn is_there(state: State) -> bool {
    match state {
        State::Created | State::Updated | State::Unchanged | State::Differs | State::Doubled => true,
        State::Skipped | State::Rejected | State::MaybeApplied => false,
    }
}

/// A search finds one thing at most.
pub(crate) fn is_one(network: &mut Network, search: &str) -> Result<(), String> {
    let found = network.look(search);
    let count = found["metaData"]["resultsAvailable"].as_u64().unwrap_or_default();
    if count > 1 { Err(format!("{search} finds {count}: {}", found["results"])) } else { Ok(()) }
}

/// Whether an order of that number is there more than once.
pub(crate) fn is_doubled(network: &mut Network, key: &str) -> bool {
    is_one(network, &format!("order-service/order-search?customerRef={key}&columns=orderId")).is_err()
}

/// Somebody was told that what belongs to one of these keys is there more than once, or that it is not known.
pub(crate) fn is_told(told: &[Outcome], keys: &[&str]) -> Result<(), String> {
    let is_of_keys = |outcome: &&Outcome| {
        let key = outcome.key.as_deref().unwrap_or_default();
        keys.iter().any(|other| other.trim() == key.trim())
    };
    let tells = |outcome: &Outcome| {
        let reason = outcome.reason.as_deref().unwrap_or_default();
        match outcome.state {
            State::Doubled | State::MaybeApplied => true,
            State::Rejected => ["Brightpearl has", "times with this key", "is not known"]
                .iter()
                .any(|words| reason.contains(words)),
            State::Created | State::Updated | State::Unchanged | State::Differs | State::Skipped => {
                reason.contains("is not known")
            }
        }
    };
    let of_keys: Vec<&Outcome> = told.iter().filter(is_of_keys).collect();
    if of_keys.iter().any(|outcome| tells(outcome)) {
        return Ok(());
    }
    let all: Vec<String> = of_keys.iter().map(|outcome| outcome.to_json()).collect();
    Err(format!("{keys:?} doubled, and nobody told it: {all:?}"))
}

/// An order is there once, as the record has it that was written, or not at all if every record of it was refused.
pub(crate) fn order(
    network: &mut Network,
    is_fair: bool,
    is_edited: bool,
    key: &str,
    ends: &[End<'_>],
) -> Result<(), String> {
    let search = format!("order-service/order-search?customerRef={key}&columns=orderId,warehouseId");
    let found = network.look(&search);
    let rows = found["results"].as_array().cloned().unwrap_or_default();
    let states: Vec<State> = ends.iter().map(|(_, outcome)| outcome.state).collect();
    let told = format!("{key} ended as {states:?}, and is there as {}", found["results"]);
    if rows.len() > 1 {
        return Err(format!("an order was doubled: {told}"));
    }
    if states.contains(&State::MaybeApplied) {
        if !is_fair {
            return Ok(());
        }
        return Err(format!("what has a key stayed in doubt in fair weather: {told}"));
    }
    let last = ends.iter().rev().find(|(_, outcome)| is_there(outcome.state));
    match (last, rows.first()) {
        (None, None) => Ok(()),
        // Of a version before.
        (None, Some(_)) if is_edited => Ok(()),
        (None, Some(_)) => Err(format!("an order is there that was refused: {told}")),
        (Some(_), None) => Err(format!("an order was lost: {told}")),
        (Some((record, outcome)), Some(row)) => {
            if outcome.id != row[0].as_u64() {
                return Err(format!("another id was told, {:?}: {told}", outcome.id));
            }
            // What differs says itself that it is not as the record has it.
            if outcome.state != State::Differs && record["warehouse"] != row[1] {
                return Err(format!("what was written is not what is there, {record}: {told}"));
            }
            Ok(())
        }
    }
}

/// A contact is there once, as its newest record has it.
pub(crate) fn contact(
    network: &mut Network,
    is_fair: bool,
    email: &str,
    ends: &[End<'_>],
) -> Result<(), String> {
    let search = format!("contact-service/contact-search?primaryEmail={email}&columns=contactId,firstName");
    let found = network.look(&search);
    let rows = found["results"].as_array().cloned().unwrap_or_default();
    let states: Vec<State> = ends.iter().map(|(_, outcome)| outcome.state).collect();
    let told = format!("{email} ended as {states:?}, and is there as {}", found["results"]);
    if rows.len() > 1 {
        return Err(format!("a contact was doubled: {told}"));
    }
    if states.iter().any(|state| matches!(state, State::MaybeApplied | State::Rejected)) {
        return if is_fair { Err(format!("in fair weather it was not written: {told}")) } else { Ok(()) };
    }
    let last = ends.last().map(|(record, _)| &record["name"]);
    if rows.first().map(|row| &row[1]) != last {
        return Err(format!("its last record, {last:?}, is not its last version: {told}"));
    }
    Ok(())
}
