//! What a client is configured with, as a structure.

use brightpearl_core::auth::PrivateApp;
use brightpearl_core::{Config, Credentials, Error, Location};

use crate::boundary::{Failure, create, guarded};
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::read_optional;
use crate::pool::bp_pool;
use crate::scope::Scope;
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::bp_text;

/// What a client is configured with. Initialise it with `BP_INIT`; fields left at zero are absent. What has no field here,
/// `bp_client_new` takes as JSON.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_settings {
    /// `sizeof(bp_settings)`.
    pub struct_size: usize,
    /// The account code.
    pub account: bp_text,
    /// The account's datacentre, such as `use1`. One of this and `base_url` must be given.
    pub datacentre: bp_text,
    /// A base URL instead of a datacentre.
    pub base_url: bp_text,
    /// The reference of a private system app.
    pub app_ref: bp_text,
    /// Its account token.
    pub account_token: bp_text,
    /// Other credentials than those of a private system app, instead of the two: what a configuration in JSON has at
    /// `credentials`.
    pub credentials_json: bp_text,
    /// Attempts at one request, the first included; 0 for 5.
    pub max_attempts: u32,
    /// Requests that one call may have out at once; 0 for 1.
    pub max_in_flight: u32,
    /// Rows a search page; 0 for 500, which is the most.
    pub page_size: u32,
    /// Not 0: refuses whatever would write, before anything is sent.
    pub read_only: u32,
}

// SAFETY: the size comes first; the other fields are numbers, lengths and pointers, which zero fits.
unsafe impl Growing for bp_settings {}

/// Makes a client of a structure, as `bp_client_new` does of JSON. `pool` is a budget to share, or NULL for one of the
/// client's own; the caller goes on owning its handle. `BP_STATUS_VALIDATION` at the field that is wrong. On success
/// `*client` is owned: free it with `bp_client_free`. Nothing is sent.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_open(
    settings: *const bp_settings,
    pool: *const bp_pool,
    client: *mut *mut bp_client,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(client, "client", || {
                let config = read_settings(scope, sized::read(settings, "settings")?)?;
                Ok(bp_client::open(config, scope.shared(pool))?)
            })
        })
    }
}

/// # Safety
/// The pointers in the structure are as its fields say.
unsafe fn read_settings(scope: Scope<'_>, settings: bp_settings) -> Result<Config, Failure> {
    let missing = |place: &str, expected: &str| {
        Failure::from(Error::validation(place, format!("{place} is absent; expected {expected}")))
    };
    // SAFETY: passed on to the caller.
    unsafe {
        let text = |text: bp_text, name: &str| read_optional(scope, text, &format!("settings.{name}"));
        let account = text(settings.account, "account")?
            .ok_or_else(|| missing("settings.account", "the account code, such as acme"))?;
        let (datacentre, base_url) =
            (text(settings.datacentre, "datacentre")?, text(settings.base_url, "base_url")?);
        let app = (text(settings.app_ref, "app_ref")?, text(settings.account_token, "account_token")?);
        let credentials = match (app, text(settings.credentials_json, "credentials_json")?) {
            ((Some(app_ref), Some(token)), None) => {
                Credentials::from(PrivateApp { app_ref: app_ref.to_owned(), account_token: token.into() })
            }
            ((None, None), Some(json)) => Credentials::from_json(json)?,
            ((Some(_), None), None) => {
                return Err(missing("settings.account_token", "the token of the app"));
            }
            ((None, _), None) => {
                return Err(missing("settings.app_ref", "the reference of the app, or credentials_json"));
            }
            (_, Some(_)) => {
                let message = "both an app and credentials_json are given; expected one of them";
                return Err(Error::validation("settings.credentials_json", message).into());
            }
        };
        let place = Location::Datacentre(datacentre.unwrap_or_default().to_owned());
        // Which of the two is missing, or too many, the configuration says.
        let mut config = Config::new(account, place, credentials);
        config.datacentre = datacentre.map(str::to_owned);
        config.base_url = base_url.map(str::to_owned);
        config.read_only = settings.read_only != 0;
        if settings.max_attempts > 0 {
            config.retry.max_attempts = settings.max_attempts;
        }
        if settings.max_in_flight > 0 {
            config.max_in_flight = settings.max_in_flight as usize;
        }
        if settings.page_size > 0 {
            config.page_size = settings.page_size;
        }
        Ok(config)
    }
}
