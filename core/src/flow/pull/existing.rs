//! Which records are gone: the ids that existed before, held against those that exist now.

use roaring::RoaringTreemap;

use crate::checkpoint::{MOST_KNOWN, ids_of};
use crate::error::{Error, Kind, Result};
use crate::jobs::planned_ids;

/// The ids of the URIs that an `OPTIONS` of everything answers; `None` when they do not say them.
pub(super) fn of_uris(uris: &[String]) -> Option<RoaringTreemap> {
    let mut ids = RoaringTreemap::new();
    for uri in uris {
        let planned = planned_ids(uri).ok().filter(|planned| planned.len() <= MOST_KNOWN)?;
        ids |= ids_of(&planned);
    }
    Some(ids)
}

/// The ids that are gone.
///
/// # Errors
/// [`Kind::Conflict`] at `deletes.most_percent` when that are more than so many of a hundred: it is then more likely
/// that the list is wrong.
pub(super) fn gone(
    known: &RoaringTreemap,
    existing: &RoaringTreemap,
    most_percent: u8,
) -> Result<RoaringTreemap> {
    let gone = known - existing;
    let (lost, all) = (gone.len(), known.len());
    if lost.saturating_mul(100) > all.saturating_mul(u64::from(most_percent)) {
        return Err(Error::new(
            Kind::Conflict,
            format!("{lost} of {all} known records are gone at once, more than the {most_percent} percent that are taken for deleted; none was reported. Look whether the app may still see them; if they are deleted, pull once with a higher share"),
        )
        .at("deletes.most_percent"));
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: impl IntoIterator<Item = u64>) -> RoaringTreemap {
        ids.into_iter().collect()
    }

    #[test]
    fn tells_what_is_gone_unless_it_is_too_much() {
        let known = set(1..=10);
        assert_eq!(gone(&known, &set(1..=8), 20).unwrap(), set([9, 10]));
        assert_eq!(gone(&known, &set(1..=12), 0).unwrap(), set([]));
        let error = gone(&known, &set(1..=7), 20).unwrap_err();
        assert!(error.message().starts_with("3 of 10 known records are gone"), "{error}");
        assert!(gone(&known, &set([]), 99).is_err());
        assert_eq!(gone(&known, &set([]), 100).unwrap(), known);
        assert_eq!(gone(&set([]), &set([]), 0).unwrap(), set([]));
    }

    #[test]
    fn reads_the_ids_of_uris() {
        let uris = ["/order/1-3,9".to_owned(), "/order/20".to_owned()];
        assert_eq!(of_uris(&uris), Some(set([1, 2, 3, 9, 20])));
        assert_eq!(of_uris(&[]), Some(set([])));
        assert_eq!(of_uris(&["/order".to_owned()]), None);
        assert_eq!(of_uris(&["/order/1-9223372036854775807".to_owned()]), None);
    }
}
