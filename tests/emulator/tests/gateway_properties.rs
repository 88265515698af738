//! Whatever is sent to the gateway is answered, and whatever happened can be saved.

use crate::harness::NOW;
use brightpearl_core::{Headers, Method, Request};
use brightpearl_emulator::{Config, Emulator, OAuth, Receipt};
use proptest::prelude::*;
use serde_json::{Value, json};

fn emulator() -> Emulator {
    Emulator::new(Config { orders: 30, contacts: 10, products: 10, ..Config::default() }).unwrap()
}

/// Paths around everything that is not a plain record.
fn paths() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/demo/authorise",
        "/demo/authenticate",
        "/authorize/demo",
        "/token/demo",
        "/oauth/token",
        "/demo/oauth/token",
        "/oauth/token/introspect",
        "/developer-tools/demo_developer/account-location/demo",
        "/developer-tools/demo_developer/installed-accounts/demo_public_app",
        "/public-api/demo/multi-message",
        "/2.0.0/demo//integration-service/webhook/1",
        "/public-api/demo/integration-service/webhook",
        "/public-api/demo/integration-service/webhook/1/simulate",
        "/api-v3/demo/pricing/customer/1/product-price/1",
    ]);
    prop_oneof![
        4 => known.prop_map(str::to_owned),
        1 => "(https?://[a-z.]{1,9})?/[a-z0-9/%.?&=+#é-]{0,40}",
        1 => any::<String>(),
    ]
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let forms = "(grant_type=(authorization_code|refresh_token)|client_id=demo_oauth_app|code=[a-z]{0,4}|token=[%a-z]{0,5}|&){0,6}";
    let json = prop::sample::select(vec![
        json!({"apiAccountCredentials": {"emailAddress": "staff@demo.example", "password": "x"}}),
        json!({"processingMode": "PARALLEL", "onFail": "CONTINUE", "messages": [
            {"label": "é", "uri": "/", "httpMethod": "POST"},
            {"label": "b", "uri": "/order-service/order/1/status?x#y", "httpMethod": "PUT", "body": [1.50]},
        ]}),
        json!({"subscribeTo": "product", "httpMethod": "GET",
               "uriTemplate": "http://x/${account-code}${resource-type}${resource-id}${lifecycle-event}${"}),
        json!({"${}": null, "resource-id": [1]}),
    ]);
    prop_oneof![
        forms.prop_map(String::into_bytes),
        json.prop_map(|value: Value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn header_lines() -> impl Strategy<Value = Headers> {
    let names = prop::sample::select(vec![
        "authorization",
        "brightpearl-auth",
        "brightpearl-app-ref",
        "brightpearl-dev-ref",
        "brightpearl-staff-token",
        "brightpearl-dev-token",
        "host",
    ]);
    let values = prop_oneof![
        Just("Bearer x".to_owned()),
        Just("Basic ZGVtbzo=".to_owned()),
        Just("demo_oauth_app".to_owned()),
        any::<String>()
    ];
    let random = prop::collection::vec((names, values), 0..4);
    (any::<bool>(), random).prop_map(|(is_known, lines)| {
        let known = if is_known { Config::default().credentials[0].headers() } else { Headers::new() };
        let own = known.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        own.chain(lines.into_iter().map(|(name, value)| (name.to_owned(), value))).collect()
    })
}

fn requests() -> impl Strategy<Value = Request> {
    (prop::sample::select(Method::ALL.to_vec()), paths(), header_lines(), bodies())
        .prop_map(|(method, url, headers, body)| Request { method, url, headers, body })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_request_is_answered(requests in prop::collection::vec(requests(), 1..8), now in any::<u64>()) {
        let mut emulator = emulator();
        for request in &requests {
            let response = emulator.answer(request, now);
            prop_assert!(
                [200, 207, 302, 400, 401, 404, 500].contains(&response.status),
                "{} {}", response.status, request.url
            );
            let is_json = response.headers.get("content-type").is_some_and(|kind| kind.contains("json"));
            if is_json {
                prop_assert!(serde_json::from_slice::<Value>(&response.body).is_ok(), "{request:?}");
            }
            // No header can break out of its line.
            let is_clean = response.headers.iter().all(|(_, value)| !value.contains(['\r', '\n']));
            prop_assert!(is_clean, "{request:?}");
        }
        for delivery in emulator.deliveries(u64::MAX) {
            emulator.delivered(delivery.id, Receipt::Failed, now);
        }
        let saved = emulator.save().unwrap();
        let loaded = Emulator::load(&saved).unwrap();
        prop_assert_eq!(loaded.save().unwrap(), saved);
    }

    /// Whatever the life of a token: it is good until its end and not from then on.
    #[test]
    fn access_tokens_end_when_they_say(lifetime in 1_u64..1_000_000, later in 0_u64..2_000_000_000) {
        let oauth = OAuth { access_token_lifetime_s: lifetime, ..OAuth::default() };
        let mut emulator = Emulator::new(Config { orders: 5, oauth, ..Config::default() }).unwrap();
        let form = "grant_type=refresh_token&client_id=demo_oauth_app&refresh_token=ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw%3D";
        let request = Request {
            method: Method::Post,
            url: "/token/demo".to_owned(),
            headers: Headers::new(),
            body: form.as_bytes().to_vec(),
        };
        let granted: Value = serde_json::from_slice(&emulator.answer(&request, NOW).body).unwrap();
        prop_assert_eq!(&granted["expires_in"], &json!(lifetime));
        let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
        let lines =
            [("brightpearl-app-ref", "demo_oauth_app"), ("brightpearl-dev-ref", "demo_developer"), ("authorization", &bearer)];
        let url = "/public-api/demo/order-service/order-type".to_owned();
        let request = Request { method: Method::Get, url, headers: lines.into_iter().collect(), body: Vec::new() };
        let expected = if later < lifetime * 1_000 { 200 } else { 401 };
        prop_assert_eq!(emulator.answer(&request, NOW + later).status, expected);
    }
}
