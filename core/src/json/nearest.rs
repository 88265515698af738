//! What a misspelt name most likely meant.

/// The known name that this one most likely is a slip of: the same but for capitals, or one or two letters
/// away. A name that only begins with a known one, or the other way round, is more likely another name.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .filter_map(|candidate| distance(name, candidate).map(|distance| (distance, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters are wrong; `None` when it is too many for a slip.
fn distance(name: &str, candidate: &str) -> Option<usize> {
    if name.eq_ignore_ascii_case(candidate) {
        return Some(0);
    }
    // Short names are near to everything.
    let allowed = if candidate.len() < 6 { 1 } else { 2 };
    let extends = name.starts_with(candidate) || candidate.starts_with(name);
    if extends || name.len().abs_diff(candidate.len()) > allowed || candidate.len() < 4 {
        return None;
    }
    let wrong = edits(name.as_bytes(), candidate.as_bytes());
    (wrong <= allowed).then_some(wrong)
}

/// Levenshtein's distance, row by row.
fn edits(name: &[u8], candidate: &[u8]) -> usize {
    let mut previous: Vec<usize> = (0..=candidate.len()).collect();
    for (row, letter) in name.iter().enumerate() {
        let mut current = Vec::with_capacity(previous.len());
        current.push(row + 1);
        for (place, other) in candidate.iter().enumerate() {
            let replaced = previous[place] + usize::from(letter != other);
            let dropped = previous[place + 1] + 1;
            let added = current[place] + 1;
            current.push(replaced.min(dropped).min(added));
        }
        previous = current;
    }
    previous.last().copied().unwrap_or(name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_leaves_other_names_alone() {
        let known = ["customerRef", "externalRef", "ref", "sku"];
        assert_eq!(nearest("customerref", known), Some("customerRef"));
        assert_eq!(nearest("custmerRef", known), Some("customerRef"));
        assert_eq!(nearest("extrenalRef", known), Some("externalRef"));
        for other in ["externalRefs", "rex", "quantity", "", "Ärger"] {
            assert_eq!(nearest(other, known), None, "{other}");
        }
    }
}
