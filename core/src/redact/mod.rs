//! Blanks the secrets of a client in text that came from elsewhere, in whatever form the text echoes them.
//!
//! A secret is found as it is and under percent-encoding, JSON's and other backslash escapes and HTML's character
//! references, also one within another; in base64, in base64url and in hex, also in the midst of a longer encoded
//! text; in any case, wrapped over lines, and as UTF-16 with its NULs. Of a long secret a part is enough. A text is
//! always blanked before it is cut: [`Quote`] is the only way for a part of an answer into an error.
//!
//! Secrets below [`ANYWHERE`] characters are blanked where they stand as a word of their own only, or they would tear
//! holes into every text; those below [`ENCODED`] are not looked for in base64 and hex.

mod entity;
mod escape;
mod quote;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::{Zeroize, Zeroizing};

use escape::{Glyph, glyphs, unescaped};
pub(crate) use quote::Quote;

/// What stands in the place of a secret.
pub(crate) const BLANK: &str = "[redacted]";

/// Secrets of so many characters are blanked inside words, too.
const ANYWHERE: usize = 6;

/// Secrets of so many bytes are looked for in base64 and hex.
const ENCODED: usize = 4;

/// This many successive characters of a longer secret are blanked wherever they stand.
const PART: usize = 8;

/// Of secrets from this length on a part is blanked, too.
const LONG: usize = 12;

/// A secret's beginning of at least this many characters is blanked where the text breaks off behind it.
const BEGINNING: usize = 3;

/// How many escapes within one another are undone.
const DEPTH: usize = 3;

/// The longest echo of one character of a secret, in bytes: a `\u0041` whose backslash is percent-encoded, and more.
const ECHO: usize = 12;

/// The most bytes of a text that are shown.
const MOST: usize = 256 << 10;

/// How many bytes of a text are looked at in one piece, so that a text of any length takes little memory.
const PIECE: usize = 32 << 10;

/// Knows all secrets that a text may echo.
pub(crate) struct Redactor {
    /// Ordered by their texts, each of which is there once.
    patterns: Vec<Pattern>,
    parts: Parts<PART>,
    encoded_parts: Parts<PART>,
    beginnings: Parts<BEGINNING>,
    /// The most bytes that an echo of one secret takes.
    longest_echo: usize,
}

/// One form of one secret, as [`folded`] leaves it.
struct Pattern {
    text: Zeroizing<Vec<char>>,
    /// Base64 or hex: what surrounds it is of the same text.
    is_encoded: bool,
    /// Whether folding left something out.
    has_gaps: bool,
}

/// Parts of secrets, in order.
struct Parts<const LENGTH: usize>(Vec<[char; LENGTH]>);

impl<const LENGTH: usize> Parts<LENGTH> {
    fn of<'a>(parts: impl Iterator<Item = &'a [char]>) -> Self {
        // Sorted where they stand, and no more than there is room for: sorting and growing leave copies behind.
        let mut places: Vec<&[char]> = parts.collect();
        places.sort_unstable();
        let mut parts = Vec::with_capacity(places.len());
        parts.extend(places.into_iter().filter_map(|part| <[char; LENGTH]>::try_from(part).ok()));
        Self(parts)
    }
}

impl<const LENGTH: usize> Drop for Parts<LENGTH> {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|part| part.zeroize());
    }
}

/// Its debug output shows nothing of what it knows.
impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// A redactor of these secrets.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut patterns: Vec<Pattern> = Vec::new();
        let mut longest = 0;
        let secrets: BTreeSet<&str> = secrets.into_iter().collect();
        for secret in secrets {
            longest = longest.max(secret.len());
            let encoded = encodings(secret.as_bytes()).into_iter().map(|text| Pattern::of(&text, true));
            patterns.push(Pattern::of(secret, false));
            patterns.extend(encoded);
        }
        patterns.retain(|pattern| !pattern.text.is_empty());
        // Of the same text the plain one stays.
        patterns.sort_by(|one, other| {
            (one.text.as_slice(), one.is_encoded).cmp(&(other.text.as_slice(), other.is_encoded))
        });
        patterns.dedup_by(|next, known| next.text == known.text);
        let parts = |is_encoded: bool| {
            let long = patterns.iter().filter(|it| it.is_encoded == is_encoded && it.text.len() >= LONG);
            Parts::of(long.flat_map(|pattern| pattern.text.windows(PART)))
        };
        let (plain, encoded) = (parts(false), parts(true));
        let any = patterns.iter().filter(|pattern| pattern.text.len() >= ANYWHERE);
        let beginnings = Parts::of(any.filter_map(|pattern| pattern.text.get(..BEGINNING)));
        Self {
            patterns,
            parts: plain,
            encoded_parts: encoded,
            beginnings,
            longest_echo: longest.saturating_mul(ECHO),
        }
    }

    /// The text without the secrets, and, of one that nobody reads to its end, without that.
    pub(crate) fn blank(&self, text: &str) -> String {
        let most = char_boundary(text, MOST);
        let looked_at = char_boundary(text, most.saturating_add(self.longest_echo));
        let mut blanked = String::with_capacity(most);
        let mut from = 0;
        for mark in self.marks(&text[..looked_at], looked_at == text.len()) {
            if mark.start >= most {
                break;
            }
            blanked.push_str(&text[from..mark.start]);
            blanked.push_str(BLANK);
            from = mark.end;
        }
        blanked.push_str(text.get(from..most).unwrap_or_default());
        if most < text.len() {
            blanked.push('…');
        }
        blanked
    }

    /// Where secrets stand, in order and apart. The end of a text that is not whole is not
    /// taken for the end of a secret.
    fn marks(&self, text: &str, is_whole: bool) -> Vec<Range<usize>> {
        let mut marks = Vec::new();
        let mut start = 0_usize;
        loop {
            let end = char_boundary(text, start.saturating_add(PIECE).saturating_add(self.longest_echo));
            let is_last = end == text.len();
            let mut view = glyphs(&text[start..end], start);
            for _ in 0..=DEPTH {
                self.mark(&view, is_last && is_whole, &mut marks);
                match unescaped(&view) {
                    Some(next) => view = next,
                    None => break,
                }
            }
            if is_last {
                break;
            }
            start = char_boundary(text, start + PIECE);
        }
        marks.sort_unstable_by_key(|mark| (mark.start, mark.end));
        let mut apart: Vec<Range<usize>> = Vec::new();
        for mark in marks {
            match apart.last_mut() {
                Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
                Some(_) | None => apart.push(mark),
            }
        }
        apart
    }

    /// Marks what stands in a view of the text.
    fn mark(&self, view: &[Glyph], is_end: bool, marks: &mut Vec<Range<usize>>) {
        let places: Vec<usize> = (0..view.len()).filter(|at| !is_dropped(view[*at].char)).collect();
        let folded: Zeroizing<Vec<char>> =
            Zeroizing::new(places.iter().map(|at| lower(view[*at].char)).collect());
        let mut surroundings = 0..0;
        let mut note = |found: Range<usize>, is_encoded: bool| {
            let (mut first, mut last) = (places[found.start], places[found.end - 1]);
            if surroundings.contains(&first) && surroundings.contains(&last) {
                return;
            }
            if is_encoded {
                while first > 0 && is_of_encoding(view[first - 1].char) {
                    first -= 1;
                }
                while view.get(last + 1).is_some_and(|glyph| is_of_encoding(glyph.char)) {
                    last += 1;
                }
                surroundings = first..last + 1;
            }
            marks.push(view[first].start..view[last].end);
        };
        for (at, part) in folded.windows(PART).enumerate() {
            for (parts, is_encoded) in [(&self.parts, false), (&self.encoded_parts, true)] {
                if parts.0.binary_search_by(|known| known.as_slice().cmp(part)).is_ok() {
                    note(at..at + PART, is_encoded);
                }
            }
        }
        for Pattern { text, is_encoded, has_gaps } in &self.patterns {
            if text.len() < LONG {
                for at in 0..(folded.len() + 1).saturating_sub(text.len()) {
                    let found = at..at + text.len();
                    if folded[found.clone()] == text[..]
                        && (*is_encoded || is_alone(view, &places[found.clone()], *has_gaps))
                    {
                        note(found, *is_encoded);
                    }
                }
            }
        }
        let begins = |at: &usize| {
            let beginning = &folded[*at..*at + BEGINNING];
            self.beginnings.0.binary_search_by(|known| known.as_slice().cmp(beginning)).is_ok()
        };
        let starts: Vec<usize> = (0..(folded.len() + 1).saturating_sub(BEGINNING)).filter(begins).collect();
        for end in breaks(view, &places, is_end) {
            let whose = |part: &[char]| {
                // Those that begin so stand together.
                let first = self.patterns.partition_point(|pattern| pattern.text.as_slice() < part);
                let beginning = self.patterns[first..].iter().take_while(|it| it.text.starts_with(part));
                beginning.into_iter().find(|pattern| pattern.text.len() >= ANYWHERE)
            };
            let before = near(&starts, end);
            if let Some((start, pattern)) =
                before.iter().find_map(|start| Some((*start, whose(&folded[*start..end])?)))
            {
                note(start..end, pattern.is_encoded);
            }
        }
    }
}

/// The starts of beginnings that may reach to that end: longer ones have parts that are blanked as such.
fn near(starts: &[usize], end: usize) -> &[usize] {
    let first = starts.partition_point(|start| start + LONG <= end);
    let behind = starts.partition_point(|start| start + BEGINNING <= end);
    &starts[first.min(behind)..behind]
}

/// Whether no language has such a word: a long one with digits in it, or a very long one.
pub(crate) fn is_opaque(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    (word.len() >= 16 && has_digit) || word.len() >= 32
}

impl Pattern {
    fn of(text: &str, is_encoded: bool) -> Self {
        // Room for all, since a vector that grows leaves a copy behind.
        let mut folded = Zeroizing::new(Vec::with_capacity(text.len()));
        folded.extend(text.chars().filter(|char| !is_dropped(*char)).map(lower));
        Self { text: folded, is_encoded, has_gaps: text.contains(is_dropped) }
    }
}

/// Base64 and hex of the bytes. Of base64 the characters that depend on these bytes alone, wherever the bytes stand
/// among others.
fn encodings(secret: &[u8]) -> Vec<Zeroizing<String>> {
    if secret.len() < ENCODED {
        return Vec::new();
    }
    let mut hex = Zeroizing::new(String::with_capacity(2 * secret.len()));
    let digits = secret.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.for_each(|digit| hex.push(char::from(b"0123456789abcdef"[usize::from(digit)])));
    let mut found = vec![hex];
    for before in 0..3_usize {
        let padded = Zeroizing::new([&[0; 2][..before], secret].concat());
        let own = (before * 8).div_ceil(6)..(padded.len() * 8) / 6;
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = Zeroizing::new(engine.encode(&padded));
            found.extend(text.get(own.clone()).map(|own| Zeroizing::new(own.to_owned())));
        }
    }
    found
}

/// Where the text breaks off, as places among those that are not dropped: at its end, before a character or an escape
/// that the end has cut, and before an ellipsis, a mask or `and more`.
fn breaks(view: &[Glyph], places: &[usize], is_end: bool) -> Vec<usize> {
    let breaks_behind = |at: usize| {
        // A mark may follow the quotation.
        let is_end = |glyph: &&Glyph| matches!(glyph.char, '"' | '\'' | '`' | ' ');
        let passed = view[at + 1..].iter().take(2).take_while(is_end).count();
        let at = at + passed;
        let next = |ahead: usize| view.get(at + ahead).map(|glyph| glyph.char);
        match next(1) {
            Some('…' | '\u{fffd}') => true,
            Some(mark @ ('.' | '*')) => next(2) == Some(mark) && next(3) == Some(mark),
            // As `excerpt` says it.
            Some('a') => {
                passed == 2 && (1..).zip("and more".chars()).all(|(ahead, char)| next(ahead) == Some(char))
            }
            Some(_) | None => false,
        }
    };
    let mut found: Vec<usize> =
        (0..places.len()).filter(|place| breaks_behind(places[*place])).map(|place| place + 1).collect();
    if is_end {
        found.push(places.len());
        let is_escape = |place: &usize| matches!(view[places[*place]].char, '%' | '\\' | '&');
        found.extend((places.len().saturating_sub(ECHO)..places.len()).rev().find(is_escape));
    }
    found
}

/// Whether a short secret stands there in one piece, and, when it is very short, as a word of its own.
fn is_alone(view: &[Glyph], places: &[usize], has_gaps: bool) -> bool {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return false };
    let is_in_one_piece =
        has_gaps || !view[*first..=*last].iter().any(|glyph| glyph.char.is_whitespace() || glyph.char == '+');
    let is_in_word =
        |at: Option<usize>| at.and_then(|at| view.get(at)).is_some_and(|glyph| glyph.char.is_alphanumeric());
    match places.len() {
        0..ANYWHERE => {
            is_in_one_piece && !is_in_word(first.checked_sub(1)) && !is_in_word(last.checked_add(1))
        }
        ANYWHERE..PART => is_in_one_piece,
        PART.. => true,
    }
}

/// Whether anything is left of a secret to recognise it by.
pub(crate) fn is_recognisable(secret: &str) -> bool {
    !secret.chars().all(is_dropped)
}

/// What wrapping, UTF-16 and forms put between the characters of a secret, or make of them.
fn is_dropped(char: char) -> bool {
    char.is_whitespace() || char.is_control() || matches!(char, '+' | '\u{ad}' | '\u{200b}' | '\u{feff}')
}

fn lower(char: char) -> char {
    char.to_lowercase().next().unwrap_or(char)
}

fn is_of_encoding(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '-' | '_' | '=')
}

/// The next place from `at` on where a character begins, or the end.
fn char_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
