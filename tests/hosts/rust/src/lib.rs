//! The Rust host's side of the golden vectors: reads them, plays them, and writes down what the engine said
//! in the form of `tests/vectors/README.md`.

pub mod encode;
pub mod play;
pub mod vector;
