//! Escapes undone, with the place in the text that each character came from.

use zeroize::{Zeroize, Zeroizing};

use super::entity;

/// A character, and the bytes of the text that stand for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub(super) char: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Zeroize for Glyph {
    fn zeroize(&mut self) {
        self.char.zeroize();
    }
}

/// The characters of a text that begins at byte `base` of a longer one.
pub(super) fn glyphs(text: &str, base: usize) -> Zeroizing<Vec<Glyph>> {
    let glyph =
        |(at, char): (usize, char)| Glyph { char, start: base + at, end: base + at + char.len_utf8() };
    let mut found = Zeroizing::new(Vec::with_capacity(text.len()));
    found.extend(text.char_indices().map(glyph));
    found
}

/// The same with one layer of escapes undone, whatever their kinds are; `None` when there is none.
pub(super) fn unescaped(view: &[Glyph]) -> Option<Zeroizing<Vec<Glyph>>> {
    // No more than there were, so that it never grows and leaves a copy behind.
    let mut found = Zeroizing::new(Vec::with_capacity(view.len()));
    let mut is_changed = false;
    let mut rest = view;
    while let Some((first, behind)) = rest.split_first() {
        let escape = match first.char {
            '%' => wide(behind),
            '\\' => backslash(behind),
            '&' => reference(behind),
            _ => None,
        };
        let escape = bytes(rest, &mut found)
            .or_else(|| escape.map(|(char, length)| note(&mut found, rest, char, length + 1)));
        is_changed |= escape.is_some();
        let length = escape.unwrap_or_else(|| note(&mut found, rest, first.char, 1));
        rest = &rest[length..];
    }
    is_changed.then_some(found)
}

/// Adds a character that the first glyphs stand for, and answers how many those are.
fn note(found: &mut Vec<Glyph>, rest: &[Glyph], char: char, length: usize) -> usize {
    found.push(Glyph { char, start: rest[0].start, end: rest[length - 1].end });
    length
}

/// Escaped bytes in a row, which are UTF-8, or else Latin-1.
fn bytes(rest: &[Glyph], found: &mut Vec<Glyph>) -> Option<usize> {
    let row = || {
        let mut behind = rest;
        std::iter::from_fn(move || {
            let (byte, length) = byte(behind)?;
            behind = &behind[length..];
            Some((byte, length))
        })
    };
    // Counted first: a vector that grows leaves a copy behind.
    let count = row().count();
    if count == 0 {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(count));
    bytes.extend(row().map(|(byte, _)| byte));
    let lengths: Vec<usize> = row().map(|(_, length)| length).collect();
    let (mut at, mut taken) = (0, 0);
    let mut push = |char: char, count: usize| {
        let length = lengths[at..at + count].iter().sum();
        note(found, &rest[taken..], char, length);
        at += count;
        taken += length;
    };
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|char| push(char, char.len_utf8()));
        chunk.invalid().iter().for_each(|byte| push(char::from(*byte), 1));
    }
    Some(taken)
}

/// The byte that is escaped there, percent-encoded or as C writes it, and how long the escape is.
fn byte(rest: &[Glyph]) -> Option<(u8, usize)> {
    let (mark, next) = (rest.first()?.char, rest.get(1)?.char);
    let (number, length) = match (mark, next) {
        ('%', _) => (number(rest.get(1..3)?, 16)?, 3),
        ('\\', 'x') => (number(rest.get(2..4)?, 16)?, 4),
        ('\\', '0'..='3') => (number(rest.get(1..4)?, 8)?, 4),
        _ => return None,
    };
    Some((u8::try_from(number).ok()?, length))
}

/// `%u` with four digits.
fn wide(behind: &[Glyph]) -> Option<(char, usize)> {
    let is_wide = matches!(behind.first()?.char, 'u' | 'U');
    let digits = behind.get(1..5).filter(|_| is_wide)?;
    Some((char::from_u32(number(digits, 16)?)?, 5))
}

/// What stands behind a backslash, and how long it is: escapes of JSON, Python, JavaScript and Rust, and any other mark
/// for itself.
fn backslash(behind: &[Glyph]) -> Option<(char, usize)> {
    let next = behind.first()?.char;
    match next {
        'u' if behind.get(1).is_some_and(|brace| brace.char == '{') => {
            let length = behind.iter().skip(2).take(7).position(|glyph| glyph.char == '}')?;
            Some((char::from_u32(number(behind.get(2..2 + length)?, 16)?)?, length + 3))
        }
        'u' => {
            let unit = number(behind.get(1..5)?, 16)?;
            if let Some(char) = char::from_u32(unit) {
                return Some((char, 5));
            }
            let [Glyph { char: '\\', .. }, Glyph { char: 'u', .. }, digits @ ..] = behind.get(5..11)? else {
                return None;
            };
            let units = [u16::try_from(unit).ok()?, u16::try_from(number(digits, 16)?).ok()?];
            let char = char::decode_utf16(units).next()?.ok()?;
            Some((char, 11))
        }
        'U' => Some((char::from_u32(number(behind.get(1..9)?, 16)?)?, 9)),
        // Line ends and the like, which count for nothing.
        'n' | 'r' | 't' | 'b' | 'f' | 'v' | '0' => Some((' ', 1)),
        _ if !next.is_alphanumeric() => Some((next, 1)),
        _ => None,
    }
}

/// What stands behind an ampersand, and how long it is: a character reference of HTML or XML.
fn reference(behind: &[Glyph]) -> Option<(char, usize)> {
    if behind.first()?.char != '#' {
        let length = behind.iter().take(entity::LONGEST + 1).position(|glyph| glyph.char == ';')?;
        let mut name = Zeroizing::new(String::with_capacity(length * char::MAX.len_utf8()));
        name.extend(behind[..length].iter().map(|glyph| glyph.char));
        return Some((entity::named(&name)?, length + 1));
    }
    let is_hex = matches!(behind.get(1)?.char, 'x' | 'X');
    let (start, radix) = if is_hex { (2, 16) } else { (1, 10) };
    let length = behind.iter().skip(start).take_while(|glyph| glyph.char.is_digit(radix)).count();
    let char = char::from_u32(number(behind.get(start..start + length)?, radix)?)?;
    let has_end = behind.get(start + length).is_some_and(|glyph| glyph.char == ';');
    Some((char, start + length + usize::from(has_end)))
}

/// A number of digits only.
fn number(digits: &[Glyph], radix: u32) -> Option<u32> {
    let add = |sum: u32, glyph: &Glyph| sum.checked_mul(radix)?.checked_add(glyph.char.to_digit(radix)?);
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add) }
}
