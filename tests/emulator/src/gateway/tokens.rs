//! Tokens that were given out: sessions, codes, access tokens and refresh tokens.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::world::random::{Draw, Topic};

/// Everything that was given out since the emulator was made. Nothing that has ended is forgotten, because
/// the answer to an ended token differs from that to an unknown one.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tokens {
    issued: u64,
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) access: BTreeMap<String, AccessToken>,
    /// Refresh tokens, each with the client that has it.
    pub(super) refresh: BTreeMap<String, String>,
}

/// What a login brought (API notes §2.1, §2.3).
#[derive(Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) kind: SessionKind,
    /// When it ends, in milliseconds since the Unix epoch.
    pub(super) ends_ms: Option<u64>,
}

/// How a session's token is sent.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SessionKind {
    /// As `brightpearl-auth`.
    Legacy,
    /// As `brightpearl-staff-token`, by the app that fetched it.
    Staff { app_ref: String, dev_ref: Option<String> },
    /// As `brightpearl-auth` or as a bearer token.
    Application,
}

/// A code on its way from the authorise page to the token endpoint.
#[derive(Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) ends_ms: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct AccessToken {
    pub(super) client: String,
    pub(super) ends_ms: u64,
}

impl Tokens {
    /// The tokens of a new account: those that its clients have from the start.
    pub(crate) fn new(config: &Config) -> Self {
        let had = config.oauth.clients.iter().filter_map(|client| {
            client.refresh_token.as_ref().map(|token| (token.clone(), client.app_ref.clone()))
        });
        Self { refresh: had.collect(), ..Self::default() }
    }

    /// A token of 44 characters, as account and access tokens are.
    pub(super) fn long(&mut self, seed: u64) -> String {
        let mut bytes = [0; 32];
        let (first, second) = bytes.split_at_mut(16);
        for half in [first, second] {
            half.copy_from_slice(&self.draw(seed));
        }
        STANDARD.encode(bytes)
    }

    /// A UUID, as sessions and codes are.
    pub(super) fn unique(&mut self, seed: u64) -> String {
        uuid::Builder::from_random_bytes(self.draw(seed)).into_uuid().to_string()
    }

    fn draw(&mut self, seed: u64) -> [u8; 16] {
        self.issued += 1;
        Draw::new(seed, Topic::Token, self.issued).bytes()
    }
}
