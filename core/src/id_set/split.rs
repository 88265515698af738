//! Cutting a set into the fewest legal chunks.

use std::iter::FusedIterator;

use super::text::{digits, text_length};
use super::{IdSet, Span};

/// The chunks of a set, made as they are asked for. See [`IdSet::split`].
#[derive(Clone, Debug)]
pub struct Split {
    spans: Vec<Span>,
    at: IdPosition,
    limit: u64,
    max_text: usize,
}

/// An id of the set, or the end of the set when `span` is past the last range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct IdPosition {
    span: usize,
    id: u64,
}

impl Iterator for Split {
    type Item = IdSet;

    fn next(&mut self) -> Option<IdSet> {
        if self.at.span == self.spans.len() {
            return None;
        }
        let end = self.best_cut(self.reach(self.at));
        let chunk = self.between(self.at, end);
        self.at = end;
        Some(chunk)
    }
}

impl FusedIterator for Split {}

impl Split {
    pub(super) fn new(spans: Vec<Span>, limit: usize, max_text: usize) -> Self {
        let at = IdPosition { span: 0, id: spans.first().map_or(0, |span| span.first) };
        // No host has more than 64 bits to a usize, so this loses nothing.
        Self { spans, at, limit: (limit as u64).max(1), max_text }
    }

    /// The ids that no chunk has had yet.
    pub fn remaining(&self) -> IdSet {
        self.between(self.at, self.end())
    }

    fn end(&self) -> IdPosition {
        IdPosition { span: self.spans.len(), id: 0 }
    }

    /// Where the next chunk begins when the one beginning at `from` takes all that it can.
    fn reach(&self, from: IdPosition) -> IdPosition {
        let mut ids = self.limit;
        let mut text = self.max_text;
        for (index, span) in self.spans.iter().enumerate().skip(from.span) {
            let begins_chunk = index == from.span;
            let first = if begins_chunk { from.id } else { span.first };
            let separator = usize::from(!begins_chunk);
            let last = match furthest(first, span.last, ids, text.saturating_sub(separator)) {
                Some(last) => last,
                None if begins_chunk => first,
                None => return IdPosition { span: index, id: first },
            };
            if last < span.last {
                return IdPosition { span: index, id: last + 1 };
            }
            ids -= last - first + 1;
            text = text.saturating_sub(separator + text_length(first, last));
        }
        self.end()
    }

    /// Where to end the present chunk, given where it would end when full.
    ///
    /// Filling every chunk is not always best: `9-11` fits in four bytes and `10-11` does not, so a cut
    /// just below a power of ten can take the next chunk further. Those are the only cuts worth trying:
    /// any other later start shortens the text of what follows or leaves it as it is.
    fn best_cut(&self, full: IdPosition) -> IdPosition {
        let Some(span) = self.spans.get(full.span) else {
            return full;
        };
        let lowest = if full.span == self.at.span { self.at.id + 1 } else { span.first };
        let mut best = full;
        let mut power = 10_u64.pow(full.id.ilog10());
        while power > lowest {
            let shorter = IdPosition { span: full.span, id: power - 1 };
            if self.reach(shorter) > self.reach(best) {
                best = shorter;
            }
            power /= 10;
        }
        best
    }

    /// The ids from `from` to before `to`.
    fn between(&self, from: IdPosition, to: IdPosition) -> IdSet {
        let mut spans = self.spans[from.span..self.spans.len().min(to.span + 1)].to_vec();
        if let Some(head) = spans.first_mut() {
            head.first = from.id;
        }
        if to.span < self.spans.len() {
            match spans.last_mut() {
                Some(tail) if tail.first < to.id => tail.last = to.id - 1,
                Some(_) | None => {
                    spans.pop();
                }
            }
        }
        IdSet { spans }
    }
}

/// The highest id up to `last` such that the range from `first` has at most `ids` ids and `text` bytes;
/// `None` when not even `first` fits.
fn furthest(first: u64, last: u64, ids: u64, text: usize) -> Option<u64> {
    let spare = text.checked_sub(digits(first))?;
    let by_count = first.saturating_add(ids.checked_sub(1)?);
    let by_text = highest_with_digits(spare.saturating_sub(1)).max(first);
    Some(last.min(by_count).min(by_text))
}

fn highest_with_digits(digits: usize) -> u64 {
    u32::try_from(digits)
        .ok()
        .and_then(|digits| 10_u64.checked_pow(digits))
        .map_or(u64::MAX, |power| power - 1)
}
