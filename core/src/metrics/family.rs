//! Every family of metrics, as one table. Names and units follow the conventions of Prometheus.

/// What the samples of a family are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricSort {
    /// A sum that only grows.
    Counter,
    /// The same, kept in milliseconds and told in seconds.
    SecondsCounter,
    /// How many durations were at most so long; the bounds are in milliseconds.
    Histogram(&'static [u64]),
    /// A number that holds at the moment.
    Gauge,
    /// The same, kept in milliseconds and told in seconds.
    SecondsGauge,
}

/// One family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricFamily {
    /// Its name, without the `_total` of a counter.
    pub name: &'static str,
    /// What its samples are.
    pub sort: MetricSort,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says, in one sentence.
    pub help: &'static str,
}

/// 50 milliseconds to a minute.
const REQUEST_BOUNDS: &[u64] = &[50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];

/// A second to a day.
const LAG_BOUNDS: &[u64] =
    &[1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000];

const fn family(
    name: &'static str,
    sort: MetricSort,
    labels: &'static [&'static str],
    help: &'static str,
) -> MetricFamily {
    MetricFamily { name, sort, labels, help }
}

pub(super) const REQUESTS: MetricFamily = family(
    "brightpearl_requests",
    MetricSort::Counter,
    &["service", "resource", "method", "outcome"],
    "Requests that ended, by the path template of the catalogue.",
);
pub(super) const REQUEST_DURATION: MetricFamily = family(
    "brightpearl_request_duration_seconds",
    MetricSort::Histogram(REQUEST_BOUNDS),
    &["service"],
    "Time from handing a request out to its answer.",
);
pub(super) const RETRIES: MetricFamily = family(
    "brightpearl_retries",
    MetricSort::Counter,
    &["reason"],
    "Failed requests that were to be sent again.",
);
pub(super) const THROTTLED: MetricFamily = family(
    "brightpearl_throttled",
    MetricSort::Counter,
    &[],
    "Requests that were turned away because the request cap was reached.",
);
pub(super) const THROTTLED_SECONDS: MetricFamily = family(
    "brightpearl_throttled_seconds",
    MetricSort::SecondsCounter,
    &[],
    "Time to wait that the answers at the request cap asked for.",
);
pub(super) const BUDGET_WAITS: MetricFamily = family(
    "brightpearl_budget_waits",
    MetricSort::Counter,
    &[],
    "Times that a request had to wait for the budget.",
);
pub(super) const BUDGET_WAIT_SECONDS: MetricFamily = family(
    "brightpearl_budget_wait_seconds",
    MetricSort::SecondsCounter,
    &[],
    "Time that requests had to wait for the budget.",
);
pub(super) const EVENTS: MetricFamily =
    family("brightpearl_events", MetricSort::Counter, &["event"], "Events of the engine, by their kind.");
pub(super) const RECORDS: MetricFamily = family(
    "brightpearl_records",
    MetricSort::Counter,
    &["flow", "outcome"],
    "Records of flows, by what became of them.",
);
pub(super) const RUNS: MetricFamily =
    family("brightpearl_flow_runs", MetricSort::Counter, &["flow", "outcome"], "Runs of flows that ended.");
pub(super) const RUN_DURATION: MetricFamily = family(
    "brightpearl_flow_run_seconds",
    MetricSort::SecondsCounter,
    &["flow"],
    "Time that the runs of a flow took.",
);
pub(super) const NOTIFICATIONS: MetricFamily = family(
    "brightpearl_notifications",
    MetricSort::Counter,
    &["event", "outcome"],
    "Requests to the address of the webhooks.",
);
pub(super) const NOTIFICATION_LAG: MetricFamily = family(
    "brightpearl_notification_lag_seconds",
    MetricSort::Histogram(LAG_BOUNDS),
    &[],
    "Time from what happened in Brightpearl to the receipt of its notification.",
);
pub(super) const BUDGET_LEFT: MetricFamily = family(
    "brightpearl_budget_remaining_requests",
    MetricSort::Gauge,
    &[],
    "Requests that are left in the running period.",
);
pub(super) const BUDGET_QUOTA: MetricFamily =
    family("brightpearl_budget_quota_requests", MetricSort::Gauge, &[], "Requests that a period allows.");
pub(super) const WATERMARK_AGE: MetricFamily = family(
    "brightpearl_watermark_age_seconds",
    MetricSort::SecondsGauge,
    &["flow"],
    "Time since the change up to which a flow has read.",
);
pub(super) const WATERMARK: MetricFamily = family(
    "brightpearl_watermark_timestamp_seconds",
    MetricSort::SecondsGauge,
    &["flow"],
    "The change up to which a flow has read, since the Unix epoch.",
);
pub(super) const LAST_SUCCESS: MetricFamily = family(
    "brightpearl_flow_last_success_timestamp_seconds",
    MetricSort::SecondsGauge,
    &["flow"],
    "The end of the last run of a flow that went well, since the Unix epoch.",
);
pub(super) const FLOW_FAILURES: MetricFamily = family(
    "brightpearl_flow_failures",
    MetricSort::Gauge,
    &["flow"],
    "Runs of a flow that have failed one after the other.",
);
pub(super) const QUEUE_LENGTH: MetricFamily =
    family("brightpearl_queue_length", MetricSort::Gauge, &["queue"], "What waits in a queue.");
pub(super) const QUEUE_AGE: MetricFamily = family(
    "brightpearl_queue_age_seconds",
    MetricSort::SecondsGauge,
    &["queue"],
    "Time that the oldest in a queue has waited.",
);
pub(super) const TOKEN_REMAINING: MetricFamily = family(
    "brightpearl_token_remaining_seconds",
    MetricSort::SecondsGauge,
    &["token"],
    "Time until a token ends; 0 once it has ended.",
);
pub(super) const TOKEN_EXPIRY: MetricFamily = family(
    "brightpearl_token_expiry_timestamp_seconds",
    MetricSort::SecondsGauge,
    &["token"],
    "The end of a token, since the Unix epoch.",
);
pub(super) const DEAD_LETTERS: MetricFamily = family(
    "brightpearl_dead_letters",
    MetricSort::Gauge,
    &["flow"],
    "Records and notifications that were given up and wait for somebody.",
);
pub(super) const HEALTH: MetricFamily = family(
    "brightpearl_health",
    MetricSort::Gauge,
    &["state"],
    "1 at the state of health that holds, 0 at the others.",
);

/// Every family, in the order in which they are written.
pub const METRIC_FAMILIES: &[MetricFamily] = &[
    REQUESTS,
    REQUEST_DURATION,
    RETRIES,
    THROTTLED,
    THROTTLED_SECONDS,
    BUDGET_WAITS,
    BUDGET_WAIT_SECONDS,
    BUDGET_LEFT,
    BUDGET_QUOTA,
    EVENTS,
    RECORDS,
    RUNS,
    RUN_DURATION,
    LAST_SUCCESS,
    FLOW_FAILURES,
    WATERMARK_AGE,
    WATERMARK,
    QUEUE_LENGTH,
    QUEUE_AGE,
    DEAD_LETTERS,
    NOTIFICATIONS,
    NOTIFICATION_LAG,
    TOKEN_REMAINING,
    TOKEN_EXPIRY,
    HEALTH,
];
