//! How to find out whether a write was applied: the catalog's recipes, filled in from what was sent.

use crate::catalog::operation::Verify;
use crate::catalog::{self, Argument};
use crate::error::Verification;
use crate::http::Method;
use crate::json::{Node, Part, at};

/// The ways to find out whether a write was applied, the surest first; empty when the catalog knows none or the
/// body has not what they need. Nothing but what the path and the body say is put into them.
///
/// ```
/// use brightpearl_core::validate::verifications;
/// use brightpearl_core::{Method, Verification};
///
/// let body = br#"{"ref": "WEB-77", "customer": {"id": 201}}"#;
/// let ways = verifications("order-service/sales-order", Method::Post, body);
/// let expected = Verification::Search {
///     search: "order-service/order-search".to_owned(),
///     filters: vec![("customerRef".to_owned(), "WEB-77".to_owned()), ("contactId".to_owned(), "201".to_owned())],
///     unique: false,
/// };
/// assert_eq!(ways, [expected]);
/// ```
pub fn verifications(path: &str, method: Method, body: &[u8]) -> Vec<Verification> {
    let Some(found) = catalog::find(path, method) else { return Vec::new() };
    let node = Part::json(body).map_or(Node::Null, |part| part.read());
    found.operation.verify.iter().filter_map(|recipe| fill(recipe, &found.arguments, &node)).collect()
}

fn fill(recipe: &Verify, arguments: &[Argument<'_>], body: &Node<'_>) -> Option<Verification> {
    match *recipe {
        Verify::Search { search, by, unique } => {
            let listed = catalog::search(search);
            let filter = |(source, name): &(&'static str, &str)| {
                let value = value(source, arguments, body)?;
                let is_legal = listed.is_none_or(|listed| listed.check_filter(name, &value).is_ok());
                is_legal.then(|| ((*name).to_owned(), value))
            };
            let filters = by.iter().map(filter).collect::<Option<Vec<_>>>()?;
            Some(Verification::Search { search: search.to_owned(), filters, unique })
        }
        Verify::Read { path, compare } => {
            Some(Verification::Read { path: catalog::fill(path, arguments)?, compare: compare.to_owned() })
        }
    }
}

/// A value to look for: what stands in the path's `{PLACEHOLDER}`, or at a JSON Pointer of the body. An empty
/// text finds nothing in particular.
fn value(source: &str, arguments: &[Argument<'_>], body: &Node<'_>) -> Option<String> {
    let text = match (source.strip_prefix('{'), body) {
        (Some(name), _) => {
            let name = name.trim_end_matches('}');
            arguments.iter().find(|argument| argument.name == name)?.text.to_owned()
        }
        (None, Node::Object(members)) => match at(members, source)? {
            Node::Text(text) => text,
            Node::Number(token) => token.to_owned(),
            Node::Boolean(value) => value.to_string(),
            Node::Null | Node::Array(_) | Node::Object(_) | Node::Unreadable => return None,
        },
        (
            None,
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable,
        ) => return None,
    };
    (!text.is_empty()).then_some(text)
}
