//! Evaluating an expression against a value.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Comparison, Scope, Tree, functions};
use crate::mapping::limit::VALUE_BYTES;
use crate::mapping::path::follow;
use crate::mapping::value::{Sort, Value, set};

impl<'a, 'v> Scope<'a, 'v> {
    /// The same for a value that was come by on the way, of which no walk knows anything.
    pub(super) fn at<'b>(self, value: &'b Value<'v>) -> Scope<'b, 'v>
    where
        'a: 'b,
    {
        Scope { value, found: None, allowance: self.allowance }
    }
}

/// The value of a tree, as the JMESPath specification has it.
pub(super) fn evaluate<'v>(tree: &'v Tree, scope: Scope<'_, 'v>) -> Result<Value<'v>, String> {
    scope.allowance.step(1)?;
    let value = value_of(tree, scope)?;
    scope.allowance.made(&value)?;
    Ok(value)
}

fn value_of<'v>(tree: &'v Tree, scope: Scope<'_, 'v>) -> Result<Value<'v>, String> {
    match tree {
        Tree::Path(path, slot) => Ok(match (slot, scope.found) {
            (Some(slot), Some((node, found))) => found.value(node, *slot),
            (Some(_) | None, Some(_) | None) => follow(scope.value, path),
        }),
        Tree::Literal(value) => Ok(value.lent()),
        Tree::Then(first, second) => {
            let value = evaluate(first, scope)?;
            evaluate(second, scope.at(&value))
        }
        Tree::Or(left, right) => match evaluate(left, scope)? {
            value if value.is_truthy() => Ok(value),
            _ => evaluate(right, scope),
        },
        Tree::And(left, right) => {
            let value = evaluate(left, scope)?;
            if value.is_truthy() { evaluate(right, scope) } else { Ok(value) }
        }
        Tree::Not(inner) => Ok(Value::boolean(!holds(inner, scope)?)),
        Tree::Where(condition, then) => {
            if holds(condition, scope)? {
                evaluate(then, scope)
            } else {
                Ok(Value::Null)
            }
        }
        Tree::Compare(comparison, left, right) => {
            Ok(compare(*comparison, &evaluate(left, scope)?, &evaluate(right, scope)?))
        }
        Tree::Values(inner) => Ok(match evaluate(inner, scope)?.members() {
            Some(members) => Value::Array(members.into_iter().map(|(_, value)| value).collect()),
            None => Value::Null,
        }),
        Tree::Project(..) | Tree::Flatten(_) => {
            let mut elements = Vec::new();
            let is_array = for_each(tree, scope, &mut |element| {
                elements.push(element);
                scope.allowance.bytes(VALUE_BYTES)
            })?;
            Ok(if is_array { Value::Array(elements) } else { Value::Null })
        }
        Tree::List(trees) => {
            if scope.value.is_null() {
                return Ok(Value::Null);
            }
            let values = trees.iter().map(|tree| evaluate(tree, scope));
            values.collect::<Result<_, _>>().map(Value::Array)
        }
        Tree::Object(pairs) => {
            if scope.value.is_null() {
                return Ok(Value::Null);
            }
            let mut members = Vec::with_capacity(pairs.len());
            for (name, tree) in pairs {
                set(&mut members, name.as_str().into(), evaluate(tree, scope)?);
            }
            Ok(Value::Object(members))
        }
        Tree::Slice(start, stop, step) => {
            let value = slice(scope.value, *start, *stop, *step);
            scope.allowance.step(value.elements().map_or(0, Iterator::count))?;
            Ok(value)
        }
        Tree::Call(function, arguments) => functions::call(*function, arguments, scope),
    }
}

/// Whether a tree's value is what JMESPath takes for true.
fn holds<'v>(tree: &'v Tree, scope: Scope<'_, 'v>) -> Result<bool, String> {
    Ok(evaluate(tree, scope)?.is_truthy())
}

/// Hands over the elements of a tree's value one by one, without making an array of them where that can be
/// helped; says whether it is an array.
pub(super) fn for_each<'v>(
    tree: &'v Tree,
    scope: Scope<'_, 'v>,
    take: &mut dyn FnMut(Value<'v>) -> Result<(), String>,
) -> Result<bool, String> {
    match tree {
        Tree::Project(of, each) => {
            for_each(of, scope, &mut |element| match evaluate(each, scope.at(&element))? {
                Value::Null => Ok(()),
                value => take(value),
            })
        }
        // What is projected is an array or null, and so is true when it has elements.
        Tree::Or(left, right) if left.is_projection() => {
            let mut has_elements = false;
            for_each(left, scope, &mut |element| {
                has_elements = true;
                take(element)
            })?;
            if has_elements { Ok(true) } else { for_each(right, scope, take) }
        }
        Tree::Flatten(inner) => for_each(inner, scope, &mut |element| match element.elements() {
            Some(mut inner) => inner.try_for_each(|element| {
                scope.allowance.step(1)?;
                take(element)
            }),
            None => take(element),
        }),
        tree => {
            let value = evaluate(tree, scope)?;
            let Some(mut elements) = value.elements() else { return Ok(false) };
            elements.try_for_each(|element| {
                scope.allowance.step(1)?;
                take(element)
            })?;
            Ok(true)
        }
    }
}

fn slice<'v>(value: &Value<'v>, start: Option<i32>, stop: Option<i32>, step: i32) -> Value<'v> {
    let Some(elements) = value.elements() else { return Value::Null };
    let elements: Vec<Value<'v>> = elements.collect();
    let count = elements.len() as i64;
    let step = i64::from(step);
    // Where the walk may begin and end: before the first element only when it goes backwards.
    let (lowest, highest) = if step > 0 { (0, count) } else { (-1, count - 1) };
    let bound = |place: Option<i32>, open: i64| match place.map(i64::from) {
        Some(place) if place < 0 => (place + count).clamp(lowest, highest),
        Some(place) => place.clamp(lowest, highest),
        None => open,
    };
    let (mut at, end) = if step > 0 {
        (bound(start, lowest), bound(stop, highest))
    } else {
        (bound(start, highest), bound(stop, lowest))
    };
    let mut taken = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        taken.extend(usize::try_from(at).ok().and_then(|place| elements.get(place)).cloned());
        at += step;
    }
    Value::Array(taken)
}

/// Only numbers have an order; of anything else it is null.
fn compare<'v>(comparison: Comparison, left: &Value<'v>, right: &Value<'v>) -> Value<'v> {
    let ordered = |holds: fn(Ordering) -> bool| match (left.number(), right.number()) {
        (Some(left), Some(right)) => Value::boolean(holds(left.cmp(&right))),
        (Some(_) | None, Some(_) | None) => Value::Null,
    };
    match comparison {
        Comparison::Equal => Value::boolean(equal(left, right)),
        Comparison::Unequal => Value::boolean(!equal(left, right)),
        Comparison::Less => ordered(Ordering::is_lt),
        Comparison::LessOrEqual => ordered(Ordering::is_le),
        Comparison::Greater => ordered(Ordering::is_gt),
        Comparison::GreaterOrEqual => ordered(Ordering::is_ge),
    }
}

/// Numbers are equal by value, and objects whatever the order of their members.
pub(in crate::mapping) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    if left.sort() != right.sort() {
        return false;
    }
    match left.sort() {
        Sort::Null => true,
        Sort::Boolean => left.is_truthy() == right.is_truthy(),
        Sort::Text => left.text() == right.text(),
        Sort::Number => match (left.number(), right.number()) {
            (Some(left), Some(right)) => left == right,
            // Beyond what can be computed with, the digits are compared.
            (Some(_) | None, Some(_) | None) => left.scalar_text() == right.scalar_text(),
        },
        Sort::Array => match (left.elements(), right.elements()) {
            (Some(mut left), Some(mut right)) => loop {
                match (left.next(), right.next()) {
                    (None, None) => break true,
                    (Some(left), Some(right)) if equal(&left, &right) => {}
                    (Some(_) | None, Some(_) | None) => break false,
                }
            },
            (Some(_) | None, Some(_) | None) => false,
        },
        Sort::Object => {
            let (left, right) = (left.members().unwrap_or_default(), right.members().unwrap_or_default());
            if left.len() != right.len() {
                return false;
            }
            // Names are distinct, so that what is equal is alike in the order of the names.
            let by_name = |members: &[(Cow<'_, str>, Value<'_>)]| {
                let mut order: Vec<usize> = (0..members.len()).collect();
                order.sort_by(|one, other| members[*one].0.cmp(&members[*other].0));
                order
            };
            by_name(&left).into_iter().zip(by_name(&right)).all(|(one, other)| {
                let ((name, value), (other_name, other_value)) = (&left[one], &right[other]);
                name == other_name && equal(value, other_value)
            })
        }
    }
}
