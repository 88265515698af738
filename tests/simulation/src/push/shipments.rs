//! Shipments of goods-out notes, some of which are of other products: those ship nothing.

use brightpearl_core::Method;
use brightpearl_core::flow::State;
use serde_json::{Value, json};

use super::Pushing;
use crate::checks::Kind;

/// Shipments, in a flat shape of their own.
const SHIPMENTS: &str = include_str!("../shipments.json");

/// A goods-out note.
struct GoodsNote {
    id: u64,
    order: u64,
}

impl Pushing<'_> {
    pub(super) fn shipments(&mut self) -> Result<(), String> {
        let tracked = self.in_stock();
        // Not every account has customers and stock.
        let customers =
            self.network.look("order-service/order-search?orderTypeId=1&columns=contactId&pageSize=1");
        let (Some(customer), [one, other, ..]) = (customers["results"][0][0].as_u64(), &tracked[..]) else {
            return self.orders();
        };
        let (one, other) = (one.clone(), other.clone());
        let count = self.draw.between(1, 6);
        let (mut records, mut notes) = (Vec::new(), Vec::new());
        for number in 0..count {
            let pieces = [(&one, 1), (&other, 2)];
            let Some(note) = self.note(customer, number, &pieces.map(|((_, id), count)| (*id, count))) else {
                return Err("no note could be made".to_owned());
            };
            let is_same = self.draw.happens(600);
            let shipped = if is_same { [(&one.0, 1), (&other.0, 2)] } else { [(&one.0, 2), (&other.0, 1)] };
            let items = shipped.map(|(sku, count)| json!({"sku": sku.to_lowercase(), "quantity": count}));
            records.push(json!({"shipment": number, "note": note.id, "order": note.order, "items": items}));
            notes.push((note, is_same));
        }
        // Whoever knows the order alone finds its note while that is not shipped.
        let mut document: Value = serde_json::from_str(SHIPMENTS).expect("JSON");
        if self.draw.happens(500) {
            document["path"]["ID"] = json!({"from": "order", "resolve": {"search": "warehouse-service/goods-note/goods-out-search",
                "column": "orderId", "by": {"shipped": "false"}, "else": "skip-record"}});
        }
        let (run, _) = self.push(&document.to_string(), Kind::Corrections, &[records])?;
        self.network.pass_until(self.network.now + 60_000);
        for (number, (note, is_same)) in notes.iter().enumerate() {
            let path = format!("warehouse-service/order/{}/goods-note/goods-out/{}", note.order, note.id);
            let is_shipped = self.network.look(&path)[note.id.to_string()]["status"]["shipped"] == true;
            let outcome = run.outcomes.iter().find(|outcome| outcome.record == number as u64);
            let Some(outcome) = outcome else { continue };
            let told = || format!("note {}, whose shipment ended as {}", note.id, outcome.to_json());
            match outcome.state {
                _ if is_shipped && !is_same => {
                    return Err(format!("another shipment has shipped {}", told()));
                }
                State::Created if !is_shipped => return Err(format!("nothing has shipped {}", told())),
                State::Created | State::MaybeApplied => {}
                State::Rejected if is_shipped || (self.is_fair && *is_same) => {
                    return Err(format!("it was not right to refuse {}", told()));
                }
                State::Rejected => {}
                // A search that lags behind does not find a new note.
                State::Skipped if !is_shipped => {}
                State::Updated | State::Unchanged | State::Differs | State::Doubled | State::Skipped => {
                    return Err(format!("a shipment is made, or refused: {}", told()));
                }
            }
        }
        Ok(())
    }

    /// Products of which there is enough, by their SKUs.
    fn in_stock(&mut self) -> Vec<(String, u64)> {
        let tracked: Vec<(String, u64)> = self
            .products
            .iter()
            .filter(|product| product.is_tracked)
            .map(|product| (product.sku.clone(), product.id))
            .collect();
        tracked.into_iter().filter(|(_, id)| self.stock(*id) > 40).take(2).collect()
    }

    /// A note of an order of its own, made past the client.
    fn note(&mut self, customer: u64, number: u64, pieces: &[(u64, u64)]) -> Option<GoodsNote> {
        let row = |(product, count): &(u64, u64)| json!({"productId": product, "quantity": count.to_string(), "net": "9.00", "tax": "0.00", "taxCode": "T20"});
        let rows: Vec<Value> = pieces.iter().map(row).collect();
        let order = json!({"customer": {"id": customer}, "ref": format!("N-{number}"), "warehouseId": 2,
            "currency": {"code": "USD"}, "rows": rows});
        let order = self.act("order-service/sales-order", &order).as_u64()?;
        let read = self.network.look(&format!("order-service/sales-order/{order}"))[0].clone();
        let product = |row: &Value| {
            let count =
                pieces.iter().find(|(id, _)| row["productId"].as_u64() == Some(*id)).map(|(_, count)| *count);
            json!({"productId": row["productId"], "salesOrderRowId": row["id"], "quantity": count})
        };
        let products: Vec<Value> = read["rows"].as_array()?.iter().map(product).collect();
        let body = json!({"warehouses": [{"warehouseId": 2, "transfer": false, "products": products}], "priority": false});
        let notes = self.act(&format!("warehouse-service/order/{order}/goods-note/goods-out"), &body);
        Some(GoodsNote { id: notes[0].as_u64()?, order })
    }

    fn act(&mut self, path: &str, body: &Value) -> Value {
        self.network.act(Method::Post, path, &body.to_string(), self.network.now)
    }
}
