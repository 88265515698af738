//! Credentials from JSON: `type`, and the fields that the scheme of that name takes. The fields of all schemes are read
//! by one reader, since a reader for each scheme would be a tenth of the WebAssembly component.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use crate::secret::Secret;

use super::field::Holding;
use super::grant::Grant;
use super::scheme::{Credentials, Registered, SCHEMES, fields};

/// What is given, before it is sorted out which scheme it is.
pub(super) struct Unsorted {
    scheme: String,
    /// Each name once, also where `null` stands for nothing.
    values: Vec<(&'static str, Option<FieldValue>)>,
}

/// The value of a field.
pub(super) enum FieldValue {
    Text(String),
    Secret(Secret),
    Milliseconds(u64),
    Grant(Grant),
}

impl<'de> Deserialize<'de> for Credentials {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UnsortedVisitor)?.sorted().map_err(D::Error::custom)
    }
}

impl Unsorted {
    /// Takes the value of that name out.
    pub(super) fn take(&mut self, name: &str) -> Option<FieldValue> {
        self.values.iter_mut().find(|(candidate, _)| *candidate == name)?.1.take()
    }

    fn sorted(mut self) -> Result<Credentials, String> {
        let name = std::mem::take(&mut self.scheme);
        let Some(Registered { read, .. }) = SCHEMES.iter().find(|scheme| scheme.scheme.name == name) else {
            let schemes = backticked(SCHEMES.iter().map(|scheme| scheme.scheme.name));
            return Err(format!("unknown credentials type `{name}`, expected one of {schemes}"));
        };
        let credentials = read(&mut self)?;
        match fields().into_iter().find(|field| self.take(field.name).is_some()) {
            None => Ok(credentials),
            Some(field) => Err(format!("unknown field `{}` for credentials of type `{name}`", field.name)),
        }
    }
}

fn backticked(names: impl Iterator<Item = &'static str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

struct UnsortedVisitor;

impl<'de> Visitor<'de> for UnsortedVisitor {
    type Value = Unsorted;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("struct Fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unsorted, A::Error> {
        let mut scheme = None;
        let mut values: Vec<(&'static str, Option<FieldValue>)> = Vec::new();
        while let Some(name) = members.next_key_seed(NameVisitor)? {
            match name {
                Name::Scheme if scheme.is_some() => return Err(A::Error::duplicate_field("type")),
                Name::Scheme => scheme = Some(members.next_value()?),
                Name::Field(name, _) if values.iter().any(|(given, _)| *given == name) => {
                    return Err(A::Error::duplicate_field(name));
                }
                Name::Field(name, holds) => {
                    let value = match holds {
                        Holding::Text => members.next_value::<Option<_>>()?.map(FieldValue::Text),
                        Holding::Secret => members.next_value::<Option<_>>()?.map(FieldValue::Secret),
                        Holding::Milliseconds => {
                            members.next_value::<Option<_>>()?.map(FieldValue::Milliseconds)
                        }
                        Holding::Grant(_) => members.next_value::<Option<_>>()?.map(FieldValue::Grant),
                    };
                    values.push((name, value));
                }
            }
        }
        let scheme = scheme.ok_or_else(|| A::Error::missing_field("type"))?;
        Ok(Unsorted { scheme, values })
    }
}

/// A name that is known.
enum Name {
    Scheme,
    Field(&'static str, Holding),
}

struct NameVisitor;

impl<'de> DeserializeSeed<'de> for NameVisitor {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("field identifier")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let fields = fields();
        match fields.iter().find(|field| field.name == name) {
            _ if name == "type" => Ok(Name::Scheme),
            Some(field) => Ok(Name::Field(field.name, field.holds)),
            None => {
                let known = backticked(["type"].into_iter().chain(fields.iter().map(|field| field.name)));
                Err(E::custom(format!("unknown field `{name}`, expected one of {known}")))
            }
        }
    }
}
