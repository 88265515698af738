//! What a client is configured with.

use serde::Deserialize;

use crate::account::Location;
use crate::auth::Credentials;
use crate::catalog::UnknownMembers;
use crate::error::{Error, Result};
use crate::json::json_error;
use crate::operation::{Paging, check_page_size};
use crate::pool::{Lane, PoolConfig};
use crate::retry::RetryPolicy;
use crate::secret::wipe_stack;

/// Everything that a client is configured with. The same JSON in every host: see [`Config::from_json`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The account code.
    pub account: String,
    /// A datacentre code such as `use1`. One of `datacentre` and `base_url` must be given.
    #[serde(default)]
    pub datacentre: Option<String>,
    /// A base URL instead of a datacentre.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Who asks.
    pub credentials: Credentials,
    /// How often and how patiently to try again.
    #[serde(default)]
    pub retry: RetryPolicy,
    /// The request cap, unless a shared [`Pool`](crate::Pool) is given to [`Client::with_pool`](crate::Client::with_pool).
    #[serde(default)]
    pub pool: PoolConfig,
    /// Which part of the budget the client's calls may use.
    #[serde(default)]
    pub lane: Lane,
    /// Exchanges that one call may have out at once: 1, for hosts that transmit one after the other.
    #[serde(default = "defaults::max_in_flight")]
    pub max_in_flight: usize,
    /// Largest body that is read, in bytes: 64 MiB.
    #[serde(default = "defaults::max_body_bytes")]
    pub max_body_bytes: usize,
    /// The paging dialect of searches.
    #[serde(default)]
    pub paging: Paging,
    /// Rows a search page: 500, which is the most.
    #[serde(default = "defaults::page_size")]
    pub page_size: u32,
    /// Refuses whatever would write, before anything is sent: requests with POST, PUT, PATCH or DELETE, batches, tasks
    /// that write, and pushes other than dry runs. Logins do not count as writes.
    #[serde(default)]
    pub read_only: bool,
    /// What to make of members of a body that the catalog does not know.
    #[serde(default)]
    pub unknown_members: UnknownMembers,
    /// Seed of the back-off's randomness. Equal seeds and inputs give equal traces.
    #[serde(default)]
    pub seed: u64,
}

mod defaults {
    pub(super) fn max_in_flight() -> usize {
        1
    }
    pub(super) fn max_body_bytes() -> usize {
        64 << 20
    }
    pub(super) fn page_size() -> u32 {
        crate::operation::MAX_PAGE_SIZE
    }
}

impl Credentials {
    /// Reads what a configuration has at `credentials`, such as
    /// `{"type":"private-app","app_ref":"acme_sync","account_token":"…"}`, for
    /// [`Client::renew_credentials`](crate::Client::renew_credentials).
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) with the line and column of what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        let credentials = serde_json::from_str(text).map_err(|error| json_error("credentials", &error));
        wipe_stack();
        credentials
    }
}

impl Config {
    /// A configuration with the defaults for everything but the account, its place and the credentials.
    pub fn new(account: impl Into<String>, location: Location, credentials: Credentials) -> Self {
        let (datacentre, base_url) = match location {
            Location::Datacentre(code) => (Some(code), None),
            Location::BaseUrl(url) => (None, Some(url)),
        };
        Self {
            account: account.into(),
            datacentre,
            base_url,
            credentials,
            retry: RetryPolicy::default(),
            pool: PoolConfig::default(),
            lane: Lane::default(),
            max_in_flight: defaults::max_in_flight(),
            max_body_bytes: defaults::max_body_bytes(),
            paging: Paging::default(),
            page_size: defaults::page_size(),
            read_only: false,
            unknown_members: UnknownMembers::default(),
            seed: 0,
        }
    }

    /// Reads a configuration, such as
    /// `{"account":"acme","datacentre":"use1","credentials":{"type":"private-app","app_ref":"acme_sync","account_token":"…"}}`.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) with the line and column of what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        let config = serde_json::from_str(text).map_err(|error| json_error("config", &error));
        wipe_stack();
        config
    }

    pub(crate) fn location(&self) -> Result<Location> {
        match (&self.datacentre, &self.base_url) {
            (Some(code), None) => Ok(Location::Datacentre(code.clone())),
            (None, Some(url)) => Ok(Location::BaseUrl(url.clone())),
            (None, None) => Err(Error::validation(
                "datacentre",
                "neither `datacentre` nor `base_url` is given; expected one of them",
            )),
            (Some(_), Some(_)) => Err(Error::validation(
                "base_url",
                "both `datacentre` and `base_url` are given; expected one of them",
            )),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.credentials.check()?;
        self.retry.check()?;
        check_page_size(self.page_size)?;
        if self.max_in_flight == 0 {
            return Err(Error::validation("max_in_flight", "0 would never send; expected at least 1"));
        }
        if self.max_body_bytes == 0 {
            return Err(Error::validation(
                "max_body_bytes",
                "0 would read no answer; expected a number of bytes",
            ));
        }
        Ok(())
    }
}
