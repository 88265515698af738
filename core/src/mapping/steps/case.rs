//! `case`: how a text's letters are written.

use std::sync::Arc;

use super::{Around, RuleStep, StepDefinition, StepTime};
use crate::mapping::value::Value;

pub(super) const KIND: StepDefinition = StepDefinition {
    name: "case",
    stage: StepTime::Picked,
    schema: r#"{"enum": ["upper", "lower"]}"#,
    read: |place, context, _| place.choice(&NAMES, context.findings).map(|case| Arc::new(case) as _),
};

const NAMES: [(&str, Case); 2] = [("upper", Case::Upper), ("lower", Case::Lower)];

#[derive(Clone, Copy, Debug)]
enum Case {
    Upper,
    Lower,
}

impl RuleStep for Case {
    fn apply<'v>(&'v self, value: &Value<'v>, _: &Around<'_, 'v>) -> Result<Value<'v>, String> {
        let Some(text) = value.text() else { return Ok(value.clone()) };
        let text = match self {
            Case::Upper => text.to_uppercase(),
            Case::Lower => text.to_lowercase(),
        };
        Ok(Value::Text(text.into()))
    }

    fn in_words(&self) -> Vec<String> {
        let words = match self {
            Case::Upper => "in upper case",
            Case::Lower => "in lower case",
        };
        vec![words.to_owned()]
    }
}
