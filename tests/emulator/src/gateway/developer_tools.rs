//! The developer tools, of which the reference says that they are deprecated (API notes §2.8).

use brightpearl_core::Headers;
use serde::Serialize;

use super::api_host;
use super::caller::not_authenticated;
use crate::access::{Credential, signed};
use crate::config::{Config, UtcOffset};
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::moment::Moment;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountLocation {
    datacentre_code: &'static str,
    api_domain: String,
    urls: Urls,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Urls {
    login: String,
    authorize_server: String,
    authorize_instance: String,
}

/// Where an account lives: here. The authorise addresses are those that the emulator answers to.
pub(super) fn account_location(config: &Config, account: &str, origin: &str, host: &str) -> Answer {
    if account != config.account {
        return Err(Refusal::not_found(&format!("Cannot find account: {account}")));
    }
    let authorize = format!("{origin}/authorize/{account}");
    response(AccountLocation {
        datacentre_code: "euw1",
        api_domain: config.oauth.api_domain.clone().unwrap_or_else(|| api_host(host).to_owned()),
        urls: Urls {
            login: format!("{origin}/{account}.login"),
            authorize_server: authorize.clone(),
            authorize_instance: authorize,
        },
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Installation<'a> {
    installed_on: Moment,
    account_code: &'a str,
    unsigned_account_token: &'a str,
    enabled: bool,
}

/// Who has installed a public app, for its developer, who signs the developer token.
pub(super) fn installed_accounts(config: &Config, headers: &Headers, dev_ref: &str, app_ref: &str) -> Answer {
    let apps: Vec<_> = config
        .credentials
        .iter()
        .filter_map(|credential| match credential {
            Credential::Public { dev_ref: own, app_ref: app, account_token, dev_secret, dev_token } => {
                let is_asked_for = own == dev_ref && app == app_ref;
                is_asked_for.then_some((account_token, dev_secret, dev_token.as_deref()?))
            }
            Credential::System { .. } | Credential::Staff { .. } | Credential::PublicStaff { .. } => None,
        })
        .collect();
    let is_named = headers.get("brightpearl-dev-ref") == Some(dev_ref)
        && headers.get("brightpearl-app-ref") == Some(app_ref);
    let token = headers.get("brightpearl-dev-token").filter(|_| is_named);
    let admitted = apps
        .iter()
        .find(|(_, secret, unsigned)| token.is_some_and(|token| token == signed(unsigned, secret)));
    let Some((account_token, _, _)) = admitted else { return Err(not_authenticated()) };
    response([Installation {
        installed_on: Moment { ms: config.epoch_ms, offset: UtcOffset { minutes: 0 } },
        account_code: &config.account,
        unsigned_account_token: account_token,
        enabled: true,
    }])
}
