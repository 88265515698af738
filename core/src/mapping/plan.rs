//! The body that rules build together: which members stand in which objects, and what is written there.

use std::borrow::Cow;

use super::finding::Findings;
use super::rule::{Each, Entry, Item, Rule};
use crate::catalog::field::{Field, Object, Shape};
use crate::json::{nearest, token};

/// A part of a body.
#[derive(Debug)]
pub(super) enum Plan {
    Object(Vec<Member>),
    /// Elements by their places.
    Array(Vec<(u32, Plan)>),
    Leaf(Leaf),
    /// Elements that come of arrays of the record, one array after the other.
    List(Vec<List>),
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// A comma, the name as JSON and a colon.
    pub(super) prefix: String,
    pub(super) plan: Plan,
    /// What the catalog knows of it.
    pub(super) field: Option<&'static Field>,
}

/// A value: the first of these rules that has one gives it.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) rules: Vec<Rule>,
    pub(super) shape: Option<&'static Shape>,
}

/// Elements from one array of the record.
#[derive(Debug)]
pub(super) struct List {
    pub(super) each: Each,
    pub(super) item: Plan,
}

/// Builds the body's plan. What does not fit the shape is a finding.
pub(super) fn build(
    entries: Vec<Entry>,
    base: &str,
    shape: Option<&'static Shape>,
    findings: &mut Findings,
) -> Plan {
    let mut root = Plan::Object(Vec::new());
    for entry in entries {
        let names: Vec<String> = tokens(entry.to().get(base.len()..).unwrap_or_default());
        let pointer = format!("{}/to", entry.pointer());
        let to = entry.to().to_owned();
        let mut builder = Builder { pointer: &pointer, to: &to, findings: &mut *findings };
        builder.insert(&mut root, &names, shape, entry);
    }
    root
}

/// The names in a JSON Pointer.
pub(super) fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

/// One rule on its way to its place.
struct Builder<'b> {
    pointer: &'b str,
    to: &'b str,
    findings: &'b mut Findings,
}

impl Builder<'_> {
    fn insert(&mut self, plan: &mut Plan, names: &[String], shape: Option<&'static Shape>, entry: Entry) {
        let Some((name, rest)) = names.split_first() else { return self.place(plan, shape, entry) };
        if is_vacant(plan) {
            *plan = if is_element(name, shape) { Plan::Array(Vec::new()) } else { Plan::Object(Vec::new()) };
        }
        match plan {
            Plan::Object(members) => {
                let (shape, field) = self.member(name, shape);
                let place = members.iter().position(|member| member.name == *name).unwrap_or_else(|| {
                    let mut prefix = String::from(",");
                    super::value::write_text(name, &mut prefix);
                    prefix.push(':');
                    members.push(Member { name: name.clone(), prefix, plan: vacant(), field });
                    members.len() - 1
                });
                self.insert(&mut members[place].plan, rest, shape, entry);
            }
            Plan::Array(elements) => match name.parse::<u32>() {
                Ok(index) if name.bytes().all(|digit| digit.is_ascii_digit()) => {
                    let shape = element_shape(shape);
                    let place = elements.binary_search_by_key(&index, |(known, _)| *known);
                    let place = place.unwrap_or_else(|place| {
                        elements.insert(place, (index, vacant()));
                        place
                    });
                    self.insert(&mut elements[place].1, rest, shape, entry);
                }
                Ok(_) | Err(_) => self.collides(&format!("{name:?} is no place in an array")),
            },
            Plan::Leaf(leaf) => {
                let other = leaf.rules.first().map(|rule| rule.pointer.to_string()).unwrap_or_default();
                self.collides(&format!("{other} writes a value around it"));
            }
            Plan::List(lists) => {
                let other = lists.first().map(|list| list.each.pointer.clone()).unwrap_or_default();
                self.collides(&format!("{other} writes the whole array"));
            }
        }
    }

    fn collides(&mut self, reason: &str) {
        self.findings.error(self.pointer, format!("nothing can be written to {}: {reason}", self.to));
    }

    /// What the catalog says of a member.
    fn member(
        &mut self,
        name: &str,
        shape: Option<&'static Shape>,
    ) -> (Option<&'static Shape>, Option<&'static Field>) {
        match shape {
            Some(Shape::Object(object)) => match object.fields.iter().find(|field| field.name == name) {
                Some(field) => (Some(&field.shape), Some(field)),
                None => {
                    self.unknown(name, object);
                    (None, None)
                }
            },
            Some(Shape::Map { of, .. }) => (Some(of), None),
            Some(Shape::Any) | None => (None, None),
            Some(other) => {
                self.findings
                    .error(self.pointer, format!("{} goes into {other}, which has no members", self.to));
                (None, None)
            }
        }
    }

    fn unknown(&mut self, name: &str, object: &Object) {
        let known = || object.fields.iter().map(|field| field.name);
        let meant = nearest(name, known());
        let hint = match meant {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("known are {}", known().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("the target has no member {name:?} that is known; {hint}");
        // Where more members exist than are known, only a likely slip is surely wrong.
        if object.open && meant.is_none() {
            self.findings.warn(self.pointer, message);
        } else {
            self.findings.error(self.pointer, message);
        }
    }

    fn place(&mut self, plan: &mut Plan, shape: Option<&'static Shape>, entry: Entry) {
        match entry {
            Entry::Rule(rule) => {
                if is_vacant(plan) {
                    *plan = Plan::Leaf(Leaf { rules: Vec::new(), shape });
                }
                match plan {
                    Plan::Leaf(leaf) => leaf.rules.push(*rule),
                    Plan::Object(_) | Plan::Array(_) | Plan::List(_) => {
                        self.collides("other rules write within it");
                    }
                }
            }
            Entry::Each(each) => {
                let list = self.list(*each, shape);
                if is_vacant(plan) {
                    *plan = Plan::List(Vec::new());
                }
                match plan {
                    Plan::List(lists) => lists.push(list),
                    Plan::Object(_) | Plan::Array(_) | Plan::Leaf(_) => {
                        self.collides("other rules write it or within it");
                    }
                }
            }
        }
    }

    fn list(&mut self, mut each: Each, shape: Option<&'static Shape>) -> List {
        match shape {
            Some(Shape::Array { .. } | Shape::Any) | None => {}
            Some(other) => {
                let message = format!("`each` writes an array, and {} is {other}", self.to);
                self.findings.error(self.pointer, message);
            }
        }
        let of = element_shape(shape);
        let item = match &mut each.item {
            Item::Fields(entries) => {
                build(std::mem::take(entries), &format!("{}/*", each.to), of, &mut *self.findings)
            }
            Item::Value(rule) => Plan::Leaf(Leaf { rules: vec![(**rule).clone()], shape: of }),
        };
        List { each, item }
    }
}

fn vacant() -> Plan {
    Plan::Object(Vec::new())
}

fn is_vacant(plan: &Plan) -> bool {
    match plan {
        Plan::Object(members) => members.is_empty(),
        Plan::Array(_) | Plan::Leaf(_) | Plan::List(_) => false,
    }
}

/// Whether a name is a place in an array: where the catalog says nothing, digits are.
fn is_element(name: &str, shape: Option<&'static Shape>) -> bool {
    match shape {
        Some(Shape::Array { .. }) => true,
        Some(Shape::Any) | None => name.bytes().all(|byte| byte.is_ascii_digit()),
        Some(_) => false,
    }
}

fn element_shape(shape: Option<&'static Shape>) -> Option<&'static Shape> {
    match shape {
        Some(Shape::Array { of, .. }) => Some(of),
        Some(_) | None => None,
    }
}

impl Plan {
    /// The part at a JSON Pointer relative to this one.
    pub(super) fn at(&self, pointer: &str) -> Option<&Plan> {
        tokens(pointer).iter().try_fold(self, |plan, name| match plan {
            Plan::Object(members) => {
                members.iter().find(|member| member.name == *name).map(|member| &member.plan)
            }
            Plan::Array(elements) => {
                let place = name.parse::<u32>().ok()?;
                elements.iter().find(|(known, _)| *known == place).map(|(_, plan)| plan)
            }
            Plan::Leaf(_) | Plan::List(_) => None,
        })
    }

    /// The rules of the part at a JSON Pointer.
    pub(super) fn rules_at(&mut self, pointer: &str) -> Option<&mut Vec<Rule>> {
        let mut plan = self;
        for name in tokens(pointer) {
            plan = match plan {
                Plan::Object(members) => {
                    members.iter_mut().find(|member| member.name == name).map(|member| &mut member.plan)?
                }
                Plan::Array(elements) => {
                    let place = name.parse::<u32>().ok()?;
                    elements.iter_mut().find(|(known, _)| *known == place).map(|(_, plan)| plan)?
                }
                Plan::Leaf(_) | Plan::List(_) => return None,
            };
        }
        match plan {
            Plan::Leaf(leaf) => Some(&mut leaf.rules),
            Plan::Object(_) | Plan::Array(_) | Plan::List(_) => None,
        }
    }

    /// Whether something may be written at a JSON Pointer: there, or as part of what is passed on whole.
    pub(super) fn reaches(&self, pointer: &str) -> bool {
        let mut plan = self;
        for name in tokens(pointer) {
            plan = match plan {
                Plan::Leaf(_) => return true,
                Plan::Object(_) | Plan::Array(_) => match plan.at(&format!("/{}", token(&name))) {
                    Some(inner) => inner,
                    None => return false,
                },
                Plan::List(lists) => match lists.first() {
                    Some(list) => &list.item,
                    None => return false,
                },
            };
        }
        true
    }
}

/// Where a rule's value goes, with places for the stars.
pub(super) fn placed<'t>(to: &'t str, places: &[usize]) -> Cow<'t, str> {
    if !to.contains('*') {
        return to.into();
    }
    let mut places = places.iter();
    let parts = to.split('/').map(|token| match token {
        "*" => places.next().map_or_else(|| "*".to_owned(), usize::to_string),
        other => other.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/").into()
}
