//! An older version of a record in a later push does not overwrite a newer one that an earlier push has written.

use crate::small_account::{Account, Given, ORDERS, Ran, client, run};
use brightpearl_core::flow::compact_journal;
use brightpearl_core::operation::{Existing, Json, Push};
use serde_json::json;

/// A push of one order in one version.
fn pushed(version: &str, warehouse: u64, journal: &str, account: &mut Account) -> Ran {
    let mapping = ORDERS.replacen(r#""key": {"#, r#""key": {"newest": "updated", "#, 1);
    let record = json!({"number": "A", "updated": version, "warehouse": warehouse, "lines": [{}]});
    let push = Push {
        records: Some(vec![Json::new(record.to_string()).unwrap()]),
        journal: Some(journal.to_owned()),
        existing: Existing::Leave,
        ..Push::writing(mapping).unwrap()
    };
    run(client("").push(push).unwrap(), account, |_, _| Given::Own)
}

#[test]
fn an_older_version_is_skipped_with_the_newer_one_that_was_written() {
    for (newer, older) in [
        ("10", "9"),
        ("2026-05-04T10:00:01Z", "2026-05-04T12:00:00+02:00"),
        ("2026-05-04T10:00:01", "2026-05-04T10:00:00"),
    ] {
        let mut account = Account::new();
        let first = pushed(newer, 2, "", &mut account);
        assert_eq!(first.states(), ["created"]);
        for journal in [first.journal.clone(), compact_journal(&first.journal).unwrap()] {
            let second = pushed(older, 3, &journal, &mut account);
            assert_eq!((second.states(), second.sent.len()), (vec!["skipped"], 0), "{older}");
            let reason = second.outcomes[0].reason.as_deref().unwrap();
            assert!(reason.contains("newer version of it, ") && reason.contains("journal"), "{reason}");
        }
        assert_eq!(account.orders.len(), 1);
    }
}

#[test]
fn a_version_that_an_earlier_run_wrote_itself_is_skipped_once_a_newer_one_was_written() {
    let mut account = Account::new();
    let first = pushed("1", 2, "", &mut account);
    let second = pushed("2", 3, &first.journal, &mut account);
    assert_eq!(second.states(), ["unchanged"], "it is there, and to be left");
    let journal = first.journal + &second.journal;
    let third = pushed("1", 2, &journal, &mut account);
    assert_eq!((third.states(), third.sent.len()), (vec!["skipped"], 0));
    // The newest itself is done.
    assert_eq!(pushed("2", 3, &journal, &mut account).states(), ["unchanged"]);
}

#[test]
fn what_does_not_tell_which_is_older_is_not_written() {
    for (first, second, state) in [
        ("1", "2", "unchanged"),
        ("1", "1", "unchanged"),
        ("1.5", "1.2", "skipped"),
        ("1", "2026-05-04T10:00:00Z", "rejected"),
        ("1", "x", "rejected"),
        ("1", "", "rejected"),
    ] {
        let mut account = Account::new();
        let journal = pushed(first, 2, "", &mut account).journal;
        let second_push = pushed(second, 3, &journal, &mut account);
        assert_eq!(second_push.states(), [state], "{first} {second}");
        assert_eq!(account.orders[&1].warehouse, 2, "{first} {second}");
    }
}
