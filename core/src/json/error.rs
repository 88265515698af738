//! What is wrong with JSON that a host gave us, in words that quote nothing of it.

use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::redact::is_opaque;
use crate::secret::written;

/// An error for JSON that a host gave us. Serde's text can quote the input, of which any value may be a secret, so
/// nothing of it is kept but what names fields and types.
pub(crate) fn json_error(what: &'static str, error: &serde_json::Error) -> Error {
    let mut text = Zeroizing::new(written(format_args!("{error}")));
    if let Some(end) = text.rfind(" at line ") {
        text.truncate(end);
    }
    let text = without_values(&text);
    Error::new(Kind::Validation, format!("the JSON does not fit: {text}")).at(format!(
        "{what} line {} column {}",
        error.line(),
        error.column()
    ))
}

/// Serde's words without the values that they quote: `invalid type: integer, expected a string` of
/// ``invalid type: integer `4711`, expected a string``. The name of an unknown member or choice stays where it can be
/// one.
fn without_values(text: &str) -> String {
    for words in ["invalid type: ", "invalid value: "] {
        let Some(rest) = text.strip_prefix(words) else { continue };
        let (found, expected) = rest.rfind(", expected ").map_or((rest, ""), |at| rest.split_at(at));
        let kind = found.split(['`', '"']).next().unwrap_or_default();
        return format!("{words}{}{expected}", kind.trim_end());
    }
    for (words, may_have_digits) in
        [("unknown field", true), ("unknown variant", false), ("unknown credentials type", false)]
    {
        let Some(rest) = text.strip_prefix(words).and_then(|rest| rest.strip_prefix(" `")) else { continue };
        let end = rest.rfind("`, expected ").or_else(|| rest.rfind("`, there are no ")).or(rest.find('`'));
        let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let is_name = can_be_name(name, may_have_digits);
        return if is_name { text.to_owned() } else { format!("{words}{}", behind.trim_start_matches('`')) };
    }
    text.to_owned()
}

/// Whether a text is written as the names of this API are, which secrets are not.
fn can_be_name(text: &str, may_have_digits: bool) -> bool {
    let is_written_so = |byte: u8| {
        byte.is_ascii_alphabetic()
            || matches!(byte, b'_' | b'-')
            || (may_have_digits && byte.is_ascii_digit())
    };
    text.len() <= 32 && text.bytes().all(is_written_so) && !is_opaque(text)
}
