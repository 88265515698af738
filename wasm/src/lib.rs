//! The engine as a WebAssembly component: `brightpearl_core` behind the contract of `wit/`.
//! Everything in here maps one onto the other; there is no logic of its own.

#![deny(unsafe_code)]

mod configuration;
mod credentials;
mod discovery;
mod engine;
mod error;
mod flow;
mod http;
mod kinds;
mod mapping;
mod operation;
mod page;
mod step;
mod telemetry;
mod text;
mod tokens;

mod bindings {
    #![allow(
        missing_docs,
        unreachable_pub,
        unsafe_code,
        clippy::all,
        clippy::undocumented_unsafe_blocks,
        reason = "the code is generated from the WIT"
    )]

    wit_bindgen::generate!({ path: "../wit", world: "connector" });

    use crate::engine::Connector;
    export!(Connector);
}

/// The types of the contract.
use bindings::exports::brightpearl::connector::types as wit;
