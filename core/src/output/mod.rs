//! What a call puts out.

mod data;
mod failure;
mod outcome;
mod records;
mod results;
mod task;

use std::fmt;
use std::ops::Range;

use crate::error::Error;
use crate::http::Headers;
use crate::id_set::IdSet;
use crate::named::tagged;
use crate::table::Page;

use data::Carried;

pub use data::{Data, Item, ShapedOutput};
pub use failure::Failure;
pub use outcome::{Created, Difference, Outcome, State};
pub use records::{PulledRecord, Records};
pub use results::BatchResult;
pub use task::TaskResult;

/// Makes the outputs of one list, and what is asked of each of them.
macro_rules! outputs {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $Enum:ident;
        $(#[doc = $kinds_doc:literal])*
        $kinds_visibility:vis enum $Kinds:ident: $table:literal;
        { $( $(#[doc = $line:literal])* $Variant:ident($carried:ty) = $number:literal $name:literal, )* }
    ) => {
        tagged! {
            $(#[$attribute])*
            $visibility enum $Enum;
            $(#[doc = $kinds_doc])*
            $kinds_visibility enum $Kinds: $table;
            { $( $(#[doc = $line])* $Variant($carried) = $number $name, )* }
        }

        impl $Enum {
            /// How many items it has, as `acknowledge` counts them.
            $visibility fn len(&self) -> usize {
                match self {
                    $( $Enum::$Variant(carried) => carried.count(), )*
                }
            }

            /// The output in the shape in which it crosses a border.
            $visibility fn shaped(self) -> ShapedOutput {
                match self {
                    $( $Enum::$Variant(carried) => carried.shaped($Kinds::$Variant), )*
                }
            }
        }
    };
}

outputs! {
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

impl Carried for SearchPage {
    fn count(&self) -> usize {
        self.page.rows()
    }

    fn shaped(self, _: OutputKind) -> ShapedOutput {
        ShapedOutput::Page(self)
    }
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

impl Carried for Resources {
    fn count(&self) -> usize {
        self.items.len()
    }

    fn shaped(self, _: OutputKind) -> ShapedOutput {
        ShapedOutput::Resources(self)
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

impl Carried for Reply {
    fn count(&self) -> usize {
        1
    }

    fn shaped(self, _: OutputKind) -> ShapedOutput {
        ShapedOutput::Reply(self)
    }
}

/// The lines of a journal are one item.
impl Carried for String {
    fn count(&self) -> usize {
        1
    }

    fn shaped(self, _: OutputKind) -> ShapedOutput {
        ShapedOutput::Journal(self)
    }
}

/// URIs.
impl Carried for Vec<String> {
    fn count(&self) -> usize {
        self.len()
    }

    fn shaped(self, kind: OutputKind) -> ShapedOutput {
        Data::unnamed(kind, self.iter().map(|uri| Item::new(uri, None)))
    }
}
