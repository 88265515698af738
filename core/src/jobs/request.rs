//! A single request of any kind.

use crate::checked::Checked;
use crate::envelope::Envelope;
use crate::error::Result;
use crate::http::Response;
use crate::output::{Output, Reply};

use super::single::SingleJob;

/// Plans a request that was checked before.
pub(crate) fn job(checked: &Checked) -> SingleJob {
    let read: fn(Response) -> Result<Output> = match checked.method.is_read() {
        true => |response| Ok(Output::Reply(whole_reply(response)?)),
        false => |response| Ok(Output::Reply(reply(response)?)),
    };
    SingleJob::new(checked.draft(1), read)
}

/// The reply to a write. Some answer nothing at all (API notes §3.1); anything else must be whole.
///
/// # Errors
/// [`Kind::Protocol`](crate::Kind::Protocol) when it is cut off or no envelope.
pub(super) fn reply(response: Response) -> Result<Reply> {
    if response.body.is_empty() { Ok(as_it_is(response)) } else { whole_reply(response) }
}

fn whole_reply(response: Response) -> Result<Reply> {
    Envelope::read(&response.body)?;
    Ok(as_it_is(response))
}

fn as_it_is(Response { status, headers, body }: Response) -> Reply {
    Reply { status, headers, body }
}
