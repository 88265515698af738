//! `unit`: measures of mass, length and volume in another unit, with exact factors.

use std::sync::Arc;

use rust_decimal::{Decimal as Exact, RoundingStrategy};

use super::{Around, RuleStep, StepDefinition, StepTime};
use crate::json::Node;
use crate::mapping::document::{Context, DocumentPlace, PathScope, text_constant};
use crate::mapping::rule::Operand;
use crate::mapping::transform::read_number;
use crate::mapping::value::Value;
use crate::value::Decimal;

pub(super) const KIND: StepDefinition = StepDefinition {
    name: "unit",
    stage: StepTime::Known,
    schema: r##"{
          "type": "object",
          "properties": {
            "from": {
              "description": "A unit, or where the record has its name.",
              "oneOf": [{"type": "string"}, {"$ref": "#/$defs/scopedPath"}]
            },
            "to": {"type": "string"}
          },
          "required": ["from", "to"],
          "additionalProperties": false
        }"##,
    read,
};

/// Turning a measure into another unit.
#[derive(Debug)]
struct Conversion {
    from: Operand,
    to: Unit,
}

/// `{"from": "g", "to": "kg"}`; the unit may stand in the record: `{"from": {"from": "weight_unit"}, ...}`.
fn read(place: &DocumentPlace<'_>, context: &mut Context<'_>, scope: PathScope) -> Option<Arc<dyn RuleStep>> {
    let mut members = place.object(context.findings)?;
    let from = members.take("from");
    let to = members.needed_text("to", context.findings);
    members.finish(context.findings);
    let unit = |name: &str, pointer: String, context: &mut Context<'_>| {
        Unit::named(name).map_err(|reason| context.findings.error(pointer, reason)).ok()
    };
    let to = unit(&to?, format!("{}/to", place.pointer), context)?;
    let Some(from) = from else {
        context.findings.error(&place.pointer, "from is missing; expected a unit, or where it stands");
        return None;
    };
    if let Node::Object(_) = from.read() {
        let from = Operand::Pick(context.pick(&from, scope)?);
        return Some(Arc::new(Conversion { from, to }));
    }
    let name = from.text(context.findings)?;
    let known = unit(&name, from.pointer.clone(), context)?;
    if !known.fits(to) {
        let message = format!("{} cannot be turned into {}", known.as_str(), to.as_str());
        context.findings.error(&place.pointer, message);
    }
    Some(Arc::new(Conversion { from: Operand::Constant(text_constant(&name)), to }))
}

impl RuleStep for Conversion {
    fn apply<'v>(&'v self, value: &Value<'v>, around: &Around<'_, 'v>) -> Result<Value<'v>, String> {
        let measure = read_number(value, around.reading)?;
        let from = (around.operand)(&self.from)?;
        let name = from.text();
        let name = name.ok_or_else(|| format!("its unit is {}; expected the name of one", from.excerpt()))?;
        convert(measure, Unit::named(name)?, self.to).map(Value::number_of)
    }

    fn in_words(&self) -> Vec<String> {
        vec![format!("from {} to {}", self.from.as_str(), self.to.as_str())]
    }
}

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Mass,
    Length,
    Volume,
}

/// A unit, by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unit(usize);

/// A name, and how many of the measure's smallest units one is: milligrams, millimetres, cubic millimetres, as
/// a whole number and its decimal places. Names that follow with the same factor are other spellings.
const UNITS: [(&str, Measure, i64, u32); 40] = [
    ("mg", Measure::Mass, 1, 0),
    ("g", Measure::Mass, 1_000, 0),
    ("gram", Measure::Mass, 1_000, 0),
    ("grams", Measure::Mass, 1_000, 0),
    ("kg", Measure::Mass, 1_000_000, 0),
    ("kgs", Measure::Mass, 1_000_000, 0),
    ("kilogram", Measure::Mass, 1_000_000, 0),
    ("kilograms", Measure::Mass, 1_000_000, 0),
    ("t", Measure::Mass, 1_000_000_000, 0),
    ("oz", Measure::Mass, 28_349_523_125, 6),
    ("ounce", Measure::Mass, 28_349_523_125, 6),
    ("ounces", Measure::Mass, 28_349_523_125, 6),
    ("lb", Measure::Mass, 45_359_237, 2),
    ("lbs", Measure::Mass, 45_359_237, 2),
    ("pound", Measure::Mass, 45_359_237, 2),
    ("pounds", Measure::Mass, 45_359_237, 2),
    ("mm", Measure::Length, 1, 0),
    ("millimeters", Measure::Length, 1, 0),
    ("cm", Measure::Length, 10, 0),
    ("centimeters", Measure::Length, 10, 0),
    ("m", Measure::Length, 1_000, 0),
    ("meters", Measure::Length, 1_000, 0),
    ("in", Measure::Length, 254, 1),
    ("inch", Measure::Length, 254, 1),
    ("inches", Measure::Length, 254, 1),
    ("ft", Measure::Length, 3_048, 1),
    ("feet", Measure::Length, 3_048, 1),
    ("yd", Measure::Length, 9_144, 1),
    ("yards", Measure::Length, 9_144, 1),
    ("mm3", Measure::Volume, 1, 0),
    ("cm3", Measure::Volume, 1_000, 0),
    ("ml", Measure::Volume, 1_000, 0),
    ("l", Measure::Volume, 1_000_000, 0),
    ("litre", Measure::Volume, 1_000_000, 0),
    ("liter", Measure::Volume, 1_000_000, 0),
    ("m3", Measure::Volume, 1_000_000_000, 0),
    ("in3", Measure::Volume, 16_387_064, 3),
    ("ft3", Measure::Volume, 28_316_846_592, 3),
    ("gal", Measure::Volume, 3_785_411_784, 3),
    ("floz", Measure::Volume, 295_735_295_625, 7),
];

impl Unit {
    /// The unit of that name, in any case.
    ///
    /// # Errors
    /// The names that there are.
    fn named(name: &str) -> Result<Self, String> {
        let place = UNITS.iter().position(|unit| unit.0.eq_ignore_ascii_case(name.trim()));
        place.map(Self).ok_or_else(|| {
            let names: Vec<&str> = UNITS.iter().map(|unit| unit.0).collect();
            format!("invalid unit {name:?}; expected one of {}", names.join(", "))
        })
    }

    fn as_str(self) -> &'static str {
        UNITS.get(self.0).map_or("", |unit| unit.0)
    }

    fn factor(self) -> Exact {
        UNITS.get(self.0).map_or(Exact::ONE, |unit| Exact::new(unit.2, unit.3))
    }

    fn measure(self) -> Option<Measure> {
        UNITS.get(self.0).map(|unit| unit.1)
    }

    /// Whether both measure the same.
    fn fits(self, other: Unit) -> bool {
        self.measure() == other.measure()
    }
}

/// The most decimal places of a measure that was converted.
const PLACES: u32 = 9;

/// A measure in another unit, exact up to nine decimal places and without needless zeros.
///
/// # Errors
/// When the units measure different things, or the number has too many digits.
fn convert(measure: Decimal, from: Unit, to: Unit) -> Result<Decimal, String> {
    if !from.fits(to) {
        return Err(format!("{} cannot be turned into {}", from.as_str(), to.as_str()));
    }
    if from.factor() == to.factor() {
        return Ok(measure);
    }
    let smallest = Exact::from(measure).checked_mul(from.factor());
    let converted = smallest.and_then(|smallest| smallest.checked_div(to.factor()));
    let rounded = converted.map(|value| {
        value.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero).normalize()
    });
    rounded.map(Decimal::from).ok_or_else(|| format!("{measure} {} has too many digits", from.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_turn_into_each_other() {
        for (measure, from, to, expected) in [
            ("500", "g", "kg", "0.5"),
            ("1", "lb", "kg", "0.45359237"),
            ("16", "oz", "lb", "1"),
            ("2.5", "kg", "lb", "5.511556555"),
            ("12", "inches", "ft", "1"),
            ("1", "m", "cm", "100"),
            ("1", "l", "ml", "1000"),
            ("1", "ft3", "in3", "1728"),
            ("1", "gal", "floz", "128"),
            ("1.500", "KG", "kg", "1.500"),
        ] {
            let (from, to) = (Unit::named(from).expect("a unit"), Unit::named(to).expect("a unit"));
            let measure = Decimal::parse(measure).expect("a number");
            assert_eq!(convert(measure, from, to).map(|value| value.to_string()).as_deref(), Ok(expected));
        }
        let (mass, length) = (Unit::named("kg").expect("a unit"), Unit::named("cm").expect("a unit"));
        assert!(convert(Decimal::default(), mass, length).is_err());
        assert!(Unit::named("stone").is_err_and(|reason| reason.contains("kg")));
    }
}
