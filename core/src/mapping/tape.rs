//! A record's JSON as a flat list of tokens over the borrowed text: read once, in which everything can then be
//! found without building a tree of values.

mod member_name;
mod tokenise;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

pub(super) use member_name::MemberName;
use tokenise::{reason, tokenise};

use super::value::{Value, from_end};
use crate::excerpt::excerpt;
use crate::value::Decimal;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
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
    kind: TokenKind,
    /// Where it begins and ends in the text: of a text, within its quotes.
    start: u32,
    end: u32,
    /// The token behind it and all that it holds; of a member's name, its mark instead.
    next: u32,
}

/// What stands where there is no token.
static NOTHING: Token = Token { kind: TokenKind::Null, start: 0, end: 0, next: OUTSIDE };

/// The place of what is around the outermost value.
const OUTSIDE: u32 = u32::MAX;

/// A record's tokens. A member's name goes before its value.
#[derive(Debug)]
pub(super) struct Tape<'r> {
    text: Cow<'r, str>,
    tokens: Vec<Token>,
    /// A member that stands twice and says two things, as far as it was looked at: the place of the second, or `OUTSIDE`.
    contradiction: AtomicU32,
}

thread_local! {
    /// The memory for the tokens of the next record: those of many records are about as many.
    static SPARE: Cell<Vec<Token>> = const { Cell::new(Vec::new()) };
}

/// The most tokens for which memory is kept.
const MOST_SPARE: usize = 1 << 14;

impl Drop for Tape<'_> {
    fn drop(&mut self) {
        let tokens = std::mem::take(&mut self.tokens);
        if tokens.capacity() <= MOST_SPARE {
            // A thread that ends keeps nothing.
            let _ = SPARE.try_with(|spare| spare.set(tokens));
        }
    }
}

impl<'r> Tape<'r> {
    /// Reads JSON.
    ///
    /// # Errors
    /// What is wrong with it and where, in words.
    pub(super) fn read(record: &'r [u8]) -> Result<Self, String> {
        let text = simdutf8::basic::from_utf8(record).map_err(|_| {
            // Where it is wrong takes longer to find out.
            let valid = str::from_utf8(record).map_or_else(|error| error.valid_up_to(), str::len);
            format!("invalid UTF-8 from byte {valid} on; expected JSON in UTF-8")
        })?;
        Self::of(text.into())
    }

    /// Reads JSON, which it keeps if it is given for good.
    ///
    /// # Errors
    /// As [`Tape::read`].
    pub(super) fn of(text: Cow<'r, str>) -> Result<Self, String> {
        if u32::try_from(text.len()).is_err() {
            return Err(format!("it has {} bytes; expected less than 4 GiB", text.len()));
        }
        let tokens = SPARE.try_with(Cell::take).unwrap_or_default();
        match tokenise(&text, tokens) {
            Ok(tokens) => Ok(Self { text, tokens, contradiction: AtomicU32::new(OUTSIDE) }),
            Err(fault) => Err(reason(&text, &fault)),
        }
    }

    pub(super) fn root(&self) -> RecordNode<'_> {
        RecordNode { tape: self, place: 0 }
    }

    /// What is wrong with the record, where a member that was looked at stands twice and says two things: readers of JSON
    /// disagree about which of them counts.
    pub(super) fn contradiction(&self) -> Option<String> {
        let place = self.contradiction.load(Ordering::Relaxed);
        let place = Some(place as usize).filter(|_| place != OUTSIDE)?;
        let value = RecordNode { tape: self, place };
        let name = place.checked_sub(1).and_then(|name| self.tokens.get(name))?;
        Some(format!(
            "the member {:?} stands twice in one object, the second time as {}; expected it once, or the same twice",
            self.text_of(name),
            excerpt(value.raw()),
        ))
    }

    /// The text between a token's ends: of a text, without its quotes and with its escapes.
    #[inline]
    fn raw(&self, token: &Token) -> &str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    /// A text's characters.
    #[inline]
    fn text_of(&self, token: &Token) -> Cow<'_, str> {
        match token.kind {
            TokenKind::EscapedText => unescape(self.raw(token)).into(),
            TokenKind::Null
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Number
            | TokenKind::Text
            | TokenKind::Array
            | TokenKind::Object => self.raw(token).into(),
        }
    }
}

/// A value of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordNode<'t> {
    tape: &'t Tape<'t>,
    place: usize,
}

/// The name of a member of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeName<'t> {
    tape: &'t Tape<'t>,
    token: &'t Token,
}

impl<'t> NodeName<'t> {
    /// What equal names have in common, and others hardly ever.
    #[inline]
    pub(super) fn mark(self) -> u32 {
        self.token.next
    }

    /// Whether it is this one.
    #[inline]
    pub(super) fn is(self, wanted: &MemberName) -> bool {
        // Most names differ in their marks.
        self.token.next == wanted.mark && self.is_spelled(&wanted.text)
    }

    #[inline]
    fn is_spelled(self, wanted: &str) -> bool {
        match self.token.kind {
            TokenKind::EscapedText => self.text() == wanted,
            TokenKind::Null
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Number
            | TokenKind::Text
            | TokenKind::Array
            | TokenKind::Object => {
                let (start, end) = (self.token.start as usize, self.token.end as usize);
                self.tape.text.as_bytes().get(start..end) == Some(wanted.as_bytes())
            }
        }
    }

    /// Its characters.
    pub(super) fn text(self) -> Cow<'t, str> {
        self.tape.text_of(self.token)
    }
}

impl<'t> RecordNode<'t> {
    #[inline]
    fn token(self) -> &'t Token {
        // A place is only ever taken from the tape itself.
        self.tape.tokens.get(self.place).unwrap_or(&NOTHING)
    }

    /// Whether that is what a value is.
    #[inline]
    pub(super) fn is(self, value: &Value<'_>) -> bool {
        match value {
            Value::Node(node) => {
                node.place == self.place && std::ptr::eq(node.tape.text.as_ptr(), self.tape.text.as_ptr())
            }
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Text(_)
            | Value::Array(_)
            | Value::Object(_) => false,
        }
    }

    pub(super) fn place(self) -> u32 {
        self.place as u32
    }

    /// How many tokens it has.
    pub(super) fn span(self) -> usize {
        (self.token().next as usize).saturating_sub(self.place)
    }

    pub(super) fn kind(self) -> TokenKind {
        self.token().kind
    }

    /// The text between the token's ends: of a text, without its quotes and with its escapes.
    #[inline]
    pub(super) fn raw(self) -> &'t str {
        self.tape.raw(self.token())
    }

    /// The number that it is or that its text says, when it is spelled as it would be written again, of few digits.
    #[inline]
    pub(super) fn plain_number(self) -> Option<Decimal> {
        match self.kind() {
            TokenKind::Number | TokenKind::Text => Decimal::parse_plain(self.raw()),
            TokenKind::Null
            | TokenKind::True
            | TokenKind::False
            | TokenKind::EscapedText
            | TokenKind::Array
            | TokenKind::Object => None,
        }
    }

    /// Whether it is what JMESPath takes for true: all but null, `false`, and what is empty.
    pub(super) fn is_truthy(self) -> bool {
        let token = self.token();
        match token.kind {
            TokenKind::Null | TokenKind::False => false,
            TokenKind::True | TokenKind::Number => true,
            TokenKind::Text | TokenKind::EscapedText => token.start < token.end,
            TokenKind::Array | TokenKind::Object => token.next as usize > self.place + 1,
        }
    }

    /// A text's characters.
    #[inline]
    pub(super) fn text(self) -> Cow<'t, str> {
        self.tape.text_of(self.token())
    }

    /// An array's elements; none of anything else.
    pub(super) fn elements(self) -> TapeElements<'t> {
        let token = self.token();
        let holds = token.kind == TokenKind::Array;
        TapeElements { tape: self.tape, at: self.place + 1, end: if holds { token.next as usize } else { 0 } }
    }

    /// An element, counted from the end when the place is negative.
    pub(super) fn element(self, place: i32) -> Option<RecordNode<'t>> {
        let from_front = usize::try_from(place).ok();
        let place = from_front.or_else(|| from_end(self.elements().count(), place))?;
        self.elements().nth(place)
    }

    /// Another value of the same record.
    pub(super) fn beside(self, place: u32) -> RecordNode<'t> {
        RecordNode { tape: self.tape, place: place as usize }
    }

    /// The names and values of an object's members, repeated ones included; none of anything else.
    pub(super) fn members(self) -> NodeMembers<'t> {
        let token = self.token();
        let end = if token.kind == TokenKind::Object { token.next as usize } else { 0 };
        NodeMembers {
            tape: self.tape,
            rest: self.tape.tokens.get(self.place + 1..end).unwrap_or_default(),
            end,
        }
    }

    /// Takes note that a member stands twice, unless both say the same.
    #[cold]
    pub(super) fn note_repeated(self, first: RecordNode<'_>) {
        if (self.kind(), self.raw()) != (first.kind(), first.raw()) {
            self.tape.contradiction.store(self.place(), Ordering::Relaxed);
        }
    }

    /// Takes note of its members that stand twice.
    #[cold]
    pub(super) fn note_repeated_members(self) {
        let mut known = BTreeMap::new();
        for (name, value) in self.members() {
            if let Some(first) = known.insert(name.text(), value) {
                value.note_repeated(first);
            }
        }
    }

    /// The member of that name; of several the last, as JSON readers have it, of which note is taken. Counts the members
    /// that it looks at.
    pub(super) fn member(self, wanted: &MemberName, visited: &mut usize) -> Option<RecordNode<'t>> {
        let (mut found, mut count) = (None, 0);
        for (name, value) in self.members() {
            count += 1;
            if name.is(wanted)
                && let Some(first) = found.replace(value)
            {
                value.note_repeated(first);
            }
        }
        *visited += count;
        found
    }
}

pub(super) struct TapeElements<'t> {
    tape: &'t Tape<'t>,
    at: usize,
    end: usize,
}

impl<'t> Iterator for TapeElements<'t> {
    type Item = RecordNode<'t>;

    #[inline]
    fn next(&mut self) -> Option<RecordNode<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = RecordNode { tape: self.tape, place: self.at };
        self.at = node.token().next as usize;
        Some(node)
    }
}

pub(super) struct NodeMembers<'t> {
    tape: &'t Tape<'t>,
    /// The tokens that are left.
    rest: &'t [Token],
    /// Where they end.
    end: usize,
}

impl<'t> Iterator for NodeMembers<'t> {
    type Item = (NodeName<'t>, RecordNode<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let [name, value, behind @ ..] = self.rest else { return None };
        let place = self.end - behind.len() - 1;
        self.rest = match value.kind {
            TokenKind::Array | TokenKind::Object => {
                self.tape.tokens.get(value.next as usize..self.end).unwrap_or_default()
            }
            // Most values hold no others, and the processor need not wait for what the token says.
            TokenKind::Null
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Number
            | TokenKind::Text
            | TokenKind::EscapedText => behind,
        };
        Some((NodeName { tape: self.tape, token: name }, RecordNode { tape: self.tape, place }))
    }
}

/// The characters of a string's inside, whose escapes are known to be right.
#[cold]
fn unescape(raw: &str) -> String {
    serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::*;
    use crate::json::DEEPEST;

    fn rebuild(node: RecordNode<'_>) -> Json {
        match node.kind() {
            TokenKind::Null => Json::Null,
            TokenKind::True => true.into(),
            TokenKind::False => false.into(),
            TokenKind::Number => serde_json::from_str(node.raw()).expect("a number"),
            TokenKind::Text | TokenKind::EscapedText => node.text().into(),
            TokenKind::Array => node.elements().map(rebuild).collect(),
            TokenKind::Object => {
                node.members().map(|(name, value)| (name.text().into_owned(), rebuild(value))).collect()
            }
        }
    }

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            (-1.0e9..1.0e9).prop_map(Json::from),
            "(\\PC|[\u{0}-\u{1f}\"\\\\])*".prop_map(Json::from),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Json::from),
                prop::collection::btree_map("\\PC{0,6}|[\"\\\\a]{1,4}", inner, 0..8)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
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
                && serde_json::from_str::<Json>(&text).is_ok_and(|_| true);
            // serde_json refuses numbers beyond binary floating point; here they keep their digits.
            let out_of_range = serde_json::from_str::<Json>(&text).is_err_and(|error| error.to_string().contains("out of range"));
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
        assert!(Tape::read(b"\"\\ud800\"").expect_err("half a pair").contains("an invalid escape"));
        let deep = "[".repeat(DEEPEST + 1);
        assert!(Tape::read(deep.as_bytes()).expect_err("deep").contains("in each other"));
    }

    #[test]
    fn of_repeated_members_the_last_counts() {
        let tape = Tape::read(br#"{"a": 1, "b": {"a": 3}, "\u0061": 2}"#).expect("JSON");
        let [a, b, c] = ["a", "b", "c"].map(MemberName::new);
        assert_eq!(tape.root().member(&a, &mut 0).map(RecordNode::raw), Some("2"));
        let inner = tape.root().member(&b, &mut 0).and_then(|inner| inner.member(&a, &mut 0));
        assert_eq!(inner.map(RecordNode::raw), Some("3"));
        assert!(tape.root().member(&c, &mut 0).is_none());
    }
}
