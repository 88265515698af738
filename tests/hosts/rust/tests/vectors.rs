//! Plays every golden vector through the Rust API.

use brightpearl_core::operation::SingleRequest;
use brightpearl_core::{Client, Config, Method};
use brightpearl_host_rust::functions;
use brightpearl_host_rust::play::play;
use brightpearl_host_rust::vector::load;

#[test]
fn all_vectors_are_reproduced() {
    let vectors = load();
    let mut differences = Vec::new();
    for (_, vector) in &vectors {
        let played = play(vector);
        if played.client_error != vector.client_error {
            differences.push(format!("{}: client_error\n  found    {:?}", vector.name, played.client_error));
        }
        if played.start_error != vector.start_error {
            differences.push(format!("{}: start_error\n  found    {:?}", vector.name, played.start_error));
        }
        for (index, (expected, found)) in vector.script.iter().zip(&played.script).enumerate() {
            if expected.expect != found.expect {
                let name = &vector.name;
                let (expected, found) = (&*expected.expect, &*found.expect);
                differences.push(format!("{name}: entry {index}\n  expected {expected}\n  found    {found}"));
            }
        }
    }
    println!("{} vectors", vectors.len());
    assert!(vectors.len() >= 40, "the contract has at least 40 vectors; found {}", vectors.len());
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn all_function_vectors_are_reproduced() {
    let vectors = functions::load();
    assert!(!vectors.is_empty());
    for (_, vector) in vectors {
        let played = functions::play(&vector);
        for (index, (expected, found)) in vector.calls.iter().zip(&played.calls).enumerate() {
            assert_eq!(expected.expect, found.expect, "{}: call {index}", vector.name);
        }
    }
}

/// The credentials of the vectors stand in the headers of requests and the bodies of logins, and nowhere else
/// that the engine says.
#[test]
fn no_credential_is_said() {
    for (_, vector) in load() {
        let played = play(&vector);
        let mut said = Vec::new();
        for entry in &played.script {
            let mut expect = (*entry.expect).clone();
            if let Some(send) = expect.get_mut("send") {
                send["headers"] = serde_json::Value::Null;
                send["body"] = serde_json::Value::Null;
            }
            said.push(expect);
        }
        let text = format!("{:?} {:?} {said:?}", played.client_error, played.start_error);
        assert!(!text.contains("token-of-"), "{}: {text}", vector.name);
    }
}

/// What a host logs with `{:?}` shows no credential either.
#[test]
fn no_credential_is_shown() {
    let (_, vector) =
        load().into_iter().find(|(_, vector)| vector.name == "request-get").expect("the vector");
    let config = Config::from_json(&vector.config.compact()).expect("a configuration");
    let shown = format!("{config:?}");
    let client = Client::new(config).expect("a client");
    let mut call =
        client.request(SingleRequest::new(Method::Get, "order-service/order-type")).expect("a call");
    let step = call.poll(0).expect("a step");
    for text in [shown, format!("{client:?}"), format!("{call:?}"), format!("{step:?}")] {
        assert!(!text.contains("token-of-"), "{text}");
    }
    assert!(format!("{:?}", client.drain_events()).contains("RequestStarted"));
}
