//! Shopify's orders, by either API.

use serde_json::{Value, json};

use super::Outcome::{Refused, Skipped, Written};
use super::{Shop, amount, case, sum};
use crate::shop_draw::divided;

/// Of the pieces that are left.
fn left(line: &Value, cents: i64, now: &str) -> i64 {
    let pieces = line["quantity"].as_i64().expect("pieces");
    let left = line[now].as_i64().unwrap_or(pieces);
    divided(cents * left, pieces)
}

pub(super) fn rest() -> Shop {
    fn parts(order: &Value) -> i64 {
        let taxes = |of: &Value| sum(&of["tax_lines"], |tax| amount(&tax["price"]));
        let added = |of: &Value| if order["taxes_included"] == true { 0 } else { taxes(of) };
        let discounts = |of: &Value| sum(&of["discount_allocations"], |part| amount(&part["amount"]));
        let line = |line: &Value| {
            let charged =
                amount(&line["price"]) * line["quantity"].as_i64().expect("pieces") - discounts(line);
            let is_left = line["current_quantity"] != 0;
            let duties = sum(&line["duties"], |duty| amount(&duty["shop_money"]["amount"]) + taxes(duty));
            let duties = left(line, duties, "current_quantity");
            left(line, charged + added(line), "current_quantity") + if is_left { duties } else { 0 }
        };
        let shipping = |line: &Value| {
            if line["is_removed"] == true {
                0
            } else {
                amount(&line["price"]) - discounts(line) + added(line)
            }
        };
        let shared = sum(&order["line_items"], discounts) + sum(&order["shipping_lines"], discounts) == 0;
        let has_tip = order["line_items"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|line| line["name"] == "Tip" && line["price"] == order["total_tip_received"]);
        sum(&order["line_items"], line)
            + sum(&order["shipping_lines"], shipping)
            + amount(&order["current_total_additional_fees_set"]["shop_money"]["amount"])
            + if has_tip { 0 } else { amount(&order["total_tip_received"]) }
            + sum(&order["refunds"], |refund| {
                sum(&refund["order_adjustments"], |part| {
                    amount(&part["amount"]) + amount(&part["tax_amount"])
                }) - sum(&refund["refund_shipping_lines"], |part| {
                    let net = amount(&part["subtotal_amount_set"]["shop_money"]["amount"]);
                    net + divided(net, 5)
                })
            })
            - if shared { amount(&order["total_discounts"]) } else { 0 }
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        // Duties have taxes of another country, and what is contained and not stated is worked out.
        let tax =
            order["total_tax"].as_str().filter(|tax| *tax != "0.00").map(|_| amount(&order["total_tax"]));
        let total = if order["current_total_price"].is_null() {
            &order["total_price"]
        } else {
            &order["current_total_price"]
        };
        (amount(total), tax.filter(|_| order["current_total_tax"].is_null()))
    }
    let vat = |price: &str| json!([{"title": "VAT", "rate": 0.2, "price": price}]);
    let line = |name: &str, price: &str, quantity: i64, tax: &str| {
        json!({"id": 1, "name": name, "sku": "", "price": price, "quantity": quantity, "taxable": true,
               "tax_lines": if tax == "0.00" { json!([]) } else { vat(tax) }, "discount_allocations": []})
    };
    let plain = json!({
        "id": 1, "name": "#1", "email": "pat@example.com", "currency": "GBP", "created_at": "2026-05-04T10:00:00Z",
        "taxes_included": false, "total_price": "28.80", "total_tax": "4.80", "shipping_address": {"country_code": "GB"},
        "line_items": [line("Mug", "10.00", 2, "4.00")],
        "shipping_lines": [{"title": "Post", "price": "4.00", "tax_lines": vat("0.80")}]
    });
    let duty = json!([{"harmonized_system_code": "691110", "shop_money": {"amount": "3.00"}, "tax_lines": vat("0.60")}]);
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|20.00|4.00|T20", "Shipping: Post|4.00|0.80|T20"])),
        case(
            "duties",
            json!({"/line_items/0/duties": duty, "/total_price": "32.40", "/total_tax": "0.00"}),
            Written(&["Duties: 691110|3.60|0.00|T0"]),
        ),
        case(
            "duties that the total has not",
            json!({"/line_items/0/duties": duty}),
            Refused("a difference of -3.60"),
        ),
        case(
            "an additional fee",
            json!({"/current_total_additional_fees_set": {"shop_money": {"amount": "1.20"}}, "/total_price": "30.00"}),
            Written(&["Additional fees|1.20|0.00|T0"]),
        ),
        case(
            "a fee of an app that is nowhere",
            json!({"/total_price": "30.00"}),
            Refused("a difference of 1.20"),
        ),
        case(
            "a tip",
            json!({"/total_tip_received": "2.00", "/total_price": "30.80"}),
            Written(&["Tip|2.00|0.00|T0"]),
        ),
        case(
            "a tip that is a line",
            json!({"/line_items/-": line("Tip", "2.00", 1, "0.00"), "/total_tip_received": "2.00",
             "/total_price": "30.80"}),
            Written(&["Tip|2.00|0.00|T0"]),
        ),
        case(
            "gift wrap as a line",
            json!({"/line_items/-": line("Gift wrap", "1.50", 1, "0.30"), "/total_price": "30.60",
             "/total_tax": "5.10"}),
            Written(&["Gift wrap|1.50|0.30|T20"]),
        ),
        case(
            "a gift card that pays",
            json!({"/payment_gateway_names": ["gift_card"], "/total_outstanding": "0.00"}),
            Written(&[]),
        ),
        case(
            "a discount that lines have parts of",
            json!({"/line_items/0/discount_allocations": [{"amount": "2.00"}],
             "/line_items/0/tax_lines": vat("3.60"), "/total_price": "26.40", "/total_tax": "4.40", "/total_discounts": "2.00"}),
            Written(&["Mug|18.00|3.60|T20"]),
        ),
        case(
            "a discount that no line has its part of",
            json!({"/total_discounts": "2.00", "/line_items/0/tax_lines": vat("3.60"), "/shipping_lines/0/discounted_price": "4.00",
             "/total_price": "26.40", "/total_tax": "4.40"}),
            Written(&["Mug|18.00|3.60|T20"]),
        ),
        case(
            "a discount that may be one of shipping",
            json!({"/total_discounts": "4.00", "/shipping_lines/0/tax_lines": [], "/total_price": "24.00",
             "/total_tax": "4.00"}),
            Refused("may be one of its shipping; expected discounted_price or discount_allocations"),
        ),
        case(
            "a tax that is not that of its rate",
            json!({"/line_items/0/tax_lines": vat("1.00"), "/total_price": "25.80", "/total_tax": "1.80"}),
            Refused("Mug is taxed with 1.00, which is not 0.2 of its price"),
        ),
        case(
            "a tax of shipping that is not that of its rate",
            json!({"/shipping_lines/0/tax_lines": vat("0.20"), "/total_price": "28.20", "/total_tax": "4.20"}),
            Refused("Shipping is taxed with 0.20, which is not 0.2 of its price"),
        ),
        case(
            "a product that is called as a tip is",
            json!({"/line_items/-": line("Tip", "5.00", 1, "1.00"), "/total_tip_received": "2.00",
             "/total_price": "36.80", "/total_tax": "5.80"}),
            Written(&["Tip|5.00|1.00|T20", "Tip|2.00|0.00|T0"]),
        ),
        case("a payment that was voided", json!({"/financial_status": "voided"}), Skipped("voided")),
        case("a payment that has expired", json!({"/financial_status": "expired"}), Skipped("expired")),
        case(
            "a payment that is due",
            json!({"/financial_status": "pending"}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "amounts in another currency",
            json!({"/total_price_set": {"shop_money": {"amount": "28.80", "currency_code": "USD"}}}),
            Refused("its amounts are in USD, and its currency is GBP"),
        ),
        case("no test, by a text", json!({"/test": "false"}), Written(&["Mug|20.00|4.00|T20"])),
        case("added taxes, by a text", json!({"/taxes_included": "false"}), Written(&["Mug|20.00|4.00|T20"])),
        case(
            "taxes that are neither added nor contained",
            json!({"/taxes_included": "perhaps"}),
            Refused("taxes_included is perhaps; expected true or false"),
        ),
        case(
            "parts of a yen",
            json!({"/currency": "JPY", "/line_items/0/price": "1000.50", "/line_items/0/quantity": 1, "/line_items/0/tax_lines": [],
             "/shipping_lines": [], "/total_price": "1000.50", "/total_tax": "0"}),
            Refused("behind the decimal point of a currency without places"),
        ),
        case(
            "a discount on shipping",
            json!({"/shipping_lines/0/discount_allocations": [{"amount": "4.00"}],
             "/shipping_lines/0/tax_lines": [], "/total_price": "24.00", "/total_tax": "4.00"}),
            Written(&["Shipping: Post|0.00|0.00|T0"]),
        ),
        case(
            "a line that was removed",
            json!({"/line_items/-": line("Plate", "10.00", 1, "2.00"),
             "/line_items/1": {"id": 2, "name": "Plate", "price": "10.00", "quantity": 1, "current_quantity": 0, "tax_lines": vat("2.00")},
             "/total_price": "40.80", "/current_total_price": "28.80", "/current_total_tax": "4.80"}),
            Written(&[]),
        ),
        case(
            "a piece that was refunded",
            json!({"/line_items/0/current_quantity": 1, "/current_total_price": "16.80",
             "/current_total_tax": "2.80"}),
            Written(&["Mug|10.00|2.00|T20"]),
        ),
        case(
            "everything was refunded",
            json!({"/line_items/0/current_quantity": 0, "/current_total_price": "0.00", "/current_total_tax": "0.00"}),
            Skipped("removed or refunded"),
        ),
        case(
            "everything but shipping was refunded",
            json!({"/line_items/0/current_quantity": 0, "/current_total_price": "4.80", "/current_total_tax": "0.80"}),
            Written(&["Shipping: Post|4.00|0.80|T20"]),
        ),
        case(
            "all pieces are gone, and nobody says what is left",
            json!({"/line_items/0/current_quantity": 0}),
            Refused("expected current_total_price"),
        ),
        case(
            "a draft",
            json!({"/status": "open", "/invoice_url": "https://shop.example/1"}),
            Skipped("a draft order"),
        ),
        case(
            "a checkout",
            json!({"/abandoned_checkout_url": "https://shop.example/2"}),
            Skipped("a checkout"),
        ),
        case(
            "duties of some pieces",
            json!({"/line_items/0/duties": [{"id": 1, "shop_money": {"amount": "6.00"}}], "/line_items/0/current_quantity": 1,
             "/current_total_duties_set": {"shop_money": {"amount": "3.00"}}, "/current_total_price": "19.80",
             "/current_total_tax": "2.80"}),
            Written(&["Mug|10.00|2.00|T20", "Duties|3.00|0.00|T0"]),
        ),
        case(
            "shipping that a newer refund gives back",
            json!({"/shipping_lines/0/id": 5, "/current_total_price": "24.00", "/current_total_tax": "4.00",
             "/refunds": [{"refund_shipping_lines": [{"shipping_line_id": 5, "subtotal_amount_set": {"shop_money": {"amount": "4.00"}}}]}]}),
            Written(&["Shipping given back|-4.00|-0.80|T20"]),
        ),
        case(
            "a tax without a rate",
            json!({"/line_items/0/tax_lines": [{"title": "VAT", "price": "4.00"}]}),
            Refused("Mug is taxed with 4.00, of which no rate is stated"),
        ),
        case(
            "prices with a tax of 0 that is stated",
            json!({"/taxes_included": true, "/line_items/0/tax_lines": vat("0.00"), "/shipping_lines/0/tax_lines": [],
             "/total_price": "24.00", "/total_tax": "0.00"}),
            Written(&["Mug|20.00|0.00|T0", "Shipping: Post|4.00|0.00|T0"]),
        ),
        case(
            "a piece of prices with tax that was refunded",
            json!({"/taxes_included": true, "/line_items/0/price": "12.99", "/line_items/0/tax_lines": vat("4.33"),
             "/line_items/0/current_quantity": 1, "/shipping_lines": [], "/current_total_price": "12.99", "/current_total_tax": "2.16"}),
            Written(&["Mug|10.83|2.16|T20"]),
        ),
        case(
            "shipping that was removed",
            json!({"/shipping_lines/0/is_removed": true, "/total_price": "24.00", "/total_tax": "4.00"}),
            Written(&[]),
        ),
        case(
            "shipping that was given back",
            json!({"/refunds": [{"order_adjustments": [{"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "-0.80"}]}],
             "/current_total_price": "24.00", "/current_total_tax": "4.00"}),
            Written(&["Shipping given back|-4.00|-0.80|T20"]),
        ),
        case(
            "several taxes of a known sum",
            json!({"/line_items/0/tax_lines": [{"rate": 0.15, "price": "3.00"}, {"rate": 0.05, "price": "1.00"}]}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "several taxes of an unknown sum",
            json!({"/line_items/0/tax_lines": [{"rate": 0.15, "price": "3.00"}, {"rate": 0.06, "price": "1.20"}]}),
            Refused("\"taxCodes\" does not have it"),
        ),
        case(
            "a rate without a tax",
            json!({"/line_items/0/tax_lines": vat("0.00"), "/total_price": "24.80", "/total_tax": "0.80"}),
            Written(&["Mug|20.00|0.00|T0"]),
        ),
        case(
            "prices with tax",
            json!({"/taxes_included": true, "/line_items/0/tax_lines": vat("3.33"), "/shipping_lines/0/tax_lines": vat("0.67"),
             "/total_price": "24.00", "/total_tax": "4.00"}),
            Written(&["Mug|16.67|3.33|T20", "Shipping: Post|3.33|0.67|T20"]),
        ),
        case(
            "prices with a tax that is not stated",
            json!({"/taxes_included": true, "/line_items/0/tax_lines": [],
             "/shipping_lines/0/tax_lines": [], "/total_price": "24.00", "/total_tax": "0.00"}),
            Written(&["Mug|16.67|3.33|T20"]),
        ),
        case(
            "the same, elsewhere",
            json!({"/taxes_included": true, "/line_items/0/tax_lines": [], "/shipping_lines/0/tax_lines": [],
             "/total_price": "24.00", "/total_tax": "0.00", "/shipping_address/country_code": "NO"}),
            Refused("\"divisors\" does not have it"),
        ),
        case(
            "yen",
            json!({"/currency": "JPY", "/line_items/0/price": "1000", "/line_items/0/tax_lines": vat("400"),
             "/shipping_lines": [], "/total_price": "2400", "/total_tax": "400"}),
            Written(&["Mug|2000.00|400.00|T20"]),
        ),
        case(
            "dinars of three places",
            json!({"/currency": "KWD", "/line_items/0/price": "1.005", "/line_items/0/quantity": 1,
             "/line_items/0/tax_lines": [], "/shipping_lines": [], "/total_price": "1.005", "/total_tax": "0.000"}),
            Refused("2 decimal places hold exactly"),
        ),
        case(
            "paid in another currency",
            json!({"/presentment_currency": "EUR",
             "/total_price_set": {"presentment_money": {"amount": "33.70"}}}),
            Written(&["Paid in EUR: 33.70|0.00|0.00|T0"]),
        ),
        case(
            "a note and a purchase order",
            json!({"/note": "Ring twice", "/po_number": "PO-7"}),
            Written(&["Note: Ring twice|0.00|0.00|T0", "Purchase order: PO-7|0.00|0.00|T0"]),
        ),
        case(
            "a guest at the till",
            json!({"/email": "", "/source_name": "pos", "/customer": null, "/shipping_address": null}),
            Written(&[]),
        ),
        case("an unknown SKU", json!({"/line_items/0/sku": "NO-1"}), Written(&["Mug (NO-1)|20.00|4.00|T20"])),
        case(
            "a cent that the shop rounded",
            json!({"/total_price": "28.81"}),
            Written(&["Rounding|0.01|0.00|T0"]),
        ),
        case("a cancelled order", json!({"/cancelled_at": "2026-05-05T10:00:00Z"}), Skipped("cancelled")),
        case("a test", json!({"/test": true}), Skipped("test order")),
    ];
    Shop { document: "shopify-order", plain, stated, parts, rounds: 2, cases }
}

pub(super) fn graphql() -> Shop {
    fn shop(of: &Value) -> i64 {
        amount(&of["shopMoney"]["amount"])
    }
    fn parts(order: &Value) -> i64 {
        let taxes = |of: &Value| sum(&of["taxLines"], |tax| shop(&tax["priceSet"]));
        let added = |of: &Value| if order["taxesIncluded"] == true { 0 } else { taxes(of) };
        let line = |line: &Value| {
            let discounts = sum(&line["discountAllocations"], |part| shop(&part["allocatedAmountSet"]));
            let charged =
                shop(&line["originalUnitPriceSet"]) * line["quantity"].as_i64().expect("pieces") - discounts;
            left(line, charged + added(line), "currentQuantity")
                + sum(&line["duties"], |duty| shop(&duty["price"]) + taxes(duty))
        };
        let shipping = |line: &Value| {
            if line["isRemoved"] == true { 0 } else { shop(&line["originalPriceSet"]) + added(line) }
        };
        let nodes = sum(&order["lineItems"]["nodes"], line)
            + sum(&order["lineItems"]["edges"], |edge| line(&edge["node"]));
        nodes
            + sum(&order["shippingLines"]["nodes"], shipping)
            + shop(&order["currentTotalAdditionalFeesSet"])
            + shop(&order["totalTipReceivedSet"])
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        let tax = shop(&order["currentTotalTaxSet"]);
        (shop(&order["currentTotalPriceSet"]), (tax > 0).then_some(tax))
    }
    let bag = |amount: &str| json!({"shopMoney": {"amount": amount, "currencyCode": "GBP"}});
    let vat = |amount: &str| json!([{"rate": 0.2, "priceSet": bag(amount)}]);
    let line = json!({"id": "gid://shopify/LineItem/1", "name": "Mug", "sku": "", "quantity": 2, "currentQuantity": 2, "taxable": true,
                      "originalUnitPriceSet": bag("10.0"), "taxLines": vat("4.0"), "discountAllocations": []});
    let plain = json!({
        "id": "gid://shopify/Order/1", "name": "#1", "email": "pat@example.com", "currencyCode": "GBP",
        "createdAt": "2026-05-04T10:00:00Z", "taxesIncluded": false, "shippingAddress": {"countryCodeV2": "GB"},
        "currentTotalPriceSet": bag("28.8"), "currentTotalTaxSet": bag("4.8"), "lineItems": {"nodes": [line]},
        "shippingLines": {"nodes": [{"title": "Post", "originalPriceSet": bag("4.0"), "taxLines": vat("0.8")}]}
    });
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|20.00|4.00|T20"])),
        case("edges", json!({"/lineItems": {"edges": [{"node": line}]}}), Written(&["Mug|20.00|4.00|T20"])),
        case(
            "a piece that was removed",
            json!({"/lineItems/nodes/0/currentQuantity": 1, "/currentTotalPriceSet": bag("16.8"),
             "/currentTotalTaxSet": bag("2.8")}),
            Written(&["Mug|10.00|2.00|T20"]),
        ),
        case(
            "a fee and a tip",
            json!({"/currentTotalAdditionalFeesSet": bag("1.2"), "/totalTipReceivedSet": bag("2.0"),
             "/currentTotalPriceSet": bag("32.0")}),
            Written(&["Additional fees|1.20|0.00|T0", "Tip|2.00|0.00|T0"]),
        ),
        case(
            "duties",
            json!({"/lineItems/nodes/0/duties": [{"harmonizedSystemCode": "691110", "price": bag("3.0"), "taxLines": vat("0.6")}],
             "/currentTotalPriceSet": bag("32.4")}),
            Written(&["Duties: 691110|3.60|0.00|T0"]),
        ),
        case(
            "a discount that lines have parts of",
            json!({"/lineItems/nodes/0/discountAllocations": [{"allocatedAmountSet": bag("2.0")}],
             "/lineItems/nodes/0/taxLines": vat("3.6"), "/currentTotalPriceSet": bag("26.4"), "/currentTotalTaxSet": bag("4.4")}),
            Written(&["Mug|18.00|3.60|T20"]),
        ),
        case(
            "more lines in another page",
            json!({"/lineItems/pageInfo": {"hasNextPage": true}}),
            Refused("another page"),
        ),
        case("a draft", json!({"/id": "gid://shopify/DraftOrder/1"}), Skipped("a draft order")),
        case(
            "everything but shipping was removed",
            json!({"/lineItems/nodes/0/currentQuantity": 0, "/currentTotalPriceSet": bag("4.8"), "/currentTotalTaxSet": bag("0.8")}),
            Written(&["Shipping: Post|4.00|0.80|T20"]),
        ),
        case(
            "a tax without a rate",
            json!({"/lineItems/nodes/0/taxLines": [{"priceSet": bag("4.0")}]}),
            Refused("Mug is taxed with 4.0, of which no rate is stated"),
        ),
        case(
            "prices with a tax of 0 that is stated",
            json!({"/taxesIncluded": true, "/lineItems/nodes/0/taxLines": vat("0.0"), "/shippingLines/nodes/0/taxLines": [],
             "/currentTotalPriceSet": bag("24.0"), "/currentTotalTaxSet": bag("0.0")}),
            Written(&["Mug|20.00|0.00|T0", "Shipping: Post|4.00|0.00|T0"]),
        ),
        case(
            "a discount and shipping that does not say its own",
            json!({"/totalDiscountsSet": bag("4.0"), "/currentTotalPriceSet": bag("24.8")}),
            Refused("expected discountedPriceSet in the query"),
        ),
        case(
            "free shipping",
            json!({"/totalDiscountsSet": bag("4.0"), "/shippingLines/nodes/0/discountedPriceSet": bag("0.0"),
             "/shippingLines/nodes/0/originalPriceSet": bag("0.0"), "/shippingLines/nodes/0/taxLines": [],
             "/lineItems/nodes/0/discountAllocations": [{"allocatedAmountSet": bag("0.0")}],
             "/currentTotalPriceSet": bag("24.0"), "/currentTotalTaxSet": bag("4.0")}),
            Written(&["Mug|20.00|4.00|T20", "Shipping: Post|0.00|0.00|T0"]),
        ),
        case(
            "a tax that is not that of its rate",
            json!({"/lineItems/nodes/0/taxLines": vat("1.0"), "/currentTotalPriceSet": bag("25.8"), "/currentTotalTaxSet": bag("1.8")}),
            Refused("Mug is taxed with 1.0, which is not 0.2 of its price"),
        ),
        case(
            "amounts in another currency",
            json!({"/currencyCode": "USD"}),
            Refused("an amount of it is not in USD"),
        ),
        case("a payment that was voided", json!({"/displayFinancialStatus": "VOIDED"}), Skipped("voided")),
        case("no test, by a text", json!({"/test": "false"}), Written(&["Mug|20.00|4.00|T20"])),
        case("a query without taxes", json!({"/lineItems/nodes/0/taxLines": null}), Refused("a line lacks")),
        case("a query without shipping", json!({"/shippingLines": null}), Refused("a difference of")),
    ];
    Shop { document: "shopify-graphql-order", plain, stated, parts, rounds: 2, cases }
}
