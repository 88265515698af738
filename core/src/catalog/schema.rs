//! JSON Schemas (draft 2020-12) of bodies.
//!
//! A schema accepts everything that checking accepts. It accepts a little more: JSON Schema cannot bound the
//! decimal places of a number without binary floating point, nor tell days that the calendar lacks.

use serde_json::{Map, Value, json};

use super::field::{
    Condition, DecimalForm, Field, MapKey, Object, PatchOperation, PatchPath, Rule, Shape, Sign,
};
use super::operation::Content;
use super::unknown::UnknownMembers;

pub(crate) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const DAY: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const TIME: &str = "[0-9]{2}:[0-9]{2}:[0-9]{2}";
const OFFSET: &str = "(Z|[+-][0-9]{2}:[0-9]{2})";
const WHOLE: &str = "^-?(0|[1-9][0-9]*)$";
const FROM_ONE: &str = "^[1-9][0-9]*$";

/// The JSON Schema of a body; `None` when there is none, or nothing is known of it.
///
/// Unknown members are forbidden where all members are known, if `unknown` says so.
pub fn json_schema(content: &Content, unknown: UnknownMembers) -> Option<Value> {
    let mut schema = match content {
        Content::Json(shape) | Content::OptionalJson(shape) => of_shape(shape, unknown),
        Content::Form(object) => of_object(object, unknown),
        Content::Patch(paths) => of_patch(paths, unknown),
        Content::Nothing | Content::Unknown => return None,
    };
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".to_owned(), DIALECT.into());
    }
    Some(schema)
}

fn of_shape(shape: &Shape, unknown: UnknownMembers) -> Value {
    match shape {
        Shape::Text { at_least, at_most } => {
            let mut schema = json!({"type": "string"});
            if *at_least > 0 {
                schema["minLength"] = (*at_least).into();
            }
            if let Some(at_most) = at_most {
                schema["maxLength"] = (*at_most).into();
            }
            schema
        }
        Shape::Choice(texts) => json!({"enum": texts}),
        Shape::Code => json!({"type": ["string", "integer"]}),
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Integer { lowest, highest } => {
            let mut number = json!({"type": "integer"});
            if let Some(lowest) = lowest {
                number["minimum"] = (*lowest).into();
            }
            if let Some(highest) = highest {
                number["maximum"] = (*highest).into();
            }
            either(
                number,
                &if lowest.is_some_and(|lowest| lowest > 0) { FROM_ONE.to_owned() } else { WHOLE.to_owned() },
            )
        }
        Shape::Id { or_zero: false } => either(json!({"type": "integer", "minimum": 1}), FROM_ONE),
        Shape::Id { or_zero: true } => either(json!({"type": "integer", "minimum": 0}), "^(0|[1-9][0-9]*)$"),
        Shape::Decimal(form) => of_decimal(*form),
        Shape::Date => json!({"type": "string", "format": "date", "pattern": format!("^{DAY}$")}),
        Shape::Moment => {
            let pattern = format!("^{DAY}(T{TIME}(\\.[0-9]{{1,9}})?{OFFSET})?$");
            json!({"type": "string", "pattern": pattern, "description": "A day, or a date-time with its offset."})
        }
        Shape::LocalMoment => {
            let pattern = format!("^{DAY}(T{TIME}(\\.[0-9]{{1,9}})?{OFFSET}?)?$");
            json!({"type": "string", "pattern": pattern, "description": "A day, or a date-time."})
        }
        Shape::TimeOfDay => json!({"type": "string", "pattern": format!("^{TIME}$")}),
        Shape::Currency => json!({"type": "string", "pattern": "^[A-Z]{3}$"}),
        Shape::Country => json!({"type": "string", "pattern": "^[A-Z]{2,3}$"}),
        Shape::Colour => json!({"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}),
        Shape::Object(object) => of_object(object, unknown),
        Shape::Array { of, at_least, at_most } => {
            let mut schema = json!({"type": "array", "items": of_shape(of, unknown)});
            if *at_least > 0 {
                schema["minItems"] = (*at_least).into();
            }
            if let Some(at_most) = at_most {
                schema["maxItems"] = (*at_most).into();
            }
            schema
        }
        Shape::Map { key, of } => {
            let mut schema = json!({"type": "object", "additionalProperties": of_shape(of, unknown)});
            match key {
                MapKey::Id | MapKey::Quantity => schema["propertyNames"] = json!({"pattern": FROM_ONE}),
                MapKey::Name => {}
            }
            schema
        }
        Shape::Any => json!({}),
    }
}

/// A number, or a string that the pattern allows.
fn either(number: Value, pattern: &str) -> Value {
    json!({"anyOf": [number, {"type": "string", "pattern": pattern}]})
}

fn of_decimal(form: DecimalForm) -> Value {
    let minus = if form.sign == Sign::Any { "-?" } else { "" };
    let fraction = match form.places {
        None => r"(\.[0-9]+)?".to_owned(),
        Some(0) => r"(\.0+)?".to_owned(),
        Some(places) => format!(r"(\.[0-9]{{1,{places}}}0*)?"),
    };
    let pattern = format!("^{minus}(0|[1-9][0-9]*){fraction}$");
    let mut text = json!({"type": "string", "pattern": pattern});
    let mut number = json!({"type": "number"});
    match form.sign {
        Sign::Any => {}
        Sign::NonNegative => number["minimum"] = 0.into(),
        Sign::Positive => {
            number["exclusiveMinimum"] = 0.into();
            text["allOf"] = json!([{"pattern": "[1-9]"}]);
        }
    }
    let mut schema = if form.text_only { text } else { json!({"anyOf": [number, text]}) };
    if let Some(places) = form.places {
        schema["description"] = format!("At most {places} decimal places.").into();
    }
    if let Some(places) = form.kept_places {
        schema["description"] = format!("Kept to {places} decimal places.").into();
    }
    schema
}

fn of_object(object: &Object, unknown: UnknownMembers) -> Value {
    let properties: Map<String, Value> =
        object.fields.iter().map(|field| (field.name.to_owned(), of_field(field, unknown))).collect();
    let required: Vec<&str> =
        object.fields.iter().filter(|field| field.mandatory).map(|field| field.name).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if !object.open && unknown == UnknownMembers::Refuse {
        schema["additionalProperties"] = false.into();
    }
    if !object.rules.is_empty() {
        schema["allOf"] = object.rules.iter().map(of_rule).collect();
    }
    schema
}

/// A mandatory field's value may not be null; another's null says that it is absent.
fn of_field(field: &Field, unknown: UnknownMembers) -> Value {
    let mut schema = of_shape(&field.shape, unknown);
    let annotations = annotations(field.note, field.refers_to, field.verified);
    let is_anything = matches!(field.shape, Shape::Any);
    if field.mandatory && is_anything {
        schema = json!({"not": {"type": "null"}});
    }
    if !field.mandatory && !is_anything {
        allow_null(&mut schema);
    }
    if let Value::Object(members) = &mut schema {
        for (name, value) in annotations {
            let text = match members.remove(name) {
                Some(Value::String(already)) => format!("{already} {value}"),
                Some(_) | None => value,
            };
            members.insert(name.to_owned(), text.into());
        }
    }
    schema
}

/// Keywords other than these four say nothing about null.
fn allow_null(schema: &mut Value) {
    if schema.get("allOf").is_some() {
        *schema = json!({"anyOf": [schema.take(), {"type": "null"}]});
    } else if let Some(Value::Array(alternatives)) = schema.get_mut("anyOf") {
        alternatives.push(json!({"type": "null"}));
    } else if let Some(Value::Array(texts)) = schema.get_mut("enum") {
        texts.push(Value::Null);
    } else if let Some(kind) = schema.get_mut("type") {
        *kind = match kind.take() {
            Value::Array(mut kinds) => {
                kinds.push("null".into());
                Value::Array(kinds)
            }
            only => json!([only, "null"]),
        };
    }
}

/// What a reader of the schema wants to know, and no validator looks at.
fn annotations(note: &str, refers_to: Option<&str>, verified: bool) -> Vec<(&'static str, String)> {
    let mut described = note.to_owned();
    if !verified {
        described = format!("{described} Unverified.").trim_start().to_owned();
    }
    let mut annotations = Vec::new();
    if !described.is_empty() {
        annotations.push(("description", described));
    }
    if let Some(resource) = refers_to {
        annotations.push(("x-refers-to", resource.to_owned()));
    }
    annotations
}

fn of_rule(rule: &Rule) -> Value {
    match rule {
        Rule::AnyOf(members) => {
            let any: Vec<Value> = members.iter().map(|member| at(member, is_there())).collect();
            json!({"anyOf": any})
        }
        Rule::When { member, condition, needs } => {
            let condition = match condition {
                Condition::Is(texts) => json!({"enum": texts}),
                Condition::IsPositive => {
                    either(json!({"type": "number", "exclusiveMinimum": 0}), r"^[0-9.]*[1-9][0-9.]*$")
                }
            };
            let needs: Vec<Value> = needs.iter().map(|need| at(need, is_there())).collect();
            json!({"if": at(member, condition), "then": {"allOf": needs}})
        }
        Rule::Apart { one, other } => {
            let both = [at(one.0, json!({"const": one.1})), at(other.0, json!({"const": other.1}))];
            json!({"not": {"allOf": both}})
        }
    }
}

fn is_there() -> Value {
    json!({"not": {"type": "null"}})
}

/// That something stands at a pointer, and what it is.
fn at(pointer: &str, schema: Value) -> Value {
    pointer.rsplit('/').filter(|name| !name.is_empty()).fold(
        schema,
        |within, name| json!({"type": "object", "required": [name], "properties": {name: within}}),
    )
}

fn of_patch(paths: &[PatchPath], unknown: UnknownMembers) -> Value {
    let sources: Vec<Value> = paths.iter().map(|path| json!({"pattern": pattern(path.path)})).collect();
    let allowed: Vec<Value> = paths
        .iter()
        .flat_map(|path| path.operations.iter().map(move |operation| (path, *operation)))
        .map(|(path, operation)| of_patch_operation(path, operation, &sources, unknown))
        .collect();
    json!({"type": "array", "items": {"anyOf": allowed}})
}

fn of_patch_operation(
    path: &PatchPath,
    operation: PatchOperation,
    sources: &[Value],
    unknown: UnknownMembers,
) -> Value {
    let mut properties = json!({
        "op": {"const": operation.as_str()},
        "path": {"type": "string", "pattern": pattern(path.path)},
    });
    let mut required = vec!["op", "path"];
    if operation.has_value() {
        let mut value = of_shape(&path.shape, unknown);
        for (name, text) in annotations(path.note, path.refers_to, true) {
            value[name] = text.into();
        }
        properties["value"] = value;
        required.push("value");
    }
    if operation.has_from() {
        properties["from"] = json!({"type": "string", "anyOf": sources});
        required.push("from");
    }
    json!({"type": "object", "properties": properties, "required": required})
}

/// The regular expression of a patchable path.
fn pattern(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| match segment.strip_suffix('*') {
            Some(beginning) => format!("{beginning}[^/]+"),
            None => segment.to_owned(),
        })
        .collect();
    format!("^{}$", segments.join("/"))
}
