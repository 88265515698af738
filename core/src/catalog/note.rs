//! Notes of what is shipped: a shipment is held against their quantities, and what was written to them shows in them.

use super::update::{Manner, Update};

/// How the note is read that a body at some path is about.
#[derive(Clone, Copy, Debug)]
pub struct ShippedNote {
    /// What it is called.
    pub name: &'static str,
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
    /// What of the note shows that a body was carried out, which is answered by nothing.
    pub evidence: Evidence,
}

/// What of a note shows that a body was carried out.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// What the events of the body make of it.
    pub flags: &'static [EventFlag],
    /// Where it has the other members of the body.
    pub members: &'static Update,
}

/// What an event makes of a note.
#[derive(Clone, Copy, Debug)]
pub struct EventFlag {
    /// The event's code.
    pub code: &'static str,
    /// The place of the truth value.
    pub place: &'static str,
    /// What the value is after the event.
    pub is_set: bool,
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
    name: "goods-out note",
    target: "warehouse-service/goods-note/goods-out/{ID}/event",
    read: "warehouse-service/order/*/goods-note/goods-out",
    rows: "orderRows",
    quantity: "quantity",
    product: "productId",
    skus: SkuSearch { search: "product-service/product-search", product: "productId", sku: "SKU" },
    evidence: Evidence {
        members: &WITHOUT_MEMBERS,
        flags: &[
            sets("PRI", "/status/printed"),
            clears("UPR", "/status/printed"),
            sets("PIC", "/status/picked"),
            clears("UPI", "/status/picked"),
            sets("PAC", "/status/packed"),
            clears("UPA", "/status/packed"),
            sets("SHW", SHIPPED),
        ],
    },
};

/// Of a body that has nothing but events.
const WITHOUT_MEMBERS: Update = Update {
    target: "warehouse-service/goods-note/goods-out/{ID}/event",
    read: "warehouse-service/order/*/goods-note/goods-out",
    places: &[("/events", "")],
    manner: Manner::Unknown,
    rows: None,
    status: None,
};

const SHIPPED: &str = "/status/shipped";

const DETAILS: &str = "warehouse-service/goods-note/goods-out/{ID}";

pub(super) const NOTES: &[ShippedNote] = &[
    EVENT,
    ShippedNote {
        target: DETAILS,
        evidence: Evidence {
            flags: &[],
            members: &Update {
                target: DETAILS,
                places: &[],
                manner: Manner::Put { path: DETAILS },
                ..WITHOUT_MEMBERS
            },
        },
        ..EVENT
    },
    // API notes §8.3.7: its rows have the form of those of a goods-out note.
    ShippedNote {
        name: "drop-ship note",
        target: "warehouse-service/goods-note/drop-ship/{ID}/event",
        read: "warehouse-service/order/*/goods-note/drop-ship",
        evidence: Evidence {
            flags: &[sets("SHS", SHIPPED)],
            members: &Update {
                target: "warehouse-service/goods-note/drop-ship/{ID}/event",
                read: "warehouse-service/order/*/goods-note/drop-ship",
                places: &[
                    ("/trackingReference", "/shipping/reference"),
                    ("/shippingMethodId", "/shipping/shippingMethodId"),
                    ("/events", ""),
                ],
                ..WITHOUT_MEMBERS
            },
        },
        ..EVENT
    },
];

const fn sets(code: &'static str, place: &'static str) -> EventFlag {
    EventFlag { code, place, is_set: true }
}

const fn clears(code: &'static str, place: &'static str) -> EventFlag {
    EventFlag { code, place, is_set: false }
}

/// The note that a body at a path is about; `None` when it is about none.
pub fn shipped_note(target: &str) -> Option<&'static ShippedNote> {
    NOTES.iter().find(|note| note.target == target.trim_matches('/'))
}

impl ShippedNote {
    /// The id of the note that a path of its target names.
    pub fn id_in(&self, path: &str) -> Option<u64> {
        id_of_target(self.target, path)
    }
}

/// The id that a path has where its template has `{ID}`.
pub(super) fn id_of_target(target: &str, path: &str) -> Option<u64> {
    let (before, behind) = target.split_once("{ID}")?;
    path.strip_prefix(before)?.strip_suffix(behind)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::field::{Inside, Shape};
    use crate::catalog::operation::Content;
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
    }

    #[test]
    fn every_event_shows_in_its_note() {
        for note in NOTES {
            let flags = note.evidence.flags;
            let path = note.target.replace("{ID}", "7");
            let Some(found) = super::super::find(&path, Method::Post) else {
                assert!(flags.is_empty());
                continue;
            };
            let Content::Json(Shape::Object(body)) = found.operation.content else { panic!("{path}") };
            let events = body.fields.iter().find(|field| field.name == "events").unwrap();
            let Inside::Elements(Shape::Object(event)) = events.shape.inside() else { panic!("{path}") };
            let code = event.fields.iter().find(|field| field.name == "eventCode").unwrap();
            let Shape::Choice(codes) = code.shape else { panic!("{path}") };
            assert_eq!(codes.to_vec(), flags.iter().map(|flag| flag.code).collect::<Vec<_>>());
        }
    }

    #[test]
    fn other_targets_have_none() {
        assert!(shipped_note("order-service/sales-order").is_none());
    }
}
