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

/// The mark of a name: of its length, its first and its last characters.
#[inline]
pub(super) fn mark(name: &str) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = name.as_bytes();
    let ends = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from_le_bytes(*first).rotate_left(23) ^ u64::from_le_bytes(*last)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
    } else if let (Some(first), Some(middle), Some(last)) =
        (bytes.first(), bytes.get(bytes.len() / 2), bytes.last())
    {
        u64::from(*first) << 24 | u64::from(*middle) << 16 | u64::from(*last) << 8
    } else {
        0
    };
    ((ends ^ bytes.len() as u64).wrapping_mul(FACTOR) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::mark;

    #[test]
    fn names_of_records_are_told_apart_by_their_marks() {
        let mut marks: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        let names = "id sku zip tax note name city code rate price title email phone amount quantity total_tax \
                     total_tip total_price total_taxes taxes_included tax_lines tax_line line_items current_total_tax \
                     current_total_price current_total_discounts shipping_address billing_address first_name \
                     last_name address1 address2 province country province_code country_code created_at updated_at \
                     processed_at cancelled_at closed_at a b c ab ba abc bca abcd dcba abcde abcdefg abcdefgh";
        for name in names.split_whitespace().chain([""]) {
            marks.entry(mark(name)).or_default().push(name);
        }
        let alike: Vec<_> = marks.values().filter(|names| names.len() > 1).collect();
        assert!(alike.is_empty(), "{alike:?}");
    }
}
