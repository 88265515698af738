//! What a host can ask without an account: resources, tasks, errors, whether a body is right, and what mapping
//! documents do. Everything
//! is JSON text, the same in every host.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::auth;
use crate::catalog::{self, UnknownMembers};
use crate::error::{Delivery, Error, Fault, KNOWN_CODES, Kind, KnownCode, Result};
use crate::excerpt::listed;
use crate::http::Method;
use crate::json::{plain, value};
use crate::mapping::{self, Mapped, Mapping, NoBody, Reference, Resolved};
use crate::task;
use crate::validate::{self, Violation};

/// Every resource in short, as a JSON array of `{"name", "title", "section", "detail", "paths", "searches",
/// "deprecated"}` in the order of the API's own reference.
pub fn catalog() -> String {
    #[derive(Serialize)]
    struct CatalogEntry {
        name: &'static str,
        title: &'static str,
        section: catalog::Section,
        detail: catalog::Detail,
        /// Path templates with the verbs that they know.
        paths: Vec<Path>,
        /// Paths of searches.
        searches: Vec<&'static str>,
        deprecated: bool,
    }
    #[derive(Serialize)]
    struct Path {
        path: &'static str,
        verbs: Vec<Method>,
    }
    let entries: Vec<CatalogEntry> = catalog::catalog()
        .map(|resource| CatalogEntry {
            name: resource.name,
            title: resource.title,
            section: resource.section,
            detail: resource.detail,
            paths: resource
                .endpoints
                .iter()
                .map(|endpoint| Path {
                    path: endpoint.path,
                    verbs: endpoint.operations.iter().map(|operation| operation.method).collect(),
                })
                .collect(),
            searches: resource.searches.iter().map(|search| search.path).collect(),
            deprecated: resource.deprecation().is_some(),
        })
        .collect();
    plain(&entries)
}

/// What is read to look at an account, as JSON `{"account": path, "services": [{"service", "search"}...]}`: `account` is
/// what every account has, and each search stands for its service, by one row. See [`catalog::service_reads`].
pub fn service_reads() -> String {
    #[derive(Serialize)]
    struct AccountReads {
        account: &'static str,
        services: Vec<catalog::ServiceRead>,
    }
    plain(&AccountReads { account: catalog::EVERY_ACCOUNT, services: catalog::service_reads() })
}

/// What is built in: the engine's own version, the edition of the API notes that the catalogue follows, and that of the
/// time zone database.
pub fn versions() -> String {
    #[derive(Serialize)]
    struct Versions {
        engine: &'static str,
        catalogue: &'static str,
        time_zones: &'static str,
    }
    plain(&Versions {
        engine: env!("CARGO_PKG_VERSION"),
        catalogue: catalog::EDITION,
        time_zones: mapping::time_zone_database(),
    })
}

/// All that is known about a resource, named as in [`catalog::resource`]: verbs, paths, search columns with
/// their types, and a JSON Schema of each body; see [`catalog::Description`].
///
/// # Errors
/// [`Kind::Validation`] at `resource`, with the nearest known name.
pub fn describe(resource: &str) -> Result<String> {
    match catalog::describe(resource) {
        Some(description) => Ok(plain(&description)),
        None => Err(catalog::unknown_resource(resource)),
    }
}

/// Every task, as a JSON array of [`task::TaskDescription`].
pub fn tasks() -> String {
    plain(&task::tasks())
}

/// Every scheme of credentials as those know it who have nothing but texts, such as environment variables: a JSON array
/// of `{"type", "type_name", "told_by": [name], "texts": [{"name", "what", "is_required"}]}`, the texts in the order in
/// which they are asked for. A scheme is told by the texts at `told_by`: where several schemes are, it is the one with the
/// most.
pub fn schemes() -> String {
    #[derive(Serialize)]
    struct KnownScheme {
        r#type: &'static str,
        type_name: &'static str,
        told_by: &'static [&'static str],
        texts: Vec<SchemeText>,
    }
    #[derive(Serialize)]
    struct SchemeText {
        name: &'static str,
        what: String,
        is_required: bool,
    }
    let known = auth::schemes().map(|scheme| KnownScheme {
        r#type: scheme.name,
        type_name: scheme.type_name,
        told_by: scheme.told_by,
        texts: scheme
            .texts()
            .iter()
            .map(|field| SchemeText { name: field.name, what: field.what(), is_required: !field.is_optional })
            .collect(),
    });
    plain(&known.collect::<Vec<_>>())
}

/// Those of these names of members that tell of personal data, as a JSON array; see
/// [`is_personal`](catalog::is_personal).
pub fn personal_members(names: &[String]) -> String {
    plain(&names.iter().filter(|name| catalog::is_personal(name)).collect::<Vec<_>>())
}

/// What can go wrong and what to do about it: `{"kinds": [{"kind", "advice", "is_of_record"}], "deliveries":
/// [state],
/// "faults": [name], "codes": [{"code", "meaning", "advice"}]}`, in the words that every host uses. The codes are
/// Brightpearl's own; there are others.
pub fn errors() -> String {
    #[derive(Serialize)]
    struct Errors {
        kinds: Vec<Advised>,
        deliveries: &'static [Delivery],
        faults: &'static [Fault],
        codes: &'static [KnownCode],
    }
    #[derive(Serialize)]
    struct Advised {
        kind: Kind,
        advice: &'static str,
        is_of_record: bool,
    }
    let advised = |kind: Kind| Advised { kind, advice: kind.advice(), is_of_record: kind.is_of_record() };
    plain(&Errors {
        kinds: Kind::ALL.into_iter().map(advised).collect(),
        deliveries: &Delivery::ALL,
        faults: &Fault::ALL,
        codes: KNOWN_CODES,
    })
}

/// Everything that is wrong with a body, as a JSON array of [`Violation`]; `[]` when it is
/// right. `resource` is a path, or a name such as `order-row` where that is enough to tell the path.
/// `unknown_members` is `warn`, `refuse` or `allow`.
///
/// # Errors
/// [`Kind::Validation`] at `resource`, `verb` or `unknown_members`. What is wrong with the body is
/// no error here.
pub fn validate(resource: &str, verb: &str, body: &[u8], unknown_members: &str) -> Result<String> {
    let method: Method = verb.to_ascii_uppercase().parse().map_err(|_| {
        Error::validation("verb", format!("invalid verb {verb:?}; expected POST, PUT, PATCH or DELETE"))
    })?;
    Ok(plain(&violations(resource, method, body, unknown_members.parse()?)?))
}

/// The same for hosts that have types for it.
///
/// # Errors
/// [`Kind::Validation`] at `resource` or `verb`.
pub fn violations(
    resource: &str,
    method: Method,
    body: &[u8],
    unknown_members: UnknownMembers,
) -> Result<Vec<Violation>> {
    Ok(validate::validate(&path_of(resource, method)?, method, body, unknown_members))
}

/// The one path where a resource of that name knows the verb. What has a slash is a path already.
fn path_of(resource: &str, method: Method) -> Result<Cow<'_, str>> {
    if resource.trim_matches('/').contains('/') {
        return Ok(resource.into());
    }
    let description = catalog::describe(resource).ok_or_else(|| catalog::unknown_resource(resource))?;
    let knowing = description.operations.iter().filter(|operation| operation.method == method);
    let paths: BTreeSet<&str> = knowing.map(|operation| operation.path).collect();
    if paths.is_empty() {
        let known: BTreeSet<&str> =
            description.operations.iter().map(|operation| operation.method.as_str()).collect();
        let expected = if known.is_empty() { "a path".to_owned() } else { listed(known) };
        return Err(Error::validation(
            "verb",
            format!("{resource} does not take {method}; expected {expected}"),
        ));
    }
    if paths.len() > 1 {
        let message = format!("{method} has several paths there; expected one of {}", listed(paths));
        return Err(Error::validation("resource", message));
    }
    Ok(paths.into_iter().map(|path| path.to_owned().into()).next().unwrap_or_default())
}

/// What is to be said about a mapping document: `{"usable": whether it compiles, "findings": [...]}`, with each
/// [`Finding`](mapping::Finding) as `{"pointer", "severity", "message"}`.
pub fn check_mapping(document: &str) -> String {
    #[derive(Serialize)]
    struct CheckedMapping {
        usable: bool,
        findings: Vec<mapping::Finding>,
    }
    plain(&match Mapping::compile(document) {
        Ok(mapping) => CheckedMapping { usable: true, findings: mapping.findings().to_vec() },
        Err(findings) => CheckedMapping { usable: false, findings },
    })
}

/// What a mapping document makes of one record: `{"path", "method", "body"}` (an outbound one has only the body), or
/// `{"skipped": reason}`, or `{"failures": [...]}`; beside it `key` where the document has one, and `references`:
/// each [`Reference`] with its `text`; and `told`, where there is something to tell of a record that can be written.
///
/// `resolved` is an object that says for such texts what they stand for: an id, a text, or null when Brightpearl
/// does not have it; may be empty. What it does not say stands in the body as its text in braces.
///
/// # Errors
/// [`Kind::Validation`] at `document` with the first finding when the document cannot be
/// used, and at `resolved` when that is not such an object.
pub fn run_mapping(document: &str, record: &[u8], resolved: &str) -> Result<String> {
    map_record(&Mapping::compiled(document)?, record, resolved)
}

/// The same with a document that is compiled already.
///
/// # Errors
/// [`Kind::Validation`] at `resolved`, as [`run_mapping`].
pub fn map_record(mapping: &Mapping, record: &[u8], resolved: &str) -> Result<String> {
    let resolved = Resolved::from_json(resolved)?;
    let resolve = |reference: &Reference| resolved.of(reference);
    let mapped = mapping.map(record);
    let whole = mapped.body(&resolve).and_then(|body| Ok((mapped.path(&resolve)?, body)));
    let mut members = serde_json::Map::new();
    match whole {
        Ok((path, body)) => {
            if mapping.target().is_some() {
                members.insert("path".to_owned(), path.into());
                members.insert("method".to_owned(), mapping.method().as_str().into());
            }
            let told = mapped.told(&resolve);
            if !told.is_empty() {
                members.insert("told".to_owned(), told.into());
            }
            return Ok(with_body(&mapped, members, &body));
        }
        Err(NoBody::Skipped(reason)) => drop(members.insert("skipped".to_owned(), reason.into())),
        Err(NoBody::Failed(failures)) => {
            members.insert("failures".to_owned(), value(&failures));
        }
    }
    Ok(plain(&with_references(&mapped, members)))
}

/// The body goes in as it is, so that its numbers keep their digits.
fn with_body(mapped: &Mapped, members: serde_json::Map<String, Value>, body: &str) -> String {
    let others = plain(&with_references(mapped, members));
    let separator = if others.len() > 2 { "," } else { "" };
    format!("{{\"body\":{body}{separator}{}", others.strip_prefix('{').unwrap_or("}"))
}

fn with_references(mapped: &Mapped, mut members: serde_json::Map<String, Value>) -> Value {
    if let Some(key) = &mapped.key {
        members.insert("key".to_owned(), key.as_str().into());
    }
    let references = mapped.references.iter().map(|reference| {
        let mut shown = value(reference);
        if let Value::Object(members) = &mut shown {
            members.insert("text".to_owned(), reference.text().into());
        }
        shown
    });
    members.insert("references".to_owned(), references.collect());
    Value::Object(members)
}

/// A first document for a target such as `sales-order`, made of a sample (a record as JSON, or an array of records) by
/// guessing from names: `{"document", "guesses": [{"to", "from", "means"}], "missing": [{"to", "expected"}], "remarks":
/// [text]}`.
///
/// # Errors
/// [`Kind::Validation`] at `sample` when it has no record, and at `target` when nothing is written there.
pub fn begin_mapping(sample: &str, target: &str) -> Result<String> {
    Ok(plain(&mapping::begin(sample, target)?))
}

/// What a mapping document does, in words: `{"name", "description", "target", "method", "source", "rules"}` with a
/// [`mapping::Explained`] for every rule in the order of the body.
///
/// # Errors
/// [`Kind::Validation`] at `document`, as [`run_mapping`].
pub fn explain_mapping(document: &str) -> Result<String> {
    #[derive(Serialize)]
    struct MappingExplanation<'m> {
        name: &'m str,
        description: &'m str,
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<&'m str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        method: Option<Method>,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<&'m str>,
        rules: Vec<mapping::Explained>,
    }
    let mapping = Mapping::compiled(document)?;
    Ok(plain(&MappingExplanation {
        name: mapping.name(),
        description: mapping.description(),
        target: mapping.target(),
        method: mapping.target().map(|_| mapping.method()),
        source: mapping.source(),
        rules: mapping.explain(),
    }))
}

/// The mapping documents that come with every host: `[{"name", "document"}]`, the documents as
/// they are.
pub fn ready_mappings() -> String {
    #[derive(Serialize)]
    struct ReadyDocument {
        name: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        document: Option<&'static RawValue>,
    }
    let entries = mapping::ready()
        .iter()
        .map(|ready| ReadyDocument { name: ready.name, document: serde_json::from_str(ready.document).ok() });
    plain(&entries.collect::<Vec<_>>())
}
