//! The arguments of one call, and what is expected of them.

use std::borrow::Cow;

use super::super::evaluate::evaluate;
use super::super::{Scope, Tree};
use super::Builtin;
use crate::mapping::limit::Allowance;
use crate::mapping::value::{Items, Value};
use crate::value::Decimal;

/// The arguments of one call.
pub(super) struct CallArguments<'b, 'v> {
    pub(super) builtin: &'static Builtin,
    trees: &'v [Tree],
    /// What has a name is not copied.
    pub(super) values: Vec<Cow<'b, Value<'v>>>,
    scope: &'b Scope<'b, 'v>,
}

impl<'b, 'v> CallArguments<'b, 'v> {
    /// The values of all but the expression among them.
    pub(super) fn evaluate(
        builtin: &'static Builtin,
        trees: &'v [Tree],
        scope: &'b Scope<'b, 'v>,
    ) -> Result<Self, String> {
        let mut values = Vec::with_capacity(trees.len());
        for (place, tree) in trees.iter().enumerate() {
            values.push(match scope.named(tree) {
                _ if builtin.expression == Some(place) => Cow::Owned(Value::Null),
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(evaluate(tree, scope)?),
            });
        }
        Ok(Self { builtin, trees, values, scope })
    }

    /// What may still be taken for the record.
    pub(super) fn allowance(&self) -> &'b Allowance {
        self.scope.allowance()
    }

    /// What the expression among the arguments makes of a value.
    pub(super) fn apply(&self, value: &Value<'v>) -> Result<Value<'v>, String> {
        match self.builtin.expression.and_then(|place| self.trees.get(place)) {
            Some(tree) => evaluate(tree, &self.scope.at(value)),
            None => Ok(Value::Null),
        }
    }

    pub(super) fn value(&self, place: usize) -> &Value<'v> {
        self.values.get(place).map_or(&Value::Null, |value| value)
    }

    pub(super) fn any(&self, place: usize) -> Value<'v> {
        self.values.get(place).map_or(Value::Null, |value| value.clone().into_owned())
    }

    pub(super) fn refuse(&self, place: usize, expected: &str) -> String {
        let (found, name) = (self.value(place), self.builtin.name);
        format!("argument {} of {name} is {}; expected {expected}", place + 1, found.excerpt())
    }

    /// What is wrong with an element of an array.
    pub(super) fn refuse_element(&self, place: usize, element: &Value<'v>, expected: &str) -> String {
        let (found, name) = (element.excerpt(), self.builtin.name);
        format!("argument {} of {name} holds {found}; expected an array of {expected}", place + 1)
    }

    pub(super) fn text(&self, place: usize) -> Result<&str, String> {
        self.values.get(place).and_then(|value| value.text()).ok_or_else(|| self.refuse(place, "a text"))
    }

    /// A text of which all is looked through.
    pub(super) fn searched(&self, place: usize) -> Result<&str, String> {
        let text = self.text(place)?;
        self.allowance().text(text)?;
        Ok(text)
    }

    pub(super) fn elements(&self, place: usize) -> Result<Items<'_, 'v>, String> {
        let elements = |value| Value::elements(value).ok_or_else(|| self.refuse(place, "an array"));
        let value = self.value(place);
        self.allowance().step(elements(value)?.count())?;
        elements(value)
    }

    pub(super) fn members(&self, place: usize) -> Result<Vec<(Cow<'v, str>, Value<'v>)>, String> {
        self.value(place).members().ok_or_else(|| self.refuse(place, "an object"))
    }

    /// A number, where one is given.
    pub(super) fn number(&self, place: usize) -> Result<Option<Decimal>, String> {
        let Some(value) = self.values.get(place) else { return Ok(None) };
        value.number().map(Some).ok_or_else(|| self.refuse(place, "a number"))
    }

    /// A whole number, where one is given.
    pub(super) fn whole(&self, place: usize) -> Result<Option<i64>, String> {
        let Some(number) = self.number(place)? else { return Ok(None) };
        let whole = number.with_places(0).map_err(|_| self.refuse(place, "a whole number"))?.mantissa();
        // What is beyond any text is at its end.
        Ok(Some(i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })))
    }

    /// A count, where one is given.
    pub(super) fn count(&self, place: usize) -> Result<Option<usize>, String> {
        let Some(whole) = self.whole(place)? else { return Ok(None) };
        let count = usize::try_from(whole.min(i64::from(i32::MAX)));
        count.map(Some).map_err(|_| self.refuse(place, "a whole number from 0 on"))
    }
}
