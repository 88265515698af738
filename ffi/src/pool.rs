//! The request budget as a handle of its own.

use std::ffi::c_char;

use brightpearl_core::pool::Budget;
use brightpearl_core::{Lease, Pool, PoolConfig};

use crate::boundary::{create, guarded, release};

use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::bp_buffer;

/// The request budget of an account. Clients that share one keep within the cap together. Several threads
/// may use it at once.
#[derive(Debug)]
pub struct bp_pool(pub(crate) Pool);

impl Handle for bp_pool {
    type Kept = Sole;
}

/// What a budget allows at a moment. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct bp_budget {
    /// `sizeof(bp_budget)`.
    pub struct_size: usize,
    /// Milliseconds until more requests become available; 0 when nothing stands in the way.
    pub wait_ms: u64,
    /// Requests that may be sent right now.
    pub available: u32,
    /// Requests allowed in a period.
    pub quota: u32,
}

// SAFETY: the size comes first, and all other fields are numbers.
unsafe impl Growing for bp_budget {}

impl From<Budget> for bp_budget {
    fn from(budget: Budget) -> Self {
        let Budget { available, quota, wait_ms } = budget;
        Self { struct_size: size_of::<Self>(), wait_ms, available, quota }
    }
}

/// Makes a budget from the same JSON that a configuration has at `pool`, such as
/// `{"quota": 200, "period_ms": 60000, "pacing": "spread", "reserve": 20}`; every member may be absent, and
/// an empty text stands for `{}`. With `"private_share"` nothing goes out without a lease (`bp_pool_lease`). On success `*pool` is owned: free it with `bp_pool_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_pool_new(
    config_json: *const c_char,
    config_len: usize,
    pool: *mut *mut bp_pool,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(pool, "pool", || {
                let config = match scope.text(config_json, config_len, "config_json")? {
                    "" => PoolConfig::default(),
                    json => PoolConfig::from_json(json)?,
                };
                Ok(bp_pool(Pool::new(config)?))
            })
        })
    }
}

/// Frees a handle; NULL is ignored. The budget lives on in the clients that share it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pool_free(pool: *mut bp_pool) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(pool) }
}

/// Says what may be sent at `now_ms` (milliseconds since the Unix epoch).
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_pool_budget(
    pool: *const bp_pool,
    now_ms: u64,
    budget: *mut bp_budget,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let budget_now = scope.handle(pool, "pool")?.0.budget(now_ms).into();
            sized::write(budget, &budget_now, "budget")
        })
    }
}

/// Says how many milliseconds from `now_ms` on pass until the last of so many further requests may be sent, if each is
/// answered at once and nobody else sends any.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_pool_forecast(
    pool: *const bp_pool,
    requests: u64,
    now_ms: u64,
    wait_ms: *mut u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let (pool, place) = (scope.handle(pool, "pool")?, scope.place(wait_ms, "wait_ms")?);
            *place = pool.0.forecast(requests, now_ms);
            Ok(())
        })
    }
}

/// Tells what a coordinator of several pools has to know of this one, as JSON: what was sent, what is out, what still
/// counts, and what is wanted. docs/quota.md has its members. On success `*json` is owned: free it with
/// `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_pool_demand(
    pool: *const bp_pool,
    now_ms: u64,
    json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let (pool, place) = (scope.handle(pool, "pool")?, scope.place(json, "json")?);
            place.put(&pool.0.demand(now_ms).to_json());
            Ok(())
        })
    }
}

/// Takes what a coordinator grants in answer to a demand, such as
/// `{"since": 12, "requests": 20, "high": 0, "until": 1700000000000}`: so many requests beyond those that the demand
/// had as `sent`, until that time. It replaces what was granted before. `BP_STATUS_MISUSE` for a pool without a
/// `private_share`, and for a `since` that it has not told.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_pool_lease(
    pool: *const bp_pool,
    lease_json: *const c_char,
    lease_len: usize,
    now_ms: u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let pool = scope.handle(pool, "pool")?;
            let lease = Lease::from_json(scope.text(lease_json, lease_len, "lease_json")?)?;
            Ok(pool.0.lease(lease, now_ms)?)
        })
    }
}
