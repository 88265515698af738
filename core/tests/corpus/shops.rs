//! The orders of other shops, and of a flat file.

use serde_json::{Value, json};

use super::Outcome::{Refused, Skipped, Written};
use super::{Shop, amount, case, sum};

pub(super) fn woocommerce() -> Shop {
    fn parts(order: &Value) -> i64 {
        let whole = |row: &Value| amount(&row["total"]) + amount(&row["total_tax"]);
        ["line_items", "shipping_lines", "fee_lines"].map(|rows| sum(&order[rows], whole)).iter().sum()
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        let cards = sum(&order["gift_cards"], |card| 100 * card["amount"].as_i64().expect("pounds"));
        let credit =
            |coupon: &Value| coupon.to_string().contains("smart_coupon") && coupon["discount_tax"] != "1.00";
        let credit =
            sum(
                &order["coupon_lines"],
                |coupon| if credit(coupon) { amount(&coupon["discount"]) } else { 0 },
            );
        (amount(&order["total"]) + cards + credit, Some(amount(&order["total_tax"])))
    }
    let row = |name: &str, total: &str, tax: &str| json!({"id": 1, "name": name, "method_title": name, "quantity": 1, "tax_class": "", "total": total, "total_tax": tax, "sku": ""});
    let plain = json!({
        "id": 1, "number": "1", "status": "processing", "currency": "GBP", "date_created_gmt": "2026-05-04T10:00:00",
        "total": "16.80", "total_tax": "2.80", "billing": {"email": "pat@example.com"}, "line_items": [row("Mug", "10.00", "2.00")],
        "shipping_lines": [row("Post", "4.00", "0.80")], "fee_lines": []
    });
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|10.00|2.00|T20"])),
        case(
            "cash on delivery",
            json!({"/fee_lines/-": row("Cash on delivery", "2.00", "0.40"), "/total": "19.20", "/total_tax": "3.20"}),
            Written(&["Cash on delivery|2.00|0.40|T20"]),
        ),
        case(
            "a fee that is a discount",
            json!({"/fee_lines/-": row("Loyalty", "-2.00", "-0.40"), "/total": "14.40", "/total_tax": "2.40"}),
            Written(&["Loyalty|-2.00|-0.40|T20"]),
        ),
        case(
            "tax rounded at the subtotal",
            json!({"/line_items/-": row("Cup", "0.13", "0.03"), "/total": "16.95", "/total_tax": "2.82"}),
            Written(&["Rounding|0.00|-0.01|T20"]),
        ),
        case(
            "a coupon with parts of the lines",
            json!({"/line_items/0/total": "9.00", "/line_items/0/total_tax": "1.80",
             "/line_items/0/subtotal": "10.00", "/total": "15.60", "/total_tax": "2.60"}),
            Written(&["Mug|9.00|1.80|T20"]),
        ),
        case(
            "a line without tax",
            json!({"/line_items/-": row("Book", "3.00", "0.00"), "/total": "19.80"}),
            Written(&["Book|3.00|0.00|T0"]),
        ),
        case(
            "an unknown tax class",
            json!({"/line_items/0/tax_class": "luxury"}),
            Refused("\"taxCodes\" does not have it"),
        ),
        case(
            "a gift card that a plug-in takes off",
            json!({"/total": "6.80"}),
            Refused("a difference of -10.00"),
        ),
        case(
            "a guest with a note",
            json!({"/billing/email": "", "/customer_note": "Ring twice"}),
            Written(&["Note: Ring twice|0.00|0.00|T0"]),
        ),
        case(
            "dinars of three places that come to two",
            json!({"/currency": "KWD", "/line_items/0/total": "10.004", "/shipping_lines/0/total": "3.996"}),
            Refused("three decimal places"),
        ),
        case("dinars of two places", json!({"/currency": "KWD"}), Written(&["Mug|10.00|2.00|T20"])),
        case("a refunded order", json!({"/status": "refunded"}), Skipped("refunded")),
        case(
            "a status of no order",
            json!({"/status": "wc-cancelled"}),
            Refused("its status is wc-cancelled"),
        ),
        case(
            "a status of a plug-in",
            json!({"/status": "quote"}),
            Refused("its status is quote; expected processing"),
        ),
        case("no status", json!({"/status": null}), Refused("its status is missing")),
        case("an empty status", json!({"/status": ""}), Refused("its status is missing")),
        case("a status in capitals", json!({"/status": "Cancelled"}), Refused("its status is Cancelled")),
        case("an order that is sent", json!({"/status": "shipped"}), Written(&["Mug|10.00|2.00|T20"])),
        case(
            "a subscription",
            json!({"/billing_period": "month", "/status": "active"}),
            Refused("it is a subscription; expected an order"),
        ),
        case(
            "a subscription on hold",
            json!({"/type": "shop_subscription", "/status": "on-hold"}),
            Refused("it is a shop_subscription"),
        ),
        case(
            "a refund",
            json!({"/type": "shop_order_refund", "/status": "completed"}),
            Refused("it is a shop_order_refund"),
        ),
        case(
            "cash on delivery of the class that shops give fees",
            json!({"/fee_lines/-": {"name": "COD", "tax_class": "0", "total": "2.00", "total_tax": "0.00"}, "/total": "18.80"}),
            Written(&["COD|2.00|0.00|T0"]),
        ),
        case(
            "a line of an exempt class",
            json!({"/line_items/0/tax_class": "exempt", "/line_items/0/total_tax": "0.00", "/total": "14.80", "/total_tax": "0.80"}),
            Written(&["Mug|10.00|0.00|T0"]),
        ),
        case(
            "a gift card that pays",
            json!({"/gift_cards": [{"id": 1, "code": "X", "amount": 5}], "/total": "11.80"}),
            Written(&["Mug|10.00|2.00|T20"]),
        ),
        case(
            "store credit that pays",
            json!({"/coupon_lines": [{"code": "credit", "discount": "5.00", "discount_tax": "0.00", "discount_type": "smart_coupon"}],
             "/total": "11.80"}),
            Written(&["Mug|10.00|2.00|T20"]),
        ),
        case(
            "store credit that an older shop tells",
            json!({"/coupon_lines": [{"code": "credit", "discount": "5.00", "meta_data": [
                {"key": "coupon_data", "value": {"discount_type": "smart_coupon"}}]}], "/total": "11.80"}),
            Written(&["Mug|10.00|2.00|T20"]),
        ),
        case(
            "store credit that the lines have",
            json!({"/coupon_lines": [{"code": "credit", "discount": "5.00", "discount_tax": "1.00", "discount_type": "smart_coupon"}],
             "/line_items/0/total": "5.00", "/line_items/0/total_tax": "1.00", "/total": "10.80", "/total_tax": "1.80"}),
            Written(&["Mug|5.00|1.00|T20"]),
        ),
        case(
            "a coupon that explains nothing",
            json!({"/coupon_lines": [{"code": "five", "discount": "5.00", "discount_type": "fixed_cart"}], "/total": "11.80"}),
            Refused("a difference of -5.00"),
        ),
        case(
            "shipping alone",
            json!({"/line_items": [], "/total": "4.80", "/total_tax": "0.80"}),
            Written(&["Shipping: Post|4.00|0.80|T20"]),
        ),
        case(
            "a fee alone",
            json!({"/line_items": null, "/shipping_lines": null, "/fee_lines": [row("Repair", "10.00", "2.00")],
             "/total": "12.00", "/total_tax": "2.00"}),
            Written(&["Repair|10.00|2.00|T20"]),
        ),
        case(
            "nothing at all",
            json!({"/line_items": [], "/shipping_lines": [], "/total": "0.00", "/total_tax": "0.00"}),
            Refused("it has no lines, shipping or fees"),
        ),
        case(
            "thirty lines and tax rounded at the subtotal",
            json!({"/line_items": vec![row("Cup", "9.99", "2.00"); 30], "/total": "364.44", "/total_tax": "60.74"}),
            Written(&["Rounding|0.00|-0.06|T20"]),
        ),
        case(
            "thirty lines and more than their rounding",
            json!({"/line_items": vec![row("Cup", "9.99", "2.00"); 30], "/total": "364.33", "/total_tax": "60.63"}),
            Refused("at most 0.155"),
        ),
        case("an order that is not paid", json!({"/status": "pending"}), Skipped("not paid")),
    ];
    Shop { document: "woocommerce-order", plain, stated, parts, rounds: 15, cases }
}

pub(super) fn bigcommerce() -> Shop {
    fn parts(order: &Value) -> i64 {
        let costs = ["shipping", "handling", "wrapping"].map(|kind| {
            amount(&order[format!("{kind}_cost_ex_tax")]) + amount(&order[format!("{kind}_cost_tax")])
        });
        sum(&order["products"], |row| amount(&row["total_ex_tax"]) + amount(&row["total_tax"]))
            + costs.iter().sum::<i64>()
            + sum(&order["fees"], |fee| amount(&fee["cost_inc_tax"]))
            - amount(&order["discount_amount"])
            - amount(&order["coupon_discount"])
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        (amount(&order["total_inc_tax"]), Some(amount(&order["total_tax"])))
    }
    let plain = json!({
        "id": 1, "status_id": 11, "date_created": "Mon, 04 May 2026 10:00:00 +0000", "default_currency_code": "GBP",
        "total_ex_tax": "24.0000", "total_tax": "4.8000", "total_inc_tax": "28.8000", "discount_amount": "0.0000",
        "coupon_discount": "0.0000", "shipping_cost_ex_tax": "4.0000", "shipping_cost_tax": "0.8000",
        "billing_address": {"email": "pat@example.com"},
        "products": [{"id": 1, "order_id": 1, "name": "Mug", "sku": "", "quantity": 2, "total_ex_tax": "20.0000", "total_tax": "4.0000"}]
    });
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|20.00|4.00|T20", "Shipping|4.00|0.80|T20"])),
        case(
            "a coupon on the whole order",
            json!({"/coupon_discount": "2.4000", "/total_ex_tax": "22.0000", "/total_tax": "4.4000",
             "/total_inc_tax": "26.4000"}),
            Written(&["Mug|18.00|3.60|T20"]),
        ),
        case(
            "wrapping",
            json!({"/wrapping_cost_ex_tax": "1.0000", "/wrapping_cost_tax": "0.2000", "/total_ex_tax": "25.0000",
             "/total_tax": "5.0000", "/total_inc_tax": "30.0000"}),
            Written(&["Wrapping|1.00|0.20|T20"]),
        ),
        case(
            "a fee",
            json!({"/fees": [{"name": "Assembly", "cost_ex_tax": "2.5", "cost_inc_tax": "3"}], "/total_ex_tax": "26.5000",
             "/total_tax": "5.3000", "/total_inc_tax": "31.8000"}),
            Written(&["Assembly|2.50|0.50|T20"]),
        ),
        case("a gift certificate that pays", json!({"/gift_certificate_amount": "10.0000"}), Written(&[])),
        case(
            "a total that nothing explains",
            json!({"/total_ex_tax": "29.0000", "/total_inc_tax": "33.8000"}),
            Refused("another total"),
        ),
        case(
            "an order without its products",
            json!({"/products": {"resource": "/orders/1/products"}}),
            Refused("does not have its products"),
        ),
        case(
            "dinars of three places",
            json!({"/default_currency_code": "KWD", "/products/0/total_ex_tax": "20.0040"}),
            Refused("three decimal places"),
        ),
        case("an incomplete order", json!({"/status_id": 0}), Skipped("not paid")),
        case(
            "fees that were not asked for, of which there are none",
            json!({"/fees": {"url": "https://example.com/v2/orders/1/fees", "resource": "/orders/1/fees"}}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "fees that were not asked for",
            json!({"/fees": {"resource": "/orders/1/fees"}, "/total_ex_tax": "26.5000", "/total_tax": "5.3000",
             "/total_inc_tax": "31.8000"}),
            Refused("expected those that include=fees brings"),
        ),
        case(
            "free shipping beside a coupon of a product",
            json!({"/coupon_discount": "7.2000", "/total_ex_tax": "18.0000", "/total_tax": "3.6000", "/total_inc_tax": "21.6000",
             "/products/0/applied_discounts": [{"id": "coupon", "amount": 2.4}]}),
            Written(&["Mug|18.00|3.60|T20"]),
        ),
        case(
            "an order that is not deleted",
            json!({"/is_deleted": "false"}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case("an order that is deleted", json!({"/is_deleted": "true"}), Skipped("was deleted")),
        case(
            "shipping in dinars of three places",
            json!({"/default_currency_code": "kwd", "/shipping_cost_ex_tax": "4.0040", "/total_inc_tax": "28.8040"}),
            Refused("three decimal places"),
        ),
        case(
            "a discount in dinars of three places",
            json!({"/default_currency_code": "KWD", "/discount_amount": "0.0040", "/total_ex_tax": "23.9960",
             "/total_inc_tax": "28.7960"}),
            Refused("three decimal places"),
        ),
    ];
    Shop { document: "bigcommerce-order", plain, stated, parts, rounds: 5, cases }
}

pub(super) fn magento() -> Shop {
    fn parts(order: &Value) -> i64 {
        let whole = |row: &Value| {
            amount(&row["row_total"]) - amount(&row["discount_amount"])
                + amount(&row["discount_tax_compensation_amount"])
                + amount(&row["tax_amount"])
        };
        // Variants have no price of their own.
        sum(&order["items"], whole)
            + amount(&order["shipping_amount"])
            + amount(&order["shipping_tax_amount"])
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        (
            amount(&order["grand_total"]) + amount(&order["customer_balance_amount"]),
            Some(amount(&order["tax_amount"])),
        )
    }
    let item = |id: i64, kind: &str| {
        json!({"item_id": id, "product_type": kind, "name": "Shirt", "sku": "", "qty_ordered": 2, "row_total": 20, "tax_amount": 4,
               "tax_percent": 20, "discount_amount": 0})
    };
    let plain = json!({
        "increment_id": "000000001", "state": "processing", "created_at": "2026-05-04 10:00:00", "order_currency_code": "GBP",
        "grand_total": 28.8, "tax_amount": 4.8, "shipping_amount": 4, "shipping_tax_amount": 0.8, "shipping_description": "Post",
        "customer_email": "pat@example.com", "items": [item(1, "simple")]
    });
    let variant = json!({"item_id": 2, "parent_item_id": 1, "product_type": "simple", "name": "Shirt M", "sku": "", "qty_ordered": 2,
                         "row_total": 0, "tax_amount": 0});
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Shirt|20.00|4.00|T20", "Shipping: Post|4.00|0.80|T20"])),
        case(
            "a configurable product",
            json!({"/items/0": item(1, "configurable"), "/items/-": variant}),
            Written(&["Shirt|20.00|4.00|T20"]),
        ),
        case(
            "a discount of prices with tax",
            json!({"/items/0/discount_amount": 6, "/items/0/discount_tax_compensation_amount": 1,
             "/items/0/tax_amount": 3, "/grand_total": 22.8, "/tax_amount": 3.8}),
            Written(&["Shirt|15.00|3.00|T20"]),
        ),
        case(
            "store credit that pays",
            json!({"/customer_balance_amount": 10, "/grand_total": 18.8}),
            Written(&["Shirt|20.00|4.00|T20"]),
        ),
        case(
            "another base currency",
            json!({"/base_currency_code": "EUR", "/base_grand_total": 33.7}),
            Written(&["In EUR: 33.7|0.00|0.00|T0"]),
        ),
        case(
            "pieces that were cancelled",
            json!({"/items/0/qty_canceled": 1}),
            Refused("pieces of it were cancelled"),
        ),
        case("a gift wrap of an extension", json!({"/grand_total": 31.8}), Refused("a difference of 3.0")),
        case(
            "dinars of three places",
            json!({"/order_currency_code": "KWD", "/items/0/row_total": 20.004}),
            Refused("three decimal places"),
        ),
        case(
            "shipping in dinars of three places",
            json!({"/order_currency_code": "kwd", "/shipping_amount": 4.004, "/grand_total": 28.804}),
            Refused("three decimal places"),
        ),
        case(
            "a tax that is not that of its rate",
            json!({"/items/0/tax_amount": 1, "/tax_amount": 1.8, "/grand_total": 25.8}),
            Refused("its tax_percent is 20; expected the tax of that rate"),
        ),
        case(
            "a fixed product tax that is taxed",
            json!({"/items/0/tax_amount": 4.4, "/items/0/weee_tax_applied_row_amount": 2, "/tax_amount": 5.2, "/grand_total": 31.2}),
            Refused("expected the tax of that rate"),
        ),
        case(
            "a tax of what it costs before its discount",
            json!({"/items/0/discount_amount": 5, "/grand_total": 23.8}),
            Written(&["Shirt|15.00|4.00|T20"]),
        ),
        case("an order on credit memo", json!({"/state": "closed"}), Skipped("refunded")),
    ];
    Shop { document: "magento-order", plain, stated, parts, rounds: 5, cases }
}

pub(super) fn flat_file() -> Shop {
    fn parts(order: &Value) -> i64 {
        sum(&order["rows"], |row| {
            let pieces: i64 =
                row["Quantity"].as_str().and_then(|pieces| pieces.parse().ok()).expect("pieces");
            amount(&row["Unit Price"]) * pieces + amount(&row["Line Tax"])
        })
    }
    fn stated(order: &Value) -> (i64, Option<i64>) {
        (amount(&order["rows"][0]["Order Total"]), None)
    }
    let plain = json!({"rows": [{"Order Number": "K-1", "Order Date": "01/03/2026", "Email": "pat@example.com", "SKU": "", "Description": "Mug",
                                 "Quantity": "2", "Unit Price": "10.00", "Line Tax": "4.00", "VAT Rate": "20", "Order Total": "24.00"}]});
    let cases = vec![
        case("nothing odd", json!({}), Written(&["Mug|20.00|4.00|T20"])),
        case("a comma for decimals", json!({"/rows/0/Unit Price": "10,00"}), Refused("three digits")),
        case("another total", json!({"/rows/0/Order Total": "25.00"}), Refused("a difference of 1.00")),
        case("an unknown rate", json!({"/rows/0/VAT Rate": "19"}), Refused("does not have it")),
        case(
            "neither a rate nor a tax",
            json!({"/rows/0/VAT Rate": " ", "/rows/0/Line Tax": ""}),
            Refused("Mug has neither a VAT Rate nor a Line Tax; expected its rate, such as 20 or 0"),
        ),
        case(
            "a tax of no rate",
            json!({"/rows/0/VAT Rate": ""}),
            Refused("a Line Tax of 4.00 and no VAT Rate"),
        ),
        case(
            "no tax of no rate",
            json!({"/rows/0/VAT Rate": "", "/rows/0/Line Tax": "0.00", "/rows/0/Order Total": "20.00"}),
            Written(&["Mug|20.00|0.00|T0"]),
        ),
        case(
            "one total and one date, written twice",
            json!({"/rows/-": {"Order Total": "24", "Order Date": "1/3/2026", "Description": "Gift", "Quantity": "0", "Unit Price": "0"}}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "two totals",
            json!({"/rows/-": {"Order Total": "25", "Description": "Gift", "Quantity": "0", "Unit Price": "0"}}),
            Refused("its lines do not agree on the Order Total"),
        ),
        case(
            "two dates",
            json!({"/rows/-": {"Order Date": "10/3/2026", "Description": "Gift", "Quantity": "0", "Unit Price": "0"}}),
            Refused("its lines do not agree on the Order Date"),
        ),
        case(
            "a country that the table lacks",
            json!({"/rows/0/Country": "Utopia"}),
            Refused("\"countries\" does not have it"),
        ),
        case(
            "dinars of three places",
            json!({"/rows/0/Currency": "KWD", "/rows/0/Unit Price": "10.002", "/rows/0/Order Total": "24.00"}),
            Refused("2 times 10.002 has three decimal places, and Brightpearl has two"),
        ),
        case(
            "a currency that only a later line has",
            json!({"/rows/0/Currency": "", "/rows/-": {"Currency": "USD", "Description": "Gift", "Quantity": "0", "Unit Price": "0.00"}}),
            Written(&["Mug|20.00|4.00|T20"]),
        ),
        case(
            "lines of two countries",
            json!({"/rows/0/Country": "gb", "/rows/-": {"Country": "us", "Description": "Gift", "Quantity": "0", "Unit Price": "0.00"}}),
            Refused("its lines do not agree on the Country"),
        ),
    ];
    Shop { document: "csv-order", plain, stated, parts, rounds: 0, cases }
}
