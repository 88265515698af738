//! The vector runner of the component: `vectors COMPONENT`.

use std::path::Path;
use std::process::ExitCode;

use brightpearl_host_rust::vector;
use brightpearl_host_wasmtime::component::Loaded;
use brightpearl_host_wasmtime::functions;
use brightpearl_host_wasmtime::play::{Way, play};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: vectors COMPONENT");
        return ExitCode::from(2);
    };
    let component = match Loaded::quickly_from_file(Path::new(&path)) {
        Ok(component) => component,
        Err(error) => {
            eprintln!("error: the component does not load: {error:?}");
            return ExitCode::FAILURE;
        }
    };
    let (mut passed, mut failed) = (0, 0);
    let mut count = |name: &str, differences: wasmtime::Result<Vec<String>>| {
        let differences = differences.unwrap_or_else(|error| vec![format!("{error:?}")]);
        if differences.is_empty() {
            passed += 1;
        } else {
            failed += 1;
        }
        for difference in differences {
            println!("{name}: {difference}");
        }
    };
    for (_, vector) in vector::load() {
        count(&vector.name, play(&component, &vector, Way::Json));
        count(&format!("{} (typed)", vector.name), play(&component, &vector, Way::Typed));
    }
    for (_, vector) in brightpearl_host_rust::functions::load() {
        count(&vector.name, functions::play(&component, &vector));
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
