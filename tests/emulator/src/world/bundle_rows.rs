//! Bundles on orders: a row for the bundle, and one for each of its components.

use rust_decimal::Decimal;

use super::World;
use super::order_rows::OrderRow;

impl World {
    /// Whether a product is a bundle.
    pub(crate) fn is_bundle(&self, product: u32) -> bool {
        let written = self.changes.catalogue.products.get(product).flatten();
        written.is_some_and(|record| !record.components.is_empty())
    }

    /// Puts a row for each component behind the row of a bundle. Components cost nothing by themselves. One
    /// that is a bundle is not taken apart any further (*inferred*).
    pub(super) fn append_components(&mut self, rows: &mut Vec<OrderRow>, bundle: u32) {
        let Some(parent) = rows.iter().find(|row| row.id == bundle && row.is_bundle).cloned() else { return };
        let components = self.product_record(parent.product_id).components.clone();
        let mut sequence = parent.sequence;
        for component in components {
            let product = self.product(component.product);
            sequence += 10;
            rows.push(OrderRow {
                id: self.next_row_id(),
                sequence,
                product_id: product.id,
                name: product.name(),
                sku: Some(product.sku()).filter(|sku| !sku.is_empty()),
                quantity: parent.quantity * Decimal::from(component.quantity),
                item_cost: Decimal::new(0, 4),
                product_price: Decimal::new(0, 4),
                net: Decimal::new(0, 4),
                tax_amount: Decimal::new(0, 2),
                external_ref: None,
                is_bundle: false,
                bundle: Some(bundle),
                ..parent.clone()
            });
        }
    }
}
