//! Random orders of Shopify, as its REST API states them, whose arithmetic is done here in whole cents. All of them are
//! right, and none is refused.

use serde_json::{Value, json};

use crate::shop_draw::{Draw, ORDERS, compiled, divided, money, total, written};

/// An order, and what it comes to.
pub(crate) struct ShopifyOrder {
    pub(crate) json: Value,
    /// The total that the shop states, in the smallest unit of its currency.
    pub(crate) stated: i64,
    /// The tax in it that is the seller's own.
    pub(crate) tax: i64,
    /// Whether nothing of it is left.
    pub(crate) is_gone: bool,
    /// How many cents of what is written its smallest unit is.
    pub(crate) unit: i64,
}

/// A line of an order: what it is charged at and taxed with when all its pieces are there, and how many are left.
struct Line {
    json: Value,
    charged: i64,
    tax: i64,
    quantity: i64,
    left: i64,
}

/// What all lines of an order have in common.
#[derive(Clone, Copy)]
struct Kind {
    is_included: bool,
    /// Whether it is in yen, of which there are no parts.
    is_yen: bool,
    /// Whether the channel remits the taxes.
    is_remitted: bool,
}

impl Kind {
    fn money(self, units: i64) -> String {
        if self.is_yen { units.to_string() } else { money(units) }
    }
}

fn line(draw: &mut Draw, kind: Kind) -> Line {
    let Kind { is_included, is_remitted, .. } = kind;
    let (price, quantity) = (draw.below(9_999), 1 + draw.below(4));
    let gross = price * quantity;
    let discount = if draw.one_in(3) { draw.below(gross + 1) } else { 0 };
    let charged = gross - discount;
    let rates: &[i64] = [&[][..], &[0], &[5], &[20], &[15, 5]][draw.below(5) as usize];
    let taxes = rates.iter().map(|rate| {
        let sum: i64 = rates.iter().sum();
        let tax = if is_included { divided(charged * rate, 100 + sum) } else { divided(charged * rate, 100) };
        (*rate, tax)
    });
    let taxes: Vec<(i64, i64)> = taxes.collect();
    let is_edited = draw.one_in(4);
    let left = if is_edited { draw.below(quantity + 1) } else { quantity };
    let tax_line = |(rate, tax): &(i64, i64)| {
        let rate: Value = serde_json::from_str(&format!("0.{rate:02}")).expect("a number");
        json!({"title": "Tax", "rate": rate, "price": kind.money(*tax), "channel_liable": is_remitted})
    };
    let mut json = json!({
        "id": 1, "name": "Article", "sku": "", "price": kind.money(price), "quantity": quantity,
        "taxable": !taxes.is_empty(), "tax_lines": taxes.iter().map(tax_line).collect::<Vec<_>>(),
        "discount_allocations": if discount > 0 { json!([{"amount": kind.money(discount)}]) } else { json!([]) }
    });
    if is_edited || draw.one_in(2) {
        json["current_quantity"] = left.into();
    }
    Line { json, charged, tax: taxes.iter().map(|(_, tax)| tax).sum(), quantity, left }
}

impl Line {
    /// What the shop states of what is left: all less what it gave back.
    fn current(&self, amount: i64) -> i64 {
        amount - divided(amount * (self.quantity - self.left), self.quantity)
    }
}

/// The order of a number; nothing where a tax is contained and not stated, which is not what this is about.
pub(crate) fn shopify_order(number: u64) -> Option<ShopifyOrder> {
    let mut draw = Draw::of(number);
    let is_included = draw.one_in(2);
    let kind = Kind { is_included, is_yen: draw.one_in(5), is_remitted: draw.one_in(8) };
    let lines: Vec<Line> = (0..=draw.below(4)).map(|_| line(&mut draw, kind)).collect();
    let shipping = draw.below(2_000);
    let is_removed = draw.one_in(5);
    let tip = if draw.one_in(6) { 1 + draw.below(500) } else { 0 };
    let fee = if draw.one_in(6) { 1 + draw.below(500) } else { 0 };
    let mut tax: i64 = lines.iter().map(|line| line.current(line.tax)).sum();
    // Whoever gave pieces back one by one may have rounded their taxes otherwise.
    if draw.one_in(4) && !kind.is_remitted {
        let is_split = |line: &&Line| line.tax > 0 && line.left > 0 && line.left < line.quantity;
        let parts = lines.iter().filter(is_split).count() as i64;
        tax = (tax + draw.below(2 * parts + 1) - parts).max(0);
    }
    let charged: i64 = lines.iter().map(|line| line.current(line.charged)).sum();
    let stated =
        charged + if is_included { 0 } else { tax } + if is_removed { 0 } else { shipping } + tip + fee;
    let mut order = json!({
        "id": number, "name": "#1", "email": "a@example.com", "currency": if kind.is_yen { "JPY" } else { "GBP" },
        "created_at": "2026-01-31T10:00:00Z", "taxes_included": is_included, "total_price": "0.00",
        "current_total_price": kind.money(stated), "current_total_tax": kind.money(tax), "shipping_address": {"country_code": "GB"},
        "line_items": lines.iter().map(|line| line.json.clone()).collect::<Vec<_>>(),
        "shipping_lines": [{"title": "Post", "price": kind.money(shipping), "is_removed": is_removed}],
        "total_tip_received": kind.money(tip)
    });
    if fee > 0 {
        order["current_total_additional_fees_set"] = json!({"shop_money": {"amount": kind.money(fee)}});
    }
    let says_taxes = lines.iter().any(|line| line.json["tax_lines"][0].is_object());
    if is_included && tax == 0 && !says_taxes {
        return None;
    }
    let is_gone = stated == 0 && lines.iter().all(|line| line.left == 0);
    let tax = if kind.is_remitted { 0 } else { tax };
    Some(ShopifyOrder { json: order, stated, tax, is_gone, unit: if kind.is_yen { 100 } else { 1 } })
}

/// Holds what became of random orders against what the shop states.
pub(crate) fn hold(name: &str, shape: fn(Value) -> Value) {
    let mapping = compiled(name);
    let (mut equal, mut gone) = (0, 0);
    for order in (0..).filter_map(shopify_order).take(ORDERS as usize) {
        let ShopifyOrder { json, stated, tax, is_gone, unit } = order;
        let order = shape(json);
        match written(&mapping, &order) {
            Ok(body) => {
                assert!(!is_gone, "{order}");
                assert_eq!(total(&body["rows"], &["net", "tax"]), stated * unit, "{order}\n{body}");
                assert_eq!(total(&body["rows"], &["tax"]), tax * unit, "{order}\n{body}");
                equal += 1;
            }
            Err(reason) => {
                assert!(is_gone && reason.contains("removed or refunded"), "{reason}\n{order}");
                gone += 1;
            }
        }
    }
    assert_eq!(equal + gone, ORDERS);
    assert!(equal > ORDERS / 2, "{equal}");
}
