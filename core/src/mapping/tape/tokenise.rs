//! From JSON to the tokens of a tape, in one pass, with what is wrong and where.

use super::member_name::{mark, mark_within};
use super::{OUTSIDE, Token, TokenKind, unescape};
use crate::excerpt::excerpt;
use crate::json::{DEEPEST, plain_string};

/// What is wrong with a text, and where.
pub(super) enum JsonFault {
    /// Something else was expected at that byte.
    Expected(usize, &'static str),
    /// The string that begins there has no end.
    Endless(usize),
    /// The string that begins there has half a surrogate pair, or an escape that there is not.
    WrongString(usize),
    Deep(usize),
}

/// Reads JSON as tokens, into memory that may have been used before.
pub(super) fn tokenise(text: &str, mut tokens: Vec<Token>) -> Result<Vec<Token>, Box<JsonFault>> {
    let bytes = text.as_bytes();
    tokens.clear();
    tokens.reserve(bytes.len() / 6 + 8);
    // The innermost array or object that is open. Until it is closed, its token's `next` is the one around it.
    let mut open = OUTSIDE;
    let mut is_object = false;
    let mut depth = 0;
    let (mut at, mut byte) = next(bytes, 0);
    loop {
        if is_object {
            let colon = name(text, at, byte, &mut tokens)?;
            (at, byte) = next(bytes, colon + 1);
        }
        match byte {
            b'"' => {
                let (kind, end) = string(text, at)?;
                push(&mut tokens, kind, at + 1, end - 1);
                at = end;
            }
            b'-' | b'0'..=b'9' => {
                let end = number(bytes, at)?;
                push(&mut tokens, TokenKind::Number, at, end);
                at = end;
            }
            b'{' | b'[' => {
                let opens_object = byte == b'{';
                let (kind, closing) =
                    if opens_object { (TokenKind::Object, b'}') } else { (TokenKind::Array, b']') };
                let place = tokens.len() as u32;
                tokens.push(Token { kind, start: at as u32, end: at as u32, next: open });
                (at, byte) = next(bytes, at + 1);
                if byte != closing {
                    if depth == DEEPEST {
                        return Err(JsonFault::Deep(at).into());
                    }
                    (open, is_object) = (place, opens_object);
                    depth += 1;
                    continue;
                }
                at += 1;
                close(&mut tokens, place, at);
            }
            b't' => at = word(bytes, at, "true", TokenKind::True, &mut tokens)?,
            b'f' => at = word(bytes, at, "false", TokenKind::False, &mut tokens)?,
            b'n' => at = word(bytes, at, "null", TokenKind::Null, &mut tokens)?,
            _ => return Err(expected(at, "a JSON value")),
        }
        // A value is behind us: what is around it goes on, or ends.
        loop {
            (at, byte) = next(bytes, at);
            if open == OUTSIDE {
                let is_end = at >= bytes.len();
                return if is_end { Ok(tokens) } else { Err(expected(at, "the end of the record")) };
            }
            match (byte, is_object) {
                (b',', true | false) => {
                    (at, byte) = next(bytes, at + 1);
                    break;
                }
                (b'}', true) | (b']', false) => {
                    at += 1;
                    open = close(&mut tokens, open, at);
                    is_object =
                        tokens.get(open as usize).is_some_and(|around| around.kind == TokenKind::Object);
                    depth -= 1;
                }
                (_, true) => return Err(expected(at, "`,` or `}`")),
                (_, false) => return Err(expected(at, "`,` or `]`")),
            }
        }
    }
}

#[cold]
fn expected(at: usize, what: &'static str) -> Box<JsonFault> {
    Box::new(JsonFault::Expected(at, what))
}

#[inline]
fn push(tokens: &mut Vec<Token>, kind: TokenKind, start: usize, end: usize) {
    let next = tokens.len() as u32 + 1;
    tokens.push(Token { kind, start: start as u32, end: end as u32, next });
}

/// Closes an array or an object; says which one is around it.
#[inline]
fn close(tokens: &mut [Token], place: u32, end: usize) -> u32 {
    let next = tokens.len() as u32;
    let Some(token) = tokens.get_mut(place as usize) else { return OUTSIDE };
    token.end = end as u32;
    std::mem::replace(&mut token.next, next)
}

/// The first byte from there on that is not white space, and where it stands; zero behind the end, where no other
/// zero may stand.
#[inline]
fn next(bytes: &[u8], mut at: usize) -> (usize, u8) {
    loop {
        let byte = bytes.get(at).copied().unwrap_or(0);
        // Most records have no white space, so that one comparison is enough.
        if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            return (at, byte);
        }
        at += 1;
    }
}

/// Reads a member's name; says where the colon behind it stands.
#[inline]
fn name(text: &str, at: usize, byte: u8, tokens: &mut Vec<Token>) -> Result<usize, Box<JsonFault>> {
    if byte != b'"' {
        return Err(expected(at, "a member's name in quotes"));
    }
    let (kind, end) = string(text, at)?;
    let mark = if kind == TokenKind::EscapedText {
        mark(&unescape(text.get(at + 1..end - 1).unwrap_or_default()))
    } else {
        mark_within(text.as_bytes(), at + 1, end - 1)
    };
    tokens.push(Token { kind, start: at as u32 + 1, end: end as u32 - 1, next: mark });
    match next(text.as_bytes(), end) {
        (colon, b':') => Ok(colon),
        (other, _) => Err(expected(other, "`:`")),
    }
}

/// Where a string ends, and whether it has escapes.
#[inline]
fn string(text: &str, at: usize) -> Result<(TokenKind, usize), Box<JsonFault>> {
    match text.as_bytes().get(at..).and_then(plain_string) {
        Some(end) => Ok((TokenKind::Text, at + end + 1)),
        None => general_string(text, at),
    }
}

/// The same for a string with escapes, or near the record's end.
#[cold]
fn general_string(text: &str, start: usize) -> Result<(TokenKind, usize), Box<JsonFault>> {
    let mut at = start + 1;
    let mut kind = TokenKind::Text;
    loop {
        match text.as_bytes().get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                kind = TokenKind::EscapedText;
                at += 2;
            }
            Some(0..0x20) => return Err(expected(at, "a character that may stand in a string")),
            Some(_) => at += 1,
            None => return Err(JsonFault::Endless(start).into()),
        }
    }
    at += 1;
    // Escapes are rare, so the general reader may check them.
    let string = text.get(start..at).unwrap_or_default();
    if kind == TokenKind::EscapedText && serde_json::from_str::<String>(string).is_err() {
        return Err(JsonFault::WrongString(start).into());
    }
    Ok((kind, at))
}

fn number(bytes: &[u8], at: usize) -> Result<usize, Box<JsonFault>> {
    let start = at + usize::from(bytes.get(at) == Some(&b'-'));
    let mut at = digits(bytes, start);
    let leads_with_zero = bytes.get(start) == Some(&b'0');
    if at == start || (at > start + 1 && leads_with_zero) {
        return Err(expected(at, "a number without leading zeros"));
    }
    let more = |from: usize| match digits(bytes, from) {
        end if end == from => Err(expected(from, "a digit")),
        end => Ok(end),
    };
    if bytes.get(at) == Some(&b'.') {
        at = more(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let has_sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = more(at + 1 + usize::from(has_sign))?;
    }
    Ok(at)
}

fn digits(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b'0'..=b'9') = bytes.get(at) {
        at += 1;
    }
    at
}

fn word(
    bytes: &[u8],
    at: usize,
    word: &'static str,
    kind: TokenKind,
    tokens: &mut Vec<Token>,
) -> Result<usize, Box<JsonFault>> {
    if !bytes.get(at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
        return Err(expected(at, "a JSON value"));
    }
    push(tokens, kind, at, at + word.len());
    Ok(at + word.len())
}

/// What is wrong, in words.
pub(super) fn reason(text: &str, fault: &JsonFault) -> String {
    // Only whole characters were stepped over, except behind a backslash that ends the record.
    let from = |at: usize| text.get(at..).unwrap_or_default();
    match *fault {
        JsonFault::Expected(at, expected) => {
            format!("at byte {at}: found {}, expected {expected}", excerpt(from(at)))
        }
        JsonFault::Endless(at) => format!("the string that begins at byte {at} has no end"),
        JsonFault::WrongString(at) => {
            format!("at byte {at}: the string {} has an invalid escape", excerpt(from(at)))
        }
        JsonFault::Deep(at) => format!("at byte {at}: more than {DEEPEST} arrays and objects in each other"),
    }
}
