//! Tests that compute for long. Optimised they take a fifth of the time, so that `make test` compiles this program as
//! it does what drives the engine: `cargo test --locked --profile host -p brightpearl-emulator --test optimised`.

mod audit;
// The suite uses the rest of it.
#[allow(dead_code)]
mod harness;
mod limits;
mod properties;
#[allow(dead_code)]
mod stock_balance;
mod write_properties;
