//! Staff apps that log in for their token (API notes §2.3).

use crate::account::AccountAddress;
use crate::http::{Headers, Request};
use crate::secret::Secret;

use crate::auth::declaration::{Credential, TokenSource, push_refs, scheme};
use crate::auth::login;

scheme! {
    /// A staff app whose staff token is fetched with a staff member's login.
    pub struct StaffLogin: "staff-login", told by ["password", "app_ref"] {
        /// The app's reference.
        app_ref: String => IntoHeader,
        /// The developer's reference, for a public app.
        dev_ref: Option<String> => IntoHeader,
        /// The staff member's address.
        email: String => IntoBody,
        /// The staff member's password.
        password: Secret => IntoBody,
    }
}

impl Credential for StaffLogin {
    fn token_source(&self) -> TokenSource {
        TokenSource::Login
    }

    fn sign(&self, headers: &mut Headers, token: &str) {
        push_refs(headers, self.dev_ref.as_deref(), &self.app_ref);
        headers.push_credential("brightpearl-staff-token", token);
    }

    fn login(&self, address: &AccountAddress, _refresh_token: Option<&Secret>) -> Option<Request> {
        let mut headers = Headers::new();
        push_refs(&mut headers, self.dev_ref.as_deref(), &self.app_ref);
        let (who, secret) = (("emailAddress", self.email.as_str()), ("password", &self.password));
        Some(login::post(address, "authorise", headers, who, secret))
    }
}
