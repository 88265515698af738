//! Values that go out as they stand in the record or in the document: written without a copy of them.

use super::{RuleOutcome, Run};
use crate::mapping::plan::Leaf;
use crate::mapping::rule::{MappingRule, Source};
use crate::mapping::tape::TokenKind;
use crate::mapping::transform::ValueType;

impl<'v> Run<'v> {
    /// Writes what nothing happens to on its way; `None` when there may be more to do, and nothing was written.
    pub(super) fn write_plain(&mut self, rule: &'v MappingRule, leaf: &Leaf) -> Option<RuleOutcome> {
        let is_used_again = leaf.kept.is_some() || leaf.gathered.is_some() || leaf.column.is_some();
        let is_changed = rule.lookup.is_some() || !rule.on_picked.is_empty() || !rule.on_known.is_empty();
        if is_used_again || is_changed || rule.resolve.is_some() || rule.is_key {
            return None;
        }
        let is_text = match &rule.output {
            None => false,
            Some(ValueType::Text { cut: None }) => true,
            Some(
                ValueType::Text { cut: Some(_) }
                | ValueType::Integer(_)
                | ValueType::Decimal(_)
                | ValueType::Money(..)
                | ValueType::Date(_)
                | ValueType::DateTime(_)
                | ValueType::Boolean,
            ) => return None,
        };
        let node = match &rule.source {
            Source::Pick(pick) => pick.expression.found(&self.scope(pick)?)?,
            Source::Constant(constant) => {
                let is_whole =
                    !rule.trim && !is_text && constant.value.text().is_none_or(|text| !is_blank(text));
                if !is_whole || constant.value.is_null() {
                    return None;
                }
                constant.value.write(&mut self.out);
                return Some(RuleOutcome::Written);
            }
            Source::Template(_) | Source::Concat { .. } | Source::Reject(_) => return None,
        };
        let Some(node) = node else { return rule.default.is_none().then_some(RuleOutcome::Absent) };
        let (text, is_text) = match node.kind() {
            TokenKind::Text if rule.trim || self.is_padded_identity(node.raw()) => (node.raw().trim(), true),
            TokenKind::Text => (node.raw(), true),
            TokenKind::Number => (node.raw(), is_text),
            TokenKind::Null => return rule.default.is_none().then_some(RuleOutcome::Absent),
            TokenKind::True
            | TokenKind::False
            | TokenKind::EscapedText
            | TokenKind::Array
            | TokenKind::Object => return None,
        };
        if is_blank(text) {
            return None;
        }
        // A text without escapes is spelled in the body as it is in the record.
        if is_text {
            self.out.push('"');
            self.out.push_str(text);
            self.out.push('"');
        } else {
            self.out.push_str(text);
        }
        Some(RuleOutcome::Written)
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}
