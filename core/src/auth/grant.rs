//! What an app of OAuth 2.0 begins with.

use crate::secret::Secret;

use super::declaration::forms;

forms! {
    /// What an OAuth client starts from.
    pub enum Grant, at "credentials.grant" {
        /// The code of a redirect that just came, to be exchanged for tokens.
        AuthorizationCode: "authorization_code", record "authorization-code" {
            /// The `code` parameter of the redirect.
            code: Secret => IntoBody,
            /// The redirect address, exactly as it was given to the authorise page.
            redirect_uri: String => IntoBody,
        }
        /// Tokens that an earlier run stored: an access token, a refresh token or both.
        Tokens: "tokens", record "stored-tokens" {
            /// The access token, if it is still good.
            access_token: Option<Secret> => IntoHeader,
            /// When the access token ends, in milliseconds since the Unix epoch.
            expires_at: Option<u64> => Elsewhere,
            /// The refresh token.
            refresh_token: Option<Secret> => IntoBody,
            /// The API's host, as the token's answer named it; it wins over the configuration. Brightpearl's own, or
            /// that of `base_url` or `token_url`.
            api_domain: Option<String> => Elsewhere,
        }
    }
}
