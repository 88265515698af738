//! The documents that come with every host.

/// A ready document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Its name.
    pub name: &'static str,
    /// Its JSON.
    pub document: &'static str,
}

/// The ready documents, by name.
pub fn ready() -> &'static [Ready] {
    &[]
}
