//! What the `Link` header lines of an answer (RFC 8288) say of what comes after the resource that was asked for.

use crate::http::Headers;

const LINK: &str = "link";

/// The relation of a resource to the version after it (RFC 5829).
const SUCCESSOR: &str = "successor-version";

/// The longest address that is told.
const LONGEST: usize = 200;

/// Behind this stands the account, and behind that the path, in addresses of the API.
const API: &str = "/public-api/";

/// The address of the successor that the header lines name first, without query, fragment and credentials; of one of the
/// API, the path below the account. `None` where they name none that is written as one.
pub(crate) fn successor(headers: &Headers) -> Option<String> {
    let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(LINK));
    lines
        .flat_map(|(_, line)| links(line))
        .find(|link| link.is_successor)
        .and_then(|link| address(link.target))
}

/// One link of a header line.
#[derive(Debug, PartialEq, Eq)]
struct Link<'line> {
    target: &'line str,
    is_successor: bool,
}

/// The links of a line, up to where it is not written as a list of them.
fn links(line: &str) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut rest = line;
    while let Some((target, behind)) =
        rest.trim_start_matches([' ', '\t', ',']).strip_prefix('<').and_then(|rest| rest.split_once('>'))
    {
        let (parameters, following) = parameters(behind);
        // Of several, the first counts (RFC 8288, 3.3).
        let relation = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("rel"));
        // Links of other resources than the one that was asked for are none of its own.
        let is_own = parameters.iter().all(|(name, _)| !name.eq_ignore_ascii_case("anchor"));
        let names_successor = |(_, types): &(&str, String)| {
            types.split_ascii_whitespace().any(|name| name.eq_ignore_ascii_case(SUCCESSOR))
        };
        links.push(Link {
            target: target.trim(),
            is_successor: is_own && relation.is_some_and(names_successor),
        });
        rest = following;
    }
    links
}

/// The parameters behind a target with their values, and what stands behind the comma that ends them.
fn parameters(text: &str) -> (Vec<(&str, String)>, &str) {
    let mut parameters = Vec::new();
    let mut rest = text.trim_start();
    while let Some(behind) = rest.strip_prefix(';') {
        let end = behind.find(['=', ';', ',']).unwrap_or(behind.len());
        let (name, behind) = behind.split_at(end);
        let (value, following) = match behind.strip_prefix('=') {
            Some(behind) => value(behind.trim_start()),
            None => (String::new(), behind),
        };
        parameters.push((name.trim(), value));
        rest = following.trim_start();
    }
    // What is not written so says nothing, and may be anything: no comma in it is known for one that divides.
    (parameters, rest.strip_prefix(',').unwrap_or(""))
}

/// A token or a quoted text, and what stands behind it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (token, behind) = text.split_at(end);
        return (token.trim().to_owned(), behind);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return (value, &quoted[place + 1..]),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => value.push(letter),
        }
    }
    // A quotation that does not end is no value.
    (String::new(), "")
}

fn address(target: &str) -> Option<String> {
    let end = target.find(['?', '#']).unwrap_or(target.len());
    let target = &target[..end];
    let is_written_as_one =
        !target.is_empty() && target.len() <= LONGEST && target.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_written_as_one {
        return None;
    }
    if let Some((_, below)) = target.split_once(API) {
        let (_, path) = below.split_once('/')?;
        return (!path.is_empty()).then(|| path.to_owned());
    }
    let Some((scheme, behind)) = target.split_once("://") else { return Some(target.to_owned()) };
    let (authority, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    Some(format!("{scheme}://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Option<String> {
        let mut headers = Headers::new();
        lines.iter().for_each(|line| headers.push("Link", *line));
        successor(&headers)
    }

    #[test]
    fn the_successor_is_found_among_links() {
        let path = Some("order-service/order/5".to_owned());
        for line in [
            "</public-api/acme/order-service/order/5>; rel=\"successor-version\"",
            "<https://use1.brightpearl.com/public-api/acme/order-service/order/5?a=b#c>;rel=successor-version",
            "<https://example.com/a,b;c>; rel=\"sunset\"; title=\"a, \\\"b\\\"; rel=x\", \
             </public-api/acme/order-service/order/5> ; REL = \"latest-version Successor-Version\"",
        ] {
            assert_eq!(told(&[line]), path, "{line}");
        }
        assert_eq!(told(&["<a>; rel=next", "</b/c>; rel=successor-version"]).as_deref(), Some("/b/c"));
        let other = "<https://user:secret@example.com/v2/x?token=secret>; rel=successor-version";
        assert_eq!(told(&[other]).as_deref(), Some("https://example.com/v2/x"));
    }

    #[test]
    fn what_names_none_or_is_no_link_says_nothing() {
        let long = format!("<{}>; rel=successor-version", "a".repeat(LONGEST + 1));
        for line in [
            "",
            "</a>",
            "</a>; rel=predecessor-version",
            "</a>; rel=next; rel=successor-version",
            "</a>; rel=successor-version; anchor=\"/other\"",
            "</a>; title=\"; rel=successor-version",
            "</a; rel=successor-version",
            "/a; rel=successor-version",
            "<>; rel=successor-version",
            "<?x>; rel=successor-version",
            "</a b>; rel=successor-version",
            "</ä>; rel=successor-version",
            "</public-api/acme/>; rel=successor-version",
            long.as_str(),
        ] {
            assert_eq!(told(&[line]), None, "{line}");
        }
    }
}
