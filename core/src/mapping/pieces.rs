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
    Items(Box<ItemRule>),
}

/// Where the items are, and what each of them says.
#[derive(Debug)]
pub(super) struct ItemRule {
    pub(super) each: Pick,
    /// The level of an item.
    pub(super) level: usize,
    pub(super) identity: PieceIdentity,
    pub(super) product: Pick,
    pub(super) quantity: Pick,
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
            PiecesRule::Items(rule) => format!(
                "the goods-out note must have {} of {}{} for each of {}",
                rule.quantity.expression.text,
                match rule.identity {
                    PieceIdentity::Sku { .. } => "the SKU ",
                    PieceIdentity::Product => "the product ",
                    PieceIdentity::Unknown => "",
                },
                rule.product.expression.text,
                rule.each.expression.text
            ),
        }
    }
}
