//! An expression, ready to be evaluated.

use super::arithmetic::Operator;
use super::functions::Builtin;
use crate::mapping::path::{FoundPaths, PathSlot, Paths, Segment};
use crate::mapping::tape::RecordNode;
use crate::mapping::value::Value;

/// A part of an expression, with what it is made of.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// Members and elements, and where the walk over the record leaves what stands there.
    Path(Vec<Segment>, Option<PathSlot>),
    /// The whole record.
    Root,
    /// What a `let` named: of which `let`, counted outwards, and which of its names.
    Variable(usize, usize),
    Literal(Value<'static>),
    /// What the second makes of the first's value; nothing comes of nothing.
    Then(Box<Tree>, Box<Tree>),
    /// What the second makes of the first's value, of nothing too.
    Pipe(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
    /// The second's value where the first is true.
    Where(Box<Tree>, Box<Tree>),
    /// The second's value where the first is true, and the third's where it is not.
    Choose(Box<[Tree; 3]>),
    Compare(Comparison, Box<Tree>, Box<Tree>),
    Calculate(Operator, Box<Tree>, Box<Tree>),
    Negate(Box<Tree>),
    /// A number as it is, and nothing else.
    Affirm(Box<Tree>),
    /// What the second makes of each of the first's elements.
    Project(Box<Tree>, Box<Tree>),
    Flatten(Box<Tree>),
    /// The values of an object's members.
    Values(Box<Tree>),
    /// What becomes of each element of a part of an array, or of a part of a text.
    Slice(Slice, Box<Tree>),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
    Call(&'static Builtin, Vec<Tree>),
    /// Values that have names within the second.
    Let(Vec<Tree>, Box<Tree>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// From where to where a part goes, and how many places each step takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub(super) start: Option<i32>,
    pub(super) stop: Option<i32>,
    /// Never zero.
    pub(super) step: i32,
}

/// What an expression looks at of the value that it is evaluated against.
#[derive(Clone, Copy)]
pub(super) enum Looked<'t> {
    Member(&'t str),
    /// The number that a member is, or that its text says.
    Number(&'t str),
    /// What this makes of each element of a member.
    Elements(&'t str, &'t Tree),
}

impl Tree {
    /// The value that everything starts from.
    pub(super) fn current() -> Self {
        Tree::Path(Vec::new(), None)
    }

    /// Gives the plain paths that begin at the scope's own value places in a walk over it.
    pub(super) fn place(&mut self, paths: &mut Paths) {
        match self {
            Tree::Path(path, slot) => *slot = Some(paths.add(path)),
            Tree::Root | Tree::Variable(..) | Tree::Literal(_) | Tree::Slice(..) => {}
            // `[@][?...]` asks something of the scope's own value.
            Tree::Project(first, each) if first.is_current_alone() => each.place(paths),
            // What comes second is evaluated against what came of the first.
            Tree::Then(first, _) | Tree::Pipe(first, _) | Tree::Project(first, _) => first.place(paths),
            Tree::Not(inner)
            | Tree::Negate(inner)
            | Tree::Affirm(inner)
            | Tree::Flatten(inner)
            | Tree::Values(inner) => inner.place(paths),
            Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right)
            | Tree::Calculate(_, left, right) => {
                left.place(paths);
                right.place(paths);
            }
            Tree::Choose(parts) => parts.iter_mut().for_each(|tree| tree.place(paths)),
            Tree::List(trees) => trees.iter_mut().for_each(|tree| tree.place(paths)),
            Tree::Object(pairs) => pairs.iter_mut().for_each(|(_, tree)| tree.place(paths)),
            Tree::Call(builtin, arguments) => {
                for (place, argument) in arguments.iter_mut().enumerate() {
                    if builtin.expression != Some(place) {
                        argument.place(paths);
                    }
                }
            }
            Tree::Let(values, within) => {
                values.iter_mut().for_each(|tree| tree.place(paths));
                within.place(paths);
            }
        }
    }

    /// Whether it is the value that everything starts from.
    pub(super) fn is_current(&self) -> bool {
        matches!(self, Tree::Path(path, _) if path.is_empty())
    }

    /// What it is in the record; see [`Expression::found`](super::Expression::found).
    pub(super) fn found<'v>(
        &self,
        base: RecordNode<'v>,
        found: &FoundPaths,
    ) -> Option<Option<RecordNode<'v>>> {
        if let Tree::Or(left, right) = self {
            let left = left.found(base, found)?;
            return if left.is_some_and(RecordNode::is_truthy) {
                Some(left)
            } else {
                right.found(base, found)
            };
        }
        if let Tree::Path(_, Some(slot)) = self { Some(found.node(base, *slot)) } else { None }
    }

    /// Whether it is an array of the value that everything starts from, and of nothing else.
    fn is_current_alone(&self) -> bool {
        matches!(self, Tree::List(trees) if matches!(&trees[..], [tree] if tree.is_current()))
    }

    /// Whether its value is an array that comes element by element, or null.
    pub(super) fn streams(&self) -> bool {
        matches!(self, Tree::Project(..) | Tree::Flatten(_) | Tree::List(_))
    }

    /// Whether it says the same whatever it is evaluated against. Of some that do it is not known.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Tree::Literal(_) => true,
            Tree::Path(..)
            | Tree::Root
            | Tree::Variable(..)
            | Tree::Slice(..)
            | Tree::List(_)
            | Tree::Object(_)
            | Tree::Let(..) => false,
            // What goes on from a constant is constant, unless it looks elsewhere.
            Tree::Then(first, second) | Tree::Pipe(first, second) | Tree::Project(first, second) => {
                first.is_constant() && !second.looks_elsewhere()
            }
            Tree::Not(inner)
            | Tree::Negate(inner)
            | Tree::Affirm(inner)
            | Tree::Flatten(inner)
            | Tree::Values(inner) => inner.is_constant(),
            Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right)
            | Tree::Calculate(_, left, right) => left.is_constant() && right.is_constant(),
            Tree::Choose(parts) => parts.iter().all(Tree::is_constant),
            Tree::Call(_, arguments) => arguments.iter().all(Tree::is_constant),
        }
    }

    /// Whether members, and what stands in their elements, are all that it looks at of the value that it is evaluated
    /// against, and `take` will do with each of them. Of some that look at members alone it is not known.
    pub(super) fn looks_only_at<'t>(&'t self, take: &mut dyn FnMut(Looked<'t>) -> bool) -> bool {
        match self {
            Tree::Path(path, _) => match path.first() {
                Some(Segment::Member(name)) => take(Looked::Member(name.as_str())),
                Some(Segment::Element(_)) | None => false,
            },
            Tree::Literal(_) | Tree::Variable(..) => true,
            Tree::Root | Tree::Slice(..) => false,
            Tree::Project(first, each) => match first.array_alone() {
                Some(name) => take(Looked::Elements(name, each)),
                None => first.looks_only_at(take) && !each.looks_elsewhere(),
            },
            Tree::Then(first, second) | Tree::Pipe(first, second) => {
                first.looks_only_at(take) && !second.looks_elsewhere()
            }
            Tree::Not(inner)
            | Tree::Negate(inner)
            | Tree::Affirm(inner)
            | Tree::Flatten(inner)
            | Tree::Values(inner) => inner.looks_only_at(take),
            Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right)
            | Tree::Calculate(_, left, right) => left.looks_only_at(take) && right.looks_only_at(take),
            Tree::Choose(parts) => parts.iter().all(|tree| tree.looks_only_at(take)),
            Tree::List(trees) => trees.iter().all(|tree| tree.looks_only_at(take)),
            Tree::Object(pairs) => pairs.iter().all(|(_, tree)| tree.looks_only_at(take)),
            Tree::Call(builtin, arguments) => match &arguments[..] {
                [Tree::Path(path, _)] if builtin.is_to_number() && path.len() == 1 => {
                    path.iter().all(|segment| match segment {
                        Segment::Member(name) => take(Looked::Number(name.as_str())),
                        Segment::Element(_) => false,
                    })
                }
                [..] => builtin.expression.is_none() && arguments.iter().all(|tree| tree.looks_only_at(take)),
            },
            Tree::Let(values, within) => {
                values.iter().all(|tree| tree.looks_only_at(take)) && within.looks_only_at(take)
            }
        }
    }

    /// The members that are all that it looks at; nothing when it may look at more.
    pub(super) fn members(&self) -> Option<Vec<&str>> {
        let mut names = Vec::new();
        let is_all = self.looks_only_at(&mut |looked| match looked {
            Looked::Member(name) | Looked::Number(name) => {
                names.push(name);
                true
            }
            Looked::Elements(name, each) => {
                names.push(name);
                !each.looks_elsewhere()
            }
        });
        is_all.then_some(names)
    }

    /// The members of elements that are all that it looks at, each with its array and whether it looks at the number
    /// alone; nothing when it may look at more.
    pub(super) fn columns(&self) -> Option<Vec<(&str, &str, bool)>> {
        let mut columns = Vec::new();
        let is_all = self.looks_only_at(&mut |looked| match looked {
            Looked::Member(_) | Looked::Number(_) => false,
            Looked::Elements(array, each) => each.looks_only_at(&mut |looked| match looked {
                Looked::Member(name) => {
                    columns.push((array, name, false));
                    true
                }
                Looked::Number(name) => {
                    columns.push((array, name, true));
                    true
                }
                Looked::Elements(name, each) => {
                    columns.push((array, name, false));
                    !each.looks_elsewhere()
                }
            }),
        });
        is_all.then_some(columns)
    }

    /// Tells of each look at the value that it is evaluated against whether that is at one of its members.
    pub(super) fn look(&self, take: &mut dyn FnMut(bool)) {
        match self {
            Tree::Path(path, _) => take(matches!(path.first(), Some(Segment::Member(_)))),
            Tree::Slice(..) => take(false),
            Tree::Root | Tree::Variable(..) | Tree::Literal(_) => {}
            // `[@][?...]` asks something of the value itself.
            Tree::Project(first, each) if first.is_current_alone() => each.look(take),
            Tree::Then(first, _) | Tree::Pipe(first, _) | Tree::Project(first, _) => first.look(take),
            Tree::Not(inner)
            | Tree::Negate(inner)
            | Tree::Affirm(inner)
            | Tree::Flatten(inner)
            | Tree::Values(inner) => inner.look(take),
            Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right)
            | Tree::Calculate(_, left, right) => {
                left.look(take);
                right.look(take);
            }
            Tree::Choose(parts) => parts.iter().for_each(|tree| tree.look(take)),
            Tree::List(trees) => trees.iter().for_each(|tree| tree.look(take)),
            Tree::Object(pairs) => pairs.iter().for_each(|(_, tree)| tree.look(take)),
            Tree::Call(builtin, arguments) => {
                let is_value = |place: usize| builtin.expression != Some(place);
                let values = arguments.iter().enumerate().filter(|(place, _)| is_value(*place));
                values.for_each(|(_, tree)| tree.look(take));
            }
            Tree::Let(values, within) => {
                values.iter().for_each(|tree| tree.look(take));
                within.look(take);
            }
        }
    }

    /// The path whose elements it goes over first, as `lines` in `lines[?gone].id`.
    pub(super) fn listed(&self) -> Option<&Tree> {
        match self {
            Tree::Project(first, _) | Tree::Flatten(first) if matches!(**first, Tree::Path(..)) => {
                Some(first)
            }
            Tree::Project(first, _) | Tree::Flatten(first) | Tree::Then(first, _) | Tree::Pipe(first, _) => {
                first.listed()
            }
            Tree::Path(..)
            | Tree::Root
            | Tree::Variable(..)
            | Tree::Literal(_)
            | Tree::Or(..)
            | Tree::And(..)
            | Tree::Not(_)
            | Tree::Where(..)
            | Tree::Choose(_)
            | Tree::Compare(..)
            | Tree::Calculate(..)
            | Tree::Negate(_)
            | Tree::Affirm(_)
            | Tree::Values(_)
            | Tree::Slice(..)
            | Tree::List(_)
            | Tree::Object(_)
            | Tree::Call(..)
            | Tree::Let(..) => None,
        }
    }

    /// The member whose elements it is, if it is nothing else: `rows` or `rows[]`.
    fn array_alone(&self) -> Option<&str> {
        match self {
            Tree::Flatten(inner) if matches!(**inner, Tree::Path(..)) => inner.array_alone(),
            Tree::Path(path, _) => match &path[..] {
                [Segment::Member(name)] => Some(name.as_str()),
                [..] => None,
            },
            Tree::Root
            | Tree::Variable(..)
            | Tree::Literal(_)
            | Tree::Then(..)
            | Tree::Pipe(..)
            | Tree::Or(..)
            | Tree::And(..)
            | Tree::Not(_)
            | Tree::Where(..)
            | Tree::Choose(_)
            | Tree::Compare(..)
            | Tree::Calculate(..)
            | Tree::Negate(_)
            | Tree::Affirm(_)
            | Tree::Project(..)
            | Tree::Flatten(_)
            | Tree::Values(_)
            | Tree::Slice(..)
            | Tree::List(_)
            | Tree::Object(_)
            | Tree::Call(..)
            | Tree::Let(..) => None,
        }
    }

    /// Whether it looks at more than the value that it is evaluated against.
    fn looks_elsewhere(&self) -> bool {
        match self {
            Tree::Root | Tree::Variable(..) => true,
            Tree::Path(..) | Tree::Literal(_) => false,
            Tree::Not(inner)
            | Tree::Negate(inner)
            | Tree::Affirm(inner)
            | Tree::Flatten(inner)
            | Tree::Values(inner)
            | Tree::Slice(_, inner) => inner.looks_elsewhere(),
            Tree::Then(left, right)
            | Tree::Pipe(left, right)
            | Tree::Project(left, right)
            | Tree::Or(left, right)
            | Tree::And(left, right)
            | Tree::Where(left, right)
            | Tree::Compare(_, left, right)
            | Tree::Calculate(_, left, right) => left.looks_elsewhere() || right.looks_elsewhere(),
            Tree::Choose(parts) => parts.iter().any(Tree::looks_elsewhere),
            Tree::List(trees) | Tree::Call(_, trees) => trees.iter().any(Tree::looks_elsewhere),
            Tree::Object(pairs) => pairs.iter().any(|(_, tree)| tree.looks_elsewhere()),
            Tree::Let(values, within) => values.iter().any(Tree::looks_elsewhere) || within.looks_elsewhere(),
        }
    }
}
