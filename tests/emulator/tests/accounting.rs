//! The books: payments and what they do to orders, journals that balance, methods, currencies, statements.

use crate::contacts::new_contact;
use crate::harness::{Account, first_ids, rows, small_account, strict_account};
use brightpearl_core::Method;
use serde_json::{Value, json};

/// A sales order over 120.00 in the accounting currency.
fn sale(account: &mut Account) -> (u64, u64) {
    let customer = account.some_contact("isCustomer=true");
    let body = json!({"customer": {"id": customer}, "currency": {"code": "USD"},
                      "rows": [{"name": "Desk", "quantity": 1, "taxCode": "T20", "net": 100, "tax": 20}]});
    (account.post("order-service/sales-order", &body), customer)
}

fn payment(order: u64, kind: &str, reference: &str, amount: &str) -> Value {
    let mut body = json!({"transactionRef": reference, "paymentMethodCode": "CARD", "paymentType": kind, "orderId": order,
                          "currencyIsoCode": "USD", "paymentDate": "2026-07-01T10:00:00-06:00"});
    let member = if ["AUTH", "VOID"].contains(&kind) { "amountAuthorized" } else { "amountPaid" };
    body[member] = json!(amount);
    if kind == "AUTH" {
        body["authorizationExpiry"] = json!("2026-08-01");
    }
    body
}

const PAYMENTS: &str = "accounting-service/customer-payment";

#[test]
fn payments_settle_an_order_and_can_be_taken_back() {
    let mut account = small_account();
    let (order, _) = sale(&mut account);
    let status = |account: &mut Account| account.order(order)["orderPaymentStatus"].clone();
    let total = format!("accounting-service/sale-payment-total/{order}");
    assert_eq!(account.get(&total)["response"][0].get("paymentCurrency"), None);
    account.post(PAYMENTS, &payment(order, "AUTH", "a1", "120.00"));
    assert_eq!(status(&mut account), "AUTHORIZED");
    account.post(PAYMENTS, &payment(order, "CAPTURE", "c1", "50.00"));
    assert_eq!(status(&mut account), "PARTIALLY_PAID");
    let rest = account.post(PAYMENTS, &payment(order, "RECEIPT", "r1", "70"));
    assert_eq!(status(&mut account), "PAID");
    let raw = account.send(Method::Get, &total, "");
    let expected = format!(
        r#"{{"response":[{{"orderId":{order},"paymentCurrency":"USD","amountPaid":120.00,"amountAuthorized":120.00,"amountCaptured":50.00}}]}}"#
    );
    assert_eq!(crate::harness::text(&raw), expected);
    account.post(PAYMENTS, &payment(order, "PAYMENT", "p1", "20.00"));
    assert_eq!(status(&mut account), "PARTIALLY_PAID");
    assert_eq!(account.write(Method::Delete, &format!("{PAYMENTS}/{rest}"), &Value::Null), json!({}));
    assert_eq!(account.send(Method::Delete, &format!("{PAYMENTS}/{rest}"), "").status, 404);
    assert_eq!(
        account.column(&format!("{PAYMENTS}-search?orderId={order}"), "transactionRef"),
        ["a1", "c1", "p1"]
    );
    let found = account.get(&format!("{PAYMENTS}-search?transactionRef=a1&paymentMethodCode=CARD"));
    let row = rows(&found)[0].clone();
    assert_eq!(row[8..11], [json!("120.00"), json!("0.00"), json!("2026-07-31T18:00:00.000-06:00")]);
    assert_eq!(row[13], Value::Null);
    assert_eq!(found["response"]["metaData"]["columns"][1]["sortable"], false);
}

#[test]
fn a_reference_pays_once() {
    let mut account = small_account();
    let (order, _) = sale(&mut account);
    account.post(PAYMENTS, &payment(order, "RECEIPT", "once", "10"));
    let refused = account.codes(Method::Post, PAYMENTS, &payment(order, "RECEIPT", "once", "10"));
    assert_eq!(refused, (400, vec!["ACCC-031".to_owned()]));
    let mut other = payment(order, "RECEIPT", "once", "10");
    other["paymentMethodCode"] = json!("BANK");
    let id = account.post(PAYMENTS, &other);
    account.write(Method::Delete, &format!("{PAYMENTS}/{id}"), &Value::Null);
    assert_eq!(account.post(PAYMENTS, &other), id + 1);
}

#[test]
fn everything_wrong_with_a_payment_is_answered() {
    let mut account = small_account();
    let (order, _) = sale(&mut account);
    let (status, codes) = account.codes(Method::Post, PAYMENTS, &json!({}));
    assert_eq!((status, codes.len()), (400, 5));
    let mut body = payment(order, "AUTH", "x", "1");
    body["paymentType"] = json!("GIFT");
    body["currencyIsoCode"] = json!("EUR");
    assert_eq!(account.codes(Method::Post, PAYMENTS, &body).1.len(), 2);
    let purchase = first_ids(&account.get("order-service/order-search?orderTypeId=2&pageSize=1"))[0];
    assert_eq!(account.codes(Method::Post, PAYMENTS, &payment(purchase, "RECEIPT", "y", "1")).0, 400);
    let mut no_expiry = payment(order, "AUTH", "z", "1");
    no_expiry["authorizationExpiry"] = Value::Null;
    assert_eq!(account.codes(Method::Post, PAYMENTS, &no_expiry).0, 400);
}

#[test]
fn a_method_with_a_bank_account_makes_a_journal() {
    let mut account = small_account();
    let (order, customer) = sale(&mut account);
    let method = json!({"name": "Shop card", "code": "shop_card",
                        "bankAccounts": [{"currencyIsoCode": "USD", "bankAccountNominalCode": "1200"}]});
    let id = account.post("accounting-service/payment-method", &method);
    let read = account.get(&format!("accounting-service/payment-method/{id}"))["response"][0].clone();
    assert_eq!(
        (&read["code"], &read["bankAccounts"][0]["paymentMethodId"]),
        (&json!("SHOP_CARD"), &json!(id))
    );
    assert_eq!(account.codes(Method::Post, "accounting-service/payment-method", &method).1.len(), 2);
    let change = json!({"name": "Shop card", "isActive": true});
    assert_eq!(
        account.write(Method::Put, &format!("accounting-service/payment-method/{id}"), &change)["response"],
        2
    );
    let mut body = payment(order, "RECEIPT", "auto", "120.00");
    body["paymentMethodCode"] = json!("SHOP_CARD");
    account.post(PAYMENTS, &body);
    let journal = account.column(&format!("{PAYMENTS}-search?orderId={order}"), "journalId")[0].clone();
    let read =
        account.get(&format!("accounting-service/journal/{journal}"))["response"]["journals"][0].clone();
    assert_eq!((&read["journalTypeCode"], &read["contactId"]), (&json!("SR"), &json!(customer)));
    assert_eq!(
        (&read["debits"][0]["nominalCode"], &read["debits"][0]["change"]["value"]),
        (&json!("1200"), &json!("120.00"))
    );
    assert_eq!(
        (&read["credits"][0]["nominalCode"], &read["exchangeRate"]),
        (&json!("1100"), &json!("1.000000"))
    );
    body["transactionRef"] = json!("manual");
    body["journalId"] = json!(77);
    account.post(PAYMENTS, &body);
    let lines = format!("accounting-service/journal-search?orderId={order}");
    assert_eq!(account.column(&lines, "journalId"), [journal.clone(), journal]);
}

#[test]
fn journals_balance_or_are_refused() {
    let mut account = small_account();
    let line = |code: &str, value: &str| {
        json!({"nominalCode": code, "taxCode": "T9", "change": {"currency": "USD", "value": value},
                                               "assignment": {"channelId": 1, "projectId": 2}})
    };
    let mut body = json!({"journalTypeCode": "BT", "taxDate": "2026-06-08", "description": "Between banks",
                          "credits": [line("1200", "745.78")], "debits": [line("1201", "700.00")]});
    let journals = "accounting-service/journal/";
    assert_eq!(account.codes(Method::Post, journals, &body), (400, vec!["ACCC-041".to_owned()]));
    body["debits"] = json!([line("1201", "700.00"), line("1201", "45.78")]);
    let id = account.post(journals, &body);
    let read = account.get(&format!("{journals}{id}"))["response"]["journals"][0].clone();
    assert_eq!(read["taxDate"], "2026-06-08T00:00:00.000-06:00");
    assert_eq!(read["debits"].as_array().unwrap().len(), 2);
    assert_eq!(read["debits"][0]["assignment"], json!({"channelId": 1, "projectId": 2}));
    assert!(read.get("contactId").is_none());
    let lines = format!("accounting-service/journal-search?journalId={id}&nominalCode=1201");
    let found = account.get(&format!("{lines}&sort=journalRowId.DESC"));
    assert_eq!(rows(&found).iter().map(|row| row[7].clone()).collect::<Vec<_>>(), ["45.78", "700.00"]);
    assert_eq!(rows(&found)[0].len(), 24);
    let wrong = json!({"journalTypeCode": "??", "taxDate": "08/06/2026", "credits": [line("9999", "1")], "debits": [line("4000", "1")]});
    assert_eq!(account.codes(Method::Post, journals, &wrong).1.len(), 3);
    assert_eq!(account.send(Method::Get, "accounting-service/journal/999", "").status, 404);
}

#[test]
fn entries_are_in_any_currency() {
    let mut account = small_account();
    let body = json!({"header": {"journalType": "JJ", "journalDate": "2026-06-30", "currencyId": 2, "exchangeRate": 0.5, "contactId": 200},
                      "lines": [{"nominalCode": "7500", "taxCode": "T0", "debit": "10.00"},
                                {"nominalCode": "4000", "taxCode": "T0", "credit": 10, "orderId": 1}]});
    let id = account.post("accounting-service/journal-entry/", &body);
    let read = account.get(&format!("accounting-service/journal/{id}"))["response"]["journals"][0].clone();
    assert_eq!(
        (&read["debits"][0]["change"]["value"], &read["debits"][0]["transactionAmount"]),
        (&json!("20.00"), &json!("10.00"))
    );
    let mut base = body.clone();
    base["header"]["currencyId"] = json!(1);
    assert_eq!(account.codes(Method::Post, "accounting-service/journal-entry", &base).0, 400);
    // A bank account needs a tax code.
    let mut bank = body;
    bank["lines"][0] = json!({"nominalCode": "1200", "debit": 10});
    assert_eq!(account.codes(Method::Post, "accounting-service/journal-entry", &bank).0, 400);
}

#[test]
fn periods_open_and_shut_the_books() {
    let mut account = strict_account();
    // A new account has the years of its history, and those around them.
    let first = account.get("accounting-service/accounting-period/1")["response"].clone();
    assert_eq!(
        first,
        json!([{"id": 1, "startDate": "2000-01-01T00:00:00.000-06:00", "endDate": "2000-12-31T00:00:00.000-06:00"}])
    );
    let period = json!({"startDate": "2050-01-01", "endDate": "2050-06-30"});
    let id = account.post("accounting-service/accounting-period", &period);
    assert_eq!(account.codes(Method::Post, "accounting-service/accounting-period", &period).0, 400);
    let read = account.get(&format!("accounting-service/accounting-period/{id}"))["response"].clone();
    assert_eq!(
        read,
        json!([{"id": id, "startDate": "2050-01-01T00:00:00.000-06:00", "endDate": "2050-06-30T00:00:00.000-06:00"}])
    );
    let line = |value: &str| json!([{"nominalCode": "4000", "change": {"value": value}}]);
    let mut body =
        json!({"journalTypeCode": "JJ", "taxDate": "2050-06-30", "credits": line("1"), "debits": line("1")});
    account.post("accounting-service/journal", &body);
    body["taxDate"] = json!("2050-07-01");
    assert_eq!(account.codes(Method::Post, "accounting-service/journal", &body).0, 400);
    // What makes an entry by itself needs an open period as well.
    let (order, _) = sale(&mut account);
    let mut late = payment(order, "RECEIPT", "late", "120.00");
    late["paymentDate"] = json!("2050-07-05");
    account.post(PAYMENTS, &late);
    late["transactionRef"] = json!("later");
    late["paymentMethodCode"] = json!("BANK");
    assert_eq!(account.codes(Method::Post, PAYMENTS, &late), (400, vec!["ACCC-030".to_owned()]));
    let close = format!("order-service/sales-order/{order}/close");
    let refused = account.codes(Method::Post, &close, &json!({"taxDate": "2050-07-05"}));
    assert_eq!(refused, (400, vec!["ORDC-041".to_owned()]));
}

#[test]
fn invoices_are_posted_and_stand_in_the_statement() {
    let mut account = small_account();
    let customer = new_contact(&mut account, "Ada");
    let body = json!({"customer": {"id": customer}, "currency": {"code": "USD"},
                      "rows": [{"name": "Desk", "quantity": 1, "taxCode": "T20", "net": 100, "tax": 20}]});
    let order = account.post("order-service/sales-order", &body);
    let balance = format!("accounting-service/contact/{customer}/currency/USD/balance");
    assert_eq!(account.get(&balance), json!({"response": null}));
    let body = json!({"header": {"contactId": customer, "taxDate": "2026-06-14", "dueDate": "2026-07-14", "currencyId": 1,
                                 "orderId": order, "invoiceReference": "SI-X"},
                      "lines": [{"net": 100.00, "tax": 20.00, "nominalCode": "4000", "taxClassId": 7}]});
    let id = account.post("accounting-service/invoice/sales-invoice", &body);
    assert_eq!(account.get(&balance), json!({"response": "120.00"}));
    assert_eq!(account.get(&format!("{balance}?dateTo=2026-06-13")), json!({"response": null}));
    // It does not mark the order as invoiced.
    assert_eq!(account.order(order)["state"]["tax"], "READY");
    let mut receipt = payment(order, "RECEIPT", "s1", "50");
    receipt["paymentMethodCode"] = json!("BANK");
    account.post(PAYMENTS, &receipt);
    assert_eq!(account.get(&balance), json!({"response": "70.00"}));
    let path = format!("accounting-service/statement/all-transaction-search?contactId={customer}");
    let found = account.get(&path);
    assert_eq!(rows(&found)[0][..3], [json!(id), json!(order), json!("SI")]);
    assert_eq!(rows(&found)[0][7..], [json!("120.00"), json!("50.00"), json!("70.00")]);
    assert_eq!(rows(&found)[1][2], "SR");
    let mut wrong = body.clone();
    wrong["lines"][0]["nominalCode"] = json!("1100");
    wrong["header"]["contactId"] = json!(4);
    assert_eq!(account.codes(Method::Post, "accounting-service/invoice/sales-invoice", &wrong).1.len(), 3);
    let credit = account.post("accounting-service/invoice/sales-credit", &body);
    assert_eq!(credit, id + 2);
    assert_eq!(account.get(&balance), json!({"response": "-50.00"}));
}

#[test]
fn the_old_receipt_pays_an_order() {
    let mut account = small_account();
    let (order, _) = sale(&mut account);
    let body = json!({"orderId": order, "received": {"currency": "USD", "value": 120}, "taxDate": "2026-06-30",
                      "bankAccountNominalCode": "1200"});
    let journal = account.post("accounting-service/sales-receipt", &body);
    assert_eq!(account.order(order)["orderPaymentStatus"], "PAID");
    assert_eq!(account.column(&format!("{PAYMENTS}-search?journalId={journal}"), "orderId"), [json!(order)]);
    assert_eq!(account.codes(Method::Post, "accounting-service/sales-receipt", &json!({})).0, 400);
}

#[test]
fn suppliers_are_paid_and_their_search_miscounts() {
    let mut account = small_account();
    let supplier = account.some_contact("isSupplier=true");
    let body = json!({"orderTypeCode": "PO", "parties": {"supplier": {"contactId": supplier}}});
    let order = account.post("order-service/order", &body);
    let row = json!({"productName": "Timber", "quantity": {"magnitude": 1}, "rowValue": {"taxCode": "Z", "rowNet": {"value": 80}}});
    account.post(&format!("order-service/order/{order}/row"), &row);
    let mut body = payment(order, "PAYMENT", "sp1", "80.00");
    body["paymentDate"] = json!("2016-06-19T12:00:00");
    let id = account.post("accounting-service/supplier-payment", &body);
    assert_eq!(account.order(order)["orderPaymentStatus"], "PAID");
    let found = account.get(&format!("accounting-service/supplier-payment-search?orderId={order}"));
    assert_eq!(first_ids(&found), [id]);
    let meta = &found["response"]["metaData"];
    assert_eq!((&meta["resultsAvailable"], &meta["resultsReturned"]), (&json!(500), &json!(1)));
    let total = account.get(&format!("accounting-service/purchase-payment-total/1,{order}"));
    assert_eq!(
        total["response"].as_array().unwrap().last().unwrap(),
        &json!({"orderId": order, "paymentCurrency": "USD", "amountPaid": 80.0})
    );
    body["transactionRef"] = json!("sp2");
    body["paymentType"] = json!("CAPTURE");
    assert_eq!(account.codes(Method::Post, "accounting-service/supplier-payment", &body).0, 400);
}

#[test]
fn derived_orders_were_paid_as_they_say() {
    let mut account = small_account();
    let paid =
        first_ids(&account.get("order-service/sales-order-search?orderPaymentStatus=PAID&pageSize=1"))[0];
    let total = account.order(paid)["totalValue"]["total"].as_str().unwrap().parse::<f64>().unwrap();
    let sum = account.get(&format!("accounting-service/sale-payment-total/{paid}"))["response"][0].clone();
    assert_eq!(sum["amountPaid"].as_f64(), Some(total));
    let payments = format!("{PAYMENTS}-search?orderId={paid}");
    let told: Vec<_> =
        account.column(&payments, "amountPaid").iter().map(|own| own.as_str().unwrap().parse()).collect();
    assert_eq!(told, [Ok(total)]);
    let journal = account.column(&payments, "journalId")[0].clone();
    let journal =
        account.get(&format!("accounting-service/journal/{journal}"))["response"]["journals"][0].clone();
    assert_eq!(
        (&journal["journalTypeCode"], &journal["credits"][0]["orderId"]),
        (&json!("SR"), &json!(paid))
    );
    let currency = sum["paymentCurrency"].clone();
    let mut refund = payment(paid, "PAYMENT", "back", "0.01");
    refund["currencyIsoCode"] = currency;
    account.post(PAYMENTS, &refund);
    assert_eq!(account.order(paid)["orderPaymentStatus"], "PARTIALLY_PAID");
}

#[test]
fn a_payment_that_is_taken_back_takes_its_entry_back() {
    let mut account = small_account();
    // One of the history, and with it the order's status and what the books have of it.
    let found = account.get("accounting-service/customer-payment-search?paymentType=RECEIPT&pageSize=1");
    let (id, order, journal) =
        (rows(&found)[0][0].clone(), rows(&found)[0][5].clone(), rows(&found)[0][13].clone());
    account.write(Method::Delete, &format!("{PAYMENTS}/{id}"), &Value::Null);
    assert_eq!(account.order(order.as_u64().unwrap())["orderPaymentStatus"], "UNPAID");
    assert_eq!(account.column(&format!("{PAYMENTS}-search?orderId={order}"), "paymentId"), [Value::Null; 0]);
    let lines = format!("accounting-service/journal-search?orderId={order}&journalType=SR");
    let journals = account.column(&lines, "journalId");
    assert_eq!(journals.len(), 4);
    assert_eq!(journals.iter().filter(|own| **own == journal).count(), 2);
    assert_eq!(account.emulator.audit(), [""; 0]);
    // It stays gone, and is gone for good.
    let saved = account.emulator.save().unwrap();
    account.emulator = brightpearl_emulator::Emulator::load(&saved).unwrap();
    assert_eq!(account.send(Method::Delete, &format!("{PAYMENTS}/{id}"), "").status, 404);
}

#[test]
fn invoiced_orders_have_invoices_in_the_books() {
    let mut account = small_account();
    let filter = "orderTypeId=1&orderStatusId=4&pageSize=5";
    for order in first_ids(&account.get(&format!("order-service/order-search?{filter}"))) {
        let path =
            format!("accounting-service/journal-search?orderId={order}&journalType=SI&nominalCode=1100");
        let debit = account.column(&path, "transactionDebit");
        assert_eq!(debit, [account.order(order)["totalValue"]["total"].clone()], "order {order}");
    }
}

#[test]
fn exchange_rates_are_added_for_days_to_come() {
    let mut account = small_account();
    let before = account.get("accounting-service/exchange-rate/")["response"].clone();
    assert_eq!(
        before[0],
        json!({"currencyId": 2, "rateActiveFrom": "1969-12-31T18:00:00.000-06:00", "rate": 0.786431, "addedById": 4})
    );
    let path = "accounting-service/currency/2/exchange-rate";
    let body = json!({"rateActiveFrom": "2026-07-01T00:00:00.000Z", "rate": 0.75});
    // In the account's zone that is still the last day of June, as is the present.
    assert_eq!(account.write(Method::Post, path, &body), json!({"response": 1}));
    assert_eq!(account.column("accounting-service/currency-search?code=GBP", "exchangeRate"), ["0.750000"]);
    let added = json!({"rateActiveFrom": "2026-07-01T00:00:00.000Z", "rate": "0.7777777"});
    assert_eq!(account.codes(Method::Put, path, &added).0, 400, "only the initial rate can be changed");
    // The instant that GET shows, in whatever spelling.
    for (from, rate) in [
        ("1969-12-31T18:00:00.000-06:00", "0.7111111"),
        ("1970-01-01T00:00:00.000Z", "0.72"),
        ("1970-01-01T01:00:00+01:00", "0.73"),
        ("1970-01-01", "0.7444444"),
    ] {
        let initial = json!({"rateActiveFrom": from, "rate": rate});
        assert_eq!(account.write(Method::Put, path, &initial), json!({"response": 1}), "{from}");
    }
    let rates = account.get("accounting-service/exchange-rate")["response"].clone();
    assert_eq!((&rates[0]["rate"], &rates[1]["rate"]), (&json!(0.75), &json!(0.744_444)));
    assert_eq!(rates[1]["rateActiveFrom"], "1969-12-31T18:00:00.000-06:00");
    for (path, body) in [
        (path, json!({"rateActiveFrom": "2026-06-01", "rate": 1})),
        ("accounting-service/currency/1/exchange-rate", body.clone()),
        ("accounting-service/currency/9/exchange-rate", body.clone()),
        (path, json!({"rate": 0})),
    ] {
        assert_eq!(account.codes(Method::Post, path, &body).0, 400, "{path} {body}");
    }
    // New orders take the new rate, old ones keep theirs.
    let customer = account.some_contact("isCustomer=true");
    let id = account.post(
        "order-service/sales-order",
        &json!({"customer": {"id": customer}, "currency": {"code": "GBP"}}),
    );
    assert_eq!(account.order(id)["currency"]["exchangeRate"], "0.750000");
}

#[test]
fn the_lists_of_the_books() {
    let mut account = small_account();
    let codes = account.get("accounting-service/nominal-code")["response"].clone();
    assert_eq!(
        codes[0],
        json!({"id": 1, "code": "0010", "name": "Freehold property", "type": {"id": 5}, "bank": false, "expense": false,
                                "discount": false, "editable": true, "active": true, "taxCode": 0, "chartMapCode": "", "reconcile": false})
    );
    assert_eq!(account.get("accounting-service/nominal-code/5")["response"][0]["currencyId"], 1);
    assert_eq!(
        account.column("accounting-service/nominal-code-search?bank=true", "code"),
        ["1200", "1201", "1202"]
    );
    assert_eq!(account.column("accounting-service/nominal-code-search?active=false", "code"), ["1290"]);
    let sorted = account.column("accounting-service/nominal-code-search?sort=name.DESC", "name");
    assert!(sorted.windows(2).all(|pair| pair[0].as_str() >= pair[1].as_str()));
    assert_eq!(
        account.refusal(Method::Get, "accounting-service/nominal-code-search?bank=maybe", "").1,
        "CMNC-018"
    );
    assert_eq!(account.column("accounting-service/currency-search?isDefault=true", "code"), ["USD"]);
    assert_eq!(account.column("accounting-service/currency-search?id=2-3", "code"), ["GBP", "EUR"]);
    assert_eq!(account.get("accounting-service/payment-method")["response"][1]["code"], "CARD");
}

#[test]
fn receipts_for_orders_of_any_id_are_answered() {
    let mut account = small_account();
    for id in [99_999, 1_000_000_000, u32::MAX] {
        let body = json!({"orderId": id, "received": {"currency": "USD", "value": 1}, "bankAccountNominalCode": "1200"});
        let path = "accounting-service/sales-receipt";
        let (status, code, message) = account.refusal(Method::Post, path, &body.to_string());
        assert_eq!((status, code.as_str()), (400, "ACCC-040"));
        assert_eq!(message, format!("You have supplied an invalid order id: {id}"));
    }
}
