//! Texts: their length, and what numbers look like as one.

use crate::mapping::value::Value;

/// A text, a number's digits, or `true` and `false`, as a text of at most so many characters.
pub(super) fn spell<'v>(value: &Value<'v>, cut: Option<u32>) -> Result<Value<'v>, String> {
    let spelled = match value {
        Value::Text(text) | Value::Number(text) => Value::Text(text.clone()),
        Value::Computed(number) => Value::Text(number.text().into()),
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
