//! Numbers: exact, whoever wrote them.

use rust_decimal::{Decimal as Exact, RoundingStrategy};

use super::zone::Zone;
use crate::mapping::value::{Sort, Value};
use crate::value::Decimal;

/// How the source writes what has no form of its own.
#[derive(Clone, Debug, Default)]
pub(in crate::mapping) struct Notation {
    /// A comma where that is the decimal mark in texts; a point otherwise.
    pub(in crate::mapping) decimal_comma: bool,
    /// What stands between groups of digits in texts.
    pub(in crate::mapping) group_mark: Option<char>,
    /// The zone of times without an offset.
    pub(in crate::mapping) zone: Option<Zone>,
    /// The form of dates and times, where it is not ISO 8601.
    pub(in crate::mapping) dates: super::time::Input,
}

/// What is done to digits that are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mapping) enum Rounding {
    /// A half goes away from zero.
    HalfUp,
    /// A half goes to the even neighbour.
    HalfEven,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
}

impl Rounding {
    pub(in crate::mapping) const NAMES: [(&'static str, Rounding); 4] = [
        ("half-up", Rounding::HalfUp),
        ("half-even", Rounding::HalfEven),
        ("up", Rounding::Up),
        ("down", Rounding::Down),
    ];

    fn strategy(self) -> RoundingStrategy {
        match self {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Up => RoundingStrategy::AwayFromZero,
            Rounding::Down => RoundingStrategy::ToZero,
        }
    }
}

/// How a number goes out.
#[derive(Clone, Debug, Default)]
pub(in crate::mapping) struct Numeric {
    /// Exactly so many decimal places.
    pub(in crate::mapping) places: Option<u32>,
    /// What is done to digits beyond; a value with such digits fails when `None`.
    pub(in crate::mapping) rounding: Option<Rounding>,
    /// Whether it is written as a text rather than as a number.
    pub(in crate::mapping) as_text: bool,
}

impl Numeric {
    /// The number with as many places as it should have.
    pub(super) fn fit(&self, number: Decimal, places: Option<u32>) -> Result<Decimal, String> {
        let Some(places) = places else { return Ok(number) };
        let rounded = match self.rounding {
            Some(rounding) => {
                let exact = Exact::from(number).round_dp_with_strategy(places, rounding.strategy());
                Decimal::from(exact)
            }
            None => number,
        };
        rounded.with_places(places).map_err(|_| {
            format!(
                "expected a number that {places} decimal places hold exactly, or a `rounding` in the rule"
            )
        })
    }

    pub(super) fn write<'v>(&self, number: Decimal) -> Value<'v> {
        if self.as_text { Value::Text(number.text().into()) } else { Value::Computed(number) }
    }
}

/// The digits of a number as JSON writes them, from a number or from a text in the source's own way.
fn digits<'a>(value: &'a Value<'_>, reading: &Notation) -> Option<std::borrow::Cow<'a, str>> {
    let text = match value.sort() {
        Sort::Number => return value.scalar_text(),
        Sort::Text => value.text()?.trim(),
        Sort::Null | Sort::Boolean | Sort::Array | Sort::Object => return None,
    };
    let is_plain = !reading.decimal_comma && reading.group_mark.is_none();
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text),
    };
    let starts_oddly = unsigned.starts_with('.') || (unsigned.starts_with('0') && !is_zero_led(unsigned));
    if is_plain && !starts_oddly {
        return Some(text.into());
    }
    if !reading.group_mark.is_none_or(|mark| are_groups(unsigned, mark, reading.decimal_comma)) {
        return None;
    }
    let mut plain = String::with_capacity(text.len() + 1);
    for character in unsigned.chars() {
        match character {
            mark if Some(mark) == reading.group_mark => {}
            ',' if reading.decimal_comma => plain.push('.'),
            // A point is a mistake where the comma is the mark.
            '.' if reading.decimal_comma => return None,
            other => plain.push(other),
        }
    }
    if plain.is_empty() {
        return None;
    }
    let significant = plain.trim_start_matches('0');
    let needs_zero = !significant.starts_with(|first: char| first.is_ascii_digit());
    Some(format!("{sign}{}{significant}", if needs_zero { "0" } else { "" }).into())
}

/// Whether marks stand between groups of three digits alone, as in 1,234,567.50: anything else, such as 12,50 or 0,500,
/// may be another notation and mean another number. Nobody groups behind a leading zero.
fn are_groups(unsigned: &str, mark: char, decimal_comma: bool) -> bool {
    let (whole, fraction) =
        unsigned.split_once(if decimal_comma { ',' } else { '.' }).unwrap_or((unsigned, ""));
    let mut groups = whole.split(mark);
    let first = groups.next().unwrap_or_default();
    let mut others = groups.peekable();
    if fraction.contains(mark) {
        return false;
    }
    let are_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let may_lead = (1..=3).contains(&first.len()) && !first.starts_with('0') && are_digits(first);
    others.peek().is_none() || may_lead && others.all(|group| group.len() == 3 && are_digits(group))
}

/// Whether a zero is the only digit before the point.
fn is_zero_led(unsigned: &str) -> bool {
    !unsigned[1..].starts_with(|second: char| second.is_ascii_digit())
}

/// The number that a value is, or that its text says.
///
/// # Errors
/// What was expected.
pub(in crate::mapping) fn read_number(value: &Value<'_>, reading: &Notation) -> Result<Decimal, String> {
    let plain = match value {
        Value::Computed(number) => Some(*number),
        // Most are spelled as they would be written again.
        Value::Number(digits) | Value::Text(digits) if is_plain(value, reading) => {
            Decimal::parse_plain(digits)
        }
        Value::Null
        | Value::True
        | Value::False
        | Value::Number(_)
        | Value::Text(_)
        | Value::Node(_)
        | Value::Array(_)
        | Value::Object(_) => None,
    };
    if let Some(number) = plain {
        return Ok(number);
    }
    let digits = digits(value, reading).filter(|digits| !digits.is_empty());
    digits.and_then(|digits| Decimal::parse(&digits).ok()).ok_or_else(|| {
        let example = match (reading.decimal_comma, reading.group_mark) {
            (true, Some(mark)) => format!("-1{mark}234,50"),
            (true, None) => "-1234,50".to_owned(),
            (false, Some(mark)) => format!("-1{mark}234.50"),
            (false, None) => "-1234.50".to_owned(),
        };
        let groups = match reading.group_mark {
            Some(mark) => format!(", with three digits behind each {mark:?}"),
            None => String::new(),
        };
        format!("expected a number such as {example} of up to 28 digits{groups}")
    })
}

/// Whether digits and a point are all there is to reading a number.
fn is_plain(value: &Value<'_>, reading: &Notation) -> bool {
    match value.sort() {
        Sort::Number => true,
        Sort::Text => !reading.decimal_comma && reading.group_mark.is_none(),
        Sort::Null | Sort::Boolean | Sort::Array | Sort::Object => false,
    }
}

pub(super) fn decimal<'v>(
    value: &Value<'v>,
    numeric: &Numeric,
    reading: &Notation,
) -> Result<Value<'v>, String> {
    let number = read_number(value, reading)?;
    if numeric.places.is_none() && is_canonical(value, reading) {
        return Ok(respell(value.clone(), numeric.as_text));
    }
    numeric.fit(number, numeric.places).map(|fit| numeric.write(fit))
}

/// Whether the value's own text is how the number should be written.
fn is_canonical(value: &Value<'_>, reading: &Notation) -> bool {
    let is_number = |text: &str| {
        let unsigned = text.strip_prefix('-').unwrap_or(text).as_bytes();
        let starts_well = match unsigned {
            [b'0'] | [b'0', b'.', ..] | [b'1'..=b'9', ..] => true,
            [..] => false,
        };
        // Nothing has no sign.
        let is_signless =
            unsigned.len() == text.len() || unsigned.iter().any(|byte| matches!(byte, b'1'..=b'9'));
        starts_well
            && is_signless
            && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
    };
    match value {
        Value::Computed(_) => true,
        Value::Number(text) | Value::Text(text) => is_plain(value, reading) && is_number(text),
        Value::Null | Value::True | Value::False | Value::Node(_) | Value::Array(_) | Value::Object(_) => {
            false
        }
    }
}

/// The same digits as a text or as a number.
fn respell(value: Value<'_>, as_text: bool) -> Value<'_> {
    match (value, as_text) {
        (Value::Number(digits), true) => Value::Text(digits),
        (Value::Computed(number), true) => Value::Text(number.text().into()),
        (Value::Text(digits), false) => Value::Number(digits),
        (value, true | false) => value,
    }
}

pub(super) fn integer<'v>(
    value: &Value<'v>,
    numeric: &Numeric,
    reading: &Notation,
) -> Result<Value<'v>, String> {
    whole(read_number(value, reading).map_err(|_| "expected a whole number".to_owned())?, numeric)
}

pub(super) fn whole<'v>(number: Decimal, numeric: &Numeric) -> Result<Value<'v>, String> {
    let whole = numeric.fit(number, Some(0));
    let whole = whole.map_err(|_| "expected a whole number, or a `rounding` in the rule".to_owned())?;
    Ok(numeric.write(whole))
}

/// An operation on numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mapping) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
}

impl Arithmetic {
    pub(in crate::mapping) const NAMES: [(&'static str, Arithmetic); 4] = [
        ("plus", Arithmetic::Plus),
        ("minus", Arithmetic::Minus),
        ("times", Arithmetic::Times),
        ("over", Arithmetic::Over),
    ];

    pub(in crate::mapping) fn as_str(self) -> &'static str {
        match self {
            Arithmetic::Plus => "plus",
            Arithmetic::Minus => "minus",
            Arithmetic::Times => "times",
            Arithmetic::Over => "over",
        }
    }
}

/// The most decimal places of what is divided.
const QUOTIENT_PLACES: u32 = 12;

/// Carries an operation out, exactly; a quotient has as many places as it needs, up to twelve.
///
/// # Errors
/// When the result cannot be held exactly, or there is none.
pub(in crate::mapping) fn calculate(
    left: Decimal,
    operation: Arithmetic,
    right: Decimal,
) -> Result<Decimal, String> {
    let (left, right) = (Exact::from(left), Exact::from(right));
    // The library drops places silently, zeros and others where digits run out.
    let exact = |result: Option<Exact>, places: u32| Decimal::from(result?).with_places(places).ok();
    let result = match operation {
        Arithmetic::Plus => short(left, right, i64::checked_add)
            .or_else(|| exact(left.checked_add(right), left.scale().max(right.scale()))),
        Arithmetic::Minus => short(left, right, i64::checked_sub)
            .or_else(|| exact(left.checked_sub(right), left.scale().max(right.scale()))),
        Arithmetic::Times if left.is_zero() || right.is_zero() => Some(Decimal::default()),
        Arithmetic::Times if left.scale() + right.scale() > Exact::MAX_SCALE => {
            // Zeros at their ends may be all that is too much.
            let (left, right) = (left.normalize(), right.normalize());
            exact(left.checked_mul(right), left.scale() + right.scale())
        }
        Arithmetic::Times => exact(left.checked_mul(right), left.scale() + right.scale()),
        Arithmetic::Over => left.checked_div(right).map(|quotient| {
            Decimal::from(
                quotient.round_dp_with_strategy(QUOTIENT_PLACES, RoundingStrategy::MidpointAwayFromZero),
            )
        }),
    };
    result.ok_or_else(|| {
        let place = if right.is_zero() && operation == Arithmetic::Over { "; it is 0" } else { "" };
        format!("{left} {} {right} cannot be computed exactly{place}", operation.as_str())
    })
}

/// A sum or a difference of few digits, which most are: whole numbers of the smaller unit; `None` of any other.
#[inline]
fn short(left: Exact, right: Exact, compute: fn(i64, i64) -> Option<i64>) -> Option<Decimal> {
    let places = left.scale().max(right.scale());
    let units = |number: Exact| {
        let mantissa = i64::try_from(number.mantissa()).ok()?;
        match places - number.scale() {
            0 => Some(mantissa),
            missing => mantissa.checked_mul(10_i64.checked_pow(missing)?),
        }
    };
    compute(units(left)?, units(right)?).map(|result| Exact::new(result, places).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(text: &str, numeric: &Numeric, reading: &Notation) -> Result<String, String> {
        let mut out = String::new();
        decimal(&Value::Text(text.into()), numeric, reading)?.write(&mut out);
        Ok(out)
    }

    #[test]
    fn reads_numbers_as_the_source_writes_them() {
        let numeric = Numeric::default();
        let point = Notation { group_mark: Some(','), ..Notation::default() };
        let comma = Notation { decimal_comma: true, group_mark: Some('.'), ..Notation::default() };
        for (text, reading, expected) in [
            (" 10.50 ", &Notation::default(), "10.50"),
            (".5", &Notation::default(), "0.5"),
            ("-.5", &Notation::default(), "-0.5"),
            ("007.10", &Notation::default(), "7.10"),
            ("0", &Notation::default(), "0"),
            ("00", &Notation::default(), "0"),
            ("1e2", &Notation::default(), "100"),
            ("-0", &Notation::default(), "0"),
            ("-0.00", &Notation::default(), "0.00"),
            ("-0.01", &Notation::default(), "-0.01"),
            ("-1,234.50", &point, "-1234.50"),
            ("1,234,567", &point, "1234567"),
            ("12345.1234", &point, "12345.1234"),
            ("1.234,50", &comma, "1234.50"),
            (",5", &comma, "0.5"),
            ("0,500", &comma, "0.500"),
            ("10,000", &point, "10000"),
            ("0.500", &point, "0.500"),
        ] {
            assert_eq!(spelled(text, &numeric, reading).as_deref(), Ok(expected), "{text}");
        }
        let swiss = Notation { decimal_comma: true, group_mark: Some('\''), ..Notation::default() };
        for (text, reading) in [
            ("", &point),
            ("12,5", &Notation::default()),
            // A comma where another notation has its decimal mark.
            ("12,50", &point),
            ("1,23,456", &point),
            ("1234,567", &point),
            ("1,2345", &point),
            (",123", &point),
            ("1,234.5,6", &point),
            ("12.50", &comma),
            ("1.234.5", &comma),
            ("1.5", &swiss),
            ("five", &comma),
            ("--1", &point),
            ("1 2", &point),
            // What is grouped behind a zero is the other notation's fraction.
            ("0,500", &point),
            ("-0,125", &point),
            ("000,001", &point),
            ("012,345", &point),
            ("1,2e3", &point),
            ("1e0,001", &point),
            ("0.500", &comma),
            ("1.e10", &comma),
        ] {
            assert!(spelled(text, &numeric, reading).is_err(), "{text}");
        }
    }

    #[test]
    fn rounds_only_when_it_is_told_to() {
        let with = |places, rounding| Numeric { places: Some(places), rounding, as_text: false };
        let plain = Notation::default();
        assert_eq!(spelled("10.5", &with(2, None), &plain).as_deref(), Ok("10.50"));
        assert!(spelled("10.505", &with(2, None), &plain).is_err_and(|reason| reason.contains("rounding")));
        for (rounding, expected) in [
            (Rounding::HalfUp, "10.51"),
            (Rounding::HalfEven, "10.50"),
            (Rounding::Up, "10.51"),
            (Rounding::Down, "10.50"),
        ] {
            assert_eq!(spelled("10.505", &with(2, Some(rounding)), &plain).as_deref(), Ok(expected));
        }
        let whole = |text: &str, rounding| {
            integer(&Value::Text(text.to_owned().into()), &Numeric { rounding, ..Numeric::default() }, &plain)
                .map(|value| value.scalar_text().unwrap_or_default().into_owned())
        };
        assert_eq!(whole("2.00", None).as_deref(), Ok("2"));
        assert!(whole("2.5", None).is_err());
        assert_eq!(whole("-2.5", Some(Rounding::HalfUp)).as_deref(), Ok("-3"));
    }

    proptest! {
        #[test]
        fn decimals_keep_their_digits(text in "-?(0|[1-9][0-9]{0,13})(\\.[0-9]{1,14})?", as_text: bool) {
            let numeric = Numeric { as_text, ..Numeric::default() };
            // Nothing has no sign.
            let is_nothing = text.bytes().all(|byte| !matches!(byte, b'1'..=b'9'));
            let digits = if is_nothing { text.trim_start_matches('-') } else { &text };
            let expected = if as_text { format!("\"{digits}\"") } else { digits.to_owned() };
            let plain = Notation::default();
            prop_assert_eq!(spelled(&text, &numeric, &plain), Ok(expected.clone()));
            let mut out = String::new();
            decimal(&Value::Number(text.as_str().into()), &numeric, &plain).expect("a number").write(&mut out);
            prop_assert_eq!(out, expected);
        }

        #[test]
        fn what_is_computed_is_exact(a in -1_000_000_000_000_i64..1_000_000_000_000, b in -1_000_000_i64..1_000_000,
                                     scale_a in 0u32..6, scale_b in 0u32..6) {
            let left = Decimal::from_parts(a.into(), scale_a).expect("small");
            let right = Decimal::from_parts(b.into(), scale_b).expect("small");
            let difference = calculate(left, Arithmetic::Minus, right).expect("small");
            prop_assert_eq!(calculate(difference, Arithmetic::Plus, right), Ok(left));
            let product = calculate(left, Arithmetic::Times, right).expect("small");
            let expected = i128::from(a) * i128::from(b);
            let shift = 10_i128.pow(scale_a + scale_b - product.places());
            prop_assert_eq!(product.mantissa() * shift, expected);
            if b != 0 {
                prop_assert_eq!(calculate(product, Arithmetic::Over, right), Ok(left));
            } else {
                prop_assert!(calculate(left, Arithmetic::Over, right).is_err());
            }
        }
    }
}
