//! The shared state of one app on one account, and the way to start calls.

use std::sync::Arc;

use crate::account::AccountAddress;
use crate::auth::{Credentials, Session, Tokens};
use crate::call::Call;
use crate::error::Result;
use crate::flow::JournalBook;
use crate::mapping::Mapping;
use crate::operation::{Batch, Fetch, Operation, Options, Pull, Push, Search, SingleRequest, Task};
use crate::pool::{Budget, Pool};
use crate::shared::Shared;
use crate::start::{self, Flows};
use crate::telemetry::{Event, Statistics};

pub use crate::config::Config;

#[cfg(test)]
mod tests;

/// One app on one account. Cheap to clone; clones share tokens, budget and telemetry.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
    /// Absent where it was opened without them.
    flows: Option<&'static Flows>,
}

impl Client {
    /// A client with a budget of its own.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the field that is wrong. Nothing is sent.
    pub fn new(config: Config) -> Result<Self> {
        let pool = Pool::new(config.pool.clone())?;
        Self::with_pool(config, pool)
    }

    /// A client that shares a budget with others. `config.pool` is not used.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_pool(config: Config, pool: Pool) -> Result<Self> {
        Ok(Self { flows: Some(&start::FLOWS), ..Self::without_flows(config, pool)? })
    }

    /// A client that starts neither pushes nor pulls. A program whose clients are all opened so, and that never names
    /// [`mapping`](crate::mapping), is linked without either, which takes a third off. `config.pool` is not used.
    ///
    /// ```
    /// use brightpearl_core::{Client, Config, Pool};
    ///
    /// # fn main() -> brightpearl_core::Result<()> {
    /// let config = Config::from_json(
    ///     r#"{"account": "acme", "datacentre": "use1",
    ///         "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "invented"}}"#,
    /// )?;
    /// let pool = Pool::new(config.pool.clone())?;
    /// let client = Client::without_flows(config, pool)?;
    /// let refused = client.pull(brightpearl_core::operation::Pull::of("order")).unwrap_err();
    /// assert_eq!(refused.location(), Some("pull"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn without_flows(config: Config, pool: Pool) -> Result<Self> {
        config.check()?;
        let address = AccountAddress::new(&config.account, &config.location()?)?;
        let session = Session::new(config.credentials.clone(), address)?;
        Ok(Self { shared: Arc::new(Shared::new(config, session, pool)), flows: None })
    }

    /// Starts a call. Nothing is sent until it is polled.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) when the operation cannot be: a filter that does not exist, a bad path.
    pub fn start(&self, operation: impl Into<Operation>) -> Result<Call> {
        start::start(Arc::clone(&self.shared), operation.into(), self.flows)
    }

    /// Starts a single request of any kind.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn request(&self, request: SingleRequest) -> Result<Call> {
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
    /// [`Kind::Validation`](crate::Kind::Validation) at `name`, or at a JSON Pointer into the arguments with everything that is wrong with
    /// them in [`Error::violations`](crate::Error::violations).
    pub fn task(&self, task: Task) -> Result<Call> {
        self.start(task)
    }

    /// Starts a push: records of another system are created or updated in Brightpearl, each exactly once.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at what is wrong, such as a JSON Pointer into the mapping document.
    pub fn push(&self, push: Push) -> Result<Call> {
        self.start(push)
    }

    /// Starts a push by a mapping that was compiled before: of the document that `push` has, which goes into its checkpoint
    /// and is not compiled again.
    ///
    /// # Errors
    /// As [`Client::push`].
    pub fn push_by(&self, push: Push, mapping: &Mapping) -> Result<Call> {
        start::start_push_by(Arc::clone(&self.shared), push, mapping.clone(), self.flows)
    }

    /// Starts a push whose journal was read before, in parts: `push.journal` is then absent. A long journal need not be
    /// in memory that way.
    ///
    /// # Errors
    /// As [`Client::push`].
    pub fn push_with_journal(&self, push: Push, journal: JournalBook) -> Result<Call> {
        start::start_push(Arc::clone(&self.shared), push, journal, self.flows)
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
    /// [`Kind::Validation`](crate::Kind::Validation) at `checkpoint` when the text is not one of this account and version, at `allow_writes` when
    /// its operation writes and that is not allowed, at `read_only` when this client only reads.
    pub fn resume(&self, checkpoint: &str, allow_writes: bool) -> Result<Call> {
        start::resume(Arc::clone(&self.shared), checkpoint, allow_writes, self.flows)
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
    /// use brightpearl_core::operation::SingleRequest;
    /// use brightpearl_core::{Client, Config, Method, Response, Step};
    ///
    /// # fn main() -> brightpearl_core::Result<()> {
    /// let client = Client::new(Config::from_json(
    ///     r#"{"account": "acme", "datacentre": "use1", "credentials": {"type": "oauth", "app_ref": "acme_shop",
    ///         "dev_ref": "acme_dev", "grant": {"tokens": {"refresh_token": "first"}}}}"#,
    /// )?)?;
    /// let mut call = client.request(SingleRequest::new(Method::Get, "order-service/order-type"))?;
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

    /// Goes on with newer credentials of the same scheme: a secret was rotated while the client is in use. Answers
    /// whether they are others than before. A host that hears of a 401 may look its secrets up anew, call this, and then
    /// give the answer to its call: what was refused is sent once more with what is new, and a login that was
    /// refused is made anew. Tokens that logins brought stay, unless the credentials that they came from have changed.
    ///
    /// ```
    /// use brightpearl_core::auth::{Credentials, PrivateApp};
    /// use brightpearl_core::operation::SingleRequest;
    /// use brightpearl_core::{Client, Config, Method, Response, Step};
    ///
    /// # fn main() -> brightpearl_core::Result<()> {
    /// let of = |token: &str| -> Credentials { PrivateApp { app_ref: "acme_sync".into(), account_token: token.into() }.into() };
    /// let config = Config::new("acme", brightpearl_core::Location::Datacentre("use1".into()), of("before"));
    /// let client = Client::new(config)?;
    /// let mut call = client.request(SingleRequest::new(Method::Get, "order-service/order-type"))?;
    /// let Step::Send(refused) = call.poll(0)? else { unreachable!() };
    /// assert!(client.renew_credentials(of("after"))?);
    /// call.answer(refused.id, Response::new(401, "{}"), 10)?;
    /// let Step::Send(again) = call.poll(10)? else { unreachable!() };
    /// assert_eq!(again.request.headers.get("brightpearl-account-token"), Some("after"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the field that is wrong, and for those of another scheme or place; the
    /// credentials before stay.
    pub fn renew_credentials(&self, credentials: Credentials) -> Result<bool> {
        self.shared.session.renew(credentials)
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
        self.shared.drain_events()
    }

    /// Sums over the client's life.
    pub fn statistics(&self) -> Statistics {
        self.shared.statistics()
    }
}
