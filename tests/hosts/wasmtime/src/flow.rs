//! What pushes and pulls put out, in the JSON form of the vectors: members that are absent, empty or false are left
//! out.

use serde_json::{Map, Value, json};

use crate::encode;
use crate::types::{Created, Difference, MappingFailure, Outcome, OutcomeState, PulledRecord, Records};

/// Outcomes of records.
pub fn outcomes(outcomes: &[Outcome]) -> Value {
    outcomes.iter().map(outcome).collect()
}

/// Records of a pull.
pub fn records(records: &Records) -> Value {
    json!({
        "resource": records.resource,
        "records": records.records.iter().map(pulled).collect::<Vec<_>>(),
    })
}

fn outcome(outcome: &Outcome) -> Value {
    members([
        ("record", json!(outcome.record)),
        ("key", json!(outcome.key)),
        ("state", json!(state(outcome.state))),
        ("id", json!(outcome.id)),
        ("dry_run", json!(outcome.dry_run)),
        ("journaled", json!(outcome.journaled)),
        ("verified", json!(outcome.verified)),
        ("reason", json!(outcome.reason)),
        ("failures", failures(&outcome.failures)),
        ("error", outcome.error.as_ref().map_or(Value::Null, encode::error)),
        ("created", outcome.created.iter().map(created).collect()),
        ("differences", outcome.differences.iter().map(difference).collect()),
    ])
}

fn created(created: &Created) -> Value {
    members([("mapping", json!(created.mapping)), ("id", json!(created.id))])
}

/// What is null in Brightpearl is told from what it has not.
fn difference(difference: &Difference) -> Value {
    let mut value = json!({
        "pointer": difference.pointer,
        "after": encode::json_value(&difference.after),
        "changeable": difference.changeable,
    });
    if let (Some(before), Some(members)) = (&difference.before, value.as_object_mut()) {
        members.insert("before".to_owned(), encode::json_value(before));
    }
    value
}

fn pulled(pulled: &PulledRecord) -> Value {
    let json = |text: &Option<String>| text.as_deref().map_or(Value::Null, encode::json_value);
    members([
        ("id", json!(pulled.id)),
        ("changed", json!(pulled.changed)),
        ("deleted", json!(pulled.deleted)),
        ("record", json(&pulled.record)),
        ("skipped", json!(pulled.skipped)),
        ("failures", failures(&pulled.failures)),
        ("source", json(&pulled.source)),
    ])
}

fn failures(failures: &[MappingFailure]) -> Value {
    failures.iter().map(failure).collect()
}

fn failure(failure: &MappingFailure) -> Value {
    let mut value = json!({
        "rule": failure.rule,
        "target": failure.target,
        "source": failure.source,
        "value": failure.value,
        "reason": failure.reason,
    });
    if let (Some(record), Some(members)) = (&failure.record, value.as_object_mut()) {
        members.insert("record".to_owned(), json!(record));
    }
    value
}

fn state(state: OutcomeState) -> &'static str {
    match state {
        OutcomeState::Created => "created",
        OutcomeState::Updated => "updated",
        OutcomeState::Unchanged => "unchanged",
        OutcomeState::Skipped => "skipped",
        OutcomeState::Rejected => "rejected",
        OutcomeState::MaybeApplied => "maybe-applied",
    }
}

fn members<const N: usize>(all: [(&str, Value); N]) -> Value {
    let told = |value: &Value| match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Array(elements) => !elements.is_empty(),
        Value::Number(_) | Value::String(_) | Value::Object(_) => true,
    };
    Value::Object(
        all.into_iter()
            .filter(|(_, value)| told(value))
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}
