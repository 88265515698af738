//! Staff apps with a token that is known (API notes §2.3).

use crate::http::Headers;
use crate::secret::Secret;

use crate::auth::declaration::{Credential, TokenSource, push_refs, scheme};

scheme! {
    /// A staff app: app reference and the token of the staff member whose rights it has.
    pub struct StaffApp: "staff-app", told by ["staff_token"] {
        /// The app's reference.
        app_ref: String => IntoHeader,
        /// The staff member's token.
        staff_token: Secret => IntoHeader,
        /// The developer's reference, for a public app.
        dev_ref: Option<String> => IntoHeader,
    }
}

impl Credential for StaffApp {
    fn token_source(&self) -> TokenSource {
        TokenSource::Configuration
    }

    fn sign(&self, headers: &mut Headers, _token: &str) {
        push_refs(headers, self.dev_ref.as_deref(), &self.app_ref);
        headers.push_credential("brightpearl-staff-token", self.staff_token.expose());
    }
}
