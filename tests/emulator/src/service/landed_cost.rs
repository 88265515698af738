//! The search over what the rows of purchases may cost to bring in (API notes §4.5).

use std::collections::BTreeMap;

use super::Route;
use crate::protocol::address::Query;
use crate::protocol::answer::Answer;
use crate::protocol::json::amount;
use crate::search::{Cell, Column, DataType, Lies, Search, Searchable};
use crate::world::World;
use crate::world::order_rows::OrderRow;
use crate::world::reference::OrderType;

pub(super) const ROUTES: &[Route] = &[
    Route::search("order-service/purchase-order-lc-search", &PurchaseRows),
    Route::meta_data("order-service/purchase-order-lc-search/meta-data", &PurchaseRows),
];

/// The rows of purchases, as they were when the search was last asked.
#[derive(Debug, Default)]
pub(crate) struct PurchaseRowList {
    /// How many writes there had been.
    revision: Option<u64>,
    ids: Vec<u32>,
    orders: BTreeMap<u32, u32>,
}

/// A search whose list of rows is made anew once something was written.
struct PurchaseRows;

impl Searchable for PurchaseRows {
    fn page(&self, world: &mut World, query: &Query, lies: &Lies) -> Answer {
        if world.purchase_rows.revision != Some(world.changes.revision) {
            world.purchase_rows = list(world);
        }
        SEARCH.page(world, query, lies)
    }

    fn meta_data(&self) -> Answer {
        SEARCH.meta_data()
    }
}

fn list(world: &World) -> PurchaseRowList {
    let mut orders = BTreeMap::new();
    for order in world.orders_of_type(OrderType::PurchaseOrder) {
        orders.extend(world.order_rows(&world.order(order)).iter().map(|row| (row.id, order)));
    }
    let ids = orders.keys().copied().collect();
    PurchaseRowList { revision: Some(world.changes.revision), ids, orders }
}

/// A row and the supplier's name.
struct PurchaseRow {
    order: u32,
    supplier: String,
    row: OrderRow,
}

type RowColumn = Column<Option<PurchaseRow>>;

/// *Inferred*: the types of the columns beyond ids and texts. Nothing has been estimated for any row.
const SEARCH: Search<Option<PurchaseRow>> = Search {
    name: "order-service/purchase-order-lc-search",
    columns: &[
        RowColumn::new("orderRowId", DataType::IdSet, |_, own| {
            Cell::optional_integer(own.as_ref().map(|own| own.row.id))
        }),
        RowColumn::new("supplierName", DataType::SearchString, |_, own| {
            text(own, |own| own.supplier.clone())
        }),
        RowColumn::new("weight", DataType::String, |world, own| {
            text_of_product(world, own, |world, product| amount(world.product_record(product).weight, 4))
        }),
        RowColumn::new("sku", DataType::String, |_, own| {
            text(own, |own| own.row.sku.clone().unwrap_or_default())
        }),
        RowColumn::new("productName", DataType::SearchString, |_, own| text(own, |own| own.row.name.clone())),
        RowColumn::new("quantity", DataType::String, |_, own| text(own, |own| amount(own.row.quantity, 4))),
        RowColumn::new("volume", DataType::String, |world, own| {
            text_of_product(world, own, |world, product| {
                amount(world.product_record(product).dimensions.volume, 2)
            })
        }),
        RowColumn::new("productPrice", DataType::String, |_, own| {
            text(own, |own| amount(own.row.item_cost, 4))
        }),
        RowColumn::new("orderId", DataType::IdSet, |_, own| {
            Cell::optional_integer(own.as_ref().map(|own| own.order))
        }),
        RowColumn::new("productId", DataType::IdSet, |_, own| {
            Cell::optional_integer(own.as_ref().map(|own| own.row.product_id))
        }),
        RowColumn::new("currentLandedCosts", DataType::String, |_, own| text(own, |_| "0.0000".to_owned())),
    ],
    filters: &[],
    ids: |world| &world.purchase_rows.ids,
    record,
    references: &[],
    label: |_, _, _| None,
};

fn text(own: &Option<PurchaseRow>, read: impl Fn(&PurchaseRow) -> String) -> Cell {
    Cell::optional_text(own.as_ref().map(read))
}

fn text_of_product(world: &World, own: &Option<PurchaseRow>, read: impl Fn(&World, u32) -> String) -> Cell {
    let product = own.as_ref().map(|own| own.row.product_id);
    Cell::optional_text(product.filter(|id| world.products.contains(*id)).map(|id| read(world, id)))
}

fn record(world: &World, id: u32) -> Option<PurchaseRow> {
    let order = world.order(*world.purchase_rows.orders.get(&id)?);
    let row = world.order_rows(&order).into_iter().find(|row| row.id == id)?;
    let contact = world.contact(order.contact);
    let supplier = if contact.company_name.is_empty() {
        format!("{} {}", contact.first_name, contact.last_name)
    } else {
        contact.company_name.clone()
    };
    Some(PurchaseRow { order: order.id, supplier, row })
}
