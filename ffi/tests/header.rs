//! `include/brightpearl.h` is what the sources say. `BRIGHTPEARL_WRITE_HEADER=1` writes it anew.

use std::path::Path;
use std::{env, fs};

#[test]
fn the_header_is_up_to_date() {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = crate_directory.join("include/brightpearl.h");
    let expected = generate(crate_directory);
    if env::var_os("BRIGHTPEARL_WRITE_HEADER").is_some() {
        fs::write(&header, &expected).expect("the header can be written");
    }
    let actual = fs::read_to_string(&header).unwrap_or_default();
    let difference = actual.lines().zip(expected.lines()).position(|(actual, expected)| actual != expected);
    assert!(
        actual == expected,
        "include/brightpearl.h differs from the sources at line {}; run ffi/header.sh",
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
    String::from_utf8(header).expect("the header is text")
}
