//! The catalog as something to show.

use serde::Serialize;
use serde_json::Value;

use super::operation::{Answer, Deprecation, Empty, Idempotence, Prefix, Verify};
use super::resource::{Detail, Resource, Section};
use super::schema::json_schema;
use super::search::{SearchColumn, SearchResource};
use super::unknown::UnknownMembers;
use super::{field, operation};
use crate::http::Method;

/// All that is known about a resource, ready to be serialised.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// The short name, such as `order-row`.
    pub name: &'static str,
    /// The name in the API's own reference.
    pub title: &'static str,
    /// Where it stands in that reference.
    pub section: Section,
    /// How much is known about it.
    pub detail: Detail,
    /// The section of the API notes (`docs/brightpearl-api.md`) that this was taken from.
    pub source: &'static str,
    /// What can be done, and where.
    pub operations: Vec<OperationDescription>,
    /// How it is searched.
    pub searches: Vec<SearchDescription>,
    /// Why all of it should not be used any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecation: Option<Deprecation>,
    /// What else is to be known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// What one verb does at one path.
#[derive(Clone, Debug, Serialize)]
pub struct OperationDescription {
    /// The verb.
    pub method: Method,
    /// What stands before the path.
    pub prefix: Prefix,
    /// The path with placeholders.
    pub path: &'static str,
    /// What stands in the placeholders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<PlaceholderDescription>,
    /// Most ids in each id set, where a source says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_limit: Option<u32>,
    /// What `response` holds.
    pub answer: Answer,
    /// The member of a resource in the answer that holds its id.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub id_member: &'static str,
    /// What a read answers when there is nothing; absent for writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
    /// What `includeOptional` may name.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub optional_sections: &'static [&'static str],
    /// Other query parameters.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub query: &'static [&'static str],
    /// Whether it may be repeated when its outcome is unknown.
    pub idempotence: Idempotence,
    /// How to find out whether it was applied, the surest way first.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub verify: &'static [Verify],
    /// What `If-Match` takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_match: Option<&'static str>,
    /// The JSON Schema of the body; of a form, that of its pairs as an object of strings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The body's fields in a row, outer before inner.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDescription>,
    /// Why it should not be used any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecation: Option<Deprecation>,
    /// Whether the sources are sure that it exists as described.
    pub verified: bool,
    /// What else is to be known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// A placeholder of a path.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceholderDescription {
    /// Its name, such as `ORDER-ID`.
    pub name: &'static str,
    /// What stands there: `id`, `id-set`, `currency` or `text`.
    pub kind: &'static str,
    /// Whether it may be absent.
    pub optional: bool,
    /// Whether `*` may stand for "any".
    pub wildcard: bool,
}

/// A member of a body.
#[derive(Clone, Debug, Serialize)]
pub struct FieldDescription {
    /// The place, such as `/rows/*/net`: `*` is any element of an array, or any member of a map. In a JSON
    /// Patch, the path that may be patched.
    pub pointer: String,
    /// What the value looks like, in words.
    #[serde(rename = "type")]
    pub shape: String,
    /// Whether the object around it must have it.
    pub mandatory: bool,
    /// The name of the resource that the value refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<&'static str>,
    /// What a JSON Patch may do there; empty elsewhere.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub patch: &'static [field::PatchOperation],
    /// Whether the sources are sure of it.
    pub verified: bool,
    /// What else is to be known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// A search.
#[derive(Clone, Debug, Serialize)]
pub struct SearchDescription {
    /// The path below the account.
    pub path: &'static str,
    /// The column that identifies a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'static str>,
    /// The resource whose ids the key column holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finds: Option<&'static str>,
    /// How rows are sorted when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_sort: Option<&'static str>,
    /// The columns by which a pull finds what is new and what has changed.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub watermarks: &'static [&'static str],
    /// What those columns can miss.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub dates_miss: &'static str,
    /// Columns in their default order, then names that only filter or sort.
    pub columns: &'static [SearchColumn],
    /// Whether no other columns are known to exist.
    pub columns_complete: bool,
    /// Whether no other filters and sort names are known to exist.
    pub filters_complete: bool,
    /// What else is to be known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// Describes the resource of that name or path; see [`resource`](super::resource) for what may be named.
///
/// ```
/// use brightpearl_core::catalog::describe;
///
/// let product = describe("product").unwrap();
/// let creation = product.operations.iter().find(|operation| operation.method.as_str() == "POST").unwrap();
/// assert_eq!(creation.body.as_ref().unwrap()["required"][0], "brandId");
/// assert_eq!(product.searches[0].columns[2].name, "SKU");
/// ```
pub fn describe(name_or_path: &str) -> Option<Description> {
    super::resource(name_or_path).map(Resource::describe)
}

impl Resource {
    /// Describes it.
    pub fn describe(&self) -> Description {
        Description {
            name: self.name,
            title: self.title,
            section: self.section,
            detail: self.detail,
            source: self.source,
            operations: self
                .operations()
                .map(|(endpoint, operation)| describe_operation(endpoint, operation))
                .collect(),
            searches: self.searches.iter().map(describe_search).collect(),
            deprecation: self.deprecation().copied(),
            note: self.note,
        }
    }
}

fn describe_operation(
    endpoint: &'static operation::Endpoint,
    operation: &'static operation::EndpointOperation,
) -> OperationDescription {
    OperationDescription {
        method: operation.method,
        prefix: endpoint.prefix,
        path: endpoint.path,
        placeholders: endpoint.placeholders().map(describe_placeholder).collect(),
        id_limit: endpoint.id_limit,
        answer: operation.answer,
        id_member: operation.id_member,
        empty: operation.method.is_read().then_some(operation.empty),
        optional_sections: operation.optional_sections,
        query: operation.query,
        idempotence: operation.idempotence,
        verify: operation.verify,
        if_match: operation.if_match,
        body: json_schema(&operation.content, UnknownMembers::default()),
        fields: describe_fields(&operation.content),
        deprecation: operation.deprecation.copied(),
        verified: operation.verified,
        note: operation.note,
    }
}

fn describe_placeholder(placeholder: super::Placeholder) -> PlaceholderDescription {
    PlaceholderDescription {
        name: placeholder.name,
        kind: match placeholder.kind {
            super::PlaceholderKind::Id => "id",
            super::PlaceholderKind::IdSet => "id-set",
            super::PlaceholderKind::Currency => "currency",
            super::PlaceholderKind::Text => "text",
        },
        optional: placeholder.optional,
        wildcard: placeholder.wildcard,
    }
}

fn describe_fields(content: &operation::Content) -> Vec<FieldDescription> {
    let placed = match content {
        operation::Content::Json(shape) | operation::Content::OptionalJson(shape) => field::fields(shape),
        operation::Content::Form(object) => field::fields(&field::Shape::Object(*object)),
        operation::Content::Patch(paths) => return paths.iter().map(describe_patch_path).collect(),
        operation::Content::Nothing | operation::Content::Unknown => return Vec::new(),
    };
    placed
        .into_iter()
        .map(|placed| FieldDescription {
            pointer: placed.pointer,
            shape: placed.field.shape.to_string(),
            mandatory: placed.field.mandatory,
            refers_to: placed.field.refers_to,
            patch: &[],
            verified: placed.field.verified,
            note: placed.field.note,
        })
        .collect()
}

fn describe_patch_path(path: &field::PatchPath) -> FieldDescription {
    FieldDescription {
        pointer: path.path.to_owned(),
        shape: path.shape.to_string(),
        mandatory: false,
        refers_to: path.refers_to,
        patch: path.operations,
        verified: true,
        note: path.note,
    }
}

fn describe_search(search: &SearchResource) -> SearchDescription {
    SearchDescription {
        path: search.path,
        key: search.key,
        finds: search.finds,
        default_sort: search.default_sort,
        watermarks: search.watermarks,
        dates_miss: search.dates_miss,
        columns: search.columns,
        columns_complete: search.columns_complete,
        filters_complete: search.filters_complete,
        note: search.note,
    }
}
