//! Rewrites the expectations of all vectors from what the engine says now. For deliberate changes only: the
//! difference is to be read before it is committed. With `--check` it writes nothing, and fails where it would. With
//! `--events FILE` it only writes the events that each vector leaves behind, for other hosts to compare theirs with.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use brightpearl_host_rust::{functions, play, vector};
use serde::Serialize;
use serde_json::{Map, Value, json};

fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_check = match arguments.as_slice() {
        [] => false,
        [only] if only == "--check" => true,
        [option, file] if option == "--events" => {
            fs::write(file, events())?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {
            eprintln!("usage: bless-vectors [--check | --events FILE]");
            return Ok(ExitCode::from(2));
        }
    };
    let (mut played, mut changed) = (0, 0);
    let mut take = |path: &Path, name: &str, text: String| -> std::io::Result<()> {
        played += 1;
        if fs::read_to_string(path)? != text {
            changed += 1;
            println!("changed {name}");
            if !is_check {
                fs::write(path, text)?;
            }
        }
        Ok(())
    };
    for (path, vector) in vector::load() {
        take(&path, &vector.name, written(&play::play(&vector))?)?;
    }
    for (path, vector) in functions::load() {
        take(&path, &vector.name, written(&functions::play(&vector))?)?;
    }
    println!("{} passed, {changed} changed", played - changed);
    Ok(if is_check && changed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn written(played: &impl Serialize) -> std::io::Result<String> {
    Ok(serde_json::to_string_pretty(played)? + "\n")
}

/// An object with the events of every vector by its name.
fn events() -> String {
    let events = vector::load().into_iter().map(|(_, vector)| {
        let events = json!(play::events_of(&vector));
        (vector.name, events)
    });
    Value::Object(events.collect::<Map<_, _>>()).to_string()
}
