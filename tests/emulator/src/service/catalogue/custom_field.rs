//! Custom fields of products (API notes §8.2.4, §8.1.7).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::Route;
use super::super::body::{id, whole};
use super::super::call::Call;
use super::path_product;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;
use crate::protocol::moment::Period;
use crate::world::World;
use crate::world::random::{Draw, Topic};

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "product-service/product/custom-field-meta-data/{ids?}",
        "get-custom-fields-metadata",
        get_meta_data,
    ),
    Route::read(Method::Get, "product-service/product/{id}/custom-field", "get-custom-fields", get_fields),
    Route::write(
        Method::Patch,
        "product-service/product/{id}/custom-field",
        "patch-custom-fields",
        patch_fields,
    ),
    Route::read(
        Method::Get,
        "product-service/product-custom-field/{ids}",
        "get-product-custom-fields",
        get_fields_of_many,
    ),
];

/// What a field holds.
enum Kind {
    Text,
    YesNo,
    Integer,
    Date,
    /// The choices: id and value.
    Select(&'static [(u32, &'static str)]),
}

/// A field that this account has given its products.
struct Field {
    id: u32,
    code: &'static str,
    name: &'static str,
    kind: Kind,
}

const FIELDS: [Field; 5] = [
    Field { id: 131, code: "PCF_FRAGILE", name: "Fragile", kind: Kind::YesNo },
    Field { id: 132, code: "PCF_ORIGIN", name: "Origin", kind: Kind::Text },
    Field {
        id: 133,
        code: "PCF_CARE",
        name: "Care",
        kind: Kind::Select(&[(35, "Machine wash"), (36, "Hand wash"), (37, "Wipe clean")]),
    },
    Field { id: 134, code: "PCF_SHELFDAYS", name: "Days on the shelf", kind: Kind::Integer },
    Field { id: 135, code: "PCF_LAUNCHED", name: "Launched", kind: Kind::Date },
];

/// The fields that a product has, and the codes of those that it has not.
pub(super) fn product_fields(world: &World, product: u32) -> (Map<String, Value>, Vec<&'static str>) {
    let fields = match world.changes.catalogue.custom_fields.get(&product) {
        Some(written) => written.clone(),
        None if world.history.has_product(product) => generated_fields(world, product),
        None => Map::new(),
    };
    let missing = FIELDS.iter().map(|field| field.code).filter(|code| !fields.contains_key(*code)).collect();
    (fields, missing)
}

fn generated_fields(world: &World, product: u32) -> Map<String, Value> {
    let mut draw = Draw::new(world.seed, Topic::ProductFields, u64::from(product));
    let mut fields = Map::new();
    if draw.chance(500) {
        fields.insert("PCF_FRAGILE".to_owned(), Value::Bool(true));
    }
    if draw.chance(400) {
        let origin = draw.pick(&["Côte d’Ivoire", "日本", "Trinidad & Tobago"]);
        fields.insert("PCF_ORIGIN".to_owned(), Value::from(origin));
    }
    fields
}

fn get_fields(call: &mut Call<'_>) -> Answer {
    let product = path_product(call, 0)?;
    response(product_fields(call.world, product).0)
}

/// The older form. *Inferred*: a map from product to fields.
fn get_fields_of_many(call: &mut Call<'_>) -> Answer {
    let ids = call.required_ids(0)?.pick(call.world.products.as_slice());
    if ids.is_empty() {
        return Err(Refusal::not_found("No Products Found"));
    }
    let world = &*call.world;
    response(Members(ids.into_iter().map(|id| (id, product_fields(world, id).0)).collect()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldShape {
    id: u32,
    code: &'static str,
    name: &'static str,
    custom_field_type: &'static str,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Members<u32, Choice>>,
}

#[derive(Serialize)]
struct Choice {
    id: u32,
    value: &'static str,
}

fn get_meta_data(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let wanted = FIELDS.iter().filter(|field| ids.as_ref().is_none_or(|ids| ids.contains(field.id)));
    let shapes: Vec<_> = wanted.map(FieldShape::new).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Custom Field Metadata Found"));
    }
    response(shapes)
}

impl FieldShape {
    fn new(field: &'static Field) -> Self {
        let (custom_field_type, choices) = match field.kind {
            Kind::Text => ("TEXT", None),
            Kind::YesNo => ("YES_NO", None),
            Kind::Integer => ("INTEGER", None),
            Kind::Date => ("DATE", None),
            Kind::Select(choices) => ("SELECT", Some(choices)),
        };
        let choice = |(id, value): &(u32, &'static str)| (*id, Choice { id: *id, value });
        let options = choices.map(|choices| Members(choices.iter().map(choice).collect()));
        let Field { id, code, name, .. } = *field;
        Self { id, code, name, custom_field_type, required: false, options }
    }
}

/// All operations or none.
fn patch_fields(call: &mut Call<'_>) -> Answer {
    let refused = || Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body: an array");
    let product = path_product(call, 0)?;
    let operations: Vec<Value> = match serde_json::from_slice(call.body) {
        Ok(Value::Array(operations)) => operations,
        Ok(_) | Err(_) => return Err(refused()),
    };
    let (mut fields, _) = product_fields(call.world, product);
    for operation in &operations {
        apply(call.world, &mut fields, operation)?;
    }
    let mut record = (*call.world.product_record(product)).clone();
    record.updated = call.now_ms;
    call.world.put_product(record);
    call.world.changes.catalogue.custom_fields.insert(product, fields.clone());
    call.world.changes.publish("product", "modified", product);
    response(fields)
}

/// What cannot be applied is answered with status 500, as other patches are (API notes §3.4).
fn apply(world: &World, fields: &mut Map<String, Value>, operation: &Value) -> Result<(), Refusal> {
    let member = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
    let (verb, path) = (member("op"), member("path"));
    let invalid = || {
        let message = format!("Invalid patch operation ({verb}) for given path ({path})");
        Refusal::coded(500, "CMNC-044", &message)
    };
    let (code, part) = match path.strip_prefix('/').and_then(|path| path.split_once('/')) {
        Some((code, "id")) => (code, Some("id")),
        Some(_) => return Err(invalid()),
        None => (path.strip_prefix('/').unwrap_or_default(), None),
    };
    let field = FIELDS.iter().find(|field| field.code == code).ok_or_else(invalid)?;
    match (verb, part) {
        ("remove", None) => fields.remove(code).map(|_| ()).ok_or_else(invalid),
        ("add" | "replace", _) => {
            if verb == "replace" && !fields.contains_key(code) {
                return Err(invalid());
            }
            let value = operation.get("value").and_then(|value| field.read(world, value, part.is_some()));
            let wrong = format!("The value of {code} cannot be read");
            let value = value.ok_or_else(|| Refusal::coded(500, "CMNU-003", &wrong))?;
            fields.insert(code.to_owned(), value);
            Ok(())
        }
        _ => Err(invalid()),
    }
}

impl Field {
    /// A value as it is kept; none when it is of the wrong type. A choice is named by its id: as an object,
    /// or bare where the path ends with it.
    fn read(&self, world: &World, value: &Value, is_bare_id: bool) -> Option<Value> {
        match &self.kind {
            Kind::Select(choices) => {
                let chosen = id(if is_bare_id { value } else { value.get("id")? })?;
                let (id, value) = choices.iter().find(|(id, _)| *id == chosen)?;
                Some(json!({"id": id, "value": value}))
            }
            Kind::Text | Kind::YesNo | Kind::Integer | Kind::Date if is_bare_id => None,
            Kind::Text => value.as_str().map(Value::from),
            Kind::YesNo => value.as_bool().map(Value::from),
            Kind::Integer => value.as_i64().or_else(|| whole(value)).map(Value::from),
            Kind::Date => {
                let text = value.as_str().filter(|text| !text.contains('/'))?;
                Some(Value::from(world.moment(Period::parse(text)?.start()?).to_string()))
            }
        }
    }
}
