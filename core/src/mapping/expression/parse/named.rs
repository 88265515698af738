//! What begins with a name: members, functions, variables and what makes them.

use super::super::functions::Builtin;
use super::super::lexeme::Lexeme;
use super::super::tree::Tree;
use super::{Binding, Parser, Subtree};
use crate::json::nearest;
use crate::mapping::path::Segment;
use crate::mapping::tape::MemberName;

impl Parser<'_> {
    /// A member, a function, or a `let`, which is a name like others where no variable follows.
    pub(super) fn name(&mut self) -> Result<Subtree, String> {
        match (self.peek(), self.peek_at(1)) {
            (Lexeme::Name(name), Lexeme::Variable(_)) if name == "let" => self.bindings(),
            (_, _) => self.member(),
        }
    }

    /// A member or a function.
    pub(super) fn member(&mut self) -> Result<Subtree, String> {
        let is_called = self.is_sign(1, "(");
        match self.peek() {
            Lexeme::Name(name) if is_called => {
                let name = name.clone();
                self.call(&name)
            }
            Lexeme::QuotedName(_) if is_called => {
                Err(self.refuse("a function's name, which has no quotes, before `(`"))
            }
            Lexeme::Name(name) | Lexeme::QuotedName(name) => {
                let path = vec![Segment::Member(MemberName::new(name))];
                self.at += 1;
                Ok(Subtree::leaf(Tree::Path(path, None)))
            }
            Lexeme::Variable(_) | Lexeme::Place(_) | Lexeme::Literal(_) | Lexeme::Sign(_) | Lexeme::End => {
                Err(self.refuse("a name"))
            }
        }
    }

    /// Every function exists, and has as many arguments as it takes, each of the kind that it takes.
    fn call(&mut self, name: &str) -> Result<Subtree, String> {
        let builtin = Builtin::named(name).map_err(|reason| self.placed(&reason))?;
        let begin = self.at;
        self.at += 2;
        let (mut arguments, mut deepest) = (Vec::new(), 0);
        while !(arguments.is_empty() && self.is_sign(0, ")")) {
            let is_expression = builtin.expression == Some(arguments.len());
            if is_expression && !self.takes("&") {
                let expected = format!("`&`: argument {} of {name} begins with `&`", arguments.len() + 1);
                return Err(self.refuse(&expected));
            }
            let argument = self.expression(Binding::Loosest)?;
            deepest = deepest.max(argument.depth);
            arguments.push(argument.tree);
            if !self.takes(",") {
                break;
            }
        }
        self.expect(")", "an operator, `,` or `)`")?;
        if let Some(expected) = builtin.refused(arguments.len()) {
            self.at = begin;
            let count = arguments.len();
            let noun = if count == 1 { "argument" } else { "arguments" };
            return Err(self.placed(&format!("{name} has {count} {noun}; expected {expected}")));
        }
        Subtree::on(deepest, Tree::Call(builtin, arguments))
    }

    /// `let $name = value, $other = value in expression`
    fn bindings(&mut self) -> Result<Subtree, String> {
        self.at += 1;
        let (mut names, mut values, mut deepest) = (Vec::new(), Vec::new(), 0);
        loop {
            let name = self.new_variable(&names)?;
            self.expect("=", "`=` and the variable's value")?;
            let value = self.expression(Binding::Loosest)?;
            deepest = deepest.max(value.depth);
            names.push(name);
            values.push(value.tree);
            if !self.takes(",") {
                break;
            }
        }
        match self.peek() {
            Lexeme::Name(name) if name == "in" => self.at += 1,
            Lexeme::Name(_)
            | Lexeme::QuotedName(_)
            | Lexeme::Variable(_)
            | Lexeme::Place(_)
            | Lexeme::Literal(_)
            | Lexeme::Sign(_)
            | Lexeme::End => return Err(self.refuse("an operator, `,` or `in`")),
        }
        self.variables.push(names);
        let within = self.expression(Binding::Loosest)?;
        self.variables.pop();
        Subtree::on(deepest.max(within.depth), Tree::Let(values, Box::new(within.tree)))
    }

    fn new_variable(&mut self, names: &[String]) -> Result<String, String> {
        match self.peek() {
            Lexeme::Variable(name) if names.contains(name) => {
                Err(self.refuse("a name that this `let` does not have yet"))
            }
            Lexeme::Variable(name) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            Lexeme::Name(_)
            | Lexeme::QuotedName(_)
            | Lexeme::Place(_)
            | Lexeme::Literal(_)
            | Lexeme::Sign(_)
            | Lexeme::End => Err(self.refuse("a variable such as `$name`")),
        }
    }

    /// A variable, which some `let` around it has named.
    pub(super) fn variable(&mut self) -> Result<Subtree, String> {
        let Lexeme::Variable(name) = self.peek() else { return Err(self.refuse("a variable")) };
        let outwards = self.variables.iter().rev().enumerate();
        let known =
            outwards.filter_map(|(out, names)| Some((out, names.iter().position(|known| known == name)?)));
        match known.min() {
            Some((further_out, place)) => self.leaf(Tree::Variable(further_out, place)),
            None => {
                let names = || self.variables.iter().flatten().map(String::as_str);
                let expected = match nearest(name, names()) {
                    Some(near) => format!("did you mean ${near}?"),
                    None => {
                        "expected one that a `let` around it names, or `$.` for the whole record".to_owned()
                    }
                };
                Err(self.placed(&format!("there is no variable ${name}; {expected}")))
            }
        }
    }

    /// What is wrong with the next lexeme.
    fn placed(&self, reason: &str) -> String {
        let start = self.lexemes.get(self.at).map_or(self.text.len(), |placed| placed.start);
        format!("{reason} ({})", super::place(self.text, start))
    }
}
