//! What an order has beside its lines and a ready document does not bring is named in the refusal, or is told in a row:
//! fees of returns, surcharges of cards, prices of other countries, what eBay's hub sends on, days of two calendars.

use serde_json::{Value, json};

use crate::ready_record::{refused, rows, written};

fn shopify(price: &str, rate: f64, tax: &str, total: &str) -> Value {
    json!({"id": 1, "name": "#1", "created_at": "2026-03-09T10:14:26Z", "currency": "DKK", "taxes_included": true, "email": "",
        "total_price": total, "current_total_price": total, "total_tax": tax, "current_total_tax": tax, "shipping_lines": [],
        "line_items": [{"id": 1, "name": "Mug", "sku": "", "price": price, "quantity": 1, "current_quantity": 1,
                        "tax_lines": [{"rate": rate, "price": tax}]}]})
}

#[test]
fn a_fee_that_is_kept_of_a_return_is_named() {
    let fee = json!({"restocking_fee": {"percentage": 25, "amount_set": {"shop_money": {"amount": "3.00"}}}});
    let mut order = shopify("12.00", 0.2, "2.00", "15.00");
    order["returns"] = json!([{"id": 1, "return_line_items": [fee]}]);
    let reason = refused("shopify-order", &order);
    assert!(reason.contains("a fee of a return was kept, 3.00, which is in none of its lines"), "{reason}");
    let mut order = shopify("12.00", 0.2, "2.00", "12.00");
    order["returns"] = json!([{"id": 1, "return_line_items": [{"quantity": 1}], "return_shipping_fees": []}]);
    assert_eq!(rows(&written("shopify-order", &order)), ["Mug|10.00|2.00|T20"]);
}

#[test]
fn a_surcharge_of_a_card_is_named() {
    let pounds = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    let mut order = json!({"id": "S1", "state": "COMPLETED", "created_at": "2026-05-04T10:00:00Z",
        "total_money": pounds(1000), "total_tax_money": pounds(0), "total_card_surcharge_money": pounds(0),
        "line_items": [{"uid": "1", "name": "Tea", "quantity": "1", "total_money": pounds(1000)}]});
    assert_eq!(rows(&written("square-order", &order)), ["Tea|10.00|0.00|T0"]);
    order["total_card_surcharge_money"] = pounds(25);
    order["total_money"] = pounds(1025);
    let reason = refused("square-order", &order);
    assert!(reason.contains("it has a surcharge of 25 for the card"), "{reason}");
}

#[test]
fn prices_that_contain_the_tax_of_another_country_are_named() {
    let reason = refused("shopify-order", &shopify("88.00", 0.2, "14.08", "88.00"));
    assert!(reason.contains("is taxed with 14.08, which is not 0.2 of its price"), "{reason}");
    assert!(
        reason.contains("an order of Shopify Markets whose prices contain the tax of another country"),
        "{reason}"
    );
}

#[test]
fn what_the_hub_of_ebay_needs_to_know_is_told_in_rows() {
    let order = |country: &str, tax: Value| {
        json!({"orderId": "1-1", "creationDate": "2026-05-04T10:00:00Z", "orderPaymentStatus": "PAID",
            "pricingSummary": {"total": {"value": "24.0", "currency": "GBP"}},
            "fulfillmentStartInstructions": [{"fulfillmentInstructionsType": "SHIP_TO",
                "finalDestinationAddress": {"addressLine1": "5 Main Street", "city": "Austin", "countryCode": country},
                "shippingStep": {"shipToReferenceId": "9912345", "shipTo": {"contactAddress": {"countryCode": "GB"}}}}],
            "lineItems": [{"lineItemId": "1", "title": "Mug", "quantity": 2, "lineItemCost": {"value": "24.0"},
                           "listingMarketplaceId": "EBAY_GB", "taxes": tax}]})
    };
    let stated = json!([{"amount": {"value": "0.0"}}]);
    let expected = [
        "Mug|24.00|0.00|T0",
        "Reference for the parcel: 9912345|0.00|0.00|T0",
        "Sent on by eBay to: 5 Main Street, Austin, US|0.00|0.00|T0",
    ];
    assert_eq!(rows(&written("ebay-order", &order("US", stated))), expected);
    // Not a sale at home, although the hub is there.
    let reason = refused("ebay-order", &order("US", json!([])));
    assert!(reason.contains("\"EBAY_GB to US\": the table \"divisors\" does not have it"), "{reason}");

    let mut picked_up = order("GB", json!([]));
    picked_up["fulfillmentStartInstructions"][0] = json!({"pickupStep": {"merchantLocationKey": "SHOP-2"}});
    let expected = ["Mug|20.00|4.00|T20", "To be picked up at: SHOP-2|0.00|0.00|T0"];
    assert_eq!(rows(&written("ebay-order", &picked_up)), expected);
}

#[test]
fn a_day_of_xero_with_an_offset_is_refused() {
    let journal = |date: &str| {
        json!({"JournalNumber": 7, "JournalDate": date, "JournalLines": [
            {"AccountCode": "090", "NetAmount": 5.0, "TaxType": "NONE"}, {"AccountCode": "610", "NetAmount": -5.0, "TaxType": "NONE"}]})
    };
    for date in ["/Date(1427842800000+0000)/", "/Date(1427842800000)/", "2015-03-31", "2015-03-31T23:00:00"] {
        assert_eq!(written("xero-journal", &journal(date))["taxDate"], "2015-03-31", "{date}");
    }
    for date in ["/Date(1427842800000+0100)/", "/Date(1427842800000-0500)/"] {
        let reason = refused("xero-journal", &journal(date));
        assert!(reason.contains(&format!("its JournalDate, {date}, has an offset")), "{reason}");
    }
}
