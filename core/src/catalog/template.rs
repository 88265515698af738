//! Path templates such as `order-service/order/{ORDER-ID}/row/{ROW-ID}`.

use crate::account::{PATH_BYTES, is_escaped};
use crate::error::Result;
use crate::id_set::IdSet;

/// What may stand in a placeholder. The name says it, as in the API's own reference (API notes §1.2):
/// `{ID-SET}` and names that end so are id sets, `{ID}` and names that end so are one id, `{ISO}` is a
/// currency code, and anything else is a text. `?` behind the name means that the segment may be absent,
/// `|*` that `*` may stand for "any".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceholderKind {
    /// One id.
    Id,
    /// An id set.
    IdSet,
    /// A currency code of three letters.
    Currency,
    /// Any text without a slash.
    Text,
}

/// One placeholder of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// Its name, such as `ORDER-ID`.
    pub name: &'static str,
    /// What may stand there.
    pub kind: PlaceholderKind,
    /// Whether the segment may be absent.
    pub optional: bool,
    /// Whether `*` may stand for "any".
    pub wildcard: bool,
}

impl Placeholder {
    /// Reads one segment; `None` when it is a literal.
    fn read(segment: &'static str) -> Option<Self> {
        let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
        let (inner, wildcard) = match inner.strip_suffix("|*") {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let (name, optional) = match inner.strip_suffix('?') {
            Some(name) => (name, true),
            None => (inner, false),
        };
        let kind = if name.ends_with("ID-SET") {
            PlaceholderKind::IdSet
        } else if name.ends_with("ID") {
            PlaceholderKind::Id
        } else if name == "ISO" {
            PlaceholderKind::Currency
        } else {
            PlaceholderKind::Text
        };
        Some(Self { name, kind, optional, wildcard })
    }

    /// Whether this text may stand here. A placeholder, such as the template's own, always may.
    fn takes(self, text: &str) -> bool {
        if text == "*" {
            return self.wildcard;
        }
        if is_placeholder(text) {
            return true;
        }
        // Escapes keep a text within its segment, so that it cannot add to the path, whatever it is.
        if text.contains('%') {
            return is_escaped(text);
        }
        match self.kind {
            PlaceholderKind::Id => is_id(text),
            PlaceholderKind::IdSet => IdSet::parse(text).is_ok(),
            PlaceholderKind::Currency => {
                text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
            }
            PlaceholderKind::Text => !text.is_empty(),
        }
    }
}

/// Whether a segment stands for something else.
pub(super) fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

fn is_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u64>().is_ok_and(|id| id > 0)
}

/// What stands in a concrete path where its template has a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument<'p> {
    /// The placeholder's name, such as `ORDER-ID`.
    pub name: &'static str,
    /// The text in its place.
    pub text: &'p str,
}

impl Argument<'_> {
    /// The ids, when these are some.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) for `*`, a placeholder, or other text.
    pub fn ids(&self) -> Result<IdSet> {
        IdSet::parse(self.text).map_err(|error| error.at(format!("{{{}}}", self.name)))
    }
}

/// The placeholders of a template, in order.
pub(crate) fn placeholders(template: &'static str) -> impl Iterator<Item = Placeholder> {
    template.split('/').filter_map(Placeholder::read)
}

/// What fills the template's placeholders when the path is one of its own; `None` when it is not.
///
/// Slashes at either end and doubled ones are overlooked, as Brightpearl does (API notes §1.2), and so is a
/// query.
pub(crate) fn match_path<'p>(template: &'static str, path: &'p str) -> Option<Vec<Argument<'p>>> {
    if path.len() > PATH_BYTES || !is_of_service(template, path) {
        return None;
    }
    let mut segments = without_query(path).split('/').filter(|segment| !segment.is_empty());
    let mut arguments = Vec::new();
    for expected in template.split('/') {
        match (Placeholder::read(expected), segments.next()) {
            (Some(placeholder), Some(text)) if placeholder.takes(text) => {
                arguments.push(Argument { name: placeholder.name, text });
            }
            // Only the last segment can be absent, so nothing can follow.
            (Some(placeholder), None) if placeholder.optional => {}
            (None, Some(text)) if text == expected => {}
            (Some(_) | None, Some(_) | None) => return None,
        }
    }
    segments.next().is_none().then_some(arguments)
}

/// Whether the path may be one of the template's service, which most are not of the many that a path is held against.
fn is_of_service(template: &str, path: &str) -> bool {
    let path = path.trim_start_matches('/');
    // One letter tells most of them apart.
    if !template.starts_with('{') && template.as_bytes().first() != path.as_bytes().first() {
        return false;
    }
    let service = template.split_once('/').map_or(template, |(service, _)| service);
    is_placeholder(service) || path.starts_with(service)
}

/// The template with the arguments of another template in its placeholders of the same names; `None` when one
/// that may not be absent has none.
pub(crate) fn fill(template: &'static str, arguments: &[Argument<'_>]) -> Option<String> {
    let mut segments = Vec::new();
    for segment in template.split('/') {
        let Some(placeholder) = Placeholder::read(segment) else {
            segments.push(segment);
            continue;
        };
        match arguments.iter().find(|argument| argument.name == placeholder.name) {
            Some(argument) => segments.push(argument.text),
            None if placeholder.wildcard => segments.push("*"),
            None if placeholder.optional => {}
            None => return None,
        }
    }
    Some(segments.join("/"))
}

/// The path before its query. The `?` of an optional placeholder begins none.
fn without_query(path: &str) -> &str {
    let mut marks = path.match_indices('?').filter(|(at, _)| !path[at + 1..].starts_with(['}', '|']));
    marks.next().map_or(path, |(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(template: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
        let arguments = match_path(template, path)?;
        Some(arguments.into_iter().map(|argument| (argument.name, argument.text.to_owned())).collect())
    }

    #[test]
    fn extracts_the_ids() {
        let row = "order-service/order/{ORDER-ID}/row/{ROW-ID}";
        let found = matched(row, "/order-service//order/7/row/3/?x=1").unwrap();
        assert_eq!(found, [("ORDER-ID", "7".to_owned()), ("ROW-ID", "3".to_owned())]);
        for other in
            ["order-service/order/7/row", "order-service/order/0/row/3", "order-service/order/1-2/row/3", ""]
        {
            assert_eq!(matched(row, other), None, "{other}");
        }
    }

    #[test]
    fn knows_wildcards_optional_segments_and_its_own_text() {
        let notes = "warehouse-service/order/{ORDER-ID-SET|*}/goods-note/goods-out/{ID-SET?}";
        for path in [
            "warehouse-service/order/*/goods-note/goods-out/4",
            "warehouse-service/order/1-5,9/goods-note/goods-out",
            "warehouse-service/order/{ids}/goods-note/goods-out",
            notes,
        ] {
            assert!(matched(notes, path).is_some(), "{path}");
        }
        assert!(matched(notes, "warehouse-service/order/*/goods-note/goods-out/*").is_none());
        let balance = "accounting-service/contact/{CONTACT-ID}/currency/{ISO}/balance";
        assert!(matched(balance, "accounting-service/contact/4/currency/GBP/balance").is_some());
        assert!(matched(balance, "accounting-service/contact/4/currency/44/balance").is_none());
        let found = match_path(notes, "warehouse-service/order/*/goods-note/goods-out/4-5").unwrap();
        assert!(found[0].ids().is_err());
        assert_eq!(found[1].ids().unwrap().len(), 2);
    }
}
