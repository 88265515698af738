//! What must be looked up before the body is whole: in the body, and in the path.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::Run;
use crate::mapping::document::Parameter;
use crate::mapping::limit::VALUE_BYTES;
use crate::mapping::mapped::{PathPart, misplaced};
use crate::mapping::reference::{OnMissing, Reference};
use crate::mapping::rule::{MappingRule, Operand, Resolve};
use crate::mapping::value::Value;

/// What tells references apart: the rule, the text, further columns, and the record for those that are created.
pub(super) type Asked<'v> = (&'v str, String, Vec<(Arc<str>, String)>, Option<Cow<'v, str>>);

impl<'v> Run<'v> {
    /// The place of a reference among the record's, which are distinct.
    pub(super) fn refer(
        &mut self,
        rule: &'v MappingRule,
        resolve: &'v Resolve,
        value: &Value<'v>,
    ) -> Result<usize, String> {
        let text = if resolve.search.is_empty() { Some(Cow::Borrowed("")) } else { value.id_text() };
        let text = text.ok_or("expected a text or a number to search for")?.into_owned();
        let by = self.filters(&resolve.by)?;
        let record = match &resolve.on_missing {
            OnMissing::Create(_) => self.levels.get(resolve.level).map(|level| match level.node {
                Some(node) => Cow::Borrowed(node.raw()),
                None => {
                    let mut json = String::new();
                    level.value.write(&mut json);
                    Cow::Owned(json)
                }
            }),
            OnMissing::Fail | OnMissing::Skip | OnMissing::SkipRecord | OnMissing::Default(_) => None,
        };
        let asked = Box::new((&*rule.pointer, text.clone(), by.clone(), record.clone()));
        match self.known.entry(asked) {
            Entry::Occupied(known) => return Ok(*known.get()),
            Entry::Vacant(place) => _ = place.insert(self.references.len()),
        }
        self.allowance
            .bytes(text.len() + record.as_ref().map_or(0, |record| record.len()) + 8 * VALUE_BYTES)?;
        self.references.push(Reference {
            search: resolve.search.clone(),
            column: resolve.column.clone(),
            value: text,
            by,
            take: resolve.take.clone(),
            on_missing: resolve.on_missing.clone(),
            pointer: rule.to.clone(),
            rule: rule.pointer.clone(),
            record: record.filter(|_| self.copies_records).map(Cow::into_owned),
        });
        Ok(self.references.len() - 1)
    }

    /// Columns with what the document or the record has for them.
    pub(super) fn filters(
        &self,
        filters: &'v [(Arc<str>, Operand)],
    ) -> Result<Vec<(Arc<str>, String)>, String> {
        let mut found = Vec::with_capacity(filters.len());
        for (column, operand) in filters {
            let value = self.operand(operand)?;
            // Blanks around a value are no part of it, as in keys.
            let text = value.id_text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| format!("the record has nothing to search for in {column}"))?;
            found.push((column.clone(), text));
        }
        Ok(found)
    }

    pub(super) fn parameter(&mut self, parameter: &'v Parameter) {
        let rule = &parameter.rule;
        match self.value_of(rule) {
            Ok(Value::Null) => {
                self.fail(
                    rule,
                    &Value::Null,
                    "the path needs it, and the record has nothing for it".to_owned(),
                );
            }
            Ok(value) => match &rule.resolve {
                Some(resolve) => match self.refer(rule, resolve, &value) {
                    Ok(reference) => self.parameters.push(PathPart::Reference(reference)),
                    Err(reason) => drop(self.fail(rule, &value, reason)),
                },
                None => match value.id_text() {
                    Some(text) => match misplaced(&text) {
                        None => self.parameters.push(PathPart::Text(text.into_owned())),
                        Some(reason) => drop(self.fail(rule, &value, reason)),
                    },
                    None => drop(self.fail(rule, &value, "expected a text or a number".to_owned())),
                },
            },
            Err(unfit) => {
                let (value, reason) = *unfit;
                self.fail(rule, &value, reason);
            }
        }
    }
}
