//! Money that is given back becomes a sales credit, and money that is paid a customer payment, to the cent or not at
//! all. What it comes to is worked out here, in whole cents.

use brightpearl_core::mapping::Mapping;
use serde_json::{Value, json};

use crate::ready_record::{Became, cents, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, compiled, divided, money, total};

fn document(name: &str) -> Mapping {
    compiled(name)
}

fn became(mapping: &Mapping, record: &Value) -> Result<Value, String> {
    crate::shop_draw::written(mapping, record)
}

mod shopify {
    use super::*;

    const NAME: &str = "shopify-refund";

    fn line(subtotal: &str, tax: &str) -> Value {
        json!({"id": 5, "line_item_id": 11, "quantity": 1, "subtotal": subtotal, "total_tax": tax,
               "line_item": {"name": "Mug", "sku": "MUG", "tax_lines": [{"rate": 0.2, "price": tax}]}})
    }

    fn refund(amount: &str, lines: Value, adjustments: Value) -> Value {
        json!({
            "order": {"id": 71, "name": "#71", "currency": "GBP", "taxes_included": false,
                      "shipping_lines": [{"tax_lines": [{"rate": 0.2}]}], "line_items": []},
            "refund": {"id": 9, "order_id": 71, "created_at": "2026-05-04T10:00:00Z", "refund_line_items": lines,
                       "order_adjustments": adjustments,
                       "transactions": [{"kind": "refund", "status": "success", "amount": amount, "currency": "GBP"}]}
        })
    }

    #[test]
    fn pieces_and_shipping_that_were_given_back_are_rows_of_a_credit() {
        let shipping = json!([{"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "-0.80"}]);
        let mut record = refund("16.80", json!([line("10.00", "2.00")]), shipping);
        // What the adjustment says already counts once.
        record["refund"]["refund_shipping_lines"] =
            json!([{"subtotal_amount_set": {"shop_money": {"amount": "4.00"}}}]);
        let body = written(NAME, &record);
        assert_eq!(sums(&body), (1000 + 400, 200 + 80));
        assert_eq!(rows(&body), ["Mug|10.00|2.00|T20", "Shipping given back|4.00|0.80|T20"]);
        assert_eq!((&body["externalRef"], &body["parentId"]), (&json!("refund-9"), &json!(1007)));
    }

    #[test]
    fn shipping_whose_tax_the_refund_does_not_state_has_that_of_its_line() {
        let shipping = |amount: &str| json!([{"subtotal_amount_set": {"shop_money": {"amount": amount}}}]);
        let mut record = refund("4.80", json!([]), json!([]));
        record["order"]["shipping_lines"] = json!([{"tax_lines": [{"rate": 0.2, "price": "0.80"}]}]);
        record["refund"]["refund_shipping_lines"] = shipping("4.00");
        assert_eq!(rows(&written(NAME, &record)), ["Shipping: given back|4.00|0.80|T20"]);
        record["order"]["taxes_included"] = true.into();
        record["refund"]["refund_shipping_lines"] = shipping("4.80");
        assert_eq!(rows(&written(NAME, &record)), ["Shipping: given back|4.00|0.80|T20"]);
        // A rate without a tax is none.
        record["order"]["shipping_lines"][0]["tax_lines"][0]["price"] = "0.00".into();
        assert_eq!(rows(&written(NAME, &record)), ["Shipping: given back|4.80|0.00|T0"]);
        record["refund"]["refund_shipping_lines"][0]["tax_amount_set"] =
            json!({"shop_money": {"amount": "0.80"}});
        assert!(refused(NAME, &record).contains("shipping was given back with a tax of 0.80 on 4.80"));
        record["order"]["shipping_lines"][0]["tax_lines"][0]["price"] = "0.80".into();
        assert_eq!(rows(&written(NAME, &record)), ["Shipping: given back|4.00|0.80|T20"]);
    }

    #[test]
    fn a_tax_that_prices_contain_is_taken_out_and_one_item_is_found_in_the_order() {
        let mut record = refund("12.00", json!([line("12.00", "2.00")]), json!([]));
        record["order"]["taxes_included"] = true.into();
        let item = record["refund"]["refund_line_items"][0]["line_item"].take();
        record["order"]["line_items"] = json!([{"id": 10, "name": "Other"}, item]);
        record["order"]["line_items"][1]["id"] = 11.into();
        let body = written(NAME, &record);
        assert_eq!(rows(&body), ["Mug|10.00|2.00|T20"]);
    }

    #[test]
    fn more_or_less_than_the_pieces_cost_is_a_row_and_what_is_unknown_is_refused() {
        let less = json!([{"kind": "refund_discrepancy", "amount": "3.00", "tax_amount": "0.00"}]);
        let body = written(NAME, &refund("9.00", json!([line("10.00", "2.00")]), less));
        assert_eq!(sums(&body), (1000 - 300, 200));
        let reason = refused(NAME, &refund("9.00", json!([line("10.00", "2.00")]), json!([])));
        assert!(reason.contains("9.00") && reason.contains("12.00") && reason.contains("-3.00"), "{reason}");
        let odd = json!([{"kind": "surcharge", "amount": "3.00"}]);
        assert!(refused(NAME, &refund("9.00", json!([line("10.00", "2.00")]), odd)).contains("surcharge"));
        assert!(refused(NAME, &refund("5.00", json!([]), json!([]))).contains("does not say for what"));
    }

    #[test]
    fn what_moved_no_money_is_skipped_and_another_order_or_currency_is_refused() {
        let record = refund("12.00", json!([line("10.00", "2.00")]), json!([]));
        for (pointer, value, expected) in [
            ("/refund/transactions", json!([]), "no money was given back"),
            ("/refund/transactions/0/status", json!("failure"), "no money was given back"),
            ("/refund/transactions/0/status", json!("pending"), "not given back yet"),
        ] {
            let mut record = record.clone();
            *record.pointer_mut(pointer).expect("a member") = value;
            assert!(matches!(mapped(NAME, &record), Became::Skipped(reason) if reason.contains(expected)));
        }
        for (pointer, value, expected) in [
            ("/refund/order_id", json!(72), "expected one of order 71"),
            ("/refund/transactions/0/currency", json!("EUR"), "another currency"),
        ] {
            let mut record = record.clone();
            *record.pointer_mut(pointer).expect("a member") = value;
            assert!(refused(NAME, &record).contains(expected), "{pointer}");
        }
    }

    #[test]
    fn the_order_was_in_brightpearl_before_the_refund() {
        let record = refund("12.00", json!([line("10.00", "2.00")]), json!([]));
        let references = document(NAME).map(record.to_string().as_bytes()).references;
        let orders = references.iter().filter(|reference| &*reference.search == "order-service/order-search");
        let texts: Vec<String> = orders.map(|reference| reference.text()).collect();
        let search =
            "order-service/order-search?externalRef=71&orderTypeId=1&createdOn=/2026-05-04T10:00:00Z";
        assert_eq!(texts, [format!("{search}#contactId"), search.to_owned()]);
    }

    /// A refund in the shape of the GraphQL API.
    fn graphql(record: &Value) -> Value {
        let bag = |amount: &Value| json!({"shopMoney": {"amount": amount}});
        let each = |values: &Value, of: &dyn Fn(&Value) -> Value| {
            values.as_array().into_iter().flatten().map(of).collect::<Value>()
        };
        let (order, refund) = (&record["order"], &record["refund"]);
        let taxes = json!([{"rate": 0.2}]);
        let line = |line: &Value| {
            let item = &line["line_item"];
            json!({"quantity": line["quantity"], "subtotalSet": bag(&line["subtotal"]), "totalTaxSet": bag(&line["total_tax"]),
                   "lineItem": {"name": item["name"], "sku": item["sku"], "taxLines": item["tax_lines"]}})
        };
        let (shipping, others): (Vec<&Value>, Vec<&Value>) = refund["order_adjustments"]
            .as_array()
            .expect("adjustments")
            .iter()
            .partition(|part| part["kind"] == "shipping_refund");
        let shipping = shipping.into_iter().map(|part| {
            let (net, tax) = (-cents(&part["amount"]), -cents(&part["tax_amount"]));
            let gross = net + if order["taxes_included"] == true { tax } else { 0 };
            json!({"subtotalAmountSet": bag(&money(gross).into()), "taxAmountSet": bag(&money(tax).into()), "shippingLine": {"taxLines": taxes}})
        });
        let other = |part: &Value| json!({"amountSet": bag(&part["amount"]), "taxAmountSet": bag(&part["tax_amount"])});
        let transaction = |transaction: &Value| json!({"kind": "REFUND", "status": "SUCCESS", "amountSet": bag(&transaction["amount"])});
        json!({
            "order": {"id": "gid://shopify/Order/71", "name": order["name"], "currencyCode": order["currency"], "taxesIncluded": order["taxes_included"]},
            "refund": {
                "id": "gid://shopify/Refund/9", "createdAt": refund["created_at"],
                "refundLineItems": {"nodes": each(&refund["refund_line_items"], &line)},
                "refundShippingLines": {"nodes": shipping.collect::<Vec<_>>()},
                "orderAdjustments": {"nodes": others.into_iter().map(other).collect::<Vec<_>>()},
                "transactions": {"edges": each(&refund["transactions"], &|one| json!({"node": transaction(one)}))}
            }
        })
    }

    #[test]
    fn a_refund_is_the_same_whichever_api_states_it() {
        let shipping = json!([{"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "-0.80"}]);
        let record = refund("16.80", json!([line("10.00", "2.00")]), shipping);
        let (rest, graph) = (written(NAME, &record), written("shopify-graphql-refund", &graphql(&record)));
        assert_eq!((&rest["externalRef"], sums(&rest)), (&graph["externalRef"], sums(&graph)));
        let mut silent = graphql(&record);
        silent["order"]["taxesIncluded"] = Value::Null;
        assert!(refused("shopify-graphql-refund", &silent).contains("taxesIncluded in the query"));
        let mut paged = graphql(&record);
        paged["refund"]["refundLineItems"]["pageInfo"] = json!({"hasNextPage": true});
        assert!(refused("shopify-graphql-refund", &paged).contains("another page"));
    }

    #[test]
    fn random_refunds_come_to_the_money_that_was_given_back() {
        hold(NAME, Value::clone);
    }

    #[test]
    fn random_refunds_of_the_newer_api_come_to_it_too() {
        hold("shopify-graphql-refund", graphql);
    }

    fn hold(name: &str, shape: fn(&Value) -> Value) {
        let mapping = document(name);
        for number in 0..ORDERS {
            let mut draw = Draw::of(number);
            let is_included = draw.one_in(2);
            let (mut lines, mut gross, mut taxes) = (Vec::new(), 0, 0);
            for place in 0..=draw.below(4) {
                let rate = [0, 5, 20][draw.below(3) as usize];
                let subtotal = draw.below(20_000);
                let tax = divided(subtotal * rate, if is_included { 100 + rate } else { 100 });
                gross += subtotal + if is_included { 0 } else { tax };
                taxes += tax;
                let rate: Value = serde_json::from_str(&format!("0.{rate:02}")).expect("a number");
                lines.push(json!({
                    "id": place, "line_item_id": place, "quantity": 1 + draw.below(3), "subtotal": money(subtotal),
                    "total_tax": money(tax), "line_item": {"name": "Article", "tax_lines": [{"rate": rate}]}
                }));
            }
            let mut adjustments = Vec::new();
            if draw.one_in(3) {
                let net = 1 + draw.below(900);
                let tax = draw.below(2) * divided(net, 5);
                gross += net + tax;
                taxes += tax;
                adjustments.push(
                    json!({"kind": "shipping_refund", "amount": money(-net), "tax_amount": money(-tax)}),
                );
            }
            if draw.one_in(4) {
                let off = draw.below(400) - 200;
                gross -= off;
                adjustments
                    .push(json!({"kind": "refund_discrepancy", "amount": money(off), "tax_amount": "0.00"}));
            }
            // A difference of nobody's: cents are a row, and more is refused.
            let lost = if draw.one_in(3) { draw.below(7) - 3 } else { 0 };
            let mut record = refund(&money(gross + lost), lines.into(), adjustments.into());
            record["order"]["taxes_included"] = is_included.into();
            match became(&mapping, &shape(&record)) {
                Ok(body) => {
                    assert!(lost.abs() <= 2, "{record}");
                    assert_eq!(total(&body["rows"], &["net", "tax"]), gross + lost, "{record}\n{body}");
                    assert_eq!(total(&body["rows"], &["tax"]), taxes, "{record}\n{body}");
                }
                Err(reason) => {
                    assert!(lost.abs() > 2 && reason.contains("a difference of"), "{reason}\n{record}")
                }
            }
        }
    }
}

mod woocommerce {
    use super::*;

    const NAME: &str = "woocommerce-refund";

    fn refund(amount: &str, lines: Value) -> Value {
        json!({"order": {"id": 81, "number": "81", "currency": "GBP"},
               "refund": {"id": 82, "parent_id": 81, "date_created_gmt": "2026-05-04T10:00:00", "amount": amount,
                          "line_items": lines, "shipping_lines": [], "fee_lines": []}})
    }

    #[test]
    fn lines_that_were_given_back_are_rows_of_a_credit() {
        let line = json!({"id": 1, "name": "Mug", "quantity": -2, "total": "-20.00", "total_tax": "-4.00", "sku": "NO-1"});
        let part = json!({"id": 2, "name": "Plate", "quantity": 0, "total": "-1.50", "total_tax": "0.00"});
        match mapped(NAME, &refund("25.50", json!([line, part]))) {
            Became::Written { body, told } => {
                assert_eq!(rows(&body), ["Mug (NO-1)|20.00|4.00|T20", "Plate|1.50|0.00|T0"]);
                assert_eq!(body["rows"][1]["quantity"], "1", "an amount may be given back without pieces");
                assert_eq!(told.len(), 1);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_amount_without_lines_or_with_others_is_refused() {
        assert!(refused(NAME, &refund("5.00", json!([]))).contains("without lines"));
        let line = json!({"id": 1, "name": "Mug", "quantity": -1, "total": "-20.00", "total_tax": "-4.00"});
        assert!(refused(NAME, &refund("20.00", json!([line]))).contains("a difference of -4.00"));
        let mut other = refund("24.00", json!([line]));
        other["refund"]["parent_id"] = 83.into();
        assert!(refused(NAME, &other).contains("expected one of order 81"));
    }

    #[test]
    fn random_refunds_come_to_the_amount() {
        let mapping = document(NAME);
        for number in 0..ORDERS {
            let mut draw = Draw::of(number);
            let (mut sum, mut is_odd) = (0, false);
            let mut drawn = |draw: &mut Draw, name: &str| {
                let net = draw.below(20_000);
                // Whatever is not the tax of a rate is refused.
                let tax = if name != "Post" && draw.one_in(9) { draw.below(4_000) } else { divided(net, 5) };
                is_odd |= tax > 0 && (tax - divided(net, 5)).abs() > 2;
                sum += net + tax;
                json!({"id": 1, "name": name, "method_title": name, "quantity": -draw.below(3),
                       "total": money(-net), "total_tax": money(-tax)})
            };
            let lines: Value = (0..=draw.below(4))
                .map(|_| 0)
                .collect::<Vec<_>>()
                .iter()
                .map(|_| drawn(&mut draw, "Article"))
                .collect();
            let others = [draw.one_in(3), draw.one_in(4)];
            let shipping: Vec<Value> = others[0].then(|| drawn(&mut draw, "Post")).into_iter().collect();
            let fees: Vec<Value> = others[1].then(|| drawn(&mut draw, "Fee")).into_iter().collect();
            let lost = if draw.one_in(2) { draw.below(15) - 7 } else { 0 };
            let mut record = refund(&money(sum + lost), lines);
            record["refund"]["shipping_lines"] = shipping.into();
            record["refund"]["fee_lines"] = fees.into();
            // The amount has no sign.
            if sum + lost < 0 {
                continue;
            }
            match became(&mapping, &record) {
                Ok(body) => {
                    assert!(lost.abs() <= 5 && !is_odd, "{record}");
                    assert_eq!(total(&body["rows"], &["net", "tax"]), sum + lost, "{record}\n{body}");
                }
                Err(reason) => {
                    let is_lost = lost.abs() > 5 && reason.contains("a difference of");
                    let is_told = is_odd && reason.contains("gives back a tax of");
                    assert!(is_lost || is_told, "{reason}\n{record}")
                }
            }
        }
    }
}

mod payments {
    use super::*;

    fn transaction(kind: &str, amount: &str) -> Value {
        json!({"order": {"id": 71, "currency": "GBP"}, "refund": {"id": 9},
               "transaction": {"id": 5, "kind": kind, "status": "success", "amount": amount, "currency": "GBP",
                               "gateway": "paypal", "created_at": "2026-05-04T10:00:00Z", "parent_id": 4,
                               "authorization_expires_at": "2026-05-11T10:00:00Z"}})
    }

    #[test]
    fn every_kind_of_transaction_has_its_type_and_its_amount() {
        for (kind, payment, member) in [
            ("sale", "RECEIPT", "amountPaid"),
            ("capture", "CAPTURE", "amountPaid"),
            ("authorization", "AUTH", "amountAuthorized"),
            ("void", "VOID", "amountAuthorized"),
            ("refund", "PAYMENT", "amountPaid"),
            ("change", "PAYMENT", "amountPaid"),
        ] {
            let body = written("shopify-payment", &transaction(kind, "12.3"));
            assert_eq!((&body["paymentType"], &body[member]), (&json!(payment), &json!("12.30")), "{kind}");
            assert_eq!(body["transactionCode"], "4");
        }
        assert!(refused("shopify-payment", &transaction("swap", "12.30")).contains("swap"));
    }

    #[test]
    fn another_currency_gateway_or_order_and_three_places_are_refused() {
        for (pointer, value, expected) in [
            ("/transaction/currency", json!("EUR"), "expected the order's currency, GBP"),
            ("/transaction/gateway", json!("barter"), "\"methods\" does not have it"),
            ("/transaction/order_id", json!(72), "expected one of order 71"),
            ("/transaction/amount", json!("1.005"), "2 decimal places hold exactly"),
        ] {
            let mut record = transaction("sale", "12.30");
            let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
            record.pointer_mut(parent).expect("a parent")[member] = value;
            let reason = refused("shopify-payment", &record);
            assert!(reason.contains(expected), "{reason}");
        }
        let mut alone = transaction("refund", "12.30");
        alone["refund"] = Value::Null;
        assert!(refused("shopify-payment", &alone).contains("expected its refund beside"));
    }

    #[test]
    fn a_transaction_is_the_same_whichever_api_states_it() {
        for kind in ["sale", "capture", "authorization", "void", "refund", "change"] {
            let rest = transaction(kind, "12.3");
            let from = &rest["transaction"];
            let graph = json!({
                "order": {"id": "gid://shopify/Order/71"}, "refund": {"id": "gid://shopify/Refund/9"},
                "transaction": {"id": "gid://shopify/OrderTransaction/5", "kind": kind.to_uppercase(), "status": "SUCCESS",
                                "gateway": "paypal", "amountSet": {"shopMoney": {"amount": "12.3", "currencyCode": "GBP"}},
                                "createdAt": from["created_at"], "authorizationExpiresAt": from["authorization_expires_at"],
                                "parentTransaction": {"id": "gid://shopify/OrderTransaction/4"}}
            });
            assert_eq!(
                written("shopify-graphql-payment", &graph),
                written("shopify-payment", &rest),
                "{kind}"
            );
        }
    }

    #[test]
    fn random_payments_are_what_was_paid_or_refused() {
        let (shopify, woocommerce) = (document("shopify-payment"), document("woocommerce-payment"));
        for number in 0..ORDERS {
            let mut draw = Draw::of(number);
            let kind = ["sale", "capture", "authorization", "void", "refund"][draw.below(5) as usize];
            let paid = 1 + draw.below(1_000_000);
            let is_other = draw.one_in(5);
            let mut record = transaction(kind, &money(paid));
            if is_other {
                record["transaction"]["currency"] = "EUR".into();
            }
            match became(&shopify, &record) {
                Ok(body) => {
                    let members = ["amountPaid", "amountAuthorized"].map(|member| body[member].as_str());
                    assert_eq!(members.into_iter().flatten().collect::<Vec<_>>(), [money(paid)], "{record}");
                    assert!(!is_other, "{record}");
                }
                Err(reason) => {
                    assert!(is_other && reason.contains("expected the order's currency"), "{reason}")
                }
            }
            let has_a_third = draw.one_in(5);
            let total = format!("{}{}", money(paid), if has_a_third { "5" } else { "" });
            let order = json!({"id": number, "currency": "KWD", "total": total, "payment_method": "cod",
                               "date_paid_gmt": "2026-05-04T10:00:00"});
            match became(&woocommerce, &order) {
                Ok(body) => assert!(!has_a_third && body["amountPaid"] == money(paid), "{order}\n{body}"),
                Err(reason) => {
                    assert!(has_a_third && reason.contains("2 decimal places"), "{reason}\n{order}")
                }
            }
        }
    }

    #[test]
    fn what_a_buyer_paid_on_amazon_is_all_but_the_expenses() {
        let part = |kind: &str, amount: i64| {
            let amount: Value = serde_json::from_str(&money(amount)).expect("a number");
            json!({"breakdownType": kind, "breakdownAmount": {"currencyAmount": amount}})
        };
        let mapping = document("amazon-payment");
        for number in 0..ORDERS {
            let mut draw = Draw::of(number);
            let paid =
                [("Sales", draw.below(50_000)), ("Tax", draw.below(9_000)), ("Discounts", -draw.below(500))];
            let expenses = -draw.below(9_000);
            let unknown = if draw.one_in(5) { 1 + draw.below(300) } else { 0 };
            let sum: i64 = paid.iter().map(|(_, amount)| amount).sum();
            let mut parts: Vec<Value> = paid.iter().map(|(kind, amount)| part(kind, *amount)).collect();
            parts.push(part("Expenses", expenses));
            if unknown > 0 {
                parts.push(part("Surprise", unknown));
            }
            let whole: Value = serde_json::from_str(&money(sum + expenses + unknown)).expect("a number");
            let record = json!({
                "transactionType": "Shipment", "transactionId": number.to_string(), "postedDate": "2026-05-04T10:00:00Z",
                "relatedIdentifiers": [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "702-1"}],
                "totalAmount": {"currencyAmount": whole, "currencyCode": "GBP"}, "breakdowns": parts
            });
            match became(&mapping, &record) {
                Ok(body) => {
                    assert!(unknown == 0 && sum >= 0, "{record}");
                    assert_eq!(cents(&body["amountPaid"]), sum, "{record}");
                }
                Err(reason) if sum < 0 => assert!(reason.contains("less than nothing"), "{reason}\n{record}"),
                Err(reason) => {
                    assert!(unknown > 0 && reason.contains("a difference of"), "{reason}\n{record}")
                }
            }
        }
    }

    #[test]
    fn an_order_of_woocommerce_is_paid_when_it_says_so() {
        let mut order = json!({"id": 81, "currency": "GBP", "total": "12.00", "payment_method": "cod",
                               "transaction_id": "", "date_paid_gmt": "2026-05-04T10:00:00"});
        let body = written("woocommerce-payment", &order);
        assert_eq!(
            (&body["transactionRef"], &body["amountPaid"]),
            (&json!("woocommerce-81"), &json!("12.00"))
        );
        order["date_paid_gmt"] = Value::Null;
        assert!(matches!(mapped("woocommerce-payment", &order), Became::Skipped(_)));
    }
}
