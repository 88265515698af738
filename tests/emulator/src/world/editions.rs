//! Where the lists of the world's countries and currencies come from, as their heads tell.

/// By what the lists were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Editions {
    /// The countries of ISO 3166-1, such as `rust_iso3166 0.2.0`.
    pub countries: &'static str,
    /// The currencies of ISO 4217, such as `iso_currency 0.7.1`.
    pub currencies: &'static str,
}

/// By what the lists of this emulator were written. ISO numbers no editions of its lists; the crates do.
///
/// ```
/// assert!(brightpearl_emulator::editions().countries.contains(' '));
/// ```
pub fn editions() -> Editions {
    let source = |text: &'static str| {
        let behind = text.split_once(", by ").map_or("", |(_, rest)| rest);
        behind.split(';').next().unwrap_or_default()
    };
    Editions {
        countries: source(include_str!("countries.txt")),
        currencies: source(include_str!("currencies.txt")),
    }
}
