//! Flows: many calls with one purpose. A push brings records of another system into Brightpearl, each exactly once; a
//! pull hands out what changed there, each change at least once. Both are operations of a [`Call`](crate::Call), so a
//! host drives them like any other.

mod pull;
mod push;
mod server_time;
mod team;

pub use push::{JournalBook, JournalCompaction, begins_push, compact_journal};
pub(crate) use server_time::parse as date_of_header;

pub use crate::output::{Created, Difference, Outcome, PulledRecord, Records, State};

pub(crate) use pull::job as pull_job;
pub(crate) use push::{job as push_job, job_by as push_job_by, job_with_journal as push_job_with_journal};
