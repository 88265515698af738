//! What is known of a record beside its body: what becomes of one that is left out, and how many pieces are shipped.

use super::Run;
use crate::mapping::document::ThereRule;
use crate::mapping::mapped::IfThere;
use crate::value::Decimal;

impl<'v> Run<'v> {
    /// How many pieces the record ships, where the document says so and the record does.
    pub(super) fn read_pieces(&mut self) {
        let Some(pick) = &self.compiled.document.pieces else { return };
        let reason = match self.pick(pick) {
            Ok(value) if value.is_null() => return,
            Ok(value) => match value.scalar_text().map(|text| Decimal::parse(&text)) {
                Some(Ok(pieces)) => return self.pieces = Some(pieces),
                Some(Err(_)) | None => "expected a number of pieces".to_owned(),
            },
            Err(reason) => reason,
        };
        self.fail_document("/pieces", &pick.expression.text, reason);
    }

    /// Leaves the record out. Where it may be in Brightpearl all the same, its key is needed.
    pub(super) fn skip(&mut self, reason: &str, there: &'v ThereRule) {
        self.skipped = Some(reason.to_owned());
        self.if_there = match there {
            ThereRule::Leave => return self.if_there = IfThere::Leave,
            ThereRule::Tell => IfThere::Tell,
            ThereRule::Move { status, note } => {
                let note = note.as_ref().map(|pieces| self.reason(pieces));
                IfThere::Move { status: *status, note }
            }
        };
        let document = &self.compiled.document;
        let is_found = document.key.as_ref().is_some_and(|key| key.verify.is_some());
        if is_found && self.key.is_none() && self.failures.is_empty() {
            self.write(&self.compiled.plan, 0);
            self.out.clear();
            self.holes.clear();
            self.references.clear();
            self.told.clear();
            self.failures.clear();
            self.key_at = None;
        }
    }
}
