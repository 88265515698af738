//! What a journal belongs to: an account, the content of a mapping, and what is done with records that are there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::operation::{Existing, Push};

/// What a journal belongs to.
#[derive(Clone, Debug)]
pub(super) struct JournalScope {
    pub(super) account: String,
    /// The mapping's name.
    pub(super) mapping: String,
    /// The digest of its document.
    pub(super) document: String,
    pub(super) existing: Existing,
    /// Whether to go on although the document or `existing` has changed.
    pub(super) renew: bool,
    /// Whether what is done can be found in Brightpearl, so that it need not be believed.
    pub(super) finds_records: bool,
}

impl JournalScope {
    /// The scope of a push, by its account and its mapping's name.
    pub(super) fn of(push: &Push, account: &str, mapping: &str, finds_records: bool) -> Self {
        Self {
            account: account.to_owned(),
            mapping: mapping.to_owned(),
            document: digest_of(push.mapping.as_str()),
            existing: push.existing,
            renew: push.renew,
            finds_records,
        }
    }

    /// How a run differs that is of the same account and mapping; nothing where it does not, or does not say.
    pub(super) fn difference(&self, document: Option<&str>, existing: Option<Existing>) -> Option<String> {
        if document.is_some_and(|document| document != self.document) {
            return Some(format!("the document of the mapping {:?} has changed since", self.mapping));
        }
        let before = existing.filter(|existing| *existing != self.existing)?;
        let word = |existing: Existing| format!("{existing:?}").to_lowercase();
        Some(format!("`existing` was {:?} and is {:?}", word(before), word(self.existing)))
    }
}

/// The digest of a document: the same for every way to lay it out, and in every host.
fn digest_of(document: &str) -> String {
    let mut laid_out = String::with_capacity(document.len());
    match lay_out(document, &mut laid_out) {
        Ok(()) => short_digest(laid_out.as_bytes()),
        Err(_) => short_digest(document.as_bytes()),
    }
}

/// Writes JSON with its members in order and nothing between them.
fn lay_out(text: &str, out: &mut String) -> serde_json::Result<()> {
    let text = text.trim();
    match text.as_bytes().first() {
        Some(b'{') => {
            out.push('{');
            for (name, value) in serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(text)? {
                out.push_str(&serde_json::to_string(&name)?);
                out.push(':');
                lay_out(value.get(), out)?;
                out.push(',');
            }
            out.push('}');
        }
        Some(b'[') => {
            out.push('[');
            for value in serde_json::from_str::<Vec<Box<RawValue>>>(text)? {
                lay_out(value.get(), out)?;
                out.push(',');
            }
            out.push(']');
        }
        Some(b'"') => out.push_str(&serde_json::to_string(&serde_json::from_str::<String>(text)?)?),
        Some(_) | None => out.push_str(text),
    }
    Ok(())
}

fn short_digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for byte in Sha256::digest(bytes).iter().take(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
