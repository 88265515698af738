//! The money of the ready documents: what a record states is what is written, to the cent, or the record is refused. Sums
//! are computed here, in whole cents, and not by the mapping.

use brightpearl_core::mapping::{Mapping, NoBody, Reference, Resolution, ready};
use serde_json::{Value, json};

use crate::ready_record::{Became, cents, mapped, refused, rows, sums, written};

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
        assert_eq!(shopify_taxes(&body), 170, "a discount has its share of the tax");
        let woo = written("order-to-woocommerce", &order);
        let total: i64 =
            woo["line_items"].as_array().expect("lines").iter().map(|line| cents(&line["total"])).sum();
        assert_eq!(total, 850);
    }

    /// The taxes of Shopify's lines.
    fn shopify_taxes(body: &Value) -> i64 {
        let lines = body["order"]["line_items"].as_array().expect("lines").iter();
        lines.flat_map(|line| line["tax_lines"].as_array()).flatten().map(|tax| cents(&tax["price"])).sum()
    }

    #[test]
    fn rows_of_four_places_come_to_net_and_tax_however_many_there_are() {
        for (count, net, tax, nets, taxes) in
            [(24, "4.1667", "0.8333", "100.00", "20.00"), (30, "0.3300", "0.0660", "9.90", "1.98")]
        {
            let mut order = order(&vec![("1.0000", "1.00", "0.00"); count]);
            for row in order["orderRows"].as_object_mut().expect("rows").values_mut() {
                row["rowValue"]["rowNet"]["value"] = net.into();
                row["rowValue"]["rowTax"]["value"] = tax.into();
            }
            order["totalValue"] = json!({"net": nets, "taxAmount": taxes});
            let body = written("order-to-shopify", &order);
            assert_eq!(
                (shopify_net(&body), shopify_taxes(&body)),
                (cents(&json!(nets)), cents(&json!(taxes)))
            );
        }
    }

    #[test]
    fn prices_have_the_places_of_the_currency_and_a_tax_has_somewhere_to_go() {
        let mut yen = order(&[("3.0000", "1000.00", "100.00")]);
        yen["currency"]["orderCurrencyCode"] = "JPY".into();
        let body = written("order-to-shopify", &yen)["order"].take();
        let prices: Vec<&Value> =
            body["line_items"].as_array().expect("lines").iter().map(|line| &line["price"]).collect();
        assert_eq!(prices, [&json!("333"), &json!("1")]);
        assert_eq!(
            (&body["total_tax"], &body["line_items"][0]["tax_lines"][0]["price"]),
            (&json!("100"), &json!("100"))
        );
        yen["totalValue"]["net"] = "1000.50".into();
        assert!(refused("order-to-shopify", &yen).contains("expected a whole number"));
        let mut untaxed = order(&[("1.0000", "10.00", "0.00"), ("1.0000", "0.00", "0.00")]);
        untaxed["totalValue"]["taxAmount"] = "0.01".into();
        assert!(refused("order-to-shopify", &untaxed).contains("nowhere to go"));
        let odd = order(&[("1.0000", "10.00", "2.00"), ("1.0000", "-5.00", "-3.00")]);
        assert!(refused("order-to-shopify", &odd).contains("Shopify takes none below 0"));
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
        assert!(refused("order-to-shopify", &order).contains("a difference of -0.02"));
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
    fn many_rows_for_woocommerce_may_be_rounded_by_more() {
        let rows = [("1.0000", "4.17", "0.00"); 24];
        let mut order = order(&rows);
        for place in 0..rows.len() {
            order["orderRows"][place.to_string()]["rowValue"]["rowNet"]["value"] = "4.1667".into();
        }
        order["totalValue"]["net"] = "100.00".into();
        let body = written("order-to-woocommerce", &order);
        assert_eq!(body["fee_lines"], json!([{"name": "Rounding", "total": "-0.08"}]));
        order["totalValue"]["net"] = "99.90".into();
        assert!(refused("order-to-woocommerce", &order).contains("at most 0.12"));
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
