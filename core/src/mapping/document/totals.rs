//! Reading `checks`: control totals, and the rows that take up their differences.

use super::members::{DocumentPlace, MemberReader};
use super::{Context, PathScope, count, shown};
use crate::json::Node;
use crate::mapping::expression::Expression;
use crate::mapping::limit::EXPRESSIONS;
use crate::mapping::made::MadeSlot;
use crate::mapping::rule::{Each, EachItem, Pick};
use crate::mapping::total::{ControlTotal, DIFFERENCE, RoundingRow, Tolerance};
use crate::value::Decimal;

/// What becomes of a record whose difference is within the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// It is accepted as it is.
    Reject,
    /// A row takes it up.
    Row,
}

impl Context<'_> {
    /// `[{"name": "the total", "is": "total_price", "equals": "sum(rows[].to_number(net))"}]`; nothing where the
    /// document does not speak of checks.
    #[inline(never)]
    pub(super) fn totals(&mut self, members: &mut MemberReader<'_>) -> Option<Vec<ControlTotal>> {
        let place = members.take("checks")?;
        Some(place.elements(self.findings).iter().filter_map(|place| self.total(place)).collect())
    }

    fn total(&mut self, place: &DocumentPlace<'_>) -> Option<ControlTotal> {
        const REMEDIES: [(&str, Remedy); 2] = [("reject", Remedy::Reject), ("row", Remedy::Row)];
        let mut members = place.object(self.findings)?;
        let name = members.text("name", self.findings);
        members.take("note");
        let is = members.take("is").map(|is| self.pick(&is, PathScope::Record));
        let equals = members.take("equals").map(|equals| self.over_body(&equals));
        let within = members.take("within").map(|within| self.tolerance(&within));
        let is_optional = members.flag("optional", self.findings);
        let remedy = members.choice("otherwise", &REMEDIES, self.findings).unwrap_or(Remedy::Reject);
        let row = members.take("row");
        members.finish(self.findings);
        for (name, is_missing) in [("is", is.is_none()), ("equals", equals.is_none())] {
            if is_missing {
                let message = format!(
                    "{name} is missing; expected what the record states in `is`, and what the body comes to in `equals`"
                );
                self.findings.error(&place.pointer, message);
            }
        }
        let row = match (remedy, row) {
            (Remedy::Row, Some(row)) => self.rounding_row(&row),
            (Remedy::Reject, None) => None,
            (Remedy::Row, None) => {
                let message =
                    "\"otherwise\": \"row\" needs the row: {\"row\": {\"to\": \"/rows\", \"fields\": [...]}}";
                self.findings.error(&place.pointer, message);
                return None;
            }
            (Remedy::Reject, Some(row)) => {
                self.findings.error(row.pointer, "row stands only beside \"otherwise\": \"row\"");
                return None;
            }
        };
        if remedy == Remedy::Row && within.is_none() {
            let message = "a row takes up a difference up to a limit; expected that limit in `within`";
            self.findings.error(&place.pointer, message);
        }
        let (is, (equals, gathered)) = (is??, equals??);
        Some(ControlTotal {
            pointer: place.pointer.clone(),
            name: name.unwrap_or_else(|| is.expression.text.clone()),
            is,
            equals,
            gathered,
            within: within.unwrap_or(Some(Tolerance::Amount(Decimal::default())))?,
            is_optional,
            row,
        })
    }

    /// An expression over the body that was made, or over all that rules of a name made:
    /// `{"made": "amount", "from": "sum(@)"}`.
    fn over_body(&mut self, place: &DocumentPlace<'_>) -> Option<(Expression, Option<MadeSlot>)> {
        let mut gathered = None;
        let text = match place.read() {
            Node::Object(_) => {
                let mut members = place.object(self.findings)?;
                let made = members.needed_text("made", self.findings);
                let from = members.text("from", self.findings).unwrap_or_else(|| "sum(@)".to_owned());
                members.finish(self.findings);
                gathered = Some(self.made.gather(&made?, &format!("{}/made", place.pointer)));
                from
            }
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable => place.text(self.findings)?,
        };
        count(&self.counts.expressions, EXPRESSIONS, "expressions", &place.pointer, self.findings)?;
        match Expression::parse(&text) {
            Ok(expression) => Some((expression, gathered)),
            Err(reason) => {
                let message = format!("invalid JMESPath expression {}: {reason}", shown(&text));
                self.findings.error(&place.pointer, message);
                None
            }
        }
    }

    /// `0.05`, `"0.05"`, or `{"minor": 5, "currency": {"from": "currency"}}`, in which an expression may say the units.
    fn tolerance(&mut self, place: &DocumentPlace<'_>) -> Option<Tolerance> {
        let amount = match place.read() {
            Node::Number(digits) => Decimal::parse(digits).ok(),
            Node::Text(digits) => Decimal::parse(&digits).ok(),
            Node::Object(_) => {
                let mut members = place.object(self.findings)?;
                let units = members.take("minor").and_then(|place| {
                    if let Node::Number(_) = place.read() {
                        place.count(1_000_000, self.findings)?;
                    }
                    self.operand(&place, PathScope::Record)
                });
                let currency = members.take("currency");
                members.finish(self.findings);
                let currency = currency.and_then(|place| self.currency(&place, PathScope::Record));
                if let (Some(units), Some(currency)) = (units, currency) {
                    let (units, currency) = (Box::new(units), Box::new(currency));
                    return Some(Tolerance::Minor { units, currency });
                }
                self.findings.error(&place.pointer, "expected `minor`, a count, and its `currency`");
                return None;
            }
            Node::Null | Node::Boolean(_) | Node::Array(_) | Node::Unreadable => None,
        };
        match amount.filter(|amount| *amount >= Decimal::default()) {
            Some(amount) => Some(Tolerance::Amount(amount)),
            None => {
                place.refuse(self.findings, "an amount such as 0.05, or {\"minor\": 5, \"currency\": ...}");
                None
            }
        }
    }

    /// `{"to": "/rows", "fields": [...]}`, whose rules know the `difference`.
    fn rounding_row(&mut self, place: &DocumentPlace<'_>) -> Option<RoundingRow> {
        let mut members = place.object(self.findings)?;
        let to = self.target(&mut members, "");
        let fields = members.take("fields");
        members.finish(self.findings);
        let Some(fields) = fields else {
            self.findings.error(&place.pointer, "fields is missing; expected the rules that make the row");
            return None;
        };
        let to = to?;
        let base = format!("{to}/*");
        self.made.name(&place.pointer, DIFFERENCE);
        // Its paths start from the record, and its places from the row.
        self.chain.push(0);
        self.bases.push(base.clone());
        self.around.push(place.pointer.clone());
        let entries = self.entries(&fields, &base);
        self.chain.pop();
        self.bases.pop();
        self.around.pop();
        let elements: Pick = self.pick_text("@", &place.pointer, PathScope::Record)?;
        let each = Each {
            pointer: place.pointer.clone(),
            to,
            when: None,
            elements,
            only: None,
            split: None,
            required: false,
            level: 0,
            has_objects: false,
            item: EachItem::Fields(entries),
        };
        Some(RoundingRow { each, list: None, shape: None, difference: None })
    }
}
