//! What stands in brackets.

use super::super::lexeme::Lexeme;
use super::super::tree::{Slice, Tree};
use super::infix::{Elements, ParseStep};
use super::{Binding, Parser, Subtree};
use crate::mapping::path::Segment;

impl Parser<'_> {
    pub(super) fn parenthesised(&mut self) -> Result<Subtree, String> {
        self.at += 1;
        let inside = self.expression(Binding::Loosest)?;
        self.expect(")", "an operator or `)`")?;
        Ok(inside)
    }

    /// `[one, other]`
    pub(super) fn list(&mut self) -> Result<Subtree, String> {
        self.at += 1;
        let (mut trees, mut deepest) = (Vec::new(), 0);
        loop {
            let element = self.expression(Binding::Loosest)?;
            deepest = deepest.max(element.depth);
            trees.push(element.tree);
            if !self.takes(",") {
                break;
            }
        }
        self.expect("]", "an operator, `,` or `]`")?;
        Subtree::on(deepest, Tree::List(trees))
    }

    /// `{name: one, "other name": other}`
    pub(super) fn object(&mut self) -> Result<Subtree, String> {
        self.at += 1;
        let (mut pairs, mut deepest) = (Vec::new(), 0);
        loop {
            let name = self.member_name()?;
            self.expect(":", "`:` and the member's value")?;
            let value = self.expression(Binding::Loosest)?;
            deepest = deepest.max(value.depth);
            pairs.push((name, value.tree));
            if !self.takes(",") {
                break;
            }
        }
        self.expect("}", "an operator, `,` or `}`")?;
        Subtree::on(deepest, Tree::Object(pairs))
    }

    fn member_name(&mut self) -> Result<String, String> {
        match self.peek() {
            Lexeme::Name(name) | Lexeme::QuotedName(name) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            Lexeme::Variable(_) | Lexeme::Place(_) | Lexeme::Literal(_) | Lexeme::Sign(_) | Lexeme::End => {
                Err(self.refuse("a member's name"))
            }
        }
    }

    /// `[?condition]`
    pub(super) fn filter(&mut self, left: Subtree) -> Result<ParseStep, String> {
        self.at += 1;
        let condition = self.expression(Binding::Loosest)?;
        self.expect("]", "an operator or `]`")?;
        Ok(ParseStep::Each(Elements::Filtered(left, condition)))
    }

    /// Whether the bracket that is next holds places rather than expressions.
    pub(super) fn is_place(&self) -> bool {
        match self.peek_at(1) {
            Lexeme::Place(_) | Lexeme::Sign(":") => true,
            Lexeme::Sign("-") => self.is_number(2),
            Lexeme::Sign("*") => self.is_sign(2, "]"),
            Lexeme::Sign(_)
            | Lexeme::Name(_)
            | Lexeme::QuotedName(_)
            | Lexeme::Variable(_)
            | Lexeme::Literal(_)
            | Lexeme::End => false,
        }
    }

    fn is_number(&self, further: usize) -> bool {
        match self.peek_at(further) {
            Lexeme::Place(_) => true,
            Lexeme::Sign(_)
            | Lexeme::Name(_)
            | Lexeme::QuotedName(_)
            | Lexeme::Variable(_)
            | Lexeme::Literal(_)
            | Lexeme::End => false,
        }
    }

    /// `[0]`, `[1:3]` or `[*]`
    pub(super) fn element(&mut self, left: Subtree) -> Result<ParseStep, String> {
        let is_place = self.is_place();
        self.at += 1;
        if !is_place {
            return Err(self.refuse("a place such as `0` or `-1`, a part such as `1:3`, or `*`"));
        }
        if self.takes("*") {
            self.at += 1;
            return Ok(ParseStep::Each(Elements::Of(left)));
        }
        let start = self.number()?;
        if let Some(place) = start
            && self.takes("]")
        {
            return left
                .then(Subtree::leaf(Tree::Path(vec![Segment::Element(place)], None)))
                .map(ParseStep::To);
        }
        let slice = self.slice(start)?;
        Ok(ParseStep::Each(Elements::PartOf(left, slice)))
    }

    /// What stands behind the first number of `[start:stop:step]`.
    fn slice(&mut self, start: Option<i32>) -> Result<Slice, String> {
        self.expect(":", "`:` or `]`")?;
        let stop = self.number()?;
        let step = if self.takes(":") { self.number()? } else { None };
        self.expect("]", "`]`")?;
        if step == Some(0) {
            self.at -= 2;
            return Err(self.refuse("a step other than 0: a slice with the step 0 goes nowhere"));
        }
        Ok(Slice { start, stop, step: step.unwrap_or(1) })
    }

    /// A number with its sign, if there is one.
    fn number(&mut self) -> Result<Option<i32>, String> {
        let is_negative = self.is_sign(0, "-") && self.is_number(1);
        match self.peek_at(usize::from(is_negative)) {
            Lexeme::Place(place) => {
                let number = if is_negative { -*place } else { *place };
                self.at += 1 + usize::from(is_negative);
                Ok(Some(number))
            }
            Lexeme::Sign(":" | "]") => Ok(None),
            Lexeme::Sign(_)
            | Lexeme::Name(_)
            | Lexeme::QuotedName(_)
            | Lexeme::Variable(_)
            | Lexeme::Literal(_)
            | Lexeme::End => Err(self.refuse("a whole number, `:` or `]`")),
        }
    }
}
