//! The rules, as one table, and what a host changes of them.

use serde::{Serialize, Serializer};

use super::fact::{self, HealthFact};
use super::measure::{self, Measured};
use crate::error::{Error, Result};
use crate::json::{GivenObject, plain, unfit};

/// What a rule measures in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthUnit {
    /// A number of things.
    Count,
    /// A part of the whole, from 0 to 1.
    Share,
    /// A time.
    Seconds,
    /// How many times as much as usual.
    Times,
}

/// What is measured of one fact of one subject, at a time in milliseconds since the Unix epoch.
type Measuring = for<'f> fn(&GivenObject<'f>, u64) -> Result<Measured>;

/// One rule: what is measured, and from which value on it is no longer well.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HealthRule {
    /// Its name.
    pub name: &'static str,
    /// The fact that it looks at; its name, as JSON.
    #[serde(serialize_with = "name_of")]
    pub fact: HealthFact,
    /// What it measures, in words.
    pub measure: &'static str,
    /// In what.
    pub unit: HealthUnit,
    /// From where on it is degraded; never if absent.
    pub degraded: Option<f64>,
    /// From where on it is failing; never if absent.
    pub failing: Option<f64>,
    /// Whether less is worse.
    pub is_least: bool,
    /// What to do.
    pub todo: &'static str,
    /// Whether not knowing the fact is a finding.
    pub required: bool,
    #[serde(skip)]
    pub(super) measuring: Measuring,
}

fn name_of<S: Serializer>(fact: &HealthFact, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(fact.name)
}

const fn rule(
    name: &'static str,
    fact: HealthFact,
    measuring: Measuring,
    measure: &'static str,
    unit: HealthUnit,
    (degraded, failing): (Option<f64>, Option<f64>),
    todo: &'static str,
) -> HealthRule {
    HealthRule {
        name,
        fact,
        measure,
        unit,
        degraded,
        failing,
        is_least: false,
        todo,
        required: false,
        measuring,
    }
}

/// Every rule with what it has unless told otherwise.
pub const HEALTH_RULES: [HealthRule; 15] = [
    rule(
        "authentication",
        fact::AUTHENTICATION,
        measure::failures,
        "refusals of the credentials in a row",
        HealthUnit::Count,
        (None, Some(1.0)),
        "Look whether the app is switched on and its secret is the present one; for OAuth, log in again.",
    ),
    rule(
        "error-rate",
        fact::REQUESTS,
        measure::error_rate,
        "requests that failed",
        HealthUnit::Share,
        (Some(0.05), Some(0.5)),
        "Look at the errors in the log, and at Brightpearl's status page when they are 5xx.",
    ),
    rule(
        "throttling",
        fact::THROTTLING,
        measure::throttling,
        "time that went into waiting for the request cap",
        HealthUnit::Share,
        (Some(0.5), Some(0.9)),
        "Let flows run less often or at other times, or ask Brightpearl for a higher cap.",
    ),
    rule(
        "neighbours",
        fact::BUDGET,
        measure::neighbours,
        "request cap that others used",
        HealthUnit::Share,
        (Some(0.5), Some(0.9)),
        "Find out which other app uses the account's requests: all private apps share one cap.",
    ),
    rule(
        "watermark",
        fact::WATERMARKS,
        measure::watermark,
        "age of what was read last",
        HealthUnit::Seconds,
        (Some(7_200.0), Some(86_400.0)),
        "Look whether the flow runs, and what its last run says.",
    ),
    rule(
        "queue-age",
        fact::QUEUES,
        measure::queue_age,
        "wait of the oldest in the queue",
        HealthUnit::Seconds,
        (Some(900.0), Some(21_600.0)),
        "Look whether what takes from the queue runs, and what it says.",
    ),
    rule(
        "queue-growing",
        fact::QUEUES,
        measure::queue_growing,
        "times in a row that the queue has grown",
        HealthUnit::Count,
        (Some(5.0), Some(30.0)),
        "More comes in than is taken out: let what takes from the queue run more often, or see what slows it.",
    ),
    rule(
        "webhook-silence",
        fact::NOTIFICATIONS,
        measure::silence,
        "silence of the webhooks, beside what is usual at this time",
        HealthUnit::Times,
        (Some(3.0), Some(10.0)),
        "Look whether the webhooks are registered and the address can be reached; a pull finds what was missed.",
    ),
    rule(
        "subscription",
        fact::SUBSCRIPTIONS,
        measure::subscriptions,
        "declared subscriptions that are not registered",
        HealthUnit::Count,
        (Some(1.0), None),
        "Register them as the plan of the webhooks says; a pull finds what was missed meanwhile.",
    ),
    HealthRule {
        is_least: true,
        ..rule(
            "token",
            fact::TOKENS,
            measure::token,
            "time left of a token that does not renew itself",
            HealthUnit::Seconds,
            (Some(604_800.0), Some(86_400.0)),
            "Log in again, or put a new token in its place, before it ends.",
        )
    },
    rule(
        "dead-letters",
        fact::DEAD_LETTERS,
        measure::dead_letters,
        "records and notifications that were given up",
        HealthUnit::Count,
        (Some(1.0), Some(100.0)),
        "Look at the dead letters, mend what their reasons say, and retry or drop them.",
    ),
    rule(
        "deprecated",
        fact::DEPRECATED,
        measure::deprecated,
        "deprecated resources in use",
        HealthUnit::Count,
        (Some(1.0), None),
        "Use what replaces it, before Brightpearl takes it away.",
    ),
    rule(
        "drift",
        fact::DRIFT,
        measure::drift,
        "columns that are gone or have another type than is known",
        HealthUnit::Count,
        (Some(1.0), None),
        "Look whether mappings and filters use them; a newer version may know them.",
    ),
    rule(
        "clock",
        fact::CLOCK,
        measure::clock,
        "difference of this machine's clock from Brightpearl's",
        HealthUnit::Seconds,
        (Some(30.0), Some(300.0)),
        "Let this machine keep time by NTP: the ends of tokens, and the dates that pulls ask for, come from its clock.",
    ),
    rule(
        "flow",
        fact::FLOWS,
        measure::flow,
        "failed runs in a row",
        HealthUnit::Count,
        (Some(1.0), Some(3.0)),
        "Look what its last run says, and run it by hand.",
    ),
];

/// The rules with their thresholds, as a JSON array of [`HealthRule`].
pub fn health_rules() -> String {
    plain(&HEALTH_RULES)
}

/// The rules that hold: those of the table, as the host wants them.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub(super) fn declared(given: Option<&GivenObject<'_>>) -> Result<Vec<HealthRule>> {
    let Some(given) = given else { return Ok(HEALTH_RULES.to_vec()) };
    let mut rules = HEALTH_RULES.to_vec();
    for (name, wanted) in given.members() {
        let place = given.at(name);
        let Some(index) = rules.iter().position(|rule| rule.name == name) else { continue };
        match wanted {
            serde_json::Value::Bool(false) => {
                rules.remove(index);
            }
            serde_json::Value::Bool(true) => rules[index].required = true,
            wanted @ serde_json::Value::Object(_) => {
                let wanted = GivenObject::of(wanted, &place, &["degraded", "failing", "required"])?;
                change(&mut rules[index], &wanted)?;
            }
            other => return Err(unfit(&place, other, "true, false or an object")),
        }
    }
    Ok(rules)
}

fn change(rule: &mut HealthRule, wanted: &GivenObject<'_>) -> Result<()> {
    for (name, threshold) in [("degraded", &mut rule.degraded), ("failing", &mut rule.failing)] {
        if wanted.has(name) {
            *threshold = wanted.decimal(name)?;
        }
        if threshold.is_some_and(|threshold| threshold < 0.0) {
            return Err(Error::validation(wanted.at(name), "found a negative number; expected at least 0"));
        }
    }
    if let (Some(degraded), Some(failing)) = (rule.degraded, rule.failing) {
        let is_wrong = if rule.is_least { failing > degraded } else { failing < degraded };
        if is_wrong {
            let message = format!(
                "`failing` is {failing} and `degraded` {degraded}; expected `failing` to be the worse of the two"
            );
            return Err(Error::validation(wanted.at("failing"), message));
        }
    }
    rule.required = wanted.flag("required")?;
    Ok(())
}
