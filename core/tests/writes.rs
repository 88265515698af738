//! What a write tells besides its outcome: doubtful bodies, deprecated resources, and columns that a page taught.

use brightpearl_core::operation::{Fetch, Operation, Search, SingleRequest};
use brightpearl_core::{
    Client, Config, Delivery, Event, Headers, IdSet, Kind, Method, Response, Step, Verification,
};

fn client(more: &str) -> Client {
    let config = format!(
        r#"{{"account":"acme","datacentre":"use1","credentials":{{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}{more}}}"#
    );
    Client::new(Config::from_json(&config).unwrap()).unwrap()
}

fn note(body: &str) -> SingleRequest {
    SingleRequest::new(Method::Post, "order-service/order/7/note").body(body)
}

/// Plays a call of one exchange to its first output.
fn play(client: &Client, operation: impl Into<Operation>, body: &str) -> Step {
    let mut call = client.start(operation).unwrap();
    let Step::Send(exchange) = call.poll(0).unwrap() else { panic!("nothing is sent") };
    let response = Response { status: 200, headers: Headers::new(), body: body.as_bytes().to_vec() };
    call.answer(exchange.id, response, 1).unwrap();
    call.poll(1).unwrap()
}

fn doubts(client: &Client) -> Vec<(String, Vec<String>)> {
    let doubt = |event| match event {
        Event::DoubtfulBody { template, warnings } => Some((template.to_string(), warnings)),
        _ => None,
    };
    client.drain_events().into_iter().filter_map(doubt).collect()
}

#[test]
fn a_doubtful_body_is_told_without_its_values() {
    let client = client("");
    client.request(note(r#"{"text":"Zoë's PIN is 1234","pin":1234,"text":"again"}"#)).unwrap();
    let told = doubts(&client);
    assert_eq!(told.len(), 1);
    let (template, warnings) = &told[0];
    assert_eq!(template, "order-service/order/{ids}/note");
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("/text: repeated-member, expected it once"), "{warnings:?}");
    assert!(warnings[1].starts_with("/pin: unknown-member, expected one of text"), "{warnings:?}");
    assert!(!format!("{told:?}").contains("1234"));
    client.request(note(r#"{"text":"Zoë called"}"#)).unwrap();
    assert!(doubts(&client).is_empty(), "nothing is doubtful");
}

#[test]
fn what_is_sent_unchecked_is_told_and_what_is_refused_is_not() {
    let client = client(r#","unknown_members":"refuse""#);
    let wrong = note(r#"{"text":7,"colour":"blue"}"#);
    let error = client.request(wrong.clone()).unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.violations().len()),
        (Kind::Validation, Delivery::NotSent, 2)
    );
    assert!(doubts(&client).is_empty());
    client.request(SingleRequest { unchecked: true, ..wrong }).unwrap();
    let told = doubts(&client);
    assert_eq!(
        told[0].1,
        [
            "/text: expected a text",
            "/colour: unknown-member, expected one of text, fileId, isPublic, addedOn, contactId"
        ]
    );
}

#[test]
fn the_message_of_a_refusal_stays_short() {
    let body =
        r#"{"orderTypeCode":"XX","placedOn":1,"reference":2,"priceListId":"x","currency":3,"parties":4}"#;
    let error =
        client("").request(SingleRequest::new(Method::Post, "order-service/order").body(body)).unwrap_err();
    assert_eq!(error.violations().len(), 6, "{:?}", error.violations());
    assert!(error.message().ends_with("; and 3 more"), "{error}");
}

#[test]
fn the_use_of_something_deprecated_is_told() {
    let client = client("");
    let line = r#"[{"nominalCode":"4000","change":{"currency":"GBP","value":"1.00"}}]"#;
    let body =
        format!(r#"{{"journalTypeCode":"JJ","taxDate":"2026-01-01","credits":{line},"debits":{line}}}"#);
    client.request(SingleRequest::new(Method::Post, "accounting-service/journal").body(body)).unwrap();
    client.fetch(Fetch::new("accounting-service/payment-auth", IdSet::parse("1").unwrap())).unwrap();
    client.fetch(Fetch::new("accounting-service/journal", IdSet::parse("1").unwrap())).unwrap();
    let replacements: Vec<_> = client
        .drain_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::DeprecatedUsed { replacement, .. } => replacement,
            _ => None,
        })
        .collect();
    assert_eq!(replacements, ["journal-entry", "customer-payment"]);
}

fn currencies(more_columns: &str, more_cells: &str) -> String {
    let known: Vec<String> = [
        ("id", "IDSET"),
        ("title", "STRING"),
        ("code", "STRING"),
        ("symbol", "STRING"),
        ("exchangeRate", "STRING"),
        ("isDefault", "BOOLEAN"),
        ("exchangeRateVarianceNominalCode", "STRING"),
    ]
    .iter()
    .map(|(name, report_type)| {
        format!(r#"{{"name":"{name}","sortable":true,"filterable":true,"reportDataType":"{report_type}"}}"#)
    })
    .collect();
    format!(
        r#"{{"response":{{"results":[[1,"Sterling","GBP","£","1.0",true,"2299"{more_cells}]],"metaData":{{"morePagesAvailable":false,"columns":[{}{more_columns}]}}}}}}"#,
        known.join(",")
    )
}

const CURRENCIES: &str = "accounting-service/currency-search";

fn drifts(client: &Client) -> Vec<Event> {
    client.drain_events().into_iter().filter(|event| matches!(event, Event::SchemaDrift { .. })).collect()
}

#[test]
fn a_page_teaches_columns_to_its_client() {
    const ORDERS: &str = "order-service/order-search";
    let client = client("");
    let wanted = || {
        let search = Search::new(ORDERS).filter("promisedOn", "2026-01-01/");
        search.columns(["orderId", "promisedOn"]).sort(["promisedOn"])
    };
    assert_eq!(client.search(wanted()).unwrap_err().location(), Some("filters.promisedOn"));
    let page = r#"{"response":{"results":[[7,null]],"metaData":{"morePagesAvailable":false,"columns":[
        {"name":"orderId","sortable":true,"filterable":true,"reportDataType":"IDSET"},
        {"name":"promisedOn","sortable":true,"filterable":true,"reportDataType":"PERIOD"}]}}}"#;
    let unchecked = Search { unchecked: true, ..wanted() };
    assert!(matches!(play(&client, unchecked.clone(), page), Step::Output(_)));
    let expected = Event::SchemaDrift {
        resource: ORDERS.to_owned(),
        added: vec!["promisedOn".to_owned()],
        removed: Vec::new(),
        changed: Vec::new(),
    };
    assert_eq!(drifts(&client), [expected]);
    client.search(wanted()).unwrap();
    let wrong = Search::new(ORDERS).filter("promisedOn", "yesterday");
    assert_eq!(client.search(wrong).unwrap_err().location(), Some("filters.promisedOn"));
    play(&client, unchecked, page);
    assert!(drifts(&client).is_empty(), "it was told once");
}

#[test]
fn columns_that_changed_or_went_are_told() {
    let client = client("");
    let page = currencies("", "").replacen("STRING", "SEARCH_STRING", 1).replace("isDefault", "isBase");
    play(&client, Search::new(CURRENCIES), &page);
    let expected = Event::SchemaDrift {
        resource: CURRENCIES.to_owned(),
        added: vec!["isBase".to_owned()],
        removed: vec!["isDefault".to_owned()],
        changed: vec!["title".to_owned()],
    };
    assert_eq!(drifts(&client), [expected]);
}

#[test]
fn what_was_learnt_survives_in_a_checkpoint() {
    let teacher = client("");
    let page = r#"{"response":{"results":[],"metaData":{"columns":[
        {"name":"promisedOn","sortable":true,"filterable":true,"reportDataType":"PERIOD"}]}}}"#;
    let orders = || Search::new("order-service/order-search");
    play(&teacher, orders(), page);
    let call = teacher.search(orders().filter("promisedOn", "2026-01-01/")).unwrap();
    let checkpoint = call.checkpoint().unwrap();
    assert!(client("").resume(&checkpoint, true).is_ok(), "it was checked when it was started");
}

#[test]
fn a_page_like_the_catalog_is_no_drift() {
    let client = client("");
    play(&client, Search::new(CURRENCIES), &currencies("", ""));
    assert!(drifts(&client).is_empty());
}

#[test]
fn a_cancelled_write_says_how_to_look_after_it() {
    let client = client("");
    let mut call = client.request(note(r#"{"text":"Zoë called"}"#)).unwrap();
    call.poll(0).unwrap();
    call.cancel(1);
    let error = call.poll(1).unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (Kind::Cancelled, Delivery::MaybeApplied));
    assert!(matches!(error.verifications(), [Verification::Search { .. }]));
}

#[test]
fn a_cancelled_read_in_back_off_was_no_write() {
    let client = client("");
    let mut call = client.request(SingleRequest::new(Method::Get, "order-service/order/7")).unwrap();
    let Step::Send(exchange) = call.poll(0).unwrap() else { panic!("nothing is sent") };
    let outage = Response { status: 502, headers: Headers::new(), body: Vec::new() };
    call.answer(exchange.id, outage, 1).unwrap();
    call.cancel(1);
    assert_eq!(call.poll(1).unwrap_err().delivery(), Delivery::NotSent);
}
