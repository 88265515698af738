//! The engine of the Brightpearl client: it builds requests, reads answers, pages, paces, retries and
//! keeps authentication state, and does none of the input and output itself.
//!
//! A host drives a [`Call`]: it polls, transmits the [`Request`] that it is given, and answers. Time and
//! randomness come in through parameters, so equal inputs give equal requests, byte for byte, on every
//! host.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod error;
pub mod http;
pub mod id_set;
pub mod table;
pub mod value;

pub use error::{Delivery, Error, Kind, Result, ServerError};
pub use http::{Headers, Method, Request, Response};
pub use id_set::IdSet;
