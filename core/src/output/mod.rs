//! What a call puts out.

mod data;
mod failure;
mod outcome;
mod records;

use std::fmt;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::http::Headers;
use crate::id_set::IdSet;
use crate::json::{Record, id_of};
use crate::named::tagged;
use crate::table::Page;

pub use data::{Data, Item, ShapedOutput};
pub use failure::Failure;
pub use outcome::{Created, Difference, Outcome, State};
pub use records::{PulledRecord, Records};

tagged! {
    /// One piece of a call's result.
    #[derive(Debug)]
    pub enum Output;
    /// Which sort of output it is. Of C, this and [`StepKind`](super::StepKind) are one list.
    pub enum OutputKind: "output-kind";
    {
        /// A page of a search, in order.
        Page(SearchPage) = 4 "page",
        /// Some of the resources of a fetch, in ascending order of the ids asked for.
        Resources(Resources) = 5 "resources",
        /// The answer to a single request.
        Reply(Reply) = 6 "reply",
        /// The URIs of an `OPTIONS`.
        Uris(Vec<String>) = 7 "uris",
        /// What became of some writes of a batch, in the order in which they were given.
        Results(Vec<BatchResult>) = 9 "results",
        /// What a task has done.
        Task(TaskResult) = 10 "task",
        /// What became of some records of a push.
        Outcomes(Vec<Outcome>) = 12 "outcomes",
        /// Whole lines for the journal of a push, each with its line feed. They must be kept for good (written, and on
        /// disk) before the call is polled again: what they announce is sent only then.
        Journal(String) = 13 "journal",
        /// Some records of a pull.
        Records(Records) = 14 "records",
    }
}

impl Output {
    /// How many items it has, as `acknowledge` counts them.
    pub fn len(&self) -> usize {
        match self {
            Output::Page(page) => page.page.rows(),
            Output::Resources(resources) => resources.items.len(),
            Output::Reply(_) => 1,
            Output::Uris(uris) => uris.len(),
            Output::Results(results) => results.len(),
            Output::Task(_) => 1,
            Output::Outcomes(outcomes) => outcomes.len(),
            Output::Journal(_) => 1,
            Output::Records(records) => records.records.len(),
        }
    }

    /// Whether it has no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One page of a search, without the rows that an earlier page had.
#[derive(Debug)]
pub struct SearchPage {
    /// The rows as typed columns, with labels and the server's own counts.
    pub page: Page,
    /// Position of the page's first row in the whole result, from 1.
    pub first_result: u64,
    /// Rows dropped from this page because an earlier one had them.
    pub duplicates: u64,
}

/// Resources as bytes: the answer's body, and where each resource stands in it. Nothing is re-serialised.
#[derive(Debug)]
pub struct Resources {
    /// The whole answer, as received.
    pub body: Vec<u8>,
    /// The resources in the order of the answer.
    pub items: Vec<ResourceSpan>,
    /// The ids that this part of the fetch was about.
    pub requested: IdSet,
    /// Ids asked for that the answer does not have: they do not exist, or no longer. Empty when the resources
    /// do not say their ids.
    pub missing: IdSet,
    /// Ids that Brightpearl refuses, each with its reason.
    pub refused: Vec<Refusal>,
}

impl Resources {
    /// No answer and no ids, to be filled in.
    pub(crate) fn empty() -> Self {
        Self {
            body: Vec::new(),
            items: Vec::new(),
            requested: IdSet::new(),
            missing: IdSet::new(),
            refused: Vec::new(),
        }
    }

    /// The JSON text of one resource.
    pub fn json(&self, index: usize) -> Option<&[u8]> {
        self.body.get(self.items.get(index)?.span.clone())
    }
}

/// One resource inside a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceSpan {
    /// Its id, when the resource says it.
    pub id: Option<u64>,
    /// Its bytes in the body.
    pub span: Range<usize>,
}

/// An id that Brightpearl refuses to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The id.
    pub id: u64,
    /// Why.
    pub error: Error,
}

/// The answer to a single request.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status: 200, or 207 for a mixed outcome; 404 for a `DELETE` that was sent again, since the
    /// outcome of its first attempt was unknown, and that finds the record gone. The body is then `{}`.
    pub status: u16,
    /// Header lines; none for a write of a batch that travelled in a multi-message.
    pub headers: Headers,
    /// The body as received.
    pub body: Vec<u8>,
}

/// Shows the length of the body, not its content, which is customers' data.
impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// What became of one write of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchResult {
    /// The write's place in the batch, from 0.
    pub index: usize,
    /// Brightpearl's answer, or why there is none. A write behind one that failed, which was therefore not
    /// carried out, has the kind [`Cancelled`](crate::Kind::Cancelled) and was not sent.
    pub outcome: Result<Reply>,
}

/// What a task has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskResult {
    /// The task's name.
    pub name: String,
    /// Its result, a JSON object with the members that the task describes.
    pub json: String,
}

impl TaskResult {
    /// The id in a member such as `orderId`; `None` when there is none.
    pub fn id(&self, member: &str) -> Option<u64> {
        self.ids(member).first().copied()
    }

    /// The ids in a member such as `goodsOutNoteIds`; empty when there are none.
    ///
    /// ```
    /// use brightpearl_core::TaskResult;
    ///
    /// let json = r#"{"orderId":329,"orderRowIds":[501,502]}"#.to_owned();
    /// let result = TaskResult { name: "create-order".to_owned(), json };
    /// assert_eq!((result.id("orderId"), result.ids("orderRowIds")), (Some(329), vec![501, 502]));
    /// ```
    pub fn ids(&self, member: &str) -> Vec<u64> {
        let record = Record::parse(&self.json);
        match record.node(member).as_ref().and_then(id_of) {
            Some(id) => vec![id],
            None => record.elements(member).iter().filter_map(|id| id_of(&id.read())).collect(),
        }
    }
}
