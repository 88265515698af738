//! What the targets let calls do.

use brightpearl_core::operation::Operation;
use brightpearl_core::{Client, Config};

/// A configuration whose tokens are ready.
pub const CONFIG: &str = r#"{"account":"acme","datacentre":"use1","max_in_flight":2,"seed":7,
    "credentials":{"type":"private-app","app_ref":"acme_sync","account_token":"token-of-acme"}}"#;

/// A mapping of a push that looks up, creates and repeats nothing.
pub const NOTES: &str = r#"{"version":1,"name":"notes","target":"order-service/order/{ORDER-ID}/note",
    "path":{"ORDER-ID":{"from":"order"}},"fields":[{"to":"/text","from":"text"}]}"#;

/// A client.
///
/// # Panics
/// When the configuration is refused, which no target gives.
pub fn client(config: &str) -> Client {
    Config::from_json(config).and_then(Client::new).expect("a configuration of our own")
}

/// An operation.
///
/// # Panics
/// When the text is not an operation; the targets give none such.
pub fn operation(text: &str) -> Operation {
    Operation::from_json(text).expect("an operation of our own")
}
