//! Amounts in the smallest units of their currency: 2400 for 24.00. A whole number under `amount` beside a currency is
//! one where the system is known for it, and may be one elsewhere.

use super::sample::{AmountCurrency, SampleLevel, SampleValue};
use crate::json::ObjectText;
use crate::mapping::transform::minor_unit;
use crate::mapping::value::Value;
use crate::value::Decimal;

/// How the document divides amounts in the smallest units of their currency.
#[derive(Clone, Debug)]
pub(super) struct StatedUnits {
    currency: AmountCurrency,
    is_of_record: bool,
    /// Whether the system is known for it; otherwise amounts of a sample could be whole by chance.
    pub(super) is_certain: bool,
}

impl StatedUnits {
    /// Nothing where amounts are stated as people write them.
    pub(super) fn of(record: &SampleLevel) -> Option<Self> {
        let mut stated = Vec::new();
        gather(record, &mut stated);
        let is_whole = |value: &SampleValue| {
            value.is_number && value.texts.iter().all(|text| text.parse::<i64>().is_ok())
        };
        if stated.is_empty() || !stated.iter().all(|(value, _)| is_whole(value)) {
            return None;
        }
        let is_certain = stated.iter().any(|(value, currency)| {
            let is_money = value.full_name.split(' ').any(|word| word == "money");
            is_money || currency.code.bytes().all(|byte| byte.is_ascii_lowercase())
        });
        // A currency of the record is known in every row.
        let of_record = record.values.iter().find_map(|value| value.currency.clone());
        let is_of_record = of_record.is_some();
        let currency = of_record.or_else(|| stated.first().map(|(_, currency)| (*currency).clone()))?;
        Some(Self { currency, is_of_record, is_certain })
    }

    /// The type of an amount, as JSON.
    pub(super) fn money(&self) -> String {
        let currency = ObjectText::new().text("from", &format!("upper({})", self.currency.path));
        let currency = if self.is_of_record { currency.text("scope", "record") } else { currency };
        let money = ObjectText::new().text("type", "money").id("places", 2).text("rounding", "half-up");
        money.raw("minor", "true").raw("currency", &currency.finish()).finish()
    }

    /// The expression that makes a stated sum of them one as people write it.
    pub(super) fn divided(&self, path: &str) -> String {
        let code = self.currency.code.to_uppercase();
        let unit = minor_unit(&Value::Text(code.as_str().into())).map(|unit| unit.to_string());
        let places = unit.ok().and_then(|unit| Some(unit.split_once('.')?.1.len())).unwrap_or_default();
        format!("{path} / `1{}`", "0".repeat(places))
    }

    /// What is to be known of it.
    pub(super) fn remark(&self) -> String {
        let code = self.currency.code.to_uppercase();
        let known = "Amounts are whole numbers beside a currency, and are divided as its smallest units";
        if self.is_certain {
            format!("{known}; the total as those of {code}: see that this is so.")
        } else {
            format!(
                "{known}, which nothing else says: decide whether 100 {code} stands there as 100 or as more."
            )
        }
    }
}

/// The amounts beside a currency, wherever they stand.
fn gather<'s>(level: &'s SampleLevel, stated: &mut Vec<(&'s SampleValue, &'s AmountCurrency)>) {
    let amounts = level.values.iter().filter(|value| is_number(value));
    stated.extend(amounts.filter_map(|value| Some((value, value.currency.as_ref()?))));
    level.lists.iter().for_each(|list| gather(&list.level, stated));
}

fn is_number(value: &SampleValue) -> bool {
    !value.texts.is_empty() && value.texts.iter().all(|text| Decimal::parse(text).is_ok())
}
