//! What the facts measure under each rule.

use super::rule::HealthRule;
use super::words::one_line;
use crate::error::{Error, Result};
use crate::flow::date_of_header;
use crate::json::{GivenObject, unfit};
use crate::webhook::webhook_silence;

/// One value, and what it is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    /// Which of several: a flow, a queue; empty where there is one only.
    pub(super) subject: String,
    /// The value; absent where it is not known.
    pub(super) value: Option<f64>,
    /// What the thresholds are multiplied with at least, as shares of seconds: how often the flow runs.
    pub(super) every_seconds: f64,
    /// Since when, in milliseconds since the Unix epoch.
    pub(super) since_ms: Option<u64>,
    /// What is known beyond the value.
    pub(super) detail: String,
    /// What to do, where the host knows better.
    pub(super) todo: Option<String>,
}

/// The fewest requests that failed of which a rate is made.
const FEWEST_FAILED: u64 = 3;

/// What is measured under a rule; `None` where its fact is not known.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub(super) fn measured(
    rule: &HealthRule,
    facts: &GivenObject<'_>,
    now: u64,
) -> Result<Option<Vec<Measured>>> {
    let Some(value) = facts.value(rule.fact) else { return Ok(None) };
    let place = facts.at(rule.fact);
    // One alone may stand there without a list.
    let subjects: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Array(_) => facts.elements(rule.fact)?,
        serde_json::Value::Object(_) => vec![(place, value)],
        other => return Err(unfit(&place, other, "an array of objects")),
    };
    let subjects = subjects.iter().map(|(place, value)| {
        let fact = GivenObject::of(value, place, members(rule.fact))?;
        let mut measured = measure(rule.name, &fact, now)?;
        measured.subject = one_line(fact.text("subject")?.unwrap_or_default());
        Ok(measured)
    });
    subjects.collect::<Result<_>>().map(Some)
}

/// What a fact may have.
fn members(fact: &str) -> &'static [&'static str] {
    match fact {
        "authentication" => &["subject", "failures", "since_ms"],
        "requests" => &["subject", "sent", "failed"],
        "throttling" => &["subject", "waited_ms", "window_ms"],
        "budget" => &["subject", "quota", "left", "own"],
        "watermarks" => &["subject", "at_ms", "every_ms"],
        "queues" => &["subject", "length", "oldest_ms", "lengths"],
        "notifications" => &["subject", "received_ms"],
        "subscriptions" => &["subject", "missing"],
        "tokens" => &["subject", "expires_ms", "renewable"],
        "dead_letters" => &["subject", "count", "since_ms"],
        "deprecated" => &["subject", "replacement"],
        "drift" => &["subject", "added", "removed", "changed"],
        "clock" => &["subject", "skew_ms", "date", "at_ms"],
        _ => &["subject", "failures", "since_ms", "error", "todo"],
    }
}

fn measure(rule: &str, fact: &GivenObject<'_>, now: u64) -> Result<Measured> {
    let mut measured = Measured::default();
    match rule {
        "error-rate" => {
            let (sent, failed) = (fact.needed_number("sent")?, fact.needed_number("failed")?);
            measured.value = Some(if failed < FEWEST_FAILED { 0.0 } else { share(failed, sent.max(failed)) });
            measured.detail = format!("{failed} of {sent} requests failed");
        }
        "throttling" => {
            let (waited, window) = (fact.needed_number("waited_ms")?, fact.needed_number("window_ms")?);
            measured.value = Some(share(waited, window));
        }
        "neighbours" => {
            let (quota, left) = (fact.needed_number("quota")?, fact.needed_number("left")?);
            let own = fact.needed_number("own")?;
            let others = quota.saturating_sub(left).saturating_sub(own);
            measured.value = Some(share(others, quota));
            measured.detail = format!("{own} of {quota} requests are this client's, and {left} are left");
        }
        "watermark" => {
            measured.since_ms = fact.number("at_ms")?;
            measured.value = measured.since_ms.map(|at| seconds(now.saturating_sub(at)));
            measured.every_seconds = fact.number("every_ms")?.map_or(0.0, seconds);
        }
        "queue-age" => {
            let length = fact.needed_number("length")?;
            measured.since_ms = fact.number("oldest_ms")?.filter(|_| length > 0);
            measured.value = match measured.since_ms {
                None if length > 0 => None,
                oldest => Some(oldest.map_or(0.0, |oldest| seconds(now.saturating_sub(oldest)))),
            };
            measured.detail = format!("{length} wait");
        }
        "queue-growing" => {
            let lengths = numbers(fact, "lengths")?;
            let grown = lengths.windows(2).rev().take_while(|pair| pair[1] > pair[0]).count();
            measured.value = (lengths.len() > 1).then_some(grown as f64);
            measured.detail = format!("{} wait", fact.needed_number("length")?);
        }
        "webhook-silence" => {
            if let Some(silence) = webhook_silence(&numbers(fact, "received_ms")?, now) {
                measured.value = Some(silence.silent_ms as f64 / silence.usual_ms as f64);
                measured.since_ms = Some(silence.since_ms);
                let (silent, usual) =
                    (super::words::duration(seconds(silence.silent_ms)), seconds(silence.usual_ms));
                measured.detail = format!(
                    "nothing came for {silent}; usual at this time are at most {}",
                    super::words::duration(usual)
                );
            }
        }
        "subscription" => {
            let missing = fact.texts("missing")?;
            measured.value = Some(missing.len() as f64);
            measured.detail = one_line(&missing.join(", "));
        }
        "token" => {
            let expires = fact.needed_number("expires_ms")?;
            let left =
                if fact.flag("renewable")? { f64::INFINITY } else { seconds(expires.saturating_sub(now)) };
            measured.value = Some(left);
            if expires <= now {
                measured.detail = "it has ended".to_owned();
            }
        }
        "dead-letters" => {
            measured.value = Some(fact.needed_number("count")? as f64);
            measured.since_ms = fact.number("since_ms")?;
        }
        "deprecated" => {
            measured.value = Some(1.0);
            if let Some(replacement) = fact.text("replacement")? {
                measured.detail = format!("{} replaces it", one_line(replacement));
            }
        }
        "drift" => {
            let (removed, changed) = (fact.texts("removed")?, fact.texts("changed")?);
            measured.value = Some((removed.len() + changed.len()) as f64);
            measured.detail = one_line(&[removed, changed].concat().join(", "));
        }
        "clock" => {
            let skew = skew_ms(fact)?;
            measured.value = Some(skew.abs() / 1_000.0);
            measured.detail = if skew > 0.0 { "it is ahead" } else { "it is behind" }.to_owned();
        }
        _ => {
            measured.value = Some(fact.needed_number("failures")? as f64);
            measured.since_ms = fact.number("since_ms")?;
            if rule == "flow" {
                measured.detail = one_line(fact.text("error")?.unwrap_or_default());
                measured.todo = fact.text("todo")?.map(one_line);
            }
        }
    }
    Ok(measured)
}

/// How far this machine's clock is ahead, as it was told, or by the `Date` of an answer and the time of its receipt.
fn skew_ms(fact: &GivenObject<'_>) -> Result<f64> {
    if let Some(skew) = fact.decimal("skew_ms")? {
        return Ok(skew);
    }
    let date =
        fact.text("date")?.ok_or_else(|| fact.missing("skew_ms", "a number, or `date` and `at_ms`"))?;
    let date = date_of_header(date).ok_or_else(|| {
        let message =
            "the date is invalid; expected the `Date` of an answer, such as Sun, 06 Nov 1994 08:49:37 GMT";
        Error::validation(fact.at("date"), message)
    })?;
    Ok(fact.needed_number("at_ms")? as f64 - date as f64)
}

fn numbers(fact: &GivenObject<'_>, name: &str) -> Result<Vec<u64>> {
    let numbers = fact.elements(name)?.into_iter();
    let number = |(place, value): (String, &serde_json::Value)| {
        let number = value.as_f64().filter(|number| *number >= 0.0);
        number
            .map(|number| number as u64)
            .ok_or_else(|| -> Error { unfit(&place, value, "a number of at least 0") })
    };
    numbers.map(number).collect()
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) }
}

fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}
