//! The emulator: one request in, one outcome out.

use brightpearl_core::{Method, Request, Response};

use crate::config::{Config, ConfigError};
use crate::fault::{Fault, FaultPlan, Scope, Target};
use crate::gateway::{Caller, Door, Tokens, authenticate, multi_message, open};
use crate::outcome::Outcome;
use crate::protocol::address::RequestAddress;
use crate::protocol::answer::{Answer, Refusal, Stamp, page, stamped};
use crate::protocol::moment::LAST_MOMENT;
use crate::search::Lies;
use crate::service::{Action, Call, Route, unknown_resource};
use crate::statistics::Statistics;
use crate::throttle::{Admission, Pools};
use crate::world::World;
use crate::world::outbox::{Delivery, Receipt, Settled};
use crate::world::random::{Draw, Topic};

/// What the gateway says when the request cap is used up (API notes §5).
const TOO_MANY_REQUESTS: &str = "You have sent too many requests. Please wait before sending another request";

/// The largest body and the longest URL that are read; Brightpearl's own limits are not documented.
const MOST_BODY_BYTES: usize = 16 * 1024 * 1024;
const MOST_URL_BYTES: usize = 64 * 1024;

/// One emulated account.
///
/// It owns all its state and does no input or output. A host that serves several requests at once puts
/// it behind a lock; one request takes microseconds.
pub struct Emulator {
    pub(crate) config: Config,
    pub(crate) world: World,
    pub(crate) pools: Pools,
    pub(crate) tokens: Tokens,
    pub(crate) statistics: Statistics,
    /// The kind of the fault that struck the last request.
    pub(crate) struck: Option<&'static str>,
}

/// What a request is for.
#[derive(Clone)]
pub(crate) enum Aim {
    Records(&'static Route, Vec<String>),
    MultiMessage,
    Door(Door),
    Nothing,
}

/// One message of a multi-message that fails by the fault plan.
#[derive(Clone, Copy)]
pub(crate) struct MessageFault {
    /// Counted from 1.
    pub(crate) message: u32,
    pub(crate) status: u16,
    pub(crate) applied: bool,
}

/// What becomes of one request beside its answer.
#[derive(Default)]
struct RequestPlan {
    fault: Option<Fault>,
    lies: Lies,
    message: Option<MessageFault>,
}

impl Emulator {
    /// Makes an account.
    ///
    /// # Errors
    /// [`ConfigError`] names the field of the configuration that is outside its range.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            world: World::new(&config),
            pools: Pools::new(&config),
            tokens: Tokens::new(&config),
            statistics: Statistics::default(),
            struck: None,
            config,
        })
    }

    /// What the emulator was made from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What it has counted so far.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Puts the account back to how it was made: nothing written, nobody logged in, nothing counted.
    pub fn reset(&mut self) {
        self.world = World::new(&self.config);
        self.pools = Pools::new(&self.config);
        self.tokens = Tokens::new(&self.config);
        self.statistics = Statistics::default();
    }

    /// Takes another fault plan from the next request on. Requests are still counted from the first of all.
    ///
    /// # Errors
    /// [`ConfigError`] names what cannot be meant; the plan in force stays.
    pub fn set_faults(&mut self, faults: FaultPlan) -> Result<(), ConfigError> {
        faults.check()?;
        self.world.spoil(&faults);
        self.config.faults = faults;
        Ok(())
    }

    /// The requests of webhooks that are due (API notes §7), by time. Each is handed out once until
    /// [`Emulator::delivered`] says what became of it, so several may be under way at once.
    pub fn deliveries(&mut self, now_ms: u64) -> Vec<Delivery> {
        self.world.changes.webhooks.take_due(&self.config.account, now_ms)
    }

    /// When the next delivery is due that is not under way, in milliseconds since the Unix epoch.
    pub fn next_delivery(&self) -> Option<u64> {
        self.world.changes.webhooks.next_due()
    }

    /// How many notifications wait or are under way.
    pub fn undelivered(&self) -> usize {
        self.world.changes.webhooks.waiting()
    }

    /// Takes note of what became of a delivery. It is made again later where the webhook's quality of service
    /// asks for that (API notes §7.4). Answers whether that delivery was under way at all.
    pub fn delivered(&mut self, id: u64, receipt: Receipt, now_ms: u64) -> bool {
        let (seed, policy) = (self.config.seed, &self.config.webhooks);
        match self.world.changes.webhooks.settle(id, receipt, seed, policy, now_ms) {
            Settled::Delivered => self.statistics.delivered += 1,
            Settled::Retried => self.statistics.redelivered += 1,
            Settled::GivenUp => self.statistics.undelivered += 1,
            Settled::Unknown => return false,
        }
        true
    }

    /// Carries out a request as the fault plan has it. `now_ms` is the time in milliseconds since the
    /// Unix epoch; it may stand still and even go back.
    ///
    /// The URL may be absolute, whatever its host, or begin with the path.
    pub fn respond(&mut self, request: &Request, now_ms: u64) -> Outcome {
        self.statistics.requests += 1;
        let address = RequestAddress::parse(&request.url);
        let aim = Aim::find(request.method, &address);
        let target = Target {
            number: self.statistics.requests,
            method: request.method,
            path: &address.path,
            scope: aim.scope(),
        };
        let fault = self.config.faults.strike(self.config.seed, &target).cloned();
        self.struck = fault.as_ref().map(Fault::kind);
        if let Some(fault) = &fault {
            Statistics::count(&mut self.statistics.faults, fault.kind());
        }
        self.count_resource(request, &aim);
        let outcome = self.act_out(request, &address, &aim, &RequestPlan::new(fault), now_ms);
        self.raise_events(now_ms);
        if let Outcome::Answer { response, .. } = &outcome {
            *self.statistics.by_status.entry(response.status).or_default() += 1;
        }
        outcome
    }

    /// Carries out a request as if the fault plan were empty. Records that the plan has spoilt stay so,
    /// and so does a pool that a fault has used up.
    pub fn answer(&mut self, request: &Request, now_ms: u64) -> Response {
        self.statistics.requests += 1;
        let address = RequestAddress::parse(&request.url);
        let aim = Aim::find(request.method, &address);
        self.count_resource(request, &aim);
        let response = self.carry_out(request, &address, &aim, &RequestPlan::default(), now_ms);
        self.raise_events(now_ms);
        *self.statistics.by_status.entry(response.status).or_default() += 1;
        response
    }

    fn count_resource(&mut self, request: &Request, aim: &Aim) {
        let name = format!("{} {}", request.method, aim.name());
        Statistics::count(&mut self.statistics.by_resource, &name);
    }

    /// Hands what happened during a request on to those who subscribed to it.
    fn raise_events(&mut self, now_ms: u64) {
        let events = std::mem::take(&mut self.world.changes.events);
        for event in &events {
            self.world.changes.webhooks.raise(event, self.config.seed, &self.config.webhooks, now_ms);
        }
    }

    fn act_out(
        &mut self,
        request: &Request,
        address: &RequestAddress,
        aim: &Aim,
        plan: &RequestPlan,
        now_ms: u64,
    ) -> Outcome {
        let Some(fault) = &plan.fault else {
            return on_time(self.carry_out(request, address, aim, plan, now_ms));
        };
        let mut carry_out = |emulator: &mut Self| emulator.carry_out(request, address, aim, plan, now_ms);
        match fault {
            Fault::ResetBeforeSend => Outcome::ConnectionLost { applied: false },
            Fault::LostResponse => {
                carry_out(self);
                Outcome::ConnectionLost { applied: true }
            }
            Fault::Cap => {
                self.pools.of(dev_ref(request)).exhaust(now_ms);
                on_time(carry_out(self))
            }
            Fault::Outage { applied } | Fault::MultiMessageOutage { applied } => {
                let admission = self.spend(request, *applied, &mut carry_out, now_ms);
                let refusal =
                    Refusal::by_gateway(503, "The service is temporarily unavailable for maintenance");
                on_time(self.refuse(request, refusal, "api-proxy", Some(admission), now_ms))
            }
            Fault::OutagePage { applied } => {
                self.spend(request, *applied, &mut carry_out, now_ms);
                on_time(page(503, "503 Service Temporarily Unavailable", now_ms))
            }
            Fault::ServerError { applied } => {
                let admission = self.spend(request, *applied, &mut carry_out, now_ms);
                let refusal = Refusal::by_gateway(500, "Internal Server Error");
                on_time(self.refuse(request, refusal, "api-proxy", Some(admission), now_ms))
            }
            Fault::TooManyRequests { retry_after_s } => {
                let admission = self.pools.of(dev_ref(request)).take(now_ms);
                let refusal = Refusal::by_gateway(429, "Too Many Requests");
                let response = self.refuse(request, refusal, "api-proxy", Some(admission), now_ms);
                on_time(response.with_header("Retry-After", retry_after_s.to_string()))
            }
            Fault::Slow { delay_ms } => Outcome::Answer { response: carry_out(self), after_ms: *delay_ms },
            Fault::TruncatedBody => {
                let mut response = carry_out(self);
                response.body.truncate(response.body.len() / 2);
                on_time(response)
            }
            Fault::HtmlPage => {
                carry_out(self);
                on_time(page(200, "Please wait", now_ms))
            }
            Fault::ResultsAvailableLies { .. }
            | Fault::MorePagesLies
            | Fault::DuplicateRows { .. }
            | Fault::FailedMessage { .. } => on_time(carry_out(self)),
        }
    }

    /// Uses up one request of the pool, by carrying it out or not.
    fn spend(
        &mut self,
        request: &Request,
        applied: bool,
        carry_out: &mut impl FnMut(&mut Self) -> Response,
        now_ms: u64,
    ) -> Admission {
        if applied {
            carry_out(self);
            return self.pools.of(dev_ref(request)).look(now_ms);
        }
        self.pools.of(dev_ref(request)).take(now_ms)
    }

    fn carry_out(
        &mut self,
        request: &Request,
        address: &RequestAddress,
        aim: &Aim,
        plan: &RequestPlan,
        now_ms: u64,
    ) -> Response {
        // A server in front of the API would say so before anyone is asked who they are. *Inferred*.
        if request.body.len() > MOST_BODY_BYTES {
            return page(413, "413 Request Entity Too Large", now_ms);
        }
        if request.url.len() > MOST_URL_BYTES {
            return page(414, "414 Request-URI Too Long", now_ms);
        }
        // What lies outside the API's prefix draws on no pool: token answers were recorded without its headers.
        if let Aim::Door(door) = aim {
            let opened = open(&self.config, &mut self.tokens, door, request, address, now_ms);
            return opened
                .unwrap_or_else(|answer| self.finish(request, answer, door.name(), None, None, now_ms));
        }
        let admission = self.pools.of(dev_ref(request)).take(now_ms);
        self.statistics.neighbour_requests = self.pools.neighbour_requests();
        let refused = |emulator: &mut Self, refusal| {
            emulator.refuse(request, refusal, "api-proxy", Some(admission), now_ms)
        };
        if !admission.admitted {
            self.statistics.throttled += 1;
            return refused(self, Refusal::by_gateway(503, TOO_MANY_REQUESTS));
        }
        let Some(account) = &address.account else {
            return refused(self, unknown_resource(&address.path));
        };
        let caller = match authenticate(&self.config, &self.tokens, request, account, now_ms) {
            Ok(caller) => caller,
            Err(refusal) => return refused(self, refusal),
        };
        let (message_type, answer) = match aim {
            Aim::Nothing | Aim::Door(_) => return refused(self, unknown_resource(&address.path)),
            Aim::Records(route, captured) => {
                let answer = {
                    let sender =
                        Sender { if_match: request.headers.get("if-match"), instance: caller.instance };
                    self.act(address, (route, captured.clone()), &request.body, sender, plan.lies, now_ms)
                };
                (route.message_type, answer.map(|body| (200, body)))
            }
            Aim::MultiMessage => (
                aim.name(),
                multi_message::carry_out(self, &request.body, plan.message, caller.instance, now_ms),
            ),
        };
        self.finish(request, answer, message_type, Some(caller), Some(admission), now_ms)
    }

    /// Carries out one read or write of records.
    pub(crate) fn act(
        &mut self,
        address: &RequestAddress,
        (route, captured): (&'static Route, Vec<String>),
        body: &[u8],
        sender: Sender<'_>,
        lies: Lies,
        now_ms: u64,
    ) -> Answer {
        let now = i64::try_from(now_ms).map_or(LAST_MOMENT, |now| now.min(LAST_MOMENT));
        self.world.catch_up(now);
        let mut call = Call {
            world: &mut self.world,
            resource: route.resource(),
            captured,
            query: &address.query,
            if_match: sender.if_match,
            instance: sender.instance,
            body,
            now_ms: now,
        };
        match route.action {
            Action::Read(action) => action(&mut call),
            Action::Write(action) => {
                let answer = action(&mut call);
                let applied = answer.as_ref().map_or_else(Refusal::is_in_part, |_| true);
                self.statistics.applied_writes += u64::from(applied);
                answer
            }
            Action::Search(search) => {
                let (pattern, text) = (route.pattern, &call.query.text);
                let is_true = lies == Lies::default();
                if is_true
                    && let Some(body) = call.world.found.page(pattern, text, call.world.changes.revision)
                {
                    return Ok(body);
                }
                let answer = search.page(call.world, call.query, &lies);
                if is_true && let Ok(body) = &answer {
                    let revision = call.world.changes.revision;
                    call.world.found.keep_page(pattern, text, revision, body);
                }
                answer
            }
            Action::SearchMetaData(search) => search.meta_data(),
        }
    }

    fn refuse(
        &mut self,
        request: &Request,
        refusal: Refusal,
        message_type: &str,
        admission: Option<Admission>,
        now_ms: u64,
    ) -> Response {
        self.finish(request, Err(refusal), message_type, None, admission, now_ms)
    }

    /// Puts the headers on a body or a refusal.
    fn finish(
        &mut self,
        request: &Request,
        answer: Result<(u16, Vec<u8>), Refusal>,
        message_type: &str,
        caller: Option<Caller>,
        admission: Option<Admission>,
        now_ms: u64,
    ) -> Response {
        let (status, body, message_type) = match answer {
            Ok((status, body)) => (status, body, message_type),
            Err(refusal) => (refusal.status, refusal.body, refusal.message_type.unwrap_or(message_type)),
        };
        self.statistics.unauthorised += u64::from(status == 401);
        let bytes = Draw::new(self.config.seed, Topic::RequestId, self.statistics.requests).bytes();
        let request_id = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        let stamp = Stamp {
            method: request.method,
            now_ms,
            message_type,
            request_id: &request_id,
            admission,
            instance: caller.and_then(|caller| caller.instance),
        };
        stamped(status, body, &stamp)
    }
}

/// What is known of whoever sends a request.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sender<'a> {
    /// The version that a conditional write is meant for.
    pub(crate) if_match: Option<&'a str>,
    /// The installation of an OAuth app.
    pub(crate) instance: Option<u32>,
}

impl Aim {
    pub(crate) fn find(method: Method, address: &RequestAddress) -> Self {
        if address.account.is_none() {
            return Door::find(method, &address.elsewhere).map_or(Aim::Nothing, Aim::Door);
        }
        if method == Method::Post && address.segments == ["multi-message"] {
            return Aim::MultiMessage;
        }
        Route::find(method, address).map_or(Aim::Nothing, |(route, captured)| Aim::Records(route, captured))
    }

    /// The name in [`Statistics::by_resource`].
    fn name(&self) -> &'static str {
        match self {
            Aim::Records(route, _) => route.pattern,
            Aim::MultiMessage => "multi-message",
            Aim::Door(door) => door.name(),
            Aim::Nothing => "unknown",
        }
    }

    fn scope(&self) -> Scope {
        match self {
            Aim::Records(route, _) if route.is_search() => Scope::Searches,
            Aim::MultiMessage => Scope::MultiMessages,
            Aim::Records(..) | Aim::Door(_) | Aim::Nothing => Scope::Any,
        }
    }
}

impl RequestPlan {
    fn new(fault: Option<Fault>) -> Self {
        let mut plan = Self { fault: None, ..Self::default() };
        match &fault {
            Some(Fault::ResultsAvailableLies { value }) => plan.lies.results_available = Some(*value),
            Some(Fault::MorePagesLies) => plan.lies.more_pages_inverted = true,
            Some(Fault::DuplicateRows { rows }) => {
                plan.lies.repeated_rows = usize::try_from(*rows).unwrap_or(usize::MAX);
            }
            Some(Fault::FailedMessage { message, status, applied }) => {
                plan.message = Some(MessageFault { message: *message, status: *status, applied: *applied });
            }
            Some(
                Fault::LostResponse
                | Fault::ResetBeforeSend
                | Fault::Cap
                | Fault::Outage { .. }
                | Fault::OutagePage { .. }
                | Fault::ServerError { .. }
                | Fault::TooManyRequests { .. }
                | Fault::Slow { .. }
                | Fault::TruncatedBody
                | Fault::HtmlPage
                | Fault::MultiMessageOutage { .. },
            )
            | None => {}
        }
        Self { fault, ..plan }
    }
}

/// Hosts share an emulator between threads.
const _: () = {
    const fn can_be_sent<T: Send>() {}
    can_be_sent::<Emulator>();
};

/// The developer whose pool a request draws on.
fn dev_ref(request: &Request) -> Option<&str> {
    request.headers.get("brightpearl-dev-ref")
}

fn on_time(response: Response) -> Outcome {
    Outcome::Answer { response, after_ms: 0 }
}
