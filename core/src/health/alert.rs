//! Of which findings somebody has to be told, and when.

use serde_json::{Value, json};

use super::assessment::HealthState;
use super::words::{duration, one_line};
use crate::error::{Error, Result};
use crate::json::{GivenObject, given_value, unfit};
use crate::named::named;

named! {
    /// Why somebody is told of an alert.
    pub enum AlertChange: "alert-change" {
        /// It was not there before.
        New = 0 "new",
        /// It was degraded, and is failing now.
        Worse = 1 "worse",
        /// It is still there.
        Reminder = 2 "reminder",
        /// It is gone.
        Recovered = 3 "recovered",
    }
}

/// How long things have to last before somebody is told.
#[derive(Clone, Copy, Debug)]
struct Patience {
    raise_ms: u64,
    recover_ms: u64,
    remind_ms: u64,
}

const PATIENCE: Patience = Patience { raise_ms: 60_000, recover_ms: 300_000, remind_ms: 86_400_000 };

/// A step back of the clock that is no more than its being set right.
const JITTER_MS: u64 = 1_000;

/// Something that is wrong, from its first finding until it has been gone for long enough.
#[derive(Clone, Debug)]
struct Alert {
    rule: String,
    subject: String,
    state: HealthState,
    why: String,
    todo: String,
    /// Since when it has been found, and when it was found last.
    first_ms: u64,
    last_ms: u64,
    /// When and as what somebody was told.
    told: Option<(u64, HealthState)>,
    /// Whether it is among the findings of now.
    is_there: bool,
}

/// What has changed between the alerts that were open and the findings of now. `asked` is JSON:
///
/// ```json
/// {"before": ALERTS or null, "after": [FINDING...], "now": milliseconds since the Unix epoch,
///  "debounce": {"raise_ms": 60000, "recover_ms": 300000, "remind_ms": 86400000} or a number or null}
/// ```
///
/// `after` are the findings of `assess_health`, `before` the `alerts` of the last answer. A finding is told once it has
/// lasted for `raise_ms`, and again after each `remind_ms` (0 is never) and when it gets worse; it has recovered when it was
/// gone for `recover_ms`, so that what comes and goes is told once; where the clock was set back since it was found, as soon as
/// it is gone. A number stands for `raise_ms` and `recover_ms`. The
/// answer is `{"alerts": ALERTS, "messages": [{"change", "rule", "subject", "state", "since_ms", "text", "slack"}...],
/// "open": [{"rule", "subject", "state", "since_ms", "why", "todo"}...]}`. `change` is one of [`AlertChange`], `text` is for
/// people, `slack` a body for an incoming webhook of Slack; `open` is everything of which somebody was told and that has
/// not recovered.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub fn alert_changes(asked: &str) -> Result<String> {
    let asked = given_value("question", asked)?;
    let asked = GivenObject::of(&asked, "", &["before", "after", "now", "debounce"])?;
    let now = asked.needed_number("now")?;
    let patience = Patience::read(&asked)?;
    let mut alerts: Vec<Alert> = Vec::new();
    for (place, alert) in asked.elements("before")? {
        alerts.push(Alert::read(alert, &place)?);
    }
    for (place, finding) in asked.elements("after")? {
        let found = Alert::found(&GivenObject::open(finding, &place)?, now)?;
        match alerts.iter_mut().find(|alert| alert.is_same(&found)) {
            // A clock that is set back makes nothing older, and no reminder wait until it has caught up.
            Some(alert) => {
                let told = alert.told.map(|(at, state)| (at.min(now), state));
                *alert = Alert { first_ms: alert.first_ms.min(now), told, ..found };
            }
            None => alerts.push(found),
        }
    }
    let mut messages = Vec::new();
    alerts.retain_mut(|alert| {
        if !alert.is_there && alert.has_recovered(patience, now) {
            messages.extend(alert.told.map(|_| alert.message(AlertChange::Recovered, now)));
            return false;
        }
        if alert.is_there
            && let Some(change) = alert.change(patience, now)
        {
            alert.told = Some((now, alert.state));
            messages.push(alert.message(change, now));
        }
        true
    });
    let open: Vec<Value> = alerts.iter().filter(|alert| alert.told.is_some()).map(Alert::shown).collect();
    let alerts: Vec<Value> = alerts.iter().map(Alert::to_value).collect();
    Ok(json!({"alerts": alerts, "messages": messages, "open": open}).to_string())
}

impl Patience {
    fn read(asked: &GivenObject<'_>) -> Result<Self> {
        match asked.value("debounce") {
            None => Ok(PATIENCE),
            Some(Value::Number(_)) => {
                let both = asked.needed_number("debounce")?;
                Ok(Self { raise_ms: both, recover_ms: both, ..PATIENCE })
            }
            Some(value @ Value::Object(_)) => {
                let given = GivenObject::of(value, "debounce", &["raise_ms", "recover_ms", "remind_ms"])?;
                Ok(Self {
                    raise_ms: given.number("raise_ms")?.unwrap_or(PATIENCE.raise_ms),
                    recover_ms: given.number("recover_ms")?.unwrap_or(PATIENCE.recover_ms),
                    remind_ms: given.number("remind_ms")?.unwrap_or(PATIENCE.remind_ms),
                })
            }
            Some(other) => Err(unfit("debounce", other, "a number of milliseconds or an object")),
        }
    }
}

impl Alert {
    /// What a finding makes of itself that was not there before.
    fn found(finding: &GivenObject<'_>, now: u64) -> Result<Self> {
        Ok(Self {
            rule: one_line(finding.needed_text("rule")?),
            subject: one_line(finding.text("subject")?.unwrap_or_default()),
            state: state_of(finding, "state")?,
            why: one_line(finding.needed_text("why")?),
            todo: one_line(finding.needed_text("todo")?),
            first_ms: now,
            last_ms: now,
            told: None,
            is_there: true,
        })
    }

    fn read(value: &Value, place: &str) -> Result<Self> {
        const MEMBERS: [&str; 9] =
            ["rule", "subject", "state", "why", "todo", "first_ms", "last_ms", "told_ms", "told_state"];
        let given = GivenObject::of(value, place, &MEMBERS)?;
        let told = match given.number("told_ms")? {
            None => None,
            Some(at) => Some((at, state_of(&given, "told_state")?)),
        };
        let found = Self::found(&given, given.needed_number("last_ms")?)?;
        Ok(Self { first_ms: given.needed_number("first_ms")?, told, is_there: false, ..found })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.rule == other.rule && self.subject == other.subject
    }

    /// Whether one that was not found now has been gone for long enough. Of one that was found at a time to come, the clock
    /// was set back since, so that nobody knows for how long: it is told at once, rather than when the clock has caught up.
    fn has_recovered(&self, patience: Patience, now: u64) -> bool {
        let is_to_come = self.last_ms > now.saturating_add(JITTER_MS);
        is_to_come || now.saturating_sub(self.last_ms) >= patience.recover_ms
    }

    /// Whether somebody is to be told, and why.
    fn change(&self, patience: Patience, now: u64) -> Option<AlertChange> {
        let is_over = |since: u64, wait: u64| now.saturating_sub(since) >= wait;
        match self.told {
            None => is_over(self.first_ms, patience.raise_ms).then_some(AlertChange::New),
            Some((_, before)) if self.state > before => Some(AlertChange::Worse),
            Some((at, _)) if patience.remind_ms > 0 && is_over(at, patience.remind_ms) => {
                Some(AlertChange::Reminder)
            }
            Some(_) => None,
        }
    }

    fn message(&self, change: AlertChange, now: u64) -> Value {
        let what = match change {
            AlertChange::New | AlertChange::Worse => self.state.as_str(),
            AlertChange::Reminder => "still there",
            AlertChange::Recovered => "recovered",
        };
        let of = if self.subject.is_empty() { String::new() } else { format!(" of {}", self.subject) };
        let text = match change {
            AlertChange::Recovered => {
                let lasted = duration(now.max(self.last_ms).saturating_sub(self.first_ms) as f64 / 1_000.0);
                format!("[{what}] {}{of}: it is well again after {lasted}. Nothing is to be done.", self.rule)
            }
            AlertChange::New | AlertChange::Worse | AlertChange::Reminder => {
                format!("[{what}] {}{of}: {}. What to do: {}", self.rule, self.why, self.todo)
            }
        };
        // Slack takes these three for markup.
        let slack = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        json!({
            "change": change.as_str(), "rule": self.rule, "subject": self.subject, "state": self.state.as_str(),
            "since_ms": self.first_ms, "text": text, "slack": {"text": slack},
        })
    }

    fn shown(&self) -> Value {
        json!({
            "rule": self.rule, "subject": self.subject, "state": self.state.as_str(), "since_ms": self.first_ms,
            "why": self.why, "todo": self.todo,
        })
    }

    fn to_value(&self) -> Value {
        json!({
            "rule": self.rule, "subject": self.subject, "state": self.state.as_str(), "why": self.why,
            "todo": self.todo, "first_ms": self.first_ms, "last_ms": self.last_ms,
            "told_ms": self.told.map(|(at, _)| at), "told_state": self.told.map(|(_, state)| state.as_str()),
        })
    }
}

fn state_of(given: &GivenObject<'_>, name: &str) -> Result<HealthState> {
    let state = given.needed_text(name)?;
    let found = HealthState::ALL.into_iter().find(|known| known.as_str() == state);
    found.ok_or_else(|| Error::validation(given.at(name), "expected ok, degraded or failing"))
}
