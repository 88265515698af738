//! Mapping: what goes where between another system's records and Brightpearl's, as documents that people can
//! read, compare and keep.
//!
//! A [`Mapping`] is compiled from a document (JSON; see [`schema`]) and checked against the catalog before any record
//! runs. [`Mapping::map`] reads one record where it stands and builds the body that is written to Brightpearl, or
//! the record of another system; both directions are the same engine. What must be looked up in Brightpearl before
//! the body is whole comes out as [`Reference`]s, so that a host can look up those of many records together;
//! [`Mapped::body`] then puts the ids in place. Numbers keep their digits: nothing goes by way of binary floating
//! point.
//!
//! ```
//! use brightpearl_core::mapping::{Mapping, Resolution};
//!
//! let document = r#"{
//!     "version": 1,
//!     "name": "tags",
//!     "target": "order-row-of-a-shop",
//!     "fields": []
//! }"#;
//! assert!(Mapping::compile(document).is_err());
//!
//! let document = r#"{
//!     "version": 1,
//!     "name": "stock",
//!     "target": "stock-correction",
//!     "path": {"ID": {"value": 2}},
//!     "fields": [
//!         {"to": "/corrections", "each": "lines", "fields": [
//!             {"to": "/quantity", "from": "qty", "as": "integer", "required": true},
//!             {"to": "/productId", "from": "sku", "required": true,
//!              "resolve": {"search": "product-service/product-search", "column": "SKU"}},
//!             {"to": "/reason", "value": "Counted"},
//!             {"to": "/locationId", "value": 2}
//!         ]}
//!     ]
//! }"#;
//! let mapping = Mapping::compile(document).unwrap();
//! let mapped = mapping.map(br#"{"lines": [{"sku": "MUG-1", "qty": "-3"}]}"#);
//! assert_eq!(mapped.references[0].text(), "product-service/product-search?SKU=MUG-1");
//! let resolve = |_: &_| Resolution::Id(1007);
//! assert_eq!(mapped.path(&resolve).unwrap(), "warehouse-service/warehouse/2/stock-correction");
//! assert_eq!(
//!     mapped.body(&resolve).unwrap(),
//!     r#"{"corrections":[{"quantity":-3,"productId":1007,"reason":"Counted","locationId":2}]}"#
//! );
//! ```

mod begin;
mod body_text;
mod check;
mod document;
mod explain;
mod expression;
mod finding;
mod limit;
mod listed;
mod made;
mod mapped;
mod path;
mod pieces;
mod plan;
mod ready;
mod reference;
mod resolved;
mod rule;
mod run;
mod steps;
mod tape;
mod total;
mod transform;
mod value;

use std::sync::Arc;

use crate::catalog::field::Shape;
use crate::catalog::operation::Content;
use crate::error::{Error, Severity};
use crate::http::Method;
pub use crate::output::Failure;
pub use begin::{BegunMapping, GuessedMember, MissingMember, begin};
pub use explain::Explained;
pub use finding::Finding;
use finding::Findings;
pub use mapped::{Credit, IfThere, LeftOut, Mapped, NoBody, StatusMove};
pub use pieces::{PieceIdentity, ShippedPieces};
pub use ready::{Ready, ready};
pub use reference::{OnMissing, Reference, Resolution};
pub use resolved::Resolved;
pub use steps::step_schemas;
pub use transform::time_zone_database;

use document::{Document, KeySource, ThereRule, Unmet};
use plan::BodyPlan;
use total::{ControlTotal, TotalColumn};

/// A compiled mapping document. Cheap to clone; it can be shared between threads.
#[derive(Clone, Debug)]
pub struct Mapping(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    document: Document,
    plan: BodyPlan,
    totals: Vec<ControlTotal>,
    /// What the totals look at of the body, when it is known to be members of it alone.
    members_in_totals: Option<Vec<String>>,
    /// The same when it is columns of arrays alone, which are taken note of as they are written.
    columns_in_totals: Option<Vec<TotalColumn>>,
    findings: Vec<Finding>,
}

/// How a mapped record is found in Brightpearl by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySearch {
    /// The search, such as `order-service/order-search`.
    pub search: String,
    /// The column that has the key.
    pub column: String,
}

impl Mapping {
    /// Compiles a document, and checks it against the catalog.
    ///
    /// # Errors
    /// Everything that was found, warnings included, when some of it keeps the document from being used.
    pub fn compile(document: &str) -> Result<Self, Vec<Finding>> {
        let mut findings = Findings::default();
        let read = document::read(document, &mut findings);
        let Some(read) = read else { return Err(findings.0) };
        let mapping = Self::of(read, "", &mut findings);
        if findings.has_errors() { Err(findings.0) } else { Ok(mapping.with_findings(findings.0)) }
    }

    /// The same for those who want one error: [`Mapping::compile`] has every finding.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `document`, with the first finding in words.
    pub fn compiled(document: &str) -> crate::Result<Self> {
        Self::compile(document).map_err(|findings| {
            let errors: Vec<&Finding> =
                findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            let more = match errors.len() {
                0 | 1 => String::new(),
                count => format!("; and {} more: check the document", count - 1),
            };
            Error::validation("document", format!("the mapping document cannot be used: {first}{more}"))
        })
    }

    /// Builds the plan of a document, which stands at a place of the outermost one.
    fn of(mut document: Document, pointer: &str, findings: &mut Findings) -> Self {
        let shape = document.target.as_ref().and_then(|target| match &target.operation?.content {
            Content::Json(shape) | Content::OptionalJson(shape) => Some(shape),
            Content::Nothing | Content::Patch(_) | Content::Form(_) | Content::Unknown => None,
        });
        let shape: Option<&'static Shape> = shape;
        let entries = std::mem::take(&mut document.entries);
        let mut plan = plan::build(entries, "", shape, findings);
        let mut totals = std::mem::take(&mut document.totals);
        plan::settle(&mut plan, &mut totals, std::mem::take(&mut document.made), shape, findings);
        if let Some(KeySource::Target(target)) = document.key.as_ref().map(|key| &key.source) {
            for rule in plan.rules_at(target).into_iter().flatten() {
                rule.is_key = true;
            }
        }
        // What stands in wrong rules is missing from the plan; only a sound one can be judged as a whole.
        if !findings.has_errors() {
            check::check(&document, &plan, &totals, shape, pointer, findings);
        }
        let members_in_totals = total::members_in(&totals);
        let columns_in_totals = total::watch_columns(&mut plan, &mut totals);
        Self(Arc::new(Compiled {
            document,
            plan,
            totals,
            members_in_totals,
            columns_in_totals,
            findings: Vec::new(),
        }))
    }

    fn with_findings(self, findings: Vec<Finding>) -> Self {
        // Nobody else has it yet.
        match Arc::try_unwrap(self.0) {
            Ok(compiled) => Self(Arc::new(Compiled { findings, ..compiled })),
            Err(shared) => Self(shared),
        }
    }

    /// What there is to know about the document though it can be used: warnings.
    pub fn findings(&self) -> &[Finding] {
        &self.0.findings
    }

    /// The document's name.
    pub fn name(&self) -> &str {
        &self.0.document.name
    }

    /// What the document says of itself; empty when nothing.
    pub fn description(&self) -> &str {
        &self.0.document.description
    }

    /// The path that bodies are written to, with placeholders such as `{ID}`; `None` when records of another
    /// system are built. See [`Mapped::path`].
    pub fn target(&self) -> Option<&str> {
        self.0.document.target.as_ref().map(|target| target.path.as_str())
    }

    /// The verb that bodies are written with.
    pub fn method(&self) -> Method {
        self.0.document.target.as_ref().map_or(Method::Post, |target| target.method)
    }

    /// The short name of the resource whose records are mapped, when records of another system are built.
    pub fn source(&self) -> Option<&str> {
        self.0.document.source
    }

    /// The column by which lines of a flat file (CSV) belong together, where the document is for one: each line
    /// is an object of texts that is named by the columns, and lines with the same value there,
    /// wherever they stand, are one record, `{"rows": [line, ...]}`. Without it, every line is a record.
    pub fn group_by(&self) -> Option<&str> {
        self.0.document.group_by.as_deref()
    }

    /// How records are found by [`Mapped::key`], where the document says so; see [`Mapped::key_by`], too.
    pub fn key_search(&self) -> Option<KeySearch> {
        let verify = self.0.document.key.as_ref()?.verify.as_ref()?;
        Some(KeySearch { search: verify.search.clone(), column: verify.column.clone() })
    }

    /// Whether the document says by what the newest of several records of one key is known.
    pub(crate) fn tells_newest(&self) -> bool {
        self.0.document.key.as_ref().is_some_and(|key| key.newest.is_some())
    }

    /// The statuses into which records are moved that are left out and in Brightpearl all the same.
    pub(crate) fn statuses_of_left_out(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.document.conditions.iter().filter_map(|condition| match &condition.unmet {
            Unmet::Skip { there: ThereRule::Settle(settlement), .. } => {
                settlement.status.as_ref().map(|(status, _)| *status)
            }
            Unmet::Skip { there: ThereRule::Leave | ThereRule::Tell, .. } | Unmet::Reject(_) => None,
        })
    }

    /// Whether a rule writes to that place of the body.
    pub(crate) fn writes(&self, pointer: &str) -> bool {
        self.0.plan.at(pointer).is_some()
    }

    /// The nested mapping of that name, by which references are created.
    pub fn nested(&self, name: &str) -> Option<&Mapping> {
        let mappings = self.0.document.mappings.iter();
        mappings.rev().find(|(known, _)| known == name).map(|(_, mapping)| &**mapping)
    }

    /// Maps one record: JSON, mostly an object. Whatever is wrong with it is in the result, so that a run goes on.
    pub fn map(&self, record: &[u8]) -> Mapped {
        run::map(self, record, run::MapAim { copies_records: true, known_as: None })
    }

    /// The same for what is created since a look for that value found nothing: where the body has it, it stands there as
    /// it was looked for, without blanks around it, so that the next look finds it.
    pub(crate) fn map_as(&self, record: &[u8], known_as: &str) -> Mapped {
        run::map(self, record, run::MapAim { copies_records: true, known_as: Some(known_as.trim()) })
    }

    /// The same for those who create nothing: what something may be created from is not copied, so that
    /// [`Reference::record`] is `None` throughout.
    pub fn map_without_records(&self, record: &[u8]) -> Mapped {
        run::map(self, record, run::MapAim { copies_records: false, known_as: None })
    }

    /// What goes where, in the order of the body and in words.
    pub fn explain(&self) -> Vec<Explained> {
        explain::explain(&self.0)
    }
}

/// The JSON Schema (draft 2020-12) of mapping documents, version 1.
pub fn schema() -> &'static str {
    ready::published()
}
