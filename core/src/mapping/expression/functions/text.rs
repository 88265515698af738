//! Functions of texts. Characters are Unicode's code points.

use super::arguments::CallArguments;
use crate::mapping::limit::VALUE_BYTES;
use crate::mapping::value::{Sort, Value};

impl<'v> CallArguments<'_, 'v> {
    /// Where a text stands in a part of another.
    pub(super) fn find(&self, find: fn(&str, &str) -> Option<usize>) -> Result<Value<'v>, String> {
        let (text, wanted) = (self.searched(0)?, self.text(1)?);
        let count = text.chars().count();
        // What is no number at all is said before what is not whole.
        self.number(2)?;
        self.number(3)?;
        let start = place(count, self.whole(2)?.unwrap_or(0));
        let end = place(count, self.whole(3)?.unwrap_or(i64::MAX));
        let byte = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(byte, _)| byte);
        let part = text.get(byte(start)..byte(end)).filter(|part| !part.is_empty() && !wanted.is_empty());
        let found = part.and_then(|part| part.get(..find(part, wanted)?));
        Ok(match found {
            Some(before) => Value::number_of(((start + before.chars().count()) as u64).into()),
            None => Value::Null,
        })
    }

    pub(super) fn starts_with(&self) -> Result<Value<'v>, String> {
        Ok(Value::boolean(self.text(0)?.starts_with(self.text(1)?)))
    }

    pub(super) fn ends_with(&self) -> Result<Value<'v>, String> {
        Ok(Value::boolean(self.text(0)?.ends_with(self.text(1)?)))
    }

    pub(super) fn join(&self) -> Result<Value<'v>, String> {
        let glue = self.text(0)?;
        let mut joined = String::new();
        for (place, element) in self.elements(1)?.enumerate() {
            if place > 0 {
                self.allowance().bytes(glue.len())?;
                joined.push_str(glue);
            }
            let text = element.text().ok_or_else(|| self.refuse_element(1, &element, "texts"))?;
            self.allowance().bytes(text.len())?;
            joined.push_str(text);
        }
        Ok(Value::Text(joined.into()))
    }

    /// The text in other letters.
    pub(super) fn spelled(&self, spell: fn(&str) -> String) -> Result<Value<'v>, String> {
        Ok(Value::Text(spell(self.searched(0)?).into()))
    }

    /// The text with as many characters beside it as it lacks.
    pub(super) fn padded(&self, join: fn(&str, String) -> String) -> Result<Value<'v>, String> {
        let text = self.searched(0)?;
        let width = self.count(1)?.unwrap_or_default();
        let pad = if self.values.len() > 2 { self.text(2)? } else { " " };
        let mut characters = pad.chars();
        let (Some(character), None) = (characters.next(), characters.next()) else {
            return Err(self.refuse(2, "one character"));
        };
        let lacking = width.saturating_sub(text.chars().count());
        self.allowance().bytes(lacking.saturating_mul(character.len_utf8()))?;
        Ok(Value::Text(join(text, pad.repeat(lacking)).into()))
    }

    pub(super) fn replace(&self) -> Result<Value<'v>, String> {
        let (text, old, new) = (self.searched(0)?, self.text(1)?, self.text(2)?);
        let most = self.count(3)?.unwrap_or(usize::MAX);
        let count = text.matches(old).take(most).count();
        self.allowance().bytes(text.len().saturating_add(count.saturating_mul(new.len())))?;
        Ok(Value::Text(text.replacen(old, new, count).into()))
    }

    pub(super) fn split(&self) -> Result<Value<'v>, String> {
        let (text, mark) = (self.searched(0)?, self.text(1)?);
        let most = self.count(2)?.unwrap_or(usize::MAX);
        let mut parts = Vec::new();
        let mut take = |part: &str| {
            parts.push(Value::Text(part.to_owned().into()));
            self.allowance().bytes(VALUE_BYTES + part.len())
        };
        if !mark.is_empty() {
            text.splitn(most.saturating_add(1), mark).try_for_each(take)?;
            return Ok(Value::array(parts));
        }
        let mut rest = text;
        for _ in 0..most {
            let Some(first) = rest.chars().next() else { break };
            let (character, others) = rest.split_at(first.len_utf8());
            take(character)?;
            rest = others;
        }
        if !rest.is_empty() || most == 0 {
            take(rest)?;
        }
        Ok(Value::array(parts))
    }

    /// The text without certain characters at its ends.
    pub(super) fn trimmed(&self, left: bool, right: bool) -> Result<Value<'v>, String> {
        let text = self.searched(0)?;
        let characters = if self.values.len() > 1 { self.searched(1)? } else { "" };
        let goes = |character: char| match characters {
            "" => character.is_whitespace(),
            characters => characters.contains(character),
        };
        let text = if left { text.trim_start_matches(goes) } else { text };
        let text = if right { text.trim_end_matches(goes) } else { text };
        Ok(Value::Text(text.to_owned().into()))
    }
}

/// A place in so many characters, counted from the end when it is negative.
fn place(count: usize, place: i64) -> usize {
    // What is further than a text can be is at its end, also where a place has 32 bits.
    let distance = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
    if place < 0 { count.saturating_sub(distance) } else { distance.min(count) }
}

/// A text as it is, and anything else as its JSON.
pub(super) fn of_json(value: Value<'_>) -> Value<'_> {
    if value.sort() == Sort::Text {
        return value;
    }
    let mut text = String::new();
    value.write(&mut text);
    Value::Text(compact(&text).into())
}

/// JSON without the spaces that the record has between its tokens.
fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    let (mut is_text, mut is_escaped) = (false, false);
    for character in json.chars() {
        if is_text || !matches!(character, ' ' | '\n' | '\r' | '\t') {
            compact.push(character);
        }
        is_text ^= character == '"' && !is_escaped;
        is_escaped = is_text && character == '\\' && !is_escaped;
    }
    compact
}
