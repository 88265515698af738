//! What `each` goes over: an array, whose elements are objects where its rules read members of them. What is anything else
//! would come to rows that lack what the record has, or to none, and nobody would be told.

use super::rule::{EachItem, FieldEntry, Operand, Pick, Source, TemplatePiece};
use super::value::{Items, Sort, Value};

/// Whether the rules for the elements of a level read members of them and nothing else.
pub(super) fn reads_members(level: usize, only: Option<&Pick>, item: &EachItem) -> bool {
    let mut picks: Vec<&Pick> = only.into_iter().collect();
    match item {
        EachItem::Fields(entries) => entries.iter().for_each(|entry| gather(entry, &mut picks)),
        EachItem::Value(rule) => gather_source(&rule.source, &mut picks),
    }
    let of_element = || picks.iter().filter(|pick| pick.level == level && pick.made.is_none());
    let (mut has_member, mut is_all) = (false, true);
    of_element().for_each(|pick| {
        pick.expression.look(&mut |is_member| {
            has_member |= is_member;
            is_all &= is_member;
        });
    });
    has_member && is_all
}

fn gather<'r>(entry: &'r FieldEntry, picks: &mut Vec<&'r Pick>) {
    match entry {
        FieldEntry::Rule(rule) => {
            picks.extend(&rule.when);
            gather_source(&rule.source, picks);
            let by = rule.resolve.iter().flat_map(|resolve| &resolve.by);
            picks.extend(by.filter_map(|(_, operand)| match operand {
                Operand::Pick(pick) => Some(pick),
                Operand::Constant(_) => None,
            }));
        }
        FieldEntry::Each(each) => {
            picks.extend(&each.when);
            picks.push(&each.elements);
        }
    }
}

fn gather_source<'r>(source: &'r Source, picks: &mut Vec<&'r Pick>) {
    match source {
        Source::Constant(_) => {}
        Source::Pick(pick) => picks.push(pick),
        Source::Template(pieces) | Source::Reject(pieces) => {
            picks.extend(pieces.iter().filter_map(|piece| match piece {
                TemplatePiece::Pick(pick) => Some(pick),
                TemplatePiece::Text(_) => None,
            }));
        }
        Source::Concat { parts, .. } => picks.extend(parts),
    }
}

/// The elements of an array. Nothing has none.
///
/// # Errors
/// What was found instead, and what to do.
pub(super) fn elements_of<'a, 'v>(value: &'a Value<'v>) -> Result<Option<Items<'a, 'v>>, String> {
    match value {
        Value::Null => Ok(None),
        value => value.elements().map(Some).ok_or_else(|| not_an_array(value)),
    }
}

/// Why a value has no elements.
pub(super) fn not_an_array(value: &Value<'_>) -> String {
    format!(
        "found {}; expected an array, or nothing. Of one element that stands by itself the document makes an array, as \
         `[line][?@]` does",
        named(value)
    )
}

/// Why a value is no element of an array whose rules read members; nothing where it is one.
pub(super) fn not_an_object(value: &Value<'_>) -> Option<String> {
    (value.sort() != Sort::Object).then(|| {
        format!("found {} in the array; expected objects, whose members the rules read", named(value))
    })
}

fn named(value: &Value<'_>) -> &'static str {
    match value.sort() {
        Sort::Null => "null",
        Sort::Boolean => "a truth value",
        Sort::Number => "a number",
        Sort::Text => "a text",
        Sort::Array => "an array",
        Sort::Object => "an object",
    }
}
