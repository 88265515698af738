//! The request budget as a handle of its own.

use std::ffi::c_char;

use brightpearl_core::pool::Budget;
use brightpearl_core::{Pool, PoolConfig};

use crate::boundary::{create, guarded, release};
use crate::error::bp_error;
use crate::sized::{self, Growing};
use crate::status::bp_status;

/// The request budget of an account. Clients that share one keep within the cap together. Several threads
/// may use it at once.
#[derive(Debug)]
pub struct bp_pool(pub(crate) Pool);

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
/// an empty text stands for `{}`. On success `*pool` is owned: free it with `bp_pool_free`. Any thread.
#[unsafe(no_mangle)]
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

/// Frees a handle; NULL is ignored. The budget lives on in the clients that share it. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pool_free(pool: *mut bp_pool) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(pool) }
}

/// Says what may be sent at `now_ms` (milliseconds since the Unix epoch). Any thread.
#[unsafe(no_mangle)]
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
