//! Subscriptions as they are declared, and as they are registered (API notes §7.1).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::events::{Subscribable, subscribable};
use super::form::NotificationForm;
use super::template::NotificationTemplate;
use super::variable::Variable;
use crate::error::Severity;
use crate::json::quoted;
use crate::secret::Secret;

/// The template of a body that says all there is, as JSON.
pub(super) const STANDARD_BODY: &str = concat!(
    r#"{"accountCode":"${account-code}","resourceType":"${resource-type}","id":"${resource-id}","#,
    r#""lifecycleEvent":"${lifecycle-event}","fullEvent":"${full-event}","raisedOn":"${raised-on}","#,
    r#""brightpearlVersion":"${brightpearl-version}"}"#
);

/// How the secret is written in the templates of a declaration.
pub(super) const SECRET_VARIABLE: &str = "${secret}";

/// What somebody wants to be told of. The members are those of the API; the address has `${secret}` where the secret
/// goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSubscription {
    /// An event such as `order.modified.order-status`, or a resource type for all of its events.
    pub subscribe_to: String,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub http_method: String,
    /// The address that Brightpearl calls.
    pub uri_template: String,
    /// The body; only with `POST` and `PUT`.
    pub body_template: Option<String>,
    /// What the body is; only with `POST` and `PUT`.
    pub content_type: Option<String>,
    /// Whether one notification may be about several ids.
    pub id_set_accepted: bool,
    /// 0: at most once; 1: at least once.
    pub quality_of_service: u8,
}

/// As people write it: what is left out has the value that a receiver wants, not the API's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenSubscription {
    subscribe_to: String,
    http_method: Option<String>,
    uri_template: Option<String>,
    body_template: Option<String>,
    content_type: Option<String>,
    id_set_accepted: Option<bool>,
    quality_of_service: Option<u8>,
}

/// As Brightpearl shows it: what it leaves out has the API's own value.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegisteredWebhook {
    pub(super) id: u64,
    subscribe_to: String,
    http_method: String,
    uri_template: Secret,
    #[serde(default)]
    body_template: Option<String>,
    #[serde(default)]
    content_type: Option<String>,
    #[serde(default)]
    id_set_accepted: Option<bool>,
    #[serde(default)]
    quality_of_service: Option<Value>,
}

/// Something that is wrong with a declared subscription, or doubtful about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubscriptionFinding {
    /// Where it stands in the declaration, as a JSON Pointer.
    pub pointer: String,
    /// Whether it can be registered all the same.
    pub severity: Severity,
    /// What was found, and what was expected.
    pub message: String,
}

impl WebhookSubscription {
    /// Reads an event's name, or an object with the API's members.
    pub(super) fn read(value: &Value, public_url: Option<&str>) -> Result<Self, String> {
        let written = match value {
            Value::String(event) => WrittenSubscription {
                subscribe_to: event.clone(),
                http_method: None,
                uri_template: None,
                body_template: None,
                content_type: None,
                id_set_accepted: None,
                quality_of_service: None,
            },
            Value::Object(_) => WrittenSubscription::deserialize(value)
                .map_err(|error| format!("invalid subscription: {error}"))?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                return Err("expected an event such as \"order.modified\", or an object with `subscribeTo`"
                    .to_owned());
            }
        };
        let http_method = written.http_method.unwrap_or_else(|| "POST".to_owned());
        let has_body = has_body(&http_method);
        let uri_template = match (written.uri_template, public_url) {
            (Some(template), _) => template,
            (None, Some(url)) => with_secret(url),
            (None, None) => return Err("`uriTemplate` is missing, and there is no `public_url`".to_owned()),
        };
        let standard =
            |given: Option<String>, otherwise: &str| given.or_else(|| has_body.then(|| otherwise.to_owned()));
        Ok(Self {
            subscribe_to: written.subscribe_to,
            body_template: standard(written.body_template, STANDARD_BODY),
            content_type: standard(written.content_type, "application/json"),
            http_method,
            uri_template,
            id_set_accepted: written.id_set_accepted.unwrap_or(true),
            quality_of_service: written.quality_of_service.unwrap_or(1),
        })
    }

    /// Whether it asks for such an event. One that asks for what is general is also told of what is special, should
    /// Brightpearl take it so.
    pub(super) fn concerns(&self, event: &str) -> bool {
        match event.strip_prefix(self.subscribe_to.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with('.'),
            None => false,
        }
    }

    /// Everything that is wrong with it, at this pointer.
    pub(super) fn findings(&self, pointer: &str) -> Vec<SubscriptionFinding> {
        let mut findings = Vec::new();
        let mut find = |member: &str, severity: Severity, message: String| {
            findings.push(SubscriptionFinding { pointer: format!("{pointer}/{member}"), severity, message });
        };
        match subscribable(&self.subscribe_to) {
            Subscribable::Known => {}
            Subscribable::Unlisted { meant } => {
                let message = format!(
                    "{:?} is not among the events that are known, of which there may be more (INTC-064 if Brightpearl \
                     refuses it){}",
                    self.subscribe_to,
                    hint(meant)
                );
                find("subscribeTo", Severity::Warning, message);
            }
            Subscribable::Refused { instead } => {
                let message =
                    format!("Brightpearl refuses {:?} (INTC-064); expected {instead}", self.subscribe_to);
                find("subscribeTo", Severity::Error, message);
            }
            Subscribable::Malformed { meant } => {
                let message = format!(
                    "{:?} is not an event; expected a resource type and what happens to it, such as order.modified{}",
                    self.subscribe_to,
                    hint(meant)
                );
                find("subscribeTo", Severity::Error, message);
            }
        }
        if !["GET", "POST", "PUT", "DELETE"].contains(&self.http_method.as_str()) {
            let message = format!("invalid method {:?}; expected GET, POST, PUT or DELETE", self.http_method);
            find("httpMethod", Severity::Error, message);
        }
        if !has_body(&self.http_method) && (self.body_template.is_some() || self.content_type.is_some()) {
            find(
                "bodyTemplate",
                Severity::Warning,
                format!("{} has no body; expected POST or PUT", self.http_method),
            );
        }
        if self.quality_of_service > 1 {
            let message = format!("invalid quality of service {}; expected 0 or 1", self.quality_of_service);
            find("qualityOfService", Severity::Error, message);
        }
        if self.quality_of_service == 0 {
            let message = "at most once: a notification that fails is sent again only where the receiver answers \
                           503; 1 is sent until it is taken";
            find("qualityOfService", Severity::Warning, message.to_owned());
        }
        match self.uri_template.split_once("://") {
            Some(("https", _)) => {}
            Some(("http", _)) => find(
                "uriTemplate",
                Severity::Warning,
                "plain http sends the secret unencrypted; expected https".to_owned(),
            ),
            Some(_) | None => {
                find("uriTemplate", Severity::Error, "expected an absolute https address".to_owned());
            }
        }
        if !self.uri_template.contains(SECRET_VARIABLE) {
            let message = "the address has no `${secret}`: Brightpearl signs nothing, so that anybody could send \
                           notifications; expected it in the path or the query";
            find("uriTemplate", Severity::Error, message.to_owned());
        }
        self.find_in_templates(&mut find);
        findings
    }

    fn find_in_templates(&self, find: &mut impl FnMut(&str, Severity, String)) {
        let body = self.body_template.as_deref().filter(|_| has_body(&self.http_method)).unwrap_or_default();
        for variable in Variable::MANDATORY {
            let name = format!("${{{}}}", variable.name());
            if !self.uri_template.contains(&name) && !body.contains(&name) {
                let message = format!(
                    "neither the address nor the body has `{name}`, which Brightpearl insists on (INTC-057)"
                );
                find("bodyTemplate", Severity::Error, message);
            }
        }
        if body.contains(SECRET_VARIABLE) {
            let message = "`${secret}` belongs into the address, which is read first";
            find("bodyTemplate", Severity::Error, message.to_owned());
        }
        for (member, text) in [("uriTemplate", self.uri_template.as_str()), ("bodyTemplate", body)] {
            if let Err(why) = NotificationTemplate::parse(text) {
                find(member, Severity::Error, why);
            }
        }
        if let Err((member, why)) = NotificationForm::of(self) {
            find(member, Severity::Error, why);
        }
    }

    /// As it is registered, with this secret.
    pub(super) fn body(&self, secret: &Secret) -> String {
        let mut members = vec![
            format!("\"subscribeTo\":{}", quoted(&self.subscribe_to)),
            format!("\"httpMethod\":{}", quoted(&self.http_method)),
            format!(
                "\"uriTemplate\":{}",
                quoted(&self.uri_template.replace(SECRET_VARIABLE, secret.expose()))
            ),
        ];
        if has_body(&self.http_method) {
            for (name, text) in [("bodyTemplate", &self.body_template), ("contentType", &self.content_type)] {
                if let Some(text) = text {
                    members.push(format!("\"{name}\":{}", quoted(text)));
                }
            }
        }
        members.push(format!("\"idSetAccepted\":{}", self.id_set_accepted));
        members.push(format!("\"qualityOfService\":{}", self.quality_of_service));
        format!("{{{}}}", members.join(","))
    }
}

impl RegisteredWebhook {
    /// What it is subscribed to.
    pub(super) fn event(&self) -> &str {
        &self.subscribe_to
    }

    /// Its address, which has the secret in it.
    pub(super) fn address(&self) -> &str {
        self.uri_template.expose()
    }

    /// Whether it is this subscription, registered with this secret.
    pub(super) fn is(&self, declared: &WebhookSubscription, secret: &Secret) -> bool {
        // Numbers may come as text (API notes §1.8).
        let quality = match &self.quality_of_service {
            None | Some(Value::Null) => "0".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        let has_body = has_body(&declared.http_method);
        let same = |ours: &Option<String>, theirs: &Option<String>| {
            !has_body || ours.as_deref().unwrap_or_default() == theirs.as_deref().unwrap_or_default()
        };
        self.subscribe_to == declared.subscribe_to
            && self.http_method.eq_ignore_ascii_case(&declared.http_method)
            && self.uri_template.expose() == declared.uri_template.replace(SECRET_VARIABLE, secret.expose())
            && same(&declared.body_template, &self.body_template)
            && same(&declared.content_type, &self.content_type)
            && self.id_set_accepted.unwrap_or(false) == declared.id_set_accepted
            && quality == declared.quality_of_service.to_string()
    }
}

/// Only these have a body (API notes §7.1).
pub(super) fn has_body(method: &str) -> bool {
    matches!(method, "POST" | "PUT")
}

fn hint(meant: Option<String>) -> String {
    meant.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

/// An address with the secret as its last query parameter.
fn with_secret(url: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}secret={SECRET_VARIABLE}")
}
