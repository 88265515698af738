//! Whether an answer gives what a write of its kind gives, as the catalog knows it (API notes §3.2). Without that nobody
//! can tell a write that was carried out from one that something in between has swallowed.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::catalog::operation::Answer;
use crate::checked::Checked;
use crate::envelope::{Envelope, unreadable};
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Response};
use crate::json::{Node, Part, Record, at, elements, id_of, text_of};

/// Members of bodies that have one note at most for each of their elements (API notes §8.3.2, §8.3.5).
const NOTES_BY: [&str; 2] = ["corrections", "warehouses"];

/// What the answer to a write is held against.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) method: Method,
    pub(crate) answer: Answer,
    /// Whether it is in a packet, whose envelope is Brightpearl's already.
    is_packed: bool,
    /// How many ids it gives at most.
    most_ids: Option<usize>,
    /// The outermost members that its patch sets, of which the resource has some afterwards.
    set: Vec<String>,
}

impl Expected {
    /// What the answer to that request must give.
    pub(crate) fn of(request: &Checked) -> Self {
        let Checked { method, answer, body, .. } = request;
        let most_ids = match answer {
            Answer::Id | Answer::IdObject => Some(1),
            Answer::Ids => {
                let body = Record::parse(std::str::from_utf8(body).unwrap_or_default());
                let count = NOTES_BY.iter().map(|name| body.elements(name).len()).sum();
                Some(count).filter(|count| *count > 0)
            }
            Answer::Nothing
            | Answer::Number
            | Answer::PerResource
            | Answer::Resource
            | Answer::Array
            | Answer::Map
            | Answer::Within(_)
            | Answer::Object
            | Answer::Value
            | Answer::Uris
            | Answer::Messages
            | Answer::Unwrapped
            | Answer::Unknown => None,
        };
        let set = if *method == Method::Patch { set_members(body) } else { Vec::new() };
        Self { method: *method, answer: *answer, is_packed: false, most_ids, set }
    }

    /// The same within a packet.
    pub(crate) fn packed(self) -> Self {
        Self { is_packed: true, ..self }
    }

    /// The same for whom reads the answer more closely.
    pub(crate) fn read_closer(&self) -> Self {
        Self { answer: Answer::Unknown, ..self.clone() }
    }
}

/// The outermost members that a JSON Patch gives a value. What is set to nothing is left out of the resource.
fn set_members(body: &[u8]) -> Vec<String> {
    let Ok(patch) = Part::json(body) else { return Vec::new() };
    let operations = elements(&patch);
    let operations = operations.iter().map(Record::of);
    let is_set = |operation: &Record<'_>| match operation.node("value") {
        None | Some(Node::Null | Node::Boolean(false) | Node::Unreadable) => false,
        Some(node @ (Node::Number(_) | Node::Text(_))) => {
            text_of(&node).is_some_and(|text| !text.trim_matches(['0', '.', ' ', '-']).is_empty())
        }
        Some(Node::Boolean(true) | Node::Array(_) | Node::Object(_)) => true,
    };
    let member = |operation: Record<'_>| {
        let path = operation.text("path")?;
        let name = path.strip_prefix('/')?.split('/').next()?;
        Some(name.replace("~1", "/").replace("~0", "~"))
    };
    operations.filter(is_set).filter_map(member).collect()
}

/// Checks that the answer to a write says that it was carried out. One with a status of failure was judged before.
///
/// # Errors
/// [`Kind::Protocol`] at what is missing: the write is in doubt.
pub(crate) fn check_given(expected: &Expected, response: &Response) -> Result<()> {
    let Expected { method, answer, .. } = *expected;
    if !(200..300).contains(&response.status) {
        return Ok(());
    }
    if response.body.is_empty() {
        // Some deletions answer no body at all, though recordings show `{}` (API notes §3.1).
        return if method == Method::Delete { Ok(()) } else { Err(missing(answer, response)) };
    }
    if answer == Answer::Unwrapped {
        return check_unwrapped(response);
    }
    let said: WriteAnswer<'_> =
        serde_json::from_slice(&response.body).map_err(|error| unreadable(&response.body, &error))?;
    let is_given = said.errors.is_none()
        && Envelope::read(&response.body).is_ok()
        && (said.response.is_some() || !said.has_siblings())
        && gives(expected, said.response);
    // A part is no whole answer, and what is accepted is not done.
    if is_given && !matches!(response.status, 202 | 206) { Ok(()) } else { Err(missing(answer, response)) }
}

/// What has no envelope has members of its own, and none by which something says that it went wrong.
fn check_unwrapped(response: &Response) -> Result<()> {
    #[derive(Deserialize)]
    struct Wrong {
        error: Option<IgnoredAny>,
        errors: Option<IgnoredAny>,
    }
    let Wrong { error, errors } =
        serde_json::from_slice(&response.body).map_err(|error| unreadable(&response.body, &error))?;
    if error.is_none() && errors.is_none() { Ok(()) } else { Err(missing(Answer::Unwrapped, response)) }
}

/// The id that an answer gives to what was created: bare, the first of several, or in an object.
pub(crate) fn id_given(answer: Answer, body: &[u8]) -> Option<u64> {
    if !gives_id(answer) {
        return None;
    }
    let said: WriteAnswer<'_> = serde_json::from_slice(body).ok()?;
    first_id(said.response?)
}

/// Whether an answer of that kind gives an id. A number of rows is not one, and what a resource holds is for its reader.
pub(crate) fn gives_id(answer: Answer) -> bool {
    match answer {
        Answer::Id | Answer::Ids | Answer::IdObject | Answer::Unknown => true,
        Answer::Nothing
        | Answer::Number
        | Answer::PerResource
        | Answer::Resource
        | Answer::Array
        | Answer::Map
        | Answer::Within(_)
        | Answer::Object
        | Answer::Value
        | Answer::Uris
        | Answer::Messages
        | Answer::Unwrapped => false,
    }
}

/// Whether an answer holds the resource of an id.
pub(crate) fn holds(body: &[u8], id: u64) -> bool {
    let said: Result<WriteAnswer<'_>, _> = serde_json::from_slice(body);
    let response = said.ok().and_then(|said| said.response);
    response.is_some_and(|raw| has_id(&Part::Json(raw).read(), |node| id_of(node) == Some(id)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WriteAnswer<'a> {
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(borrow, default)]
    errors: Option<&'a RawValue>,
    reference: Option<IgnoredAny>,
    pagination: Option<IgnoredAny>,
    sorting: Option<IgnoredAny>,
    meta_data: Option<IgnoredAny>,
}

impl WriteAnswer<'_> {
    /// Whether it has what stands beside the answers to reads.
    fn has_siblings(&self) -> bool {
        [&self.reference, &self.pagination, &self.sorting, &self.meta_data].into_iter().any(Option::is_some)
    }
}

fn gives(expected: &Expected, response: Option<&RawValue>) -> bool {
    // One level is read, and one more of what stands there: however deep an answer is, what it gives is not deep in it.
    let node = response.map(|raw| Part::Json(raw).read());
    let has = |test: fn(&Node<'_>) -> bool| node.as_ref().is_some_and(test);
    let has_member = |names: &[&str]| match &node {
        Some(Node::Object(members)) => names.iter().any(|name| at(members, name).is_some()),
        Some(
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable,
        )
        | None => false,
    };
    // Somebody's words on what went wrong, or a search's page.
    let is_foreign = || has_member(&["results", "errors", "error", "message"]);
    let is_object =
        || has(|node| matches!(node, Node::Object(members) if !members.is_empty())) && !is_foreign();
    let shows_what_was_set = || {
        let names: Vec<&str> = expected.set.iter().map(String::as_str).collect();
        names.is_empty() || has_member(&names)
    };
    let is_too_many = |most: usize| matches!(&node, Some(Node::Array(elements)) if elements.len() > most);
    if expected.most_ids.is_some_and(is_too_many) {
        return false;
    }
    match expected.answer {
        // `{}` is Brightpearl's own way to say that there is nothing to say. Whatever says something answers another request.
        Answer::Nothing => match &node {
            None | Some(Node::Null) => true,
            Some(Node::Object(members)) => members.is_empty(),
            Some(Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Array(_) | Node::Unreadable) => {
                false
            }
        },
        Answer::Unknown => match &node {
            Some(Node::Boolean(_)) => false,
            Some(Node::Text(_)) => !expected.is_packed,
            None
            | Some(Node::Null | Node::Number(_) | Node::Array(_) | Node::Object(_) | Node::Unreadable) => {
                !is_foreign()
            }
        },
        Answer::Unwrapped => true,
        // The sources do not agree on which of the three it is (API notes §3.2).
        Answer::Id | Answer::Ids | Answer::IdObject => has(is_created),
        Answer::Number => has(|node| matches!(node, Node::Number(_))),
        Answer::Resource | Answer::Object => is_object() && shows_what_was_set(),
        Answer::PerResource => has_member(&["resourceErrors", "resourceStatuses"]),
        Answer::Messages => has_member(&["processedMessages", "unprocessedMessages"]),
        Answer::Uris => is_object(),
        Answer::Array | Answer::Map | Answer::Within(_) | Answer::Value => {
            response.is_some() && !is_foreign()
        }
    }
}

/// Whether an id stands there: bare, the first of several, or in an object.
fn is_created(node: &Node<'_>) -> bool {
    match node {
        Node::Array(elements) => elements.first().is_some_and(|first| is_some_id(&first.read())),
        Node::Object(members) => at(members, "id").is_some_and(|id| is_some_id(&id)),
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable => {
            is_some_id(node)
        }
    }
}

/// Whether an object has such an id: `id`, or `contactId`, `orderId` and the like.
fn has_id(node: &Node<'_>, is_wanted: impl Fn(&Node<'_>) -> bool) -> bool {
    let Node::Object(members) = node else { return false };
    members.iter().any(|(name, part)| (name == "id" || name.ends_with("Id")) && is_wanted(&part.read()))
}

/// Whether it is an id that Brightpearl may give. Numbers that are greater than any, fractions and the like are not.
fn is_some_id(node: &Node<'_>) -> bool {
    id_of(node).is_some()
}

fn first_id(response: &RawValue) -> Option<u64> {
    match Part::Json(response).read() {
        Node::Array(elements) => elements.first().map(Part::read).as_ref().and_then(id_of),
        Node::Object(members) => at(&members, "id").as_ref().and_then(id_of),
        node @ (Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable) => {
            id_of(&node)
        }
    }
}

fn missing(answer: Answer, response: &Response) -> Error {
    let expected = match answer {
        Answer::Id | Answer::IdObject => "the id of what was created",
        Answer::Ids => "the ids of what was created",
        Answer::Number => "a number",
        Answer::PerResource => "a word on each resource",
        Answer::Resource | Answer::Object => "the resource as it is now",
        Answer::Messages => "a word on each message",
        Answer::Nothing
        | Answer::Array
        | Answer::Map
        | Answer::Within(_)
        | Answer::Value
        | Answer::Uris
        | Answer::Unwrapped
        | Answer::Unknown => "Brightpearl's JSON envelope",
    };
    let message = format!("the answer does not say that the write was carried out; expected {expected}");
    Error::new(Kind::Protocol, message).quoting(", found ", &response.body).at("response")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(answer: Answer, method: Method) -> Expected {
        Expected { method, answer, is_packed: false, most_ids: None, set: Vec::new() }
    }

    fn is_done(answer: Answer, method: Method, status: u16, body: &str) -> bool {
        check_given(&expected(answer, method), &Response::new(status, body)).is_ok()
    }

    #[test]
    fn what_answers_nothing_is_not_done_by_the_answer_to_another_request() {
        for method in [Method::Put, Method::Delete, Method::Post] {
            for body in [
                r#"{"response":7}"#,
                r#"{"response":[7,8]}"#,
                r#"{"response":[]}"#,
                r#"{"response":[{"id":1}]}"#,
                r#"{"response":{"id":7}}"#,
                r#"{"response":{"message":"queued"}}"#,
                r#"{"response":{"status":"error"}}"#,
                r#"{"response":{"errors":[{"code":"X"}]}}"#,
                r#"{"response":{"results":[],"metaData":{}}}"#,
                r#"{"reference":{}}"#,
                r#"{"metaData":{}}"#,
            ] {
                assert!(!is_done(Answer::Nothing, method, 200, body), "{method} {body}");
            }
        }
    }

    #[test]
    fn a_patch_is_done_by_a_resource_that_has_what_was_set() {
        let set = set_members(
            br#"[{"op":"replace","path":"/rowValue/rowNet/value","value":"5.00"},{"op":"remove","path":"/gone"},
                {"op":"replace","path":"/nothing","value":"0.00"},{"op":"add","path":"/a~1b","value":{"id":9}}]"#,
        );
        assert_eq!(set, ["rowValue", "a/b"]);
        for answer in [Answer::Resource, Answer::Object] {
            for (body, is_done_by) in [
                (r#"{"response":{"rowValue":{"rowNet":{"value":"5.00"}}}}"#, true),
                (r#"{"response":{"message":"not carried out"}}"#, false),
                (r#"{"response":{"status":"error"}}"#, false),
                (r#"{"response":{"id":7}}"#, false),
                (r#"{"response":{"rowValue":{},"error":"no"}}"#, false),
            ] {
                let expected = Expected { set: set.clone(), ..expected(answer, Method::Patch) };
                let found = check_given(&expected, &Response::new(200, body)).is_ok();
                assert_eq!(found, is_done_by, "{answer:?} {body}");
            }
        }
    }

    #[test]
    fn more_ids_than_were_asked_for_are_the_answer_to_another_request() {
        for (answer, most, body, is_done_by) in [
            (Answer::Id, 1, r#"{"response":[7]}"#, true),
            (Answer::Id, 1, r#"{"response":[7,8]}"#, false),
            (Answer::Ids, 2, r#"{"response":[7,8]}"#, true),
            (Answer::Ids, 1, r#"{"response":[7,8]}"#, false),
            (Answer::Unknown, 1, r#"{"response":[7,8]}"#, false),
        ] {
            let expected = Expected { most_ids: Some(most), ..expected(answer, Method::Post) };
            let found = check_given(&expected, &Response::new(200, body)).is_ok();
            assert_eq!(found, is_done_by, "{answer:?} {most} {body}");
        }
    }

    #[test]
    fn a_creation_is_done_by_an_id_and_by_nothing_else() {
        for answer in [Answer::Id, Answer::Ids, Answer::IdObject] {
            for body in [
                r#"{"response":7}"#,
                r#"{"response":[7,8]}"#,
                r#"{"response":{"id":7}}"#,
                r#"{"response":"7"}"#,
            ] {
                assert!(is_done(answer, Method::Post, 200, body), "{body}");
                assert_eq!(id_given(answer, body.as_bytes()), Some(7), "{body}");
            }
            for body in [
                "",
                "{}",
                r#"{"response":null}"#,
                r#"{"response":0}"#,
                r#"{"response":[]}"#,
                r#"{"response":{}}"#,
                r#"{"response":-7}"#,
                r#"{"response":"ok"}"#,
                r#"{"response":9223372036854775808}"#,
                r#"{"response":"99999999999999999999"}"#,
                r#"{"response":22222222222222222222.5}"#,
                r#"{"response":1e999}"#,
                r#"{"response":true}"#,
                r#"{"status":"ok"}"#,
                r#"{"errors":[]}"#,
                r#"{"response":7,"errors":[{"code":"CMNU-003"}]}"#,
                "<html>",
            ] {
                assert!(!is_done(answer, Method::Post, 200, body), "{body}");
            }
            assert!(!is_done(answer, Method::Post, 204, ""));
        }
    }

    #[test]
    fn a_change_is_done_by_the_resource_and_not_by_a_page() {
        for (body, is_resource, is_it) in [
            (r#"{"response":{"id":7,"reference":"A"}}"#, true, true),
            (r#"{"response":{"contactId":7}}"#, true, true),
            (r#"{"response":{"id":8}}"#, true, false),
            (r#"{"response":{"results":[]}}"#, false, false),
            (r#"{"response":{}}"#, false, false),
            ("{}", false, false),
        ] {
            assert_eq!(is_done(Answer::Resource, Method::Patch, 200, body), is_resource, "{body}");
            assert_eq!(holds(body.as_bytes(), 7), is_it, "{body}");
        }
    }

    #[test]
    fn what_answers_nothing_may_be_empty_and_what_answers_something_may_not() {
        for (answer, method, body, is_done_by) in [
            (Answer::Nothing, Method::Put, "", false),
            (Answer::Nothing, Method::Delete, "", true),
            (Answer::Nothing, Method::Post, "{}", true),
            (Answer::Nothing, Method::Post, r#"{"response":null}"#, true),
            (Answer::Nothing, Method::Post, r#"{"response":{}}"#, true),
            (Answer::Nothing, Method::Put, r#"{"response":"Please log in"}"#, false),
            (Answer::Nothing, Method::Put, r#"{"error":"login_required"}"#, false),
            (Answer::Nothing, Method::Put, r#"{"success":false}"#, false),
            (Answer::Nothing, Method::Delete, r#"{"errors":null}"#, false),
            (Answer::Unknown, Method::Post, r#"{"message":"Session expired"}"#, false),
            (Answer::Resource, Method::Patch, r#"{"response":{"errors":[]}}"#, false),
            (Answer::Unwrapped, Method::Post, r#"{"error":"invalid_grant"}"#, false),
            (Answer::Nothing, Method::Post, r#"{"errors":[{"code":"X"}]}"#, false),
            (Answer::PerResource, Method::Delete, "", true),
            (Answer::PerResource, Method::Post, "{}", false),
            (Answer::Unknown, Method::Put, "{}", true),
            (Answer::Unknown, Method::Put, "", false),
            (Answer::Resource, Method::Patch, "{}", false),
            (Answer::Resource, Method::Patch, r#"{"response":{"id":7}}"#, true),
            (Answer::Number, Method::Post, r#"{"response":0}"#, true),
            (Answer::Number, Method::Post, "{}", false),
            (Answer::Messages, Method::Post, r#"{"response":[]}"#, false),
            (Answer::Unwrapped, Method::Post, r#"{"access_token":"t"}"#, true),
        ] {
            assert_eq!(is_done(answer, method, 200, body), is_done_by, "{answer:?} {method} {body}");
        }
    }

    #[test]
    fn what_is_accepted_or_a_part_is_not_done() {
        for (status, is_done_by) in [(200, true), (201, true), (202, false), (206, false), (207, true)] {
            assert_eq!(is_done(Answer::Nothing, Method::Post, status, "{}"), is_done_by, "{status}");
        }
    }

    #[test]
    fn a_deep_answer_is_done_by_what_it_gives_and_not_by_its_depth() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for (answer, response, is_given) in [
            (Answer::Id, deep.clone(), false),
            (Answer::Ids, format!("[[7],{deep}]"), false),
            (Answer::Ids, format!("[7,{deep}]"), true),
            (Answer::IdObject, format!(r#"{{"rows":{deep},"id":7}}"#), true),
            (Answer::IdObject, format!(r#"{{"rows":{deep}}}"#), false),
            (Answer::Number, deep.clone(), false),
            (Answer::Resource, deep.clone(), false),
        ] {
            let body = format!(r#"{{"response":{response}}}"#);
            assert_eq!(is_done(answer, Method::Post, 200, &body), is_given, "{answer:?}");
        }
        assert!(!holds(format!(r#"{{"response":{deep}}}"#).as_bytes(), 7));
        assert!(holds(format!(r#"{{"response":{{"rows":{deep},"id":7}}}}"#).as_bytes(), 7));
    }

    #[test]
    fn a_number_of_rows_is_no_id() {
        assert_eq!(id_given(Answer::Number, br#"{"response":3}"#), None);
        assert_eq!(id_given(Answer::Unknown, br#"{"response":3}"#), Some(3));
        assert_eq!(id_given(Answer::Id, b"{}"), None);
    }
}
