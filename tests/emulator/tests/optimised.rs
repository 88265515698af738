//! Tests that compute for long. Optimised a little they take a fifth of the time: `tests/cargo.sh test --test optimised`.

mod audit;
// The suite uses the rest of it.
#[allow(dead_code)]
mod harness;
mod limits;
mod properties;
#[allow(dead_code)]
mod stock_balance;
mod write_properties;
