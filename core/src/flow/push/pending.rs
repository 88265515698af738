//! A write on its way.

use std::collections::VecDeque;

use crate::operation::SingleRequest;

/// One write.
#[derive(Clone, Debug)]
pub(super) struct PendingWrite {
    pub(super) request: SingleRequest,
    /// The id of the record that it changes; `None` when it creates one.
    pub(super) changes: Option<u64>,
    /// The writes that follow it, once it is done.
    pub(super) rest: VecDeque<SingleRequest>,
    /// How many writes went before it.
    pub(super) done: usize,
}

impl PendingWrite {
    pub(super) fn new(request: SingleRequest, changes: Option<u64>) -> Box<Self> {
        Box::new(Self { request, changes, rest: VecDeque::new(), done: 0 })
    }
}
