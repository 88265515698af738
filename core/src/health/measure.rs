//! What the facts measure under each rule.

use super::rule::HealthRule;
use super::words::{duration, one_line};
use crate::error::{Error, Result};
use crate::flow::date_of_header;
use crate::json::{GivenObject, unfit};
use crate::webhook::webhook_silence;

/// One value, and what it is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    /// Which of several: a flow, a queue; empty where there is one only.
    pub(super) subject: String,
    /// The value; absent where it is not known, and below 0 for the age of something that is of a time to come.
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

/// The clocks of two machines may differ by so much.
const CLOCKS_DIFFER_MS: u64 = 60_000;

/// What is measured under a rule; `None` where its fact is not known.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub(super) fn measured(
    rule: &HealthRule,
    facts: &GivenObject<'_>,
    now: u64,
) -> Result<Option<Vec<Measured>>> {
    let name = rule.fact.name;
    let Some(value) = facts.value(name) else { return Ok(None) };
    let place = facts.at(name);
    // One alone may stand there without a list.
    let subjects: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Array(_) => facts.elements(name)?,
        serde_json::Value::Object(_) => vec![(place, value)],
        other => return Err(unfit(&place, other, "an array of objects")),
    };
    let subjects = subjects.iter().map(|(place, value)| {
        let fact = GivenObject::of(value, place, rule.fact.members)?;
        let mut measured = (rule.measuring)(&fact, now)?;
        measured.subject = one_line(fact.text("subject")?.unwrap_or_default());
        Ok(measured)
    });
    subjects.collect::<Result<_>>().map(Some)
}

pub(super) fn failures(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let value = Some(fact.needed_number("failures")? as f64);
    Ok(Measured { value, since_ms: fact.number("since_ms")?, ..Measured::default() })
}

pub(super) fn error_rate(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let (sent, failed) = (fact.needed_number("sent")?, fact.needed_number("failed")?);
    Ok(Measured {
        value: Some(if failed < FEWEST_FAILED { 0.0 } else { share(failed, sent.max(failed)) }),
        detail: format!("{failed} of {sent} requests failed"),
        ..Measured::default()
    })
}

pub(super) fn throttling(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let (waited, window) = (fact.needed_number("waited_ms")?, fact.needed_number("window_ms")?);
    Ok(Measured { value: Some(share(waited, window)), ..Measured::default() })
}

pub(super) fn neighbours(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let (quota, left) = (fact.needed_number("quota")?, fact.needed_number("left")?);
    let own = fact.needed_number("own")?;
    let others = quota.saturating_sub(left).saturating_sub(own);
    Ok(Measured {
        value: Some(share(others, quota)),
        detail: format!("{own} of {quota} requests are this client's, and {left} are left"),
        ..Measured::default()
    })
}

pub(super) fn watermark(fact: &GivenObject<'_>, now: u64) -> Result<Measured> {
    let since_ms = fact.number("at_ms")?;
    Ok(Measured {
        value: since_ms.map(|at| age(at, now)),
        every_seconds: fact.number("every_ms")?.map_or(0.0, seconds),
        since_ms,
        ..Measured::default()
    })
}

pub(super) fn queue_age(fact: &GivenObject<'_>, now: u64) -> Result<Measured> {
    let length = fact.needed_number("length")?;
    let since_ms = fact.number("oldest_ms")?.filter(|_| length > 0);
    let value = match since_ms {
        None if length > 0 => None,
        oldest => Some(oldest.map_or(0.0, |oldest| age(oldest, now))),
    };
    Ok(Measured { value, since_ms, detail: format!("{length} wait"), ..Measured::default() })
}

pub(super) fn queue_growing(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let lengths = numbers(fact, "lengths")?;
    let grown = lengths.windows(2).rev().take_while(|pair| pair[1] > pair[0]).count();
    Ok(Measured {
        value: (lengths.len() > 1).then_some(grown as f64),
        detail: format!("{} wait", fact.needed_number("length")?),
        ..Measured::default()
    })
}

pub(super) fn silence(fact: &GivenObject<'_>, now: u64) -> Result<Measured> {
    let Some(silence) = webhook_silence(&numbers(fact, "received_ms")?, now) else {
        return Ok(Measured::default());
    };
    let (silent, usual) = (duration(seconds(silence.silent_ms)), duration(seconds(silence.usual_ms)));
    Ok(Measured {
        value: Some(silence.silent_ms as f64 / silence.usual_ms as f64),
        since_ms: Some(silence.since_ms),
        detail: format!("nothing came for {silent}; usual at this time are at most {usual}"),
        ..Measured::default()
    })
}

pub(super) fn subscriptions(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let missing = fact.texts("missing")?;
    let value = Some(missing.len() as f64);
    Ok(Measured { value, detail: one_line(&missing.join(", ")), ..Measured::default() })
}

pub(super) fn token(fact: &GivenObject<'_>, now: u64) -> Result<Measured> {
    let expires = fact.needed_number("expires_ms")?;
    let left = if fact.flag("renewable")? { f64::INFINITY } else { seconds(expires.saturating_sub(now)) };
    let detail = if expires <= now { "it has ended".to_owned() } else { String::new() };
    Ok(Measured { value: Some(left), detail, ..Measured::default() })
}

pub(super) fn dead_letters(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let value = Some(fact.needed_number("count")? as f64);
    Ok(Measured { value, since_ms: fact.number("since_ms")?, ..Measured::default() })
}

pub(super) fn deprecated(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let replacement = fact.text("replacement")?;
    let detail =
        replacement.map_or_else(String::new, |replacement| format!("{} replaces it", one_line(replacement)));
    Ok(Measured { value: Some(1.0), detail, ..Measured::default() })
}

pub(super) fn drift(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let (removed, changed) = (fact.texts("removed")?, fact.texts("changed")?);
    Ok(Measured {
        value: Some((removed.len() + changed.len()) as f64),
        detail: one_line(&[removed, changed].concat().join(", ")),
        ..Measured::default()
    })
}

pub(super) fn clock(fact: &GivenObject<'_>, _: u64) -> Result<Measured> {
    let skew = skew_ms(fact)?;
    Ok(Measured {
        value: Some(skew.abs() / 1_000.0),
        detail: if skew > 0.0 { "it is ahead" } else { "it is behind" }.to_owned(),
        ..Measured::default()
    })
}

pub(super) fn flow(fact: &GivenObject<'_>, now: u64) -> Result<Measured> {
    Ok(Measured {
        detail: one_line(fact.text("error")?.unwrap_or_default()),
        todo: fact.text("todo")?.map(one_line),
        ..failures(fact, now)?
    })
}

/// How old something is, in seconds. What is of a time to come, beyond what clocks may differ by, has an age below 0: how
/// old it really is, nobody knows.
fn age(at: u64, now: u64) -> f64 {
    if at > now.saturating_add(CLOCKS_DIFFER_MS) {
        -seconds(at - now)
    } else {
        seconds(now.saturating_sub(at))
    }
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
