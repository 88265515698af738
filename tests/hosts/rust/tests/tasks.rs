//! Every task against the emulated account: each does what it says, and its effect is there when it is read.

use std::collections::BTreeSet;

use brightpearl_core::operation::Task;
use brightpearl_core::task::tasks;
use brightpearl_core::{Client, Config, Error, Method, Output, Request, Step};
use brightpearl_emulator::{Config as Account, Credential, Emulator};
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;
const AT: &str = "2026-07-01T10:00:00Z";

/// An account, a client of it, and the tasks that were carried out.
struct TaskWorld {
    emulator: Emulator,
    client: Client,
    now: u64,
    done: BTreeSet<String>,
}

impl TaskWorld {
    fn new() -> Self {
        let account = Account { orders: 20, contacts: 30, products: 20, ..Account::default() };
        let Credential::System { app_ref, account_token } = &account.credentials[0] else {
            panic!("the first credential is a system app's");
        };
        let config = json!({
            "account": account.account, "base_url": "http://127.0.0.1:8080", "unknown_members": "refuse",
            "credentials": {"type": "private-app", "app_ref": app_ref, "account_token": account_token},
        });
        let client = Client::new(Config::from_json(&config.to_string()).unwrap()).unwrap();
        Self { emulator: Emulator::new(account).unwrap(), client, now: NOW, done: BTreeSet::new() }
    }

    /// Carries out a task and answers its result.
    fn carry_out(&mut self, name: &str, arguments: &Value) -> Result<Value, Error> {
        let mut call = self.client.task(Task::new(name, arguments.to_string())?)?;
        let mut result = None;
        loop {
            match call.poll(self.now)? {
                Step::Send(exchange) => {
                    self.now += 290;
                    let answer = self.emulator.answer(&exchange.request, self.now);
                    call.answer(exchange.id, answer, self.now)?;
                }
                Step::Wait { until, .. } => self.now = until,
                Step::Output(Output::Task(done)) => {
                    assert_eq!(done.name, name);
                    assert!(result.is_none(), "{name} has one result");
                    result = Some(serde_json::from_str(&done.json).expect("a result is JSON"));
                }
                Step::Output(other) => panic!("{name} puts out nothing like {other:?}"),
                Step::Pending | Step::Feed { .. } => panic!("nothing is out, and nothing is asked for"),
                Step::Done => return Ok(result.expect("a task that is done has a result")),
            }
        }
    }

    /// A task that must succeed.
    fn task(&mut self, name: &str, arguments: Value) -> Value {
        let result =
            self.carry_out(name, &arguments).unwrap_or_else(|error| panic!("{name} {arguments}: {error}"));
        self.done.insert(name.to_owned());
        result
    }

    /// The id that a task's result holds.
    fn id(&mut self, name: &str, member: &str, arguments: Value) -> u64 {
        let result = self.task(name, arguments);
        result[member].as_u64().unwrap_or_else(|| panic!("{name}: no {member} in {result}"))
    }

    fn send(&mut self, method: Method, path: &str, body: &str) -> (u16, Value) {
        self.now += 60_000;
        let request = Request {
            method,
            url: format!("http://127.0.0.1:8080/public-api/demo/{path}"),
            headers: self.emulator.config().credentials[0].headers(),
            body: body.as_bytes().to_vec(),
        };
        let answer = self.emulator.answer(&request, self.now);
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    /// What `response` holds, read past the client.
    fn read(&mut self, path: &str) -> Value {
        let (status, mut answer) = self.send(Method::Get, path, "");
        assert_eq!(status, 200, "{path}: {answer}");
        answer["response"].take()
    }

    fn order(&mut self, id: u64) -> Value {
        self.read(&format!("order-service/order/{id}"))[0].take()
    }

    fn first(&mut self, search: &str) -> u64 {
        self.read(search)["results"][0][0].as_u64().expect("a hit")
    }

    fn customer(&mut self) -> u64 {
        self.first("contact-service/contact-search?isCustomer=true")
    }

    fn product(&mut self, sku: &str) -> u64 {
        let body = json!({
            "brandId": 74, "identity": {"sku": sku}, "stock": {"stockTracked": true},
            "financialDetails": {"taxable": true, "taxCode": {"id": 2}},
            "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Cup", "categories": [{"categoryCode": "296"}]}],
        });
        self.id("create-product", "productId", body)
    }

    /// So many pieces come in, by a correction.
    fn stock(&mut self, product: u64, quantity: u32) -> Value {
        let correction = json!({"quantity": quantity, "productId": product, "reason": "Counted", "locationId": 2,
                                "cost": {"currency": "USD", "value": "4.50"}});
        self.task("correct-stock", json!({"warehouseId": 2, "corrections": [correction]}))
    }

    fn total(&mut self, product: u64) -> Value {
        let read = self.task("read-product-availability", json!({"productIds": product}));
        read["availability"][product.to_string()]["total"].clone()
    }
}

fn level(in_stock: u32, allocated: u32) -> Value {
    json!({"inStock": in_stock, "onHand": in_stock - allocated, "allocated": allocated, "inTransit": 0})
}

/// From an empty order to the customer's door.
fn a_sale(world: &mut TaskWorld) {
    let (customer, product) = (world.customer(), world.product("SALE-1"));
    world.stock(product, 10);
    assert_eq!(world.total(product), level(10, 0));
    let row = json!({"productId": product, "quantity": {"magnitude": "2"},
                     "rowValue": {"taxCode": "T20", "rowNet": {"value": "20.00"}, "rowTax": {"value": "4.00"}}});
    let created = world.task(
        "create-order",
        json!({"orderTypeCode": "SO", "reference": "E2E-1", "warehouseId": 2, "currency": {"orderCurrencyCode": "USD"},
               "parties": {"customer": {"contactId": customer}}, "rows": [row]}),
    );
    let (order, first_row) =
        (created["orderId"].as_u64().unwrap(), created["orderRowIds"][0].as_u64().unwrap());
    assert_eq!(world.order(order)["reference"], "E2E-1");

    let row = json!({"orderId": order, "productName": "Gift wrap", "quantity": {"magnitude": 1},
                     "rowValue": {"taxCode": "T20", "rowNet": {"value": "1.50"}, "rowTax": {"value": "0.30"}}});
    let wrap = world.id("add-order-row", "orderRowId", row);
    let changed = world.task(
        "change-order-row",
        json!({"orderId": order, "orderRowId": wrap, "net": "5.00", "tax": "1.00"}),
    );
    assert_eq!(changed["orderRow"]["rowValue"]["rowNet"]["value"], "5.0000");
    assert_eq!(world.order(order)["totalValue"]["total"], "30.00");
    world.task("remove-order-row", json!({"orderId": order, "orderRowId": wrap}));
    let read = world.order(order);
    assert_eq!(read["totalValue"]["total"], "24.00");
    assert!(read["orderRows"].get(wrap.to_string()).is_none(), "the row is gone");

    let note = world.id(
        "add-order-note",
        "noteId",
        json!({"orderId": order, "text": "Ring <twice> & wait", "isPublic": true}),
    );
    let notes = world.read(&format!("order-service/order/{order}/note/{note}"));
    assert_eq!((&notes[0]["text"], &notes[0]["isPublic"]), (&json!("Ring <twice> & wait"), &json!(true)));
    world.task(
        "update-order-status",
        json!({"orderId": order, "orderStatusId": 1, "orderNote": {"text": "Back to a draft"}}),
    );
    assert_eq!(world.order(order)["orderStatus"]["orderStatusId"], 1);

    let payment = json!({"transactionRef": "E2E-P1", "paymentMethodCode": "BANK", "paymentType": "RECEIPT", "orderId": order,
                         "currencyIsoCode": "USD", "amountPaid": "24.00", "paymentDate": "2026-07-01"});
    let payment = world.id("record-customer-payment", "paymentId", payment);
    assert_eq!(world.order(order)["orderPaymentStatus"], "PAID");
    assert_eq!(world.first("accounting-service/customer-payment-search?transactionRef=E2E-P1"), payment);

    let goods = json!([{"productId": product, "salesOrderRowId": first_row, "quantity": 2}]);
    let reserve = json!({"orderId": order, "warehouseId": 2, "products": goods});
    world.task("reserve-stock", reserve.clone());
    assert_eq!(world.order(order)["allocationStatusCode"], "AAA");
    assert_eq!(world.total(product), level(10, 2));
    world.task("cancel-reservation", json!({"orderId": order}));
    assert_eq!(world.order(order)["allocationStatusCode"], "ANA");
    assert_eq!(world.total(product), level(10, 0));
    world.task("reserve-stock", reserve);

    let note = world.task(
        "create-goods-out-note",
        json!({"orderId": order, "warehouses": [{"releaseDate": AT, "warehouseId": 2, "transfer": false, "products": goods}],
               "shippingMethodId": 1}),
    );
    let note = note["goodsOutNoteIds"][0].as_u64().expect("one note");
    assert_eq!(world.order(order)["stockStatusCode"], "SOA");
    let printed =
        json!({"goodsOutNoteId": note, "events": [{"eventCode": "PRI", "occured": AT, "eventOwnerId": 4}]});
    world.task("record-goods-out-events", printed);
    let path = format!("warehouse-service/order/{order}/goods-note/goods-out/{note}");
    let read = world.read(&path)[note.to_string()].take();
    assert_eq!((&read["status"]["printed"], &read["status"]["shipped"]), (&json!(true), &json!(false)));
    let shipped = world.task(
        "ship-goods-out-note",
        json!({"goodsOutNoteId": note, "occured": AT, "eventOwnerId": 4, "reference": "TRACK-1", "boxes": 1,
               "lastEventVersion": read["lastEventVersion"]}),
    );
    assert_eq!(shipped["shippingUpdated"], true);
    let read = world.read(&path)[note.to_string()].take();
    assert_eq!(
        (&read["status"]["shipped"], &read["shipping"]["reference"]),
        (&json!(true), &json!("TRACK-1"))
    );
    let read = world.order(order);
    assert_eq!((&read["shippingStatusCode"], &read["stockStatusCode"]), (&json!("ASS"), &json!("SOA")));
    assert_eq!(world.total(product), level(8, 0));
}

/// A sales order at once, in the API's own form and in that of integration guides.
fn sales_orders_at_once(world: &mut TaskWorld) {
    let (customer, product) = (world.customer(), world.product("ONCE-1"));
    let own = json!({
        "customer": {"id": customer}, "ref": "E2E-2", "externalRef": "e2e-2", "installedIntegrationInstanceId": 3,
        "currency": {"code": "USD"},
        "rows": [{"productId": product, "quantity": "3", "taxCode": "T20", "net": "30.00", "tax": "6.00"},
                 {"name": "Carriage", "quantity": "1", "taxCode": "T20", "net": "5.00", "tax": "1.00"}]});
    let order = world.id("create-sales-order", "orderId", own.clone());
    let read = world.read(&format!("order-service/sales-order/{order}"))[0].take();
    assert_eq!((&read["ref"], &read["total"]["gross"]), (&json!("E2E-2"), &json!("42.00")), "{read}");
    let again = world.carry_out("create-sales-order", &own).expect_err("the reference is taken");
    assert_eq!(again.errors()[0].code, "ORDC-042");

    let guide = json!({"customer": {"contactId": customer}, "orderTypeCode": "SO", "reference": "E2E-3",
                       "orderRows": [{"productId": product, "quantity": 2, "price": "9.995"}]});
    let order = world.id("create-sales-order", "orderId", guide);
    let read = world.order(order);
    assert_eq!((&read["reference"], &read["totalValue"]["net"]), (&json!("E2E-3"), &json!("19.99")));
    let rows = read["orderRows"].as_object().expect("rows by id");
    assert_eq!(rows.values().map(|row| &row["quantity"]["magnitude"]).collect::<Vec<_>>(), ["2.0000"]);
}

/// Goods come in for a purchase order.
fn a_purchase(world: &mut TaskWorld) {
    let product = world.product("BUY-1");
    let supplier = world.first("contact-service/contact-search?isSupplier=true");
    let created = world.task(
        "create-order",
        json!({"orderTypeCode": "PO", "warehouseId": 2, "parties": {"supplier": {"contactId": supplier}},
               "rows": [{"productId": product, "quantity": {"magnitude": "6"},
                         "rowValue": {"taxCode": "T20", "rowNet": {"value": "18.00"}, "rowTax": {"value": "3.60"}}}]}),
    );
    let order = created["orderId"].as_u64().unwrap();
    let goods = json!([{"productId": product, "purchaseOrderRowId": created["orderRowIds"][0], "quantity": 6,
                        "destinationLocationId": 2, "productValue": {"currency": "USD", "value": "3.00"}}]);
    let received =
        json!({"orderId": order, "transfer": false, "warehouseId": 2, "goodsMoved": goods, "receivedOn": AT});
    let note = world.id("receive-goods", "goodsInNoteId", received);
    assert_eq!(world.order(order)["stockStatusCode"], "POA");
    assert_eq!(world.total(product), level(6, 0));
    let read = world.read(&format!("warehouse-service/order/{order}/goods-note/goods-in/{note}"));
    assert_eq!(read[note.to_string()]["goodsMoved"][0]["quantity"], 6);
}

/// A product, its prices and its stock.
fn a_product(world: &mut TaskWorld) {
    let product = world.product("PRICE-1");
    let path = format!("product-service/product/{product}");
    let renamed = json!({"productId": product, "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Mug"}]});
    world.task("update-product", renamed);
    assert_eq!(world.read(&path)[0]["salesChannels"][0]["productName"], "Mug");
    let lists = world.task("list-price-lists", json!({}));
    let list = lists["priceLists"][1]["id"].as_u64().expect("a second price list");
    let prices = json!({"productId": product, "priceLists": [{"priceListId": list, "quantityPrice": {"1": "10.00", "5": "9.555"}}]});
    world.task("set-product-prices", prices);
    let read = world.task(
        "read-product-prices",
        json!({"productIds": format!("{product},999999"), "priceListIds": list}),
    );
    assert_eq!(read["prices"][0]["priceLists"][0]["quantityPrice"], json!({"1": "10.0000", "5": "9.5550"}));
    assert_eq!(read["missing"], "999999");
    let notes = world.stock(product, 7);
    assert_eq!(notes["goodsNoteIds"].as_array().map(Vec::len), Some(1), "{notes}");
    assert_eq!(world.total(product), level(7, 0));
}

/// A contact with the addresses given along with it, and one with an address that was there.
fn contacts(world: &mut TaskWorld) {
    let created = world.task(
        "create-contact",
        json!({"firstName": "Ann", "lastName": "Invented", "communication": {"emails": {"PRI": {"email": "ann@example.com"}}},
               "postalAddresses": {"DEF": {"addressLine1": "1 Invented Road", "postalCode": "AB1 2CD", "countryIsoCode": "GBR"},
                                   "DEL": {"addressLine1": "2 Invented Street", "countryIsoCode": "GB"}}}),
    );
    let read = world.read(&format!("contact-service/contact/{}", created["contactId"]))[0].take();
    assert_eq!((&read["firstName"], &read["lastName"]), (&json!("Ann"), &json!("Invented")));
    assert_eq!(read["postAddressIds"], created["postAddressIds"]);
    let delivery =
        world.read(&format!("contact-service/postal-address/{}", created["postAddressIds"]["DEL"]));
    assert_eq!(delivery[0]["addressLine1"], "2 Invented Street");

    let address =
        world.id("create-postal-address", "postalAddressId", json!({"addressLine1": "3 Invented Lane"}));
    let created = world.task(
        "create-contact",
        json!({"firstName": "Bob", "lastName": "Invented", "relationshipToAccount": {"isSupplier": true},
               "postAddressIds": {"DEF": address}}),
    );
    let read = world.read(&format!("contact-service/contact/{}", created["contactId"]))[0].take();
    assert_eq!(read["relationshipToAccount"]["isSupplier"], true);
    assert_eq!(read["postAddressIds"]["BIL"], address);
}

/// Custom fields by what people call them.
fn custom_fields(world: &mut TaskWorld) {
    let customer = world.customer();
    let body = json!({"orderTypeCode": "SO", "parties": {"customer": {"contactId": customer}}});
    let order = world.task("create-order", body)["orderId"].clone();
    let before = world.task("read-custom-fields", json!({"resource": "order", "id": order}));
    assert!(
        before["values"].as_object().is_some_and(|values| values.values().all(Value::is_null)),
        "{before}"
    );
    let wanted = json!({"Gift note": "With love", "VIP": true, "Carrier": "post", "Batch": 7});
    let changed =
        world.task("change-custom-fields", json!({"resource": "order", "id": order, "values": wanted}));
    assert_eq!(changed["changed"].as_array().map(Vec::len), Some(4), "{changed}");
    let after = world.task(
        "read-custom-fields",
        json!({"resource": "order", "id": order, "labels": ["Carrier", "gift note", "PCF_BATCH"]}),
    );
    assert_eq!(after["values"], json!({"Carrier": "Post", "Gift note": "With love", "Batch": 7}));
    let path = format!("order-service/order/{order}/custom-field");
    assert_eq!(world.read(&path)["PCF_CARRIER"], json!({"id": 9, "value": "Post"}));
    let again =
        world.task("change-custom-fields", json!({"resource": "order", "id": order, "values": wanted}));
    assert_eq!(again["changed"], json!([]), "what is so already is not sent");
    let gone = world
        .task("change-custom-fields", json!({"resource": "order", "id": order, "values": {"VIP": null}}));
    assert_eq!(gone["changed"], json!(["PCF_VIP"]));
    assert!(world.read(&path).get("PCF_VIP").is_none());
    let product = world.product("FIELDS-1");
    let fields =
        json!({"resource": "product", "id": product, "values": {"Care": "Hand wash", "Fragile": true}});
    assert_eq!(world.task("change-custom-fields", fields)["values"]["Care"], "Hand wash");
}

/// A journal whose sides are equal; unequal ones are refused before they are sent.
fn a_journal(world: &mut TaskWorld) {
    let line =
        |code: &str, value: &str| json!({"nominalCode": code, "change": {"currency": "USD", "value": value}});
    let journal = |credit: &str| {
        json!({"journalTypeCode": "JJ", "taxDate": "2026-06-30", "description": "Moved",
               "debits": [line("5000", "7.50"), line("4000", "2.50")], "credits": [line("1100", credit)]})
    };
    let refused = world.carry_out("post-journal", &journal("9.99")).expect_err("the sides differ");
    assert_eq!(refused.location(), Some("/debits"));
    let id = world.id("post-journal", "journalId", journal("10.00"));
    let read = world.read(&format!("accounting-service/journal/{id}"))["journals"][0].take();
    assert_eq!(
        (&read["description"], &read["credits"][0]["change"]["value"]),
        (&json!("Moved"), &json!("10.00"))
    );
}

/// The columns that the account says its searches have are those of the catalog.
fn searches(world: &mut TaskWorld) {
    let found = world.task("refresh-search", json!({"search": "order-search"}));
    assert_eq!(found["search"], "order-service/order-search");
    assert_eq!((&found["added"], &found["removed"], &found["changed"]), (&json!([]), &json!([]), &json!([])));
    let read = world.read("order-service/order-search/meta-data");
    assert_eq!(found["columns"], read["metaData"]["columns"]);
    assert!(found["columns"].as_array().is_some_and(|columns| columns.len() > 10));
}

type Scene = fn(&mut TaskWorld);

const SCENES: [Scene; 8] =
    [a_sale, sales_orders_at_once, a_purchase, a_product, contacts, custom_fields, a_journal, searches];

#[test]
fn every_task_does_what_it_says() {
    let mut world = TaskWorld::new();
    for scene in SCENES {
        scene(&mut world);
    }
    let all: BTreeSet<String> = tasks().iter().map(|task| task.name.to_owned()).collect();
    assert_eq!(world.done, all, "each task is exercised");
}

/// Webhooks are written as any resource is, and told of what tasks do.
#[test]
fn webhooks_tell_of_what_tasks_do() {
    let mut world = TaskWorld::new();
    let uri = "http://127.0.0.1:1/?${account-code}${resource-type}${resource-id}${lifecycle-event}";
    let body =
        json!({"subscribeTo": "product", "httpMethod": "GET", "uriTemplate": uri, "qualityOfService": 1});
    let write = brightpearl_core::operation::SingleRequest::new(Method::Post, "integration-service/webhook")
        .body(body.to_string());
    let mut call = world.client.start(write).unwrap();
    let Step::Send(exchange) = call.poll(world.now).unwrap() else { panic!("nothing is sent") };
    let answer = world.emulator.answer(&exchange.request, world.now);
    call.answer(exchange.id, answer, world.now).unwrap();
    let Step::Output(Output::Reply(reply)) = call.poll(world.now).unwrap() else { panic!("no reply") };
    let id = serde_json::from_slice::<Value>(&reply.body).unwrap()["response"].as_u64().unwrap();
    assert_eq!(world.read(&format!("integration-service/webhook/{id}"))[0]["subscribeTo"], "product");
    let product = world.product("HOOK-1");
    let told = world.emulator.deliveries(world.now + 3_600_000);
    let wanted = format!("product{product}created");
    assert!(told.iter().any(|delivery| delivery.request.url.contains(&wanted)), "{told:?}");
}
