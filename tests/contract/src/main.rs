//! Writes every generated file of the faces anew: `generate-contract`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    match brightpearl_contract::write() {
        Ok(changed) => {
            for path in &changed {
                println!("{path}");
            }
            if changed.iter().any(|path| path.starts_with("core/")) {
                eprintln!(
                    "the engine has something new; run make generate once more, for what is made of it"
                );
                return ExitCode::FAILURE;
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
