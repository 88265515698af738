//! Writing the body part by part: objects, arrays, and a list's element for each one of the record.

use std::borrow::Cow;

use super::{Entrance, Run};
use crate::mapping::listed::{not_an_array, not_an_object};
use crate::mapping::plan::{BodyPlan, List};
use crate::mapping::tape::TokenKind;
use crate::mapping::value::Value;

impl<'v> Run<'v> {
    /// Writes a part of the body, if there is anything to write, and says whether. `from` is where what belongs
    /// to it begins: a comma and its name.
    pub(super) fn write(&mut self, plan: &'v BodyPlan, from: usize) -> bool {
        match plan {
            BodyPlan::Leaf(leaf) => self.leaf(leaf, from),
            BodyPlan::Kept(leaf) => {
                let before = self.out.len();
                self.leaf(leaf, from);
                self.out.truncate(before);
                false
            }
            BodyPlan::Object(members) => {
                let start = self.out.len();
                self.out.push('{');
                let mut is_first = true;
                for member in members {
                    let before = self.out.len();
                    if let BodyPlan::Kept(_) = member.plan {
                        self.write(&member.plan, before);
                        continue;
                    }
                    let prefix = member.prefix.as_str();
                    self.out.push_str(if is_first { prefix.get(1..).unwrap_or_default() } else { prefix });
                    if self.write(&member.plan, before) {
                        is_first = false;
                    } else {
                        self.out.truncate(before);
                    }
                }
                self.close(start, '}', is_first)
            }
            BodyPlan::Array(elements) => {
                let start = self.out.len();
                self.out.push('[');
                let mut is_first = true;
                for (_, element) in elements {
                    is_first &= !self.element(element, is_first);
                }
                self.close(start, ']', is_first)
            }
            BodyPlan::List(lists) => {
                let start = self.out.len();
                self.out.push('[');
                self.places.push(0);
                let mut is_first = true;
                for list in lists {
                    self.list(list, &mut is_first);
                }
                let count = self.places.pop().unwrap_or_default();
                let is_watched = !is_first && !self.compiled.totals.is_empty();
                if let (Some(list), true) = (lists.first(), is_watched) {
                    self.ends.note(&list.each.to, start..self.out.len(), count);
                }
                self.close(start, ']', is_first)
            }
        }
    }

    fn close(&mut self, start: usize, closing: char, is_empty: bool) -> bool {
        if is_empty {
            self.out.truncate(start);
        } else {
            self.out.push(closing);
        }
        !is_empty
    }

    pub(super) fn element(&mut self, plan: &'v BodyPlan, is_first: bool) -> bool {
        let before = self.out.len();
        if !is_first {
            self.out.push(',');
        }
        let written = self.write(plan, before);
        if !written {
            self.out.truncate(before);
        }
        written
    }

    fn list(&mut self, list: &'v List, is_first: &mut bool) {
        let each = &list.each;
        match each.when.as_ref().map_or(Ok(true), |when| self.holds(when)) {
            Ok(true) => {}
            Ok(false) => return,
            Err(reason) => {
                return self.fail_each(each, &Value::Null, format!("`when` cannot be evaluated: {reason}"));
            }
        }
        let value = match self.pick_list(&each.elements) {
            Ok(value) => value,
            Err(reason) => return self.fail_each(each, &Value::Null, reason),
        };
        self.count_sharers(list, &value);
        let mut written = 0;
        // Once the allowance is used up, what is left comes to nothing.
        match (&value, &each.split) {
            (Value::Null, _) => {}
            (Value::Node(node), _) if node.kind() == TokenKind::Array => {
                for (place, element) in node.elements().enumerate() {
                    written += usize::from(self.one(list, Value::of(element), place, is_first));
                }
            }
            (Value::Array(elements), _) => {
                for (place, element) in elements.iter().enumerate() {
                    written += usize::from(self.one(list, element.clone(), place, is_first));
                }
            }
            (value, Some(split)) if value.text().is_some() => {
                let text = value.text().unwrap_or_default();
                for (place, part) in text.split(split.as_str()).enumerate() {
                    let part = Value::Text(Cow::Owned(part.trim().to_owned()));
                    written += usize::from(self.one(list, part, place, is_first));
                }
            }
            (value, _) => return self.fail_each(each, value, not_an_array(value)),
        }
        self.check_shares(list);
        if written == 0 && each.required && self.failures.is_empty() && !self.is_over {
            self.fail_each(each, &value, "it is required, and nothing came of it".to_owned());
        }
    }

    fn one(&mut self, list: &'v List, element: Value<'v>, place: usize, is_first: &mut bool) -> bool {
        if self.is_over {
            return false;
        }
        // Finding the plain paths of an element looks at its members.
        let walked = if let Value::Node(node) = &element { node.span() } else { 1 };
        if let Err(reason) = self.allowance.step(walked).and_then(|()| self.allowance.made(&element)) {
            self.fail_each(&list.each, &Value::Null, reason);
            return false;
        }
        for slot in &list.forgotten {
            self.forget(*slot);
        }
        let unfit = if list.each.has_objects { not_an_object(&element) } else { None };
        if let Some(reason) = unfit {
            self.enter(list.each.level, element.clone(), Entrance::Element { each: &list.each, place });
            self.fail_element(&list.each, &element, reason);
            return false;
        }
        self.enter(list.each.level, element, Entrance::Element { each: &list.each, place });
        match list.each.only.as_ref().map_or(Ok(true), |only| self.holds(only)) {
            Ok(true) => {}
            Ok(false) => return false,
            Err(reason) => {
                let reason = format!("`where` cannot be evaluated: {reason}");
                self.fail_each(&list.each, &Value::Null, reason);
                return false;
            }
        }
        let written = self.element(&list.item, *is_first);
        if written {
            *is_first = false;
            if let Some(place) = self.places.last_mut() {
                *place += 1;
            }
        }
        written
    }
}
