//! A single request of any kind.

use std::collections::VecDeque;

use crate::account::{Query, checked_path};
use crate::envelope::Envelope;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::telemetry::{Event, template};

use super::job::{Draft, Job, Outlook, Position, Unusable};
use super::operation::Request;
use super::output::{Output, Reply};

/// A request under way.
pub(crate) struct RequestJob {
    draft: Option<Draft>,
    reads: bool,
    outputs: VecDeque<Output>,
    answered: bool,
    consumed: bool,
}

impl RequestJob {
    /// Plans a request that was checked before.
    pub(crate) fn new(request: &Request) -> Result<Self> {
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
        Ok(Self { draft: Some(draft), reads, outputs: VecDeque::new(), answered: false, consumed: false })
    }

    /// Goes on where an earlier run ended.
    pub(crate) fn resume(&mut self, position: &Position) {
        if *position == Position::End {
            self.draft = None;
            self.answered = true;
        }
    }
}

impl Job for RequestJob {
    fn next(&mut self) -> Option<Draft> {
        self.draft.take()
    }

    fn accept(&mut self, _tag: u64, response: Response, _events: &mut Vec<Event>) -> Result<(), Unusable> {
        // Some DELETEs answer nothing at all (API notes §3.1); anything else must be whole.
        if self.reads || !response.body.is_empty() {
            Envelope::read(&response.body)?;
        }
        let Response { status, headers, body } = response;
        self.outputs.push_back(Output::Reply(Reply { status, headers, body }));
        self.answered = true;
        Ok(())
    }

    fn reject(&mut self, _tag: u64, error: Error, _events: &mut Vec<Event>) -> Result<()> {
        Err(error)
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.answered && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        self.consumed |= items.is_none();
    }

    fn outlook(&self) -> Outlook {
        Outlook { requests: u64::from(self.draft.is_some()), exact: true, items: None }
    }

    fn position(&self) -> Result<Position> {
        if self.consumed {
            return Ok(Position::End);
        }
        if self.draft.is_none() && !self.reads {
            return Err(Error::misuse(
                "a write that was handed out cannot be resumed, since resuming would send it again; wait for its outcome",
            ));
        }
        Ok(Position::Start)
    }
}
