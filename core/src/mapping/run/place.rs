//! Failures: which rule, where in the record, what value, and why.

use super::{Entrance, RuleOutcome, Run};
use crate::mapping::limit::VALUE_BYTES;
use crate::mapping::plan::placed;
use crate::mapping::rule::{Each, MappingRule, Source};
use crate::mapping::value::Value;
use crate::output::Failure;

impl<'v> Run<'v> {
    pub(super) fn fail(&mut self, rule: &'v MappingRule, value: &Value<'v>, reason: String) -> RuleOutcome {
        if self.is_over {
            return RuleOutcome::Failed;
        }
        let level = match &rule.source {
            Source::Pick(pick) => Some(pick.level),
            Source::Concat { parts, .. } => parts.first().map(|part| part.level),
            Source::Reject(_) => rule.when.as_ref().map(|_| rule.level),
            Source::Constant(_) | Source::Template(_) => None,
        };
        let path = rule.source_path();
        let source = match level {
            Some(level) => self.within(level, &path),
            None => path,
        };
        let failure = Failure {
            record: None,
            rule: rule.pointer.to_string(),
            target: placed(&rule.to, &self.places).into_owned(),
            source,
            // A refusal is about no value, but in its own words.
            value: if let Source::Reject(_) = rule.source { String::new() } else { value.excerpt() },
            reason,
        };
        self.note(failure);
        RuleOutcome::Failed
    }

    pub(super) fn fail_each(&mut self, each: &'v Each, value: &Value<'v>, reason: String) {
        let source = self.within(each.elements.level, &each.elements.expression.text);
        self.fail_list(each, source, value, reason);
    }

    /// The same of the element that was entered last.
    pub(super) fn fail_element(&mut self, each: &'v Each, value: &Value<'v>, reason: String) {
        let source = self.within(each.level, "@");
        self.fail_list(each, source, value, reason);
    }

    fn fail_list(&mut self, each: &'v Each, source: String, value: &Value<'v>, reason: String) {
        if self.is_over {
            return;
        }
        let failure = Failure {
            record: None,
            rule: each.pointer.clone(),
            target: placed(&each.to, &self.places).into_owned(),
            source,
            value: value.excerpt(),
            reason,
        };
        self.note(failure);
    }

    /// Failures are made of the record, too; the one that says that the allowance is used up is the last.
    pub(super) fn note(&mut self, failure: Failure) {
        let texts = [&failure.rule, &failure.target, &failure.source, &failure.value, &failure.reason];
        let bytes = 8 * VALUE_BYTES + texts.iter().map(|text| text.len()).sum::<usize>();
        let excess = self.allowance.bytes(bytes).err();
        self.is_over = self.allowance.is_over();
        // The limit is what the failure is about when it is what the failure itself came to.
        let reason = excess.unwrap_or_else(|| failure.reason.clone());
        // No value of the record is to blame for the sum of all.
        let value = if self.is_over { String::new() } else { failure.value };
        self.failures.push(Failure { reason, value, ..failure });
    }

    /// A path with the element before it that it starts from: `line_items[2].price`.
    fn within(&self, level: usize, path: &str) -> String {
        let mut path = path.to_owned();
        let mut level = level;
        // Every element stands within a level before its own.
        while let Some(Entrance::Element { each, place }) = self.levels.get(level).map(|level| level.entrance)
        {
            let outer = &each.elements.expression.text;
            path = match path.as_str() {
                "@" => format!("{outer}[{place}]"),
                path => format!("{outer}[{place}].{path}"),
            };
            level = each.elements.level;
        }
        path
    }
}
