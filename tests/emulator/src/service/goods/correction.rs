//! Corrections of the stock and of its value (API notes §8.3.5, §8.3.7).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::Route;
use super::super::body::{Fields, MOST_PIECES};
use super::super::call::Call;
use super::{UNREADABLE, existing_location, path_warehouse, refused, tracked_product};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::json::Number;
use crate::protocol::moment::Moment;
use crate::world::World;
use crate::world::goods_in::{CorrectedLine, Correction};
use crate::world::product::ProductStatus;
use crate::world::reference::STAFF;
use crate::world::stock::{Batch, NoteKind, Reason};

pub(super) const ROUTES: &[Route] = &[
    Route::write(
        Method::Post,
        "warehouse-service/warehouse/{id}/stock-correction",
        "post-stock-correction",
        post_corrections,
    ),
    Route::read(
        Method::Get,
        "warehouse-service/warehouse/{id}/stock-correction/{ids?}",
        "get-stock-correction",
        get_corrections,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/warehouse/{id}/asset-value-correction",
        "post-asset-value-correction",
        post_value_correction,
    ),
];

/// One correction, checked.
struct NewCorrection {
    product: u32,
    quantity: i64,
    location: u32,
    reason: String,
    /// None: what the last batch of the product cost.
    cost: Option<Money>,
    /// Which batch to take from; none: the oldest first.
    batch: Option<u32>,
    order: u32,
}

/// An amount in a currency.
pub(super) struct Money {
    pub(super) value: Decimal,
    pub(super) currency: String,
}

/// Reads `{"currency", "value"}`; a currency that is not named is the account's own.
pub(super) fn read_money(fields: &Fields<'_>, name: &str, world: &World) -> Result<Option<Money>, Refusal> {
    let Some(money) = fields.object(name)? else { return Ok(None) };
    let value = money.required("value", money.amount("value")?)?;
    if value.is_sign_negative() {
        return Err(money.refuse("value", "an amount that is not negative"));
    }
    let currency = money.text("currency")?.unwrap_or_else(|| world.currencies[0].code.clone());
    if world.currencies.iter().all(|own| own.code != currency) {
        return Err(money.refuse("currency", "the code of a currency of the account"));
    }
    Ok(Some(Money { value, currency }))
}

/// All corrections or none: each is checked against what those before it leave.
fn post_corrections(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let warehouse = path_warehouse(call, 0)?;
    let corrections: Vec<NewCorrection> = Fields::new(&body, UNREADABLE)
        .some_objects("corrections")?
        .iter()
        .map(|fields| read_correction(call.world, warehouse, fields))
        .collect::<Result<_, _>>()?;
    refuse_taking_too_much(call.world, warehouse, &corrections)?;
    let now = call.now_ms;
    response(corrections.into_iter().map(|own| correct(call.world, warehouse, own, now)).collect::<Vec<_>>())
}

fn read_correction(world: &World, warehouse: u32, fields: &Fields<'_>) -> Result<NewCorrection, Refusal> {
    let quantity = fields.required("quantity", fields.whole("quantity")?)?;
    if quantity == 0 || quantity.unsigned_abs() > MOST_PIECES.into() {
        return Err(fields.refuse("quantity", "a whole number other than 0, of at most seven digits,"));
    }
    let product = match (fields.id("productId")?, fields.text("sku")?) {
        (Some(id), _) => tracked_product(world, id)?,
        (None, Some(sku)) => tracked_product(world, product_by_sku(world, &sku)?)?,
        (None, None) => return Err(fields.missing("productId")),
    };
    let reason = fields.required("reason", fields.text("reason")?.filter(|reason| !reason.is_empty()))?;
    let location = fields.required("locationId", fields.id("locationId")?)?;
    existing_location(world, warehouse, location)?;
    let cost = read_money(fields, "cost", world)?;
    if quantity > 0 && cost.is_none() {
        return Err(fields.missing("cost"));
    }
    let order = fields.id("orderId")?.unwrap_or(0);
    Ok(NewCorrection { product, quantity, location, reason, cost, batch: fields.id("batchId")?, order })
}

/// One client names products so. Looking for one goes through all products.
fn product_by_sku(world: &World, sku: &str) -> Result<u32, Refusal> {
    let mut products = world.products.as_slice().iter().copied();
    let found = products.find(|id| !sku.is_empty() && world.product(*id).sku() == sku);
    found.ok_or_else(|| refused("WHSC-004", &format!("Product {sku} does not exist")))
}

fn refuse_taking_too_much(
    world: &World,
    warehouse: u32,
    corrections: &[NewCorrection],
) -> Result<(), Refusal> {
    for (index, correction) in corrections.iter().enumerate().filter(|(_, own)| own.quantity < 0) {
        let same = |own: &&NewCorrection| {
            own.product == correction.product
                && own.location == correction.location
                && match (own.quantity > 0, correction.batch) {
                    // What is added is a batch of its own.
                    (true, batch) => batch.is_none(),
                    (false, None) => true,
                    (false, Some(batch)) => own.batch.is_none_or(|own| own == batch),
                }
        };
        let balance: i64 = corrections[..=index].iter().filter(same).map(|own| own.quantity).sum();
        let batches = world.batches(correction.product);
        let there = batches
            .iter()
            .filter(|batch| batch.warehouse == warehouse && batch.location == correction.location)
            .filter(|batch| correction.batch.is_none_or(|id| batch.note == id));
        let free = there.map(Batch::free).fold(0, u32::saturating_add);
        if i64::from(free) + balance < 0 {
            let message = format!(
                "Only {free} of product {} can be taken from location {}",
                correction.product, correction.location
            );
            return Err(refused("WHSB-001", &message));
        }
    }
    Ok(())
}

fn correct(world: &mut World, warehouse: u32, correction: NewCorrection, now: i64) -> u32 {
    let id = world.next_goods_note();
    let kind = NoteKind::StockCorrection;
    let reason = Reason { note: id, kind, order: correction.order, order_row: 0, at: now };
    let moved = if correction.quantity > 0 {
        add_stock(world, warehouse, &correction, reason)
    } else {
        take_stock(world, warehouse, &correction, reason)
    };
    let record =
        Correction { id, warehouse, order: correction.order, reason: correction.reason, created: now, moved };
    world.changes.goods.corrections.put(id, record);
    id
}

/// An archived product comes to life when it is in stock again.
fn add_stock(
    world: &mut World,
    warehouse: u32,
    correction: &NewCorrection,
    reason: Reason,
) -> Vec<CorrectedLine> {
    let record = world.product_record(correction.product);
    if record.status == ProductStatus::Archived {
        let mut record = (*record).clone();
        record.status = ProductStatus::Live;
        record.updated = reason.at;
        world.put_product(record);
        world.changes.publish("product", "modified", correction.product);
    }
    let (cost, currency) = match &correction.cost {
        Some(money) => (money.value, money.currency.clone()),
        None => (Decimal::ZERO, world.currencies[0].code.clone()),
    };
    let quantity = u32::try_from(correction.quantity).unwrap_or(0);
    let batch = Batch {
        note: reason.note,
        warehouse,
        location: correction.location,
        quantity,
        allocated: 0,
        cost,
        currency: currency.clone(),
        received: reason.at,
    };
    world.bring_in(correction.product, batch, reason);
    vec![CorrectedLine {
        product: correction.product,
        quantity: correction.quantity,
        location: correction.location,
        batch: reason.note,
        cost,
        currency,
    }]
}

fn take_stock(
    world: &mut World,
    warehouse: u32,
    correction: &NewCorrection,
    reason: Reason,
) -> Vec<CorrectedLine> {
    let (product, location) = (correction.product, correction.location);
    let quantity = u32::try_from(correction.quantity.unsigned_abs()).unwrap_or(0);
    let lines = match correction.batch {
        Some(batch) => world.allocate_from_batch(product, batch, location, quantity),
        None => world.allocate(product, warehouse, Some(location), quantity),
    };
    let mut moved = Vec::with_capacity(lines.len());
    for line in lines {
        if let Some(batch) = world.take_out(&line, reason) {
            moved.push(CorrectedLine {
                product,
                quantity: -i64::from(line.quantity),
                location,
                batch: line.batch,
                cost: batch.cost,
                currency: batch.currency,
            });
        }
    }
    moved
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CorrectionShape {
    goods_note_id: u32,
    warehouse_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<u32>,
    reason: String,
    goods_moved: Vec<MovedShape>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MovedShape {
    product_id: u32,
    quantity: i64,
    destination_location_id: u32,
    batch_goods_note_id: u32,
    product_value: MoneyShape,
    created_on: Moment,
    created_by: u32,
}

/// An amount as a number, as goods notes have it.
#[derive(Serialize)]
pub(super) struct MoneyShape {
    currency: String,
    value: Number,
}

impl MoneyShape {
    pub(super) fn new(currency: &str, value: Decimal) -> Self {
        Self { currency: currency.to_owned(), value: Number(value.normalize()) }
    }
}

/// *Inferred*: where none is found, the answer is the 404 of most resources.
fn get_corrections(call: &mut Call<'_>) -> Answer {
    let warehouse = path_warehouse(call, 0)?;
    let ids = call.required_ids(1)?;
    let world = &*call.world;
    let found = ids.iter().filter_map(|id| world.correction(id)).filter(|own| own.warehouse == warehouse);
    let shapes: Vec<_> = found.map(|correction| CorrectionShape::new(world, correction)).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Stock Corrections Found"));
    }
    response(shapes)
}

impl CorrectionShape {
    fn new(world: &World, correction: Correction) -> Self {
        let moved = |line: &CorrectedLine| MovedShape {
            product_id: line.product,
            quantity: line.quantity,
            destination_location_id: line.location,
            batch_goods_note_id: line.batch,
            product_value: MoneyShape::new(&line.currency, line.cost),
            created_on: world.moment(correction.created),
            created_by: STAFF[0],
        };
        Self {
            goods_note_id: correction.id,
            warehouse_id: correction.warehouse,
            order_id: (correction.order != 0).then_some(correction.order),
            goods_moved: correction.moved.iter().map(moved).collect(),
            reason: correction.reason,
        }
    }
}

/// Puts another value on the pieces of a batch. Pieces that are allocated keep theirs; *inferred*: a batch
/// of which any is allocated is refused, because its pieces have one cost, and what the body takes for the
/// present cost is not compared.
fn post_value_correction(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let warehouse = path_warehouse(call, 0)?;
    let product = tracked_product(call.world, fields.required("productId", fields.id("productId")?)?)?;
    let batch = fields.required("batchId", fields.id("batchId")?)?;
    let location = fields.id("locationId")?;
    fields.required("reason", fields.text("reason")?.filter(|reason| !reason.is_empty()))?;
    let new_cost = read_money(&fields, "newCost", call.world)?;
    let new_cost = fields.required("newCost", new_cost)?;
    let current = match read_money(&fields, "currentCost", call.world)? {
        Some(current) => Some(current),
        None => read_money(&fields, "currencyCost", call.world)?,
    };
    let concerned = |own: &Batch| {
        own.note == batch
            && own.warehouse == warehouse
            && location.is_none_or(|location| own.location == location)
    };
    let batches = call.world.batches(product);
    let mut found = batches.iter().filter(|own| concerned(own)).peekable();
    if found.peek().is_none() {
        let message = format!("Product {product} has no stock of batch {batch} in warehouse {warehouse}");
        return Err(refused("WHSB-002", &message));
    }
    for own in found {
        if own.allocated > 0 {
            return Err(refused("WHSB-003", &format!("Stock of batch {batch} is allocated")));
        }
        if current.as_ref().is_some_and(|current| current.value != own.cost) && call.world.strict {
            return Err(refused("WHSB-004", &format!("The current cost of batch {batch} is {}", own.cost)));
        }
    }
    call.world.revalue(product, concerned, new_cost.value, &new_cost.currency);
    nothing()
}
