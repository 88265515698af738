//! Id sets: parse, normalise, format, split into chunks that Brightpearl accepts (API notes §1.3, §1.4).

mod algebra;
mod split;
mod text;

use std::fmt;
use std::ops::RangeInclusive;

pub use split::Split;

use crate::error::{Error, Result};

/// A set of Brightpearl ids, held as ascending ranges.
///
/// Ids run from 1 to [`IdSet::HIGHEST`]. The set costs memory per *range*, not per id: `1-9000000000` is
/// as cheap as `7`. It is a set: neither the order in which ids were given nor repetitions are kept, and
/// Brightpearl does not answer in the order of the request either (API notes §1.3).
///
/// ```
/// use brightpearl_core::IdSet;
///
/// let ids: IdSet = "20, 5-9.10, 1".parse()?;
/// assert_eq!(ids.to_string(), "1,5-10,20");
/// assert_eq!(ids.len(), 8);
/// assert_eq!(IdSet::from_ids([4, 3, 9])?.to_string(), "3-4,9");
/// # Ok::<(), brightpearl_core::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct IdSet {
    /// Ascending, with at least one absent id between neighbours.
    spans: Vec<Span>,
}

/// The ids from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Span {
    first: u64,
    last: u64,
}

impl Span {
    fn count(self) -> u64 {
        self.last - self.first + 1
    }
}

impl IdSet {
    /// The highest id that a set can hold: hosts keep ids in signed 64-bit integers.
    pub const HIGHEST: u64 = i64::MAX as u64;

    /// The empty set.
    pub const fn new() -> Self {
        Self { spans: Vec::new() }
    }

    /// The set of these ids, in any order, repetitions welcome. Linear when they ascend.
    ///
    /// # Errors
    /// Refuses 0 and numbers above [`IdSet::HIGHEST`], naming the place of the first such id, counted
    /// from 0.
    pub fn from_ids(ids: impl IntoIterator<Item = u64>) -> Result<Self> {
        let mut spans: Vec<Span> = Vec::new();
        for (place, id) in ids.into_iter().enumerate() {
            check_id(id).map_err(|error| error.at(format!("item {place}")))?;
            // Runs collapse as they come, so that a long ascending input never takes space per id.
            match spans.last_mut() {
                Some(span) if span.last + 1 == id => span.last = id,
                Some(_) | None => spans.push(Span { first: id, last: id }),
            }
        }
        Ok(Self::from_spans(spans))
    }

    /// The set of all ids in these ranges, in any order, overlaps welcome.
    ///
    /// # Errors
    /// Refuses a range that starts at 0, ends above [`IdSet::HIGHEST`] or descends, naming its place,
    /// counted from 0.
    pub fn from_ranges(ranges: impl IntoIterator<Item = RangeInclusive<u64>>) -> Result<Self> {
        let mut spans = Vec::new();
        for (place, range) in ranges.into_iter().enumerate() {
            let span = check_range(*range.start(), *range.end())
                .map_err(|error| error.at(format!("item {place}")))?;
            spans.push(span);
        }
        Ok(Self::from_spans(spans))
    }

    /// Adds an id; says whether it was absent. Constant time for an id above all others, otherwise up to
    /// linear in the number of ranges.
    ///
    /// # Errors
    /// Refuses 0 and numbers above [`IdSet::HIGHEST`]; the set is unchanged then.
    pub fn insert(&mut self, id: u64) -> Result<bool> {
        check_id(id)?;
        let after = self.spans.partition_point(|span| span.last < id);
        if self.spans.get(after).is_some_and(|span| span.first <= id) {
            return Ok(false);
        }
        let joins_previous = after > 0 && self.spans[after - 1].last + 1 == id;
        let joins_next = self.spans.get(after).is_some_and(|span| span.first == id + 1);
        match (joins_previous, joins_next) {
            (true, true) => {
                self.spans[after - 1].last = self.spans[after].last;
                self.spans.remove(after);
            }
            (true, false) => self.spans[after - 1].last = id,
            (false, true) => self.spans[after].first = id,
            (false, false) => self.spans.insert(after, Span { first: id, last: id }),
        }
        Ok(true)
    }

    /// Takes an id out; says whether it was there.
    pub fn remove(&mut self, id: u64) -> bool {
        let Some(place) = self.place_of(id) else {
            return false;
        };
        let Span { first, last } = self.spans[place];
        match (first == id, last == id) {
            (true, true) => {
                self.spans.remove(place);
            }
            (true, false) => self.spans[place].first = id + 1,
            (false, true) => self.spans[place].last = id - 1,
            (false, false) => {
                self.spans[place].last = id - 1;
                self.spans.insert(place + 1, Span { first: id + 1, last });
            }
        }
        true
    }

    /// Whether the id is in the set. Logarithmic in the number of ranges.
    pub fn contains(&self, id: u64) -> bool {
        self.place_of(id).is_some()
    }

    /// How many ids there are. Linear in the number of ranges.
    pub fn len(&self) -> u64 {
        self.spans.iter().map(|span| span.count()).sum()
    }

    /// Whether there is no id.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The lowest id.
    pub fn first(&self) -> Option<u64> {
        self.spans.first().map(|span| span.first)
    }

    /// The highest id.
    pub fn last(&self) -> Option<u64> {
        self.spans.last().map(|span| span.last)
    }

    /// The ranges, ascending, each as long as it can be.
    pub fn ranges(&self) -> impl DoubleEndedIterator<Item = RangeInclusive<u64>> + ExactSizeIterator + '_ {
        self.spans.iter().map(|span| span.first..=span.last)
    }

    /// The ids, ascending, made as they are asked for.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u64> + '_ {
        self.ranges().flatten()
    }

    /// Cuts the set into the fewest chunks of at most `limit` ids and at most `max_text` bytes of text.
    ///
    /// Chunks come lazily and in ascending order, every id of one below every id of the next; under that
    /// rule no other way of cutting makes fewer. Ranges are cut where a chunk is full. A chunk has at
    /// least one id, even where `limit` is 0 or the text of a lone id is longer than `max_text`.
    ///
    /// ```
    /// use brightpearl_core::IdSet;
    ///
    /// let ids: IdSet = "3-4,9,15-60,101-300".parse()?;
    /// let chunks: Vec<String> = ids.split(200, 2000).map(|chunk| chunk.to_string()).collect();
    /// assert_eq!(chunks, ["3-4,9,15-60,101-251", "252-300"]);
    /// # Ok::<(), brightpearl_core::Error>(())
    /// ```
    pub fn split(&self, limit: usize, max_text: usize) -> Split {
        Split::new(self.spans.clone(), limit, max_text)
    }

    /// The index of the range that holds the id.
    fn place_of(&self, id: u64) -> Option<usize> {
        let place = self.spans.partition_point(|span| span.last < id);
        self.spans.get(place).filter(|span| span.first <= id).map(|_| place)
    }

    /// Sorts where needed and joins what overlaps or touches.
    fn from_spans(mut spans: Vec<Span>) -> Self {
        if !spans.is_sorted() {
            spans.sort_unstable();
        }
        spans.dedup_by(|next, kept| {
            let joined = next.first <= kept.last + 1;
            if joined {
                kept.last = kept.last.max(next.last);
            }
            joined
        });
        Self { spans }
    }
}

impl fmt::Debug for IdSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "IdSet({self})")
    }
}

fn check_id(id: u64) -> Result<()> {
    if id == 0 {
        return Err(Error::validation("id", "found id 0, expected a positive integer: ids start at 1"));
    }
    if id > IdSet::HIGHEST {
        return Err(Error::validation(
            "id",
            format!("found id {id}, expected a positive integer up to {}", IdSet::HIGHEST),
        ));
    }
    Ok(())
}

fn check_range(first: u64, last: u64) -> Result<Span> {
    check_id(first)?;
    check_id(last)?;
    if first > last {
        return Err(Error::validation(
            "range",
            format!("found the descending range {first}-{last}, expected the lower id first: {last}-{first}"),
        ));
    }
    Ok(Span { first, last })
}
