//! The configuration, inwards.

use brightpearl_core as core;
use core::operation::Paging;
use core::pool::{Lane, Pacing};
use core::validate::UnknownMembers;
use core::{Config, Location, PoolConfig, RetryPolicy};

use crate::wit;

impl From<wit::Config> for Config {
    fn from(config: wit::Config) -> Self {
        let wit::Config {
            account,
            location,
            credentials,
            retry,
            pool,
            lane,
            max_in_flight,
            max_body_bytes,
            paging,
            page_size,
            read_only,
            unknown_members,
            seed,
        } = config;
        let default = Self::new(account, location.into(), credentials.into());
        Self {
            retry: retry.map_or(default.retry, RetryPolicy::from),
            pool: pool.map_or(default.pool, PoolConfig::from),
            lane: lane.map_or(default.lane, Lane::from),
            max_in_flight: max_in_flight.map_or(default.max_in_flight, |limit| limit as usize),
            max_body_bytes: max_body_bytes.map_or(default.max_body_bytes, |limit| limit as usize),
            paging: paging.map_or(default.paging, Paging::from),
            page_size: page_size.unwrap_or(default.page_size),
            read_only: read_only.unwrap_or(default.read_only),
            unknown_members: unknown_members.map_or(default.unknown_members, UnknownMembers::from),
            seed: seed.unwrap_or(default.seed),
            account: default.account,
            datacentre: default.datacentre,
            base_url: default.base_url,
            credentials: default.credentials,
        }
    }
}

impl From<wit::UnknownMembers> for UnknownMembers {
    fn from(policy: wit::UnknownMembers) -> Self {
        match policy {
            wit::UnknownMembers::Warn => Self::Warn,
            wit::UnknownMembers::Refuse => Self::Refuse,
            wit::UnknownMembers::Allow => Self::Allow,
        }
    }
}

impl From<wit::Location> for Location {
    fn from(location: wit::Location) -> Self {
        match location {
            wit::Location::Datacentre(code) => Self::Datacentre(code),
            wit::Location::BaseUrl(url) => Self::BaseUrl(url),
        }
    }
}

impl From<wit::RetryPolicy> for RetryPolicy {
    fn from(policy: wit::RetryPolicy) -> Self {
        let wit::RetryPolicy { max_attempts, base, cap, max_throttled } = policy;
        let default = Self::default();
        Self {
            max_attempts: max_attempts.unwrap_or(default.max_attempts),
            base_ms: base.unwrap_or(default.base_ms),
            cap_ms: cap.unwrap_or(default.cap_ms),
            max_throttled: max_throttled.unwrap_or(default.max_throttled),
        }
    }
}

impl From<wit::PoolConfig> for PoolConfig {
    fn from(config: wit::PoolConfig) -> Self {
        let wit::PoolConfig { quota, period, pacing, reserve, private_share } = config;
        let default = Self::default();
        Self {
            quota: quota.unwrap_or(default.quota),
            period_ms: period.unwrap_or(default.period_ms),
            pacing: pacing.map_or(default.pacing, Pacing::from),
            reserve: reserve.unwrap_or(default.reserve),
            private_share,
        }
    }
}

impl From<wit::Pacing> for Pacing {
    fn from(pacing: wit::Pacing) -> Self {
        match pacing {
            wit::Pacing::Burst => Self::Burst,
            wit::Pacing::Spread => Self::Spread,
        }
    }
}

impl From<wit::Lane> for Lane {
    fn from(lane: wit::Lane) -> Self {
        match lane {
            wit::Lane::Normal => Self::Normal,
            wit::Lane::High => Self::High,
        }
    }
}

impl From<wit::Paging> for Paging {
    fn from(paging: wit::Paging) -> Self {
        match paging {
            wit::Paging::FirstResult => Self::FirstResult,
            wit::Paging::Offset => Self::Offset,
        }
    }
}
