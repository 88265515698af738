//! Rewrites the expectations of all vectors from what the engine says now. For deliberate changes only: the
//! difference is to be read before it is committed.

use std::fs;
use std::path::Path;

use brightpearl_host_rust::{functions, play, vector};
use serde::Serialize;

fn main() -> std::io::Result<()> {
    let mut changed = 0;
    for (path, vector) in vector::load() {
        changed += rewrite(&path, &vector.name, &play::play(&vector))?;
    }
    for (path, vector) in functions::load() {
        changed += rewrite(&path, &vector.name, &functions::play(&vector))?;
    }
    println!("{changed} changed");
    Ok(())
}

fn rewrite(path: &Path, name: &str, played: &impl Serialize) -> std::io::Result<usize> {
    let text = serde_json::to_string_pretty(played)? + "\n";
    if fs::read_to_string(path)? == text {
        return Ok(0);
    }
    fs::write(path, text)?;
    println!("changed {name}");
    Ok(1)
}
