//! From an expression's text to its words and signs.

use super::size::too_many_brackets;
use crate::excerpt::excerpt;
use crate::json::depth;
use crate::mapping::limit::EXPRESSION_DEPTH;
use crate::mapping::tape::Tape;
use crate::mapping::value::Value;

/// A word or a sign of an expression.
#[derive(Clone, Debug)]
pub(super) enum Lexeme {
    /// A member's or a function's name.
    Name(String),
    /// A name between double quotes, which no function has.
    QuotedName(String),
    /// What `let` names, without its `$`.
    Variable(String),
    /// A place in an array, without its sign.
    Place(i32),
    /// A text between single quotes, or JSON between backticks.
    Literal(Value<'static>),
    /// One of [`SIGNS`].
    Sign(&'static str),
    /// Nothing follows.
    End,
}

/// The signs and what each is read as, longer ones before those that they begin with.
const SIGNS: [(&str, &str); 36] = [
    ("[]", "[]"),
    ("[?", "[?"),
    ("||", "||"),
    ("&&", "&&"),
    ("==", "=="),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("//", "//"),
    ("$", "$"),
    ("@", "@"),
    (".", "."),
    (",", ","),
    (":", ":"),
    ("?", "?"),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    ("{", "{"),
    ("}", "}"),
    ("|", "|"),
    ("&", "&"),
    ("!", "!"),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("+", "+"),
    ("-", "-"),
    // The specification names the first and shows the second.
    ("\u{2212}", "-"),
    ("\u{2013}", "-"),
    ("*", "*"),
    // Other than `*`, it is never all that there is.
    ("\u{d7}", "\u{d7}"),
    ("/", "/"),
    ("\u{f7}", "/"),
    ("%", "%"),
];

/// A lexeme, and the bytes of the text that it takes.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) lexeme: Lexeme,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// All lexemes of an expression, the end being the last.
///
/// # Errors
/// What is wrong with one, and where.
pub(super) fn lexemes(text: &str) -> Result<Vec<Placed>, String> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        let start = at + spaces;
        let (lexeme, length) = first(text, start)?;
        at = start + length;
        let is_end = matches!(lexeme, Lexeme::End);
        lexemes.push(Placed { lexeme, start, end: at });
        if is_end {
            return Ok(lexemes);
        }
    }
}

/// Where a byte stands, as messages say it.
pub(super) fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    format!("line {line}, column {column}")
}

/// The lexeme that begins there, and its length in bytes.
fn first(text: &str, start: usize) -> Result<(Lexeme, usize), String> {
    let rest = text.get(start..).unwrap_or_default();
    let placed = |reason: String| format!("{reason} ({})", place(text, start));
    match rest.as_bytes() {
        [] => Ok((Lexeme::End, 0)),
        [quote @ (b'\'' | b'"' | b'`'), ..] => {
            let length = quoted(rest)
                .ok_or_else(|| placed(format!("the {} has no end: {}", char::from(*quote), excerpt(rest))))?;
            let inside = rest.get(1..length - 1).unwrap_or_default();
            let lexeme = match quote {
                b'\'' => Ok(Lexeme::Literal(Value::Text(raw_text(inside).into()))),
                // What is within is read, copied and dropped by descending into it.
                b'`' if depth(inside) > EXPRESSION_DEPTH => return Err(too_many_brackets(start)),
                b'`' => json(inside).map(Lexeme::Literal),
                _ => name(inside, rest.get(..length).unwrap_or_default()).map(Lexeme::QuotedName),
            };
            Ok((lexeme.map_err(placed)?, length))
        }
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
            let name = word(rest);
            Ok((Lexeme::Name(name.to_owned()), name.len()))
        }
        [b'$', b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
            let name = word(&rest[1..]);
            Ok((Lexeme::Variable(name.to_owned()), name.len() + 1))
        }
        [b'0'..=b'9', ..] => {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let place = rest[..length].parse();
            let place = place.map_err(|_| {
                placed(format!("the place {} is beyond {}", excerpt(&rest[..length]), i32::MAX))
            })?;
            Ok((Lexeme::Place(place), length))
        }
        [..] => match SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            Some((sign, meant)) => Ok((Lexeme::Sign(meant), sign.len())),
            None => {
                let character = rest.chars().next().unwrap_or_default();
                Err(placed(format!("{character:?} begins nothing; expected a name, a value or an operator")))
            }
        },
    }
}

/// The letters, digits and underscores that a text begins with.
fn word(text: &str) -> &str {
    let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    text.get(..length).unwrap_or_default()
}

/// The bytes up to the quote that ends what the text begins with; a backslash hides what is behind it.
fn quoted(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    let (_, quote) = bytes.next()?;
    while let Some((at, byte)) = bytes.next() {
        if byte == quote {
            return Some(at + 1);
        }
        if byte == b'\\' {
            bytes.next();
        }
    }
    None
}

/// A text between single quotes: a backslash is one of its characters unless it hides a quote or a backslash.
fn raw_text(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars().peekable();
    while let Some(character) = characters.next() {
        let hidden = characters.next_if(|next| character == '\\' && matches!(next, '\'' | '\\'));
        text.push(hidden.unwrap_or(character));
    }
    text
}

/// JSON between backticks: a backslash before a backtick hides it from the expression, not from JSON.
fn json(inside: &str) -> Result<Value<'static>, String> {
    let json = inside.replace("\\`", "`");
    let tape = Tape::read(json.as_bytes()).map_err(|reason| {
        let hint = if json.contains('"') { "" } else { "; a text stands in single quotes" };
        format!("the JSON between backticks is invalid: {reason}{hint}")
    })?;
    Ok(Value::owned(tape.root()))
}

fn name(inside: &str, with_quotes: &str) -> Result<String, String> {
    serde_json::from_str(with_quotes)
        .map_err(|_| format!("the name {} is invalid; expected a JSON string", excerpt(inside)))
}
