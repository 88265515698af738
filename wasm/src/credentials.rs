//! Credentials, inwards; tokens, outwards.

use brightpearl_core as core;
use core::auth::{Grant, Tokens};
use core::{Credentials, Secret};

use crate::wit;

impl From<wit::Credentials> for Credentials {
    fn from(credentials: wit::Credentials) -> Self {
        match credentials {
            wit::Credentials::PrivateApp(wit::PrivateApp { app_ref, account_token }) => {
                Self::PrivateApp { app_ref, account_token: Secret::new(account_token) }
            }
            wit::Credentials::StaffApp(wit::StaffApp { app_ref, staff_token, dev_ref }) => {
                Self::StaffApp { app_ref, staff_token: Secret::new(staff_token), dev_ref }
            }
            wit::Credentials::StaffLogin(wit::StaffLogin { app_ref, dev_ref, email, password }) => {
                Self::StaffLogin { app_ref, dev_ref, email, password: Secret::new(password) }
            }
            wit::Credentials::LegacySession(wit::LegacySession { email, password }) => {
                Self::LegacySession { email, password: Secret::new(password) }
            }
            wit::Credentials::ApplicationLogin(login) => login.into(),
            wit::Credentials::PublicApp(wit::PublicApp { dev_ref, app_ref, account_token, dev_secret }) => {
                Self::PublicApp {
                    dev_ref,
                    app_ref,
                    account_token: Secret::new(account_token),
                    dev_secret: Secret::new(dev_secret),
                }
            }
            wit::Credentials::Oauth(wit::Oauth { app_ref, dev_ref, client_secret, token_url, grant }) => {
                Self::OAuth {
                    app_ref,
                    dev_ref,
                    client_secret: client_secret.map(Secret::new),
                    token_url,
                    grant: grant.into(),
                }
            }
        }
    }
}

impl From<wit::ApplicationLogin> for Credentials {
    fn from(login: wit::ApplicationLogin) -> Self {
        let wit::ApplicationLogin { application_id, application_secret, token_header } = login;
        Self::ApplicationLogin {
            application_id,
            application_secret: Secret::new(application_secret),
            token_header: token_header.unwrap_or_else(Self::default_token_header),
        }
    }
}

impl From<wit::Grant> for Grant {
    fn from(grant: wit::Grant) -> Self {
        match grant {
            wit::Grant::AuthorizationCode(wit::AuthorizationCode { code, redirect_uri }) => {
                Self::AuthorizationCode { code: Secret::new(code), redirect_uri }
            }
            wit::Grant::Tokens(wit::StoredTokens { access_token, expires_at, refresh_token, api_domain }) => {
                Self::Tokens {
                    access_token: access_token.map(Secret::new),
                    expires_at,
                    refresh_token: refresh_token.map(Secret::new),
                    api_domain,
                }
            }
        }
    }
}

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
