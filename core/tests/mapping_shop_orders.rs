//! Random orders of shops, whose own arithmetic is done here in whole cents: what is written comes to what the shop
//! states, or the order is refused. None comes out otherwise.

use serde_json::{Value, json};

use crate::shop_draw::{Draw, ORDERS, cents, compiled, divided, money, total, written};
use crate::shopify_draw::hold;

#[test]
fn orders_of_shopify_come_to_what_it_states_or_are_refused() {
    hold("shopify-order", |order| order);
}

#[test]
fn orders_of_woocommerce_come_to_what_it_states_wherever_it_rounds() {
    let mapping = compiled("woocommerce-order");
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let rounds_at_the_end = draw.one_in(2);
        let most = if draw.one_in(4) { 60 } else { 7 };
        let nets: Vec<i64> = (0..=draw.below(most)).map(|_| draw.below(20_000)).collect();
        let each: Vec<i64> = nets.iter().map(|net| divided(net * 20, 100)).collect();
        let tax =
            if rounds_at_the_end { divided(nets.iter().sum::<i64>() * 20, 100) } else { each.iter().sum() };
        let stated = nets.iter().sum::<i64>() + tax;
        let row = |(net, tax): (&i64, &i64)| json!({"total": money(*net), "total_tax": money(*tax)});
        let mut rows: Vec<Value> = nets.iter().zip(&each).map(row).collect();
        let shipping = if rows.len() > 1 { rows.pop() } else { None };
        let fee = if rows.len() > 1 && draw.one_in(3) { rows.pop() } else { None };
        for (place, row) in rows.iter_mut().enumerate() {
            row["id"] = place.into();
            row["name"] = "Article".into();
            row["quantity"] = (1 + draw.below(5)).into();
        }
        let named = |row: Option<Value>, member: &str| {
            row.map(|mut row| {
                row[member] = "Other".into();
                row
            })
        };
        let order = json!({
            "id": number, "number": "1", "status": "processing", "currency": "GBP", "total": money(stated),
            "total_tax": money(tax), "date_created_gmt": "2026-01-31T10:00:00", "billing": {"email": "a@example.com"},
            "line_items": rows,
            "shipping_lines": Vec::from_iter(named(shipping, "method_title")),
            "fee_lines": Vec::from_iter(named(fee, "name"))
        });
        let body = written(&mapping, &order).unwrap_or_else(|reason| panic!("{reason}\n{order}"));
        assert_eq!(total(&body["rows"], &["net", "tax"]), stated, "{order}\n{body}");
        assert_eq!(total(&body["rows"], &["tax"]), tax, "{order}\n{body}");
    }
}

#[test]
fn orders_for_shopify_come_to_the_total_of_brightpearl() {
    let mapping = compiled("order-to-shopify");
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let mut rows = serde_json::Map::new();
        let (mut sum, mut taxes) = (0, 0);
        for place in 0..=draw.below(30) {
            let sign = if place > 0 && draw.one_in(6) { -1 } else { 1 };
            // Nets of four places, as Brightpearl has them.
            let net = sign * draw.below(5_000_000) * if draw.one_in(2) { 100 } else { 1 };
            let tax = divided(net.abs() * [0, 5, 20][draw.below(3) as usize], 100) * net.signum();
            (sum, taxes) = (sum + net, taxes + tax);
            let value = json!({"rowNet": {"value": four_places(net)}, "rowTax": {"value": four_places(tax)}, "taxRate": "0.0000"});
            let row = json!({"productName": "Article", "quantity": {"magnitude": format!("{}.0000", 1 + draw.below(30))},
                             "rowValue": value});
            rows.insert(place.to_string(), row);
        }
        if sum < 0 || taxes < 0 {
            continue;
        }
        let (stated, tax) = (divided(sum, 100), divided(taxes, 100));
        let order = json!({
            "id": number, "orderTypeCode": "SO", "placedOn": "2026-01-31T10:00:00Z", "orderPaymentStatus": "PAID",
            "currency": {"orderCurrencyCode": "GBP"}, "orderRows": rows,
            "totalValue": {"net": money(stated), "taxAmount": money(tax)}
        });
        let body = written(&mapping, &order).unwrap_or_else(|reason| panic!("{reason}\n{order}"));
        let lines = body["order"]["line_items"].as_array().expect("lines");
        let goods: i64 =
            lines.iter().map(|line| line["quantity"].as_i64().expect("pieces") * cents(&line["price"])).sum();
        let discount = total(&body["order"]["discount_codes"], &["amount"]);
        assert_eq!(goods - discount, stated, "{order}\n{body}");
        let of_lines: i64 = lines.iter().map(|line| total(&line["tax_lines"], &["price"])).sum();
        assert_eq!((of_lines, cents(&body["order"]["total_tax"])), (tax, tax), "{order}\n{body}");
        assert!(lines.iter().all(|line| cents(&line["price"]) >= 0), "{body}");
    }
}

#[test]
fn what_no_shop_can_state_is_refused() {
    let order = |net: &str, quantity: &str, value: &str| {
        json!({
            "id": 1, "orderTypeCode": "SO", "placedOn": "2026-01-31T10:00:00Z", "orderPaymentStatus": "PAID",
            "currency": {"orderCurrencyCode": "GBP"}, "totalValue": {"net": net, "taxAmount": "0.00"},
            "orderRows": {"1": {"productName": "Mug", "productSku": "MUG", "quantity": {"magnitude": quantity},
                                "rowValue": {"rowNet": {"value": value}, "rowTax": {"value": "0.0000"}, "taxRate": "0.0000"}}}
        })
    };
    for name in ["order-to-shopify", "order-to-woocommerce"] {
        let mapping = compiled(name);
        let refused = |order: &Value| written(&mapping, order).expect_err("an order that is refused");
        assert!(written(&mapping, &order("10.00", "1", "10.0000")).is_ok(), "{name}");
        assert!(refused(&order("-4.00", "1", "-4.0000")).contains("its net total is -4.00"), "{name}");
        assert!(refused(&order("10.00", "0", "10.0000")).contains("a value and a quantity of 0"), "{name}");
        let mut yen = order("333.33", "1", "333.3300");
        yen["currency"]["orderCurrencyCode"] = "JPY".into();
        assert!(written(&mapping, &yen).is_err(), "{name}");
    }
}

fn four_places(units: i64) -> String {
    let size = units.abs();
    format!("{}{}.{:04}", if units < 0 { "-" } else { "" }, size / 10_000, size % 10_000)
}
