//! What becomes of a record that is left out.

use super::Run;
use crate::mapping::document::{CreditRule, ThereRule};
use crate::mapping::limit::VALUE_BYTES;
use crate::mapping::listed::elements_of;
use crate::mapping::mapped::{Credit, IfThere, StatusMove};
use crate::mapping::reference::{OnMissing, Reference};
use crate::mapping::rule::TemplatePiece;
use crate::output::Failure;

impl<'v> Run<'v> {
    /// Leaves the record out. Where it may be in Brightpearl all the same, its key is needed.
    pub(super) fn skip(&mut self, reason: &'v [TemplatePiece], there: &'v ThereRule) {
        self.skipped = Some(self.reason(reason));
        // What was given back is credited, whatever else becomes of the record.
        let before = std::mem::take(&mut self.if_there);
        let was_kept = self.kept.take().is_some();
        self.if_there = self.if_there(there);
        if let (true, IfThere::Settle { credits: before, .. }, IfThere::Settle { credits, .. }) =
            (was_kept, before, &mut self.if_there)
        {
            let others = before.into_iter().filter(|credit| !credits.contains(credit)).collect::<Vec<_>>();
            credits.extend(others);
        }
        if self.if_there == IfThere::Leave {
            return;
        }
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

    /// Leaves the record as it is in Brightpearl, if it is there. The first reason counts.
    pub(super) fn keep_if_there(&mut self, reason: &'v [TemplatePiece], there: &'v ThereRule) {
        if self.kept.is_none() {
            self.kept = Some(self.reason(reason));
            self.if_there = self.if_there(there);
        }
    }

    fn if_there(&self, there: &'v ThereRule) -> IfThere {
        match there {
            ThereRule::Leave => IfThere::Leave,
            ThereRule::Tell => IfThere::Tell,
            ThereRule::Settle(settlement) => IfThere::Settle {
                credits: settlement.credit.as_ref().map(|rule| self.credits(rule)).unwrap_or_default(),
                status: settlement.status.as_ref().map(|(status, note)| {
                    let note = note.as_ref().map(|pieces| self.reason(pieces));
                    StatusMove { status: *status, note }
                }),
            },
        }
    }

    /// What was given back of the record, each once.
    fn credits(&self, rule: &'v CreditRule) -> Vec<Credit> {
        let refused = |reason: String| {
            Credit::Refused(vec![Failure {
                record: self.key.clone(),
                rule: rule.pointer.clone(),
                target: String::new(),
                source: rule.each.expression.text.clone(),
                value: String::new(),
                reason,
            }])
        };
        let list = self.pick_list(&rule.each);
        let elements = list.as_ref().map_err(Clone::clone).and_then(elements_of);
        let elements = match elements {
            Ok(elements) => elements.into_iter().flatten(),
            Err(reason) => return vec![refused(reason)],
        };
        let mut credits: Vec<Credit> = Vec::new();
        for element in elements {
            let mut record = String::new();
            element.write(&mut record);
            if let Err(reason) = self.allowance.bytes(record.len() + 8 * VALUE_BYTES) {
                credits.push(refused(reason));
                break;
            }
            let Some(credit) = self.credit(rule, record) else { continue };
            let is_other = |known: &Credit| match (known, &credit) {
                (Credit::Due(known), Credit::Due(credit)) => {
                    // Some searches take one case for the other.
                    known.text().to_lowercase() == credit.text().to_lowercase() && known != credit
                }
                (Credit::Due(_) | Credit::Refused(_), _) => false,
            };
            if credits.iter().any(is_other) {
                let message = "two of them have one key and are not the same; expected each once";
                credits.push(refused(message.to_owned()));
            } else if !credits.contains(&credit) {
                credits.push(credit);
            }
        }
        credits
    }

    /// The credit of a record; nothing where its mapping leaves it out.
    fn credit(&self, rule: &CreditRule, record: String) -> Option<Credit> {
        let mapped = rule.mapping.map(record.as_bytes());
        if mapped.skipped.is_some() {
            return None;
        }
        let (Some(search), Some(value), true) =
            (rule.mapping.key_search(), mapped.key, mapped.failures.is_empty())
        else {
            return Some(Credit::Refused(mapped.failures));
        };
        Some(Credit::Due(Reference {
            search: search.search.into(),
            column: search.column.into(),
            value,
            by: mapped.key_by,
            take: None,
            on_missing: OnMissing::Create(rule.mapping.clone()),
            pointer: "".into(),
            rule: rule.pointer.as_str().into(),
            record: Some(record),
        }))
    }
}
