//! A record's JSON as a flat list of tokens over the borrowed text: read once, in which everything can then be
//! found without building a tree of values.

use std::borrow::Cow;

use super::value::from_end;
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

/// A record's tokens. A member's name goes before its value.
#[derive(Debug)]
pub(super) struct Tape<'r> {
    text: &'r str,
    tokens: Vec<Token>,
}

/// What makes names differ in most cases: their lengths and ends. Names with escapes have none.
pub(super) fn digest(name: &str) -> u32 {
    let bytes = name.as_bytes();
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
        let mut reader =
            Reader { text, bytes: record, at: 0, tokens: Vec::with_capacity(record.len() / 8 + 8) };
        reader.read()?;
        Ok(Self { text, tokens: reader.tokens })
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node { tape: self, place: 0 }
    }
}

/// A value of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t> {
    tape: &'t Tape<'t>,
    place: u32,
}

/// A member's name as it stands in the text.
#[derive(Clone, Copy)]
pub(super) struct Name<'t> {
    pub(super) raw: &'t str,
    pub(super) digest: u32,
    has_escapes: bool,
}

impl<'t> Name<'t> {
    pub(super) fn is(&self, name: &str, digest: u32) -> bool {
        if self.has_escapes { unescape(self.raw) == name } else { self.digest == digest && self.raw == name }
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
        // A place is only ever taken from the tape itself; nothing stands where there is no token.
        let nothing = Token { kind: Kind::Null, start: 0, end: 0, next: self.place + 1 };
        self.tape.tokens.get(self.place as usize).copied().unwrap_or(nothing)
    }

    pub(super) fn place(self) -> u32 {
        self.place
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
        Elements { tape: self.tape, at: self.place + 1, end: if holds { token.next } else { 0 } }
    }

    /// An element, counted from the end when the place is negative.
    pub(super) fn element(self, place: i32) -> Option<Node<'t>> {
        let from_front = usize::try_from(place).ok();
        let place = from_front.or_else(|| from_end(self.elements().count(), place))?;
        self.elements().nth(place)
    }

    /// Another value of the same record.
    pub(super) fn beside(self, place: u32) -> Node<'t> {
        Node { tape: self.tape, place }
    }

    /// An object's members, repeated ones included; none of anything else.
    pub(super) fn members(self) -> Members<'t> {
        let token = self.token();
        let holds = token.kind == Kind::Object;
        Members { tape: self.tape, at: self.place + 1, end: if holds { token.next } else { 0 } }
    }

    /// The member of that name; of several the last, as JSON readers have it.
    pub(super) fn member(self, name: &str) -> Option<Node<'t>> {
        let digest = digest(name);
        self.members().filter(|(found, _)| found.is(name, digest)).last().map(|(_, node)| node)
    }
}

pub(super) struct Elements<'t> {
    tape: &'t Tape<'t>,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Elements<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { tape: self.tape, place: self.at };
        self.at = node.token().next;
        Some(node)
    }
}

pub(super) struct Members<'t> {
    tape: &'t Tape<'t>,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Members<'t> {
    type Item = (Name<'t>, Node<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let name = Node { tape: self.tape, place: self.at };
        let token = name.token();
        let value = Node { tape: self.tape, place: self.at + 1 };
        self.at = value.token().next;
        let has_escapes = token.kind == Kind::EscapedText;
        Some((Name { raw: name.raw(), digest: token.next, has_escapes }, value))
    }
}

/// The characters of a string's inside, whose escapes are known to be right.
fn unescape(raw: &str) -> String {
    serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_default()
}

struct Reader<'r> {
    text: &'r str,
    bytes: &'r [u8],
    at: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), String> {
        let mut open: Vec<u32> = Vec::with_capacity(16);
        loop {
            if self.begin_value(&mut open)? {
                continue;
            }
            if !self.go_on(&mut open)? {
                break;
            }
        }
        self.skip_space();
        if self.at < self.bytes.len() { Err(self.refuse("the end of the record")) } else { Ok(()) }
    }

    /// Reads a value, or the beginning of one: then another value comes next, and it says so.
    fn begin_value(&mut self, open: &mut Vec<u32>) -> Result<bool, String> {
        self.skip_space();
        let start = self.at;
        match self.bytes.get(self.at) {
            Some(b'"') => self.string().map(|kind| self.push_text(kind, start))?,
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                self.push(Kind::Number, start, self.at);
            }
            Some(b'{') => return self.begin_container(Kind::Object, b'}', open),
            Some(b'[') => return self.begin_container(Kind::Array, b']', open),
            Some(b't') => self.word("true", Kind::True)?,
            Some(b'f') => self.word("false", Kind::False)?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(_) | None => return Err(self.refuse("a JSON value")),
        }
        Ok(false)
    }

    fn begin_container(&mut self, kind: Kind, closing: u8, open: &mut Vec<u32>) -> Result<bool, String> {
        let place = self.tokens.len();
        self.push(kind, self.at, self.at);
        self.at += 1;
        self.skip_space();
        if self.bytes.get(self.at) == Some(&closing) {
            self.at += 1;
            self.close(place);
            return Ok(false);
        }
        if open.len() >= DEEPEST {
            return Err(format!("at byte {}: more than {DEEPEST} arrays and objects in each other", self.at));
        }
        open.push(place as u32);
        if kind == Kind::Object {
            self.name()?;
        }
        Ok(true)
    }

    /// Goes on behind a value, and says whether another one comes next.
    fn go_on(&mut self, open: &mut Vec<u32>) -> Result<bool, String> {
        while let Some(place) = open.last().map(|place| *place as usize) {
            let is_object = self.tokens.get(place).is_some_and(|token| token.kind == Kind::Object);
            self.skip_space();
            match (self.bytes.get(self.at), is_object) {
                (Some(b','), true) => {
                    self.at += 1;
                    self.skip_space();
                    self.name()?;
                    return Ok(true);
                }
                (Some(b','), false) => {
                    self.at += 1;
                    return Ok(true);
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.at += 1;
                    open.pop();
                    self.close(place);
                }
                (_, true) => return Err(self.refuse("`,` or `}`")),
                (_, false) => return Err(self.refuse("`,` or `]`")),
            }
        }
        Ok(false)
    }

    fn close(&mut self, place: usize) {
        let (end, next) = (self.at as u32, self.tokens.len() as u32);
        if let Some(token) = self.tokens.get_mut(place) {
            token.end = end;
            token.next = next;
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let next = self.tokens.len() as u32 + 1;
        self.tokens.push(Token { kind, start: start as u32, end: end as u32, next });
    }

    fn push_text(&mut self, kind: Kind, start: usize) {
        self.push(kind, start + 1, self.at - 1);
    }

    /// Reads a member's name and the colon behind it.
    fn name(&mut self) -> Result<(), String> {
        let start = self.at;
        if self.bytes.get(self.at) != Some(&b'"') {
            return Err(self.refuse("a member's name in quotes"));
        }
        let kind = self.string()?;
        self.push_text(kind, start);
        let name = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        let digest = if kind == Kind::Text { digest(name) } else { 0 };
        if let Some(token) = self.tokens.last_mut() {
            token.next = digest;
        }
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.refuse("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Steps over a string.
    #[inline]
    fn string(&mut self) -> Result<Kind, String> {
        let start = self.at;
        self.at += 1;
        let mut kind = Kind::Text;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|byte| !IS_PLAIN[usize::from(*byte)]).unwrap_or(rest.len());
            self.at += plain;
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    kind = Kind::EscapedText;
                    self.at += 2;
                }
                Some(_) => return Err(self.refuse("a character that may stand in a string")),
                None => return Err(format!("the string that begins at byte {start} has no end")),
            }
        }
        self.at += 1;
        if kind == Kind::EscapedText {
            // Escapes are rare, so the general reader may check them.
            let string = self.text.get(start..self.at).unwrap_or_default();
            serde_json::from_str::<String>(string).map_err(|error| {
                format!("at byte {start}: the string {} is wrong: {error}", excerpt(string))
            })?;
        }
        Ok(kind)
    }

    fn number(&mut self) -> Result<(), String> {
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        let whole = self.digits();
        let leads_with_zero = self.bytes.get(self.at - whole) == Some(&b'0');
        if whole == 0 || (whole > 1 && leads_with_zero) {
            return Err(self.refuse("a number without leading zeros"));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.refuse("a digit"));
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.refuse("a digit"));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += count;
        count
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<(), String> {
        let start = self.at;
        if !self.bytes.get(start..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(self.refuse("a JSON value"));
        }
        self.at += word.len();
        self.push(kind, start, self.at);
        Ok(())
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn refuse(&self, expected: &str) -> String {
        // Only whole characters were stepped over, except behind a backslash that ends the record.
        let rest = self.text.get(self.at..).unwrap_or_default();
        format!("at byte {}: found {}, expected {expected}", self.at.min(self.bytes.len()), excerpt(rest))
    }
}

/// The bytes that a string may hold without any ado.
const IS_PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = false;
        byte += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    plain
};

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
        assert!(Tape::read(b"\"\\ud800\"").expect_err("half a pair").contains("is wrong"));
        let deep = "[".repeat(DEEPEST + 1);
        assert!(Tape::read(deep.as_bytes()).expect_err("deep").contains("in each other"));
    }

    #[test]
    fn of_repeated_members_the_last_counts() {
        let tape = Tape::read(br#"{"a": 1, "b": {"a": 3}, "\u0061": 2}"#).expect("JSON");
        assert_eq!(tape.root().member("a").map(Node::raw), Some("2"));
        assert_eq!(tape.root().member("b").and_then(|b| b.member("a")).map(Node::raw), Some("3"));
        assert!(tape.root().member("c").is_none());
    }
}
