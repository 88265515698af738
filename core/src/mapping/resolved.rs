//! What references stand for, as plain data that a host can keep.

use serde_json::Value;

use super::reference::{Reference, Resolution};
use crate::error::{Error, Result};

/// Says of the texts of references what they stand for. What it does not say stands in the body as its text in
/// braces, for those who only want to see what a mapping does.
#[derive(Clone, Debug, Default)]
pub struct Resolved(serde_json::Map<String, Value>);

impl Resolved {
    /// From the text of a JSON object: for [`Reference::text`] an id, a text, or null when Brightpearl does not have
    /// it. An empty text says nothing of any.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `resolved` when that is not such an object.
    pub fn from_json(text: &str) -> Result<Self> {
        match text.trim() {
            "" => Ok(Self::default()),
            text => serde_json::from_str(text)
                .map(Self)
                .map_err(|error| Error::validation("resolved", format!("no JSON object: {error}"))),
        }
    }

    /// What a reference stands for.
    pub fn of(&self, reference: &Reference) -> Resolution {
        match self.0.get(&reference.text()) {
            Some(Value::Null) => Resolution::Missing,
            Some(Value::Number(number)) if number.as_u64().is_some() => {
                Resolution::Id(number.as_u64().unwrap_or_default())
            }
            Some(Value::String(text)) => Resolution::Text(text.clone()),
            Some(other) => Resolution::Text(other.to_string()),
            None => Resolution::Text(format!("{{{}}}", reference.text())),
        }
    }
}
