//! The integration service (API notes §7.1, §8.6).

use super::build::{TEXT, between, boolean, choice, closed, field, open, text};
use super::field::{Condition, MapKey, Object, Rule, Shape};
use super::operation::{Answer, Content, Empty, Verify, delete, endpoint, get, json, post, put};
use super::resource::{Detail, Resource, Section};

pub(super) const RESOURCES: &[Resource] = &[WEBHOOK, ACCOUNT_CONFIGURATION, INTEGRATION_INSTANCE];

/// Where webhooks are registered.
pub(super) const WEBHOOKS: &str = "integration-service/webhook";

const WEBHOOK: Resource = Resource {
    name: "webhook",
    title: "Webhook",
    section: Section::Integration,
    detail: Detail::Full,
    source: "§7.1",
    endpoints: &[
        endpoint("integration-service/webhook/{ID-SET?}", &[get(Answer::Array).empty(Empty::NotFound)]),
        endpoint(
            WEBHOOKS,
            &[post(Answer::Id, json(SUBSCRIPTION))
                .verify(&[Verify::Read { path: WEBHOOKS, compare: "/subscribeTo and /uriTemplate" }])],
        ),
        endpoint("integration-service/webhook/{ID}", &[delete().note("404 when there is none.")]),
        endpoint(
            "integration-service/webhook/{ID}/simulate",
            &[post(Answer::Nothing, Content::Json(Shape::Map { key: MapKey::Name, of: &TEXT }))
                .unverified()
                .note("Fires it with these values of the template's variables. Known from one client.")],
        ),
    ],
    note: "There is no PUT: delete and create anew.",
    ..Resource::BLANK
};

/// The templates must contain the variables of API notes §7.3, which is not looked at here.
const SUBSCRIPTION: Object = closed(&[
    text("subscribeTo").mandatory().note("An event such as order.modified.order-status, or a resource type."),
    choice("httpMethod", &["GET", "POST", "PUT", "DELETE"]).mandatory(),
    text("uriTemplate").mandatory().note("An absolute URL; INTC-057 for each missing variable."),
    text("bodyTemplate"),
    text("contentType"),
    boolean("idSetAccepted").note("False when absent; true is recommended."),
    field("qualityOfService", between(0, 1)).note("0 at most once (when absent), 1 at least once."),
])
.rules(&[Rule::When {
    member: "/httpMethod",
    condition: Condition::Is(&["POST", "PUT"]),
    needs: &["/bodyTemplate", "/contentType"],
}]);

const ACCOUNT_CONFIGURATION: Resource = Resource {
    name: "account-configuration",
    title: "Account configuration",
    section: Section::Integration,
    detail: Detail::Full,
    source: "§8.6",
    endpoints: &[endpoint(
        "integration-service/account-configuration",
        &[get(Answer::Within("configuration"))
            .id_in("")
            .note("An object of strings, ids and flags included.")],
    )],
    ..Resource::BLANK
};

const NAMED_INSTANCE: Object = open(&[text("instanceName").mandatory()]);

const INTEGRATION_INSTANCE: Resource = Resource {
    name: "integration-instance",
    title: "Integration instance",
    section: Section::Integration,
    detail: Detail::Partial,
    source: "§8.6",
    endpoints: &[endpoint(
        "integration-service/integration/instance",
        &[
            get(Answer::Object)
                .id_in("installedIntegrationInstanceId")
                .unverified()
                .note("The page is known by its address only; the path is that of PUT."),
            put(Answer::Resource, json(NAMED_INSTANCE))
                .idempotent()
                .note("Only the caller's own instance, and only its name."),
        ],
    )],
    ..Resource::BLANK
};
