//! Rows whose tax is stated, and no rate: they have the code of the nearer rate, or the order is refused. How far a tax
//! may be off is worked out here, in cents, for a row and for its pieces.

use brightpearl_core::mapping::Mapping;
use serde_json::{Value, json};

use crate::ready_record::{refused, rows, written};
use crate::shop_draw::{Draw, ORDERS, cents, compiled, divided, money};

/// The documents that take a tax for that of a rate.
const NAMES: [&str; 4] = ["amazon-order", "amazon-2026-order", "bigcommerce-order", "ebay-order"];

/// An order of one line, whose tax is stated beside its net.
fn order(name: &str, pieces: i64, net: i64, tax: i64) -> Value {
    let (total, amount) = (money(net + tax), |cents: i64| json!({"Amount": money(cents)}));
    match name {
        "amazon-order" => json!({
            "AmazonOrderId": "702-1", "PurchaseDate": "2026-05-04T10:00:00Z", "OrderStatus": "Unshipped",
            "FulfillmentChannel": "MFN", "SalesChannel": "Amazon.com", "OrderTotal": {"CurrencyCode": "USD", "Amount": total},
            "OrderItems": [{"SellerSKU": "MUG", "OrderItemId": "1", "Title": "Mug", "QuantityOrdered": pieces,
                            "ItemPrice": amount(net), "ItemTax": amount(tax)}]}),
        "amazon-2026-order" => json!({
            "orderId": "702-1", "createdTime": "2026-05-04T10:00:00Z", "salesChannel": {"marketplaceName": "Amazon.com"},
            "proceeds": {"grandTotal": {"amount": total, "currencyCode": "USD"}},
            "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
            "orderItems": [{"orderItemId": "1", "quantityOrdered": pieces, "product": {"sellerSku": "MUG", "title": "Mug"},
                "proceeds": {"proceedsTotal": {"amount": total}, "breakdowns": [
                    {"type": "ITEM", "subtotal": {"amount": money(net)}}, {"type": "TAX", "subtotal": {"amount": money(tax)}}]}}]}),
        "bigcommerce-order" => json!({
            "id": 1, "status_id": 11, "date_created": "Mon, 04 May 2026 10:00:00 +0000", "default_currency_code": "GBP",
            "total_ex_tax": money(net), "total_tax": money(tax), "total_inc_tax": total, "billing_address": {},
            "products": [{"id": 1, "name": "Mug", "sku": "", "quantity": pieces, "total_ex_tax": money(net), "total_tax": money(tax)}]}),
        _ => json!({
            "orderId": "12-1", "creationDate": "2026-05-04T10:00:00.000Z", "orderPaymentStatus": "PAID",
            "pricingSummary": {"total": {"value": total, "currency": "GBP"}},
            "lineItems": [{"lineItemId": "1", "title": "Mug", "quantity": pieces, "listingMarketplaceId": "EBAY_US",
                           "lineItemCost": {"value": money(net)}, "taxes": [{"amount": {"value": money(tax)}}]}]}),
    }
}

#[test]
fn many_cheap_pieces_have_the_code_of_their_own_rate() {
    for name in NAMES {
        assert_eq!(rows(&written(name, &order(name, 100, 1000, 50))), ["Mug|10.00|0.50|T5"], "{name}");
        assert_eq!(rows(&written(name, &order(name, 100, 1000, 200))), ["Mug|10.00|2.00|T20"], "{name}");
        // Rounded for each piece: 0.07 on 0.33.
        assert_eq!(rows(&written(name, &order(name, 100, 3300, 700))), ["Mug|33.00|7.00|T20"], "{name}");
        for (net, tax) in [(1000, 150), (1000, 80), (10_000, 1900), (0, 5)] {
            let reason = refused(name, &order(name, 1000, net, tax));
            assert!(
                reason.contains("one of the rates of this document, which are in its tables"),
                "{name}: {reason}"
            );
        }
    }
}

#[test]
fn a_rate_of_a_flat_file_is_held_for_the_whole_line() {
    let line = |tax: &str, rate: &str| {
        json!({"rows": [{"Order Number": "K-1", "Order Date": "1/3/2026", "Email": "pat@example.com", "SKU": "", "Description": "Mug",
                         "Quantity": "1000", "Unit Price": "0.10", "Line Tax": tax, "VAT Rate": rate}]})
    };
    assert!(refused("csv-order", &line("20.00", "5")).contains("Line Tax 20.00 is not that of VAT Rate 5"));
    assert_eq!(rows(&written("csv-order", &line("5.00", "5"))), ["Mug|100.00|5.00|T5"]);
    assert_eq!(rows(&written("csv-order", &line("20.00", "20"))), ["Mug|100.00|20.00|T20"]);
    // Half a cent more on each of them.
    assert_eq!(rows(&written("csv-order", &line("10.00", "5"))), ["Mug|100.00|10.00|T5"]);
}

/// The code of a row, or nothing where the order is refused for its rate.
fn code(mapping: &Mapping, order: &Value, net: i64, tax: i64) -> Option<String> {
    match crate::shop_draw::written(mapping, order) {
        Ok(body) => {
            let row = &body["rows"][0];
            assert_eq!((cents(&row["net"]), cents(&row["tax"])), (net, tax), "{order}\n{body}");
            Some(row["taxCode"].as_str().expect("a code").to_owned())
        }
        Err(reason) => {
            assert!(reason.contains("one of the rates of this document"), "{reason}\n{order}");
            None
        }
    }
}

#[test]
fn random_rows_have_the_code_of_the_rate_by_which_they_are_taxed() {
    for name in NAMES {
        let mapping = compiled(name);
        let mut others = 0;
        for number in 0..ORDERS {
            let mut draw = Draw::of(number);
            let (most, dearest) =
                (if draw.one_in(2) { 3 } else { 400 }, if draw.one_in(2) { 60 } else { 9000 });
            let (pieces, price) = (1 + draw.below(most), 1 + draw.below(dearest));
            let rate = [0, 5, 20, 7, 10, 19, 25][draw.below(7) as usize];
            let net = pieces * price;
            let tax =
                if draw.one_in(2) { divided(net * rate, 100) } else { pieces * divided(price * rate, 100) };
            let made = code(&mapping, &order(name, pieces, net, tax), net, tax);
            let what = format!("{name}: {pieces} pieces for {net} with {tax}, of {rate} %");
            // By how many hundredths of a cent the tax is off.
            let off = |rate: i64| (net * rate - 100 * tax).abs();
            match made.as_deref() {
                Some("T0") => assert_eq!(tax, 0, "{what}"),
                Some("T20") => {
                    assert!(tax > 0 && off(20) <= off(5) && off(20) <= 140 + 60 * pieces, "{what}")
                }
                Some("T5") => assert!(tax > 0 && off(5) <= off(20) && off(5) <= 140 + 60 * pieces, "{what}"),
                Some(other) => panic!("{what}: {other}"),
                None => assert!(![0, 5, 20].contains(&rate), "{what}"),
            }
            let is_told = tax == 0 || made.as_deref() == Some(if rate == 20 { "T20" } else { "T5" });
            assert!(![5, 20].contains(&rate) || is_told, "{what}: {made:?}");
            others += u64::from(made.is_none());
        }
        assert!(others > ORDERS / 5, "{name}: {others} of another rate are refused");
    }
}
