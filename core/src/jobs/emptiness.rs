//! What an answer means that has none of the records that were asked for. Most resources say with 404 that there are
//! none, some with an empty list (API notes §3.3); a gateway or a lagging replica says it of what is there.

use crate::catalog::{Empty, Reading};
use crate::classify::is_unknown_path;
use crate::error::{Delivery, Error, Kind, Result};
use crate::id_set::IdSet;
use crate::output::ResourceSpan;

/// What becomes of such an answer.
#[derive(Debug)]
pub(super) enum Emptiness {
    /// None of the records is there.
    Believed,
    /// `OPTIONS` is asked which of them exist.
    Doubted,
    /// It is no answer.
    Refused(Error),
}

impl Emptiness {
    /// What is made of it, where it was asked for these ids.
    pub(super) fn of(listed: &Reading, ids: &IdSet, asked: Occasion) -> Self {
        if !listed.names_asked || ids.is_empty() {
            return Emptiness::Believed;
        }
        match (asked, listed.empty) {
            (Occasion::Planned, _) => Emptiness::Refused(lacking(ids, "though the server's plan names them")),
            (_, Empty::NotFound) => Emptiness::Refused(lacking(
                ids,
                "though it says success; expected HTTP 404 where there are none",
            )),
            // The read before had others, and not these.
            (Occasion::Again, Empty::Nothing) => Emptiness::Believed,
            (_, Empty::Nothing | Empty::Unknown) if listed.options => Emptiness::Doubted,
            (_, Empty::Nothing) => Emptiness::Believed,
            // Where nobody else can be asked, its own read is the one that can say that a record is not there.
            (_, Empty::Unknown) if ids.len() == 1 => Emptiness::Believed,
            (_, Empty::Unknown) => Emptiness::Refused(lacking(
                ids,
                "though it says success; ask for each by itself to learn which is not there",
            )),
        }
    }
}

/// Whether a refusal is Brightpearl's own word that there is none at a path. A path that it does not know, or somebody
/// else's 404, says nothing of records.
pub(crate) fn says_none(refusal: &Error, path: &str) -> bool {
    refusal.status() == Some(404) && !is_unknown_path(refusal, path)
}

/// How records are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// For the first time.
    First,
    /// Once more, since an answer that had others left them out.
    Again,
    /// Once more, since an answer had only a part of them.
    Reread,
    /// As `OPTIONS` has named them.
    Planned,
}

/// Checks that an answer has no record but those that were asked for, and that each says which it is.
///
/// # Errors
/// [`Kind::Protocol`], which names the first other one.
pub(super) fn check_asked(ids: &IdSet, items: &[ResourceSpan]) -> Result<()> {
    let other = |item: &&ResourceSpan| item.id.is_none_or(|id| !ids.contains(id));
    let Some(item) = items.iter().find(other) else { return Ok(()) };
    let what = item.id.map_or_else(|| "that does not say its id".to_owned(), |id| format!("of id {id}"));
    let message = format!("the answer has a record {what}, where {ids} were asked for; expected those alone");
    Err(Error::new(Kind::Protocol, message).at("response").with_delivery(Delivery::Applied))
}

/// Checks that an answer that is keyed by ids has nothing under another name.
///
/// # Errors
/// [`Kind::Protocol`], where it has.
pub(super) fn check_keyed(items: &[ResourceSpan]) -> Result<()> {
    if items.iter().all(|item| item.id.is_some()) {
        return Ok(());
    }
    let message =
        "the answer has a member that is not called by an id; expected an object of records by their ids";
    Err(Error::new(Kind::Protocol, message).at("response").with_delivery(Delivery::Applied))
}

/// The error of an answer that lacks all of these records.
pub(super) fn lacking(ids: &IdSet, why: &str) -> Error {
    let message =
        format!("the answer has none of the {} records that were asked for ({ids}), {why}", ids.len());
    Error::new(Kind::Protocol, message).at("response").with_delivery(Delivery::Applied)
}
