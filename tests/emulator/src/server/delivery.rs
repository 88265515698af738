//! Webhooks on the wire: sends what is due and tells the emulator what became of it.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use brightpearl_core::Request;
use brightpearl_emulator::{Delivery, Receipt};
use ureq::Agent;
use ureq::http;

use crate::Shared;
use crate::connection::now_ms;

/// How often to look for what is due: often enough to seem prompt, and seldom enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long a subscriber may take; Brightpearl's own limit is not documented.
const PATIENCE: Duration = Duration::from_secs(10);

/// Delivers until the runtime ends.
pub(crate) async fn deliver(emulator: Shared) {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        // A redirect is an answer like any other that is not a success.
        .max_redirects(0)
        .timeout_global(Some(PATIENCE))
        .user_agent("brightpearl-emulator")
        .build()
        .into();
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        let due = {
            let mut desk = emulator.lock().unwrap_or_else(PoisonError::into_inner);
            let now = desk.now(now_ms());
            desk.emulator_mut().deliveries(now)
        };
        for delivery in due {
            let (agent, emulator) = (agent.clone(), Arc::clone(&emulator));
            // Nothing waits for it: the emulator hears of the outcome.
            let _sending = tokio::task::spawn_blocking(move || perform(&agent, &emulator, delivery));
        }
    }
}

fn perform(agent: &Agent, emulator: &Shared, delivery: Delivery) {
    let Delivery { id, webhook, attempt, request } = delivery;
    let receipt = send(agent, &request).unwrap_or_else(|error| {
        eprintln!("brightpearl-emulator: webhook {webhook}, attempt {attempt}: {error}");
        Receipt::Failed
    });
    let mut desk = emulator.lock().unwrap_or_else(PoisonError::into_inner);
    let now = desk.now(now_ms());
    desk.emulator_mut().delivered(id, receipt, now);
}

fn send(agent: &Agent, request: &Request) -> Result<Receipt, ureq::Error> {
    let mut builder = http::Request::builder().method(request.method.as_str()).uri(request.url.as_str());
    for (name, value) in request.headers.iter() {
        builder = builder.header(name, value);
    }
    let response = if request.body.is_empty() {
        agent.run(builder.body(())?)?
    } else {
        agent.run(builder.body(request.body.as_slice())?)?
    };
    Ok(Receipt::Answered(response.status().as_u16()))
}
