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
//! §1–§8, §10, §11). Where no source says what Brightpearl does, the choice is marked *inferred* in the
//! documentation of the item that makes it.
//!
//! # Who is let in
//!
//! The default account `demo` knows a credential of every scheme of API notes §2. All of these are invented.
//!
//! | scheme | what to use |
//! |---|---|
//! | private system app | `demo_connector` with account token `ZGVtby1hY2NvdW50LXRva2VuLWZvci10ZXN0cy1vbmx5` |
//! | private staff app | `demo_connector` with staff token `ZGVtby1zdGFmZi10b2tlbi1mb3ItdGVzdHMtb25seS4u` |
//! | public app, signed | developer `demo_developer`, app `demo_public_app`, account token `00000000-0000-4000-8000-0000000000aa`, developer secret `ZGVtby1kZXZlbG9wZXItc2VjcmV0LWZvci10ZXN0cy4=`, developer token `ZGVtby1kZXZlbG9wZXItdG9rZW4tZm9yLXRlc3RzLi4=` |
//! | public staff app | the same developer and app with staff token `ZGVtby1wdWJsaWMtc3RhZmYtdG9rZW4tZm9yLXRlc3Q=` |
//! | `POST /demo/authorise` | `staff@demo.example`, password `demo-password-for-tests-only`; with the app's headers it brings a staff token, without them a session for `brightpearl-auth` |
//! | `POST /demo/authenticate` | `demo-application`, secret `demo-application-secret-for-tests-only`; the token goes into `brightpearl-auth` or behind `Bearer` |
//! | OAuth, confidential | developer `demo_developer`, client `demo_oauth_app`, secret `demo-client-secret-for-tests-only`; begin at `/authorize/demo`, or with refresh token `ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw=` |
//! | OAuth, public | the same with client `demo_oauth_public_app`, no secret, refresh token `ZGVtby1wdWJsaWMtcmVmcmVzaC10b2tlbi1mb3ItdGU=` |
//!
//! Tokens come from `/token/demo`, `/demo/oauth/token` or `/oauth/token`, and live as long as [`OAuth`] says, by the
//! time of the requests. Private apps share one pool of requests; each developer has one besides.
//!
//! # Webhooks
//!
//! What is written is told to those who subscribed to it. The emulator says what to send, and the host sends it:
//!
//! ```
//! use brightpearl_emulator::{Config, Emulator, Receipt};
//!
//! let mut emulator = Emulator::new(Config::default())?;
//! let now = 1_782_864_000_000;
//! for delivery in emulator.deliveries(now) {
//!     println!("{} {}", delivery.request.method, delivery.request.url);
//!     emulator.delivered(delivery.id, Receipt::Answered(200), now);
//! }
//! # Ok::<(), brightpearl_emulator::ConfigError>(())
//! ```
//!
//! # Another day
//!
//! [`Emulator::save`] writes the account down, tokens and waiting webhooks included, and [`Emulator::load`] goes on
//! from there. The server does both with `--state FILE`; `--help` tells of its other options and its administration.
//!
//! # Where no source tells
//!
//! - Refresh tokens rotate unless [`RefreshTokens::Keep`] is chosen, and a refresh before the end repeats the access
//!   token with what is left of its life, as one recording shows, unless [`EarlyRefresh::NewToken`] is chosen.
//! - Logins draw on no pool, as token requests were recorded; 401s of the API do.
//! - A multi-message takes POST, PUT, PATCH and DELETE; any failed message makes the status 207; messages in parallel
//!   may be carried out and listed in any order.
//! - What no source refuses is taken, as far as that is possible, unless the account is [`Config::strict`].
//!   [`refusals`] lists all that is refused, and why.
//! - The number and spacing of repeated deliveries: see [`WebhookPolicy`].
//!
//! # What agrees
//!
//! [`Emulator::audit`] tells in what an account contradicts itself. Orders that are paid have payments, these and
//! invoices have journals, and stock is what has moved since it was counted at the end of the generated history.
//! Shipments and receipts make no entries in the books: the notes name their journals' types, GO and PG, and neither the
//! accounts nor the lines (API notes §8.5.1). So the account says of itself that the cost of sales is not booked.
//!
//! # A request
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
mod audit;
#[cfg(feature = "certificate")]
mod certificate;
mod config;
mod desk;
mod emulator;
mod fault;
mod fault_words;
mod gateway;
mod outcome;
mod protocol;
mod rules;
mod search;
mod service;
mod state;
mod statistics;
mod throttle;
mod world;

pub use access::{
    Application, Approval, Credential, EarlyRefresh, OAuth, OAuthClient, RefreshTokens, StaffLogin,
};
#[cfg(feature = "certificate")]
pub use certificate::{Certificates, make_certificates};
pub use config::{Config, ConfigError, Currency, UtcOffset};
pub use desk::{Desk, DeskSettings, HOSTS, Served, clock_of};
pub use emulator::Emulator;
pub use fault::{BadIds, Fault, FaultPlan, Rated, Scripted};
pub use fault_words::FAULT_WORDS;
pub use outcome::Outcome;
pub use rules::{Inference, RefusalRule, RuleSource, refusals};
pub use state::StateError;
pub use statistics::Statistics;
pub use throttle::{Noise, ThrottleWindow};
pub use world::editions::{Editions, editions};
pub use world::outbox::{Delivery, Receipt};
pub use world::webhook::WebhookPolicy;
