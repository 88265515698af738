//! Orders of Brightpearl in the shape of a shop: what was cancelled does not go out as paid, a status that the table
//! lacks is refused, and so is a row that the shop does not take. And people and journals that have a name, or a number,
//! in common.

use brightpearl_core::mapping::{Mapping, ready};
use serde_json::{Value, json};

use crate::ready_record::{refused, written};

fn order(status: u64, pieces: &str, net: &str) -> Value {
    json!({"id": 1, "orderTypeCode": "SO", "placedOn": "2026-01-31T10:00:00Z", "orderPaymentStatus": "PAID", "shippingStatusCode": "ASS",
           "orderStatus": {"orderStatusId": status, "name": "A status"}, "currency": {"orderCurrencyCode": "GBP"},
           "totalValue": {"net": net, "taxAmount": "0.00"}, "parties": {},
           "orderRows": {"1": {"productSku": "MUG", "productName": "Mug", "quantity": {"magnitude": pieces},
                               "rowValue": {"rowNet": {"value": net}, "rowTax": {"value": "0.00"}, "taxCode": "T0", "taxRate": "0"}}}})
}

#[test]
fn a_cancelled_order_goes_out_as_cancelled_or_not_at_all() {
    let body = written("order-to-woocommerce", &order(4, "1", "10.00"));
    assert_eq!((&body["status"], &body["set_paid"]), (&json!("completed"), &json!(true)));
    let body = written("order-to-woocommerce", &order(5, "1", "10.00"));
    assert_eq!((&body["status"], &body["set_paid"]), (&json!("cancelled"), &json!(false)));

    assert_eq!(written("order-to-shopify", &order(4, "1", "10.00"))["order"]["financial_status"], "paid");
    let reason = refused("order-to-shopify", &order(5, "1", "10.00"));
    assert!(reason.contains("the order is cancelled, A status, and Shopify takes none that is"), "{reason}");
}

#[test]
fn an_order_of_a_status_that_the_table_lacks_is_refused() {
    for name in ["order-to-shopify", "order-to-woocommerce"] {
        let reason = refused(name, &order(47, "1", "10.00"));
        assert!(
            reason.contains("the table \"statuses\" does not have it; it has 1, 3, 4, 5"),
            "{name}: {reason}"
        );
    }
}

#[test]
fn woocommerce_is_sent_no_product_of_fewer_pieces_than_none() {
    let mut order = order(4, "2", "10.00");
    order["orderRows"]["2"] = order["orderRows"]["1"].clone();
    order["orderRows"]["2"]["quantity"]["magnitude"] = json!("-1");
    order["orderRows"]["2"]["rowValue"]["rowNet"]["value"] = json!("-5.00");
    order["totalValue"]["net"] = json!("5.00");
    let reason = refused("order-to-woocommerce", &order);
    assert!(reason.contains("a row of MUG has -1 pieces, and WooCommerce takes no line below 0"), "{reason}");
    // Without a product it is a fee, which may be one.
    order["orderRows"]["2"].as_object_mut().expect("a row").remove("productSku");
    assert_eq!(written("order-to-woocommerce", &order)["fee_lines"][0]["total"], "-5.00");
}

#[test]
fn a_contact_without_a_first_name_has_the_one_that_brightpearl_needs() {
    let contact =
        json!({"id": "1", "properties": {"firstname": null, "lastname": null, "email": "pat@example.com"}});
    let body = written("hubspot-contact", &contact);
    assert_eq!((&body["firstName"], &body["lastName"]), (&json!("-"), &json!("-")));
}

#[test]
fn two_journals_of_one_number_are_two() {
    let document =
        ready().iter().find(|ready| ready.name == "quickbooks-journal").expect("a ready document").document;
    let mapping = Mapping::compile(document).expect("a right document");
    let line = |kind: &str| json!({"Amount": 5, "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": "39"}, "TaxCodeRef": {"value": "NON"}}});
    let key = |mut entry: Value| {
        entry["TxnDate"] = json!("2026-01-31");
        entry["Line"] = json!([line("Debit"), line("Credit")]);
        mapping.map(entry.to_string().as_bytes()).key.clone()
    };
    let keys = [
        key(json!({"Id": "999", "DocNumber": "1"})),
        key(json!({"Id": "1000", "DocNumber": "1"})),
        // Nor is a number an Id.
        key(json!({"Id": "1"})),
        key(json!({"DocNumber": "1"})),
    ];
    let all: std::collections::BTreeSet<_> = keys.iter().map(|key| format!("{key:?}")).collect();
    assert_eq!(all.len(), 4, "{keys:?}");
}
