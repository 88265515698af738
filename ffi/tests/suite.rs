//! The tests of the C functions as one program. A file of tests is listed here, unless it needs a process of its own
//! (see `Cargo.toml`).

#![allow(unused_must_use, reason = "many look at the error alone")]

mod adjusted;
mod batch;
mod discovery;
mod flows;
mod hands;
mod journal;
mod lifetimes;
mod mapping;
mod misuse;
mod names;
mod renewal;
mod state;
mod webhook;
