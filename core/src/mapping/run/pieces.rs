//! What a record ships.

use super::{Entrance, Run};
use crate::mapping::listed::elements_of;
use crate::mapping::pieces::{ItemRule, PieceIdentity, PiecesRule, ShippedPieces};
use crate::mapping::rule::Pick;
use crate::mapping::transform::{Arithmetic, calculate, read_number};
use crate::value::Decimal;

impl<'v> Run<'v> {
    /// What the record ships, where the document says so and the record does.
    pub(super) fn read_pieces(&mut self) {
        let read = match &self.compiled.document.pieces {
            None => return,
            Some(PiecesRule::Total(pick)) => self.total_of_pieces(pick).map_err(|reason| (pick, "", reason)),
            Some(PiecesRule::Items(rule)) => self.items_of_pieces(rule),
        };
        match read {
            Ok(pieces) => self.pieces = pieces,
            Err((pick, member, reason)) => {
                self.fail_document(&format!("/pieces{member}"), &pick.expression.text, reason);
            }
        }
    }

    fn total_of_pieces(&self, pick: &'v Pick) -> Result<Option<ShippedPieces>, String> {
        let value = self.pick(pick)?;
        if value.is_null() {
            return Ok(None);
        }
        let total = value.scalar_text().and_then(|text| Decimal::parse(&text).ok());
        total.map(|total| Some(ShippedPieces::of(total))).ok_or_else(|| EXPECTED.to_owned())
    }

    /// What is wrong is told with the expression that gave it, and the member that has it.
    fn items_of_pieces(
        &mut self,
        rule: &'v ItemRule,
    ) -> Result<Option<ShippedPieces>, (&'v Pick, &'static str, String)> {
        let ItemRule { each, level, identity, product, quantity } = rule;
        let list = self.pick_list(each).map_err(|reason| (each, "/each", reason))?;
        let elements = elements_of(&list).map_err(|reason| (each, "/each", reason))?;
        let mut elements = elements.into_iter().flatten().peekable();
        if elements.peek().is_none() {
            return Ok(None);
        }
        let mut pieces = ShippedPieces { identity: *identity, ..ShippedPieces::of(Decimal::default()) };
        for element in elements {
            self.allowance.step(1).map_err(|reason| (each, "/each", reason))?;
            self.enter(*level, element, Entrance::Record);
            let of = |reason| (quantity, "/quantity", reason);
            let value = self.pick(quantity).map_err(of)?;
            if value.is_null() {
                return Err(of(EXPECTED.to_owned()));
            }
            let count = read_number(&value, &self.compiled.document.reading).map_err(of)?;
            if count < Decimal::default() {
                return Err(of(format!("found {count}; {EXPECTED}")));
            }
            pieces.total = calculate(pieces.total, Arithmetic::Plus, count).map_err(of)?;
            let member = if *identity == PieceIdentity::Product { "/productId" } else { "/sku" };
            let named = self.pick(product).map_err(|reason| (product, member, reason))?;
            let Some(name) =
                named.id_text().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
            else {
                continue;
            };
            let known = pieces.items.entry(name).or_default();
            *known = calculate(*known, Arithmetic::Plus, count).map_err(of)?;
        }
        Ok(Some(pieces))
    }
}

const EXPECTED: &str = "expected a number of pieces";
