//! Names of members, and what tells most of them apart at once.

/// A name that is looked for among the members of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::mapping) struct MemberName {
    pub(super) text: String,
    pub(super) mark: u32,
}

impl MemberName {
    pub(in crate::mapping) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), mark: mark(text) }
    }

    pub(in crate::mapping) fn as_str(&self) -> &str {
        &self.text
    }

    /// What equal names have in common, and others hardly ever.
    pub(in crate::mapping) fn mark(&self) -> u32 {
        self.mark
    }
}

/// The mark of a name: of its first and its last characters.
pub(super) fn mark(name: &str) -> u32 {
    mark_within(name.as_bytes(), 0, name.len())
}

/// The mark of the name that stands between two places of a text.
#[inline]
pub(super) fn mark_within(text: &[u8], start: usize, end: usize) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let name = text.get(start..end).unwrap_or_default();
    let ends = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first).rotate_left(23) ^ u64::from_le_bytes(*last),
        (Some(_) | None, Some(_) | None) => {
            let word = match text.get(start..).and_then(|rest| rest.first_chunk()) {
                Some(word) => u64::from_le_bytes(*word),
                None => short_word(name),
            };
            // What stands behind a short name says nothing of it.
            word & !(u64::MAX << (8 * (name.len() & 7)))
        }
    };
    (ends.wrapping_mul(FACTOR) >> 32) as u32
}

/// Fewer bytes than a word has, as one.
#[cold]
fn short_word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{mark, mark_within};

    proptest! {
        #[test]
        fn a_name_has_the_same_mark_wherever_it_stands(before in ".{0,9}", name in ".{0,20}", behind in ".{0,9}") {
            let text = format!("{before}{name}{behind}");
            prop_assert_eq!(mark_within(text.as_bytes(), before.len(), before.len() + name.len()), mark(&name));
        }
    }

    #[test]
    fn names_of_records_are_told_apart_by_their_marks() {
        let mut marks: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        let names = "id sku zip tax note name city code rate price title email phone amount quantity total_tax \
                     total_tip total_price total_taxes taxes_included tax_lines tax_line line_items current_total_tax \
                     current_total_price current_total_price_set \
                     current_total_taxes_set current_total_discounts shipping_address billing_address first_name \
                     last_name address1 address2 province country province_code country_code created_at updated_at \
                     processed_at cancelled_at closed_at a b c ab ba abc bca abcd dcba abcde abcdefg abcdefgh";
        for name in names.split_whitespace().chain([""]) {
            marks.entry(mark(name)).or_default().push(name);
        }
        let alike: Vec<_> = marks.values().filter(|names| names.len() > 1).collect();
        assert!(alike.is_empty(), "{alike:?}");
    }
}
