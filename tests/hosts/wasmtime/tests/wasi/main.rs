//! The components that use WASI, in wasmtime's: what receives webhooks, and what drives itself.

mod driver;
mod once;
mod platform;
mod receiver;
mod server;

use std::env;
use std::path::PathBuf;

use wasmtime::component::Component;
use wasmtime::{Engine, Result};

/// A component that `wasm/build.sh` made, in the folder that `embedded.sh` names.
fn component(engine: &Engine, name: &str) -> Result<Component> {
    let folder = env::var_os("BRIGHTPEARL_COMPONENTS").map(PathBuf::from);
    let folder = folder.expect("BRIGHTPEARL_COMPONENTS names the folder with the components; tests/hosts/wasmtime/embedded.sh sets it");
    Component::from_file(engine, folder.join(name))
}
