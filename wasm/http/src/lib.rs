//! Drives the engine over `wasi:http`: the component that the engine is composed with.

#![deny(unsafe_code)]

mod run;
mod transport;

mod bindings {
    #![allow(
        missing_docs,
        unreachable_pub,
        unsafe_code,
        clippy::all,
        clippy::undocumented_unsafe_blocks,
        reason = "the code is generated from the WIT"
    )]

    wit_bindgen::generate!({ path: "../../wit", world: "http-driver", generate_all });

    use crate::run::Driver;
    export!(Driver);
}
