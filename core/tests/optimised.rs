//! Tests that compute for long. Optimised they take a fifth of the time, so that `make test` compiles this program as
//! it does what drives the engine: `cargo test --locked --profile host -p brightpearl-core --test optimised`.

mod batch_properties;
mod echoes;
mod mapping_properties;
mod operation_sequences;
mod redaction;
