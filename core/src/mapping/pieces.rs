//! What a shipment has, so that a push can hold it against the note that it ships.

use std::collections::BTreeMap;

use super::rule::Pick;
use crate::value::Decimal;

/// What is shipped, where the document and the record say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedPieces {
    /// How many pieces, whatever they are of.
    pub total: Decimal,
    /// How many of what, as far as the record says that, by how it is spelled there.
    pub items: BTreeMap<String, Decimal>,
    /// What the items are known by.
    pub identity: PieceIdentity,
}

/// What a shipment knows its pieces by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceIdentity {
    /// Nothing: only their number is told.
    Unknown,
    /// The SKUs of products.
    Sku {
        /// Whether upper and lower case are the same.
        caseless: bool,
    },
    /// Brightpearl's ids of products.
    Product,
}

/// Where a document finds what is shipped.
#[derive(Debug)]
pub(super) enum PiecesRule {
    /// How many pieces.
    Total(Pick),
    /// How many of what.
    Items { each: Pick, level: usize, identity: PieceIdentity, product: Pick, quantity: Pick },
}

impl ShippedPieces {
    /// So many pieces, of whatever.
    pub(super) fn of(total: Decimal) -> Self {
        Self { total, items: BTreeMap::new(), identity: PieceIdentity::Unknown }
    }
}

impl PiecesRule {
    /// In words.
    pub(super) fn in_words(&self) -> String {
        match self {
            PiecesRule::Total(pick) => {
                format!("the goods-out note must have {} pieces", pick.expression.text)
            }
            PiecesRule::Items { each, identity, product, quantity, .. } => format!(
                "the goods-out note must have {} of {}{} for each of {}",
                quantity.expression.text,
                match identity {
                    PieceIdentity::Sku { .. } => "the SKU ",
                    PieceIdentity::Product => "the product ",
                    PieceIdentity::Unknown => "",
                },
                product.expression.text,
                each.expression.text
            ),
        }
    }
}
