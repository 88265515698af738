//! Everything that can be asked without an account, by its name: what a host can ask, it can ask here, before it has a
//! function of its own for it.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::{audit, catalog, contract, discovery, flow, health, mapping, metrics, webhook};

/// What can be asked, as in the JSON `{"describe": {"resource": "order-row"}}`. Documents, records, receivers and
/// bodies are texts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Question {
    Catalog {},
    Describe { resource: String },
    Tasks {},
    Errors {},
    Contract {},
    Validate { path: String, verb: String, body: String, unknown_members: String },
    CheckMapping { document: String },
    RunMapping { document: String, record: String, resolved: String },
    ExplainMapping { document: String },
    BeginMapping { sample: String, target: String },
    ReadyMappings {},
    MappingSchema {},
    WebhookEvents {},
    CheckWebhooks { receiver: String },
    PlanWebhooks { receiver: String, account: String, registered: String },
    ReceiveWebhook { receiver: String, request: String, now: u64 },
    CoalesceNotifications { notifications: String, settled: String },
    CompactJournal { journal: String },
    RecordMetrics(Box<RawValue>),
    RenderMetrics(Box<RawValue>),
    RequestLabels(Box<RawValue>),
    AppendAudit(Box<RawValue>),
    VerifyAudit(Box<RawValue>),
    HealthRules {},
    AssessHealth(Box<RawValue>),
    AlertChanges(Box<RawValue>),
    ServiceReads {},
    PersonalMembers { names: Vec<String> },
    RecordSchemas {},
    Versions {},
}

/// Answers a question: the JSON object has one member, named as the function of [`discovery`](crate::discovery),
/// [`webhook`](crate::webhook), [`metrics`](crate::metrics), [`audit`](crate::audit) or
/// [`health`](crate::health) that answers it (or `contract`, for [`contract::describe`](crate::contract::describe), and
/// `compact_journal`, for [`flow::compact_journal`](crate::flow::compact_journal)), with its arguments. The answer is JSON.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `question` when it is not such an object, and what the function says.
pub fn ask(question: &str) -> Result<String> {
    let question = serde_json::from_str(question).map_err(|error| {
        let message =
            format!("the question is invalid: {error}; expected an object such as {{\"catalog\": {{}}}}");
        Error::validation("question", message)
    })?;
    match question {
        Question::Catalog {} => Ok(discovery::catalog()),
        Question::Describe { resource } => discovery::describe(&resource),
        Question::Tasks {} => Ok(discovery::tasks()),
        Question::Errors {} => Ok(discovery::errors()),
        Question::Contract {} => Ok(contract::describe()),
        Question::Validate { path, verb, body, unknown_members } => {
            discovery::validate(&path, &verb, body.as_bytes(), &unknown_members)
        }
        Question::CheckMapping { document } => Ok(discovery::check_mapping(&document)),
        Question::RunMapping { document, record, resolved } => {
            discovery::run_mapping(&document, record.as_bytes(), &resolved)
        }
        Question::ExplainMapping { document } => discovery::explain_mapping(&document),
        Question::BeginMapping { sample, target } => discovery::begin_mapping(&sample, &target),
        Question::ReadyMappings {} => Ok(discovery::ready_mappings()),
        Question::MappingSchema {} => Ok(mapping::schema().to_owned()),
        Question::WebhookEvents {} => Ok(webhook::webhook_events()),
        Question::CheckWebhooks { receiver } => webhook::check_webhooks(&receiver),
        Question::PlanWebhooks { receiver, account, registered } => {
            webhook::plan_webhooks(&receiver, &account, &registered)
        }
        Question::ReceiveWebhook { receiver, request, now } => {
            webhook::receive_webhook(&receiver, &request, now)
        }
        Question::CoalesceNotifications { notifications, settled } => {
            webhook::coalesce_notifications(&notifications, &settled)
        }
        Question::CompactJournal { journal } => Ok(Value::from(flow::compact_journal(&journal)?).to_string()),
        Question::RecordMetrics(asked) => metrics::record_metrics(asked.get()),
        Question::RenderMetrics(asked) => metrics::render_metrics(asked.get()),
        Question::RequestLabels(asked) => metrics::request_labels(asked.get()),
        Question::AppendAudit(asked) => audit::append_audit(asked.get()),
        Question::VerifyAudit(asked) => audit::verify_audit(asked.get()),
        Question::HealthRules {} => Ok(health::health_rules()),
        Question::AssessHealth(asked) => health::assess_health(asked.get()),
        Question::AlertChanges(asked) => health::alert_changes(asked.get()),
        Question::ServiceReads {} => Ok(discovery::service_reads()),
        Question::PersonalMembers { names } => Ok(discovery::personal_members(&names)),
        Question::RecordSchemas {} => Ok(catalog::record_schemas().to_owned()),
        Question::Versions {} => Ok(discovery::versions()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn a_question_is_answered_as_its_function_does() {
        assert_eq!(ask(r#"{"catalog":{}}"#).as_deref(), Ok(discovery::catalog().as_str()));
        assert_eq!(ask(r#"{"contract":{}}"#).as_deref(), Ok(contract::describe().as_str()));
        assert_eq!(ask(r#"{"describe":{"resource":"order-rwo"}}"#), discovery::describe("order-rwo"));
    }

    #[test]
    fn editions_are_told_as_their_sources_have_them() {
        let told: serde_json::Value = serde_json::from_str(&ask(r#"{"versions":{}}"#).unwrap()).unwrap();
        assert_eq!(told["engine"], env!("CARGO_PKG_VERSION"));
        let zones = told["time_zones"].as_str().unwrap();
        assert!(zones.len() == 5 && zones.starts_with("20"), "{zones}");
        let notes = include_str!("../../docs/brightpearl-api.md");
        assert!(notes.contains("in the third edition (2026-11)"));
        assert_eq!(told["catalogue"], "third edition, 2026-11");
    }

    #[test]
    fn what_is_no_question_is_told_with_what_there_is() {
        for wrong in ["", "{}", "[]", r#"{"weather":{}}"#, r#"{"catalog":{"of":1}}"#, r#"{"describe":{}}"#] {
            let error = ask(wrong).unwrap_err();
            assert_eq!((error.kind(), error.location()), (Kind::Validation, Some("question")), "{wrong}");
        }
        assert!(ask(r#"{"weather":{}}"#).unwrap_err().message().contains("`check_mapping`"));
    }
}
