//! Arithmetic on exact decimals. Sums, differences, products, remainders and whole quotients are exact or refused;
//! other quotients have as many places as they need, up to a limit.

use rust_decimal::{Decimal as Exact, RoundingStrategy};

use crate::mapping::transform::{Arithmetic, calculate};
use crate::mapping::value::{Sort, Value};
use crate::value::Decimal;

/// An operation on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    /// How many times the right number goes into the left one, rounded down.
    Whole,
    /// What that leaves, which has the right number's sign.
    Remainder,
}

/// The most decimal places of a quotient.
const QUOTIENT_PLACES: u32 = 18;

/// People write no more decimal places than this: a number that has more came of a division, and is no longer exact.
const WRITTEN_PLACES: u32 = 12;

impl Operator {
    fn as_str(self) -> &'static str {
        match self {
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Times => "*",
            Operator::Over => "/",
            Operator::Whole => "//",
            Operator::Remainder => "%",
        }
    }

    /// Computes with two values.
    ///
    /// # Errors
    /// What was expected instead of a value that is no number, or why there is no result.
    pub(super) fn apply<'v>(self, left: &Value<'_>, right: &Value<'_>) -> Result<Value<'v>, String> {
        let side = |side: &str, value| number(value, || format!("the {side} side of `{}`", self.as_str()));
        let (left, right) = (side("left", left)?, side("right", right)?);
        if Exact::from(right).is_zero()
            && matches!(self, Operator::Over | Operator::Whole | Operator::Remainder)
        {
            return Err(format!(
                "{left} {} {right} has no value; expected a divisor other than 0",
                self.as_str()
            ));
        }
        let result = match self {
            Operator::Plus => {
                exact(left, Arithmetic::Plus, right).or_else(|| rounded(left, right, Exact::checked_add))
            }
            Operator::Minus => {
                exact(left, Arithmetic::Minus, right).or_else(|| rounded(left, right, Exact::checked_sub))
            }
            Operator::Times => {
                exact(left, Arithmetic::Times, right).or_else(|| rounded(left, right, Exact::checked_mul))
            }
            Operator::Over => quotient(left, right),
            Operator::Whole => whole(left, right),
            Operator::Remainder => remainder(left, right),
        };
        result.map(Value::number_of).ok_or_else(|| {
            format!("{left} {} {right} has more digits than can be held exactly, which are 28", self.as_str())
        })
    }
}

/// A number as it is.
///
/// # Errors
/// As [`Operator::apply`].
pub(super) fn affirm<'v>(value: &Value<'v>) -> Result<Value<'v>, String> {
    number(value, || "what stands behind `+`".to_owned())?;
    Ok(value.clone())
}

/// A number with the other sign.
///
/// # Errors
/// As [`Operator::apply`].
pub(super) fn negate<'v>(value: &Value<'_>) -> Result<Value<'v>, String> {
    let number = Exact::from(number(value, || "what stands behind `-`".to_owned())?);
    Ok(Value::number_of((-number).into()))
}

fn number(value: &Value<'_>, what: impl Fn() -> String) -> Result<Decimal, String> {
    value.number().ok_or_else(|| {
        let expected = match value.sort() {
            Sort::Number => "a number of up to 28 digits",
            Sort::Text => "a number, such as to_number(...) makes of a text",
            Sort::Null | Sort::Boolean | Sort::Array | Sort::Object => "a number",
        };
        format!("{} is {}; expected {expected}", what(), value.excerpt())
    })
}

fn exact(left: Decimal, operation: Arithmetic, right: Decimal) -> Option<Decimal> {
    calculate(left, operation, right).ok()
}

/// What comes of a quotient need not keep all of its places.
fn rounded(left: Decimal, right: Decimal, compute: fn(Exact, Exact) -> Option<Exact>) -> Option<Decimal> {
    let is_exact = left.places().max(right.places()) <= WRITTEN_PLACES;
    let result = compute(left.into(), right.into()).filter(|result| result.scale() >= WRITTEN_PLACES);
    result.filter(|_| !is_exact).map(Decimal::from)
}

fn quotient(left: Decimal, right: Decimal) -> Option<Decimal> {
    let quotient = Exact::from(left).checked_div(right.into())?;
    let rounded = quotient.round_dp_with_strategy(QUOTIENT_PLACES, RoundingStrategy::MidpointAwayFromZero);
    Some(rounded.normalize().into())
}

/// What is left of the left number, on the right one's side of zero.
fn remainder(left: Decimal, right: Decimal) -> Option<Decimal> {
    let (divided, divisor) = (Exact::from(left), Exact::from(right));
    let rest = divided.checked_rem(divisor)?;
    if rest.is_zero() || rest.is_sign_negative() == divisor.is_sign_negative() {
        return Some(rest.into());
    }
    exact(rest.into(), Arithmetic::Plus, right)
}

fn whole(left: Decimal, right: Decimal) -> Option<Decimal> {
    let multiple = exact(left, Arithmetic::Minus, remainder(left, right)?)?;
    let quotient = Exact::from(multiple).checked_div(right.into())?;
    // The division leaves nothing, so that anything else ran out of digits.
    quotient.fract().is_zero().then(|| quotient.trunc().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn computed(left: &str, operator: Operator, right: &str) -> Result<String, String> {
        let value = operator.apply(&Value::Number(left.into()), &Value::Number(right.into()))?;
        Ok(value.scalar_text().unwrap_or_default().into_owned())
    }

    #[test]
    fn digits_are_exact_or_refused() {
        for (left, operator, right, expected) in [
            ("0.10", Operator::Plus, "0.2", "0.30"),
            ("1", Operator::Minus, "1.00", "0.00"),
            ("-1.50", Operator::Times, "0.30", "-0.4500"),
            ("12345678901234567890", Operator::Times, "1000000", "12345678901234567890000000"),
            // Zeros at the end are given up before a product is.
            ("0.50000000000000000000", Operator::Times, "0.5000000000", "0.25"),
            ("1", Operator::Over, "8", "0.125"),
            ("10.00", Operator::Over, "2", "5"),
            ("2", Operator::Over, "3", "0.666666666666666667"),
            ("-2", Operator::Over, "3", "-0.666666666666666667"),
            ("0.0", Operator::Over, "3", "0"),
            ("7", Operator::Whole, "2", "3"),
            ("-7", Operator::Whole, "2", "-4"),
            ("7", Operator::Whole, "-2", "-4"),
            ("7.50", Operator::Whole, "0.1", "75"),
            ("10", Operator::Remainder, "3", "1"),
            ("-10", Operator::Remainder, "3", "2"),
            ("10", Operator::Remainder, "-3", "-2"),
            ("10.5", Operator::Remainder, "0.3", "0.0"),
            ("9", Operator::Remainder, "-3", "0"),
        ] {
            assert_eq!(
                computed(left, operator, right).as_deref(),
                Ok(expected),
                "{left} {operator:?} {right}"
            );
        }
        for (left, operator, right) in [
            ("70000000000000000000000000000", Operator::Times, "9"),
            ("79228162514264337593543950335", Operator::Plus, "1"),
            ("79228162514264337593543950335", Operator::Plus, "0.5"),
            ("12345678901234567.8901", Operator::Times, "12345678901234567.8901"),
        ] {
            let error = computed(left, operator, right).expect_err(left);
            assert!(error.contains("more digits than can be held"), "{error}");
        }
        for operator in [Operator::Over, Operator::Whole, Operator::Remainder] {
            let error = computed("1.50", operator, "0.00").expect_err("no divisor");
            assert!(error.contains("expected a divisor other than 0"), "{error}");
        }
    }

    #[test]
    fn what_comes_of_a_quotient_is_computed_with_however_many_places_it_has() {
        let third = computed("100.00", Operator::Over, "3").expect("a quotient");
        assert_eq!(third, "33.333333333333333333");
        let times = computed(&third, Operator::Times, "19.9999999999").expect("a product");
        assert!(times.starts_with("666.66666666"), "{times}");
        let squared = computed(&third, Operator::Times, &third).expect("a product");
        assert!(squared.starts_with("1111.111111111111111"), "{squared}");
        // The places of both are more than can be written.
        let small = computed("0.000001", Operator::Times, "0.0000000000000000000000501").expect("a product");
        assert_eq!(small, "0.0000000000000000000000000001");
    }

    proptest! {
        #[test]
        fn whole_quotients_and_remainders_are_those_of_whole_numbers(
            left in -1_000_000_000_i64..1_000_000_000,
            right in prop_oneof![-1_000_000_i64..0, 1_i64..1_000_000],
            places in 0_u32..4,
        ) {
            let decimal = |number: i64| Decimal::from_parts(i128::from(number), places).expect("a number").to_string();
            let (whole, rest) = (left.div_euclid(right), left.rem_euclid(right));
            // The remainder has the divisor's sign.
            let (whole, rest) = if rest != 0 && right < 0 { (whole - 1, rest + right) } else { (whole, rest) };
            prop_assert_eq!(computed(&decimal(left), Operator::Whole, &decimal(right)), Ok(whole.to_string()));
            let found = computed(&decimal(left), Operator::Remainder, &decimal(right)).expect("a remainder");
            prop_assert_eq!(Decimal::parse(&found).expect("a number"), Decimal::from_parts(i128::from(rest), places).expect("a number"));
        }

        #[test]
        fn no_numbers_make_it_panic(left in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?", right in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?") {
            for operator in [Operator::Plus, Operator::Minus, Operator::Times, Operator::Over, Operator::Whole, Operator::Remainder] {
                let _ = computed(&left, operator, &right);
            }
        }
    }
}
