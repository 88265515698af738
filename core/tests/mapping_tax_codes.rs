//! The tax codes of the ready documents: that of the rate by which a row is taxed, or the record is refused. No code
//! stands for a tax that is another's, for a rate that it does not have, or for a sale that goes abroad.

use serde_json::{Value, json};

use crate::ready_record::{refused, rows, written};

/// A record with other values at some places.
fn with(mut record: Value, changes: Value) -> Value {
    for (pointer, value) in changes.as_object().expect("changes") {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        match record.pointer_mut(parent).expect("a place") {
            Value::Array(elements) => elements[name.parse::<usize>().expect("a place")] = value.clone(),
            parent => parent[name] = value.clone(),
        }
    }
    record
}

fn amazon(channel: &str, total: &str, price: &str, tax: &str) -> Value {
    json!({"AmazonOrderId": "702-1", "PurchaseDate": "2026-05-04T10:00:00Z", "OrderStatus": "Unshipped", "FulfillmentChannel": "MFN",
           "SalesChannel": channel, "OrderTotal": {"CurrencyCode": "GBP", "Amount": total},
           "OrderItems": [{"SellerSKU": "MUG", "OrderItemId": "1", "Title": "Mug", "QuantityOrdered": 2,
                           "ItemPrice": {"Amount": price}, "ItemTax": {"Amount": tax}}]})
}

#[test]
fn rows_of_amazon_have_the_code_of_their_rate() {
    let reduced = amazon("Amazon.co.uk", "10.50", "10.50", "0.50");
    assert_eq!(rows(&written("amazon-order", &reduced)), ["Mug|10.00|0.50|T5"]);
    for (channel, total, price, tax) in [
        ("Amazon.de", "11.90", "11.90", "1.90"),
        ("Amazon.com", "10.83", "10.00", "0.83"),
        ("Amazon.co.jp", "1100", "1100", "100"),
    ] {
        let reason = refused("amazon-order", &amazon(channel, total, price, tax));
        assert!(
            reason.contains(&format!("Mug is taxed with {tax} on {price}; expected one of the rates")),
            "{reason}"
        );
    }
}

#[test]
fn a_tax_that_amazon_collects_is_a_row_of_its_own() {
    let collected = json!({"Model": "MarketplaceFacilitator", "ResponsibleParty": "Amazon Services, Inc."});
    let american = with(
        amazon("Amazon.com", "16.24", "10.00", "0.83"),
        json!({"/OrderItems/0/TaxCollection": collected, "/OrderItems/0/ShippingPrice": {"Amount": "5.00"},
               "/OrderItems/0/ShippingTax": {"Amount": "0.41"}}),
    );
    let expected = [
        "Mug|10.00|0.00|T0",
        "Shipping of MUG|5.00|0.00|T0",
        "Tax that Amazon collects and remits: Mug|1.24|0.00|T0",
    ];
    assert_eq!(rows(&written("amazon-order", &american)), expected);
    let contained = with(
        amazon("Amazon.co.uk", "24.00", "24.00", "4.00"),
        json!({"/OrderItems/0/TaxCollection": collected}),
    );
    let expected = ["Mug|20.00|0.00|T0", "Tax that Amazon collects and remits: Mug|4.00|0.00|T0"];
    assert_eq!(rows(&written("amazon-order", &contained)), expected);
}

#[test]
fn where_amazon_states_one_tax_another_of_0_is_stated_too() {
    let book = json!({"SellerSKU": "BOOK", "OrderItemId": "2", "Title": "Book", "QuantityOrdered": 1,
                      "ItemPrice": {"Amount": "10.00"}, "ItemTax": {"Amount": "0.00"}});
    let mut order = amazon("Amazon.co.uk", "34.00", "24.00", "4.00");
    order["OrderItems"].as_array_mut().expect("items").push(book.clone());
    assert_eq!(rows(&written("amazon-order", &order)), ["Mug|20.00|4.00|T20", "Book|10.00|0.00|T0"]);
    // Alone, it says that Amazon does not calculate taxes for this seller.
    let alone = with(amazon("Amazon.co.uk", "10.00", "10.00", "0.00"), json!({"/OrderItems/0": book}));
    assert_eq!(rows(&written("amazon-order", &alone)), ["Book|8.33|1.67|T20"]);
}

#[test]
fn an_export_does_not_have_the_divisor_of_the_marketplace() {
    let amazon = amazon("Amazon.co.uk", "24.00", "24.00", "0.00");
    let export = with(amazon.clone(), json!({"/ShippingAddress": {"CountryCode": "NO"}}));
    assert!(
        refused("amazon-order", &export)
            .contains("\"Amazon.co.uk to NO\": the table \"divisors\" does not have it")
    );
    let domestic = with(amazon, json!({"/ShippingAddress": {"CountryCode": "GB"}}));
    assert_eq!(rows(&written("amazon-order", &domestic)), ["Mug|20.00|4.00|T20"]);

    let ship_to = |country: &str| {
        json!({"orderId": "1-1", "creationDate": "2026-05-04T10:00:00Z", "orderPaymentStatus": "PAID",
               "pricingSummary": {"total": {"value": "24.0", "currency": "GBP"}},
               "fulfillmentStartInstructions": [{"shippingStep": {"shipTo": {"contactAddress": {"countryCode": country}}}}],
               "lineItems": [{"lineItemId": "1", "title": "Mug", "quantity": 2, "lineItemCost": {"value": "24.0"},
                              "listingMarketplaceId": "EBAY_GB", "taxes": []}]})
    };
    assert!(
        refused("ebay-order", &ship_to("NO"))
            .contains("\"EBAY_GB to NO\": the table \"divisors\" does not have it")
    );
    assert_eq!(rows(&written("ebay-order", &ship_to("GB"))), ["Mug|20.00|4.00|T20"]);
}

fn woocommerce(total: &str, tax: &str, line: Value) -> Value {
    json!({"id": 81, "number": "81", "status": "processing", "currency": "GBP", "date_created_gmt": "2026-05-04T10:00:00",
           "total": total, "total_tax": tax, "billing": {"email": "pat@example.com"}, "shipping": {}, "line_items": [line],
           "shipping_lines": [], "fee_lines": []})
}

#[test]
fn rows_of_woocommerce_are_taxed_with_the_rate_of_their_class() {
    let line = |class: &str, tax: &str| json!({"id": 1, "name": "Mug", "quantity": 1, "tax_class": class, "total": "10.00", "total_tax": tax, "sku": ""});
    for (class, tax, total) in [
        ("", "1.90", "11.90"),
        ("", "1.30", "11.30"),
        ("zero-rate", "2.00", "12.00"),
        ("reduced-rate", "2.00", "12.00"),
    ] {
        let reason = refused("woocommerce-order", &woocommerce(total, tax, line(class, tax)));
        assert!(reason.contains(&format!("Mug is taxed with {tax} on 10.00; expected the rate")), "{reason}");
    }
    // Shipping and fees have codes of their own.
    let post = json!([{"method_title": "", "total": "10.00", "total_tax": "0.50"}]);
    let fees = json!([{"name": "Packing", "tax_class": "", "total": "1.00", "total_tax": "0.20"}]);
    let order = with(
        woocommerce("22.20", "1.20", line("reduced-rate", "0.50")),
        json!({"/shipping_lines": post, "/fee_lines": fees}),
    );
    let expected = ["Mug|10.00|0.50|T5", "Shipping|10.00|0.50|T5", "Packing|1.00|0.20|T20"];
    assert_eq!(rows(&written("woocommerce-order", &order)), expected);
    let odd =
        with(order, json!({"/shipping_lines/0/total_tax": "1.90", "/total_tax": "2.60", "/total": "23.60"}));
    assert!(refused("woocommerce-order", &odd).contains("Shipping is taxed with 1.90 on 10.00"));
    // A tax in whole yen is rounded by more than pence are.
    let yen = with(
        woocommerce(
            "1204",
            "201",
            json!({"id": 1, "name": "Mug", "quantity": 1, "total": "1003", "total_tax": "201", "sku": ""}),
        ),
        json!({"/currency": "JPY"}),
    );
    assert_eq!(rows(&written("woocommerce-order", &yen)), ["Mug|1003.00|201.00|T20"]);
}

#[test]
fn shipping_has_the_code_of_its_rate() {
    let refund = json!({"order": {"id": 81, "number": "81", "currency": "GBP"},
        "refund": {"id": 82, "parent_id": 81, "date_created_gmt": "2026-05-04T10:00:00", "amount": "10.50", "line_items": [],
                   "shipping_lines": [{"method_title": "Post", "total": "-10.00", "total_tax": "-0.50"}], "fee_lines": []}});
    assert_eq!(rows(&written("woocommerce-refund", &refund)), ["Shipping: Post|10.00|0.50|T5"]);
    let magento = json!({"increment_id": "7", "state": "processing", "order_currency_code": "GBP", "created_at": "2026-03-09 10:14:27",
        "grand_total": 21, "tax_amount": 1, "shipping_amount": 10, "shipping_tax_amount": 0.5, "customer_email": "pat@example.com",
        "items": [{"item_id": 1, "product_type": "simple", "sku": "M", "name": "Mug", "qty_ordered": 1, "row_total": 10,
                   "tax_percent": 5, "tax_amount": 0.5}]});
    assert_eq!(rows(&written("magento-order", &magento)), ["Mug|10.00|0.50|T5", "Shipping|10.00|0.50|T5"]);
    let odd = with(magento, json!({"/shipping_tax_amount": 1.9, "/tax_amount": 2.4, "/grand_total": 22.4}));
    assert!(refused("magento-order", &odd).contains("Shipping is taxed with 1.9 on 10"));
}

fn flat(lines: &[Value]) -> Value {
    let line = json!({"Order Number": "N-1", "Order Date": "1/3/2026", "Email": "pat@example.com", "SKU": "MUG", "Description": "Mug",
                      "Quantity": "1", "Unit Price": "10.00", "Line Tax": "", "VAT Rate": "20"});
    let line = |changes: &Value| {
        let mut line = line.clone();
        line.as_object_mut().expect("a line").extend(changes.as_object().expect("changes").clone());
        line
    };
    json!({"rows": lines.iter().map(line).collect::<Vec<_>>()})
}

#[test]
fn a_tax_in_a_flat_file_is_that_of_its_rate() {
    for (rate, tax) in [("20", "0.00"), ("20%", "0"), ("0", "2.00"), ("5", "2.00")] {
        let reason = refused("csv-order", &flat(&[json!({"VAT Rate": rate, "Line Tax": tax})]));
        assert!(reason.contains(&format!("Line Tax {tax} is not that of VAT Rate")), "{reason}");
    }
    let reason = refused("csv-order", &flat(&[json!({"VAT Rate": "", "Line Tax": "0.50"})]));
    assert!(
        reason.contains("Mug has a Line Tax of 0.50 and no VAT Rate; expected the rate, such as 20"),
        "{reason}"
    );
    for (rate, tax, expected) in [
        ("20", "2.01", "Mug|10.00|2.01|T20"),
        ("5", "0.50", "Mug|10.00|0.50|T5"),
        ("0", "0", "Mug|10.00|0.00|T0"),
    ] {
        assert_eq!(
            rows(&written("csv-order", &flat(&[json!({"VAT Rate": rate, "Line Tax": tax})]))),
            [expected]
        );
    }
    // What is rounded for each piece adds up, and a line without pieces has none.
    let many = flat(&[
        json!({"Quantity": "300", "Unit Price": "0.33", "Line Tax": "21.00"}),
        json!({"Quantity": "0"}),
    ]);
    assert_eq!(rows(&written("csv-order", &many)), ["Mug|99.00|21.00|T20", "Mug|0.00|0.00|T20"]);
}

#[test]
fn lines_of_one_order_that_disagree_on_it_are_refused() {
    for (column, first, second) in [
        ("Order Total", "24.00", "25.00"),
        ("Currency", "GBP", "EUR"),
        ("Email", "pat@example.com", "sam@example.com"),
        ("Order Date", "1/3/2026", "2/3/2026"),
        ("Postcode", "EX1 2PL", "EX1 3PL"),
        ("First Name", "Ann", "Bob"),
        ("City", "Exeter", "Leeds"),
        ("Country", "gb", "us"),
    ] {
        let reason = refused("csv-order", &flat(&[json!({column: first}), json!({column: second})]));
        assert!(
            reason.contains(&format!("its lines do not agree on the {column}; expected the same")),
            "{reason}"
        );
        for same in ["", first, &format!(" {} ", first.to_uppercase())] {
            let agreed = flat(&[json!({column: first}), json!({column: same})]);
            assert_eq!(rows(&written("csv-order", &agreed)).len(), 2, "{column}: {same}");
        }
    }
    // What only a later line has is that of the order.
    let later = flat(&[
        json!({"Currency": "", "Email": " ", "Order Date": "", "Address 1": null, "Postcode": ""}),
        json!({"Currency": "usd", "Address 1": "9 Road", "Postcode": "EX1 2PL", "Country": "gb"}),
    ]);
    let body = written("csv-order", &later);
    let address = &body["delivery"]["address"];
    assert_eq!(
        (&body["currency"]["code"], &body["placedOn"]),
        (&json!("USD"), &json!("2026-03-01T12:00:00.000Z"))
    );
    assert_eq!((&address["addressLine1"], &address["postalCode"]), (&json!("9 Road"), &json!("EX1 2PL")));
    assert_eq!(address["countryIsoCode"], "GB");
    // Lines of a program have numbers, and nothing, where a file has texts.
    let numbers = flat(&[
        json!({"Order Number": 1001, "Postcode": 12345, "Order Total": 24, "Phone": 7}),
        json!({"Order Number": 1001, "Postcode": " 12345", "Order Total": null, "Quantity": 1, "Unit Price": 10}),
    ]);
    assert_eq!(written("csv-order", &numbers)["ref"], 1001);
    // The total counts wherever it stands.
    let late = flat(&[json!({}), json!({"Order Total": "25.00"})]);
    assert!(refused("csv-order", &late).contains("a difference of 1.00"));
}

#[test]
fn a_tax_that_was_not_charged_is_not_among_the_rates_of_shopify() {
    let order = |taxes: Value, tax: &str, total: &str| {
        json!({"id": 1, "name": "#1", "email": "pat@example.com", "currency": "GBP", "created_at": "2026-05-04T10:00:00Z",
               "taxes_included": false, "total_price": total, "total_tax": tax,
               "line_items": [{"id": 1, "name": "Mug", "sku": "", "price": "10.00", "quantity": 1, "tax_lines": taxes}]})
    };
    let taxes = |first: (f64, &str), second: (f64, &str)| json!([{"rate": first.0, "price": first.1}, {"rate": second.0, "price": second.1}]);
    let idle = order(taxes((0.2, "2.00"), (0.05, "0.00")), "2.00", "12.00");
    assert_eq!(rows(&written("shopify-order", &idle)), ["Mug|10.00|2.00|T20"]);
    // Together they would be 20 %.
    let reduced = order(taxes((0.05, "0.50"), (0.15, "0.00")), "0.50", "10.50");
    assert_eq!(rows(&written("shopify-order", &reduced)), ["Mug|10.00|0.50|T5"]);
}

#[test]
fn a_discount_of_shipping_without_its_parts_stays_with_shipping() {
    let order = json!({"id": 1, "name": "#1", "email": "pat@example.com", "currency": "GBP", "created_at": "2026-05-04T10:00:00Z",
        "taxes_included": true, "total_price": "14.00", "total_tax": "2.00", "total_discounts": "3.00",
        "line_items": [{"id": 1, "name": "Mug", "sku": "", "price": "12.00", "quantity": 1, "tax_lines": [{"rate": 0.2, "price": "2.00"}]}],
        "shipping_lines": [{"title": null, "price": "5.00", "discounted_price": "2.00", "tax_lines": []}]});
    assert_eq!(rows(&written("shopify-order", &order)), ["Mug|10.00|2.00|T20", "Shipping|2.00|0.00|T0"]);
}

#[test]
fn an_order_of_which_money_was_given_back_is_refused_where_nothing_brings_that() {
    let square = json!({"id": "1", "state": "COMPLETED", "created_at": "2026-05-04T10:00:00Z", "total_money": {"amount": 1000, "currency": "GBP"},
        "total_tax_money": {"amount": 0, "currency": "GBP"},
        "line_items": [{"uid": "1", "name": "Mug", "quantity": "1", "total_money": {"amount": 1000, "currency": "GBP"}}]});
    assert_eq!(rows(&written("square-order", &square)), ["Mug|10.00|0.00|T0"]);
    let refunds = with(
        square,
        json!({"/refunds": [{"id": "r", "status": "APPROVED", "amount_money": {"amount": 1000}}]}),
    );
    assert!(refused("square-order", &refunds).contains("it has returns or refunds"));

    let shopify = json!({"id": 1, "name": "#1", "email": "pat@example.com", "currency": "GBP", "created_at": "2026-05-04T10:00:00Z",
        "total_price": "10.00", "total_tax": "0.00", "financial_status": "refunded",
        "line_items": [{"id": 1, "name": "Mug", "sku": "", "price": "10.00", "quantity": 1}]});
    assert!(refused("shopify-order", &shopify).contains("it does not say what is left"));

    let magento = json!({"increment_id": "7", "state": "processing", "order_currency_code": "GBP", "created_at": "2026-03-09 10:14:27",
        "grand_total": 10, "tax_amount": 0, "total_refunded": 5,
        "items": [{"item_id": 1, "product_type": "simple", "name": "Mug", "qty_ordered": 2, "qty_refunded": 1, "row_total": 10, "tax_amount": 0}]});
    assert!(refused("magento-order", &magento).contains("5 of it was given back"));
}

#[test]
fn a_journal_entry_in_a_foreign_currency_is_refused() {
    let line = |posting: &str, account: &str| json!({"Amount": 10, "JournalEntryLineDetail": {"PostingType": posting, "AccountRef": {"value": account}}});
    let entry = json!({"Id": "1", "DocNumber": "J1", "TxnDate": "2026-05-04", "ExchangeRate": 1.3,
                       "CurrencyRef": {"value": "USD"}, "Line": [line("Debit", "39"), line("Credit", "35")]});
    assert!(
        refused("quickbooks-journal", &entry).contains("at 1.3, and a journal takes the base currency alone")
    );
    let dollars = with(entry.clone(), json!({"/ExchangeRate": null}));
    assert!(refused("quickbooks-journal", &dollars).contains("the entry is in USD"));
    for rate in [json!("1"), json!(1.0), Value::Null] {
        let base = with(entry.clone(), json!({"/ExchangeRate": rate, "/CurrencyRef/value": "GBP"}));
        assert_eq!(written("quickbooks-journal", &base)["debits"][0]["change"]["currency"], "GBP");
    }
}

#[test]
fn a_tax_type_that_the_table_of_a_journal_lacks_is_refused() {
    let line = |account: &str, amount: i64, kind: Value| json!({"AccountCode": account, "NetAmount": amount, "TaxType": kind});
    let journal = |kind: Value| {
        json!({"JournalNumber": 9, "JournalDate": "2026-03-09",
               "JournalLines": [line("610", 12, "NONE".into()), line("200", -12, kind)]})
    };
    assert_eq!(written("xero-journal", &journal("OUTPUT2".into()))["credits"][0]["taxCode"], "T20");
    assert!(refused("xero-journal", &journal("RROUTPUT".into())).contains("\"taxCodes\" does not have it"));
    for none in [Value::Null, "".into()] {
        assert_eq!(written("xero-journal", &journal(none))["credits"][0]["taxCode"], Value::Null);
    }
    let line = |posting: &str, account: &str, code: &str| json!({"Amount": 10, "JournalEntryLineDetail": {"PostingType": posting, "AccountRef": {"value": account}, "TaxCodeRef": {"value": code}}});
    let entry = |debit: &str, credit: &str| json!({"Id": "1", "TxnDate": "2026-05-04", "Line": [line("Debit", "39", debit), line("Credit", "35", credit)]});
    assert_eq!(written("quickbooks-journal", &entry("TAX", "NON"))["debits"][0]["taxCode"], "T1");
    for (debit, credit) in [("20.0% S", "NON"), ("TAX", "20.0% S")] {
        assert!(
            refused("quickbooks-journal", &entry(debit, credit)).contains("\"taxCodes\" does not have it")
        );
    }
}

#[test]
fn a_refund_of_woocommerce_gives_back_the_tax_of_its_class() {
    let refund = |rows: &str, class: &str, tax: &str, amount: &str| {
        let line = json!({"id": 1, "name": "Mug", "quantity": -1, "tax_class": class, "total": "-10.00", "total_tax": tax, "sku": ""});
        json!({"order": {"id": 81, "number": "81", "currency": "GBP"},
               "refund": {"id": 82, "date_created_gmt": "2026-05-04T10:00:00", "amount": amount, rows: [line]}})
    };
    for rows_of in ["line_items", "fee_lines"] {
        for (class, tax, amount) in
            [("zero-rate", "-2.00", "12.00"), ("", "-0.50", "10.50"), ("reduced-rate", "-2.00", "12.00")]
        {
            let reason = refused("woocommerce-refund", &refund(rows_of, class, tax, amount));
            assert!(reason.contains(&format!("Mug gives back a tax of {tax} on -10.00")), "{reason}");
        }
        for (class, tax, amount, expected) in [
            ("", "-2.00", "12.00", "Mug|10.00|2.00|T20"),
            ("reduced-rate", "-0.50", "10.50", "Mug|10.00|0.50|T5"),
            ("0", "0.00", "10.00", "Mug|10.00|0.00|T0"),
            ("exempt", "0.00", "10.00", "Mug|10.00|0.00|T0"),
        ] {
            assert_eq!(
                rows(&written("woocommerce-refund", &refund(rows_of, class, tax, amount))),
                [expected]
            );
        }
    }
}

#[test]
fn a_product_without_a_price_is_not_for_sale() {
    for (document, status) in
        [("product-to-shopify", "/product/status"), ("product-to-woocommerce", "/status")]
    {
        for (price, expected) in
            [(json!(null), "draft"), (json!("0.00"), "draft"), (json!(0), "draft"), (json!("9.99"), "")]
        {
            let product = json!({"identity": {"sku": "MUG"}, "price": price, "status": "LIVE",
                                 "salesChannels": [{"productName": "Mug"}]});
            let body = written(document, &product);
            let status = body.pointer(status).expect("a status");
            assert_eq!(status == "draft", expected == "draft", "{document}: {price}");
        }
    }
}
