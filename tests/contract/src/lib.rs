//! What the faces have of the engine's tables ([`brightpearl_core::contract`]), made from them: types of C, of the
//! component, of Node and of Python, and tables of the documentation. Also the lists of the engine's own folders.
//!
//! It needs the core only, so it runs while a face does not compile for want of what it writes.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod c;
mod component;
mod documentation;
mod folders;
mod node;
mod python;
mod schemes;
mod text;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A generated file.
#[derive(Debug)]
pub struct File {
    /// Where it lies, from the project's root on.
    pub path: String,
    /// What it should hold.
    pub text: String,
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Everything that is generated, some of it within files that are otherwise written by hand.
///
/// # Errors
/// A file that cannot be read, or that lacks the lines between which something is generated.
pub fn files() -> io::Result<Vec<File>> {
    let mut files = vec![
        whole("ffi/src/status.rs", c::module()),
        whole("wasm/src/kinds.rs", component::module()),
        whole("ffi/node/src/kinds.ts", node::kinds()),
        whole("ffi/node/src/error-classes.ts", node::error_classes()),
        whole("python/brightpearl/kinds.py", python::kinds()),
        whole("wasm/src/credentials.rs", schemes::component::module()),
        whole("ffi/node/src/credentials.ts", schemes::node::module()),
        whole("python/brightpearl/credentials.py", schemes::python::module()),
    ];
    for (path, regions) in [
        ("wit/types.wit", [component::regions(), vec![("credentials", schemes::wit::types())]].concat()),
        ("python/brightpearl/exceptions.py", vec![("error classes", python::error_classes())]),
        ("python/brightpearl/cli/failure.py", vec![("exit codes", python::exit_codes())]),
        ("python/brightpearl/answered.py", vec![("request ids", python::request_ids())]),
    ] {
        let mut text = read(path)?;
        for (name, content) in regions {
            text = text::with_region(&text, name, &content).ok_or_else(|| {
                io::Error::other(format!("{path} has no lines \"generated: {name}\" and \"generated end\""))
            })?;
        }
        files.push(whole(path, text));
    }
    let package = "python/brightpearl/__init__.py";
    let text = python::package(&read(package)?).and_then(|text| schemes::python::package(&text));
    let text = text.ok_or_else(|| {
        io::Error::other(format!("{package} has no list of exceptions or of credentials, or no __all__"))
    })?;
    files.push(whole(package, text));
    for folder in folders::FOLDERS {
        let path = format!("{}/mod.rs", folder.path);
        let text = folder.with_lists(&root(), &read(&path)?)?;
        files.push(File { path, text });
    }
    for path in documentation::paths(&root())? {
        let text = read(&path)?;
        let with_tables = documentation::with_tables(&text);
        files.push(File { path, text: with_tables });
    }
    Ok(files)
}

/// Writes what is not as it should be, and answers where.
///
/// # Errors
/// As [`files`], and a file that cannot be written.
pub fn write() -> io::Result<Vec<String>> {
    let mut changed = Vec::new();
    for File { path, text } in files()? {
        let place = root().join(&path);
        if fs::read_to_string(&place).is_ok_and(|present| present == text) {
            continue;
        }
        fs::write(&place, text)?;
        changed.push(path);
    }
    Ok(changed)
}

fn whole(path: &str, text: String) -> File {
    File { path: path.to_owned(), text }
}

fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(root().join(path)).map_err(|error| io::Error::other(format!("{path}: {error}")))
}
