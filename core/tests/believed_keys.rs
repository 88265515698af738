//! Keys are compared in one way everywhere: in look-ups, in a window, in the journal, and for what is created for others.

use crate::small_account::{Account, Given, client, push_of, run};
use brightpearl_core::operation::Push;

#[test]
fn two_spellings_of_one_key_are_one_record() {
    for numbers in [&["S-1", "S-1 "][..], &[" S-1", "S-1", "S-2", "S-1\t"]] {
        for window in [200, 1] {
            let mut account = Account::new();
            let first =
                run(client("").push(Push { window, ..push_of(numbers) }).unwrap(), &mut account, |_, _| {
                    Given::Own
                });
            let distinct = if numbers.contains(&"S-2") { 2 } else { 1 };
            assert_eq!(account.orders.len(), distinct, "{window} {:?}", first.outcomes);
            let again = Push { journal: Some(first.journal), window, ..push_of(numbers) };
            let second = run(client("").push(again).unwrap(), &mut account, |_, _| Given::Own);
            let afresh = run(client("").push(push_of(numbers)).unwrap(), &mut account, |_, _| Given::Own);
            assert_eq!(account.orders.len(), distinct, "{window}");
            for ran in [first.outcomes, second.outcomes, afresh.outcomes] {
                assert!(ran.iter().all(|outcome| outcome.id.is_some()), "{window} {ran:?}");
            }
        }
    }
}

#[test]
fn a_doubt_is_of_the_key_however_it_is_spelled() {
    let mut account = Account::new();
    let call = client(r#","retry":{"max_attempts":1}"#).push(push_of(&["S-1"])).unwrap();
    // The host dies while the write is out: it is carried out after the next run has begun to look.
    let died = crate::small_account::run_for(call, &mut account, 2, |_, _| Given::Own);
    assert_eq!(account.orders.len(), 1);
    let held = std::mem::take(&mut account.orders);
    let push = Push { journal: Some(died.journal), ..push_of(&["S-1 "]) };
    let mut looks = 0;
    let next = run(client("").push(push).unwrap(), &mut account, |request, account| {
        looks += 1;
        if looks != 2 || !request.url.contains("-search") {
            return Given::Own;
        }
        let mut late = account.clone();
        late.orders = held.clone();
        Given::Instead(late.serve(request))
    });
    assert_eq!(next.states(), ["unchanged"], "{:?}", next.outcomes);
    assert_eq!(account.orders.len(), 0, "nothing is written beside what was under way");
}
