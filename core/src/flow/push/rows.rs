//! Rows within a record: which of those that are there stands for which one that is wanted, and the writes that make
//! them so.

use std::collections::VecDeque;

use crate::catalog::RowUpdate;
use crate::http::Method;
use crate::json::{Node, ObjectText, Part, Record, array, id_of, quoted, text_of};
use crate::operation::SingleRequest;
use crate::output::Difference;

/// A row that is wanted and the one that stands for it, by their places; one of them may be missing.
pub(super) type RowPair = (Option<usize>, Option<usize>);

/// What tells a row from others.
struct RowIdentity {
    external: String,
    /// Its product or SKU; for one of free text nothing.
    product: Option<u64>,
    /// Whether it is of a product that is to be created, so that nothing can be of the same.
    is_of_new: bool,
    sku: String,
    name: String,
}

/// Pairs the rows: by their own reference, then by product or SKU, then by what is written in them, then by place.
/// Rows whose references differ are not each other's. The wanted ones come first, in their order.
pub(super) fn pairs(wanted: &[Part<'_>], there: &[Part<'_>]) -> Vec<RowPair> {
    let wanted: Vec<RowIdentity> = wanted.iter().map(RowIdentity::of).collect();
    let there: Vec<RowIdentity> = there.iter().map(RowIdentity::of).collect();
    let mut partners: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut free: Vec<usize> = (0..there.len()).collect();
    let ways =
        [RowIdentity::is_referred, RowIdentity::is_product, RowIdentity::is_named, RowIdentity::is_like];
    for is_same in ways {
        for (row, partner) in wanted.iter().zip(&mut partners) {
            if partner.is_some() {
                continue;
            }
            let found = free.iter().position(|place| is_same(row, &there[*place]));
            *partner = found.map(|place| free.remove(place));
        }
    }
    let all = partners.into_iter().enumerate().map(|(place, partner)| (Some(place), partner));
    all.chain(free.into_iter().map(|place| (None, Some(place)))).collect()
}

impl RowIdentity {
    fn of(part: &Part<'_>) -> Self {
        let row = Record::of(part);
        let text = |name: &str| {
            let text = row.node(name).as_ref().and_then(text_of).unwrap_or_default();
            text.trim().to_owned()
        };
        let sku = text("sku");
        let product = row.node("productId");
        let is_of_new =
            matches!(&product, Some(Node::Text(text)) if text.chars().any(|letter| !letter.is_ascii_digit()));
        let product = product.as_ref().and_then(id_of).filter(|id| *id != FREE_TEXT && *id != 0);
        Self { external: text("externalRef"), product, is_of_new, sku, name: text("name") }
    }

    fn is_referred(&self, other: &Self) -> bool {
        !self.external.is_empty() && self.external == other.external
    }

    fn is_product(&self, other: &Self) -> bool {
        let is_one = match (self.product, other.product) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => !self.sku.is_empty() && self.sku == other.sku,
        };
        is_one && self.may_be(other)
    }

    fn is_named(&self, other: &Self) -> bool {
        self.is_text() && other.is_text() && self.name == other.name && self.may_be(other)
    }

    /// Whether nothing says that they are two.
    fn may_be(&self, other: &Self) -> bool {
        self.external.is_empty() || other.external.is_empty() || self.external == other.external
    }

    /// Whether it may stand in the same place. One without any name is none that has one.
    fn is_like(&self, other: &Self) -> bool {
        let loses_its_name = self.is_text() && self.name.is_empty() && !other.name.is_empty();
        self.is_text() == other.is_text() && self.may_be(other) && !loses_its_name
    }

    fn is_text(&self) -> bool {
        self.product.is_none() && !self.is_of_new && self.sku.is_empty()
    }
}

/// The product that a row of free text has (API notes §8.1.1).
const FREE_TEXT: u64 = 1_000;

/// Whether a row that is there is of a product, and one that is wanted is free text.
pub(super) fn loses_its_product(wanted: &Part<'_>, there: &Part<'_>) -> bool {
    RowIdentity::of(wanted).is_text() && RowIdentity::of(there).product.is_some()
}

/// Whether a difference at a place of a row can be removed: `rest` is what of the pointer stands behind the rows, such
/// as `0/net`, or `0` of a whole row.
pub(super) fn can_change(rows: &RowUpdate, rest: &str) -> bool {
    match rest.split_once('/') {
        None => true,
        Some((_, member)) => {
            let is_patched = rows.patched.iter().any(|(name, _)| *name == member);
            is_patched || rows.added.iter().any(|(name, _)| *name == member) || member == "sku"
        }
    }
}

/// Why a row cannot be added; `None` when it can.
pub(super) fn lacks_for_adding(wanted: &Part<'_>) -> bool {
    let row = RowIdentity::of(wanted);
    row.product.is_none() && !row.is_of_new && row.name.is_empty()
}

/// The writes that make the rows what they should be: changes first, then what is new, then what goes.
pub(super) fn writes(
    update: &RowUpdate,
    id: u64,
    wanted: &[Part<'_>],
    there: &[Part<'_>],
    changes: &[&Difference],
) -> VecDeque<SingleRequest> {
    let path =
        |path: &str, row: u64| path.replace("{ID}", &id.to_string()).replace("{ROW}", &row.to_string());
    let row_id = |place: usize| Record::of(&there[place]).node("id").as_ref().and_then(id_of);
    let (mut changed, mut added, mut removed) = (VecDeque::new(), Vec::new(), Vec::new());
    for pair in pairs(wanted, there) {
        match pair {
            (Some(place), Some(other)) => {
                let begin = format!("{}/{place}/", update.place);
                let members: Vec<&str> =
                    changes.iter().filter_map(|change| change.pointer.strip_prefix(&begin)).collect();
                let Some(row) = row_id(other).filter(|_| !members.is_empty()) else { continue };
                let (wanted, there) = (Record::of(&wanted[place]), Record::of(&there[other]));
                changed.push_back(if members.iter().all(|member| is_patched(update, member)) {
                    let body = patch(update, &wanted, &members);
                    SingleRequest::new(Method::Patch, path(update.patch, row)).body(body)
                } else {
                    SingleRequest::new(Method::Put, path(update.put, row))
                        .body(put(update, row, &wanted, &there))
                });
            }
            (Some(place), None) => {
                let is_wanted =
                    changes.iter().any(|change| change.pointer == format!("{}/{place}", update.place));
                if is_wanted {
                    let body = addition(update, &Record::of(&wanted[place]));
                    added.push(SingleRequest::new(Method::Post, path(update.add, 0)).body(body));
                }
            }
            (None, Some(other)) => {
                let gone = row_id(other);
                removed.extend(gone.map(|row| SingleRequest::new(Method::Delete, path(update.remove, row))));
            }
            (None, None) => {}
        }
    }
    changed.extend(added);
    changed.extend(removed);
    changed
}

fn is_patched(update: &RowUpdate, member: &str) -> bool {
    update.patched.iter().any(|(name, _)| *name == member)
}

/// A patch of what differs. A new net amount makes a new tax amount (API notes §8.1.6), which is therefore set, too.
fn patch(update: &RowUpdate, wanted: &Record<'_>, members: &[&str]) -> String {
    let is_set = |name: &str| members.contains(&name) || name == "tax" && members.contains(&"net");
    let operations = update.patched.iter().filter(|(name, _)| is_set(name)).filter_map(|(name, path)| {
        let value = wanted.raw(name)?;
        Some(
            ObjectText::new()
                .raw("op", "\"replace\"")
                .raw("path", &quoted(path))
                .raw("value", value)
                .finish(),
        )
    });
    array(operations)
}

/// A row as a whole: what is wanted, and of the rest what is there.
fn put(update: &RowUpdate, row: u64, wanted: &Record<'_>, there: &Record<'_>) -> String {
    let mut text = ObjectText::new().id("id", row);
    for name in ["productId", "sku", "name"] {
        text = text.maybe(name, wanted.raw(name));
    }
    for name in update.needs {
        text = text.maybe(name, wanted.raw(name).or_else(|| there.raw(name)));
    }
    let is_other_product = wanted.raw("productId").is_some() && is_another(wanted, there, "productId");
    for name in update.kept {
        // The price in the list is another product's.
        let stays = !is_other_product || *name != "productPrice";
        text = text.maybe(name, wanted.raw(name).or_else(|| there.raw(name).filter(|_| stays)));
    }
    array([text.finish()])
}

fn is_another(wanted: &Record<'_>, there: &Record<'_>, name: &str) -> bool {
    let id = |record: &Record<'_>| record.node(name).as_ref().and_then(id_of);
    id(wanted) != id(there)
}

/// The body that adds a row.
fn addition(update: &RowUpdate, wanted: &Record<'_>) -> String {
    let mut text = ObjectText::new();
    let mut groups: Vec<(&str, ObjectText)> = Vec::new();
    for (name, place) in update.added {
        let Some(json) = wanted.raw(name) else { continue };
        let Some((outer, inner)) = place.split_once('/') else {
            text = text.raw(place, json);
            continue;
        };
        let position = groups.iter().position(|(name, _)| *name == outer).unwrap_or_else(|| {
            groups.push((outer, ObjectText::new()));
            groups.len() - 1
        });
        let group = groups[position].1.clone();
        groups[position].1 = match inner.split_once('/') {
            Some((middle, inner)) => group.within(middle, ObjectText::new().raw(inner, json)),
            None => group.raw(inner, json),
        };
    }
    groups.into_iter().fold(text, |text, (name, group)| text.within(name, group)).finish()
}
