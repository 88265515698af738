//! Everything that can be asked without an account, by its name: what a host can ask, it can ask here, before it has a
//! function of its own for it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::excerpt::excerpt;
use crate::{audit, catalog, contract, discovery, flow, health, mapping, metrics, webhook};

/// Questions with what answers them, which is given their arguments.
type Questions = [(&'static str, fn(&RawValue) -> Result<String>)];

/// About what Brightpearl has, and what the engine says of itself.
const ABOUT_THE_API: &Questions = &[
    ("catalog", |asked| nothing(asked).map(|()| discovery::catalog())),
    ("describe", |asked| read(asked).and_then(|Named { resource }| discovery::describe(&resource))),
    ("tasks", |asked| nothing(asked).map(|()| discovery::tasks())),
    ("errors", |asked| nothing(asked).map(|()| discovery::errors())),
    ("contract", |asked| nothing(asked).map(|()| contract::describe())),
    ("validate", validate),
    ("service_reads", |asked| nothing(asked).map(|()| discovery::service_reads())),
    ("personal_members", |asked| read(asked).map(|Members { names }| discovery::personal_members(&names))),
    ("record_schemas", |asked| nothing(asked).map(|()| catalog::record_schemas().to_owned())),
    ("versions", |asked| nothing(asked).map(|()| discovery::versions())),
];

/// About mapping documents and journals.
const ABOUT_FLOWS: &Questions = &[
    ("check_mapping", |asked| read(asked).map(|Document { document }| discovery::check_mapping(&document))),
    ("run_mapping", run_mapping),
    ("explain_mapping", |asked| {
        read(asked).and_then(|Document { document }| discovery::explain_mapping(&document))
    }),
    ("begin_mapping", |asked| {
        read(asked).and_then(|Begun { sample, target }| discovery::begin_mapping(&sample, &target))
    }),
    ("ready_mappings", |asked| nothing(asked).map(|()| discovery::ready_mappings())),
    ("mapping_schema", |asked| nothing(asked).map(|()| mapping::schema().to_owned())),
    ("compact_journal", |asked| {
        let Journal { journal } = read(asked)?;
        Ok(Value::from(flow::compact_journal(&journal)?).to_string())
    }),
];

/// About webhooks, and for those who run it for years.
const ABOUT_RUNNING: &Questions = &[
    ("webhook_events", |asked| nothing(asked).map(|()| webhook::webhook_events())),
    ("check_webhooks", |asked| {
        read(asked).and_then(|Receiver { receiver }| webhook::check_webhooks(&receiver))
    }),
    ("plan_webhooks", plan_webhooks),
    ("receive_webhook", receive_webhook),
    ("coalesce_notifications", |asked| {
        let Coalesced { notifications, settled } = read(asked)?;
        webhook::coalesce_notifications(&notifications, &settled)
    }),
    ("record_metrics", |asked| metrics::record_metrics(asked.get())),
    ("render_metrics", |asked| metrics::render_metrics(asked.get())),
    ("request_labels", |asked| metrics::request_labels(asked.get())),
    ("append_audit", |asked| audit::append_audit(asked.get())),
    ("verify_audit", |asked| audit::verify_audit(asked.get())),
    ("health_rules", |asked| nothing(asked).map(|()| health::health_rules())),
    ("assess_health", |asked| health::assess_health(asked.get())),
    ("alert_changes", |asked| health::alert_changes(asked.get())),
];

/// Answers a question: the JSON object has one member, named as the function of [`discovery`](crate::discovery),
/// [`webhook`](crate::webhook), [`metrics`](crate::metrics), [`audit`](crate::audit) or
/// [`health`](crate::health) that answers it (or `contract`, for [`contract::describe`](crate::contract::describe), and
/// `compact_journal`, for [`flow::compact_journal`](crate::flow::compact_journal)), with its arguments. Documents, records,
/// receivers and bodies are texts among them. The answer is JSON.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `question` when it is not such an object, and what the function says.
pub fn ask(question: &str) -> Result<String> {
    answer(question, &[ABOUT_THE_API, ABOUT_FLOWS, ABOUT_RUNNING])
}

/// The same of what Brightpearl has, and nothing else: a program that asks only so is linked without mapping, flows,
/// webhooks, metrics, the audit trail and health.
///
/// # Errors
/// As [`ask`].
pub fn ask_about_the_api(question: &str) -> Result<String> {
    answer(question, &[ABOUT_THE_API])
}

fn answer(question: &str, tables: &[&Questions]) -> Result<String> {
    let asked: BTreeMap<String, &RawValue> =
        serde_json::from_str(question).map_err(|error| invalid(&error.to_string()))?;
    let mut members = asked.iter();
    let (Some((name, arguments)), None) = (members.next(), members.next()) else {
        return Err(invalid(&format!("it has {} members", asked.len())));
    };
    let questions = || tables.iter().flat_map(|table| table.iter());
    match questions().find(|(known, _)| known == name) {
        Some((_, function)) => function(arguments),
        None => {
            let known: Vec<String> = questions().map(|(known, _)| format!("`{known}`")).collect();
            Err(invalid(&format!("{} is unknown; expected one of {}", excerpt(name), known.join(", "))))
        }
    }
}

fn validate(asked: &RawValue) -> Result<String> {
    let Validated { path, verb, body, unknown_members } = read(asked)?;
    discovery::validate(&path, &verb, body.as_bytes(), &unknown_members)
}

fn run_mapping(asked: &RawValue) -> Result<String> {
    let Run { document, record, resolved } = read(asked)?;
    discovery::run_mapping(&document, record.as_bytes(), &resolved)
}

fn plan_webhooks(asked: &RawValue) -> Result<String> {
    let Planned { receiver, account, registered } = read(asked)?;
    webhook::plan_webhooks(&receiver, &account, &registered)
}

fn receive_webhook(asked: &RawValue) -> Result<String> {
    let Received { receiver, request, now } = read(asked)?;
    webhook::receive_webhook(&receiver, &request, now)
}

/// The arguments of a question that has none.
fn nothing(asked: &RawValue) -> Result<()> {
    read::<Nothing>(asked).map(|Nothing {}| ())
}

fn read<'q, T: Deserialize<'q>>(asked: &'q RawValue) -> Result<T> {
    serde_json::from_str(asked.get()).map_err(|error| invalid(&error.to_string()))
}

fn invalid(why: &str) -> Error {
    let message = format!("the question is invalid: {why}; expected an object such as {{\"catalog\": {{}}}}");
    Error::validation("question", message)
}

/// Arguments, by the names that they have in JSON.
macro_rules! arguments {
    ($($name:ident { $($member:ident: $type:ty),* })*) => {$(
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($member: $type,)*
        }
    )*};
}

arguments! {
    Nothing {}
    Named { resource: String }
    Validated { path: String, verb: String, body: String, unknown_members: String }
    Members { names: Vec<String> }
    Document { document: String }
    Run { document: String, record: String, resolved: String }
    Begun { sample: String, target: String }
    Journal { journal: String }
    Receiver { receiver: String }
    Planned { receiver: String, account: String, registered: String }
    Received { receiver: String, request: String, now: u64 }
    Coalesced { notifications: String, settled: String }
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
    fn what_is_asked_about_the_api_alone_is_answered_alike() {
        for (name, _) in ABOUT_THE_API {
            let question = match *name {
                "describe" => r#"{"describe":{"resource":"order"}}"#.to_owned(),
                "personal_members" => r#"{"personal_members":{"names":["email"]}}"#.to_owned(),
                "validate" => r#"{"validate":{"path":"order-service/order","verb":"POST","body":"{}","unknown_members":"warn"}}"#.to_owned(),
                name => format!(r#"{{"{name}":{{}}}}"#),
            };
            assert!(ask_about_the_api(&question).is_ok(), "{question}");
            assert_eq!(ask_about_the_api(&question), ask(&question), "{question}");
        }
        let refused = ask_about_the_api(r#"{"ready_mappings":{}}"#).unwrap_err();
        assert!(!refused.message().contains("check_mapping"), "{}", refused.message());
        assert!(refused.message().contains("`describe`"), "{}", refused.message());
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
        for wrong in [
            "",
            "{}",
            "[]",
            r#"{"weather":{}}"#,
            r#"{"catalog":{"of":1}}"#,
            r#"{"catalog":{},"tasks":{}}"#,
            r#"{"describe":{}}"#,
        ] {
            let error = ask(wrong).unwrap_err();
            assert_eq!((error.kind(), error.location()), (Kind::Validation, Some("question")), "{wrong}");
        }
        assert!(ask(r#"{"weather":{}}"#).unwrap_err().message().contains("`check_mapping`"));
    }
}
