//! Reading what must hold of a record.

use super::members::{DocumentPlace, MemberReader};
use super::whole::{RecordCondition, ThereRule, Unmet};
use super::{Context, PathScope};
use crate::json::{Node, id_of};

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
            let reason = format!("{text} does not hold");
            return Some(RecordCondition {
                pointer: place.pointer.clone(),
                pick,
                unmet: Unmet::Skip(reason, ThereRule::Tell),
            });
        }
        let mut members = place.object(self.findings)?;
        let is = members.take("is");
        let reason = members.text("otherwise", self.findings);
        let reject = members.take("reject");
        let there = members.take("there");
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
        let unmet = match (reason, reject) {
            (Some(_), Some(reject)) => {
                let message = "a record is skipped for `otherwise` or refused for `reject`, not both";
                self.findings.error(reject.pointer, message);
                return None;
            }
            (None, Some(reject)) => Unmet::Reject(self.pieces(&reject, PathScope::Record)?),
            (Some(reason), None) => Unmet::Skip(reason, rule),
            (None, None) => Unmet::Skip(format!("{} does not hold", pick.expression.text), rule),
        };
        Some(RecordCondition { pointer: place.pointer.clone(), pick, unmet })
    }

    /// `"leave"`, or `{"status": 5, "note": "Cancelled: {cancel_reason}"}`.
    fn there_rule(&mut self, place: &DocumentPlace<'_>) -> Option<ThereRule> {
        const EXPECTED: &str = "\"leave\", or {\"status\": the id of an order status, \"note\": text}";
        match place.read() {
            Node::Text(text) if text == "leave" => Some(ThereRule::Leave),
            Node::Object(_) => {
                let mut members = place.object(self.findings)?;
                let status = members.take("status");
                let note = members.take("note").map(|note| self.pieces(&note, PathScope::Record));
                members.finish(self.findings);
                let Some(id) = status.as_ref().and_then(|status| id_of(&status.read())) else {
                    place.refuse(self.findings, EXPECTED);
                    return None;
                };
                let note = match note {
                    Some(note) => Some(note?),
                    None => None,
                };
                Some(ThereRule::Move { status: id, note })
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
}
