//! No file of tests is forgotten: each is listed by its crate's one program of tests, or is a program of its own.

use std::fs;
use std::path::Path;

#[test]
fn every_file_of_tests_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for crate_folder in ["core", "ffi", "tests/emulator", "tests/hosts/rust"] {
        let read = |file: &str| fs::read_to_string(root.join(crate_folder).join(file)).expect(file);
        let (suite, manifest) = (read("tests/suite.rs"), read("Cargo.toml"));
        // The Rust host has programs of other crates' tests.
        let host = fs::read_to_string(root.join("tests/hosts/rust/Cargo.toml")).expect("a manifest");
        let folder_name = crate_folder.rsplit('/').next().unwrap_or_default();
        let is_of_host = |name: &str| host.contains(&format!("/{folder_name}/tests/{name}.rs\"\n"));
        let optimised = if is_of_host("optimised") { read("tests/optimised.rs") } else { String::new() };
        for entry in fs::read_dir(root.join(crate_folder).join("tests")).expect("the tests") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
            let is_source = path.is_dir() || path.extension().is_some_and(|kind| kind == "rs");
            let is_listed =
                [&suite, &optimised].into_iter().any(|program| program.contains(&format!("mod {name};\n")))
                    || manifest.contains(&format!("[[test]]\nname = \"{name}\"\n"))
                    || is_of_host(name);
            assert!(
                !is_source || is_listed,
                "{crate_folder}/tests/{name} is run by no test program; expected `mod {name};` in {crate_folder}/tests/suite.rs"
            );
        }
    }
}
