//! Words of which other systems have a list: one that a ready document does not know refuses the order, and is never
//! taken for the usual.

use serde_json::{Value, json};

use crate::ready_record::{refused, rows, written};

fn amazon(item: Value) -> Value {
    let mut item = item;
    for (member, value) in [
        ("SellerSKU", json!("MUG")),
        ("OrderItemId", json!("1")),
        ("Title", json!("Mug")),
        ("QuantityOrdered", json!(1)),
        ("ItemPrice", json!({"Amount": "12.00"})),
        ("ItemTax", json!({"Amount": "2.00"})),
    ] {
        item[member] = value;
    }
    json!({"AmazonOrderId": "702-1", "PurchaseDate": "2026-05-04T10:00:00Z", "OrderStatus": "Unshipped",
           "FulfillmentChannel": "MFN", "SalesChannel": "Amazon.co.uk", "OrderTotal": {"CurrencyCode": "GBP", "Amount": "12.00"},
           "OrderItems": [item]})
}

#[test]
fn a_tax_that_amazon_collects_by_an_unknown_model_is_not_the_sellers() {
    for model in ["MarketplaceFacilitator", "marketplacefacilitator"] {
        let order = amazon(json!({"TaxCollection": {"Model": model}}));
        let expected = ["Mug|10.00|0.00|T0", "Tax that Amazon collects and remits: Mug|2.00|0.00|T0"];
        assert_eq!(rows(&written("amazon-order", &order)), expected, "{model}");
    }
    let reason = refused("amazon-order", &amazon(json!({"TaxCollection": {"Model": "LowValueGoods"}})));
    assert!(reason.contains("by the model LowValueGoods, and whose tax that is, is not known"), "{reason}");
    let reason = refused("amazon-order", &amazon(json!({"TaxCollection": {"ResponsibleParty": "Amazon"}})));
    assert!(reason.contains("by the model of no name"), "{reason}");
    let reason = refused("amazon-order", &amazon(json!({"DeemedResellerCategory": "VOEC"})));
    assert!(reason.contains("its DeemedResellerCategory is VOEC"), "{reason}");
    let usual = amazon(json!({"TaxCollection": null, "DeemedResellerCategory": "NONE"}));
    assert_eq!(rows(&written("amazon-order", &usual)), ["Mug|10.00|2.00|T20"]);
}

#[test]
fn the_newer_orders_of_amazon_know_the_same_model() {
    let order = |model: &str| {
        json!({"orderId": "702-1", "createdTime": "2026-05-04T10:00:00Z", "salesChannel": {"marketplaceName": "Amazon.com"},
            "proceeds": {"grandTotal": {"amount": "12.00", "currencyCode": "USD"}},
            "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
            "orderItems": [{"orderItemId": "1", "quantityOrdered": 1, "product": {"sellerSku": "MUG", "title": "Mug"},
                "tax": {"taxCollections": [{"model": model}]},
                "proceeds": {"proceedsTotal": {"amount": "12.00"}, "breakdowns": [
                    {"type": "ITEM", "subtotal": {"amount": "10.00"}}, {"type": "TAX", "subtotal": {"amount": "2.00"}}]}}]})
    };
    let rows_of = rows(&written("amazon-2026-order", &order("MARKETPLACE_FACILITATOR")));
    assert_eq!(rows_of, ["Mug|10.00|0.00|T0", "Tax that Amazon collects and remits: Mug|2.00|0.00|T0"]);
    for model in ["LOW_VALUE_GOODS", "NOT_A_FACILITATOR"] {
        let reason = refused("amazon-2026-order", &order(model));
        assert!(reason.contains(&format!("by the model {model}, and whose tax that is")), "{reason}");
    }
}

#[test]
fn a_status_that_is_not_known_refuses_the_order() {
    let shopify = json!({"id": 1, "name": "#1", "created_at": "2026-03-09T10:14:26Z", "currency": "GBP", "email": "",
        "taxes_included": false, "total_price": "10.00", "current_total_price": "10.00", "total_tax": "0.00",
        "financial_status": "charged_back", "line_items": [{"id": 1, "name": "Mug", "sku": "", "price": "10.00", "quantity": 1}]});
    let reason = refused("shopify-order", &shopify);
    assert!(reason.contains("its financial_status is charged_back; expected pending"), "{reason}");
    let graphql = json!({"id": "gid://shopify/Order/1", "displayFinancialStatus": "CHARGED_BACK"});
    let reason = refused("shopify-graphql-order", &graphql);
    assert!(reason.contains("its displayFinancialStatus is CHARGED_BACK; expected PENDING"), "{reason}");

    let ebay = json!({"orderId": "1-1", "creationDate": "2026-05-04T10:00:00Z", "orderPaymentStatus": "PAID",
        "cancelStatus": {"cancelState": "HALTED"}, "pricingSummary": {"total": {"value": "24.0", "currency": "GBP"}},
        "lineItems": [{"lineItemId": "1", "title": "Mug", "quantity": 2, "lineItemCost": {"value": "24.0"},
                       "listingMarketplaceId": "EBAY_GB", "taxes": []}]});
    let reason = refused("ebay-order", &ebay);
    assert!(reason.contains("its cancelState is HALTED; expected NONE_REQUESTED"), "{reason}");

    let pounds = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    let square = json!({"id": "S1", "state": "COMPLETED", "created_at": "2026-05-04T10:00:00Z",
        "total_money": pounds(1200), "total_tax_money": pounds(0),
        "line_items": [{"uid": "1", "name": "Tea", "quantity": "1", "total_money": pounds(1000)}],
        "service_charges": [{"name": "Service", "treatment_type": "SPREAD", "total_money": pounds(200)}]});
    let reason = refused("square-order", &square);
    assert!(reason.contains("a service charge is treated as SPREAD"), "{reason}");
}
