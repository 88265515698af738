//! How much stack reading an expression takes, found out before anything descends into it.

use super::super::lexeme::{Lexeme, Placed};
use super::super::size::{too_deep, too_many_brackets};
use super::Binding;
use crate::mapping::limit::EXPRESSION_DEPTH;

/// What reading has descended into at some place, and ends with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A bracket that closes.
    Bracket,
    /// `?`, up to its `:`.
    Question,
    /// `let`, up to its `in`.
    Let,
    /// The right side of an operator, up to what binds no tighter.
    Side(Binding),
}

/// Refuses what takes more stack than there may be. Of what is invalid it measures as much as is read.
pub(super) fn check(lexemes: &[Placed]) -> Result<(), String> {
    let mut reading = DepthReading { open: Vec::new(), is_behind_value: false };
    for (at, placed) in lexemes.iter().enumerate() {
        let next = lexemes.get(at + 1).map_or(&Lexeme::End, |placed| &placed.lexeme);
        reading.take(&placed.lexeme, next);
        let brackets = reading.open.iter().filter(|open| **open == Open::Bracket).count();
        if brackets > EXPRESSION_DEPTH {
            return Err(too_many_brackets(placed.start));
        }
        if reading.open.len() > EXPRESSION_DEPTH {
            return Err(too_deep());
        }
    }
    Ok(())
}

struct DepthReading {
    open: Vec<Open>,
    /// Whether what is next goes on from a value rather than beginning one.
    is_behind_value: bool,
}

impl DepthReading {
    fn take(&mut self, lexeme: &Lexeme, next: &Lexeme) {
        let was_behind_value = self.is_behind_value;
        self.is_behind_value = match (lexeme, next) {
            (Lexeme::Name(name), Lexeme::Variable(_)) if name == "let" && !was_behind_value => {
                self.open.push(Open::Let);
                false
            }
            (Lexeme::Name(name), _) if name == "in" && was_behind_value => {
                self.close(Open::Let);
                self.open.push(Open::Side(Binding::Loosest));
                false
            }
            (Lexeme::Sign(sign), _) => self.sign(sign, was_behind_value),
            (
                Lexeme::Name(_)
                | Lexeme::QuotedName(_)
                | Lexeme::Variable(_)
                | Lexeme::Place(_)
                | Lexeme::Literal(_)
                | Lexeme::End,
                _,
            ) => true,
        };
    }

    /// Says whether a value ends with the sign.
    fn sign(&mut self, sign: &str, is_behind_value: bool) -> bool {
        match sign {
            "@" | "$" | "[]" => true,
            "*" if !is_behind_value => true,
            "(" | "[" | "[?" | "{" => {
                self.open.push(Open::Bracket);
                false
            }
            ")" | "]" | "}" => {
                self.close(Open::Bracket);
                true
            }
            "!" | "+" | "-" if !is_behind_value => {
                self.open.push(Open::Side(Binding::Prefix));
                false
            }
            "?" => {
                self.end_sides(Binding::Choice);
                self.open.push(Open::Question);
                false
            }
            ":" => {
                self.end_sides(Binding::Loosest);
                if self.open.last() == Some(&Open::Question) {
                    self.open.pop();
                    self.open.push(Open::Side(Binding::Pipe));
                }
                false
            }
            "," => {
                self.end_sides(Binding::Loosest);
                false
            }
            "." => false,
            _ => {
                if let Some(binding) = Binding::of(sign) {
                    self.end_sides(binding);
                    self.open.push(Open::Side(binding));
                }
                false
            }
        }
    }

    /// Ends the right sides that go no further than to what binds so.
    fn end_sides(&mut self, binding: Binding) {
        while let Some(Open::Side(side)) = self.open.last()
            && *side >= binding
        {
            self.open.pop();
        }
    }

    fn close(&mut self, wanted: Open) {
        while let Some(open) = self.open.pop()
            && open != wanted
        {}
    }
}
