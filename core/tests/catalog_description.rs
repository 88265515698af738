//! Descriptions say what the tables say, in a form to show and to keep.

use brightpearl_core::catalog::{catalog, describe};
use serde_json::{Value, json};

fn described(name: &str) -> Value {
    serde_json::to_value(describe(name).unwrap()).unwrap()
}

fn operation<'d>(description: &'d Value, method: &str, path: &str) -> &'d Value {
    let operations = description["operations"].as_array().unwrap();
    let found =
        operations.iter().find(|operation| operation["method"] == method && operation["path"] == path);
    found.unwrap_or_else(|| panic!("{method} {path}"))
}

#[test]
fn an_order_is_described() {
    let order = described("order");
    assert_eq!(order["title"], "Order");
    assert_eq!(order["section"], "order");
    assert_eq!(order["detail"], "full");
    let read = operation(&order, "GET", "order-service/order/{ID-SET}");
    assert_eq!(read["id_limit"], 200);
    assert_eq!(read["answer"], "array");
    assert_eq!(read["empty"], "nothing");
    assert_eq!(read["optional_sections"], json!(["customFields", "nullCustomFields"]));
    assert_eq!(
        read["placeholders"],
        json!([{"name": "ID-SET", "kind": "id-set", "optional": false, "wildcard": false}])
    );
    let create = operation(&order, "POST", "order-service/order");
    assert_eq!(create["answer"], "id");
    assert_eq!(create["idempotence"], "never");
    assert_eq!(create["body"]["properties"]["orderTypeCode"]["enum"], json!(["SO", "SC", "PO", "PC"]));
    assert_eq!(create["body"]["required"], json!(["orderTypeCode"]));
    let change = operation(&order, "PATCH", "order-service/order/{ID}");
    let reference = &change["fields"][0];
    assert_eq!(reference["pointer"], "/reference");
    assert_eq!(reference["patch"], json!(["replace", "remove"]));
    assert_eq!(reference["type"], "a text of at most 64 characters");
    let search = &order["searches"][0];
    assert_eq!(search["key"], "orderId");
    assert_eq!(
        search["columns"][1],
        json!({
            "name": "orderTypeId", "type": "IDSET", "filterable": true, "sortable": true, "in_rows": true,
            "reference": "orderTypeNames", "verified": true,
        })
    );
}

#[test]
fn fields_stand_with_their_pointers() {
    let payment = described("accounting-service/sales-receipt");
    assert_eq!(payment["name"], "sales-receipt-deprecated");
    assert_eq!(payment["deprecation"]["replacement"], "sales-receipt");
    let sale = described("sales-order");
    let create = operation(&sale, "POST", "order-service/sales-order");
    let fields = create["fields"].as_array().unwrap();
    let net = fields.iter().find(|field| field["pointer"] == "/rows/*/net").unwrap();
    assert_eq!(
        *net,
        json!({"pointer": "/rows/*/net", "type": "a decimal number with at most 4 decimal places", "mandatory": true, "verified": true})
    );
    let customer = fields.iter().find(|field| field["pointer"] == "/customer/id").unwrap();
    assert_eq!(customer["refers_to"], "contact");
    assert_eq!(create["verify"][0]["search"]["unique"], true);
}

#[test]
fn everything_can_be_described_and_nothing_else() {
    for resource in catalog() {
        let description = serde_json::to_value(resource.describe()).unwrap();
        assert_eq!(description["name"], resource.name);
        assert_eq!(
            description["operations"].as_array().map(Vec::len),
            Some(resource.operations().count()),
            "{}",
            resource.name
        );
    }
    assert!(describe("no-such-thing").is_none());
    let unknown = described("reservation-row");
    assert_eq!(unknown["detail"], "name-only");
    assert_eq!(unknown["note"], "The path is not known for sure.");
}
