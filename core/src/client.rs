//! The shared state of one app on one account, and the way to start calls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::account::{Endpoint, Location};
use crate::auth::{Credentials, Session, Tokens};
use crate::call::operation::{
    Batch, Fetch, Operation, Options, Paging, Pull, Push, Request, Search, Task, check_page_size,
};
use crate::call::{Call, Draft, MultiMessageService, check_draft};
use crate::error::{Error, Kind, Result};
use crate::live::{Drift, LiveColumns};
use crate::pool::{Budget, Lane, Pool, PoolConfig};
use crate::redact::is_opaque;
use crate::retry::RetryPolicy;
use crate::secret::{wipe_stack, written};
use crate::telemetry::{Event, Recorder, Statistics};
use crate::validate::UnknownMembers;

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
    /// The request cap, unless a shared [`Pool`] is given to [`Client::with_pool`].
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
    /// that write, and pushes other than dry runs. Logins are no writes.
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
        crate::call::operation::MAX_PAGE_SIZE
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
    /// [`Kind::Validation`] with the line and column of what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        let config = serde_json::from_str(text).map_err(|error| json_error("config", &error));
        wipe_stack();
        config
    }

    fn location(&self) -> Result<Location> {
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

    fn check(&self) -> Result<()> {
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

/// An error for JSON that a host gave us. Serde's text can quote the input, of which any value may be a secret, so
/// nothing of it is kept but what names fields and types.
pub(crate) fn json_error(what: &'static str, error: &serde_json::Error) -> Error {
    let mut text = Zeroizing::new(written(format_args!("{error}")));
    if let Some(end) = text.rfind(" at line ") {
        text.truncate(end);
    }
    let text = without_values(&text);
    Error::new(Kind::Validation, format!("the JSON does not fit: {text}")).at(format!(
        "{what} line {} column {}",
        error.line(),
        error.column()
    ))
}

/// Serde's words without the values that they quote: `invalid type: integer, expected a string` of
/// ``invalid type: integer `4711`, expected a string``. The name of an unknown member or choice stays where it can be
/// one.
fn without_values(text: &str) -> String {
    for words in ["invalid type: ", "invalid value: "] {
        let Some(rest) = text.strip_prefix(words) else { continue };
        let (found, expected) = rest.rfind(", expected ").map_or((rest, ""), |at| rest.split_at(at));
        let kind = found.split(['`', '"']).next().unwrap_or_default();
        return format!("{words}{}{expected}", kind.trim_end());
    }
    for (words, may_have_digits) in
        [("unknown field", true), ("unknown variant", false), ("unknown credentials type", false)]
    {
        let Some(rest) = text.strip_prefix(words).and_then(|rest| rest.strip_prefix(" `")) else { continue };
        let end = rest.rfind("`, expected ").or_else(|| rest.rfind("`, there are no ")).or(rest.find('`'));
        let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let is_name = can_be_name(name, may_have_digits);
        return if is_name { text.to_owned() } else { format!("{words}{}", behind.trim_start_matches('`')) };
    }
    text.to_owned()
}

/// Whether a text is written as the names of this API are, which secrets are not.
fn can_be_name(text: &str, may_have_digits: bool) -> bool {
    let is_written_so = |byte: u8| {
        byte.is_ascii_alphabetic()
            || matches!(byte, b'_' | b'-')
            || (may_have_digits && byte.is_ascii_digit())
    };
    text.len() <= 32 && text.bytes().all(is_written_so) && !is_opaque(text)
}

/// One app on one account. Cheap to clone; clones share tokens, budget and telemetry.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

/// What the calls of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) session: Session,
    pub(crate) pool: Pool,
    pub(crate) multi_messages: Arc<MultiMessageService>,
    pub(crate) live: Arc<LiveColumns>,
    recorder: Mutex<Recorder>,
    exchanges: AtomicU64,
    calls: AtomicU64,
}

impl Client {
    /// A client with a budget of its own.
    ///
    /// # Errors
    /// [`Kind::Validation`] at the field that is wrong. Nothing is sent.
    pub fn new(config: Config) -> Result<Self> {
        let pool = Pool::new(config.pool.clone())?;
        Self::with_pool(config, pool)
    }

    /// A client that shares a budget with others. `config.pool` is not used.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_pool(config: Config, pool: Pool) -> Result<Self> {
        config.check()?;
        let endpoint = Endpoint::new(&config.account, &config.location()?)?;
        let session = Session::new(config.credentials.clone(), endpoint)?;
        let shared = Shared {
            config,
            session,
            pool,
            multi_messages: Arc::default(),
            live: Arc::default(),
            recorder: Mutex::new(Recorder::default()),
            exchanges: AtomicU64::new(0),
            calls: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Starts a call. Nothing is sent until it is polled.
    ///
    /// # Errors
    /// [`Kind::Validation`] when the operation cannot be: a filter that does not exist, a bad path.
    pub fn start(&self, operation: impl Into<Operation>) -> Result<Call> {
        Call::new(Arc::clone(&self.shared), operation.into())
    }

    /// Starts a single request of any kind.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn request(&self, request: Request) -> Result<Call> {
        self.start(request)
    }

    /// Starts a search.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn search(&self, search: Search) -> Result<Call> {
        self.start(search)
    }

    /// Starts a fetch by id.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn fetch(&self, fetch: Fetch) -> Result<Call> {
        self.start(fetch)
    }

    /// Asks for the URIs that read an id set.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn options(&self, options: Options) -> Result<Call> {
        self.start(options)
    }

    /// Starts several writes.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn batch(&self, batch: Batch) -> Result<Call> {
        self.start(batch)
    }

    /// Starts a task of [`task`](crate::task), such as the creation of a sales order. Its result comes out once, as
    /// [`Output::Task`](crate::Output::Task).
    ///
    /// ```
    /// use brightpearl_core::operation::Task;
    /// use brightpearl_core::{Client, Config, Output, Response, Step};
    ///
    /// # fn main() -> brightpearl_core::Result<()> {
    /// let client = Client::new(Config::from_json(
    ///     r#"{"account": "acme", "datacentre": "use1",
    ///         "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "invented"}}"#,
    /// )?)?;
    /// let order = r#"{"customer": {"contactId": 207}, "reference": "WEB-1001",
    ///     "orderRows": [{"productId": 1007, "quantity": 2, "price": "9.99", "taxCode": "T20", "tax": "4.00"}]}"#;
    /// let mut call = client.task(Task::new("create-sales-order", order)?)?;
    /// let Step::Send(exchange) = call.poll(0)? else { unreachable!() };
    /// assert!(exchange.request.url.ends_with("/order-service/sales-order"));
    /// call.answer(exchange.id, Response::new(200, r#"{"response":329}"#), 150)?;
    /// let Step::Output(Output::Task(done)) = call.poll(150)? else { unreachable!() };
    /// assert_eq!(done.id("orderId"), Some(329));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Kind::Validation`] at `name`, or at a JSON Pointer into the arguments with everything that is wrong with
    /// them in [`Error::violations`].
    pub fn task(&self, task: Task) -> Result<Call> {
        self.start(task)
    }

    /// Starts a push: records of another system are created or updated in Brightpearl, each exactly once.
    ///
    /// # Errors
    /// [`Kind::Validation`] at what is wrong, such as a JSON Pointer into the mapping document.
    pub fn push(&self, push: Push) -> Result<Call> {
        self.start(push)
    }

    /// Starts a pull of what changed in Brightpearl.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn pull(&self, pull: Pull) -> Result<Call> {
        self.start(pull)
    }

    /// Goes on with a call where its consumption ended, perhaps in another process. A checkpoint whose operation writes
    /// is refused unless `allow_writes` says that it can be trusted: it is data, and may have been changed on its way.
    ///
    /// # Errors
    /// [`Kind::Validation`] at `checkpoint` when the text is not one of this account and version, at `allow_writes` when
    /// its operation writes and that is not allowed, at `read_only` when this client only reads.
    pub fn resume(&self, checkpoint: &str, allow_writes: bool) -> Result<Call> {
        Call::resume(Arc::clone(&self.shared), checkpoint, allow_writes)
    }

    #[cfg(test)]
    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// The tokens that logins brought, for the host to store: with them in the configuration, a later run
    /// needs no new login. They may change with every renewal, and the older refresh token is then used up:
    /// [`token_changes`](Self::token_changes) says when to store them anew.
    pub fn tokens(&self) -> Tokens {
        self.shared.session.tokens()
    }

    /// How often what [`tokens`](Self::tokens) gives has changed, from 0. Tokens change within
    /// [`Call::answer`] and nowhere else. A host that stores them compares this number after each answer, and
    /// when it has grown stores them before it polls any call of the client again: then a crash at any time
    /// leaves the newest grant behind. One that drives several calls at once also compares before it transmits,
    /// since another call's answer may have brought the token of the request. What a failed login brought counts
    /// as well.
    ///
    /// ```
    /// use brightpearl_core::operation::Request;
    /// use brightpearl_core::{Client, Config, Method, Response, Step};
    ///
    /// # fn main() -> brightpearl_core::Result<()> {
    /// let client = Client::new(Config::from_json(
    ///     r#"{"account": "acme", "datacentre": "use1", "credentials": {"type": "oauth", "app_ref": "acme_shop",
    ///         "dev_ref": "acme_dev", "grant": {"tokens": {"refresh_token": "first"}}}}"#,
    /// )?)?;
    /// let mut call = client.request(Request::new(Method::Get, "order-service/order-type"))?;
    /// let Step::Send(login) = call.poll(0)? else { unreachable!() };
    /// call.answer(login.id, Response::new(200, r#"{"access_token":"a","refresh_token":"second"}"#), 10)?;
    /// assert_eq!(client.token_changes(), 1);
    /// assert_eq!(client.tokens().refresh_token, Some("second".into())); // stored here, before the next poll
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_changes(&self) -> u64 {
        self.shared.session.token_changes()
    }

    /// What may be sent at `now`.
    pub fn budget(&self, now: u64) -> Budget {
        self.shared.pool.budget(now)
    }

    /// The budget's handle, for sharing it with other clients of the account.
    pub fn pool(&self) -> &Pool {
        &self.shared.pool
    }

    /// Takes the events since the last time, oldest first.
    pub fn drain_events(&self) -> Vec<Event> {
        self.shared.recorder().drain()
    }

    /// Sums over the client's life.
    pub fn statistics(&self) -> Statistics {
        self.shared.recorder().statistics()
    }
}

impl Shared {
    pub(crate) fn next_exchange(&self) -> u64 {
        self.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn url(&self, draft: &Draft) -> String {
        self.session.url(draft.prefix, &draft.path, &draft.query)
    }

    /// The request of a draft, and the generation of the token that it carries.
    ///
    /// # Errors
    /// [`Kind::Validation`] at `read_only` when it would write, and the client only reads.
    pub(crate) fn build(&self, draft: &Draft) -> Result<(crate::http::Request, u64)> {
        check_draft(self.config.read_only, draft)?;
        Ok(draft.request(self.url(draft), |headers| self.session.sign(headers)))
    }

    /// Learns the columns of a search from the answer of its `/meta-data`, and says how they differ from the
    /// catalog's.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when the body is no meta-data.
    pub(crate) fn learn_columns(&self, search: &str, body: &[u8]) -> Result<Drift> {
        let (drift, event) = self.live.learn_meta_data(search, body)?;
        self.record_all(event);
        Ok(drift)
    }

    pub(crate) fn record(&self, event: Event) {
        let event = if let Event::SchemaDrift { resource, added, removed, changed } = event {
            // The names are the answer's.
            let redactor = self.session.redactor();
            let blanked = |names: Vec<String>| names.iter().map(|name| redactor.blank(name)).collect();
            let (added, removed, changed) = (blanked(added), blanked(removed), blanked(changed));
            Event::SchemaDrift { resource, added, removed, changed }
        } else {
            event
        };
        self.recorder().record(event);
    }

    pub(crate) fn record_all(&self, events: impl IntoIterator<Item = Event>) {
        events.into_iter().for_each(|event| self.record(event));
    }

    pub(crate) fn record_received(&self, bytes: usize) {
        self.recorder().received(bytes);
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
