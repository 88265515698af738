//! The engine against recorded exchanges with the real API: each request is rebuilt, each answer classified
//! and read. The recordings are not part of the project; the test says so when they are absent.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use brightpearl_core::operation::{Fetch, Operation, Options, Search, SingleRequest};
use brightpearl_core::{
    Client, Config, Delivery, Error, IdSet, Kind, Method, Output, Response, Result, Step,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Recording {
    name: String,
    request: RecordedRequest,
    response: RecordedResponse,
}

#[derive(Deserialize)]
struct RecordedRequest {
    method: Method,
    uri: String,
    body: String,
}

#[derive(Deserialize)]
struct RecordedResponse {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// The recordings, or `None` where there are none.
fn recordings() -> Option<Vec<Recording>> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/recordings");
    let folder = env::var_os("BRIGHTPEARL_RECORDINGS").map_or(default, PathBuf::from);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    let lines = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    Some(lines.map(|line| serde_json::from_str(&line).expect("a recording")).collect())
}

/// What an exchange was for, as one of our operations.
fn operation(Recording { request, response, .. }: &Recording) -> (String, Operation) {
    let url = request.uri.split_once("://").expect("an absolute URL").1;
    let (host, path) = url.split_once('/').expect("a path");
    let below = path.splitn(3, '/').nth(2).filter(|_| path.starts_with("public-api/")).unwrap_or(path);
    let (path, query) = below.split_once('?').unwrap_or((below, ""));
    let query: Vec<(String, String)> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    let (resource, last) = path.rsplit_once('/').unwrap_or(("", path));
    let operation = match (request.method, IdSet::parse(last)) {
        (Method::Get, _) if path.ends_with("-search") => {
            Search { filters: query, unchecked: true, ..Search::new(path) }.into()
        }
        (Method::Get, Ok(ids)) => Fetch { query, ..Fetch::new(resource, ids) }.into(),
        (Method::Options, Ok(ids)) => Options { resource: resource.to_owned(), ids: Some(ids) }.into(),
        // What Brightpearl took must pass our own check of bodies.
        (method, _) => {
            let unchecked = response.status >= 400;
            SingleRequest { query, body: request.body.clone(), unchecked, ..SingleRequest::new(method, path) }
                .into()
        }
    };
    (host.to_owned(), operation)
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').expect("name=value");
    let plain =
        |escaped: &str| percent_encoding::percent_decode_str(escaped).decode_utf8_lossy().into_owned();
    (plain(name), plain(value))
}

/// Plays the exchange and answers what the call sent and how it ended.
fn play(recording: &Recording) -> (brightpearl_core::Request, Result<Output>) {
    let (host, operation) = operation(recording);
    let config = serde_json::json!({
        "account": "barulu", "base_url": format!("https://{host}"), "retry": { "max_attempts": 1 },
        "credentials": { "type": "private-app", "app_ref": "acme_sync", "account_token": "t" },
    });
    let client = Client::new(Config::from_json(&config.to_string()).unwrap()).unwrap();
    let mut call = client.start(operation).unwrap_or_else(|error| panic!("{}: {error}", recording.name));
    let Step::Send(exchange) = call.poll(0).unwrap() else { panic!("{}: nothing is sent", recording.name) };
    let answer = Response {
        status: recording.response.status,
        headers: recording
            .response
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        body: recording.response.body.clone().into_bytes(),
    };
    call.answer(exchange.id, answer, 100).unwrap();
    let budget = client.budget(100).available.to_string();
    let mut step = call.poll(100);
    if let Ok(Step::Send(plan)) = &step
        && plan.request.method == Method::Options
    {
        // That the order is not there is asked once more, which nobody recorded.
        call.answer(plan.id, Response::new(200, r#"{"response":{"getUris":[]}}"#), 100).unwrap();
        step = call.poll(100);
    }
    let outcome = step.map(|step| match step {
        Step::Output(output) => output,
        other => panic!("{}: {other:?}", recording.name),
    });
    if let Some(left) = recording.response.headers.get("Brightpearl-Requests-Remaining") {
        assert_eq!(left, &budget, "{}: the budget is what the header says", recording.name);
    }
    (exchange.request, outcome)
}

#[test]
fn every_recorded_exchange_is_rebuilt_classified_and_read() {
    let Some(recordings) = recordings() else {
        println!("skipped: no recordings beside the repository and BRIGHTPEARL_RECORDINGS is not set");
        return;
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for recording in &recordings {
        let (request, outcome) = play(recording);
        check_request(recording, &request);
        let body: Value = serde_json::from_str(&recording.response.body).expect("recorded bodies are JSON");
        let what = match outcome {
            Ok(output) => {
                assert!(
                    recording.response.status < 300,
                    "{}: a failure must not come as an output",
                    recording.name
                );
                check_output(recording, &output, &body)
            }
            Err(error) => check_error(recording, &error, &body),
        };
        *counts.entry(what).or_default() += 1;
    }
    println!("read {} recorded exchanges: {counts:?}", recordings.len());
    assert!(!recordings.is_empty(), "the folder of recordings holds none");
}

/// Same verb, same path, same parameters (ours after theirs: paging), same body.
fn check_request(recording: &Recording, request: &brightpearl_core::Request) {
    let name = &recording.name;
    let (host, _) = operation(recording);
    let ours = request.url.split_once(&host).expect("the same host").1;
    let theirs = recording.request.uri.split_once(&host).expect("the host").1;
    assert_eq!(request.method, recording.request.method, "{name}");
    assert_eq!(String::from_utf8_lossy(&request.body), recording.request.body, "{name}");
    if !theirs.starts_with("/public-api/") {
        return; // the OAuth server, where another flow sends the request
    }
    let (our_path, our_query) = ours.split_once('?').unwrap_or((ours, ""));
    let (their_path, their_query) = theirs.split_once('?').unwrap_or((theirs, ""));
    let normal = |path: &str| match path.rsplit_once('/') {
        Some((front, last)) => match IdSet::parse(last) {
            Ok(ids) => format!("{front}/{ids}"),
            Err(_) => path.to_owned(),
        },
        None => path.to_owned(),
    };
    assert_eq!(our_path, normal(their_path), "{name}");
    let parameters =
        |query: &str| query.split('&').filter(|part| !part.is_empty()).map(pair).collect::<Vec<_>>();
    assert!(
        parameters(our_query).starts_with(&parameters(their_query)),
        "{name}: {our_query} for {their_query}"
    );
}

fn check_output(recording: &Recording, output: &Output, body: &Value) -> &'static str {
    let name = &recording.name;
    match output {
        Output::Page(search) => {
            let (page, response) = (&search.page, &body["response"]);
            let rows = response["results"].as_array().expect("results");
            let columns = response["metaData"]["columns"].as_array().expect("columns");
            assert_eq!((page.rows(), page.columns().len()), (rows.len(), columns.len()), "{name}");
            for (row, cells) in rows.iter().enumerate() {
                let mut text = String::new();
                page.row_json(row, &mut text);
                let found: Vec<Value> = serde_json::from_str(&text).expect("a row");
                for (index, column) in columns.iter().enumerate() {
                    let column_name = column["name"].as_str().expect("a name");
                    assert_eq!(page.columns()[index].name(), column_name);
                    assert_eq!(found[index], cells[index], "{name}: row {row}, column {column_name}");
                    let map = column["referenceData"].get(0).and_then(Value::as_str);
                    let label = map.and_then(|map| body["reference"][map].get(cells[index].to_string()));
                    let ours = page.label(index, row).and_then(|label| label.text().map(str::to_owned));
                    assert_eq!(
                        ours.as_deref(),
                        label.and_then(Value::as_str),
                        "{name}: row {row}, {column_name}"
                    );
                }
            }
            "pages"
        }
        Output::Resources(resources) => {
            let items = body["response"].as_array().expect("an array of resources");
            assert_eq!(resources.items.len(), items.len(), "{name}");
            for (index, item) in items.iter().enumerate() {
                let found: Value =
                    serde_json::from_slice(resources.json(index).expect("its bytes")).expect("JSON");
                assert_eq!(&found, item, "{name}");
                let id = ["id", "productId", "statusId"]
                    .iter()
                    .find_map(|member| item.get(member))
                    .and_then(Value::as_u64);
                assert_eq!(resources.items[index].id, id, "{name}");
                assert!(
                    id.is_some_and(|id| resources.requested.contains(id)),
                    "{name}: an id that was asked for"
                );
            }
            let found = IdSet::from_ids(resources.items.iter().filter_map(|item| item.id)).unwrap();
            assert_eq!(resources.missing, resources.requested.difference(&found), "{name}");
            "resources"
        }
        Output::Reply(reply) => {
            assert_eq!(reply.body, recording.response.body.as_bytes(), "{name}");
            assert_eq!(reply.headers.len(), recording.response.headers.len(), "{name}");
            "replies"
        }
        Output::Uris(uris) => {
            assert_eq!(serde_json::to_value(uris).unwrap(), body["response"]["getUris"], "{name}");
            "plans"
        }
        Output::Results(_)
        | Output::Task(_)
        | Output::Outcomes(_)
        | Output::Journal(_)
        | Output::Records(_) => panic!("{name}: a single request has no such output"),
    }
}

fn check_error(recording: &Recording, error: &Error, body: &Value) -> &'static str {
    let name = &recording.name;
    assert_eq!(error.status(), Some(recording.response.status), "{name}");
    // The token server's own form refuses a login, which is not what a single request is.
    let is_of_the_api = body.get("errors").is_some() || body.get("response").is_some();
    let is_write = recording.request.method == Method::Post;
    let kind = match recording.response.status {
        _ if is_write && !is_of_the_api => Kind::Protocol,
        401 => Kind::Authentication,
        404 => Kind::NotFound,
        _ => Kind::Rejected,
    };
    assert_eq!(error.kind(), kind, "{name}: {error}");
    if kind == Kind::Protocol {
        assert_eq!(error.delivery(), Delivery::MaybeApplied, "{name}: {error}");
        return "errors";
    }
    match &body["errors"] {
        Value::Array(errors) => {
            let expected: Vec<(&str, &str)> = errors
                .iter()
                .map(|error| {
                    (error["code"].as_str().expect("a code"), error["message"].as_str().expect("a text"))
                })
                .collect();
            let found: Vec<(&str, &str)> =
                error.errors().iter().map(|error| (error.code.as_str(), error.message.as_str())).collect();
            assert_eq!(found, expected, "{name}");
        }
        _ => {
            let text = body["response"].as_str().or(body["error"].as_str()).expect("a text");
            assert!(
                error.to_string().contains(text.split(':').next().expect("a beginning")),
                "{name}: {error}"
            );
        }
    }
    "errors"
}
