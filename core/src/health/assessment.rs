//! Facts held against the rules.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::measure::{Measured, measured};
use super::rule::{HEALTH_RULES, HealthRule, declared};
use super::words::in_words;
use crate::error::Result;
use crate::json::{GivenObject, given_value};
use crate::named::named;

named! {
    /// How it is.
    #[derive(PartialOrd, Ord)]
    pub enum HealthState: "health-state" {
        /// All is well, as far as is known.
        Ok = 0 "ok",
        /// It goes on, and somebody should look.
        Degraded = 1 "degraded",
        /// It does not do what it is for.
        Failing = 2 "failing",
    }
}

/// How often a flow may be missed before its watermark is degraded, and failing.
const MISSED_RUNS: (f64, f64) = (3.0, 12.0);

/// Holds facts against the rules. `asked` is JSON:
///
/// ```json
/// {"now": milliseconds since the Unix epoch,
///  "rules": {"clock": {"degraded": 30, "failing": 300, "required": true}, "deprecated": false, "token": true} or null,
///  "facts": {"authentication": [{"subject", "failures", "since_ms"}],
///            "requests": [{"subject", "sent", "failed"}], "throttling": [{"subject", "waited_ms", "window_ms"}],
///            "budget": [{"subject", "quota", "left", "own"}], "watermarks": [{"subject", "at_ms", "every_ms"}],
///            "queues": [{"subject", "length", "oldest_ms", "lengths": [oldest...newest]}],
///            "notifications": [{"subject", "received_ms": [times]}], "subscriptions": [{"subject", "missing": [events]}],
///            "tokens": [{"subject", "expires_ms", "renewable"}], "dead_letters": [{"subject", "count", "since_ms"}],
///            "deprecated": [{"subject", "replacement"}], "drift": [{"subject", "added", "removed", "changed"}],
///            "clock": [{"subject", "skew_ms": ahead of Brightpearl; or "date": an answer's `Date`, "at_ms": its receipt}],
///            "flows": [{"subject", "failures", "since_ms", "error", "todo"}]}}
/// ```
///
/// Every fact may be left out, and is then unknown; an empty list says that there is nothing of it. `subject` names which
/// one, where there are several. Rules have the thresholds of [`health_rules`](super::health_rules) unless others are
/// given, in the rule's unit; `null` is never; `false` switches a rule off; a rule that is `true`, or `required`, makes a
/// finding of not knowing its fact. What was read last, or waits, at a time to come has an age below 0, and is a finding
/// where that is by more than a minute: it would pass for fresh until then. The answer is `{"state", "findings": [{"rule", "state", "subject", "why", "todo",
/// "since_ms", "value", "unit"}...], "unknown": [rule...]}`, the worst first; where nothing at all is known, that is a
/// finding, too.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub fn assess_health(asked: &str) -> Result<String> {
    let asked = given_value("question", asked)?;
    let asked = GivenObject::of(&asked, "", &["facts", "rules", "now"])?;
    let now = asked.needed_number("now")?;
    let names: Vec<&str> = HEALTH_RULES.iter().map(|rule| rule.name).collect();
    let rules = declared(asked.object("rules", &names)?.as_ref())?;
    let facts_known: Vec<&str> = HEALTH_RULES.iter().map(|rule| rule.fact.name).collect();
    let facts = asked.object("facts", &facts_known)?.ok_or_else(|| asked.missing("facts", "an object"))?;
    let (mut findings, mut unknown) = (Vec::new(), Vec::new());
    for rule in &rules {
        let measured = measured(rule, &facts, now)?;
        let is_known = measured.as_ref().is_some_and(|all| all.iter().all(|one| one.value.is_some()));
        if !is_known {
            unknown.push(rule.name);
            if rule.required {
                findings.push(unknown_finding(rule));
            }
        }
        findings.extend(measured.into_iter().flatten().filter_map(|one| judged(rule, &one)));
    }
    if unknown.len() == rules.len() && findings.is_empty() {
        findings.push(nothing_known());
    }
    findings.sort_by_key(|(state, _)| Reverse(*state));
    let state = findings.iter().map(|(state, _)| *state).max().unwrap_or(HealthState::Ok);
    let findings: Vec<Value> = findings.into_iter().map(|(_, finding)| finding).collect();
    Ok(json!({"state": state.as_str(), "findings": findings, "unknown": unknown}).to_string())
}

/// What is found of one value; nothing when it is well.
fn judged(rule: &HealthRule, measured: &Measured) -> Option<(HealthState, Value)> {
    let value = measured.value?;
    if value < 0.0 {
        return judged_to_come(rule, measured, -value);
    }
    let (degraded, failing) = MISSED_RUNS;
    let is_reached = |threshold: Option<f64>, runs: f64| {
        threshold.filter(|threshold| {
            let threshold = threshold.max(runs * measured.every_seconds);
            if rule.is_least { value <= threshold } else { value >= threshold }
        })
    };
    let (state, threshold, runs) =
        match (is_reached(rule.failing, failing), is_reached(rule.degraded, degraded)) {
            (Some(threshold), _) => (HealthState::Failing, threshold, failing),
            (None, Some(threshold)) => (HealthState::Degraded, threshold, degraded),
            (None, None) => return None,
        };
    let threshold = threshold.max(runs * measured.every_seconds);
    let limit = in_words(threshold, rule.unit);
    let limit = if rule.is_least { format!("at {limit} or less") } else { format!("from {limit} on") };
    let why = format!("{}; {state} {limit}", in_words(value, rule.unit));
    let todo = measured.todo.as_deref().unwrap_or(rule.todo);
    Some((state, found(rule, measured, state, &why, todo)))
}

/// What is found of something that is so many seconds ahead of the present: nobody knows how old it is, and it would pass
/// for fresh until then. It is failing from where its age would be.
fn judged_to_come(rule: &HealthRule, measured: &Measured, ahead: f64) -> Option<(HealthState, Value)> {
    let state = match (rule.degraded, rule.failing) {
        (None, None) => return None,
        (_, Some(failing)) if ahead >= failing => HealthState::Failing,
        (_, _) => HealthState::Degraded,
    };
    let why = format!("unknown, since it is of a time to come: {} ahead", in_words(ahead, rule.unit));
    Some((state, found(rule, measured, state, &why, TO_COME)))
}

const TO_COME: &str = "Look whether this machine's clock is right now, and whether it was ahead before; where the clock is \
     right, read anew from a time that has been.";

fn found(rule: &HealthRule, measured: &Measured, state: HealthState, why: &str, todo: &str) -> Value {
    let of = if measured.subject.is_empty() { String::new() } else { format!("{}: ", measured.subject) };
    let mut why = format!("{of}{}: {why}", rule.measure);
    if !measured.detail.is_empty() {
        why = format!("{why} ({})", measured.detail);
    }
    let mut finding = finding(rule.name, state, &measured.subject, &why, todo);
    finding.insert("value".to_owned(), json!(measured.value));
    finding.insert("unit".to_owned(), json!(rule.unit));
    if let Some(since) = measured.since_ms {
        finding.insert("since_ms".to_owned(), json!(since));
    }
    Value::Object(finding)
}

fn unknown_finding(rule: &HealthRule) -> (HealthState, Value) {
    let why = format!("{}: not known, and required", rule.measure);
    let todo = format!("Find out why the fact `{}` is not gathered.", rule.fact.name);
    (HealthState::Degraded, Value::Object(finding(rule.name, HealthState::Degraded, "", &why, &todo)))
}

fn nothing_known() -> (HealthState, Value) {
    let todo = "Find out why no facts are gathered.";
    let why = "nothing at all is known";
    (HealthState::Degraded, Value::Object(finding("facts", HealthState::Degraded, "", why, todo)))
}

fn finding(rule: &str, state: HealthState, subject: &str, why: &str, todo: &str) -> Map<String, Value> {
    let members =
        [("rule", rule), ("state", state.as_str()), ("subject", subject), ("why", why), ("todo", todo)];
    members.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect()
}
