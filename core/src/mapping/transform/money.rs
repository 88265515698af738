//! Amounts of money.

use rust_decimal::Decimal as Exact;

use super::currency::minor_places;
use super::number::Numeric;
use crate::mapping::rule::Operand;
use crate::mapping::value::Value;
use crate::value::{CurrencyCode, Decimal};

/// What is known of an amount.
#[derive(Clone, Debug)]
pub(in crate::mapping) struct Money {
    /// The code of its currency.
    pub(in crate::mapping) currency: Option<Operand>,
    /// Whether it is a whole number of the currency's minor unit: 1050 for 10.50.
    pub(in crate::mapping) minor: bool,
}

impl Money {
    /// Whether nothing is known of it but that it is an amount.
    pub(super) fn is_plain(&self) -> bool {
        self.currency.is_none() && !self.minor
    }

    /// An amount has at least the places of its currency. More are kept, unless the rule says how many; one that is
    /// rounded has no more than its currency, however many are written.
    pub(super) fn apply<'v>(
        &self,
        amount: Decimal,
        currency: Option<&Value<'_>>,
        numeric: &Numeric,
    ) -> Result<Value<'v>, String> {
        let known = currency.map(currency_places).transpose()?;
        let amount = if self.minor { of_minor(amount, known)? } else { amount };
        let amount = match known {
            Some(known) if numeric.rounding.is_some() && amount.places() > known => {
                numeric.fit(amount, Some(known))?
            }
            Some(_) | None => amount,
        };
        let places = numeric.places.or_else(|| known.map(|known| known.max(amount.places())));
        numeric.fit(amount, places).map(|fit| numeric.write(fit))
    }
}

/// The smallest amount of a currency.
///
/// # Errors
/// When the value is not the code of one.
pub(in crate::mapping) fn minor_unit(currency: &Value<'_>) -> Result<Decimal, String> {
    Decimal::from_parts(1, currency_places(currency)?).map_err(|error| error.to_string())
}

fn currency_places(value: &Value<'_>) -> Result<u32, String> {
    let code = value.text().map(str::trim).and_then(|text| CurrencyCode::parse(text).ok());
    code.map(minor_places).ok_or_else(|| {
        format!("its currency is {}; expected a code of three capital letters such as GBP", value.excerpt())
    })
}

fn of_minor(amount: Decimal, places: Option<u32>) -> Result<Decimal, String> {
    // Documents whose minor units have no currency are refused.
    let places = places.unwrap_or(2);
    let mut exact = Exact::from(amount);
    if exact.fract() != Exact::ZERO {
        return Err("expected a whole number of the currency's minor unit".to_owned());
    }
    exact = exact.trunc();
    exact.set_scale(places).map_err(|_| "expected fewer digits".to_owned())?;
    Ok(exact.into())
}

#[cfg(test)]
mod tests {
    use super::super::number::Rounding;
    use super::*;

    fn amount(digits: &str, currency: &str, minor: bool, places: Option<u32>) -> Result<String, String> {
        let money = Money { currency: None, minor };
        let numeric = Numeric { places, ..Numeric::default() };
        let currency = Value::Text(currency.into());
        let amount = Decimal::parse(digits).expect("a number");
        let value = money.apply(amount, Some(&currency), &numeric)?;
        Ok(value.scalar_text().unwrap_or_default().into_owned())
    }

    #[test]
    fn an_amount_that_is_rounded_has_the_places_of_its_currency_and_no_more() {
        let money = Money { currency: None, minor: false };
        for (digits, currency, places, expected) in [
            ("909.0909", "GBP", None, "909.09"),
            ("909.0909", "JPY", None, "909"),
            ("909.5", "JPY", None, "910"),
            ("909.0909", "JPY", Some(2), "909.00"),
            ("1.2345", "KWD", None, "1.235"),
            ("1.2344", "KWD", Some(2), "1.23"),
            ("10", "GBP", None, "10.00"),
        ] {
            let numeric = Numeric { places, rounding: Some(Rounding::HalfUp), ..Numeric::default() };
            let amount = Decimal::parse(digits).expect("a number");
            let value =
                money.apply(amount, Some(&Value::Text(currency.into())), &numeric).expect("an amount");
            assert_eq!(value.scalar_text().as_deref(), Some(expected), "{digits} {currency}");
        }
    }

    #[test]
    fn amounts_have_the_places_of_their_currency() {
        for (digits, currency, minor, places, expected) in [
            ("10", "GBP", false, None, "10.00"),
            ("10.5", "GBP", false, None, "10.50"),
            ("10.5055", "GBP", false, None, "10.5055"),
            ("10.5", "GBP", false, Some(4), "10.5000"),
            ("1050", "GBP", true, None, "10.50"),
            ("5", "GBP", true, None, "0.05"),
            ("-1050", "USD", true, None, "-10.50"),
            ("1050", "JPY", true, None, "1050"),
            ("1050", "KWD", true, None, "1.050"),
            ("1", "CLF", true, None, "0.0001"),
            ("10.00", "JPY", false, None, "10.00"),
        ] {
            assert_eq!(
                amount(digits, currency, minor, places).as_deref(),
                Ok(expected),
                "{digits} {currency}"
            );
        }
        assert!(amount("10.5", "GBP", true, None).is_err_and(|reason| reason.contains("minor unit")));
        assert!(amount("10", "pounds", false, None).is_err_and(|reason| reason.contains("\"pounds\"")));
        assert!(amount("10.555", "GBP", false, Some(2)).is_err());
    }
}
