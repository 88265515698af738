//! That the simulation notices what it is there to notice: hosts and settings that are wrong on purpose.

use brightpearl_simulation::{Bug, Flow, Trace, simulate};

/// The promise that is broken first, with the seed.
fn first_broken(flow: Flow, bug: Bug) -> (u64, String) {
    let broken = (1..=2_000).find_map(|seed| {
        let verdict = simulate(flow, seed, Some(bug), &mut Trace::default());
        verdict.err().map(|promise| (seed, promise))
    });
    broken.expect("no seed notices it")
}

/// Whether a promise says that something is there more than once.
fn is_doubled(promise: &str) -> bool {
    ["doubled", "finds 2", "contacts", "arrived"].iter().any(|word| promise.contains(word))
}

#[test]
fn a_write_that_is_sent_again_without_a_look_is_noticed() {
    let (seed, promise) = first_broken(Flow::Push, Bug::LostIsTakenForUnsent);
    assert!(is_doubled(&promise), "{promise}");
    // It is the bug that is noticed, not the seed.
    assert_eq!(simulate(Flow::Push, seed, None, &mut Trace::default()), Ok(()));
}

#[test]
fn a_journal_that_is_lost_is_noticed() {
    let (seed, promise) = first_broken(Flow::Push, Bug::NoJournal);
    // A note that is shipped for the second time is refused.
    assert!(is_doubled(&promise) || promise.contains("not right to refuse"), "{promise}");
    assert_eq!(simulate(Flow::Push, seed, None, &mut Trace::default()), Ok(()));
}

#[test]
fn a_double_of_two_pushes_that_neither_tells_is_noticed() {
    let (seed, promise) = first_broken(Flow::Rivals, Bug::NoConfirmation);
    assert!(promise.contains("nobody told it"), "{promise}");
    assert_eq!(simulate(Flow::Rivals, seed, None, &mut Trace::default()), Ok(()));
}

#[test]
fn a_lease_that_one_push_ignores_is_noticed() {
    let (seed, promise) = first_broken(Flow::Rivals, Bug::LeaseIsIgnored);
    assert!(is_doubled(&promise), "{promise}");
    assert_eq!(simulate(Flow::Rivals, seed, None, &mut Trace::default()), Ok(()));
}

#[test]
fn a_pull_without_an_overlap_is_noticed() {
    let (seed, promise) = first_broken(Flow::Pull, Bug::NoOverlap);
    assert!(promise.contains("was pulled last as") || promise.contains("never pulled"), "{promise}");
    assert_eq!(simulate(Flow::Pull, seed, None, &mut Trace::default()), Ok(()));
}

/// Every fault of a host that receives webhooks, and what the promise says that it breaks.
#[test]
fn faults_of_hosts_that_receive_webhooks_are_noticed() {
    for (bug, words) in [
        (Bug::AnswersBeforeStoring, "was not read since"),
        (Bug::RefusalsAreRepeated, "is sent again"),
        (Bug::SettledBeforeRead, "was not read since"),
        (Bug::NoDeduplication, "handled before"),
        (Bug::OneReadEach, "more than once for one burst"),
        (Bug::DestroyedIsAnUpdate, "is null, and was read last as"),
        (Bug::NoClosingPull, "was handled last as"),
        (Bug::SilenceIsIgnored, "the silence was not told"),
    ] {
        let (seed, promise) = first_broken(Flow::Webhooks, bug);
        assert!(promise.contains(words), "{bug:?}, seed {seed}: {promise}");
        assert_eq!(simulate(Flow::Webhooks, seed, None, &mut Trace::default()), Ok(()), "{bug:?}");
    }
}

#[test]
fn a_seed_is_the_same_every_time() {
    for (flow, seed) in Flow::ALL.into_iter().flat_map(|flow| (1..=20).map(move |seed| (flow, seed))) {
        let trace = || {
            let mut trace = Trace::kept();
            simulate(flow, seed, None, &mut trace).unwrap();
            trace.lines()
        };
        assert_eq!(trace(), trace(), "{} {seed}", flow.as_str());
    }
}
