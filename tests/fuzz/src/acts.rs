//! What a program does with the C functions: read from bytes by the target `abi`, written to bytes for its seeds.

use serde::{Deserialize, Serialize};

/// Acts of one input that are carried out; a sequence that goes on longer shows nothing new.
const MOST_ACTS: usize = 200;

/// What the program does next. Slots are counted modulo how many there are, and NULL.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub enum Act {
    Client { config: Text, with_pool: bool },
    Pool { config: Text },
    Start { client: u8, operation: Operation, size: Size },
    Poll { call: u8, size: Size, later: u32 },
    Answer { call: u8, which: u8, status: u16, headers: Vec<(Text, Text)>, body: Text, size: Size },
    Fail { call: u8, which: u8, maybe: bool, reason: Text },
    Acknowledge { call: u8, items: u8 },
    Cancel { call: u8 },
    Checkpoint { call: u8 },
    Resume { client: u8, text: Option<Text>, allow_writes: bool },
    Feed { call: u8, record: Text },
    Finish { call: u8 },
    Explain { call: u8, size: Size },
    Ask { client: u8, size: Size },
    Function { function: Function, size: Size },
    FreeKept,
    FreeCall { call: u8 },
    FreeClient { client: u8 },
    Nulls,
}

/// What a call is started with.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub enum Operation {
    Json(Text),
    Search { resource: Text, filters: Vec<(Text, Text)>, columns: Vec<Text>, sort: Vec<Text>, key: Text },
    Fetch { resource: Text, ids: Text, query: Vec<(Text, Text)>, all: bool },
    Options { resource: Text, ids: Text, all: bool },
    Request(Request),
    Batch(Vec<Request>),
    Task { name: Text, arguments: Text },
    Push(Text),
    Pull(Text),
}

/// A single request.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Request {
    pub method: Text,
    pub path: Text,
    pub query: Vec<(Text, Text)>,
    pub headers: Vec<(Text, Text)>,
    pub body: Text,
}

/// A function that needs no client.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub enum Function {
    Describe { resource: Text },
    Validate { path: Text, verb: Text, body: Text, unknown_members: Text },
    Map { document: Text, record: Text, resolved: Text },
    Verify { parameters: Vec<(Text, Text)>, secret: Text, max_age: u64, now: u64 },
    Authorize { account: Text, app_ref: Text, redirect_uri: Text, state: Text },
    Header { name: Text },
}

/// A text of the program.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub enum Text {
    /// One that means something.
    Known(u8),
    Any(String),
    Bytes(Vec<u8>),
    /// None: NULL without a length.
    Null,
    /// What `bp_text_of` makes of NULL.
    OfNull,
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Any(text.to_owned())
    }
}

/// The `struct_size` of a structure.
#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
pub enum Size {
    Right,
    Zero,
    Short(u8),
    Huge,
}

/// Reads a sequence. Bytes that do not make an act are passed over, so that a change in the midst leaves what follows.
pub fn decode(mut bytes: &[u8]) -> Vec<Act> {
    let mut acts = Vec::new();
    while !bytes.is_empty() && acts.len() < MOST_ACTS {
        match postcard::take_from_bytes(bytes) {
            Ok((act, rest)) => {
                acts.push(act);
                bytes = rest;
            }
            Err(_) => bytes = &bytes[1..],
        }
    }
    acts
}

/// Writes a sequence.
///
/// # Panics
/// Never: all acts can be written.
pub fn encode(acts: &[Act]) -> Vec<u8> {
    acts.iter().flat_map(|act| postcard::to_allocvec(act).expect("an act can be written")).collect()
}
