//! A call that is one exchange: a request of any kind, or the plan of an id set.

use std::collections::VecDeque;

use crate::checkpoint::Position;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::output::Output;
use crate::telemetry::Event;

/// Makes the output of a successful answer.
pub(crate) type Read = Box<dyn Fn(Response) -> Result<Output> + Send>;

/// One exchange under way.
pub(crate) struct SingleJob {
    draft: Option<Draft>,
    is_write: bool,
    read: Read,
    outputs: VecDeque<Output>,
    answered: bool,
    consumed: bool,
}

impl SingleJob {
    /// Plans the exchange.
    pub(crate) fn new(draft: Draft, read: impl Fn(Response) -> Result<Output> + Send + 'static) -> Self {
        let is_write = !draft.method.is_read();
        Self {
            draft: Some(draft),
            is_write,
            read: Box::new(read),
            outputs: VecDeque::new(),
            answered: false,
            consumed: false,
        }
    }

    /// Goes on where an earlier run ended.
    pub(crate) fn resume(mut self, position: &Position) -> Self {
        if *position == Position::End {
            self.draft = None;
            self.answered = true;
            self.consumed = true;
        }
        self
    }
}

impl Job for SingleJob {
    fn next(&mut self) -> Option<Draft> {
        self.draft.take()
    }

    fn accept(&mut self, _tag: u64, response: Response, _events: &mut Vec<Event>) -> Result<(), Unusable> {
        self.outputs.push_back((self.read)(response)?);
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
        if self.draft.is_none() && self.is_write {
            return Err(Error::misuse(
                "a write that was handed out cannot be resumed, since resuming would send it again; wait for its outcome",
            ));
        }
        Ok(Position::Start)
    }
}
