//! The books of the stock balance, whatever is done in whatever order.

use crate::harness::{Account, json, rows, small_account};
use brightpearl_core::{Method, Response};
use proptest::prelude::*;
use serde_json::{Value, json};

const CORRECTIONS: &str = "warehouse-service/warehouse/2/stock-correction";

fn empty_product(account: &mut Account, name: &str) -> u64 {
    account.post(
        "product-service/product",
        &json!({"brandId": 74, "identity": {"sku": name}, "stock": {"stockTracked": true},
                "salesChannels": [{"salesChannelName": "Brightpearl", "productName": name,
                                   "categories": [{"categoryCode": "296"}]}]}),
    )
}

fn correction(product: u64, quantity: i64, location: u64) -> Value {
    json!({"quantity": quantity, "productId": product, "reason": "Counted", "locationId": location,
           "cost": {"currency": "USD", "value": 2.5}})
}

fn availability(account: &mut Account, product: u64) -> Value {
    let path = format!("warehouse-service/product-availability/{product}");
    account.get(&path)["response"][product.to_string()].clone()
}

fn order(account: &mut Account, order_type: &str) -> u64 {
    let (party, filter) = match order_type {
        "SO" | "SC" => ("customer", "isCustomer=true"),
        _ => ("supplier", "isSupplier=true"),
    };
    let contact = account.some_contact(filter);
    let body = json!({"orderTypeCode": order_type, "warehouseId": 2,
                      "parties": {party: {"contactId": contact}}});
    account.post("order-service/order", &body)
}

fn row(account: &mut Account, order: u64, product: u64, quantity: u64) -> u64 {
    account.post(
        &format!("order-service/order/{order}/row"),
        &json!({"productId": product, "quantity": {"magnitude": quantity},
                "rowValue": {"taxCode": "T20", "rowNet": {"value": "10.00"}, "rowTax": {"value": "2.00"}}}),
    )
}

/// What a caller may try, in whatever order.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Correct(usize, i64),
    Reserve(usize, u64),
    Unreserve,
    Note(usize, u64),
    Step(usize, &'static str),
    DeleteNote(usize),
    Receive(usize, u64),
    Transfer(usize, u64),
    Release(usize, u64),
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_usize..2, -6_i64..9).prop_map(|(product, quantity)| Act::Correct(product, quantity)),
        (0_usize..2, 1_u64..6).prop_map(|(product, quantity)| Act::Reserve(product, quantity)),
        Just(Act::Unreserve),
        (0_usize..2, 1_u64..5).prop_map(|(product, quantity)| Act::Note(product, quantity)),
        (0_usize..6, prop::sample::select(vec!["PRI", "PIC", "UPI", "SHW"]))
            .prop_map(|(note, code)| Act::Step(note, code)),
        (0_usize..6).prop_map(Act::DeleteNote),
        (0_usize..2, 1_u64..5).prop_map(|(product, quantity)| Act::Receive(product, quantity)),
        (0_usize..2, 1_u64..5).prop_map(|(product, quantity)| Act::Transfer(product, quantity)),
        (0_usize..2, 1_u64..5).prop_map(|(product, quantity)| Act::Release(product, quantity)),
    ]
}

/// Two products, a sale and a purchase of both, and the notes made so far.
pub(crate) struct Scene {
    products: [u64; 2],
    sale: (u64, [u64; 2]),
    purchase: (u64, [u64; 2]),
    notes: Vec<u64>,
    transfer: u64,
}

pub(crate) fn scene(account: &mut Account) -> Scene {
    let products = [empty_product(account, "Cup"), empty_product(account, "Kettle")];
    let sale = order(account, "SO");
    let sale_rows = products.map(|product| row(account, sale, product, 8));
    let purchase = order(account, "PO");
    let purchase_rows = products.map(|product| row(account, purchase, product, 9));
    let frame = json!({"targetWarehouseId": 3});
    let transfer = account.post("warehouse-service/warehouse/2/stock-transfer", &frame);
    Scene {
        products,
        sale: (sale, sale_rows),
        purchase: (purchase, purchase_rows),
        notes: Vec::new(),
        transfer,
    }
}

impl Scene {
    /// Remembers the note that an act has made.
    pub(crate) fn note(&mut self, act: &Act, response: &Response) {
        if response.status == 200 && matches!(act, Act::Note(..) | Act::Transfer(..)) {
            self.notes.push(json(response)["response"][0].as_u64().unwrap());
        }
    }

    pub(crate) fn request(&self, act: &Act) -> Option<(Method, String, Value)> {
        let (sale, sale_rows) = self.sale;
        let (purchase, purchase_rows) = self.purchase;
        let products = |product: usize, quantity: u64| {
            json!([{"productId": self.products[product], "salesOrderRowId": sale_rows[product],
                    "quantity": quantity}])
        };
        let service = "warehouse-service";
        Some(match *act {
            Act::Correct(product, quantity) => (
                Method::Post,
                CORRECTIONS.to_owned(),
                json!({"corrections": [correction(self.products[product], quantity, 2)]}),
            ),
            Act::Reserve(product, quantity) => (
                Method::Post,
                format!("{service}/order/{sale}/reservation/warehouse/2"),
                json!({"products": products(product, quantity)}),
            ),
            Act::Unreserve => (Method::Delete, format!("{service}/order/{sale}/reservation"), Value::Null),
            Act::Note(product, quantity) => (
                Method::Post,
                format!("{service}/order/{sale}/goods-note/goods-out"),
                json!({"warehouses": [{"warehouseId": 2, "products": products(product, quantity)}]}),
            ),
            Act::Step(note, code) => (
                Method::Post,
                format!("{service}/goods-note/goods-out/{}/event", self.notes.get(note)?),
                json!({"events": [{"eventCode": code, "occured": "2026-07-01T10:00:00Z", "eventOwnerId": 4}]}),
            ),
            Act::DeleteNote(note) => (
                Method::Delete,
                format!("{service}/order/{sale}/goods-note/goods-out/{}", self.notes.get(note)?),
                Value::Null,
            ),
            Act::Receive(product, quantity) => (
                Method::Post,
                format!("{service}/order/{purchase}/goods-note/goods-in"),
                json!({"warehouseId": 2, "goodsMoved": [{"productId": self.products[product],
                       "purchaseOrderRowId": purchase_rows[product], "quantity": quantity}]}),
            ),
            Act::Transfer(product, quantity) => (
                Method::Post,
                format!("{service}/warehouse/2/external-transfer"),
                json!({"targetWarehouseId": 3, "stockTransferId": self.transfer, "transferredProducts": [
                    {"productId": self.products[product], "quantity": quantity}]}),
            ),
            Act::Release(product, quantity) => (
                Method::Post,
                format!("{service}/warehouse/3/quarantine/release"),
                json!({"productId": self.products[product], "quantity": quantity}),
            ),
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is done, what is in stock is what has moved in and out, and what is allocated is what
    /// reservations and unshipped notes hold.
    #[test]
    fn the_books_of_the_stock_balance(acts in prop::collection::vec(act(), 1..30)) {
        let mut account = small_account();
        let mut scene = scene(&mut account);
        for act in &acts {
            let Some((method, path, body)) = scene.request(act) else { continue };
            let response = account.send(method, &path, &body.to_string());
            prop_assert!([200, 400, 404].contains(&response.status), "{act:?}: {}", crate::harness::text(&response));
            scene.note(act, &response);
        }
        for (index, product) in scene.products.into_iter().enumerate() {
            let total = availability(&mut account, product)["total"].clone();
            let count = |name: &str| total[name].as_i64().unwrap();
            prop_assert_eq!(count("inStock"), count("onHand") + count("allocated"));
            let moved = account.get(&format!(
                "warehouse-service/goods-movement-search?productId={product}&columns=quantity"
            ));
            let moved: i64 = rows(&moved).iter().map(|row| row[0].as_i64().unwrap()).sum();
            prop_assert_eq!(count("inStock") + count("inTransit"), moved);
            prop_assert_eq!(count("allocated"), held(&mut account, &scene, index));
        }
    }
}

/// What the sale's reservation, its unshipped notes and unshipped transfers hold of a product.
fn held(account: &mut Account, scene: &Scene, index: usize) -> i64 {
    let (sale, sale_rows) = scene.sale;
    let reservation = account.send(Method::Get, &format!("warehouse-service/order/{sale}/reservation"), "");
    let row = sale_rows[index].to_string();
    let mut held = json(&reservation)["response"][0]["orderRows"][&row]["quantity"].as_i64().unwrap_or(0);
    for note in &scene.notes {
        let path = format!("warehouse-service/order/*/goods-note/goods-out/{note}");
        let read = json(&account.send(Method::Get, &path, ""))["response"][note.to_string()].clone();
        if read["status"]["shipped"] == false {
            let lines = [&read["orderRows"][&row], &read["transferRows"]];
            let lines = lines.into_iter().filter_map(Value::as_array).flatten();
            let own = lines.filter(|line| line["productId"] == scene.products[index]);
            held += own.map(|line| line["quantity"].as_i64().unwrap()).sum::<i64>();
        }
    }
    held
}
