//! From lexemes to what is evaluated: operators by how tightly they bind.

mod bracket;
mod depth;
mod infix;
mod named;

use super::lexeme::{Lexeme, Placed, lexemes, place};
use super::size::too_many_operations;
use super::tree::Tree;
use crate::excerpt::excerpt;
use crate::mapping::limit::EXPRESSION_OPERATIONS;
use infix::{Binding, Elements, ParseStep};

/// Reads an expression; says what in it may be meant otherwise, too.
///
/// # Errors
/// What is wrong with it and where, in words.
pub(super) fn parse(text: &str) -> Result<(Tree, Option<String>), String> {
    let lexemes = lexemes(text)?;
    depth::check(&lexemes)?;
    let doubt = dashed(text, &lexemes);
    let mut parser = Parser { text, lexemes, at: 0, variables: Vec::new() };
    let whole = parser.expression(Binding::Loosest)?;
    match parser.peek() {
        Lexeme::End => Ok((whole.tree, doubt)),
        Lexeme::Name(_)
        | Lexeme::QuotedName(_)
        | Lexeme::Variable(_)
        | Lexeme::Place(_)
        | Lexeme::Literal(_)
        | Lexeme::Sign(_) => Err(parser.refuse("an operator or the end")),
    }
}

/// Two names with nothing but a dash between them, which people take for one.
fn dashed(text: &str, lexemes: &[Placed]) -> Option<String> {
    let pair = lexemes.windows(3).find_map(|placed| match placed {
        [left, dash, right] if left.end == dash.start && dash.end == right.start => {
            let names = (&left.lexeme, &dash.lexeme, &right.lexeme);
            matches!(names, (Lexeme::Name(_), Lexeme::Sign("-"), Lexeme::Name(_))).then_some((left, right))
        }
        [..] => None,
    });
    let (left, right) = pair?;
    let word = |placed: &Placed| text.get(placed.start..placed.end).unwrap_or_default().to_owned();
    let (left, right) = (word(left), word(right));
    Some(format!(
        "`{left}-{right}` is {left} minus {right}, for which spaces around the `-` are clearer; a member of that name \
         is written \"{left}-{right}\", in double quotes"
    ))
}

/// What was read, and how many of its operations go on from each other.
struct Subtree {
    tree: Tree,
    depth: usize,
}

impl Subtree {
    fn leaf(tree: Tree) -> Self {
        Self { tree, depth: 1 }
    }

    /// The value that everything starts from.
    fn current() -> Self {
        Self::leaf(Tree::current())
    }

    /// An operation on what is so deep.
    fn on(depth: usize, tree: Tree) -> Result<Self, String> {
        if depth < EXPRESSION_OPERATIONS {
            Ok(Self { tree, depth: depth + 1 })
        } else {
            Err(too_many_operations())
        }
    }

    fn with(self, make: fn(Box<Tree>) -> Tree) -> Result<Self, String> {
        Self::on(self.depth, make(Box::new(self.tree)))
    }

    fn and(self, other: Subtree, make: fn(Box<Tree>, Box<Tree>) -> Tree) -> Result<Self, String> {
        Self::on(self.depth.max(other.depth), make(Box::new(self.tree), Box::new(other.tree)))
    }

    fn then(self, second: Subtree) -> Result<Self, String> {
        self.joined(second, Tree::Then)
    }

    /// What it makes of the value that it starts from, when it is known that there is one.
    fn without_current(self) -> Self {
        let tree = match self.tree {
            Tree::Then(first, second) if first.is_current() => *second,
            tree => tree,
        };
        Self { tree, ..self }
    }

    fn piped(self, second: Subtree) -> Result<Self, String> {
        self.joined(second, Tree::Pipe)
    }

    /// Paths that go on from each other are one, whichever sign stands between them.
    fn joined(self, second: Subtree, make: fn(Box<Tree>, Box<Tree>) -> Tree) -> Result<Self, String> {
        match (self.tree, second.tree) {
            (Tree::Path(mut path, _), Tree::Path(rest, _)) => {
                path.extend(rest);
                Ok(Self::leaf(Tree::Path(path, None)))
            }
            (Tree::Path(path, _), tree @ Tree::Slice(..)) if path.is_empty() => Ok(Self { tree, ..second }),
            (tree, other) => Self { tree, ..self }.and(Subtree { tree: other, ..second }, make),
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    /// The last one is the end.
    lexemes: Vec<Placed>,
    at: usize,
    /// The names of each `let` that is around, the outermost first.
    variables: Vec<Vec<String>>,
}

impl Parser<'_> {
    /// An expression, up to an operator that binds no tighter. How deep it goes was measured.
    fn expression(&mut self, than: Binding) -> Result<Subtree, String> {
        let first = self.first()?;
        self.rest(first, than)
    }

    /// What an expression begins with.
    fn first(&mut self) -> Result<ParseStep, String> {
        match self.peek() {
            Lexeme::Literal(value) => {
                let value = value.clone();
                self.leaf(Tree::Literal(value)).map(ParseStep::To)
            }
            Lexeme::Name(_) | Lexeme::QuotedName(_) => self.name().map(ParseStep::To),
            Lexeme::Variable(_) => self.variable().map(ParseStep::To),
            Lexeme::Sign("*") => {
                self.at += 1;
                Ok(ParseStep::Each(Elements::Of(Subtree::current().with(Tree::Values)?)))
            }
            Lexeme::Sign(sign) => self.sign(sign).map(ParseStep::To),
            Lexeme::Place(place) => {
                Err(self.refuse(&format!("an expression; a number stands in backticks, as in `{place}`")))
            }
            Lexeme::End => Err(self.refuse("an expression")),
        }
    }

    fn sign(&mut self, sign: &'static str) -> Result<Subtree, String> {
        match sign {
            "@" => self.leaf(Tree::current()),
            "$" => self.leaf(Tree::Root),
            "!" => self.prefixed(Tree::Not),
            "-" => self.prefixed(Tree::Negate),
            "+" => self.prefixed(Tree::Affirm),
            "(" => self.parenthesised(),
            "{" => self.object(),
            "[" if !self.is_place() => self.list(),
            // These go on from the value that is looked at.
            "[" | "[?" | "[]" => Ok(Subtree::current()),
            "&" => Err(self.refuse(
                "an expression; `&` stands only before an argument of a function that takes an expression",
            )),
            _ => Err(self.refuse("an expression")),
        }
    }

    fn leaf(&mut self, tree: Tree) -> Result<Subtree, String> {
        self.at += 1;
        Ok(Subtree::leaf(tree))
    }

    fn prefixed(&mut self, make: fn(Box<Tree>) -> Tree) -> Result<Subtree, String> {
        self.at += 1;
        self.expression(Binding::Prefix)?.with(make)
    }

    fn peek(&self) -> &Lexeme {
        self.peek_at(0)
    }

    /// What stands so many lexemes further on.
    fn peek_at(&self, further: usize) -> &Lexeme {
        self.lexemes.get(self.at + further).map_or(&Lexeme::End, |placed| &placed.lexeme)
    }

    fn is_sign(&self, further: usize, wanted: &str) -> bool {
        match self.peek_at(further) {
            Lexeme::Sign(sign) => *sign == wanted,
            Lexeme::Name(_)
            | Lexeme::QuotedName(_)
            | Lexeme::Variable(_)
            | Lexeme::Place(_)
            | Lexeme::Literal(_)
            | Lexeme::End => false,
        }
    }

    /// Takes a sign when it is the next lexeme.
    fn takes(&mut self, sign: &str) -> bool {
        let is_next = self.is_sign(0, sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &str, expected: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(self.refuse(expected)) }
    }

    /// What was expected where something else stands.
    #[cold]
    #[inline(never)]
    fn refuse(&self, expected: &str) -> String {
        let placed = self.lexemes.get(self.at).or(self.lexemes.last());
        let (start, end) =
            placed.map_or((self.text.len(), self.text.len()), |placed| (placed.start, placed.end));
        let found = match self.text.get(start..end) {
            None | Some("") => "the end".to_owned(),
            Some("=") => "`=`, which is `==` where values are compared".to_owned(),
            Some(found) if found.len() > 40 => excerpt(found).to_string(),
            Some(found) => format!("`{found}`"),
        };
        format!("found {found}, expected {expected} ({})", place(self.text, start))
    }
}
