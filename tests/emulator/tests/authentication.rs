//! Every scheme of authentication, end to end: the client's engine against the in-process account.

use crate::harness::driver::{BASE, Session};
use crate::harness::{NOW, json, text};
use brightpearl_core::{Kind, Method, Request};
use brightpearl_emulator::{Config, Emulator};

const PATH: &str = "order-service/order-type";

fn account() -> Emulator {
    Emulator::new(Config { orders: 20, ..Config::default() }).unwrap()
}

fn session(credentials: &str) -> Session {
    Session::new(account(), credentials)
}

/// The credentials of every scheme of the default account, with the logins that each needs.
const SCHEMES: [(&str, &str, usize); 9] = [
    (
        "private system app",
        r#"{"type":"private-app","app_ref":"demo_connector","account_token":"ZGVtby1hY2NvdW50LXRva2VuLWZvci10ZXN0cy1vbmx5"}"#,
        0,
    ),
    (
        "private staff app",
        r#"{"type":"staff-app","app_ref":"demo_connector","staff_token":"ZGVtby1zdGFmZi10b2tlbi1mb3ItdGVzdHMtb25seS4u"}"#,
        0,
    ),
    (
        "public staff app",
        r#"{"type":"staff-app","app_ref":"demo_public_app","dev_ref":"demo_developer","staff_token":"ZGVtby1wdWJsaWMtc3RhZmYtdG9rZW4tZm9yLXRlc3Q="}"#,
        0,
    ),
    (
        "signed public app",
        r#"{"type":"public-app","app_ref":"demo_public_app","dev_ref":"demo_developer","account_token":"00000000-0000-4000-8000-0000000000aa","dev_secret":"ZGVtby1kZXZlbG9wZXItc2VjcmV0LWZvci10ZXN0cy4="}"#,
        0,
    ),
    (
        "legacy session",
        r#"{"type":"legacy-session","email":"staff@demo.example","password":"demo-password-for-tests-only"}"#,
        1,
    ),
    (
        "private staff login",
        r#"{"type":"staff-login","app_ref":"demo_connector","email":"staff@demo.example","password":"demo-password-for-tests-only"}"#,
        1,
    ),
    (
        "public staff login",
        r#"{"type":"staff-login","app_ref":"demo_public_app","dev_ref":"demo_developer","email":"staff@demo.example","password":"demo-password-for-tests-only"}"#,
        1,
    ),
    (
        "application login",
        r#"{"type":"application-login","application_id":"demo-application","application_secret":"demo-application-secret-for-tests-only"}"#,
        1,
    ),
    (
        "application login, as a bearer",
        r#"{"type":"application-login","application_id":"demo-application","application_secret":"demo-application-secret-for-tests-only","token_header":"authorization"}"#,
        1,
    ),
];

#[test]
fn every_scheme_is_let_in() {
    for (scheme, credentials, logins) in SCHEMES {
        let mut session = session(credentials);
        for _ in 0..2 {
            session.get(PATH).unwrap_or_else(|error| panic!("{scheme}: {error}"));
        }
        assert_eq!(session.wire.len(), logins + 2, "{scheme}: {:?}", session.wire);
        assert_eq!(session.emulator.statistics().unauthorised, 0, "{scheme}");
    }
}

#[test]
fn a_wrong_secret_is_not_let_in() {
    for (scheme, credentials, _) in SCHEMES {
        let wrong = credentials
            .replace("for-tests-only", "that-is-wrong")
            .replace("ZGVtby1", "d3Jvbmct")
            .replace("0000aa", "0000bb");
        assert_ne!(wrong, credentials, "{scheme}");
        let mut session = session(&wrong);
        let error = session.get(PATH).unwrap_err();
        assert_eq!(error.kind(), Kind::Authentication, "{scheme}: {error}");
    }
}

#[test]
fn sessions_end_when_they_are_told_to_and_are_had_anew() {
    let config = Config { session_lifetime_s: Some(60), ..Config::default() };
    for (scheme, credentials, logins) in SCHEMES {
        let mut session = Session::new(Emulator::new(config.clone()).unwrap(), credentials);
        session.get(PATH).unwrap();
        session.now += 60_000;
        session.get(PATH).unwrap_or_else(|error| panic!("{scheme}: {error}"));
        // A login that ended costs a 401 and another login.
        assert_eq!(session.wire.len(), 2 + 3 * logins, "{scheme}: {:?}", session.wire);
    }
}

fn post(
    emulator: &mut Emulator,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> brightpearl_core::Response {
    let request = Request {
        method: Method::Post,
        url: format!("{BASE}{path}"),
        headers: headers.iter().copied().collect(),
        body: body.as_bytes().to_vec(),
    };
    emulator.answer(&request, NOW)
}

#[test]
fn logins_are_refused_as_recorded() {
    let config: Config = Config::from_json(
        r#"{"staff": [{"email": "ann@demo.example", "password": "right"},
                      {"email": "bob@demo.example", "password": "right", "api_access": false}]}"#,
    )
    .unwrap();
    let mut emulator = Emulator::new(config).unwrap();
    let login = |email: &str, password: &str| {
        format!(r#"{{"apiAccountCredentials":{{"emailAddress":"{email}","password":"{password}"}}}}"#)
    };
    let good = post(&mut emulator, "/demo/authorise", &[], &login("ann@demo.example", "right"));
    assert_eq!((good.status, json(&good)["response"].as_str().unwrap().len()), (200, 36));
    // Logins draw on no pool.
    assert_eq!(good.headers.get("brightpearl-requests-remaining"), None);
    let wrong = post(&mut emulator, "/demo/authorise", &[], &login("ann@demo.example", "wrong"));
    assert_eq!(wrong.status, 401);
    assert_eq!(
        text(&wrong),
        r#"{"errors":[{"code":"GWYB-006","message":"Unable to authenticate ann@demo.example"}]}"#
    );
    let barred = post(&mut emulator, "/demo/authorise", &[], &login("bob@demo.example", "right"));
    assert_eq!((barred.status, json(&barred)["errors"][0]["code"].as_str()), (401, Some("GWYB-003")));
    let elsewhere = post(&mut emulator, "/other/authorise", &[], &login("ann@demo.example", "right"));
    assert_eq!(
        text(&elsewhere),
        r#"{"errors":[{"code":"GWYB-003","message":"Account \u0027other\u0027 does not have API access"}]}"#
    );
    let unknown_app = post(
        &mut emulator,
        "/demo/authorise",
        &[("brightpearl-app-ref", "x")],
        &login("ann@demo.example", "right"),
    );
    assert_eq!(unknown_app.status, 401);
    for body in ["", "[]", r#"{"apiAccountCredentials":{}}"#] {
        let malformed = post(&mut emulator, "/demo/authorise", &[], body);
        assert_eq!(
            (malformed.status, json(&malformed)["errors"][0]["code"].as_str()),
            (400, Some("CMNC-010"))
        );
    }
    let wrong = r#"{"apiAccountCredentials":{"applicationId":"demo-application","applicationSecret":"x"}}"#;
    let wrong = post(&mut emulator, "/demo/authenticate", &[], wrong);
    assert_eq!((wrong.status, json(&wrong)["errors"][0]["code"].as_str()), (401, Some("GWYB-006")));
    assert_eq!(emulator.statistics().unauthorised, 5);
}

#[test]
fn a_token_is_good_only_for_what_it_was_given_for() {
    let mut emulator = account();
    let login = r#"{"apiAccountCredentials":{"emailAddress":"staff@demo.example","password":"demo-password-for-tests-only"}}"#;
    let app = [("brightpearl-app-ref", "demo_connector")];
    let staff =
        json(&post(&mut emulator, "/demo/authorise", &app, login))["response"].as_str().unwrap().to_owned();
    let legacy =
        json(&post(&mut emulator, "/demo/authorise", &[], login))["response"].as_str().unwrap().to_owned();
    assert_eq!((staff.len(), legacy.len()), (44, 36));
    let mut status = |headers: &[(&str, &str)]| {
        let request = Request {
            method: Method::Get,
            url: format!("{BASE}/public-api/demo/{PATH}"),
            headers: headers.iter().copied().collect(),
            body: Vec::new(),
        };
        emulator.answer(&request, NOW).status
    };
    assert_eq!(
        status(&[("Brightpearl-App-Ref", "demo_connector"), ("BRIGHTPEARL-STAFF-TOKEN", &staff)]),
        200
    );
    assert_eq!(status(&[("brightpearl-app-ref", "another"), ("brightpearl-staff-token", &staff)]), 401);
    assert_eq!(status(&[("brightpearl-staff-token", &staff)]), 401);
    assert_eq!(status(&[("brightpearl-auth", &staff)]), 401);
    assert_eq!(status(&[("brightpearl-auth", &legacy)]), 200);
    let bearer = format!("Bearer {legacy}");
    assert_eq!(status(&[("authorization", &bearer)]), 401);
}

#[test]
fn each_developer_has_a_pool_of_their_own() {
    let config = Config { quota: 3, ..Config::default() };
    let mut emulator = Emulator::new(config.clone()).unwrap();
    let mut remaining = |credential: usize| {
        let request = Request {
            method: Method::Get,
            url: format!("/public-api/demo/{PATH}"),
            headers: config.credentials[credential].headers(),
            body: Vec::new(),
        };
        let response = emulator.answer(&request, NOW);
        (response.status, response.headers.get("brightpearl-requests-remaining").unwrap().to_owned())
    };
    let (system, staff, public, public_staff) = (0, 1, 2, 3);
    assert_eq!(remaining(system), (200, "2".to_owned()));
    assert_eq!(remaining(public), (200, "2".to_owned()));
    assert_eq!(remaining(staff), (200, "1".to_owned()));
    assert_eq!(remaining(public_staff), (200, "1".to_owned()));
    assert_eq!(remaining(system).1, "0");
    assert_eq!(remaining(staff).0, 503);
    assert_eq!(remaining(public).0, 200);
}

#[test]
fn developer_tools() {
    let mut emulator = account();
    let mut get = |path: &str, headers: &[(&str, &str)]| {
        let headers = headers.iter().copied().collect();
        let url = format!("{BASE}{path}");
        emulator.answer(&Request { method: Method::Get, url, headers, body: Vec::new() }, NOW)
    };
    let location = get("/developer-tools/demo_developer/account-location/demo", &[]);
    let location = &json(&location)["response"];
    assert_eq!(location["apiDomain"], "127.0.0.1:8080");
    assert_eq!(location["urls"]["authorizeInstance"], "http://127.0.0.1:8080/authorize/demo");
    assert_eq!(get("/developer-tools/demo_developer/account-location/other", &[]).status, 404);
    let path = "/developer-tools/demo_developer/installed-accounts/demo_public_app";
    let refs = [("brightpearl-dev-ref", "demo_developer"), ("brightpearl-app-ref", "demo_public_app")];
    assert_eq!(get(path, &refs).status, 401);
    let signed = brightpearl_core::auth::signature::sign_token(
        "ZGVtby1kZXZlbG9wZXItdG9rZW4tZm9yLXRlc3RzLi4=",
        &"ZGVtby1kZXZlbG9wZXItc2VjcmV0LWZvci10ZXN0cy4=".into(),
    );
    let headers = [refs[0], refs[1], ("brightpearl-dev-token", &signed)];
    let installed = get(path, &headers);
    assert_eq!(
        json(&installed)["response"][0]["unsignedAccountToken"],
        "00000000-0000-4000-8000-0000000000aa"
    );
    let unsigned =
        [refs[0], refs[1], ("brightpearl-dev-token", "ZGVtby1kZXZlbG9wZXItdG9rZW4tZm9yLXRlc3RzLi4=")];
    assert_eq!(get(path, &unsigned).status, 401);
}
