//! How much stack an expression takes, found out before anything descends into it.

use crate::mapping::limit::{
    EXPRESSION_BYTES, EXPRESSION_DEPTH, EXPRESSION_OPERATIONS, EXPRESSION_OPERATORS,
};

/// Refuses what takes more stack than there may be. Characters within quotes count, too: what the parser takes for
/// quotes is not known yet.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.len() > EXPRESSION_BYTES {
        return Err(format!("it has {} bytes; expected at most {EXPRESSION_BYTES}", text.len()));
    }
    let operators = text.bytes().filter(|byte| b".([{!&|<>=*?@:,-`".contains(byte)).count();
    if operators > EXPRESSION_OPERATORS {
        return Err(format!("it has {operators} operators; expected at most {EXPRESSION_OPERATORS}"));
    }
    check_depth(text)
}

/// Quotes are read as the parser reads them: a backslash hides what is behind it.
fn check_depth(text: &str) -> Result<(), String> {
    let mut open = Open::default();
    let (mut quote, mut is_json_text, mut is_passed) = (None, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if std::mem::take(&mut is_passed) {
            continue;
        }
        let rest = text.as_bytes().get(at + 1..).unwrap_or_default();
        match (quote, byte) {
            (Some(_), b'\\') => is_passed = true,
            (Some(opened), _) if byte == opened => quote = None,
            (Some(b'`'), b'"') => is_json_text = !is_json_text,
            (None, b'\'' | b'"' | b'`') => (quote, is_json_text) = (Some(byte), false),
            (Some(b'\'' | b'"'), _) => {}
            (Some(_), _) if is_json_text => {}
            (_, b'(' | b'[' | b'{') => {
                if byte == b'[' && quote.is_none() && !is_index(rest) {
                    open.wait(PROJECTION);
                }
                open.bracket();
            }
            (_, b')' | b']' | b'}') => open.close(),
            (Some(_), _) => {}
            (None, b'!') if rest.first() != Some(&b'=') => open.wait(NOT),
            (None, b'&') if rest.first() == Some(&b'&') => {
                open.operator(AND);
                is_passed = true;
            }
            (None, b'&') => open.wait(REFERENCE),
            (None, b'|') if rest.first() == Some(&b'|') => {
                open.operator(OR);
                is_passed = true;
            }
            (None, b'|') => open.operator(PIPE),
            (None, b'<' | b'>' | b'=') => open.operator(COMPARISON),
            (None, b'.') => open.operator(DOT),
            (None, b'*') => open.project(),
            (None, b',') => open.separate(),
            (None, _) => {}
        }
        if open.brackets > EXPRESSION_DEPTH {
            return Err(format!("at byte {at}: more than {EXPRESSION_DEPTH} brackets in each other"));
        }
        if open.operations() > EXPRESSION_OPERATIONS {
            return Err(too_many());
        }
    }
    Ok(())
}

/// Whether what is behind a bracket is an element's place, for which the parser does not descend.
fn is_index(rest: &[u8]) -> bool {
    let inside = rest.iter().position(|byte| *byte == b']').and_then(|end| rest.get(..end));
    inside.is_some_and(|inside| {
        inside.iter().any(u8::is_ascii_digit)
            && inside.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' '))
    })
}

/// How tightly operations bind, in the parser's order. What binds less ends what binds more.
const BRACKET: u8 = 0;
const REFERENCE: u8 = 1;
const PIPE: u8 = 2;
const OR: u8 = 3;
const AND: u8 = 4;
const COMPARISON: u8 = 5;
const PROJECTION: u8 = 6;
const DOT: u8 = 7;
const NOT: u8 = 8;

/// What the parser has descended into at some place: brackets, and operations whose right side is not at its end.
#[derive(Default)]
struct Open {
    waiting: Vec<u8>,
    brackets: usize,
}

impl Open {
    fn bracket(&mut self) {
        self.waiting.push(BRACKET);
        self.brackets += 1;
    }

    fn close(&mut self) {
        self.separate();
        if self.waiting.pop().is_some() {
            self.brackets -= 1;
        }
    }

    /// Something that takes what follows, whatever stands before.
    fn wait(&mut self, binding: u8) {
        self.waiting.push(binding);
    }

    /// An operator between two sides, which ends all that binds as much or more.
    fn operator(&mut self, binding: u8) {
        while self.waiting.last().is_some_and(|last| *last >= binding) {
            self.waiting.pop();
        }
        self.waiting.push(binding);
    }

    /// A star, to which the dot before it belongs.
    fn project(&mut self) {
        if self.waiting.last() == Some(&DOT) {
            self.waiting.pop();
        }
        self.waiting.push(PROJECTION);
    }

    /// The end of all that is open within the innermost bracket.
    fn separate(&mut self) {
        while self.waiting.last().is_some_and(|last| *last != BRACKET) {
            self.waiting.pop();
        }
    }

    fn operations(&self) -> usize {
        self.waiting.len() - self.brackets
    }
}

pub(super) fn too_many() -> String {
    format!("more than {EXPRESSION_OPERATIONS} operations go on from each other")
}
