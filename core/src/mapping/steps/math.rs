//! `math`: calculations with numbers, exact.

use std::sync::Arc;

use super::{Around, RuleStep, StepDefinition, StepTime};
use crate::mapping::document::{Context, DocumentPlace, PathScope};
use crate::mapping::made::MadeSlot;
use crate::mapping::rule::Operand;
use crate::mapping::transform::{Arithmetic, calculate, read_number};
use crate::mapping::value::Value;
use crate::value::Decimal;

pub(super) const KIND: StepDefinition = StepDefinition {
    name: "math",
    stage: StepTime::Known,
    schema: r##"{
          "type": "array",
          "items": {
            "type": "object", "minProperties": 1, "maxProperties": 1,
            "properties": {
              "plus": {"$ref": "#/$defs/operand"},
              "minus": {"$ref": "#/$defs/operand"},
              "times": {"$ref": "#/$defs/operand"},
              "over": {"$ref": "#/$defs/operand"}
            },
            "additionalProperties": false
          }
        }"##,
    read,
};

/// Calculations, one after the other.
#[derive(Debug)]
struct Math(Vec<Calculation>);

#[derive(Debug)]
struct Calculation {
    operation: Arithmetic,
    operand: Operand,
}

/// `[{"times": "quantity"}, {"minus": "discount"}]`.
fn read(place: &DocumentPlace<'_>, context: &mut Context<'_>, scope: PathScope) -> Option<Arc<dyn RuleStep>> {
    let mut calculations = Vec::new();
    for element in place.elements(context.findings) {
        let Some(mut members) = element.object(context.findings) else { continue };
        let mut found = 0;
        for (name, operation) in Arithmetic::NAMES {
            let Some(operand) = members.take(name) else { continue };
            found += 1;
            let operand = context.operand(&operand, scope);
            calculations.extend(operand.map(|operand| Calculation { operation, operand }));
        }
        members.finish(context.findings);
        if found != 1 {
            let message = "expected one of plus, minus, times and over in each step";
            context.findings.error(element.pointer, message);
        }
    }
    (!calculations.is_empty()).then(|| Arc::new(Math(calculations)) as _)
}

impl RuleStep for Math {
    fn apply<'v>(&'v self, value: &Value<'v>, around: &Around<'_, 'v>) -> Result<Value<'v>, String> {
        let mut number = read_number(value, around.reading)?;
        for calculation in &self.0 {
            number = calculation.carry_out(number, around)?;
        }
        Ok(Value::number_of(number))
    }

    fn waits_for(&self) -> Vec<MadeSlot> {
        let needed = self.0.iter().filter(|step| match step.operation {
            Arithmetic::Times | Arithmetic::Over => true,
            Arithmetic::Plus | Arithmetic::Minus => false,
        });
        let made = needed.filter_map(|step| match &step.operand {
            Operand::Pick(pick) => pick.made,
            Operand::Constant(_) => None,
        });
        made.collect()
    }

    fn in_words(&self) -> Vec<String> {
        let words = |step: &Calculation| format!("{} {}", step.operation.as_str(), step.operand.as_str());
        self.0.iter().map(words).collect()
    }
}

impl Calculation {
    fn carry_out<'v>(&'v self, left: Decimal, around: &Around<'_, 'v>) -> Result<Decimal, String> {
        let (name, wanted) = (self.operation.as_str(), self.operand.as_str());
        let operand = (around.operand)(&self.operand).map_err(|reason| format!("{name}: {reason}"))?;
        if operand.is_null() || operand.text().is_some_and(|text| text.trim().is_empty()) {
            return match self.operation {
                // To add or take away what is not there changes nothing.
                Arithmetic::Plus | Arithmetic::Minus => Ok(left),
                Arithmetic::Times | Arithmetic::Over => Err(format!("{name}: the record has no {wanted}")),
            };
        }
        let right = read_number(&operand, around.reading)
            .map_err(|reason| format!("{name}: {wanted} is {}, {reason}", operand.excerpt()))?;
        calculate(left, self.operation, right)
    }
}
