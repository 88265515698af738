//! Id sets against a plain ordered set, and against exhaustive search for what must be minimal.

use std::collections::BTreeSet;

use brightpearl_core::IdSet;
use proptest::collection::vec;
use proptest::prelude::*;

/// Dense enough for runs, and around the powers of ten where text grows.
fn ids() -> impl Strategy<Value = Vec<u64>> {
    let id = prop_oneof![
        4 => 1_u64..=130,
        2 => 985_u64..=1015,
        1 => IdSet::HIGHEST - 5..=IdSet::HIGHEST,
    ];
    vec(id, 0..80)
}

fn set(ids: &[u64]) -> IdSet {
    IdSet::from_ids(ids.iter().copied()).unwrap()
}

fn model(ids: &[u64]) -> BTreeSet<u64> {
    ids.iter().copied().collect()
}

fn assert_same(ids: &IdSet, model: &BTreeSet<u64>) {
    assert!(ids.iter().eq(model.iter().copied()), "{ids:?} is not {model:?}");
    // Equality and text rest on this: ranges as long as they can be.
    let ranges: Vec<_> = ids.ranges().collect();
    assert!(ranges.windows(2).all(|pair| pair[0].end() + 1 < *pair[1].start()), "{ids:?}");
}

fn text_of_run(run: &[u64]) -> usize {
    match run {
        [only] => only.to_string().len(),
        [first, .., last] => format!("{first}-{last}").len(),
        [] => 0,
    }
}

/// The length of the shortest text among all ways to write the ids as ascending disjoint ranges.
fn shortest_text(ids: &[u64]) -> usize {
    let mut shortest = vec![0];
    for end in 1..=ids.len() {
        let best = (0..end)
            .rev()
            .take_while(|&start| ids[end - 1] - ids[start] == (end - 1 - start) as u64)
            .map(|start| shortest[start] + usize::from(start > 0) + text_of_run(&ids[start..end]))
            .min();
        shortest.push(best.unwrap());
    }
    shortest[ids.len()]
}

/// The fewest stretches of the ascending ids of which each is legal.
fn fewest_chunks(ids: &[u64], limit: usize, max_text: usize) -> usize {
    let mut fewest = vec![0];
    for end in 1..=ids.len() {
        let best = (0..end)
            .filter(|&start| is_legal(&ids[start..end], limit, max_text))
            .map(|start| fewest[start] + 1)
            .min();
        fewest.push(best.unwrap());
    }
    fewest[ids.len()]
}

fn is_legal(chunk: &[u64], limit: usize, max_text: usize) -> bool {
    chunk.len() == 1 || chunk.len() <= limit && shortest_text(chunk) <= max_text
}

proptest! {
    #[test]
    fn text_round_trips(ids in ids()) {
        prop_assume!(!ids.is_empty());
        let ids = set(&ids);
        prop_assert_eq!(IdSet::parse(&ids.to_string()).unwrap(), ids);
    }

    #[test]
    fn text_is_the_shortest(ids in ids()) {
        let ids = set(&ids);
        let listed: Vec<u64> = ids.iter().collect();
        prop_assert_eq!(ids.to_string().len(), shortest_text(&listed));
    }

    #[test]
    fn parsing_reads_any_order_and_both_separators(
        parts in vec((1_u64..60, 0_u64..9, any::<bool>(), "[ \t]{0,2}"), 1..30),
    ) {
        let mut expected = BTreeSet::new();
        let mut text = String::new();
        for (first, more, dot, space) in &parts {
            if !text.is_empty() {
                text.push(if *dot { '.' } else { ',' });
            }
            text += &format!("{space}{first}-{}{space}", first + more);
            expected.extend(*first..=first + more);
        }
        assert_same(&IdSet::parse(&text).unwrap(), &expected);
    }

    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        let _ = IdSet::parse(&text);
    }

    #[test]
    fn parsing_near_misses_never_panics_and_what_it_takes_round_trips(text in "[0-9,.\\- a]{0,40}") {
        if let Ok(ids) = IdSet::parse(&text) {
            prop_assert!(!ids.is_empty());
            prop_assert_eq!(IdSet::parse(&ids.to_string()).unwrap(), ids);
        }
    }

    #[test]
    fn behaves_like_a_set(ids in ids(), more in ids()) {
        let (left, right) = (set(&ids), set(&more));
        let (left_model, right_model) = (model(&ids), model(&more));
        assert_same(&left, &left_model);
        prop_assert_eq!(left.len(), left_model.len() as u64);
        prop_assert_eq!(left.is_empty(), left_model.is_empty());
        prop_assert_eq!(left.first(), left_model.first().copied());
        prop_assert_eq!(left.last(), left_model.last().copied());
        for id in 0..140 {
            prop_assert_eq!(left.contains(id), left_model.contains(&id));
        }
        assert_same(&left.union(&right), &(&left_model | &right_model));
        assert_same(&left.difference(&right), &(&left_model - &right_model));
        prop_assert_eq!(&IdSet::from_ranges(left.ranges()).unwrap(), &left);
    }

    #[test]
    fn inserts_and_removes_like_a_set(steps in vec((any::<bool>(), 1_u64..40), 0..120)) {
        let mut ids = IdSet::new();
        let mut model = BTreeSet::new();
        for (insert, id) in steps {
            if insert {
                prop_assert_eq!(ids.insert(id).unwrap(), model.insert(id));
            } else {
                prop_assert_eq!(ids.remove(id), model.remove(&id));
            }
            assert_same(&ids, &model);
        }
    }

    #[test]
    fn splits_into_the_fewest_legal_chunks(ids in ids(), limit in 0_usize..40, max_text in 0_usize..40) {
        let ids = set(&ids);
        let limit_in_force = limit.max(1);
        let mut rest = ids.split(limit, max_text);
        let mut seen = BTreeSet::new();
        let mut count = 0;
        while let Some(chunk) = rest.next() {
            count += 1;
            prop_assert!((1..=limit_in_force as u64).contains(&chunk.len()), "{:?}", chunk);
            prop_assert!(chunk.len() == 1 || chunk.to_string().len() <= max_text, "{:?}", chunk);
            prop_assert!(seen.last() < chunk.first().as_ref(), "{:?} after {:?}", chunk, seen.last());
            seen.extend(chunk.iter());
            assert_same(&chunk.union(&rest.remaining()), &ids.iter().filter(|id| *id >= chunk.first().unwrap()).collect());
        }
        prop_assert!(rest.next().is_none() && rest.remaining().is_empty());
        assert_same(&ids, &seen);
        let listed: Vec<u64> = ids.iter().collect();
        prop_assert_eq!(count, fewest_chunks(&listed, limit_in_force, max_text));
    }

    #[test]
    fn halves_are_the_whole(ids in ids()) {
        let ids = set(&ids);
        match ids.halves() {
            None => prop_assert!(ids.len() < 2),
            Some((lower, upper)) => {
                prop_assert!(lower.last() < upper.first());
                prop_assert!(lower.len() == upper.len() || lower.len() == upper.len() + 1);
                prop_assert_eq!(lower.union(&upper), ids);
            }
        }
    }
}

/// Filling the first chunk (`1-9`) would leave `10` and `11` to a chunk each.
#[test]
fn cuts_early_where_that_saves_a_chunk() {
    let ids = IdSet::parse("1-11").unwrap();
    let chunks: Vec<String> = ids.split(9, 4).map(|chunk| chunk.to_string()).collect();
    assert_eq!(chunks, ["1-8", "9-11"]);
}
