//! The golden vectors as sequences of C functions: each begins with a program that does all right, and goes on with what one
//! does wrong.

use serde_json::Value;

use crate::acts::{Act, Function, Operation, Request, Size, Text};
use crate::driving::NOW;

/// Every target's program begins with a client of its own, at 0; the vector's is the next.
const CLIENT: u8 = 1;

/// What a vector says, through JSON and through the structures, and each function by itself.
pub fn of(vector: &Value) -> Vec<Vec<Act>> {
    if let Some(calls) = vector["calls"].as_array() {
        return calls.iter().filter_map(function).map(wrongly_too).collect();
    }
    let operation = &vector["operation"];
    let mut sequences = vec![script(vector, Operation::Json(json(operation)))];
    sequences.extend(typed(operation).map(|operation| script(vector, operation)));
    sequences
}

fn wrongly_too(function: Function) -> Vec<Act> {
    [Size::Right, Size::Zero, Size::Huge]
        .map(|size| Act::Function { function: function.clone(), size })
        .into_iter()
        .collect()
}

fn script(vector: &Value, operation: Operation) -> Vec<Act> {
    let mut acts = vec![
        Act::Client { config: json(&vector["config"]), with_pool: false },
        Act::Start { client: CLIENT, operation: operation.clone(), size: Size::Right },
    ];
    let (mut out, mut now) = (Vec::new(), NOW);
    for entry in vector["script"].as_array().into_iter().flatten() {
        let later = entry["now"].as_u64().map_or(0, |then| then.saturating_sub(now));
        now += later;
        step(entry, later, &mut out, &mut acts);
    }
    acts.extend([
        Act::Ask { client: CLIENT, size: Size::Right },
        Act::Start { client: CLIENT, operation: operation.clone(), size: Size::Zero },
        Act::Start { client: CLIENT, operation, size: Size::Short(24) },
        Act::Client { config: Text::Bytes(b"{\xff".to_vec()), with_pool: false },
        Act::Answer { call: 0, which: 0, status: 200, headers: vec![], body: Text::Null, size: Size::Zero },
        Act::Answer {
            call: 0,
            which: 0,
            status: 200,
            headers: vec![],
            body: Text::OfNull,
            size: Size::Right,
        },
        Act::Cancel { call: 0 },
        Act::Poll { call: 0, size: Size::Right, later: 0 },
        Act::Explain { call: 0, size: Size::Zero },
        Act::Resume { client: CLIENT, text: Some("{}".into()), allow_writes: false },
        Act::Nulls,
    ]);
    acts
}

/// One entry of a script; `out` are the exchanges that have no answer yet.
fn step(entry: &Value, later: u64, out: &mut Vec<u64>, acts: &mut Vec<Act>) {
    let mut which = |detail: &Value| {
        let exchange = detail["exchange"].as_u64().unwrap_or_default();
        let found = out.iter().position(|id| *id == exchange);
        if let Some(index) = found {
            out.remove(index);
        }
        found.and_then(|index| u8::try_from(index).ok()).unwrap_or(u8::MAX)
    };
    if let Some(answer) = entry.get("answer") {
        acts.push(Act::Answer {
            call: 0,
            which: which(answer),
            status: answer["status"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or(200),
            headers: fields(&answer["headers"]),
            body: text(&answer["body"]),
            size: Size::Right,
        });
    } else if let Some(failure) = entry.get("fail") {
        let maybe = failure["sent"] == "maybe-sent";
        acts.push(Act::Fail { call: 0, which: which(failure), maybe, reason: text(&failure["text"]) });
    } else if let Some(items) = entry["acknowledge"].as_u64() {
        acts.push(Act::Acknowledge { call: 0, items: items.try_into().unwrap_or(u8::MAX) });
    } else if let Some(record) = entry.get("feed") {
        acts.push(Act::Feed { call: 0, record: text(record) });
    } else if entry.get("finish").is_some() {
        acts.push(Act::Finish { call: 0 });
    } else if entry.get("cancel").is_some() {
        acts.push(Act::Cancel { call: 0 });
    } else if entry.get("checkpoint").is_some() {
        acts.push(Act::Checkpoint { call: 0 });
    } else if let Some(resume) = entry.get("resume") {
        let allow_writes = entry["allow_writes"] != false;
        acts.push(Act::FreeCall { call: 0 });
        acts.push(Act::Resume { client: CLIENT, text: resume.as_str().map(Text::from), allow_writes });
    } else if entry.get("explain").is_some() {
        acts.push(Act::Explain { call: 0, size: Size::Right });
    } else {
        acts.push(Act::Poll { call: 0, size: Size::Right, later: later.try_into().unwrap_or(u32::MAX) });
        out.extend(entry["expect"]["send"]["exchange"].as_u64());
    }
}

/// The operation as the structure of its function, where one has it.
fn typed(operation: &Value) -> Option<Operation> {
    let (kind, it) = operation.as_object()?.iter().next()?;
    let ids = || it.get("ids").map_or(Text::Null, text);
    Some(match kind.as_str() {
        "request" => Operation::Request(request(it)),
        "search" => Operation::Search {
            resource: text(&it["resource"]),
            filters: fields(&it["filters"]),
            columns: texts(&it["columns"]),
            sort: texts(&it["sort"]),
            key: it.get("key").map_or(Text::Null, text),
        },
        "fetch" => Operation::Fetch {
            resource: text(&it["resource"]),
            ids: ids(),
            query: fields(&it["query"]),
            all: it.get("ids").is_none(),
        },
        "options" => {
            Operation::Options { resource: text(&it["resource"]), ids: ids(), all: it.get("ids").is_none() }
        }
        "batch" => Operation::Batch(it["requests"].as_array()?.iter().map(request).collect()),
        "task" => Operation::Task { name: text(&it["name"]), arguments: json(&it["arguments"]) },
        "push" => Operation::Push(json(it)),
        "pull" => Operation::Pull(json(it)),
        _ => return None,
    })
}

fn request(it: &Value) -> Request {
    Request {
        method: text(&it["method"]),
        path: text(&it["path"]),
        query: fields(&it["query"]),
        headers: fields(&it["headers"]),
        body: it.get("body").map_or(Text::Null, text),
    }
}

fn function(call: &Value) -> Option<Function> {
    let member = |name: &str| call.get(name);
    let at = |it: &Value, name: &str| it.get(name).map_or(Text::Null, text);
    if let Some(it) = member("describe") {
        return Some(Function::Describe { resource: at(it, "resource") });
    }
    if let Some(it) = member("validate") {
        return Some(Function::Validate {
            path: at(it, "path"),
            verb: at(it, "verb"),
            body: at(it, "body"),
            unknown_members: at(it, "unknown_members"),
        });
    }
    if let Some(it) = member("verify_callback") {
        return Some(Function::Verify {
            parameters: fields(&it["parameters"]),
            secret: at(it, "dev_secret"),
            max_age: it["max_age_ms"].as_u64().unwrap_or_default(),
            now: it["now"].as_u64().unwrap_or_default(),
        });
    }
    let it = ["run_mapping", "check_mapping", "explain_mapping"].into_iter().find_map(member)?;
    let record = it.get("record").map_or(Text::from("{}"), text);
    Some(Function::Map { document: at(it, "document"), record, resolved: at(it, "resolved") })
}

fn json(value: &Value) -> Text {
    Text::Any(value.to_string())
}

fn text(value: &Value) -> Text {
    value.as_str().map_or(Text::Null, Text::from)
}

fn texts(array: &Value) -> Vec<Text> {
    array.as_array().into_iter().flatten().map(text).collect()
}

fn fields(array: &Value) -> Vec<(Text, Text)> {
    array.as_array().into_iter().flatten().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}
