//! What the push has put out, and what of it was consumed.

use std::collections::VecDeque;

use crate::output::Outcome;
use crate::output::Output;

/// The outputs of a push, in their order.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Outcomes that go out together.
    outcomes: Vec<Outcome>,
    outputs: VecDeque<Output>,
    /// For each output that is not consumed, whether it announces writes.
    unconsumed: VecDeque<bool>,
    /// Whether anything was put out at all.
    was_used: bool,
}

impl Outbox {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }

    /// Puts out what has gathered: the lines of the journal, which announce writes or not, before the outcomes.
    pub(super) fn flush(&mut self, lines: Option<String>, announces: bool) {
        if let Some(lines) = lines {
            self.put_out(Output::Journal(lines), announces);
        }
        if !self.outcomes.is_empty() {
            let outcomes = std::mem::take(&mut self.outcomes);
            self.put_out(Output::Outcomes(outcomes), false);
        }
    }

    fn put_out(&mut self, output: Output, announces: bool) {
        self.was_used = true;
        self.unconsumed.push_back(announces);
        self.outputs.push_back(output);
    }

    /// What waits to be taken.
    pub(super) fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    /// Whether everything was taken.
    pub(super) fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Takes note that the oldest output was consumed; whether it announced writes.
    pub(super) fn acknowledge(&mut self) -> bool {
        self.unconsumed.pop_front() == Some(true)
    }

    /// Whether everything was consumed.
    pub(super) fn is_consumed(&self) -> bool {
        self.unconsumed.is_empty()
    }

    pub(super) fn was_used(&self) -> bool {
        self.was_used
    }
}
