//! A stateful Brightpearl for tests, demonstrations and work without an account.
//!
//! [`Emulator::respond`] is a function of the state, a request and a time: it opens no socket, reads no
//! clock and draws no randomness but from the seed in its [`Config`]. Equal configurations and equal
//! requests at equal times give equal bytes, on every machine. The binary `brightpearl-emulator` (feature
//! `server`) puts it on a port; any other host can do the same by acting out the [`Outcome`]s.
//!
//! Records are not stored but derived: an order, contact or product is computed from its id and the seed
//! whenever it is asked for, and only what a write changed is kept. So a million orders cost a few megabytes.
//!
//! The behaviour follows what recordings and the official reference show of the real API (API notes
//! §1–§5, §8, §10, §11). Where no source says what Brightpearl does, the choice is marked *inferred* in the
//! documentation of the item that makes it.
//!
//! ```
//! use brightpearl_core::{Headers, Method, Request};
//! use brightpearl_emulator::{Config, Emulator};
//!
//! let config = Config { orders: 50, ..Config::default() };
//! let headers = config.credentials[0].headers();
//! let mut emulator = Emulator::new(config)?;
//! let url = "http://127.0.0.1/public-api/demo/order-service/order-search?pageSize=3".to_owned();
//! let request = Request { method: Method::Get, url, headers, body: Vec::new() };
//! let response = emulator.answer(&request, 1_782_864_000_000);
//! assert_eq!(response.status, 200);
//! # Ok::<(), brightpearl_emulator::ConfigError>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod access;
mod config;
mod emulator;
mod fault;
mod gateway;
mod outcome;
mod protocol;
mod search;
mod service;
mod state;
mod statistics;
mod throttle;
mod world;

pub use access::{
    Application, Approval, Credential, EarlyRefresh, OAuth, OAuthClient, RefreshTokens, StaffLogin,
};
pub use config::{Config, ConfigError, Currency, UtcOffset};
pub use emulator::Emulator;
pub use fault::{BadIds, Fault, FaultPlan, Rated, Scripted};
pub use outcome::Outcome;
pub use state::StateError;
pub use statistics::Statistics;
pub use throttle::{Noise, ThrottleWindow};
pub use world::outbox::{Delivery, Receipt};
pub use world::webhook::WebhookPolicy;
