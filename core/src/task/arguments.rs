//! The arguments of a task: checked against its table, all at once, and read.

use crate::catalog::UnknownMembers;
use crate::catalog::field::Object;
use crate::error::{Error, Fault, Result, Severity, Violation};
use crate::json::{Node, ObjectText, Record, at, id_of};
use crate::validate::validate_members;

use super::entry::{Form, TaskEntry};

/// Arguments that fit their task.
pub(crate) struct Arguments<'d> {
    /// The task's name.
    pub(crate) task: &'static str,
    /// The members.
    pub(crate) record: Record<'d>,
    form: &'static Form,
}

impl<'d> Arguments<'d> {
    /// Reads and checks.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the first violation's JSON Pointer, with all of them in
    /// [`Error::violations`].
    pub(crate) fn read(entry: &'static TaskEntry, text: &'d str, unknown: UnknownMembers) -> Result<Self> {
        let record = Record::parse(text);
        let form = form(entry, &record);
        let body = form.body_table();
        let tables: Vec<&Object> = [Some(&form.own), body.as_ref()].into_iter().flatten().collect();
        // What a request's body has beyond the table is passed on; what only the task has would be lost.
        let unknown = if body.is_some() { unknown } else { UnknownMembers::Refuse };
        refuse(entry.name, validate_members(&tables, text, unknown))?;
        Ok(Self { task: entry.name, record, form })
    }

    /// Whether the arguments have this form.
    pub(crate) fn has_form(&self, marks: &[&str]) -> bool {
        self.form.marks == marks
    }

    /// Whether some of them belong into a request's body.
    pub(crate) fn has_body(&self) -> bool {
        self.form.body.is_some()
    }

    /// An id that is mandatory.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) when it is missing after all.
    pub(crate) fn id(&self, name: &str) -> Result<u64> {
        self.record
            .node(name)
            .as_ref()
            .and_then(id_of)
            .ok_or_else(|| Error::validation(format!("/{name}"), "the id is missing; expected an id above 0"))
    }

    /// A path with the members in the places of their names. Checked ids need no escaping.
    pub(crate) fn fill(&self, template: &str) -> String {
        let segments = template.split('/').map(|segment| {
            let name = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            name.and_then(|name| self.record.text(name)).unwrap_or_else(|| segment.to_owned())
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// The request's body: what stands beside the task's own members, as it was written.
    pub(crate) fn body(&self) -> ObjectText {
        let is_own = |name: &str| self.form.own.fields.iter().any(|field| field.name == name);
        let members = self.record.0.iter().filter(|(name, _)| !is_own(name));
        members.fold(ObjectText::new(), |text, (name, part)| match part.raw() {
            Some(json) => text.raw(name, json),
            None => text,
        })
    }

    /// Refuses the arguments after all.
    ///
    /// # Errors
    /// As [`Arguments::read`], unless there is nothing wrong.
    pub(crate) fn refuse(&self, violations: Vec<Violation>) -> Result<()> {
        refuse(self.task, violations)
    }
}

fn form(entry: &'static TaskEntry, record: &Record<'_>) -> &'static Form {
    let is_marked = |form: &&Form| form.marks.iter().any(|mark| at(&record.0, mark).is_some());
    let marked = entry.takes.iter().find(is_marked);
    // Every task has a form; the table's test says so.
    marked.or(entry.takes.last()).unwrap_or(&NOTHING)
}

static NOTHING: Form = Form::own(crate::catalog::build::closed(&[]));

/// An error with all that is wrong, unless nothing is.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at the first violation's JSON Pointer.
pub(crate) fn refuse(task: &str, violations: Vec<Violation>) -> Result<()> {
    const NAMED: usize = 3;
    let is_error = |violation: &&Violation| violation.severity == Severity::Error;
    let errors: Vec<&Violation> = violations.iter().filter(is_error).collect();
    let Some(first) = errors.first() else { return Ok(()) };
    let place = if first.pointer.is_empty() { "arguments".to_owned() } else { first.pointer.clone() };
    let mut listed: Vec<String> = errors.iter().take(NAMED).map(|violation| in_words(violation)).collect();
    if let Some(more) = errors.len().checked_sub(NAMED).filter(|more| *more > 0) {
        listed.push(format!("and {more} more"));
    }
    let message = format!("the arguments of {task} do not fit: {}", listed.join("; "));
    Err(Error::validation(place, message).with_violations(violations))
}

/// The error for one thing that is wrong.
pub(crate) fn refusal(task: &str, violation: Violation) -> Error {
    let place = violation.pointer.clone();
    let message = format!("the arguments of {task} do not fit: {}", in_words(&violation));
    Error::validation(place, message).with_violations(vec![violation])
}

fn in_words(violation: &Violation) -> String {
    let place = if violation.pointer.is_empty() { "the whole" } else { &violation.pointer };
    format!("{place}: found {}, expected {}", violation.found, violation.expected)
}

/// Something wrong that a table cannot say.
pub(crate) fn violation(
    pointer: String,
    fault: Fault,
    found: impl ToString,
    expected: impl ToString,
) -> Violation {
    let (found, expected) = (found.to_string(), expected.to_string());
    Violation { pointer, severity: Severity::Error, fault, found, expected }
}

/// A violation about something missing.
pub(crate) fn missing(pointer: String, expected: impl ToString) -> Violation {
    violation(pointer, Fault::Missing, "nothing", expected)
}

/// What is wrong with a value, which is shown.
pub(crate) fn wrong(pointer: String, fault: Fault, found: &Node<'_>, expected: impl ToString) -> Violation {
    violation(pointer, fault, found, expected)
}
