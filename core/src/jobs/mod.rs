//! The jobs that carry out what one resource needs: requests, searches, fetches, plans of URIs and batches.

mod agreement;
mod batch;
mod cells;
mod emptiness;
mod fetch;
mod filtered;
mod given;
mod options;
mod request;
mod resources;
mod rows_read;
mod search;
mod single;
mod sweep;

pub(crate) use batch::{BatchJob, PACKET_PATH, Word, packed, read_labelled};
pub(crate) use cells::{id_of, instant_of, key_of};
pub(crate) use emptiness::says_none;
pub(crate) use fetch::{FetchJob, planned_ids};
pub(crate) use given::{Expected, check_given, gives_id, holds, id_given};
pub(crate) use options::job as options_job;
pub(crate) use request::job as request_job;
pub(crate) use rows_read::{RowsRead, amount, tolerance};
pub(crate) use search::SearchJob;
pub(crate) use sweep::SweepJob;
