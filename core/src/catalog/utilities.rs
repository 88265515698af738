//! Tokens, developer tools, and the multi-message (API notes §2.6, §2.8, §6).

use super::build::{choice, closed, field, open, text};
use super::field::{Condition, Object, Rule, Shape};
use super::operation::{Answer, Content, Deprecation, Prefix, endpoint, get, json, post};
use super::resource::{Detail, Resource, Section};

pub(super) const RESOURCES: &[Resource] =
    &[OAUTH_TOKEN, OAUTH_TOKEN_INTROSPECTION, ACCOUNT_LOCATION, INSTALLED_ACCOUNTS, MULTI_MESSAGE];

const OAUTH_TOKEN: Resource = Resource {
    name: "oauth-token",
    title: "OAuth token",
    section: Section::Utilities,
    detail: Detail::Full,
    source: "§2.6",
    endpoints: &[
        endpoint("oauth/token", &[post(Answer::Unwrapped, Content::Form(TOKEN)).note("Needs account_code.")])
            .below(Prefix::Host),
        endpoint("{ACCOUNT}/oauth/token", &[post(Answer::Unwrapped, Content::Form(TOKEN))])
            .below(Prefix::Host),
        endpoint(
            "token/{ACCOUNT}",
            &[post(Answer::Unwrapped, Content::Form(TOKEN)).note("On the OAuth hosts.")],
        )
        .below(Prefix::Host),
    ],
    note: "An instance recovery exists, too; its parameters are not known.",
    ..Resource::BLANK
};

/// Open: the parameters of an instance's recovery are not known. `client_secret` is for confidential apps.
const TOKEN: Object = open(&[
    choice("grant_type", &["authorization_code", "refresh_token"]).mandatory(),
    text("code"),
    text("refresh_token"),
    text("client_id").mandatory().note("The app reference."),
    text("client_secret"),
    text("redirect_uri"),
    text("account_code").note("When the path does not name the account."),
])
.rules(&[
    Rule::When {
        member: "/grant_type",
        condition: Condition::Is(&["authorization_code"]),
        needs: &["/code", "/redirect_uri"],
    },
    Rule::When {
        member: "/grant_type",
        condition: Condition::Is(&["refresh_token"]),
        needs: &["/refresh_token"],
    },
]);

const OAUTH_TOKEN_INTROSPECTION: Resource = Resource {
    name: "oauth-token-introspection",
    title: "OAuth token introspection",
    section: Section::Utilities,
    detail: Detail::Full,
    source: "§2.6",
    endpoints: &[
        endpoint("oauth/token/introspect", &[post(Answer::Unwrapped, Content::Form(INTROSPECTION))])
            .below(Prefix::Host),
        endpoint(
            "{ACCOUNT}/oauth/token/introspect",
            &[post(Answer::Unwrapped, Content::Form(INTROSPECTION))],
        )
        .below(Prefix::Host),
    ],
    note: "HTTP Basic: app reference, and the secret of confidential apps. Every member of the answer is a string.",
    ..Resource::BLANK
};

const INTROSPECTION: Object = closed(&[
    text("token").mandatory().note("An access token."),
    text("account_code").note("When the path does not name the account."),
]);

const ACCOUNT_LOCATION: Resource = Resource {
    name: "account-location",
    title: "Account location",
    section: Section::Utilities,
    detail: Detail::Full,
    source: "§2.8",
    endpoints: &[endpoint(
        "developer-tools/{DEV-REF}/account-location/{ACCOUNT}",
        &[get(Answer::Object)
            .id_in("")
            .deprecated(&Deprecation { replacement: None, reason: "Its page is titled deprecated." })],
    )
    .below(Prefix::Host)],
    note: "On the master datacentre, euw1, only.",
    ..Resource::BLANK
};

const INSTALLED_ACCOUNTS: Resource = Resource {
    name: "installed-accounts",
    title: "Installed accounts",
    section: Section::Utilities,
    detail: Detail::Full,
    source: "§2.8",
    endpoints: &[endpoint(
        "developer-tools/{DEV-REF}/installed-accounts/{APP-REF}",
        &[get(Answer::Array)
            .id_in("")
            .deprecated(&Deprecation { replacement: None, reason: "Its page is titled deprecated." })],
    )
    .below(Prefix::Host)],
    note: "On the master datacentre, euw1, only; needs the signed developer token.",
    ..Resource::BLANK
};

const MULTI_MESSAGE: Resource = Resource {
    name: "multi-message",
    title: "Multi-message",
    section: Section::Elsewhere,
    detail: Detail::Full,
    source: "§6",
    endpoints: &[endpoint("multi-message", &[post(Answer::Messages, json(MESSAGES))])],
    note: "Several writes that count as one request. HTTP 207 unless all succeed.",
    ..Resource::BLANK
};

const MESSAGES: Object = closed(&[
    choice("processingMode", &["SEQUENTIAL", "PARALLEL"]),
    choice("onFail", &["STOP", "CONTINUE"]),
    field("messages", Shape::Array { of: &Shape::Object(MESSAGE), at_least: 1, at_most: Some(10) })
        .mandatory(),
])
.rules(&[Rule::Apart { one: ("/processingMode", "PARALLEL"), other: ("/onFail", "STOP") }]);

const MESSAGE: Object = closed(&[
    text("label").mandatory().note("Unique within the multi-message."),
    text("uri").mandatory().note("Begins with the service, such as /product-service/brand."),
    choice("httpMethod", &["POST", "PUT", "DELETE", "PATCH"]).mandatory().note("That PATCH works is unsure."),
    field("body", Shape::Any).note("{} when there is none."),
]);
