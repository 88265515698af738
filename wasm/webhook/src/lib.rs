//! Answers webhooks as a `wasi:http` handler: what the engine knows of them, and nothing else of it.

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

    wit_bindgen::generate!({ path: "../../wit", world: "webhook-receiver", generate_all });

    use crate::receiver::Handler;
    wasip2::http::proxy::export!(Handler);
}
