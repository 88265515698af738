//! Checking a plan against the catalog: types, what is mandatory, what can never happen, and whether searches
//! can find what is referred to.

mod there;

use super::document::{Document, KeySource};
use super::finding::Findings;
use super::plan::{BodyPlan, Leaf, List};
use super::rule::{Constant, MappingRule, Operand, Resolve, Source};
use super::total::ControlTotal;
use super::transform::{Numeric, Otherwise, ValueType};
use crate::catalog::field::{Condition, DecimalForm, Object, Rule, Shape};
use crate::catalog::{self, SearchResource};
use crate::error::Severity;
use crate::http::Method;
use crate::json::nearest;
use crate::validate::fits;

/// Checks all of a document but what reading it found.
///
/// `pointer` is where the document stands in the outermost one.
pub(super) fn check(
    document: &Document,
    plan: &BodyPlan,
    totals: &[ControlTotal],
    shape: Option<&'static Shape>,
    pointer: &str,
    findings: &mut Findings,
) {
    let mut check = DocumentCheck { fields: format!("{pointer}/fields"), findings };
    check.plan(plan, shape, "");
    for row in totals.iter().filter_map(|total| total.row.as_ref()) {
        if let Some(list) = &row.list {
            check.plan(&list.item, row.shape, &format!("{}/*", row.each.to));
        }
    }
    if let (Some(money), false) = (rows_of_money(plan), document.has_checks) {
        let message = format!(
            "it writes money to {money}, and no total of the record is held against it; expected `checks`, or \"checks\": [] where the record states no total"
        );
        check.findings.warn(pointer, message);
    }
    if let Some(target) = &document.target {
        for parameter in &target.parameters {
            check.searches(&parameter.rule);
            check.refusal(&parameter.rule);
        }
    }
    let target = document.target.as_ref().map(|target| target.path.as_str());
    if document.pieces.is_some() && target.and_then(catalog::shipped_note).is_none() {
        let message =
            "only what ships a goods-out note or a drop-ship note has pieces that are held against it";
        check.findings.error(format!("{pointer}/pieces"), message);
    }
    let is_found = document.key.as_ref().is_some_and(|key| key.verify.is_some());
    // What is created for others is looked for by whoever needs it.
    let is_outermost = pointer.is_empty();
    let creates = document.target.as_ref().is_some_and(|target| target.method == Method::Post);
    if is_outermost && creates && !is_found {
        let at = document.key.as_ref().map_or(pointer, |key| &key.pointer);
        let message = "nothing says how a record is found in Brightpearl, so that a push which lacks the journal of the one before writes every record again; expected `verify` in a `key`, or a journal for every push";
        check.findings.warn(at, message);
    }
    there::check(document, check.findings);
    if let Some(key) = &document.key {
        if let KeySource::Target(target) = &key.source {
            check.key_target(plan, target, &key.pointer);
        }
        if let Some(verify) = &key.verify {
            check.search(&verify.search, &verify.column, &verify.pointer);
            for (column, _) in &verify.by {
                check.column(&verify.search, column, &format!("{}/by/{column}", verify.pointer));
            }
        }
    }
}

struct DocumentCheck<'f> {
    /// Where the document's rules stand.
    fields: String,
    findings: &'f mut Findings,
}

impl DocumentCheck<'_> {
    fn plan(&mut self, plan: &BodyPlan, shape: Option<&'static Shape>, place: &str) {
        match plan {
            BodyPlan::Object(members) => {
                if let Some(Shape::Object(object)) = shape {
                    self.object(plan, object, place);
                }
                for member in members {
                    let inner = match (member.field, shape) {
                        (Some(field), _) => Some(&field.shape),
                        (None, Some(Shape::Map { of, .. })) => Some(*of),
                        (None, _) => None,
                    };
                    self.plan(&member.plan, inner, &format!("{place}/{}", member.name));
                }
            }
            BodyPlan::Array(elements) => {
                let of = if let Some(Shape::Array { of, .. }) = shape { Some(*of) } else { None };
                for (index, element) in elements {
                    self.plan(element, of, &format!("{place}/{index}"));
                }
            }
            BodyPlan::List(lists) => {
                let of = if let Some(Shape::Array { of, .. }) = shape { Some(*of) } else { None };
                for List { item, .. } in lists {
                    self.plan(item, of, &format!("{place}/*"));
                }
            }
            BodyPlan::Leaf(leaf) | BodyPlan::Kept(leaf) => self.leaf(leaf),
        }
    }

    /// What the object must have.
    fn object(&mut self, plan: &BodyPlan, object: &Object, place: &str) {
        let pointer = first_pointer(plan).unwrap_or_else(|| self.fields.clone());
        for field in object.fields.iter().filter(|field| field.mandatory) {
            match plan.at(&format!("/{}", field.name)) {
                None => {
                    let message =
                        format!("no rule writes {place}/{}, which is mandatory: {}", field.name, field.shape);
                    self.findings.error(pointer.clone(), message);
                }
                Some(BodyPlan::Leaf(leaf)) if !leaf.rules.iter().any(always_gives) => {
                    let rule = leaf.rules.last().map_or("", |rule| &*rule.pointer);
                    let message = format!(
                        "{place}/{} is mandatory, and a record may have nothing for it; say `required`, or give a `default`",
                        field.name
                    );
                    self.findings.warn(rule, message);
                }
                Some(_) => {}
            }
        }
        for rule in object.rules {
            self.between(plan, rule, place, &pointer);
        }
    }

    /// What must hold between members, as far as it can be known beforehand.
    fn between(&mut self, plan: &BodyPlan, rule: &Rule, place: &str, pointer: &str) {
        match rule {
            Rule::AnyOf(pointers) => {
                if !pointers.iter().any(|pointer| plan.reaches(pointer)) {
                    let listed: Vec<String> =
                        pointers.iter().map(|pointer| format!("{place}{pointer}")).collect();
                    let message =
                        format!("no rule writes any of {}, of which one is mandatory", listed.join(", "));
                    self.findings.error(pointer, message);
                }
            }
            Rule::When { member, condition: Condition::Is(texts), needs } => {
                let constant = plan.at(member).and_then(constant_text);
                if !constant.is_some_and(|text| texts.contains(&text)) {
                    return;
                }
                for need in needs.iter().filter(|need| !plan.reaches(need)) {
                    let message =
                        format!("no rule writes {place}{need}, which is mandatory with that {place}{member}");
                    self.findings.error(pointer, message);
                }
            }
            // Depends on the record.
            Rule::When { condition: Condition::IsPositive, .. } | Rule::Apart { .. } => {}
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        if let Some(first) = leaf.rules.first() {
            self.refusal(first);
        }
        for (place, rule) in leaf.rules.iter().enumerate() {
            let hiding =
                leaf.rules.iter().take(place).find(|earlier| is_certain(earlier) && !earlier.required);
            let hiding = hiding.or_else(|| leaf.rules.iter().take(place).find(|earlier| is_certain(earlier)));
            if let Some(hiding) = hiding {
                let message = format!("it is never reached: {} always writes {}", hiding.pointer, rule.to);
                self.findings.warn(&*rule.pointer, message);
            }
            self.searches(rule);
            if let Some(shape) = leaf.shape {
                self.fits(rule, shape);
            }
        }
    }

    /// Warns of a place for which there is nothing but a refusal.
    fn refusal(&mut self, rule: &MappingRule) {
        if !matches!(rule.source, Source::Reject(_)) || rule.when.is_some() || rule.missing.is_some() {
            return;
        }
        let what = if rule.level == 0 { "every record" } else { "every record with such an element" };
        let message = format!("{what} is refused here until a rule gives {}", rule.to);
        self.findings.warn(&*rule.pointer, message);
    }

    /// Whether what is known of a rule's value fits its target.
    fn fits(&mut self, rule: &MappingRule, shape: &Shape) {
        if let Some(resolve) = &rule.resolve {
            let takes_id = match shape {
                Shape::Text { .. } | Shape::Choice(_) => resolve.as_text || resolve.take.is_some(),
                Shape::Code | Shape::Id { .. } | Shape::Integer { .. } | Shape::Any => true,
                Shape::Decimal(form) => resolve.as_text || !form.text_only,
                Shape::Boolean
                | Shape::Date
                | Shape::Moment
                | Shape::LocalMoment
                | Shape::TimeOfDay
                | Shape::Currency
                | Shape::Country
                | Shape::Colour
                | Shape::Object(_)
                | Shape::Array { .. }
                | Shape::Map { .. } => resolve.take.is_some(),
            };
            if !takes_id {
                let message =
                    format!("an id goes to {}, which is {shape}; say \"as\": \"string\" for a text", rule.to);
                self.findings.error(resolve.pointer.clone(), message);
            }
            return;
        }
        if let Some(output) = &rule.output {
            if let Some(problem) = misfit(output, shape) {
                self.findings
                    .error(format!("{}/as", rule.pointer), format!("{} is {shape}; {problem}", rule.to));
            }
            return;
        }
        if !rule.on_known.is_empty() {
            return;
        }
        if let Some(lookup) = &rule.lookup {
            let at = if lookup.name.is_empty() { "enum" } else { "lookup" };
            for (text, constant) in lookup.table.values() {
                self.constant(
                    constant,
                    shape,
                    &format!("{}/{at}", rule.pointer),
                    &format!("for {text:?} "),
                    &rule.to,
                );
            }
            if let Otherwise::Default(constant) = &lookup.otherwise {
                self.constant(constant, shape, &format!("{}/else", rule.pointer), "", &rule.to);
            }
            return;
        }
        if let Source::Constant(constant) = &rule.source {
            self.constant(constant, shape, &format!("{}/value", rule.pointer), "", &rule.to);
        }
        if let Some(constant) = &rule.default {
            self.constant(constant, shape, &format!("{}/default", rule.pointer), "", &rule.to);
        }
    }

    fn constant(&mut self, constant: &Constant, shape: &Shape, pointer: &str, what: &str, to: &str) {
        for violation in fits(shape, &constant.json) {
            let message = format!("{what}{to}{violation}");
            match violation.severity {
                Severity::Error => self.findings.error(pointer, message),
                Severity::Warning => self.findings.warn(pointer, message),
            }
        }
    }

    fn key_target(&mut self, plan: &BodyPlan, target: &str, pointer: &str) {
        let pointer = format!("{pointer}/target");
        match plan.at(target) {
            Some(BodyPlan::Leaf(leaf)) if leaf.rules.iter().any(|rule| rule.resolve.is_some()) => {
                self.findings.error(pointer, "a key is known from the record alone; this one is looked up");
            }
            Some(BodyPlan::Leaf(leaf)) => {
                if !leaf.rules.iter().any(is_certain) {
                    let message = format!(
                        "a record may have nothing for {target}; say `required` there: records without a key fail"
                    );
                    self.findings.warn(pointer, message);
                }
            }
            Some(BodyPlan::Object(_) | BodyPlan::Array(_) | BodyPlan::List(_) | BodyPlan::Kept(_)) | None => {
                self.findings.error(pointer, format!("no rule writes a value to {target}"));
            }
        }
    }

    fn searches(&mut self, rule: &MappingRule) {
        let Some(resolve) = &rule.resolve else { return };
        let Resolve { search, column, take, by, pointer, .. } = &**resolve;
        if search.is_empty() {
            return;
        }
        self.search(search, column, pointer);
        for (column, operand) in by {
            self.column(search, column, &format!("{pointer}/by/{column}"));
            self.filter_value(search, column, operand, &format!("{pointer}/by/{column}"));
        }
        let Some(known) = catalog::search(search) else { return };
        if let Some(take) = take {
            if let Err(error) = known.check_column(take) {
                self.findings.error(format!("{pointer}/take"), error.message());
            }
        } else if known.key.is_none() {
            let message = format!("{search} has no column that identifies a row; say which one to `take`");
            self.findings.error(pointer.clone(), message);
        }
    }

    fn search(&mut self, search: &str, column: &str, pointer: &str) {
        if catalog::search(search).is_some() {
            return self.column(search, column, &format!("{pointer}/column"));
        }
        let pointer = format!("{pointer}/search");
        let meant = catalog::search_named(search).map(|search| search.path);
        let near = || nearest(search, catalog::searches().map(|search| search.path));
        match meant.or_else(near) {
            Some(meant) => {
                self.findings.error(pointer, format!("there is no search {search:?}; did you mean {meant}?"))
            }
            None => {
                self.findings.warn(pointer, format!("{search:?} is not in the catalog, so it is not checked"))
            }
        }
    }

    fn column(&mut self, search: &str, column: &str, pointer: &str) {
        let Some(known) = catalog::search(search) else { return };
        let filters = |search: &'static SearchResource| {
            let columns = search.columns.iter().filter(|column| column.filterable);
            columns.map(|column| column.name).collect::<Vec<_>>()
        };
        if filters(known).contains(&column) {
            return;
        }
        let message = format!("{search} has no filter {column:?}");
        match nearest(column, filters(known)) {
            Some(meant) => self.findings.error(pointer, format!("{message}; did you mean {meant}?")),
            None if known.filters_complete || known.column(column).is_some() => self
                .findings
                .error(pointer, format!("{message}; expected one of {}", filters(known).join(", "))),
            None => self.findings.warn(pointer, format!("{message} that is known")),
        }
    }

    fn filter_value(&mut self, search: &str, column: &str, operand: &Operand, pointer: &str) {
        let (Some(known), Operand::Constant(constant)) = (catalog::search(search), operand) else { return };
        let Some(column) = known.column(column) else { return };
        let text = constant.value.scalar_text().unwrap_or_default();
        if let Err(error) = column.filter_type.check(&text) {
            self.findings.error(pointer, format!("the filter takes {}", error.message()));
        }
    }
}

/// Whether a rule gives a value, or a failure, for every record.
fn is_certain(rule: &MappingRule) -> bool {
    rule.when.is_none() && rule.missing.is_none() && always_gives(rule)
}

/// The same for every record that the rule holds for.
fn always_gives(rule: &MappingRule) -> bool {
    let has_value = match &rule.source {
        Source::Constant(constant) => !constant.value.is_null(),
        Source::Pick(_) | Source::Template(_) | Source::Concat { .. } => {
            rule.default.is_some() || rule.required
        }
        // A failure is as certain as a value.
        Source::Reject(_) => true,
    };
    let loses = |lookup: &super::transform::LookupStep| matches!(lookup.otherwise, Otherwise::Skip);
    let skips = rule.resolve.as_ref().is_some_and(|resolve| {
        matches!(resolve.on_missing, super::reference::OnMissing::Skip) && !rule.required
    });
    let creates = rule.resolve.as_ref().is_some_and(|resolve| resolve.search.is_empty());
    (has_value || creates) && !skips && (rule.required || !rule.lookup.as_ref().is_some_and(loses))
}

/// Where rows have money, as far as rules say that it is.
fn rows_of_money(plan: &BodyPlan) -> Option<&str> {
    match plan {
        BodyPlan::Object(members) => members.iter().find_map(|member| rows_of_money(&member.plan)),
        BodyPlan::Array(elements) => elements.iter().find_map(|(_, element)| rows_of_money(element)),
        BodyPlan::List(lists) => lists.iter().find_map(|list| money(&list.item)),
        BodyPlan::Leaf(_) | BodyPlan::Kept(_) => None,
    }
}

fn money(plan: &BodyPlan) -> Option<&str> {
    match plan {
        BodyPlan::Object(members) => members.iter().find_map(|member| money(&member.plan)),
        BodyPlan::Array(elements) => elements.iter().find_map(|(_, element)| money(element)),
        BodyPlan::List(lists) => lists.iter().find_map(|list| money(&list.item)),
        BodyPlan::Leaf(leaf) => {
            leaf.rules.iter().find(|rule| is_money(rule, leaf.shape)).map(|rule| &*rule.to)
        }
        BodyPlan::Kept(_) => None,
    }
}

fn is_money(rule: &MappingRule, shape: Option<&Shape>) -> bool {
    let is_said = matches!(rule.output, Some(ValueType::Money(..)));
    // A sum of money by its name, whatever the rule makes of it.
    let is_named = ["/net", "/tax", "/value"].iter().any(|name| rule.to.ends_with(name));
    is_said || is_named && matches!(shape, Some(Shape::Decimal(_)))
}

fn constant_text(plan: &BodyPlan) -> Option<&str> {
    match plan {
        BodyPlan::Leaf(leaf) => match leaf.rules.as_slice() {
            [rule] => match &rule.source {
                Source::Constant(constant) => constant.value.text(),
                Source::Pick(_) | Source::Template(_) | Source::Concat { .. } | Source::Reject(_) => None,
            },
            [] | [_, _, ..] => None,
        },
        BodyPlan::Object(_) | BodyPlan::Array(_) | BodyPlan::List(_) | BodyPlan::Kept(_) => None,
    }
}

/// A place in the document that stands for a whole part of the body: the rules that its first one is among.
fn first_pointer(plan: &BodyPlan) -> Option<String> {
    let around = |pointer: &str| pointer.rsplit_once('/').map(|(around, _)| around.to_owned());
    match plan {
        BodyPlan::Leaf(leaf) | BodyPlan::Kept(leaf) => {
            leaf.rules.first().and_then(|rule| around(&rule.pointer))
        }
        BodyPlan::List(lists) => lists.first().and_then(|list| around(&list.each.pointer)),
        BodyPlan::Object(members) => members.iter().find_map(|member| first_pointer(&member.plan)),
        BodyPlan::Array(elements) => elements.iter().find_map(|(_, plan)| first_pointer(plan)),
    }
}

/// Why values of a type do not fit a shape.
fn misfit(output: &ValueType, shape: &Shape) -> Option<String> {
    let named = || format!("{} does not fit", output.as_str());
    let number = |numeric: &Numeric, is_whole: bool| match shape {
        Shape::Any | Shape::Code => None,
        Shape::Text { .. } | Shape::Choice(_) if numeric.as_text => None,
        Shape::Text { .. } | Shape::Choice(_) => Some("write it as a text: \"write\": \"string\"".to_owned()),
        Shape::Integer { .. } | Shape::Id { .. } if is_whole || numeric.places == Some(0) => None,
        Shape::Integer { .. } | Shape::Id { .. } => Some("say \"as\": \"integer\"".to_owned()),
        Shape::Decimal(DecimalForm { text_only: true, .. }) if !numeric.as_text => {
            Some("write it as a text: \"write\": \"string\"".to_owned())
        }
        Shape::Decimal(_) => None,
        Shape::Boolean
        | Shape::Date
        | Shape::Moment
        | Shape::LocalMoment
        | Shape::TimeOfDay
        | Shape::Currency
        | Shape::Country
        | Shape::Colour
        | Shape::Object(_)
        | Shape::Array { .. }
        | Shape::Map { .. } => Some(named()),
    };
    match output {
        ValueType::Integer(numeric) => number(numeric, true),
        ValueType::Decimal(numeric) | ValueType::Money(numeric, _) => number(numeric, false),
        ValueType::Text { .. } => match shape {
            Shape::Boolean | Shape::Object(_) | Shape::Array { .. } | Shape::Map { .. } => Some(named()),
            Shape::Text { .. }
            | Shape::Choice(_)
            | Shape::Code
            | Shape::Integer { .. }
            | Shape::Id { .. }
            | Shape::Decimal(_)
            | Shape::Date
            | Shape::Moment
            | Shape::LocalMoment
            | Shape::TimeOfDay
            | Shape::Currency
            | Shape::Country
            | Shape::Colour
            | Shape::Any => None,
        },
        ValueType::Boolean => (!matches!(shape, Shape::Boolean | Shape::Any)).then(named),
        ValueType::Date(_) => {
            let takes = matches!(
                shape,
                Shape::Date | Shape::Moment | Shape::LocalMoment | Shape::Text { .. } | Shape::Any
            );
            (!takes).then(named)
        }
        ValueType::DateTime(_) if matches!(shape, Shape::Date) => Some("say \"as\": \"date\"".to_owned()),
        ValueType::DateTime(_) => {
            let takes = matches!(shape, Shape::Moment | Shape::LocalMoment | Shape::Text { .. } | Shape::Any);
            (!takes).then(named)
        }
    }
}
