//! Makes the components of the core modules that `cargo build` makes, and the WIT package:
//!
//! - `brightpearl-component whole MODULE OUT`: the engine, which imports nothing;
//! - `brightpearl-component engine MODULE OUT`: the same without mapping and flows;
//! - `brightpearl-component http ENGINE MODULE OUT`: the engine and what drives it over `wasi:http`, as one;
//! - `brightpearl-component webhook MODULE OUT`: what receives webhooks over `wasi:http`;
//! - `brightpearl-component package WIT OUT`: the WIT package as a binary.
//!
//! It validates what it writes, and refuses a component that imports anything but what it is known to need: hosts rely on
//! it having no access to anything else. Each says what it is: name, version, licence and documentation are inside.

#![forbid(unsafe_code)]

mod encode;
mod metadata;

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let report = match arguments.as_slice() {
        ["whole", module, out] => encode::alone(&encode::WHOLE, Path::new(module), Path::new(out)),
        ["engine", module, out] => encode::alone(&encode::ENGINE, Path::new(module), Path::new(out)),
        ["webhook", module, out] => encode::alone(&encode::WEBHOOK, Path::new(module), Path::new(out)),
        ["http", engine, module, out] => {
            encode::composed(&encode::HTTP, Path::new(engine), Path::new(module), Path::new(out))
        }
        ["package", folder, out] => encode::package(Path::new(folder), Path::new(out)),
        _ => {
            eprintln!(
                "usage: brightpearl-component whole|engine|webhook MODULE OUT | http ENGINE MODULE OUT | package WIT OUT"
            );
            return ExitCode::from(2);
        }
    };
    match report {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
