//! The sums and what holds at the moment as text, as OpenMetrics 1.0 and Prometheus 0.0.4 have it.

use std::fmt::Write as _;

use serde_json::json;

use super::family::{METRIC_FAMILIES, MetricFamily, MetricSort};
use super::gauges::Gauges;
use super::state::Metrics;
use crate::error::Result;
use crate::json::{GivenObject, given_value};

/// Writes a state as text. `asked` is JSON:
///
/// ```json
/// {"metrics": STATE or null, "now": milliseconds since the Unix epoch, "accept": text or null,
///  "gauges": {"budget": {"left": 120, "quota": 200}, "health": "ok",
///             "watermarks": [{"flow": "orders", "at_ms": 0}...],
///             "flows": [{"flow": "orders", "last_success_ms": 0, "failures": 0}...],
///             "queues": [{"queue": "notifications", "length": 3, "oldest_ms": 0}...],
///             "dead_letters": [{"flow": "orders", "count": 2}...],
///             "tokens": [{"token": "access", "expires_ms": 0}...]}}
/// ```
///
/// All but `now` may be left out; a name such as a flow's is shown as it is. `accept` is the request's header: where it
/// asks for `application/openmetrics-text`, the text is OpenMetrics, and otherwise what a textfile collector and
/// `promtool check metrics` read. The answer is `{"content_type", "text"}`.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub fn render_metrics(asked: &str) -> Result<String> {
    const GAUGES: [&str; 7] = ["budget", "health", "watermarks", "flows", "queues", "dead_letters", "tokens"];
    let asked = given_value("question", asked)?;
    let asked = GivenObject::of(&asked, "", &["metrics", "gauges", "now", "accept"])?;
    let metrics = Metrics::read(asked.value("metrics"), "metrics")?;
    let now = asked.needed_number("now")?;
    let gauges = Gauges::read(asked.object("gauges", &GAUGES)?.as_ref(), now)?;
    let format = Format::of(asked.text("accept")?);
    let mut text = String::new();
    for family in METRIC_FAMILIES {
        write_family(&mut text, family, &metrics, &gauges, format);
    }
    if format == Format::OpenMetrics {
        text.push_str("# EOF\n");
    }
    Ok(json!({ "content_type": format.content_type(), "text": text }).to_string())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    OpenMetrics,
    Prometheus,
}

impl Format {
    /// What a reader that accepts this gets.
    fn of(accept: Option<&str>) -> Self {
        let is_wanted = accept.unwrap_or_default().split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let is_it =
                parts.next().is_some_and(|it| it.eq_ignore_ascii_case("application/openmetrics-text"));
            is_it && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        });
        if is_wanted { Self::OpenMetrics } else { Self::Prometheus }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

fn write_family(
    text: &mut String,
    family: &MetricFamily,
    metrics: &Metrics,
    gauges: &Gauges,
    format: Format,
) {
    let mut samples = String::new();
    match family.sort {
        MetricSort::Counter | MetricSort::SecondsCounter => {
            for (labels, numbers) in metrics.samples(family) {
                let labels: Vec<_> = family.labels.iter().copied().zip(labels).collect();
                let number = numbers.first().copied().unwrap_or_default();
                let number = shown(number, family.sort == MetricSort::SecondsCounter);
                write_sample(&mut samples, family.name, "_total", &labels, &number);
            }
        }
        MetricSort::Histogram(bounds) => {
            for (labels, numbers) in metrics.samples(family) {
                let labels: Vec<_> = family.labels.iter().copied().zip(labels).collect();
                write_histogram(&mut samples, family.name, bounds, &labels, &numbers);
            }
        }
        MetricSort::Gauge | MetricSort::SecondsGauge => {
            for (label, number) in gauges.samples(family) {
                let labels: Vec<_> = family.labels.iter().map(|name| (*name, label)).collect();
                let number = shown(number, family.sort == MetricSort::SecondsGauge);
                write_sample(&mut samples, family.name, "", &labels, &number);
            }
        }
    }
    if samples.is_empty() {
        return;
    }
    let sort = match family.sort {
        MetricSort::Counter | MetricSort::SecondsCounter => "counter",
        MetricSort::Histogram(_) => "histogram",
        MetricSort::Gauge | MetricSort::SecondsGauge => "gauge",
    };
    // OpenMetrics calls the family without what its samples end with.
    let suffix = if sort == "counter" && format == Format::Prometheus { "_total" } else { "" };
    let name = family.name;
    _ = writeln!(text, "# HELP {name}{suffix} {}", family.help);
    _ = writeln!(text, "# TYPE {name}{suffix} {sort}");
    if format == Format::OpenMetrics && name.ends_with("_seconds") {
        _ = writeln!(text, "# UNIT {name} seconds");
    }
    text.push_str(&samples);
}

fn write_histogram(text: &mut String, name: &str, bounds: &[u64], labels: &[(&str, &str)], numbers: &[u64]) {
    let [counts @ .., sum] = numbers else { return };
    let mut total = 0_u64;
    for (place, count) in counts.iter().enumerate() {
        total = total.saturating_add(*count);
        let bound = bounds.get(place).map_or_else(|| "+Inf".to_owned(), |bound| shown(*bound, true));
        let labels: Vec<_> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
        write_sample(text, name, "_bucket", &labels, &total.to_string());
    }
    write_sample(text, name, "_sum", labels, &shown(*sum, true));
    write_sample(text, name, "_count", labels, &total.to_string());
}

/// A number; one of milliseconds as seconds, always with a point.
fn shown(number: u64, is_milliseconds: bool) -> String {
    if !is_milliseconds {
        return number.to_string();
    }
    let fraction = format!("{:03}", number % 1_000);
    let fraction = fraction.trim_end_matches('0');
    format!("{}.{}", number / 1_000, if fraction.is_empty() { "0" } else { fraction })
}

fn write_sample(text: &mut String, name: &str, suffix: &str, labels: &[(&str, &str)], number: &str) {
    text.push_str(name);
    text.push_str(suffix);
    for (place, (label, value)) in labels.iter().enumerate() {
        text.push(if place == 0 { '{' } else { ',' });
        text.push_str(label);
        text.push_str("=\"");
        for character in value.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '"' => text.push_str("\\\""),
                '\n' => text.push_str("\\n"),
                other => text.push(other),
            }
        }
        text.push('"');
    }
    text.push_str(if labels.is_empty() { " " } else { "} " });
    text.push_str(number);
    text.push('\n');
}
