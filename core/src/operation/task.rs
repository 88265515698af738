//! Something that people do daily, by name.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// A task of [`crate::task`], such as `create-sales-order`: one or several requests with one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The task's name.
    pub name: String,
    /// Its arguments, a JSON object as the task's schema has it.
    #[serde(default)]
    pub arguments: Json,
}

impl Task {
    /// A task with its arguments as JSON text.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `arguments` when that is not JSON.
    pub fn new(name: impl Into<String>, arguments: impl Into<String>) -> Result<Self> {
        Ok(Self { name: name.into(), arguments: Json::new(arguments)? })
    }
}

/// JSON, kept as the text that it came as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// Takes a JSON text.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `arguments`, with line and column.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        match serde_json::from_str::<&RawValue>(&text) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(Error::validation("arguments", format!("the text is not JSON: {error}"))),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Json {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match serde_json::from_str::<&RawValue>(&self.0) {
            Ok(raw) => raw.serialize(serializer),
            Err(error) => Err(serde::ser::Error::custom(error)),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer).map_err(D::Error::custom)?;
        Ok(Self(String::from(Box::<str>::from(raw))))
    }
}
