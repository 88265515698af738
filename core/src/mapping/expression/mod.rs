//! JMESPath: parsed by the `jmespath` crate, whose own evaluation goes by way of binary floating point and a tree
//! of owned values; ours reads the record where it stands and keeps every digit.

mod evaluate;
mod functions;

use jmespath::ast::Ast;

use super::path::{Paths, Segment, Slot, follow};
use super::value::Value;
use evaluate::evaluate;

/// Longer expressions, and those with more operators, are refused: nobody can read them, and evaluating takes
/// stack by operators.
const LONGEST: usize = 2000;
const MOST_OPERATORS: usize = 120;

/// A JMESPath expression that was found to be right.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Path(Vec<Segment>),
    Tree(Box<Ast>),
}

/// An expression whose plain path has a slot.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) expression: Expression,
    pub(super) slot: Option<Slot>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = plain_path(text) {
            return Ok(Self { text: text.to_owned(), form: Form::Path(path) });
        }
        if text.len() > LONGEST {
            return Err(format!("it has {} bytes; expected at most {LONGEST}", text.len()));
        }
        let operators = text.bytes().filter(|byte| b".([{!&|<>=*?@:,-`".contains(byte)).count();
        if operators > MOST_OPERATORS {
            return Err(format!("it has {operators} operators; expected at most {MOST_OPERATORS}"));
        }
        let tree = jmespath::parse(text).map_err(|error| in_words(&error))?;
        functions::check(&tree)?;
        let form = match as_path(&tree) {
            Some(path) => Form::Path(path),
            None => Form::Tree(Box::new(tree)),
        };
        Ok(Self { text: text.to_owned(), form })
    }

    /// Gives its plain path, if it is one, a place in a walk over the record.
    pub(super) fn placed(self, paths: &mut Paths) -> Placed {
        let slot = match &self.form {
            Form::Path(path) => Some(paths.add(path.clone())),
            Form::Tree(_) => None,
        };
        Placed { expression: self, slot }
    }

    /// Its value.
    ///
    /// # Errors
    /// What cannot be computed, in words: a function with arguments of the wrong type, mostly.
    pub(super) fn evaluate<'v>(&'v self, current: &Value<'v>) -> Result<Value<'v>, String> {
        match &self.form {
            Form::Path(path) => Ok(follow(current, path)),
            Form::Tree(tree) => evaluate(tree, current),
        }
    }

    /// The value of an expression that says the same whatever the record is; `None` of any other.
    pub(super) fn constant(&self) -> Option<Value<'_>> {
        match &self.form {
            Form::Path(_) => None,
            Form::Tree(tree) => functions::is_constant(tree).then(|| evaluate(tree, &Value::Null).ok())?,
        }
    }
}

fn in_words(error: &jmespath::JmespathError) -> String {
    let reason = match &error.reason {
        jmespath::ErrorReason::Parse(reason) => reason.clone(),
        jmespath::ErrorReason::Runtime(reason) => reason.to_string(),
    };
    format!("{reason} (line {}, column {})", error.line + 1, error.column + 1)
}

/// The steps of the plainest and most frequent paths, without a parser: letters, digits, `_` and dots.
fn plain_path(text: &str) -> Option<Vec<Segment>> {
    let is_name = |name: &str| {
        let starts = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
        starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let segments = text.split('.');
    segments.map(|name| is_name(name).then(|| Segment::Member(name.to_owned()))).collect()
}

/// The steps of a tree of nothing but members and elements.
fn as_path(tree: &Ast) -> Option<Vec<Segment>> {
    match tree {
        Ast::Identity { .. } => Some(Vec::new()),
        Ast::Field { name, .. } => Some(vec![Segment::Member(name.clone())]),
        Ast::Index { idx, .. } => Some(vec![Segment::Element(*idx)]),
        Ast::Subexpr { lhs, rhs, .. } => {
            let mut path = as_path(lhs)?;
            path.extend(as_path(rhs)?);
            Some(path)
        }
        Ast::Comparison { .. }
        | Ast::Condition { .. }
        | Ast::Expref { .. }
        | Ast::Flatten { .. }
        | Ast::Function { .. }
        | Ast::Literal { .. }
        | Ast::MultiList { .. }
        | Ast::MultiHash { .. }
        | Ast::Not { .. }
        | Ast::Projection { .. }
        | Ast::ObjectValues { .. }
        | Ast::And { .. }
        | Ast::Or { .. }
        | Ast::Slice { .. } => None,
    }
}
