//! JMESPath's functions, with exact numbers.

mod arguments;
mod array;
mod object;
mod order;
mod text;

use std::cmp::Ordering;

use super::Scope;
use super::elements::for_each;
use super::evaluate::{counted, evaluate, node_of, seen};
use super::tree::Tree;
use crate::json::nearest;
use crate::mapping::tape::RecordNode;
use crate::mapping::transform::{Arithmetic, calculate};
use crate::mapping::value::{Sort, Value};
use crate::value::Decimal;
use arguments::CallArguments;

/// A function, named as in the specification, what it takes, and what it does.
#[derive(Debug)]
pub(super) struct Builtin {
    name: &'static str,
    fewest: usize,
    most: usize,
    /// Which of its arguments is an expression.
    pub(super) expression: Option<usize>,
    does: Does,
}

/// What a function makes of its arguments.
#[derive(Debug)]
enum Does {
    /// Of their values, and of what its expression makes of others.
    Called(FunctionBody),
    /// Of its arguments, which it evaluates as it likes.
    Unevaluated(OwnEvaluation),
}

type OwnEvaluation =
    for<'b, 'v> fn(&'static Builtin, &'v [Tree], &'b Scope<'b, 'v>) -> Result<Value<'v>, String>;

type FunctionBody = for<'b, 'v> fn(&CallArguments<'b, 'v>) -> Result<Value<'v>, String>;

const fn takes(name: &'static str, fewest: usize, most: usize, call: FunctionBody) -> Builtin {
    Builtin { name, fewest, most, expression: None, does: Does::Called(call) }
}

const fn applies(name: &'static str, expression: usize, call: FunctionBody) -> Builtin {
    Builtin { name, fewest: 2, most: 2, expression: Some(expression), does: Does::Called(call) }
}

const fn unevaluated(name: &'static str, most: usize, call: OwnEvaluation) -> Builtin {
    Builtin { name, fewest: 1, most, expression: None, does: Does::Unevaluated(call) }
}

static FUNCTIONS: [Builtin; 41] = [
    takes("abs", 1, 1, |arguments| arguments.rounded(|number| number.abs())),
    takes("avg", 1, 1, |arguments| arguments.average()),
    takes("ceil", 1, 1, |arguments| arguments.rounded(|number| number.ceil())),
    takes("contains", 2, 2, |arguments| arguments.contains()),
    takes("ends_with", 2, 2, |arguments| arguments.ends_with()),
    takes("find_first", 2, 4, |arguments| arguments.find(|part, wanted| part.find(wanted))),
    takes("find_last", 2, 4, |arguments| arguments.find(|part, wanted| part.rfind(wanted))),
    takes("floor", 1, 1, |arguments| arguments.rounded(|number| number.floor())),
    takes("from_items", 1, 1, |arguments| arguments.object_of_items()),
    applies("group_by", 1, |arguments| arguments.group_by()),
    takes("items", 1, 1, |arguments| arguments.items()),
    takes("join", 2, 2, |arguments| arguments.join()),
    takes("keys", 1, 1, |arguments| arguments.keys()),
    takes("length", 1, 1, |arguments| arguments.length()),
    takes("lower", 1, 1, |arguments| arguments.spelled(str::to_lowercase)),
    applies("map", 0, |arguments| arguments.map()),
    // Of equal ones the first counts, as in the reference implementation.
    takes("max", 1, 1, |arguments| Ok(order::best(arguments.themselves()?, Ordering::is_gt))),
    applies("max_by", 1, |arguments| Ok(order::best(arguments.keyed()?, Ordering::is_gt))),
    takes("merge", 1, usize::MAX, |arguments| arguments.merge()),
    takes("min", 1, 1, |arguments| Ok(order::best(arguments.themselves()?, Ordering::is_lt))),
    applies("min_by", 1, |arguments| Ok(order::best(arguments.keyed()?, Ordering::is_lt))),
    unevaluated("not_null", usize::MAX, not_null),
    takes("pad_left", 2, 3, |arguments| arguments.padded(|text, pad| pad + text)),
    takes("pad_right", 2, 3, |arguments| arguments.padded(|text, pad| text.to_owned() + &pad)),
    takes("replace", 3, 4, |arguments| arguments.replace()),
    takes("reverse", 1, 1, |arguments| arguments.reverse()),
    takes("sort", 1, 1, |arguments| Ok(order::sorted(arguments.themselves()?))),
    applies("sort_by", 1, |arguments| Ok(order::sorted(arguments.keyed()?))),
    takes("split", 2, 3, |arguments| arguments.split()),
    takes("starts_with", 2, 2, |arguments| arguments.starts_with()),
    unevaluated("sum", 1, sum),
    takes("to_array", 1, 1, |arguments| arguments.to_array()),
    unevaluated("to_number", 1, to_number),
    takes("to_string", 1, 1, |arguments| Ok(text::of_json(arguments.any(0)))),
    takes("trim", 1, 2, |arguments| arguments.trimmed(true, true)),
    takes("trim_left", 1, 2, |arguments| arguments.trimmed(true, false)),
    takes("trim_right", 1, 2, |arguments| arguments.trimmed(false, true)),
    takes("type", 1, 1, |arguments| Ok(Value::Text(arguments.value(0).sort().as_str().into()))),
    takes("upper", 1, 1, |arguments| arguments.spelled(str::to_uppercase)),
    takes("values", 1, 1, |arguments| arguments.member_values()),
    takes("zip", 1, usize::MAX, |arguments| arguments.zip()),
];

impl Builtin {
    /// The function of that name.
    ///
    /// # Errors
    /// The names that there are, or the one that was most likely meant.
    pub(super) fn named(name: &str) -> Result<&'static Self, String> {
        FUNCTIONS.iter().find(|known| known.name == name).ok_or_else(|| {
            let names = || FUNCTIONS.iter().map(|known| known.name);
            let expected = nearest(name, names()).map_or_else(
                || format!("expected one of {}", names().collect::<Vec<_>>().join(", ")),
                |name| format!("did you mean {name}?"),
            );
            format!("there is no function {name}; {expected}")
        })
    }

    pub(super) fn is_to_number(&self) -> bool {
        self.name == "to_number"
    }

    /// How many arguments are expected where there are so many; `None` when that many will do.
    pub(super) fn refused(&self, count: usize) -> Option<String> {
        let Builtin { fewest, most, .. } = self;
        match most {
            _ if (fewest..=most).contains(&&count) => None,
            &usize::MAX => Some(format!("{fewest} or more")),
            most if most == fewest => Some(fewest.to_string()),
            most => Some(format!("{fewest} to {most}")),
        }
    }
}

/// Calls a function with as many arguments as it takes.
pub(super) fn call<'v>(
    builtin: &'static Builtin,
    trees: &'v [Tree],
    scope: &Scope<'_, 'v>,
) -> Result<Value<'v>, String> {
    match &builtin.does {
        Does::Unevaluated(call) => call(builtin, trees, scope),
        Does::Called(call) => counted(call(&CallArguments::evaluate(builtin, trees, scope)?), scope),
    }
}

/// The sum of numbers as they come: it is on the way of every total, and needs no array of them.
fn sum<'v>(builtin: &'static Builtin, trees: &'v [Tree], scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let [tree] = trees else { return Ok(Value::Null) };
    let mut total = Decimal::default();
    let is_array = for_each(tree, scope, &mut |element| {
        total = calculate(total, Arithmetic::Plus, exact(builtin, &element)?)?;
        Ok(())
    })?;
    if is_array {
        return Ok(Value::number_of(total));
    }
    let found = evaluate(tree, scope)?;
    Err(format!("argument 1 of sum is {}; expected an array", found.excerpt()))
}

/// A text as the number that it says, in the same digits; null when it says none. It is on the way of every price.
fn to_number<'v>(_: &'static Builtin, trees: &'v [Tree], scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let [tree] = trees else { return Ok(Value::Null) };
    // Most stand in the record, and are plain.
    if let Some(number) = node_of(tree, scope).and_then(RecordNode::plain_number) {
        return Ok(Value::Computed(number));
    }
    let mut made = None;
    let value = seen(tree, scope, &mut made)?;
    Ok(match value {
        Value::Number(digits) | Value::Text(digits) => match Decimal::parse_plain(digits) {
            Some(number) => Value::Computed(number),
            // Those that are too long to compute with stay what they are.
            None if value.sort() == Sort::Number || Decimal::parse(digits).is_ok() => {
                Value::Number(digits.clone())
            }
            None => Value::Null,
        },
        Value::Computed(number) => Value::Computed(*number),
        Value::Null | Value::True | Value::False | Value::Node(_) | Value::Array(_) | Value::Object(_) => {
            Value::Null
        }
    })
}

/// The first argument that is not null.
fn not_null<'v>(_: &'static Builtin, trees: &'v [Tree], scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
    let mut there = Value::Null;
    for tree in trees {
        if there.is_null() {
            there = evaluate(tree, scope)?;
        } else if !matches!(tree, Tree::Path(..)) {
            // What is wrong with a later argument is said all the same; nothing can be with a path.
            evaluate(tree, scope)?;
        }
    }
    Ok(there)
}

fn exact(builtin: &Builtin, value: &Value<'_>) -> Result<Decimal, String> {
    value.number().ok_or_else(|| {
        format!("{} takes numbers of up to 28 digits; found {}", builtin.name, value.excerpt())
    })
}
