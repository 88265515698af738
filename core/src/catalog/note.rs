//! Notes of what is shipped, whose quantities a shipment is held against.

/// How the note is read that a body at some path is about.
#[derive(Clone, Copy, Debug)]
pub struct ShippedNote {
    /// The path that is written to, with `{ID}` for the note.
    pub target: &'static str,
    /// The path, without the note's id, that reads it.
    pub read: &'static str,
    /// The member that has its rows: a map whose values are arrays of objects (API notes §8.3.2).
    pub rows: &'static str,
    /// The member of such an object that has the quantity.
    pub quantity: &'static str,
    /// The member of such an object that has the product.
    pub product: &'static str,
    /// How the SKUs of products are found.
    pub skus: SkuSearch,
}

/// A search that has products by their ids and by their SKUs.
#[derive(Clone, Copy, Debug)]
pub struct SkuSearch {
    /// The path of the search.
    pub search: &'static str,
    /// Its column of the ids, of which it takes a set.
    pub product: &'static str,
    /// Its column of the SKUs.
    pub sku: &'static str,
}

const EVENT: ShippedNote = ShippedNote {
    target: "warehouse-service/goods-note/goods-out/{ID}/event",
    read: "warehouse-service/order/*/goods-note/goods-out",
    rows: "orderRows",
    quantity: "quantity",
    product: "productId",
    skus: SkuSearch { search: "product-service/product-search", product: "productId", sku: "SKU" },
};
const NOTES: &[ShippedNote] =
    &[EVENT, ShippedNote { target: "warehouse-service/goods-note/goods-out/{ID}", ..EVENT }];

/// The note that a body at a path is about; `None` when it is about none.
pub fn shipped_note(target: &str) -> Option<&'static ShippedNote> {
    NOTES.iter().find(|note| note.target == target.trim_matches('/'))
}

impl ShippedNote {
    /// The id of the note that a path of its target names.
    pub fn id_in(&self, path: &str) -> Option<u64> {
        let (before, behind) = self.target.split_once("{ID}")?;
        path.strip_prefix(before)?.strip_suffix(behind)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;

    #[test]
    fn every_note_can_be_written_to_and_read() {
        for note in NOTES {
            let path = note.target.replace("{ID}", "7");
            let is_written = |method| super::super::find(&path, method).is_some();
            assert!(is_written(Method::Post) || is_written(Method::Put), "{path}");
            assert!(super::super::find(&format!("{}/7", note.read), Method::Get).is_some(), "{}", note.read);
            assert_eq!(note.id_in(&path), Some(7));
            let search = super::super::search(note.skus.search).unwrap();
            assert_eq!(search.key, Some(note.skus.product));
            assert!(search.column(note.skus.sku).is_some_and(|column| column.in_rows));
        }
        assert!(shipped_note("order-service/sales-order").is_none());
    }
}
