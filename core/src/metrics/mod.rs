//! What a client has done, as numbers for Prometheus and whatever reads its formats. A host keeps one small JSON state,
//! adds to it what happened ([`record_metrics`]), and writes it out with what holds at the moment ([`render_metrics`]).
//!
//! The state stays small however long it runs: labels are names of the catalogue, of the contract, and of the host's own
//! flows, of each a bounded number; whatever else comes is `other`. So no id and nothing secret gets into a label.

mod accumulation;
mod exposition;
mod family;
mod gauges;
mod label;
mod request;
mod state;

pub use accumulation::record_metrics;
pub use exposition::render_metrics;
pub use family::{METRIC_FAMILIES, MetricFamily, MetricSort};
pub use request::request_labels;
