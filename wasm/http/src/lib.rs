//! Drives the engine over `wasi:http`: the component that the engine is composed with.

#![deny(unsafe_code)]
#![expect(clippy::result_large_err, reason = "the error is the contract's, and crosses as it is")]

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
