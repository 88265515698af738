//! What goes on from an expression: operators between two sides, members, and what is done to each element.

use super::super::arithmetic::Operator;
use super::super::lexeme::Lexeme;
use super::super::tree::{Comparison, Slice, Tree};
use super::{Parser, Subtree};

/// How tightly operators bind, from the loosest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Loosest,
    Pipe,
    Choice,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    /// `!`, `+` and `-` before a value.
    Prefix,
    /// `[]`, which ends what is projected.
    Flatten,
    Step,
}

impl Binding {
    /// How tightly a sign binds when it stands behind an expression; `None` if none of that begins with it.
    pub(super) fn of(sign: &str) -> Option<Self> {
        match sign {
            "|" => Some(Binding::Pipe),
            "?" => Some(Binding::Choice),
            "||" => Some(Binding::Or),
            "&&" => Some(Binding::And),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => Some(Binding::Comparison),
            "+" | "-" => Some(Binding::Sum),
            "*" | "\u{d7}" | "/" | "//" | "%" => Some(Binding::Product),
            "[]" => Some(Binding::Flatten),
            "." | "[" | "[?" => Some(Binding::Step),
            _ => None,
        }
    }
}

/// What is done to the elements of, until all is read that is done to each of them.
pub(super) enum Elements {
    Of(Subtree),
    /// Those for which the second holds.
    Filtered(Subtree, Subtree),
    PartOf(Subtree, Slice),
}

impl Elements {
    /// What comes of the elements when that is done to each.
    fn each(self, each: Subtree) -> Result<Subtree, String> {
        // Nothing becomes of an element that is nothing, so that there is no need to ask for it once more.
        let each = each.without_current();
        match self {
            Elements::Of(elements) => elements.and(each, Tree::Project),
            Elements::Filtered(elements, condition) => {
                elements.and(condition.and(each, Tree::Where)?, Tree::Project)
            }
            Elements::PartOf(whole, slice) => {
                let part = Subtree::on(each.depth, Tree::Slice(slice, Box::new(each.tree)))?;
                whole.then(part)
            }
        }
    }
}

/// What goes on from an expression: one that is whole, or the elements of one.
pub(super) enum ParseStep {
    To(Subtree),
    Each(Elements),
}

impl Parser<'_> {
    /// What goes on from what was read. What is done to elements is not descended into, however many are in each other.
    pub(super) fn rest(&mut self, first: ParseStep, than: Binding) -> Result<Subtree, String> {
        let mut around: Vec<Elements> = Vec::new();
        let mut left = begun(first, &mut around);
        while let Some((sign, binding)) = self.infix_sign()
            && binding > than
        {
            // What binds no tighter than `[]` goes on from all that was made of the elements.
            if binding <= Binding::Flatten {
                left = gathered(around.drain(..), left)?;
            }
            let step = self.step(left, sign, binding)?;
            left = begun(step, &mut around);
        }
        gathered(around.into_iter(), left)
    }

    #[inline(never)]
    fn step(&mut self, left: Subtree, sign: &'static str, binding: Binding) -> Result<ParseStep, String> {
        match sign {
            "." => self.dot(left),
            "[" => self.element(left),
            "[?" => self.filter(left),
            "[]" => {
                self.at += 1;
                left.with(Tree::Flatten).map(Elements::Of).map(ParseStep::Each)
            }
            "?" => self.choice(left).map(ParseStep::To),
            _ => self.infix(left, sign, binding).map(ParseStep::To),
        }
    }

    fn infix_sign(&self) -> Option<(&'static str, Binding)> {
        match self.peek() {
            Lexeme::Sign(sign) => Some((*sign, Binding::of(sign)?)),
            Lexeme::Name(_)
            | Lexeme::QuotedName(_)
            | Lexeme::Variable(_)
            | Lexeme::Place(_)
            | Lexeme::Literal(_)
            | Lexeme::End => None,
        }
    }

    #[inline(never)]
    fn infix(&mut self, left: Subtree, sign: &str, binding: Binding) -> Result<Subtree, String> {
        self.at += 1;
        let right = self.expression(binding)?;
        match sign {
            "|" => left.piped(right),
            "||" => left.and(right, Tree::Or),
            "&&" => left.and(right, Tree::And),
            "==" => left.and(right, |left, right| Tree::Compare(Comparison::Equal, left, right)),
            "!=" => left.and(right, |left, right| Tree::Compare(Comparison::Unequal, left, right)),
            "<" => left.and(right, |left, right| Tree::Compare(Comparison::Less, left, right)),
            "<=" => left.and(right, |left, right| Tree::Compare(Comparison::LessOrEqual, left, right)),
            ">" => left.and(right, |left, right| Tree::Compare(Comparison::Greater, left, right)),
            ">=" => left.and(right, |left, right| Tree::Compare(Comparison::GreaterOrEqual, left, right)),
            "+" => left.and(right, |left, right| Tree::Calculate(Operator::Plus, left, right)),
            "-" => left.and(right, |left, right| Tree::Calculate(Operator::Minus, left, right)),
            "/" => left.and(right, |left, right| Tree::Calculate(Operator::Over, left, right)),
            "//" => left.and(right, |left, right| Tree::Calculate(Operator::Whole, left, right)),
            "%" => left.and(right, |left, right| Tree::Calculate(Operator::Remainder, left, right)),
            _ => left.and(right, |left, right| Tree::Calculate(Operator::Times, left, right)),
        }
    }

    /// `condition ? one : other`, of which the last part may be another one.
    #[inline(never)]
    fn choice(&mut self, condition: Subtree) -> Result<Subtree, String> {
        self.at += 1;
        let one = self.expression(Binding::Loosest)?;
        self.expect(":", "`:` and what there is if the condition does not hold")?;
        let other = self.expression(Binding::Pipe)?;
        let depth = condition.depth.max(one.depth).max(other.depth);
        Subtree::on(depth, Tree::Choose(Box::new([condition.tree, one.tree, other.tree])))
    }

    /// What stands behind a dot.
    fn dot(&mut self, left: Subtree) -> Result<ParseStep, String> {
        self.at += 1;
        let next = match self.peek() {
            Lexeme::Name(_) | Lexeme::QuotedName(_) => self.member()?,
            Lexeme::Sign("*") => {
                self.at += 1;
                return left.with(Tree::Values).map(Elements::Of).map(ParseStep::Each);
            }
            Lexeme::Sign("[") => self.list()?,
            Lexeme::Sign("{") => self.object()?,
            Lexeme::Sign(_) | Lexeme::Variable(_) | Lexeme::Place(_) | Lexeme::Literal(_) | Lexeme::End => {
                return Err(self.refuse("a name, a function, `*`, `[` or `{` behind the dot"));
            }
        };
        left.then(next).map(ParseStep::To)
    }
}

/// What goes on: from elements, what is done to each of them.
fn begun(step: ParseStep, around: &mut Vec<Elements>) -> Subtree {
    match step {
        ParseStep::To(left) => left,
        ParseStep::Each(elements) => {
            around.push(elements);
            Subtree::current()
        }
    }
}

/// The innermost is what is done to each element of the one around it.
fn gathered(
    around: impl DoubleEndedIterator<Item = Elements>,
    innermost: Subtree,
) -> Result<Subtree, String> {
    around.rev().try_fold(innermost, |each, elements| elements.each(each))
}
