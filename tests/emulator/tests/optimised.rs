//! Tests that compute for long. Optimised they take a fifth of the time, so that they belong to the Rust host, which is
//! compiled like all that drives the engine: `cargo test --locked --profile host -p brightpearl-host-rust --test
//! optimised_emulator`.

mod audit;
// The suite uses the rest of it.
#[allow(dead_code)]
mod harness;
mod limits;
mod properties;
#[allow(dead_code)]
mod stock_balance;
mod write_properties;
