//! Documents that are begun from samples: usable at once, with every guess said.

use brightpearl_core::mapping::{BegunMapping, Mapping, Resolution, begin};
use serde_json::{Value, json};

/// What is begun from a sample, which can be used and run on it.
fn begun(sample: &Value, target: &str) -> (BegunMapping, Value) {
    let begun = begin(&sample.to_string(), target).expect("a document");
    let mapping = Mapping::compile(begun.document.get()).expect("a document that can be used");
    let body = mapping.map(sample.to_string().as_bytes()).body(&|_| Resolution::Id(1007)).expect("a body");
    (begun, serde_json::from_str(&body).expect("JSON"))
}

fn is_guessed(begun: &BegunMapping, to: &str, from: &str) -> bool {
    begun.guesses.iter().any(|guess| guess.to == to && guess.from == from)
}

/// Where the document refuses the sample because something is still to be decided; `map check` warns of each.
fn refusals(begun: &BegunMapping, sample: &Value) -> Vec<String> {
    let mapping = Mapping::compile(begun.document.get()).expect("a document that can be used");
    let failures = mapping.map(sample.to_string().as_bytes()).failures;
    let undecided = failures.iter().filter(|failure| failure.reason.contains("is still to be decided"));
    let undecided: Vec<String> = undecided.map(|failure| failure.target.clone()).collect();
    let warned = mapping
        .findings()
        .iter()
        .filter(|found| found.message.contains("is refused here until a rule gives"));
    assert!(warned.count() >= undecided.len(), "{:?}", mapping.findings());
    undecided
}

/// A sample in the shape of Square: whole numbers beside a currency.
fn in_pence(name: &str, currency: &str) -> Value {
    let money = |amount: i64| json!({"amount": amount, "currency": currency});
    let sum = |what: &str| format!("{what}{name}");
    json!({"id": "A1", "email": "a@example.com", sum("total"): money(2400), sum("total_tax"): money(400),
           "line_items": [{"name": "Tea", "sku": "S1", "quantity": "2", sum("base_price"): money(1200),
                           sum("total_tax"): money(400), sum("total"): money(2400)}]})
}

#[test]
fn amounts_in_the_smallest_units_are_divided() {
    let sample = in_pence("_money", "GBP");
    let (begun, body) = begun(&sample, "sales-order");
    assert_eq!(money(&body), [("20.00", "4.00", "T20")]);
    let document: Value = serde_json::from_str(begun.document.get()).expect("JSON");
    assert_eq!(document["checks"][0]["is"], "total_tax_money.amount / `100`");
    assert_eq!(document["checks"][1]["is"], "total_money.amount / `100`");
    assert!(begun.remarks.iter().any(|remark| remark.contains("smallest units")), "{:?}", begun.remarks);
    let (_, body) = self::begun(&in_pence("_money", "JPY"), "sales-order");
    assert_eq!(money(&body), [("2000.00", "400.00", "T20")]);
    // What another system means by whole numbers, somebody decides.
    let sample = in_pence("", "GBP");
    let begun = begin(&sample.to_string(), "sales-order").expect("a document");
    assert_eq!(refusals(&begun, &sample), ["/rows/0/net"]);
    assert!(begun.missing.iter().any(|missing| missing.to == "/rows/*/net"), "{:?}", begun.missing);
}

#[test]
fn amounts_beside_a_currency_with_a_point_are_as_people_write_them() {
    let mut sample = in_pence("_money", "GBP");
    sample["total_money"]["amount"] = json!(2400.5);
    let begun = begin(&sample.to_string(), "sales-order").expect("a document");
    assert!(!begun.document.get().contains("minor"), "{}", begun.document);
}

#[test]
fn a_total_is_known_by_whatever_means_one() {
    let lines = json!([{"sku": "A", "quantity": 2, "price": "10.00", "tax": "4.00"}]);
    for (total, path) in [
        (json!({"total_price": "24.00"}), "total_price"),
        (json!({"grand_total": "24.00"}), "grand_total"),
        (json!({"orderTotal": 24}), "orderTotal"),
        (json!({"OrderTotal": {"Amount": "24.00", "CurrencyCode": "GBP"}}), "OrderTotal.Amount"),
        (json!({"proceeds": {"grandTotal": {"amount": "24.00"}}}), "proceeds.grandTotal.amount"),
        (
            json!({"pricingSummary": {"total": {"value": "24.0"}, "deliveryCost": {"value": "0.0"}}}),
            "pricingSummary.total.value",
        ),
        (
            json!({"currentTotalPriceSet": {"shopMoney": {"amount": "24.0"}, "presentmentMoney": {"amount": "30.0"}}}),
            "currentTotalPriceSet.shopMoney.amount",
        ),
    ] {
        let mut sample = json!({"id": "1", "email": "a@example.com", "items": lines});
        let members = total.as_object().expect("an object").clone();
        sample.as_object_mut().expect("an object").extend(members);
        let (begun, body) = begun(&sample, "sales-order");
        assert_eq!(money(&body), [("20.00", "4.00", "T20")], "{path}");
        let document: Value = serde_json::from_str(begun.document.get()).expect("JSON");
        assert_eq!(document["checks"][0]["is"], path);
    }
    // The sums of parts are none of the whole.
    for part in [json!({"discount": {"total": "24.00"}}), json!({"payment": {"total": "24.00"}})] {
        let mut sample = json!({"id": "1", "email": "a@example.com", "items": lines});
        sample.as_object_mut().expect("an object").extend(part.as_object().expect("an object").clone());
        let begun = begin(&sample.to_string(), "sales-order").expect("a document");
        assert!(!begun.document.get().contains("checks"), "{}", begun.document);
        assert!(
            begun.remarks.iter().any(|remark| remark.contains("No total was found")),
            "{:?}",
            begun.remarks
        );
        let mapping = Mapping::compile(begun.document.get()).expect("a document");
        let warned = mapping.findings().iter().any(|found| found.message.contains("no total of the record"));
        assert!(warned, "{:?}", mapping.findings());
    }
}

#[test]
fn a_tax_that_was_not_found_is_to_be_decided_unless_the_record_states_none() {
    let sample = |tax: Value| {
        json!({"id": "1", "email": "a@example.com", "total": "24.00", "total_tax": tax,
               "items": [{"sku": "A", "quantity": 2, "price": "12.00"}]})
    };
    let unknown = sample(json!(null));
    let begun = begin(&unknown.to_string(), "sales-order").expect("a document");
    assert_eq!(refusals(&begun, &unknown), ["/rows/0/tax", "/rows/0/taxCode"]);
    assert!(begun.missing.iter().any(|missing| missing.to == "/rows/*/tax"), "{:?}", begun.missing);
    assert!(begun.guesses.iter().all(|guess| guess.to != "/rows/*/tax"), "{:?}", begun.guesses);
    let (_, body) = self::begun(&sample(json!("0.00")), "sales-order");
    assert_eq!(money(&body), [("24.00", "0.00", "T0")]);
    let taxed = sample(json!("4.00"));
    let begun = begin(&taxed.to_string(), "sales-order").expect("a document");
    assert!(
        begun.remarks.iter().any(|remark| remark.contains("a difference of 4.00")),
        "{:?}",
        begun.remarks
    );
}

#[test]
fn rows_are_found_in_pages_of_graphql() {
    let line = json!({"name": "Mug", "sku": "A", "quantity": 2, "originalUnitPriceSet": {"shopMoney": {"amount": "10.0"}},
                      "taxLines": [{"priceSet": {"shopMoney": {"amount": "4.0"}}}]});
    for (items, path) in [
        (json!({"nodes": [line]}), "lineItems.nodes"),
        (json!({"edges": [{"node": line, "cursor": "x"}]}), "lineItems.edges[].node"),
    ] {
        let sample = json!({"id": "1", "email": "a@example.com", "lineItems": items,
                            "currentTotalPriceSet": {"shopMoney": {"amount": "24.0"}}});
        let (begun, body) = begun(&sample, "sales-order");
        assert_eq!(money(&body), [("20.00", "4.00", "T20")], "{path}");
        assert!(is_guessed(&begun, "/rows", path), "{:?}", begun.guesses);
    }
}

fn money(body: &Value) -> Vec<(&str, &str, &str)> {
    let rows = body["rows"].as_array().expect("rows").iter();
    rows.map(|row| ["net", "tax", "taxCode"].map(|name| row[name].as_str().expect("a text")).into()).collect()
}

#[test]
fn an_order_with_prices_that_contain_the_tax_comes_to_its_total() {
    let sample = json!({
        "id": 71, "name": "#71", "created_at": "2026-05-04T23:30:00-04:00", "currency": "gbp", "total_price": "46.20",
        "customer": {"email": "Pat@example.com", "first_name": "Pat"},
        "billing_address": {"first_name": "Pat", "address1": "1 Test Street", "city": "Testham", "country_code": "GB"},
        "shipping_address": {"address1": "2 Test Lane", "zip": "TE1 2ST"},
        "line_items": [{"id": 1, "title": "Mug", "sku": "MUG-1", "quantity": 2, "price": "21.00",
                        "tax_lines": [{"price": "7.00", "rate": 0.2}]}],
        "shipping_lines": [{"title": "Post", "price": "4.20", "tax_lines": [{"price": "0.70"}]}]
    });
    let (begun, body) = begun(&sample, "sales-order");
    assert_eq!(money(&body), [("35.00", "7.00", "T20"), ("3.50", "0.70", "T20")]);
    assert_eq!(body["customer"]["id"], 1007);
    assert_eq!(body["externalRef"], "71");
    assert_eq!(body["placedOn"], "2026-05-04T23:30:00.000-04:00");
    assert_eq!(body["currency"]["code"], "GBP");
    assert_eq!(body["billing"]["address"]["addressLine1"], "1 Test Street");
    assert_eq!(body["delivery"]["address"]["postalCode"], "TE1 2ST");
    assert!(body["delivery"]["address"].get("addressLine3").is_none(), "the city is the other address's");
    assert!(is_guessed(&begun, "/rows/*/productId", "sku"));
    assert!(begun.missing.iter().any(|missing| missing.to == "/rows/*/taxCode"));
    assert!(begun.remarks.is_empty(), "{:?}", begun.remarks);
    let document: Value = serde_json::from_str(begun.document.get()).expect("JSON");
    assert_eq!(document["key"]["verify"]["column"], "externalRef");
    assert_eq!(document["checks"][0]["is"], "total_price");
}

#[test]
fn names_are_known_however_they_are_written_and_amounts_may_be_net() {
    let sample = json!({
        "orderNumber": "W-9", "orderId": "9", "dateCreated": "2026-05-04T10:00:00", "currencyCode": "EUR",
        "grandTotal": 26.4, "shippingTotal": 5, "shippingTax": 1,
        "buyer": {"emailAddress": "kim@example.com"},
        "billing": {"firstName": "Kim", "company": "Example", "street1": "3 Test Road", "postcode": "12345"},
        "orderItems": [{"productName": "Cup", "qty": 2, "lineTotal": 17, "lineTax": 3.4}]
    });
    let (begun, body) = begun(&sample, "sales-order");
    assert_eq!(money(&body), [("17.00", "3.40", "T20"), ("5.00", "1.00", "T20")]);
    assert_eq!(body["ref"], "W-9");
    assert_eq!(body["rows"][0]["name"], "Cup");
    assert_eq!(body["billing"]["address"]["companyName"], "Example");
    assert!(begun.remarks.iter().any(|remark| remark.contains("UTC")), "{:?}", begun.remarks);
}

#[test]
fn totals_of_a_part_are_not_the_order_s_and_who_is_billed_is_the_customer() {
    let sample = json!({
        "id": 727, "number": "727", "currency": "USD", "shipping_total": "10.00", "total": "35.00", "cart_tax": "4.00",
        "total_tax": "5.00",
        "billing": {"first_name": "Kim", "last_name": "Example", "address_1": "1 Test Road", "email": "kim@example.com"},
        "shipping": {"email": "elsewhere@example.com"},
        "line_items": [{"name": "Cup", "sku": "CUP-1", "quantity": 2, "price": "10.00", "total": "20.00", "total_tax": "5.00"}]
    });
    let (begun, body) = begun(&sample, "sales-order");
    assert_eq!(money(&body), [("20.00", "5.00", "T20"), ("10.00", "0.00", "T0")]);
    assert_eq!(body["billing"]["address"]["addressFullName"], "Kim Example");
    assert!(is_guessed(&begun, "/customer/id", "billing.email"), "{:?}", begun.guesses);
    assert!(body.get("delivery").is_none(), "an address without its first line is none");
    assert_eq!(body["rows"][0]["sku"], Value::Null, "what is looked up by its SKU needs none beside");
    let mapping = Mapping::compile(begun.document.get()).expect("a document");
    assert_eq!(mapping.findings(), []);
}

#[test]
fn a_total_that_nothing_comes_to_is_told() {
    let sample = json!({"id": 1, "email": "a@example.com", "total": "99.00",
                        "items": [{"name": "Mug", "quantity": 1, "price": "10.00"}]});
    let begun = begin(&sample.to_string(), "sales-order").expect("a document");
    let refused = begun.remarks.iter().find(|remark| remark.contains("a difference of 89.00"));
    assert!(refused.is_some_and(|refused| refused.contains("99.00")), "{begun:?}");
    assert!(begun.guesses.iter().all(|guess| guess.means != "it comes to the total"), "{begun:?}");
    assert!(Mapping::compile(begun.document.get()).is_ok());
}

#[test]
fn money_is_said_to_come_to_the_total_where_it_does() {
    let sample = |total: Value| {
        json!([{"order_id": 7, "currency": "GBP", "grand_total": total, "customer_email": "a@example.com",
                "items": [{"sku": "A", "item_quantity": 2, "item_price": "10.00", "item_tax": "4.00"}]}])
    };
    for (total, comes_to_it) in [(json!("24.00"), true), (json!("25.00"), false), (json!(null), false)] {
        let begun = begin(&sample(total.clone()).to_string(), "sales-order").expect("a document");
        let of_money: Vec<_> = begun.guesses.iter().filter(|guess| guess.to == "/rows/*/net").collect();
        assert_eq!(of_money.len(), 1, "{begun:?}");
        assert_eq!(of_money[0].from, "item_price times item_quantity");
        assert_eq!(of_money[0].means == "it comes to the total", comes_to_it, "{total} {begun:?}");
    }
}

#[test]
fn what_must_be_there_and_is_nowhere_stands_there_to_be_set() {
    let sample = json!({"colour": "blue"});
    let begun = begin(&sample.to_string(), "sales-order").expect("a document");
    assert_eq!(refusals(&begun, &sample), ["/rows", "/customer/id"]);
    assert!(begun.missing.iter().any(|missing| missing.to == "/customer/id"), "{:?}", begun.missing);
    assert!(begun.remarks.iter().any(|remark| remark.contains("No key")));
    let contact = json!({"firstName": "Ada", "surname": "Example", "email": "ada@example.com"});
    let begun = begin(&contact.to_string(), "contact").expect("a document");
    assert_eq!(refusals(&begun, &contact), ["/postAddressIds/DEF"]);
    assert!(is_guessed(&begun, "/lastName", "surname"), "{:?}", begun.guesses);
    let counted = json!({"lines": [{"sku": "MUG-1", "qty": -3}]});
    let begun = begin(&counted.to_string(), "stock-correction").expect("a document");
    let document: Value = serde_json::from_str(begun.document.get()).expect("JSON");
    let rows = document["fields"].as_array().expect("rules").iter().find(|rule| rule["to"] == "/corrections");
    assert_eq!(rows.expect("rows")["each"], "lines");
    assert!(refusals(&begun, &counted).contains(&"{ID}".to_owned()), "{}", begun.document);
    assert!(begun.remarks.iter().any(|remark| remark.contains("of the path is still to be decided")));
}

#[test]
fn a_document_can_be_begun_for_whatever_is_written_as_an_object() {
    let sample = json!({"id": 7, "name": "Example", "sku": "MUG-1", "email": "a@example.com", "quantity": 1});
    let targets = brightpearl_core::catalog::catalog().map(|resource| resource.name);
    let begun = targets.filter(|target| match begin(&sample.to_string(), target) {
        Ok(begun) => {
            assert!(Mapping::compile(begun.document.get()).is_ok(), "{target}");
            true
        }
        Err(error) => {
            // Some write no object, nothing at all, or an array that may not be empty.
            let message = error.message();
            let is_known = ["expected one whose body is an object", "has no POST", "can be begun by itself"];
            assert!(is_known.iter().any(|known| message.contains(known)), "{target}: {error}");
            false
        }
    });
    let begun: Vec<&str> = begun.collect();
    let usual = ["sales-order", "sales-credit", "order", "contact", "product"];
    assert!(usual.iter().all(|target| begun.contains(target)), "{begun:?}");
}

#[test]
fn what_is_no_sample_or_no_target_is_refused() {
    for (sample, target, location) in [
        ("", "sales-order", "sample"),
        ("[]", "sales-order", "sample"),
        ("[1, null]", "sales-order", "sample"),
        ("{}", "sales-oder", "target"),
        ("{}", "order-service/no-such-thing", "target"),
    ] {
        let error = begin(sample, target).expect_err(sample);
        assert_eq!(error.location(), Some(location), "{error}");
    }
    let slip = begin("{}", "sales-oder").expect_err("a slip");
    assert!(slip.message().contains("did you mean sales-order?"), "{slip}");
}

/// Lines of a flat file: two orders, of which one has two lines that stand apart.
fn lines() -> Value {
    let line = |number: &str, sku: &str, quantity: &str, price: &str, tax: &str, total: &str| {
        json!({"Order Number": number, "Email": format!("{number}@example.com"), "Currency": "GBP",
               "Item SKU": sku, "Item Name": "Mug", "Quantity": quantity, "Line Total": price, "Line Tax": tax,
               "Order Total": total})
    };
    json!([
        line("A-1", "MUG-1", "1", "10.00", "2.00", "36.00"),
        line("A-2", "MUG-1", "1", "5.00", "1.00", "6.00"),
        line("A-1", "MUG-2", "1", "20.00", "4.00", "36.00"),
    ])
}

#[test]
fn lines_of_a_flat_file_that_are_one_order_are_put_together() {
    let begun = begin(&lines().to_string(), "sales-order").expect("a document");
    let document: Value = serde_json::from_str(begun.document.get()).expect("JSON");
    assert_eq!(document["csv"], json!({"groupBy": "Order Number"}));
    assert!(is_guessed(&begun, "/ref", "rows[0].\"Order Number\""), "{:?}", begun.guesses);
    assert!(is_guessed(&begun, "/rows", "rows"), "{:?}", begun.guesses);
    let whole = json!({"rows": [lines()[0], lines()[2]]});
    let mapping = Mapping::compile(begun.document.get()).expect("a document that can be used");
    let body = mapping.map(whole.to_string().as_bytes()).body(&|_| Resolution::Id(1007)).expect("a body");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&body["ref"], body["rows"].as_array().map(Vec::len)), (&json!("A-1"), Some(2)), "{body}");
    assert_eq!(
        (&body["rows"][1]["net"], &body["rows"][1]["tax"]),
        (&json!("20.00"), &json!("4.00")),
        "{body}"
    );
    assert!(begun.remarks.iter().any(|remark| remark.contains("are one record")), "{:?}", begun.remarks);
}

#[test]
fn lines_that_are_records_of_their_own_stay_apart() {
    // No order has two lines; a target has no rows; and a record is no line.
    let apart = json!([lines()[0], lines()[1]]);
    let nested =
        json!([{"Order Number": "A-1", "items": [{"sku": "A"}]}, {"Order Number": "A-1", "items": []}]);
    for (sample, target) in [(apart, "sales-order"), (lines(), "contact"), (nested, "sales-order")] {
        let begun = begin(&sample.to_string(), target).expect("a document");
        assert!(!begun.document.get().contains("groupBy"), "{target} {}", begun.document);
    }
}

#[test]
fn a_document_can_be_begun_by_its_name_as_a_question() {
    let question = json!({"begin_mapping": {"sample": lines().to_string(), "target": "sales-order"}});
    let answer = brightpearl_core::ask(&question.to_string()).expect("an answer");
    let begun = begin(&lines().to_string(), "sales-order").expect("a document");
    assert_eq!(answer, serde_json::to_string(&begun).expect("JSON"));
}

#[test]
fn a_key_is_what_tells_records_apart_and_is_told_among_the_guesses() {
    let key = |sample: Value, target: &str| {
        let begun = begin(&sample.to_string(), target).expect("a document");
        let document: Value = serde_json::from_str(begun.document.get()).expect("JSON");
        assert_eq!(
            begun.guesses.iter().any(|guess| guess.to == "key"),
            document.get("key").is_some(),
            "{:?}",
            begun.guesses
        );
        assert_eq!(
            begun.remarks.iter().any(|remark| remark.contains("No key")),
            document.get("key").is_none(),
            "{:?}",
            begun.remarks
        );
        document.get("key").cloned()
    };
    let order = json!({"number": "A-7", "lines": [{"sku": "MUG-1", "quantity": 1, "price": "1.00"}]});
    let by_reference = key(order.clone(), "sales-order").expect("a key");
    assert_eq!(by_reference["verify"]["by"], json!({"orderTypeId": 1}));
    let by_reference = key(order, "sales-credit").expect("a key");
    assert_eq!(by_reference["verify"]["by"], json!({"orderTypeId": 3}));
    let sku = key(json!({"sku": "MUG-1", "name": "Mug", "brand_id": 7}), "product").expect("a key");
    assert_eq!(sku["verify"]["column"], "SKU");
    let contact = json!({"first_name": "Ada", "last_name": "Example", "email": "ada@example.com"});
    assert_eq!(key(contact, "contact").expect("a key")["verify"]["column"], "primaryEmail");
    // Two people may have one name, two notes one text, and a customer has many orders.
    assert_eq!(key(json!({"first_name": "Ada", "last_name": "Example"}), "contact"), None);
    assert_eq!(key(json!({"text": "Call back", "order_id": 7}), "order-note"), None);
    assert_eq!(key(json!({"name": "Mug", "brand_id": 7}), "product"), None);
    let of_customer = json!({"email": "ada@example.com", "lines": [{"sku": "MUG-1", "quantity": 1}]});
    assert_eq!(key(of_customer, "sales-order"), None);
}

#[test]
fn a_day_without_a_time_stays_that_day_on_every_account() {
    let sample = json!({"number": "A-7", "order date": "2026-03-01", "lines": [{"sku": "M", "quantity": 1}]});
    let begun = begin(&sample.to_string(), "sales-order").expect("a document");
    let document: Value = serde_json::from_str(begun.document.get()).expect("JSON");
    let rules = document["fields"].as_array().expect("rules");
    let placed = rules.iter().find(|rule| rule["to"] == "/placedOn").expect("a rule");
    assert_eq!(placed["from"], "\"order date\" && join('', [\"order date\", 'T10:30:00Z'])");
    assert!(begun.remarks.iter().all(|remark| !remark.contains("taken for UTC")), "{:?}", begun.remarks);
    assert!(document.get("reads").is_none());
}
