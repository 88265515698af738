//! Evaluating an expression against a value.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::elements::for_each;
use super::tree::{Comparison, Slice, Tree};
use super::{Scope, arithmetic, functions, part};
use crate::mapping::limit::{Allowance, VALUE_BYTES};
use crate::mapping::path::{PathEnd, PathSlot, Segment, follow, follow_node, reach};
use crate::mapping::tape::RecordNode;
use crate::mapping::value::{Sort, Value, set};

/// The value of a tree, as the JMESPath specification has it. Whoever makes it counts it, and it stays where it is made:
/// moving it costs as much as making most.
pub(super) fn evaluate<'v>(tree: &'v Tree, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    scope.allowance().step(1)?;
    match tree {
        // Most of what is evaluated is a path.
        Tree::Path(path, slot) => at_path(path, *slot, scope),
        // Elements in elements are what goes deepest, and need little of the stack by themselves.
        Tree::Project(of, each) if !of.streams() => each_of_value(of, each, scope),
        Tree::Call(builtin, arguments) => functions::call(builtin, arguments, scope),
        tree => value_of(tree, scope),
    }
}

/// What was made, which counts as that.
pub(super) fn counted<'v>(
    made: Result<Value<'v>, String>,
    scope: &Scope<'_, 'v>,
) -> Result<Value<'v>, String> {
    let value = made?;
    scope.allowance().made(&value)?;
    Ok(value)
}

/// The value that everything starts from.
pub(super) fn itself<'v>(scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    scope.allowance().step(1)?;
    scope.allowance().made(scope.value)?;
    Ok(scope.value.clone())
}

/// A tree's value to look at: one that is there already, or one that is made and kept.
pub(super) fn seen<'k, 'v>(
    tree: &'v Tree,
    scope: &Scope<'k, 'v>,
    made: &'k mut Option<Value<'v>>,
) -> Result<&'k Value<'v>, String> {
    if let Some(value) = scope.named(tree) {
        return Ok(value);
    }
    if let (Tree::Path(path, _), Value::Array(_) | Value::Object(_)) = (tree, scope.value)
        && let (PathEnd::Part(part), visited) = reach(scope.value, path)
    {
        scope.allowance().step(1 + visited)?;
        return Ok(part);
    }
    Ok(made.insert(evaluate(tree, scope)?))
}

/// Whatever descends is a function of its own, so that a level takes no more stack than it needs.
#[inline(never)]
fn value_of<'v>(tree: &'v Tree, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    match tree {
        Tree::Path(path, slot) => at_path(path, *slot, scope),
        Tree::Root | Tree::Variable(..) => {
            counted(Ok(scope.named(tree).cloned().unwrap_or(Value::Null)), scope)
        }
        Tree::Literal(value) => counted(Ok(value.lent()), scope),
        Tree::Then(first, second) => then(first, second, scope, false),
        Tree::Pipe(first, second) => then(first, second, scope, true),
        Tree::Or(left, right) => either(left, right, scope, false),
        Tree::And(left, right) => either(left, right, scope, true),
        Tree::Not(inner) => holds(inner, scope).map(|holds| Value::boolean(!holds)),
        Tree::Where(condition, then) => match holds(condition, scope)? && !scope.value.is_null() {
            true => evaluate(then, scope),
            false => Ok(Value::Null),
        },
        Tree::Choose(parts) => choose(parts, scope),
        Tree::Compare(comparison, left, right) => {
            pair(left, right, scope, &|left, right| compare(*comparison, left, right, scope.allowance()))
        }
        Tree::Calculate(operator, left, right) => {
            pair(left, right, scope, &|left, right| operator.apply(left, right))
        }
        Tree::Negate(inner) => signed(inner, scope, arithmetic::negate),
        Tree::Affirm(inner) => signed(inner, scope, arithmetic::affirm),
        Tree::Values(inner) => counted(member_values(inner, scope), scope),
        Tree::Project(..) | Tree::Flatten(_) => counted(projected(tree, scope), scope),
        Tree::Slice(slice, each) => match scope.value.text() {
            Some(text) => part_of_text(text, *slice, each, scope),
            None => part_of_array(*slice, each, scope),
        },
        Tree::List(trees) => counted(list(trees, scope).map(Value::array), scope),
        Tree::Object(pairs) => counted(object(pairs, scope), scope),
        Tree::Call(builtin, arguments) => functions::call(builtin, arguments, scope),
        Tree::Let(values, within) => bind(values, within, scope),
    }
}

#[inline(never)]
fn at_path<'v>(path: &[Segment], slot: Option<PathSlot>, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    match (slot, &scope.found) {
        (Some(slot), Some((node, found))) => Ok(found.value(*node, slot)),
        (Some(_) | None, Some(_) | None) => {
            let (value, visited) = follow(scope.value, path);
            scope.allowance().step(visited)?;
            scope.allowance().made(&value)?;
            Ok(value)
        }
    }
}

#[inline(never)]
fn then<'v>(
    first: &'v Tree,
    second: &'v Tree,
    scope: &Scope<'_, 'v>,
    of_nothing: bool,
) -> Result<Value<'v>, String> {
    let mut made = None;
    let value = seen(first, scope, &mut made)?;
    if value.is_null() && !of_nothing { Ok(Value::Null) } else { evaluate(second, &scope.at(value)) }
}

/// The first of two values that is true, or not true; the second one when neither is.
#[inline(never)]
fn either<'v>(
    left: &'v Tree,
    right: &'v Tree,
    scope: &Scope<'_, 'v>,
    goes_on: bool,
) -> Result<Value<'v>, String> {
    // What stands in the record is looked at without making a value of it.
    if let (Tree::Path(_, Some(slot)), Some((base, found))) = (left, &scope.found) {
        let chosen = if found.is_truthy(*base, *slot) == goes_on { right } else { left };
        return evaluate(chosen, scope);
    }
    let value = evaluate(left, scope)?;
    if value.is_truthy() == goes_on { evaluate(right, scope) } else { Ok(value) }
}

/// Whether a tree's value is what JMESPath takes for true, without making that value where it is of no interest.
#[inline(never)]
pub(super) fn holds<'v>(tree: &'v Tree, scope: &Scope<'_, 'v>) -> Result<bool, String> {
    let holds = match (tree, &scope.found) {
        (Tree::Path(_, Some(slot)), Some((node, found))) => found.is_truthy(*node, *slot),
        (Tree::Path(path, _), _) if path.is_empty() => scope.value.is_truthy(),
        (Tree::Not(inner), _) => !holds(inner, scope)?,
        (Tree::And(left, right), _) => holds(left, scope)? && holds(right, scope)?,
        (Tree::Or(left, right), _) => holds(left, scope)? || holds(right, scope)?,
        // Of an array that comes element by element it is enough to know whether there is one.
        (Tree::Flatten(_), _) => has_elements(tree, scope)?,
        (Tree::Project(of, _), _) if of.streams() => has_elements(tree, scope)?,
        (tree, _) => return Ok(evaluate(tree, scope)?.is_truthy()),
    };
    scope.allowance().step(1)?;
    Ok(holds)
}

#[inline(never)]
fn has_elements<'v>(tree: &'v Tree, scope: &Scope<'_, 'v>) -> Result<bool, String> {
    let mut has_elements = false;
    for_each(tree, scope, &mut |_| {
        has_elements = true;
        scope.allowance().bytes(VALUE_BYTES)
    })?;
    Ok(has_elements)
}

#[inline(never)]
fn choose<'v>(parts: &'v [Tree; 3], scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let [condition, one, other] = parts;
    let chosen = if holds(condition, scope)? { one } else { other };
    evaluate(chosen, scope)
}

/// What is made of two values.
#[inline(never)]
fn pair<'v>(
    left: &'v Tree,
    right: &'v Tree,
    scope: &Scope<'_, 'v>,
    make: &dyn Fn(&Value<'v>, &Value<'v>) -> Result<Value<'v>, String>,
) -> Result<Value<'v>, String> {
    let (mut made, mut other) = (None, None);
    let left = seen(left, scope, &mut made)?;
    let right = seen(right, scope, &mut other)?;
    make(left, right)
}

#[inline(never)]
fn signed<'v>(
    inner: &'v Tree,
    scope: &Scope<'_, 'v>,
    sign: fn(&Value<'v>) -> Result<Value<'v>, String>,
) -> Result<Value<'v>, String> {
    sign(&evaluate(inner, scope)?)
}

#[inline(never)]
fn member_values<'v>(inner: &'v Tree, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    Ok(match evaluate(inner, scope)?.members() {
        Some(members) => Value::Array(members.into_iter().map(|(_, value)| value).collect()),
        None => Value::Null,
    })
}

#[inline(never)]
fn part_of_text<'v>(
    text: &str,
    slice: Slice,
    each: &'v Tree,
    scope: &Scope<'_, 'v>,
) -> Result<Value<'v>, String> {
    scope.allowance().text(text)?;
    let part = counted(Ok(Value::Text(part::of_text(text, slice).into())), scope)?;
    evaluate(each, &scope.at(&part))
}

#[inline(never)]
fn list<'v>(trees: &'v [Tree], scope: &Scope<'_, 'v>) -> Result<Vec<Value<'v>>, String> {
    let mut values = Vec::with_capacity(trees.len());
    for tree in trees {
        values.push(evaluate(tree, scope)?);
    }
    Ok(values)
}

#[inline(never)]
fn object<'v>(pairs: &'v [(String, Tree)], scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let mut members = Vec::with_capacity(pairs.len());
    for (name, tree) in pairs {
        set(&mut members, name.as_str().into(), evaluate(tree, scope)?);
    }
    Ok(Value::Object(members.into()))
}

#[inline(never)]
fn bind<'v>(values: &'v [Tree], within: &'v Tree, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let values = list(values, scope)?;
    scope.with(&values, |scope| evaluate(within, scope))
}

/// What is made of each element of a part of an array.
#[inline(never)]
fn part_of_array<'v>(slice: Slice, each: &'v Tree, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let Some(elements) = part::of_array(scope.value, slice) else { return Ok(Value::Null) };
    each_of(elements.into_iter(), each, scope)
}

/// What is made of each element of an array that there is.
#[inline(never)]
fn each_of_value<'v>(of: &'v Tree, each: &'v Tree, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let mut made = None;
    match seen(of, scope, &mut made)?.elements() {
        Some(elements) => each_of(elements, each, scope),
        None => Ok(Value::Null),
    }
}

fn each_of<'v>(
    elements: impl Iterator<Item = Value<'v>>,
    each: &'v Tree,
    scope: &Scope<'_, 'v>,
) -> Result<Value<'v>, String> {
    let mut made = Vec::new();
    for element in elements {
        scope.allowance().step(1)?;
        let value = of_element(each, &element, scope)?;
        if !value.is_null() {
            scope.allowance().bytes(VALUE_BYTES)?;
            made.push(value);
        }
    }
    counted(Ok(Value::array(made)), scope)
}

/// What is made element by element, as an array.
#[inline(never)]
fn projected<'v>(tree: &'v Tree, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let mut elements = Vec::new();
    let is_array = for_each(tree, scope, &mut |element| {
        elements.push(element.into_owned());
        scope.allowance().bytes(VALUE_BYTES)
    })?;
    Ok(if is_array { Value::array(elements) } else { Value::Null })
}

/// What becomes of an element; nothing becomes of nothing.
pub(super) fn of_element<'v>(
    each: &'v Tree,
    element: &Value<'v>,
    scope: &Scope<'_, 'v>,
) -> Result<Value<'v>, String> {
    if let Tree::Where(condition, then) = each {
        let holds = holds(condition, &scope.at(element))?;
        return if holds { of_element(then, element, scope) } else { Ok(Value::Null) };
    }
    // A condition may look at nothing, and fail; what stands behind it may not.
    if element.is_null() { Ok(Value::Null) } else { evaluate(each, &scope.at(element)) }
}

/// The node that a tree's value is, where that is known without making a value of it.
#[inline]
pub(super) fn node_of<'v>(tree: &Tree, scope: &Scope<'_, 'v>) -> Option<RecordNode<'v>> {
    let Tree::Path(path, slot) = tree else { return None };
    if let (Some(slot), Some((base, found))) = (slot, &scope.found) {
        return found.node(*base, *slot);
    }
    let Value::Node(node) = scope.value else { return None };
    let mut visited = 0;
    let found = follow_node(*node, path, &mut visited);
    // Whoever makes the value says what is wrong.
    scope.allowance().step(visited).ok().and(found)
}

/// Only numbers have an order; of anything else it is null.
fn compare<'v>(
    comparison: Comparison,
    left: &Value<'v>,
    right: &Value<'v>,
    allowance: &Allowance,
) -> Result<Value<'v>, String> {
    let equal = || {
        allowance.look_at(left)?;
        Ok(equal(left, right))
    };
    let ordered = |holds: fn(Ordering) -> bool| match (left.number(), right.number()) {
        (Some(left), Some(right)) => Ok(Value::boolean(holds(left.cmp(&right)))),
        (Some(_) | None, Some(_) | None) => Ok(Value::Null),
    };
    match comparison {
        Comparison::Equal => equal().map(Value::boolean),
        Comparison::Unequal => equal().map(|is_equal| Value::boolean(!is_equal)),
        Comparison::Less => ordered(Ordering::is_lt),
        Comparison::LessOrEqual => ordered(Ordering::is_le),
        Comparison::Greater => ordered(Ordering::is_gt),
        Comparison::GreaterOrEqual => ordered(Ordering::is_ge),
    }
}

/// Numbers are equal by value, and objects whatever the order of their members.
pub(in crate::mapping) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    if let (Value::Computed(left), Value::Computed(right)) = (left, right) {
        return left == right;
    }
    if left.sort() != right.sort() {
        return false;
    }
    match left.sort() {
        Sort::Null => true,
        Sort::Boolean => left.is_truthy() == right.is_truthy(),
        Sort::Text => left.text() == right.text(),
        Sort::Number => match (left.number(), right.number()) {
            (Some(left), Some(right)) => left == right,
            // Beyond what can be computed with, the digits say it.
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
