//! A document in words: what goes where, what happens on the way, and what the target takes.

use serde::Serialize;

use super::Compiled;
use super::document::Parameter;
use super::plan::BodyPlan;
use super::reference::OnMissing;
use super::rule::{MappingRule, Source};
use super::total::{ControlTotal, Tolerance};
use super::transform::{Numeric, Otherwise, ValueType};
use crate::catalog::field::{Field, Shape};
use crate::value::Decimal;

/// One rule in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Where the value goes: a JSON Pointer into the body with `*` for any element, or `{ID}` for a part of the
    /// path.
    pub to: String,
    /// Where it comes from, and what happens to it on the way.
    pub text: String,
    /// What the target takes, in words; empty where the catalog does not know it.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub shape: String,
    /// Whether the target must have it.
    pub mandatory: bool,
    /// What else the catalog says of the target.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
    /// The rule: a JSON Pointer into the document.
    pub rule: String,
}

pub(super) fn explain(compiled: &Compiled) -> Vec<Explained> {
    let mut explained = Vec::new();
    let parameters = compiled.document.target.iter().flat_map(|target| &target.parameters);
    for Parameter { name, rule } in parameters {
        explained.push(Explained {
            to: format!("{{{name}}}"),
            text: in_words(rule),
            shape: "a part of the path".to_owned(),
            mandatory: true,
            note: "",
            rule: rule.pointer.to_string(),
        });
    }
    walk(&compiled.plan, "", None, &mut explained);
    for total in &compiled.totals {
        explained.extend(checked(total));
    }
    if let Some(pieces) = &compiled.document.pieces {
        explained.push(entry("check: pieces", pieces.in_words(), None, None, "/pieces"));
    }
    explained
}

/// A control total, and the row that takes up its difference.
fn checked(total: &ControlTotal) -> Vec<Explained> {
    let of = if total.gathered.is_some() { " of what rules of that name made" } else { "" };
    let mut text = format!("{} must be {}{of}", total.is.expression.text, total.equals.text);
    match &total.within {
        Tolerance::Amount(amount) if *amount == Decimal::default() => {}
        Tolerance::Amount(amount) => text.push_str(&format!(", within {amount}")),
        Tolerance::Minor { units, currency } => {
            text.push_str(&format!(
                ", within {} of the smallest units of {}",
                units.as_str(),
                currency.as_str()
            ));
        }
    }
    if total.is_optional {
        text.push_str(", where the record states it");
    }
    if let Some(row) = &total.row {
        text.push_str(&format!("; a row in {} takes up the difference", row.each.to));
    }
    let mut explained = vec![entry(&format!("check: {}", total.name), text, None, None, &total.pointer)];
    if let Some(list) = total.row.as_ref().and_then(|row| row.list.as_ref()) {
        walk(&list.item, &format!("{}/*", list.each.to), None, &mut explained);
    }
    explained
}

fn walk(plan: &BodyPlan, place: &str, field: Option<&'static Field>, explained: &mut Vec<Explained>) {
    match plan {
        BodyPlan::Object(members) => {
            for member in members {
                let place = format!("{place}/{}", crate::json::token(&member.name));
                walk(&member.plan, &place, member.field, explained);
            }
        }
        BodyPlan::Array(elements) => {
            for (index, element) in elements {
                walk(element, &format!("{place}/{index}"), None, explained);
            }
        }
        BodyPlan::List(lists) => {
            for list in lists {
                let each = &list.each;
                let mut text = format!("an element for each of {}", each.elements.expression.text);
                if let Some(split) = &each.split {
                    text.push_str(&format!(", a text split at {split:?}"));
                }
                if let Some(only) = &each.only {
                    text.push_str(&format!(", where {}", only.expression.text));
                }
                if let Some(when) = &each.when {
                    text.push_str(&format!(", when {}", when.expression.text));
                }
                if each.required {
                    text.push_str("; at least one is required");
                }
                explained.push(entry(place, text, field.map(|field| &field.shape), field, &each.pointer));
                walk(&list.item, &format!("{place}/*"), None, explained);
            }
        }
        BodyPlan::Kept(leaf) => {
            for rule in &leaf.rules {
                let text = format!("kept, not written: {}", in_words(rule));
                explained.push(entry(&rule.to, text, None, None, &rule.pointer));
            }
        }
        BodyPlan::Leaf(leaf) => {
            for rule in &leaf.rules {
                explained.push(entry(place, in_words(rule), leaf.shape, field, &rule.pointer));
            }
        }
    }
}

fn entry(
    place: &str,
    text: String,
    shape: Option<&'static Shape>,
    field: Option<&'static Field>,
    rule: &str,
) -> Explained {
    Explained {
        to: place.to_owned(),
        text,
        shape: shape.map(ToString::to_string).unwrap_or_default(),
        mandatory: field.is_some_and(|field| field.mandatory),
        note: field.map_or("", |field| field.note),
        rule: rule.to_owned(),
    }
}

fn in_words(rule: &MappingRule) -> String {
    let mut words = match &rule.source {
        Source::Template(_) => format!("the text {:?}", rule.source_path()),
        Source::Concat { separator, .. } => format!("{} with {separator:?} between", rule.source_path()),
        Source::Constant(_) | Source::Pick(_) => rule.source_path(),
        Source::Reject(_) => "the record is refused".to_owned(),
    };
    let mut add = |text: String| words.push_str(&format!(", {text}"));
    if rule.trim {
        add("trimmed".to_owned());
    }
    rule.on_picked.iter().flat_map(|step| step.in_words()).for_each(&mut add);
    if let Some(default) = &rule.default {
        add(format!("or {} when there is nothing", default.json));
    }
    if let Some(lookup) = &rule.lookup {
        let table = if lookup.name.is_empty() { "a table" } else { &lookup.name };
        let otherwise = match &lookup.otherwise {
            Otherwise::Fail => "or it fails".to_owned(),
            Otherwise::Skip => "or it is left out".to_owned(),
            Otherwise::Keep => "or as it is".to_owned(),
            Otherwise::Default(constant) => format!("or {}", constant.json),
        };
        add(format!("looked up in {table} {otherwise}"));
    }
    rule.on_known.iter().flat_map(|step| step.in_words()).for_each(&mut add);
    if let Some(resolve) = &rule.resolve {
        if resolve.search.is_empty() {
            add("and the id of what is created".to_owned());
        } else {
            add(format!("found by {} in {}", resolve.column, resolve.search));
        }
        add(match &resolve.on_missing {
            OnMissing::Skip if resolve.tell.is_some() => "or left out, which is told".to_owned(),
            OnMissing::Fail => "or the record fails".to_owned(),
            OnMissing::Skip => "or left out".to_owned(),
            OnMissing::SkipRecord => "or the record is skipped".to_owned(),
            OnMissing::Default(json) => format!("or {json}"),
            OnMissing::Create(mapping) if resolve.search.is_empty() => format!("by {}", mapping.name()),
            OnMissing::Create(mapping) => format!("or created by {}", mapping.name()),
        });
    }
    if let Some(output) = &rule.output {
        add(typed(output));
    }
    if let Some(when) = &rule.when {
        add(format!("when {}", when.expression.text));
    }
    if rule.missing.is_some() {
        add("when what is looked up beside it is missing".to_owned());
    }
    if rule.required {
        words.push_str("; required");
    }
    words
}

fn typed(output: &ValueType) -> String {
    let mut words = format!("as {}", output.as_str());
    let numeric = |numeric: &Numeric, words: &mut String| {
        if let Some(places) = numeric.places {
            words.push_str(&format!(" of {places} places"));
            words.push_str(if numeric.rounding.is_some() { ", rounded" } else { "" });
        }
    };
    match output {
        ValueType::Integer(number) | ValueType::Decimal(number) => numeric(number, &mut words),
        ValueType::Money(number, money) => {
            if let Some(currency) = &money.currency {
                words.push_str(&format!(" in {}", currency.as_str()));
            }
            words.push_str(if money.minor { " from minor units" } else { "" });
            numeric(number, &mut words);
        }
        ValueType::Date(time) | ValueType::DateTime(time) => {
            if let Some(zone) = &time.zone {
                words.push_str(&format!(" (without an offset: {})", zone.as_str()));
            }
            if let Some(zone) = &time.into {
                words.push_str(&format!(" in {}", zone.as_str()));
            }
        }
        ValueType::Text { cut: Some(most) } => words.push_str(&format!(" of at most {most} characters")),
        ValueType::Text { cut: None } | ValueType::Boolean => {}
    }
    words
}
