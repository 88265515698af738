//! How a record that was created is read again, and what of it can still be changed.

use super::field::{PatchOperation, PatchPath};
use super::operation::Content;
use crate::http::Method;

/// How records that are created at a path are compared with what is there, and changed.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// The path that creates them.
    pub target: &'static str,
    /// The path, without ids, that reads them.
    pub read: &'static str,
    /// Places of the creating body that what is read has elsewhere; an empty place is not in it at all, so that
    /// nothing can be said of it.
    pub places: &'static [(&'static str, &'static str)],
    /// How they are changed.
    pub manner: Manner,
    /// How rows within them are changed; `None` when they have none, or no source says how.
    pub rows: Option<&'static RowUpdate>,
    /// How they are moved to another status; `None` when they have none.
    pub status: Option<&'static StatusUpdate>,
}

/// How a record is moved to another status, with a note.
#[derive(Clone, Copy, Debug)]
pub struct StatusUpdate {
    /// Where what is read has the status.
    pub read: &'static str,
    /// The path of the `PUT`, with `{ID}` for the record.
    pub path: &'static str,
    /// The member of the body that has the status.
    pub status: &'static str,
    /// The member of the body that has the note, an object with a `text`.
    pub note: &'static str,
}

/// How rows within a record are changed, each by itself. Paths have `{ID}` for the record and `{ROW}` for the row.
#[derive(Clone, Copy, Debug)]
pub struct RowUpdate {
    /// The place of the rows in the body that creates the record.
    pub place: &'static str,
    /// The path of a patch of one row.
    pub patch: &'static str,
    /// Members of a row, and the paths of the patch that sets them, in the order in which they are set.
    pub patched: &'static [(&'static str, &'static str)],
    /// The path of a `PUT` of an array of one row, for what no patch can change.
    pub put: &'static str,
    /// Members that a row which is put must have.
    pub needs: &'static [&'static str],
    /// Members of a row that is put; those that the record does not say are sent back as they are.
    pub kept: &'static [&'static str],
    /// The path that adds a row.
    pub add: &'static str,
    /// Members of a row, and where the body that adds one has them.
    pub added: &'static [(&'static str, &'static str)],
    /// The path that removes a row.
    pub remove: &'static str,
}

/// How a record is changed.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// By a JSON Patch.
    Patch {
        /// Its path, with `{ID}` for the record.
        path: &'static str,
        /// Places of the creating body, and those of the patch. What is not listed stands in the patch where it
        /// stands in the body.
        places: &'static [(&'static str, &'static str)],
    },
    /// By a `PUT` of those of the outermost members that change.
    Put {
        /// Its path, with `{ID}` for the record.
        path: &'static str,
    },
    /// By a `PUT` of all of it: whether it keeps what is not sent, no source says.
    Replace {
        /// Its path, with `{ID}` for the record.
        path: &'static str,
        /// Texts within it. Those that the record does not say are sent back as they were read.
        texts: &'static [&'static str],
        /// Other members that are sent back as they were read, unless the record says them, or the one beside, which
        /// means the same.
        kept: &'static [(&'static str, &'static str)],
        /// The place of what is read that says whose it is: one may stand for several records.
        owner: &'static str,
    },
    /// No source says how.
    Unknown,
}

/// API notes §8.1.6. A new net amount makes a new tax amount, so that the tax is set behind it. What is put must name the
/// product or the text, the quantity, the tax code and both amounts.
const SALES_ORDER_ROWS: RowUpdate = RowUpdate {
    place: "/rows",
    patch: "order-service/order/{ID}/row/{ROW}",
    patched: &[
        ("quantity", "/quantity/magnitude"),
        ("net", "/rowValue/rowNet/value"),
        ("tax", "/rowValue/rowTax/value"),
        ("nominalCode", "/nominalCode"),
    ],
    put: "order-service/sales-order/{ID}/row/{ROW}",
    needs: &["quantity", "taxCode", "net", "tax"],
    kept: &["nominalCode", "externalRef", "productPrice", "discountPercentage"],
    add: "order-service/order/{ID}/row",
    added: &[
        ("productId", "productId"),
        ("name", "productName"),
        ("quantity", "quantity/magnitude"),
        ("taxCode", "rowValue/taxCode"),
        ("net", "rowValue/rowNet/value"),
        ("tax", "rowValue/rowTax/value"),
        ("nominalCode", "nominalCode"),
        ("externalRef", "externalRef"),
    ],
    remove: "order-service/order/{ID}/row/{ROW}",
};

/// API notes §8.1.7.
const SALE_STATUS: StatusUpdate = StatusUpdate {
    read: "/statusId",
    path: "order-service/order/{ID}/status",
    status: "orderStatusId",
    note: "orderNote",
};
const ORDER_STATUS: StatusUpdate = StatusUpdate { read: "/orderStatus/orderStatusId", ..SALE_STATUS };

const UPDATES: &[Update] = &[
    // API notes §8.1.5: what is read has the members of the creating body. §8.1.3: what of an order can be changed.
    Update {
        target: "order-service/sales-order",
        read: "order-service/sales-order",
        // The status that an order begins with is not the one that it has later.
        places: &[("/customerId", "/customer/id"), ("/taxDate", "/invoice/taxDate"), ("/statusId", "")],
        rows: Some(&SALES_ORDER_ROWS),
        status: Some(&SALE_STATUS),
        manner: Manner::Patch {
            path: "order-service/order/{ID}",
            places: &[
                ("/ref", "/reference"),
                ("/delivery/date", "/delivery/deliveryDate"),
                ("/customer/id", "/parties/customer/contactId"),
                ("/customerId", "/parties/customer/contactId"),
                ("/billing/contactId", "/parties/billing/contactId"),
            ],
        },
    },
    Update {
        target: "order-service/sales-credit",
        read: "order-service/sales-credit",
        places: &[("/customerId", "/customer/id"), ("/taxDate", "/invoice/taxDate"), ("/statusId", "")],
        rows: None,
        status: Some(&SALE_STATUS),
        manner: Manner::Unknown,
    },
    Update {
        target: "order-service/order",
        read: "order-service/order",
        places: &[("/invoices", ""), ("/orderStatus/orderStatusId", "")],
        rows: None,
        status: Some(&ORDER_STATUS),
        manner: Manner::Patch { path: "order-service/order/{ID}", places: &[] },
    },
    // §8.2.1, §8.2.2: a PUT keeps the outermost members that it does not name.
    Update {
        target: "product-service/product",
        read: "product-service/product",
        places: &[],
        rows: None,
        status: None,
        manner: Manner::Put { path: "product-service/product/{ID}" },
    },
    // §8.4.1, §8.4.3.
    Update {
        target: "contact-service/contact",
        read: "contact-service/contact",
        places: &[],
        rows: None,
        status: None,
        manner: Manner::Patch { path: "contact-service/contact/{ID}", places: &[] },
    },
    // §8.4.4.
    Update {
        target: "contact-service/postal-address",
        read: "contact-service/postal-address",
        places: &[],
        rows: None,
        status: None,
        manner: Manner::Replace {
            path: "contact-service/postal-address/{ID}",
            texts: &["addressLine1", "addressLine2", "addressLine3", "addressLine4", "postalCode"],
            kept: &[("countryIsoCode", "countryId")],
            owner: "/contactId",
        },
    },
];

/// How what is created at a path can be compared and changed; `None` when no source says how to read it by its id.
pub fn update(target: &str) -> Option<&'static Update> {
    let target = target.trim_matches('/');
    UPDATES.iter().find(|update| update.target == target)
}

impl Update {
    /// Where a place of the creating body stands in what is read; `None` when it is not in it.
    pub fn read_place<'p>(&self, pointer: &'p str) -> Option<&'p str> {
        match self.places.iter().find(|(place, _)| *place == pointer) {
            Some((_, "")) => None,
            Some((_, elsewhere)) => Some(elsewhere),
            None => Some(pointer),
        }
    }

    /// The place of a patch that sets a place of the creating body; `None` when no patch can.
    pub fn patch_place<'p>(&self, pointer: &'p str) -> Option<&'p str> {
        let Manner::Patch { path, places } = self.manner else { return None };
        let listed = places.iter().find(|(place, _)| *place == pointer).map(|(_, elsewhere)| *elsewhere);
        let place = listed.unwrap_or(pointer);
        patch_paths(path).iter().any(|path| path.matches(place)).then_some(place)
    }

    /// Whether the patch may add what is not there, rather than replace it.
    pub(crate) fn can_add(&self, pointer: &str) -> bool {
        let Manner::Patch { path, .. } = self.manner else { return false };
        let place = self.patch_place(pointer);
        let mut paths = patch_paths(path).iter();
        place.is_some_and(|place| {
            paths.any(|path| path.matches(place) && path.operations.contains(&PatchOperation::Add))
        })
    }

    /// Whether a place of the creating body can be changed once the record is there.
    pub fn can_change(&self, pointer: &str) -> bool {
        match self.manner {
            Manner::Patch { .. } => self.patch_place(pointer).is_some(),
            Manner::Put { .. } | Manner::Replace { .. } => true,
            Manner::Unknown => false,
        }
    }
}

/// What the catalog lets a patch of that path do.
fn patch_paths(path: &str) -> &'static [PatchPath] {
    let content = super::find(path, Method::Patch).map(|found| found.operation.content);
    match content {
        Some(Content::Patch(paths)) => paths,
        Some(
            Content::Nothing
            | Content::Json(_)
            | Content::OptionalJson(_)
            | Content::Form(_)
            | Content::Unknown,
        )
        | None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_one_of_the_catalogs() {
        for entry in UPDATES {
            assert!(super::super::find(entry.target, Method::Post).is_some(), "{}", entry.target);
            let read = format!("{}/1", entry.read);
            assert!(super::super::find(&read, Method::Get).is_some(), "{read}");
            match entry.manner {
                Manner::Patch { path, places } => {
                    assert!(!patch_paths(path).is_empty(), "{path}");
                    for (place, _) in places {
                        assert!(entry.patch_place(place).is_some(), "{place}");
                    }
                }
                Manner::Put { path } | Manner::Replace { path, .. } => {
                    assert!(super::super::find(path, Method::Put).is_some(), "{path}");
                }
                Manner::Unknown => {}
            }
            if let Some(status) = entry.status {
                assert!(super::super::find(status.path, Method::Put).is_some(), "{}", status.path);
            }
            if let Some(rows) = entry.rows {
                let one = |path: &str| path.replace("{ROW}", "1");
                for (path, method) in [
                    (rows.patch, Method::Patch),
                    (rows.put, Method::Put),
                    (rows.add, Method::Post),
                    (rows.remove, Method::Delete),
                ] {
                    assert!(super::super::find(&one(path), method).is_some(), "{path}");
                }
                for (_, path) in rows.patched {
                    assert!(patch_paths(&one(rows.patch)).iter().any(|known| known.matches(path)), "{path}");
                }
            }
        }
    }

    #[test]
    fn places_are_translated() {
        let sale = update("order-service/sales-order").unwrap();
        assert_eq!(sale.patch_place("/ref"), Some("/reference"));
        assert_eq!(sale.patch_place("/warehouseId"), Some("/warehouseId"));
        assert_eq!(sale.patch_place("/rows/0/net"), None);
        assert_eq!(sale.read_place("/taxDate"), Some("/invoice/taxDate"));
        let contact = update("/contact-service/contact").unwrap();
        assert!(contact.can_change("/communication/emails/SEC/email"));
        assert!(!contact.can_change("/organisation/name"));
    }
}
