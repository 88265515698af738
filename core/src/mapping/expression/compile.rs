//! From text to what is evaluated.

use jmespath::Variable;
use jmespath::ast::{Ast, Comparator};

use super::functions::Function;
use super::size::too_many;
use super::{Comparison, Tree};
use crate::mapping::limit::EXPRESSION_OPERATIONS;
use crate::mapping::path::{Paths, Segment};
use crate::mapping::value::Value;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Tree, String> {
    let tree = jmespath::parse(text).map_err(|error| in_words(&error))?;
    let tree = compile(&tree, 0)?;
    match tree.depth() {
        0..=EXPRESSION_OPERATIONS => Ok(tree),
        _ => Err(too_many()),
    }
}

fn in_words(error: &jmespath::JmespathError) -> String {
    let reason = match &error.reason {
        jmespath::ErrorReason::Parse(reason) => reason.clone(),
        jmespath::ErrorReason::Runtime(reason) => reason.to_string(),
    };
    format!("{reason} (line {}, column {})", error.line + 1, error.column + 1)
}

/// `around` says how many operations are around it but for steps, which often come to one path.
fn compile(tree: &Ast, around: usize) -> Result<Tree, String> {
    if around > EXPRESSION_OPERATIONS {
        return Err(too_many());
    }
    let within = around + 1;
    let compiled = |tree: &Ast| compile(tree, within);
    let boxed = |tree: &Ast| compile(tree, within).map(Box::new);
    Ok(match tree {
        Ast::Identity { .. } => Tree::Path(Vec::new(), None),
        Ast::Field { name, .. } => Tree::Path(vec![Segment::Member(name.clone())], None),
        Ast::Index { idx, .. } => Tree::Path(vec![Segment::Element(*idx)], None),
        Ast::Literal { value, .. } => Tree::Literal(literal(value)),
        Ast::Subexpr { .. } => steps(tree, around)?,
        Ast::Or { lhs, rhs, .. } => Tree::Or(boxed(lhs)?, boxed(rhs)?),
        Ast::And { lhs, rhs, .. } => Tree::And(boxed(lhs)?, boxed(rhs)?),
        Ast::Not { node, .. } => Tree::Not(boxed(node)?),
        Ast::Condition { predicate, then, .. } => Tree::Where(boxed(predicate)?, boxed(then)?),
        Ast::Comparison { comparator, lhs, rhs, .. } => {
            let comparison = match comparator {
                Comparator::Equal => Comparison::Equal,
                Comparator::NotEqual => Comparison::Unequal,
                Comparator::LessThan => Comparison::Less,
                Comparator::LessThanEqual => Comparison::LessOrEqual,
                Comparator::GreaterThan => Comparison::Greater,
                Comparator::GreaterThanEqual => Comparison::GreaterOrEqual,
            };
            Tree::Compare(comparison, boxed(lhs)?, boxed(rhs)?)
        }
        Ast::Projection { lhs, rhs, .. } => Tree::Project(boxed(lhs)?, boxed(rhs)?),
        Ast::Flatten { node, .. } => Tree::Flatten(boxed(node)?),
        Ast::ObjectValues { node, .. } => Tree::Values(boxed(node)?),
        Ast::Slice { step: 0, .. } => return Err("a slice has the step 0".to_owned()),
        Ast::Slice { start, stop, step, .. } => Tree::Slice(*start, *stop, *step),
        Ast::MultiList { elements, .. } => {
            Tree::List(elements.iter().map(compiled).collect::<Result<_, _>>()?)
        }
        Ast::MultiHash { elements, .. } => {
            let pairs = elements.iter().map(|pair| Ok((pair.key.clone(), compiled(&pair.value)?)));
            Tree::Object(pairs.collect::<Result<_, String>>()?)
        }
        Ast::Function { name, args, .. } => call(name, args, within)?,
        Ast::Expref { .. } => {
            return Err("`&` stands only before an argument of a function that takes it".to_owned());
        }
    })
}

/// Steps nest to the left, as many as there may be operators, so that they are unwound rather than descended.
fn steps(tree: &Ast, around: usize) -> Result<Tree, String> {
    let mut first = tree;
    let mut steps = Vec::new();
    while let Ast::Subexpr { lhs, rhs, .. } = first {
        steps.push(rhs);
        first = lhs;
    }
    let mut made = compile(first, around)?;
    let mut nested = 0;
    for step in steps.into_iter().rev() {
        made = match (made, compile(step, around)?) {
            (Tree::Path(mut path, _), Tree::Path(rest, _)) => {
                path.extend(rest);
                Tree::Path(path, None)
            }
            (first, second) => {
                nested += 1;
                Tree::Then(Box::new(first), Box::new(second))
            }
        };
        if nested > EXPRESSION_OPERATIONS {
            return Err(too_many());
        }
    }
    Ok(made)
}

/// Every function exists and has as many arguments as it takes.
fn call(name: &str, arguments: &[Ast], within: usize) -> Result<Tree, String> {
    let function = Function::named(name)?;
    let (fewest, most, expression) = function.takes();
    if arguments.len() < fewest || arguments.len() > most {
        return Err(format!("{name} has {} arguments; expected {fewest}", arguments.len()));
    }
    let mut compiled = Vec::with_capacity(arguments.len());
    for (place, argument) in arguments.iter().enumerate() {
        compiled.push(match (argument, expression == Some(place)) {
            (Ast::Expref { ast, .. }, true) => compile(ast, within)?,
            (_, true) => return Err(format!("argument {} of {name} begins with `&`", place + 1)),
            (argument, false) => compile(argument, within)?,
        });
    }
    Ok(Tree::Call(function, compiled))
}

/// A value within an expression.
fn literal(value: &Variable) -> Value<'static> {
    match value {
        Variable::Null | Variable::Expref(_) => Value::Null,
        Variable::Bool(value) => Value::boolean(*value),
        Variable::Number(number) => Value::Number(number.to_string().into()),
        Variable::String(text) => Value::Text(text.clone().into()),
        Variable::Array(elements) => Value::Array(elements.iter().map(|element| literal(element)).collect()),
        Variable::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone().into(), literal(value))).collect())
        }
    }
}

impl Tree {
    /// How many operations go on from each other.
    fn depth(&self) -> usize {
        1 + match self {
            Tree::Path(..) | Tree::Literal(_) | Tree::Slice(..) => 0,
            Tree::Not(inner) | Tree::Flatten(inner) | Tree::Values(inner) => inner.depth(),
            Tree::Then(left, right)
            | Tree::Project(left, right)
            | Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right) => left.depth().max(right.depth()),
            Tree::List(trees) | Tree::Call(_, trees) => {
                trees.iter().map(Tree::depth).max().unwrap_or_default()
            }
            Tree::Object(pairs) => pairs.iter().map(|(_, tree)| tree.depth()).max().unwrap_or_default(),
        }
    }

    /// Gives the plain paths that begin at the scope's own value places in a walk over it.
    pub(super) fn place(&mut self, paths: &mut Paths) {
        match self {
            Tree::Path(path, slot) => *slot = Some(paths.add(path)),
            Tree::Literal(_) | Tree::Slice(..) => {}
            // What comes second is evaluated against what came of the first.
            Tree::Then(first, _) | Tree::Project(first, _) => first.place(paths),
            Tree::Not(inner) | Tree::Flatten(inner) | Tree::Values(inner) => inner.place(paths),
            Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right) => {
                left.place(paths);
                right.place(paths);
            }
            Tree::List(trees) => trees.iter_mut().for_each(|tree| tree.place(paths)),
            Tree::Object(pairs) => pairs.iter_mut().for_each(|(_, tree)| tree.place(paths)),
            Tree::Call(function, arguments) => {
                let (_, _, expression) = function.takes();
                for (place, argument) in arguments.iter_mut().enumerate() {
                    if expression != Some(place) {
                        argument.place(paths);
                    }
                }
            }
        }
    }

    /// Whether its value is an array that is made element by element, or null.
    pub(super) fn is_projection(&self) -> bool {
        match self {
            Tree::Project(..) | Tree::Flatten(_) => true,
            Tree::Path(..)
            | Tree::Literal(_)
            | Tree::Then(..)
            | Tree::Or(..)
            | Tree::And(..)
            | Tree::Not(_)
            | Tree::Where(..)
            | Tree::Compare(..)
            | Tree::Values(_)
            | Tree::Slice(..)
            | Tree::List(_)
            | Tree::Object(_)
            | Tree::Call(..) => false,
        }
    }

    /// Whether it has a literal at every end.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Tree::Literal(_) => true,
            Tree::Path(..) | Tree::Slice(..) | Tree::List(_) | Tree::Object(_) => false,
            // What goes on from a constant is constant.
            Tree::Then(first, _) | Tree::Project(first, _) => first.is_constant(),
            Tree::Not(inner) | Tree::Flatten(inner) | Tree::Values(inner) => inner.is_constant(),
            Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right) => left.is_constant() && right.is_constant(),
            Tree::Call(_, arguments) => arguments.iter().all(Tree::is_constant),
        }
    }
}
