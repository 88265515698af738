//! `spread`: an amount of the record, shared among the elements of an array so that the shares come to it again.

use std::sync::Arc;

use super::{Around, RuleStep, Sharers, StepDefinition, StepTime};
use crate::mapping::document::{Context, DocumentPlace, PathScope};
use crate::mapping::rule::Pick;
use crate::mapping::transform::read_number;
use crate::mapping::value::Value;
use crate::value::Decimal;

pub(super) const KIND: StepDefinition = StepDefinition {
    name: "spread",
    stage: StepTime::Known,
    schema: r##"{
          "description": "The element's share of the amount that was picked: in proportion to its weight among those of all elements of the `each` around the rule that its `where` lets through, in whole units of the last place; what is left over goes to the largest remainders.",
          "type": "object",
          "properties": {
            "by": {"description": "The weights, as an array with a number for each element, or for each one that `where` lets through.", "$ref": "#/$defs/path"},
            "places": {"description": "Two when absent.", "type": "integer", "minimum": 0, "maximum": 12},
            "among": {"description": "`all`: elements that `where` leaves out have their shares, too, which are written nowhere.", "enum": ["all"]}
          },
          "required": ["by"],
          "additionalProperties": false
        }"##,
    read,
};

/// The largest number of decimal places of an amount that is spread.
const MOST_PLACES: u32 = 12;

/// Among whom, where that is not those that `where` lets through.
const AMONG: [(&str, bool); 1] = [("all", true)];

/// Sharing an amount.
#[derive(Debug)]
struct Spread {
    by: Pick,
    places: u32,
    /// Whether elements that `where` leaves out have their shares, too.
    is_among_all: bool,
}

/// `{"by": {"from": "lines[].net", "scope": "record"}, "places": 2}`.
fn read(place: &DocumentPlace<'_>, context: &mut Context<'_>, scope: PathScope) -> Option<Arc<dyn RuleStep>> {
    let mut members = place.object(context.findings)?;
    let by = members.take("by");
    let places = members.count("places", MOST_PLACES, context.findings).unwrap_or(2);
    let is_among_all = members.choice("among", &AMONG, context.findings).unwrap_or_default();
    members.finish(context.findings);
    let Some(by) = by else {
        context.findings.error(&place.pointer, "by is missing; expected the weights of all elements");
        return None;
    };
    let by = context.pick(&by, scope)?;
    if !context.is_within_each() {
        let message = "an amount is spread over the elements of an `each`; expected the rule within one";
        context.findings.error(&place.pointer, message);
        return None;
    }
    Some(Arc::new(Spread { by, places, is_among_all }))
}

impl RuleStep for Spread {
    fn apply<'v>(&'v self, value: &Value<'v>, around: &Around<'_, 'v>) -> Result<Value<'v>, String> {
        let amount = read_number(value, around.reading)?;
        let wanted = &self.by.expression.text;
        let weights = (around.pick)(&self.by)?;
        let weights = weights.elements().ok_or_else(|| {
            format!("spread: {wanted} is {}; expected an array of weights", weights.excerpt())
        })?;
        let weights = weights.map(|weight| {
            read_number(&weight, around.reading)
                .ok()
                .filter(|number| *number >= Decimal::default())
                .ok_or_else(|| {
                    format!("spread: a weight is {}; expected a number from 0 on", weight.excerpt())
                })
        });
        let weights = weights.collect::<Result<Vec<_>, _>>()?;
        let sharers = around.sharers.ok_or("spread: there are no elements")?;
        let (weights, place) = match self.is_among_all {
            true if weights.len() == sharers.kept.len() => (weights, sharers.place),
            true => return Err(wrong_count(wanted, &of_all(&weights, sharers.kept.len()))),
            false => of_sharers(weights, sharers).map_err(|count| wrong_count(wanted, &count))?,
        };
        let share = share(amount, &weights, place, self.places)?;
        if !self.is_among_all {
            (around.note_share)(amount, share);
        }
        Ok(Value::number_of(share))
    }

    fn shares(&self) -> bool {
        true
    }

    fn shares_all(&self) -> bool {
        !self.is_among_all
    }

    fn in_words(&self) -> Vec<String> {
        let among = if self.is_among_all { ", among those that are left out, too" } else { "" };
        vec![format!("spread by {} to {} places{among}", self.by.expression.text, self.places)]
    }
}

fn wrong_count(wanted: &str, count: &str) -> String {
    format!("spread: {wanted} has {count}; expected a weight for each element")
}

fn of_all(weights: &[Decimal], elements: usize) -> String {
    format!("{} weights, and the `each` has {elements} elements", weights.len())
}

/// The weights of the elements that `where` lets through, and the place of this one among them. There is one for each of
/// all elements, or for each of these.
///
/// # Errors
/// How many there are of each.
fn of_sharers(weights: Vec<Decimal>, sharers: Sharers<'_>) -> Result<(Vec<Decimal>, usize), String> {
    let is_kept = |place: &usize| sharers.kept.get(*place).copied().unwrap_or_default();
    let all = sharers.kept.len();
    let kept = (0..all).filter(is_kept).count();
    let place = (0..sharers.place).filter(is_kept).count();
    let weights = match weights.len() {
        count if count == all => {
            let of_kept = weights.into_iter().enumerate().filter(|(place, _)| is_kept(place));
            of_kept.map(|(_, weight)| weight).collect()
        }
        count if count == kept => weights,
        _ if all == kept => return Err(of_all(&weights, all)),
        count => {
            return Err(format!(
                "{count} weights, and the `each` has {all} elements, of which `where` lets {kept} through"
            ));
        }
    };
    Ok((weights, place))
}

/// One share of an amount, by largest remainders; of equal ones the first counts.
fn share(amount: Decimal, weights: &[Decimal], place: usize, places: u32) -> Result<Decimal, String> {
    let units = amount.with_places(places).map_err(|_| {
        format!(
            "spread: {amount} cannot be shared; expected an amount that {places} decimal places hold exactly"
        )
    })?;
    let units = units.mantissa();
    let scale = weights.iter().map(|weight| weight.places()).max().unwrap_or_default();
    let too_long = || "spread: the weights have too many digits; expected shorter ones".to_owned();
    let weights = weights.iter().map(|weight| weight.with_places(scale).map(Decimal::mantissa));
    let weights: Vec<i128> = weights.collect::<Result<_, _>>().map_err(|_| too_long())?;
    let sum = weights.iter().try_fold(0_i128, |sum, weight| sum.checked_add(*weight)).ok_or_else(too_long)?;
    if sum == 0 {
        return match units {
            0 => Decimal::from_parts(0, places).map_err(|error| error.to_string()),
            _ => Err(format!("spread: all weights are 0, so that {amount} has nowhere to go")),
        };
    }
    let size = units.abs();
    let products = weights.iter().map(|weight| size.checked_mul(*weight));
    let products: Vec<i128> = products.collect::<Option<_>>().ok_or_else(too_long)?;
    let whole = products.iter().map(|product| product / sum).sum::<i128>();
    // As many elements have one unit more as are left over.
    let left = size - whole;
    let own = products.get(place).copied().unwrap_or_default() % sum;
    let before = products.iter().enumerate().filter(|(other, product)| {
        let remainder = *product % sum;
        remainder > own || remainder == own && *other < place
    });
    let extra = i128::from((before.count() as i128) < left);
    let share = products.get(place).copied().unwrap_or_default() / sum + extra;
    Decimal::from_parts(share * units.signum(), places).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(amount: &str, weights: &[&str]) -> Vec<String> {
        let number = |text: &str| Decimal::parse(text).expect("a number");
        let weights: Vec<Decimal> = weights.iter().map(|weight| number(weight)).collect();
        let share = |place| share(number(amount), &weights, place, 2).map(|share| share.to_string());
        (0..weights.len()).map(|place| share(place).unwrap_or_else(|reason| reason)).collect()
    }

    #[test]
    fn shares_come_to_the_amount() {
        assert_eq!(shares("10.00", &["1", "1", "1"]), ["3.34", "3.33", "3.33"]);
        assert_eq!(shares("-10.00", &["1", "1", "1"]), ["-3.34", "-3.33", "-3.33"]);
        assert_eq!(shares("0.02", &["10.50", "10.50", "0"]), ["0.01", "0.01", "0.00"]);
        assert_eq!(shares("5", &["19.99", "0.01"]), ["5.00", "0.00"]);
        assert_eq!(shares("0", &["0", "0"]), ["0.00", "0.00"]);
        assert!(shares("1", &["0"])[0].contains("nowhere to go"));
        assert!(shares("1.005", &["1"])[0].contains("2 decimal places"));
    }

    #[test]
    fn there_is_a_weight_for_each_element_or_for_each_that_is_kept() {
        let number = |weight: &i64| Decimal::from(*weight);
        for (weights, kept, place, expected) in [
            (&[1, 2, 3][..], &[true, true, true][..], 2, Some((&[1, 2, 3][..], 2))),
            (&[1, 2, 3], &[false, true, true], 2, Some((&[2, 3], 1))),
            (&[2, 3], &[false, true, true], 1, Some((&[2, 3], 0))),
            (&[1, 2, 3], &[true, true], 0, None),
            (&[2], &[false, true, true], 1, None),
        ] {
            let exact: Vec<Decimal> = weights.iter().map(number).collect();
            let found = of_sharers(exact, Sharers { place, kept });
            let expected = expected.map(|(weights, place)| (weights.iter().map(number).collect(), place));
            assert_eq!(found.ok(), expected, "{weights:?} {kept:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_share_is_off_by_a_unit(
            cents in -1_000_000_i64..1_000_000, weights in prop::collection::vec(0_i64..100_000, 1..12),
        ) {
            prop_assume!(weights.iter().sum::<i64>() > 0);
            let amount = Decimal::from_parts(cents.into(), 2).expect("small");
            let exact: Vec<Decimal> = weights.iter().map(|weight| Decimal::from(*weight)).collect();
            let shares = (0..weights.len()).map(|place| share(amount, &exact, place, 2).expect("a share").mantissa());
            let shares: Vec<i128> = shares.collect();
            prop_assert_eq!(shares.iter().sum::<i128>(), i128::from(cents));
            let sum = weights.iter().sum::<i64>();
            for (share, weight) in shares.iter().zip(weights) {
                let off = share * i128::from(sum) - i128::from(cents) * i128::from(weight);
                prop_assert!(off.abs() < i128::from(sum));
            }
        }
    }
}
