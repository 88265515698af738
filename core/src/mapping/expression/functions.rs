//! JMESPath's built-in functions, with exact numbers.

use std::borrow::Cow;
use std::cmp::Ordering;

use rust_decimal::Decimal as Exact;

use super::evaluate::{equal, evaluate, for_each};
use super::{Scope, Tree};
use crate::json::nearest;
use crate::mapping::limit::Allowance;
use crate::mapping::transform::{Arithmetic, calculate};
use crate::mapping::value::{Items, Sort, Value, distinct};
use crate::value::Decimal;

/// A function, named as in the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Avg,
    Ceil,
    Contains,
    EndsWith,
    Floor,
    Join,
    Keys,
    Length,
    Map,
    Max,
    MaxBy,
    Merge,
    Min,
    MinBy,
    NotNull,
    Reverse,
    Sort,
    SortBy,
    StartsWith,
    Sum,
    ToArray,
    ToNumber,
    ToString,
    Type,
    Values,
}

/// The functions with the fewest and the most arguments that they take, and which of them is an expression.
const FUNCTIONS: [(&str, Function, usize, usize, Option<usize>); 26] = [
    ("abs", Function::Abs, 1, 1, None),
    ("avg", Function::Avg, 1, 1, None),
    ("ceil", Function::Ceil, 1, 1, None),
    ("contains", Function::Contains, 2, 2, None),
    ("ends_with", Function::EndsWith, 2, 2, None),
    ("floor", Function::Floor, 1, 1, None),
    ("join", Function::Join, 2, 2, None),
    ("keys", Function::Keys, 1, 1, None),
    ("length", Function::Length, 1, 1, None),
    ("map", Function::Map, 2, 2, Some(0)),
    ("max", Function::Max, 1, 1, None),
    ("max_by", Function::MaxBy, 2, 2, Some(1)),
    ("merge", Function::Merge, 1, usize::MAX, None),
    ("min", Function::Min, 1, 1, None),
    ("min_by", Function::MinBy, 2, 2, Some(1)),
    ("not_null", Function::NotNull, 1, usize::MAX, None),
    ("reverse", Function::Reverse, 1, 1, None),
    ("sort", Function::Sort, 1, 1, None),
    ("sort_by", Function::SortBy, 2, 2, Some(1)),
    ("starts_with", Function::StartsWith, 2, 2, None),
    ("sum", Function::Sum, 1, 1, None),
    ("to_array", Function::ToArray, 1, 1, None),
    ("to_number", Function::ToNumber, 1, 1, None),
    ("to_string", Function::ToString, 1, 1, None),
    ("type", Function::Type, 1, 1, None),
    ("values", Function::Values, 1, 1, None),
];

impl Function {
    /// The function of that name.
    ///
    /// # Errors
    /// The names that there are, or the one that was most likely meant.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = FUNCTIONS.iter().find(|known| known.0 == name);
        found.map(|known| known.1).ok_or_else(|| {
            let names = || FUNCTIONS.iter().map(|known| known.0);
            let expected = nearest(name, names()).map_or_else(
                || format!("expected one of {}", names().collect::<Vec<_>>().join(", ")),
                |name| format!("did you mean {name}?"),
            );
            format!("there is no function {name}; {expected}")
        })
    }

    /// The fewest and the most arguments, and which of them is an expression.
    pub(super) fn takes(self) -> (usize, usize, Option<usize>) {
        let known = FUNCTIONS.iter().find(|known| known.1 == self);
        known.map_or((0, 0, None), |known| (known.2, known.3, known.4))
    }

    fn as_str(self) -> &'static str {
        FUNCTIONS.iter().find(|known| known.1 == self).map_or("", |known| known.0)
    }
}

/// The arguments of one call.
struct CallArguments<'b, 'v> {
    function: Function,
    trees: &'v [Tree],
    values: Vec<Value<'v>>,
    allowance: &'b Allowance,
}

/// Calls a function with as many arguments as it takes.
pub(super) fn call<'v>(
    function: Function,
    trees: &'v [Tree],
    scope: Scope<'_, 'v>,
) -> Result<Value<'v>, String> {
    // These two are on the way of every price, and need no list of arguments.
    match (function, trees) {
        (Function::Sum, [tree]) => return sum(tree, scope).map(Value::number_of),
        (Function::ToNumber, [tree]) => return Ok(to_number(evaluate(tree, scope)?)),
        (_, _) => {}
    }
    let (_, _, expression) = function.takes();
    let mut values = Vec::with_capacity(trees.len());
    for (place, tree) in trees.iter().enumerate() {
        let is_expression = expression == Some(place);
        values.push(if is_expression { Value::Null } else { evaluate(tree, scope)? });
    }
    let arguments = CallArguments { function, trees, values, allowance: scope.allowance };
    match function {
        Function::Abs => arguments.rounded(|number| number.abs()),
        Function::Ceil => arguments.rounded(|number| number.ceil()),
        Function::Floor => arguments.rounded(|number| number.floor()),
        Function::Avg => arguments.average(),
        Function::Sum => arguments.sum().map(Value::number_of),
        Function::Contains => arguments.contains(),
        Function::StartsWith => Ok(Value::boolean(arguments.text(0)?.starts_with(arguments.text(1)?))),
        Function::EndsWith => Ok(Value::boolean(arguments.text(0)?.ends_with(arguments.text(1)?))),
        Function::Join => arguments.join(),
        Function::Keys => {
            Ok(Value::Array(arguments.members(0)?.into_iter().map(|(name, _)| Value::Text(name)).collect()))
        }
        Function::Values => {
            Ok(Value::Array(arguments.members(0)?.into_iter().map(|(_, value)| value).collect()))
        }
        Function::Length => arguments.length(),
        Function::Map => arguments.map(),
        Function::Merge => arguments.merge(),
        Function::NotNull => {
            Ok(arguments.values.into_iter().find(|value| !value.is_null()).unwrap_or(Value::Null))
        }
        Function::Reverse => arguments.reverse(),
        Function::Sort => arguments.sorted(arguments.themselves()?),
        Function::SortBy => arguments.sorted(arguments.keyed()?),
        // Of equal ones the first counts, as in the reference implementation.
        Function::Min => Ok(best(arguments.themselves()?, Ordering::is_lt)),
        Function::Max => Ok(best(arguments.themselves()?, Ordering::is_gt)),
        Function::MinBy => Ok(best(arguments.keyed()?, Ordering::is_lt)),
        Function::MaxBy => Ok(best(arguments.keyed()?, Ordering::is_gt)),
        Function::ToArray => Ok(match arguments.any(0) {
            value if value.sort() == Sort::Array => value,
            value => Value::Array(vec![value]),
        }),
        Function::ToNumber => Ok(to_number(arguments.any(0))),
        Function::ToString => Ok(match arguments.any(0) {
            value if value.sort() == Sort::Text => value,
            value => {
                let mut text = String::new();
                value.write(&mut text);
                Value::Text(compact(&text).into())
            }
        }),
        Function::Type => Ok(Value::Text(arguments.any(0).sort().as_str().into())),
    }
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

/// The sum of numbers as they come.
pub(super) fn sum<'v>(tree: &'v Tree, scope: Scope<'_, 'v>) -> Result<Decimal, String> {
    let mut total = Decimal::default();
    let is_array = for_each(tree, scope, &mut |element| {
        total = calculate(total, Arithmetic::Plus, exact(Function::Sum, &element)?)?;
        Ok(())
    })?;
    if is_array { Ok(total) } else { Err("argument 1 of sum is nothing; expected an array".to_owned()) }
}

/// A text as the number that it says, in the same digits; null when it says none.
fn to_number(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Number(digits) => Value::Number(digits),
        Value::Text(text) if Decimal::parse(&text).is_ok() => Value::Number(text),
        Value::Null
        | Value::True
        | Value::False
        | Value::Text(_)
        | Value::Node(_)
        | Value::Array(_)
        | Value::Object(_) => Value::Null,
    }
}

fn exact(function: Function, value: &Value<'_>) -> Result<Decimal, String> {
    value.number().ok_or_else(|| {
        format!("{} takes numbers of up to 28 digits; found {}", function.as_str(), value.excerpt())
    })
}

/// Values with what they are ordered by.
type Keyed<'v> = Vec<(Value<'v>, SortKey<'v>)>;

enum SortKey<'v> {
    Number(Decimal),
    Text(Value<'v>),
}

impl SortKey<'_> {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (SortKey::Number(one), SortKey::Number(other)) => one.cmp(other),
            (SortKey::Text(one), SortKey::Text(other)) => one.text().cmp(&other.text()),
            // Keys of one call are of one sort.
            (SortKey::Number(_), SortKey::Text(_)) | (SortKey::Text(_), SortKey::Number(_)) => {
                Ordering::Equal
            }
        }
    }
}

fn best<'v>(values: Keyed<'v>, is_better: fn(Ordering) -> bool) -> Value<'v> {
    let best =
        values.into_iter().reduce(|best, next| if is_better(next.1.order(&best.1)) { next } else { best });
    best.map_or(Value::Null, |(value, _)| value)
}

impl<'v> CallArguments<'_, 'v> {
    fn any(&self, place: usize) -> Value<'v> {
        self.values.get(place).cloned().unwrap_or(Value::Null)
    }

    fn refuse(&self, place: usize, expected: &str) -> String {
        let (found, name) = (self.any(place), self.function.as_str());
        format!("argument {} of {name} is {}; expected {expected}", place + 1, found.excerpt())
    }

    fn text(&self, place: usize) -> Result<&str, String> {
        self.values.get(place).and_then(Value::text).ok_or_else(|| self.refuse(place, "a text"))
    }

    fn elements(&self, place: usize) -> Result<Items<'_, 'v>, String> {
        let elements = |value| Value::elements(value).ok_or_else(|| self.refuse(place, "an array"));
        let value = self.values.get(place).unwrap_or(&Value::Null);
        self.allowance.step(elements(value)?.count())?;
        elements(value)
    }

    fn members(&self, place: usize) -> Result<Vec<(Cow<'v, str>, Value<'v>)>, String> {
        self.any(place).members().ok_or_else(|| self.refuse(place, "an object"))
    }

    fn rounded(&self, change: fn(&Exact) -> Exact) -> Result<Value<'v>, String> {
        exact(self.function, &self.any(0)).map(|value| Value::number_of(change(&value.into()).into()))
    }

    fn sum(&self) -> Result<Decimal, String> {
        self.elements(0)?.try_fold(Decimal::default(), |sum, element| {
            calculate(sum, Arithmetic::Plus, exact(self.function, &element)?)
        })
    }

    fn average(&self) -> Result<Value<'v>, String> {
        let count = self.elements(0)?.count() as u64;
        if count == 0 {
            return Ok(Value::Null);
        }
        // As many digits as can be held: whoever asks for an average of prices rounds it.
        let average = Exact::from(self.sum()?).checked_div(count.into());
        let average = average.ok_or("the average has too many digits")?;
        Ok(Value::number_of(average.normalize().into()))
    }

    fn contains(&self) -> Result<Value<'v>, String> {
        let (subject, wanted) = (self.any(0), self.any(1));
        if let Some(text) = subject.text() {
            return Ok(Value::boolean(wanted.text().is_some_and(|wanted| text.contains(wanted))));
        }
        let mut elements = subject.elements().ok_or_else(|| self.refuse(0, "a text or an array"))?;
        self.allowance.step(subject.elements().map_or(0, Iterator::count))?;
        Ok(Value::boolean(elements.any(|element| equal(&element, &wanted))))
    }

    fn join(&self) -> Result<Value<'v>, String> {
        let glue = self.text(0)?;
        let mut joined = String::new();
        for (place, element) in self.elements(1)?.enumerate() {
            if place > 0 {
                self.allowance.bytes(glue.len())?;
                joined.push_str(glue);
            }
            let text = element.text().ok_or_else(|| self.refuse(1, "an array of texts"))?;
            self.allowance.bytes(text.len())?;
            joined.push_str(text);
        }
        Ok(Value::Text(joined.into()))
    }

    fn length(&self) -> Result<Value<'v>, String> {
        let subject = self.any(0);
        let length = match subject.sort() {
            Sort::Text => subject.text().unwrap_or_default().chars().count(),
            Sort::Array => subject.elements().map_or(0, Iterator::count),
            Sort::Object => subject.members().unwrap_or_default().len(),
            Sort::Null | Sort::Boolean | Sort::Number => {
                return Err(self.refuse(0, "a text, an array or an object"));
            }
        };
        self.allowance.step(length)?;
        Ok(Value::Number(length.to_string().into()))
    }

    /// What the expression among the arguments makes of a value.
    fn apply(&self, value: &Value<'v>) -> Result<Value<'v>, String> {
        let (_, _, place) = self.function.takes();
        match place.and_then(|place| self.trees.get(place)) {
            Some(tree) => evaluate(tree, Scope { value, found: None, allowance: self.allowance }),
            None => Ok(Value::Null),
        }
    }

    fn map(&self) -> Result<Value<'v>, String> {
        self.elements(1)?.map(|element| self.apply(&element)).collect::<Result<_, _>>().map(Value::Array)
    }

    fn merge(&self) -> Result<Value<'v>, String> {
        let mut merged = Vec::new();
        for place in 0..self.values.len() {
            merged.extend(self.members(place)?);
        }
        Ok(Value::Object(distinct(merged)))
    }

    fn reverse(&self) -> Result<Value<'v>, String> {
        let subject = self.any(0);
        if let Some(text) = subject.text() {
            return Ok(Value::Text(text.chars().rev().collect::<String>().into()));
        }
        let elements = subject.elements().ok_or_else(|| self.refuse(0, "a text or an array"))?;
        let mut elements: Vec<Value<'v>> = elements.collect();
        elements.reverse();
        Ok(Value::Array(elements))
    }

    fn sorted(&self, mut keyed: Keyed<'v>) -> Result<Value<'v>, String> {
        keyed.sort_by(|one, other| one.1.order(&other.1));
        Ok(Value::Array(keyed.into_iter().map(|(value, _)| value).collect()))
    }

    /// Elements ordered by themselves.
    fn themselves(&self) -> Result<Keyed<'v>, String> {
        self.with_keys(self.elements(0)?.map(|element| Ok((element.clone(), element))))
    }

    /// Elements ordered by what the expression makes of them.
    fn keyed(&self) -> Result<Keyed<'v>, String> {
        self.with_keys(self.elements(0)?.map(|element| {
            let key = self.apply(&element)?;
            Ok((element, key))
        }))
    }

    /// Keys are all numbers or all texts.
    fn with_keys(
        &self,
        pairs: impl Iterator<Item = Result<(Value<'v>, Value<'v>), String>>,
    ) -> Result<Keyed<'v>, String> {
        let name = self.function.as_str();
        let mut keyed: Keyed<'v> = Vec::new();
        for pair in pairs {
            let (value, key) = pair?;
            let key = match key.sort() {
                Sort::Number => SortKey::Number(exact(self.function, &key)?),
                Sort::Text => SortKey::Text(key),
                Sort::Null | Sort::Boolean | Sort::Array | Sort::Object => {
                    return Err(format!("{name} orders numbers or texts; found {}", key.excerpt()));
                }
            };
            let is_alike = match (keyed.first().map(|first| &first.1), &key) {
                (None, _)
                | (Some(SortKey::Number(_)), SortKey::Number(_))
                | (Some(SortKey::Text(_)), SortKey::Text(_)) => true,
                (Some(SortKey::Number(_)), SortKey::Text(_))
                | (Some(SortKey::Text(_)), SortKey::Number(_)) => false,
            };
            if !is_alike {
                return Err(format!("{name} orders all numbers or all texts; found both"));
            }
            keyed.push((value, key));
        }
        Ok(keyed)
    }
}
