//! A record's JSON as a flat list of tokens over the borrowed text: read once, in which everything can then be
//! found without building a tree of values.

use std::borrow::Cow;

use super::path::Key;
use super::value::from_end;
use crate::table::plain_string;
use crate::value::excerpt::excerpt;

/// How deep arrays and objects may stand in each other.
const DEEPEST: usize = 128;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    True,
    False,
    Number,
    /// A text without escapes.
    Text,
    /// A text with escapes, which are known to be right.
    EscapedText,
    Array,
    Object,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    /// Where it begins and ends in the text: of a text, within its quotes.
    start: u32,
    end: u32,
    /// The token behind it and all that it holds. Of a member's name, a digest of the name.
    next: u32,
}

/// What stands where there is no token.
const NOTHING: Token = Token { kind: Kind::Null, start: 0, end: 0, next: u32::MAX };

/// A record's tokens. A member's name goes before its value.
#[derive(Debug)]
pub(super) struct Tape<'r> {
    text: &'r str,
    tokens: Vec<Token>,
}

/// What makes names differ in most cases: their lengths and ends. Names with escapes have none.
#[inline]
pub(super) fn digest(bytes: &[u8]) -> u32 {
    let last = bytes.len().wrapping_sub(1);
    let byte = |place: usize| u32::from(bytes.get(place).copied().unwrap_or_default());
    let middle = byte(bytes.len() / 2);
    (bytes.len() as u32 & 0xff) << 24 | byte(0) << 16 | middle << 8 | byte(last)
}

impl<'r> Tape<'r> {
    /// Reads JSON.
    ///
    /// # Errors
    /// What is wrong with it and where, in words.
    pub(super) fn read(record: &'r [u8]) -> Result<Self, String> {
        let text = str::from_utf8(record).map_err(|error| {
            format!("it is no UTF-8 from byte {} on; expected JSON in UTF-8", error.valid_up_to())
        })?;
        if u32::try_from(record.len()).is_err() {
            return Err(format!("it has {} bytes; expected less than 4 GiB", record.len()));
        }
        match tokenise(text) {
            Ok(tokens) => Ok(Self { text, tokens }),
            Err(fault) => Err(reason(text, &fault)),
        }
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node { tape: self, place: 0 }
    }
}

/// A value of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t> {
    tape: &'t Tape<'t>,
    /// As wide as a pointer, so that values are moved word by word.
    place: usize,
}

/// A member's name as it stands in the text.
#[derive(Clone, Copy)]
pub(super) struct Name<'t> {
    pub(super) raw: &'t str,
    pub(super) digest: u32,
    has_escapes: bool,
}

impl<'t> Name<'t> {
    #[inline]
    pub(super) fn is(&self, key: &Key) -> bool {
        if self.has_escapes {
            unescape(self.raw) == key.name
        } else {
            self.digest == key.digest && self.raw == key.name
        }
    }

    pub(super) fn text(&self) -> Cow<'t, str> {
        if self.has_escapes { unescape(self.raw).into() } else { self.raw.into() }
    }

    pub(super) fn has_escapes(&self) -> bool {
        self.has_escapes
    }
}

impl<'t> Node<'t> {
    fn token(self) -> Token {
        // A place is only ever taken from the tape itself.
        self.tape.tokens.get(self.place).copied().unwrap_or(NOTHING)
    }

    pub(super) fn place(self) -> u32 {
        self.place as u32
    }

    pub(super) fn kind(self) -> Kind {
        self.token().kind
    }

    /// The text between the token's ends: of a text, without its quotes and with its escapes.
    pub(super) fn raw(self) -> &'t str {
        let token = self.token();
        self.tape.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    /// A text's characters.
    pub(super) fn text(self) -> Cow<'t, str> {
        match self.kind() {
            Kind::EscapedText => unescape(self.raw()).into(),
            Kind::Null
            | Kind::True
            | Kind::False
            | Kind::Number
            | Kind::Text
            | Kind::Array
            | Kind::Object => self.raw().into(),
        }
    }

    /// An array's elements; none of anything else.
    pub(super) fn elements(self) -> Elements<'t> {
        let token = self.token();
        let holds = token.kind == Kind::Array;
        Elements { tape: self.tape, at: self.place + 1, end: if holds { token.next as usize } else { 0 } }
    }

    /// An element, counted from the end when the place is negative.
    pub(super) fn element(self, place: i32) -> Option<Node<'t>> {
        let from_front = usize::try_from(place).ok();
        let place = from_front.or_else(|| from_end(self.elements().count(), place))?;
        self.elements().nth(place)
    }

    /// Another value of the same record.
    pub(super) fn beside(self, place: u32) -> Node<'t> {
        Node { tape: self.tape, place: place as usize }
    }

    /// An object's members, repeated ones included; none of anything else.
    pub(super) fn members(self) -> Members<'t> {
        let token = self.token();
        let holds = token.kind == Kind::Object;
        Members { tape: self.tape, at: self.place + 1, end: if holds { token.next as usize } else { 0 } }
    }

    /// The member of that name; of several the last, as JSON readers have it.
    pub(super) fn member(self, key: &Key) -> Option<Node<'t>> {
        self.members().filter(|(name, _)| name.is(key)).last().map(|(_, node)| node)
    }
}

pub(super) struct Elements<'t> {
    tape: &'t Tape<'t>,
    at: usize,
    end: usize,
}

impl<'t> Iterator for Elements<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { tape: self.tape, place: self.at };
        self.at = node.token().next as usize;
        Some(node)
    }
}

pub(super) struct Members<'t> {
    tape: &'t Tape<'t>,
    at: usize,
    end: usize,
}

impl<'t> Iterator for Members<'t> {
    type Item = (Name<'t>, Node<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let [name, value] = self.tape.tokens.get(self.at..)?.first_chunk()?;
        let raw = self.tape.text.get(name.start as usize..name.end as usize).unwrap_or_default();
        let node = Node { tape: self.tape, place: self.at + 1 };
        self.at = value.next as usize;
        Some((Name { raw, digest: name.next, has_escapes: name.kind == Kind::EscapedText }, node))
    }
}

/// The characters of a string's inside, whose escapes are known to be right.
fn unescape(raw: &str) -> String {
    serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_default()
}

/// What is wrong with a text, and where.
enum Fault {
    /// Something else was expected at that byte.
    Expected(usize, &'static str),
    /// The string that begins there has no end.
    Endless(usize),
    /// The string that begins there has half a surrogate pair, or an escape that there is not.
    WrongString(usize),
    Deep(usize),
}

/// Reads JSON as tokens. Places are handed from function to function, so that they stay in registers.
fn tokenise(text: &str) -> Result<Vec<Token>, Fault> {
    let bytes = text.as_bytes();
    let mut tokens: Vec<Token> = Vec::with_capacity(bytes.len() / 8 + 8);
    // The arrays and objects that are open, and whether each is an object.
    let mut open: Vec<(usize, bool)> = Vec::with_capacity(16);
    let mut at = 0;
    loop {
        at = skip_space(bytes, at);
        match bytes.get(at) {
            Some(b'"') => {
                let (kind, end) = string(text, at)?;
                push(&mut tokens, kind, at + 1, end - 1);
                at = end;
            }
            Some(b'-' | b'0'..=b'9') => {
                let end = number(bytes, at)?;
                push(&mut tokens, Kind::Number, at, end);
                at = end;
            }
            Some(opening @ (b'{' | b'[')) => {
                let is_object = *opening == b'{';
                let (kind, closing) = if is_object { (Kind::Object, b'}') } else { (Kind::Array, b']') };
                let place = tokens.len();
                push(&mut tokens, kind, at, at);
                at = skip_space(bytes, at + 1);
                if bytes.get(at) == Some(&closing) {
                    at += 1;
                    close(&mut tokens, place, at);
                } else if open.len() >= DEEPEST {
                    return Err(Fault::Deep(at));
                } else {
                    open.push((place, is_object));
                    if is_object {
                        at = name(text, at, &mut tokens)?;
                    }
                    continue;
                }
            }
            Some(b't') => at = word(bytes, at, "true", Kind::True, &mut tokens)?,
            Some(b'f') => at = word(bytes, at, "false", Kind::False, &mut tokens)?,
            Some(b'n') => at = word(bytes, at, "null", Kind::Null, &mut tokens)?,
            Some(_) | None => return Err(Fault::Expected(at, "a JSON value")),
        }
        // A value is behind us: what is around it goes on, or ends.
        loop {
            at = skip_space(bytes, at);
            let Some((place, is_object)) = open.last().copied() else {
                let is_end = at >= bytes.len();
                return if is_end { Ok(tokens) } else { Err(Fault::Expected(at, "the end of the record")) };
            };
            match (bytes.get(at), is_object) {
                (Some(b','), true) => {
                    at = name(text, skip_space(bytes, at + 1), &mut tokens)?;
                    break;
                }
                (Some(b','), false) => {
                    at += 1;
                    break;
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    at += 1;
                    open.pop();
                    close(&mut tokens, place, at);
                }
                (_, true) => return Err(Fault::Expected(at, "`,` or `}`")),
                (_, false) => return Err(Fault::Expected(at, "`,` or `]`")),
            }
        }
    }
}

#[inline]
fn push(tokens: &mut Vec<Token>, kind: Kind, start: usize, end: usize) {
    let next = tokens.len() as u32 + 1;
    tokens.push(Token { kind, start: start as u32, end: end as u32, next });
}

fn close(tokens: &mut [Token], place: usize, end: usize) {
    let next = tokens.len() as u32;
    if let Some(token) = tokens.get_mut(place) {
        token.end = end as u32;
        token.next = next;
    }
}

#[inline]
fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Reads a member's name and the colon behind it.
#[inline]
fn name(text: &str, at: usize, tokens: &mut Vec<Token>) -> Result<usize, Fault> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return Err(Fault::Expected(at, "a member's name in quotes"));
    }
    let (kind, end) = string(text, at)?;
    let name = bytes.get(at + 1..end - 1).unwrap_or_default();
    let next = if kind == Kind::Text { digest(name) } else { 0 };
    tokens.push(Token { kind, start: at as u32 + 1, end: end as u32 - 1, next });
    let colon = skip_space(bytes, end);
    if bytes.get(colon) == Some(&b':') { Ok(colon + 1) } else { Err(Fault::Expected(colon, "`:`")) }
}

/// Where a string ends, and whether it has escapes.
#[inline]
fn string(text: &str, at: usize) -> Result<(Kind, usize), Fault> {
    match text.as_bytes().get(at..).and_then(plain_string) {
        Some(end) => Ok((Kind::Text, at + end + 1)),
        None => general_string(text, at),
    }
}

/// The same for a string with escapes, or near the record's end.
#[cold]
fn general_string(text: &str, start: usize) -> Result<(Kind, usize), Fault> {
    let mut at = start + 1;
    let mut kind = Kind::Text;
    loop {
        match text.as_bytes().get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                kind = Kind::EscapedText;
                at += 2;
            }
            Some(0..0x20) => return Err(Fault::Expected(at, "a character that may stand in a string")),
            Some(_) => at += 1,
            None => return Err(Fault::Endless(start)),
        }
    }
    at += 1;
    // Escapes are rare, so the general reader may check them.
    let string = text.get(start..at).unwrap_or_default();
    if kind == Kind::EscapedText && serde_json::from_str::<String>(string).is_err() {
        return Err(Fault::WrongString(start));
    }
    Ok((kind, at))
}

fn number(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let start = at + usize::from(bytes.get(at) == Some(&b'-'));
    let mut at = digits(bytes, start);
    let leads_with_zero = bytes.get(start) == Some(&b'0');
    if at == start || (at > start + 1 && leads_with_zero) {
        return Err(Fault::Expected(at, "a number without leading zeros"));
    }
    let more = |from: usize| match digits(bytes, from) {
        end if end == from => Err(Fault::Expected(from, "a digit")),
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
    kind: Kind,
    tokens: &mut Vec<Token>,
) -> Result<usize, Fault> {
    if !bytes.get(at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
        return Err(Fault::Expected(at, "a JSON value"));
    }
    push(tokens, kind, at, at + word.len());
    Ok(at + word.len())
}

/// What is wrong, in words.
fn reason(text: &str, fault: &Fault) -> String {
    // Only whole characters were stepped over, except behind a backslash that ends the record.
    let from = |at: usize| text.get(at..).unwrap_or_default();
    match *fault {
        Fault::Expected(at, expected) => {
            format!("at byte {at}: found {}, expected {expected}", excerpt(from(at)))
        }
        Fault::Endless(at) => format!("the string that begins at byte {at} has no end"),
        Fault::WrongString(at) => {
            format!("at byte {at}: the string {} has an escape that is none", excerpt(from(at)))
        }
        Fault::Deep(at) => format!("at byte {at}: more than {DEEPEST} arrays and objects in each other"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn rebuild(node: Node<'_>) -> Value {
        match node.kind() {
            Kind::Null => Value::Null,
            Kind::True => true.into(),
            Kind::False => false.into(),
            Kind::Number => serde_json::from_str(node.raw()).expect("a number"),
            Kind::Text | Kind::EscapedText => node.text().into(),
            Kind::Array => node.elements().map(rebuild).collect(),
            Kind::Object => {
                node.members().map(|(name, value)| (name.text().into_owned(), rebuild(value))).collect()
            }
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1.0e9..1.0e9).prop_map(Value::from),
            "(\\PC|[\u{0}-\u{1f}\"\\\\])*".prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map("\\PC{0,6}|[\"\\\\a]{1,4}", inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(value in json(), pretty: bool) {
            let write = if pretty { serde_json::to_string_pretty } else { serde_json::to_string };
            let text = write(&value).expect("JSON");
            let tape = Tape::read(text.as_bytes()).expect("readable");
            prop_assert_eq!(rebuild(tape.root()), value);
        }

        #[test]
        fn text_is_json_here_when_it_is_elsewhere(text in "[\\[\\]{}\",: \n0-9.eE+\\-tfnrualse\\\\\u{1}ü]{0,24}") {
            let expected = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok()
                && serde_json::from_str::<Value>(&text).is_ok_and(|_| true);
            // Numbers beyond binary floating point are no numbers to serde_json; here they keep their digits.
            let out_of_range = serde_json::from_str::<Value>(&text).is_err_and(|error| error.to_string().contains("out of range"));
            prop_assert_eq!(Tape::read(text.as_bytes()).is_ok(), expected || out_of_range, "{}", text);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Tape::read(&bytes);
        }
    }

    #[test]
    fn says_where_it_stops_being_json() {
        for (text, at, expected) in [
            ("", 0, "a JSON value"),
            ("{\"a\":1", 6, "`,` or `}`"),
            ("[1 2]", 3, "`,` or `]`"),
            ("{\"a\" 1}", 5, "`:`"),
            ("{a:1}", 1, "a member's name"),
            ("[01]", 3, "leading zeros"),
            ("1 1", 2, "the end of the record"),
            ("\"\u{1}\"", 1, "a character that may stand in a string"),
        ] {
            let error = Tape::read(text.as_bytes()).expect_err(text);
            assert!(error.starts_with(&format!("at byte {at}: ")) && error.contains(expected), "{error}");
        }
        assert!(Tape::read(b"\"abc").expect_err("open").contains("has no end"));
        assert!(Tape::read(b"\"\\ud800\"").expect_err("half a pair").contains("an escape that is none"));
        let deep = "[".repeat(DEEPEST + 1);
        assert!(Tape::read(deep.as_bytes()).expect_err("deep").contains("in each other"));
    }

    #[test]
    fn of_repeated_members_the_last_counts() {
        let tape = Tape::read(br#"{"a": 1, "b": {"a": 3}, "\u0061": 2}"#).expect("JSON");
        let key = |name: &str| Key { name: name.to_owned(), digest: digest(name.as_bytes()) };
        assert_eq!(tape.root().member(&key("a")).map(Node::raw), Some("2"));
        let inner = tape.root().member(&key("b")).and_then(|inner| inner.member(&key("a")));
        assert_eq!(inner.map(Node::raw), Some("3"));
        assert!(tape.root().member(&key("c")).is_none());
    }
}
