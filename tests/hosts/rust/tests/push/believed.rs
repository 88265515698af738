//! Answers to writes that were not carried out, or that name other records: what was written is held against them.

use brightpearl_core::{Method, Request, Response};
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld};
use super::orders;

const DAY_MS: u64 = 86_400_000;

/// Answers this to every request of that verb whose path ends so.
fn lie(world: &mut PushWorld, method: Method, path: &'static str, body: &'static str, is_carried_out: bool) {
    world.between = Some(Box::new(move |request: &Request| {
        let is_it = request.method == method && request.url.ends_with(path);
        is_it.then(|| (Response::new(200, body), is_carried_out))
    }));
}

/// The next day's run, without anybody in between.
fn next_day(world: &mut PushWorld, mapping: &str, records: &[Value]) -> (Vec<&'static str>, String) {
    world.between = None;
    world.now += DAY_MS;
    let run = world.push(mapping, records);
    (run.states(), run.of(0).reason.clone().unwrap_or_default())
}

#[test]
fn a_customer_that_was_answered_as_another_is_told_and_mended() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 1);
    lie(&mut world, Method::Post, "contact-service/contact", r#"{"response":200}"#, true);
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["differs"], "{:?}", run.outcomes);
    let reason = run.of(0).reason.as_deref().unwrap();
    assert!(
        reason
            .contains("the answer to the write of what \"contact\" created for it as 200 named another one")
    );
    let order = run.of(0).id.unwrap();
    let customer = |world: &mut PushWorld| {
        world.read(&format!("order-service/order/{order}"))[0]["parties"]["customer"]["contactId"].as_u64()
    };
    assert_eq!(customer(&mut world), Some(200), "it was booked so");
    let (states, reason) = next_day(&mut world, ORDERS, &records);
    assert_eq!(states, ["updated"], "{reason}");
    let found =
        world.read("contact-service/contact-search?columns=contactId&primaryEmail=buyer0@example.com");
    assert_eq!(customer(&mut world), found["results"][0][0].as_u64());
    assert_eq!(world.orders("W-0"), 1);
}

/// Contacts, each with an address that is created for it and that no search finds.
const CONTACTS: &str = r#"{"version": 1, "name": "contacts", "target": "contact-service/contact",
    "key": {"target": "/communication/emails/PRI/email",
            "verify": {"search": "contact-service/contact-search", "column": "primaryEmail"}},
    "mappings": {"address": {"name": "address", "target": "contact-service/postal-address", "fields": [
        {"to": "/addressLine1", "from": "street"}, {"to": "/postalCode", "value": "AB1 2CD"}]}},
    "fields": [{"to": "/firstName", "from": "name"}, {"to": "/lastName", "value": "-"},
        {"to": "/postAddressIds/DEF", "resolve": {"create": "address"}},
        {"to": "/communication/emails/PRI/email", "from": "email"}]}"#;

const GONE: &str = "what \"address\" created for it as 99999 was answered as created and is not there; the next run \
                    creates it anew";

#[test]
fn on_an_address_that_is_not_there_nothing_is_booked_and_the_next_run_creates_it_anew() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 2);
    let is_first = std::cell::Cell::new(true);
    world.between = Some(Box::new(move |request: &Request| {
        let is_it = request.method == Method::Post && request.url.ends_with("contact-service/postal-address");
        (is_it && is_first.replace(false)).then(|| (Response::new(200, r#"{"response":99999}"#), false))
    }));
    let run = world.push(ORDERS, &records[..1]);
    assert_eq!(run.states(), ["rejected"]);
    let reason = run.of(0).reason.as_deref().unwrap();
    assert!(reason.contains(GONE), "{reason}");
    assert_eq!((world.orders("W-0"), world.contacts("buyer0@example.com")), (0, 0));
    let (states, reason) = next_day(&mut world, ORDERS, &records);
    assert_eq!(states, ["created", "created"], "{reason}");
    assert_eq!((world.orders("W-0"), world.contacts("buyer0@example.com")), (1, 1));
    let (states, reason) = next_day(&mut world, ORDERS, &records);
    assert_eq!(states, ["created", "created"], "{reason}");
    assert_eq!((world.orders("W-0"), world.orders("W-1")), (1, 1));
}

#[test]
fn an_address_of_an_earlier_days_journal_that_is_not_there_is_created_anew() {
    for mapping in [ORDERS, CONTACTS] {
        let mut world = PushWorld::new();
        let records = match mapping {
            CONTACTS => {
                vec![json!({"name": "Ann", "street": "1 High Street", "email": "buyer0@example.com"})]
            }
            _ => orders(&mut world, 1),
        };
        // That run ended with the address, which was answered and is not there.
        world.between = Some(Box::new(move |request: &Request| {
            let is_post = |path: &str| request.method == Method::Post && request.url.ends_with(path);
            let gone = is_post("contact-service/postal-address").then_some(r#"{"response":99999}"#);
            let refused = is_post("contact-service/contact")
                .then_some(r#"{"errors":[{"code":"CMNC-999","message":"closed"}]}"#);
            gone.map(|body| (Response::new(200, body), false))
                .or(refused.map(|body| (Response::new(403, body), false)))
        }));
        let first = world.push(mapping, &records);
        assert_eq!(first.states(), ["rejected"], "{:?}", first.outcomes);
        // An earlier version left it at that.
        world.journal = without_disbelief(&world.journal, "99999");
        world.between = None;
        world.now += DAY_MS;
        let run = world.push(mapping, &records);
        let reason = run.of(0).reason.as_deref().unwrap_or_default();
        assert_eq!((run.states(), reason.contains(GONE)), (vec!["rejected"], true), "{reason}");
        let (states, reason) = next_day(&mut world, mapping, &records);
        assert_eq!(states, ["created"], "{reason}");
        assert_eq!(world.contacts("buyer0@example.com"), 1);
    }
}

/// The journal as it was when nobody took back what was created under that id.
fn without_disbelief(journal: &str, id: &str) -> String {
    let name = |line: &str| {
        let (_, rest) = line.split_once("\"what\":\"")?;
        rest.split_once('"').map(|(name, _)| name.to_owned())
    };
    let created = journal.lines().find(|line| line.contains(id)).and_then(name).expect("it was created");
    let is_disbelief = |line: &str| line.contains("not-written") && name(line).as_ref() == Some(&created);
    assert!(journal.lines().any(is_disbelief), "{journal}");
    journal.lines().filter(|line| !is_disbelief(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_contact_that_a_gateway_created_twice_is_not_told_as_refused() {
    let mut world = PushWorld::new();
    let is_contact = |request: &Request| {
        request.method == Method::Post && request.url.ends_with("contact-service/contact")
    };
    world.twice = Some(is_contact);
    let record = json!({"name": "Ann", "street": "1 High Street", "email": "ann@example.com"});
    let run = world.push(CONTACTS, std::slice::from_ref(&record));
    assert_eq!(run.states(), ["unchanged"], "{:?}", run.outcomes);
    assert!(run.of(0).id.is_some());
    world.twice = None;
    let (states, reason) = next_day(&mut world, CONTACTS, &[record]);
    assert_eq!((states, world.contacts("ann@example.com")), (vec!["unchanged"], 1), "{reason}");
    // The customer of an order, too.
    let mut world = PushWorld::new();
    world.twice = Some(is_contact);
    let records = orders(&mut world, 1);
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["created"], "{:?}", run.outcomes);
    assert_eq!(world.contacts("buyer0@example.com"), 1);
}

#[test]
fn a_row_that_a_gateway_removed_twice_is_removed() {
    let mut world = PushWorld::new();
    let mut records = orders(&mut world, 1);
    let line = records[0]["lines"][0].clone();
    records[0]["lines"].as_array_mut().unwrap().push(line);
    records[0]["lines"][1]["price"] = json!("7.00");
    assert_eq!(world.push(ORDERS, &records).states(), ["created"]);
    records[0]["lines"].as_array_mut().unwrap().pop();
    world.twice = Some(|request: &Request| request.method == Method::Delete);
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["updated"], "{:?}", run.outcomes);
    let reason = run.of(0).reason.as_deref().unwrap_or_default();
    assert!(reason.contains("Brightpearl was asked, and has it"), "{reason}");
    world.twice = None;
    assert_eq!(next_day(&mut world, ORDERS, &records).0, ["updated"], "as the journal has it");
}

#[test]
fn a_change_that_is_refused_is_told_with_the_refusal() {
    let mut world = PushWorld::new();
    let mut records = orders(&mut world, 1);
    assert_eq!(world.push(ORDERS, &records).states(), ["created"]);
    records[0]["warehouse"] = json!(3);
    world.between = Some(Box::new(|request: &Request| {
        let refusal = r#"{"errors":[{"code":"ORDC-041","message":"The order is invoiced"}]}"#;
        (request.method == Method::Patch).then(|| (Response::new(400, refusal), false))
    }));
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["differs"], "{:?}", run.outcomes);
    let reason = run.of(0).reason.as_deref().unwrap();
    assert!(reason.contains("was not changed: ") && reason.contains("The order is invoiced"), "{reason}");
    assert_eq!(run.of(0).error.as_ref().unwrap().errors()[0].code, "ORDC-041");
}

#[test]
fn what_a_document_puts_is_read_back() {
    let prices = r#"{"version": 1, "name": "prices", "method": "PUT",
        "target": "product-service/product-price/{PRODUCT-ID}/price-list", "path": {"PRODUCT-ID": {"from": "id"}},
        "key": {"from": "id"}, "fields": [{"to": "/priceLists/0/priceListId", "value": 1},
            {"to": "/priceLists/0/quantityPrice/1", "from": "price", "as": "money"}]}"#;
    let status = r#"{"version": 1, "name": "statuses", "method": "PUT", "target": "order-service/order/{ORDER-ID}/status",
        "path": {"ORDER-ID": {"from": "id"}}, "key": {"from": "id"}, "fields": [{"to": "/orderStatusId", "value": 3}]}"#;
    let product = r#"{"version": 1, "name": "codes", "method": "PUT", "target": "product-service/product/{ID}",
        "path": {"ID": {"from": "id"}}, "key": {"from": "id"}, "fields": [{"to": "/identity/ean", "from": "ean"}]}"#;
    for (mapping, record, path) in [
        (prices, json!({"id": 1007, "price": "9.95"}), "price-list"),
        (status, json!({"id": 2}), "status"),
        (product, json!({"id": 1007, "ean": "1234567890128"}), "product/1007"),
    ] {
        let records = [record];
        let honest = PushWorld::new().push(mapping, &records);
        assert_eq!((honest.states(), honest.requests), (vec!["updated"], 2), "{path} {:?}", honest.outcomes);
        let mut world = PushWorld::new();
        lie(&mut world, Method::Put, path, "{}", false);
        let run = world.push(mapping, &records);
        assert_eq!(run.states(), ["differs"], "{path} {:?}", run.outcomes);
        assert_eq!(next_day(&mut world, mapping, &records).0, ["updated"], "{path}");
        for answer in [r#"{"response":{"message":"queued"}}"#, r#"{"response":[]}"#, r#"{"response":7}"#] {
            let mut world = PushWorld::new();
            lie(&mut world, Method::Put, path, answer, false);
            let run = world.push(mapping, &records);
            assert_eq!(run.states(), ["maybe-applied"], "{path} {answer} {:?}", run.outcomes);
        }
    }
}

#[test]
fn a_payment_that_no_search_shows_is_not_created_for_ever() {
    let payments = r#"{"version": 1, "name": "payments", "target": "accounting-service/customer-payment",
        "key": {"target": "/transactionRef",
                "verify": {"search": "accounting-service/customer-payment-search", "column": "transactionRef"}},
        "fields": [{"to": "/transactionRef", "from": "reference"}, {"to": "/paymentMethodCode", "value": "CASH"},
            {"to": "/paymentType", "value": "RECEIPT"}, {"to": "/orderId", "value": 2},
            {"to": "/currencyIsoCode", "value": "USD"}, {"to": "/amountPaid", "value": "1.00"},
            {"to": "/paymentDate", "value": "2026-06-30T10:00:00Z"}]}"#;
    for answer in [r#"{"response":3}"#, r#"{"response":99999}"#] {
        let mut world = PushWorld::new();
        let records = [json!({"reference": "PAY-1"})];
        lie(&mut world, Method::Post, "customer-payment", answer, false);
        let run = world.push(payments, &records);
        assert!(run.of(0).reason.as_deref().is_some_and(|reason| reason.contains("does not show it yet")));
        let (states, reason) = next_day(&mut world, payments, &records);
        assert_eq!(states, ["maybe-applied"], "{reason}");
        assert!(reason.contains("in this later run, either"), "{reason}");
        let (states, reason) = next_day(&mut world, payments, &records);
        assert_eq!(states, ["created"], "{reason}");
        let found = world.read("accounting-service/customer-payment-search?transactionRef=PAY-1");
        assert_eq!(found["metaData"]["resultsAvailable"], 1);
    }
}
