//! The documents that come with every host. The build packs those of `mappings`, with the schema among them; they are
//! unpacked when one is asked for first.

use std::sync::OnceLock;

/// A ready document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Its name.
    pub name: &'static str,
    /// Its JSON.
    pub document: &'static str,
}

/// The name of what is no document, but the schema of them.
const SCHEMA: &str = "mapping.schema";

/// The documents that come with every host, by name. Ids of an account (warehouses, channels, tax codes) are
/// examples: copy a document and set your own.
pub fn ready() -> &'static [Ready] {
    static READY: OnceLock<Vec<Ready>> = OnceLock::new();
    READY.get_or_init(|| all().filter(|ready| ready.name != SCHEMA).collect())
}

/// The schema of documents.
pub(super) fn published() -> &'static str {
    static PUBLISHED: OnceLock<&str> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        all().find(|ready| ready.name == SCHEMA).map(|ready| ready.document).unwrap_or_default()
    })
}

/// Everything in the folder.
fn all() -> impl Iterator<Item = Ready> {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| {
        let packed = include_bytes!(concat!(env!("OUT_DIR"), "/mappings"));
        // The build packed it, so that it is whole; a test holds it against the folder.
        let unpacked = miniz_oxide::inflate::decompress_to_vec(packed).unwrap_or_default();
        String::from_utf8(unpacked).unwrap_or_default()
    });
    let mut parts = text.split_terminator('\0');
    std::iter::from_fn(move || Some(Ready { name: parts.next()?, document: parts.next()? }))
}
