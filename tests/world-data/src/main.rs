//! Writes the files, or says with `--check` which are old.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let only_checks = std::env::args().any(|argument| argument == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut old = 0;
    for file in brightpearl_world_data::files() {
        let path = root.join(file.path);
        if std::fs::read_to_string(&path).is_ok_and(|there| there == file.text) {
            continue;
        }
        old += 1;
        if only_checks {
            println!("{} is old", file.path);
        } else if let Err(error) = std::fs::write(&path, &file.text) {
            eprintln!("{} was not written: {error}", file.path);
            return ExitCode::FAILURE;
        } else {
            println!("{} was written", file.path);
        }
    }
    if only_checks && old > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
