//! Id sets as text: what is read, what is refused and in which words, what is written.

use brightpearl_core::{Error, IdSet, Kind};

fn parsed(text: &str) -> String {
    IdSet::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}")).to_string()
}

fn refused(text: &str) -> (String, String) {
    let error: Error = IdSet::parse(text).expect_err(text);
    assert_eq!(error.kind(), Kind::Validation, "{text:?}");
    (error.location().unwrap_or_default().to_owned(), error.message().to_owned())
}

#[test]
fn reads_every_form_that_occurs() {
    for (text, canonical) in [
        ("8", "8"),
        ("10-20", "10-20"),
        ("1,5-10,20", "1,5-10,20"),
        ("10-20.5,50-60.104", "5,10-20,50-60,104"),
        ("3,1,2", "1-3"),
        ("1-5,3-9,10", "1-10"),
        ("2-9,4", "2-9"),
        ("5-5", "5"),
        ("7,7,7", "7"),
        ("007,008", "7-8"),
        (" 1 ,\t2\n, 9", "1-2,9"),
        ("1-9000000000", "1-9000000000"),
        ("9223372036854775807", "9223372036854775807"),
        ("1-9223372036854775807", "1-9223372036854775807"),
    ] {
        assert_eq!(parsed(text), canonical, "{text:?}");
    }
}

#[test]
fn refuses_with_the_place_and_what_was_expected() {
    for (text, location, words) in [
        ("", "byte 0", "empty"),
        ("  ", "byte 0", "empty"),
        (",", "byte 0", "empty part"),
        ("1,,2", "byte 2", "empty part"),
        ("1,", "byte 2", "empty part"),
        (".1", "byte 0", "empty part"),
        ("0", "byte 0", "ids start at 1"),
        ("3,000", "byte 2", "ids start at 1"),
        ("0-4", "byte 0", "ids start at 1"),
        ("1-0", "byte 2", "ids start at 1"),
        ("5-1", "byte 0", "descending range 5-1, expected the lower id first: 1-5"),
        ("1, 9-2", "byte 3", "descending range 9-2"),
        ("a", "byte 0", "found \"a\""),
        ("12x", "byte 2", "found \"x\""),
        ("1 2", "byte 1", "found \" 2\""),
        ("1 - 2", "byte 1", "found \" - 2\""),
        ("+5", "byte 0", "found \"+5\""),
        ("1,٣", "byte 2", "found \"٣\""),
        ("-5", "byte 0", "two ends"),
        ("5-", "byte 0", "two ends"),
        ("-", "byte 0", "two ends"),
        ("1-2-3", "byte 0", "two ends"),
        ("9223372036854775808", "byte 0", "up to 9223372036854775807"),
        ("1,18446744073709551616", "byte 2", "up to 9223372036854775807"),
        ("7-99999999999999999999999", "byte 2", "up to 9223372036854775807"),
    ] {
        let (at, message) = refused(text);
        assert_eq!(at, location, "{text:?}: {message}");
        assert!(message.contains(words), "{text:?}: {message}");
    }
}

#[test]
fn shows_only_the_beginning_of_long_nonsense() {
    let (_, message) = refused(&"é".repeat(100_000));
    assert!(message.len() < 200, "{}", message.len());
    let (_, message) = refused(&"9".repeat(100_000));
    assert!(message.len() < 200, "{}", message.len());
}

#[test]
fn travels_through_json_as_text() {
    let ids = IdSet::parse("4,5,6,9").unwrap();
    let json = serde_json::to_string(&ids).unwrap();
    assert_eq!(json, r#""4-6,9""#);
    assert_eq!(serde_json::from_str::<IdSet>(&json).unwrap(), ids);

    let none = serde_json::to_string(&IdSet::new()).unwrap();
    assert_eq!(none, r#""""#);
    assert_eq!(serde_json::from_str::<IdSet>(&none).unwrap(), IdSet::new());

    let error = serde_json::from_str::<IdSet>(r#""5-1""#).unwrap_err();
    assert!(error.to_string().contains("descending range"), "{error}");
}

#[test]
fn refuses_ids_that_cannot_exist_wherever_they_come_from() {
    let error = IdSet::from_ids([4, 0]).unwrap_err();
    assert_eq!((error.kind(), error.location()), (Kind::Validation, Some("item 1")));
    let error = IdSet::from_ids([IdSet::HIGHEST + 1]).unwrap_err();
    assert_eq!(error.location(), Some("item 0"));
    let error = IdSet::from_ranges([1..=3, std::ops::RangeInclusive::new(9, 8)]).unwrap_err();
    assert_eq!(error.location(), Some("item 1"));
    let mut ids = IdSet::from_ids([3]).unwrap();
    assert!(ids.insert(0).is_err());
    assert!(ids.insert(u64::MAX).is_err());
    assert_eq!(ids.to_string(), "3");
}

/// Were any of these to hold an id at a time, it would end in memory or in hours.
#[test]
fn treats_a_huge_range_as_one_thing() {
    let all = IdSet::parse("1-9223372036854775807").unwrap();
    assert_eq!(all.len(), IdSet::HIGHEST);
    assert!(all.contains(IdSet::HIGHEST) && !all.contains(0) && !all.contains(u64::MAX));
    assert_eq!(all.iter().next_back(), Some(IdSet::HIGHEST));

    let mut holed = all.clone();
    assert!(holed.remove(5));
    assert_eq!(all.difference(&holed).to_string(), "5");
    assert_eq!(all.union(&holed), all);

    let (lower, upper) = all.halves().unwrap();
    assert_eq!(lower.len() - upper.len(), 1);
    assert_eq!(lower.union(&upper), all);

    let mut chunks = all.split(200, 2000);
    assert_eq!(chunks.next().unwrap().to_string(), "1-200");
    assert_eq!(chunks.next().unwrap().to_string(), "201-400");
    assert_eq!(chunks.remaining().to_string(), "401-9223372036854775807");
    assert_eq!(all.split(usize::MAX, usize::MAX).count(), 1);
}
