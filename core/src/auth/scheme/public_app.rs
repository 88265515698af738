//! Public apps of the older kind (API notes §2.4).

use crate::http::Headers;
use crate::secret::Secret;

use crate::auth::declaration::{Credential, TokenSource, push_refs, scheme};
use crate::auth::signature::sign_token;
use crate::auth::tokens::Tokens;

scheme! {
    /// A public app of the older kind: the account token is signed with the developer's secret.
    pub struct PublicApp: "public-app", told by ["account_token", "dev_secret"] {
        /// The developer's reference.
        dev_ref: String => IntoHeader,
        /// The app's reference.
        app_ref: String => IntoHeader,
        /// The unsigned account token, as the install callback brought it.
        account_token: Secret => IntoHeader,
        /// The developer's secret.
        dev_secret: Secret => IntoBody,
    }
}

impl Credential for PublicApp {
    fn token_source(&self) -> TokenSource {
        TokenSource::Configuration
    }

    fn sign(&self, headers: &mut Headers, token: &str) {
        push_refs(headers, Some(&self.dev_ref), &self.app_ref);
        headers.push_credential("brightpearl-account-token", token);
    }

    fn tokens(&self) -> Tokens {
        let signed = sign_token(self.account_token.expose(), &self.dev_secret);
        Tokens { token: Some(Secret::new(signed)), ..Tokens::default() }
    }
}
