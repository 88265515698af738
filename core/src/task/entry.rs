//! One entry of the table of tasks: what it takes, what it gives, and how it is carried out.

use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::program::Program;
use crate::catalog;
use crate::catalog::UnknownMembers;
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::Content;
use crate::error::Result;
use crate::http::Method;
use crate::operation::Fetch;

/// A task.
pub(crate) struct TaskEntry {
    /// The name, such as `create-sales-order`.
    pub(crate) name: &'static str,
    /// What it does, in one sentence.
    pub(crate) summary: &'static str,
    /// Which requests it sends, in words.
    pub(crate) requests: &'static str,
    /// Whether it changes anything in Brightpearl.
    pub(crate) writes: bool,
    /// The forms that its arguments may have: the first that has its mark, and otherwise the last.
    pub(crate) takes: &'static [Form],
    /// The members of its result.
    pub(crate) gives: &'static [Given],
    /// How it is carried out.
    pub(crate) procedure: Procedure,
}

/// One form that a task's arguments may have.
pub(crate) struct Form {
    /// Members by any of which it is recognised, as JSON Pointers.
    pub(crate) marks: &'static [&'static str],
    /// The task's own members.
    pub(crate) own: Object,
    /// The request whose body's members it has, too.
    pub(crate) body: Option<(Method, &'static str)>,
}

/// A member of a result.
pub(crate) struct Given {
    pub(crate) name: &'static str,
    pub(crate) what: What,
    /// Whether every result has it.
    pub(crate) always: bool,
    pub(crate) note: &'static str,
}

/// What a member of a result is.
#[derive(Clone, Copy)]
pub(crate) enum What {
    /// An id.
    Id,
    /// Ids.
    Ids,
    /// An id set as text, empty for none.
    IdSet,
    /// A text.
    Text,
    /// Texts.
    Texts,
    /// `true` or `false`.
    Flag,
    /// An object.
    Record,
    /// Objects.
    Records,
}

/// How a task is carried out.
pub(crate) enum Procedure {
    /// By one request.
    One(One),
    /// By requests of which the later ones may depend on the answers to the earlier ones.
    Program(fn(&Arguments<'_>) -> Result<Box<dyn Program>>),
    /// By a fetch.
    Fetch(fn(&Arguments<'_>) -> Result<Collection>),
}

/// A single request, whose body is what the arguments have beside the task's own members.
pub(crate) struct One {
    pub(crate) method: Method,
    /// The path, with the task's own members as placeholders.
    pub(crate) path: &'static str,
    /// The member that goes into `If-Match`.
    pub(crate) if_match: Option<&'static str>,
    /// What the answer's `response` becomes.
    pub(crate) answer: Becomes,
}

/// What the `response` of a single request becomes in the result.
#[derive(Clone, Copy)]
pub(crate) enum Becomes {
    /// Nothing: the result is `{}`.
    Nothing,
    /// An id, in the member of that name. One within an array is taken, too.
    Id(&'static str),
    /// Ids, in the member of that name. A bare one is taken, too.
    Ids(&'static str),
}

/// A fetch, and how its resources stand in the result.
pub(crate) struct Collection {
    pub(crate) fetch: Fetch,
    /// The member that holds the resources.
    pub(crate) member: &'static str,
    /// Whether they are keyed by their ids, as the answer has them, rather than in an array.
    pub(crate) keyed: bool,
    /// Whether the result says which ids are missing and which were refused.
    pub(crate) by_id: bool,
}

impl Form {
    /// A form of the task's own members only.
    pub(crate) const fn own(own: Object) -> Self {
        Self { marks: &[], own, body: None }
    }

    /// The body of a request.
    pub(crate) const fn body(method: Method, path: &'static str) -> Self {
        Self::own(catalog::build::closed(&[])).with_body(method, path)
    }

    /// With the members of a request's body.
    pub(crate) const fn with_body(self, method: Method, path: &'static str) -> Self {
        Self { body: Some((method, path)), ..self }
    }

    /// Recognised by any of these.
    pub(crate) const fn marked(self, marks: &'static [&'static str]) -> Self {
        Self { marks, ..self }
    }

    /// The table of the body's members.
    pub(crate) fn body_table(&self) -> Option<Object> {
        let (method, path) = self.body?;
        match catalog::find(path, method)?.operation.content {
            Content::Json(Shape::Object(object)) | Content::OptionalJson(Shape::Object(object)) => {
                Some(object)
            }
            Content::Json(_)
            | Content::OptionalJson(_)
            | Content::Nothing
            | Content::Patch(_)
            | Content::Form(_)
            | Content::Unknown => None,
        }
    }

    fn schema(&self) -> Value {
        let schema = |table: &Object| {
            catalog::json_schema(&Content::Json(Shape::Object(*table)), UnknownMembers::Refuse)
        };
        let mut own = schema(&self.own).unwrap_or_default();
        // What a request takes may grow; what a task takes does not.
        if let Some(body) = self.body_table().as_ref().and_then(schema) {
            merge(&mut own, body);
        }
        if let Value::Object(members) = &mut own {
            members.remove("$schema");
        }
        own
    }
}

/// Adds the members of a body's schema to those of a task. Of two of a name, the task's counts.
fn merge(own: &mut Value, mut body: Value) {
    let is_own = |own: &Value, name: &str| own["properties"].get(name).is_some();
    let needed: Vec<Value> = list(body["required"].take())
        .into_iter()
        .filter(|name| !name.as_str().is_some_and(|name| is_own(own, name)))
        .collect();
    let required = [list(own["required"].take()), needed].concat();
    let rules = [list(own["allOf"].take()), list(body["allOf"].take())].concat();
    let Value::Object(members) = own else { return };
    for (name, part) in [("required", required), ("allOf", rules)] {
        members.remove(name);
        if !part.is_empty() {
            members.insert(name.to_owned(), part.into());
        }
    }
    members.remove("additionalProperties");
    if let (Some(Value::Object(properties)), Value::Object(more)) =
        (members.get_mut("properties"), body["properties"].take())
    {
        for (name, schema) in more {
            properties.entry(name).or_insert(schema);
        }
    }
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(elements) => elements,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Vec::new(),
    }
}

impl TaskEntry {
    /// The JSON Schema of the arguments.
    pub(crate) fn arguments_schema(&self) -> Value {
        let mut forms: Vec<Value> = self.takes.iter().map(Form::schema).collect();
        let mut schema = match forms.len() {
            1 => forms.remove(0),
            _ => json!({"type": "object", "anyOf": forms}),
        };
        schema["$schema"] = catalog::SCHEMA_DIALECT.into();
        schema
    }

    /// The JSON Schema of the result.
    pub(crate) fn result_schema(&self) -> Value {
        let mut properties = Map::new();
        for given in self.gives {
            properties.insert(given.name.to_owned(), given.schema());
        }
        let required: Vec<&str> =
            self.gives.iter().filter(|given| given.always).map(|given| given.name).collect();
        json!({"$schema": catalog::SCHEMA_DIALECT, "type": "object", "properties": properties, "required": required})
    }
}

/// A member that every result has.
pub(crate) const fn given(name: &'static str, what: What) -> Given {
    Given { name, what, always: true, note: "" }
}

impl Given {
    /// Some results lack it.
    pub(crate) const fn sometimes(self) -> Self {
        Self { always: false, ..self }
    }

    /// With what else is to be known.
    pub(crate) const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    fn schema(&self) -> Value {
        let id = json!({"type": "integer", "minimum": 1});
        let mut schema = match self.what {
            What::Id => id,
            What::Ids => json!({"type": "array", "items": id}),
            What::IdSet | What::Text => json!({"type": "string"}),
            What::Texts => json!({"type": "array", "items": {"type": "string"}}),
            What::Flag => json!({"type": "boolean"}),
            What::Record => json!({"type": "object"}),
            What::Records => json!({"type": "array", "items": {"type": "object"}}),
        };
        if !self.note.is_empty() {
            schema["description"] = self.note.into();
        }
        schema
    }
}
