//! Those who work in the account, and what they change.

use std::collections::BTreeMap;

use brightpearl_core::Method;
use serde_json::{Value, json};

use crate::draw::Draw;
use crate::network::Network;
use crate::trace::Trace;

/// What is read when something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Observed {
    Order,
    Product,
    Availability,
    Note,
}

impl Observed {
    const ALL: [Observed; 4] = [Observed::Order, Observed::Product, Observed::Availability, Observed::Note];

    /// What the engine calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Observed::Order => "order",
            Observed::Product => "product",
            Observed::Availability => "product-availability",
            Observed::Note => "goods-out-note",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Observed> {
        Observed::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn path(self) -> &'static str {
        match self {
            Observed::Order => "order-service/order",
            Observed::Product => "product-service/product",
            Observed::Availability => "warehouse-service/product-availability",
            Observed::Note => "warehouse-service/order/*/goods-note/goods-out",
        }
    }

    /// The record as it is; null where there is none.
    pub(crate) fn look(self, network: &mut Network, id: u64) -> Value {
        let mut found = network.look(&format!("{}/{id}", self.path()));
        match self {
            Observed::Order | Observed::Product => found[0].take(),
            Observed::Availability | Observed::Note => found[id.to_string()].take(),
        }
    }

    /// The ids of all there are.
    pub(crate) fn all(self, network: &mut Network) -> Vec<u64> {
        let search = match self {
            Observed::Order => "order-service/order-search?columns=orderId",
            Observed::Product => "product-service/product-search?columns=productId",
            Observed::Availability => "product-service/product-search?stockTracked=true&columns=productId",
            Observed::Note => "warehouse-service/goods-note/goods-out-search?columns=goodsOutNoteId",
        };
        let found = network.look(search);
        let mut ids: Vec<u64> =
            found["results"].as_array().into_iter().flatten().filter_map(|row| row[0].as_u64()).collect();
        // Rows that a fault has repeated stay so until something is written.
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// A note that a clerk has made.
#[derive(Clone, Copy)]
struct Note {
    id: u64,
    order: u64,
    product: u64,
}

/// Those who change records.
pub(crate) struct Clerks {
    draw: Draw,
    orders: Vec<u64>,
    products: Vec<u64>,
    /// What stock is counted of, and the clerks have laid in.
    tracked: Vec<u64>,
    notes: Vec<Note>,
    customer: u64,
    count: u64,
    /// When each record was changed last.
    last: BTreeMap<(Observed, u64), u64>,
}

impl Clerks {
    pub(crate) fn new(seed: u64, network: &mut Network) -> Self {
        let customers = network.look("contact-service/contact-search?isCustomer=true&columns=contactId");
        let mut clerks = Self {
            draw: Draw::new(seed, 12),
            orders: Observed::Order.all(network),
            products: Observed::Product.all(network),
            tracked: Observed::Availability.all(network),
            notes: Vec::new(),
            customer: customers["results"][0][0].as_u64().unwrap_or_default(),
            count: 0,
            last: BTreeMap::new(),
        };
        clerks.tracked.truncate(3);
        for product in clerks.tracked.clone() {
            clerks.correct(network, product, 500);
        }
        clerks
    }

    /// What was changed.
    pub(crate) fn changed(&self) -> Vec<(Observed, u64)> {
        self.last.keys().copied().collect()
    }

    /// When it was changed last.
    pub(crate) fn last_change(&self, kind: Observed, id: u64) -> u64 {
        self.last.get(&(kind, id)).copied().unwrap_or_default()
    }

    /// Now and then changes something.
    pub(crate) fn act(&mut self, network: &mut Network, trace: &mut Trace) {
        if self.draw.happens(60) {
            self.work(network, trace);
        }
    }

    /// Changes something.
    pub(crate) fn work(&mut self, network: &mut Network, trace: &mut Trace) {
        self.count += 1;
        let text = format!("change {}", self.count);
        match self.draw.below(9) {
            0 => self.sell(network, trace),
            1 | 2 => {
                let id = *self.draw.pick(&self.orders);
                let patch = json!([{"op": "replace", "path": "/reference", "value": text}]);
                self.write(network, trace, Method::Patch, &format!("order-service/order/{id}"), &patch);
                self.note(network, Observed::Order, id);
            }
            3 => {
                let id = *self.draw.pick(&self.products);
                let channel = json!({"salesChannelName": "Brightpearl", "productName": text});
                let body = json!({"salesChannels": [channel]});
                self.write(network, trace, Method::Put, &format!("product-service/product/{id}"), &body);
                self.note(network, Observed::Product, id);
            }
            4 => {
                if !self.tracked.is_empty() {
                    let product = *self.draw.pick(&self.tracked);
                    trace.note(network.now, || format!("clerks: stock of {product}"));
                    self.correct(network, product, 3);
                }
            }
            5 | 6 => self.dispatch(network, trace),
            7 => self.label(network, trace, &text),
            _ => self.take_back(network, trace),
        }
    }

    fn correct(&mut self, network: &mut Network, product: u64, quantity: u64) {
        let cost = json!({"currency": "USD", "value": "1.00"});
        let body = json!({"corrections": [{"quantity": quantity, "productId": product, "reason": "counted",
            "locationId": 2, "cost": cost}]});
        let path = "warehouse-service/warehouse/2/stock-correction";
        network.act(Method::Post, path, &body.to_string(), network.now);
        self.note(network, Observed::Availability, product);
        self.note(network, Observed::Product, product);
    }

    fn sell(&mut self, network: &mut Network, trace: &mut Trace) {
        let row = json!({"name": "Something", "quantity": 1, "net": "1.00", "tax": "0.00", "taxCode": "T20"});
        self.sell_row(network, trace, &row);
    }

    fn sell_row(&mut self, network: &mut Network, trace: &mut Trace, row: &Value) -> u64 {
        let reference = format!("sold {}", self.count);
        let body =
            json!({"customer": {"id": self.customer}, "ref": reference, "warehouseId": 2, "rows": [row]});
        let created = self.write(network, trace, Method::Post, "order-service/sales-order", &body);
        let id = created.as_u64().unwrap_or_default();
        self.orders.push(id);
        self.note(network, Observed::Order, id);
        id
    }

    /// Sells a product and makes a note of it.
    fn dispatch(&mut self, network: &mut Network, trace: &mut Trace) {
        if self.tracked.is_empty() {
            return;
        }
        let product = *self.draw.pick(&self.tracked);
        let row =
            json!({"productId": product, "quantity": 1, "net": "1.00", "tax": "0.00", "taxCode": "T20"});
        let order = self.sell_row(network, trace, &row);
        let rows = Observed::Order.look(network, order)["orderRows"].take();
        let row = rows.as_object().and_then(|rows| rows.keys().next()?.parse::<u64>().ok());
        let of = json!({"productId": product, "salesOrderRowId": row, "quantity": 1});
        let body = json!({"warehouses": [{"warehouseId": 2, "transfer": false, "products": [of]}],
            "priority": false, "shippingMethodId": 1});
        let path = format!("warehouse-service/order/{order}/goods-note/goods-out");
        let made = self.write(network, trace, Method::Post, &path, &body);
        if let Some(id) = made[0].as_u64() {
            let note = Note { id, order, product };
            self.notes.push(note);
            self.note_of(network, note);
        }
    }

    fn label(&mut self, network: &mut Network, trace: &mut Trace, text: &str) {
        let Some(note) = self.one_note() else { return };
        let body = json!({"priority": true, "shipping": {"reference": text}});
        let path = format!("warehouse-service/goods-note/goods-out/{}", note.id);
        self.write(network, trace, Method::Put, &path, &body);
        self.note(network, Observed::Note, note.id);
    }

    fn take_back(&mut self, network: &mut Network, trace: &mut Trace) {
        let Some(note) = self.one_note() else { return };
        let path = format!("warehouse-service/order/{}/goods-note/goods-out/{}", note.order, note.id);
        self.write(network, trace, Method::Delete, &path, &Value::Null);
        self.notes.retain(|other| other.id != note.id);
        self.note_of(network, note);
    }

    fn one_note(&mut self) -> Option<Note> {
        if self.notes.is_empty() { None } else { Some(*self.draw.pick(&self.notes)) }
    }

    fn write(
        &self,
        network: &mut Network,
        trace: &mut Trace,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = network.act(method, path, &body, network.now);
        trace.note(network.now, || format!("clerks: {method} {path} {body} -> {answer}"));
        answer
    }

    fn note(&mut self, network: &Network, kind: Observed, id: u64) {
        self.last.insert((kind, id), network.now);
    }

    /// A note changes its order and the stock of its product along with it.
    fn note_of(&mut self, network: &Network, note: Note) {
        self.note(network, Observed::Note, note.id);
        self.note(network, Observed::Order, note.order);
        self.note(network, Observed::Availability, note.product);
    }
}
