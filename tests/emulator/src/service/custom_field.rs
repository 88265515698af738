//! Custom fields of orders and contacts (API notes §8.1.7, §8.4.5).

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::call::Call;
use super::json_patch::{self, Operation, Verb};
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;
use crate::world::custom_fields::{Definition, FieldKind, Value, Values};

/// The fields of a record that have a value, by code.
pub(super) fn shape(definitions: &'static [Definition], values: Values) -> Members<&'static str, ShownValue> {
    let set = definitions.iter().zip(values.0);
    Members(set.filter_map(|(field, value)| Some((field.code, ShownValue(&field.kind, value?)))).collect())
}

/// The codes of those that have none.
pub(super) fn missing(definitions: &'static [Definition], values: &Values) -> Vec<&'static str> {
    let unset = definitions.iter().zip(&values.0).filter(|(_, value)| value.is_none());
    unset.map(|(field, _)| field.code).collect()
}

/// A value as it goes over the wire.
pub(super) struct ShownValue(&'static FieldKind, Value);

#[derive(Serialize)]
struct Choice {
    id: u32,
    value: &'static str,
}

impl Serialize for ShownValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.1 {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::YesNo(value) => serializer.serialize_bool(*value),
            Value::Choice(id) => {
                let options: &[_] = match self.0 {
                    FieldKind::Select(options) => options,
                    FieldKind::Text | FieldKind::Integer | FieldKind::YesNo => &[],
                };
                let value = options.iter().find(|(option, _)| option == id).map_or("", |(_, value)| *value);
                Choice { id: *id, value }.serialize(serializer)
            }
        }
    }
}

/// Carries out a patch on the fields of a record.
///
/// # Errors
/// CMNC-044 for operations and paths that are not taken, and for fields that the account does not have
/// (*inferred*); 500 for a value of a wrong type.
pub(super) fn patched(
    definitions: &'static [Definition],
    mut values: Values,
    body: &[u8],
) -> Result<Values, Refusal> {
    for operation in json_patch::read(body)? {
        let path = operation.path.strip_prefix('/').unwrap_or_default();
        let (code, is_choice) = path.strip_suffix("/id").map_or((path, false), |code| (code, true));
        let place = definitions.iter().position(|field| field.code == code);
        let (Some(place), true) = (place, values.0.len() == definitions.len()) else {
            return Err(operation.refusal());
        };
        let kind = &definitions[place].kind;
        values.0[place] = match operation.verb {
            Verb::Remove if values.0[place].is_some() && !is_choice => None,
            Verb::Replace if values.0[place].is_none() => return Err(operation.refusal()),
            Verb::Add | Verb::Replace => Some(read_value(kind, &operation, is_choice)?),
            Verb::Remove | Verb::Test | Verb::Move | Verb::Copy => return Err(operation.refusal()),
        };
    }
    Ok(values)
}

/// Options are `{"id": 9}`, or the number at the path of the id; whole numbers may be sent as texts.
fn read_value(kind: &FieldKind, operation: &Operation, is_choice: bool) -> Result<Value, Refusal> {
    let wrong_type = || Refusal::coded(500, "CMNU-003", "Internal Server Error");
    match (kind, &operation.value) {
        (FieldKind::Text, Json::String(text)) if !is_choice => Ok(Value::Text(text.clone().into())),
        (FieldKind::Integer, Json::Number(_) | Json::String(_)) if !is_choice => {
            let number = operation.text().and_then(|text| text.parse().ok());
            number.map(Value::Integer).ok_or_else(wrong_type)
        }
        (FieldKind::YesNo, Json::Bool(value)) if !is_choice => Ok(Value::YesNo(*value)),
        (FieldKind::Select(options), value) => {
            let id = if is_choice { Some(value) } else { value.get("id") };
            let id = id.and_then(|id| match id {
                Json::Number(number) => number.as_u64(),
                Json::String(text) => text.parse().ok(),
                Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
            });
            let option = options.iter().find(|(option, _)| Some(u64::from(*option)) == id);
            option.map(|(option, _)| Value::Choice(*option)).ok_or_else(wrong_type)
        }
        (FieldKind::Text | FieldKind::Integer | FieldKind::YesNo, _) => Err(wrong_type()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DefinitionShape {
    id: u32,
    code: &'static str,
    name: &'static str,
    custom_field_type: &'static str,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Members<u32, Choice>>,
}

/// The answer to a question for meta data. *Inferred*: unknown ids give an empty list.
pub(super) fn meta_data(call: &Call<'_>, definitions: &'static [Definition]) -> Answer {
    let ids = call.ids(0)?;
    let wanted = definitions.iter().filter(|field| ids.as_ref().is_none_or(|ids| ids.contains(field.id)));
    let shapes = wanted.map(|field| DefinitionShape {
        id: field.id,
        code: field.code,
        name: field.name,
        custom_field_type: match field.kind {
            FieldKind::Text => "TEXT",
            FieldKind::Integer => "INTEGER",
            FieldKind::YesNo => "YES_NO",
            FieldKind::Select(_) => "SELECT",
        },
        required: false,
        options: match field.kind {
            FieldKind::Select(options) => {
                Some(Members(options.iter().map(|(id, value)| (*id, Choice { id: *id, value })).collect()))
            }
            FieldKind::Text | FieldKind::Integer | FieldKind::YesNo => None,
        },
    });
    response(shapes.collect::<Vec<_>>())
}
