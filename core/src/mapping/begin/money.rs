//! The money of rows: the ways in which shops state it, of which the one counts that comes to the sample's total.

use super::names::{
    AMOUNTS, DISCOUNT_LISTS, DISCOUNTS, NETS, PRICES, QUANTITIES, SHIPPING, SHIPPING_LISTS, SHIPPING_TAXES,
    TAX_LISTS, TAXES, TOTALS, rank,
};
use super::sample::{SampleLevel, SampleValue};
use crate::json::{ObjectText, array};
use crate::value::Decimal;

/// One way in which an order states the money of its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct MoneyForm {
    /// What a row costs, or one piece of it where a quantity follows.
    price: String,
    quantity: Option<String>,
    discount: Option<String>,
    tax: Option<String>,
    /// Whether the price contains the tax.
    is_inclusive: bool,
    shipping: Option<ShippingForm>,
}

#[derive(Clone, Debug)]
enum ShippingForm {
    /// An array, with the amount and the tax of an element.
    Lines { path: String, amount: String, tax: Option<String> },
    /// Amounts of the record.
    Amount { path: String, tax: Option<String> },
}

/// The total that a record states, which is checked; the first in the order in which names are likely.
pub(super) fn total(sample: &SampleLevel) -> Option<&SampleValue> {
    // A part of the record has totals of its own.
    let whole = sample.values.iter().filter(|value| value.party.is_none() && is_amount(value));
    let ranked = whole.filter_map(|value| {
        let rank = rank(TOTALS, &value.name).or_else(|| rank(TOTALS, &value.full_name))?;
        Some((value.depth, rank, value))
    });
    ranked.min_by_key(|(depth, rank, _)| (*depth, *rank)).map(|(_, _, value)| value)
}

/// All the ways, the likelier ones first. `rows` are the elements that become rows.
pub(super) fn forms(record: &SampleLevel, rows: &SampleLevel) -> Vec<MoneyForm> {
    let tax = amount(rows, TAXES, TAX_LISTS);
    let discount = amount(rows, DISCOUNTS, DISCOUNT_LISTS);
    let quantity = best(rows, QUANTITIES);
    let price = best(rows, PRICES);
    let mut prices: Vec<(String, Option<String>)> = Vec::new();
    prices.extend(price.map(|price| (price.path.clone(), quantity.map(|quantity| quantity.path.clone()))));
    let nets = rows.values.iter().filter(|value| is_amount(value));
    let mut nets: Vec<(usize, String)> =
        nets.filter_map(|value| Some((rank(NETS, &value.name)?, value.path.clone()))).collect();
    nets.sort();
    prices.extend(nets.into_iter().map(|(_, path)| (path, None)));
    let mut forms = Vec::new();
    let or_none = |known: &Option<String>| match known {
        Some(known) => vec![Some(known.clone()), None],
        None => vec![None],
    };
    for shipping in shipping(record) {
        for (price, quantity) in &prices {
            for discount in or_none(&discount) {
                for tax in or_none(&tax) {
                    for is_inclusive in [false, true] {
                        if is_inclusive && tax.is_none() {
                            continue;
                        }
                        forms.push(MoneyForm {
                            price: price.clone(),
                            quantity: quantity.clone(),
                            discount: discount.clone(),
                            tax: tax.clone(),
                            is_inclusive,
                            shipping: shipping.clone(),
                        });
                    }
                }
            }
        }
    }
    forms
}

/// The ways in which shipping is stated, the last of which is not at all.
fn shipping(record: &SampleLevel) -> Vec<Option<ShippingForm>> {
    let mut forms = Vec::new();
    for list in record.lists.iter().filter(|list| rank(SHIPPING_LISTS, &list.name).is_some()) {
        let amounts =
            list.level.values.iter().filter(|value| rank(AMOUNTS, &value.name).is_some() && is_amount(value));
        let tax = amount(&list.level, TAXES, TAX_LISTS);
        forms.extend(amounts.map(|value| {
            Some(ShippingForm::Lines {
                path: list.path.clone(),
                amount: value.path.clone(),
                tax: tax.clone(),
            })
        }));
    }
    let named = |names: &[&str]| {
        let amounts = record.values.iter().filter(|value| is_amount(value));
        let ranked = amounts.filter_map(|value| Some((rank(names, &value.full_name)?, value.path.clone())));
        ranked.min().map(|(_, path)| path)
    };
    if let Some(path) = named(SHIPPING) {
        forms.push(Some(ShippingForm::Amount { path, tax: named(SHIPPING_TAXES) }));
    }
    forms.push(None);
    forms
}

fn is_amount(value: &SampleValue) -> bool {
    !value.texts.is_empty() && value.texts.iter().all(|text| Decimal::parse(text).is_ok())
}

fn best<'s>(level: &'s SampleLevel, names: &[&str]) -> Option<&'s SampleValue> {
    let amounts = level.values.iter().filter(|value| is_amount(value));
    let ranked = amounts.filter_map(|value| Some((rank(names, &value.name)?, value.depth, value)));
    ranked.min_by_key(|(rank, depth, _)| (*depth, *rank)).map(|(_, _, value)| value)
}

/// An amount of a row, or the sum of those in an array of it, as an expression.
fn amount(level: &SampleLevel, names: &[&str], lists: &[&str]) -> Option<String> {
    if let Some(list) = level.lists.iter().find(|list| rank(lists, &list.name).is_some())
        && let Some(amount) = best(&list.level, AMOUNTS)
    {
        return Some(format!("sum({}[].to_number({}) || `[]`)", list.path, amount.path));
    }
    best(level, names).map(|value| value.path.clone())
}

const MONEY: &str = r#"{"type":"money","places":2,"rounding":"half-up"}"#;

impl MoneyForm {
    /// Where the net comes from, in words.
    pub(super) fn net_words(&self) -> String {
        let mut words = self.price.clone();
        let steps = [("times", &self.quantity), ("minus", &self.discount)];
        for (step, operand) in steps.into_iter().filter_map(|(step, operand)| Some((step, operand.as_ref()?)))
        {
            words.push_str(&format!(" {step} {operand}"));
        }
        match (&self.tax, self.is_inclusive) {
            (Some(tax), true) => format!("{words} minus {tax}"),
            (Some(_) | None, _) => words,
        }
    }

    /// Where the tax comes from, in words.
    pub(super) fn tax_words(&self) -> String {
        self.tax.clone().unwrap_or_else(|| "the constant \"0.00\"".to_owned())
    }

    /// The rules of a row's net, tax and tax code.
    pub(super) fn row_rules(&self, within: &str) -> Vec<String> {
        let minus = |operand: &str| ObjectText::new().text("minus", operand).finish();
        let mut math = Vec::new();
        math.extend(
            self.quantity.as_ref().map(|quantity| ObjectText::new().text("times", quantity).finish()),
        );
        math.extend(self.discount.as_ref().map(|discount| minus(discount)));
        math.extend(self.tax.as_ref().filter(|_| self.is_inclusive).map(|tax| minus(tax)));
        net_and_tax(
            within,
            &self.price,
            &math,
            self.tax.as_deref().map(|tax| ObjectText::new().text("from", tax)),
        )
    }

    /// The rules that make rows of shipping, each with where it comes from.
    pub(super) fn shipping_rules(&self, to: &str) -> Vec<(String, String)> {
        let Some(shipping) = &self.shipping else { return Vec::new() };
        let (each, amount, tax, scoped) = match shipping {
            ShippingForm::Lines { path, amount, tax } => (path.clone(), amount.clone(), tax.clone(), None),
            ShippingForm::Amount { path, tax } => {
                let each = format!("[{path}][?@ && to_number(@) != `0`]");
                (each, "@".to_owned(), tax.clone(), Some("record"))
            }
        };
        let tax_source = tax.map(|tax| match scoped {
            Some(scope) => ObjectText::new()
                .raw("from", &ObjectText::new().text("from", &tax).text("scope", scope).finish()),
            None => ObjectText::new().text("from", &tax),
        });
        let math = match (&tax_source, self.is_inclusive) {
            (Some(source), true) => {
                let operand = source.clone().finish();
                let inner = operand.strip_prefix(r#"{"from":"#).and_then(|rest| rest.strip_suffix('}'));
                vec![ObjectText::new().raw("minus", inner.unwrap_or_default()).finish()]
            }
            (Some(_) | None, _) => Vec::new(),
        };
        let mut fields = vec![
            ObjectText::new().text("to", "/name").text("value", "Shipping").finish(),
            ObjectText::new().text("to", "/quantity").text("value", "1").finish(),
        ];
        fields.extend(net_and_tax("", &amount, &math, tax_source));
        let rule = ObjectText::new().text("to", to).text("each", &each).raw("fields", &array(fields));
        vec![(each, rule.finish())]
    }
}

fn net_and_tax(within: &str, price: &str, math: &[String], tax: Option<ObjectText>) -> Vec<String> {
    let to = |name: &str| ObjectText::new().text("to", &format!("{within}/{name}"));
    let net = to("net").text("from", price);
    let net = if math.is_empty() { net } else { net.raw("math", &array(math)) };
    let mut rules = vec![net.raw("required", "true").raw("as", MONEY).finish()];
    if let Some(source) = tax {
        let source = source.finish();
        let from =
            source.strip_prefix(r#"{"from":"#).and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
        rules.push(to("tax").raw("from", from).raw("default", "0").raw("as", MONEY).finish());
    } else {
        rules.push(to("tax").text("value", "0.00").finish());
    }
    let of_tax = ObjectText::new().text("made", &format!("{within}/tax")).text("from", "to_number(@) == `0`");
    let note = "Set the codes of your account.";
    rules.push(to("taxCode").raw("when", &of_tax.finish()).text("value", "T0").text("note", note).finish());
    rules.push(to("taxCode").text("value", "T20").text("note", note).finish());
    rules
}
