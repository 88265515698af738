//! No file of tests is forgotten: each is a program of its own, or a module of one of its crate's programs.

use std::fs;
use std::path::Path;

#[test]
fn every_file_of_tests_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for crate_folder in ["core", "ffi", "tests/emulator", "tests/hosts/rust"] {
        let folder = root.join(crate_folder);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let names = manifest.split("[[test]]\nname = \"").skip(1).filter_map(|rest| rest.split('"').next());
        let programs: Vec<(&str, String)> = names
            .map(|name| {
                let file = folder.join(format!("tests/{name}.rs"));
                (name, fs::read_to_string(file).unwrap_or_default())
            })
            .collect();
        for entry in fs::read_dir(folder.join("tests")).expect("the tests") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
            let is_source = path.is_dir() || path.extension().is_some_and(|kind| kind == "rs");
            let is_module = format!("mod {name};\n");
            let is_run = programs.iter().any(|(program, text)| *program == name || text.contains(&is_module));
            assert!(
                !is_source || is_run,
                "{crate_folder}/tests/{name} is run by no test program; expected `mod {name};` in one of them"
            );
        }
    }
}
