//! The whole of a simple host: poll, transmit, answer, wait.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use brightpearl_core::{Call, Output, Result, Step};

use crate::transport::Transport;

/// Drives a call to its end and hands over what it puts out.
///
/// # Errors
/// What ended the call.
pub fn drive(call: &mut Call, transport: &Transport, mut consume: impl FnMut(Output)) -> Result<()> {
    loop {
        match call.poll(now())? {
            Step::Send(exchange) => match transport.transmit(&exchange.request) {
                Ok(response) => call.answer(exchange.id, response, now())?,
                Err(failure) => call.fail(exchange.id, failure, now())?,
            },
            Step::Wait { until, .. } => thread::sleep(Duration::from_millis(until.saturating_sub(now()))),
            // This host transmits one request after the other, so nothing is ever out when it polls.
            Step::Pending => thread::yield_now(),
            Step::Output(output) => consume(output),
            // Nothing here feeds records as it goes.
            Step::Feed { .. } => call.finish()?,
            Step::Done => return Ok(()),
        }
    }
}

fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
