//! Failures: which rule, where in the record, what value, and why.

use super::{Entrance, Outcome, Run};
use crate::mapping::failure::Failure;
use crate::mapping::plan::placed;
use crate::mapping::rule::{Each, Rule, Source};
use crate::mapping::value::Value;

impl<'v> Run<'v> {
    pub(super) fn fail(&mut self, rule: &'v Rule, value: &Value<'v>, reason: String) -> Outcome {
        let level = match &rule.source {
            Source::Pick(pick) => Some(pick.level),
            Source::Concat { parts, .. } => parts.first().map(|part| part.level),
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
            value: value.excerpt(),
            reason,
        };
        self.failures.push(failure);
        Outcome::Failed
    }

    pub(super) fn fail_each(&mut self, each: &'v Each, value: &Value<'v>, reason: String) {
        let failure = Failure {
            record: None,
            rule: each.pointer.clone(),
            target: placed(&each.to, &self.places).into_owned(),
            source: self.within(each.elements.level, &each.elements.expression.text),
            value: value.excerpt(),
            reason,
        };
        self.failures.push(failure);
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
