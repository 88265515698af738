//! The whole of a simple host: poll, transmit, answer, wait.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use brightpearl_core::{Call, Output, Result, Step};

use crate::transport::Transport;

/// Drives a call to its end and hands over what it puts out.
///
/// # Errors
/// What ended the call.
pub fn drive(call: &mut Call, transport: &Transport, consume: impl FnMut(Output)) -> Result<()> {
    drive_feeding(call, transport, std::iter::empty::<&[u8]>(), consume)
}

/// Drives a push that asks for its records, and gives it as many of them as it asks for.
///
/// # Errors
/// What ended the call.
pub fn drive_feeding<R: AsRef<[u8]>>(
    call: &mut Call,
    transport: &Transport,
    records: impl IntoIterator<Item = R>,
    mut consume: impl FnMut(Output),
) -> Result<()> {
    let mut records = records.into_iter().fuse();
    loop {
        match call.poll(now())? {
            Step::Send(exchange) => match transport.transmit(&exchange.request) {
                Ok(response) => call.answer(exchange.id, response, now())?,
                Err(failure) => call.fail(exchange.id, failure, now())?,
            },
            Step::Wait { until, .. } => thread::sleep(Duration::from_millis(until.saturating_sub(now()))),
            // This host transmits one request after the other, so nothing is ever out when it polls.
            Step::Pending => thread::yield_now(),
            Step::Feed { room } => feed(call, &mut records, room)?,
            Step::Output(output) => consume(output),
            Step::Done => return Ok(()),
        }
    }
}

/// Fewer records than there is room for are the last.
fn feed<R: AsRef<[u8]>>(call: &mut Call, records: &mut impl Iterator<Item = R>, room: usize) -> Result<()> {
    for _ in 0..room {
        match records.next() {
            Some(record) => call.feed(record.as_ref())?,
            None => return call.finish(),
        }
    }
    Ok(())
}

fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
