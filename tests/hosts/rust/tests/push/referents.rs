//! What a record that is there refers to now, and Brightpearl does not have yet: it is created, and the record changed.

use brightpearl_core::Method;
use brightpearl_core::operation::Push;
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld, order, pointers};
use super::orders;

/// The contact that the order of that id is of.
fn customer(world: &mut PushWorld, order: u64) -> Option<u64> {
    world.read(&format!("order-service/order/{order}"))[0]["parties"]["customer"]["contactId"].as_u64()
}

/// The contact with that address of e-mail.
fn contact(world: &mut PushWorld, email: &str) -> Option<u64> {
    let path = format!("contact-service/contact-search?columns=contactId&primaryEmail={email}");
    world.read(&path)["results"][0][0].as_u64()
}

#[test]
fn an_order_goes_to_a_buyer_that_its_record_names_now() {
    for has_journal in [true, false] {
        let mut world = PushWorld::new();
        let mut records = orders(&mut world, 2);
        let order = world.push(ORDERS, &records).of(0).id.unwrap();
        records[0]["email"] = json!("corrected@example.com");
        if !has_journal {
            world.journal.clear();
        }
        // A dry run says so, and creates nothing.
        let dry = Push { journal: Some(String::new()), ..Push::dry_run(ORDERS).unwrap() };
        let run = world.run(dry, &records);
        assert_eq!(run.states(), ["updated", "unchanged"], "{:?}", run.outcomes);
        let pointers: Vec<&str> =
            run.of(0).differences.iter().map(|difference| difference.pointer.as_str()).collect();
        assert_eq!(pointers, ["/customer/id"]);
        assert_eq!(world.contacts("corrected@example.com"), 0);

        let run = world.push(ORDERS, &records);
        assert_eq!(run.states()[0], "updated", "{:?}", run.outcomes);
        let found = contact(&mut world, "corrected@example.com");
        assert!(found.is_some());
        assert_eq!(customer(&mut world, order), found);
        let requests = world.push(ORDERS, &records).requests;
        assert_eq!(requests, 0, "the journal has it");
    }
}

#[test]
fn an_edited_order_waits_for_the_buyer_of_another_one() {
    for is_first in [true, false] {
        let mut world = PushWorld::new();
        let records = orders(&mut world, 2);
        let order = world.push(ORDERS, &records[..1]).of(0).id.unwrap();
        let mut both: Vec<Value> = records;
        both.iter_mut().for_each(|record| record["email"] = json!("new@example.com"));
        if is_first {
            both.reverse();
        }
        let run = world.push(ORDERS, &both);
        let mut states = run.states();
        states.sort_unstable();
        assert_eq!(states, ["created", "updated"], "{:?}", run.outcomes);
        assert_eq!(world.contacts("new@example.com"), 1);
        let found = contact(&mut world, "new@example.com");
        assert_eq!(customer(&mut world, order), found);
    }
}

/// Products whose brands are created where they are not there.
const PRODUCTS: &str = r#"{"version": 1, "name": "products", "target": "product-service/product",
    "key": {"target": "/identity/sku", "verify": {"search": "product-service/product-search", "column": "SKU"}},
    "mappings": {"brand": {"name": "brand", "target": "product-service/brand",
        "fields": [{"to": "/name", "from": "vendor"}]}},
    "fields": [{"to": "/identity/sku", "from": "sku", "required": true},
        {"to": "/brandId", "from": "vendor", "required": true,
         "resolve": {"search": "product-service/brand-search", "column": "brandName", "else": {"create": "brand"}}},
        {"to": "/salesChannels/0/salesChannelName", "value": "Brightpearl"},
        {"to": "/salesChannels/0/productName", "from": "name"},
        {"to": "/salesChannels/0/productCondition", "value": "new"},
        {"to": "/salesChannels/0/categories/0/categoryCode", "value": "298"}]}"#;

#[test]
fn a_product_goes_to_a_brand_that_its_record_names_now() {
    let mut world = PushWorld::new();
    let mut records = [json!({"sku": "NEW-1", "name": "Thing", "vendor": "Acme"})];
    let id = world.run(Push::writing(PRODUCTS).unwrap(), &records).of(0).id.unwrap();
    records[0]["vendor"] = json!("Bolt");
    let brands = |world: &mut PushWorld| {
        let found = world.read("product-service/brand-search?columns=brandId&brandName=Bolt");
        found["results"].as_array().unwrap().clone()
    };
    let dry = world.run(Push::dry_run(PRODUCTS).unwrap(), &records);
    assert_eq!((dry.states()[0], pointers(dry.of(0))), ("updated", vec![("/brandId", true)]));
    assert!(brands(&mut world).is_empty());
    let run = world.run(Push::writing(PRODUCTS).unwrap(), &records);
    assert_eq!((run.states()[0], pointers(run.of(0))), ("updated", vec![("/brandId", true)]));
    let brand = brands(&mut world)[0][0].clone();
    assert_eq!(world.read(&format!("product-service/product/{id}"))[0]["brandId"], brand);
    assert_eq!(world.run(Push::writing(PRODUCTS).unwrap(), &records).states(), ["unchanged"]);
}

/// Orders that create the products of their rows, too.
fn with_new_products(brand: &Value) -> String {
    let mut document: Value = serde_json::from_str(ORDERS).unwrap();
    document["mappings"]["product"] = json!({"name": "product", "target": "product-service/product", "fields": [
        {"to": "/identity/sku", "from": "sku"}, {"to": "/brandId", "value": brand},
        {"to": "/salesChannels/0/salesChannelName", "value": "Brightpearl"},
        {"to": "/salesChannels/0/productName", "from": "sku"},
        {"to": "/salesChannels/0/productCondition", "value": "new"},
        {"to": "/salesChannels/0/categories/0/categoryCode", "value": "298"}]});
    document["fields"][5]["fields"][0]["resolve"]["else"] = json!({"create": "product"});
    document.to_string()
}

#[test]
fn rows_go_to_products_that_their_record_names_now() {
    let mut world = PushWorld::new();
    let brand = world.read("product-service/brand-search?columns=brandId")["results"][0][0].take();
    let document = with_new_products(&brand);
    let skus = world.skus();
    let mut records = [order(0, &skus[0])];
    let line = |sku: &str| json!({"sku": sku, "qty": "1", "price": "2.00"});
    records[0]["lines"].as_array_mut().unwrap().push(line(&skus[1]));
    let first = world.run(Push::writing(&*document).unwrap(), &records);
    assert_eq!(first.states(), ["created"], "{:?}", first.outcomes);
    let id = first.of(0).id.unwrap();
    // The product of the first row is another one, and a row is added, each of a product that is not there.
    records[0]["lines"][0]["sku"] = json!("NEW-1");
    records[0]["lines"].as_array_mut().unwrap().push(line("NEW-2"));
    let expected = [("/rows/0/productId", true), ("/rows/2", true)];
    let dry = world.run(Push::dry_run(&*document).unwrap(), &records);
    assert_eq!((dry.states()[0], pointers(dry.of(0))), ("updated", expected.to_vec()), "{:?}", dry.outcomes);
    assert_eq!(world.read("product-service/product-search?SKU=NEW-1")["results"], json!([]));
    let run = world.run(Push::writing(&*document).unwrap(), &records);
    assert_eq!((run.states()[0], pointers(run.of(0))), ("updated", expected.to_vec()), "{:?}", run.outcomes);
    let rows = world.read(&format!("order-service/order/{id}"))[0]["orderRows"].take();
    let mut there: Vec<&str> =
        rows.as_object().unwrap().values().map(|row| row["productSku"].as_str().unwrap()).collect();
    there.sort_unstable();
    let mut wanted = vec!["NEW-1", "NEW-2", &skus[1]];
    wanted.sort_unstable();
    assert_eq!(there, wanted);
    assert_eq!(world.run(Push::writing(&*document).unwrap(), &records).states(), ["unchanged"]);
}

/// Credits, whose customer cannot be changed once they are there.
const CREDITS: &str = r#"{"version": 1, "name": "credits", "target": "order-service/sales-credit",
    "key": {"target": "/externalRef", "verify": {"search": "order-service/order-search", "column": "externalRef", "by": {"orderTypeId": 3}}},
    "mappings": {
        "address": {"name": "address", "target": "contact-service/postal-address",
            "fields": [{"to": "/addressLine1", "value": "1 Row"}]},
        "contact": {"name": "contact", "target": "contact-service/contact", "fields": [
            {"to": "/firstName", "value": "Ann"}, {"to": "/lastName", "value": "-"},
            {"to": "/postAddressIds/DEF", "resolve": {"create": "address"}},
            {"to": "/communication/emails/PRI/email", "from": "email"}]}},
    "fields": [{"to": "/externalRef", "from": "number", "required": true}, {"to": "/ref", "from": "number"},
        {"to": "/customer/id", "from": "email", "required": true,
         "resolve": {"search": "contact-service/contact-search", "column": "primaryEmail", "else": {"create": "contact"}}},
        {"to": "/warehouseId", "value": 2}, {"to": "/currency/code", "value": "USD"},
        {"to": "/rows", "each": "lines", "fields": [
            {"to": "/productId", "from": "sku", "resolve": {"search": "product-service/product-search", "column": "SKU"}},
            {"to": "/quantity", "value": "1"}, {"to": "/net", "value": "1.00"}, {"to": "/tax", "value": "0.00"},
            {"to": "/taxCode", "value": "T20"}]}]}"#;

#[test]
fn nothing_is_created_for_what_cannot_be_changed() {
    let mut world = PushWorld::new();
    let sku = world.skus().swap_remove(0);
    let mut records = [json!({"number": "C-1", "email": "ann@example.com", "lines": [{"sku": sku}]})];
    let first = world.push(CREDITS, &records);
    assert_eq!(first.states(), ["created"], "{:?}", first.outcomes);
    records[0]["email"] = json!("corrected@example.com");
    let before = world.emulator.statistics().applied_writes;
    let dry = Push { journal: Some(world.journal.clone()), ..Push::dry_run(CREDITS).unwrap() };
    for run in [world.run(dry, &records), world.push(CREDITS, &records)] {
        assert_eq!(run.states(), ["differs"], "{:?}", run.outcomes);
        assert_eq!(pointers(run.of(0)), [("/customer/id", false)]);
        assert_eq!(run.of(0).differences[0].after.get(), r#""{created by contact}""#);
        assert!(run.of(0).created.is_empty(), "{:?}", run.outcomes);
        let reason = run.of(0).reason.as_deref().unwrap();
        assert!(reason.contains("cannot change /customer/id once the record is there"), "{reason}");
    }
    assert_eq!(world.emulator.statistics().applied_writes, before);
    assert_eq!(world.contacts("corrected@example.com"), 0);
}

#[test]
fn a_dry_run_checks_what_else_would_be_changed() {
    let mut world = PushWorld::new();
    let mut records = orders(&mut world, 1);
    world.push(ORDERS, &records);
    records[0]["email"] = json!("corrected@example.com");
    records[0]["warehouse"] = json!("north");
    let dry = world.run(Push::dry_run(ORDERS).unwrap(), &records);
    let reason = dry.of(0).reason.clone().unwrap_or_default();
    assert_eq!(dry.states(), ["differs"], "{reason}");
    assert!(reason.contains("was not changed") && reason.contains("north"), "{reason}");
}

#[test]
fn an_order_on_a_strangers_account_is_moved_by_the_next_run() {
    for has_journal in [true, false] {
        let mut world = PushWorld::new();
        let records = orders(&mut world, 1);
        // The customer is answered with another one's id, and not created.
        world.between = Some(Box::new(|request: &brightpearl_core::Request| {
            let is_it = request.method == Method::Post && request.url.ends_with("contact-service/contact");
            is_it.then(|| (brightpearl_core::Response::new(200, r#"{"response":200}"#), false))
        }));
        let run = world.push(ORDERS, &records);
        assert_eq!(run.states(), ["differs"], "{:?}", run.outcomes);
        let order = run.of(0).id.unwrap();
        assert_eq!(customer(&mut world, order), Some(200), "it was booked so");
        world.between = None;
        if !has_journal {
            world.journal.clear();
        }
        world.now += 86_400_000;
        let run = world.push(ORDERS, &records);
        assert_eq!(run.states(), ["updated"], "{:?}", run.outcomes);
        let found = contact(&mut world, "buyer0@example.com");
        assert!(found.is_some_and(|id| id != 200));
        assert_eq!(customer(&mut world, order), found);
    }
}

#[test]
fn a_payment_that_is_there_is_not_one_of_an_order_that_is_not() {
    let payments = r#"{"version": 1, "name": "payments", "target": "accounting-service/customer-payment",
        "key": {"target": "/transactionRef",
                "verify": {"search": "accounting-service/customer-payment-search", "column": "transactionRef"}},
        "mappings": {"order": {"name": "order", "target": "order-service/sales-order", "fields": [
            {"to": "/ref", "from": "order"}, {"to": "/customer/id", "value": 200}]}},
        "fields": [{"to": "/transactionRef", "from": "reference"}, {"to": "/paymentMethodCode", "value": "CASH"},
            {"to": "/paymentType", "value": "RECEIPT"}, {"to": "/currencyIsoCode", "value": "USD"},
            {"to": "/amountPaid", "value": "1.00"}, {"to": "/paymentDate", "value": "2026-06-30T10:00:00Z"},
            {"to": "/orderId", "from": "order", "required": true, "resolve": {"search": "order-service/order-search",
             "column": "customerRef", "else": {"create": "order"}}}]}"#;
    let mut world = PushWorld::new();
    let orders = orders(&mut world, 1);
    world.push(ORDERS, &orders);
    let mut records = [json!({"reference": "PAY-1", "order": "W-0"})];
    let first = world.run(Push::writing(payments).unwrap(), &records);
    assert_eq!(first.states(), ["created"], "{:?}", first.outcomes);
    assert_eq!(world.run(Push::writing(payments).unwrap(), &records).states(), ["unchanged"]);
    records[0]["order"] = json!("W-99");
    let run = world.run(Push::writing(payments).unwrap(), &records);
    let reason = run.of(0).reason.clone().unwrap_or_default();
    assert_eq!(run.states(), ["rejected"], "{reason}");
    assert!(reason.contains("of an order that is not there yet"), "{reason}");
    assert_eq!(world.orders("W-99"), 0);
}
