//! What can be done at a path, and what to know before and after.

use serde::Serialize;

use super::field::{Object, PatchPath, Shape};
use super::template::{Argument, Placeholder, match_path, placeholders};
pub use crate::account::Prefix;
use crate::http::Method;

/// A path, and what can be done there.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// What stands before the path.
    pub prefix: Prefix,
    /// The path with placeholders, such as `order-service/order/{ORDER-ID}/row/{ROW-ID}`.
    pub path: &'static str,
    /// Most ids in each id set of the path, where a source says so (API notes §1.3).
    pub id_limit: Option<u32>,
    /// What can be done; each verb at most once.
    pub operations: &'static [EndpointOperation],
}

impl Endpoint {
    /// What stands for something else in the path, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        placeholders(self.path)
    }

    /// What stands in the placeholders of a concrete path; `None` when the path does not follow this template.
    ///
    /// Slashes at either end, doubled ones and a query are overlooked.
    pub fn arguments<'p>(&self, path: &'p str) -> Option<Vec<Argument<'p>>> {
        match_path(self.path, path)
    }

    /// What a verb does here.
    pub fn operation(&self, method: Method) -> Option<&'static EndpointOperation> {
        self.operations.iter().find(|operation| operation.method == method)
    }

    /// With a limit of ids.
    pub(crate) const fn limit(self, ids: u32) -> Self {
        Endpoint { id_limit: Some(ids), ..self }
    }

    /// Below another prefix.
    pub(crate) const fn below(self, prefix: Prefix) -> Self {
        Endpoint { prefix, ..self }
    }
}

/// A path of the public API.
pub(crate) const fn endpoint(path: &'static str, operations: &'static [EndpointOperation]) -> Endpoint {
    Endpoint { prefix: Prefix::PublicApi, path, id_limit: None, operations }
}

/// What `response` holds after success (API notes §3.2, §10.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Nothing: the body is `{}`, or empty.
    Nothing,
    /// The id of what was created.
    Id,
    /// The ids of what was created.
    Ids,
    /// `{"id": 13}`.
    IdObject,
    /// A number that is not an id: of rows changed, or one whose meaning no source knows.
    Number,
    /// `resourceErrors` and `resourceStatuses`, each a map from id (§3.2).
    PerResource,
    /// The one resource, after the change.
    Resource,
    /// An array of resources.
    Array,
    /// A map from id to resource, or to what belongs to it.
    Map,
    /// Resources within an object's member of that name.
    Within(&'static str),
    /// An object that is not one of several.
    Object,
    /// A single value, or `null`.
    Value,
    /// `getUris` (§1.4).
    Uris,
    /// `processedMessages` and `unprocessedMessages` (§6).
    Messages,
    /// An object without the envelope of §3.1.
    Unwrapped,
    /// No source knows.
    Unknown,
}

/// What a read answers when there is nothing (API notes §3.3, §10.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Empty {
    /// HTTP 404 with `CMNC-404`.
    NotFound,
    /// Success with nothing in it: `[]`, `{}` or `null`.
    Nothing,
    /// No source says; 404 is the general habit.
    Unknown,
}

/// Whether applying a write twice leaves what applying it once leaves, so that it may be repeated when the
/// outcome of the first attempt is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idempotence {
    /// Yes. A repeated `DELETE` may answer 404, which then means that it is gone.
    Idempotent,
    /// For a JSON Patch that only replaces, or adds object members.
    WhenItOnlySets,
    /// No, or no source says.
    Never,
}

/// How to find out whether a write of unknown outcome was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Search for the record by what the body says.
    Search {
        /// The search's path.
        search: &'static str,
        /// Where a value stands, as a JSON Pointer into the body or as the path's `{PLACEHOLDER}`, and the
        /// filter that takes it. Usable only when all the values are there.
        by: &'static [(&'static str, &'static str)],
        /// Whether Brightpearl refuses a second record with these values, so that a hit is the record, and a
        /// refusal means "already there". Otherwise a hit is a candidate: compare the rest.
        unique: bool,
    },
    /// Read, and compare with what was sent.
    Read {
        /// The path to read, with the write's own placeholders.
        path: &'static str,
        /// What to look at, in words.
        compare: &'static str,
    },
}

/// Why something should not be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Deprecation {
    /// The name of the resource to use instead, where there is one.
    pub replacement: Option<&'static str>,
    /// What the sources say about it.
    pub reason: &'static str,
}

/// What a write's body holds.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// There is no body; `{}` is tolerated.
    Nothing,
    /// JSON of this shape.
    Json(Shape),
    /// The same, or no body at all.
    OptionalJson(Shape),
    /// A JSON Patch (RFC 6902) of these paths only.
    Patch(&'static [PatchPath]),
    /// URL-encoded pairs of text.
    Form(Object),
    /// JSON of which no source knows the shape.
    Unknown,
}

/// What one verb does at a path.
#[derive(Clone, Copy, Debug)]
pub struct EndpointOperation {
    /// The verb.
    pub method: Method,
    /// What `response` holds.
    pub answer: Answer,
    /// The member of a resource in the answer that holds its id; empty when none does.
    pub id_member: &'static str,
    /// The path's placeholder whose ids are the names of a map's members; empty when they are others.
    pub keyed_by: &'static str,
    /// What a read answers when there is nothing.
    pub empty: Empty,
    /// What `includeOptional` may name.
    pub optional_sections: &'static [&'static str],
    /// Other query parameters.
    pub query: &'static [&'static str],
    /// The body.
    pub content: Content,
    /// Whether it may be repeated.
    pub idempotence: Idempotence,
    /// How to find out whether it was applied, the surest way first.
    pub verify: &'static [Verify],
    /// What `If-Match` takes, where it guards against lost updates (HTTP 412).
    pub if_match: Option<&'static str>,
    /// Why it should not be used any more.
    pub deprecation: Option<&'static Deprecation>,
    /// Whether the sources are sure that it exists as described.
    pub verified: bool,
    /// What else is to be known; empty when nothing.
    pub note: &'static str,
}

const fn operation(method: Method, answer: Answer, content: Content) -> EndpointOperation {
    EndpointOperation {
        method,
        answer,
        id_member: "",
        keyed_by: "",
        empty: Empty::Unknown,
        optional_sections: &[],
        query: &[],
        content,
        idempotence: if matches!(method, Method::Get | Method::Options) {
            Idempotence::Idempotent
        } else {
            Idempotence::Never
        },
        verify: &[],
        if_match: None,
        deprecation: None,
        verified: true,
        note: "",
    }
}

/// A read of resources with an `id`.
pub(crate) const fn get(answer: Answer) -> EndpointOperation {
    EndpointOperation { id_member: "id", ..operation(Method::Get, answer, Content::Nothing) }
}

/// Chunked URIs; nothing that exists is an empty list (API notes §1.4).
pub(crate) const fn options() -> EndpointOperation {
    EndpointOperation { empty: Empty::Nothing, ..operation(Method::Options, Answer::Uris, Content::Nothing) }
}

/// A creation or an action.
pub(crate) const fn post(answer: Answer, content: Content) -> EndpointOperation {
    operation(Method::Post, answer, content)
}

/// A replacement.
pub(crate) const fn put(answer: Answer, content: Content) -> EndpointOperation {
    operation(Method::Put, answer, content)
}

/// A JSON Patch.
pub(crate) const fn patch(answer: Answer, paths: &'static [PatchPath]) -> EndpointOperation {
    EndpointOperation {
        idempotence: Idempotence::WhenItOnlySets,
        ..operation(Method::Patch, answer, Content::Patch(paths))
    }
}

/// A removal by id: ids are never used again, so it may be repeated (API notes §1.3).
pub(crate) const fn delete() -> EndpointOperation {
    operation(Method::Delete, Answer::Nothing, Content::Nothing).idempotent()
}

/// JSON of this object.
pub(crate) const fn json(object: Object) -> Content {
    Content::Json(Shape::Object(object))
}

impl EndpointOperation {
    /// The id stands in that member; empty for none.
    pub(crate) const fn id_in(self, id_member: &'static str) -> Self {
        EndpointOperation { id_member, ..self }
    }

    /// A map from the ids that stand in that placeholder.
    pub(crate) const fn keyed_by(self, keyed_by: &'static str) -> Self {
        EndpointOperation { keyed_by, ..self }
    }

    /// Nothing is answered so.
    pub(crate) const fn empty(self, empty: Empty) -> Self {
        EndpointOperation { empty, ..self }
    }

    /// With these optional sections.
    pub(crate) const fn sections(self, optional_sections: &'static [&'static str]) -> Self {
        EndpointOperation { optional_sections, ..self }
    }

    /// With these query parameters.
    pub(crate) const fn query(self, query: &'static [&'static str]) -> Self {
        EndpointOperation { query, ..self }
    }

    /// It may be repeated.
    pub(crate) const fn idempotent(self) -> Self {
        EndpointOperation { idempotence: Idempotence::Idempotent, ..self }
    }

    /// It may not be repeated after all.
    pub(crate) const fn never_repeated(self) -> Self {
        EndpointOperation { idempotence: Idempotence::Never, ..self }
    }

    /// Its outcome can be found out.
    pub(crate) const fn verify(self, verify: &'static [Verify]) -> Self {
        EndpointOperation { verify, ..self }
    }

    /// `If-Match` guards it.
    pub(crate) const fn if_match(self, if_match: &'static str) -> Self {
        EndpointOperation { if_match: Some(if_match), ..self }
    }

    /// It should not be used any more.
    pub(crate) const fn deprecated(self, deprecation: &'static Deprecation) -> Self {
        EndpointOperation { deprecation: Some(deprecation), ..self }
    }

    /// Marked as unsure in the sources.
    pub(crate) const fn unverified(self) -> Self {
        EndpointOperation { verified: false, ..self }
    }

    /// With what else is to be known.
    pub(crate) const fn note(self, note: &'static str) -> Self {
        EndpointOperation { note, ..self }
    }
}
