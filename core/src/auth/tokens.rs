//! What logins bring, for the host to store.

use std::fmt::Write;

use zeroize::Zeroizing;

use crate::secret::{Secret, SecretText};

/// The tokens of a client, for the host to store, so that a later run needs no new approval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The token that is sent.
    pub token: Option<Secret>,
    /// When it ends, in milliseconds since the Unix epoch, when that is known.
    pub expires_at: Option<u64>,
    /// The newest refresh token: it may change with each renewal.
    pub refresh_token: Option<Secret>,
    /// The API's host, as the token's answer named it.
    pub api_domain: Option<String>,
    /// The id of the app's installation, which orders may carry as `installedIntegrationInstanceId`.
    pub installation_instance_id: Option<String>,
}

impl Tokens {
    /// The tokens as JSON text, for hosts that store them so. It holds what is secret: hand it to the store
    /// and nothing else. The text is overwritten in memory when it is dropped; copies of it are the host's to wipe.
    pub fn expose_json(&self) -> Zeroizing<String> {
        let mut json = SecretText::default();
        let text = |json: &mut SecretText, name: &str, value: Option<&str>| {
            json.push_str(name);
            match value {
                Some(value) => json.push_json(value),
                None => json.push_str("null"),
            }
        };
        text(&mut json, "{\"token\":", self.token.as_ref().map(Secret::expose));
        json.push_str(",\"expires_at\":");
        match self.expires_at {
            // Writing to memory does not fail.
            Some(at) => drop(write!(json, "{at}")),
            None => json.push_str("null"),
        }
        text(&mut json, ",\"refresh_token\":", self.refresh_token.as_ref().map(Secret::expose));
        text(&mut json, ",\"api_domain\":", self.api_domain.as_deref());
        text(&mut json, ",\"installation_instance_id\":", self.installation_instance_id.as_deref());
        json.push_str("}");
        json.finish()
    }
}
