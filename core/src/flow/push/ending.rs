//! How entries end.

use super::journal::{Done, DoneState};
use super::progress::RefusedChange;
use super::referents::CreationState;
use crate::error::{Delivery, Error};
use crate::mapping::{Failure, NoBody};
use crate::output::{Difference, State};

/// How many failures the reason names; the outcome has them all.
const NAMED: usize = 3;

/// How an entry ends.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) state: State,
    pub(super) id: Option<u64>,
    pub(super) reason: Option<String>,
    pub(super) error: Option<Error>,
    pub(super) failures: Vec<Failure>,
    /// The line of the journal that says so, where an earlier run did it.
    pub(super) journaled: Option<u64>,
    pub(super) verified: bool,
    /// Whether it ends as another record that is the same: the books have that one.
    pub(super) is_twin: bool,
}

/// Places as a reason names them: the first few, and how many more.
fn named(places: &[&str]) -> String {
    let first = places.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

impl Ending {
    pub(super) fn of(state: State) -> Self {
        Self {
            state,
            id: None,
            reason: None,
            error: None,
            failures: Vec::new(),
            journaled: None,
            verified: false,
            is_twin: false,
        }
    }

    pub(super) fn because(state: State, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::of(state) }
    }

    /// An earlier run brought it to this end.
    pub(super) fn journaled(Done { state, id, line }: Done) -> Self {
        let reason = format!("{} earlier, as the journal has it", state.as_str());
        Self { id, journaled: Some(line), ..Self::because(state, reason) }
    }

    /// An earlier run wrote another record of this key, and nothing finds it again.
    pub(super) fn written_before(id: Option<u64>) -> Self {
        let there = id.map_or_else(String::new, |id| format!(" as {id}"));
        let reason = format!(
            "an earlier run has written a record of this key{there}, as the journal has it, and this one is not the \
             same; nothing says how it is found again, so change it in Brightpearl"
        );
        Self { id, ..Self::because(State::Differs, reason) }
    }

    /// The mapping could not be carried out.
    pub(super) fn failed(failures: Vec<Failure>) -> Self {
        let mut words: Vec<String> = failures.iter().take(NAMED).map(ToString::to_string).collect();
        if failures.len() > NAMED {
            words.push(format!("and {} more", failures.len() - NAMED));
        }
        let reason = words.join("; ");
        Self { failures, ..Self::because(State::Rejected, reason) }
    }

    /// There is no body to write.
    pub(super) fn without_body(reason: NoBody) -> Self {
        match reason {
            NoBody::Skipped(reason) => Self::because(State::Skipped, reason),
            NoBody::Failed(failures) => Self::failed(failures),
        }
    }

    /// It is there under this id and differs in these places, which were not changed or cannot be.
    pub(super) fn differs(id: u64, differences: &[Difference]) -> Self {
        let places = |changeable: bool| {
            let places = differences.iter().filter(|difference| difference.changeable == changeable);
            let places: Vec<&str> = places.map(|difference| difference.pointer.as_str()).collect();
            (!places.is_empty()).then(|| named(&places))
        };
        let mut words = Vec::new();
        words.extend(places(false).map(|places| {
            format!("the API cannot change {places} once the record is there: change it in Brightpearl")
        }));
        words.extend(
            places(true).map(|places| format!("{places} was changed, and Brightpearl has another value")),
        );
        Self { id: Some(id), ..Self::because(State::Differs, words.join("; ")) }
    }

    /// The same where other places of what is there were changed in this run, before what is said of it.
    pub(super) fn but_changed(self, places: &[&str]) -> Self {
        let was = if places.len() == 1 { "was" } else { "were" };
        let reason = format!("{} {was} changed; {}", named(places), self.reason.unwrap_or_default());
        Self { reason: Some(reason), ..self }
    }

    /// A change of what is there was refused, behind so many writes of it.
    pub(super) fn change_refused(RefusedChange { id, done, error }: RefusedChange) -> Self {
        let before = match done {
            0 => String::new(),
            1 => " after the first of several writes".to_owned(),
            done => format!(" after {done} of several writes"),
        };
        let reason = format!("it is there, and was not changed{before}: {error}");
        Self { id: Some(id), error: Some(error), ..Self::because(State::Differs, reason) }
    }

    /// It was not written, because of an error.
    pub(super) fn refused(error: Error) -> Self {
        Self { error: Some(error.clone()), ..Self::because(State::Rejected, error.to_string()) }
    }

    /// It was not written, since nothing more was for the reason that `why` gives.
    pub(super) fn not_sent(error: &Error, why: &str) -> Self {
        let error = error.clone().with_delivery(Delivery::NotSent);
        Self { error: Some(error), ..Self::because(State::Rejected, why) }
    }

    /// Nobody knows whether it was written; with how the attempt ended, unless that was in an earlier run.
    pub(super) fn in_doubt(error: Option<Error>) -> Self {
        let reason = match &error {
            Some(error) => format!("its write may have been applied: {error}"),
            None => "an earlier run may have written it, and it cannot be found out whether it did; look in Brightpearl".to_owned(),
        };
        Self { error, ..Self::because(State::MaybeApplied, reason) }
    }

    /// The same of what was changed, or begun to be, in this run: nobody has seen what came of it.
    pub(super) fn unseen(self) -> Self {
        let why = self.error.as_ref().map(Error::to_string).or(self.reason).unwrap_or_default();
        let what = if self.id.is_some() { "it is there and was changed" } else { "it was sent and answered" };
        let reason = format!("{what}, and what came of it is not known: {why}");
        let error = self.error.map(|error| error.with_delivery(Delivery::MaybeApplied));
        Self { state: State::MaybeApplied, reason: Some(reason), error, ..self }
    }

    /// What the journal is told; nothing of what stays in doubt, and of what was never announced and not written.
    pub(super) fn done_state(&self, was_announced: bool) -> Option<DoneState> {
        match self.state {
            State::Created => Some(DoneState::Created),
            State::Updated => Some(DoneState::Updated),
            State::Unchanged => Some(DoneState::Unchanged),
            // Another run looks whether it still differs.
            State::Rejected | State::Skipped | State::Differs | State::Doubled if was_announced => {
                Some(DoneState::NotWritten)
            }
            State::Rejected | State::Skipped | State::Differs | State::Doubled | State::MaybeApplied => None,
        }
    }

    /// The id under which it is in Brightpearl now, where that is known.
    pub(super) fn id_there(&self) -> Option<u64> {
        match self.state {
            State::Created | State::Updated | State::Unchanged | State::Differs => self.id,
            State::Skipped | State::Rejected | State::Doubled | State::MaybeApplied => None,
        }
    }

    /// What became of a creation by the mapping of that name, for those that wait for it.
    pub(super) fn slot(self, mapping: &str, is_dry_run: bool) -> CreationState {
        match (self.state, self.id) {
            (State::Created | State::Updated | State::Unchanged | State::Differs, Some(id)) => {
                CreationState::Created(id)
            }
            (State::Created | State::Updated | State::Unchanged | State::Differs, None) if is_dry_run => {
                CreationState::Planned(mapping.to_owned())
            }
            (State::Created | State::Updated | State::Unchanged | State::Differs, None) => {
                CreationState::Failed(format!(
                    "it was created by {mapping:?}, and Brightpearl did not say its id"
                ))
            }
            (State::Skipped | State::Rejected | State::Doubled, _) => CreationState::Failed(format!(
                "it is not there, and could not be created by {mapping:?}: {}",
                self.reason.unwrap_or_default()
            )),
            (State::MaybeApplied, _) => CreationState::InDoubt(format!(
                "{mapping:?} may have created it: {}",
                self.reason.unwrap_or_default()
            )),
        }
    }
}
