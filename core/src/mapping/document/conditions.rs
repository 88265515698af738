//! Reading what must hold of a record.

use super::members::{DocumentPlace, MemberReader};
use super::whole::{RecordCondition, Unmet};
use super::{Context, PathScope};
use crate::json::Node;

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
                unmet: Unmet::Skip(reason),
            });
        }
        let mut members = place.object(self.findings)?;
        let is = members.take("is");
        let reason = members.text("otherwise", self.findings);
        let reject = members.take("reject");
        members.finish(self.findings);
        let Some(is) = is else {
            self.findings
                .error(&place.pointer, "is missing: what must hold, as a JMESPath expression in `is`");
            return None;
        };
        let pick = self.condition(&is, PathScope::Record)?;
        let unmet = match (reason, reject) {
            (Some(_), Some(reject)) => {
                let message = "a record is skipped for `otherwise` or refused for `reject`, not both";
                self.findings.error(reject.pointer, message);
                return None;
            }
            (None, Some(reject)) => Unmet::Reject(self.pieces(&reject, PathScope::Record)?),
            (Some(reason), None) => Unmet::Skip(reason),
            (None, None) => Unmet::Skip(format!("{} does not hold", pick.expression.text)),
        };
        Some(RecordCondition { pointer: place.pointer.clone(), pick, unmet })
    }
}
