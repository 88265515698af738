//! Webhooks of the integration service (API notes §7.1).

use brightpearl_core::Method;
use serde_json::{Map, Value};

use super::Route;
use super::call::Call;
use crate::protocol::answer::{Answer, CodedError, Refusal, nothing, response};
use crate::world::webhook::{LIFECYCLES, MANDATORY_VARIABLES, Subscription, TemplateValues, is_subscribable};

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "integration-service/webhook/{ids?}", "webhook-get", get_webhooks),
    Route::write(Method::Post, "integration-service/webhook", "post-webhook", post_webhook),
    Route::write(Method::Delete, "integration-service/webhook/{id}", "webhook-delete", delete_webhook),
    Route::write(
        Method::Post,
        "integration-service/webhook/{id}/simulate",
        "webhook-simulate",
        simulate_webhook,
    ),
];

/// None is a 404, with an id set as recorded; the text without one is *inferred*.
fn get_webhooks(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let found: Vec<&Subscription> = call
        .world
        .changes
        .webhooks
        .subscriptions()
        .filter(|subscription| ids.as_ref().is_none_or(|ids| ids.contains(subscription.id)))
        .collect();
    if found.is_empty() {
        let text = match &ids {
            Some(_) => format!("No webhooks available in ID Set {}", call.captured[0]),
            None => "No webhooks available".to_owned(),
        };
        return Err(Refusal { message_type: Some("get-webhook"), ..Refusal::not_found(&text) });
    }
    response(found)
}

fn post_webhook(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let subscription = Subscription::read(&body)?;
    response(call.world.changes.webhooks.subscribe(subscription))
}

fn delete_webhook(call: &mut Call<'_>) -> Answer {
    let found = call.id(0).is_some_and(|id| call.world.changes.webhooks.unsubscribe(id));
    if found { nothing() } else { Err(unknown(call, "delete-webhook")) }
}

/// Fires a webhook with the caller's own values, whose names may be written as in the template. One client
/// knows of it; the reference does not (API notes §7.1).
fn simulate_webhook(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let Some(id) = call.id(0).filter(|id| call.world.changes.webhooks.contains(*id)) else {
        return Err(unknown(call, "webhook-simulate"));
    };
    let plain = |name: &str| {
        let inner = name.strip_prefix("${").and_then(|name| name.strip_suffix('}'));
        inner.unwrap_or(name).to_owned()
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values: TemplateValues = body.iter().map(|(name, value)| (plain(name), text(value))).collect();
    let now_ms = u64::try_from(call.now_ms).unwrap_or(0);
    call.world.changes.webhooks.simulate(id, values, now_ms);
    nothing()
}

fn unknown(call: &Call<'_>, message_type: &'static str) -> Refusal {
    let id = call.captured.first().map_or("", String::as_str);
    Refusal { message_type: Some(message_type), ..Refusal::not_found(&format!("Cannot find webhook: {id}")) }
}

/// Problems of a subscription: each a code and a text.
#[derive(Default)]
struct SubscriptionProblems(Vec<(&'static str, String)>);

impl SubscriptionProblems {
    fn note(&mut self, code: &'static str, text: impl Into<String>) {
        self.0.push((code, text.into()));
    }

    /// A member that is missing or cannot be. Its code is *inferred*: only those of events and templates are
    /// recorded.
    fn member(&mut self, text: impl Into<String>) {
        self.note("INTC-056", text);
    }
}

impl Subscription {
    /// Reads a subscription, with all problems at once.
    fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut problems = SubscriptionProblems::default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        for name in ["bodyTemplate", "contentType"] {
            if body.get(name).is_some_and(|value| !value.is_null() && !value.is_string()) {
                problems.member(format!("{name} must be text"));
            }
        }
        let subscribe_to = text("subscribeTo").unwrap_or_default();
        check_event(subscribe_to, &mut problems);
        let http_method = text("httpMethod").unwrap_or_default();
        if !["GET", "POST", "PUT", "DELETE"].contains(&http_method) {
            problems.member("httpMethod must be one of GET, POST, PUT and DELETE");
        }
        let has_body = ["POST", "PUT"].contains(&http_method);
        let uri_template = text("uriTemplate").unwrap_or_default();
        if !["http://", "https://"].iter().any(|scheme| uri_template.starts_with(scheme)) {
            problems.member("uriTemplate must be an absolute URL");
        }
        let own = |name: &str| text(name).map(str::to_owned);
        let (body_template, content_type) = (own("bodyTemplate"), own("contentType"));
        if has_body && (body_template.is_none() || content_type.is_none()) {
            problems.member(format!("bodyTemplate and contentType are needed for {http_method}"));
        }
        let seen_body = body_template.as_deref().filter(|_| has_body).unwrap_or_default();
        for variable in MANDATORY_VARIABLES {
            if !uri_template.contains(variable) && !seen_body.contains(variable) {
                problems.note(
                    "INTC-057",
                    format!("The uri or body template must contain the template variable {variable}"),
                );
            }
        }
        let id_set_accepted = match body.get("idSetAccepted") {
            None | Some(Value::Null) => false,
            Some(value) => value.as_bool().unwrap_or_else(|| {
                problems.member("idSetAccepted must be true or false");
                false
            }),
        };
        let quality_of_service = match body.get("qualityOfService").filter(|value| !value.is_null()) {
            None => 0,
            // Numbers may come as text (API notes §1.8).
            Some(value) => match super::body::whole(value) {
                Some(0) => 0,
                Some(1) => 1,
                Some(_) | None => {
                    problems.member("qualityOfService must be 0 or 1");
                    0
                }
            },
        };
        if !problems.0.is_empty() {
            let errors: Vec<_> =
                problems.0.iter().map(|(code, message)| CodedError { code, message }).collect();
            return Err(Refusal::several(400, &errors));
        }
        Ok(Self {
            id: 0,
            subscribe_to: subscribe_to.to_owned(),
            http_method: http_method.to_owned(),
            uri_template: uri_template.to_owned(),
            body_template,
            content_type,
            id_set_accepted,
            quality_of_service,
        })
    }
}

/// An unknown lifecycle has a code of its own; of the other events the newer recording says that they do
/// not exist (API notes §3.4).
fn check_event(subscribe_to: &str, problems: &mut SubscriptionProblems) {
    if subscribe_to.is_empty() {
        return problems.member("subscribeTo must name an event");
    }
    if is_subscribable(subscribe_to) {
        return;
    }
    match subscribe_to.split('.').nth(1) {
        Some(lifecycle) if !LIFECYCLES.contains(&lifecycle) => {
            problems.note("INTC-062", format!("{lifecycle} is not a valid lifecycle"));
        }
        Some(_) | None => {
            problems.note(
                "INTC-064",
                format!("{subscribe_to} either does not exist or cannot be subscribed too"),
            );
        }
    }
}
