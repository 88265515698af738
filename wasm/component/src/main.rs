//! Turns the core module that `cargo build` makes of `brightpearl-wasm` into the component:
//! `brightpearl-component MODULE COMPONENT`.
//!
//! It validates what it writes and refuses a component that imports anything: hosts rely on the engine having
//! access to nothing.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use wit_component::{ComponentEncoder, DecodedWasm};

/// What the component may weigh, in bytes. More than 300 KB of it are constant data: the catalogue of the whole API, and
/// the mapping documents that come with it.
const SIZE_LIMIT: usize = 2_900_000;

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(module), Some(component), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("usage: brightpearl-component MODULE COMPONENT");
        return ExitCode::from(2);
    };
    match encode(&module, &component) {
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

fn encode(module: &PathBuf, component: &PathBuf) -> Result<String, Box<dyn Error>> {
    let core = fs::read(module).map_err(|error| format!("{} cannot be read: {error}", module.display()))?;
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder
        .validate(true)
        .module(&core)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| format!("{} cannot be made a component: {error:#}", module.display()))?;

    let imports = imports_of(&encoded)?;
    if !imports.is_empty() {
        return Err(format!(
            "the component imports {}; expected nothing. Something in it reaches for the outside: look for a dependency that uses a clock, randomness or files.",
            imports.join(", ")
        )
        .into());
    }
    if encoded.len() > SIZE_LIMIT {
        return Err(format!("the component has {} bytes; the limit is {SIZE_LIMIT}", encoded.len()).into());
    }
    if let Some(folder) = component.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(component, &encoded)
        .map_err(|error| format!("{} cannot be written: {error}", component.display()))?;
    Ok(format!("{}: {} bytes, imports nothing", component.display(), encoded.len()))
}

/// The names of everything that the component imports.
fn imports_of(component: &[u8]) -> Result<Vec<String>, Box<dyn Error>> {
    match wit_component::decode(component)? {
        DecodedWasm::Component(resolve, world) => {
            let imports = resolve.worlds[world].imports.keys();
            Ok(imports.map(|import| resolve.name_world_key(import)).collect())
        }
        DecodedWasm::WitPackage(..) => Err("the encoder made a WIT package; expected a component".into()),
    }
}
