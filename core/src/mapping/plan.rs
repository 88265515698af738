//! The body that rules build together: which members stand in which objects, and what is written there.

use std::borrow::Cow;

use super::finding::Findings;
use super::made::{MadeBook, MadeSlot};
use super::rule::{Each, EachItem, FieldEntry, MappingRule};
use super::total::ControlTotal;
use crate::catalog::field::{Field, Object, Shape};
use crate::json::{nearest, token};

/// A part of a body.
#[derive(Debug)]
pub(super) enum BodyPlan {
    Object(Vec<BodyMember>),
    /// Elements by their places.
    Array(Vec<(u32, BodyPlan)>),
    Leaf(Leaf),
    /// A value that is not written, but kept for the rules behind it.
    Kept(Leaf),
    /// Elements that come of arrays of the record, one array after the other.
    List(Vec<List>),
}

#[derive(Debug)]
pub(super) struct BodyMember {
    pub(super) name: String,
    /// A comma, the name as JSON and a colon.
    pub(super) prefix: String,
    pub(super) plan: BodyPlan,
    /// What the catalog knows of it.
    pub(super) field: Option<&'static Field>,
}

/// A value: the first of these rules that has one gives it.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) rules: Vec<MappingRule>,
    pub(super) shape: Option<&'static Shape>,
    /// Where its value is kept for the rules behind it.
    pub(super) kept: Option<MadeSlot>,
    /// Where it is gathered with those of other elements.
    pub(super) gathered: Option<MadeSlot>,
    /// Which of the columns that totals look at it is in.
    pub(super) column: Option<usize>,
}

impl Leaf {
    fn new(rules: Vec<MappingRule>, shape: Option<&'static Shape>) -> Self {
        Self { rules, shape, kept: None, gathered: None, column: None }
    }
}

/// Elements from one array of the record.
#[derive(Debug)]
pub(super) struct List {
    pub(super) each: Each,
    pub(super) item: BodyPlan,
    /// What is kept of one element only.
    pub(super) forgotten: Vec<MadeSlot>,
    /// Whether a rule of its elements gives each a share of something.
    pub(super) has_shares: bool,
    /// The rules, of its elements or of those within them, whose shares must have come to the amount at its end.
    pub(super) shared: Vec<MappingRule>,
}

/// Builds the body's plan. What does not fit the shape is a finding.
pub(super) fn build(
    entries: Vec<FieldEntry>,
    base: &str,
    shape: Option<&'static Shape>,
    findings: &mut Findings,
) -> BodyPlan {
    let mut root = BodyPlan::Object(Vec::new());
    for entry in entries {
        if let (FieldEntry::Rule(rule), BodyPlan::Object(members)) = (&entry, &mut root)
            && rule.kept_as.is_some()
        {
            members.push(kept((**rule).clone()));
            continue;
        }
        let names: Vec<String> = tokens(entry.to().get(base.len()..).unwrap_or_default());
        let pointer = format!("{}/to", entry.pointer());
        let to = entry.to().to_owned();
        let mut builder = Insertion { pointer: &pointer, to: &to, findings: &mut *findings };
        builder.insert(&mut root, &names, shape, entry);
    }
    root
}

/// Builds the rows that take up differences, and gives all that is kept its place.
pub(super) fn settle(
    plan: &mut BodyPlan,
    totals: &mut [ControlTotal],
    made: MadeBook,
    shape: Option<&'static Shape>,
    findings: &mut Findings,
) {
    let mut rows = Vec::new();
    for row in totals.iter_mut().filter_map(|total| total.row.as_mut()) {
        let to = row.each.to.clone();
        let pointer = format!("{}/to", row.each.pointer);
        if !matches!(plan.at(&to), Some(BodyPlan::List(_))) {
            findings.error(pointer, format!("no `each` writes {to}, so that no row can be added there"));
            continue;
        }
        let shape = tokens(&to).iter().fold(shape, |shape, name| match shape {
            Some(Shape::Object(object)) => {
                object.fields.iter().find(|field| field.name == *name).map(|field| &field.shape)
            }
            Some(Shape::Array { of, .. } | Shape::Map { of, .. }) => Some(of),
            Some(_) | None => None,
        });
        let mut insertion = Insertion { pointer: &pointer, to: &to, findings: &mut *findings };
        let list = insertion.list(row.each.clone(), shape);
        let known = row.known();
        row.shape = element_shape(shape);
        row.difference = made.slot(&known);
        rows.push((row.list.insert(list), known));
    }
    made.settle(plan, &mut rows, findings);
}

/// A value that is kept, as a member of the object in which its rule stands.
fn kept(rule: MappingRule) -> BodyMember {
    let plan = BodyPlan::Kept(Leaf::new(vec![rule], None));
    BodyMember { name: String::new(), prefix: String::new(), plan, field: None }
}

/// The names in a JSON Pointer.
pub(super) fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

/// One rule on its way to its place.
struct Insertion<'b> {
    pointer: &'b str,
    to: &'b str,
    findings: &'b mut Findings,
}

impl Insertion<'_> {
    fn insert(
        &mut self,
        plan: &mut BodyPlan,
        names: &[String],
        shape: Option<&'static Shape>,
        entry: FieldEntry,
    ) {
        let Some((name, rest)) = names.split_first() else { return self.place(plan, shape, entry) };
        if is_vacant(plan) {
            *plan = if is_element(name, shape) {
                BodyPlan::Array(Vec::new())
            } else {
                BodyPlan::Object(Vec::new())
            };
        }
        match plan {
            BodyPlan::Object(members) => {
                let (shape, field) = self.member(name, shape);
                let place = members.iter().position(|member| member.name == *name).unwrap_or_else(|| {
                    let mut prefix = String::from(",");
                    super::value::write_text(name, &mut prefix);
                    prefix.push(':');
                    members.push(BodyMember { name: name.clone(), prefix, plan: vacant(), field });
                    members.len() - 1
                });
                self.insert(&mut members[place].plan, rest, shape, entry);
            }
            BodyPlan::Array(elements) => match name.parse::<u32>() {
                Ok(index) if name.bytes().all(|digit| digit.is_ascii_digit()) => {
                    let shape = element_shape(shape);
                    let place = elements.binary_search_by_key(&index, |(known, _)| *known);
                    let place = place.unwrap_or_else(|place| {
                        elements.insert(place, (index, vacant()));
                        place
                    });
                    self.insert(&mut elements[place].1, rest, shape, entry);
                }
                Ok(_) | Err(_) => {
                    self.collides(&format!("invalid place {name:?} in an array; expected a number from 0 on"))
                }
            },
            BodyPlan::Leaf(leaf) | BodyPlan::Kept(leaf) => {
                let other = leaf.rules.first().map(|rule| rule.pointer.to_string()).unwrap_or_default();
                self.collides(&format!("{other} writes a value around it"));
            }
            BodyPlan::List(lists) => {
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

    fn place(&mut self, plan: &mut BodyPlan, shape: Option<&'static Shape>, entry: FieldEntry) {
        match entry {
            FieldEntry::Rule(rule) => {
                if is_vacant(plan) {
                    *plan = BodyPlan::Leaf(Leaf::new(Vec::new(), shape));
                }
                match plan {
                    BodyPlan::Leaf(leaf) => leaf.rules.push(*rule),
                    BodyPlan::Object(_) | BodyPlan::Array(_) | BodyPlan::List(_) | BodyPlan::Kept(_) => {
                        self.collides("other rules write within it");
                    }
                }
            }
            FieldEntry::Each(each) => {
                let list = self.list(*each, shape);
                if is_vacant(plan) {
                    *plan = BodyPlan::List(Vec::new());
                }
                match plan {
                    BodyPlan::List(lists) => lists.push(list),
                    BodyPlan::Object(_) | BodyPlan::Array(_) | BodyPlan::Leaf(_) | BodyPlan::Kept(_) => {
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
            EachItem::Fields(entries) => {
                build(std::mem::take(entries), &format!("{}/*", each.to), of, &mut *self.findings)
            }
            EachItem::Value(rule) => BodyPlan::Leaf(Leaf::new(vec![(**rule).clone()], of)),
        };
        let (has_shares, shared) = (item.has_shares(), item.shared_up_to(each.level, false));
        List { each, item, forgotten: Vec::new(), has_shares, shared }
    }
}

fn vacant() -> BodyPlan {
    BodyPlan::Object(Vec::new())
}

fn is_vacant(plan: &BodyPlan) -> bool {
    match plan {
        BodyPlan::Object(members) => members.is_empty(),
        BodyPlan::Array(_) | BodyPlan::Leaf(_) | BodyPlan::Kept(_) | BodyPlan::List(_) => false,
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

impl BodyPlan {
    /// The part at a JSON Pointer relative to this one.
    pub(super) fn at(&self, pointer: &str) -> Option<&BodyPlan> {
        tokens(pointer).iter().try_fold(self, |plan, name| match plan {
            BodyPlan::Object(members) => {
                members.iter().find(|member| member.name == *name).map(|member| &member.plan)
            }
            BodyPlan::Array(elements) => {
                let place = name.parse::<u32>().ok()?;
                elements.iter().find(|(known, _)| *known == place).map(|(_, plan)| plan)
            }
            BodyPlan::Leaf(_) | BodyPlan::Kept(_) | BodyPlan::List(_) => None,
        })
    }

    /// Whether a rule in it, but not of the elements of another list, gives each element a share.
    fn has_shares(&self) -> bool {
        match self {
            BodyPlan::Leaf(leaf) | BodyPlan::Kept(leaf) => leaf.rules.iter().any(MappingRule::shares),
            BodyPlan::Object(members) => members.iter().any(|member| member.plan.has_shares()),
            BodyPlan::Array(elements) => elements.iter().any(|(_, plan)| plan.has_shares()),
            BodyPlan::List(_) => false,
        }
    }

    /// The rules in it whose amount is one for all elements of that level, and not one for all of them within another.
    fn shared_up_to(&self, level: usize, is_within: bool) -> Vec<MappingRule> {
        let of_leaf = |leaf: &Leaf| -> Vec<MappingRule> {
            let is_shared = |rule: &&MappingRule| {
                let amount = rule.amount_level();
                rule.shares_all()
                    && rule.missing.is_none()
                    && (amount + 1 == level || !is_within && amount >= level)
            };
            leaf.rules.iter().filter(is_shared).cloned().collect()
        };
        match self {
            BodyPlan::Leaf(leaf) | BodyPlan::Kept(leaf) => of_leaf(leaf),
            BodyPlan::Object(members) => {
                members.iter().flat_map(|member| member.plan.shared_up_to(level, is_within)).collect()
            }
            BodyPlan::Array(elements) => {
                elements.iter().flat_map(|(_, plan)| plan.shared_up_to(level, is_within)).collect()
            }
            BodyPlan::List(lists) => {
                lists.iter().flat_map(|list| list.item.shared_up_to(level, true)).collect()
            }
        }
    }

    /// Whether something is looked up by that column, too.
    pub(super) fn asks_by(&self, column: &str) -> bool {
        match self {
            BodyPlan::Leaf(leaf) | BodyPlan::Kept(leaf) => leaf
                .rules
                .iter()
                .filter_map(|rule| rule.resolve.as_ref())
                .any(|resolve| resolve.by.iter().any(|(name, _)| &**name == column)),
            BodyPlan::Object(members) => members.iter().any(|member| member.plan.asks_by(column)),
            BodyPlan::Array(elements) => elements.iter().any(|(_, plan)| plan.asks_by(column)),
            BodyPlan::List(lists) => lists.iter().any(|list| list.item.asks_by(column)),
        }
    }

    /// The rules of the part at a JSON Pointer.
    pub(super) fn rules_at(&mut self, pointer: &str) -> Option<&mut Vec<MappingRule>> {
        let mut plan = self;
        for name in tokens(pointer) {
            plan = match plan {
                BodyPlan::Object(members) => {
                    members.iter_mut().find(|member| member.name == name).map(|member| &mut member.plan)?
                }
                BodyPlan::Array(elements) => {
                    let place = name.parse::<u32>().ok()?;
                    elements.iter_mut().find(|(known, _)| *known == place).map(|(_, plan)| plan)?
                }
                BodyPlan::Leaf(_) | BodyPlan::Kept(_) | BodyPlan::List(_) => return None,
            };
        }
        match plan {
            BodyPlan::Leaf(leaf) => Some(&mut leaf.rules),
            BodyPlan::Object(_) | BodyPlan::Array(_) | BodyPlan::List(_) | BodyPlan::Kept(_) => None,
        }
    }

    /// Whether something may be written at a JSON Pointer: there, or as part of what is passed on whole.
    pub(super) fn reaches(&self, pointer: &str) -> bool {
        let mut plan = self;
        for name in tokens(pointer) {
            plan = match plan {
                BodyPlan::Leaf(_) => return true,
                BodyPlan::Kept(_) => return false,
                BodyPlan::Object(_) | BodyPlan::Array(_) => match plan.at(&format!("/{}", token(&name))) {
                    Some(inner) => inner,
                    None => return false,
                },
                BodyPlan::List(lists) => match lists.first() {
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
