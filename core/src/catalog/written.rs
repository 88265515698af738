//! What is read to see what came of a write that is answered by nothing: a gateway may give the same answer.

use super::note::{Evidence, NOTES, ShippedNote, id_of_target};
use super::update::{Manner, Update};

/// How what was written at some path is read again.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// What is read.
    pub name: &'static str,
    /// The path that is written to, with `{ID}` for what is read.
    pub target: &'static str,
    /// The path, without its id, that reads it.
    pub read: &'static str,
    /// What of it shows that a body was carried out.
    pub evidence: Evidence,
    /// The place of an array of which a body has some elements alone, and the member by which these are known.
    pub some_of: Option<(&'static str, &'static str)>,
}

/// What shows in the members of what is read, and nowhere else.
const fn put(name: &'static str, members: &'static Update) -> Written {
    let Update { target, read, .. } = *members;
    Written { name, target, read, evidence: Evidence { flags: &[], members }, some_of: None }
}

const PRODUCT: Update = Update {
    target: "product-service/product/{ID}",
    read: "product-service/product",
    places: &[],
    manner: Manner::Put { path: "product-service/product/{ID}" },
    rows: None,
    status: None,
};

const ADDRESS: &str = "contact-service/postal-address/{ID}";
const IDENTITY: &str = "product-service/product/{ID}/identity";
const PRICES: &str = "product-service/product-price/{ID}/price-list";
const STATUS: &str = "order-service/order/{ID}/status";

const PUTS: &[Written] = &[
    // API notes §8.2.1, §8.2.2.
    put("product", &PRODUCT),
    // §8.2.4.
    put(
        "product",
        &Update {
            target: IDENTITY,
            manner: Manner::Put { path: IDENTITY },
            places: &[
                ("/sku", "/identity/sku"),
                ("/ean", "/identity/ean"),
                ("/upc", "/identity/upc"),
                ("/isbn", "/identity/isbn"),
                ("/mpn", "/identity/mpn"),
                ("/barcode", "/identity/barcode"),
            ],
            ..PRODUCT
        },
    ),
    // §8.2.3: lists that are not named are kept.
    Written {
        some_of: Some(("priceLists", "priceListId")),
        ..put(
            "product's prices",
            &Update {
                target: PRICES,
                read: "product-service/product-price",
                manner: Manner::Put { path: PRICES },
                ..PRODUCT
            },
        )
    },
    // §8.1.7: the note becomes one of its own.
    put(
        "order",
        &Update {
            target: STATUS,
            read: "order-service/order",
            manner: Manner::Put { path: STATUS },
            places: &[("/orderStatusId", "/orderStatus/orderStatusId"), ("/orderNote", "")],
            ..PRODUCT
        },
    ),
    // §8.4.4.
    put(
        "postal address",
        &Update {
            target: ADDRESS,
            read: "contact-service/postal-address",
            manner: Manner::Put { path: ADDRESS },
            ..PRODUCT
        },
    ),
];

/// How what is written at a path is read again; `None` when no source says how.
pub fn written(target: &str) -> Option<Written> {
    let wanted = pieces(target);
    let notes = NOTES.iter().map(Written::of_note);
    notes.chain(PUTS.iter().copied()).find(|written| pieces(written.target) == wanted)
}

/// The segments of a path, whatever its placeholders are called.
fn pieces(path: &str) -> Vec<&str> {
    let piece = |piece| if str::starts_with(piece, '{') { "{" } else { piece };
    path.trim_matches('/').split('/').map(piece).collect()
}

impl Written {
    fn of_note(note: &ShippedNote) -> Self {
        let ShippedNote { name, target, read, evidence, .. } = *note;
        Self { name, target, read, evidence, some_of: None }
    }

    /// The id of what is read that a path of its target names.
    pub fn id_in(&self, path: &str) -> Option<u64> {
        id_of_target(self.target, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::find;
    use crate::catalog::operation::Answer;
    use crate::http::Method;

    #[test]
    fn what_is_put_can_be_read() {
        for put in PUTS {
            let path = put.target.replace("{ID}", "7");
            let found = find(&path, Method::Put).unwrap();
            assert_eq!(found.operation.answer, Answer::Nothing, "{path}");
            assert!(find(&format!("{}/7", put.read), Method::Get).is_some(), "{}", put.read);
            assert_eq!(put.id_in(&path), Some(7));
            assert_eq!(put.target, put.evidence.members.target);
        }
    }

    #[test]
    fn placeholders_may_have_any_name() {
        for target in ["order-service/order/{ORDER-ID}/status", "/order-service/order/{ID}/status/"] {
            assert_eq!(written(target).unwrap().read, "order-service/order", "{target}");
        }
        assert!(written("warehouse-service/goods-note/goods-out/{ID}/event").is_some());
        assert!(written("order-service/sales-order").is_none());
    }
}
