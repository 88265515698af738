use super::*;
use crate::error::{Delivery, Kind};

#[test]
fn what_was_created_a_moment_ago_is_remembered_and_the_rest_looked_up_again() {
    let group = Group {
        search: "order-service/order-search".into(),
        column: "customerRef".into(),
        by: Vec::new(),
        take: None,
    };
    let sought = |value: &str| Sought::new(group.clone(), value);
    let mut lookups = Lookups::default();
    for (minute, value, is_new) in [(0, "old", true), (11, "found", false), (11, "new", true)] {
        lookups.tell_time(HostTime::new(minute * 60_000));
        lookups.learn(&sought(value), 7, is_new);
    }
    lookups.note_absence(&sought("absent"));
    let now = lookups.now;
    lookups.table(&group).trim(now, 10);
    assert_eq!(["old", "found", "new"].map(|value| lookups.hits(&sought(value)).is_some()), [true; 3]);
    lookups.table(&group).trim(now, 3);
    let known = ["old", "found", "absent", "new"].map(|value| lookups.hits(&sought(value)).is_some());
    assert_eq!(known, [false, false, false, true]);
}

#[test]
fn ids_are_looked_up_in_sets_until_a_set_cannot_be_looked_up() {
    let orders = |column: &str| Group {
        search: "order-service/order-search".into(),
        column: column.into(),
        by: Vec::new(),
        take: None,
    };
    let wanted = |group: &Group, values: &[&str]| {
        let values: BTreeSet<Sought> = values.iter().map(|value| Sought::new(group.clone(), value)).collect();
        BTreeMap::from([(group.clone(), values)])
    };
    let mut lookups = Lookups::default();
    let ids = orders("orderId");
    let looks = lookups.plan(wanted(&ids, &["7", "008", "9", "12"]));
    assert_eq!(
        looks.iter().map(|look| look.search().filters).collect::<Vec<_>>(),
        [[("orderId".to_owned(), "7-9,12".to_owned())]]
    );
    // Of the key alone it is known that a row is all that there is of it.
    for (column, values) in [("parentOrderId", ["7", "8"]), ("customerRef", ["7", "8"])] {
        let looks = lookups.plan(wanted(&orders(column), &values));
        assert!(matches!(&looks[..], [Look::Whole(_, 2)]), "{column} {looks:?}");
    }
    assert!(matches!(&lookups.plan(wanted(&ids, &["7"]))[..], [Look::One(_)]));
    let many: Vec<String> = (0..600_u64).map(|number| (number * 3 + 1).to_string()).collect();
    let many = lookups.plan(wanted(&ids, &many.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(many.len(), 2, "a set fits into a page and into a request");
    // What was found of a set before it failed is not believed, nor is what was not found.
    lookups.learn(&Sought::new(ids.clone(), "7"), 7, false);
    lookups.failed(&looks[0], &Error::misuse("it takes no sets"));
    let hits = |lookups: &Lookups, id: &str| lookups.hits(&Sought::new(ids.clone(), id)).map(<[Hit]>::len);
    assert_eq!((hits(&lookups, "7"), hits(&lookups, "8")), (None, None));
    assert_eq!(
        lookups
            .plan(wanted(&ids, &["7", "8"]))
            .iter()
            .filter(|look| matches!(look, Look::Several(..)))
            .count(),
        0
    );
    let mut lookups = Lookups::default();
    lookups.learn(&Sought::new(ids.clone(), "7"), 7, false);
    lookups.finished(&looks[0]);
    assert_eq!((hits(&lookups, "7"), hits(&lookups, "12"), hits(&lookups, "13")), (Some(1), Some(0), None));
}

fn group(column: &str) -> Group {
    Group { search: "order-service/order-search".into(), column: column.into(), by: Vec::new(), take: None }
}

#[test]
fn what_a_row_has_without_an_id_is_not_absent_in_the_next_window_either() {
    let sought = Sought::new(group("customerRef"), "INV-7");
    let ids = IdSet::from_ids([7, 8]).unwrap();
    let looks = [
        (Look::One(sought.clone()), sought.clone()),
        (Look::Whole(sought.group.clone(), 2), sought),
        (Look::Several(group("orderId"), ids), Sought::new(group("orderId"), "7")),
    ];
    for (look, sought) in looks {
        let mut lookups = Lookups::default();
        lookups.table(&sought.group).nameless.insert(sought.normal().to_owned());
        lookups.finished(&look);
        assert!(lookups.obstacle(&sought).is_some(), "{look:?}");
        assert_eq!(lookups.hits(&sought), None, "{look:?}");
        lookups.end_window();
        assert_eq!((lookups.obstacle(&sought), lookups.hits(&sought)), (None, None), "{look:?}");
    }
}

#[test]
fn a_set_that_does_not_get_through_is_not_asked_for_one_by_one() {
    let look = Look::Several(group("orderId"), IdSet::from_ids([7, 8]).unwrap());
    let mut lookups = Lookups::default();
    let error = Error::new(Kind::Unavailable, "no answer").with_delivery(Delivery::NotSent);
    lookups.failed(&look, &error);
    let seven = Sought::new(group("orderId"), "7");
    assert!(lookups.obstacle(&seven).is_some_and(|reason| reason.contains("no answer")));
    lookups.end_window();
    let values = [seven, Sought::new(group("orderId"), "8")];
    let looks = lookups.plan(BTreeMap::from([(group("orderId"), BTreeSet::from(values))]));
    assert_eq!(looks, [look], "the next window asks for the set again");
}
