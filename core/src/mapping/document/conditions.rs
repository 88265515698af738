//! Reading what must hold of a record.

use super::members::{DocumentPlace, MemberReader};
use super::{Context, PathScope};
use std::sync::Arc;

use crate::json::{Node, id_of};
use crate::mapping::Mapping;
use crate::mapping::rule::{Pick, TemplatePiece};

/// What is created of what was given back, and the member that says of which order (API notes §8.1.3).
const CREDIT: &str = "order-service/sales-credit";
const PARENT: &str = "/parentId";

/// What becomes of a record that is left out and not there, where it is not left out.
const ABSENT: [(&str, bool); 1] = [("write", true)];

/// What becomes of a record that is left out and is in Brightpearl.
#[derive(Debug)]
pub(in crate::mapping) enum ThereRule {
    /// It is not looked for.
    Leave,
    /// It is told.
    Tell,
    /// What was given back of it becomes credits, and it is moved to a status.
    Settle(Box<ThereSettlement>),
}

/// What is done about a record that is left out and is in Brightpearl.
#[derive(Debug)]
pub(in crate::mapping) struct ThereSettlement {
    /// The status that it is moved to, with a note if there is one.
    pub(in crate::mapping) status: Option<(u64, Option<Vec<TemplatePiece>>)>,
    pub(in crate::mapping) credit: Option<CreditRule>,
}

/// By which mapping what becomes credits.
#[derive(Debug)]
pub(in crate::mapping) struct CreditRule {
    pub(in crate::mapping) pointer: String,
    /// The records of the credits.
    pub(in crate::mapping) each: Pick,
    pub(in crate::mapping) mapping: Arc<Mapping>,
}

/// What must hold of a record.
#[derive(Debug)]
pub(in crate::mapping) struct RecordCondition {
    pub(in crate::mapping) pointer: String,
    pub(in crate::mapping) pick: Pick,
    pub(in crate::mapping) unmet: Unmet,
}

/// What becomes of a record of which something does not hold.
#[derive(Debug)]
pub(in crate::mapping) enum Unmet {
    /// It is none of Brightpearl's, for the reason that these pieces give.
    Skip {
        reason: Vec<TemplatePiece>,
        /// What becomes of it if it is there all the same.
        there: ThereRule,
        /// Whether it is written all the same if it is not there.
        is_written_if_absent: bool,
    },
    /// It is wrong, for the reason that these pieces give.
    Reject(Vec<TemplatePiece>),
}

impl Context<'_> {
    /// An expression, or `[{"is": expression, "otherwise": reason}]`.
    #[inline(never)]
    pub(super) fn conditions(&mut self, members: &mut MemberReader<'_>) -> Vec<RecordCondition> {
        let Some(place) = members.take("when") else { return Vec::new() };
        let places = match place.read() {
            Node::Array(_) => place.elements(self.findings),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Object(_)
            | Node::Unreadable => vec![place],
        };
        places.iter().filter_map(|place| self.document_condition(place)).collect()
    }

    fn document_condition(&mut self, place: &DocumentPlace<'_>) -> Option<RecordCondition> {
        if let Node::Text(text) = place.read() {
            let pick = self.condition(place, PathScope::Record)?;
            let reason = vec![TemplatePiece::Text(format!("{text} does not hold"))];
            return Some(RecordCondition {
                pointer: place.pointer.clone(),
                pick,
                unmet: Unmet::Skip { reason, there: ThereRule::Tell, is_written_if_absent: false },
            });
        }
        let mut members = place.object(self.findings)?;
        let is = members.take("is");
        let reason = members.take("otherwise");
        let reject = members.take("reject");
        let there = members.take("there");
        let is_written_if_absent = members.choice("absent", &ABSENT, self.findings).unwrap_or_default();
        let absent_pointer = is_written_if_absent.then(|| format!("{}/absent", place.pointer));
        let there_pointer = there.as_ref().map(|place| place.pointer.clone());
        let rule = match &there {
            Some(place) => self.there_rule(place)?,
            None => ThereRule::Tell,
        };
        members.finish(self.findings);
        let Some(is) = is else {
            self.findings
                .error(&place.pointer, "is missing: what must hold, as a JMESPath expression in `is`");
            return None;
        };
        let pick = self.condition(&is, PathScope::Record)?;
        if let (Some(pointer), Some(_)) = (there_pointer, &reject) {
            self.findings.error(pointer, "there stands beside `otherwise`; what is refused changes nothing");
            return None;
        }
        if let (Some(pointer), ThereRule::Leave | ThereRule::Tell) = (absent_pointer, &rule) {
            let message = "absent stands beside what is done in `there`; without that, nothing is left out";
            self.findings.error(pointer, message);
            return None;
        }
        let unmet = match (reason, reject) {
            (Some(_), Some(reject)) => {
                let message = "a record is skipped for `otherwise` or refused for `reject`, not both";
                self.findings.error(reject.pointer, message);
                return None;
            }
            (None, Some(reject)) => Unmet::Reject(self.pieces(&reject, PathScope::Record)?),
            (Some(reason), None) => {
                let reason = self.pieces(&reason, PathScope::Record)?;
                Unmet::Skip { reason, there: rule, is_written_if_absent }
            }
            (None, None) => Unmet::Skip {
                reason: vec![TemplatePiece::Text(format!("{} does not hold", pick.expression.text))],
                there: rule,
                is_written_if_absent,
            },
        };
        Some(RecordCondition { pointer: place.pointer.clone(), pick, unmet })
    }

    /// `"leave"`, or what is done: `{"status": 5, "note": "Cancelled: {cancel_reason}", "credit": {...}}`.
    fn there_rule(&mut self, place: &DocumentPlace<'_>) -> Option<ThereRule> {
        const EXPECTED: &str = "\"leave\", or {\"status\": the id of an order status, \"note\": text, \"credit\": {\"each\": what was given back, \"create\": a mapping}}";
        match place.read() {
            Node::Text(text) if text == "leave" => Some(ThereRule::Leave),
            Node::Object(_) => {
                let mut members = place.object(self.findings)?;
                let status = members.take("status");
                let note = members.take("note").map(|note| self.pieces(&note, PathScope::Record));
                let credit = members.take("credit").map(|credit| self.credit_rule(&credit));
                members.finish(self.findings);
                let id = status.as_ref().map(|status| id_of(&status.read()));
                if id == Some(None) || (id.is_none() && (note.is_some() || credit.is_none())) {
                    place.refuse(self.findings, EXPECTED);
                    return None;
                }
                let note = match note {
                    Some(note) => Some(note?),
                    None => None,
                };
                let credit = match credit {
                    Some(credit) => Some(credit?),
                    None => None,
                };
                let status = id.flatten().map(|id| (id, note));
                Some(ThereRule::Settle(Box::new(ThereSettlement { status, credit })))
            }
            Node::Text(_)
            | Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Array(_)
            | Node::Unreadable => {
                place.refuse(self.findings, EXPECTED);
                None
            }
        }
    }

    /// `{"each": "refunds[].{order: $, refund: @}", "create": "refund"}`.
    fn credit_rule(&mut self, place: &DocumentPlace<'_>) -> Option<CreditRule> {
        let mut members = place.object(self.findings)?;
        let each = members.take("each");
        let name = members.needed_text("create", self.findings);
        members.finish(self.findings);
        if each.is_none() {
            let message = "each is missing; expected an expression for the records of the credits";
            self.findings.error(&place.pointer, message);
        }
        let (each, name) = (self.pick(&each?, PathScope::Record)?, name?);
        let pointer = format!("{}/create", place.pointer);
        let mapping = self.nested(&name, &pointer)?;
        let is_credit = mapping.target().is_some_and(|target| target == CREDIT);
        if !is_credit || mapping.key_search().is_none() {
            let message = format!(
                "the mapping {name:?} cannot create what is given back; expected one whose target is {CREDIT}, with `verify` in its `key`"
            );
            self.findings.error(pointer, message);
            return None;
        }
        if !mapping.writes(PARENT) {
            let message = format!(
                "the mapping {name:?} does not say of which order the credit is; expected a rule for {PARENT}"
            );
            self.findings.warn(pointer, message);
        }
        Some(CreditRule { pointer: place.pointer.clone(), each, mapping })
    }
}
