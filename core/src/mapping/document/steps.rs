//! Reading what happens to a value on its way beside the steps of a member: tables, types and references.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::members::{DocumentPlace, MemberReader};
use super::{Context, PathScope, constant};
use crate::excerpt::listed;
use crate::json::{Node, token};
use crate::mapping::Mapping;
use crate::mapping::reference::OnMissing;
use crate::mapping::rule::{Constant, Operand, Resolve, TemplatePiece};
use crate::mapping::transform::{
    DatePattern, Input, LookupStep, LookupTable, Money, Numeric, Otherwise, Rounding, Time, ValueType, Zone,
};
use crate::mapping::value::Value;
use crate::value::CurrencyCode;

/// The types, before what else is said of them.
#[derive(Clone, Copy)]
enum Type {
    Text,
    Integer,
    Decimal,
    Money,
    Date,
    DateTime,
    Boolean,
}

const TYPES: [(&str, Type); 7] = [
    ("string", Type::Text),
    ("integer", Type::Integer),
    ("decimal", Type::Decimal),
    ("money", Type::Money),
    ("date", Type::Date),
    ("datetime", Type::DateTime),
    ("boolean", Type::Boolean),
];

/// Whether a number is written as a text.
const FORMS: [(&str, bool); 2] = [("number", false), ("string", true)];

#[derive(Clone, Copy)]
enum Else {
    Fail,
    Skip,
    SkipRecord,
    Keep,
}

impl Context<'_> {
    /// `{"MUG": 1, ...}`.
    pub(super) fn table(&mut self, place: &DocumentPlace<'_>, caseless: bool) -> Option<Arc<LookupTable>> {
        let entries = place.object(self.findings)?.all();
        if entries.is_empty() {
            self.findings.warn(&place.pointer, "the table is empty");
        }
        let constants = entries.iter().filter_map(|(text, place)| {
            constant(place, self.findings).map(|constant| (text.clone(), constant))
        });
        let constants: Vec<(String, Constant)> = constants.collect();
        let mut texts = BTreeSet::new();
        for (text, place) in &entries {
            if !texts.insert(text) {
                self.findings.error(&place.pointer, "it stands here a second time; expected it once");
            }
        }
        if let Some((one, other)) = LookupTable::contradiction(&constants, caseless) {
            let pointer = format!("{}/{}", place.pointer, token(other));
            self.findings.error(pointer, two_answers(one, other));
        }
        Some(Arc::new(LookupTable::new(constants, caseless)))
    }

    pub(super) fn lookup(&mut self, members: &mut MemberReader<'_>) -> Option<LookupStep> {
        let caseless = members.flag("caseless", self.findings);
        let lookup = members.take("lookup");
        let inline = members.take("enum");
        let otherwise = members.take("else");
        let otherwise = otherwise.map(|place| (self.otherwise(&place), place.pointer));
        let (name, table) = match (lookup, inline) {
            (Some(place), None) => {
                let name = place.text(self.findings)?;
                let Some((_, table)) = self.tables.iter().find(|(known, _)| *known == name) else {
                    let known: Vec<&str> = self.tables.iter().map(|(name, _)| name.as_str()).collect();
                    let message =
                        format!("the table {name:?} is missing in `lookups`, which has {}", listed(known));
                    self.findings.error(place.pointer, message);
                    return None;
                };
                if let Some((one, other)) = table.contradiction_in(caseless) {
                    self.findings.error(&place.pointer, two_answers(one, other));
                }
                let table = if caseless { caseless_of(&mut self.caseless, table) } else { table.clone() };
                self.used_tables.push(name.clone());
                (name, table)
            }
            (None, Some(place)) => (String::new(), self.table(&place, caseless)?),
            (Some(_), Some(place)) => {
                self.findings.error(place.pointer, "a rule has `lookup` or `enum`, not both");
                return None;
            }
            (None, None) => {
                if let Some((_, pointer)) = otherwise {
                    self.findings
                        .error(pointer, "else stands only beside `lookup` or `enum`, or within `resolve`");
                }
                return None;
            }
        };
        Some(LookupStep {
            name,
            table,
            otherwise: otherwise.and_then(|(found, _)| found).unwrap_or_default(),
        })
    }

    fn otherwise(&mut self, place: &DocumentPlace<'_>) -> Option<Otherwise> {
        const WORDS: [(&str, Else); 3] = [("fail", Else::Fail), ("skip", Else::Skip), ("keep", Else::Keep)];
        if let Node::Object(_) = place.read() {
            return self.default_of(place).map(Otherwise::Default);
        }
        place.choice(&WORDS, self.findings).map(|word| match word {
            Else::Fail | Else::SkipRecord => Otherwise::Fail,
            Else::Skip => Otherwise::Skip,
            Else::Keep => Otherwise::Keep,
        })
    }

    /// `{"default": ...}`.
    fn default_of(&mut self, place: &DocumentPlace<'_>) -> Option<Constant> {
        let mut members = place.object(self.findings)?;
        let default = members.take("default");
        members.finish(self.findings);
        if default.is_none() {
            self.findings.error(&place.pointer, "default is missing; expected the value that goes there");
        }
        constant(&default?, self.findings)
    }

    /// `"decimal"`, or `{"type": "decimal", ...}`.
    pub(super) fn output(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<ValueType> {
        if let Node::Object(_) = place.read() {
            let mut members = place.object(self.findings)?;
            let Some(of_type) = members.take("type") else {
                self.findings.error(&place.pointer, "type is missing");
                return None;
            };
            let of_type = of_type.choice(&TYPES, self.findings)?;
            let output = self.detailed(of_type, &mut members, scope);
            members.finish(self.findings);
            return output;
        }
        let of_type = place.choice(&TYPES, self.findings)?;
        Some(match of_type {
            Type::Text => ValueType::Text { cut: None },
            Type::Integer => ValueType::Integer(Numeric::default()),
            Type::Decimal => ValueType::Decimal(Numeric { as_text: true, ..Numeric::default() }),
            Type::Money => {
                let numeric = Numeric { as_text: true, ..Numeric::default() };
                ValueType::Money(numeric, Money { currency: None, minor: false })
            }
            Type::Date => ValueType::Date(self.time(None, None, None)),
            Type::DateTime => ValueType::DateTime(self.time(None, None, None)),
            Type::Boolean => ValueType::Boolean,
        })
    }

    fn detailed(
        &mut self,
        of_type: Type,
        members: &mut MemberReader<'_>,
        scope: PathScope,
    ) -> Option<ValueType> {
        Some(match of_type {
            Type::Text => ValueType::Text { cut: members.count("cut", 1_000_000, self.findings) },
            Type::Integer => {
                let rounding = members.choice("rounding", &Rounding::NAMES, self.findings);
                let as_text = members.choice("write", &FORMS, self.findings).unwrap_or(false);
                ValueType::Integer(Numeric { places: None, rounding, as_text })
            }
            Type::Decimal => ValueType::Decimal(self.numeric(members, false)),
            Type::Money => {
                let money = self.money(members, scope);
                ValueType::Money(self.numeric(members, money.currency.is_some()), money)
            }
            Type::Date | Type::DateTime => {
                let zone = self.zone(members.take("zone"));
                let into = self.zone(members.take("into"));
                let input = self.input(members.take("format"));
                let time = self.time(zone, into, input);
                if let Type::Date = of_type { ValueType::Date(time) } else { ValueType::DateTime(time) }
            }
            Type::Boolean => ValueType::Boolean,
        })
    }

    /// What is said of a decimal number, which is written as a text unless otherwise said.
    fn numeric(&mut self, members: &mut MemberReader<'_>, has_currency: bool) -> Numeric {
        let places = members.count("places", 28, self.findings);
        let rounding = members.choice("rounding", &Rounding::NAMES, self.findings);
        if rounding.is_some() && places.is_none() && !has_currency {
            let pointer = format!("{}/rounding", members.pointer);
            self.findings.warn(pointer, "without `places` nothing is rounded");
        }
        let as_text = members.choice("write", &FORMS, self.findings).unwrap_or(true);
        Numeric { places, rounding, as_text }
    }

    fn money(&mut self, members: &mut MemberReader<'_>, scope: PathScope) -> Money {
        let minor = members.flag("minor", self.findings);
        let currency = members.take("currency");
        if minor && currency.is_none() {
            self.findings.error(&members.pointer, "minor units need to know their `currency`");
        }
        let currency = currency.and_then(|place| self.currency(&place, scope));
        Money { currency, minor }
    }

    /// `"GBP"`, or `{"from": "currency"}`.
    pub(super) fn currency(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<Operand> {
        match place.read() {
            Node::Text(code) if CurrencyCode::parse(&code).is_ok() => {
                Some(Operand::Constant(text_constant(&code)))
            }
            Node::Object(_) => self.pick(place, scope).map(Operand::Pick),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable => {
                place.refuse(self.findings, "a currency code such as GBP, or {\"from\": \"its path\"}");
                None
            }
        }
    }

    pub(super) fn zone(&mut self, place: Option<DocumentPlace<'_>>) -> Option<Zone> {
        let place = place?;
        let name = place.text(self.findings)?;
        match Zone::parse(&name) {
            Ok(zone) => Some(zone),
            Err(reason) => {
                self.findings.error(place.pointer, reason);
                None
            }
        }
    }

    pub(super) fn input(&mut self, place: Option<DocumentPlace<'_>>) -> Option<Input> {
        let place = place?;
        match place.text(self.findings)?.as_str() {
            "iso" => Some(Input::Iso),
            "seconds" => Some(Input::Seconds),
            "milliseconds" => Some(Input::Milliseconds),
            pattern => match DatePattern::parse(pattern) {
                Ok(pattern) => Some(Input::Pattern(pattern)),
                Err(reason) => {
                    let others = "; iso, seconds and milliseconds are the others";
                    self.findings.error(place.pointer, reason + others);
                    None
                }
            },
        }
    }

    /// What the rule does not say, the document may.
    fn time(&self, zone: Option<Zone>, into: Option<Zone>, input: Option<Input>) -> Time {
        Time {
            input: input.unwrap_or_else(|| self.reading.dates.clone()),
            zone: zone.or_else(|| self.reading.zone.clone()),
            into,
        }
    }

    pub(super) fn resolve(
        &mut self,
        place: &DocumentPlace<'_>,
        scope: PathScope,
        output: Option<&ValueType>,
    ) -> Option<Arc<Resolve>> {
        let mut members = place.object(self.findings)?;
        let creates = members.text("create", self.findings);
        let search = members.text("search", self.findings);
        let column = members.text("column", self.findings);
        let take = members.text("take", self.findings);
        let by = members.take("by").map(|place| self.filters(&place, scope)).unwrap_or_default();
        let mut otherwise = members.take("else");
        members.finish(self.findings);
        let tell = otherwise.as_ref().and_then(|otherwise| self.tell(otherwise, scope));
        if tell.is_some() {
            otherwise = None;
        }
        let on_missing = match (otherwise, &creates) {
            (None, None) if tell.is_some() => OnMissing::Skip,
            (Some(otherwise), None) => self.on_missing(&otherwise)?,
            (Some(otherwise), Some(_)) => {
                let message = "what is created for every record is never missing; leave `else` out";
                self.findings.error(otherwise.pointer, message);
                return None;
            }
            (None, Some(name)) => self.creation(name, &format!("{}/create", place.pointer))?,
            (None, None) => OnMissing::Fail,
        };
        if creates.is_some() == (search.is_some() || column.is_some()) || search.is_some() != column.is_some()
        {
            let message = "expected `search` and `column`, or `create` alone";
            self.findings.error(&place.pointer, message);
            return None;
        }
        let as_text = match output {
            Some(ValueType::Text { .. }) => true,
            Some(
                ValueType::Integer(_)
                | ValueType::Decimal(_)
                | ValueType::Money(..)
                | ValueType::Date(_)
                | ValueType::DateTime(_)
                | ValueType::Boolean,
            )
            | None => false,
        };
        Some(Arc::new(Resolve {
            search: search.unwrap_or_default().trim_matches('/').into(),
            column: column.unwrap_or_default().into(),
            take: take.map(Into::into),
            by,
            on_missing,
            tell,
            level: self.level(scope),
            as_text,
            pointer: place.pointer.clone(),
        }))
    }

    /// Further columns: `{"productStatus": "LIVE", "channelId": {"from": "channel"}}`.
    pub(super) fn filters(
        &mut self,
        place: &DocumentPlace<'_>,
        scope: PathScope,
    ) -> Vec<(Arc<str>, Operand)> {
        let Some(members) = place.object(self.findings) else { return Vec::new() };
        let mut filters = Vec::new();
        for (column, place) in members.all() {
            let operand = match place.read() {
                Node::Text(_) | Node::Number(_) | Node::Boolean(_) => {
                    constant(&place, self.findings).map(Operand::Constant)
                }
                Node::Null | Node::Array(_) | Node::Object(_) | Node::Unreadable => {
                    self.operand(&place, scope)
                }
            };
            filters.extend(operand.map(|operand| (column.into(), operand)));
        }
        filters
    }

    /// `{"tell": "SKU {sku} is not known"}`: it is left out, and the outcome says so.
    fn tell(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<Vec<TemplatePiece>> {
        let is_told = match place.read() {
            Node::Object(members) => members.iter().any(|(name, _)| name == "tell"),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable => false,
        };
        if !is_told {
            return None;
        }
        let mut members = place.object(self.findings)?;
        let tell = members.take("tell");
        members.finish(self.findings);
        self.pieces(&tell?, scope)
    }

    fn on_missing(&mut self, place: &DocumentPlace<'_>) -> Option<OnMissing> {
        const WORDS: [(&str, Else); 3] =
            [("fail", Else::Fail), ("skip", Else::Skip), ("skip-record", Else::SkipRecord)];
        let Node::Object(members) = place.read() else {
            return place.choice(&WORDS, self.findings).map(|word| match word {
                Else::Fail | Else::Keep => OnMissing::Fail,
                Else::Skip => OnMissing::Skip,
                Else::SkipRecord => OnMissing::SkipRecord,
            });
        };
        if !members.iter().any(|(name, _)| name == "create") {
            return self.default_of(place).map(|constant| OnMissing::Default(constant.json));
        }
        let mut members = place.object(self.findings)?;
        let name = members.needed_text("create", self.findings);
        members.finish(self.findings);
        self.creation(&name?, &format!("{}/create", place.pointer))
    }

    fn creation(&mut self, name: &str, pointer: &str) -> Option<OnMissing> {
        self.nested(name, pointer).map(OnMissing::Create)
    }

    /// The mapping of a name, by which something is created.
    pub(super) fn nested(&mut self, name: &str, pointer: &str) -> Option<Arc<Mapping>> {
        let found = self.mappings.iter().find(|(known, _)| known == name).map(|(_, mapping)| mapping.clone());
        if found.is_none() {
            let known: Vec<&str> = self.mappings.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!(
                "there is no mapping {name:?} in `mappings`, which has {} before this",
                listed(known)
            );
            self.findings.error(pointer, message);
            return None;
        }
        self.used_mappings.push(name.to_owned());
        found
    }
}

/// Why a table cannot be used that has two answers for what is one.
fn two_answers(one: &str, other: &str) -> String {
    format!(
        "the table says two things of {one:?} and {other:?}, which are one here; expected one answer for both"
    )
}

/// A table without case, made once for all rules that look into it.
fn caseless_of(
    made: &mut Vec<(Arc<LookupTable>, Arc<LookupTable>)>,
    table: &Arc<LookupTable>,
) -> Arc<LookupTable> {
    if let Some((_, known)) = made.iter().find(|(of, _)| Arc::ptr_eq(of, table)) {
        return known.clone();
    }
    let caseless = Arc::new(table.without_case());
    made.push((table.clone(), caseless.clone()));
    caseless
}

pub(in crate::mapping) fn text_constant(text: &str) -> Constant {
    let mut json = String::new();
    let value = Value::Text(text.to_owned().into());
    value.write(&mut json);
    Constant { json, value }
}
