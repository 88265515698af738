//! The component in wasmtime: everything that a Rust host needs around the bindings. That it says the same as the
//! engine itself is proved by the Python host beside this one.

pub mod component;
pub mod drive;
pub mod page;
pub mod synthetic;

/// What `bindgen!` makes of the WIT.
pub mod bindings {
    #![allow(
        missing_docs,
        clippy::undocumented_unsafe_blocks,
        reason = "the code is generated; the WIT has the documentation"
    )]

    wasmtime::component::bindgen!({ path: "wit", world: "connector" });
}

/// The types of the contract.
pub use bindings::exports::brightpearl::connector::types;

/// The example of the component's page, which is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../../wasm/README.md")]
struct Readme;
