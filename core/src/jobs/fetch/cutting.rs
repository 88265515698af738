//! How a fetch is cut into GETs, and when `OPTIONS` is worth asking first.

use super::Stage;
use crate::account::checked_path;
use crate::catalog::Reading;
use crate::error::{Error, Kind, Result};
use crate::id_set::IdSet;
use crate::operation::Plan;

/// Longest id set put into a URL, in bytes. No limit is documented; this one keeps URLs below what common
/// proxies take.
const MAX_ID_TEXT: usize = 4_000;

/// From so many GETs on, asking `OPTIONS` for gaps first is likely to save more than it costs.
const OPTIONS_PAYS_FROM: u64 = 3;

/// The path before and behind its ids, which stand at its end or where `{ids}` says. An id set needs no
/// escaping.
pub(super) fn split_path(resource: &str) -> Result<(String, String)> {
    match resource.split_once("/{ids}") {
        Some((before, "")) => Ok((checked_path(before)?, String::new())),
        Some((before, behind)) => Ok((checked_path(before)?, format!("/{}", checked_path(behind)?))),
        None => Ok((checked_path(resource)?, String::new())),
    }
}

pub(super) fn cutting(ids: &IdSet, id_limit: u32) -> Stage {
    Stage::Cutting(ids.split(id_limit as usize, MAX_ID_TEXT))
}

pub(super) fn nothing_left() -> Stage {
    cutting(&IdSet::new(), 1)
}

/// How many GETs the ids take. Counted out where that is cheap, and otherwise the lower bound that the
/// limit alone sets.
pub(super) fn chunk_count(ids: &IdSet, id_limit: u32) -> u64 {
    const COUNTED_OUT: u64 = 10_000;
    let least = ids.len().div_ceil(u64::from(id_limit));
    if least > COUNTED_OUT { least } else { ids.split(id_limit as usize, MAX_ID_TEXT).count() as u64 }
}

pub(super) fn common(one: &IdSet, other: &IdSet) -> IdSet {
    one.difference(&one.difference(other))
}

/// Whether `OPTIONS` is asked first.
pub(super) fn options_pay(ids: &IdSet, plan: Plan, listed: &Reading, id_limit: u32) -> bool {
    let has_gaps_to_find = ids.len() > ids.ranges().count() as u64;
    let is_legal = ids.to_string().len() <= MAX_ID_TEXT;
    match plan {
        Plan::Never => false,
        Plan::Always => listed.options && is_legal && !ids.is_empty(),
        Plan::Auto => {
            listed.options
                && is_legal
                && has_gaps_to_find
                && ids.len().div_ceil(u64::from(id_limit)) >= OPTIONS_PAYS_FROM
        }
    }
}

/// How many refusals without one success end the search for a bad id: one path down the halves, and back.
pub(super) fn hopeless_after(id_limit: u32) -> u32 {
    2 * (u32::BITS - id_limit.leading_zeros()) + 2
}

/// The id set at the end of a planned URI such as `/order/3-4,9`.
pub(crate) fn planned_ids(uri: &str) -> Result<IdSet> {
    let last = uri.rsplit('/').next().unwrap_or_default();
    IdSet::parse(last).map_err(|_| {
        Error::new(Kind::Protocol, "a planned URI does not end in an id set")
            .repeating(format!("the planned URI {uri:?} does not end in an id set"))
            .at("response.getUris")
    })
}
