//! JMESPath's built-in functions, with exact numbers.

use std::borrow::Cow;
use std::cmp::Ordering;

use jmespath::ast::Ast;
use rust_decimal::Decimal as Exact;

use super::evaluate::{equal, evaluate};
use crate::catalog::nearest;
use crate::mapping::value::{Sort, Value, set};
use crate::value::Decimal;

/// What functions take: their names, the fewest and the most arguments, and which of them is an expression.
const FUNCTIONS: [(&str, usize, usize, Option<usize>); 26] = [
    ("abs", 1, 1, None),
    ("avg", 1, 1, None),
    ("ceil", 1, 1, None),
    ("contains", 2, 2, None),
    ("ends_with", 2, 2, None),
    ("floor", 1, 1, None),
    ("join", 2, 2, None),
    ("keys", 1, 1, None),
    ("length", 1, 1, None),
    ("map", 2, 2, Some(0)),
    ("max", 1, 1, None),
    ("max_by", 2, 2, Some(1)),
    ("merge", 1, usize::MAX, None),
    ("min", 1, 1, None),
    ("min_by", 2, 2, Some(1)),
    ("not_null", 1, usize::MAX, None),
    ("reverse", 1, 1, None),
    ("sort", 1, 1, None),
    ("sort_by", 2, 2, Some(1)),
    ("starts_with", 2, 2, None),
    ("sum", 1, 1, None),
    ("to_array", 1, 1, None),
    ("to_number", 1, 1, None),
    ("to_string", 1, 1, None),
    ("type", 1, 1, None),
    ("values", 1, 1, None),
];

/// Checks that every function exists and has as many arguments as it takes.
pub(super) fn check(tree: &Ast) -> Result<(), String> {
    if let Ast::Expref { .. } = tree {
        return Err("`&` stands only before an argument of a function that takes it".to_owned());
    }
    if let Ast::Function { name, args, .. } = tree {
        let Some((_, fewest, most, expression)) = FUNCTIONS.iter().find(|known| known.0 == name) else {
            let names = || FUNCTIONS.iter().map(|known| known.0);
            let expected = nearest(name, names()).map_or_else(
                || format!("expected one of {}", names().collect::<Vec<_>>().join(", ")),
                |name| format!("did you mean {name}?"),
            );
            return Err(format!("there is no function {name}; {expected}"));
        };
        if args.len() < *fewest || args.len() > *most {
            return Err(format!("{name} has {} arguments; expected {fewest}", args.len()));
        }
        for (place, argument) in args.iter().enumerate() {
            match (argument, *expression == Some(place)) {
                (Ast::Expref { ast, .. }, true) => check(ast)?,
                (_, true) => return Err(format!("argument {} of {name} begins with `&`", place + 1)),
                (argument, false) => check(argument)?,
            }
        }
        return Ok(());
    }
    children(tree).into_iter().try_for_each(check)
}

/// Whether a tree is the same whatever it is evaluated against: it has a literal at every end.
pub(super) fn is_constant(tree: &Ast) -> bool {
    match tree {
        Ast::Literal { .. } => true,
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Expref { .. }
        | Ast::Slice { .. } => false,
        Ast::MultiList { .. } | Ast::MultiHash { .. } => false,
        // What goes on from a constant is constant.
        Ast::Subexpr { lhs, .. } | Ast::Projection { lhs, .. } => is_constant(lhs),
        Ast::Comparison { .. }
        | Ast::Condition { .. }
        | Ast::Flatten { .. }
        | Ast::Function { .. }
        | Ast::Not { .. }
        | Ast::ObjectValues { .. }
        | Ast::And { .. }
        | Ast::Or { .. } => children(tree).into_iter().all(is_constant),
    }
}

fn children(tree: &Ast) -> Vec<&Ast> {
    match tree {
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Vec::new(),
        Ast::Expref { ast, .. } => vec![ast],
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => vec![node],
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => vec![lhs, rhs],
        Ast::Condition { predicate, then, .. } => vec![predicate, then],
        Ast::Function { args, .. } => args.iter().collect(),
        Ast::MultiList { elements, .. } => elements.iter().collect(),
        Ast::MultiHash { elements, .. } => elements.iter().map(|pair| &pair.value).collect(),
    }
}

/// The arguments of one call.
struct Arguments<'v> {
    name: &'v str,
    trees: &'v [Ast],
    values: Vec<Value<'v>>,
}

/// Calls a function that [`check`] found to be right.
pub(super) fn call<'v>(name: &'v str, trees: &'v [Ast], current: &Value<'v>) -> Result<Value<'v>, String> {
    let mut values = Vec::with_capacity(trees.len());
    for tree in trees {
        values.push(match tree {
            Ast::Expref { .. } => Value::Null,
            tree => evaluate(tree, current)?,
        });
    }
    let arguments = Arguments { name, trees, values };
    match name {
        "abs" => arguments.rounded(|number| number.abs()),
        "ceil" => arguments.rounded(|number| number.ceil()),
        "floor" => arguments.rounded(|number| number.floor()),
        "avg" => arguments.average(),
        "sum" => arguments.sum().map(number),
        "contains" => arguments.contains(),
        "starts_with" => Ok(Value::Boolean(arguments.text(0)?.starts_with(arguments.text(1)?))),
        "ends_with" => Ok(Value::Boolean(arguments.text(0)?.ends_with(arguments.text(1)?))),
        "join" => arguments.join(),
        "keys" => {
            Ok(Value::Array(arguments.members(0)?.into_iter().map(|(name, _)| Value::Text(name)).collect()))
        }
        "values" => Ok(Value::Array(arguments.members(0)?.into_iter().map(|(_, value)| value).collect())),
        "length" => arguments.length(),
        "map" => arguments.map(),
        "merge" => arguments.merge(),
        "not_null" => Ok(arguments.values.into_iter().find(|value| !value.is_null()).unwrap_or(Value::Null)),
        "reverse" => arguments.reverse(),
        "sort" => arguments.sorted().map(|values| Value::Array(firsts(values))),
        "sort_by" => arguments.sorted_by().map(|values| Value::Array(firsts(values))),
        // Of equal ones the first counts, as in the reference implementation.
        "min" => Ok(least(arguments.sorted()?, Ordering::is_lt)),
        "max" => Ok(least(arguments.sorted()?, Ordering::is_gt)),
        "min_by" => Ok(least(arguments.keyed()?, Ordering::is_lt)),
        "max_by" => Ok(least(arguments.keyed()?, Ordering::is_gt)),
        "to_array" => Ok(match arguments.any(0) {
            value if value.sort() == Sort::Array => value,
            value => Value::Array(vec![value]),
        }),
        "to_number" => Ok(arguments.to_number()),
        "to_string" => Ok(match arguments.any(0) {
            value if value.sort() == Sort::Text => value,
            value => {
                let mut text = String::new();
                value.write(&mut text);
                Value::Text(text.into())
            }
        }),
        "type" => Ok(Value::Plain(arguments.any(0).sort().as_str())),
        other => Err(format!("there is no function {other}")),
    }
}

fn number<'v>(value: Exact) -> Value<'v> {
    Value::Number(Decimal::from(value).to_string().into())
}

/// Values with what they are ordered by.
type Keyed<'v> = Vec<(Value<'v>, Key<'v>)>;

enum Key<'v> {
    Number(Decimal),
    Text(Value<'v>),
}

impl Key<'_> {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Key::Number(one), Key::Number(other)) => one.cmp(other),
            (Key::Text(one), Key::Text(other)) => one.text().cmp(&other.text()),
            // Keys of one call are of one sort.
            (Key::Number(_), Key::Text(_)) | (Key::Text(_), Key::Number(_)) => Ordering::Equal,
        }
    }
}

fn firsts<'v>(values: Keyed<'v>) -> Vec<Value<'v>> {
    values.into_iter().map(|(value, _)| value).collect()
}

fn least<'v>(values: Keyed<'v>, is_better: fn(Ordering) -> bool) -> Value<'v> {
    let best =
        values.into_iter().reduce(|best, next| if is_better(next.1.order(&best.1)) { next } else { best });
    best.map_or(Value::Null, |(value, _)| value)
}

impl<'v> Arguments<'v> {
    fn any(&self, place: usize) -> Value<'v> {
        self.values.get(place).cloned().unwrap_or(Value::Null)
    }

    fn refuse(&self, place: usize, expected: &str) -> String {
        let found = self.any(place);
        format!("argument {} of {} is {}; expected {expected}", place + 1, self.name, found.excerpt())
    }

    fn text(&self, place: usize) -> Result<&str, String> {
        self.values.get(place).and_then(Value::text).ok_or_else(|| self.refuse(place, "a text"))
    }

    fn elements(&self, place: usize) -> Result<Vec<Value<'v>>, String> {
        self.any(place).elements().ok_or_else(|| self.refuse(place, "an array"))
    }

    fn members(&self, place: usize) -> Result<Vec<(Cow<'v, str>, Value<'v>)>, String> {
        self.any(place).members().ok_or_else(|| self.refuse(place, "an object"))
    }

    fn exact(&self, value: &Value<'v>) -> Result<Exact, String> {
        let number = value.number().map(Exact::from);
        number.ok_or_else(|| {
            format!("{} takes numbers of up to 28 digits; found {}", self.name, value.excerpt())
        })
    }

    fn rounded(&self, change: fn(&Exact) -> Exact) -> Result<Value<'v>, String> {
        self.exact(&self.any(0)).map(|value| number(change(&value)))
    }

    fn sum(&self) -> Result<Exact, String> {
        let mut sum = Exact::ZERO;
        for element in self.elements(0)? {
            sum = sum.checked_add(self.exact(&element)?).ok_or("the sum has too many digits")?;
        }
        Ok(sum)
    }

    fn average(&self) -> Result<Value<'v>, String> {
        let count = self.elements(0)?.len();
        if count == 0 {
            return Ok(Value::Null);
        }
        let average = self.sum()?.checked_div(Exact::from(count)).ok_or("the average has too many digits")?;
        Ok(number(average.normalize()))
    }

    fn contains(&self) -> Result<Value<'v>, String> {
        let (subject, wanted) = (self.any(0), self.any(1));
        if let Some(text) = subject.text() {
            return Ok(Value::Boolean(wanted.text().is_some_and(|wanted| text.contains(wanted))));
        }
        let elements = subject.elements().ok_or_else(|| self.refuse(0, "a text or an array"))?;
        Ok(Value::Boolean(elements.iter().any(|element| equal(element, &wanted))))
    }

    fn join(&self) -> Result<Value<'v>, String> {
        let glue = self.text(0)?;
        let elements = self.elements(1)?;
        let texts: Option<Vec<&str>> = elements.iter().map(Value::text).collect();
        let texts = texts.ok_or_else(|| self.refuse(1, "an array of texts"))?;
        Ok(Value::Text(texts.join(glue).into()))
    }

    fn length(&self) -> Result<Value<'v>, String> {
        let subject = self.any(0);
        let length = match subject.sort() {
            Sort::Text => subject.text().unwrap_or_default().chars().count(),
            Sort::Array => subject.elements().unwrap_or_default().len(),
            Sort::Object => subject.members().unwrap_or_default().len(),
            Sort::Null | Sort::Boolean | Sort::Number => {
                return Err(self.refuse(0, "a text, an array or an object"));
            }
        };
        Ok(Value::Number(length.to_string().into()))
    }

    /// What the expression among the arguments makes of a value.
    fn apply(&self, value: &Value<'v>) -> Result<Value<'v>, String> {
        let expression = self.trees.iter().find_map(|tree| match tree {
            Ast::Expref { ast, .. } => Some(ast),
            _ => None,
        });
        expression.map_or(Ok(Value::Null), |tree| evaluate(tree, value))
    }

    fn map(&self) -> Result<Value<'v>, String> {
        let elements = self.elements(1)?;
        elements.iter().map(|element| self.apply(element)).collect::<Result<_, _>>().map(Value::Array)
    }

    fn merge(&self) -> Result<Value<'v>, String> {
        let mut merged = Vec::new();
        for place in 0..self.values.len() {
            for (name, value) in self.members(place)? {
                set(&mut merged, name, value);
            }
        }
        Ok(Value::Object(merged))
    }

    fn reverse(&self) -> Result<Value<'v>, String> {
        let subject = self.any(0);
        if let Some(text) = subject.text() {
            return Ok(Value::Text(text.chars().rev().collect::<String>().into()));
        }
        let mut elements = subject.elements().ok_or_else(|| self.refuse(0, "a text or an array"))?;
        elements.reverse();
        Ok(Value::Array(elements))
    }

    fn to_number(&self) -> Value<'v> {
        let subject = self.any(0);
        match subject.text() {
            // As the text is written; one that is no number is null.
            Some(text) if Decimal::parse(text).is_ok() => Value::Number(text.to_owned().into()),
            None if subject.sort() == Sort::Number => subject,
            Some(_) | None => Value::Null,
        }
    }

    fn sorted(&self) -> Result<Keyed<'v>, String> {
        let elements = self.elements(0)?;
        let mut keyed = self.with_keys(elements.into_iter().map(|element| (element.clone(), element)))?;
        if self.name == "sort" {
            keyed.sort_by(|one, other| one.1.order(&other.1));
        }
        Ok(keyed)
    }

    fn sorted_by(&self) -> Result<Keyed<'v>, String> {
        let mut keyed = self.keyed()?;
        keyed.sort_by(|one, other| one.1.order(&other.1));
        Ok(keyed)
    }

    fn keyed(&self) -> Result<Keyed<'v>, String> {
        let elements = self.elements(0)?;
        let mut pairs = Vec::with_capacity(elements.len());
        for element in elements {
            let key = self.apply(&element)?;
            pairs.push((element, key));
        }
        self.with_keys(pairs.into_iter())
    }

    /// Keys are all numbers or all texts.
    fn with_keys(&self, pairs: impl Iterator<Item = (Value<'v>, Value<'v>)>) -> Result<Keyed<'v>, String> {
        let mut keyed: Keyed<'v> = Vec::new();
        for (value, key) in pairs {
            let key = match key.sort() {
                Sort::Number => Key::Number(self.exact(&key)?.into()),
                Sort::Text => Key::Text(key),
                Sort::Null | Sort::Boolean | Sort::Array | Sort::Object => {
                    return Err(format!("{} orders numbers or texts; found {}", self.name, key.excerpt()));
                }
            };
            let is_alike = match (keyed.first().map(|first| &first.1), &key) {
                (None, _) | (Some(Key::Number(_)), Key::Number(_)) | (Some(Key::Text(_)), Key::Text(_)) => {
                    true
                }
                (Some(Key::Number(_)), Key::Text(_)) | (Some(Key::Text(_)), Key::Number(_)) => false,
            };
            if !is_alike {
                return Err(format!("{} orders all numbers or all texts; found both", self.name));
            }
            keyed.push((value, key));
        }
        Ok(keyed)
    }
}
