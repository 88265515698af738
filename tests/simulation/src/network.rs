//! What lies between a host and Brightpearl: time, latency, and requests that go astray.

use std::collections::BTreeMap;

use brightpearl_core::{Call, Method, Request, Response, TransportFailure};
use brightpearl_emulator::{Emulator, Outcome};

use crate::between::{Between, path_of};
use crate::draw::Draw;
use crate::trace::Trace;

/// Milliseconds after which a host gives an answer up.
const TIMEOUT_MS: u64 = 30_000;

/// The longest that a request which the host has given up may lie about before it is carried out after all.
const HELD_MS: u64 = 15_000;

/// An emulated account behind an unreliable network, with a clock of its own.
pub(crate) struct Network {
    /// The account.
    pub(crate) emulator: Emulator,
    /// Milliseconds since the Unix epoch.
    pub(crate) now: u64,
    /// Likelihood in a thousand that a request never leaves the host.
    pub(crate) unsent: u64,
    /// Likelihood in a thousand that a creation is carried out long after its connection was lost.
    pub(crate) held: u64,
    /// Likelihood in a thousand that an answer is delivered a second time.
    pub(crate) echoed: u64,
    /// Who stands between.
    pub(crate) between: Between,
    /// A host that takes every lost connection for one that was never made. It is wrong, and shows what comes of it.
    pub(crate) denies_sending: bool,
    draw: Draw,
    flights: BTreeMap<u64, Flight>,
    /// Requests that are to be carried out later, whoever has forgotten them.
    late: Vec<(u64, Request)>,
}

/// What is on its way.
#[derive(Default)]
pub(crate) struct Flights(BTreeMap<u64, Flight>);

struct Flight {
    at: u64,
    arrival: Arrival,
}

enum Arrival {
    Answer(Response),
    Failure(TransportFailure),
}

impl Network {
    /// A network in which nothing goes wrong but what the account's own plan says.
    pub(crate) fn new(emulator: Emulator, now: u64, draw: Draw) -> Self {
        Self {
            emulator,
            now,
            unsent: 0,
            held: 0,
            echoed: 0,
            between: Between::nobody(),
            denies_sending: false,
            draw,
            flights: BTreeMap::new(),
            late: Vec::new(),
        }
    }

    /// Puts a request on its way.
    pub(crate) fn transmit(&mut self, exchange: u64, request: &Request, trace: &mut Trace) {
        let latency = self.draw.between(20, 600);
        let at = self.now + latency;
        let flight = if self.draw.happens(self.unsent) {
            trace.note(self.now, || format!("  {exchange}: never left"));
            Flight { at, arrival: failure(TransportFailure::NotSent, "no route") }
        } else if request.method == Method::Post && self.draw.happens(self.held) {
            let until = self.now + self.draw.between(1, HELD_MS);
            trace.note(self.now, || format!("  {exchange}: held until {until}"));
            self.late.push((until, request.clone()));
            Flight { at, arrival: self.lost() }
        } else {
            let (outcome, done) = self.between.pass(&mut self.emulator, request, self.now + latency / 2);
            if let Some(done) = done {
                trace.note(self.now, || format!("  {exchange}: {done}"));
            }
            match outcome {
                Outcome::Answer { response, after_ms } if after_ms <= TIMEOUT_MS => {
                    trace.note(self.now, || {
                        let body = String::from_utf8_lossy(&response.body);
                        format!("  {exchange}: {} {body}", response.status)
                    });
                    Flight { at: at + after_ms, arrival: Arrival::Answer(response) }
                }
                Outcome::Answer { .. } => Flight { at: at + TIMEOUT_MS, arrival: self.lost() },
                Outcome::ConnectionLost { applied } => {
                    trace.note(self.now, || format!("  {exchange}: lost, applied: {applied}"));
                    Flight { at, arrival: self.lost() }
                }
            }
        };
        self.flights.insert(exchange, flight);
    }

    fn lost(&self) -> Arrival {
        let kind = if self.denies_sending { TransportFailure::NotSent } else { TransportFailure::MaybeSent };
        failure(kind, "the connection was lost")
    }

    /// Lets time pass until something arrives, at most until a deadline, and hands it to the call. Without a
    /// deadline, something must be under way.
    pub(crate) fn pass(&mut self, call: &mut Call, until: Option<u64>) -> Result<(), String> {
        let first = self.flights.iter().min_by_key(|(exchange, flight)| (flight.at, **exchange));
        let first = first.map(|(exchange, flight)| (*exchange, flight.at));
        let arrives = first.filter(|(_, at)| until.is_none_or(|until| *at <= until));
        let Some((exchange, at)) = arrives else {
            let until = until.ok_or("the call waits for an answer, and nothing is under way")?;
            self.pass_until(until);
            return Ok(());
        };
        self.pass_until(at);
        let Some(flight) = self.flights.remove(&exchange) else { return Ok(()) };
        let again = self.draw.happens(self.echoed);
        let echo = match &flight.arrival {
            Arrival::Answer(response) if again => Some(response.clone()),
            Arrival::Answer(_) | Arrival::Failure(_) => None,
        };
        let taken = match flight.arrival {
            Arrival::Answer(response) => call.answer(exchange, response, self.now),
            Arrival::Failure(failure) => call.fail(exchange, failure, self.now),
        };
        taken.map_err(|error| format!("an answer was not taken: {error}"))?;
        match echo.map(|response| call.answer(exchange, response, self.now)) {
            Some(Ok(())) => Err("an answer that came twice was taken twice".to_owned()),
            Some(Err(_)) | None => Ok(()),
        }
    }

    /// Lets time pass, with what was held.
    pub(crate) fn pass_until(&mut self, until: u64) {
        self.late.sort_by_key(|(at, _)| *at);
        while self.late.first().is_some_and(|(at, _)| *at <= until) {
            let (at, request) = self.late.remove(0);
            // Whether it is let in, and whatever it is answered, nobody hears.
            self.emulator.respond(&request, at);
        }
        self.now = self.now.max(until);
    }

    /// From here on nothing goes wrong that is the network's.
    pub(crate) fn clear_up(&mut self) {
        (self.unsent, self.held, self.echoed) = (0, 0, 0);
        self.between.clear_up();
    }

    /// Lets another host use the network, which knows nothing of what is on its way to this one.
    pub(crate) fn set_aside(&mut self) -> Flights {
        Flights(std::mem::take(&mut self.flights))
    }

    /// Goes on with what was set aside.
    pub(crate) fn take_up(&mut self, Flights(flights): Flights) {
        self.flights = flights;
    }

    /// The host is gone, and with it all that it waited for.
    pub(crate) fn forget(&mut self) {
        self.flights.clear();
    }

    /// Reads past everything, as nobody could: what `response` holds.
    pub(crate) fn look(&mut self, path: &str) -> serde_json::Value {
        self.act(Method::Get, path, "", self.now)
    }

    /// Carries something out past everything, at any time, or minutes later where the cap is used up: what
    /// `response` holds.
    pub(crate) fn act(&mut self, method: Method, path: &str, body: &str, at: u64) -> serde_json::Value {
        let request = Request {
            method,
            url: format!("http://127.0.0.1/public-api/demo/{path}"),
            headers: self.emulator.config().credentials[OBSERVER].headers(),
            body: body.as_bytes().to_vec(),
        };
        let mut answer = self.emulator.answer(&request, at);
        for minute in 1..60 {
            if answer.status == 503 {
                answer = self.emulator.answer(&request, at + minute * 60_000);
            }
        }
        let mut body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if method == Method::Post {
            self.between.replica.note(path_of(&request.url), body["response"].as_u64(), self.now);
        }
        assert!(answer.status == 200 || answer.status == 404, "{method} {path}: {} {body}", answer.status);
        body["response"].take()
    }
}

/// The credential of the one who looks on: an app of a developer, which has a pool of its own.
const OBSERVER: usize = 2;

fn failure(kind: fn(String) -> TransportFailure, text: &str) -> Arrival {
    Arrival::Failure(kind(text.to_owned()))
}
