//! The emulator: one request in, one outcome out.

use brightpearl_core::{Request, Response};

use crate::config::{Config, ConfigError};
use crate::fault::{Fault, Target};
use crate::outcome::Outcome;
use crate::protocol::address::Address;
use crate::protocol::answer::{Answer, Refusal, Stamp, page, stamped};
use crate::search::Lies;
use crate::service::{Action, Call, Route, unknown_resource};
use crate::statistics::Statistics;
use crate::throttle::{Admission, Throttle};
use crate::world::World;
use crate::world::random::{Draw, Topic};

/// What the gateway says when the request cap is used up (API notes §5).
const TOO_MANY_REQUESTS: &str = "You have sent too many requests. Please wait before sending another request";
/// What it says to a request without valid credentials (API notes §2.7).
const NOT_AUTHENTICATED: &str = "Not authenticated. You must provide a valid authentication token.";

/// One emulated account.
///
/// It owns all its state and does no input or output. A host that serves several requests at once puts
/// it behind a lock; one request takes microseconds.
pub struct Emulator {
    config: Config,
    world: World,
    throttle: Throttle,
    statistics: Statistics,
}

/// What becomes of one request beside its answer.
#[derive(Default)]
struct Plan {
    fault: Option<Fault>,
    lies: Lies,
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
            throttle: Throttle::new(&config),
            statistics: Statistics::default(),
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

    /// Carries out a request as the fault plan has it. `now_ms` is the time in milliseconds since the
    /// Unix epoch; it may stand still and even go back.
    ///
    /// The URL may be absolute, whatever its host, or begin with the path.
    pub fn respond(&mut self, request: &Request, now_ms: u64) -> Outcome {
        self.statistics.requests += 1;
        let address = Address::parse(&request.url);
        let route = Route::find(request.method, &address);
        let target = Target {
            number: self.statistics.requests,
            method: request.method,
            path: &address.path,
            is_search: route.as_ref().is_some_and(|(route, _)| route.is_search()),
        };
        let fault = self.config.faults.strike(self.config.seed, &target).cloned();
        if let Some(fault) = &fault {
            Statistics::count(&mut self.statistics.faults, fault.kind());
        }
        self.count_resource(request, route.as_ref().map(|(route, _)| *route));
        let outcome = self.act_out(request, &address, route, &Plan::new(fault), now_ms);
        if let Outcome::Answer { response, .. } = &outcome {
            *self.statistics.by_status.entry(response.status).or_default() += 1;
        }
        outcome
    }

    /// Carries out a request as if the fault plan were empty. Records that the plan has spoilt stay so,
    /// and so does a pool that a fault has used up.
    pub fn answer(&mut self, request: &Request, now_ms: u64) -> Response {
        self.statistics.requests += 1;
        let address = Address::parse(&request.url);
        let route = Route::find(request.method, &address);
        self.count_resource(request, route.as_ref().map(|(route, _)| *route));
        let response = self.carry_out(request, &address, route, Lies::default(), now_ms);
        *self.statistics.by_status.entry(response.status).or_default() += 1;
        response
    }

    fn count_resource(&mut self, request: &Request, route: Option<&Route>) {
        let pattern = route.map_or("unknown", |route| route.pattern);
        Statistics::count(&mut self.statistics.by_resource, &format!("{} {pattern}", request.method));
    }

    fn act_out(
        &mut self,
        request: &Request,
        address: &Address,
        route: Option<(&'static Route, Vec<String>)>,
        plan: &Plan,
        now_ms: u64,
    ) -> Outcome {
        let Some(fault) = &plan.fault else {
            return on_time(self.carry_out(request, address, route, plan.lies, now_ms));
        };
        let mut carry_out =
            |emulator: &mut Self| emulator.carry_out(request, address, route.clone(), plan.lies, now_ms);
        match fault {
            Fault::ResetBeforeSend => Outcome::ConnectionLost { applied: false },
            Fault::LostResponse => {
                carry_out(self);
                Outcome::ConnectionLost { applied: true }
            }
            Fault::Cap => {
                self.throttle.exhaust(now_ms);
                on_time(carry_out(self))
            }
            Fault::Outage { applied } => {
                let admission = self.spend(*applied, &mut carry_out, now_ms);
                let refusal =
                    Refusal::by_gateway(503, "The service is temporarily unavailable for maintenance");
                on_time(self.refuse(request, refusal, "api-proxy", admission, now_ms))
            }
            Fault::OutagePage { applied } => {
                self.spend(*applied, &mut carry_out, now_ms);
                on_time(page(503, "503 Service Temporarily Unavailable", now_ms))
            }
            Fault::ServerError { applied } => {
                let admission = self.spend(*applied, &mut carry_out, now_ms);
                let refusal = Refusal::by_gateway(500, "Internal Server Error");
                on_time(self.refuse(request, refusal, "api-proxy", admission, now_ms))
            }
            Fault::TooManyRequests { retry_after_s } => {
                let admission = self.throttle.take(now_ms);
                let refusal = Refusal::by_gateway(429, "Too Many Requests");
                let response = self.refuse(request, refusal, "api-proxy", admission, now_ms);
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
            Fault::ResultsAvailableLies { .. } | Fault::MorePagesLies | Fault::DuplicateRows { .. } => {
                on_time(carry_out(self))
            }
        }
    }

    /// Uses up one request of the pool, by carrying it out or not.
    fn spend(
        &mut self,
        applied: bool,
        carry_out: &mut impl FnMut(&mut Self) -> Response,
        now_ms: u64,
    ) -> Admission {
        if applied {
            carry_out(self);
            return self.throttle.look(now_ms);
        }
        self.throttle.take(now_ms)
    }

    fn carry_out(
        &mut self,
        request: &Request,
        address: &Address,
        route: Option<(&'static Route, Vec<String>)>,
        lies: Lies,
        now_ms: u64,
    ) -> Response {
        let admission = self.throttle.take(now_ms);
        self.statistics.neighbour_requests = self.throttle.neighbour_requests();
        if !admission.admitted {
            self.statistics.throttled += 1;
            let refusal = Refusal::by_gateway(503, TOO_MANY_REQUESTS);
            return self.refuse(request, refusal, "api-proxy", admission, now_ms);
        }
        let Some(account) = &address.account else {
            return self.refuse(request, unknown_resource(&address.path), "api-proxy", admission, now_ms);
        };
        if let Err(refusal) = self.authenticate(request, account) {
            self.statistics.unauthorised += 1;
            return self.refuse(request, refusal, "api-proxy", admission, now_ms);
        }
        let Some((route, captured)) = route else {
            return self.refuse(request, unknown_resource(&address.path), "api-proxy", admission, now_ms);
        };
        match self.act(request, address, route, captured, lies, now_ms) {
            Ok(body) => {
                let request_id = self.request_id();
                let stamp = Stamp {
                    method: request.method,
                    now_ms,
                    message_type: route.message_type,
                    request_id: &request_id,
                    admission,
                };
                stamped(200, body, &stamp)
            }
            Err(refusal) => self.refuse(request, refusal, route.message_type, admission, now_ms),
        }
    }

    fn act(
        &mut self,
        request: &Request,
        address: &Address,
        route: &'static Route,
        captured: Vec<String>,
        lies: Lies,
        now_ms: u64,
    ) -> Answer {
        let mut call = Call {
            world: &mut self.world,
            resource: route.resource(),
            captured,
            query: &address.query,
            headers: &request.headers,
            body: &request.body,
            now_ms: i64::try_from(now_ms).unwrap_or(i64::MAX),
        };
        match route.action {
            Action::Read(action) => action(&mut call),
            Action::Write(action) => {
                let answer = action(&mut call);
                self.statistics.applied_writes += u64::from(answer.is_ok());
                answer
            }
            Action::Search(search) => search.page(call.world, call.query, &lies),
            Action::SearchMetaData(search) => search.meta_data(),
        }
    }

    /// Checks the account in the path and the credentials in the headers (API notes §2, §2.7).
    fn authenticate(&self, request: &Request, account: &str) -> Result<(), Refusal> {
        let is_known = self.config.credentials.iter().any(|credential| {
            let (header, token) = credential.token();
            request.headers.get("brightpearl-app-ref") == Some(credential.app_ref())
                && request.headers.get(header) == Some(token)
        });
        if account == self.config.account && is_known {
            return Ok(());
        }
        let bearer = request.headers.get("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let text = bearer
            .map_or_else(|| NOT_AUTHENTICATED.to_owned(), |token| format!("Invalid instance token: {token}"));
        Err(Refusal::by_gateway(401, &text))
    }

    fn refuse(
        &self,
        request: &Request,
        refusal: Refusal,
        message_type: &str,
        admission: Admission,
        now_ms: u64,
    ) -> Response {
        let request_id = self.request_id();
        let stamp = Stamp {
            method: request.method,
            now_ms,
            message_type: refusal.message_type.unwrap_or(message_type),
            request_id: &request_id,
            admission,
        };
        stamped(refusal.status, refusal.body, &stamp)
    }

    /// The id that the answer to the present request carries.
    fn request_id(&self) -> String {
        let bytes = Draw::new(self.config.seed, Topic::RequestId, self.statistics.requests).bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

impl Plan {
    fn new(fault: Option<Fault>) -> Self {
        let mut lies = Lies::default();
        match &fault {
            Some(Fault::ResultsAvailableLies { value }) => lies.results_available = Some(*value),
            Some(Fault::MorePagesLies) => lies.more_pages_inverted = true,
            Some(Fault::DuplicateRows { rows }) => {
                lies.repeated_rows = usize::try_from(*rows).unwrap_or(usize::MAX);
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
                | Fault::HtmlPage,
            )
            | None => {}
        }
        Self { fault, lies }
    }
}

/// Hosts share an emulator between threads.
const _: () = {
    const fn can_be_sent<T: Send>() {}
    can_be_sent::<Emulator>();
};

fn on_time(response: Response) -> Outcome {
    Outcome::Answer { response, after_ms: 0 }
}
