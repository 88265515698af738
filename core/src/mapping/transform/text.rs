//! Texts: letters, length, and what numbers look like as one.

use crate::mapping::value::Value;

/// How letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mapping) enum Case {
    Upper,
    Lower,
}

impl Case {
    pub(in crate::mapping) fn apply(self, text: &str) -> String {
        match self {
            Case::Upper => text.to_uppercase(),
            Case::Lower => text.to_lowercase(),
        }
    }

    pub(in crate::mapping) fn as_str(self) -> &'static str {
        match self {
            Case::Upper => "upper",
            Case::Lower => "lower",
        }
    }
}

/// A text, a number's digits, or `true` and `false`, as a text of at most so many characters.
pub(super) fn spell<'v>(value: &Value<'v>, cut: Option<u32>) -> Result<Value<'v>, String> {
    let spelled = match value {
        Value::Text(text) | Value::Number(text) => Value::Text(text.clone()),
        Value::True => Value::Text("true".into()),
        Value::False => Value::Text("false".into()),
        Value::Null | Value::Node(_) | Value::Array(_) | Value::Object(_) => {
            return Err("expected a text, a number or a boolean".to_owned());
        }
    };
    let (Some(most), Some(text)) = (cut, spelled.text()) else { return Ok(spelled) };
    match text.char_indices().nth(most as usize) {
        Some((end, _)) => Ok(Value::Text(text[..end].trim_end().to_owned().into())),
        None => Ok(spelled),
    }
}
