//! Functions of arrays, and of whatever has a length.

use rust_decimal::Decimal as Exact;

use super::super::evaluate::equal;
use super::arguments::CallArguments;
use super::exact;
use crate::mapping::limit::VALUE_BYTES;
use crate::mapping::transform::{Arithmetic, calculate};
use crate::mapping::value::{Sort, Value};
use crate::value::Decimal;

impl<'v> CallArguments<'_, 'v> {
    pub(super) fn rounded(&self, change: fn(&Exact) -> Exact) -> Result<Value<'v>, String> {
        exact(self.builtin, self.value(0)).map(|value| Value::number_of(change(&value.into()).into()))
    }

    pub(super) fn average(&self) -> Result<Value<'v>, String> {
        let count = self.elements(0)?.count() as u64;
        if count == 0 {
            return Ok(Value::Null);
        }
        let sum = self.elements(0)?.try_fold(Decimal::default(), |sum, element| {
            calculate(sum, Arithmetic::Plus, exact(self.builtin, &element)?)
        })?;
        // As many digits as can be held: whoever asks for an average of prices rounds it.
        let average = Exact::from(sum).checked_div(count.into());
        let average = average.ok_or("the average has too many digits")?;
        Ok(Value::number_of(average.normalize().into()))
    }

    pub(super) fn contains(&self) -> Result<Value<'v>, String> {
        let (subject, wanted) = (self.value(0), self.value(1));
        if let Some(text) = subject.text() {
            self.allowance().text(text)?;
            return Ok(Value::boolean(wanted.text().is_some_and(|wanted| text.contains(wanted))));
        }
        let mut elements = subject.elements().ok_or_else(|| self.refuse(0, "a text or an array"))?;
        self.allowance().look_at(subject)?;
        Ok(Value::boolean(elements.any(|element| equal(&element, wanted))))
    }

    pub(super) fn length(&self) -> Result<Value<'v>, String> {
        let subject = self.value(0);
        let length = match subject.sort() {
            Sort::Text => subject.text().unwrap_or_default().chars().count(),
            Sort::Array => subject.elements().map_or(0, Iterator::count),
            Sort::Object => subject.members().unwrap_or_default().len(),
            Sort::Null | Sort::Boolean | Sort::Number => {
                return Err(self.refuse(0, "a text, an array or an object"));
            }
        };
        self.allowance().step(length)?;
        Ok(Value::number_of((length as u64).into()))
    }

    pub(super) fn map(&self) -> Result<Value<'v>, String> {
        self.elements(1)?.map(|element| self.apply(&element)).collect::<Result<_, _>>().map(Value::array)
    }

    pub(super) fn reverse(&self) -> Result<Value<'v>, String> {
        let subject = self.value(0);
        if let Some(text) = subject.text() {
            return Ok(Value::Text(text.chars().rev().collect::<String>().into()));
        }
        let elements = subject.elements().ok_or_else(|| self.refuse(0, "a text or an array"))?;
        let mut elements: Vec<Value<'v>> = elements.collect();
        elements.reverse();
        Ok(Value::array(elements))
    }

    pub(super) fn to_array(&self) -> Result<Value<'v>, String> {
        Ok(match self.any(0) {
            value if value.sort() == Sort::Array => value,
            value => Value::array(vec![value]),
        })
    }

    /// The first elements of each array together, then the second ones, as long as all have one.
    pub(super) fn zip(&self) -> Result<Value<'v>, String> {
        let mut arrays = Vec::with_capacity(self.values.len());
        for place in 0..self.values.len() {
            arrays.push(self.elements(place)?);
        }
        let mut rows = Vec::new();
        while let Some(row) = arrays.iter_mut().map(Iterator::next).collect::<Option<Vec<Value<'v>>>>() {
            self.allowance().bytes(VALUE_BYTES.saturating_mul(row.len() + 1))?;
            rows.push(Value::array(row));
        }
        Ok(Value::array(rows))
    }
}
