//! What a server of the emulator does besides sockets: hosts, the clock, latency, a log, a page, administration.
//!
//! Every host that puts the emulator on a port stands on this, so that all of them have the same.

mod administration;
mod exchange;
mod hosts;
mod page;

use std::collections::VecDeque;

use brightpearl_core::{Method, Request, Response};

use crate::emulator::{Aim, Emulator};
use crate::outcome::Outcome;
use crate::protocol::address::RequestAddress;
use crate::protocol::moment::moment_of;
use exchange::LoggedExchange;

pub use hosts::HOSTS;

/// How many of the last exchanges the page shows.
const SHOWN: usize = 50;

/// What a server is asked to do besides answering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskSettings {
    /// Whether the administration below `/~emulator/` is to be had.
    pub is_administered: bool,
    /// How long every answer takes longer, in milliseconds.
    pub latency_ms: u64,
    /// What the emulator's clock shows when the server starts, in milliseconds since the Unix epoch; it goes on from
    /// there. None: the time of the machine.
    pub clock_ms: Option<u64>,
    /// Whether [`Served::logged`] is wanted.
    pub is_logged: bool,
}

/// An emulator as it is served on a port.
pub struct Desk {
    emulator: Emulator,
    settings: DeskSettings,
    /// How far the emulator's clock is ahead of the machine's.
    ahead_ms: i64,
    recent: VecDeque<LoggedExchange>,
}

/// What becomes of a request to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// What to act out.
    pub outcome: Outcome,
    /// The line of JSON for the log, without secrets, if [`DeskSettings::is_logged`]. Administration and the page are
    /// not logged.
    pub logged: Option<String>,
}

impl Desk {
    /// Puts an emulator behind a desk. `machine_ms` is the machine's time, as everywhere here.
    pub fn new(emulator: Emulator, settings: DeskSettings, machine_ms: u64) -> Self {
        let mut desk = Self { emulator, settings, ahead_ms: 0, recent: VecDeque::with_capacity(SHOWN) };
        if let Some(clock_ms) = desk.settings.clock_ms {
            desk.set_clock(clock_ms, machine_ms);
        }
        desk
    }

    /// The emulator itself.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// The emulator itself, for whoever asks it without a server.
    pub fn emulator_mut(&mut self) -> &mut Emulator {
        &mut self.emulator
    }

    /// Does from now on what these settings say. The clock stays unless they name a time.
    pub fn set(&mut self, settings: DeskSettings, machine_ms: u64) {
        if let Some(clock_ms) = settings.clock_ms {
            self.set_clock(clock_ms, machine_ms);
        }
        self.settings = settings;
    }

    /// What the emulator's clock shows.
    pub fn now(&self, machine_ms: u64) -> u64 {
        machine_ms.saturating_add_signed(self.ahead_ms)
    }

    /// Sets the emulator's clock, which goes on from there.
    pub fn set_clock(&mut self, clock_ms: u64, machine_ms: u64) {
        let signed = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        self.ahead_ms = signed(clock_ms).saturating_sub(signed(machine_ms));
    }

    /// Carries out a request that came to a port: of the API, of the administration, or for the page.
    pub fn respond(&mut self, request: &Request, machine_ms: u64) -> Served {
        let now = self.now(machine_ms);
        if let Some(response) = self.beside_the_api(request, machine_ms) {
            return Served { outcome: Outcome::Answer { response, after_ms: 0 }, logged: None };
        }
        let outcome = match hosts::refused(request) {
            Some(response) => Outcome::Answer { response, after_ms: 0 },
            None => self.emulator.respond(request, now),
        };
        let exchange = LoggedExchange::new(request, &outcome, self.emulator.struck, now);
        let logged = self.settings.is_logged.then(|| exchange.line(request, &outcome));
        if self.recent.len() == SHOWN {
            self.recent.pop_front();
        }
        self.recent.push_back(exchange);
        let outcome = match outcome {
            Outcome::Answer { response, after_ms } => {
                Outcome::Answer { response, after_ms: after_ms.saturating_add(self.settings.latency_ms) }
            }
            lost @ Outcome::ConnectionLost { .. } => lost,
        };
        Served { outcome, logged }
    }

    /// The answer to what no account can be asked.
    fn beside_the_api(&mut self, request: &Request, machine_ms: u64) -> Option<Response> {
        let path = request.url.split('?').next().unwrap_or_default();
        if path == "/" && request.method == Method::Get {
            return Some(page::response(self, machine_ms));
        }
        if !self.settings.is_administered {
            return None;
        }
        let what = path.strip_prefix(administration::PREFIX)?.to_owned();
        Some(administration::answer(self, request, &what, machine_ms))
    }
}

/// A point in time as ISO 8601 has it, with an offset, in milliseconds since the Unix epoch.
pub fn clock_of(text: &str) -> Option<u64> {
    moment_of(text.trim()).and_then(|ms| u64::try_from(ms).ok())
}

/// Whether a request is one for records, whose bodies hold no credentials.
fn is_about_records(request: &Request) -> bool {
    match Aim::find(request.method, &RequestAddress::parse(&request.url)) {
        Aim::Records(..) | Aim::MultiMessage => true,
        Aim::Door(_) | Aim::Nothing => false,
    }
}
