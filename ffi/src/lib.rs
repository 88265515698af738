//! The C face of the Brightpearl client: opaque handles around [`brightpearl_core`].
//!
//! The doc comments in this crate become `include/brightpearl.h`, so they speak to C programmers. Rules
//! that hold for every function stand once, at the head of that header (`cbindgen.toml`). The safety
//! contract of every `unsafe extern` function is its doc comment together with those rules: pointers are
//! NULL or valid for what the comment says, handles come from this library and were not freed.
#![warn(missing_docs)]
#![allow(non_camel_case_types, reason = "types have the names that C sees")]
#![allow(clippy::missing_safety_doc, reason = "the safety contract is the doc comment, see above")]

// The header has its functions in this order, so the groups are in the order in which one reads.
mod abi;

mod status;

mod error;

mod violation;

mod verification;

mod text;

mod discovery;

mod pool;

mod client;

mod settings;

mod operation;

mod batch;

mod call;

mod adjustment;

mod step;

mod page;

mod column;

#[cfg(feature = "arrow")]
mod arrow;

mod resources;

mod reply;

mod data;

mod failure;

mod outcome;

mod pulled;

mod packed;

mod task;

mod mapping;

mod push;

mod journal;

mod pull;

mod state;

mod webhook;

mod webhook_reads;

mod webhook_plan;

mod boundary;
mod journal_file;
mod ownership;
mod private_file;
mod scope;
mod sized;
mod state_file;

pub use abi::*;
pub use adjustment::*;
#[cfg(feature = "arrow")]
pub use arrow::*;
pub use batch::*;
pub use call::*;
pub use client::*;
pub use column::*;
pub use data::*;
pub use discovery::*;
pub use error::*;
pub use failure::*;
pub use journal::*;
pub use mapping::*;
pub use operation::*;
pub use outcome::*;
pub use packed::*;
pub use page::*;
pub use pool::*;
pub use pull::*;
pub use pulled::*;
pub use push::*;
pub use reply::*;
pub use resources::*;
pub use settings::*;
pub use state::*;
pub use status::*;
pub use step::*;
pub use task::*;
pub use text::*;
pub use verification::*;
pub use violation::*;
pub use webhook::*;
pub use webhook_plan::*;
pub use webhook_reads::*;
