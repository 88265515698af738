//! The elements of arrays, handed over one by one, so that no array need be made of what is added up or looked for.

use std::borrow::Cow;

use super::Scope;
use super::evaluate::{evaluate, of_element, seen};
use super::tree::Tree;
use crate::mapping::tape::{RecordNode, TokenKind};
use crate::mapping::value::{Items, Value};

/// What takes the elements of an array one by one: those that are there already, and those that were made for it.
type Taker<'t, 'v> = dyn FnMut(Cow<'_, Value<'v>>) -> Result<(), String> + 't;

/// Hands over the elements of a tree's value one by one, without making an array of them where that can be
/// helped; says whether it is an array.
#[inline(never)]
pub(super) fn for_each<'v>(
    tree: &'v Tree,
    scope: &Scope<'_, 'v>,
    take: &mut Taker<'_, 'v>,
) -> Result<bool, String> {
    match tree {
        Tree::Project(of, each) => {
            if let Some(array) = flattened(of, scope)? {
                return each_of_array(array, each, scope, take).map(|()| true);
            }
            for_each(of, scope, &mut |element| match of_element(each, &element, scope)? {
                Value::Null => Ok(()),
                value => take(Cow::Owned(value)),
            })
        }
        // What comes element by element is an array or null, and so is true when it has elements.
        Tree::Or(left, right) if left.streams() => {
            let mut has_elements = false;
            for_each(left, scope, &mut |element| {
                has_elements = true;
                take(element)
            })?;
            if has_elements { Ok(true) } else { for_each(right, scope, take) }
        }
        Tree::List(trees) => {
            scope.allowance().step(1)?;
            for tree in trees {
                take(Cow::Owned(evaluate(tree, scope)?))?;
            }
            Ok(true)
        }
        Tree::Flatten(inner) => {
            if let Some(array) = flattened(tree, scope)? {
                return all_of_array(array, scope, take).map(|()| true);
            }
            for_each(inner, scope, &mut |element| match element.elements() {
                Some(inner) => for_all(inner, scope, take),
                None => take(element),
            })
        }
        tree => {
            let mut made = None;
            let Some(elements) = seen(tree, scope, &mut made)?.elements() else { return Ok(false) };
            for_all(elements, scope, take)?;
            Ok(true)
        }
    }
}

/// The array of the record that a tree flattens, where the walk over the record has found it.
#[inline]
fn flattened<'v>(tree: &Tree, scope: &Scope<'_, 'v>) -> Result<Option<RecordNode<'v>>, String> {
    let Tree::Flatten(inner) = tree else { return Ok(None) };
    let (Tree::Path(_, Some(slot)), Some((base, found))) = (&**inner, &scope.found) else { return Ok(None) };
    let array = found.node(*base, *slot).filter(|node| node.kind() == TokenKind::Array);
    // Otherwise whoever evaluates the path counts it.
    if array.is_some() {
        scope.allowance().step(1)?;
    }
    Ok(array)
}

/// Hands over the elements of an array of the record, and instead of arrays among them their elements.
#[inline(never)]
fn all_of_array<'v>(
    array: RecordNode<'v>,
    scope: &Scope<'_, 'v>,
    take: &mut Taker<'_, 'v>,
) -> Result<(), String> {
    walk(array, scope, |element| take(Cow::Owned(element)))
}

/// Hands over what is made of each of them.
#[inline(never)]
fn each_of_array<'v>(
    array: RecordNode<'v>,
    each: &'v Tree,
    scope: &Scope<'_, 'v>,
    take: &mut Taker<'_, 'v>,
) -> Result<(), String> {
    walk(array, scope, |element| match of_element(each, &element, scope)? {
        Value::Null => Ok(()),
        value => take(Cow::Owned(value)),
    })
}

#[inline]
fn walk<'v>(
    array: RecordNode<'v>,
    scope: &Scope<'_, 'v>,
    mut take: impl FnMut(Value<'v>) -> Result<(), String>,
) -> Result<(), String> {
    for element in array.elements() {
        scope.allowance().step(1)?;
        if element.kind() != TokenKind::Array {
            take(Value::of(element))?;
            continue;
        }
        for element in element.elements() {
            scope.allowance().step(1)?;
            take(Value::of(element))?;
        }
    }
    Ok(())
}

fn for_all<'v>(
    elements: Items<'_, 'v>,
    scope: &Scope<'_, 'v>,
    take: &mut Taker<'_, 'v>,
) -> Result<(), String> {
    match elements {
        Items::Read(nodes) => {
            for node in nodes {
                scope.allowance().step(1)?;
                take(Cow::Owned(Value::of(node)))?;
            }
        }
        Items::Made(elements) => {
            for element in elements {
                scope.allowance().step(1)?;
                take(Cow::Borrowed(element))?;
            }
        }
    }
    Ok(())
}
