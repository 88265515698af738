//! Reading what a document says of the pieces of a shipment.

use super::members::{DocumentPlace, MemberReader};
use super::{Context, PathScope};
use crate::json::Node;
use crate::mapping::path::Paths;
use crate::mapping::pieces::{ItemRule, PieceIdentity, PiecesRule};
use crate::mapping::rule::Pick;

impl Context<'_> {
    /// How many pieces there are, as an expression, or of what: `{"each": "items", "sku": "sku", "quantity": "quantity"}`.
    #[inline(never)]
    pub(super) fn shipped_pieces(&mut self, place: &DocumentPlace<'_>) -> Option<PiecesRule> {
        let is_by_item =
            matches!(place.read(), Node::Object(members) if members.iter().any(|(name, _)| name == "each"));
        if !is_by_item {
            return self.pick(place, PathScope::Record).map(PiecesRule::Total);
        }
        let mut members = place.object(self.findings)?;
        let each = members.take("each").and_then(|each| self.pick(&each, PathScope::Record));
        let level = self.paths.len();
        self.paths.push(Paths::default());
        self.chain.push(level);
        let sku = self.of_item(&mut members, "sku");
        let product = self.of_item(&mut members, "productId");
        let quantity = self.of_item(&mut members, "quantity");
        self.chain.pop();
        let caseless = members.flag("caseless", self.findings);
        members.finish(self.findings);
        let identity = match (sku, product) {
            (Some(sku), None) => (PieceIdentity::Sku { caseless }, sku?),
            (None, Some(_)) if caseless => {
                let pointer = format!("{}/caseless", place.pointer);
                self.findings
                    .error(pointer, "caseless stands only beside `sku`: ids have no upper and lower case");
                return None;
            }
            (None, Some(product)) => (PieceIdentity::Product, product?),
            (Some(_), Some(_)) | (None, None) => {
                self.findings.error(&place.pointer, "expected `sku` or `productId`: of what the pieces are");
                return None;
            }
        };
        let Some(quantity) = quantity else {
            self.findings
                .error(&place.pointer, "quantity is missing; expected how many pieces of it are shipped");
            return None;
        };
        let (identity, product) = identity;
        Some(PiecesRule::Items(Box::new(ItemRule {
            each: each?,
            level,
            identity,
            product,
            quantity: quantity?,
        })))
    }

    /// An expression that starts from an item; `Some(None)` for one that is wrong.
    fn of_item(&mut self, members: &mut MemberReader<'_>, name: &'static str) -> Option<Option<Pick>> {
        members.take(name).map(|place| self.pick(&place, PathScope::Element))
    }
}
