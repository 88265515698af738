//! How many decimal places currencies have (ISO 4217).

use crate::value::CurrencyCode;

/// Currencies with other than two, in order, each in a line of [`LINE`] bytes.
const MINOR_UNITS: &str = include_str!("minor_units.txt");
const LINE: usize = "JPY 0\n".len();

/// The decimal places of the minor unit; two unless the standard says otherwise.
pub(super) fn minor_places(currency: CurrencyCode) -> u32 {
    let code = currency.as_str().as_bytes();
    let (_, lines) = MINOR_UNITS.split_once('\n').unwrap_or_default();
    let (lines, _) = lines.as_bytes().as_chunks::<LINE>();
    let found = lines.binary_search_by(|line| line[..code.len()].cmp(code));
    found.map_or(2, |at| u32::from(lines[at][LINE - 2] - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_found() {
        let places = |code: &str| minor_places(CurrencyCode::parse(code).unwrap());
        let listed: Vec<_> = MINOR_UNITS.lines().filter_map(|line| line.split_once(' ')).skip(1).collect();
        assert!(listed.len() > 20 && listed.is_sorted());
        for (code, digits) in listed {
            assert_eq!(places(code).to_string(), digits, "{code}");
        }
        assert_eq!(
            [places("GBP"), places("AAA"), places("ZZZ"), places("JPY"), places("KWD")],
            [2, 2, 2, 0, 3]
        );
    }
}
