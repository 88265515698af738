//! A single request of any kind.

use crate::catalog::operation::Answer;
use crate::checked::Checked;
use crate::envelope::{Envelope, check_whole};
use crate::error::Result;
use crate::http::Response;
use crate::output::{Output, Reply};

use super::given::{Expected, check_given};
use super::single::SingleJob;

/// Plans a request that was checked before.
pub(crate) fn job(checked: &Checked) -> SingleJob {
    let expected = Expected::of(checked);
    SingleJob::new(checked.draft(1), move |response| {
        let is_read = expected.method.is_read();
        let reply = if is_read { whole_reply(expected.answer, response) } else { reply(&expected, response) };
        Ok(Output::Reply(reply?))
    })
}

/// The reply to a write, which must give what such a write gives.
///
/// # Errors
/// [`Kind::Protocol`](crate::Kind::Protocol) when it is cut off, no envelope, or does not say that the write was carried
/// out.
pub(super) fn reply(expected: &Expected, response: Response) -> Result<Reply> {
    check_given(expected, &response)?;
    Ok(as_it_is(response))
}

/// The reply to a read. What no source knows may have another form.
fn whole_reply(answer: Answer, response: Response) -> Result<Reply> {
    match answer {
        Answer::Unwrapped | Answer::Unknown => check_whole(&response.body)?,
        Answer::Nothing
        | Answer::Id
        | Answer::Ids
        | Answer::IdObject
        | Answer::Number
        | Answer::PerResource
        | Answer::Resource
        | Answer::Array
        | Answer::Map
        | Answer::Within(_)
        | Answer::Object
        | Answer::Value
        | Answer::Uris
        | Answer::Messages => drop(Envelope::read(&response.body)?),
    }
    Ok(as_it_is(response))
}

fn as_it_is(Response { status, headers, body }: Response) -> Reply {
    Reply { status, headers, body }
}
