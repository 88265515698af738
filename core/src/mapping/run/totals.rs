//! Holding the body against the totals that the record states.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Run, told_source};
use crate::mapping::expression::Scope;
use crate::mapping::plan::tokens;
use crate::mapping::tape::Tape;
use crate::mapping::total::{ControlTotal, RoundingRow, Tolerance};
use crate::mapping::transform::{Arithmetic, Notation, calculate, minor_unit, read_number};
use crate::mapping::value::{Value, write_text};
use crate::output::Failure;
use crate::value::Decimal;

/// Where arrays stand that rows may be added to, by their places in the body.
#[derive(Debug, Default)]
pub(super) struct ArrayEnds(BTreeMap<String, ArrayEnd>);

#[derive(Clone, Copy, Debug)]
struct ArrayEnd {
    /// Where in the text it begins.
    start: usize,
    /// Where in the text one more element goes.
    at: usize,
    /// How many there are.
    count: usize,
}

/// The body as far as it is known, which is the same for all totals until a row is added.
enum KnownBody<'v> {
    Columns(Value<'v>),
    /// What was written, read again.
    Read(Tape<'static>),
}

impl ArrayEnds {
    /// Takes note of an array: where it begins, and where one more element goes.
    pub(super) fn note(&mut self, to: &str, place: Range<usize>, count: usize) {
        self.0.insert(to.to_owned(), ArrayEnd { start: place.start, at: place.end, count });
    }

    /// How many elements the array of a member of the body itself has, if it is there.
    pub(super) fn count(&self, name: &str) -> Option<usize> {
        self.member(name).map(|end| end.count)
    }

    /// The array of a member of the body itself.
    fn member(&self, name: &str) -> Option<&ArrayEnd> {
        // A place further in is written with the same letters, and so is a name with marks of its own.
        let is_name = !name.contains(['/', '~']);
        self.0.iter().find(|(to, _)| is_name && to.strip_prefix('/') == Some(name)).map(|(_, end)| end)
    }
}

impl<'v> Run<'v> {
    /// Judges the body by every total of the document.
    pub(super) fn totals(&mut self) {
        if !self.failures.is_empty() {
            return;
        }
        let mut body = None;
        for total in &self.compiled.totals {
            let stated = match self.pick(&total.is) {
                Ok(value) => value,
                Err(reason) => {
                    self.fail_total(total, &Value::Null, reason);
                    continue;
                }
            };
            if let Err(reason) = self.total(total, &stated, &mut body) {
                self.fail_total(total, &stated, reason);
            }
        }
    }

    fn total(
        &mut self,
        total: &'v ControlTotal,
        stated: &Value<'v>,
        body: &mut Option<KnownBody<'v>>,
    ) -> Result<(), String> {
        let is_said = !stated.is_null() && stated.text().is_none_or(|text| !text.trim().is_empty());
        if !is_said {
            let reason = || format!("the record does not state {}, by which it is checked", total.name);
            return if total.is_optional { Ok(()) } else { Err(reason()) };
        }
        let stated = read_number(stated, &self.compiled.document.reading)?;
        let made = self.body_total(total, body)?;
        let difference = calculate(stated, Arithmetic::Minus, made)?;
        if difference == Decimal::default() {
            return Ok(());
        }
        let limit = self.limit(&total.within)?;
        if difference > limit || calculate(difference, Arithmetic::Plus, limit)? < Decimal::default() {
            return Err(format!(
                "{} is {stated}, and what is written comes to {made}: a difference of {difference}, of which {} is accepted",
                total.name,
                if limit == Decimal::default() { "none".to_owned() } else { format!("at most {limit}") }
            ));
        }
        let Some(row) = &total.row else { return Ok(()) };
        self.add(row, difference)?;
        *body = None;
        let mended = self.body_total(total, body)?;
        if mended == stated {
            return Ok(());
        }
        Err(format!(
            "{} is {stated}, and what is written came to {made}; with the row for the difference of {difference} it comes to {mended}",
            total.name
        ))
    }

    fn limit(&self, within: &'v Tolerance) -> Result<Decimal, String> {
        match within {
            Tolerance::Amount(amount) => Ok(*amount),
            Tolerance::Minor { units, currency } => {
                let unit = minor_unit(&self.operand(currency)?)?;
                let stated = self.operand(units)?;
                let count = read_number(&stated, &Notation::default())
                    .ok()
                    .filter(|count| *count >= Decimal::default())
                    .ok_or_else(|| {
                        let (text, found) = (units.as_str(), stated.excerpt());
                        format!("the limit is {text} of the smallest units, which is {found}; expected a number from 0 on")
                    })?;
                calculate(unit, Arithmetic::Times, count)
            }
        }
    }

    /// What the body comes to.
    fn body_total(
        &self,
        total: &'v ControlTotal,
        body: &mut Option<KnownBody<'v>>,
    ) -> Result<Decimal, String> {
        let (gathered, read);
        let value = if let Some(slot) = total.gathered {
            gathered = Value::array(self.gathered.get(slot.0).cloned().unwrap_or_default());
            &gathered
        } else {
            let body = match body {
                Some(body) => body,
                None => body.insert(self.known_body()?),
            };
            match body {
                KnownBody::Columns(columns) => &*columns,
                KnownBody::Read(tape) => {
                    read = Value::of(tape.root());
                    &read
                }
            }
        };
        let scope = Scope::new(value, None, value, &self.allowance);
        let made = total.equals.evaluate(&scope).map_err(|reason| match self.ends.0.is_empty() {
            true => format!("what is written has no rows, so that it comes to nothing: {reason}"),
            false => format!("what is written: {reason}"),
        })?;
        read_number(&made, &Notation::default())
            .map_err(|reason| format!("what is written comes to {}; {reason}", made.excerpt()))
    }

    fn known_body(&self) -> Result<KnownBody<'v>, String> {
        match &self.compiled.columns_in_totals {
            Some(columns) => self.body_of_columns(columns).map(KnownBody::Columns),
            None => self.read_body().map(KnownBody::Read),
        }
    }

    /// The body as far as it is known and the totals look at it: null where an id goes.
    fn read_body(&self) -> Result<Tape<'static>, String> {
        self.allowance.step(self.out.len() / 16 + 1)?;
        self.allowance.bytes(2 * self.out.len())?;
        let mut text = String::with_capacity(self.out.len() + self.holes.len() * 4);
        match self.arrays_in_totals() {
            Some(arrays) => {
                text.push('{');
                for (name, place) in arrays {
                    if text.len() > 1 {
                        text.push(',');
                    }
                    write_text(name, &mut text);
                    text.push(':');
                    self.known_part(place, &mut text);
                }
                text.push('}');
            }
            None => self.known_part(0..self.out.len(), &mut text),
        }
        Tape::of(text.into())
    }

    /// The members of the body that the totals look at, when that is all that they do and each is an array that is
    /// there.
    fn arrays_in_totals(&self) -> Option<Vec<(&'v str, Range<usize>)>> {
        let names = self.compiled.members_in_totals.as_ref()?;
        let place = |end: &ArrayEnd| end.start..end.at + 1;
        names.iter().map(|name| Some((name.as_str(), self.ends.member(name).map(place)?))).collect()
    }

    fn known_part(&self, place: Range<usize>, text: &mut String) {
        let mut at = place.start;
        for hole in self.holes.iter().filter(|hole| place.contains(&hole.at)) {
            text.push_str(self.out.get(at..hole.at).unwrap_or_default());
            text.push_str("null");
            at = hole.at;
        }
        text.push_str(self.out.get(at..place.end).unwrap_or_default());
    }

    /// Adds the row of a difference.
    fn add(&mut self, row: &'v RoundingRow, difference: Decimal) -> Result<(), String> {
        let nowhere = || format!("nothing was written to {}, so that no row can be added there", row.each.to);
        let list = row.list.as_ref().ok_or_else(nowhere)?;
        let known = self.ends.0.get(&row.each.to).copied();
        // An array of the body itself can be begun, as its last member.
        let begins = known.is_none() && !row.each.to[1..].contains('/') && self.out.ends_with('}');
        let end = match known {
            Some(end) => end,
            None if begins => ArrayEnd { start: self.out.len() - 1, at: self.out.len() - 1, count: 0 },
            None => return Err(nowhere()),
        };
        for slot in &list.forgotten {
            self.forget(*slot);
        }
        if let Some(slot) = row.difference {
            self.keep(slot, Value::number_of(difference));
        }
        let (start, holes) = (self.out.len(), self.holes.len());
        self.places.push(end.count);
        let is_first = self.out == "{}";
        if begins {
            let comma = if is_first { "" } else { "," };
            let name = tokens(&row.each.to).concat();
            self.out.push_str(comma);
            write_text(&name, &mut self.out);
            self.out.push_str(":[");
        }
        let opening = self.out.len().saturating_sub(start + 1);
        let is_written = self.element(&list.item, begins);
        if begins {
            self.out.push(']');
        }
        self.places.pop();
        if !is_written {
            self.out.truncate(start);
            return Err("the row for the difference came to nothing".to_owned());
        }
        let text = self.out.split_off(start);
        self.out.insert_str(end.at, &text);
        for hole in self.holes.iter_mut().take(holes).filter(|hole| hole.from > end.at) {
            hole.from += text.len();
            hole.at += text.len();
        }
        for hole in self.holes.iter_mut().skip(holes) {
            hole.from = hole.from - start + end.at;
            hole.at = hole.at - start + end.at;
        }
        self.holes.sort_by_key(|hole| hole.at);
        if begins {
            self.ends.note(&row.each.to, end.at + opening..end.at + text.len() - 1, 1);
            return Ok(());
        }
        for (to, known) in &mut self.ends.0 {
            if *to == row.each.to {
                known.count += 1;
                known.at += text.len();
            } else if known.at > end.at {
                // What stands around it begins before it.
                known.start += if known.start > end.at { text.len() } else { 0 };
                known.at += text.len();
            }
        }
        Ok(())
    }

    fn fail_total(&mut self, total: &'v ControlTotal, stated: &Value<'v>, reason: String) {
        if self.is_over {
            return;
        }
        self.note(Failure {
            record: None,
            rule: total.pointer.clone(),
            target: String::new(),
            source: told_source(&total.is.expression.text, &total.name),
            value: stated.excerpt(),
            reason,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::ArrayEnds;

    #[test]
    fn arrays_of_the_body_itself_are_told_from_those_further_in() {
        let mut ends = ArrayEnds::default();
        ends.note("/rows", 8..20, 1);
        ends.note("/customer/tags", 30..40, 2);
        assert_eq!(ends.member("rows").map(|end| (end.start, end.at, end.count)), Some((8, 20, 1)));
        for other in ["customer/tags", "tags", "/rows", "row", ""] {
            assert!(ends.member(other).is_none(), "{other:?}");
        }
    }
}
