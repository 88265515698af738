//! A JSON value of a vector with the text that it has in the vector's file.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A value, and how its file writes it. What did not change is written as it was, in the order of its members.
#[derive(Clone, Debug)]
pub struct Kept {
    value: Value,
    text: Box<RawValue>,
}

impl Kept {
    /// The text of the file without its white space, with its members in their order, as a host's own JSON has them.
    pub fn compact(&self) -> String {
        let mut is_text = false;
        let mut is_escaped = false;
        let is_kept = |character: &char| {
            if is_text {
                is_text = is_escaped || *character != '"';
                is_escaped = !is_escaped && *character == '\\';
                return true;
            }
            is_text = *character == '"';
            !character.is_ascii_whitespace()
        };
        self.text.get().chars().filter(is_kept).collect()
    }

    /// The value in this one's place: as it was where it is equal, else written for a place that so many arrays and
    /// objects are around.
    ///
    /// # Panics
    /// When the value has no JSON.
    pub fn renewed(self, value: Value, depth: usize) -> Self {
        if self.value == value {
            return self;
        }
        let text = serde_json::to_string_pretty(&value).expect("a value has JSON");
        let text = text.replace('\n', &format!("\n{}", "  ".repeat(depth)));
        Self { value, text: RawValue::from_string(text).expect("what was written is JSON") }
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self { value: Value::Null, text: RawValue::NULL.to_owned() }
    }
}

impl Deref for Kept {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'d> Deserialize<'d> for Kept {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let value = serde_json::from_str(text.get()).map_err(serde::de::Error::custom)?;
        Ok(Self { value, text })
    }
}
