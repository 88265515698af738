//! Plays every golden vector through the Rust API.

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
                let (expected, found) = (&expected.expect, &found.expect);
                differences.push(format!("{name}: entry {index}\n  expected {expected}\n  found    {found}"));
            }
        }
    }
    println!("{} vectors", vectors.len());
    assert!(vectors.len() >= 40, "the contract has at least 40 vectors; found {}", vectors.len());
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
