//! The client's engine against an emulated account, without a socket and on a clock of its own.

// Each test file is a program of its own and uses what it needs.
#![allow(dead_code)]

use brightpearl_core::operation::SingleRequest as Operation;
use brightpearl_core::{
    Call, Client, Config as ClientConfig, Error, Headers, Method, Output, Request, Response, Step,
};
use brightpearl_emulator::{Emulator, Outcome};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::NOW;

/// Where the in-process account seems to live.
pub(crate) const BASE: &str = "http://127.0.0.1:8080";

/// One client and the account that it talks to.
pub(crate) struct Session {
    pub(crate) emulator: Emulator,
    pub(crate) client: Client,
    pub(crate) now: u64,
    /// Verb, URL and status of everything that went over the wire.
    pub(crate) wire: Vec<(Method, String, u16)>,
}

/// A client with these credentials, as JSON.
pub(crate) fn client(credentials: &str) -> Client {
    let text = format!(r#"{{"account":"demo","base_url":"{BASE}","credentials":{credentials}}}"#);
    Client::new(ClientConfig::from_json(&text).unwrap()).unwrap()
}

impl Session {
    pub(crate) fn new(emulator: Emulator, credentials: &str) -> Self {
        Self { emulator, client: client(credentials), now: NOW, wire: Vec::new() }
    }

    /// The headers of a GET that succeeds.
    pub(crate) fn get(&mut self, path: &str) -> Result<Headers, Error> {
        let call = self.client.request(Operation::new(Method::Get, path))?;
        self.drive(call)
    }

    pub(crate) fn drive(&mut self, mut call: Call) -> Result<Headers, Error> {
        let mut headers = Headers::new();
        loop {
            match call.poll(self.now)? {
                Step::Send(exchange) => {
                    let (method, url) = (exchange.request.method, exchange.request.url.clone());
                    match self.emulator.respond(&exchange.request, self.now) {
                        Outcome::Answer { response, .. } => {
                            self.wire.push((method, url, response.status));
                            call.answer(exchange.id, response, self.now)?;
                        }
                        Outcome::ConnectionLost { .. } => panic!("no fault was planned"),
                    }
                }
                Step::Wait { until, .. } => self.now = until.max(self.now + 1),
                Step::Pending => panic!("nothing is in flight"),
                Step::Feed { .. } => panic!("nothing here takes records"),
                Step::Output(output) => {
                    let Output::Reply(reply) = output else { panic!("no single reply: {output:?}") };
                    headers = reply.headers;
                }
                Step::Done => return Ok(headers),
            }
        }
    }

    /// How often a part of a URL was asked for.
    pub(crate) fn asked(&self, part: &str) -> usize {
        self.wire.iter().filter(|(_, url, _)| url.contains(part)).count()
    }
}

/// Sends a form to the OAuth server.
pub(crate) fn post_form(emulator: &mut Emulator, url: &str, form: &[(&str, &str)], now: u64) -> Response {
    let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let body: Vec<String> =
        form.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    let headers = [("Content-Type", "application/x-www-form-urlencoded")].into_iter().collect();
    let request = Request {
        method: Method::Post,
        url: format!("{BASE}{url}"),
        headers,
        body: body.join("&").into_bytes(),
    };
    emulator.answer(&request, now)
}
