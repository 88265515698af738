//! What becomes of a request: an answer, perhaps late, or a connection that goes away.

use brightpearl_core::Response;

/// What a host has to act out for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer goes out `after_ms` milliseconds from now (0 unless a fault slows it down).
    Answer {
        /// What to send. `Content-Length` and `Connection` are left to the host's HTTP stack.
        response: Response,
        /// How long to hold the answer back, in milliseconds.
        after_ms: u64,
    },
    /// The connection closes without an answer.
    ConnectionLost {
        /// Whether the request had been carried out before the connection went away. A host that acts
        /// this out on a socket closes it in both cases: the caller cannot tell them apart.
        applied: bool,
    },
}

impl Outcome {
    /// The answer, however late; `None` when the connection was lost.
    pub fn response(self) -> Option<Response> {
        match self {
            Outcome::Answer { response, .. } => Some(response),
            Outcome::ConnectionLost { .. } => None,
        }
    }
}
