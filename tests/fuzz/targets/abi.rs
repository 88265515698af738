//! Sequences of calls to the C functions, in any order that the header allows, with NULLs and wrong sizes among them.
//! Every input is freed as soon as the function returns, so a pointer that is kept is found; a handle that is not freed
//! is found as a leak.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[path = "abi/host.rs"]
mod host;

/// What the program does next. Slots are counted modulo how many there are.
#[derive(Arbitrary, Debug)]
enum Act {
    Client { config: Text, with_pool: bool },
    Start { client: u8, operation: Operation, size: Size },
    Poll { call: u8, size: Size, later: u16 },
    Answer { call: u8, body: Body, status: u16, size: Size },
    Fail { call: u8, maybe: bool, reason: Text },
    Acknowledge { call: u8, items: u8 },
    Cancel { call: u8 },
    Checkpoint { call: u8 },
    Resume { client: u8, text: Option<Text> },
    Feed { call: u8, record: Text },
    Finish { call: u8 },
    Explain { call: u8, size: Size },
    Ask { client: u8, size: Size },
    Validate { method: Text, path: Text, body: Text, size: Size },
    Map { document: Text, record: Text },
    FreeKept,
    FreeCall { call: u8 },
    FreeClient { client: u8 },
    Nulls,
}

/// What a call is started with.
#[derive(Arbitrary, Debug)]
enum Operation {
    Known(u8),
    Json(Text),
    Search { resource: Text, filters: Vec<(Text, Text)> },
    Fetch { ids: Text },
    Options { ids: Text },
    Request { path: Text, body: Text },
    Batch(Vec<Text>),
    Task { name: Text, arguments: Text },
    Push(Text),
    Pull(Text),
}

/// A text of the program: often one that means something, sometimes none, sometimes no UTF-8.
#[derive(Arbitrary, Debug)]
enum Text {
    Known(u8),
    Any(String),
    Bytes(Vec<u8>),
    Null,
}

/// The body of an answer.
#[derive(Arbitrary, Debug)]
enum Body {
    Known(u8),
    Any(Vec<u8>),
}

/// The `struct_size` of a structure.
#[derive(Arbitrary, Debug)]
enum Size {
    Right,
    Also,
    Still,
    Zero,
    Short(u8),
    Huge,
}

fuzz_target!(|acts: Vec<Act>| {
    let mut host = host::Host::new();
    for act in acts.iter().take(64) {
        host.act(act);
    }
    host.free_everything();
});
