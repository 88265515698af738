//! Whom an emulated account lets in: fixed tokens, staff who log in, applications, OAuth clients (API notes
//! §2). Every secret of the default account is invented and says so.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use brightpearl_core::Headers;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::config::ConfigError;

/// Header lines that the account accepts from the start (API notes §2.2 to §2.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Credential {
    /// A private system app.
    System {
        /// `brightpearl-app-ref`.
        app_ref: String,
        /// `brightpearl-account-token`.
        account_token: String,
    },
    /// A private staff app.
    Staff {
        /// `brightpearl-app-ref`.
        app_ref: String,
        /// `brightpearl-staff-token`.
        staff_token: String,
    },
    /// A public app of the older kind: it signs its account token.
    Public {
        /// `brightpearl-dev-ref`.
        dev_ref: String,
        /// `brightpearl-app-ref`.
        app_ref: String,
        /// The unsigned account token; `brightpearl-account-token` has it signed.
        account_token: String,
        /// What the developer signs with.
        dev_secret: String,
        /// The unsigned developer token, for the developer tools (API notes §2.8).
        #[serde(default)]
        dev_token: Option<String>,
    },
    /// A public staff app.
    PublicStaff {
        /// `brightpearl-dev-ref`.
        dev_ref: String,
        /// `brightpearl-app-ref`.
        app_ref: String,
        /// `brightpearl-staff-token`.
        staff_token: String,
    },
}

impl Credential {
    /// The application reference.
    pub fn app_ref(&self) -> &str {
        match self {
            Credential::System { app_ref, .. }
            | Credential::Staff { app_ref, .. }
            | Credential::Public { app_ref, .. }
            | Credential::PublicStaff { app_ref, .. } => app_ref,
        }
    }

    /// The developer reference; only public apps have one.
    pub fn dev_ref(&self) -> Option<&str> {
        match self {
            Credential::System { .. } | Credential::Staff { .. } => None,
            Credential::Public { dev_ref, .. } | Credential::PublicStaff { dev_ref, .. } => Some(dev_ref),
        }
    }

    /// The name and the value of the header that carries the token.
    pub fn token(&self) -> (&'static str, String) {
        match self {
            Credential::System { account_token, .. } => ("brightpearl-account-token", account_token.clone()),
            Credential::Public { account_token, dev_secret, .. } => {
                ("brightpearl-account-token", signed(account_token, dev_secret))
            }
            Credential::Staff { staff_token, .. } | Credential::PublicStaff { staff_token, .. } => {
                ("brightpearl-staff-token", staff_token.clone())
            }
        }
    }

    /// The header lines that a request needs to be let in.
    pub fn headers(&self) -> Headers {
        let mut headers = Headers::new();
        if let Some(dev_ref) = self.dev_ref() {
            headers.push("brightpearl-dev-ref", dev_ref);
        }
        headers.push("brightpearl-app-ref", self.app_ref());
        let (name, token) = self.token();
        headers.push(name, token);
        headers
    }

    /// Whether a request with these headers is let in by this credential.
    pub(crate) fn admits(&self, headers: &Headers) -> bool {
        let is_of_app = headers.get("brightpearl-app-ref") == Some(self.app_ref());
        let is_of_developer =
            self.dev_ref().is_none_or(|dev_ref| headers.get("brightpearl-dev-ref") == Some(dev_ref));
        if !is_of_app || !is_of_developer {
            return false;
        }
        let given = |name: &str| headers.get(name);
        match self {
            Credential::System { account_token, .. } => {
                given("brightpearl-account-token") == Some(account_token)
            }
            Credential::Public { account_token, dev_secret, .. } => given("brightpearl-account-token")
                .is_some_and(|token| token == signed(account_token, dev_secret)),
            Credential::Staff { staff_token, .. } | Credential::PublicStaff { staff_token, .. } => {
                given("brightpearl-staff-token") == Some(staff_token)
            }
        }
    }
}

/// A token as its developer signs it: base64 of the HMAC-SHA256 under the secret, both taken as the text that
/// they are (API notes §2.4).
pub(crate) fn signed(token: &str, dev_secret: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(dev_secret.as_bytes()) else {
        // HMAC takes keys of any length; this is for the signature of the constructor only.
        return String::new();
    };
    mac.update(token.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Shows the kind and the application, not the token: it may have been copied from a real account.
impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Credential::System { .. } => "System",
            Credential::Staff { .. } => "Staff",
            Credential::Public { .. } => "Public",
            Credential::PublicStaff { .. } => "PublicStaff",
        };
        formatter.debug_struct(kind).field("app_ref", &self.app_ref()).finish_non_exhaustive()
    }
}

/// A member of staff who can log in by `POST /{account}/authorise` (API notes §2.1, §2.3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffLogin {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// Whether this login may use the API; one that may not is refused with GWYB-003.
    #[serde(default = "allowed")]
    pub api_access: bool,
}

fn allowed() -> bool {
    true
}

impl fmt::Debug for StaffLogin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StaffLogin").field("email", &self.email).finish_non_exhaustive()
    }
}

/// An application that fetches its token by `POST /{account}/authenticate`, as integration guides have it
/// (API notes §2.1, unverified there).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// `applicationId`.
    pub application_id: String,
    /// `applicationSecret`.
    pub application_secret: String,
}

impl fmt::Debug for Application {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Application").field("id", &self.application_id).finish_non_exhaustive()
    }
}

/// The OAuth server (API notes §2.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth {
    /// The instance apps.
    pub clients: Vec<OAuthClient>,
    /// How the authorise page approves.
    pub approval: Approval,
    /// Seconds until a code that was not exchanged ends.
    pub code_lifetime_s: u64,
    /// Seconds that an access token lives; a week as recorded.
    pub access_token_lifetime_s: u64,
    /// What a refresh does to the refresh token.
    pub refresh_tokens: RefreshTokens,
    /// What a refresh brings while the access token is still good.
    pub early_refresh: EarlyRefresh,
    /// `api_domain` of token answers. When absent it is the host that the request came to, so that a client
    /// which moves there stays with the emulator; a host of Brightpearl's OAuth servers is never named, but
    /// `ws-use.brightpearl.com`, as in recordings (API notes §1.1).
    pub api_domain: Option<String>,
}

/// An instance app.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthClient {
    /// `client_id`, and `brightpearl-app-ref` on calls.
    pub app_ref: String,
    /// `brightpearl-dev-ref` on calls.
    pub dev_ref: String,
    /// Only confidential clients have one.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// The addresses that the authorise page may send its code to; none means any.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// The id of the app's installation in the account.
    pub installation_instance_id: u32,
    /// A refresh token that is good from the start, for hosts that do not begin at the authorise page.
    #[serde(default)]
    pub refresh_token: Option<String>,
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OAuthClient").field("app_ref", &self.app_ref).finish_non_exhaustive()
    }
}

/// How the authorise page approves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// At once, by a redirect.
    #[default]
    AtOnce,
    /// When someone has pressed a button on a page.
    OnAPage,
}

/// What becomes of a refresh token that was used. The recordings do not tell (API notes §2.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefreshTokens {
    /// It ends, and the answer has a new one: whoever forgets to store it finds out here.
    #[default]
    Rotate,
    /// It stays, and the answer repeats it.
    Keep,
}

/// What a refresh brings before the access token has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EarlyRefresh {
    /// The same access token with what is left of its life, as a recording shows by its `expires_in`.
    #[default]
    SameToken,
    /// A new access token with a whole life.
    NewToken,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            clients: vec![
                OAuthClient {
                    app_ref: "demo_oauth_app".to_owned(),
                    dev_ref: DEMO_DEVELOPER.to_owned(),
                    client_secret: Some("demo-client-secret-for-tests-only".to_owned()),
                    redirect_uris: Vec::new(),
                    installation_instance_id: 13,
                    refresh_token: Some("ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw=".to_owned()),
                },
                OAuthClient {
                    app_ref: "demo_oauth_public_app".to_owned(),
                    dev_ref: DEMO_DEVELOPER.to_owned(),
                    client_secret: None,
                    redirect_uris: Vec::new(),
                    installation_instance_id: 14,
                    refresh_token: Some("ZGVtby1wdWJsaWMtcmVmcmVzaC10b2tlbi1mb3ItdGU=".to_owned()),
                },
            ],
            approval: Approval::default(),
            code_lifetime_s: 600,
            access_token_lifetime_s: 604_800,
            refresh_tokens: RefreshTokens::default(),
            early_refresh: EarlyRefresh::default(),
            api_domain: None,
        }
    }
}

/// The developer of the default account's public apps.
const DEMO_DEVELOPER: &str = "demo_developer";

/// One fixed credential of every kind.
pub(crate) fn demo_credentials() -> Vec<Credential> {
    vec![
        Credential::System {
            app_ref: "demo_connector".to_owned(),
            account_token: "ZGVtby1hY2NvdW50LXRva2VuLWZvci10ZXN0cy1vbmx5".to_owned(),
        },
        Credential::Staff {
            app_ref: "demo_connector".to_owned(),
            staff_token: "ZGVtby1zdGFmZi10b2tlbi1mb3ItdGVzdHMtb25seS4u".to_owned(),
        },
        Credential::Public {
            dev_ref: DEMO_DEVELOPER.to_owned(),
            app_ref: "demo_public_app".to_owned(),
            account_token: "00000000-0000-4000-8000-0000000000aa".to_owned(),
            dev_secret: "ZGVtby1kZXZlbG9wZXItc2VjcmV0LWZvci10ZXN0cy4=".to_owned(),
            dev_token: Some("ZGVtby1kZXZlbG9wZXItdG9rZW4tZm9yLXRlc3RzLi4=".to_owned()),
        },
        Credential::PublicStaff {
            dev_ref: DEMO_DEVELOPER.to_owned(),
            app_ref: "demo_public_app".to_owned(),
            staff_token: "ZGVtby1wdWJsaWMtc3RhZmYtdG9rZW4tZm9yLXRlc3Q=".to_owned(),
        },
    ]
}

/// The one who can log in to the default account.
pub(crate) fn demo_staff() -> Vec<StaffLogin> {
    vec![StaffLogin {
        email: "staff@demo.example".to_owned(),
        password: "demo-password-for-tests-only".to_owned(),
        api_access: true,
    }]
}

/// The application of the default account.
pub(crate) fn demo_applications() -> Vec<Application> {
    vec![Application {
        application_id: "demo-application".to_owned(),
        application_secret: "demo-application-secret-for-tests-only".to_owned(),
    }]
}

impl OAuth {
    pub(crate) fn client(&self, app_ref: &str) -> Option<&OAuthClient> {
        self.clients.iter().find(|client| client.app_ref == app_ref)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let refuse =
            |field: String, found: String, expected: &str| Err(ConfigError::value(field, found, expected));
        for (name, seconds) in [
            ("code_lifetime_s", self.code_lifetime_s),
            ("access_token_lifetime_s", self.access_token_lifetime_s),
        ] {
            if !(1..=315_360_000).contains(&seconds) {
                return refuse(format!("oauth.{name}"), seconds.to_string(), "1 to 315360000");
            }
        }
        for (index, client) in self.clients.iter().enumerate() {
            let field = |name: &str| format!("oauth.clients[{index}].{name}");
            let earlier = &self.clients[..index];
            if client.app_ref.is_empty() || earlier.iter().any(|other| other.app_ref == client.app_ref) {
                let found = format!("`{}`", client.app_ref);
                return refuse(field("app_ref"), found, "a name that no other client has");
            }
            let instance = client.installation_instance_id;
            if instance == 0 || earlier.iter().any(|other| other.installation_instance_id == instance) {
                let expected = "a number above 0 that no other client has";
                return refuse(field("installation_instance_id"), instance.to_string(), expected);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_documentation_does() {
        assert_eq!(
            signed("c72a9373-86f5-4138-a41f-c26cd9abfe4e", "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY="),
            "xOcgfoSsTBnWVAHr46EIWpA5U+/mpflsts/lF7p2jnc="
        );
    }

    #[test]
    fn every_fixed_credential_admits_its_own_headers_and_no_others() {
        let all = demo_credentials();
        for (index, credential) in all.iter().enumerate() {
            for (other, headers) in all.iter().map(Credential::headers).enumerate() {
                assert_eq!(credential.admits(&headers), index == other, "{credential:?} {other}");
            }
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let shown = format!(
            "{:?} {:?} {:?} {:?}",
            demo_credentials(),
            demo_staff(),
            demo_applications(),
            OAuth::default()
        );
        for part in ["ZGVtby1", "for-tests-only", "00000000-"] {
            assert!(!shown.contains(part), "{part} in {shown}");
        }
    }

    #[test]
    fn clients_that_cannot_be_told_apart_are_refused() {
        let mut oauth = OAuth::default();
        oauth.clients[1].installation_instance_id = 13;
        assert!(oauth.check().unwrap_err().to_string().contains("oauth.clients[1].installation_instance_id"));
        oauth.clients[1].app_ref = "demo_oauth_app".to_owned();
        assert!(oauth.check().unwrap_err().to_string().contains("oauth.clients[1].app_ref"));
        let brief = OAuth { code_lifetime_s: 0, ..OAuth::default() };
        assert!(brief.check().unwrap_err().to_string().contains("oauth.code_lifetime_s"));
    }
}
