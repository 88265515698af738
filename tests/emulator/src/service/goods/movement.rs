//! Searches over what has moved: goods movements and receipts (API notes §4.5). The types of their columns
//! are *inferred*; the names and their order are not.

use super::super::Route;
use crate::protocol::json::amount;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::goods_in::{GoodsInLine, GoodsInNote};
use crate::world::order::Order;
use crate::world::stock::Movement;
use crate::world::storage::Location;

const MOVEMENTS: &dyn Searchable = &MOVEMENT_SEARCH;
const RECEIPTS: &dyn Searchable = &RECEIPT_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::search("warehouse-service/goods-movement-search", MOVEMENTS),
    Route::meta_data("warehouse-service/goods-movement-search/meta-data", MOVEMENTS),
    Route::search("warehouse-service/goods-in-search", RECEIPTS),
    Route::meta_data("warehouse-service/goods-in-search/meta-data", RECEIPTS),
];

type MovementColumn = Column<Option<Movement>>;

/// A cell of a movement; searches look only at movements that exist.
fn moved(movement: &Option<Movement>, read: fn(&Movement) -> Cell) -> Cell {
    movement.as_ref().map_or(Cell::Null, read)
}

fn id_or_null(id: u32) -> Cell {
    Cell::optional_integer((id != 0).then_some(id))
}

const MOVEMENT_SEARCH: Search<Option<Movement>> = Search {
    name: "warehouse-service/goods-movement-search",
    columns: &[
        MovementColumn::new("goodsMovementId", DataType::IdSet, |_, own| {
            moved(own, |own| Cell::integer(own.id))
        }),
        MovementColumn::new("productId", DataType::IdSet, |_, own| {
            moved(own, |own| Cell::integer(own.product))
        }),
        MovementColumn::new("salesOrderRowId", DataType::IdSet, |world, own| {
            order_row(world, own.as_ref(), true)
        }),
        MovementColumn::new("purchaseOrderRowId", DataType::IdSet, |world, own| {
            order_row(world, own.as_ref(), false)
        }),
        MovementColumn::new("quantity", DataType::Integer, |_, own| {
            moved(own, |own| Cell::Integer(own.quantity))
        }),
        MovementColumn::new("destinationLocationId", DataType::IdSet, |_, own| {
            moved(own, |own| Cell::integer(own.location))
        }),
        MovementColumn::new("warehouseId", DataType::IdSet, |_, own| {
            moved(own, |own| Cell::integer(own.warehouse))
        }),
        MovementColumn::new("goodsNoteId", DataType::IdSet, |_, own| {
            moved(own, |own| Cell::integer(own.note))
        }),
        MovementColumn::new("productValue", DataType::String, |_, own| {
            moved(own, |own| Cell::text(amount(own.cost, 4)))
        }),
        MovementColumn::new("currencyCode", DataType::String, |_, own| {
            moved(own, |own| Cell::text(own.currency.clone()))
        }),
        MovementColumn::new("orderId", DataType::IdSet, |_, own| moved(own, |own| id_or_null(own.order))),
        MovementColumn::new("isCleared", DataType::Boolean, |world, own| {
            own.as_ref().map_or(Cell::Null, |own| Cell::Boolean(is_invoiced(world, own.order)))
        }),
        MovementColumn::new("isQuarantine", DataType::Boolean, |world, own| {
            own.as_ref().map_or(Cell::Null, |own| Cell::Boolean(world.is_quarantine(own.location)))
        }),
        MovementColumn::new("batchId", DataType::IdSet, |_, own| moved(own, |own| Cell::integer(own.batch))),
        MovementColumn::new("goodsNoteTypeCode", DataType::String, |_, own| {
            moved(own, |own| Cell::text(own.kind.code()))
        }),
        MovementColumn::new("updatedOn", DataType::Period, |_, own| moved(own, |own| Cell::Moment(own.at))),
    ],
    filters: &[],
    ids: World::movement_ids,
    record: World::movement,
    references: &[],
    label: |_, _, _| None,
};

/// The order row of a movement, under the name that fits its order.
fn order_row(world: &World, movement: Option<&Movement>, of_sale: bool) -> Cell {
    let of_order = movement.filter(|movement| movement.order != 0 && movement.order_row != 0);
    let fits = of_order.filter(|own| world.order(own.order).order_type.is_sale() == of_sale);
    Cell::optional_integer(fits.map(|movement| movement.order_row))
}

fn is_invoiced(world: &World, order: u32) -> bool {
    order == 0 || world.order(order).closed.is_some()
}

/// One product on one goods-in note.
struct ReceiptRow {
    order: Option<Order>,
    note: GoodsInNote,
    receipt: GoodsInLine,
    location: Option<Location>,
}

impl ReceiptRow {
    fn new(world: &World, id: u32) -> Self {
        let (note, receipt) = world.receipt(id).unwrap_or_default();
        let order = (note.order != 0).then(|| world.order(note.order));
        let location = world.location(receipt.location);
        Self { order, note, receipt, location }
    }

    fn grouping(&self, level: usize) -> Cell {
        let groupings = self.location.as_ref().map_or(&[][..], |location| &location.groupings);
        Cell::optional_text(groupings.get(level).cloned())
    }

    /// What is left of it where it was put. Of what came before the ledger began, nothing.
    fn on_hand(&self, world: &World) -> u32 {
        let batches = world.batches(self.receipt.product);
        let own = batches.iter().filter(|batch| batch.note == self.note.id);
        own.map(|batch| batch.quantity).sum()
    }
}

type ReceiptColumn = Column<ReceiptRow>;

const RECEIPT_SEARCH: Search<ReceiptRow> = Search {
    name: "warehouse-service/goods-in-search",
    columns: &[
        ReceiptColumn::new("purchaseOrderId", DataType::IdSet, |_, row| {
            Cell::optional_integer(row.order.as_ref().map(|order| order.id))
        })
        .sorts(),
        ReceiptColumn::new("batchId", DataType::IdSet, |_, row| Cell::integer(row.note.id)),
        ReceiptColumn::new("userBatchRef", DataType::String, |_, row| {
            Cell::optional_text(row.note.reference.clone())
        }),
        ReceiptColumn::new("productId", DataType::IdSet, |_, row| Cell::integer(row.receipt.product)),
        ReceiptColumn::new("locationId", DataType::IdSet, |_, row| Cell::integer(row.receipt.location)),
        ReceiptColumn::new("groupingA", DataType::String, |_, row| row.grouping(0)),
        ReceiptColumn::new("groupingB", DataType::String, |_, row| row.grouping(1)),
        ReceiptColumn::new("groupingC", DataType::String, |_, row| row.grouping(2)),
        ReceiptColumn::new("groupingD", DataType::String, |_, row| row.grouping(3)),
        ReceiptColumn::new("price", DataType::String, |_, row| Cell::text(amount(row.receipt.cost, 4))),
        ReceiptColumn::new("landedCosts", DataType::String, |_, _| Cell::text("0.0000")),
        ReceiptColumn::new("currCode", DataType::String, |_, row| Cell::text(row.receipt.currency.clone())),
        ReceiptColumn::new("receivedQuantity", DataType::Integer, |_, row| {
            Cell::integer(row.receipt.quantity)
        }),
        ReceiptColumn::new("onHand", DataType::Integer, |world, row| Cell::integer(row.on_hand(world))),
        ReceiptColumn::new("createdDate", DataType::Period, |_, row| Cell::Moment(row.note.created)),
        ReceiptColumn::new("receivedDate", DataType::Period, |_, row| Cell::Moment(row.note.received)),
        ReceiptColumn::new("warehouseId", DataType::IdSet, |_, row| Cell::integer(row.note.warehouse)),
    ],
    filters: &[],
    ids: World::receipt_ids,
    record: ReceiptRow::new,
    references: &[],
    label: |_, _, _| None,
};
