//! What the components that use WASI share: the time, and bodies read within a bound.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

use wasip2::clocks::wall_clock;
use wasip2::http::types::IncomingBody;
use wasip2::io::streams::StreamError;

/// What a stream gives at once, at most.
const MOST_READ: u64 = 64 * 1024;

/// Why a body could not be read.
#[derive(Debug)]
pub enum UnreadBody {
    /// It has more than was allowed.
    TooLarge,
    /// It was cut off, in the words of the platform.
    Cut(String),
}

/// The whole body, if it has no more than so many bytes. Nothing beyond them is kept.
///
/// # Errors
/// Why it could not be read.
pub fn read_body(incoming: IncomingBody, most: usize) -> Result<Vec<u8>, UnreadBody> {
    let mut body = Vec::new();
    {
        let stream = incoming.stream().map_err(|()| UnreadBody::Cut("it has no stream".to_owned()))?;
        loop {
            match stream.blocking_read(MOST_READ) {
                Ok(bytes) if bytes.len() > most - body.len() => return Err(UnreadBody::TooLarge),
                Ok(bytes) => body.extend_from_slice(&bytes),
                Err(StreamError::Closed) => break,
                Err(StreamError::LastOperationFailed(error)) => {
                    return Err(UnreadBody::Cut(error.to_debug_string()));
                }
            }
        }
    }
    drop(IncomingBody::finish(incoming));
    Ok(body)
}

/// Milliseconds since the Unix epoch.
pub fn now() -> u64 {
    let now = wall_clock::now();
    now.seconds * 1000 + u64::from(now.nanoseconds / 1_000_000)
}
