//! The resources of the contract, each around its counterpart in the core.

use std::cell::RefCell;

use brightpearl_core as core;

use crate::bindings::exports::brightpearl::connector::engine;
use crate::{text, wit};

/// The component.
pub(crate) struct Connector;

/// `resource pool`.
pub(crate) struct Pool(core::Pool);

/// `resource client`.
pub(crate) struct Client(pub(crate) core::Client);

/// `resource call`. The component imports nothing, so nothing can call back into it while the cell is
/// borrowed.
pub(crate) struct Call(RefCell<core::Call>);

impl engine::Guest for Connector {
    type Pool = Pool;
    type Client = Client;
    type Call = Call;
}

impl engine::GuestPool for Pool {
    fn open(config: wit::PoolConfig) -> Result<engine::Pool, wit::Error> {
        Ok(engine::Pool::new(Pool(core::Pool::new(config.into())?)))
    }

    fn budget(&self, now: u64) -> wit::Budget {
        self.0.budget(now).into()
    }

    fn forecast(&self, requests: u64, now: u64) -> u64 {
        self.0.forecast(requests, now)
    }

    fn demand(&self, now: u64) -> wit::Demand {
        self.0.demand(now).into()
    }

    fn lease(&self, lease: wit::Lease, now: u64) -> Result<(), wit::Error> {
        Ok(self.0.lease(lease.into(), now)?)
    }
}

impl engine::GuestClient for Client {
    fn open(config: wit::Config, pool: Option<engine::PoolBorrow<'_>>) -> Result<engine::Client, wit::Error> {
        Ok(open(config.into(), pool)?)
    }

    fn open_json(config: String, pool: Option<engine::PoolBorrow<'_>>) -> Result<engine::Client, wit::Error> {
        let config = core::Zeroizing::new(config);
        Ok(open(core::Config::from_json(&config)?, pool)?)
    }

    fn search(&self, search: wit::Search) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.search(search.into())?))
    }

    fn fetch(&self, fetch: wit::Fetch) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.fetch(fetch.try_into()?)?))
    }

    fn request(&self, request: wit::SingleRequest) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.request(request.into())?))
    }

    fn options(&self, plan: wit::UriPlan) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.options(plan.try_into()?)?))
    }

    fn batch(&self, batch: wit::Batch) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.batch(batch.into())?))
    }

    fn task(&self, task: wit::Task) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.task(task.try_into()?)?))
    }

    fn start_json(&self, operation: String) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.start(core::operation::Operation::from_json(&operation)?)?))
    }

    fn resume(&self, checkpoint: String, allow_writes: bool) -> Result<engine::Call, wit::Error> {
        Ok(handle(self.0.resume(&checkpoint, allow_writes)?))
    }

    fn pool(&self) -> engine::Pool {
        engine::Pool::new(Pool(self.0.pool().clone()))
    }

    fn budget(&self, now: u64) -> wit::Budget {
        self.0.budget(now).into()
    }

    fn statistics(&self) -> wit::Statistics {
        self.0.statistics().into()
    }

    fn token_changes(&self) -> u64 {
        self.0.token_changes()
    }

    fn tokens(&self) -> wit::Tokens {
        self.0.tokens().into()
    }

    fn renew_credentials(&self, credentials: wit::Credentials) -> Result<bool, wit::Error> {
        Ok(self.0.renew_credentials(credentials.into())?)
    }

    fn drain_events(&self) -> Vec<wit::Event> {
        self.0.drain_events().into_iter().map(wit::Event::from).collect()
    }
}

fn open(config: core::Config, pool: Option<engine::PoolBorrow<'_>>) -> core::Result<engine::Client> {
    let pool = match pool {
        Some(pool) => pool.get::<Pool>().0.clone(),
        None => core::Pool::new(config.pool.clone())?,
    };
    Ok(engine::Client::new(Client(opened(config, pool)?)))
}

/// What is not named is not linked.
fn opened(config: core::Config, pool: core::Pool) -> core::Result<core::Client> {
    #[cfg(feature = "flows")]
    return core::Client::with_pool(config, pool);
    #[cfg(not(feature = "flows"))]
    return core::Client::without_flows(config, pool);
}

/// What a host drives a call by.
pub(crate) fn handle(call: core::Call) -> engine::Call {
    engine::Call::new(Call(RefCell::new(call)))
}

impl engine::GuestCall for Call {
    fn poll(&self, now: u64) -> Result<wit::Step, wit::Error> {
        Ok(self.0.borrow_mut().poll(now)?.into())
    }

    fn poll_json(&self, now: u64) -> Result<String, wit::Error> {
        Ok(text::step(self.0.borrow_mut().poll(now)?))
    }

    fn adjust(&self, adjustment: wit::CallAdjustment) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().adjust(adjustment.into())?)
    }

    fn answer(&self, exchange: u64, response: wit::Response, now: u64) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().answer(exchange, response.into(), now)?)
    }

    fn answer_text(
        &self,
        exchange: u64,
        status: u16,
        headers: Vec<wit::Header>,
        body: String,
        now: u64,
    ) -> Result<(), wit::Error> {
        let response = wit::Response { status, headers, body: body.into_bytes() };
        Ok(self.0.borrow_mut().answer(exchange, response.into(), now)?)
    }

    fn fail(&self, exchange: u64, failure: wit::TransportFailure, now: u64) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().fail(exchange, failure.into(), now)?)
    }

    fn feed(&self, record: String) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().feed(record.as_bytes())?)
    }

    fn finish(&self) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().finish()?)
    }

    fn acknowledge(&self, items: u32) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().acknowledge(items as usize)?)
    }

    fn cancel(&self, now: u64) {
        self.0.borrow_mut().cancel(now);
    }

    fn checkpoint(&self) -> Result<String, wit::Error> {
        Ok(self.0.borrow().checkpoint()?)
    }

    fn explain(&self, now: u64) -> wit::Explanation {
        self.0.borrow().explain(now).into()
    }
}
