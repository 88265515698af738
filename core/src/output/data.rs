//! Outputs that are data, in the one shape in which every border takes them: items, each of them as JSON.

use std::ops::Range;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret::SecretText;

use super::{OutputKind, Reply, Resources, SearchPage};

/// An output as it crosses a border: what hosts have types for, and data in one shape.
#[derive(Debug)]
pub enum ShapedOutput {
    /// A page of a search.
    Page(SearchPage),
    /// Resources of a fetch.
    Resources(Resources),
    /// The answer to a single request.
    Reply(Reply),
    /// Lines for a journal.
    Journal(String),
    /// Anything else.
    Data(Data),
}

/// An output that is data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Which sort of output it is.
    pub kind: OutputKind,
    /// What it is about, where that has a name: the task, the resource of a pull.
    pub name: Option<String>,
    /// What it has: URIs, results of a batch, the one result of a task, outcomes of a push, records of a pull.
    pub items: Vec<Item>,
}

/// An item of an output that is data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// All of it as JSON. It wipes itself: the answer to a write may hold what nobody else is to see.
    pub json: Zeroizing<String>,
    /// The record of a pull, as it stands in `json`.
    pub record: Option<Range<usize>>,
    /// The error that `json` tells of.
    pub error: Option<Error>,
}

impl Data {
    /// Of items without a name.
    pub(super) fn unnamed(kind: OutputKind, items: impl Iterator<Item = Item>) -> ShapedOutput {
        ShapedOutput::Data(Self { kind, name: None, items: items.collect() })
    }

    /// Of items of something that has a name.
    pub(super) fn named(kind: OutputKind, name: String, items: Vec<Item>) -> ShapedOutput {
        ShapedOutput::Data(Self { kind, name: Some(name), items })
    }
}

impl Item {
    pub(super) fn new(value: &impl Serialize, error: Option<&Error>) -> Self {
        let mut json = SecretText::default();
        // Our own plain data always has a JSON form, and writing to memory does not fail.
        let _ = serde_json::to_writer(&mut json, value);
        Self { json: json.finish(), record: None, error: error.cloned() }
    }
}

/// What an output carries.
pub(super) trait Carried {
    /// How many items it has, as `acknowledge` counts them.
    fn count(&self) -> usize;

    /// The shape in which it crosses a border.
    fn shaped(self, kind: OutputKind) -> ShapedOutput;
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;
    use crate::Kind;
    use crate::http::Headers;
    use crate::output::{BatchResult, Output, PulledRecord, Records, TaskResult};

    fn data(output: Output) -> Data {
        match output.shaped() {
            ShapedOutput::Data(data) => data,
            typed => panic!("{typed:?} is typed, expected data"),
        }
    }

    fn texts(data: &Data) -> Vec<String> {
        data.items.iter().map(|item| item.json.to_string()).collect()
    }

    #[test]
    fn results_are_answers_or_errors() {
        let headers = Headers::from_iter([("X-Part", "a\"b")]);
        let reply = Reply { status: 200, headers, body: br#"{"response":12.50}"#.to_vec() };
        let refused = Error::new(Kind::Rejected, "refused");
        let results = data(Output::Results(vec![
            BatchResult { index: 0, outcome: Ok(reply) },
            BatchResult { index: 3, outcome: Err(refused.clone()) },
        ]));
        let reply = r#""reply":{"status":200,"headers":[["X-Part","a\"b"]],"body":"{\"response\":12.50}"}"#;
        let [first, second] = texts(&results).try_into().expect("two items");
        assert_eq!(first, format!(r#"{{"index":0,{reply}}}"#));
        assert!(second.starts_with(r#"{"index":3,"error":{"kind":"rejected","#), "{second}");
        assert_eq!(results.items[1].error, Some(refused));
    }

    #[test]
    fn no_byte_of_a_body_is_lost() {
        let reply = Reply { status: 200, headers: Headers::new(), body: b"{\"response\":\"\xff\"}".to_vec() };
        let results = data(Output::Results(vec![BatchResult { index: 0, outcome: Ok(reply) }]));
        let reply = r#""reply":{"status":200,"headers":[],"body_base64":"eyJyZXNwb25zZSI6Iv8ifQ=="}"#;
        assert_eq!(texts(&results), [format!(r#"{{"index":0,{reply}}}"#)]);
    }

    #[test]
    fn a_record_is_found_behind_texts_that_look_like_it() {
        let pulled = PulledRecord {
            id: None,
            changed: Some(r#"","record":{"#.to_owned()),
            deleted: false,
            record: RawValue::from_string(r#"{"total": 12.50}"#.to_owned()).ok(),
            skipped: None,
            failures: Vec::new(),
            source: None,
        };
        let gone = PulledRecord { id: Some(7), deleted: true, record: None, ..pulled.clone() };
        let records = Records { resource: "orders".to_owned(), records: vec![pulled, gone] };
        let Data { kind, name, items } = data(Output::Records(records));
        assert_eq!((kind, name.as_deref()), (OutputKind::Records, Some("orders")));
        assert_eq!(items[0].record.clone().map(|place| &items[0].json[place]), Some(r#"{"total": 12.50}"#));
        assert_eq!(items[1].record, None);
    }

    #[test]
    fn a_task_gives_its_result_as_it_is_and_typed_outputs_are_no_data() {
        let json = r#"{"orderId":1.0}"#.to_owned();
        let done = data(Output::Task(TaskResult { name: "create-order".to_owned(), json: json.clone() }));
        assert_eq!((done.name.as_deref(), texts(&done)), (Some("create-order"), vec![json]));
        assert_eq!(texts(&data(Output::Uris(vec!["/order/1-2".to_owned()]))), [r#""/order/1-2""#]);
        assert!(matches!(Output::Journal(String::new()).shaped(), ShapedOutput::Journal(_)));
    }
}
