//! The money of the ready documents: what a shop states is what is written, to the cent, or the record is refused. Sums
//! are computed here, in whole cents, and not by the mapping.

use brightpearl_core::mapping::{Mapping, NoBody, Reference, Resolution, ready};
use serde_json::{Value, json};

/// What became of a record.
#[derive(Debug)]
enum Became {
    Written { body: Value, told: Vec<String> },
    Skipped(String),
    Refused(String),
}

/// A product of every SKU but those that begin with "NO-", and everything else that is looked for.
fn resolve(reference: &Reference) -> Resolution {
    if reference.value.starts_with("NO-") { Resolution::Missing } else { Resolution::Id(1007) }
}

fn mapped(name: &str, record: &Value) -> Became {
    let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
    let mapping = Mapping::compile(document).expect("a right document");
    let mapped = mapping.map(record.to_string().as_bytes());
    match mapped.body(&resolve) {
        Ok(body) => {
            let body = serde_json::from_str(&body).expect("JSON");
            Became::Written { body, told: mapped.told(&resolve) }
        }
        Err(NoBody::Skipped(reason)) => Became::Skipped(reason),
        Err(NoBody::Failed(failures)) => {
            Became::Refused(failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
    }
}

fn written(name: &str, record: &Value) -> Value {
    match mapped(name, record) {
        Became::Written { body, .. } => body,
        other => panic!("{other:?}"),
    }
}

fn refused(name: &str, record: &Value) -> String {
    match mapped(name, record) {
        Became::Refused(reason) => reason,
        other => panic!("{other:?}"),
    }
}

/// An amount of at most two places in whole cents.
fn cents(value: &Value) -> i64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    assert!(fraction.len() <= 2 || fraction[2..].bytes().all(|digit| digit == b'0'), "{text}");
    let fraction = format!("{fraction:0<2}");
    let size = whole.trim_start_matches('-').parse::<i64>().expect("digits") * 100
        + fraction[..2].parse::<i64>().expect("digits");
    if text.starts_with('-') { -size } else { size }
}

/// The net and the tax of all rows, in cents.
fn sums(body: &Value) -> (i64, i64) {
    let rows = body["rows"].as_array().expect("rows");
    let sum = |member: &str| rows.iter().map(|row| cents(&row[member])).sum();
    (sum("net"), sum("tax"))
}

/// Rows as name, net, tax and code.
fn rows(body: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = body["rows"].as_array().expect("rows").iter();
    let row = |row: &Value| ["name", "net", "tax", "taxCode"].map(|member| text(&row[member])).join("|");
    rows.map(row).collect()
}

mod shopify {
    use super::*;

    const NAME: &str = "shopify-order";

    fn line(name: &str, price: &str, quantity: u32, tax_lines: Value) -> Value {
        json!({"id": 11, "name": name, "sku": "", "price": price, "quantity": quantity, "tax_lines": tax_lines,
               "discount_allocations": [], "taxable": true})
    }

    fn vat(price: &str) -> Value {
        json!([{"title": "VAT", "rate": 0.2, "price": price}])
    }

    /// An order of these lines, which states these totals.
    fn order(total: &str, tax: &str, lines: Value) -> Value {
        let address = json!({"first_name": "Pat", "address1": "1 Test Street", "country_code": "GB"});
        json!({
            "id": 71, "name": "#71", "email": "pat@example.com", "currency": "GBP", "source_name": "web", "test": false,
            "created_at": "2026-05-04T23:30:00-04:00", "taxes_included": false, "total_price": total, "total_tax": tax,
            "billing_address": address, "shipping_address": address, "line_items": lines, "shipping_lines": []
        })
    }

    fn with(mut order: Value, changes: Value) -> Value {
        for (name, value) in changes.as_object().expect("members") {
            order[name] = value.clone();
        }
        order
    }

    #[test]
    fn an_order_comes_to_what_the_shop_states() {
        let discounted =
            with(line("Mug", "12.50", 3, vat("6.90")), json!({"discount_allocations": [{"amount": "3.00"}]}));
        let shipping = json!([{"title": "Post", "price": "4.00", "tax_lines": vat("0.80")}]);
        let order = with(order("46.20", "7.70", json!([discounted])), json!({"shipping_lines": shipping}));
        let body = written(NAME, &order);
        assert_eq!(sums(&body), (3 * 1250 - 300 + 400, 690 + 80));
        assert_eq!(rows(&body), ["Mug|34.50|6.90|T20", "Shipping: Post|4.00|0.80|T20"]);
    }

    #[test]
    fn another_total_than_the_rows_come_to_is_refused_with_both_and_the_difference() {
        let reason = refused(NAME, &order("41.65", "0.00", json!([line("Mug", "10.00", 2, json!([]))])));
        assert!(reason.contains("41.65") && reason.contains("20.00") && reason.contains("21.65"), "{reason}");
        let reason = refused(NAME, &order("24.00", "4.00", json!([line("Mug", "10.00", 2, json!([]))])));
        assert!(reason.contains("the tax is 4.00, and what is written comes to 0.00"), "{reason}");
    }

    #[test]
    fn duties_are_rows_with_the_taxes_of_the_country_of_import() {
        let duty = json!({"id": "1", "harmonized_system_code": "691110", "shop_money": {"amount": "12.00"},
                          "tax_lines": [{"title": "VAT", "price": "2.40", "rate": 0.17}]});
        let line = with(line("Mug", "10.00", 2, json!([])), json!({"duties": [duty]}));
        let body = written(NAME, &order("34.40", "0.00", json!([line])));
        assert_eq!(sums(&body), (2000 + 1200 + 240, 0));
        assert_eq!(rows(&body)[1], "Duties: 691110|14.40|0.00|T0");
    }

    #[test]
    fn fees_and_tips_are_rows() {
        let fee = json!({"shop_money": {"amount": "1.25", "currency_code": "GBP"}});
        let order = with(
            order("27.25", "0.00", json!([line("Mug", "20.00", 1, json!([]))])),
            json!({"original_total_additional_fees_set": fee, "total_tip_received": "6.00"}),
        );
        let body = written(NAME, &order);
        assert_eq!(sums(&body), (2000 + 125 + 600, 0));
        assert_eq!(rows(&body)[1..], ["Additional fees|1.25|0.00|T0", "Tip|6.00|0.00|T0"]);
        // A tip that is a line already is none beside.
        let tip = line("Tip", "6.00", 1, json!([]));
        let order = with(order_of_tip(tip), json!({"total_tip_received": "6.00"}));
        assert_eq!(sums(&written(NAME, &order)), (2600, 0));
    }

    fn order_of_tip(tip: Value) -> Value {
        order("26.00", "0.00", json!([line("Mug", "20.00", 1, json!([])), tip]))
    }

    #[test]
    fn gift_cards_pay_and_discount_nothing() {
        let order = with(
            order("20.00", "0.00", json!([line("Mug", "20.00", 1, json!([]))])),
            json!({"total_outstanding": "0.00", "payment_gateway_names": ["gift_card"]}),
        );
        assert_eq!(sums(&written(NAME, &order)), (2000, 0));
    }

    #[test]
    fn what_was_removed_or_refunded_is_left_out() {
        let gone = with(line("Plate", "10.00", 1, json!([])), json!({"current_quantity": 0}));
        let kept = with(line("Mug", "10.00", 2, json!([])), json!({"current_quantity": 2}));
        let edited = with(
            order("30.00", "0.00", json!([kept, gone.clone()])),
            json!({"current_total_price": "20.00"}),
        );
        assert_eq!(rows(&written(NAME, &edited)), ["Mug|20.00|0.00|T0"]);
        // Of three at 9.99 with a discount of 1.00, two are left: 28.97 * 2 / 3 = 19.313..., and 3.86 of 5.79.
        let some = with(
            line("Cup", "9.99", 3, vat("5.79")),
            json!({"current_quantity": 2, "discount_allocations": [{"amount": "1.00"}]}),
        );
        let order = with(
            order("34.76", "5.79", json!([some])),
            json!({"current_total_price": "23.17", "current_total_tax": "3.86"}),
        );
        let body = written(NAME, &order);
        assert_eq!(sums(&body), (1931, 386));
        assert_eq!(body["rows"][0]["quantity"], "2");
        let nothing = order_of_nothing(gone);
        assert!(
            matches!(mapped(NAME, &nothing), Became::Skipped(reason) if reason.contains("removed or refunded"))
        );
    }

    fn order_of_nothing(gone: Value) -> Value {
        order("10.00", "0.00", json!([gone]))
    }

    #[test]
    fn a_cent_of_rounding_is_a_row_and_more_is_refused() {
        let some = |total: &str| {
            let line = with(line("Cup", "9.99", 3, json!([])), json!({"current_quantity": 2}));
            let line = with(line, json!({"discount_allocations": [{"amount": "1.00"}]}));
            with(order("28.97", "0.00", json!([line])), json!({"current_total_price": total}))
        };
        let body = written(NAME, &some("19.32"));
        assert_eq!(sums(&body), (1932, 0));
        assert_eq!(rows(&body)[1], "Rounding|0.01|0.00|T0");
        assert!(refused(NAME, &some("19.35")).contains("a difference of 0.04"));
    }

    #[test]
    fn removed_shipping_is_left_out() {
        let shipping = json!([{"title": "Post", "price": "4.00", "is_removed": true}, {"title": "Van", "price": "5.00"}]);
        let order = with(
            order("15.00", "0", json!([line("Mug", "10", 1, json!([]))])),
            json!({"shipping_lines": shipping}),
        );
        assert_eq!(rows(&written(NAME, &order)), ["Mug|10.00|0.00|T0", "Shipping: Van|5.00|0.00|T0"]);
    }

    #[test]
    fn several_taxes_have_the_code_of_their_sum_or_none() {
        let taxes = |second: f64| json!([{"rate": 0.15, "price": "1.50"}, {"rate": second, "price": "0.50"}]);
        let body = written(NAME, &order("12.00", "2.00", json!([line("Mug", "10.00", 1, taxes(0.05))])));
        assert_eq!(rows(&body), ["Mug|10.00|2.00|T20"]);
        let reason = refused(NAME, &order("12.00", "2.00", json!([line("Mug", "10.00", 1, taxes(0.06))])));
        assert!(reason.contains("the table \"taxCodes\" does not have it"), "{reason}");
    }

    #[test]
    fn a_rate_without_a_tax_has_the_code_of_no_tax() {
        let line = with(line("Book", "10.00", 2, vat("0.00")), json!({"taxable": false}));
        assert_eq!(rows(&written(NAME, &order("20.00", "0.00", json!([line])))), ["Book|20.00|0.00|T0"]);
    }

    #[test]
    fn taxes_that_prices_contain_are_taken_out_of_them() {
        let gross = |tax_lines: Value, tax: &str| {
            with(
                order("9.99", tax, json!([line("Mug", "9.99", 1, tax_lines)])),
                json!({"taxes_included": true}),
            )
        };
        assert_eq!(rows(&written(NAME, &gross(vat("1.67"), "1.67"))), ["Mug|8.32|1.67|T20"]);
        // What the shop does not state is what the country's divisor leaves: 9.99 / 1.2 = 8.325.
        assert_eq!(rows(&written(NAME, &gross(json!([]), "0.00"))), ["Mug|8.33|1.66|T20"]);
        let elsewhere = with(gross(json!([]), "0.00"), json!({"shipping_address": {"country_code": "ZZ"}}));
        assert!(refused(NAME, &elsewhere).contains("the table \"divisors\" does not have it"));
        let exempt = with(gross(json!([]), "0.00"), json!({"tax_exempt": true}));
        assert_eq!(rows(&written(NAME, &exempt)), ["Mug|9.99|0.00|T0"]);
    }

    #[test]
    fn currencies_keep_their_places_or_the_order_is_refused() {
        let yen =
            with(order("1200", "0", json!([line("Mug", "400", 3, json!([]))])), json!({"currency": "JPY"}));
        assert_eq!(sums(&written(NAME, &yen)), (120_000, 0));
        let dinars = |price: &str, total: &str| {
            with(order(total, "0.000", json!([line("Mug", price, 3, json!([]))])), json!({"currency": "KWD"}))
        };
        assert_eq!(sums(&written(NAME, &dinars("4.110", "12.330"))), (1233, 0));
        assert!(refused(NAME, &dinars("4.115", "12.345")).contains("2 decimal places hold exactly"));
    }

    #[test]
    fn an_unknown_sku_is_told_and_stays_in_the_row() {
        let unknown = with(line("Lamp", "10.00", 1, json!([])), json!({"sku": "NO-77"}));
        let known = with(line("Mug", "5.00", 1, json!([])), json!({"sku": "MUG-1"}));
        match mapped(NAME, &order("15.00", "0.00", json!([unknown, known]))) {
            Became::Written { body, told } => {
                assert_eq!(rows(&body), ["Lamp (NO-77)|10.00|0.00|T0", "Mug|5.00|0.00|T0"]);
                assert_eq!(
                    (&body["rows"][0]["productId"], &body["rows"][1]["productId"]),
                    (&Value::Null, &json!(1007))
                );
                assert_eq!(told, ["Brightpearl has no product of SKU NO-77; its row is free text"]);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn notes_guests_and_dates_arrive() {
        let till = with(
            order("20.00", "0.00", json!([line("Mug", "20.00", 1, json!([]))])),
            json!({"email": "", "customer": null, "billing_address": null, "shipping_address": null, "source_name": "pos",
                   "note": "Ring <b>twice</b>", "po_number": "PO-9", "presentment_currency": "EUR",
                   "total_price_set": {"presentment_money": {"amount": "23.40"}}}),
        );
        let body = written(NAME, &till);
        assert_eq!((&body["customer"]["id"], &body["channelId"]), (&json!(200), &json!(2)));
        assert_eq!(body["taxDate"], "2026-05-04T23:30:00.000-04:00", "a moment: its day is the account's");
        assert_eq!(sums(&body), (2000, 0));
        let texts = ["Purchase order: PO-9", "Note: Ring <b>twice</b>", "Paid in EUR: 23.40"];
        assert_eq!(rows(&body)[1..], texts.map(|text| format!("{text}|0.00|0.00|T0")));
    }
}

mod woocommerce {
    use super::*;

    const NAME: &str = "woocommerce-order";

    fn order(total: &str, tax: &str, lines: Value) -> Value {
        json!({
            "id": 81, "number": "81", "status": "processing", "currency": "GBP", "date_created_gmt": "2026-05-04T10:00:00",
            "total": total, "total_tax": tax, "billing": {"email": "pat@example.com", "first_name": "Pat"},
            "shipping": {}, "line_items": lines, "shipping_lines": [], "fee_lines": [], "customer_note": ""
        })
    }

    fn line(name: &str, total: &str, tax: &str) -> Value {
        json!({"id": 1, "name": name, "quantity": 1, "tax_class": "", "total": total, "total_tax": tax, "sku": ""})
    }

    #[test]
    fn a_shop_that_rounds_at_the_subtotal_has_a_row_of_cents() {
        let lines =
            json!([line("A", "10.03", "2.01"), line("B", "10.03", "2.01"), line("C", "10.03", "2.01")]);
        // 30.09 * 0.2 = 6.018.
        let body = written(NAME, &order("36.11", "6.02", lines.clone()));
        assert_eq!(sums(&body), (3009, 602));
        assert_eq!(rows(&body)[3], "Rounding|0.00|-0.01|T20");
        assert!(refused(NAME, &order("36.19", "6.10", lines.clone())).contains("a difference of 0.07"));
        assert_eq!(rows(&written(NAME, &order("36.12", "6.03", lines))).len(), 3);
    }

    #[test]
    fn fees_of_cash_on_delivery_are_rows_and_rows_without_tax_have_the_code_of_none() {
        let mut order =
            order("17.00", "2.00", json!([line("A", "10.00", "2.00"), line("Book", "3.00", "0.00")]));
        order["fee_lines"] =
            json!([{"name": "Cash on delivery", "total": "2.00", "total_tax": "0.00", "tax_class": ""}]);
        let body = written(NAME, &order);
        assert_eq!(sums(&body), (1000 + 300 + 200, 200));
        assert_eq!(rows(&body)[1..], ["Book|3.00|0.00|T0", "Cash on delivery|2.00|0.00|T0"]);
    }

    #[test]
    fn what_is_no_order_or_refunded_is_left_alone_for_a_reason() {
        for (status, expected) in [
            ("refunded", "refunded"),
            ("auto-draft", "draft"),
            ("checkout-draft", "not paid"),
            ("cancelled", "cancelled"),
        ] {
            let mut order = order("10.00", "0.00", json!([line("A", "10.00", "0.00")]));
            order["status"] = status.into();
            assert!(
                matches!(mapped(NAME, &order), Became::Skipped(reason) if reason.contains(expected)),
                "{status}"
            );
        }
    }

    #[test]
    fn guests_and_notes_arrive() {
        let mut order = order("10.00", "0.00", json!([line("A", "10.00", "0.00")]));
        order["billing"]["email"] = "".into();
        order["customer_note"] = "At the back door".into();
        let body = written(NAME, &order);
        assert_eq!(body["customer"]["id"], 200);
        assert_eq!(rows(&body)[1], "Note: At the back door|0.00|0.00|T0");
    }
}

mod amazon {
    use super::*;

    const NAME: &str = "amazon-order";

    fn order(channel: &str, total: &str, item: Value) -> Value {
        json!({
            "AmazonOrderId": "702-1", "PurchaseDate": "2026-05-04T10:00:00Z", "OrderStatus": "Unshipped",
            "FulfillmentChannel": "MFN", "SalesChannel": channel, "OrderTotal": {"CurrencyCode": "GBP", "Amount": total},
            "OrderItems": [item]
        })
    }

    fn item(price: &str, more: Value) -> Value {
        let mut item = json!({"SellerSKU": "MUG", "OrderItemId": "1", "Title": "Mug", "QuantityOrdered": 2,
                              "ItemPrice": {"Amount": price}});
        for (name, value) in more.as_object().expect("members") {
            item[name] = value.clone();
        }
        item
    }

    #[test]
    fn gift_wrap_is_a_row() {
        let wrap = json!({"GiftWrapPrice": {"Amount": "2.40"}, "GiftWrapTax": {"Amount": "0.40"}, "GiftMessageText": "Hooray"});
        let item = item("12.00", json!({"ItemTax": {"Amount": "2.00"}, "BuyerInfo": wrap}));
        let body = written(NAME, &order("Amazon.co.uk", "14.40", item.clone()));
        assert_eq!(sums(&body), (1000 + 200, 200 + 40));
        assert_eq!(rows(&body)[1], "Gift wrap of MUG: Hooray|2.00|0.40|T20");
        assert!(refused(NAME, &order("Amazon.co.uk", "12.00", item)).contains("a difference of -2.40"));
    }

    #[test]
    fn a_tax_that_amazon_does_not_state_is_what_the_divisor_leaves() {
        for tax in [json!({}), json!({"ItemTax": {"Amount": "0.00"}})] {
            let body = written(NAME, &order("Amazon.co.uk", "24.00", item("24.00", tax.clone())));
            assert_eq!(rows(&body), ["Mug|20.00|4.00|T20"]);
            let reason = refused(NAME, &order("Amazon.de", "24.00", item("24.00", tax.clone())));
            assert!(reason.contains("the table \"divisors\" does not have it"), "{reason}");
            let without = written(NAME, &order("Amazon.com", "24.00", item("24.00", tax)));
            assert_eq!(rows(&without), ["Mug|24.00|0.00|T0"]);
        }
    }
}

mod flat_file {
    use super::*;

    fn order(price: &str, tax: &str, more: Value) -> Value {
        let mut line = json!({"Order Number": "K-1", "Order Date": "01/03/2026", "Email": "pat@example.com", "SKU": "MUG",
                              "Description": "Mug", "Quantity": "1", "Unit Price": price, "Line Tax": tax, "VAT Rate": "20"});
        for (name, value) in more.as_object().expect("members") {
            line[name] = value.clone();
        }
        json!({"rows": [line]})
    }

    #[test]
    fn a_comma_of_decimals_is_refused_where_commas_stand_between_thousands() {
        let reason = refused("csv-order", &order("12,50", "2.50", json!({})));
        assert!(
            reason.contains("rows[0].\"Unit Price\" is \"12,50\"") && reason.contains("three digits"),
            "{reason}"
        );
        assert_eq!(sums(&written("csv-order", &order("1,012.50", "202.50", json!({})))), (101_250, 20_250));
    }

    #[test]
    fn a_line_without_its_tax_has_that_of_its_rate() {
        assert_eq!(rows(&written("csv-order", &order("10.00", "", json!({})))), ["Mug|10.00|2.00|T20"]);
        let free = order("10.00", "", json!({"VAT Rate": "0%"}));
        assert_eq!(rows(&written("csv-order", &free)), ["Mug|10.00|0.00|T0"]);
    }

    #[test]
    fn a_day_is_that_day_on_the_account_and_a_total_is_held() {
        let body = written("csv-order", &order("10.00", "2.00", json!({"Order Total": "12.00"})));
        assert_eq!(body["placedOn"], "2026-03-01T12:00:00.000Z");
        let reason = refused("csv-order", &order("10.00", "2.00", json!({"Order Total": "12.50"})));
        assert!(reason.contains("12.50") && reason.contains("12.00") && reason.contains("0.50"), "{reason}");
    }
}

mod journals {
    use super::*;

    #[test]
    fn debits_and_credits_are_those_of_the_source_and_equal() {
        let journal = |debit: f64| {
            json!({"JournalDate": "2026-02-20", "JournalNumber": 7, "JournalLines": [
                {"AccountCode": "5000", "NetAmount": debit}, {"AccountCode": "4000", "NetAmount": -100.25}]})
        };
        let body = written("xero-journal", &journal(100.25));
        assert_eq!(
            cents(&body["debits"][0]["change"]["value"]),
            cents(&body["credits"][0]["change"]["value"])
        );
        assert!(refused("xero-journal", &journal(100.5)).contains("come to 0.25"));
        let line = |kind: &str, amount: f64| json!({"Amount": amount, "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": "39"}}});
        let entry = |debit: f64| json!({"DocNumber": "J", "TxnDate": "2026-02-20", "Line": [line("Debit", debit), line("Credit", 5.5)]});
        assert_eq!(cents(&written("quickbooks-journal", &entry(5.5))["credits"][0]["change"]["value"]), 550);
        assert!(refused("quickbooks-journal", &entry(5.25)).contains("a difference of -0.25"));
    }
}

mod outbound {
    use super::*;

    fn order(rows: &[(&str, &str, &str)]) -> Value {
        let sum = |of: fn(&(&str, &str, &str)) -> Value| {
            let sum: i64 = rows.iter().map(|row| cents(&of(row))).sum();
            format!("{}{}.{:02}", if sum < 0 { "-" } else { "" }, sum.abs() / 100, sum.abs() % 100)
        };
        let row = |(place, (quantity, net, tax)): (usize, &(&str, &str, &str))| {
            let value = json!({"rowNet": {"value": net}, "rowTax": {"value": tax}, "taxCode": "T20", "taxRate": "20.0000"});
            let row = json!({"productSku": format!("S{place}"), "productName": format!("Article {place}"),
                             "quantity": {"magnitude": quantity}, "rowValue": value});
            (place.to_string(), row)
        };
        let rows_by_id: serde_json::Map<String, Value> = rows.iter().enumerate().map(row).collect();
        json!({"id": 9, "orderTypeCode": "SO", "reference": "R", "placedOn": "2026-03-01T10:00:00.000Z",
               "orderPaymentStatus": "AUTHORIZED", "currency": {"orderCurrencyCode": "GBP"},
               "totalValue": {"net": sum(|row| json!(row.1)), "taxAmount": sum(|row| json!(row.2))},
               "parties": {"customer": {}, "billing": {}, "delivery": {}}, "orderRows": rows_by_id})
    }

    /// What Shopify charges for the goods: the pieces at their prices, less discounts.
    fn shopify_net(body: &Value) -> i64 {
        let lines = body["order"]["line_items"].as_array().expect("lines").iter();
        let discounts = body["order"]["discount_codes"].as_array().into_iter().flatten();
        lines.map(|line| line["quantity"].as_i64().expect("pieces") * cents(&line["price"])).sum::<i64>()
            - discounts.map(|discount| cents(&discount["amount"])).sum::<i64>()
    }

    #[test]
    fn an_order_states_the_total_of_brightpearl_to_the_cent() {
        let rows = [("3.0000", "10.0000", "2.00"), ("7.0000", "0.50", "0.10"), ("1.0000", "-2.00", "-0.40")];
        let order = order(&rows);
        let body = written("order-to-shopify", &order);
        assert_eq!(shopify_net(&body), 1000 + 50 - 200);
        assert_eq!(
            (&body["order"]["financial_status"], cents(&body["order"]["total_tax"])),
            (&json!("authorized"), 170)
        );
        assert_eq!(body["order"]["line_items"][0]["price"], "3.33");
        assert!(
            body["order"]["line_items"]
                .as_array()
                .expect("lines")
                .iter()
                .all(|line| cents(&line["price"]) >= 0)
        );
        let woo = written("order-to-woocommerce", &order);
        let total: i64 =
            woo["line_items"].as_array().expect("lines").iter().map(|line| cents(&line["total"])).sum();
        assert_eq!(total, 850);
    }

    #[test]
    fn every_count_of_pieces_comes_to_its_net() {
        for pieces in 1..60_i64 {
            for net in [1, 99, 100, 1000, 12_345] {
                let (count, amount) = (format!("{pieces}.0000"), format!("{}.{:02}", net / 100, net % 100));
                let body = written("order-to-shopify", &order(&[(&count, &amount, "0.00")]));
                assert_eq!(shopify_net(&body), net, "{pieces} for {amount}");
            }
        }
    }

    #[test]
    fn nets_of_four_places_come_to_the_total_of_two() {
        let mut order = order(&[
            ("3.0000", "10.0000", "0.00"),
            ("1.0000", "5.0000", "0.00"),
            ("1.0000", "-1.0000", "0.00"),
        ]);
        for (place, net) in ["10.3333", "5.4444", "-1.5577"].into_iter().enumerate() {
            order["orderRows"][place.to_string()]["rowValue"]["rowNet"]["value"] = net.into();
        }
        // 14.2200, and then a total that was rounded the other way.
        for (total, cents) in [("14.22", 1422), ("14.23", 1423)] {
            order["totalValue"]["net"] = total.into();
            assert_eq!(shopify_net(&written("order-to-shopify", &order)), cents);
        }
        order["totalValue"]["net"] = "14.20".into();
        assert!(refused("order-to-shopify", &order).contains("negative price"));
    }

    #[test]
    fn rows_that_do_not_come_to_the_total_are_refused() {
        let mut order = order(&[("1.0000", "10.00", "2.00")]);
        order["totalValue"]["net"] = "11.00".into();
        for name in ["order-to-shopify", "order-to-woocommerce"] {
            assert!(refused(name, &order).contains("a difference of 1.00"), "{name}");
        }
    }

    #[test]
    fn an_active_product_without_a_price_is_a_draft() {
        let product = |price: Option<&str>| json!({"identity": {"sku": "L-1"}, "salesChannels": [{"productName": "Lamp"}], "status": "LIVE", "price": price});
        let shopify = |price| written("product-to-shopify", &product(price))["product"].clone();
        assert_eq!(shopify(None)["status"], "draft");
        let priced = shopify(Some("12.5"));
        assert_eq!((&priced["status"], &priced["variants"][0]["price"]), (&json!("active"), &json!("12.50")));
        assert_eq!(written("product-to-woocommerce", &product(None))["status"], "draft");
        assert_eq!(written("product-to-woocommerce", &product(Some("12.5")))["status"], "publish");
    }
}

#[test]
fn nobody_consents_to_a_newsletter_by_silence_and_countries_are_known_or_refused() {
    let contact = |optout: Value, country: &str| json!({"id": "1", "properties": {"email": "a@example.com", "hs_email_optout": optout, "country": country}});
    for (optout, expected) in
        [(json!(null), Value::Null), (json!("false"), Value::Null), (json!("true"), json!(false))]
    {
        let body = written("hubspot-contact", &contact(optout, "Germany"));
        assert_eq!(body["marketingDetails"]["isReceiveEmailNewsletter"], expected);
    }
    let reason = refused("hubspot-contact", &contact(json!(null), "Atlantis"));
    assert!(reason.contains("\"Atlantis\": the table \"countries\" does not have it"), "{reason}");
}

#[test]
fn a_shipment_of_an_unknown_order_is_refused_and_one_of_what_is_shipped_is_skipped() {
    let shipment = json!({"shipmentId": 3, "orderNumber": "99999", "createDate": "2026-03-03T08:16:00", "trackingNumber": "T3",
                          "weight": {"value": 1, "units": "grams"}, "carrierCode": "ups"});
    for name in ["shipstation-shipment", "shipstation-tracking"] {
        let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
        let mapped = Mapping::compile(document).expect("right").map(shipment.to_string().as_bytes());
        let unknown = mapped.path(&|_| Resolution::Missing);
        assert!(matches!(unknown, Err(NoBody::Failed(_))), "{unknown:?}");
        let shipped = mapped.path(&|reference: &Reference| match &*reference.search {
            "order-service/order-search" => Resolution::Id(99_999),
            _ => Resolution::Missing,
        });
        assert!(matches!(shipped, Err(NoBody::Skipped(_))), "{shipped:?}");
    }
}
