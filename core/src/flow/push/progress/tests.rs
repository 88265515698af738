use super::*;
use crate::flow::State;
use crate::http::Method;

type Move = fn(&mut Progress) -> Result<()>;

/// Every step, and the stations from which it leads on.
const STEPS: [(Move, &[&str]); 16] = [
    (Progress::reopen, &["known from the journal"]),
    (Progress::clear_doubt, &["in doubt"]),
    (|progress| progress.look().map(drop), &["in doubt"]),
    (|progress| progress.take_look(true), &["looked for"]),
    (|progress| progress.read(7), &["open", "in doubt", "contested"]),
    (|progress| progress.take_read("{}".to_owned()), &["being read"]),
    (|progress| progress.read_again().map(drop), &["read"]),
    (|progress| progress.make_ready(request()), &["open", "read", "in doubt"]),
    (|progress| progress.make_ready_to_change([request()].into()), &["read"]),
    (|progress| progress.announce().map(drop), &["ready to be written"]),
    (|progress| progress.send().map(drop), &["announced"]),
    (Progress::take_back, &["being written"]),
    (|progress| progress.put_in_doubt(lost()), &["being written"]),
    (|progress| progress.contest(lost()), &["being written"]),
    (|progress| progress.go_on().map(drop), &["being written"]),
    (Progress::look_at_change, &["being written"]),
];

fn request() -> SingleRequest {
    SingleRequest::new(Method::Post, "order-service/sales-order")
}

fn lost() -> Error {
    Error::new(crate::Kind::Transport, "the connection was reset")
}

/// An entry that went this way.
fn after(known: Option<Known>, steps: &[Move]) -> Progress {
    let mut progress = Progress::new(known);
    steps.iter().for_each(|step| step(&mut progress).unwrap());
    progress
}

/// An entry at each station, and open ones for each reason that there is.
fn everywhere() -> Vec<(&'static str, Progress)> {
    let done = Done { state: State::Created, id: Some(7), line: 3 };
    let doubt = Some(Known::InDoubt { is_update: false });
    let [look, read, take_read]: [Move; 3] = [
        |progress| progress.look().map(drop),
        |progress| progress.read(7),
        |progress| progress.take_read("{}".to_owned()),
    ];
    let [ready, announce, send]: [Move; 3] = [
        |progress| progress.make_ready(request()),
        |progress| progress.announce().map(drop),
        |progress| progress.send().map(drop),
    ];
    let contest: Move = |progress| progress.contest(lost());
    vec![
        ("known from the journal", after(Some(Known::Done(done)), &[])),
        ("open", after(None, &[])),
        ("in doubt", after(doubt, &[])),
        ("contested", after(None, &[ready, announce, send, contest])),
        ("looked for", after(doubt, &[look])),
        ("being read", after(doubt, &[read])),
        ("read", after(doubt, &[read, take_read])),
        ("ready to be written", after(None, &[ready])),
        ("announced", after(None, &[ready, announce])),
        ("being written", after(None, &[ready, announce, send])),
        ("settled", after(None, &[|progress| progress.settle(false)])),
    ]
}

#[test]
fn a_step_leads_on_from_its_own_stations_and_is_refused_everywhere_else() {
    for (number, (step, stations)) in STEPS.into_iter().enumerate() {
        for (station, mut progress) in everywhere() {
            let before = progress.station.as_str();
            let result = step(&mut progress);
            assert_eq!(result.is_ok(), stations.contains(&station), "step {number} from {station}");
            if let Err(error) = result {
                assert_eq!(progress.station.as_str(), before, "step {number} from {station}");
                assert!(error.message().contains(before), "{error}");
            }
        }
    }
}

#[test]
fn everything_ends_once() {
    for (station, mut progress) in everywhere() {
        assert_eq!(progress.settle(true).is_ok(), station != "settled", "{station}");
        assert!(progress.is_settled());
        assert!(progress.settle(true).is_err());
    }
}

#[test]
fn a_doubt_stays_until_it_is_cleared_up() {
    let mut progress = Progress::new(None);
    for _ in 0..2 {
        progress.make_ready(request()).unwrap();
        progress.announce().unwrap();
        assert!(progress.doubt().is_none());
        progress.send().unwrap();
        assert!(progress.may_be_written());
        progress.put_in_doubt(lost()).unwrap();
        for looks in 0..3 {
            assert_eq!(progress.look().unwrap(), looks);
            assert!(progress.may_be_written());
            progress.take_look(true).unwrap();
        }
        progress.clear_doubt().unwrap();
        assert!(!progress.may_be_written());
    }
    assert!(progress.is_verified());
    assert!(progress.may_go_again());
}

#[test]
fn only_an_attempt_to_create_a_record_may_have_put_it_there() {
    let attempt = |progress: &mut Progress| {
        progress.announce().unwrap();
        progress.send().unwrap();
    };
    let mut taken = Progress::new(None);
    taken.make_ready(request()).unwrap();
    attempt(&mut taken);
    taken.contest(lost()).unwrap();
    // Somebody else's is found, and changed, perhaps.
    taken.read(7).unwrap();
    taken.take_read("{}".to_owned()).unwrap();
    taken.make_ready_to_change([request()].into()).unwrap();
    attempt(&mut taken);
    taken.put_in_doubt(lost()).unwrap();
    assert!(!taken.stands_in_its_own_way());

    let mut own = Progress::new(None);
    own.make_ready(request()).unwrap();
    attempt(&mut own);
    own.put_in_doubt(lost()).unwrap();
    own.clear_doubt().unwrap();
    own.make_ready(request()).unwrap();
    attempt(&mut own);
    own.contest(lost()).unwrap();
    assert!(own.stands_in_its_own_way());
}

#[test]
fn what_another_record_left_is_no_attempt_at_this_one() {
    let mut progress = Progress::new(None);
    progress.doubt_anothers();
    assert!(progress.doubt().is_some() && !progress.may_be_written());
    progress.trust_key();
    assert!(progress.doubt().is_none());
    let mut progress = Progress::new(Some(Known::InDoubt { is_update: false }));
    progress.doubt_anothers();
    progress.trust_key();
    assert_eq!(progress.doubt().map(|doubt| doubt.attempt), Some(Doubted::Creation));
}

#[test]
fn a_change_of_several_writes_is_one_attempt() {
    let steps: [Move; 2] = [|progress| progress.read(7), |progress| progress.take_read("{}".to_owned())];
    let mut change = after(None, &steps);
    change.make_ready_to_change([request(), request()].into()).unwrap();
    assert_eq!(change.pending(), Some((7, 0)));
    change.announce().unwrap();
    change.send().unwrap();
    assert!(change.go_on().unwrap());
    assert_eq!(change.pending(), Some((7, 1)));
    change.announce().unwrap();
    change.send().unwrap();
    assert!(!change.go_on().unwrap() && change.is_out());
    change.look_at_change().unwrap();
    assert!(change.is_changed() && change.may_go_again());
}
