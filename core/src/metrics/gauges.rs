//! What holds at the moment, as the host knows it.

use std::collections::BTreeMap;

use super::family::{
    BUDGET_LEFT, BUDGET_QUOTA, DEAD_LETTERS, FLOW_FAILURES, HEALTH, LAST_SUCCESS, MetricFamily, QUEUE_AGE,
    QUEUE_LENGTH, TOKEN_EXPIRY, TOKEN_REMAINING, WATERMARK, WATERMARK_AGE,
};
use super::label::{OTHER, given_name};
use crate::error::{Error, Result};
use crate::json::GivenObject;

/// The most names of one family; what is more goes into `other`.
const MOST_NAMES: usize = 200;

/// The states of health.
const STATES: [&str; 3] = ["ok", "degraded", "failing"];

/// The gauges by family and label.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauges(BTreeMap<&'static str, BTreeMap<String, u64>>);

impl Gauges {
    /// Reads what holds at `now`.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
    pub(super) fn read(given: Option<&GivenObject<'_>>, now: u64) -> Result<Self> {
        let mut gauges = Self::default();
        let Some(given) = given else { return Ok(gauges) };
        if let Some(budget) = given.object("budget", &["left", "quota"])? {
            gauges.put(&BUDGET_LEFT, "", budget.needed_number("left")?, u64::min);
            if let Some(quota) = budget.number("quota")? {
                gauges.put(&BUDGET_QUOTA, "", quota, u64::min);
            }
        }
        for mark in given.objects("watermarks", &["flow", "at_ms"])? {
            let (flow, at) = (given_name(mark.needed_text("flow")?), mark.needed_number("at_ms")?);
            gauges.put(&WATERMARK_AGE, &flow, now.saturating_sub(at), u64::max);
            gauges.put(&WATERMARK, &flow, at, u64::min);
        }
        for flow in given.objects("flows", &["flow", "last_success_ms", "failures"])? {
            let name = given_name(flow.needed_text("flow")?);
            if let Some(at) = flow.number("last_success_ms")? {
                gauges.put(&LAST_SUCCESS, &name, at, u64::min);
            }
            if let Some(failures) = flow.number("failures")? {
                gauges.put(&FLOW_FAILURES, &name, failures, u64::max);
            }
        }
        for queue in given.objects("queues", &["queue", "length", "oldest_ms"])? {
            let name = given_name(queue.needed_text("queue")?);
            gauges.put(&QUEUE_LENGTH, &name, queue.needed_number("length")?, u64::saturating_add);
            let age = queue.number("oldest_ms")?.map_or(0, |oldest| now.saturating_sub(oldest));
            gauges.put(&QUEUE_AGE, &name, age, u64::max);
        }
        for dead in given.objects("dead_letters", &["flow", "count"])? {
            let flow = given_name(dead.needed_text("flow")?);
            gauges.put(&DEAD_LETTERS, &flow, dead.needed_number("count")?, u64::saturating_add);
        }
        for token in given.objects("tokens", &["token", "expires_ms"])? {
            let name = given_name(token.needed_text("token")?);
            let expires = token.needed_number("expires_ms")?;
            gauges.put(&TOKEN_REMAINING, &name, expires.saturating_sub(now), u64::min);
            gauges.put(&TOKEN_EXPIRY, &name, expires, u64::min);
        }
        gauges.put_health(given)?;
        Ok(gauges)
    }

    fn put_health(&mut self, given: &GivenObject<'_>) -> Result<()> {
        let Some(health) = given.text("health")? else { return Ok(()) };
        if !STATES.contains(&health) {
            return Err(Error::validation(given.at("health"), "expected ok, degraded or failing"));
        }
        for state in STATES {
            self.put(&HEALTH, state, u64::from(state == health), u64::max);
        }
        Ok(())
    }

    /// The samples of a family: label and number.
    pub(super) fn samples(&self, family: &MetricFamily) -> impl Iterator<Item = (&str, u64)> {
        let samples = self.0.get(family.name).into_iter().flatten();
        samples.map(|(label, number)| (label.as_str(), *number))
    }

    /// Puts a number down; where two have one name, `both` says what stands for them.
    fn put(&mut self, family: &MetricFamily, label: &str, number: u64, both: fn(u64, u64) -> u64) {
        let samples = self.0.entry(family.name).or_default();
        let is_full = samples.len() >= MOST_NAMES && !samples.contains_key(label);
        let label = if is_full { OTHER } else { label };
        let together = samples.get(label).map_or(number, |before| both(*before, number));
        samples.insert(label.to_owned(), together);
    }
}
