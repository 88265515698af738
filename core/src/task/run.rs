//! A task: a program of requests, one after the other, or a fetch whose parts become one result.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Arguments, Next, Procedure, Program, Single, TaskAnswer, entry};
use crate::checked::{Checked, check_request};
use crate::checkpoint::Position;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::jobs::{Expected, check_given};
use crate::operation::Task;
use crate::output::{Output, TaskResult};
use crate::shared::Shared;
use crate::telemetry::Event;

use super::collection::CollectionJob;

/// Plans a task: its arguments are checked, and so is its first request.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `name`, or at a JSON Pointer into the arguments.
pub(crate) fn job(task: &Task, shared: &Arc<Shared>, position: &Position) -> Result<Box<dyn Job>> {
    let entry = entry(&task.name)?;
    let arguments = Arguments::read(entry, task.arguments.as_str(), shared.config.unknown_members)?;
    let program: Box<dyn Program> = match &entry.procedure {
        Procedure::One(one) => Box::new(Single::new(one, &arguments)),
        Procedure::Program(start) => start(&arguments)?,
        Procedure::Fetch(collect) => {
            let ahead = shared.config.max_in_flight;
            return Ok(Box::new(
                CollectionJob::new(entry.name, collect(&arguments)?, ahead)?.resume(position),
            ));
        }
    };
    let mut job = ProgramJob {
        name: entry.name,
        shared: Arc::clone(shared),
        program,
        upcoming: None,
        has_written: false,
        out: None,
        outputs: VecDeque::new(),
        is_answered: false,
        is_consumed: false,
    };
    if *position == Position::End {
        job.is_answered = true;
        job.is_consumed = true;
    } else {
        let mut events = Vec::new();
        job.advance(&mut events)?;
        shared.record_all(events);
    }
    Ok(Box::new(job))
}

/// A program under way.
struct ProgramJob {
    name: &'static str,
    shared: Arc<Shared>,
    program: Box<dyn Program>,
    /// The request that is to be sent next.
    upcoming: Option<Checked>,
    /// Whether anything but a read was handed out.
    has_written: bool,
    /// What the answer to the request that was handed out last must give.
    out: Option<Expected>,
    outputs: VecDeque<Output>,
    is_answered: bool,
    is_consumed: bool,
}

impl ProgramJob {
    /// Asks the program what comes next, and checks it.
    fn advance(&mut self, events: &mut Vec<Event>) -> Result<()> {
        match self.program.next()? {
            Next::Send(request) => {
                let checked = check_request(&request, self.shared.config.unknown_members)?;
                events.extend(checked.events());
                self.upcoming = Some(checked);
            }
            Next::Done(json) => {
                self.outputs.push_back(Output::Task(TaskResult { name: self.name.to_owned(), json }));
                self.is_answered = true;
            }
        }
        Ok(())
    }
}

impl Job for ProgramJob {
    fn next(&mut self) -> Option<Draft> {
        let checked = self.upcoming.take()?;
        self.out = Some(Expected::of(&checked));
        self.has_written |= !checked.method.is_read();
        Some(checked.draft(1))
    }

    fn accept(&mut self, _tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        let write = self.out.as_ref().filter(|expected| !expected.method.is_read());
        if let Some(expected) = write {
            // The program may look for itself at what a change has left.
            if self.program.reads_back() {
                check_given(&expected.read_closer(), &response)?;
            } else {
                check_given(expected, &response)?;
            }
        }
        let answer = TaskAnswer::read(&response.body, &self.shared)?;
        // A failed read has changed nothing; asking again may help. A write that is read back is not done by what cannot be read.
        let is_done = write.is_some() && !self.program.reads_back();
        self.program.take(&answer).map_err(|error| match is_done && answer.is_unwieldy() {
            true => Unusable::Unwieldy(error),
            false => Unusable::Unreadable(error),
        })?;
        self.advance(events).map_err(Unusable::Refused)
    }

    fn reject(&mut self, _tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()> {
        self.program.refused(error)?;
        self.advance(events)
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.is_answered && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        self.is_consumed |= items.is_none();
    }

    fn outlook(&self) -> Outlook {
        let (later, exact) = self.program.outlook();
        Outlook { requests: u64::from(self.upcoming.is_some()) + later, exact, items: None }
    }

    fn position(&self) -> Result<Position> {
        if self.is_consumed {
            return Ok(Position::End);
        }
        if self.has_written {
            return Err(Error::misuse(
                "a task whose writes were handed out cannot be resumed, since resuming would send them again; wait for its outcome",
            ));
        }
        Ok(Position::Start)
    }

    fn progress(&self) -> Option<String> {
        self.program.progress()
    }
}
