//! Whether what stands where records stand is records, each of them once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::catalog::Reading;
use crate::catalog::operation::Answer;
use crate::error::{Delivery, Error, Kind, Result};
use crate::jobs::resources::Found;
use crate::output::ResourceSpan;

/// Checks that an answer has records: objects, and what is not in a list of its own says which record it is.
///
/// # Errors
/// [`Kind::Protocol`], which says what is there instead.
pub(super) fn check_records(listed: &Reading, body: &[u8], found: &Found) -> Result<()> {
    let is_list = matches!(listed.answer, Answer::Array | Answer::Map | Answer::Within(_));
    if !is_list || *listed == Reading::UNLISTED {
        return Ok(());
    }
    let is_record = |item: &ResourceSpan| body[item.span.clone()].starts_with(b"{");
    let says_itself = |item: &ResourceSpan| {
        listed.answer != Answer::Array
            || listed.id_member.is_empty()
            || !found.is_wrapped
            || item.id.is_some()
    };
    let Some(item) = found.items.iter().find(|item| !is_record(item) || !says_itself(item)) else {
        return Ok(());
    };
    let message = "the answer has something that is not a record; expected a list of records";
    let error = Error::new(Kind::Protocol, message).quoting(", found ", &body[item.span.clone()]);
    Err(error.at("response").with_delivery(Delivery::Applied))
}

/// Leaves each record once. A server that lists one twice may do so, as long as it says the same of it.
///
/// # Errors
/// [`Kind::Protocol`] where it says two things of one record.
pub(super) fn once_each(body: &[u8], items: Vec<ResourceSpan>) -> Result<Vec<ResourceSpan>> {
    let mut texts: BTreeMap<u64, &[u8]> = BTreeMap::new();
    let mut once = Vec::with_capacity(items.len());
    for item in items {
        let text = &body[item.span.clone()];
        match item.id.map(|id| (id, texts.entry(id))) {
            Some((id, Entry::Occupied(known))) => {
                if *known.get() != text {
                    let message = format!(
                        "the answer has record {id} twice, and says two things of it; expected it once"
                    );
                    let error = Error::new(Kind::Protocol, message).at("response");
                    return Err(error.with_delivery(Delivery::Applied));
                }
                continue;
            }
            Some((_, Entry::Vacant(place))) => _ = place.insert(text),
            None => {}
        }
        once.push(item);
    }
    Ok(once)
}
