//! Reading a document as a whole.

use std::sync::Arc;

use super::conditions::RecordCondition;
use super::members::{DocumentPlace, MemberReader};
use super::{Context, Counts, count};
use super::{PathScope, SCOPES};
use crate::catalog;
use crate::catalog::operation::{Content, Endpoint, EndpointOperation};
use crate::http::Method;
use crate::json::{Part, nearest};
use crate::mapping::Mapping;
use crate::mapping::finding::Findings;
use crate::mapping::limit::{DOCUMENT_BYTES, MAPPING_DEPTH, MAPPINGS, RULES, TABLES};
use crate::mapping::made::MadeBook;
use crate::mapping::path::Paths;
use crate::mapping::pieces::PiecesRule;
use crate::mapping::rule::{FieldEntry, MappingRule, Operand, Pick, Tables};
use crate::mapping::total::ControlTotal;
use crate::mapping::transform::{LookupTable, Notation};

/// The version of documents that is read.
const VERSION: &str = "1";

/// What a document says.
#[derive(Debug)]
pub(in crate::mapping) struct Document {
    pub(in crate::mapping) name: String,
    pub(in crate::mapping) description: String,
    pub(in crate::mapping) target: Option<BodyTarget>,
    /// The resource whose records are mapped, when there is no target.
    pub(in crate::mapping) source: Option<&'static str>,
    pub(in crate::mapping) key: Option<RecordKey>,
    /// What a shipment has.
    pub(in crate::mapping) pieces: Option<PiecesRule>,
    /// The column by which lines of a flat file belong together.
    pub(in crate::mapping) group_by: Option<String>,
    pub(in crate::mapping) conditions: Vec<RecordCondition>,
    /// Whether it speaks of control totals, if only to say that there are none.
    pub(in crate::mapping) has_checks: bool,
    pub(in crate::mapping) totals: Vec<ControlTotal>,
    pub(in crate::mapping) entries: Vec<FieldEntry>,
    /// The plain paths of every level.
    pub(in crate::mapping) paths: Vec<Paths>,
    pub(in crate::mapping) made: MadeBook,
    pub(in crate::mapping) made_slots: usize,
    pub(in crate::mapping) gathered_slots: usize,
    pub(in crate::mapping) reading: Notation,
    pub(in crate::mapping) mappings: Vec<(String, Arc<Mapping>)>,
    /// Names of tables and mappings that stand around a nested document, too.
    used_tables: Vec<String>,
    used_mappings: Vec<String>,
}

/// Where a body goes.
#[derive(Debug)]
pub(in crate::mapping) struct BodyTarget {
    /// The path, with placeholders in braces.
    pub(in crate::mapping) path: String,
    pub(in crate::mapping) method: Method,
    pub(in crate::mapping) operation: Option<&'static EndpointOperation>,
    /// What goes into the placeholders.
    pub(in crate::mapping) parameters: Vec<Parameter>,
}

/// What goes into a placeholder of a path.
#[derive(Debug)]
pub(in crate::mapping) struct Parameter {
    pub(in crate::mapping) name: String,
    pub(in crate::mapping) rule: MappingRule,
}

/// What tells a record from all others.
#[derive(Debug)]
pub(in crate::mapping) struct RecordKey {
    pub(in crate::mapping) pointer: String,
    pub(in crate::mapping) source: KeySource,
    pub(in crate::mapping) verify: Option<KeyCheck>,
    /// What tells which of several records of one key is the newest.
    pub(in crate::mapping) newest: Option<Pick>,
}

#[derive(Debug)]
pub(in crate::mapping) enum KeySource {
    /// What goes to this place of the body.
    Target(String),
    Pick(Pick),
}

/// How a record with a key is found.
#[derive(Debug)]
pub(in crate::mapping) struct KeyCheck {
    pub(in crate::mapping) pointer: String,
    pub(in crate::mapping) search: String,
    pub(in crate::mapping) column: String,
    pub(in crate::mapping) by: Vec<(Arc<str>, Operand)>,
}

/// Reads a document.
pub(in crate::mapping) fn read(text: &str, findings: &mut Findings) -> Option<Document> {
    if text.len() > DOCUMENT_BYTES {
        let message = format!("the document has {} bytes; expected at most {DOCUMENT_BYTES}", text.len());
        findings.error("", message);
        return None;
    }
    let part = match Part::json(text.as_bytes()) {
        Ok(part) => part,
        Err(reason) => {
            findings.error("", format!("invalid JSON: {reason}"));
            return None;
        }
    };
    let place = DocumentPlace { pointer: String::new(), part };
    let mut members = place.object(findings)?;
    check_version(&mut members, true, findings);
    let counts = Counts::default();
    let outer = Outer {
        tables: Tables::new(),
        mappings: Vec::new(),
        reading: Notation::default(),
        depth: 0,
        counts: &counts,
    };
    read_members(members, outer, findings)
}

fn check_version(members: &mut MemberReader<'_>, is_needed: bool, findings: &mut Findings) {
    members.take("$schema");
    match members.take("version").map(|version| (version.json().to_owned(), version)) {
        Some((version, _)) if version == VERSION => {}
        Some((_, version)) => version.refuse(findings, "the version 1"),
        None if is_needed => findings.error("", "version is missing; expected 1"),
        None => {}
    }
}

/// What a nested document knows of those around it.
struct Outer<'c> {
    tables: Tables,
    mappings: Vec<(String, Arc<Mapping>)>,
    reading: Notation,
    depth: usize,
    counts: &'c Counts,
}

/// Stands on the stack once for each document around another, so that what it calls has frames of its own.
fn read_members(
    mut members: MemberReader<'_>,
    outer: Outer<'_>,
    findings: &mut Findings,
) -> Option<Document> {
    let mut context = Context {
        findings,
        tables: outer.tables,
        used_tables: Vec::new(),
        mappings: outer.mappings,
        used_mappings: Vec::new(),
        reading: outer.reading,
        depth: outer.depth,
        caseless: Vec::new(),
        counts: outer.counts,
        paths: vec![Paths::default()],
        chain: vec![0],
        bases: vec![String::new()],
        around: vec![String::new()],
        made: MadeBook::default(),
    };
    let name = members.needed_text("name", context.findings);
    let description = members.text("description", context.findings).unwrap_or_default();
    context.reads(&mut members);
    let own_tables = context.tables(&mut members);
    let own_mappings = context.mappings(&mut members);
    let target = context.document_target(&mut members);
    let source = context.document_source(&mut members, target.is_some());
    let group_by = context.group_by(&mut members);
    let conditions = context.conditions(&mut members);
    let key = context.key(&mut members);
    let pieces = members.take("pieces").and_then(|place| context.shipped_pieces(&place));
    let totals = context.totals(&mut members);
    let fields = members.take("fields");
    let entries = fields.as_ref().map(|fields| context.entries(fields, "")).unwrap_or_default();
    if entries.is_empty() && !context.findings.has_errors() {
        let pointer = if fields.is_some() { "/fields" } else { "" };
        context.findings.error(format!("{}{pointer}", members.pointer), "a document needs `fields`");
    }
    for (name, pointer) in own_tables.iter().filter(|(name, _)| !context.used_tables.contains(name)) {
        context.findings.warn(pointer, format!("no rule uses the table {name:?}"));
    }
    for (name, pointer) in own_mappings.iter().filter(|(name, _)| !context.used_mappings.contains(name)) {
        context.findings.warn(pointer, format!("no `resolve` creates by the mapping {name:?}"));
    }
    let Context { paths, reading, mappings, used_tables, used_mappings, made, .. } = context;
    members.finish(findings);
    Some(Document {
        name: name?,
        description,
        target,
        source,
        key,
        pieces,
        group_by,
        conditions,
        has_checks: totals.is_some(),
        totals: totals.unwrap_or_default(),
        entries,
        paths,
        made_slots: made.count(),
        gathered_slots: made.gathered(),
        made,
        reading,
        mappings,
        used_tables,
        used_mappings,
    })
}

/// Names with the places where they stand.
type NamedTexts = Vec<(String, String)>;

impl Context<'_> {
    /// `{"zone": "Europe/London", "dates": "DD/MM/YYYY", "decimalMark": ",", "groupMark": "."}`.
    #[inline(never)]
    fn reads(&mut self, members: &mut MemberReader<'_>) {
        const MARKS: [(&str, bool); 2] = [(".", false), (",", true)];
        const GROUPS: [(&str, char); 4] = [(",", ','), (".", '.'), (" ", ' '), ("'", '\'')];
        let Some(mut members) = members.take("reads").and_then(|place| place.object(self.findings)) else {
            return;
        };
        if let Some(zone) = self.zone(members.take("zone")) {
            self.reading.zone = Some(zone);
        }
        if let Some(input) = self.input(members.take("dates")) {
            self.reading.dates = input;
        }
        if let Some(comma) = members.choice("decimalMark", &MARKS, self.findings) {
            self.reading.decimal_comma = comma;
        }
        if let Some(mark) = members.choice("groupMark", &GROUPS, self.findings) {
            self.reading.group_mark = Some(mark);
        }
        let decimal_mark = if self.reading.decimal_comma { ',' } else { '.' };
        if self.reading.group_mark == Some(decimal_mark) {
            self.findings.error(&members.pointer, "the decimal mark and the group mark are the same");
        }
        members.finish(self.findings);
    }

    #[inline(never)]
    fn tables(&mut self, members: &mut MemberReader<'_>) -> NamedTexts {
        let Some(lookups) = members.take("lookups").and_then(|place| place.object(self.findings)) else {
            return Vec::new();
        };
        let mut own = Vec::new();
        for (name, place) in lookups.all() {
            if own.len() == TABLES {
                self.findings.error(place.pointer, format!("more than {TABLES} tables, which is the limit"));
                break;
            }
            let table: Option<Arc<LookupTable>> = self.table(&place, false);
            self.tables.retain(|(known, _)| *known != name);
            self.tables.extend(table.map(|table| (name.clone(), table)));
            own.push((name, place.pointer));
        }
        own
    }

    /// Every nested document knows those before it.
    fn mappings(&mut self, members: &mut MemberReader<'_>) -> NamedTexts {
        let Some(mappings) = members.take("mappings").and_then(|place| place.object(self.findings)) else {
            return Vec::new();
        };
        let mut own = Vec::new();
        for (name, place) in mappings.all() {
            let Some(mut members) = place.object(self.findings) else { continue };
            // A document that stands by itself may stand here as it is.
            check_version(&mut members, false, self.findings);
            if self.depth == MAPPING_DEPTH {
                let message = format!("more than {MAPPING_DEPTH} `mappings` in each other");
                self.findings.error(place.pointer, message);
                continue;
            }
            let counted = count(&self.counts.mappings, MAPPINGS, "mappings", &place.pointer, self.findings);
            let Some(()) = counted else { break };
            let outer = Outer {
                tables: self.tables.clone(),
                mappings: self.mappings.clone(),
                reading: self.reading.clone(),
                depth: self.depth + 1,
                counts: self.counts,
            };
            // What is found within one nested document says nothing of the next one.
            let mut found = Findings::default();
            let read = read_members(members, outer, &mut found);
            if let Some(document) = read {
                if document.target.is_none() {
                    found.error(&place.pointer, "a mapping that creates needs a `target`");
                }
                self.used_tables.extend(document.used_tables.iter().cloned());
                self.used_mappings.extend(document.used_mappings.iter().cloned());
                let mapping = Mapping::of(document, &place.pointer, &mut found);
                self.mappings.retain(|(known, _)| *known != name);
                self.mappings.push((name.clone(), Arc::new(mapping)));
            }
            self.findings.0.append(&mut found.0);
            own.push((name, place.pointer));
        }
        own
    }

    #[inline(never)]
    fn document_target(&mut self, members: &mut MemberReader<'_>) -> Option<BodyTarget> {
        const METHODS: [(&str, Method); 2] = [("POST", Method::Post), ("PUT", Method::Put)];
        let method = members.choice("method", &METHODS, self.findings).unwrap_or(Method::Post);
        let parameters = members.take("path");
        let place = members.take("target");
        let Some(place) = place else {
            if let Some(parameters) = parameters {
                self.findings.error(parameters.pointer, "path stands only beside `target`");
            }
            return None;
        };
        let named = place.text(self.findings)?;
        let parameters = parameters.map(|place| self.parameters(&place)).unwrap_or_default();
        let (path, operation) = self.endpoint(&named, method, &place.pointer);
        self.check_placeholders(&path, &parameters, &place.pointer);
        Some(BodyTarget { path, method, operation, parameters })
    }

    /// What goes into each placeholder: rules without `to`.
    fn parameters(&mut self, place: &DocumentPlace<'_>) -> Vec<Parameter> {
        let Some(members) = place.object(self.findings) else { return Vec::new() };
        let mut parameters = Vec::new();
        for (name, place) in members.all() {
            if count(&self.counts.rules, RULES, "rules", &place.pointer, self.findings).is_none() {
                break;
            }
            let Some(mut members) = place.object(self.findings) else { continue };
            let scope = members.choice("scope", &SCOPES, self.findings).unwrap_or(PathScope::Record);
            let rule = self.rule(&mut members, format!("{{{name}}}"), scope);
            members.finish(self.findings);
            parameters.extend(rule.map(|rule| Parameter { name, rule }));
        }
        parameters
    }

    /// The path and the operation of a resource's name or path.
    fn endpoint(
        &mut self,
        named: &str,
        method: Method,
        pointer: &str,
    ) -> (String, Option<&'static EndpointOperation>) {
        let named = named.trim_matches('/');
        let by_path = catalog::find(named, method).map(|found| found.operation);
        if let Some(operation) = by_path {
            return (named.to_owned(), Some(operation));
        }
        let by_name = || catalog::catalog().find(|resource| resource.name == named);
        let writes = |endpoint: &&'static Endpoint| endpoint.operation(method).is_some_and(takes_json);
        if let Some(resource) = by_name() {
            if let Some(endpoint) = resource.endpoints.iter().find(writes) {
                return (endpoint.path.to_owned(), endpoint.operation(method));
            }
            self.findings.error(pointer, format!("{named} has no {method} with a body"));
            return (named.to_owned(), None);
        }
        if catalog::resource(named).is_some() {
            self.findings.error(
                pointer,
                format!("nothing is known of {method} at {named}; expected a path that takes it"),
            );
        } else if named.contains('/') {
            let message = format!("{named} is not in the catalog, so nothing is checked against it");
            self.findings.warn(pointer, message);
        } else {
            let names = catalog::catalog().map(|resource| resource.name);
            let hint =
                nearest(named, names).map_or_else(String::new, |name| format!("; did you mean {name}?"));
            self.findings.error(pointer, format!("no resource has the name or path {named:?}{hint}"));
        }
        (named.to_owned(), None)
    }

    fn check_placeholders(&mut self, path: &str, parameters: &[Parameter], pointer: &str) {
        let placeholders: Vec<&str> = placeholders(path).collect();
        for name in &placeholders {
            if !parameters.iter().any(|parameter| parameter.name == *name) {
                let message = format!("{{{name}}} needs a rule in `path`: {{\"{name}\": {{\"from\": ...}}}}");
                self.findings.error(pointer, message);
            }
        }
        for parameter in
            parameters.iter().filter(|parameter| !placeholders.contains(&parameter.name.as_str()))
        {
            let message = format!("{path} has no placeholder {{{}}}", parameter.name);
            self.findings.error(&*parameter.rule.pointer, message);
        }
    }

    #[inline(never)]
    fn document_source(&mut self, members: &mut MemberReader<'_>, has_target: bool) -> Option<&'static str> {
        let place = members.take("source");
        let Some(place) = place else {
            if !has_target {
                let message = "a document needs a `target` (the resource that is written), or a `source` (the resource whose records are mapped to another system's shape)";
                self.findings.error(&members.pointer, message);
            }
            return None;
        };
        let named = place.text(self.findings)?;
        if has_target {
            self.findings.error(&place.pointer, "a document has a `target` or a `source`, not both");
        }
        let found = catalog::resource(&named).map(|resource| resource.name);
        if found.is_none() {
            let names = catalog::catalog().map(|resource| resource.name);
            let hint =
                nearest(&named, names).map_or_else(String::new, |name| format!("; did you mean {name}?"));
            self.findings.error(place.pointer, format!("no resource has the name or path {named:?}{hint}"));
        }
        found
    }

    /// `{"groupBy": "Order Number"}`.
    #[inline(never)]
    fn group_by(&mut self, members: &mut MemberReader<'_>) -> Option<String> {
        let mut members = members.take("csv")?.object(self.findings)?;
        let column = members.needed_text("groupBy", self.findings);
        members.finish(self.findings);
        column
    }

    #[inline(never)]
    fn key(&mut self, members: &mut MemberReader<'_>) -> Option<RecordKey> {
        let place = members.take("key")?;
        let mut members = place.object(self.findings)?;
        let target = members.text("target", self.findings);
        let from = members.take("from");
        let verify = members.take("verify").and_then(|place| self.verify(&place));
        let newest = members.take("newest").and_then(|place| self.pick(&place, PathScope::Record));
        members.finish(self.findings);
        let source = match (target, from) {
            (Some(target), None) => KeySource::Target(target),
            (None, Some(from)) => KeySource::Pick(self.pick(&from, PathScope::Record)?),
            (Some(_), Some(_)) | (None, None) => {
                self.findings.error(&place.pointer, "a key has a `target` (a place of the body) or a `from`");
                return None;
            }
        };
        Some(RecordKey { pointer: place.pointer, source, verify, newest })
    }

    fn verify(&mut self, place: &DocumentPlace<'_>) -> Option<KeyCheck> {
        let mut members = place.object(self.findings)?;
        let search = members.needed_text("search", self.findings);
        let column = members.needed_text("column", self.findings);
        let by = members.take("by").map(|place| self.filters(&place, PathScope::Record)).unwrap_or_default();
        members.finish(self.findings);
        let search = search?.trim_matches('/').to_owned();
        Some(KeyCheck { pointer: place.pointer.clone(), search, column: column?, by })
    }
}

fn takes_json(operation: &'static EndpointOperation) -> bool {
    match operation.content {
        Content::Json(_) | Content::OptionalJson(_) | Content::Unknown => true,
        Content::Nothing | Content::Patch(_) | Content::Form(_) => false,
    }
}

/// The names of a path's placeholders.
pub(in crate::mapping) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}
