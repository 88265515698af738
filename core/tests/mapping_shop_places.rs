//! Amounts in the places that shops round to: yen have no cents, and neither have crowns where a shop writes none. What
//! a shop states is worked out here in its own units, by its own rounding.

use brightpearl_core::mapping::{Mapping, ready};
use serde_json::{Value, json};

use crate::ready_record::rows;
use crate::shop_draw::{Draw, ORDERS, divided, money, total, written};

/// A ready document with other entries in its tables.
fn set(name: &str, tables: &Value) -> Mapping {
    let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
    let mut document: Value = serde_json::from_str(document).expect("JSON");
    for (table, entries) in tables.as_object().expect("tables") {
        for (key, value) in entries.as_object().expect("entries") {
            document["lookups"][table][key] = value.clone();
        }
    }
    Mapping::compile(&document.to_string()).expect("a right document")
}

fn made(name: &str, tables: &Value, order: &Value) -> Vec<String> {
    let body = written(&set(name, tables), order);
    rows(&body.unwrap_or_else(|reason| panic!("{name}: {reason}\n{order}")))
}

fn reason(name: &str, tables: &Value, order: &Value) -> String {
    written(&set(name, tables), order).expect_err("refused")
}

/// An order of WooCommerce with a line and shipping, as texts.
fn woocommerce(
    currency: &str,
    [total, tax]: [&str; 2],
    line: [&str; 2],
    shipping: Option<[&str; 2]>,
) -> Value {
    let row = |[total, tax]: [&str; 2]| json!({"id": 1, "name": "Mug", "quantity": 1, "tax_class": "", "total": total, "total_tax": tax});
    json!({"id": 1, "number": "1", "status": "processing", "currency": currency, "date_created_gmt": "2026-05-04T10:00:00",
           "total": total, "total_tax": tax, "line_items": [row(line)],
           "shipping_lines": shipping.map(row).into_iter().collect::<Vec<_>>()})
}

fn bigcommerce(currency: &str, net: &str, tax: &str, whole: &str) -> Value {
    json!({"id": 9, "status_id": 11, "date_created": "Mon, 04 May 2026 10:00:00 +0000", "default_currency_code": currency,
           "total_ex_tax": net, "total_tax": tax, "total_inc_tax": whole,
           "products": [{"id": 1, "name": "Mug", "sku": "", "quantity": 1, "total_ex_tax": net, "total_tax": tax}]})
}

fn magento(
    currency: &str,
    percent: &Value,
    item: [Value; 2],
    shipping: [Value; 2],
    [total, tax]: [Value; 2],
) -> Value {
    let ([net, of_net], [post, of_post]) = (item, shipping);
    json!({"increment_id": "9", "state": "processing", "created_at": "2026-05-04 10:00:00", "order_currency_code": currency,
           "grand_total": total, "tax_amount": tax, "shipping_amount": post, "shipping_tax_amount": of_post,
           "items": [{"item_id": 1, "product_type": "simple", "name": "Mug", "sku": "", "qty_ordered": 1, "row_total": net,
                      "tax_amount": of_net, "tax_percent": percent}]})
}

fn amazon(price: &str, tax: Option<&str>) -> Value {
    let amount = |amount: &str| json!({"CurrencyCode": "JPY", "Amount": amount});
    json!({"AmazonOrderId": "702-1", "PurchaseDate": "2026-05-04T10:00:00Z", "OrderStatus": "Unshipped", "FulfillmentChannel": "MFN",
           "SalesChannel": "Amazon.co.jp", "OrderTotal": amount(price),
           "OrderItems": [{"SellerSKU": "", "OrderItemId": "1", "Title": "Mug", "QuantityOrdered": 1,
                           "ItemPrice": amount(price), "ItemTax": tax.map(amount)}]})
}

fn amazon_2026(price: &str, tax: Option<&str>) -> Value {
    let amount = |amount: &str| json!({"currencyCode": "JPY", "amount": amount});
    let part = |kind: &str, of: &str| json!({"type": kind, "subtotal": amount(of)});
    let parts: Vec<Value> =
        [Some(part("ITEM", price)), tax.map(|tax| part("TAX", tax))].into_iter().flatten().collect();
    json!({"orderId": "702-1", "createdTime": "2026-05-04T10:00:00Z", "salesChannel": {"marketplaceName": "Amazon.co.jp"},
           "proceeds": {"grandTotal": amount(price)}, "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
           "orderItems": [{"orderItemId": "1", "quantityOrdered": 1, "product": {"title": "Mug"},
                           "proceeds": {"proceedsTotal": amount(price), "breakdowns": parts}}]})
}

#[test]
fn a_rate_that_woocommerce_states_counts_where_rounding_to_crowns_hides_it() {
    let taxed = |percent: Value| {
        let mut order = woocommerce("SEK", ["22", "2"], ["10", "1"], Some(["10", "1"]));
        order["tax_lines"] = json!([{"rate_id": 4, "compound": false, "rate_percent": percent}]);
        for lines in ["line_items", "shipping_lines"] {
            order[lines][0]["taxes"] = json!([{"id": 4, "total": "1"}]);
        }
        order["line_items"][0]["tax_class"] = "reduced-rate".into();
        order
    };
    for percent in [json!(5), json!("5.0000"), Value::Null] {
        let rows = made("woocommerce-order", &json!({}), &taxed(percent));
        assert_eq!(rows, ["Mug|10.00|1.00|T5", "Shipping|10.00|1.00|T5"]);
    }
    let told = reason("woocommerce-order", &json!({}), &taxed(json!(10)));
    assert!(
        told.contains("is taxed with 1 on 10, and the tax_lines of the order state another rate"),
        "{told}"
    );
    let mut shipping = taxed(json!(10));
    shipping["line_items"][0]["taxes"] = json!([]);
    let told = reason("woocommerce-order", &json!({}), &shipping);
    assert!(told.contains("Shipping is taxed with 1 on 10, and the tax_lines"), "{told}");
    let refund = |percent: u32| {
        json!({"order": {"id": 1, "currency": "SEK", "tax_lines": [{"rate_id": 4, "rate_percent": percent}]},
            "refund": {"id": 5, "amount": "11", "date_created_gmt": "2026-05-04T10:00:00", "line_items": [
                {"id": 1, "name": "Mug", "quantity": -1, "total": "-10", "total_tax": "-1", "tax_class": "reduced-rate",
                 "taxes": [{"id": 4, "total": "-1"}]}]}})
    };
    assert_eq!(made("woocommerce-refund", &json!({}), &refund(5)), ["Mug|10.00|1.00|T5"]);
    assert!(reason("woocommerce-refund", &json!({}), &refund(10)).contains("state another rate"));
}

#[test]
fn whole_crowns_are_taxed_by_their_rate() {
    let quarter = json!({"rates": {"T20": 0.25, "all": "0.05 0.25"}, "taxCodes": {"0.25": "T20"}});
    let order = woocommerce("SEK", ["428", "86"], ["279", "70"], Some(["63", "16"]));
    assert_eq!(
        made("woocommerce-order", &quarter, &order),
        ["Mug|279.00|70.00|T20", "Shipping|63.00|16.00|T20"]
    );
    // Rounded at the subtotal, by a crown.
    let mut order = woocommerce("HUF", ["199", "39"], ["80", "20"], None);
    let line = order["line_items"][0].clone();
    order["line_items"].as_array_mut().expect("lines").push(line);
    assert_eq!(made("woocommerce-order", &quarter, &order)[2], "Rounding|0.00|-1.00|T20");
    order["total"] = "197".into();
    order["total_tax"] = "37".into();
    assert!(reason("woocommerce-order", &quarter, &order).contains("at most 1.00"));
    // A shop that writes cents rounds to cents.
    let order = woocommerce("SEK", ["349.00", "70.00"], ["279.00", "70.00"], None);
    assert!(reason("woocommerce-order", &quarter, &order).contains("is taxed with 70.00 on 279.00"));
    let order = woocommerce("SEK", ["11", "1"], ["10", "1"], None);
    assert!(reason("woocommerce-order", &quarter, &order).contains("is taxed with 1 on 10"));
    let refund = json!({"order": {"id": 1, "currency": "SEK"}, "refund": {"id": 5, "amount": "349", "date_created_gmt": "2026-05-04T10:00:00",
        "line_items": [{"id": 1, "name": "Mug", "quantity": -1, "total": "-279", "total_tax": "-70", "tax_class": ""}]}});
    assert_eq!(made("woocommerce-refund", &quarter, &refund), ["Mug|279.00|70.00|T20"]);

    let order = bigcommerce("SEK", "279.0000", "70.0000", "349.0000");
    assert_eq!(made("bigcommerce-order", &quarter, &order), ["Mug|279.00|70.00|T20"]);
    for order in [
        bigcommerce("GBP", "279.0000", "70.0000", "349.0000"),
        bigcommerce("SEK", "279.0000", "70.5000", "349.5000"),
    ] {
        assert!(reason("bigcommerce-order", &quarter, &order).contains("expected one of the rates"));
    }

    let percents = json!({"taxCodes": {"25": "T25"}});
    let [net, tax, post, of_post, total] = [1001, 250, 51, 13, 1315].map(Value::from);
    let order = magento("SEK", &json!(25), [net, tax], [post, of_post], [total, json!(263)]);
    assert_eq!(
        made("magento-order", &percents, &order),
        ["Mug|1001.00|250.00|T25", "Shipping|51.00|13.00|T25"]
    );

    let line = |price: &str, tax: &str, currency: &str| {
        json!({"rows": [{"Order Number": "K-1", "Order Date": "1/3/2026", "Email": "pat@example.com",
        "Description": "Mug", "Quantity": "1", "Unit Price": price, "Line Tax": tax, "VAT Rate": "20", "Currency": currency}]})
    };
    let quarter = json!({"rates": {"20": 0.25}});
    assert_eq!(made("csv-order", &quarter, &line("279", "70", "SEK")), ["Mug|279.00|70.00|T20"]);
    for (price, tax, currency) in [("279.00", "70.00", "SEK"), ("279", "70", "GBP")] {
        assert!(
            reason("csv-order", &quarter, &line(price, tax, currency)).contains("is not that of VAT Rate 20")
        );
    }
}

#[test]
fn yen_have_no_cents() {
    let tenth = json!({"rates": {"all": "0.1 0.2"}, "taxCodes": {"0.1": "T5"}});
    for (tax, whole) in [("101.0000", "1106.0000"), ("100.0000", "1105.0000")] {
        let order = bigcommerce("JPY", "1005.0000", tax, whole);
        assert_eq!(made("bigcommerce-order", &tenth, &order), [format!("Mug|1005.00|{}.00|T5", &tax[..3])]);
    }
    assert_eq!(
        made("bigcommerce-order", &tenth, &bigcommerce("JPY", "909.0909", "90.9091", "1000.0000")),
        ["Mug|909.00|91.00|T5"]
    );
    let standard = json!({"rates": {"T20": 0.1}});
    let order = woocommerce("JPY", ["1000", "91"], ["909.0909", "90.9091"], None);
    assert_eq!(made("woocommerce-order", &standard, &order), ["Mug|909.00|91.00|T20"]);
    let percents = json!({"taxCodes": {"10": "T10"}});
    let [net, tax, post, of_post, total] = [1000, 100, 505, 51, 1656].map(Value::from);
    let order = magento("JPY", &json!("10.0000"), [net, tax], [post, of_post], [total, json!(151)]);
    assert_eq!(
        made("magento-order", &percents, &order),
        ["Mug|1000.00|100.00|T10", "Shipping|505.00|51.00|T10"]
    );
    // Contained, rounded down by Amazon, or divided here.
    let japan =
        json!({"rates": {"all": "0.1 0.2"}, "taxCodes": {"0.1": "T5"}, "divisors": {"Amazon.co.jp": 1.1}});
    for (tax, expected) in [(Some("543"), "Mug|5437.00|543.00|T5"), (None, "Mug|5436.00|544.00|T5")] {
        assert_eq!(made("amazon-order", &japan, &amazon("5980", tax)), [expected]);
        assert_eq!(made("amazon-2026-order", &japan, &amazon_2026("5980", tax)), [expected]);
    }
    let line = json!({"rows": [{"Order Number": "K-1", "Order Date": "1/3/2026", "Email": "pat@example.com", "Description": "Mug",
        "Quantity": "1", "Unit Price": "99", "VAT Rate": "5", "Currency": "JPY"}]});
    assert_eq!(made("csv-order", &json!({}), &line), ["Mug|99.00|5.00|T5"]);
}

#[test]
fn shipping_has_the_code_of_the_accounts_own_tables() {
    let german = json!({"taxCodes": {"standard": "DE19", "reduced-rate": "DE7"}, "rates": {"DE19": 0.19, "DE7": 0.07}});
    for (net, tax, code) in [
        ("2.00", "0.38", "DE19"),
        ("4.90", "0.93", "DE19"),
        ("0.50", "0.10", "DE19"),
        ("1.00", "0.07", "DE7"),
        ("4.90", "0.34", "DE7"),
    ] {
        let cents = |text: &str| text.replace('.', "").parse::<i64>().expect("cents");
        let totals = [money(1190 + cents(net) + cents(tax)), money(190 + cents(tax))];
        let order = woocommerce("EUR", [&totals[0], &totals[1]], ["10.00", "1.90"], Some([net, tax]));
        assert_eq!(made("woocommerce-order", &german, &order)[1], format!("Shipping|{net}|{tax}|{code}"));
        let (given, of_given) = (format!("-{net}"), format!("-{tax}"));
        let refund = json!({"order": {"id": 1, "currency": "EUR"}, "refund": {"id": 5, "amount": money(cents(net) + cents(tax)),
            "date_created_gmt": "2026-05-04T10:00:00", "shipping_lines": [{"id": 1, "total": given, "total_tax": of_given}]}});
        assert_eq!(
            made("woocommerce-refund", &german, &refund),
            [format!("Shipping: given back|{net}|{tax}|{code}")]
        );
    }
    // What is left by rounding has the code of the standard class.
    let order = woocommerce("EUR", ["11.91", "1.91"], ["10.00", "1.90"], None);
    assert_eq!(made("woocommerce-order", &german, &order)[1], "Rounding|0.00|0.01|DE19");
    let order = woocommerce("EUR", ["17.40", "3.00"], ["10.00", "1.90"], Some(["4.40", "1.10"]));
    assert!(reason("woocommerce-order", &german, &order).contains("tax class standard or reduced-rate"));

    let percents = json!({"taxCodes": {"19": "DE19", "7.00": "DE7"}});
    let number = |cents: i64| serde_json::from_str::<Value>(&money(cents)).expect("a number");
    let order = |percent: i64, tax: i64| {
        let shipping = [number(200), number(38)];
        magento(
            "EUR",
            &json!(percent),
            [number(1000), number(tax)],
            shipping,
            [number(1238 + tax), number(tax + 38)],
        )
    };
    assert_eq!(made("magento-order", &percents, &order(19, 190))[1], "Shipping|2.00|0.38|DE19");
    let mut reduced = order(7, 70);
    reduced["extension_attributes"] = json!({"applied_taxes": [{"percent": 7}, {"percent": 19}]});
    assert_eq!(made("magento-order", &percents, &reduced), ["Mug|10.00|0.70|DE7", "Shipping|2.00|0.38|DE19"]);
}

#[test]
fn a_rate_may_have_three_places() {
    for key in ["8.875", "8.8750"] {
        for percent in [json!(8.875), json!("8.8750")] {
            let [net, tax, total] = [json!(100), json!(8.88), json!(108.88)];
            let order = magento("USD", &percent, [net, tax.clone()], [json!(0), json!(0)], [total, tax]);
            assert_eq!(
                made("magento-order", &json!({"taxCodes": {key: "NY"}}), &order),
                ["Mug|100.00|8.88|NY"]
            );
        }
    }
}

#[test]
fn random_orders_of_whole_crowns_and_yen_come_to_what_is_stated() {
    let woo = set("woocommerce-order", &json!({"rates": {"T20": 0.25}}));
    let big = set("bigcommerce-order", &json!({"rates": {"all": "0.05 0.25"}, "taxCodes": {"0.25": "T20"}}));
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let currency = ["SEK", "HUF", "JPY"][draw.below(3) as usize];
        let contains = draw.one_in(2);
        let rows: Vec<(i64, i64)> = (0..=draw.below(6))
            .map(|_| {
                let price = 20 + draw.below(3_000);
                // With the tax in it, or without.
                let tax = if contains { divided(price, 5) } else { divided(price, 4) };
                (if contains { price - tax } else { price }, tax)
            })
            .collect();
        let (net, tax): (i64, i64) = (rows.iter().map(|row| row.0).sum(), rows.iter().map(|row| row.1).sum());
        let whole = |amount: i64| Value::from(amount.to_string());
        let order = json!({
            "id": number, "number": "1", "status": "processing", "currency": currency, "date_created_gmt": "2026-05-04T10:00:00",
            "total": whole(net + tax), "total_tax": whole(tax),
            "line_items": rows.iter().map(|row| json!({"id": 1, "name": "Mug", "quantity": 2, "total": whole(row.0), "total_tax": whole(row.1)})).collect::<Vec<_>>()});
        let four = |amount: i64| Value::from(format!("{amount}.0000"));
        let other = json!({
            "id": number, "status_id": 11, "date_created": "Mon, 04 May 2026 10:00:00 +0000", "default_currency_code": currency,
            "total_ex_tax": four(net), "total_tax": four(tax), "total_inc_tax": four(net + tax),
            "products": rows.iter().map(|row| json!({"id": 1, "name": "Mug", "quantity": 2, "total_ex_tax": four(row.0), "total_tax": four(row.1)})).collect::<Vec<_>>()});
        for (mapping, order) in [(&woo, order), (&big, other)] {
            let body = written(mapping, &order).unwrap_or_else(|reason| panic!("{reason}\n{order}"));
            assert_eq!(total(&body["rows"], &["net"]), 100 * net, "{order}\n{body}");
            assert_eq!(total(&body["rows"], &["tax"]), 100 * tax, "{order}\n{body}");
            let codes = body["rows"].as_array().expect("rows").iter().map(|row| row["taxCode"].as_str());
            assert!(codes.eq(rows.iter().map(|_| Some("T20"))), "{order}\n{body}");
        }
    }
}
