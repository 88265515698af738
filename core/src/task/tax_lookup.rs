//! Reading the tax codes of products, and the rates of tax codes, as far as the rows of an order lack them.

use std::collections::BTreeMap;

use super::arguments::{missing, violation};
use super::plain_row::{Row, times};
use super::program::{TaskAnswer, get};
use crate::error::{Fault, Result, Violation};
use crate::id_set::{IdSet, Split};
use crate::json::{Record, id_of, nearest, quoted, text_of};
use crate::operation::SingleRequest;
use crate::value::Decimal;

/// What was read so far, and what is still to be read.
pub(super) struct Lookup {
    /// Products still to be asked for.
    products: Split,
    wants_rates: bool,
    is_asking_for_rates: bool,
    /// Tax codes, by product.
    codes: BTreeMap<u64, String>,
    /// Rates, by tax code; nothing where what was answered is not one rate.
    rates: BTreeMap<String, Option<Decimal>>,
    known_products: IdSet,
}

impl Lookup {
    /// For the rows of one order.
    pub(super) fn new(rows: &[Row]) -> Self {
        let products = rows.iter().filter(|row| row.tax_code.is_none()).filter_map(|row| row.product);
        // Ids were checked, so that all of them can be in a set.
        let products = IdSet::from_ids(products).unwrap_or_default();
        Self {
            products: products.split(PRODUCTS_AT_ONCE, LONGEST_ID_TEXT),
            wants_rates: rows.iter().any(|row| row.tax.is_none()),
            is_asking_for_rates: false,
            codes: BTreeMap::new(),
            rates: BTreeMap::new(),
            known_products: IdSet::new(),
        }
    }

    /// The next request, unless all is read.
    pub(super) fn next(&mut self) -> Option<SingleRequest> {
        if let Some(ids) = self.products.next() {
            return Some(get(format!("product-service/product/{ids}")));
        }
        if std::mem::take(&mut self.wants_rates) {
            self.is_asking_for_rates = true;
            return Some(get("accounting-service/tax-code"));
        }
        None
    }

    /// Takes an answer.
    pub(super) fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        for record in answer.records()? {
            if self.is_asking_for_rates {
                if let Some(code) = record.text("code") {
                    let rate = rate_of(&record);
                    let known = self.rates.entry(code).or_insert(rate);
                    if *known != rate {
                        *known = None;
                    }
                }
            } else if let Some(id) = record.node("id").as_ref().and_then(id_of) {
                self.known_products.insert(id)?;
                let code = record.record("financialDetails").record("taxCode").node("code");
                if let Some(code) = code.as_ref().and_then(text_of) {
                    self.codes.insert(id, code);
                }
            }
        }
        Ok(())
    }

    /// How many requests are still needed.
    pub(super) fn requests_left(&self) -> u64 {
        let chunks = self.products.remaining().split(PRODUCTS_AT_ONCE, LONGEST_ID_TEXT).count();
        chunks as u64 + u64::from(self.wants_rates)
    }

    /// Fills in the tax code and the tax amount of a row.
    ///
    /// # Errors
    /// What is wrong with the row, as the account has it.
    pub(super) fn complete(&self, row: &mut Row) -> Result<(), Violation> {
        let at = |member: &str| format!("{}/{member}", row.pointer);
        let code = match (&row.tax_code, row.product) {
            (Some(code), _) => code.clone(),
            (None, Some(id)) if !self.known_products.contains(id) => {
                let expected = "a product that exists, or a tax code for the row";
                return Err(violation(
                    at("productId"),
                    Fault::NotAllowed,
                    format!("{id}, which is not there"),
                    expected,
                ));
            }
            (None, product) => match product.and_then(|id| self.codes.get(&id)) {
                Some(code) => code.clone(),
                None => return Err(missing(at("taxCode"), "a tax code, since the product has none")),
            },
        };
        if row.tax.is_none() {
            let Some(rate) = self.rates.get(&code) else {
                let expected = match nearest(&code, self.rates.keys().map(String::as_str)) {
                    Some(meant) => format!("a tax code of the account, such as {meant}"),
                    None => "a tax code of the account".to_owned(),
                };
                return Err(violation(at("taxCode"), Fault::NotAllowed, format!("{code:?}"), expected));
            };
            let Some(rate) = *rate else {
                let expected = format!(
                    "a tax amount, since Brightpearl's answer does not say one rate from 0 to 100 for {code:?}"
                );
                return Err(missing(at("tax"), expected));
            };
            let Some(tax) = tax_of(row.net, rate) else {
                let expected = "a tax amount, since it cannot be worked out exactly";
                return Err(missing(at("tax"), expected));
            };
            row.tax = Some(quoted(&tax.to_string()));
        }
        row.tax_code = Some(code);
        Ok(())
    }
}

/// Most products in one GET (API notes §1.3).
const PRODUCTS_AT_ONCE: usize = 200;
const LONGEST_ID_TEXT: usize = 4_000;

/// The rate of a tax code in per cent; nothing where it is invalid. Without one, the code is exempt (API notes
/// §8.5.6).
fn rate_of(record: &Record<'_>) -> Option<Decimal> {
    let Some(found) = record.node("rate") else { return Some(Decimal::default()) };
    let rate = Decimal::parse_json(text_of(&found)?.trim()).ok()?;
    (Decimal::default()..=Decimal::from(100_u64)).contains(&rate).then_some(rate)
}

/// Per cent of a net amount, to two places as row taxes have them (API notes §1.8); halves go away from zero.
fn tax_of(net: Decimal, rate: Decimal) -> Option<Decimal> {
    let hundredfold = times(net, rate)?;
    Decimal::from_parts(hundredfold.mantissa(), hundredfold.places() + 2).ok()?.rounded(2).ok()
}
