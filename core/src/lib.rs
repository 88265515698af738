//! The engine of the Brightpearl client: it builds requests, reads answers, pages, paces, retries and
//! keeps authentication state, and does none of the input and output itself.
//!
//! A host drives a [`Call`]: it polls, transmits the [`Request`] that it is given, and answers. Time and
//! randomness come in through parameters, so equal inputs give equal requests, byte for byte, on every
//! host.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod account;
pub mod auth;
pub mod call;
pub mod catalog;
pub mod client;
mod clock;
pub mod discovery;
mod envelope;
pub mod error;
pub mod flow;
pub mod http;
pub mod id_set;
mod jitter;
mod live;
pub mod mapping;
mod origin;
pub mod pool;
mod redact;
pub mod retry;
mod secret;
pub mod table;
pub mod task;
pub mod telemetry;
pub mod validate;
pub mod value;

pub use account::Location;
pub use auth::Credentials;
pub use call::{
    BatchResult, Call, Exchange, Explanation, Output, Refusal, Reply, Resource, Resources, SearchPage, Step,
    TaskResult, TransportFailure, WaitReason, operation,
};
pub use client::{Client, Config};
pub use error::{Delivery, Error, Kind, Result, ServerError, Verification};
pub use http::{Headers, Method, Request, Response};
pub use id_set::IdSet;
pub use origin::is_loopback_host;
pub use pool::{Pool, PoolConfig};
pub use retry::RetryPolicy;
pub use secret::{Secret, SecretText};
pub use table::Page;
pub use telemetry::{Event, Statistics};
pub use validate::Violation;
pub use zeroize::Zeroizing;
