//! The columns that totals look at: taken note of as they are written, so that the body need not be read again.

use std::borrow::Cow;

use super::Run;
use crate::mapping::limit::VALUE_BYTES;
use crate::mapping::total::TotalColumn;
use crate::mapping::value::Value;
use crate::value::Decimal;

impl<'v> Run<'v> {
    /// Takes note of what the element that is being written has in a column.
    pub(super) fn watch(&mut self, column: usize, value: &Value<'v>) {
        let place = self.places.last().copied().unwrap_or_default();
        let known = self.compiled.columns_in_totals.as_ref().and_then(|columns| columns.get(column));
        let number = match value {
            Value::Text(digits) | Value::Number(digits) if known.is_some_and(|known| known.is_number) => {
                Decimal::parse_plain(digits)
            }
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Text(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        };
        if let Some(column) = self.columns.get_mut(column) {
            column.push((place, number.map_or_else(|| value.clone(), Value::Computed)));
        }
    }

    /// Forgets what was written last: which of two things stands there is not known yet.
    pub(super) fn unwatch(&mut self, column: usize) {
        if let Some(column) = self.columns.get_mut(column) {
            column.pop();
        }
    }

    /// The body with these columns alone, which are in the order of their arrays.
    pub(super) fn body_of_columns(&self, columns: &'v [TotalColumn]) -> Result<Value<'v>, String> {
        let mut body: Vec<(Cow<'v, str>, Value<'v>)> = Vec::new();
        let mut written = columns.iter().zip(&self.columns).peekable();
        while let Some((TotalColumn { array, .. }, _)) = written.peek() {
            let count = self.ends.count(array);
            let mut elements = vec![Vec::new(); count.unwrap_or_default()];
            self.allowance.bytes(VALUE_BYTES.saturating_mul(elements.len()))?;
            while let Some((column, values)) = written.next_if(|(column, _)| column.array == *array) {
                self.allowance.bytes(2 * VALUE_BYTES.saturating_mul(values.len()))?;
                for (place, value) in values {
                    if let Some(element) = elements.get_mut(*place) {
                        element.push((Cow::Borrowed(column.member.as_str()), value.clone()));
                    }
                }
            }
            if count.is_some() {
                let elements = elements.into_iter().map(|members| Value::Object(members.into())).collect();
                body.push((Cow::Borrowed(array.as_str()), Value::Array(elements)));
            }
        }
        Ok(Value::Object(body.into()))
    }
}
