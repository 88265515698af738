//! A first document, begun from a sample: what goes where is guessed from names, what must be there and was found nowhere
//! is said, and the money of rows is taken in the way that comes to the total that the sample states.

mod fields;
mod grouped;
mod key;
mod minor_units;
mod money;
mod names;
mod sample;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Mapping, document};
use crate::catalog::operation::{Content, EndpointOperation};
use crate::catalog::{self, field::Shape};
use crate::error::{Error, Result, Severity};
use crate::http::Method;
use crate::json::{ObjectText, array, nearest};
use fields::{COMES_TO_TOTAL, Guesser};
use grouped::GroupedSample;
use minor_units::StatedUnits;
use money::{MoneyForm, MoneyTerms};
use sample::{SampleLevel, SampleValue};

/// A document that was begun from a sample, and what is to be known of it.
#[derive(Clone, Debug, Serialize)]
pub struct BegunMapping {
    /// The document's JSON.
    pub document: Box<RawValue>,
    /// What was guessed, in the order of the body.
    pub guesses: Vec<GuessedMember>,
    /// What must be there and was found nowhere in the sample: the document refuses each record until it is decided.
    pub missing: Vec<MissingMember>,
    /// What else is to be known before it is used.
    pub remarks: Vec<String>,
}

/// A member of the body, and what of the sample was taken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuessedMember {
    /// Where it goes: a JSON Pointer into the body, `*` for any element.
    pub to: String,
    /// The expression that picks it, or what is computed, in words.
    pub from: String,
    /// Why it was taken.
    pub means: String,
}

/// A member that must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingMember {
    /// Where it goes.
    pub to: String,
    /// What is expected there.
    pub expected: String,
}

/// Begins a document for a target, such as `sales-order`, from a sample: a record as JSON, or an array of records.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `sample` when it has no record, and at `target` when nothing is
/// written there.
pub fn begin(sample: &str, target: &str) -> Result<BegunMapping> {
    let sample: Value = serde_json::from_str(sample)
        .map_err(|error| Error::validation("sample", format!("it is invalid JSON: {error}")))?;
    let records: Vec<&Value> = match &sample {
        Value::Array(records) => records.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            vec![&sample]
        }
    };
    let records: Vec<&Value> = records.into_iter().filter(|record| record.is_object()).collect();
    if records.is_empty() {
        return Err(Error::validation(
            "sample",
            "found no record; expected a JSON object, or an array of objects",
        ));
    }
    let (path, operation) = endpoint(target)?;
    let is_array = |shape: &Shape| matches!(shape, Shape::Array { .. });
    let has_rows = matches!(
        shape(operation),
        Some(Shape::Object(object)) if object.fields.iter().any(|field| is_array(&field.shape))
    );
    if let Some(GroupedSample { column, records, level }) = grouped::grouped(&records).filter(|_| has_rows) {
        let records: Vec<&Value> = records.iter().collect();
        let group_by = Some(column.as_str());
        return DocumentDraft { target, path, operation, records: &records, group_by, level }.document();
    }
    let level = sample::level(&records);
    DocumentDraft { target, path, operation, records: &records, group_by: None, level }.document()
}

/// Where a target is written.
fn endpoint(target: &str) -> Result<(String, &'static EndpointOperation)> {
    let named = target.trim_matches('/');
    if let Some(found) = catalog::find(named, Method::Post) {
        return Ok((named.to_owned(), found.operation));
    }
    let names = || catalog::catalog().map(|resource| resource.name);
    let resource = catalog::catalog().find(|resource| resource.name == named).ok_or_else(|| {
        let hint = nearest(named, names()).map_or_else(String::new, |name| format!("; did you mean {name}?"));
        Error::validation("target", format!("no resource has the name or path {named:?}{hint}"))
    })?;
    let mut endpoints = resource.endpoints.iter();
    let found = endpoints.find_map(|endpoint| {
        let operation = endpoint.operation(Method::Post)?;
        shape(operation).map(|_| (endpoint.path.to_owned(), operation))
    });
    found.ok_or_else(|| Error::validation("target", format!("{named} has no POST whose body is known")))
}

fn shape(operation: &'static EndpointOperation) -> Option<&'static Shape> {
    match &operation.content {
        Content::Json(shape) | Content::OptionalJson(shape) => Some(shape),
        Content::Nothing | Content::Patch(_) | Content::Form(_) | Content::Unknown => None,
    }
}

struct DocumentDraft<'s> {
    target: &'s str,
    path: String,
    operation: &'static EndpointOperation,
    records: &'s [&'s Value],
    /// The column by which lines of a flat file belong together.
    group_by: Option<&'s str>,
    level: SampleLevel,
}

/// How many ways of stating money are tried.
const TRIED: usize = 400;

impl DocumentDraft<'_> {
    fn document(&self) -> Result<BegunMapping> {
        let object = match shape(self.operation) {
            Some(Shape::Object(object)) => object,
            Some(_) | None => {
                let message = format!("invalid target {}; expected one whose body is an object", self.target);
                return Err(Error::validation("target", message));
            }
        };
        let units = StatedUnits::of(&self.level);
        let states_tax = money::total(&self.level).and(money::total_tax(&self.level)).is_some();
        let trial = MoneyTerms { units: units.as_ref(), states_tax, is_final: false };
        let mut tried = Vec::new();
        let rows = self.level.lists.iter().map(|list| &list.level);
        let forms = rows.flat_map(|rows| money::forms(&self.level, rows)).take(TRIED);
        let forms: Vec<Option<MoneyForm>> = forms.map(Some).chain([None]).collect();
        for form in &forms {
            let mut guesser = Guesser::new(form.as_ref(), trial);
            let rules = guesser.body(object, &self.level);
            // Money that comes to no total is better than none, and none where there are no rows to write it in.
            if form.is_some() == guesser.rows_of_money.is_none() || form.is_none() && !tried.is_empty() {
                continue;
            }
            let (document, _) = self.written(&guesser, &rules, trial);
            let refused = self.refused(&document)?;
            let is_right = refused.is_none();
            tried.push((form, refused));
            if is_right {
                break;
            }
        }
        // The likeliest way comes first, where none comes to the total.
        let is_right = tried.last().is_some_and(|(_, refused)| refused.is_none());
        let chosen = if is_right { tried.pop() } else { tried.into_iter().next() };
        let (form, refused) =
            chosen.ok_or_else(|| Error::validation("sample", "nothing in it can be mapped"))?;
        // What was tried with examples is refused until somebody has decided.
        let terms = MoneyTerms { is_final: true, ..trial };
        let mut guesser = Guesser::new(form.as_ref(), terms);
        let rules = guesser.body(object, &self.level);
        let (document, mut remarks) = self.written(&guesser, &rules, terms);
        self.compiled(&document)?;
        remarks.extend(units.as_ref().filter(|_| form.is_some()).map(StatedUnits::remark));
        // What comes to another sum, or to one that nobody states, was taken for its name alone.
        if refused.is_some() || money::total(&self.level).is_none() {
            let of_money = guesser.guesses.iter_mut().filter(|guess| guess.means == COMES_TO_TOTAL);
            of_money.for_each(|guess| guess.means = "it is usually called so".to_owned());
        }
        remarks.extend(
            refused.map(|reason| format!("The document refuses a record of the sample as it is: {reason}")),
        );
        let document = RawValue::from_string(document)
            .map_err(|error| Error::validation("document", error.to_string()))?;
        let key = key::guessed(self.operation, self.target, &guesser).map(|(guess, _)| guess);
        guesser.guesses.extend(key);
        Ok(BegunMapping { document, guesses: guesser.guesses, missing: guesser.missing, remarks })
    }

    /// The document's JSON, and what is to be known of it.
    fn written(
        &self,
        guesser: &Guesser<'_>,
        rules: &[String],
        terms: MoneyTerms<'_>,
    ) -> (String, Vec<String>) {
        let mut remarks = Vec::new();
        let description = format!(
            "Begun from a sample by guessing from names: read every rule, and set what is an example, before anything is written to {}.",
            self.target
        );
        let document =
            ObjectText::new().id("version", 1).text("name", self.target).text("description", &description);
        let document = match self.group_by {
            Some(column) => {
                remarks.push(format!("Lines with the same {column:?} are one record: see that this is so."));
                document.within("csv", ObjectText::new().text("groupBy", column))
            }
            None => document,
        };
        let document = document.text("target", self.target);
        let path = document::placeholders(&self.path).fold(ObjectText::new(), |path, name| {
            remarks.push(format!(
                "{{{name}}} of the path is still to be decided: say what it is, or where it stands."
            ));
            if terms.is_final {
                let reject = format!(
                    "({name}) of the path is still to be decided: expected a constant, or where it stands"
                );
                path.within(name, ObjectText::new().text("reject", &reject))
            } else {
                path.raw(name, r#"{"value":1}"#)
            }
        });
        let document = document.within("path", path);
        let document = match key::guessed(self.operation, self.target, guesser) {
            Some((_, key)) => document.raw("key", &key),
            None => {
                remarks.push(
                    "No key was found, so that a second push would write a record once more.".to_owned(),
                );
                document
            }
        };
        let document = if guesser.needs_zone {
            remarks.push(
                "Times without an offset are taken for UTC: set the zone of the source in `reads`."
                    .to_owned(),
            );
            document.raw("reads", r#"{"zone":"UTC"}"#)
        } else {
            document
        };
        let document = match self.checks(guesser, terms) {
            Some(checks) => document.raw("checks", &checks),
            None => document,
        };
        if guesser.rows_of_money.is_some() && money::total(&self.level).is_none() {
            remarks.push(
                "No total was found in the sample, so that no sum of money is checked: say in `checks` where it stands."
                    .to_owned(),
            );
        }
        (document.raw("fields", &array(rules)).finish(), remarks)
    }

    /// What the record states of its own sums, where it does.
    fn checks(&self, guesser: &Guesser<'_>, terms: MoneyTerms<'_>) -> Option<String> {
        let rows = guesser.rows_of_money.as_ref()?.replacen('/', "", 1).replace('/', ".");
        let [net, tax] = ["net", "tax"].map(|name| format!("sum({rows}[].to_number({name}))"));
        let check = |name: &str, stated: &SampleValue, equals: &str| {
            let is = terms.units.map_or_else(|| stated.path.clone(), |units| units.divided(&stated.path));
            ObjectText::new().text("name", name).text("is", &is).text("equals", equals).finish()
        };
        let of_tax = money::total_tax(&self.level).map(|stated| check("the tax", stated, &tax));
        let total = money::total(&self.level);
        let of_total = total.map(|stated| check("the total", stated, &format!("sum([{net}, {tax}])")));
        // One that checks the tax alone would pass for one that checks the total.
        of_total.map(|of_total| array(of_tax.into_iter().chain([of_total])))
    }

    fn compiled(&self, document: &str) -> Result<Mapping> {
        Mapping::compile(document).map_err(|findings| {
            let error = findings.iter().find(|finding| finding.severity == Severity::Error);
            let error = error.map(ToString::to_string).unwrap_or_default();
            Error::validation(
                "target",
                format!("no document for {} can be begun by itself: {error}", self.target),
            )
        })
    }

    /// Why a record of the sample is refused; `None` when none is.
    fn refused(&self, document: &str) -> Result<Option<String>> {
        let mapping = self.compiled(document)?;
        Ok(self.records.iter().find_map(|record| {
            mapping.map(record.to_string().as_bytes()).failures.first().map(ToString::to_string)
        }))
    }
}
