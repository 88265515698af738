//! Functions of objects and of their members.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::arguments::CallArguments;
use crate::mapping::value::{Sort, Value, distinct};

impl<'v> CallArguments<'_, 'v> {
    pub(super) fn keys(&self) -> Result<Value<'v>, String> {
        Ok(Value::Array(self.members(0)?.into_iter().map(|(name, _)| Value::Text(name)).collect()))
    }

    pub(super) fn member_values(&self) -> Result<Value<'v>, String> {
        Ok(Value::Array(self.members(0)?.into_iter().map(|(_, value)| value).collect()))
    }

    pub(super) fn merge(&self) -> Result<Value<'v>, String> {
        let mut merged = Vec::new();
        for place in 0..self.values.len() {
            merged.extend(self.members(place)?);
        }
        Ok(Value::Object(distinct(merged).into()))
    }

    /// An array of each member's name and value.
    pub(super) fn items(&self) -> Result<Value<'v>, String> {
        let pair = |(name, value)| Value::array(vec![Value::Text(name), value]);
        Ok(Value::Array(self.members(0)?.into_iter().map(pair).collect()))
    }

    /// The object whose members are pairs of a name and a value.
    pub(super) fn object_of_items(&self) -> Result<Value<'v>, String> {
        let mut members = Vec::new();
        for element in self.elements(0)? {
            let refuse = || self.refuse_element(0, &element, "pairs of a text and a value");
            let mut pair = element.elements().ok_or_else(refuse)?;
            match (pair.next(), pair.next(), pair.next()) {
                (Some(Value::Text(name)), Some(value), None) => members.push((name, value)),
                (_, _, _) => return Err(refuse()),
            }
        }
        Ok(Value::Object(distinct(members).into()))
    }

    /// Elements by the text that the expression makes of each, in the order in which each text was first made.
    pub(super) fn group_by(&self) -> Result<Value<'v>, String> {
        let mut groups: Vec<(Cow<'v, str>, Vec<Value<'v>>)> = Vec::new();
        let mut places: BTreeMap<Cow<'v, str>, usize> = BTreeMap::new();
        for element in self.elements(0)? {
            if element.sort() != Sort::Object {
                return Err(self.refuse_element(0, &element, "objects"));
            }
            let Some(key) = self.group(&element)? else { continue };
            let place = *places.entry(key.clone()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, group)) => group.push(element),
                None => groups.push((key, vec![element])),
            }
        }
        Ok(Value::Object(groups.into_iter().map(|(key, group)| (key, Value::array(group))).collect()))
    }

    /// The text that the expression makes of an element.
    fn group(&self, element: &Value<'v>) -> Result<Option<Cow<'v, str>>, String> {
        match self.apply(element)? {
            Value::Null => Ok(None),
            Value::Text(key) => Ok(Some(key)),
            key @ (Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_)) => {
                let name = self.builtin.name;
                Err(format!(
                    "{name} groups by texts; found {}, expected a text, such as to_string(...) makes of it",
                    key.excerpt()
                ))
            }
        }
    }
}
