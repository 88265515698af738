//! Sessions without an app (API notes §2.1).

use crate::account::AccountAddress;
use crate::http::{Headers, Request};
use crate::secret::Secret;

use crate::auth::declaration::{Credential, TokenSource, scheme};
use crate::auth::login;

scheme! {
    /// The oldest scheme: a session token for a staff member's login, without any app.
    pub struct LegacySession: "legacy-session", told by ["password"] {
        /// The staff member's address.
        email: String => IntoBody,
        /// The staff member's password.
        password: Secret => IntoBody,
    }
}

impl Credential for LegacySession {
    fn token_source(&self) -> TokenSource {
        TokenSource::Login
    }

    fn sign(&self, headers: &mut Headers, token: &str) {
        headers.push_credential("brightpearl-auth", token);
    }

    fn login(&self, address: &AccountAddress, _refresh_token: Option<&Secret>) -> Option<Request> {
        let (who, secret) = (("emailAddress", self.email.as_str()), ("password", &self.password));
        Some(login::post(address, "authorise", Headers::new(), who, secret))
    }
}
