//! The engine as a WebAssembly component: `brightpearl_core` behind the contract of `wit/`.
//! Everything in here maps one onto the other; there is no logic of its own.

#![deny(unsafe_code)]

mod configuration;
mod credentials;
mod discovery;
mod engine;
mod error;
#[cfg(feature = "flows")]
mod flow;
mod http;
mod kinds;
#[cfg(feature = "flows")]
mod mapping;
mod operation;
mod page;
mod step;
mod telemetry;
mod text;
mod tokens;
#[cfg(feature = "flows")]
mod webhooks;

mod bindings {
    #![allow(
        missing_docs,
        unreachable_pub,
        unsafe_code,
        clippy::all,
        clippy::undocumented_unsafe_blocks,
        reason = "the code is generated from the WIT"
    )]

    #[cfg(feature = "flows")]
    wit_bindgen::generate!({ path: "../wit", world: "connector" });
    #[cfg(not(feature = "flows"))]
    wit_bindgen::generate!({ path: "../wit", world: "engine-only" });

    use crate::engine::Connector;
    export!(Connector);
}

/// The types of the contract.
use bindings::exports::brightpearl::connector::types as wit;
