//! `include/brightpearl.h` is what the sources say. `BRIGHTPEARL_WRITE_HEADER=1` writes it anew.

#[path = "header/manners.rs"]
mod manners;
#[path = "header/nulls.rs"]
mod nulls;

use std::path::Path;
use std::{env, fs};

#[test]
fn the_header_is_up_to_date() {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    require_written(&crate_directory.join("include/brightpearl.h"), &generate(crate_directory));
}

#[test]
fn the_calls_with_null_are_up_to_date() {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let calls = nulls::calls(&manners::functions(&generate(crate_directory)));
    require_written(&crate_directory.join("../tests/hosts/c/nulls.inc"), &calls);
}

fn require_written(file: &Path, expected: &str) {
    if env::var_os("BRIGHTPEARL_WRITE_HEADER").is_some() {
        fs::write(file, expected).expect("the file can be written");
    }
    let actual = fs::read_to_string(file).unwrap_or_default();
    let difference = actual.lines().zip(expected.lines()).position(|(actual, expected)| actual != expected);
    assert!(
        actual == expected,
        "{} differs from the sources at line {}; run ffi/header.sh",
        file.display(),
        difference.unwrap_or_else(|| actual.lines().count().min(expected.lines().count())) + 1
    );
}

fn generate(crate_directory: &Path) -> String {
    let mut config = cbindgen::Config::from_file(crate_directory.join("cbindgen.toml"))
        .expect("cbindgen.toml can be read");
    config.after_includes = config.after_includes.map(|text| {
        text.replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
            .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
            .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH"))
    });
    let bindings = cbindgen::Builder::new()
        .with_crate(crate_directory)
        .with_config(config)
        .generate()
        .expect("the sources can be read");
    let mut header = Vec::new();
    bindings.write(&mut header);
    manners::with_manners(&String::from_utf8(header).expect("the header is text"))
}

#[test]
fn every_function_says_thread_null_and_lifetime() {
    let header = generate(Path::new(env!("CARGO_MANIFEST_DIR")));
    let functions = manners::functions(&header);
    let declared = header
        .lines()
        .filter(|line| line.starts_with(|it: char| it.is_ascii_lowercase()) && line.contains("bp_"));
    let declared =
        declared.filter(|line| line.contains('(') && !line.contains('{') && !line.starts_with("typedef"));
    let declared = declared.filter(|line| !line.starts_with("static")).count();
    assert_eq!(functions.len(), declared, "functions that have a comment, and functions");
    assert!(declared > 150, "only {declared} functions were read");
    for function in functions {
        for word in manners::WORDS {
            let lines = function.comment.iter().filter(|line| line.starts_with(word)).count();
            assert_eq!(lines, 1, "{} has {lines} lines that begin with {word}", function.name);
        }
    }
}
