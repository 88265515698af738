//! The sums that a host keeps, and their JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::family::{METRIC_FAMILIES, MetricFamily, MetricSort};
use super::label::OTHER;
use crate::error::{Error, Result};
use crate::json::{GivenObject, unfit};

/// The form of the state. One that is newer is refused, since its sums would be lost.
const VERSION: u64 = 1;

/// The highest sum: every language reads it exactly, and there it stays.
const HIGHEST: u64 = (1 << 53) - 1;

/// The most series of one family; what is more goes into `other`.
const MOST_SERIES: usize = 150;

/// What stands between the values of a series' labels; it is not in any of them.
const BETWEEN: char = '\t';

/// The series of one family by their labels, each with its numbers: one of a counter; of a histogram how many fell
/// between two bounds, and their sum at the end.
type Series = BTreeMap<String, Vec<u64>>;

/// Everything that was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metrics(BTreeMap<&'static str, Series>);

impl Metrics {
    /// Reads a state; `null` is a new one.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) where it is not as [`Metrics::to_value`] writes it.
    pub(super) fn read(state: Option<&Value>, place: &str) -> Result<Self> {
        let Some(state) = state else { return Ok(Self::default()) };
        let state = GivenObject::of(state, place, &["version", "series"])?;
        let version = state.needed_number("version")?;
        if version != VERSION {
            let message = format!(
                "the state has version {version}; expected {VERSION}: another version of the engine wrote it; start a new state"
            );
            return Err(Error::validation(state.at("version"), message));
        }
        let mut metrics = Self::default();
        let families = state.value("series").ok_or_else(|| state.missing("series", "an object"))?;
        for (name, series) in GivenObject::open(families, &state.at("series"))?.members() {
            let place = format!("{}/{name}", state.at("series"));
            // A family that is gone leaves nothing behind.
            let Some(family) = METRIC_FAMILIES.iter().find(|family| family.name == name) else { continue };
            for (labels, numbers) in GivenObject::open(series, &place)?.members() {
                let place = format!("{place}/{labels}");
                let numbers = numbers_of(numbers, family, &place)?;
                if labels_of(labels).count() != family.labels.len().max(1) {
                    let message = format!("expected the labels {}", family.labels.join(", "));
                    return Err(Error::validation(place, message));
                }
                let kept = metrics.0.entry(family.name).or_default();
                if kept.len() >= 2 * MOST_SERIES {
                    let message = format!("expected at most {} series", 2 * MOST_SERIES);
                    return Err(Error::validation(place, message));
                }
                kept.insert(labels.to_owned(), numbers);
            }
        }
        Ok(metrics)
    }

    pub(super) fn to_value(&self) -> Value {
        let families = self.0.iter().map(|(name, series)| {
            let series: Map<String, Value> = series
                .iter()
                .map(|(labels, numbers)| {
                    let numbers = match numbers.as_slice() {
                        [sum] => json!(sum),
                        numbers => json!(numbers),
                    };
                    (labels.clone(), numbers)
                })
                .collect();
            ((*name).to_owned(), Value::Object(series))
        });
        let families: Map<String, Value> = families.collect();
        json!({ "version": VERSION, "series": families })
    }

    /// Adds to a counter.
    pub(super) fn add(&mut self, family: &MetricFamily, labels: &[&str], more: u64) {
        if let [sum, ..] = self.series(family, key(labels)) {
            *sum = grown(*sum, more);
        }
    }

    /// Counts a duration in a histogram.
    pub(super) fn observe(&mut self, family: &MetricFamily, labels: &[&str], milliseconds: u64) {
        let MetricSort::Histogram(bounds) = family.sort else { return };
        let place = bounds.iter().position(|bound| milliseconds <= *bound).unwrap_or(bounds.len());
        if let [counts @ .., sum] = self.series(family, key(labels)) {
            *sum = grown(*sum, milliseconds);
            if let Some(count) = counts.get_mut(place) {
                *count = grown(*count, 1);
            }
        }
    }

    /// Adds the sums of another state.
    pub(super) fn join(&mut self, other: &Self) {
        for (name, series) in &other.0 {
            let Some(family) = METRIC_FAMILIES.iter().find(|family| family.name == *name) else { continue };
            for (labels, numbers) in series {
                let sums = self.series(family, labels.clone());
                sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = grown(*sum, *number));
            }
        }
    }

    /// The series of a family: the values of the labels, and the numbers. A counter without labels always has one.
    pub(super) fn samples(&self, family: &MetricFamily) -> Vec<(Vec<&str>, Vec<u64>)> {
        let series = self.0.get(family.name).into_iter().flatten();
        let mut samples: Vec<(Vec<&str>, Vec<u64>)> = series
            .map(|(labels, numbers)| {
                let labels = if family.labels.is_empty() { Vec::new() } else { labels_of(labels).collect() };
                (labels, numbers.clone())
            })
            .collect();
        if samples.is_empty() && family.labels.is_empty() {
            samples.push((Vec::new(), vec![0; length(family)]));
        }
        samples
    }

    fn series(&mut self, family: &MetricFamily, labels: String) -> &mut [u64] {
        let series = self.0.entry(family.name).or_default();
        let is_full = series.len() >= MOST_SERIES && !series.contains_key(&labels);
        let labels = if is_full { overflowing(&labels) } else { labels };
        series.entry(labels).or_insert_with(|| vec![0; length(family)])
    }
}

/// How many numbers a series of the family has.
fn length(family: &MetricFamily) -> usize {
    match family.sort {
        MetricSort::Histogram(bounds) => bounds.len() + 2,
        MetricSort::Counter | MetricSort::SecondsCounter | MetricSort::Gauge | MetricSort::SecondsGauge => 1,
    }
}

fn grown(sum: u64, more: u64) -> u64 {
    sum.saturating_add(more).min(HIGHEST)
}

fn key(labels: &[&str]) -> String {
    labels.join("\t")
}

fn labels_of(key: &str) -> impl Iterator<Item = &str> {
    key.split(BETWEEN)
}

/// The labels of what has no room of its own: the last is one of few names, and stays.
fn overflowing(labels: &str) -> String {
    let given: Vec<&str> = labels_of(labels).collect();
    let last = given.len().saturating_sub(1);
    let kept =
        given.iter().enumerate().map(|(place, label)| if place == last && place > 0 { label } else { OTHER });
    kept.collect::<Vec<_>>().join("\t")
}

fn numbers_of(value: &Value, family: &MetricFamily, place: &str) -> Result<Vec<u64>> {
    let length = length(family);
    let expected = || match length {
        1 => "a whole number below 2^53".to_owned(),
        length => format!("{length} whole numbers below 2^53"),
    };
    let given = match value {
        Value::Array(given) => given.as_slice(),
        other => std::slice::from_ref(other),
    };
    let numbers: Option<Vec<u64>> =
        given.iter().map(|number| number.as_u64().filter(|number| *number <= HIGHEST)).collect();
    numbers.filter(|numbers| numbers.len() == length).ok_or_else(|| unfit(place, value, &expected()))
}
