//! Tokens, outwards.

use brightpearl_core::Secret;
use brightpearl_core::auth::Tokens;

use crate::wit;

impl From<Tokens> for wit::Tokens {
    fn from(tokens: Tokens) -> Self {
        let Tokens { token, expires_at, refresh_token, api_domain, installation_instance_id } = tokens;
        let shown = |secret: Secret| secret.expose().to_owned();
        Self {
            token: token.map(shown),
            expires_at,
            refresh_token: refresh_token.map(shown),
            api_domain,
            installation_instance_id,
        }
    }
}
