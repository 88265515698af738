//! JSON Patches, and writes that are packed in a multi-message.

use brightpearl_core::Method::{self, Patch, Post};
use brightpearl_core::validate::{Fault, Severity, UnknownMembers, validate};

/// Pointer and fault of each error.
fn faults(method: Method, path: &str, body: &str) -> Vec<(String, Fault)> {
    validate(path, method, body.as_bytes(), UnknownMembers::Warn)
        .into_iter()
        .filter(|violation| violation.severity == Severity::Error)
        .map(|violation| (violation.pointer, violation.fault))
        .collect()
}

#[test]
fn patches_may_touch_what_the_pages_list_and_nothing_else() {
    for (path, body, expected) in [
        ("order-service/order/7", "{}", vec![("", Fault::WrongType)]),
        ("order-service/order/7", "[1]", vec![("/0", Fault::WrongType)]),
        (
            "order-service/order/7",
            r##"[{"op":"add","path":"/reference","value":"#XYZ"}]"##,
            vec![("/0/op", Fault::NotAllowed)],
        ),
        (
            "order-service/order/7",
            r#"[{"op":"replace","path":"/orderTypeCode","value":"SO"},{"op":"replace","path":"/reference"}]"#,
            vec![("/0/path", Fault::NotAllowed), ("/1/value", Fault::Missing)],
        ),
        (
            "order-service/order/7",
            r#"[{"op":"set","path":"reference"},{}]"#,
            vec![
                ("/0/op", Fault::NotAllowed),
                ("/0/path", Fault::WrongFormat),
                ("/1/op", Fault::Missing),
                ("/1/path", Fault::Missing),
            ],
        ),
        (
            "order-service/order/7",
            r#"[{"op":"replace","path":"/delivery/deliveryDate","value":"10/03/2024"},{"op":"replace","path":"/warehouseId","value":"two"},{"op":"remove","path":"/warehouseId"}]"#,
            vec![
                ("/0/value", Fault::WrongFormat),
                ("/1/value", Fault::WrongFormat),
                ("/2/op", Fault::NotAllowed),
            ],
        ),
        (
            "contact-service/contact/7",
            r#"[{"op":"copy","path":"/communication/telephones/PRI"},{"op":"copy","from":"/companyName","path":"/communication/telephones/PRI"}]"#,
            vec![("/0/from", Fault::Missing), ("/1/from", Fault::NotAllowed)],
        ),
        (
            "order-service/order/7/custom-field",
            r#"[{"op":"add","path":"/TYPE","value":1},{"op":"add","path":"/PCF_A~2","value":1}]"#,
            vec![("/0/path", Fault::NotAllowed), ("/1/path", Fault::WrongFormat)],
        ),
        ("order-service/order/7", "", vec![("", Fault::Missing)]),
    ] {
        let expected: Vec<(String, Fault)> =
            expected.into_iter().map(|(pointer, fault)| (pointer.to_owned(), fault)).collect();
        assert_eq!(faults(Patch, path, body), expected, "{path} {body}");
    }
}

#[test]
fn every_message_of_a_multi_message_is_checked_in_its_place() {
    let body = r#"{"processingMode":"PARALLEL","onFail":"STOP","messages":[
        {"label":"a","uri":"/product-service/brand","httpMethod":"POST","body":{}},
        {"label":"b","uri":"/order-service/order/7/row/3","httpMethod":"DELETE","body":{}},
        {"label":"c","uri":"/order-service/order/7","httpMethod":"PATCH","body":[{"op":"add","path":"/reference","value":"x"}]},
        {"label":"d","uri":"/product-service/brand","httpMethod":"POST"},
        {"label":"e","uri":"/tomorrow-service/thing","httpMethod":"POST","body":{"any":1}},
        {"label":"f","uri":"/product-service/brand","httpMethod":"GET"}]}"#;
    let expected = [
        ("/messages/5/httpMethod", Fault::NotAllowed),
        ("/onFail", Fault::Contradiction),
        ("/messages/0/body/name", Fault::Missing),
        ("/messages/2/body/0/op", Fault::NotAllowed),
        ("/messages/3/body", Fault::Missing),
    ];
    let expected = expected.map(|(pointer, fault)| (pointer.to_owned(), fault));
    assert_eq!(faults(Post, "multi-message", body), expected);
}
