//! Countries by their codes of two and of three letters: Brightpearl takes both and answers one (API notes §1.8).

/// Every country as `GB GBR`, a line each: `tests/world-data` writes it.
const COUNTRIES: &str = include_str!("countries.txt");

/// Whether two codes name one country, in any case. Of a code that no list has nobody knows what it names: one of two
/// letters and one of three may then be the same.
pub(crate) fn may_be_one_country(one: &str, other: &str) -> bool {
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    let (two, three) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if !is_code(two, 2) || !is_code(three, 3) {
        return false;
    }
    let pairs = || COUNTRIES.lines().filter_map(|line| line.split_once(' '));
    let by_two = pairs().find(|(known, _)| known.eq_ignore_ascii_case(two));
    let by_three = pairs().find(|(_, known)| known.eq_ignore_ascii_case(three));
    match (by_two, by_three) {
        (Some(one), Some(other)) => one == other,
        // The one that is known has another code of the other's length.
        (Some(_), None) | (None, Some(_)) => false,
        (None, None) => [two, three].iter().all(|code| code.bytes().all(|byte| byte.is_ascii_uppercase())),
    }
}

fn is_code(text: &str, letters: usize) -> bool {
    text.len() == letters && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_and_three_name_one_country() {
        for (one, other) in
            [("GB", "GBR"), ("GBR", "GB"), ("gb", "GBR"), ("DE", "DEU"), ("FR", "fr"), ("XK", "XKX")]
        {
            assert!(may_be_one_country(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("GB", "USA"),
            ("FRA", "GB"),
            ("GB", "FR"),
            ("GBR", "FRA"),
            ("", "GBR"),
            ("1.", "1.0"),
            ("É", "GBR"),
            ("no", "yes"),
            ("ab", "abc"),
        ] {
            assert!(!may_be_one_country(one, other), "{one} {other}");
        }
    }

    #[test]
    fn the_list_is_whole() {
        let pairs: Vec<(&str, &str)> = COUNTRIES.lines().filter_map(|line| line.split_once(' ')).collect();
        assert!(pairs.len() > 240);
        assert!(pairs.iter().filter(|(two, three)| is_code(two, 2) && is_code(three, 3)).count() > 240);
    }
}
