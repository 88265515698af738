//! The `authenticate` exchange (API notes §2.1, unverified there; sent as the guides have it).

use crate::account::AccountAddress;
use crate::error::{Error, Result};
use crate::header::can_carry_token;
use crate::http::{Headers, Request};
use crate::secret::Secret;

use crate::auth::declaration::{Credential, TokenSource, bearer, scheme};
use crate::auth::login;

scheme! {
    /// The exchange that integration guides describe: an application's id and secret for a token.
    pub struct ApplicationLogin: "application-login", told by ["application_secret"] {
        /// The application's id.
        application_id: String => IntoBody,
        /// The application's secret.
        application_secret: Secret => IntoBody,
        /// The header that carries the token; `brightpearl-auth` when absent. For `authorization` the token follows
        /// `Bearer`.
        token_header: Option<String> => IntoHeader,
    }
}

impl ApplicationLogin {
    fn header(&self) -> &str {
        self.token_header.as_deref().unwrap_or("brightpearl-auth")
    }
}

impl Credential for ApplicationLogin {
    fn token_source(&self) -> TokenSource {
        TokenSource::Login
    }

    fn sign(&self, headers: &mut Headers, token: &str) {
        let is_bearer = self.header().eq_ignore_ascii_case("authorization");
        let value = if is_bearer { bearer(token) } else { token.to_owned() };
        headers.push_credential(self.header().to_owned(), value);
    }

    fn check(&self) -> Result<()> {
        let name = self.header();
        if can_carry_token(name) {
            return Ok(());
        }
        Err(Error::validation(
            "credentials.token_header",
            format!(
                "{name:?} cannot carry a token; expected the name of a header that says nothing else, such as \
                 `authorization`"
            ),
        ))
    }

    fn token_header(&self) -> Option<&str> {
        Some(self.header())
    }

    fn login(&self, address: &AccountAddress, _refresh_token: Option<&Secret>) -> Option<Request> {
        let who = ("applicationId", self.application_id.as_str());
        let secret = ("applicationSecret", &self.application_secret);
        Some(login::post(address, "authenticate", Headers::new(), who, secret))
    }
}
