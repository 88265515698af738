//! The orders of marketplaces and tills.

use serde_json::{Value, json};

use super::Outcome::{Refused, Skipped, Written};
use super::{Shop, amount, case, sum};

pub(super) fn amazon() -> Shop {
    fn parts(order: &Value) -> i64 {
        let is_american = order["SalesChannel"] == "Amazon.com";
        sum(&order["OrderItems"], |item| {
            let of = |name: &str| amount(&item[name]["Amount"]);
            let taxes = of("ItemTax") - of("PromotionDiscountTax") + of("ShippingTax");
            of("ItemPrice") - of("PromotionDiscount") + of("ShippingPrice") - of("ShippingDiscount")
                + of("CODFee")
                + amount(&item["BuyerInfo"]["GiftWrapPrice"]["Amount"])
                + if is_american { taxes } else { 0 }
        })
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        (amount(&order["OrderTotal"]["Amount"]), None)
    }
    let plain = json!({
        "AmazonOrderId": "702-1", "PurchaseDate": "2026-05-04T10:00:00Z", "OrderStatus": "Unshipped", "FulfillmentChannel": "MFN",
        "SalesChannel": "Amazon.co.uk", "OrderTotal": {"CurrencyCode": "GBP", "Amount": "24.00"},
        "OrderItems": [{"SellerSKU": "MUG", "OrderItemId": "1", "Title": "Mug", "QuantityOrdered": 2,
                        "ItemPrice": {"Amount": "24.00"}, "ItemTax": {"Amount": "4.00"}}]
    });
    let wrap = json!({"GiftWrapPrice": {"Amount": "1.20"}, "GiftWrapTax": {"Amount": "0.20"}, "GiftMessageText": "Hooray"});
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|20.00|4.00|T20"])),
        case(
            "gift wrap",
            json!({"/OrderItems/0/BuyerInfo": wrap, "/OrderTotal/Amount": "25.20"}),
            Written(&["Gift wrap of MUG: Hooray|1.00|0.20|T20"]),
        ),
        case(
            "cash on delivery",
            json!({"/OrderItems/0/CODFee": {"Amount": "2.00"}, "/OrderTotal/Amount": "26.00"}),
            Written(&["Cash on delivery of MUG|2.00|0.00|T0"]),
        ),
        case(
            "shipping with a discount",
            json!({"/OrderItems/0/ShippingPrice": {"Amount": "6.00"}, "/OrderItems/0/ShippingDiscount": {"Amount": "2.40"},
             "/OrderItems/0/ShippingTax": {"Amount": "0.60"}, "/OrderTotal/Amount": "27.60"}),
            Written(&["Shipping of MUG|3.00|0.60|T20"]),
        ),
        case(
            "a tax on top",
            json!({"/SalesChannel": "Amazon.com", "/OrderItems/0/ItemTax/Amount": "4.80", "/OrderTotal/Amount": "28.80"}),
            Written(&["Mug|24.00|4.80|T20"]),
        ),
        case(
            "a tax that is not stated",
            json!({"/OrderItems/0/ItemTax": null}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "the same, elsewhere",
            json!({"/OrderItems/0/ItemTax": null, "/SalesChannel": "Amazon.de"}),
            Refused("\"divisors\""),
        ),
        case("another total", json!({"/OrderTotal/Amount": "25.00"}), Refused("a difference of 1.00")),
        case("an unknown status", json!({"/OrderStatus": "Lost"}), Refused("its status is Lost")),
        case(
            "a tax of a deemed reseller",
            json!({"/OrderItems/0/DeemedResellerCategory": "UOSS"}),
            Written(&["Mug|20.00|0.00|T0", "Tax that Amazon collects and remits: Mug|4.00|0.00|T0"]),
        ),
        case(
            "the same of another rate, on import",
            json!({"/OrderItems/0/DeemedResellerCategory": "IOSS", "/OrderItems/0/ItemTax/Amount": "3.83", "/SalesChannel": "Amazon.de"}),
            Written(&["Mug|20.17|0.00|T0", "Tax that Amazon collects and remits: Mug|3.83|0.00|T0"]),
        ),
        case(
            "no deemed reseller",
            json!({"/OrderItems/0/DeemedResellerCategory": "NONE"}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "a replacement without amounts",
            json!({"/IsReplacementOrder": "true", "/OrderTotal": null, "/OrderItems/0/ItemPrice": null, "/OrderItems/0/ItemTax": null}),
            Written(&["Mug|0.00|0.00|T0"]),
        ),
        case(
            "a free one elsewhere",
            json!({"/IsReplacementOrder": true, "/OrderTotal/Amount": "0.00", "/OrderItems/0/ItemPrice": null,
             "/OrderItems/0/ItemTax": null, "/SalesChannel": "Amazon.de"}),
            Written(&["Mug|0.00|0.00|T0"]),
        ),
        case("no price", json!({"/OrderItems/0/ItemPrice": null}), Refused("ItemPrice.Amount")),
        case(
            "an item in another currency",
            json!({"/OrderItems/0/ItemPrice": {"Amount": "24.00", "CurrencyCode": "EUR"}}),
            Refused("its total is in GBP, and amounts of it are in EUR; expected one currency"),
        ),
        case(
            "pieces in a text",
            json!({"/OrderItems/0/QuantityOrdered": "2"}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case("a pending order", json!({"/OrderStatus": "Pending"}), Skipped("not confirmed")),
    ];
    Shop { document: "amazon-order", plain, stated, parts, rounds: 0, cases }
}

pub(super) fn amazon_2026() -> Shop {
    fn parts(order: &Value) -> i64 {
        sum(&order["orderItems"], |item| {
            let signed = |part: &Value| {
                let size = amount(&part["subtotal"]["amount"]).abs();
                match part["type"].as_str() {
                    Some("DISCOUNT") => -size,
                    Some("ITEM" | "SHIPPING" | "GIFT_WRAP" | "COD_FEE" | "OTHER") => size,
                    // Contained, elsewhere than in America.
                    Some("TAX") if order["salesChannel"]["marketplaceName"] == "Amazon.com" => size,
                    _ => 0,
                }
            };
            sum(&item["proceeds"]["breakdowns"], signed)
        })
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        (amount(&order["proceeds"]["grandTotal"]["amount"]), None)
    }
    let part = |kind: &str, amount: &str| json!({"type": kind, "subtotal": {"amount": amount}});
    let plain = json!({
        "orderId": "702-1", "createdTime": "2026-05-04T10:00:00Z", "salesChannel": {"marketplaceName": "Amazon.co.uk"},
        "proceeds": {"grandTotal": {"amount": "24.00", "currencyCode": "GBP"}},
        "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
        "orderItems": [{"orderItemId": "1", "quantityOrdered": 2, "product": {"sellerSku": "MUG", "title": "Mug"},
                        "proceeds": {"proceedsTotal": {"amount": "24.00"}, "breakdowns": [part("ITEM", "24.00"), part("TAX", "4.00")]}}]
    });
    let breakdowns = "/orderItems/0/proceeds/breakdowns";
    let whole = "/orderItems/0/proceeds/proceedsTotal/amount";
    let total = "/proceeds/grandTotal/amount";
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|20.00|4.00|T20"])),
        case(
            "a tax on top",
            json!({"/salesChannel/marketplaceName": "Amazon.com", format!("{breakdowns}/1"): part("TAX", "4.80"), whole: "28.80",
             total: "28.80"}),
            Written(&["Mug|24.00|4.80|T20"]),
        ),
        case(
            "a discount with a sign",
            json!({format!("{breakdowns}/-"): part("DISCOUNT", "-6.00"), format!("{breakdowns}/1"): part("TAX", "3.00"),
             whole: "18.00", total: "18.00"}),
            Written(&["Mug|15.00|3.00|T20"]),
        ),
        case(
            "an unknown charge",
            json!({format!("{breakdowns}/-"): part("RECYCLING", "1.00"), whole: "25.00", total: "25.00"}),
            Refused("a difference of 1.00"),
        ),
        case(
            "proceeds that were not asked for",
            json!({"/orderItems/0/proceeds": null}),
            Refused("expected PROCEEDS"),
        ),
        case(
            "a tax of a deemed reseller",
            json!({"/orderItems/0/tax": {"taxCalculationBreakdowns": [{"reportingScheme": "UOSS"}]}}),
            Written(&["Mug|20.00|0.00|T0", "Tax that Amazon collects and remits: Mug|4.00|0.00|T0"]),
        ),
        case(
            "the same on import",
            json!({"/orderItems/0/tax": {"taxCalculationBreakdowns": [{"reportingScheme": "IOSS"}]}}),
            Written(&["Mug|20.00|0.00|T0", "Tax that Amazon collects and remits: Mug|4.00|0.00|T0"]),
        ),
        case(
            "a scheme that is unknown",
            json!({"/orderItems/0/tax": {"taxCalculationBreakdowns": [{"reportingScheme": "NEW"}]}}),
            Refused("reported by the scheme NEW; expected IOSS or UOSS"),
        ),
        case(
            "a tip that is not final",
            json!({"/proceeds/breakdowns": [{"type": "DELIVERY_TIP", "status": "PENDING", "subtotal": {"amount": "5.00"}}]}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "an amount in another currency",
            json!({"/orderItems/0/proceeds/proceedsTotal/currencyCode": "EUR"}),
            Refused("its total is in GBP, and amounts of it are in EUR; expected one currency"),
        ),
        case(
            "a replacement",
            json!({breakdowns: [], whole: "0.00", total: "0.00", "/salesChannel/marketplaceName": "Amazon.de"}),
            Written(&["Mug|0.00|0.00|T0"]),
        ),
        case("breakdowns that lack", json!({breakdowns: []}), Refused("expected PROCEEDS")),
        case(
            "pieces in a text",
            json!({"/orderItems/0/quantityOrdered": "2"}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
    ];
    Shop { document: "amazon-2026-order", plain, stated, parts, rounds: 0, cases }
}

pub(super) fn ebay() -> Shop {
    fn parts(order: &Value) -> i64 {
        let summary = &order["pricingSummary"];
        let more = ["deliveryCost", "deliveryDiscount", "fee", "adjustment"]
            .map(|name| amount(&summary[name]["value"]));
        more.iter().sum::<i64>()
            + sum(&order["lineItems"], |line| {
                let cost = if line["discountedLineItemCost"].is_null() {
                    &line["lineItemCost"]
                } else {
                    &line["discountedLineItemCost"]
                };
                amount(&cost["value"]) + sum(&line["taxes"], |tax| amount(&tax["amount"]["value"]))
            })
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        (amount(&order["pricingSummary"]["total"]["value"]), None)
    }
    let plain = json!({
        "orderId": "12-1", "creationDate": "2026-05-04T10:00:00.000Z", "orderPaymentStatus": "PAID",
        "pricingSummary": {"total": {"value": "27.6", "currency": "GBP"}, "deliveryCost": {"value": "3.6"}},
        "lineItems": [{"lineItemId": "1", "title": "Mug", "quantity": 2, "listingMarketplaceId": "EBAY_GB",
                       "lineItemCost": {"value": "24.0"}, "taxes": [], "ebayCollectAndRemitTaxes": []}]
    });
    let tax = json!([{"amount": {"value": "2.8"}}]);
    let cases = vec![
        case("prices with tax", json!({}), Written(&["Mug|20.00|4.00|T20", "Shipping|3.00|0.60|T20"])),
        case(
            "a tax that eBay remits, in the total",
            json!({"/lineItems/0/taxes": tax, "/lineItems/0/ebayCollectAndRemitTaxes": tax,
             "/pricingSummary/total/value": "30.4"}),
            Written(&["Mug|24.00|0.00|T0", "Tax that eBay collects and remits: Mug|2.80|0.00|T0"]),
        ),
        case(
            "the same beside the total",
            json!({"/lineItems/0/ebayCollectAndRemitTaxes": tax}),
            Written(&["Mug|24.00|0.00|T0"]),
        ),
        case(
            "a promotion",
            json!({"/lineItems/0/discountedLineItemCost": {"value": "18.0"}, "/pricingSummary/total/value": "21.6"}),
            Written(&["Mug|15.00|3.00|T20"]),
        ),
        case(
            "a marketplace without a divisor",
            json!({"/lineItems/0/listingMarketplaceId": "EBAY_IT"}),
            Refused("\"divisors\""),
        ),
        case("another total", json!({"/pricingSummary/total/value": "28.6"}), Refused("a difference of 1")),
        case(
            "a line in another currency",
            json!({"/lineItems/0/lineItemCost/currency": "EUR"}),
            Refused("its total is in GBP, and amounts of it are in EUR; expected one currency"),
        ),
        case(
            "no tax, which is stated",
            json!({"/lineItems/0/taxes": [{"amount": {"value": "0.0"}}]}),
            Written(&["Mug|24.00|0.00|T0", "Shipping|3.60|0.00|T0"]),
        ),
        case("a refunded order", json!({"/orderPaymentStatus": "FULLY_REFUNDED"}), Skipped("refunded")),
    ];
    Shop { document: "ebay-order", plain, stated, parts, rounds: 0, cases }
}

pub(super) fn square() -> Shop {
    /// Whole pounds and yen are a hundred of what is counted here.
    fn minor(money: &Value) -> i64 {
        money["amount"].as_i64().unwrap_or_default() * if money["currency"] == "JPY" { 100 } else { 1 }
    }
    fn parts(order: &Value) -> i64 {
        let whole = |row: &Value| minor(&row["total_money"]);
        sum(&order["line_items"], whole)
            + sum(&order["service_charges"], whole)
            + minor(&order["rounding_adjustment"]["amount_money"])
            + minor(&order["total_tip_money"])
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        (minor(&order["total_money"]), Some(minor(&order["total_tax_money"])))
    }
    let pounds = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    let yen = |amount: i64| json!({"amount": amount, "currency": "JPY"});
    let plain = json!({
        "id": "ORDER", "state": "COMPLETED", "created_at": "2026-05-04T10:00:00Z", "taxes": [{"uid": "vat", "percentage": "20"}],
        "line_items": [{"uid": "l", "name": "Mug", "quantity": "2", "total_money": pounds(2400), "total_tax_money": pounds(400),
                        "applied_taxes": [{"tax_uid": "vat"}]}],
        "total_money": pounds(2400), "total_tax_money": pounds(400)
    });
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|20.00|4.00|T20"])),
        case(
            "yen, which have no places",
            json!({"/line_items/0/total_money": yen(2400), "/line_items/0/total_tax_money": yen(400),
             "/total_money": yen(2400), "/total_tax_money": yen(400)}),
            Written(&["Mug|2000.00|400.00|T20"]),
        ),
        case(
            "a tip",
            json!({"/total_tip_money": pounds(200), "/total_money": pounds(2600)}),
            Written(&["Tip|2.00|0.00|T0"]),
        ),
        case(
            "a service charge and cash that is rounded",
            json!({"/service_charges": [{"name": "Delivery", "total_money": pounds(301)}],
             "/rounding_adjustment": {"amount_money": pounds(-1)}, "/total_money": pounds(2700)}),
            Written(&["Delivery|3.01|0.00|T0", "Rounding of cash|-0.01|0.00|T0"]),
        ),
        case("a return", json!({"/returns": [{"uid": "r"}]}), Refused("it has returns")),
        case(
            "a tax that nobody knows",
            json!({"/taxes/0/percentage": "20.01"}),
            Refused("\"taxCodes\" does not have it"),
        ),
        case("a draft", json!({"/state": "DRAFT"}), Skipped("draft")),
    ];
    Shop { document: "square-order", plain, stated, parts, rounds: 0, cases }
}
