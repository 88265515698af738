use serde_json::{Map, Value, json};

use crate::account::{AccountAddress, Location};
use crate::auth::declaration::TokenSource;
use crate::auth::field::{GrantForm, Holding, LONGEST_SECRET};
use crate::auth::grant::Grant;
use crate::http::Headers;

use super::*;

/// A value of that field, with what is secret about it at the end of the list.
fn value_of(field: &SchemeField, form: usize, planted: &mut Vec<String>) -> Value {
    match field.holds {
        Holding::Text if field.name == "token_url" => json!("https://oauth.brightpearl.com/token/acme"),
        Holding::Text if field.name == "api_domain" => json!("ws-use.brightpearl.com"),
        Holding::Text => json!(format!("open-{}", field.name)),
        Holding::Milliseconds => json!(5_000),
        Holding::Secret => {
            planted.push(format!("Zq7Wx9Kv3-{}-9e3779b97f4a7c15", field.name));
            json!(planted.last())
        }
        Holding::Grant(forms) => {
            let GrantForm { name, fields, .. } = forms[form];
            let members = fields.iter().map(|field| (field.name, value_of(field, form, planted)));
            json!({ name: Map::from_iter(members.map(|(name, value)| (name.to_owned(), value))) })
        }
    }
}

/// The configuration of every scheme with all of its fields, and what is secret about it.
fn whole() -> Vec<(&'static Scheme, Map<String, Value>, Vec<String>)> {
    let forms = |scheme: &Scheme| {
        let counts = scheme.fields.iter().map(|field| match field.holds {
            Holding::Grant(forms) => forms.len(),
            Holding::Text | Holding::Secret | Holding::Milliseconds => 1,
        });
        counts.max().unwrap_or(1)
    };
    let of_form = |scheme: &'static Scheme, form: usize| {
        let mut planted = Vec::new();
        let mut given = Map::from_iter([("type".to_owned(), json!(scheme.name))]);
        for field in scheme.fields {
            given.insert(field.name.to_owned(), value_of(field, form, &mut planted));
        }
        (scheme, given, planted)
    };
    schemes().flat_map(|scheme| (0..forms(scheme)).map(move |form| of_form(scheme, form))).collect()
}

fn read(given: &Map<String, Value>) -> std::result::Result<Credentials, String> {
    serde_json::from_value(Value::Object(given.clone())).map_err(|error| error.to_string())
}

#[test]
fn every_scheme_shows_and_keeps_back_no_more_than_its_fields_say() {
    for (scheme, given, planted) in whole() {
        let credentials = read(&given).unwrap();
        credentials.check().unwrap();
        let shown = format!("{credentials:?}");
        assert!(planted.iter().all(|secret| !shown.contains(secret)), "{shown}");
        let mut secrets: Vec<&str> = credentials.secrets().collect();
        secrets.sort_unstable();
        let mut expected: Vec<&str> = planted.iter().map(String::as_str).collect();
        expected.sort_unstable();
        assert_eq!(secrets, expected, "{}", scheme.name);
    }
}

#[test]
fn every_scheme_takes_its_fields_and_no_others() {
    for (scheme, given, _) in whole() {
        for field in scheme.fields {
            let mut lacking = given.clone();
            lacking.remove(field.name);
            let found = read(&lacking);
            if field.is_optional {
                found.unwrap().check().unwrap();
            } else {
                assert_eq!(found.unwrap_err(), format!("missing field `{}`", field.name), "{}", scheme.name);
            }
        }
        for other in fields() {
            if !given.contains_key(other.name) {
                let mut more = given.clone();
                more.insert(other.name.to_owned(), value_of(other, 0, &mut Vec::new()));
                let expected =
                    format!("unknown field `{}` for credentials of type `{}`", other.name, scheme.name);
                assert_eq!(read(&more).unwrap_err(), expected);
                more.insert(other.name.to_owned(), Value::Null);
                read(&more).unwrap();
            }
        }
    }
}

#[test]
fn every_scheme_signs_with_a_secret_that_no_header_shows() {
    let address = AccountAddress::new("acme", &Location::Datacentre("use1".to_owned())).unwrap();
    for (scheme, given, planted) in whole() {
        let credentials = read(&given).unwrap();
        let token = "Yr6Vw8Ju2-of-a-login-3c6ef372fe94f82a";
        let mut headers = Headers::new();
        credentials.scheme().sign(&mut headers, token);
        let is_secret = |value: &str| {
            value.contains(token) || planted.iter().any(|secret| value.contains(secret.as_str()))
        };
        assert_eq!(headers.iter().filter(|(_, value)| is_secret(value)).count(), 1, "{}", scheme.name);
        assert!(!is_secret(&format!("{headers:?}")), "{headers:?}");
        let login = credentials.scheme().login(&address, None);
        let is_grant_of_tokens = credentials.scheme().tokens().refresh_token.is_some();
        match credentials.scheme().token_source() {
            TokenSource::Configuration => assert!(login.is_none(), "{}", scheme.name),
            TokenSource::Login => assert!(login.is_some(), "{}", scheme.name),
            TokenSource::Grant => assert_eq!(login.is_none(), is_grant_of_tokens, "{}", scheme.name),
        }
    }
}

/// One reader reads the fields of all schemes, so a name means the same in each.
#[test]
fn a_name_holds_the_same_in_every_scheme() {
    let known = fields();
    for field in schemes().flat_map(|scheme| scheme.fields) {
        let same = known.iter().find(|other| other.name == field.name).unwrap();
        assert_eq!(same.holds, field.holds, "{}", field.name);
        assert_ne!(field.name, "type");
    }
}

/// What is named as a credential is a `Secret`, unless it says where a credential goes or comes from.
#[test]
fn no_secret_is_taken_for_an_open_text() {
    let grants = |field: &'static SchemeField| match field.holds {
        Holding::Grant(forms) => forms.iter().flat_map(|form| form.fields).collect(),
        Holding::Text | Holding::Secret | Holding::Milliseconds => vec![field],
    };
    for field in fields().into_iter().flat_map(grants) {
        let is_place = field.name.ends_with("_header") || field.name.ends_with("_url");
        let name = field.name.replace('_', "-");
        let is_named_so = Headers::names_credential(&name) || field.name == "code";
        assert_eq!(field.holds.is_secret(), is_named_so && !is_place, "{}", field.name);
    }
}

#[test]
fn schemes_are_told_apart_by_what_they_take() {
    for scheme in schemes() {
        let texts = scheme.texts();
        let told = |name: &str| texts.iter().find(|field| field.name == name).copied();
        assert!(
            told(scheme.told_by[0]).is_some_and(|field| field.holds == Holding::Secret),
            "{}",
            scheme.name
        );
        let is_required = |name: &&str| told(name).is_some_and(|field| !field.is_optional);
        assert!(scheme.told_by.iter().all(is_required), "{}", scheme.name);
        let equals = schemes().filter(|other| other.told_by == scheme.told_by);
        assert_eq!(equals.count(), 1, "{}", scheme.name);
    }
}

#[test]
fn descriptions_begin_with_what_a_field_is() {
    let what: Vec<String> = fields().into_iter().map(SchemeField::what).collect();
    assert_eq!(what[..2], ["the app's reference", "the developer's reference"]);
    assert!(what.iter().all(|what| !what.is_empty()));
}

#[test]
fn what_is_unknown_is_named_beside_all_that_is_known() {
    let error = |json: &str| serde_json::from_str::<Credentials>(json).unwrap_err().to_string();
    let fields = "unknown field `apref`, expected one of `type`, `app_ref`, `dev_ref`, `account_token`, `staff_token`, \
                  `dev_secret`, `email`, `password`, `application_id`, `application_secret`, `token_header`, \
                  `client_secret`, `token_url`, `grant`";
    let found = error(r#"{"apref":1}"#);
    assert!(found.starts_with(fields) && found.ends_with(" at line 1 column 8"), "{found}");
    let schemes = "unknown credentials type `privat-app`, expected one of `private-app`, `staff-app`, `staff-login`, \
                   `legacy-session`, `application-login`, `public-app`, `oauth`";
    let found = error(r#"{"type":"privat-app"}"#);
    assert!(found.starts_with(schemes), "{found}");
    assert!(error(r#"{"type":"oauth","type":"oauth"}"#).starts_with("duplicate field `type`"));
    assert!(error(r#"{"email":null,"email":"a"}"#).starts_with("duplicate field `email`"));
    assert!(error(r#"{"email":"a"}"#).starts_with("missing field `type`"));
}

#[test]
fn refuses_unusable_parts_without_showing_them() {
    let bad = PrivateApp { app_ref: "acme_sync".into(), account_token: "s3cret\n".into() };
    let bad = Credentials::from(bad);
    let error = bad.check().unwrap_err();
    assert_eq!(error.location(), Some("credentials.account_token"));
    assert!(!format!("{error} {error:?} {bad:?}").contains("s3cret"));
    let empty = Credentials::from(PrivateApp { app_ref: String::new(), account_token: "x".into() });
    assert_eq!(empty.check().unwrap_err().location(), Some("credentials.app_ref"));
    let nothing = Credentials::from(OAuth {
        app_ref: "a".into(),
        dev_ref: "d".into(),
        client_secret: None,
        token_url: None,
        grant: Grant::Tokens { access_token: None, expires_at: None, refresh_token: None, api_domain: None },
    });
    assert_eq!(nothing.check().unwrap_err().location(), Some("credentials.grant"));
}

#[test]
fn what_must_be_there_is_checked_first() {
    let login = Credentials::from(StaffLogin {
        app_ref: "a".into(),
        dev_ref: Some(String::new()),
        email: String::new(),
        password: "x".into(),
    });
    assert_eq!(login.check().unwrap_err().location(), Some("credentials.email"));
    let app = Credentials::from(OAuth {
        app_ref: "a".into(),
        dev_ref: "d".into(),
        client_secret: Some("".into()),
        token_url: None,
        grant: Grant::AuthorizationCode { code: "".into(), redirect_uri: String::new() },
    });
    assert_eq!(app.check().unwrap_err().location(), Some("credentials.client_secret"));
}

fn login(password: &str) -> Credentials {
    LegacySession { email: "zoë@example.com".into(), password: password.into() }.into()
}

#[test]
fn refuses_secrets_that_take_too_much_to_recognise() {
    login(&"p".repeat(LONGEST_SECRET)).check().unwrap();
    let error = login(&"p".repeat(LONGEST_SECRET + 1)).check().unwrap_err();
    assert_eq!(error.location(), Some("credentials.password"));
    assert_eq!(error.message(), "the value has 16385 bytes; expected at most 16384");
}

#[test]
fn refuses_secrets_that_no_text_can_be_told_to_echo() {
    for password in [" ", "+ + +", "\t\u{a0}", "\u{200b}"] {
        let error = login(password).check().unwrap_err();
        assert_eq!(error.location(), Some("credentials.password"), "{password:?}");
    }
}

#[test]
fn a_password_may_have_any_character() {
    let login = login("pass wörd");
    login.check().unwrap();
    assert!(!format!("{login:?}").contains("pass wörd"));
}
