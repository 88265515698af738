//! The tests of the Rust host as one program. A file or folder of tests is listed here.

mod batches;
mod bodies;
mod contract;
mod once;
mod pull;
mod push;
mod questions;
mod recordings;
mod tasks;
mod vectors;
mod webhooks;
