//! Writes every generated file of the faces anew: `generate-contract`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    match brightpearl_contract::write() {
        Ok(changed) => {
            for path in changed {
                println!("{path}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
