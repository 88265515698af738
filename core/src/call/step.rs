//! What a call says to its host, and what the host may say back.

use serde::Serialize;

use crate::http::Request;
use crate::named::{named, tagged};
use crate::output::Output;

tagged! {
    /// What to do next.
    #[derive(Debug)]
    pub enum Step;
    /// Which sort of step it is.
    pub enum StepKind: "step-kind";
    {
        /// Transmit the request, then answer or fail the exchange, by its id.
        Send(Exchange) = 1 "send",
        /// Poll again at `until`, or after an answer to what is out, whichever comes first.
        Wait {
            /// Milliseconds since the Unix epoch, on the host's own clock.
            until: u64,
            /// What is waited for.
            reason: WaitReason,
        } = 2 "wait",
        /// All that is allowed is in flight: wait for an answer.
        Pending = 3 "pending",
        /// A push wants records: feed it some, or say that there are no more; then poll again. Polled again without another
        /// record, it works on those that it has.
        Feed {
            /// How many it takes now, at most.
            room: usize,
        } = 11 "feed",
        /// A piece of the result. Polling again says that it was consumed.
        Output(Output) "output",
        /// The call is over; everything was put out.
        Done = 8 "done",
    }
}

/// A request to transmit.
#[derive(Debug)]
pub struct Exchange {
    /// What the answer has to name. Unique within a client.
    pub id: u64,
    /// The request, complete.
    pub request: Request,
    /// Which attempt at this request it is, from 1.
    pub attempt: u32,
    /// Whether it fetches tokens. Its answer may be the only copy of a refresh token, for which the server has ended the
    /// one before: when the call is cancelled, let this exchange end, answer it, and store
    /// [`Client::tokens`](crate::Client::tokens). Until then, other calls of the client do not log in.
    pub is_login: bool,
}

named! {
    /// Why a call waits.
    pub enum WaitReason: "wait-reason" {
        /// The account's request cap leaves no room.
        Throttled = 0 "throttled",
        /// A failed request is sent again, or its outcome looked up, after a pause.
        Backoff = 1 "backoff",
        /// A token is being renewed.
        TokenRefresh = 2 "token-refresh",
    }
}

/// Why no answer came, as far as the host's transport knows. When in doubt it is [`MaybeSent`].
///
/// [`MaybeSent`]: TransportFailure::MaybeSent
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportFailure {
    /// Not a byte of the request left the host: no name, no connection, no TLS.
    NotSent(String),
    /// Not a byte of the request left the host, and none will until somebody changes something: a certificate that
    /// is not trusted, a file of certificates or a proxy that is configured wrongly, a URL or a header that cannot be
    /// sent. Another try is not made.
    Unsendable(String),
    /// The request, or a part of it, may have arrived: a reset, a timeout, a cut answer.
    MaybeSent(String),
}

/// How much is still to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Requests sent so far, retries among them.
    pub requests_sent: u64,
    /// Requests still needed when nothing fails.
    pub requests_needed: u64,
    /// Whether that number is known; otherwise it is a lower bound.
    pub exact: bool,
    /// Rows or ids that the whole call is about, when known.
    pub items: Option<u64>,
    /// Milliseconds until the last of them may be sent, at the present budget and with no one else asking.
    pub milliseconds: u64,
}
