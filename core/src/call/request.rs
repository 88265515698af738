//! A single request of any kind.

use crate::envelope::Envelope;
use crate::error::Result;
use crate::http::Response;

use super::checked::Checked;
use super::output::{Output, Reply};
use super::single::SingleJob;

/// Plans a request that was checked before.
pub(crate) fn job(checked: &Checked) -> SingleJob {
    SingleJob::new(checked.draft(1), if checked.method.is_read() { whole_reply } else { reply })
}

/// Some writes answer nothing at all (API notes §3.1); anything else must be whole.
fn reply(response: Response) -> Result<Output> {
    if response.body.is_empty() {
        return Ok(output(response));
    }
    whole_reply(response)
}

fn whole_reply(response: Response) -> Result<Output> {
    Envelope::read(&response.body)?;
    Ok(output(response))
}

fn output(Response { status, headers, body }: Response) -> Output {
    Output::Reply(Reply { status, headers, body })
}
