//! A single request of any kind.

use crate::account::{Query, checked_path};
use crate::envelope::Envelope;
use crate::error::Result;
use crate::http::Response;
use crate::telemetry::template;

use super::job::Draft;
use super::operation::Request;
use super::output::{Output, Reply};
use super::single::SingleJob;

/// Plans a request that was checked before.
pub(crate) fn job(request: &Request) -> Result<SingleJob> {
    let mut query = Query::default();
    for (name, value) in &request.query {
        query.push(name, value);
    }
    let reads = request.method.is_read();
    let path = checked_path(&request.path)?;
    let draft = Draft {
        tag: 1,
        method: request.method,
        template: template(&path),
        path,
        query: query.as_str().to_owned(),
        headers: request.headers.clone(),
        body: request.body.clone().into_bytes(),
        repeatable: reads || request.idempotent,
    };
    Ok(SingleJob::new(draft, if reads { whole_reply } else { reply }))
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
