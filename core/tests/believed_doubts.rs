//! A doubt lasts until it is settled: for the key, whichever record it was, and also when nothing is left of the record.

use crate::small_account::{Account, Given, Ran, client, push_of, push_of_records, run, run_for};
use brightpearl_core::operation::{Json, Push};
use brightpearl_core::{Kind, Method, Response};
use serde_json::json;

const NOTES: &str = r#"{"version": 1, "name": "addresses", "target": "contact-service/postal-address",
    "fields": [{"to": "/addressLine1", "from": "street"}, {"to": "/postalCode", "value": "BS1"},
               {"to": "/countryIsoCode", "value": "GBR"}]}"#;

fn pushed(account: &mut Account, push: Push) -> Ran {
    let ran = run(client("").push(push).unwrap(), account, |_, _| Given::Own);
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

fn with(journal: &str, push: Push) -> Push {
    Push { journal: Some(journal.to_owned()), ..push }
}

#[test]
fn the_newest_line_of_a_key_decides_whichever_record_it_was() {
    let record = |warehouse: u64| json!({"number": "A", "warehouse": warehouse, "lines": [{}]});
    let push = |warehouse| push_of_records(&[record(warehouse)]);
    let mut account = Account::new();
    let first = pushed(&mut account, push(2));
    let mut journal = first.journal;
    let second = pushed(&mut account, with(&journal, push(3)));
    assert_eq!(second.states(), ["unchanged"]);
    journal.push_str(&second.journal);
    let third = pushed(&mut account, with(&journal, push(2)));
    assert!(!third.outcomes[0].journaled, "what is there is looked at again: {:?}", third.outcomes);
    assert_eq!(third.states(), ["unchanged"]);
    // The same file over again is known from the journal.
    let all = || push_of(&["A", "B", "A"]);
    let mut account = Account::new();
    let first = pushed(&mut account, all());
    let again = pushed(&mut account, with(&first.journal, all()));
    assert!(again.sent.is_empty() && again.outcomes[0].journaled, "{:?}", again.sent);
    assert_eq!(again.states(), ["created", "created", "unchanged"]);
}

#[test]
fn what_was_announced_and_never_closed_is_told_though_its_record_is_gone_or_edited() {
    let push = |streets: &[&str]| {
        let records = streets.iter().map(|street| Json::new(json!({"street": street}).to_string()).unwrap());
        Push {
            records: Some(records.collect()),
            journal: Some(String::new()),
            ..Push::writing(NOTES).unwrap()
        }
    };
    let mut account = Account::new();
    let died = run_for(client("").push(push(&["1 Row"])).unwrap(), &mut account, 1, |_, _| Given::Own);
    let own = Given::After;
    for streets in [&[][..], &["1 Row, rear"], &["1 Row, rear", "2 Row"]] {
        let mut id = 7;
        let call = client("").push(with(&died.journal, push(streets))).unwrap();
        let next = run(call, &mut account, |request, account| {
            if request.url.contains("multi-message") {
                return Given::Own;
            }
            id += 1;
            own(account.response(200, format!(r#"{{"response":{id}}}"#)))
        });
        let untold: Vec<_> =
            next.outcomes.iter().filter(|outcome| outcome.record >= streets.len() as u64).collect();
        assert_eq!(untold.len(), 1, "{streets:?} {:?}", next.outcomes);
        assert_eq!(untold[0].state.as_str(), "maybe-applied");
        assert!(untold[0].reason.as_ref().unwrap().contains("an earlier run"), "{untold:?}");
    }
    let same =
        run(client("").push(with(&died.journal, push(&["1 Row"]))).unwrap(), &mut account, |_, _| Given::Own);
    assert_eq!(same.states(), ["maybe-applied"], "it is told once, of its own record");
}

#[test]
fn a_doubt_of_a_key_is_settled_by_any_record_of_it() {
    let record = |warehouse: u64| json!({"number": "A", "warehouse": warehouse, "lines": [{}]});
    let push = |warehouse| push_of_records(&[record(warehouse)]);
    let mut account = Account::new();
    let died = run_for(client("").push(push(2)).unwrap(), &mut account, 2, |_, _| Given::Own);
    assert_eq!(account.orders.len(), 1);
    let edited = pushed(&mut account, with(&died.journal, push(3)));
    assert_eq!((edited.states(), account.orders.len()), (vec!["unchanged"], 1), "{:?}", edited.outcomes);
    let journal = died.journal + &edited.journal;
    let none = pushed(&mut account, with(&journal, push_of(&[])));
    assert!(none.outcomes.is_empty(), "{:?}", none.outcomes);
}

#[test]
fn what_was_announced_behind_a_record_s_end_and_never_closed_opens_it_again() {
    let push =
        |warehouse: u64| push_of_records(&[json!({"number": "A", "warehouse": warehouse, "lines": [{}]})]);
    let mut account = Account::new();
    let mut journal = pushed(&mut account, push(2)).journal;
    let edited = pushed(&mut account, push(3)).journal;
    let what = edited.split_once(r#""what":""#).unwrap().1.split('"').next().unwrap();
    journal.push_str(&format!("{{\"write\":{{\"what\":\"{what}\",\"update\":true,\"key\":\"A\"}}}}\n"));
    let back = pushed(&mut account, with(&journal, push(2)));
    assert!(!back.outcomes[0].journaled, "it may have been changed since: {:?}", back.outcomes);
    assert_eq!((back.states(), account.orders.len()), (vec!["unchanged"], 1));
}

#[test]
fn what_the_journal_has_under_a_key_is_looked_for_again_where_a_search_lags_behind() {
    let push =
        |warehouse: u64| push_of_records(&[json!({"number": "A", "warehouse": warehouse, "lines": [{}]})]);
    for lags in 0..=3 {
        let mut account = Account::new();
        let first = pushed(&mut account, push(2));
        let mut behind = Account::new();
        let mut looks = 0;
        let edited =
            run(client("").push(with(&first.journal, push(3))).unwrap(), &mut account, |request, _| {
                looks += 1;
                if looks > lags { Given::Own } else { Given::Instead(behind.serve(request)) }
            });
        assert_eq!(
            (edited.states(), account.orders.len()),
            (vec!["unchanged"], 1),
            "{lags}: {:?}",
            edited.sent
        );
    }
    // What was deleted since is there once more when it was looked for often enough.
    let mut account = Account::new();
    let first = pushed(&mut account, push(2));
    account.orders.clear();
    let edited = pushed(&mut account, with(&first.journal, push(3)));
    assert_eq!((edited.states(), account.orders.len()), (vec!["created"], 1));
}

#[test]
fn a_line_that_was_torn_while_the_disk_was_full_costs_only_itself() {
    let mut account = Account::new();
    let first = pushed(&mut account, push_of(&["A", "B"]));
    let lines: Vec<&str> = first.journal.lines().collect();
    for torn in 1..lines.len() {
        for cut in [1, 9, lines[torn].len() - 1] {
            for feed in ["", "\n"] {
                let whole: String = lines[..torn].iter().map(|line| format!("{line}\n")).collect();
                let rest: String = lines[torn + 1..].iter().map(|line| format!("{line}\n")).collect();
                let journal = format!("{whole}{}{feed}{rest}", &lines[torn][..cut]);
                let mut there = account.clone();
                let next = pushed(&mut there, with(&journal, push_of(&["A", "B", "C"])));
                assert_eq!(there.orders.len(), 3, "{journal}");
                assert_eq!(next.outcomes.len(), 3, "{journal} {:?}", next.outcomes);
                let again = pushed(
                    &mut there,
                    with(&format!("{journal}{}", next.journal), push_of(&["A", "B", "C"])),
                );
                assert_eq!((there.orders.len(), again.outcomes.len()), (3, 3), "{journal}");
            }
        }
    }
}

#[test]
fn a_line_that_was_altered_is_refused_all_the_same() {
    let mut account = Account::new();
    let first = pushed(&mut account, push_of(&["A", "B"]));
    let altered = first.journal.replacen(r#""state":"created""#, r#""state":created"#, 1);
    let error = client("").push(with(&altered, push_of(&["A"]))).expect_err("a refusal");
    assert_eq!(error.kind(), Kind::Validation);
}

#[test]
fn what_this_run_has_created_behind_a_doubt_is_told_plainly() {
    let mut account = Account::new();
    // The host dies when the creation is out, which goes nowhere.
    let first =
        run_for(client("").push(push_of(&["A"])).unwrap(), &mut account, 2, |request, _| {
            match request.method {
                Method::Post => Given::Instead(Response::new(200, "{}")),
                _ => Given::Own,
            }
        });
    assert!(first.outcomes.is_empty() && account.orders.is_empty());
    let push = Push { journal: Some(first.journal), ..push_of(&["A"]) };
    let second = run(client("").push(push).unwrap(), &mut account, |_, _| Given::Own);
    assert_eq!((second.states(), account.orders.len()), (vec!["created"], 1));
    assert_eq!(second.outcomes[0].reason, None, "it was written and answered");
}
