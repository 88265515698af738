//! What a webhook says: that something happened, to which ids, and when.

use serde::{Deserialize, Serialize};

use super::events::LIFECYCLES;
use super::variable::{Variable, VariableValues};
use crate::error::Result as CoreResult;
use crate::id_set::IdSet;
use crate::json::{json_error, plain};
use crate::value::DateTime;

/// A notification whose secret was right. It is a hint to read again, and no proof of anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// Equal for repetitions of the same notification, which Brightpearl may send.
    pub key: String,
    /// The account that it is about.
    pub account: String,
    /// What happened, such as `goods-out-note.modified.shipped`.
    pub event: String,
    /// What it happened to, such as `goods-out-note`.
    pub resource_type: String,
    /// `created`, `modified` or `destroyed`.
    pub lifecycle: String,
    /// The ids.
    pub ids: IdSet,
    /// When it happened, in milliseconds since the epoch, as Brightpearl says; when it was received, where it does not.
    pub raised_ms: u64,
    /// When it was received, in milliseconds since the epoch.
    pub received_ms: u64,
    /// Brightpearl's version, where the templates have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brightpearl_version: Option<String>,
    /// What is odd about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// So far ahead of our clock a notification may be dated without a remark.
const AHEAD_MS: u64 = 5 * 60_000;

/// A notification that is older was sent again, or waited long.
const OLD_MS: u64 = 7 * 24 * 60 * 60_000;

impl Notification {
    /// Made of what stood for the variables.
    pub(super) fn of(values: &VariableValues, now_ms: u64) -> Result<Self, String> {
        let absent = |variable: Variable| format!("`${{{}}}` stands nowhere in it", variable.name());
        let account = values.get(Variable::AccountCode).ok_or_else(|| absent(Variable::AccountCode))?;
        let full_event = values.get(Variable::FullEvent);
        let (full_type, full_happening) = match full_event.and_then(|event| event.split_once('.')) {
            Some((resource_type, happening)) => (Some(resource_type), Some(happening)),
            None => (None, None),
        };
        let resource_type =
            values.get(Variable::ResourceType).or(full_type).ok_or_else(|| absent(Variable::ResourceType))?;
        let full_lifecycle = full_happening.map(|happening| happening.split('.').next().unwrap_or(happening));
        let lifecycle = values
            .get(Variable::LifecycleEvent)
            .or(full_lifecycle)
            .ok_or_else(|| absent(Variable::LifecycleEvent))?;
        let lifecycle = lifecycle.to_ascii_lowercase();
        if !LIFECYCLES.contains(&lifecycle.as_str()) {
            return Err(format!(
                "invalid lifecycle event {lifecycle:?}; expected created, modified or destroyed"
            ));
        }
        let ids = values.get(Variable::ResourceId).ok_or_else(|| absent(Variable::ResourceId))?;
        let ids = IdSet::parse(ids).map_err(|error| format!("invalid ids: {}", error.message()))?;
        let mut remarks = Vec::new();
        let event = match (full_event, full_type) {
            (Some(event), Some(full_type))
                if full_type == resource_type && full_lifecycle == Some(&lifecycle) =>
            {
                event.to_owned()
            }
            (Some(event), _) => {
                remarks.push(format!("the full event {event:?} is not one of {resource_type} {lifecycle}"));
                format!("{resource_type}.{lifecycle}")
            }
            (None, _) => format!("{resource_type}.{lifecycle}"),
        };
        let raised_ms = raised(values.get(Variable::RaisedOn), now_ms, &mut remarks);
        let key = match values.get(Variable::RaisedOn) {
            Some(raised_on) => format!("{account} {event} {ids} {raised_on}"),
            // Two that are told apart by nothing may be two.
            None => format!("{account} {event} {ids} received {now_ms}"),
        };
        Ok(Self {
            key,
            account: account.to_owned(),
            resource_type: resource_type.to_owned(),
            event,
            lifecycle,
            ids,
            raised_ms,
            received_ms: now_ms,
            brightpearl_version: values.get(Variable::BrightpearlVersion).map(str::to_owned),
            remarks,
        })
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `notification`.
    pub fn from_json(text: &str) -> CoreResult<Self> {
        serde_json::from_str(text).map_err(|error| json_error("notification", &error))
    }

    /// All of it as a JSON object in one line, as it is stored.
    pub fn to_json(&self) -> String {
        plain(self)
    }

    /// What happened, without the resource type.
    pub(super) fn happening(&self) -> &str {
        self.event.split_once('.').map_or(self.event.as_str(), |(_, happening)| happening)
    }
}

/// When it happened. A time that cannot be is not believed, and is no reason to lose the notification.
fn raised(text: Option<&str>, now_ms: u64, remarks: &mut Vec<String>) -> u64 {
    let Some(text) = text else { return now_ms };
    let instant = DateTime::parse(text).ok().and_then(|time| u64::try_from(time.milliseconds()).ok());
    let Some(instant) = instant else {
        remarks.push(format!("the time {text:?} is invalid; the time of receipt stands for it"));
        return now_ms;
    };
    if instant > now_ms.saturating_add(AHEAD_MS) {
        remarks.push(format!(
            "it is dated {text}, more than five minutes ahead; the time of receipt stands for it"
        ));
        return now_ms;
    }
    if instant < now_ms.saturating_sub(OLD_MS) {
        remarks.push(format!("it is dated {text}, more than seven days ago"));
    }
    instant
}
