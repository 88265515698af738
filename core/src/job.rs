//! What the engine asks of each kind of call: the next request, and what to do with its answer.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::account::Prefix;
use crate::catalog;
use crate::checkpoint::Position;
use crate::clock::HostTime;
use crate::error::{Delivery, Error, Kind, Result, Verification};
use crate::http::{Headers, Method, Request, Response};
use crate::output::Output;
use crate::telemetry::Event;

/// One request that a job wants sent.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The job's own name for it.
    pub(crate) tag: u64,
    pub(crate) method: Method,
    /// What stands before the path.
    pub(crate) prefix: Prefix,
    /// Checked and escaped, below the account.
    pub(crate) path: String,
    /// The path with its ids blanked, for telemetry.
    pub(crate) template: Arc<str>,
    /// Escaped, without a leading `?`.
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether applying it twice is the same as applying it once.
    pub(crate) repeatable: bool,
    /// Whether it may have been applied already, by another request.
    pub(crate) is_in_doubt: bool,
    /// How to find out whether it was applied, should that be unknown.
    pub(crate) verifications: Arc<[Verification]>,
    /// Milliseconds that it waits before it is sent.
    pub(crate) delay_ms: u64,
}

impl Draft {
    /// A request that only reads.
    pub(crate) fn read(tag: u64, method: Method, path: String, template: &Arc<str>, query: &str) -> Self {
        Self {
            tag,
            method,
            prefix: catalog::prefix(&path),
            path,
            template: Arc::clone(template),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            repeatable: true,
            is_in_doubt: false,
            verifications: Arc::default(),
            delay_ms: 0,
        }
    }
}

impl Draft {
    /// The complete request, for the client that knows where it goes; `sign` adds who asks and answers the
    /// generation of the token.
    pub(crate) fn request(&self, url: String, sign: impl FnOnce(&mut Headers) -> u64) -> (Request, u64) {
        let mut headers = Headers::new();
        headers.push("accept", "application/json");
        let has = |wanted: &str| self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        // What a cache has kept says how things were.
        if self.method.is_read() && !has("cache-control") {
            headers.push("cache-control", "no-cache");
        }
        if !self.body.is_empty() && !has("content-type") {
            headers.push("content-type", "application/json");
        }
        for (name, value) in &self.headers {
            headers.push(name.clone(), value.clone());
        }
        let generation = sign(&mut headers);
        (Request { method: self.method, url, headers, body: self.body.clone() }, generation)
    }
}

/// What is still to come, as far as the job knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// Requests still needed, those that are out not counted.
    pub(crate) requests: u64,
    /// Whether that number is known rather than a lower bound.
    pub(crate) exact: bool,
    /// Rows or ids that the whole call is about, when known.
    pub(crate) items: Option<u64>,
}

/// Why an answer cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// The answer cannot be read, and asking again may help. The job is as if no answer had come.
    Unreadable(Error),
    /// The answer is understood, and shows that the call must not go on.
    Refused(Error),
    /// The answer says something that asking again does not mend: the call is over.
    Hopeless(Error),
    /// A write is done, and what the answer says of it is more than can be held: the call is over. Never of a read.
    Unwieldy(Error),
}

impl From<Error> for Unusable {
    fn from(error: Error) -> Self {
        Unusable::Unreadable(error)
    }
}

/// One kind of call. The engine sends, paces and retries; the job knows what for.
pub(crate) trait Job: Send {
    /// Takes the host's time, before anything else is asked at that time.
    fn tell_time(&mut self, _now: HostTime) {}

    /// How many records it wants to be fed now, before it goes on; 0 when it wants none.
    fn room(&self) -> usize {
        0
    }

    /// Takes a record, whatever its bytes are.
    ///
    /// # Errors
    /// [`Kind::Misuse`] when it takes none, or none any more.
    fn feed(&mut self, _record: &[u8]) -> Result<()> {
        Err(Error::misuse("the call takes no records; only a push without `records` does"))
    }

    /// Goes on with the records that it has, though it has room for more; whether there is any. Asked only while there is
    /// room.
    fn begin(&mut self) -> bool {
        false
    }

    /// Takes note that there are no more records.
    ///
    /// # Errors
    /// [`Kind::Misuse`] when it takes none.
    fn finish(&mut self) -> Result<()> {
        Err(Error::misuse("the call takes no records; only a push without `records` does"))
    }

    /// Whether a request that waited is still to be sent. If not, the job has taken it back, and goes on without it. Asked
    /// only while nothing of it can have been applied.
    fn still_wants(&mut self, _tag: u64) -> bool {
        true
    }

    /// The next request, unless all that is needed is out already.
    fn next(&mut self) -> Option<Draft>;

    /// Takes a successful answer.
    fn accept(&mut self, tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable>;

    /// Whether an answer with the status of a failure is one that [`accept`](Self::accept) can read all the
    /// same.
    fn recognises(&self, _tag: u64, _response: &Response) -> bool {
        false
    }

    /// Takes note that a request is sent again though an attempt at it, which ended with `error`, may have been
    /// applied.
    fn repeats(&mut self, _tag: u64, _error: &Error) {}

    /// Takes a failure that no retry mended. An error ends the call.
    fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()>;

    /// What ends the call though no answer said so.
    fn failure(&mut self) -> Option<Error> {
        None
    }

    /// Takes note that the call ends with `error`, behind the outputs. `out` has the requests that were asked
    /// for and not answered, with what is known of their delivery. What a cancelled call has not put out yet
    /// is dropped, unless the job says otherwise.
    fn end(&mut self, error: &Error, _out: &[(u64, Delivery)]) {
        if error.kind() == Kind::Cancelled {
            self.outputs().clear();
        }
    }

    /// Outputs that are ready, in order.
    fn outputs(&mut self) -> &mut VecDeque<Output>;

    /// Whether nothing more will be asked or put out.
    fn is_finished(&self) -> bool;

    /// Takes note that the first `items` of the latest output were consumed; `None` means all of it.
    fn acknowledge(&mut self, items: Option<usize>);

    /// What is still to come.
    fn outlook(&self) -> Outlook;

    /// Where a resumed call would go on.
    fn position(&self) -> Result<Position>;

    /// What a call of several writes has done so far, as JSON.
    fn progress(&self) -> Option<String> {
        None
    }
}
