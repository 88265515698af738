//! Sets of ids, read independently of the client (API notes §1.3).

/// Ids as ranges, ascending and apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdSet(Vec<(u32, u32)>);

/// Why a text is not an id set: a part that is neither an id nor a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MalformedPart(pub(crate) String);

impl IdSet {
    /// Reads a set in any order: the official examples have comma lists that do not ascend (API notes §1.3).
    pub(crate) fn parse(text: &str) -> Result<Self, MalformedPart> {
        let mut ranges = ranges(text)?;
        ranges.sort_unstable();
        let mut apart: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match apart.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
                Some(_) | None => apart.push((first, last)),
            }
        }
        Ok(Self(apart))
    }

    /// The first id of a comma list that does not ascend; a dot marks an ordered list, which need not.
    pub(crate) fn first_descending(text: &str) -> Option<u32> {
        let ranges = if text.contains('.') { Vec::new() } else { ranges(text).unwrap_or_default() };
        ranges.windows(2).find(|pair| pair[1].0 <= pair[0].1).map(|pair| pair[1].0)
    }

    /// How many ids the set names, whether they exist or not.
    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Every id, ascending. A set can be long: ask [`IdSet::len`] first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= id);
        after > 0 && id <= self.0[after - 1].1
    }

    /// Those of `existing`, which ascend, that the set names.
    pub(crate) fn pick(&self, existing: &[u32]) -> Vec<u32> {
        let within = self.0.iter().flat_map(|(first, last)| {
            let start = existing.partition_point(|id| id < first);
            let end = existing.partition_point(|id| id <= last);
            &existing[start..end.max(start)]
        });
        within.copied().collect()
    }
}

fn ranges(text: &str) -> Result<Vec<(u32, u32)>, MalformedPart> {
    text.split([',', '.']).map(range).collect()
}

fn range(part: &str) -> Result<(u32, u32), MalformedPart> {
    let malformed = || MalformedPart(part.to_owned());
    let id = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok().filter(|id| *id > 0)).flatten().ok_or_else(malformed)
    };
    match part.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (id(first)?, id(last)?);
            if first < last { Ok((first, last)) } else { Err(malformed()) }
        }
        None => id(part).map(|id| (id, id)),
    }
}

/// The URIs with which to read these ids, which ascend, in portions of at most `limit` (API notes §1.4).
/// Ids that follow one another become ranges.
pub(crate) fn uris_in_portions(ids: &[u32], limit: usize, uri: impl Fn(&str) -> String) -> Vec<String> {
    ids.chunks(limit).map(|portion| uri(&in_ranges(portion))).collect()
}

/// Ids, which ascend, as a set: those that follow one another become ranges.
pub(crate) fn in_ranges(ids: &[u32]) -> String {
    let mut text = String::new();
    for run in ids.chunk_by(|one, next| one + 1 == *next) {
        if !text.is_empty() {
            text.push(',');
        }
        match run {
            [] => {}
            [only] => text.push_str(&only.to_string()),
            [first, .., last] => text.push_str(&format!("{first}-{last}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_separators_and_ranges() {
        let set = IdSet::parse("10-20.5,50-60.104").unwrap();
        assert_eq!(set, IdSet(vec![(5, 5), (10, 20), (50, 60), (104, 104)]));
        assert_eq!(set.len(), 24);
        assert!(set.contains(5) && set.contains(20) && !set.contains(21) && !set.contains(4));
        assert_eq!(set.pick(&[4, 5, 11, 19, 49, 60, 104, 105]), [5, 11, 19, 60, 104]);
        assert_eq!(IdSet::parse("1-3,2-9,10").unwrap(), IdSet(vec![(1, 10)]));
    }

    #[test]
    fn what_is_not_an_id_set() {
        for text in
            ["", "0", "a", "5-1", "5-5", "1,,2", "-1", "1-", "1--2", "+1", " 1", "4294967296", "1-2-3"]
        {
            assert!(IdSet::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn comma_lists_are_read_in_any_order() {
        for text in ["1-50,56,75-82,55,120,500-750", "4-99,1,2", "55-90,45", "5,5", "5-9,9"] {
            assert!(IdSet::parse(text).is_ok(), "{text}");
        }
        assert_eq!(IdSet::first_descending("1,5-10,20"), None);
        assert_eq!(IdSet::first_descending("20,5"), Some(5));
        assert_eq!(IdSet::first_descending("5,5"), Some(5));
        assert_eq!(IdSet::first_descending("5-9,9"), Some(9));
        assert_eq!(IdSet::first_descending("20.5"), None);
    }

    #[test]
    fn portions() {
        let ids: Vec<u32> = [3, 4, 9].into_iter().chain(15..=60).chain(101..=300).collect();
        let uris = uris_in_portions(&ids, 200, |set| format!("/order/{set}"));
        assert_eq!(uris, ["/order/3-4,9,15-60,101-251", "/order/252-300"]);
        assert!(uris_in_portions(&[], 200, str::to_owned).is_empty());
    }
}
