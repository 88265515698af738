//! Tests that compute for long. Optimised they take a fifth of the time, so that they belong to the Rust host, which is
//! compiled like all that drives the engine: `cargo test --locked --profile host -p brightpearl-host-rust --test
//! optimised_engine`.

mod batch_properties;
mod echoes;
mod mapping_properties;
mod operation_sequences;
mod redaction;
