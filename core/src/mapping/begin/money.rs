//! The money of rows: the ways in which shops state it, of which the one counts that comes to the sample's total.

use super::minor_units::StatedUnits;
use super::names::{
    AMOUNTS, DISCOUNT_LISTS, DISCOUNTS, NETS, PRICES, QUANTITIES, SHIPPING, SHIPPING_LISTS, SHIPPING_TAXES,
    TAX_LISTS, TAXES, TOTAL_TAXES, TOTALS, rank, rank_in_record, rank_in_row,
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
    let ranked =
        whole.filter_map(|value| Some((rank_in_record(TOTALS, &value.full_name)?, value.depth, value)));
    ranked.min_by_key(|(rank, depth, _)| (*rank, *depth)).map(|(.., value)| value)
}

/// The tax of the whole that a record states, which is checked beside the total.
pub(super) fn total_tax(sample: &SampleLevel) -> Option<&SampleValue> {
    let whole = sample.values.iter().filter(|value| value.party.is_none() && is_amount(value));
    let ranked = whole.filter_map(|value| {
        let rank = rank_in_record(TOTAL_TAXES, &value.full_name)?;
        Some((rank, value.depth, value))
    });
    ranked.min_by_key(|(rank, depth, _)| (*rank, *depth)).map(|(.., value)| value)
}

/// What is known of amounts beside where they stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct MoneyTerms<'s> {
    /// How they are divided, where they are whole numbers of the smallest units.
    pub(super) units: Option<&'s StatedUnits>,
    /// Whether the record states its tax, so that rows without one are held against it.
    pub(super) states_tax: bool,
    /// Whether what nothing was found for is still to be decided, rather than tried with an example.
    pub(super) is_final: bool,
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
    let mut nets: Vec<(usize, String)> = nets
        .filter_map(|value| Some((rank_in_row(NETS, &value.name, &value.full_name)?, value.path.clone())))
        .collect();
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
        let amounts = list.level.values.iter().filter(|value| {
            rank_in_row(AMOUNTS, &value.name, &value.full_name).is_some() && is_amount(value)
        });
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
        let ranked =
            amounts.filter_map(|value| Some((rank_in_record(names, &value.full_name)?, value.path.clone())));
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
    let ranked = amounts
        .filter_map(|value| Some((rank_in_row(names, &value.name, &value.full_name)?, value.depth, value)));
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

/// A rule that refuses every record, until somebody has decided what goes there.
pub(super) fn undecided(to: &str, reason: &str) -> String {
    let reason = reason.replace('{', "(").replace('}', ")");
    let reject = format!("{to} is still to be decided: {reason}");
    ObjectText::new().text("to", to).text("reject", &reject).finish()
}

impl MoneyTerms<'_> {
    /// Whether a row without a tax is taken for untaxed.
    pub(super) fn takes_none_for_zero(&self) -> bool {
        self.states_tax || !self.is_final
    }

    fn net_and_tax(
        &self,
        within: &str,
        price: &str,
        math: &[String],
        tax: Option<ObjectText>,
    ) -> Vec<String> {
        let money = self.units.map_or_else(|| MONEY.to_owned(), StatedUnits::money);
        let to = |name: &str| ObjectText::new().text("to", &format!("{within}/{name}"));
        let mut rules = Vec::new();
        if self.is_final && self.units.is_some_and(|units| !units.is_certain) {
            let reason = "amounts of the sample are whole numbers beside a currency; delete this rule if the next is right to divide them as its smallest units, or else `minor` and its `currency` there";
            rules.push(undecided(&format!("{within}/net"), reason));
        }
        let net = to("net").text("from", price);
        let net = if math.is_empty() { net } else { net.raw("math", &array(math)) };
        rules.push(net.raw("required", "true").raw("as", &money).finish());
        if let Some(source) = tax {
            let source = source.finish();
            let from = source
                .strip_prefix(r#"{"from":"#)
                .and_then(|rest| rest.strip_suffix('}'))
                .unwrap_or_default();
            rules.push(to("tax").raw("from", from).raw("default", "0").raw("as", &money).finish());
        } else if self.takes_none_for_zero() {
            rules.push(to("tax").text("value", "0.00").finish());
        } else {
            let none = "no tax was found in the sample";
            let tax = format!("{none}; expected where it stands, or the constant 0.00 if nothing is taxed");
            rules.push(undecided(&format!("{within}/tax"), &tax));
            let code = format!("{none}; expected the code of a tax of your account");
            rules.push(undecided(&format!("{within}/taxCode"), &code));
            return rules;
        }
        let of_tax =
            ObjectText::new().text("made", &format!("{within}/tax")).text("from", "to_number(@) == `0`");
        let note = "Set the codes of your account.";
        rules.push(
            to("taxCode").raw("when", &of_tax.finish()).text("value", "T0").text("note", note).finish(),
        );
        rules.push(to("taxCode").text("value", "T20").text("note", note).finish());
        rules
    }
}

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

    /// Where the tax comes from; `None` where none was found.
    pub(super) fn tax(&self) -> Option<&str> {
        self.tax.as_deref()
    }

    /// The rules of a row's net, tax and tax code.
    pub(super) fn row_rules(&self, within: &str, terms: &MoneyTerms<'_>) -> Vec<String> {
        let minus = |operand: &str| ObjectText::new().text("minus", operand).finish();
        let mut math = Vec::new();
        math.extend(
            self.quantity.as_ref().map(|quantity| ObjectText::new().text("times", quantity).finish()),
        );
        math.extend(self.discount.as_ref().map(|discount| minus(discount)));
        math.extend(self.tax.as_ref().filter(|_| self.is_inclusive).map(|tax| minus(tax)));
        terms.net_and_tax(
            within,
            &self.price,
            &math,
            self.tax.as_deref().map(|tax| ObjectText::new().text("from", tax)),
        )
    }

    /// The rules that make rows of shipping, each with where it comes from.
    pub(super) fn shipping_rules(&self, to: &str, terms: &MoneyTerms<'_>) -> Vec<(String, String)> {
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
        fields.extend(terms.net_and_tax("", &amount, &math, tax_source));
        let rule = ObjectText::new().text("to", to).text("each", &each).raw("fields", &array(fields));
        vec![(each, rule.finish())]
    }
}
