//! Paths that somebody forgot to finish: what stands there was to be replaced by an id, or is what a program writes for a
//! value that it does not have. Sent, they ask for something else, or worse.

use crate::error::{Error, Result};

use super::named_request::shown;

/// What programs write for a value that is missing, is no number, or has no text of its own. Who means such a text writes
/// one of its letters as an escape.
const NOTHINGS: [&str; 9] =
    ["undefined", "null", "NaN", "Infinity", "-Infinity", "None", "nan", "NaT", "nil"];

/// Refuses a path that is not finished. `{ids}` is finished where `takes_ids`: the ids go there.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `path`.
pub(super) fn check_finished(path: &str, takes_ids: bool) -> Result<()> {
    for segment in path.split('/') {
        if takes_ids && segment == "{ids}" {
            continue;
        }
        let wrong = match (placeholder(segment), nothing(segment)) {
            (Some(placeholder), _) => format!("the placeholder {placeholder}"),
            (None, Some(nothing)) => format!("{nothing} where an id belongs"),
            (None, None) => continue,
        };
        let message = format!("the path {} has {wrong}; expected the id itself in its place", shown(path));
        return Err(Error::validation("path", message));
    }
    Ok(())
}

/// What is to be replaced: `{ID}`, `${id}`, `:id`, `<id>`, `%s`.
fn placeholder(segment: &str) -> Option<&str> {
    if let Some(braces) = braces(segment) {
        return Some(braces);
    }
    let is_named =
        |name: &str| name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let is_route = segment.strip_prefix(':').is_some_and(is_named);
    let is_shown = segment.len() > 2 && segment.starts_with('<') && segment.ends_with('>');
    let is_format = matches!(segment, "%s" | "%d") || segment.starts_with("%(");
    (is_route || is_shown || is_format).then_some(segment)
}

fn braces(segment: &str) -> Option<&str> {
    let begin = segment.find('{')?;
    let end = begin + segment[begin..].find('}')?;
    let begin = if segment[..begin].ends_with('$') { begin - 1 } else { begin };
    Some(&segment[begin..=end])
}

/// What says that there is no value, alone or among ids.
fn nothing(segment: &str) -> Option<&str> {
    let is_nothing = |text: &&str| NOTHINGS.contains(text) || text.starts_with("[object ");
    let before_query = segment.split('?').next().unwrap_or_default();
    before_query.split(',').map(str::trim).find_map(|one| {
        let ends = one.split_once('-').filter(|(from, to)| is_number(from) || is_number(to));
        let end = ends.and_then(|(from, to)| [from, to].into_iter().find(is_nothing));
        Some(one).filter(is_nothing).or(end)
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_an_id_or_says_that_there_is_none_is_told() {
        for (path, told) in [
            ("order-service/order/{ORDER-ID}/note", "the placeholder {ORDER-ID};"),
            ("order-service/order/${orderId}/note", "the placeholder ${orderId};"),
            ("order-service/order/no-{id}-x", "the placeholder {id};"),
            ("order/:id", "the placeholder :id;"),
            ("order/<order id>/note", "the placeholder <order id>;"),
            ("order/%s", "the placeholder %s;"),
            ("order/{}", "the placeholder {};"),
            ("order/{ids}", "the placeholder {ids};"),
            ("order/undefined", "undefined where an id belongs;"),
            ("order/1,null,3/note", "null where an id belongs;"),
            ("order/7-NaN", "NaN where an id belongs;"),
            ("order/-Infinity", "-Infinity where an id belongs;"),
            ("order/[object Object]", "[object Object] where an id belongs;"),
            ("order/None?a=b", "None where an id belongs;"),
        ] {
            let error = check_finished(path, false).expect_err(path);
            assert_eq!(error.location(), Some("path"), "{path}");
            assert!(error.message().contains(told), "{error}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_let_through() {
        for path in [
            "",
            "order-service/order/1-5,9/note",
            "a/100%/5%2",
            "a/%6Eull",
            "a/nullable/undefined-terms/null-object",
            "a/Null:id/x:y/12:30",
            "a/<>/}{/{",
            "a/b?c=undefined",
            "https://elsewhere.example/steal",
        ] {
            assert!(check_finished(path, false).is_ok(), "{path}");
        }
        assert!(check_finished("order/{ids}/note", true).is_ok());
        assert!(check_finished("order/x{ids}/note", true).is_err());
    }
}
