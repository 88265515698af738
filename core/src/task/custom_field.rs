//! One custom field: what its meta-data says, what stands in it, and what is wanted there (API notes §8.1.7).

use crate::error::Fault;
use crate::json::{Node, ObjectText, Part, Record, id_of, nearest, quoted, text_of};
use crate::value::{Date, DateTime};

/// A custom field, as its meta-data describes it.
#[derive(Clone, Debug)]
pub(super) struct CustomField {
    pub(super) code: String,
    /// The label that people know it by.
    pub(super) name: String,
    kind: CustomFieldKind,
    /// The type as Brightpearl spells it.
    type_name: String,
    /// The entries of a select list: id and text.
    options: Vec<(u64, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CustomFieldKind {
    Text,
    YesNo,
    Integer,
    Date,
    Select,
    /// One that the notes do not know: whatever is wanted is sent as it stands.
    Unknown,
}

/// A wanted value that does not fit.
pub(super) struct Misfit {
    pub(super) fault: Fault,
    pub(super) expected: String,
}

impl Misfit {
    fn new(fault: Fault, expected: impl Into<String>) -> Self {
        Self { fault, expected: expected.into() }
    }
}

impl CustomField {
    /// From an entry of the meta-data; `None` when it has no code.
    pub(super) fn read(record: &Record<'_>) -> Option<Self> {
        let type_name = record.text("customFieldType").unwrap_or_default();
        // The spellings differ between sources (API notes §8.1.7).
        let kind = match type_name.as_str() {
            "TEXT" | "TEXTAREA" | "TEXT_AREA" => CustomFieldKind::Text,
            "YES_NO" | "YESNO" => CustomFieldKind::YesNo,
            "INTEGER" => CustomFieldKind::Integer,
            "DATE" => CustomFieldKind::Date,
            "SELECT" => CustomFieldKind::Select,
            _ => CustomFieldKind::Unknown,
        };
        let code = record.text("code")?;
        let name = record.text("name").unwrap_or_else(|| code.clone());
        Some(Self { code, name, kind, type_name, options: read_options(record) })
    }

    /// The value as people say it: the text of a select list's entry, and otherwise what stands there.
    pub(super) fn plain(&self, value: Option<&str>) -> String {
        let Some(json) = value else { return "null".to_owned() };
        let entry = Record::parse(json);
        match entry.raw("value") {
            Some(text) => text.to_owned(),
            None => json.to_owned(),
        }
    }

    /// The field with its value, for a result.
    pub(super) fn detail(&self, value: Option<&str>) -> String {
        ObjectText::new()
            .text("code", &self.code)
            .text("name", &self.name)
            .text("customFieldType", &self.type_name)
            .raw("value", value.unwrap_or("null"))
            .finish()
    }

    /// The operation of a JSON Patch that makes what stands there what is wanted; `None` when it is already.
    ///
    /// # Errors
    /// What is wanted does not fit the field.
    pub(super) fn change(&self, present: Option<&str>, wanted: &Part<'_>) -> Result<Option<String>, Misfit> {
        let node = wanted.read();
        if matches!(node, Node::Null) {
            return Ok(present.map(|_| operation("remove", &self.code, "", None)));
        }
        let value = self.value(&node, wanted.raw().unwrap_or("null"))?;
        if present.is_some_and(|present| self.is_same(present, &value)) {
            return Ok(None);
        }
        let (name, place) = match (present, self.kind) {
            (None, _) => ("add", ""),
            (Some(_), CustomFieldKind::Select) => ("replace", "/id"),
            (
                Some(_),
                CustomFieldKind::Text
                | CustomFieldKind::YesNo
                | CustomFieldKind::Integer
                | CustomFieldKind::Date
                | CustomFieldKind::Unknown,
            ) => ("replace", ""),
        };
        let value = match (self.kind, present) {
            (CustomFieldKind::Select, None) => ObjectText::new().raw("id", &value).finish(),
            (CustomFieldKind::Select, Some(_))
            | (
                CustomFieldKind::Text
                | CustomFieldKind::YesNo
                | CustomFieldKind::Integer
                | CustomFieldKind::Date
                | CustomFieldKind::Unknown,
                _,
            ) => value,
        };
        Ok(Some(operation(name, &self.code, place, Some(&value))))
    }

    /// The JSON to send, of an entry of a select list its id.
    fn value(&self, node: &Node<'_>, raw: &str) -> Result<String, Misfit> {
        let wrong_type = |expected: &str| Err(Misfit::new(Fault::WrongType, expected));
        match (self.kind, node) {
            (CustomFieldKind::Text, Node::Text(_)) => Ok(raw.to_owned()),
            (CustomFieldKind::Text, _) => wrong_type("a text"),
            (CustomFieldKind::YesNo, Node::Boolean(_)) => Ok(raw.to_owned()),
            (CustomFieldKind::YesNo, _) => wrong_type("true or false"),
            (CustomFieldKind::Integer, node) => match text_of(node).map(|digits| digits.parse::<i64>()) {
                Some(Ok(number)) => Ok(number.to_string()),
                Some(Err(_)) => Err(Misfit::new(Fault::WrongFormat, "a whole number")),
                None => wrong_type("a whole number"),
            },
            (CustomFieldKind::Date, Node::Text(text)) if is_moment(text) => Ok(raw.to_owned()),
            (CustomFieldKind::Date, Node::Text(_)) => Err(Misfit::new(Fault::WrongFormat, DATE)),
            (CustomFieldKind::Date, _) => wrong_type(DATE),
            (CustomFieldKind::Select, node) => self.option(node).map(|id| id.to_string()),
            (CustomFieldKind::Unknown, _) => Ok(raw.to_owned()),
        }
    }

    /// The id of a select list's entry, named by its text in any case, or by `{"id": 9}`.
    fn option(&self, node: &Node<'_>) -> Result<u64, Misfit> {
        let texts: Vec<&str> = self.options.iter().map(|(_, text)| text.as_str()).collect();
        if let Node::Object(members) = node {
            let id = Record(members.clone()).node("id").as_ref().and_then(id_of);
            let is_known = |id: &u64| self.options.iter().any(|(known, _)| known == id);
            return id.filter(is_known).ok_or_else(|| {
                let known: Vec<String> =
                    self.options.iter().map(|(id, text)| format!("{id} for {text}")).collect();
                Misfit::new(
                    Fault::NotAllowed,
                    format!("the id of an entry of the list: {}", known.join(", ")),
                )
            });
        }
        let Some(wanted) = text_of(node) else {
            return Err(Misfit::new(Fault::WrongType, format!("one of {}", texts.join(", "))));
        };
        let exact = self.options.iter().filter(|(_, text)| *text == wanted);
        let alike = self.options.iter().filter(|(_, text)| is_alike(text, &wanted));
        match (exact.collect::<Vec<_>>().as_slice(), alike.collect::<Vec<_>>().as_slice()) {
            ([(id, _)], _) | ([], [(id, _)]) => Ok(*id),
            ([], []) => {
                let expected = match nearest(&wanted, texts.iter().copied()) {
                    Some(meant) => format!("an entry of the list, such as {meant}"),
                    None => format!("one of {}", texts.join(", ")),
                };
                Err(Misfit::new(Fault::NotAllowed, expected))
            }
            (_, several) => {
                let ids: Vec<String> = several.iter().map(|(id, _)| id.to_string()).collect();
                let expected = format!(
                    "an id, such as {{\"id\": {}}}, since several entries of the list are called so: {}",
                    ids.first().map_or("1", String::as_str),
                    ids.join(", ")
                );
                Err(Misfit::new(Fault::NotAllowed, expected))
            }
        }
    }

    fn is_same(&self, present: &str, wanted: &str) -> bool {
        let (present_part, wanted_part) = (
            Part::json(present.as_bytes()).map(|part| part.read()),
            Part::json(wanted.as_bytes()).map(|part| part.read()),
        );
        let (Ok(present), Ok(wanted)) = (present_part, wanted_part) else { return false };
        match (self.kind, &present, &wanted) {
            (CustomFieldKind::Select, Node::Object(members), wanted) => {
                let id = Record(members.clone()).node("id").as_ref().and_then(id_of);
                id.is_some() && id == id_of(wanted)
            }
            (CustomFieldKind::Integer, present, wanted) => {
                let number = |node| text_of(node).and_then(|digits| digits.parse::<i64>().ok());
                number(present).is_some() && number(present) == number(wanted)
            }
            (CustomFieldKind::Date, Node::Text(present), Node::Text(wanted)) => {
                is_same_moment(present, wanted)
            }
            (_, Node::Text(present), Node::Text(wanted)) => present == wanted,
            (_, Node::Boolean(present), Node::Boolean(wanted)) => present == wanted,
            (_, Node::Number(present), Node::Number(wanted)) => present == wanted,
            (
                CustomFieldKind::Text
                | CustomFieldKind::YesNo
                | CustomFieldKind::Date
                | CustomFieldKind::Select
                | CustomFieldKind::Unknown,
                _,
                _,
            ) => false,
        }
    }
}

const DATE: &str = "a date, or a date-time with its offset such as 2024-02-03T09:08:07-06:00";

fn is_moment(text: &str) -> bool {
    Date::parse(text).is_ok() || DateTime::parse(text).is_ok()
}

/// A day is the day that the account's own clock shows, or begins at midnight UTC: dates are answered either
/// way (API notes §1.8). An instant is an instant.
fn is_same_moment(present: &str, wanted: &str) -> bool {
    match (DateTime::parse(present), Date::parse(wanted)) {
        (Ok(present), Ok(day)) => {
            let midnight = i64::from(day.days_since_epoch()) * 86_400_000;
            present.date() == day || present.milliseconds() == midnight
        }
        (Ok(present), Err(_)) => {
            DateTime::parse(wanted).is_ok_and(|wanted| present.milliseconds() == wanted.milliseconds())
        }
        (Err(_), _) => present == wanted,
    }
}

/// Whether two labels differ at most in capitals. Those of A to Z count only: the tables of all the others would
/// weigh more in the component than all that is done with custom fields.
pub(super) fn is_alike(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn operation(name: &str, code: &str, place: &str, value: Option<&str>) -> String {
    ObjectText::new()
        .text("op", name)
        .raw("path", &quoted(&format!("/{code}{place}")))
        .maybe("value", value)
        .finish()
}

/// A map from id to entry; an array of entries would do as well.
fn read_options(record: &Record<'_>) -> Vec<(u64, String)> {
    let entry =
        |record: &Record<'_>| Some((record.node("id").as_ref().and_then(id_of)?, record.text("value")?));
    let map = record.record("options");
    let mapped = map.0.iter().filter_map(|(_, part)| entry(&Record::of(part)));
    let listed: Vec<Part<'_>> = record.elements("options");
    mapped.chain(listed.iter().filter_map(|part| entry(&Record::of(part)))).collect()
}
