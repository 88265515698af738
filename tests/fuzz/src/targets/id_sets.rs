//! Id sets: parse, format, parse is stable; splitting and halving lose no id.

use brightpearl_core::IdSet;

pub fn fuzz(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut sets = text.split('|').filter_map(|text| IdSet::parse(text).ok());
    let Some(set) = sets.next() else { return };
    let written = set.to_string();
    if !set.is_empty() {
        let again = IdSet::parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
        assert_eq!(again, set);
        assert_eq!(again.to_string(), written);
    }
    assert_eq!(
        set.ranges().map(|range| range.end() - range.start() + 1).fold(0, u64::saturating_add),
        set.len()
    );
    if let Some((low, high)) = set.halves() {
        assert_eq!(low.union(&high), set);
        assert_eq!(low.len() + high.len(), set.len());
    }
    let chunks: Vec<IdSet> = set.split(200, 2_000).take(50).collect();
    for chunk in &chunks {
        assert!(!chunk.is_empty() && chunk.len() <= 200 && chunk.difference(&set).is_empty());
    }
    if let Some(other) = sets.next() {
        let both = set.union(&other);
        assert_eq!(both, other.union(&set));
        assert_eq!(both.difference(&other), set.difference(&other));
    }
}
