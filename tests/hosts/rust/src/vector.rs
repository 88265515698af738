//! A golden vector as data.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kept::Kept;

/// One transcript.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The file's name without `.json`.
    pub name: String,
    /// What it proves.
    pub about: String,
    /// The client's configuration.
    pub config: Kept,
    /// The error that creating the client gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_error: Option<Kept>,
    /// What the call does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Kept>,
    /// The error that starting the call gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_error: Option<Kept>,
    /// What the host does, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<Entry>,
}

/// One thing that the host does, and what comes of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Milliseconds since the epoch.
    pub now: u64,
    /// What it does.
    #[serde(flatten)]
    pub action: Action,
    /// Whether a resume may write: yes, unless the vector is about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_writes: Option<bool>,
    /// What comes of it.
    #[serde(default)]
    pub expect: Kept,
}

impl Entry {
    /// Whether a resume may write.
    pub fn allows_writes(&self) -> bool {
        self.allow_writes.unwrap_or(true)
    }
}

/// How many arrays and objects are around what an entry expects.
pub(crate) const EXPECTATION_DEPTH: usize = 3;

/// What a host can do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Polls.
    Poll(bool),
    /// Answers an exchange.
    Answer(Answer),
    /// Reports a transport failure.
    Fail(Fail),
    /// Consumes the first items of the latest output.
    Acknowledge(usize),
    /// Gives a push one record, as text.
    Feed(String),
    /// Tells a push that there are no more records.
    Finish(bool),
    /// Cancels.
    Cancel(bool),
    /// Takes a checkpoint and remembers it.
    Checkpoint(bool),
    /// Drops the call and resumes: from the remembered checkpoint, or from a text.
    Resume(Value),
    /// Explains.
    Explain(bool),
    /// Asks the client's pool what to tell a coordinator.
    Demand(bool),
    /// Gives the client's pool a lease.
    Lease(Value),
}

/// An answer from the server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The exchange that is answered.
    pub exchange: u64,
    /// The status.
    pub status: u16,
    /// Header lines.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The body in base64, where it is not text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

/// A failure of the transport.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// The exchange that failed.
    pub exchange: u64,
    /// Whether anything may have been sent.
    pub sent: Sent,
    /// The transport's own words.
    pub text: String,
}

/// Whether anything of a request may have been sent.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// Nothing was.
    NotSent,
    /// Nothing was, and nothing can be.
    Unsendable,
    /// Something may have been.
    MaybeSent,
}

/// The folder of the vectors.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors")
}

/// Every vector with its file, by name.
///
/// # Panics
/// When a file cannot be read or is not a vector, with the file's name.
pub fn load() -> Vec<(PathBuf, Vector)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the folder of vectors")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn read(path: &Path) -> Vector {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let vector: Vector =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(
        path.file_stem().and_then(|stem| stem.to_str()),
        Some(vector.name.as_str()),
        "the file's name"
    );
    vector
}
