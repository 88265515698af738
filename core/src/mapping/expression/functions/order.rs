//! Functions that put elements in order.

use std::cmp::Ordering;

use super::arguments::CallArguments;
use super::exact;
use crate::mapping::value::{Sort, Value};
use crate::value::Decimal;

/// Values with what they are ordered by.
pub(super) type Keyed<'v> = Vec<(Value<'v>, SortKey<'v>)>;

pub(super) enum SortKey<'v> {
    Number(Decimal),
    Text(Value<'v>),
}

impl SortKey<'_> {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (SortKey::Number(one), SortKey::Number(other)) => one.cmp(other),
            (SortKey::Text(one), SortKey::Text(other)) => one.text().cmp(&other.text()),
            // Keys of one call are of one sort.
            (SortKey::Number(_), SortKey::Text(_)) | (SortKey::Text(_), SortKey::Number(_)) => {
                Ordering::Equal
            }
        }
    }
}

pub(super) fn sorted(mut keyed: Keyed<'_>) -> Value<'_> {
    keyed.sort_by(|one, other| one.1.order(&other.1));
    Value::Array(keyed.into_iter().map(|(value, _)| value).collect())
}

pub(super) fn best(values: Keyed<'_>, is_better: fn(Ordering) -> bool) -> Value<'_> {
    let best =
        values.into_iter().reduce(|best, next| if is_better(next.1.order(&best.1)) { next } else { best });
    best.map_or(Value::Null, |(value, _)| value)
}

impl<'v> CallArguments<'_, 'v> {
    /// Elements ordered by themselves.
    pub(super) fn themselves(&self) -> Result<Keyed<'v>, String> {
        self.with_keys(self.elements(0)?.map(|element| Ok((element.clone(), element))))
    }

    /// Elements ordered by what the expression makes of them.
    pub(super) fn keyed(&self) -> Result<Keyed<'v>, String> {
        self.with_keys(self.elements(0)?.map(|element| {
            let key = self.apply(&element)?;
            Ok((element, key))
        }))
    }

    /// Keys are all numbers or all texts.
    fn with_keys(
        &self,
        pairs: impl Iterator<Item = Result<(Value<'v>, Value<'v>), String>>,
    ) -> Result<Keyed<'v>, String> {
        let name = self.builtin.name;
        let mut keyed: Keyed<'v> = Vec::new();
        for pair in pairs {
            let (value, key) = pair?;
            let key = match key.sort() {
                Sort::Number => SortKey::Number(exact(self.builtin, &key)?),
                Sort::Text => SortKey::Text(key),
                Sort::Null | Sort::Boolean | Sort::Array | Sort::Object => {
                    return Err(format!("{name} orders numbers or texts; found {}", key.excerpt()));
                }
            };
            let is_alike = match (keyed.first().map(|first| &first.1), &key) {
                (None, _)
                | (Some(SortKey::Number(_)), SortKey::Number(_))
                | (Some(SortKey::Text(_)), SortKey::Text(_)) => true,
                (Some(SortKey::Number(_)), SortKey::Text(_))
                | (Some(SortKey::Text(_)), SortKey::Number(_)) => false,
            };
            if !is_alike {
                return Err(format!("{name} orders all numbers or all texts; found both"));
            }
            keyed.push((value, key));
        }
        Ok(keyed)
    }
}
