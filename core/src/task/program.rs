//! A small program: it is asked for its next request, given the answers so far.

use crate::envelope::Envelope;
use crate::error::{Error, Kind, Result};
use crate::http::Method;
use crate::json::{DEEPEST, Node, ObjectText, Part, Record, depth, id_of, records};
use crate::operation::SingleRequest;
use crate::shared::Shared;

use super::arguments::Arguments;
use super::entry::{Becomes, One};

/// What a program does next.
pub(crate) enum Next {
    /// The program wants this request sent, and its answer.
    Send(SingleRequest),
    /// The program is done; this is its result, as JSON.
    Done(String),
}

/// Requests with one purpose, one after the other.
pub(crate) trait Program: Send {
    /// What to do next. Asked at the start, and after each answer that was taken.
    ///
    /// # Errors
    /// What the answers so far show to be wrong with the arguments: the task is over, and nothing more is sent.
    fn next(&mut self) -> Result<Next>;

    /// Takes the answer to the request that was sent last.
    ///
    /// # Errors
    /// The answer is not what was asked for. The program is as if it had not come.
    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()>;

    /// Takes a refusal of the request that was sent last, when the refusal itself is an answer.
    ///
    /// # Errors
    /// The refusal itself: the task is over.
    fn refused(&mut self, error: Error) -> Result<()> {
        Err(error)
    }

    /// Whether it reads what a write has left, should the answer not say so.
    fn reads_back(&self) -> bool {
        false
    }

    /// What was done so far in Brightpearl, as JSON with members of the result.
    fn progress(&self) -> Option<String> {
        None
    }

    /// How many requests are still needed when nothing fails, behind the one that was asked for last, and
    /// whether that is known rather than a lower bound.
    fn outlook(&self) -> (u64, bool);
}

/// A successful answer.
pub(crate) struct TaskAnswer<'a> {
    /// The whole body.
    pub(crate) body: &'a [u8],
    /// What its `response` holds; null when there is none.
    pub(crate) response: Part<'a>,
    /// What the client's calls share.
    pub(crate) shared: &'a Shared,
}

impl<'a> TaskAnswer<'a> {
    /// Reads an answer's body. Some writes answer nothing at all (API notes §3.1).
    ///
    /// # Errors
    /// [`Kind::Protocol`] when it is not whole.
    pub(crate) fn read(body: &'a [u8], shared: &'a Shared) -> Result<Self> {
        let response = if body.is_empty() { None } else { Envelope::read(body)?.response };
        let raw = response.unwrap_or(serde_json::value::RawValue::NULL);
        Ok(Self { body, response: Part::Json(raw), shared })
    }

    /// The id of what was created, bare or alone in an array.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when there is none.
    pub(crate) fn id(&self) -> Result<u64> {
        match self.ids()?.as_slice() {
            [id, ..] => Ok(*id),
            [] => Err(self.unexpected("an id")),
        }
    }

    /// The ids of what was created; a bare one, too (API notes §8.3.2).
    ///
    /// # Errors
    /// [`Kind::Protocol`] when it is anything else.
    pub(crate) fn ids(&self) -> Result<Vec<u64>> {
        let ids = match self.response.read() {
            Node::Array(elements) => elements.iter().map(|element| id_of(&element.read())).collect(),
            node => id_of(&node).map(|id| vec![id]),
        };
        ids.filter(|ids| !ids.is_empty()).ok_or_else(|| self.unexpected("an id, or some"))
    }

    /// Whether it is a resource that is too deep to be read.
    pub(crate) fn is_unwieldy(&self) -> bool {
        self.is_deep() && matches!(self.response.read(), Node::Object(_))
    }

    fn is_deep(&self) -> bool {
        self.response.raw().is_some_and(|json| depth(json) > DEEPEST)
    }

    /// The resource, or the first of an array of them.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when there is none.
    pub(crate) fn object(&self) -> Result<&'a str> {
        match self.response.read() {
            Node::Object(_) => self.response.raw(),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable => None,
        }
        .ok_or_else(|| self.unexpected("an object"))
    }

    /// The objects of an array.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when it is anything else.
    pub(crate) fn records(&self) -> Result<Vec<Record<'a>>> {
        match self.response.read() {
            Node::Array(_) => Ok(records(&self.response)),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Object(_)
            | Node::Unreadable => Err(self.unexpected("an array")),
        }
    }

    fn unexpected(&self, expected: &str) -> Error {
        let found = match self.response.read() {
            _ if self.is_deep() => format!("more than {DEEPEST} arrays and objects in each other"),
            Node::Text(text) => Node::Text(self.shared.session.redactor().blank(&text)).to_string(),
            other @ (Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable) => other.to_string(),
        };
        let message = format!("the answer's response is {found}; expected {expected}");
        Error::new(Kind::Protocol, message).at("response")
    }
}

/// A GET of a path.
pub(crate) fn get(path: impl Into<String>) -> SingleRequest {
    SingleRequest::new(Method::Get, path)
}

/// A program of one request.
pub(crate) struct Single {
    request: Option<SingleRequest>,
    answer: Becomes,
    result: String,
}

impl Single {
    /// Fills in the path, and puts the rest of the arguments into the body.
    pub(crate) fn new(one: &One, arguments: &Arguments<'_>) -> Self {
        let mut request = SingleRequest::new(one.method, arguments.fill(one.path));
        if arguments.has_body() {
            request.body = arguments.body().finish();
        }
        if let Some(version) = one.if_match.and_then(|name| arguments.record.text(name)) {
            request.headers.push(("if-match".to_owned(), version));
        }
        Self { request: Some(request), answer: one.answer, result: String::new() }
    }
}

impl Program for Single {
    fn next(&mut self) -> Result<Next> {
        Ok(match self.request.take() {
            Some(request) => Next::Send(request),
            None => Next::Done(std::mem::take(&mut self.result)),
        })
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        let result = ObjectText::new();
        self.result = match self.answer {
            Becomes::Nothing => result,
            Becomes::Id(name) => result.id(name, answer.id()?),
            Becomes::Ids(name) => result.ids(name, &answer.ids()?),
        }
        .finish();
        Ok(())
    }

    fn outlook(&self) -> (u64, bool) {
        (u64::from(self.request.is_some()), true)
    }
}
