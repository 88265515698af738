//! What became of the writes of a batch.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::Result;
use crate::http::Headers;

use super::data::Carried;
use super::{Data, Item, OutputKind, Reply, ShapedOutput};

/// What became of one write of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchResult {
    /// The write's place in the batch, from 0.
    pub index: usize,
    /// Brightpearl's answer, or why there is none. A write behind one that failed, which was therefore not
    /// carried out, has the kind [`Cancelled`](crate::Kind::Cancelled) and was not sent.
    pub outcome: Result<Reply>,
}

impl Carried for Vec<BatchResult> {
    fn count(&self) -> usize {
        self.len()
    }

    fn shaped(self, kind: OutputKind) -> ShapedOutput {
        let item = |result: &BatchResult| Item::new(&ToldResult(result), result.outcome.as_ref().err());
        Data::unnamed(kind, self.iter().map(item))
    }
}

/// A result as `{"index", "reply": {"status", "headers", "body"}}` or `{"index", "error"}`. A body that is not UTF-8 is in
/// `body_base64` instead.
struct ToldResult<'r>(&'r BatchResult);

impl Serialize for ToldResult<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let BatchResult { index, outcome } = self.0;
        let mut members = serializer.serialize_map(Some(2))?;
        members.serialize_entry("index", index)?;
        match outcome {
            Ok(reply) => members.serialize_entry("reply", &ToldReply(reply))?,
            Err(error) => members.serialize_entry("error", error)?,
        }
        members.end()
    }
}

/// Brightpearl's answer to a write.
struct ToldReply<'r>(&'r Reply);

impl Serialize for ToldReply<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Reply { status, headers, body } = self.0;
        let mut members = serializer.serialize_map(Some(3))?;
        members.serialize_entry("status", status)?;
        members.serialize_entry("headers", &Lines(headers))?;
        match std::str::from_utf8(body) {
            Ok(text) => members.serialize_entry("body", text)?,
            Err(_) => members.serialize_entry("body_base64", &STANDARD.encode(body))?,
        }
        members.end()
    }
}

struct Lines<'r>(&'r Headers);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}
