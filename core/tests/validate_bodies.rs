//! Bodies as the API's documentation shows them, and what is wrong with others.

use brightpearl_core::Method::{self, Delete, Patch, Post, Put};
use brightpearl_core::validate::{Fault, Severity, UnknownMembers, Violation, check, validate};

fn violations(method: Method, path: &str, body: &str) -> Vec<Violation> {
    validate(path, method, body.as_bytes(), UnknownMembers::Warn)
}

/// Pointer and fault of each.
fn faults(method: Method, path: &str, body: &str) -> Vec<(String, Fault)> {
    violations(method, path, body)
        .into_iter()
        .filter(|violation| violation.severity == Severity::Error)
        .map(|violation| (violation.pointer, violation.fault))
        .collect()
}

#[test]
fn bodies_of_the_documentation_are_right() {
    for (method, path, body) in [
        (
            Post,
            "order-service/order",
            r##"{"reference":"#1","orderTypeCode":"SO","parties":{"customer":{"contactId":200}}}"##,
        ),
        (Post, "order-service/order", r#"{"orderTypeCode":"PO","parties":{"supplier":{"contactId":"418"}}}"#),
        (
            Post,
            "order-service/order/7/row",
            r#"{"productName":"Thing","quantity":{"magnitude":5},"rowValue":{"taxCode":"13","rowNet":{"value":100},"rowTax":{"value":"13.00"}}}"#,
        ),
        (
            Post,
            "order-service/sales-order",
            r#"{"customer":{"id":234,"address":{"addressFullName":"A Person","postalCode":"AB1 2CD","countryIsoCode":"GB"}},
               "ref":"WEB-1","placedOn":"2024-01-02T03:04:05.000Z","parentId":0,"currency":{"code":"GBP","fixedExchangeRate":false,"exchangeRate":"1.000000"},
               "delivery":{"shippingMethodId":0},"rows":[{"productId":1007,"quantity":"2.0000","taxCode":"T20","tax":"2.00","net":"10.0000","nominalCode":"4000"}]}"#,
        ),
        (Post, "order-service/sales-credit", r#"{"customerId":234}"#),
        (
            Put,
            "order-service/sales-order/7/row/3",
            r#"[{"id":3,"productId":1001,"name":"Thing","quantity":"1","taxCode":"T20","tax":"8.8000","net":"44.0000"}]"#,
        ),
        (
            Put,
            "order-service/order/7/status",
            r#"{"orderStatusId":21,"orderNote":{"text":"a","isPublic":true,"fileId":28}}"#,
        ),
        (Post, "order-service/sales-order/7/close", ""),
        (Post, "order-service/sales-order/7/close", "{}"),
        (Post, "order-service/sales-order/7/close", r#"{"taxDate":"2017-03-27T00:00:00.000Z"}"#),
        (
            Post,
            "order-service/purchase-order/close",
            r#"{"invoiceReference":"REF","taxDate":"2017-03-27","dueDate":"2017-04-27","orderIds":[1029,1030]}"#,
        ),
        (
            Put,
            "product-service/product/7",
            r#"{"salesChannels":[{"salesChannelName":"Brightpearl","productName":"New name"}]}"#,
        ),
        (Put, "product-service/product/7/identity", r#"{"sku":"S-1","ean":null}"#),
        (
            Put,
            "product-service/product-price/7/price-list",
            r#"{"priceLists":[{"priceListId":1,"quantityPrice":{"1":100,"5":"450.50"},"sku":"OPT"}]}"#,
        ),
        (Post, "product-service/product/7/supplier", "[207,208]"),
        (Put, "product-service/primary-supplier/207/product", "[1007]"),
        (
            Post,
            "warehouse-service/order/7/goods-note/goods-out",
            r#"{"warehouses":[{"releaseDate":"2011-09-29T11:12:24.000+01:00","warehouseId":2,"transfer":false,"products":[{"productId":1008,"salesOrderRowId":9,"quantity":1}]}],
               "priority":false,"shippingMethodId":1,"labelUri":"https://label.example"}"#,
        ),
        (
            Post,
            "warehouse-service/goods-note/goods-out/7/event",
            r#"{"events":[{"eventCode":"PIC","occured":"2011-07-15T16:10:45.555Z","eventOwnerId":182}]}"#,
        ),
        (
            Post,
            "warehouse-service/order/7/reservation/warehouse/2",
            r#"{"products":[{"productId":"1010","salesOrderRowId":"68","quantity":"5"}]}"#,
        ),
        (
            Post,
            "warehouse-service/warehouse/2/stock-correction",
            r#"{"corrections":[{"quantity":166,"productId":1010,"reason":"found","locationId":2,"cost":{"currency":"GBP","value":100.50}},
               {"quantity":-1,"productId":1010,"reason":"lost","locationId":2}]}"#,
        ),
        (
            Post,
            "warehouse-service/goods-note/goods-in/7/correction",
            r#"{"productId":2344,"locationId":2,"cost":{"currency":"GBP","value":"12.54"},"quantity":2}"#,
        ),
        (
            Post,
            "warehouse-service/order/7/goods-note/drop-ship",
            r#"{"suppliers":[{"supplierId":8,"purchaseOrderId":76,"products":[{"productId":1045,"purchaseOrderRowId":391,"salesOrderRowId":1475,"quantity":1,"productValue":{"currency":"GBP","value":100.00}}]}]}"#,
        ),
        (
            Put,
            "warehouse-service/warehouse",
            r#"{"warehouses":[{"id":2,"name":"New","address":{"addressId":22},"typeCode":"warehouse","clickAndCollectEnabled":true,
               "weeklyOperatingPeriods":{"timeZone":"Europe/London","periods":[{"dayOfWeek":1,"openingHours":"10:00:00","closingHours":"17:30:00"}]}}]}"#,
        ),
        (
            Post,
            "contact-service/contact",
            r#"{"firstName":"Ann","postAddressIds":{"DEF":3301,"BIL":3301},"communication":{"emails":{"PRI":{"email":"ann@example.com"}}}}"#,
        ),
        (Post, "contact-service/postal-address", r#"{"addressLine1":"1 Road","postalCode":"AB1 2CD"}"#),
        (
            Put,
            "contact-service/contact/7/postal-address",
            r#"[{"postalAddressId":220,"type":"DEL"},{"postalAddressId":221}]"#,
        ),
        (Post, "contact-service/contact/1-3/tag/16", ""),
        (Post, "contact-service/contact/1-3/tag/16", "{}"),
        (
            Post,
            "accounting-service/journal/",
            r#"{"journalTypeCode":"BT","taxDate":"2011-06-08","credits":[{"nominalCode":"1200","taxCode":"T9","change":{"currency":"GBP","value":"745.78"},"assignment":{"channelId":1}}],
               "debits":[{"nominalCode":"1201","change":{"currency":"GBP","value":"745.78"}}]}"#,
        ),
        (
            Post,
            "accounting-service/customer-payment",
            r#"{"paymentMethodCode":"CASH","paymentType":"RECEIPT","orderId":7,"currencyIsoCode":"GBP","amountPaid":10.5,"paymentDate":"2016-06-19T12:00:00Z"}"#,
        ),
        (
            Post,
            "accounting-service/supplier-payment",
            r#"{"paymentMethodCode":"CASH","paymentType":"PAYMENT","orderId":7,"currencyIsoCode":"GBP","amountPaid":"10.50","paymentDate":"2016-06-19T12:00:00"}"#,
        ),
        (
            Post,
            "accounting-service/currency/3/exchange-rate",
            r#"{"rateActiveFrom":"2015-05-20T00:00:00.000Z","rate":1.090876}"#,
        ),
        (
            Post,
            "accounting-service/sales-receipt",
            r#"{"orderId":86,"received":{"currency":"USD","value":25},"taxDate":"2014-06-30","bankAccountNominalCode":"1000"}"#,
        ),
        (
            Post,
            "integration-service/webhook",
            r#"{"subscribeTo":"product","httpMethod":"POST","uriTemplate":"https://hook.example","bodyTemplate":"{}","contentType":"application/json","idSetAccepted":true,"qualityOfService":1}"#,
        ),
        (
            Patch,
            "order-service/order/7/custom-field",
            r#"[{"op":"add","path":"/PCF_TYPE","value":{"id":36}},{"op":"replace","path":"/PCF_TYPE/id","value":9},{"op":"remove","path":"/PCF_NOTE"}]"#,
        ),
        (
            Patch,
            "contact-service/contact/7",
            r#"[{"op":"move","from":"/communication/telephones/PRI","path":"/communication/telephones/MOB"},{"op":"test","path":"/firstName","value":"Ann"}]"#,
        ),
        (Delete, "order-service/order/7/row/3", ""),
        (
            Post,
            "oauth/token",
            "grant_type=refresh_token&refresh_token=a%2Fb%3D&client_id=app&account_code=acme",
        ),
        (Post, "order-service/resource-of-tomorrow", r#"{"anything":[1,2.50]}"#),
        (Post, "order-service/resource-of-tomorrow", ""),
    ] {
        assert_eq!(violations(method, path, body), [], "{method} {path} {body}");
    }
}

#[test]
fn what_is_wrong_is_found_where_it_is() {
    for (method, path, body, expected) in [
        (Post, "order-service/order", r##"{"reference":"#1"}"##, vec![("/orderTypeCode", Fault::Missing)]),
        (
            Post,
            "order-service/order",
            r#"{"orderTypeCode":"UK","parties":{"customer":{"contactId":0}}}"#,
            vec![("/orderTypeCode", Fault::NotAllowed), ("/parties/customer/contactId", Fault::OutOfRange)],
        ),
        (
            Post,
            "order-service/order",
            r#"{"orderTypeCode":"PO"}"#,
            vec![("/parties/supplier/contactId", Fault::Missing)],
        ),
        (
            Post,
            "order-service/order",
            r#"{"orderTypeCode":"SO","parties":{"customer":{}}}"#,
            vec![("/parties/customer/contactId", Fault::Missing)],
        ),
        (Post, "order-service/order", "[]", vec![("", Fault::WrongType)]),
        (Post, "order-service/order", "", vec![("", Fault::Missing)]),
        (Post, "order-service/order", r#"{"orderTypeCode":"#, vec![("", Fault::Unreadable)]),
        (Post, "order-service/order", "{\"orderTypeCode\":\"\u{0}\"}", vec![("", Fault::Unreadable)]),
        (Post, "order-service/resource-of-tomorrow", "{]", vec![("", Fault::Unreadable)]),
        (
            Post,
            "order-service/order/7/row",
            r#"{"quantity":{"magnitude":"1.00005"},"rowValue":{"taxCode":"T","rowNet":{"value":"1e2"}}}"#,
            vec![
                ("/quantity/magnitude", Fault::TooPrecise),
                ("/rowValue/rowNet/value", Fault::WrongFormat),
                ("/productId", Fault::Missing),
            ],
        ),
        (
            Post,
            "order-service/sales-order",
            r#"{"rows":[{"productId":1,"quantity":1,"taxCode":"T","net":1,"tax":1},{"net":true,"quantity":null}],"currency":{"code":"gbp"}}"#,
            vec![
                ("/currency/code", Fault::WrongFormat),
                ("/rows/1/quantity", Fault::Missing),
                ("/rows/1/taxCode", Fault::Missing),
                ("/rows/1/net", Fault::WrongType),
                ("/rows/1/tax", Fault::Missing),
                ("/rows/1/productId", Fault::Missing),
                ("/customer/id", Fault::Missing),
            ],
        ),
        (Put, "order-service/sales-order/7/row/3", "{}", vec![("", Fault::WrongType)]),
        (Put, "order-service/sales-order/7/row/3", "[]", vec![("", Fault::OutOfRange)]),
        (
            Post,
            "order-service/order-status",
            &format!(
                r##"{{"name":"{}","orderTypeCode":"SO","color":"blue","remindAfterDays":10000}}"##,
                "n".repeat(65)
            ),
            vec![
                ("/name", Fault::WrongLength),
                ("/color", Fault::WrongFormat),
                ("/remindAfterDays", Fault::OutOfRange),
            ],
        ),
        (
            Post,
            "product-service/product",
            r#"{"brandId":null,"salesChannels":[{"salesChannelName":"Brightpearl","productName":"a","categories":[{"categoryCode":296}]}]}"#,
            vec![("/brandId", Fault::Missing)],
        ),
        (
            Put,
            "product-service/product-price/7/price-list",
            r#"{"priceLists":[{"priceListId":1,"quantityPrice":{"0":1,"x":1,"5":"x"}}]}"#,
            vec![
                ("/priceLists/0/quantityPrice/0", Fault::WrongFormat),
                ("/priceLists/0/quantityPrice/x", Fault::WrongFormat),
                ("/priceLists/0/quantityPrice/5", Fault::WrongFormat),
            ],
        ),
        (
            Post,
            "warehouse-service/warehouse/2/stock-correction",
            r#"{"corrections":[{"quantity":"1","productId":1,"reason":"a","locationId":2}]}"#,
            vec![("/corrections/0/cost/value", Fault::Missing)],
        ),
        (
            Post,
            "accounting-service/journal",
            r#"{"journalTypeCode":"BT","taxDate":"2011-06-08T00:00:00Z","credits":[],"debits":[{"nominalCode":1201,"change":{"value":1}}]}"#,
            vec![
                ("/taxDate", Fault::WrongFormat),
                ("/credits", Fault::OutOfRange),
                ("/debits/0/nominalCode", Fault::WrongType),
            ],
        ),
        (
            Post,
            "accounting-service/invoice/sales-receipt",
            r#"{"header":{"contactId":1,"taxDate":"2024-02-30","exchangeRate":1.5}}"#,
            vec![("/header/taxDate", Fault::WrongFormat), ("/header/exchangeRate", Fault::WrongType)],
        ),
        (
            Post,
            "accounting-service/customer-payment",
            r#"{"paymentMethodCode":"CASH","paymentType":"AUTH","orderId":7,"currencyIsoCode":"GBP","paymentDate":"2016-06-19","exchangeRate":0}"#,
            vec![
                ("/exchangeRate", Fault::OutOfRange),
                ("/amountAuthorized", Fault::Missing),
                ("/authorizationExpiry", Fault::Missing),
            ],
        ),
        (
            Post,
            "integration-service/webhook",
            r#"{"subscribeTo":"product","httpMethod":"PUT","uriTemplate":"https://hook.example","qualityOfService":2,"idSetAccepted":"yes"}"#,
            vec![
                ("/idSetAccepted", Fault::WrongType),
                ("/qualityOfService", Fault::OutOfRange),
                ("/bodyTemplate", Fault::Missing),
                ("/contentType", Fault::Missing),
            ],
        ),
        (Post, "oauth/token", "grant_type=password&client_id=app", vec![("/grant_type", Fault::NotAllowed)]),
        (Post, "oauth/token", "grant_type=refresh_token&client_id=%ff", vec![("", Fault::Unreadable)]),
        (
            Post,
            "oauth/token",
            "grant_type=refresh_token",
            vec![("/client_id", Fault::Missing), ("/refresh_token", Fault::Missing)],
        ),
    ] {
        let expected: Vec<(String, Fault)> =
            expected.into_iter().map(|(pointer, fault)| (pointer.to_owned(), fault)).collect();
        assert_eq!(faults(method, path, body), expected, "{method} {path} {body}");
    }
}

#[test]
fn unknown_members_are_warned_of_or_refused_by_policy_and_the_nearest_is_named() {
    let body = br#"{"paymentMethodCode":"CASH","paymentType":"RECEIPT","orderId":7,"currencyIsoCode":"GBP","paymentDate":"2016-06-19","amountpaid":1,"colour":"red"}"#;
    let path = "accounting-service/customer-payment";
    for (policy, severity) in
        [(UnknownMembers::Warn, Severity::Warning), (UnknownMembers::Refuse, Severity::Error)]
    {
        let found = validate(path, Post, body, policy);
        assert!(found.iter().all(|violation| violation.severity == severity), "{found:?}");
        assert!(found.iter().all(|violation| violation.fault == Fault::UnknownMember), "{found:?}");
        let places: Vec<&str> = found.iter().map(|violation| violation.pointer.as_str()).collect();
        assert_eq!(places, ["/amountpaid", "/colour"]);
        assert!(found[0].expected.contains("amountPaid"), "{}", found[0]);
        assert!(found[1].expected.contains("journalRef"), "{}", found[1]);
    }
    // The table of orders is completed from clients: more members may exist.
    let order = br#"{"orderTypeCode":"SO","parties":{"customer":{"contactId":7}},"a/b~c":1}"#;
    let found = validate("order-service/order", Post, order, UnknownMembers::Refuse);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].pointer.as_str(), found[0].severity), ("/a~1b~0c", Severity::Warning));
}

#[test]
fn what_has_no_effect_is_warned_of() {
    for (method, path, body, pointer, fault) in [
        (
            Post,
            "order-service/order",
            r#"{"orderTypeCode":"SO","orderTypeCode":"SC","parties":{"customer":{"contactId":7}}}"#,
            "/orderTypeCode",
            Fault::RepeatedMember,
        ),
        (Patch, "order-service/order/7", "[]", "", Fault::Idle),
        (
            Patch,
            "order-service/order/7",
            r#"[{"op":"remove","path":"/reference","value":1}]"#,
            "/0/value",
            Fault::Idle,
        ),
        (Delete, "order-service/order/7/row/3", r#"{"a":1}"#, "", Fault::Idle),
        (Delete, "order-service/order/7", "", "", Fault::UnknownVerb),
    ] {
        let found = violations(method, path, body);
        assert_eq!(found.len(), 1, "{method} {path} {body}: {found:?}");
        assert_eq!((found[0].pointer.as_str(), found[0].fault), (pointer, fault));
        assert_eq!(found[0].severity, Severity::Warning);
        assert!(check(path, method, body.as_bytes(), UnknownMembers::Refuse).is_ok());
    }
}

#[test]
fn of_repeated_members_the_last_counts() {
    let body = r#"{"orderTypeCode":"SO","orderTypeCode":"XX","parties":{"customer":{"contactId":7}}}"#;
    assert_eq!(faults(Post, "order-service/order", body), [("/orderTypeCode".to_owned(), Fault::NotAllowed)]);
}

#[test]
fn numbers_are_judged_by_their_own_digits() {
    let row = |number: &str| {
        let body = format!(
            r#"{{"productId":9007199254740993,"quantity":{{"magnitude":{number}}},"rowValue":{{"taxCode":"T"}}}}"#
        );
        faults(Post, "order-service/order/7/row", &body)
    };
    // In binary floating point these would be 0.3 and 4611686018427387904.
    assert_eq!(row("0.30000000000000001"), [("/quantity/magnitude".to_owned(), Fault::TooPrecise)]);
    assert_eq!(row("4611686018427387903.9999"), []);
    assert_eq!(row("1.00000000000000000000"), [], "zeros say nothing");
    assert_eq!(row("1.5E1"), []);
    assert_eq!(row("1e-5"), [("/quantity/magnitude".to_owned(), Fault::TooPrecise)]);
    let ids = |id: &str| faults(Put, "product-service/primary-supplier/1/product", &format!("[{id}]"));
    assert_eq!(ids("9223372036854775807"), []);
    assert_eq!(ids("9223372036854775808"), [("/0".to_owned(), Fault::OutOfRange)]);
    assert_eq!(ids("7.0"), [("/0".to_owned(), Fault::WrongFormat)]);
    assert_eq!(ids("\"-0\""), [("/0".to_owned(), Fault::OutOfRange)]);
}

#[test]
fn a_refusal_names_everything_at_once_and_says_what_to_do() {
    let body = br#"{"reference":7,"placedOn":"2024-02-30","colour":1}"#;
    let error = check("order-service/order", Post, body, UnknownMembers::Warn).unwrap_err();
    assert_eq!(error.kind(), brightpearl_core::Kind::Validation);
    assert_eq!(error.location(), Some("/orderTypeCode"));
    assert_eq!(
        error.message(),
        "the body of POST order-service/order does not fit: \
         /orderTypeCode: found nothing, expected one of SO, SC, PO, PC; \
         /reference: found the number 7, expected a text; \
         /placedOn: found \"2024-02-30\", expected a day that the calendar has"
    );
    let warnings = check(
        "order-service/order",
        Post,
        br#"{"orderTypeCode":"SC","parties":{"customer":{"contactId":7}},"custmer":1}"#,
        UnknownMembers::Warn,
    )
    .unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(serde_json::to_value(&warnings[0]).unwrap()["fault"], "unknown-member");
}

#[test]
fn secrets_of_a_form_are_not_repeated() {
    let body = "grant_type=authorization_code&client_id=app&client_secret=hush-hush&code=hush-hush";
    let found = violations(Post, "acme/oauth/token", body);
    assert!(!found.is_empty());
    assert!(!format!("{found:?}").contains("hush"), "{found:?}");
}

#[test]
fn large_and_deep_bodies_are_judged_in_good_time() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(faults(Post, "order-service/order", &deep), [(String::new(), Fault::WrongType)]);
    assert_eq!(faults(Post, "order-service/resource-of-tomorrow", &deep), []);
    let rows = vec![r#"{"productId":1,"a":1,"a":2}"#; 20_000].join(",");
    let found =
        violations(Post, "order-service/sales-order", &format!(r#"{{"customerId":1,"rows":[{rows}]}}"#));
    // A thousand errors and a thousand warnings, of seven for each row.
    assert_eq!(found.len(), 2_000);
    let breaks: Vec<String> = (1..=20_000).map(|quantity| format!("\"{quantity}\":1")).collect();
    let body = format!(r#"{{"priceLists":[{{"priceListId":1,"quantityPrice":{{{}}}}}]}}"#, breaks.join(","));
    assert_eq!(violations(Put, "product-service/product-price/7/price-list", &body), []);
}

#[test]
fn reads_have_nothing_to_check() {
    assert_eq!(validate("order-service/order/7", Method::Get, b"{]", UnknownMembers::Refuse), []);
}
