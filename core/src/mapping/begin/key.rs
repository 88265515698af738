//! What tells a record of a sample from all others, as far as the catalogue finds it again by that.

use super::GuessedMember;
use super::fields::Guesser;
use crate::catalog::operation::{EndpointOperation, Verify};
use crate::json::ObjectText;

/// The kinds of orders, which one search finds: `orderTypeId` (API notes §11).
const ORDER_TYPES: [(&str, &str); 4] =
    [("sales-order", "1"), ("purchase-order", "2"), ("sales-credit", "3"), ("purchase-credit", "4")];

/// The key of a document, where a member was guessed that is made to tell records apart: a reference anywhere, or what
/// the surest search needs alone, such as a SKU. A name, a text or an id of something else is borne by many.
pub(super) fn guessed(
    operation: &EndpointOperation,
    target: &str,
    guesser: &Guesser<'_>,
) -> Option<(GuessedMember, String)> {
    let is_guessed = |pointer: &str| guesser.guesses.iter().any(|guess| guess.to == pointer);
    let mut searches = operation.verify.iter().filter_map(|verify| match verify {
        Verify::Search { search, by, .. } => Some((*search, *by)),
        Verify::Read { .. } => None,
    });
    let first = searches.clone().next();
    let (search, (pointer, column)) = searches.find_map(|(search, by)| {
        let is_alone = by.len() == 1 && first == Some((search, by));
        let tells_apart = |column: &str| is_alone || is_reference(column);
        let found = by.iter().find(|(pointer, column)| is_guessed(pointer) && tells_apart(column))?;
        Some((search, *found))
    })?;
    let guess = GuessedMember {
        to: "key".to_owned(),
        from: pointer.to_owned(),
        means: format!(
            "{column} of {search} finds it again; set another one where two records may have the same"
        ),
    };
    let verify = ObjectText::new().text("search", search).text("column", column);
    let kind =
        ORDER_TYPES.iter().find(|(name, _)| search.ends_with("/order-search") && target.ends_with(name));
    let verify = match kind {
        Some((_, kind)) => verify.raw("by", &ObjectText::new().raw("orderTypeId", kind).finish()),
        None => verify,
    };
    Some((guess, ObjectText::new().text("target", pointer).raw("verify", &verify.finish()).finish()))
}

/// Whether a column is a reference that another system gives.
fn is_reference(column: &str) -> bool {
    let lower = column.to_ascii_lowercase();
    lower.ends_with("ref") || lower.ends_with("reference")
}
