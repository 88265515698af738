//! What other people's clients send: spellings, slashes, prefixes, bodies where none belong.

use crate::harness::{NOW, json, text};
use brightpearl_core::{Headers, Method, Request, Response};
use brightpearl_emulator::{Config, Emulator};

const TOKEN: &str = "ZGVtby1hY2NvdW50LXRva2VuLWZvci10ZXN0cy1vbmx5";

fn emulator() -> Emulator {
    Emulator::new(Config { orders: 50, ..Config::default() }).unwrap()
}

fn ask(method: Method, url: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let headers: Headers = headers.iter().copied().collect();
    emulator().answer(&Request { method, url: url.to_owned(), headers, body: body.as_bytes().to_vec() }, NOW)
}

fn get(url: &str) -> Response {
    ask(
        Method::Get,
        url,
        &[("brightpearl-app-ref", "demo_connector"), ("brightpearl-account-token", TOKEN)],
        "",
    )
}

#[test]
fn paths_are_spelt_in_many_ways() {
    let expected = get("/public-api/demo/order-service/order/1");
    assert_eq!(expected.status, 200);
    for url in [
        "https://ws-use.brightpearl.com/public-api/demo/order-service/order/1",
        "https://euw1.brightpearlconnect.com/public-api/demo/order-service/order/1/",
        "/2.0.0/demo/order-service/order/1",
        "/2.0.0/demo//order-service/order/1",
        "//public-api//demo//order-service//order//1//",
        "/public-api/demo/order-service/order/1?",
        "/public-api/demo/order-service/order/1#fragment",
        "/public-api/%64emo/order-service/order/%31",
    ] {
        assert_eq!(get(url), expected, "{url}");
    }
    let list = get("/public-api/demo/order-service/order-type");
    assert_eq!(get("/public-api/demo/order-service/order-type/"), list);
    for url in [
        "/public-api/demo",
        "/public-api",
        "/",
        "",
        "/3.0.0/demo/order-service/order/1",
        "/api-v3/demo/order-service/order/1",
    ] {
        let refused = get(url);
        assert_eq!(
            (refused.status, json(&refused)["errors"][0]["code"].as_str()),
            (404, Some("CMNC-404")),
            "{url}"
        );
    }
}

#[test]
fn headers_are_spelt_in_many_ways() {
    let url = "/public-api/demo/order-service/order-type";
    for (app, token) in [
        ("brightpearl-app-ref", "brightpearl-account-token"),
        ("Brightpearl-App-Ref", "Brightpearl-Account-Token"),
        ("BRIGHTPEARL-APP-REF", "BRIGHTPEARL-ACCOUNT-TOKEN"),
    ] {
        assert_eq!(
            ask(Method::Get, url, &[(app, "demo_connector"), (token, TOKEN)], "").status,
            200,
            "{app}"
        );
    }
    // One client sends the tokens of both kinds of private app at once.
    let both = [
        ("brightpearl-app-ref", "demo_connector"),
        ("brightpearl-account-token", TOKEN),
        ("brightpearl-staff-token", "of-someone-else"),
        ("content-type", "application/json;charset=UTF-8"),
    ];
    assert_eq!(ask(Method::Get, url, &both, "").status, 200);
}

#[test]
fn a_body_on_a_get_is_overlooked() {
    let headers = [("brightpearl-app-ref", "demo_connector"), ("brightpearl-account-token", TOKEN)];
    for body in ["{}", "null", "[1, 2]", "not json"] {
        let answer = ask(Method::Get, "/public-api/demo/order-service/order/1", &headers, body);
        assert_eq!(answer.status, 200, "{body}: {}", text(&answer));
    }
}

#[test]
fn logins_and_tokens_are_found_at_addresses_with_more_slashes() {
    let login = r#"{"apiAccountCredentials":{"emailAddress":"staff@demo.example","password":"demo-password-for-tests-only"}}"#;
    for url in ["/demo/authorise", "https://ws-eu1.brightpearl.com/demo/authorise/", "//demo//authorise"] {
        let answer = ask(Method::Post, url, &[("content-type", "application/json")], login);
        assert_eq!(answer.status, 200, "{url}: {}", text(&answer));
        let token = json(&answer)["response"].as_str().unwrap().to_owned();
        assert_eq!(token.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }
    // Libraries that prove the client by Basic authentication, and forms with an untold content type.
    let basic = [("authorization", "Basic ZGVtb19vYXV0aF9hcHA6ZGVtby1jbGllbnQtc2VjcmV0LWZvci10ZXN0cy1vbmx5")];
    let form = "grant_type=refresh_token&refresh_token=ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw%3D";
    let answer = ask(Method::Post, "https://oauth.brightpearlapp.com/token/demo/", &basic, form);
    assert_eq!(answer.status, 200, "{}", text(&answer));
    assert_eq!(json(&answer)["api_domain"], "ws-use.brightpearl.com", "a host of the API");
}

#[test]
fn the_older_configuration_still_works() {
    let config = Config::from_json(
        r#"{"account": "acme", "credentials": [{"kind": "system", "app_ref": "acme_x", "account_token": "secret"}]}"#,
    )
    .unwrap();
    let mut emulator = Emulator::new(config).unwrap();
    let headers = [("brightpearl-app-ref", "acme_x"), ("brightpearl-account-token", "secret")];
    let request = Request {
        method: Method::Get,
        url: "/public-api/acme/order-service/order-type".to_owned(),
        headers: headers.into_iter().collect(),
        body: Vec::new(),
    };
    assert_eq!(emulator.answer(&request, NOW).status, 200);
}

#[test]
fn the_account_says_how_it_is_set_up() {
    let answer = get("/public-api/demo/integration-service/account-configuration");
    let configuration = json(&answer)["response"]["configuration"].clone();
    let members = configuration.as_object().unwrap();
    assert!(members.len() > 30 && members.values().all(serde_json::Value::is_string), "{configuration}");
    for (name, value) in
        [("baseCurrencyCode", "USD"), ("newSalesOrderStatusId", "3"), ("timeZone", "Etc/GMT+6")]
    {
        assert_eq!(configuration[name], value);
    }
    let instance = get("/public-api/demo/integration-service/integration/instance");
    assert_eq!(instance.status, 404, "a private app is no instance");
}
