//! Sets out of sets.

use super::{IdSet, Span};

impl IdSet {
    /// The ids that are in either set. Linear in the number of ranges.
    #[must_use]
    pub fn union(&self, other: &IdSet) -> IdSet {
        let mut spans = Vec::with_capacity(self.spans.len() + other.spans.len());
        let (mut ours, mut theirs) = (self.spans.as_slice(), other.spans.as_slice());
        while let ([our, our_rest @ ..], [their, their_rest @ ..]) = (ours, theirs) {
            if our.first <= their.first {
                spans.push(*our);
                ours = our_rest;
            } else {
                spans.push(*their);
                theirs = their_rest;
            }
        }
        spans.extend_from_slice(ours);
        spans.extend_from_slice(theirs);
        IdSet::from_spans(spans)
    }

    /// The ids of this set that are not in the other. Linear in the number of ranges.
    #[must_use]
    pub fn difference(&self, other: &IdSet) -> IdSet {
        let mut spans = Vec::with_capacity(self.spans.len());
        let mut holes = other.spans.as_slice();
        for span in &self.spans {
            let mut first = span.first;
            while let [hole, rest @ ..] = holes {
                if hole.first > span.last {
                    break;
                }
                if hole.first > first {
                    spans.push(Span { first, last: hole.first - 1 });
                }
                first = first.max(hole.last + 1);
                // A hole that reaches past this range may also cut the next one.
                if hole.last > span.last {
                    break;
                }
                holes = rest;
            }
            if first <= span.last {
                spans.push(Span { first, last: span.last });
            }
        }
        IdSet { spans }
    }

    /// The lower and the upper half by number of ids, the lower one id larger when the number is odd.
    /// `None` when there are fewer than two ids. For finding a bad id by bisection.
    ///
    /// ```
    /// use brightpearl_core::IdSet;
    ///
    /// let ids: IdSet = "1-2,7-9".parse()?;
    /// let (lower, upper) = ids.halves().unwrap();
    /// assert_eq!((lower.to_string(), upper.to_string()), ("1-2,7".into(), "8-9".into()));
    /// # Ok::<(), brightpearl_core::Error>(())
    /// ```
    pub fn halves(&self) -> Option<(IdSet, IdSet)> {
        let count = self.len();
        if count < 2 {
            return None;
        }
        let mut wanted = count.div_ceil(2);
        let mut lower = Vec::new();
        let mut upper = Vec::new();
        for &Span { first, last } in &self.spans {
            let taken = wanted.min(last - first + 1);
            if taken > 0 {
                lower.push(Span { first, last: first + taken - 1 });
            }
            if first + taken <= last {
                upper.push(Span { first: first + taken, last });
            }
            wanted -= taken;
        }
        Some((IdSet { spans: lower }, IdSet { spans: upper }))
    }
}
