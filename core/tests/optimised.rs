//! Tests that compute for long. Optimised a little they take a fifth of the time: `tests/cargo.sh test --test optimised`.

mod batch_properties;
mod echoes;
mod mapping_properties;
mod operation_sequences;
mod redaction;
