//! Clients.

use std::ffi::c_char;

use brightpearl_core::{Client, Config, Credentials, Error, Kind, Statistics};

use crate::boundary::{Failure, create, guarded, release};
use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::pool::{bp_budget, bp_pool};
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::bp_buffer;

/// One app on one account: credentials, budget, telemetry. Several threads may use it at once, each with
/// calls of its own.
#[derive(Debug)]
pub struct bp_client(pub(crate) Client);

impl bp_client {
    /// A client that shares a budget, or has one of its own.
    pub(crate) fn open(config: Config, pool: Option<&bp_pool>) -> Result<Self, Error> {
        let client = match pool {
            Some(pool) => Client::with_pool(config, pool.0.clone()),
            None => Client::new(config),
        };
        client.map(Self)
    }
}

impl Handle for bp_client {
    type Kept = Sole;
}

/// Sums over the life of a client. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct bp_statistics {
    /// `sizeof(bp_statistics)`.
    pub struct_size: usize,
    /// Attempts handed to the host.
    pub requests: u64,
    /// Attempts that repeated an earlier one.
    pub retries: u64,
    /// Answers that said the request cap was reached.
    pub throttled: u64,
    /// Times that a request had to wait for the budget.
    pub budget_waits: u64,
    /// Bytes of answers' bodies.
    pub bytes_received: u64,
    /// Events that were dropped because nobody drained them.
    pub events_dropped: u64,
}

// SAFETY: the size comes first, and all other fields are numbers.
unsafe impl Growing for bp_statistics {}

impl From<Statistics> for bp_statistics {
    fn from(statistics: Statistics) -> Self {
        let Statistics { requests, retries, throttled, budget_waits, bytes_received, events_dropped } =
            statistics;
        Self {
            struct_size: size_of::<Self>(),
            requests,
            retries,
            throttled,
            budget_waits,
            bytes_received,
            events_dropped,
        }
    }
}

/// Makes a client from a configuration in JSON, such as
/// `{"account": "acme", "datacentre": "use1", "credentials":
/// {"type": "private-app", "app_ref": "acme_sync", "account_token": "..."}}`.
/// `pool` is a budget to share, or NULL for one of the client's own; the caller goes on owning its handle.
/// On success `*client` is owned: free it with `bp_client_free`. Nothing is sent.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_new(
    config_json: *const c_char,
    config_len: usize,
    pool: *const bp_pool,
    client: *mut *mut bp_client,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(client, "client", || {
                let config = Config::from_json(scope.text(config_json, config_len, "config_json")?)?;
                Ok(bp_client::open(config, scope.shared(pool))?)
            })
        })
    }
}

/// Frees a handle; NULL is ignored. Calls that were started from it go on working.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_client_free(client: *mut bp_client) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(client) }
}

/// Gives the client's budget, for sharing it with other clients of the account. On success `*pool` is
/// owned: free it with `bp_pool_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_pool(
    client: *const bp_client,
    pool: *mut *mut bp_pool,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(pool, "pool", || Ok(bp_pool(scope.handle(client, "client")?.0.pool().clone())))
        })
    }
}

/// Says what the client may send at `now_ms` (milliseconds since the Unix epoch).
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_budget(
    client: *const bp_client,
    now_ms: u64,
    budget: *mut bp_budget,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let budget_now = scope.handle(client, "client")?.0.budget(now_ms).into();
            sized::write(budget, &budget_now, "budget")
        })
    }
}

/// Writes the sums over the client's life.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_statistics(
    client: *const bp_client,
    statistics: *mut bp_statistics,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let sums = scope.handle(client, "client")?.0.statistics().into();
            sized::write(statistics, &sums, "statistics")
        })
    }
}

/// Takes the events since the last time, oldest first, as the text of a JSON array of objects, each with
/// its name at `event`, such as `{"event": "throttled", "exchange": 7, "wait_ms": 1200}`. Nothing in there
/// is secret. On success `*events_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_drain_events(
    client: *const bp_client,
    events_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let (client, place) = (scope.handle(client, "client")?, scope.place(events_json, "events_json")?);
            place.put(&events_as_json(&client.0)?);
            Ok(())
        })
    }
}

/// Writes the tokens that logins brought, as the text of a JSON object with the members `token`,
/// `expires_at` (milliseconds since the Unix epoch), `refresh_token`, `api_domain` and
/// `installation_instance_id`, each null when it is not known. `bp_client_token_changes` says when they
/// changed. Store them: with them in the configuration a later run needs no new login. They are secret; do
/// not log them. On success `*tokens_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_tokens(
    client: *const bp_client,
    tokens_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let (client, place) = (scope.handle(client, "client")?, scope.place(tokens_json, "tokens_json")?);
            place.put(&client.0.tokens().expose_json());
            Ok(())
        })
    }
}

/// Goes on with other secrets of the same scheme, which are kept elsewhere and were changed there: requests that are sent
/// from now on have them, and a login that was refused is made anew. `credentials_json` is what the configuration has at
/// `credentials`. Call it when an answer is 401, before `bp_call_answer`: the request is then sent again with them.
/// `*is_changed`, which may be NULL, says whether they are others than before. On failure those before stay.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_renew_credentials(
    client: *const bp_client,
    credentials_json: *const c_char,
    credentials_len: usize,
    is_changed: *mut bool,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let client = scope.handle(client, "client")?;
            let text = scope.text(credentials_json, credentials_len, "credentials_json")?;
            let renewed = client.0.renew_credentials(Credentials::from_json(text)?)?;
            if !is_changed.is_null() {
                is_changed.write(renewed);
            }
            Ok(())
        })
    }
}

/// Counts how often what `bp_client_tokens` gives has changed, from 0. Tokens change within `bp_call_answer` and
/// nowhere else, also when it is the answer to a call that was cancelled. Compare after each answer, and when the
/// number has grown store the tokens before polling any call of the client again: then a crash at any time leaves
/// the newest grant behind. A host that drives several calls at once also compares before it transmits, since
/// another call's answer may have brought the token of the request.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_token_changes(
    client: *const bp_client,
    changes: *mut u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let (client, place) = (scope.handle(client, "client")?, scope.place(changes, "changes")?);
            *place = client.0.token_changes();
            Ok(())
        })
    }
}

fn events_as_json(client: &Client) -> Result<String, Failure> {
    serde_json::to_string(&client.drain_events()).map_err(|error| {
        Error::new(Kind::Misuse, format!("the events cannot be written as JSON: {error}")).into()
    })
}
