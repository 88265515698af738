//! Components of modules, compositions of components, and the WIT package.

use std::error::Error;
use std::fs;
use std::path::Path;

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PackageId};
use wit_component::{ComponentEncoder, DecodedWasm};

use crate::metadata::{self, About};

/// What goes wrong here is told to the person who builds.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A composition of the engine with something that uses it.
pub(crate) struct Composition {
    about: About,
    /// How the names of what it may import begin.
    imports: &'static [&'static str],
}

/// The interface that the types of others come from.
const TYPES: &str = "brightpearl:connector/types@";

/// What a module becomes by itself.
pub(crate) struct Alone {
    about: About,
    /// How the names of what it may import begin.
    imports: &'static [&'static str],
}

/// The whole engine.
pub(crate) const WHOLE: Alone = Alone {
    about: About {
        name: "brightpearl",
        description: "The Brightpearl engine as a component that imports nothing",
    },
    imports: &[],
};

/// The engine without mapping and flows.
pub(crate) const ENGINE: Alone = Alone {
    about: About {
        name: "brightpearl-engine",
        description: "The Brightpearl engine as a component that imports nothing, without mapping and flows",
    },
    imports: &[],
};

/// The receiver of webhooks.
pub(crate) const WEBHOOK: Alone = Alone {
    about: About {
        name: "brightpearl-webhook",
        description: "The Brightpearl engine as a wasi:http handler that receives webhooks",
    },
    imports: &["wasi:http/types@", "wasi:io/", "wasi:clocks/", "brightpearl:connector/receiving@"],
};

/// The engine and its driver over `wasi:http`.
pub(crate) const HTTP: Composition = Composition {
    about: About {
        name: "brightpearl-http",
        description: "The Brightpearl engine as a component that drives itself over wasi:http",
    },
    imports: &["wasi:http/", "wasi:io/", "wasi:clocks/", "wasi:random/random@"],
};

/// The WIT package; `wasm/wkg.toml` has the same words for who builds it with `wkg`.
const CONTRACT: About = About {
    name: "brightpearl:connector",
    description: "The contract of the Brightpearl engine: requests, answers, paging, pacing and retries as WIT",
};

/// Encodes a module.
pub(crate) fn alone(alone: &Alone, module: &Path, out: &Path) -> Result<String> {
    let component = metadata::with(&alone.about, &encoded(module)?)?;
    write(&component, alone.imports, out)
}

/// Encodes a driver's module, and gives it the engine for what it imports of it.
pub(crate) fn composed(
    composition: &Composition,
    engine: &Path,
    module: &Path,
    out: &Path,
) -> Result<String> {
    let driver = encoded(module)?;
    let engine = fs::read(engine).map_err(|error| format!("{} cannot be read: {error}", engine.display()))?;
    let mut graph = CompositionGraph::new();
    let engine = Package::from_bytes("engine", None, engine, graph.types_mut())?;
    let driver = Package::from_bytes("driver", None, driver, graph.types_mut())?;
    let (engine, driver) = (graph.register_package(engine)?, graph.register_package(driver)?);
    let world = |graph: &CompositionGraph, package: PackageId| {
        let world = &graph.types()[graph[package].ty()];
        let names = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>();
        (names(&mut world.imports.keys()), names(&mut world.exports.keys()))
    };
    let (offered, (wanted, exports)) = (world(&graph, engine).1, world(&graph, driver));
    let (inner, outer) = (graph.instantiate(engine), graph.instantiate(driver));
    for name in wanted.iter().filter(|name| offered.contains(name)) {
        let export = graph.alias_instance_export(inner, name)?;
        graph.set_instantiation_argument(outer, name, export)?;
        // What is exported has its types from there.
        if name.starts_with(TYPES) {
            graph.export(export, name.as_str())?;
        }
    }
    for name in &exports {
        let export = graph.alias_instance_export(outer, name)?;
        graph.export(export, name.as_str())?;
    }
    let composed = graph.encode(EncodeOptions::default()).map_err(|error| format!("{error:?}"))?;
    let component = metadata::with(&composition.about, &composed)?;
    write(&component, composition.imports, out)
}

/// Encodes the WIT package, as registries take it.
pub(crate) fn package(folder: &Path, out: &Path) -> Result<String> {
    let (resolve, package) = metadata::package(folder)?;
    let name = &resolve.packages.get(package).ok_or("the folder has no package")?.name;
    let binary = metadata::with(&CONTRACT, &wit_component::encode(&resolve, package, false)?)?;
    save(&binary, out)?;
    Ok(format!("{}: {} bytes, {name}", out.display(), binary.len()))
}

fn encoded(module: &Path) -> Result<Vec<u8>> {
    let core = fs::read(module).map_err(|error| format!("{} cannot be read: {error}", module.display()))?;
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder.validate(true).module(&core).and_then(|encoder| encoder.encode());
    encoded.map_err(|error| format!("{} cannot be made a component: {error:#}", module.display()).into())
}

fn write(component: &[u8], allowed: &[&str], out: &Path) -> Result<String> {
    let imports = imports_of(component)?;
    let strange: Vec<&str> = imports
        .iter()
        .map(String::as_str)
        .filter(|import| !allowed.iter().any(|beginning| import.starts_with(beginning)))
        .collect();
    if !strange.is_empty() {
        let expected = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
        return Err(format!(
            "{} imports {}; expected {expected}. Something in it reaches for the outside: look for a dependency that uses a clock, randomness or files.",
            out.display(),
            strange.join(", ")
        )
        .into());
    }
    save(component, out)?;
    let told = if imports.is_empty() { "nothing".to_owned() } else { imports.join(", ") };
    Ok(format!("{}: {} bytes, imports {told}", out.display(), component.len()))
}

fn save(binary: &[u8], out: &Path) -> Result<()> {
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(out, binary).map_err(|error| format!("{} cannot be written: {error}", out.display()).into())
}

/// The names of everything that the component imports.
fn imports_of(component: &[u8]) -> Result<Vec<String>> {
    match wit_component::decode(component)? {
        DecodedWasm::Component(resolve, world) => {
            let world = resolve.worlds.get(world).ok_or("the component has no world")?;
            Ok(world.imports.keys().map(|import| resolve.name_world_key(import)).collect())
        }
        DecodedWasm::WitPackage(..) => Err("the encoder made a WIT package; expected a component".into()),
    }
}
