//! Drop-ship notes and their one event (API notes §8.3.7).

use std::collections::BTreeMap;

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::correction::read_money;
use super::goods_out::refuse_unknown_method;
use super::{UNREADABLE, path_order, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::json::Members;
use crate::protocol::moment::Moment;
use crate::world::World;
use crate::world::contact::Relationship;
use crate::world::drop_ship::{DropShipNote, DropShipped, Shipment};
use crate::world::fulfilment::RowFulfilment;
use crate::world::order::Order;
use crate::world::reference::OrderType;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "warehouse-service/order/{ids}/goods-note/drop-ship/{ids?}",
        "get-drop-ship-note",
        get_notes,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/order/{id}/goods-note/drop-ship",
        "post-drop-ship-note",
        post_notes,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/goods-note/drop-ship/{id}/event",
        "post-drop-ship-note-event",
        post_event,
    ),
];

/// One note per supplier, all or none.
fn post_notes(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let sale = path_order(call, 0, &[OrderType::SalesOrder])?;
    let world = &mut *call.world;
    let rows = world.row_fulfilments(&sale);
    let notes: Vec<DropShipNote> = Fields::new(&body, UNREADABLE)
        .some_objects("suppliers")?
        .iter()
        .map(|fields| read_note(world, &sale, fields, call.now_ms))
        .collect::<Result<_, _>>()?;
    refuse_more_than_ordered(&sale, &rows, &notes)?;
    let purchases: Vec<u32> = notes.iter().map(|note| note.purchase).filter(|id| *id != 0).collect();
    let ids: Vec<u32> = notes.into_iter().map(|note| world.add_drop_ship(note)).collect();
    for order in std::iter::once(sale.id).chain(purchases) {
        world.stock_moved_for(order, call.now_ms);
    }
    response(ids)
}

fn read_note(world: &World, sale: &Order, fields: &Fields<'_>, now: i64) -> Result<DropShipNote, Refusal> {
    let purchase = match fields.id("purchaseOrderId")? {
        None => None,
        Some(id) => {
            let order = world.orders.contains(id).then(|| world.order(id));
            let is_purchase = |order: &Order| order.order_type == OrderType::PurchaseOrder;
            Some(
                order
                    .filter(is_purchase)
                    .ok_or_else(|| fields.refuse("purchaseOrderId", "the ID of a purchase order"))?,
            )
        }
    };
    let supplier = match (fields.id("supplierId")?, &purchase) {
        (Some(id), _) => id,
        (None, Some(purchase)) => purchase.contact,
        (None, None) => return Err(fields.missing("supplierId")),
    };
    let contact = world.existing_contact(supplier);
    if contact.is_none_or(|contact| contact.relationship != Relationship::Supplier) {
        return Err(fields.refuse("supplierId", "the ID of a supplier"));
    }
    let mut rows = BTreeMap::<u32, Vec<DropShipped>>::new();
    for product in fields.some_objects("products")? {
        // One of the documented examples has a single row in place of two.
        let row = match product.id("salesOrderRowId")? {
            Some(row) => row,
            None => product.required("salesOrderRowId", product.id("orderRowId")?)?,
        };
        let shipped = DropShipped {
            product: product.required("productId", product.id("productId")?)?,
            purchase_row: product.id("purchaseOrderRowId")?.unwrap_or(0),
            quantity: product.pieces("quantity")?,
            value: read_money(&product, "productValue", world)?.map(|money| money.value),
        };
        refuse_foreign_purchase_row(world, purchase.as_ref(), &shipped)?;
        rows.entry(row).or_default().push(shipped);
    }
    Ok(DropShipNote {
        id: 0,
        sale: sale.id,
        purchase: purchase.map_or(0, |purchase| purchase.id),
        supplier,
        rows,
        reference: String::new(),
        shipping_method: sale.shipping_method,
        created: now,
        shipped: None,
    })
}

fn refuse_foreign_purchase_row(
    world: &World,
    purchase: Option<&Order>,
    shipped: &DropShipped,
) -> Result<(), Refusal> {
    let Some(purchase) = purchase.filter(|_| shipped.purchase_row != 0) else { return Ok(()) };
    let rows = world.order_rows(purchase);
    if rows.iter().any(|row| row.id == shipped.purchase_row && row.product_id == shipped.product) {
        return Ok(());
    }
    let (row, product) = (shipped.purchase_row, shipped.product);
    let message = format!("Order {} has no row {row} with product {product}", purchase.id);
    Err(refused("WHSC-008", &message))
}

fn refuse_more_than_ordered(
    sale: &Order,
    rows: &[RowFulfilment],
    notes: &[DropShipNote],
) -> Result<(), Refusal> {
    let goods = notes.iter().flat_map(|note| &note.rows);
    for (id, product) in goods.flat_map(|(row, goods)| goods.iter().map(|own| (*row, own.product))) {
        let Some(row) = rows.iter().find(|row| row.row == id && row.product == product) else {
            let message = format!("Order {} has no row {id} with product {product}", sale.id);
            return Err(refused("WHSC-008", &message));
        };
        let asked: u64 = notes.iter().map(|note| u64::from(note.quantity_of_sale_row(id))).sum();
        if asked > u64::from(row.outstanding()) {
            let message = format!("Row {id} has {} left to fulfil, not {asked}", row.outstanding());
            return Err(refused("WHSB-007", &message));
        }
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DropShipNoteShape {
    order_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase_order_id: Option<u32>,
    supplier_id: u32,
    status: DropShipStatus,
    order_rows: Members<u32, Vec<GoodsShape>>,
    events: Vec<DropShipEvent>,
    shipping: DropShipShipping,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DropShipStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    shipped_on: Option<Moment>,
    shipped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipped_by_id: Option<u32>,
}

/// A product; it comes from no location, which 0 says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoodsShape {
    product_id: u32,
    quantity: u32,
    location_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DropShipEvent {
    occured: Moment,
    event_owner_id: u32,
    event_code: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DropShipShipping {
    reference: String,
    shipping_method_id: u32,
}

/// The order may be the sale or the purchase; without orders, note ids are needed.
fn get_notes(call: &mut Call<'_>) -> Answer {
    let orders = if call.ids(0)?.is_some() { Some(call.required_ids(0)?) } else { None };
    let ids = if call.ids(1)?.is_some() { Some(call.required_ids(1)?) } else { None };
    let world = &*call.world;
    let mut notes: Vec<&DropShipNote> = match (&orders, &ids) {
        (None, None) => return Err(refused("CMNC-006", "The ID set is not valid: an ID set is required")),
        (Some(orders), None) => orders.iter().flat_map(|order| world.drop_ship_of(order)).collect(),
        (orders, Some(ids)) => {
            let found = ids.iter().filter_map(|id| world.changes.goods.drop_ship.get(id).flatten());
            let fits = |note: &&DropShipNote| {
                orders
                    .as_ref()
                    .is_none_or(|orders| orders.contains(note.sale) || orders.contains(note.purchase))
            };
            found.filter(fits).collect()
        }
    };
    if notes.is_empty() {
        return Err(Refusal::not_found(
            "No drop ship notes found within range of order IDs and drop ship note IDs",
        ));
    }
    notes.sort_by_key(|note| note.id);
    notes.dedup_by_key(|note| note.id);
    response(Members(notes.iter().map(|note| (note.id, DropShipNoteShape::new(world, note))).collect()))
}

impl DropShipNoteShape {
    fn new(world: &World, note: &DropShipNote) -> Self {
        let goods = |own: &DropShipped| GoodsShape {
            product_id: own.product,
            quantity: own.quantity,
            location_id: 0,
        };
        let event = |shipment: &Shipment| DropShipEvent {
            occured: world.moment(shipment.at),
            event_owner_id: shipment.owner,
            event_code: "SHS",
        };
        let rows = note.rows.iter().map(|(row, own)| (*row, own.iter().map(goods).collect()));
        Self {
            order_id: note.sale,
            purchase_order_id: (note.purchase != 0).then_some(note.purchase),
            supplier_id: note.supplier,
            status: DropShipStatus {
                shipped_on: note.shipped.as_ref().map(|shipment| world.moment(shipment.at)),
                shipped: note.shipped.is_some(),
                shipped_by_id: note.shipped.as_ref().map(|shipment| shipment.owner),
            },
            order_rows: Members(rows.collect()),
            events: note.shipped.iter().map(event).collect(),
            shipping: DropShipShipping {
                reference: note.reference.clone(),
                shipping_method_id: note.shipping_method,
            },
        }
    }
}

fn post_event(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let named = call.captured.first().map_or("", String::as_str).to_owned();
    let note = call.id(0).and_then(|id| call.world.changes.goods.drop_ship.get(id).flatten()).cloned();
    let mut note = note.ok_or_else(|| {
        refused("WHSC-011", &format!("You have supplied an invalid drop ship note ID: {named}"))
    })?;
    let reference = fields.text_up_to("trackingReference", 64)?;
    let method = fields.count("shippingMethodId")?;
    refuse_unknown_method(call.world, &fields, method.unwrap_or(0))?;
    let events = fields.some_objects("events")?;
    for event in &events {
        let code = event.required("eventCode", event.text("eventCode")?)?;
        if code != "SHS" {
            return Err(event.refuse("eventCode", "SHS"));
        }
        let at = event.required("occured", event.moment("occured")?)?;
        let owner = event.required("eventOwnerId", event.id("eventOwnerId")?)?;
        if note.shipped.is_some() {
            return Err(refused("WHSB-013", &format!("Drop ship note {} has been shipped", note.id)));
        }
        note.shipped = Some(Shipment { at, owner });
    }
    note.reference = reference.unwrap_or(note.reference);
    note.shipping_method = method.unwrap_or(note.shipping_method);
    let (id, orders) = (note.id, [note.sale, note.purchase]);
    call.world.put_drop_ship(note);
    call.world.changes.publish("drop-ship-note", "modified.shipped", id);
    for order in orders.into_iter().filter(|order| *order != 0) {
        call.world.stock_moved_for(order, call.now_ms);
    }
    nothing()
}
