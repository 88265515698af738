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
pub mod audit;
pub mod auth;
pub mod call;
pub mod catalog;
mod checked;
mod checkpoint;
mod classify;
pub mod client;
mod clock;
mod config;
pub mod contract;
pub mod discovery;
mod envelope;
pub mod error;
mod excerpt;
pub mod flow;
mod guard;
mod header;
pub mod health;
pub mod http;
pub mod id_set;
mod jitter;
mod job;
mod jobs;
mod json;
mod link;
mod live;
pub mod mapping;
pub mod metrics;
mod multi_messages;
pub mod named;
pub mod operation;
mod origin;
mod output;
pub mod pool;
mod question;
mod redact;
pub mod retry;
mod secret;
mod shared;
mod start;
pub mod table;
pub mod task;
pub mod telemetry;
pub mod validate;
pub mod value;
pub mod webhook;

pub use account::Location;
pub use auth::Credentials;
pub use call::{Call, CallAdjustment, Exchange, Explanation, Step, StepKind, TransportFailure, WaitReason};
pub use client::Client;
pub use config::Config;
pub use error::{Delivery, Error, Kind, Result, ServerError, Verification, Violation};
pub use http::{Headers, Method, Request, Response};
pub use id_set::IdSet;
pub use origin::is_loopback_host;
pub use output::{
    BatchResult, Data, Item, Output, OutputKind, Refusal, Reply, ResourceSpan, Resources, SearchPage,
    ShapedOutput, TaskResult,
};
pub use pool::{Demand, Lease, Pool, PoolConfig};
pub use question::{ask, ask_about_the_api};
pub use retry::RetryPolicy;
pub use secret::{Secret, SecretText};
pub use table::Page;
pub use telemetry::{Event, EventKind, Statistics};
pub use zeroize::Zeroizing;

/// Its example, which is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
