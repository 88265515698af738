//! Shopify's orders as its GraphQL API states them: they become what the same orders of the REST API become, by the
//! same keys, or are refused.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, compiled, money, total};
use crate::shopify_draw::hold;

const NAME: &str = "shopify-graphql-order";

fn bag(amount: &Value) -> Value {
    let amount = amount.as_str().expect("an amount");
    // GraphQL leaves out zeros at the end, but for one.
    let whole =
        if amount.contains('.') { amount.trim_end_matches('0').trim_end_matches('.') } else { amount };
    let short = if whole.contains('.') { whole.to_owned() } else { format!("{whole}.0") };
    json!({"shopMoney": {"amount": short}, "presentmentMoney": {"amount": amount}})
}

fn each(values: &Value, of: impl Fn(&Value) -> Value) -> Value {
    values.as_array().into_iter().flatten().map(of).collect()
}

fn taxes(of: &Value) -> Value {
    each(
        &of["tax_lines"],
        |tax| json!({"title": "VAT", "rate": tax["rate"], "priceSet": bag(&tax["price"]), "channelLiable": tax["channel_liable"]}),
    )
}

fn discounts(of: &Value) -> Value {
    each(&of["discount_allocations"], |part| json!({"allocatedAmountSet": bag(&part["amount"])}))
}

/// An order of the REST API in the shape of the GraphQL one.
fn graphql(order: &Value) -> Value {
    let line = |line: &Value| {
        let mut made = json!({
            "id": format!("gid://shopify/LineItem/{}", line["id"]), "name": line["name"], "sku": line["sku"],
            "quantity": line["quantity"], "currentQuantity": line["current_quantity"], "taxable": line["taxable"],
            "originalUnitPriceSet": bag(&line["price"]), "taxLines": taxes(line), "discountAllocations": discounts(line)
        });
        let duty = |duty: &Value| {
            let price = json!({"shopMoney": {"amount": duty["shop_money"]["amount"]}});
            json!({"id": duty["id"], "harmonizedSystemCode": duty["harmonized_system_code"], "price": price,
                   "taxLines": taxes(duty)})
        };
        made["duties"] = each(&line["duties"], duty);
        made
    };
    let shipping = |line: &Value| {
        json!({"title": line["title"], "originalPriceSet": bag(&line["price"]), "discountedPriceSet": bag(&line["price"]),
               "isRemoved": line["is_removed"], "taxLines": taxes(line)})
    };
    let mut made = json!({
        "id": format!("gid://shopify/Order/{}", order["id"]), "name": order["name"], "email": order["email"],
        "currencyCode": order["currency"], "createdAt": order["created_at"], "taxesIncluded": order["taxes_included"],
        "sourceName": order["source_name"], "test": false, "cancelledAt": null,
        "currentTotalPriceSet": bag(&order["current_total_price"]), "currentTotalTaxSet": bag(&order["current_total_tax"]),
        "shippingAddress": {"countryCodeV2": order["shipping_address"]["country_code"]},
        "lineItems": {"nodes": each(&order["line_items"], line), "pageInfo": {"hasNextPage": false}},
        "shippingLines": {"nodes": each(&order["shipping_lines"], shipping)}
    });
    if order["total_tip_received"].is_string() {
        made["totalTipReceivedSet"] = bag(&order["total_tip_received"]);
    }
    let fees = &order["current_total_additional_fees_set"]["shop_money"]["amount"];
    if fees.is_string() {
        made["currentTotalAdditionalFeesSet"] = bag(fees);
    }
    made
}

fn edges(nodes: &Value) -> Value {
    json!({"edges": each(&nodes["nodes"], |node| json!({"node": node}))})
}

#[test]
fn random_orders_come_to_what_the_shop_states_or_are_refused() {
    hold(NAME, |order| graphql(&order));
}

fn order(total: &str, tax: &str, lines: Value) -> Value {
    json!({"id": 71, "name": "#71", "email": "pat@example.com", "currency": "GBP", "source_name": "pos",
           "created_at": "2026-05-04T23:30:00-04:00", "taxes_included": false, "current_total_price": total,
           "current_total_tax": tax, "shipping_address": {"country_code": "GB"}, "line_items": lines,
           "shipping_lines": [{"title": "Post", "price": "4.00", "tax_lines": [{"rate": 0.2, "price": "0.80"}]}]})
}

fn mug() -> Value {
    json!({"id": 11, "name": "Mug", "sku": "", "price": "12.50", "quantity": 3, "taxable": true,
           "tax_lines": [{"rate": 0.2, "price": "6.90"}], "discount_allocations": [{"amount": "3.00"}]})
}

#[test]
fn an_order_is_the_same_whichever_api_states_it_and_however_lists_are_nested() {
    let mut rest = order("66.60", "7.70", json!([mug()]));
    rest["line_items"][0]["duties"] = json!([{"id": "1", "harmonized_system_code": "691110",
        "shop_money": {"amount": "17.00"}, "tax_lines": [{"rate": 0.2, "price": "3.40"}]}]);
    let expected = written("shopify-order", &rest);
    assert_eq!(expected["externalRef"], "71");
    let nodes = graphql(&rest);
    assert_eq!(written(NAME, &nodes), expected);
    let mut nested = nodes.clone();
    let mut plain = nodes.clone();
    for list in ["lineItems", "shippingLines"] {
        nested[list] = edges(&nodes[list]);
        plain[list] = nodes[list]["nodes"].clone();
    }
    assert_eq!(written(NAME, &nested), expected);
    assert_eq!(written(NAME, &plain), expected);
    let mut numbered = nodes;
    numbered["id"] = Value::Null;
    numbered["legacyResourceId"] = "71".into();
    assert_eq!(written(NAME, &numbered), expected);
}

#[test]
fn what_was_not_queried_or_stands_in_another_page_is_refused() {
    let whole = graphql(&order("46.20", "7.70", json!([mug()])));
    assert_eq!(sums(&written(NAME, &whole)), (3450 + 400, 690 + 80));
    for (pointer, value, expected) in [
        ("/lineItems/pageInfo/hasNextPage", json!(true), "another page"),
        ("/currentTotalTaxSet", json!(null), "does not state its tax"),
        ("/currentTotalPriceSet", json!(null), "does not state the total"),
        ("/taxesIncluded", json!(null), "taxesIncluded in the query"),
        ("/lineItems/nodes/0/taxLines", json!(null), "a line lacks"),
        ("/lineItems/nodes/0/discountAllocations", json!(null), "a line lacks"),
        ("/lineItems/nodes/0/originalUnitPriceSet", json!(null), "a line lacks"),
        ("/shippingLines", json!(null), "a difference of"),
        ("/lineItems/nodes/0/quantity", json!(2), "Mug is taxed with 6.9, which is not 0.2 of its price"),
    ] {
        let mut order = whole.clone();
        *order.pointer_mut(pointer).expect("a member") = value;
        let reason = refused(NAME, &order);
        assert!(reason.contains(expected), "{pointer}: {reason}");
    }
    // What is nothing in all need not be asked of each line.
    let mut plain = graphql(&order("37.50", "0.00", json!([mug()])));
    plain["shippingLines"] = json!({"nodes": []});
    plain["totalDiscountsSet"] = bag(&json!("0.00"));
    for member in ["taxLines", "discountAllocations"] {
        plain["lineItems"]["nodes"][0][member] = Value::Null;
    }
    assert_eq!(sums(&written(NAME, &plain)), (3750, 0));
    let mut without = whole;
    without["lineItems"] = Value::Null;
    assert!(matches!(mapped(NAME, &without), Became::Refused(_)));
}

fn order_of_mug(total: &str) -> Value {
    order(total, "7.70", json!([mug()]))
}

#[test]
fn shipping_that_was_given_back_is_a_row_with_its_part_of_the_tax() {
    for (total, tax, is_included, left, expected) in [
        ("41.40", "6.90", false, "0.0", "Shipping given back|-4.00|-0.80|T20"),
        ("43.80", "7.30", false, "2.0", "Shipping given back|-2.00|-0.40|T20"),
        ("37.50", "6.25", true, "3.0", "Shipping given back|-0.83|-0.17|T20"),
    ] {
        let mut rest = order(total, tax, json!([mug()]));
        rest["taxes_included"] = is_included.into();
        if is_included {
            rest["line_items"][0]["tax_lines"][0]["price"] = "5.75".into();
            rest["shipping_lines"][0]["tax_lines"][0]["price"] = "0.67".into();
        }
        let mut order = graphql(&rest);
        order["shippingLines"]["nodes"][0]["currentDiscountedPriceSet"] =
            json!({"shopMoney": {"amount": left}});
        let body = written(NAME, &order);
        assert!(rows(&body).iter().any(|row| row == expected), "{:#?}", rows(&body));
    }
}

#[test]
fn notes_duties_and_another_currency_are_told() {
    let mut order = graphql(&order_of_mug("46.20"));
    order["presentmentCurrencyCode"] = "EUR".into();
    order["currentTotalPriceSet"]["presentmentMoney"] = json!({"amount": "48.0", "currencyCode": "EUR"});
    order["note"] = "At the back".into();
    order["poNumber"] = "PO-1".into();
    let body = written(NAME, &order);
    assert_eq!(sums(&body), (3450 + 400, 690 + 80));
    let texts = ["Purchase order: PO-1", "Note: At the back", "Paid in EUR: 48.0"];
    assert_eq!(rows(&body)[2..], texts.map(|text| format!("{text}|0.00|0.00|T0")));
    assert_eq!(body["channelId"], 2);
    let mut duties = graphql(&order_of_mug("49.80"));
    duties["currentTotalDutiesSet"] = bag(&json!("3.60"));
    assert_eq!(rows(&written(NAME, &duties))[2], "Duties|3.60|0.00|T0");
    for (member, value) in [("test", json!(true)), ("cancelledAt", json!("2026-05-05T10:00:00Z"))] {
        let mut order = order.clone();
        order[member] = value;
        assert!(matches!(mapped(NAME, &order), Became::Skipped(_)));
    }
}

#[test]
fn random_discounts_of_whole_orders_are_shared_alike_by_both() {
    let (by_rest, by_graphql) = (compiled("shopify-order"), compiled(NAME));
    for number in 0..ORDERS / 5 {
        let mut draw = Draw::of(number);
        let (mut lines, mut goods) = (Vec::new(), 0);
        for id in 0..=draw.below(4) {
            let (price, quantity) = (1 + draw.below(9_999), 1 + draw.below(4));
            goods += price * quantity;
            lines.push(json!({"id": id, "name": "Article", "price": money(price), "quantity": quantity, "taxable": true,
                              "tax_lines": [{"rate": 0.2, "price": "0.00"}], "discount_allocations": []}));
        }
        let discount = 1 + draw.below(goods);
        let mut rest = order(&money(goods - discount), "0.00", lines.into());
        rest["shipping_lines"] = json!([]);
        rest["total_discounts"] = money(discount).into();
        let mut graph = graphql(&rest);
        graph["totalDiscountsSet"] = bag(&rest["total_discounts"]);
        let became = |mapping, order| {
            crate::shop_draw::written(mapping, order).unwrap_or_else(|reason| panic!("{reason}\n{order}"))
        };
        let body = became(&by_rest, &rest);
        assert_eq!(total(&body["rows"], &["net"]), goods - discount, "{rest}\n{body}");
        assert_eq!(became(&by_graphql, &graph)["rows"], body["rows"], "{graph}");
    }
}
