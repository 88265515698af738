//! Reading the members of a body, and gathering everything that is wrong with it (API notes §3.1).

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::protocol::answer::Refusal;
use crate::protocol::json;
use crate::protocol::moment::Period;

/// A body, and the problems found in it so far.
pub(super) struct CheckedFields<'a> {
    body: &'a Value,
    /// The code for members of a wrong type. Such codes are *inferred*: no recording has one.
    code: &'static str,
    problems: Vec<Problem>,
}

/// One problem, as an answer has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) message: String,
}

#[derive(Serialize)]
struct Problems<'a> {
    errors: &'a [Problem],
}

impl<'a> CheckedFields<'a> {
    pub(super) fn new(body: &'a Value, code: &'static str) -> Self {
        Self { body, code, problems: Vec::new() }
    }

    /// The member at a JSON Pointer; none where it is absent or null.
    pub(super) fn member(&self, pointer: &str) -> Option<&'a Value> {
        self.body.pointer(pointer).filter(|value| !value.is_null())
    }

    /// The same. When what should hold it is not an object, that is a problem of its own, which is said once.
    fn find(&mut self, pointer: &str) -> Option<&'a Value> {
        for (end, _) in pointer.match_indices('/').skip(1) {
            let outer = &pointer[..end];
            if self.member(outer).is_some_and(|value| !value.is_object() && !value.is_array()) {
                let message = format!("{} must be an object", name_of(outer));
                if self.problems.iter().all(|problem| problem.message != message) {
                    self.refuse(self.code, message);
                }
                return None;
            }
        }
        self.member(pointer)
    }

    pub(super) fn has(&self, pointer: &str) -> bool {
        self.member(pointer).is_some()
    }

    /// A text. Numbers count as what they are written as.
    pub(super) fn text(&mut self, pointer: &str) -> Option<String> {
        match self.find(pointer)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.wrong_type(pointer, "text")
            }
        }
    }

    /// A text of at most so many characters.
    pub(super) fn text_up_to(&mut self, pointer: &str, most: usize) -> Option<String> {
        let text = self.text(pointer)?;
        if text.chars().count() > most {
            let name = name_of(pointer);
            self.refuse(self.code, format!("{name} must have at most {most} characters"));
            return None;
        }
        Some(text)
    }

    /// An id, or 0 where that means none. Digits in a text count as a number.
    pub(super) fn id(&mut self, pointer: &str) -> Option<u32> {
        let value = self.find(pointer)?;
        let id = match value {
            Value::Number(number) => number.as_u64().and_then(|id| u32::try_from(id).ok()),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        id.or_else(|| self.wrong_type(pointer, "an ID"))
    }

    pub(super) fn decimal(&mut self, pointer: &str) -> Option<Decimal> {
        let value = self.find(pointer)?;
        decimal(value).or_else(|| self.wrong_type(pointer, "a number"))
    }

    /// An exchange rate. Rates that nobody has, and that amounts could not be divided by, are refused with
    /// those that are not above 0.
    pub(super) fn exchange_rate(&mut self, pointer: &str) -> Option<Decimal> {
        let rate = self.decimal(pointer)?.round_dp(6);
        if rate <= Decimal::ZERO || rate > Decimal::from(1_000_000) {
            self.refuse(self.code, format!("{} must be greater than 0", name_of(pointer)));
            return None;
        }
        Some(rate)
    }

    pub(super) fn boolean(&mut self, pointer: &str) -> Option<bool> {
        match self.find(pointer)? {
            Value::Bool(value) => Some(*value),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                self.wrong_type(pointer, "true or false")
            }
        }
    }

    /// A date, which means its midnight in UTC, or a date and time (API notes §1.8).
    pub(super) fn moment(&mut self, pointer: &str) -> Option<i64> {
        let value = self.find(pointer)?;
        moment(value).or_else(|| self.wrong_type(pointer, "a date"))
    }

    /// The elements of an array; none where it is absent.
    pub(super) fn elements(&mut self, pointer: &str) -> &'a [Value] {
        match self.find(pointer) {
            None => &[],
            Some(Value::Array(elements)) => elements,
            Some(_) => {
                self.wrong_type::<()>(pointer, "an array");
                &[]
            }
        }
    }

    pub(super) fn refuse(&mut self, code: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { code, message: message.into() });
    }

    /// Takes over what was found in a part of the body.
    pub(super) fn take_problems(&mut self, part: CheckedFields<'_>) {
        self.problems.extend(part.problems);
    }

    fn wrong_type<T>(&mut self, pointer: &str, expected: &str) -> Option<T> {
        self.refuse(self.code, format!("{} must be {expected}", name_of(pointer)));
        None
    }

    /// # Errors
    /// 400 with everything that was found to be wrong.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.problems.is_empty() { Ok(()) } else { Err(refused(400, &self.problems)) }
    }
}

/// An answer that lists several problems.
pub(super) fn refused(status: u16, problems: &[Problem]) -> Refusal {
    let body = json::write(&Problems { errors: problems }).unwrap_or_default();
    Refusal { status, body, message_type: None }
}

/// A number, or a text that holds one.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let number = text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok());
    // Amounts beyond this are nobody's, and their products would not fit.
    number.filter(|number: &Decimal| number.abs() < Decimal::from(1_000_000_000_000_u64))
}

pub(super) fn moment(value: &Value) -> Option<i64> {
    Period::parse(value.as_str()?).and_then(|period| period.start())
}

fn name_of(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_read_leniently_and_problems_gathered() {
        let body = json!({"a": "7", "b": 2.5, "c": {"d": true}, "e": null, "f": "2024-03-10", "g": [1]});
        let mut fields = CheckedFields::new(&body, "TSTC-001");
        assert_eq!(fields.id("/a"), Some(7));
        assert_eq!(fields.decimal("/b"), Some(Decimal::new(25, 1)));
        assert_eq!(fields.boolean("/c/d"), Some(true));
        assert_eq!(fields.text("/e"), None);
        assert_eq!(fields.moment("/f"), Some(1_710_028_800_000));
        assert_eq!(fields.elements("/g").len(), 1);
        assert_eq!(fields.id("/b"), None);
        assert_eq!(fields.moment("/a"), None);
        assert_eq!(fields.text_up_to("/f", 4), None);
        let refusal = fields.finish().unwrap_err();
        assert_eq!(refusal.status, 400);
        assert_eq!(
            String::from_utf8(refusal.body).unwrap(),
            concat!(
                r#"{"errors":[{"code":"TSTC-001","message":"b must be an ID"},"#,
                r#"{"code":"TSTC-001","message":"a must be a date"},"#,
                r#"{"code":"TSTC-001","message":"f must have at most 4 characters"}]}"#
            )
        );
    }
}
