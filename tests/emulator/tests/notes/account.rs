//! An account that has one of everything that the examples are about.

use std::collections::BTreeMap;

use brightpearl_core::{Headers, Method, Request};
use brightpearl_emulator::{Config, Currency, Emulator};
use serde_json::{Value, json};

use crate::harness::NOW;

const AT: &str = "2026-07-01T10:00:00Z";

/// The account as it is before each example.
pub(crate) struct Furnished {
    saved: String,
    known: BTreeMap<&'static str, Value>,
}

/// An account and its clock.
pub(crate) struct Asked {
    emulator: Emulator,
    now: u64,
}

impl Asked {
    fn send(&mut self, method: Method, path: &str, body: &Value) -> (u16, String) {
        self.now += 60_000;
        let is_outside = path.starts_with('/');
        let url = if is_outside { path.to_owned() } else { format!("/public-api/demo/{path}") };
        let without_login = path.ends_with("without-login");
        let headers =
            if without_login { Headers::new() } else { self.emulator.config().credentials[0].headers() };
        let (body, headers) = match body {
            Value::Null => (String::new(), headers),
            // A form.
            Value::String(form) => {
                (form.clone(), [("content-type", "application/x-www-form-urlencoded")].into_iter().collect())
            }
            other => (other.to_string(), headers),
        };
        let request = Request { method, url, headers, body: body.into_bytes() };
        let answer = self.emulator.answer(&request, self.now);
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    pub(crate) fn any_answer(&mut self, method: Method, path: &str, body: &Value) -> Value {
        let (_, text) = self.send(method, path, body);
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub(crate) fn answered(&mut self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let (status, text) = self.send(method, path, body);
        // A request for several records may fail for one of them.
        if status == 200 || status == 207 {
            return Ok(serde_json::from_str(&text).unwrap_or(Value::Null));
        }
        Err(format!("{method} {path} {body}: {status} {text}"))
    }

    fn must(&mut self, method: Method, path: &str, body: Value) -> Value {
        self.answered(method, path, &body).unwrap_or_else(|reason| panic!("{reason}"))["response"].take()
    }

    fn create(&mut self, path: &str, body: Value) -> Value {
        let response = self.must(Method::Post, path, body);
        match &response {
            Value::Array(ids) => ids[0].clone(),
            Value::Object(members) => members["id"].clone(),
            _ => response,
        }
    }

    fn some_contact(&mut self, filter: &str, place: usize) -> Value {
        let path = format!("contact-service/contact-search?{filter}=true&columns=contactId");
        self.must(Method::Get, &path, Value::Null)["results"][place][0].take()
    }
}

impl Furnished {
    pub(crate) fn open(&self) -> Asked {
        Asked { emulator: Emulator::load(&self.saved).unwrap(), now: NOW + 100 * 60_000 }
    }

    /// A path with the account's ids in place of `[name]`.
    pub(crate) fn path(&self, path: &str) -> String {
        self.known.iter().fold(path.to_owned(), |path, (name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            path.replace(&format!("[{name}]"), &text)
        })
    }

    /// An example with this account's ids, codes and dates: by the name of the member that they stand in, or as the
    /// table says.
    pub(crate) fn exchanged(&self, example: &Value, overrides: &[(&str, &str)]) -> Value {
        match example {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| {
                    let given = overrides.iter().find(|(own, _)| own == name).map(|(_, given)| *given);
                    let usual = || USUAL.iter().find(|(own, _)| own == name).map(|(_, given)| *given);
                    let is_plain = !value.is_object()
                        && !matches!(value.as_array(), Some(own) if own.iter().any(Value::is_object));
                    let token = given.or_else(|| if is_plain { usual() } else { None });
                    let value = match token {
                        Some(token) => self.value(token),
                        None => self.exchanged(value, overrides),
                    };
                    (name.clone(), value)
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Array(elements) => {
                elements.iter().map(|element| self.exchanged(element, overrides)).collect::<Vec<_>>().into()
            }
            Value::String(text) if text.contains('…') => "Invented".into(),
            other => other.clone(),
        }
    }

    /// A name of the account, or JSON.
    fn value(&self, token: &str) -> Value {
        let named = self.known.get(token).cloned();
        named.unwrap_or_else(|| serde_json::from_str(&self.path(token)).unwrap_or_else(|_| token.into()))
    }

    pub(crate) fn new() -> Self {
        let currency =
            |code: &str, rate: &str| Currency { code: code.to_owned(), exchange_rate: rate.parse().unwrap() };
        let currencies = vec![currency("GBP", "1"), currency("USD", "1.27"), currency("EUR", "1.17")];
        let config = Config { orders: 60, contacts: 60, products: 40, currencies, ..Config::default() };
        let mut account = Asked { emulator: Emulator::new(config).unwrap(), now: NOW };
        let mut known = BTreeMap::new();
        let (customer, supplier) =
            (account.some_contact("isCustomer", 0), account.some_contact("isSupplier", 0));
        let other = account.some_contact("isCustomer", 1);
        let shirt = json!({"brandId": 74, "identity": {"sku": "SKU-1", "isbn": "1", "ean": "2", "upc": "3", "mpn": "4", "barcode": "5"}, "stock": {"stockTracked": true},
            "financialDetails": {"taxCode": {"id": 7, "code": "T20"}}, "variations": [{"optionId": 1, "optionValueId": 3}],
            "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Shirt", "categories": [{"categoryCode": "276"}]}]});
        let product = account.create("product-service/product", shirt.clone());
        let mut large = shirt.clone();
        large["variations"][0]["optionValueId"] = json!(1);
        large["identity"] = json!({"sku": "SKU-2"});
        let empty = account.create("product-service/product", large);
        let prices = json!({"priceLists": [{"priceListId": 1, "quantityPrice": {"1": 19, "5": 18}, "sku": "MPN-1"},
                                           {"priceListId": 2, "quantityPrice": {"1": 30}, "sku": "LIST-2"}, {"priceListId": 3, "quantityPrice": {"1": 36}, "sku": "LIST-3"}]});
        account.must(Method::Put, &format!("product-service/product-price/{product}/price-list"), prices);
        account.must(Method::Post, &format!("product-service/product/{product}/supplier"), json!([supplier]));
        let correction = json!({"corrections": [{"quantity": 500, "productId": product, "reason": "Counted", "locationId": 2, "orderId": 1,
                                                 "cost": {"currency": "GBP", "value": 15}}]});
        let batch = account.create("warehouse-service/warehouse/2/stock-correction", correction);
        let row = json!({"productId": product, "quantity": {"magnitude": 20},
                         "rowValue": {"taxCode": "T20", "rowNet": {"value": "10.00"}, "rowTax": {"value": "2.00"}}});
        let order = |account: &mut Asked, code: &str| {
            let (party, id) =
                if matches!(code, "SO" | "SC") { ("customer", &customer) } else { ("supplier", &supplier) };
            let body = json!({"orderTypeCode": code, "reference": "WEB-1", "warehouseId": 2, "parties": {party: {"contactId": id}},
                              "currency": {"orderCurrencyCode": "GBP"}, "delivery": {"deliveryDate": "2026-07-09"}});
            let order = account.create("order-service/order", body);
            let row = account.create(&format!("order-service/order/{order}/row"), row.clone());
            (order, row)
        };
        let (sale, sale_row) = order(&mut account, "SO");
        let (purchase, purchase_row) = order(&mut account, "PO");
        let (reserved, reserved_row) = order(&mut account, "SO");
        let (noted, noted_row) = order(&mut account, "SO");
        let (shipped, shipped_row) = order(&mut account, "SO");
        let (received, received_row) = order(&mut account, "PO");
        let (dropped, dropped_row) = order(&mut account, "SO");
        let (drop_purchase, drop_purchase_row) = order(&mut account, "PO");
        let goods =
            json!({"products": [{"productId": product, "salesOrderRowId": reserved_row, "quantity": 3}]});
        account.must(
            Method::Post,
            &format!("warehouse-service/order/{reserved}/reservation/warehouse/2"),
            goods,
        );
        let note = |account: &mut Asked, order: &Value, row: &Value| {
            let body = json!({"warehouses": [{"warehouseId": 2, "releaseDate": AT, "transfer": false,
                "products": [{"productId": product, "salesOrderRowId": row, "quantity": 2}]}], "shippingMethodId": 1});
            account.create(&format!("warehouse-service/order/{order}/goods-note/goods-out"), body)
        };
        let open_note = note(&mut account, &noted, &noted_row);
        let shipped_note = note(&mut account, &shipped, &shipped_row);
        let event = json!({"events": [{"eventCode": "SHW", "occured": AT, "eventOwnerId": 4}]});
        account.must(
            Method::Post,
            &format!("warehouse-service/goods-note/goods-out/{shipped_note}/event"),
            event,
        );
        let goods = json!({"transfer": false, "warehouseId": 2, "receivedOn": AT, "goodsMoved": [{"productId": product,
            "purchaseOrderRowId": received_row, "quantity": 4, "destinationLocationId": 2, "productValue": {"currency": "GBP", "value": "3"}}]});
        let goods_in =
            account.create(&format!("warehouse-service/order/{received}/goods-note/goods-in"), goods);
        let (straight_sale, straight_row) = order(&mut account, "SO");
        let (straight, straight_purchase_row) = order(&mut account, "PO");
        let goods = json!({"suppliers": [{"supplierId": supplier, "purchaseOrderId": straight, "products": [{"productId": product,
            "purchaseOrderRowId": straight_purchase_row, "salesOrderRowId": straight_row, "quantity": 1,
            "productValue": {"currency": "GBP", "value": 3}}]}]});
        let drop_note =
            account.create(&format!("warehouse-service/order/{straight_sale}/goods-note/drop-ship"), goods);
        let sent_drop = json!({"trackingReference": "22", "shippingMethodId": 1, "events": [{"eventCode": "SHS", "occured": AT, "eventOwnerId": 4}]});
        let mut shelf =
            account.must(Method::Post, "warehouse-service/warehouse/2/location", json!({"groupingA": "Z"}));
        let transfer =
            account.create("warehouse-service/warehouse/2/stock-transfer", json!({"targetWarehouseId": 3}));
        let moved = json!({"targetWarehouseId": 3, "stockTransferId": transfer, "transferredProducts": [{"productId": product, "quantity": 9, "fromLocationId": 2}]});
        let moved = account.create("warehouse-service/warehouse/2/external-transfer", moved);
        let event = json!({"events": [{"eventCode": "SHW", "occured": AT, "eventOwnerId": 4}]});
        account.must(Method::Post, &format!("warehouse-service/goods-note/goods-out/{moved}/event"), event);
        let released =
            account.must(Method::Get, "warehouse-service/warehouse/3/location/default", Value::Null);
        let stocking = json!({"defaultLocationId": 2, "overflowLocationId": shelf["id"], "reorderLevel": 5, "reorderQuantity": 25});
        account.must(Method::Put, &format!("warehouse-service/warehouse/2/product/{product}"), stocking);
        let street = || json!({"addressLine1": "1 Row", "postalCode": "AB1 2CD", "countryIsoCode": "GBR"});
        let (address, second) = (
            account.create("contact-service/postal-address", street()),
            account.create("contact-service/postal-address", street()),
        );
        let card = account.must(Method::Get, &format!("contact-service/contact/{customer}"), Value::Null);
        let customer_address = card[0]["postAddressIds"]["DEF"].clone();
        let group = account.create("contact-service/contact-group", json!({"name": "Friends"}));
        account.must(
            Method::Post,
            &format!("contact-service/contact-group/{group}/member"),
            json!({"contactMemberIds": [other]}),
        );
        let home = account.create("contact-service/postal-address", street());
        let ann = json!({"salutation": "Ms", "firstName": "Ann", "lastName": "Invented", "postAddressIds": {"DEF": home},
            "communication": {"emails": {"PRI": {"email": "a@example.com"}, "SEC": {"email": "b@example.com"}, "TER": {"email": "c@example.com"}},
                "telephones": {"PRI": "1", "SEC": "2", "MOB": "3", "FAX": "4"}, "messagingVoips": {"SKP": "ann"}, "websites": {"PRI": "https://127.0.0.1"}},
            "contactStatus": {"current": {"contactStatusId": 2}}, "marketingDetails": {"isReceiveEmailNewsletter": true},
            "financialDetails": {"taxNumber": "1", "creditTermDays": 30}, "organisation": {"name": "Org"},
            "assignment": {"current": {"staffOwnerContactId": 4, "departmentId": 1, "leadSourceId": 3, "accountReference": "#1"}}});
        let ann = account.create("contact-service/contact", ann);
        account.must(
            Method::Put,
            &format!("contact-service/contact/{ann}/status"),
            json!({"contactStatusId": 3}),
        );
        account.must(
            Method::Post,
            &format!("contact-service/contact-group/{group}/member"),
            json!({"contactMemberIds": [ann]}),
        );
        account.must(Method::Post, &format!("contact-service/contact/{ann}/tag/12"), json!({}));
        let method = json!({"name": "Cards", "code": "CARDS", "bankAccounts": [{"currencyIsoCode": "GBP", "bankAccountNominalCode": "1200"}],
                            "installedIntegrationId": "1"});
        let method = account.create("accounting-service/payment-method", method);
        let paid = json!({"paymentMethodCode": "CARDS", "paymentType": "RECEIPT", "orderId": sale, "currencyIsoCode": "GBP",
                          "amountPaid": "5", "paymentDate": AT});
        account.create("accounting-service/customer-payment", paid);
        let invoice = json!({"header": {"contactId": customer, "taxDate": "2026-06-14", "dueDate": "2026-07-14", "currencyId": 1, "orderId": sale,
            "invoiceReference": "SI-1"}, "lines": [{"net": 10, "tax": 2, "nominalCode": "4000", "taxClassId": 7, "projectId": 1, "channelId": 1}]});
        let journal = account.create("accounting-service/invoice/sales-invoice", invoice);
        let bundle = json!({"brandId": 74, "financialDetails": {"taxCode": {"id": 7}},
            "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Set", "categories": [{"categoryCode": "276"}]}],
            "composition": {"bundle": true, "bundleComponents": [{"productId": product, "productQuantity": 2}]}});
        let bundle = account.create("product-service/product", bundle);
        let hook = json!({"subscribeTo": "goods-in-note.created", "httpMethod": "POST", "contentType": "application/json", "idSetAccepted": true,
            "qualityOfService": 1, "uriTemplate": "https://127.0.0.1/?${account-code}${resource-type}${resource-id}${lifecycle-event}", "bodyTemplate": "{}"});
        let hook = account.create("integration-service/webhook", hook);
        let cafe = json!({"warehouses": [{"id": 3, "clickAndCollectEnabled": true, "collectionSla": "1 h",
            "weeklyOperatingPeriods": {"timeZone": "Europe/London", "periods": [{"dayOfWeek": 1, "openingHours": "09:00:00", "closingHours": "17:30:00"}]}}]});
        account.must(Method::Put, "warehouse-service/warehouse", cafe);
        let period = json!({"lockedBy": 4, "lockedUntil": "2024-03-31"});
        account.must(Method::Post, "accounting-service/accounting-period-lock", period);
        account.must(
            Method::Post,
            "accounting-service/currency/3/exchange-rate",
            json!({"rateActiveFrom": "2026-08-01", "rate": 1.1}),
        );
        for (name, value) in [
            ("customer", customer.clone()),
            ("supplier", supplier.clone()),
            ("other", other),
            ("product", product.clone()),
            ("empty", empty),
            ("batch", batch),
            ("sale", sale),
            ("sale-row", sale_row),
            ("purchase", purchase),
            ("purchase-row", purchase_row),
            ("reserved", reserved),
            ("reserved-row", reserved_row),
            ("noted", noted),
            ("note", open_note),
            ("shipped", shipped),
            ("shipped-row", shipped_row),
            ("ann", ann),
            ("customer-address", customer_address),
            ("shipped-note", shipped_note),
            ("received", received),
            ("goods-in", goods_in),
            ("dropped", dropped),
            ("dropped-row", dropped_row),
            ("drop-purchase", drop_purchase),
            ("drop-purchase-row", drop_purchase_row),
            ("straight-sale", straight_sale),
            ("drop-note", drop_note.clone()),
            ("shelf", shelf["id"].take()),
            ("transfer", transfer),
            ("released", released),
            ("address", address),
            ("second-address", second),
            ("group", group),
            ("method", method),
            ("journal", journal),
            ("bundle", bundle),
            ("hook", hook),
            ("at", AT.into()),
            ("day", "2026-06-30".into()),
            ("staff", json!(4)),
        ] {
            known.insert(name, value);
        }
        account.must(
            Method::Post,
            &format!("warehouse-service/goods-note/drop-ship/{drop_note}/event"),
            sent_drop,
        );
        Self { saved: account.emulator.save().unwrap(), known }
    }
}

/// What stands in members of these names.
const USUAL: &[(&str, &str)] = &[
    ("productId", "product"),
    ("contactId", "customer"),
    ("supplierId", "supplier"),
    ("orderId", "sale"),
    ("salesOrderRowId", "sale-row"),
    ("eventOwnerId", "staff"),
    ("occured", "at"),
    ("releaseDate", "at"),
    ("addedOn", "at"),
    ("taxDate", "day"),
    ("dueDate", "day"),
    ("locationId", "2"),
    ("fromLocationId", "2"),
    ("toLocationId", "shelf"),
    ("taxClassId", "7"),
    ("bankAccountNominalCode", "\"1200\""),
    ("quantity", "2"),
];
