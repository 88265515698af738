//! Writes as they were recorded from the API: what it took is right, and what it refused for its body is
//! found wrong here as well. Read in place when the recordings lie beside the project.

use std::path::PathBuf;

use brightpearl_core::Method;
use brightpearl_core::validate::{Severity, UnknownMembers, Violation, validate};
use serde_json::Value;

/// The recordings stand beside the repository, or where `BRIGHTPEARL_RECORDINGS` says.
fn recordings() -> Option<String> {
    let folder = std::env::var_os("BRIGHTPEARL_RECORDINGS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/recordings")));
    let file = folder.join("exchanges-2022.jsonl");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            println!("skipped: no recordings at {}: {error}", file.display());
            None
        }
    }
}

#[test]
fn recorded_writes_are_judged_as_the_api_judged_them() {
    let Some(recordings) = recordings() else { return };
    let (mut taken, mut refused) = (0, 0);
    for line in recordings.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let (request, status) = (&exchange["request"], exchange["response"]["status"].as_u64().unwrap());
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        let Some(path) = path(request["uri"].as_str().unwrap()).filter(|_| !method.is_read()) else {
            continue;
        };
        let body = request["body"].as_str().unwrap_or_default();
        let errors: Vec<Violation> = validate(&path, method, body.as_bytes(), UnknownMembers::Refuse)
            .into_iter()
            .filter(|violation| violation.severity == Severity::Error)
            .collect();
        if status == 200 {
            taken += 1;
            assert!(errors.is_empty(), "{}: {errors:?}", exchange["name"]);
        } else {
            refused += 1;
            assert!(!errors.is_empty(), "{}: {body} was answered with {status}", exchange["name"]);
        }
    }
    println!("{taken} taken and {refused} refused");
    assert!(taken > 10 && refused >= 4);
}

/// The path below the account; of the token endpoints, whose failures are not in the body, none.
fn path(uri: &str) -> Option<String> {
    let (_, below) = uri.split_once("/public-api/")?;
    below.split_once('/').map(|(_, path)| path.to_owned())
}
