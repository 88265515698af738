//! Whether all is well, by declared rules, and of what somebody has to be told. The host gathers facts and keeps the alerts
//! that are open; what is worth a finding, and what to do about it, stands here ([`assess_health`], [`alert_changes`]).

mod alert;
mod assessment;
mod fact;
mod measure;
mod rule;
mod words;

pub use alert::{AlertChange, alert_changes};
pub use assessment::{HealthState, assess_health};
pub use fact::HealthFact;
pub use rule::{HEALTH_RULES, HealthRule, HealthUnit, health_rules};
