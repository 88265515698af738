//! An emulated account in which there is one record of every kind that a body may refer to.

use std::collections::BTreeMap;

use brightpearl_core::{Method, Request};
use brightpearl_emulator::{Config, Emulator};
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;
const AT: &str = "2026-07-01T10:00:00Z";

/// An account and its clock, which moves on with every request so that the cap stays out of the way.
pub(crate) struct TimedAccount {
    emulator: Emulator,
    now: u64,
}

/// An account with everything in it, and what is where.
pub(crate) struct Furnished {
    saved: String,
    /// Ids and codes as JSON tokens, by the name of what they are of.
    pub(crate) known: BTreeMap<&'static str, String>,
}

impl Furnished {
    /// The account as it was furnished.
    pub(crate) fn open(&self) -> TimedAccount {
        TimedAccount { emulator: Emulator::load(&self.saved).unwrap(), now: NOW + 100 * 60_000 }
    }
}

impl TimedAccount {
    /// Status and body of an answer, which is always JSON or empty.
    pub(crate) fn send(&mut self, method: Method, path: &str, body: &str) -> (u16, Value) {
        self.now += 60_000;
        let request = Request {
            method,
            url: format!("http://127.0.0.1/public-api/demo/{path}"),
            headers: self.emulator.config().credentials[0].headers(),
            body: body.as_bytes().to_vec(),
        };
        let answer = self.emulator.answer(&request, self.now);
        let text = String::from_utf8(answer.body).unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") };
        (answer.status, body)
    }

    fn must(&mut self, method: Method, path: &str, body: &Value) -> Value {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, mut answer) = self.send(method, path, &text);
        assert_eq!(status, 200, "{method} {path} {body}: {answer}");
        answer["response"].take()
    }

    /// The id of what is created.
    fn create(&mut self, path: &str, body: Value) -> u64 {
        let response = self.must(Method::Post, path, &body);
        response.as_u64().or(response["id"].as_u64()).or(response[0].as_u64()).expect("an id")
    }

    fn first(&mut self, search: &str) -> u64 {
        let page = self.must(Method::Get, search, &Value::Null);
        page["results"][0][0].as_u64().expect("a hit")
    }
}

/// Writes one record of every kind.
pub(crate) fn furnish() -> Furnished {
    // What checking refuses because no source says that it is taken, a strict account refuses too.
    let config = Config { strict: true, orders: 20, contacts: 30, products: 20, ..Config::default() };
    let mut account = TimedAccount { emulator: Emulator::new(config).unwrap(), now: NOW };
    let mut known = BTreeMap::new();
    let mut keep = |name: &'static str, id: u64| {
        known.insert(name, id.to_string());
        id
    };
    for (name, id) in [
        ("staff", 4),
        ("warehouse", 2),
        ("target-warehouse", 3),
        ("warehouse-location", 2),
        ("price-list", 2),
        ("currency", 1),
        ("other-currency", 2),
        ("channel", 1),
        ("tag", 12),
        ("other-tag", 15),
        ("brightpearl-category", 296),
        ("collection", 1),
        ("contact-status", 1),
        ("country", 222),
        ("lead-source", 1),
        ("project", 1),
        ("tax-code-id", 2),
        ("nominal-code", 4000),
        ("shipping-method", 1),
        ("order-status", 3),
    ] {
        keep(name, id);
    }
    let customer = keep("contact", account.first("contact-service/contact-search?isCustomer=true"));
    let supplier = keep("supplier", account.first("contact-service/contact-search?isSupplier=true"));
    let address = keep(
        "postal-address",
        account.create("contact-service/postal-address", json!({"addressLine1": "1 Row"})),
    );
    keep("company", account.create("contact-service/company", json!({"name": "Invented Ltd"})));
    let group =
        keep("contact-group", account.create("contact-service/contact-group", json!({"name": "Invented"})));
    let member = account.create(
        "contact-service/contact",
        json!({"firstName": "Ann", "lastName": "Other", "postAddressIds": {"DEF": address}}),
    );
    keep("member", member);
    account.must(
        Method::Post,
        &format!("contact-service/contact-group/{group}/member"),
        &json!({"contactMemberIds": [member]}),
    );
    keep("brand", account.create("product-service/brand", json!({"name": "Invented"})));
    keep("season", account.create("product-service/season", json!({"name": "Some season"})));
    let kind =
        keep("product-type", account.create("product-service/product-type", json!({"name": "Invented"})));
    let option = keep("option", account.create("product-service/option", json!({"name": "Colour"})));
    keep(
        "option-value",
        account.create(&format!("product-service/option/{option}/value"), json!({"optionValueName": "Red"})),
    );
    account.must(
        Method::Post,
        &format!("product-service/product-type/{kind}/option-association/{option}"),
        &Value::Null,
    );
    let product = keep("product", account.create("product-service/product", json!({
        "brandId": 74, "identity": {"sku": "INV-1"}, "stock": {"stockTracked": true},
        "financialDetails": {"taxable": true, "taxCode": {"id": 2}},
        "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Cup", "categories": [{"categoryCode": "296"}]}],
    })));
    account.must(Method::Post, &format!("product-service/product/{product}/supplier"), &json!([supplier]));
    let row = json!({"productId": product, "quantity": {"magnitude": "90000"},
                     "rowValue": {"taxCode": "T20", "rowNet": {"value": "10.00"}, "rowTax": {"value": "2.00"}}});
    let order = |account: &mut TimedAccount, code: &str| {
        let (party, id) =
            if matches!(code, "SO" | "SC") { ("customer", customer) } else { ("supplier", supplier) };
        let body = json!({"orderTypeCode": code, "warehouseId": 2, "currency": {"orderCurrencyCode": "USD"},
                          "parties": {party: {"contactId": id}}});
        let order = account.create("order-service/order", body);
        (order, account.create(&format!("order-service/order/{order}/row"), row.clone()))
    };
    let (sale, sale_row) = order(&mut account, "SO");
    keep("sales-order", sale);
    keep("sales-order-row", sale_row);
    let (reserved, reserved_row) = order(&mut account, "SO");
    keep("reserved-order", reserved);
    keep("reserved-order-row", reserved_row);
    let (noted, noted_row) = order(&mut account, "SO");
    keep("noted-order", noted);
    let (dropped, dropped_row) = order(&mut account, "SO");
    keep("dropped-order", dropped);
    let (purchase, purchase_row) = order(&mut account, "PO");
    keep("purchase-order", purchase);
    keep("purchase-order-row", purchase_row);
    let (drop_purchase, drop_purchase_row) = order(&mut account, "PO");
    keep("drop-purchase", drop_purchase);
    keep("drop-purchase-row", drop_purchase_row);
    let (credit, _) = order(&mut account, "SC");
    keep("sales-credit", credit);
    let (purchase_credit, _) = order(&mut account, "PC");
    keep("purchase-credit", purchase_credit);
    let correction = json!({"quantity": 500_000, "productId": product, "reason": "Counted", "locationId": 2,
                            "cost": {"currency": "USD", "value": "4.50"}});
    account.must(
        Method::Post,
        "warehouse-service/warehouse/2/stock-correction",
        &json!({"corrections": [correction]}),
    );
    let goods = json!([{"productId": product, "salesOrderRowId": reserved_row, "quantity": "5"}]);
    account.must(
        Method::Post,
        &format!("warehouse-service/order/{reserved}/reservation/warehouse/2"),
        &json!({"products": goods}),
    );
    let note = json!({"warehouses": [{"releaseDate": AT, "warehouseId": 2, "transfer": false, "products": [
        {"productId": product, "salesOrderRowId": noted_row, "quantity": 5}]}], "priority": false, "shippingMethodId": 1});
    keep(
        "goods-out-note",
        account.create(&format!("warehouse-service/order/{noted}/goods-note/goods-out"), note),
    );
    let received = json!({"transfer": false, "warehouseId": 2, "receivedOn": AT, "goodsMoved": [
        {"productId": product, "purchaseOrderRowId": purchase_row, "quantity": 5, "destinationLocationId": 2,
         "productValue": {"currency": "USD", "value": "3.00"}}]});
    keep(
        "goods-in-note",
        account.create(&format!("warehouse-service/order/{purchase}/goods-note/goods-in"), received),
    );
    let (straight, straight_row) = order(&mut account, "PO");
    let dropped_goods = json!({"suppliers": [{"supplierId": supplier, "purchaseOrderId": straight, "products": [
        {"productId": product, "purchaseOrderRowId": straight_row, "salesOrderRowId": dropped_row, "quantity": 2,
         "productValue": {"currency": "USD", "value": "3.00"}}]}]});
    keep(
        "drop-ship-note",
        account.create(&format!("warehouse-service/order/{dropped}/goods-note/drop-ship"), dropped_goods),
    );
    let transfer = json!({"targetWarehouseId": 3, "reference": "MOVE"});
    let transfer =
        keep("stock-transfer", account.create("warehouse-service/warehouse/2/stock-transfer", transfer));
    let moved = json!({"targetWarehouseId": 3, "stockTransferId": transfer, "transferredProducts": [
        {"productId": product, "quantity": 100_000, "fromLocationId": 2}]});
    let moved = account.create("warehouse-service/warehouse/2/external-transfer", moved);
    let shipped = json!({"events": [{"eventCode": "SHW", "occured": AT, "eventOwnerId": 4}]});
    account.must(Method::Post, &format!("warehouse-service/goods-note/goods-out/{moved}/event"), &shipped);
    keep("location", account.create("warehouse-service/warehouse/2/location", json!({"groupingA": "A"})));
    keep("zone", account.create("warehouse-service/warehouse/2/zone", json!({"name": "Cold"})));
    let released = account.must(Method::Get, "warehouse-service/warehouse/3/location/default", &Value::Null);
    keep("target-location", released.as_u64().expect("a location"));
    keep(
        "payment-method",
        account.create("accounting-service/payment-method", json!({"name": "Invented", "code": "INV"})),
    );
    let journal = json!({"journalTypeCode": "JJ", "taxDate": "2026-06-30",
        "debits": [{"nominalCode": "1100", "change": {"value": "5"}}], "credits": [{"nominalCode": "4000", "change": {"value": "5"}}]});
    keep("journal", account.create("accounting-service/journal", journal));
    let payment = json!({"paymentMethodCode": "INV", "paymentType": "RECEIPT", "orderId": sale, "currencyIsoCode": "USD",
                         "amountPaid": "1.00", "paymentDate": "2026-07-01"});
    keep("customer-payment", account.create("accounting-service/customer-payment", payment));
    let webhook = json!({"subscribeTo": "product", "httpMethod": "GET", "uriTemplate":
        "http://127.0.0.1:1/?${account-code}${resource-type}${resource-id}${lifecycle-event}"});
    account.must(
        Method::Post,
        "accounting-service/accounting-period-lock",
        &json!({"lockedUntil": "2023-12-31"}),
    );
    let free = json!({"addressLine1": "2 Row"});
    keep("free-address", account.create("contact-service/postal-address", free.clone()));
    keep("loose-option", account.create("product-service/option", json!({"name": "Size"})));
    let place = account.create("contact-service/postal-address", free);
    let warehouse = json!({"name": "Barn", "address": {"addressId": place}});
    keep("loose-warehouse", account.create("warehouse-service/warehouse", warehouse));
    let page = account.must(Method::Get, "product-service/collection-search", &Value::Null);
    keep("collection", page["results"][0][0].as_u64().expect("a collection"));
    keep("collection-brand", page["results"][0][2].as_u64().expect("its brand"));
    keep("webhook", account.create("integration-service/webhook", webhook));
    Furnished { saved: account.emulator.save().unwrap(), known }
}
