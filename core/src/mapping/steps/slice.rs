//! `slice`: a part of a text.

use std::sync::Arc;

use super::{Around, RuleStep, StepDefinition, StepTime};
use crate::json::Node;
use crate::mapping::document::{Context, DocumentPlace, PathScope};
use crate::mapping::value::{Sort, Value};

pub(super) const KIND: StepDefinition = StepDefinition {
    name: "slice",
    stage: StepTime::Picked,
    schema: r#"{
          "description": "The characters from `start` on and before `end`; counted from the end when negative.",
          "type": "object", "minProperties": 1,
          "properties": {"start": {"type": "integer"}, "end": {"type": "integer"}},
          "additionalProperties": false
        }"#,
    read,
};

/// Some of a text's characters.
#[derive(Debug)]
struct TextSlice {
    start: Option<i64>,
    end: Option<i64>,
}

/// `{"start": 0, "end": 10}`.
fn read(place: &DocumentPlace<'_>, context: &mut Context<'_>, _: PathScope) -> Option<Arc<dyn RuleStep>> {
    let mut members = place.object(context.findings)?;
    let mut bound = |name: &'static str, context: &mut Context<'_>| {
        let place = members.take(name)?;
        let found = match place.read() {
            Node::Number(digits) => digits.parse::<i32>().ok(),
            Node::Null
            | Node::Boolean(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable => None,
        };
        if found.is_none() {
            place.refuse(context.findings, "a whole number; characters are counted from the end below 0");
        }
        found.map(i64::from)
    };
    let slice = TextSlice { start: bound("start", context), end: bound("end", context) };
    members.finish(context.findings);
    if slice.start.is_none() && slice.end.is_none() {
        context.findings.error(&place.pointer, "expected `start`, `end`, or both");
        return None;
    }
    Some(Arc::new(slice))
}

impl RuleStep for TextSlice {
    fn apply<'v>(&'v self, value: &Value<'v>, _: &Around<'_, 'v>) -> Result<Value<'v>, String> {
        let text = match value.sort() {
            Sort::Text | Sort::Number => value.scalar_text().unwrap_or_default(),
            Sort::Null | Sort::Boolean | Sort::Array | Sort::Object => return Ok(value.clone()),
        };
        let count = text.chars().count() as i64;
        let place = |bound: i64| (if bound < 0 { bound + count } else { bound }).clamp(0, count);
        let (start, end) = (place(self.start.unwrap_or_default()), place(self.end.unwrap_or(count)));
        let part: String = text.chars().skip(start as usize).take((end - start).max(0) as usize).collect();
        // Nothing of a text is as good as no text.
        Ok(if part.trim().is_empty() { Value::Null } else { Value::Text(part.into()) })
    }

    fn in_words(&self) -> Vec<String> {
        let bound = |bound: Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
        vec![format!("its characters [{}:{}]", bound(self.start), bound(self.end))]
    }
}
