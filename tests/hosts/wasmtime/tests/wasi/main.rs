//! The components that use WASI, in wasmtime's: what receives webhooks, and what drives itself.

mod dependency;
mod driver;
mod once;
mod platform;
mod receiver;
mod run;
mod server;

use std::env;
use std::path::PathBuf;

use wasmtime::component::Component;
use wasmtime::{Engine, Result};

/// A component that `wasm/build.sh` made.
fn component(engine: &Engine, name: &str) -> Result<Component> {
    Component::from_file(engine, folder().join(name))
}

/// Where they are, which `embedded.sh` says.
fn folder() -> PathBuf {
    let folder = env::var_os("BRIGHTPEARL_COMPONENTS").map(PathBuf::from);
    folder.expect("BRIGHTPEARL_COMPONENTS names the folder with the components; tests/hosts/wasmtime/embedded.sh sets it")
}
