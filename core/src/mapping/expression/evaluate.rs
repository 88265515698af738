//! Evaluating a parsed expression against a value.

use jmespath::Variable;
use jmespath::ast::{Ast, Comparator};

use super::functions;
use crate::mapping::value::{Sort, Value, set};

/// The value of a tree, as the JMESPath specification has it.
pub(super) fn evaluate<'v>(tree: &'v Ast, current: &Value<'v>) -> Result<Value<'v>, String> {
    match tree {
        Ast::Identity { .. } => Ok(current.clone()),
        Ast::Field { name, .. } => Ok(current.member(name)),
        Ast::Index { idx, .. } => Ok(current.element(*idx)),
        Ast::Literal { value, .. } => Ok(literal(value)),
        Ast::Subexpr { lhs, rhs, .. } => evaluate(rhs, &evaluate(lhs, current)?),
        Ast::Or { lhs, rhs, .. } => {
            let left = evaluate(lhs, current)?;
            if left.is_truthy() { Ok(left) } else { evaluate(rhs, current) }
        }
        Ast::And { lhs, rhs, .. } => {
            let left = evaluate(lhs, current)?;
            if left.is_truthy() { evaluate(rhs, current) } else { Ok(left) }
        }
        Ast::Not { node, .. } => Ok(Value::Boolean(!evaluate(node, current)?.is_truthy())),
        Ast::Condition { predicate, then, .. } => {
            if evaluate(predicate, current)?.is_truthy() {
                evaluate(then, current)
            } else {
                Ok(Value::Null)
            }
        }
        Ast::Comparison { comparator, lhs, rhs, .. } => {
            Ok(compare(comparator, &evaluate(lhs, current)?, &evaluate(rhs, current)?))
        }
        Ast::ObjectValues { node, .. } => Ok(match evaluate(node, current)?.members() {
            Some(members) => Value::Array(members.into_iter().map(|(_, value)| value).collect()),
            None => Value::Null,
        }),
        Ast::Projection { lhs, rhs, .. } => project(&evaluate(lhs, current)?, rhs),
        Ast::Flatten { node, .. } => Ok(flatten(&evaluate(node, current)?)),
        Ast::MultiList { elements, .. } => {
            if current.is_null() {
                return Ok(Value::Null);
            }
            let values = elements.iter().map(|element| evaluate(element, current));
            values.collect::<Result<_, _>>().map(Value::Array)
        }
        Ast::MultiHash { elements, .. } => {
            if current.is_null() {
                return Ok(Value::Null);
            }
            let mut members = Vec::with_capacity(elements.len());
            for pair in elements {
                set(&mut members, pair.key.as_str().into(), evaluate(&pair.value, current)?);
            }
            Ok(Value::Object(members))
        }
        Ast::Slice { start, stop, step, .. } => slice(current, *start, *stop, *step),
        Ast::Function { name, args, .. } => functions::call(name, args, current),
        Ast::Expref { .. } => {
            Err("`&` stands only before an argument of a function that takes it".to_owned())
        }
    }
}

/// A value within an expression.
fn literal(value: &Variable) -> Value<'_> {
    match value {
        Variable::Null | Variable::Expref(_) => Value::Null,
        Variable::Bool(value) => Value::Boolean(*value),
        Variable::Number(number) => Value::Number(number.to_string().into()),
        Variable::String(text) => Value::Text(text.as_str().into()),
        Variable::Array(elements) => Value::Array(elements.iter().map(|element| literal(element)).collect()),
        Variable::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.as_str().into(), literal(value))).collect(),
        ),
    }
}

/// What a tree makes of each element; null is left out.
fn project<'v>(value: &Value<'v>, tree: &'v Ast) -> Result<Value<'v>, String> {
    let Some(elements) = value.elements() else { return Ok(Value::Null) };
    let mut projected = Vec::with_capacity(elements.len());
    for element in &elements {
        let value = evaluate(tree, element)?;
        if !value.is_null() {
            projected.push(value);
        }
    }
    Ok(Value::Array(projected))
}

fn flatten<'v>(value: &Value<'v>) -> Value<'v> {
    let Some(elements) = value.elements() else { return Value::Null };
    let mut flat = Vec::with_capacity(elements.len());
    for element in elements {
        match element.elements() {
            Some(inner) => flat.extend(inner),
            None => flat.push(element),
        }
    }
    Value::Array(flat)
}

fn slice<'v>(
    value: &Value<'v>,
    start: Option<i32>,
    stop: Option<i32>,
    step: i32,
) -> Result<Value<'v>, String> {
    if step == 0 {
        return Err("a slice has the step 0".to_owned());
    }
    let Some(elements) = value.elements() else { return Ok(Value::Null) };
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
    Ok(Value::Array(taken))
}

/// Only numbers have an order; of anything else it is null.
fn compare<'v>(comparator: &Comparator, left: &Value<'v>, right: &Value<'v>) -> Value<'v> {
    let ordered = |holds: fn(std::cmp::Ordering) -> bool| match (left.number(), right.number()) {
        (Some(left), Some(right)) => Value::Boolean(holds(left.cmp(&right))),
        (Some(_) | None, Some(_) | None) => Value::Null,
    };
    match comparator {
        Comparator::Equal => Value::Boolean(equal(left, right)),
        Comparator::NotEqual => Value::Boolean(!equal(left, right)),
        Comparator::LessThan => ordered(|order| order.is_lt()),
        Comparator::LessThanEqual => ordered(|order| order.is_le()),
        Comparator::GreaterThan => ordered(|order| order.is_gt()),
        Comparator::GreaterThanEqual => ordered(|order| order.is_ge()),
    }
}

/// Numbers are equal by value, and objects whatever the order of their members.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
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
        Sort::Array => {
            let (left, right) = (left.elements().unwrap_or_default(), right.elements().unwrap_or_default());
            left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| equal(left, right))
        }
        Sort::Object => {
            let (left, right) = (left.members().unwrap_or_default(), right.members().unwrap_or_default());
            let has = |name: &str, value: &Value<'_>| {
                right.iter().any(|(other, found)| other == name && equal(value, found))
            };
            left.len() == right.len() && left.iter().all(|(name, value)| has(name, value))
        }
    }
}
