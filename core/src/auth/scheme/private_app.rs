//! Private system apps (API notes §2.2).

use crate::http::Headers;
use crate::secret::Secret;

use crate::auth::declaration::{Credential, TokenSource, push_refs, scheme};

scheme! {
    /// A private system app: app reference and account token.
    pub struct PrivateApp: "private-app", told by ["account_token"] {
        /// The app's reference, conventionally `{account}_{name}`.
        app_ref: String => IntoHeader,
        /// The token that Brightpearl shows for the app.
        account_token: Secret => IntoHeader,
    }
}

impl Credential for PrivateApp {
    fn token_source(&self) -> TokenSource {
        TokenSource::Configuration
    }

    fn sign(&self, headers: &mut Headers, _token: &str) {
        push_refs(headers, None, &self.app_ref);
        headers.push_credential("brightpearl-account-token", self.account_token.expose());
    }
}
