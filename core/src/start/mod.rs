//! Which job an operation becomes, and the calls that begin or go on with one.

mod paths;
mod writes;

use std::sync::Arc;

use crate::call::Call;
use crate::checked::{check_request, deprecated_read, known_request};
use crate::checkpoint::{Checkpoint, Position};
use crate::error::{Error, Result};
use crate::flow::{JournalBook, pull_job, push_job, push_job_by, push_job_with_journal};
use crate::header::check_against;
use crate::job::Job;
use crate::jobs::{BatchJob, FetchJob, SearchJob, options_job, request_job};
use crate::mapping::Mapping;
use crate::operation::{Operation, Pull, Push};
use crate::shared::Shared;
use crate::task::task_job;

use paths::in_full;
use writes::{check_resume, check_start};

/// A job, or what is wrong with its operation.
type Planned = Result<Box<dyn Job>>;

/// How pushes and pulls become jobs. A program that never names [`FLOWS`] is linked without them, and without mapping.
#[derive(Debug)]
pub(crate) struct Flows {
    push: fn(&Push, &Arc<Shared>, &Position) -> Planned,
    pull: fn(&Pull, &Arc<Shared>, Position) -> Planned,
}

/// The flows of a whole engine.
pub(crate) static FLOWS: Flows = Flows { push: push_job, pull: pull_job };

/// A call for a new operation.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what is wrong with the operation.
pub(crate) fn start(shared: Arc<Shared>, operation: Operation, flows: Option<&Flows>) -> Result<Call> {
    let operation = in_full(operation)?;
    check_start(shared.config.read_only, &operation)?;
    let job = plan(&shared, &operation, Position::Start, true, flows)?;
    Ok(Call::new(shared, operation, job))
}

/// A call for a push by a mapping that was compiled before.
///
/// # Errors
/// As [`start`].
pub(crate) fn start_push_by(
    shared: Arc<Shared>,
    push: Push,
    mapping: Mapping,
    flows: Option<&Flows>,
) -> Result<Call> {
    flows.ok_or_else(|| without_flows("push"))?;
    let job = push_job_by(&push, mapping, &shared);
    let operation = Operation::Push(push);
    check_start(shared.config.read_only, &operation)?;
    Ok(Call::new(shared, operation, job?))
}

/// A call for a push whose journal was read before.
///
/// # Errors
/// As [`start`].
pub(crate) fn start_push(
    shared: Arc<Shared>,
    push: Push,
    book: JournalBook,
    flows: Option<&Flows>,
) -> Result<Call> {
    flows.ok_or_else(|| without_flows("push"))?;
    let job = push_job_with_journal(&push, book, &shared);
    let operation = Operation::Push(push);
    check_start(shared.config.read_only, &operation)?;
    Ok(Call::new(shared, operation, job?))
}

/// Goes on with an operation that was checked when it was started.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `checkpoint`, `read_only` or `allow_writes`.
pub(crate) fn resume(
    shared: Arc<Shared>,
    text: &str,
    allows_writes: bool,
    flows: Option<&Flows>,
) -> Result<Call> {
    let checkpoint = Checkpoint::read(shared.session.account(), text)?;
    check_start(shared.config.read_only, &checkpoint.operation)?;
    check_resume(allows_writes, &checkpoint.operation)?;
    let job = plan(&shared, &checkpoint.operation, checkpoint.position, false, flows)?;
    Ok(Call::new(shared, checkpoint.operation, job))
}

/// Plans an operation. A new one is held against the catalog, and what is doubtful about it is told; one that is
/// resumed was checked when it was started, perhaps by a client that had learnt more.
fn plan(
    shared: &Arc<Shared>,
    operation: &Operation,
    position: Position,
    is_new: bool,
    flows: Option<&Flows>,
) -> Planned {
    let config = &shared.config;
    Ok(match operation {
        Operation::Request(request) => {
            check_against(&request.headers, shared.session.token_header().as_deref())?;
            let checked = if is_new {
                let checked = check_request(request, config.unknown_members)?;
                shared.record_all(checked.events());
                checked
            } else {
                known_request(request)?
            };
            shared.session.conceal(checked.concealed());
            Box::new(request_job(&checked).resume(&position))
        }
        Operation::Search(search) => {
            search.check()?;
            let search = search.with_sets(&shared.live)?;
            if is_new {
                search.check_names(&shared.live)?;
                shared.record_all(deprecated_read(&search.resource));
            }
            let mut job = SearchJob::new(&search, config, Arc::clone(&shared.live))?;
            job.resume(position)?;
            Box::new(job)
        }
        Operation::Fetch(fetch) => {
            fetch.check()?;
            if is_new {
                shared.record_all(deprecated_read(&fetch.resource));
            }
            let mut job =
                FetchJob::new(fetch, config.max_in_flight)?.that_doubts().that_wants_all_rows(fetch);
            job.resume(position)?;
            Box::new(job)
        }
        Operation::Options(options) => {
            options.check()?;
            Box::new(options_job(options)?.resume(&position))
        }
        Operation::Batch(batch) => Box::new(BatchJob::new(batch, shared, &position, is_new)?),
        Operation::Task(task) => task_job(task, shared, &position)?,
        Operation::Push(push) => (flows.ok_or_else(|| without_flows("push"))?.push)(push, shared, &position)?,
        Operation::Pull(pull) => (flows.ok_or_else(|| without_flows("pull"))?.pull)(pull, shared, position)?,
    })
}

fn without_flows(operation: &str) -> Error {
    Error::validation(
        operation,
        format!(
            "this engine was built without flows, and starts no {operation}; expected the whole engine for it"
        ),
    )
}
