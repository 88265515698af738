//! Steps of the engine without bodies to speak of: what every request costs beside its transmission.

use std::time::{Duration, Instant};

use brightpearl_core::operation::{Fetch, Plan};
use brightpearl_core::{Call, Client, Config, Exchange, IdSet, Response, Step};

/// Requests in one round.
const REQUESTS: u32 = 2_000;

/// Exchanges that are out at once.
const IN_FLIGHT: u32 = 8;

/// Mean times of one round.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// A poll that finds nothing to do.
    pub idle: Duration,
    /// A poll that builds a request.
    pub send: Duration,
    /// An answer taken, with the poll that puts it out.
    pub answer: Duration,
}

/// Measures a round of single GETs.
///
/// # Panics
/// When the engine does not behave: a bench of something else would be worth nothing.
pub fn round() -> Round {
    let mut call = fetch(&client());
    let mut sums = Round { idle: Duration::ZERO, send: Duration::ZERO, answer: Duration::ZERO };
    for _ in 0..REQUESTS / IN_FLIGHT {
        let mut exchanges: Vec<Exchange> = Vec::with_capacity(IN_FLIGHT as usize);
        sums.send += time(|| {
            for _ in 0..IN_FLIGHT {
                let Ok(Step::Send(exchange)) = call.poll(0) else { panic!("a request is due") };
                exchanges.push(exchange);
            }
        });
        sums.idle += time(|| {
            for _ in 0..IN_FLIGHT {
                let Ok(Step::Pending) = call.poll(0) else { panic!("all is out") };
            }
        });
        let answers: Vec<(u64, Response)> =
            exchanges.iter().map(|exchange| (exchange.id, smallest_answer(exchange))).collect();
        sums.answer += time(|| {
            for (exchange, response) in answers {
                call.answer(exchange, response, 0).expect("the exchange is out");
                let Ok(Step::Output(_)) = call.poll(0) else { panic!("the answer is put out") };
            }
        });
    }
    Round { idle: sums.idle / REQUESTS, send: sums.send / REQUESTS, answer: sums.answer / REQUESTS }
}

/// What has the record that was asked for, and nothing else.
fn smallest_answer(exchange: &Exchange) -> Response {
    let id = exchange.request.url.rsplit('/').next().unwrap_or_default();
    Response::new(200, format!(r#"{{"response":[{{"id":{id}}}]}}"#))
}

fn client() -> Client {
    let text = format!(
        r#"{{"account":"acme","datacentre":"use1","max_in_flight":{IN_FLIGHT},"pool":{{"quota":1000000}},
             "credentials":{{"type":"private-app","app_ref":"acme_sync","account_token":"AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCd="}}}}"#
    );
    Client::new(Config::from_json(&text).expect("a configuration")).expect("a client")
}

fn fetch(client: &Client) -> Call {
    let ids = IdSet::parse(&format!("100001-{}", 100_000 + REQUESTS)).expect("an id set");
    let fetch = Fetch { id_limit: Some(1), plan: Plan::Never, ..Fetch::new("order-service/order", ids) };
    client.fetch(fetch).expect("a call")
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_goes_to_its_end() {
        let Round { idle, send, answer } = round();
        assert!(idle + send + answer > Duration::ZERO);
    }
}
