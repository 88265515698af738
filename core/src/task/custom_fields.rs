//! Custom fields of orders, products and contacts, by the labels that people know them by.

use std::collections::BTreeSet;

use super::arguments::{Arguments, refuse, violation};
use super::custom_field::{CustomField, is_alike};
use super::entry::{Form, Given, Procedure, TaskEntry, What, given};
use super::program::{Next, Program, TaskAnswer, get};
use crate::catalog::build;
use crate::catalog::build::{choice, closed, field, list, map};
use crate::catalog::field::{Field, MapKey, Rule, Shape};
use crate::error::{Error, Fault, Kind, Result, Violation};
use crate::http::Method;
use crate::jobs::says_none;
use crate::json::{Node, ObjectText, Part, Record, array, nearest, quoted, text_of, token};
use crate::operation::SingleRequest;

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "read-custom-fields",
        summary: "Reads the custom fields of an order, a product or a contact, by their labels.",
        requests: "A GET of the fields' meta-data, and one of the values.",
        writes: false,
        takes: &[Form::own(closed(&[
            RESOURCE,
            ID,
            KIND,
            list("labels", &build::TEXT).note("Labels, in any capitals where that is clear, or codes; all fields when absent."),
        ])
        .rules(FITTING))],
        gives: &[VALUES, FIELDS],
        procedure: Procedure::Program(read),
    },
    TaskEntry {
        name: "change-custom-fields",
        summary: "Makes custom fields of an order, a product or a contact what is wanted, by their labels; null empties a field.",
        requests: "A GET of the fields' meta-data, one of the values, and a PATCH of what differs, if anything does.",
        writes: true,
        takes: &[Form::own(closed(&[
            RESOURCE,
            ID,
            KIND,
            map("values", MapKey::Name, &Shape::Any).mandatory().note(
                "By label or code: a text, number, boolean or date as the field's type wants, the text of a select list's entry or {\"id\": 9}, or null.",
            ),
        ])
        .rules(FITTING))],
        gives: &[
            VALUES,
            FIELDS,
            given("changed", What::Texts).note("The codes of the fields that were changed."),
        ],
        procedure: Procedure::Program(change),
    },
];

const RESOURCE: Field = choice("resource", &["order", "product", "contact"]).mandatory();
const ID: Field =
    field("id", Shape::Id { or_zero: false }).mandatory().note("Of the order, product or contact.");
const KIND: Field = choice("kind", &["sale", "purchase", "customer", "supplier"]).note(
    "Whose fields they are: sale or purchase for an order, customer or supplier for a contact. sale or customer when absent.",
);
const FITTING: &[Rule] = &[
    apart("order", "customer"),
    apart("order", "supplier"),
    apart("contact", "sale"),
    apart("contact", "purchase"),
    apart("product", "sale"),
    apart("product", "purchase"),
    apart("product", "customer"),
    apart("product", "supplier"),
];
const VALUES: Given = given("values", What::Record)
    .note("By label, or by code where fields share a label: what stands there, of a select list its text; null for nothing.");
const FIELDS: Given = given("fields", What::Records)
    .note("The same with code, name, customFieldType and value as Brightpearl answers.");

const fn apart(resource: &'static str, kind: &'static str) -> Rule {
    Rule::Apart { one: ("/resource", resource), other: ("/kind", kind) }
}

/// Custom fields being read, and perhaps changed.
struct CustomFields {
    task: &'static str,
    /// The path of the fields' meta-data.
    meta_data: String,
    /// The path of the values.
    path: String,
    stage: CustomFieldStage,
    fields: Vec<CustomField>,
    /// The answer with the values, as it came last.
    present: String,
    /// Whether what was read after the patch still had what stood there before.
    is_unshown: bool,
    goal: Goal,
    changed: Vec<String>,
}

/// What is wanted, each with the name that the caller gave.
enum Goal {
    /// To read these fields, or all.
    Read(Option<Vec<String>>),
    /// To have these values, as JSON.
    Change(Vec<(String, String)>),
}

enum CustomFieldStage {
    MetaData,
    Values,
    Patch,
    /// The patch did not answer with the values.
    ValuesAfterwards,
    Done,
}

fn read(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let labels = arguments.record.node("labels").map(|_| {
        let labels = arguments.record.elements("labels");
        labels.iter().filter_map(|label| text_of(&label.read())).collect()
    });
    start(arguments, Goal::Read(labels))
}

fn change(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let values = arguments.record.record("values").0;
    let values = values.into_iter().filter_map(|(name, part)| Some((name, part.raw()?.to_owned())));
    start(arguments, Goal::Change(values.collect()))
}

fn start(arguments: &Arguments<'_>, goal: Goal) -> Result<Box<dyn Program>> {
    let id = arguments.id("id")?;
    let kind = arguments.record.text("kind");
    let (service, resource, default) = match arguments.record.text("resource").as_deref() {
        Some("product") => ("product-service", "product", "product"),
        Some("contact") => ("contact-service", "contact", "customer"),
        Some(_) | None => ("order-service", "order", "sale"),
    };
    Ok(Box::new(CustomFields {
        task: arguments.task,
        meta_data: format!("{service}/{}/custom-field-meta-data", kind.as_deref().unwrap_or(default)),
        path: format!("{service}/{resource}/{id}/custom-field"),
        stage: CustomFieldStage::MetaData,
        fields: Vec::new(),
        present: String::new(),
        is_unshown: false,
        goal,
        changed: Vec::new(),
    }))
}

impl CustomFields {
    /// The field that a label or a code means.
    fn find(&self, name: &str, pointer: &str) -> Result<&CustomField, Violation> {
        let by_code = self.fields.iter().find(|field| field.code == name);
        let exact: Vec<&CustomField> = self.fields.iter().filter(|field| field.name == name).collect();
        let alike: Vec<&CustomField> =
            self.fields.iter().filter(|field| is_alike(&field.name, name)).collect();
        let refuse =
            |fault, found: &str, expected: String| Err(violation(pointer.to_owned(), fault, found, expected));
        if let Some(field) = by_code {
            return Ok(field);
        }
        match (exact.as_slice(), alike.as_slice()) {
            ([field], _) | ([], [field]) => Ok(field),
            ([], []) => {
                let labels = || self.fields.iter().map(|field| field.name.as_str());
                let expected = match nearest(name, labels()) {
                    Some(meant) => format!("the label of a custom field, such as {meant}"),
                    None if self.fields.is_empty() => {
                        "none, since there are no custom fields here".to_owned()
                    }
                    None => format!("one of {}", labels().collect::<Vec<_>>().join(", ")),
                };
                refuse(Fault::UnknownMember, "a label that no custom field has", expected)
            }
            (_, several) => {
                let codes: Vec<&str> = several.iter().map(|field| field.code.as_str()).collect();
                refuse(
                    Fault::NotAllowed,
                    "a label that several custom fields have",
                    format!("one of their codes: {}", codes.join(", ")),
                )
            }
        }
    }

    /// What turns the present values into the wanted ones, and the codes of the fields that it changes.
    fn patch(&self, wanted: &[(String, String)]) -> Result<(Vec<String>, Vec<String>)> {
        let present = Record::parse(&self.present);
        let (mut operations, mut changed, mut violations) = (Vec::new(), Vec::new(), Vec::new());
        let mut named = BTreeSet::new();
        for (name, json) in wanted {
            let pointer = format!("/values/{}", token(name));
            let field = match self.find(name, &pointer) {
                Ok(field) => field,
                Err(unknown) => {
                    violations.push(unknown);
                    continue;
                }
            };
            if !named.insert(&field.code) {
                let found = "a value for a field that has one under another name";
                violations.push(violation(pointer, Fault::RepeatedMember, found, "one value for each field"));
                continue;
            }
            let Ok(part) = Part::json(json.as_bytes()) else { continue };
            match field.change(present.raw(&field.code), &part) {
                Ok(Some(operation)) => {
                    operations.push(operation);
                    changed.push(field.code.clone());
                }
                Ok(None) => {}
                Err(misfit) => {
                    violations.push(violation(pointer, misfit.fault, part.read(), misfit.expected))
                }
            }
        }
        refuse(self.task, violations)?;
        Ok((operations, changed))
    }

    /// The first of the fields that were patched that is not as it was wanted. `stays` says whether only one counts that still
    /// has what stood there before: Brightpearl may keep a value in another form.
    fn unshown(&self, values: &str, stays: bool) -> Option<&CustomField> {
        let Goal::Change(wanted) = &self.goal else { return None };
        let (before, after) = (Record::parse(&self.present), Record::parse(values));
        wanted.iter().find_map(|(name, json)| {
            let field = self.find(name, "").ok().filter(|field| self.changed.contains(&field.code))?;
            let wanted = Part::json(json.as_bytes()).ok()?;
            let found = after.raw(&field.code);
            let is_shown = matches!(field.change(found, &wanted), Ok(None));
            let is_unshown = !is_shown && (!stays || found == before.raw(&field.code));
            is_unshown.then_some(field)
        })
    }

    fn changed(&self) -> String {
        array(self.changed.iter().map(|code| quoted(code)))
    }

    fn result(&self) -> Result<String> {
        let present = Record::parse(&self.present);
        let shown: Vec<&CustomField> = match &self.goal {
            Goal::Read(Some(labels)) => {
                let found = labels
                    .iter()
                    .enumerate()
                    .map(|(place, label)| self.find(label, &format!("/labels/{place}")));
                let (mut shown, mut violations) = (Vec::new(), Vec::new());
                for field in found {
                    match field {
                        Ok(field) => shown.push(field),
                        Err(unknown) => violations.push(unknown),
                    }
                }
                refuse(self.task, violations)?;
                shown
            }
            Goal::Read(None) | Goal::Change(_) => self.fields.iter().collect(),
        };
        let is_unique = |name: &str| self.fields.iter().filter(|field| field.name == name).count() == 1;
        let values = shown.iter().fold(ObjectText::new(), |text, field| {
            let name = if is_unique(&field.name) { &field.name } else { &field.code };
            text.raw(name, &field.plain(present.raw(&field.code)))
        });
        let details = shown.iter().map(|field| field.detail(present.raw(&field.code)));
        let result = ObjectText::new().raw("values", &values.finish()).raw("fields", &array(details));
        Ok(match self.goal {
            Goal::Read(_) => result,
            Goal::Change(_) => result.raw("changed", &self.changed()),
        }
        .finish())
    }
}

impl Program for CustomFields {
    fn next(&mut self) -> Result<Next> {
        match self.stage {
            CustomFieldStage::MetaData => return Ok(Next::Send(get(&self.meta_data))),
            CustomFieldStage::Values | CustomFieldStage::ValuesAfterwards => {
                return Ok(Next::Send(get(&self.path)));
            }
            CustomFieldStage::Patch | CustomFieldStage::Done => {}
        }
        if let (CustomFieldStage::Patch, Goal::Change(wanted)) = (&self.stage, &self.goal) {
            let (operations, changed) = self.patch(wanted)?;
            if !operations.is_empty() {
                self.changed = changed;
                return Ok(Next::Send(SingleRequest::new(Method::Patch, &self.path).body(array(operations))));
            }
        }
        self.stage = CustomFieldStage::Done;
        Ok(Next::Done(self.result()?))
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        self.stage = match (&self.stage, &self.goal) {
            (CustomFieldStage::MetaData, _) => {
                self.fields = answer.records()?.iter().filter_map(CustomField::read).collect();
                CustomFieldStage::Values
            }
            (CustomFieldStage::Values, goal) => {
                self.present = values(answer)?;
                match goal {
                    Goal::Read(_) => CustomFieldStage::Done,
                    Goal::Change(_) => CustomFieldStage::Patch,
                }
            }
            (CustomFieldStage::Patch, _) if matches!(answer.response.read(), Node::Null) => {
                CustomFieldStage::ValuesAfterwards
            }
            (CustomFieldStage::Patch, _) => {
                let values = values(answer)?;
                if self.unshown(&values, false).is_some() {
                    // It may be the answer to another request.
                    CustomFieldStage::ValuesAfterwards
                } else {
                    self.present = values;
                    CustomFieldStage::Done
                }
            }
            (CustomFieldStage::ValuesAfterwards, _) => {
                let values = values(answer)?;
                if let Some(field) = self.unshown(&values, true) {
                    let message = format!(
                        "the answer said that the custom fields were changed, and {} still has what stood there before; look in \
                         Brightpearl",
                        field.code
                    );
                    self.is_unshown = true;
                    return Err(Error::new(Kind::Protocol, message).at("response"));
                }
                self.is_unshown = false;
                self.present = values;
                CustomFieldStage::Done
            }
            (CustomFieldStage::Done, _) => CustomFieldStage::Done,
        };
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<()> {
        // An account without custom fields may answer 404 for their list (API notes §3.3).
        if matches!(self.stage, CustomFieldStage::MetaData) && says_none(&error, &self.meta_data) {
            self.stage = CustomFieldStage::Values;
            return Ok(());
        }
        Err(error)
    }

    fn reads_back(&self) -> bool {
        true
    }

    fn outlook(&self) -> (u64, bool) {
        // Whether anything is to be changed is not known before the values are.
        let is_read = matches!(self.goal, Goal::Read(_));
        match self.stage {
            CustomFieldStage::MetaData => (1, is_read),
            CustomFieldStage::Values => (0, is_read),
            CustomFieldStage::Patch | CustomFieldStage::ValuesAfterwards | CustomFieldStage::Done => {
                (0, true)
            }
        }
    }

    fn progress(&self) -> Option<String> {
        let is_changed = matches!(self.stage, CustomFieldStage::ValuesAfterwards);
        (is_changed && !self.is_unshown).then(|| ObjectText::new().raw("changed", &self.changed()).finish())
    }
}

/// The values of an answer; one without any may answer nothing.
fn values(answer: &TaskAnswer<'_>) -> Result<String> {
    match answer.response.read() {
        Node::Null => Ok("{}".to_owned()),
        Node::Boolean(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Array(_)
        | Node::Object(_)
        | Node::Unreadable => answer.object().map(str::to_owned),
    }
}
