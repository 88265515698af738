//! Answers webhooks as a `wasi:http` handler: the component that the engine is composed with.

#![deny(unsafe_code)]

mod receiver;

mod bindings {
    #![allow(
        missing_docs,
        unreachable_pub,
        unsafe_code,
        clippy::all,
        clippy::undocumented_unsafe_blocks,
        reason = "the code is generated from the WIT"
    )]

    wit_bindgen::generate!({ path: "../../wit", world: "webhook-driver", generate_all });

    use crate::receiver::Handler;
    wasip2::http::proxy::export!(Handler);
}
