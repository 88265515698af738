//! What was created for a record alone, such as the address of a contact: it is held against the record when that comes again.

use brightpearl_core::operation::Push;
use brightpearl_core::{Method, Request, Response};
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld, pointers};

/// Contacts, each with an address that is created for it and that no search finds.
const CONTACTS: &str = r#"{"version": 1, "name": "contacts", "target": "contact-service/contact",
    "key": {"target": "/communication/emails/PRI/email",
            "verify": {"search": "contact-service/contact-search", "column": "primaryEmail"}},
    "mappings": {"address": {"name": "address", "target": "contact-service/postal-address", "fields": [
        {"to": "/addressLine1", "from": "street"}, {"to": "/addressLine3", "from": "town"},
        {"to": "/addressLine4", "from": "state"}, {"to": "/countryIsoCode", "from": "country"}]}},
    "fields": [{"to": "/firstName", "from": "name"}, {"to": "/lastName", "value": "-"},
        {"to": "/postAddressIds/DEF", "resolve": {"create": "address"}},
        {"to": "/communication/emails/PRI/email", "from": "email"}]}"#;

fn contact(number: usize) -> Value {
    json!({"name": "Ann", "email": format!("ann{number}@example.com"), "street": format!("{number} High Street"),
           "town": "Springfield", "state": "IL", "country": "USA"})
}

/// The address of a contact, as it is there.
fn address(world: &mut PushWorld, contact: u64, kind: &str) -> Value {
    let ids = world.read(&format!("contact-service/contact/{contact}"))[0]["postAddressIds"].take();
    world.read(&format!("contact-service/postal-address/{}", ids[kind]))[0].take()
}

/// Pushes without a journal.
fn push(world: &mut PushWorld, records: &[Value]) -> super::account::Run {
    world.run(Push::writing(CONTACTS).unwrap(), records)
}

#[test]
fn an_address_that_its_record_has_otherwise_now_is_changed() {
    let mut world = PushWorld::new();
    let mut records = [contact(0), contact(1)];
    let id = push(&mut world, &records).of(0).id.unwrap();
    records[0]["street"] = json!("9 New Row");
    records[0]["town"] = json!("London");
    records[0]["state"] = Value::Null;
    records[0]["country"] = Value::Null;
    let expected = [
        ("/postAddressIds/DEF/addressLine1", true),
        ("/postAddressIds/DEF/addressLine3", true),
        ("/postAddressIds/DEF/addressLine4", true),
    ];
    let before = address(&mut world, id, "DEF");
    let dry = world.run(Push::dry_run(CONTACTS).unwrap(), &records);
    assert_eq!(dry.states(), ["updated", "unchanged"], "{:?}", dry.outcomes);
    assert_eq!(pointers(dry.of(0)), expected);
    assert_eq!(address(&mut world, id, "DEF"), before);

    let run = push(&mut world, &records);
    assert_eq!(run.states(), ["updated", "unchanged"], "{:?}", run.outcomes);
    assert_eq!(pointers(run.of(0)), expected);
    let last = &run.of(0).differences[2];
    assert_eq!((last.before.as_ref().unwrap().get(), last.after.get()), ("\"IL\"", "\"\""));
    for kind in ["DEF", "BIL", "DEL"] {
        let there = address(&mut world, id, kind);
        assert_eq!(
            (&there["addressLine1"], &there["addressLine3"], &there["countryIsoCode"]),
            (&json!("9 New Row"), &json!("London"), &json!("USA")),
            "{kind}"
        );
        // Nothing of the old one is left where the mapping says what stands there; of the country it says nothing now.
        assert_eq!(there["addressLine4"], "", "{kind}");
    }
    assert_eq!(push(&mut world, &records).states(), ["unchanged", "unchanged"]);
    records[0]["country"] = json!("GBR");
    let run = push(&mut world, &records);
    assert_eq!(
        (run.states()[0], pointers(run.of(0))[0].0),
        ("updated", "/postAddressIds/DEF/countryIsoCode")
    );
    assert_eq!(address(&mut world, id, "DEF")["countryIsoCode"], "GBR");
}

#[test]
fn the_addresses_of_a_window_are_read_together() {
    let mut world = PushWorld::new();
    let records: Vec<Value> = (0..60).map(contact).collect();
    let first = push(&mut world, &records);
    assert!(first.states().iter().all(|state| *state == "created"));
    let again = push(&mut world, &records);
    assert!(again.states().iter().all(|state| *state == "unchanged"), "{:?}", again.outcomes);
    // The contacts are looked through, read, and their addresses read.
    assert_eq!(again.requests, 3, "{:?}", world.emulator.statistics().by_resource);
}

#[test]
fn an_address_that_is_another_contacts_is_left_alone() {
    let mut world = PushWorld::new();
    let mut records = [contact(0)];
    let id = push(&mut world, &records).of(0).id.unwrap();
    records[0]["street"] = json!("9 New Row");
    world.between = Some(Box::new(|request: &Request| {
        let is_it = request.method == Method::Get && request.url.contains("/postal-address/");
        let address = request.url.rsplit('/').next()?.split('?').next()?.to_owned();
        let body = format!(
            r#"{{"response":[{{"addressId":{address},"contactId":7,"addressLine1":"0 High Street","addressLine3":"Springfield","addressLine4":"IL","countryIsoCode":"USA"}}]}}"#
        );
        is_it.then(|| (Response::new(200, body), false))
    }));
    let run = push(&mut world, &records);
    let reason = run.of(0).reason.clone().unwrap_or_default();
    assert_eq!(run.states(), ["differs"], "{reason}");
    assert!(reason.contains("which belongs to 7 and differs from the record"), "{reason}");
    world.between = None;
    assert_eq!(address(&mut world, id, "DEF")["addressLine1"], "0 High Street");
}

#[test]
fn an_address_that_cannot_be_read_is_not_told_as_unchanged() {
    let mut world = PushWorld::new();
    let records = [contact(0)];
    push(&mut world, &records);
    world.between = Some(Box::new(|request: &Request| {
        let is_it = request.method == Method::Get && request.url.contains("/postal-address/");
        let body = r#"{"errors":[{"code":"CMNC-404","message":"No Postal Addresses Found"}]}"#;
        is_it.then(|| (Response::new(404, body), false))
    }));
    let run = push(&mut world, &records);
    let reason = run.of(0).reason.clone().unwrap_or_default();
    assert_eq!(run.states(), ["rejected"], "{reason}");
    assert!(reason.contains("its /postAddressIds/DEF, which is "), "{reason}");
    assert!(reason.contains("could not be read: "), "{reason}");
}

#[test]
fn a_change_of_an_address_is_told_when_it_shows() {
    let mut world = PushWorld::new();
    let mut records = [contact(0)];
    let id = push(&mut world, &records).of(0).id.unwrap();
    records[0]["street"] = json!("9 New Row");
    // It is answered, and not carried out.
    world.between = Some(Box::new(|request: &Request| {
        let is_it = request.method == Method::Put && request.url.contains("/postal-address/");
        is_it.then(|| (Response::new(200, "{}"), false))
    }));
    let run = world.push(CONTACTS, &records);
    assert_eq!(run.states(), ["differs"], "{:?}", run.outcomes);
    assert_eq!(pointers(run.of(0)), [("/postAddressIds/DEF/addressLine1", true)]);
    world.between = None;
    // Its answer is lost.
    world.faults(&json!({"rates": [{"rate": 1.0, "methods": ["PUT"], "until": 20, "fault": {"kind": "lost-response"}}]}));
    let run = world.push(CONTACTS, &records);
    assert_eq!(run.states(), ["updated"], "{:?}", run.outcomes);
    assert_eq!(address(&mut world, id, "DEF")["addressLine1"], "9 New Row");
    assert_eq!(world.push(CONTACTS, &records).requests, 0, "the journal has it");
}

#[test]
fn a_buyer_that_is_created_for_each_order_is_changed_with_it() {
    let guests = ORDERS.replace(
        r#"{"to": "/customer/id", "from": "email", "required": true,
         "resolve": {"search": "contact-service/contact-search", "column": "primaryEmail", "else": {"create": "contact"}}}"#,
        r#"{"to": "/customer/id", "resolve": {"create": "contact"}}"#,
    );
    assert_ne!(guests, ORDERS);
    let mut world = PushWorld::new();
    let mut records = super::orders(&mut world, 2);
    let run = world.run(Push::writing(&*guests).unwrap(), &records);
    assert_eq!(run.states(), ["created", "created"], "{:?}", run.outcomes);
    let order = run.of(0).id.unwrap();
    assert_eq!(world.run(Push::writing(&*guests).unwrap(), &records).states(), ["unchanged", "unchanged"]);
    records[0]["name"] = json!("Buyer-Smith");
    records[0]["street"] = json!("2 Row");
    let run = world.run(Push::writing(&*guests).unwrap(), &records);
    assert_eq!(run.states(), ["updated", "unchanged"], "{:?}", run.outcomes);
    let expected = [("/customer/id/firstName", true), ("/customer/id/postAddressIds/DEF/addressLine1", true)];
    assert_eq!(pointers(run.of(0)), expected);
    let parties = world.read(&format!("order-service/order/{order}"))[0]["parties"].take();
    let contact = parties["customer"]["contactId"].as_u64().unwrap();
    assert_eq!(world.read(&format!("contact-service/contact/{contact}"))[0]["firstName"], "Buyer-Smith");
    assert_eq!(address(&mut world, contact, "DEF")["addressLine1"], "2 Row");
    assert_eq!(world.run(Push::writing(&*guests).unwrap(), &records).states(), ["unchanged", "unchanged"]);
}
