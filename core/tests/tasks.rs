//! The table of tasks, the checking of arguments, and what becomes of numbers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::task_play::{client, play, play_with};
use brightpearl_core::task::tasks;
use brightpearl_core::{Delivery, Kind};
use serde_json::{Value, json};

#[test]
fn every_task_is_described() {
    let tasks = tasks();
    let names: BTreeSet<&str> = tasks.iter().map(|task| task.name).collect();
    assert_eq!(names.len(), tasks.len(), "no two tasks share a name");
    for task in &tasks {
        assert!(task.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", task.name);
        for text in [task.summary, task.requests] {
            assert!(text.ends_with('.') && text.len() >= 8, "{}: {text}", task.name);
        }
        assert_eq!(task.arguments["type"], "object", "{}", task.name);
        let forms = task.arguments["anyOf"].as_array().cloned().unwrap_or(vec![task.arguments.clone()]);
        for form in forms.iter().filter(|_| task.name != "list-price-lists") {
            let properties = form["properties"].as_object().unwrap();
            assert!(!properties.is_empty(), "{} takes something", task.name);
        }
        jsonschema::draft202012::new(&task.arguments).unwrap();
        jsonschema::draft202012::new(&task.result).unwrap();
    }
}

/// What is sent in the golden vectors fits the schemas, and so does what comes out; every task is there.
#[test]
fn the_vectors_fit_the_schemas() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut shown = BTreeSet::new();
    for task in tasks() {
        let arguments = jsonschema::draft202012::new(&task.arguments).unwrap();
        let result = jsonschema::draft202012::new(&task.result).unwrap();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_task = path.file_name().unwrap().to_string_lossy().starts_with("task-");
            if !is_task {
                continue;
            }
            let vector: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            if vector["operation"]["task"]["name"] != task.name || vector.get("start_error").is_some() {
                continue;
            }
            let given = &vector["operation"]["task"]["arguments"];
            if let Err(error) = arguments.validate(given) {
                panic!("{}: {error}", path.display());
            }
            for entry in vector["script"].as_array().unwrap() {
                let Some(done) = entry["expect"].get("task") else { continue };
                assert!(result.is_valid(&done["result"]), "{}: {}", path.display(), done["result"]);
                shown.insert(task.name);
            }
        }
    }
    let missing: Vec<_> = tasks().iter().map(|task| task.name).filter(|name| !shown.contains(name)).collect();
    assert!(missing.is_empty(), "without a vector: {missing:?}");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let played = play(
        "ship-goods-out-note",
        r#"{"goodsOutNoteId":0,"occured":"now","events":["SHX"],"refrence":"T"}"#,
        &[],
    );
    assert_eq!(played.error().kind(), Kind::Validation);
    assert_eq!(played.error().delivery(), Delivery::NotSent);
    let places: Vec<&str> = played.violations().iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(places, ["/goodsOutNoteId", "/occured", "/eventOwnerId", "/events/0", "/refrence"]);
    assert_eq!(played.violations()[4].1, "a known member, such as reference");
    assert!(played.error().message().ends_with("and 2 more"), "{}", played.error());
}

#[test]
fn a_members_own_table_goes_before_the_bodys() {
    // The body's table asks for postAddressIds; the task's takes the addresses instead.
    let played =
        play("create-contact", r#"{"firstName":7,"postalAddresses":{"DEF":{"postalCode":"AB1 2CD"}}}"#, &[]);
    let places: Vec<&str> = played.violations().iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(places, ["/postalAddresses/DEF/addressLine1", "/firstName"]);
    let both = play(
        "create-contact",
        r#"{"postAddressIds":{"DEF":5},"postalAddresses":{"DEF":{"addressLine1":"1 Road"}}}"#,
        &[],
    );
    assert_eq!(both.violations(), [("/postalAddresses/DEF", "one or the other")]);
}

#[test]
fn unknown_members_follow_the_configuration_where_they_are_passed_on() {
    let note = r#"{"orderId":7,"text":"x","colour":"red"}"#;
    let passed = play("add-order-note", note, &[(200, r#"{"response":3}"#)]);
    assert_eq!(passed.sent[0].2, json!({"text": "x", "colour": "red"}));
    let strict = play_with(&client(r#","unknown_members":"refuse""#), "add-order-note", note, &[]);
    assert_eq!(strict.violations()[0].0, "/colour");
    // What a task has by itself would be lost silently, so it is refused whatever the configuration says.
    let lost = play_with(
        &client(r#","unknown_members":"allow""#),
        "cancel-reservation",
        r#"{"orderId":7,"warehouseId":2}"#,
        &[],
    );
    assert_eq!(lost.violations()[0].0, "/warehouseId");
}

#[test]
fn what_is_no_object_or_no_task_is_refused() {
    for arguments in ["[]", "7", "null", "\"text\""] {
        assert_eq!(
            play("add-order-note", arguments, &[]).error().location(),
            Some("arguments"),
            "{arguments}"
        );
    }
    assert_eq!(play("add-order-note", "{", &[]).error().location(), Some("arguments"));
    let unknown = play("ad-order-note", "{}", &[]);
    assert!(unknown.error().message().contains("\"add-order-note\""), "{}", unknown.error());
}

#[test]
fn numbers_keep_their_digits() {
    let client = client("");
    let task = brightpearl_core::operation::Task::new(
        "create-sales-order",
        r#"{"customer":{"id":207},"rows":[{"productId":1007,"quantity":2.0000,"taxCode":"T20","net":12345678901234567890.1230,"tax":"4.10"}]}"#,
    );
    let mut call = client.task(task.unwrap()).unwrap();
    let brightpearl_core::Step::Send(exchange) = call.poll(0).unwrap() else { panic!("a request") };
    let body = String::from_utf8(exchange.request.body.clone()).unwrap();
    assert!(
        body.contains(r#""quantity":2.0000,"#) && body.contains(r#""net":12345678901234567890.1230,"#),
        "{body}"
    );
}

#[test]
fn amounts_of_plain_rows_are_exact() {
    let order = r#"{"customer":{"contactId":207},"orderRows":[
        {"productId":1007,"quantity":3,"price":0.1},
        {"productId":1007,"quantity":"0.5","price":"0.25"},
        {"productId":1008,"quantity":-1,"price":10.45,"taxCode":"T0"},
        {"name":"Free text","quantity":1,"net":"1e1","taxCode":"T17"},
        {"productId":1007,"quantity":1,"price":5,"tax":"0.99"}]}"#;
    let products = r#"{"response":[{"id":1007,"financialDetails":{"taxCode":{"id":2,"code":"T20"}}}]}"#;
    let taxes = r#"{"response":[{"id":2,"code":"T20","rate":20.0000},{"id":3,"code":"T17","rate":17.5},{"id":1,"code":"T0"}]}"#;
    let refused = play("create-sales-order", order, &[]);
    // A text is read by the server as it stands, so it has no exponent.
    assert_eq!(refused.violations()[0].0, "/orderRows/3/net");
    let order = order.replace("\"1e1\"", "10.01");
    let played =
        play("create-sales-order", &order, &[(200, products), (200, taxes), (200, r#"{"response":9}"#)]);
    let rows: Vec<(String, String, String)> = played.sent[2].2["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["net"].to_string(), row["tax"].to_string(), row["taxCode"].to_string()))
        .collect();
    let expected = [
        ("\"0.3\"", "\"0.06\"", "\"T20\""),
        ("\"0.125\"", "\"0.03\"", "\"T20\""),
        ("\"-10.45\"", "\"0.00\"", "\"T0\""),
        ("10.01", "\"1.75\"", "\"T17\""),
        ("\"5\"", "\"0.99\"", "\"T20\""),
    ];
    let expected = expected.map(|(net, tax, code)| (net.to_owned(), tax.to_owned(), code.to_owned()));
    assert_eq!(rows, expected);
}

#[test]
fn plain_orders_say_what_their_type_lacks() {
    let credit =
        play("create-order", r#"{"orderTypeCode":"SC","supplier":{"contactId":3},"orderRows":[]}"#, &[]);
    assert_eq!(credit.violations()[0].0, "/customer/contactId");
    let purchase = play("create-order", r#"{"orderTypeCode":"PO","customer":{"contactId":3}}"#, &[]);
    assert_eq!(purchase.violations()[0].0, "/supplier/contactId");
    let sku = r#"{"customer":{"contactId":3},"orderRows":[{"sku":"W-1","quantity":1,"price":1}]}"#;
    let by_rows = play("create-order", sku, &[]);
    let places: Vec<&str> = by_rows.violations().iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(places, ["/orderRows/0/productId", "/orderRows/0/taxCode"]);
    let whole = play("create-sales-order", sku, &[]);
    let places: Vec<&str> = whole.violations().iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(places, ["/orderRows/0/taxCode"]);
}

#[test]
fn many_products_are_looked_up_in_legal_sets() {
    let rows: Vec<Value> = (1..=401)
        .map(|id| json!({"productId": id * 2, "quantity": 1, "price": "1.00", "tax": "0.20"}))
        .collect();
    let order = json!({"customer": {"contactId": 207}, "orderRows": rows}).to_string();
    let products = |ids: std::ops::RangeInclusive<u64>| {
        let products: Vec<Value> =
            ids.map(|id| json!({"id": id * 2, "financialDetails": {"taxCode": {"code": "T20"}}})).collect();
        json!({ "response": products }).to_string()
    };
    let answers =
        [products(1..=200), products(201..=400), products(401..=401), r#"{"response":9}"#.to_owned()];
    let answers: Vec<(u16, &str)> = answers.iter().map(|body| (200, body.as_str())).collect();
    let played = play("create-sales-order", &order, &answers);
    assert_eq!(played.sent.len(), 4);
    assert_eq!(played.sent[3].2["rows"].as_array().unwrap().len(), 401);
    assert_eq!(played.result()["orderId"], 9);
}

#[test]
fn what_can_be_no_id_leaves_a_creation_in_doubt() {
    let product = r#"{"brandId":74,"identity":{"sku":"W-1"},"financialDetails":{"taxCode":{"id":2,"code":"T20"}},
        "salesChannels":[{"salesChannelName":"Brightpearl","productName":"Widget",
            "categories":[{"categoryCode":"296"}]}]}"#;
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    for response in [
        r#""""#,
        r#"[""]"#,
        r#""x""#,
        r#""-99999999999999999999999""#,
        r#""99999999999999999999999""#,
        "99999999999999999999999",
        "[99999999999999999999999]",
        "9223372036854775808",
        "1e999",
        "22222222222222222222.5",
        "[7,8]",
        &deep,
    ] {
        let answer = format!(r#"{{"response":{response}}}"#);
        let played = play("create-product", product, &[(200, &answer)]);
        let error = played.error();
        assert_eq!((error.kind(), error.delivery()), (Kind::Protocol, Delivery::MaybeApplied), "{response}");
    }
}

#[test]
fn a_correction_is_not_done_by_more_notes_than_corrections() {
    let correction = r#"{"warehouseId":2,"corrections":[
        {"productId":1007,"quantity":1,"reason":"x","locationId":2,"cost":{"currency":"USD","value":"1"}}]}"#;
    let played = play("correct-stock", correction, &[(200, r#"{"response":[3]}"#)]);
    assert_eq!(played.result()["goodsNoteIds"], json!([3]));
    let played = play("correct-stock", correction, &[(200, r#"{"response":[3,4]}"#)]);
    assert_eq!(played.error().delivery(), Delivery::MaybeApplied);
}

#[test]
fn a_task_is_not_done_by_the_answer_to_another_request() {
    let prices = r#"{"productId":1007,"priceLists":[{"priceListId":1,"quantityPrice":{"1":"9.95"}}]}"#;
    let row = r#"{"orderId":2,"orderRowId":3,"net":"5.00"}"#;
    let status = r#"{"orderId":2,"orderStatusId":3}"#;
    for (task, arguments) in [
        ("set-product-prices", prices),
        ("change-order-row", row),
        ("update-order-status", status),
        ("remove-order-row", r#"{"orderId":2,"orderRowId":3}"#),
    ] {
        for response in [
            "7",
            "[7,8]",
            "[]",
            r#"{"id":7}"#,
            r#"{"message":"not carried out"}"#,
            r#"{"status":"error"}"#,
            r#"{"errors":[{"code":"X"}]}"#,
            r#"{"results":[],"metaData":{}}"#,
        ] {
            let answer = format!(r#"{{"response":{response}}}"#);
            let played = play(task, arguments, &[(200, answer.as_str()); 9]);
            assert_eq!(played.error().delivery(), Delivery::MaybeApplied, "{task} {response}");
        }
    }
}

#[test]
fn a_tax_is_worked_out_from_one_rate_that_can_be_read() {
    let order = r#"{"customer":{"contactId":207},"orderRows":[{"productId":1007,"quantity":2,"price":"12.50","taxCode":"T"}]}"#;
    let played = |codes: &str| {
        let codes = format!(r#"{{"response":[{codes}]}}"#);
        play("create-sales-order", order, &[(200, &codes), (200, r#"{"response":9}"#)])
    };
    for (rate, tax) in
        [("20", "5.00"), ("\"20.0\"", "5.00"), ("0", "0.00"), ("null", "0.00"), ("100", "25.00")]
    {
        let played = played(&format!(r#"{{"code":"T","rate":{rate}}},{{"code":"U","rate":"odd"}}"#));
        assert_eq!(played.sent[1].2["rows"][0]["tax"], tax, "{rate}");
    }
    for rate in ["\"20%\"", "\"NaN\"", "true", "[20]", "\"\"", "-20", "2000", "100.01", "{}"] {
        let played = played(&format!(r#"{{"code":"T","rate":{rate}}}"#));
        assert_eq!(played.sent.len(), 1, "nothing is written: {rate}");
        assert_eq!(played.violations()[0].0, "/orderRows/0/tax", "{rate}");
    }
    let twice = played(r#"{"code":"T","rate":10},{"code":"T","rate":5}"#);
    assert_eq!(twice.violations()[0].0, "/orderRows/0/tax");
}

#[test]
fn a_read_of_a_task_is_never_told_as_applied() {
    let order = r#"{"customer":{"contactId":207},"orderTypeCode":"SO","reference":"WEB-1",
        "orderRows":[{"productId":1007,"quantity":3,"price":"9.995"}]}"#;
    for answer in [r#"{"response":99999999999999999999999}"#, r#"{"response":"99999999999999999999999"}"#] {
        let played = play("create-sales-order", order, &[(200, answer); 9]);
        let error = played.error();
        assert_eq!((error.kind(), error.delivery()), (Kind::Protocol, Delivery::MaybeApplied), "{error}");
        assert!(error.is_retryable() && played.sent.len() > 1, "a read is tried again");
        assert!(played.sent.iter().all(|(method, ..)| method == "GET"));
    }
}
