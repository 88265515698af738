//! The engine's flows against the emulated Brightpearl, under virtual time: seeded weather, hosts that die between any
//! two steps, networks that lose, delay and hold back, and a world between that answers in Brightpearl's place. What must
//! hold after every seed:
//!
//! - Each record of a push is in Brightpearl exactly once, or its outcome says truthfully that it is not.
//! - Where two pushes are at it within the same seconds without a lease, what they double is told by one of them.
//! - What is told to be there is there.
//! - Each change was pulled at least once, and the last version of each record last.
//! - The request cap is not tripped by a sole user.
//! - Every flow ends.
//! - Every change that a webhook tells of is read once it was told, no notification is handled twice, and what none
//!   tells of the pull finds; what is forged is refused; silence is noticed.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod between;
mod checks;
mod draw;
mod host;
mod network;
mod pull;
mod push;
mod replica;
mod rival;
mod trace;
mod weather;
mod webhooks;

pub use trace::Trace;

/// 2026-07-01T00:00:00Z, when every seed begins.
const START: u64 = 1_782_864_000_000;

/// Something that is done wrong on purpose, to see that it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A host that tells the engine of every lost connection that nothing was sent: no outcome is ever unknown, so
    /// none is looked up before the write is sent again.
    LostIsTakenForUnsent,
    /// A host that forgets the journal when it dies.
    NoJournal,
    /// Pushes that do not look whether what they created is there once.
    NoConfirmation,
    /// A push that goes on though another one has the lease.
    LeaseIsIgnored,
    /// Pulls that begin exactly at the watermark, without an overlap.
    NoOverlap,
    /// A receiver that answers before a notification is on its disk.
    AnswersBeforeStoring,
    /// A receiver that answers what it refuses as if it had failed.
    RefusalsAreRepeated,
    /// A host that takes note that it has read what it is only about to read.
    SettledBeforeRead,
    /// A host that forgets which notifications it has handled.
    NoDeduplication,
    /// A host that reads for each notification by itself.
    OneReadEach,
    /// A host that takes what was destroyed for updated.
    DestroyedIsAnUpdate,
    /// A host that relies on webhooks alone.
    NoClosingPull,
    /// A host that does not mind hearing nothing.
    SilenceIsIgnored,
}

/// What a seed is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Records that go in.
    Push,
    /// Changes that go out.
    Pull,
    /// Records that two hosts put in, each with a journal of its own.
    Rivals,
    /// Changes that Brightpearl tells of.
    Webhooks,
}

impl Flow {
    /// Every flow.
    pub const ALL: [Flow; 4] = [Flow::Push, Flow::Pull, Flow::Rivals, Flow::Webhooks];

    /// The flow's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Flow::Push => "push",
            Flow::Pull => "pull",
            Flow::Rivals => "rivals",
            Flow::Webhooks => "webhooks",
        }
    }
}

/// Carries out one seed of a flow.
///
/// # Errors
/// The promise that was broken, in words.
pub fn simulate(flow: Flow, seed: u64, bug: Option<Bug>, trace: &mut Trace) -> Result<(), String> {
    match flow {
        Flow::Push => push::run(seed, bug, trace, false),
        Flow::Rivals => push::run(seed, bug, trace, true),
        Flow::Pull => pull::run(seed, bug, trace),
        Flow::Webhooks => webhooks::run(seed, bug, trace),
    }
}
