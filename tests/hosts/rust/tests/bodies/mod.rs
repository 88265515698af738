//! Bodies made from the catalog's tables, sent to the emulated account: it takes what checking takes unless
//! the account's own state is against it, has afterwards what was sent, and refuses what checking refuses.

#[path = "../../../../../core/tests/generated_body/mod.rs"]
mod generated_body;

mod account;
mod fitting;
mod read_back;
mod reading;
mod refusals;
mod spoiling;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use account::Furnished;
use brightpearl_core::validate::{UnknownMembers, check};
use fitting::{Write, fit, path, writes};
use generated_body::{Generated, Source, generate};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

static ACCOUNT: LazyLock<Furnished> = LazyLock::new(account::furnish);

/// Every write of the catalog with the path that it is sent to.
static WRITES: LazyLock<Vec<(Write, String)>> = LazyLock::new(|| {
    let with_path = |write: Write| {
        let path =
            path(&write, &ACCOUNT.known).unwrap_or_else(|| panic!("{write}: the account has nothing for it"));
        (write, path)
    };
    writes().into_iter().map(with_path).collect()
});

/// The writes that the emulator knows.
fn known_writes() -> impl Iterator<Item = &'static (Write, String)> {
    WRITES.iter().filter(|(write, _)| !refusals::UNKNOWN.contains(&write.to_string().as_str()))
}

/// Those of them whose bodies are known well enough.
fn takeable_writes() -> impl Iterator<Item = &'static (Write, String)> {
    let is_never = |name: &str| refusals::NEVER_TAKEN.iter().any(|(never, _)| *never == name);
    known_writes().filter(move |(write, _)| !is_never(&write.to_string()))
}

/// A body that fits the account.
fn fitting_body(write: &Write, seed: u64) -> Generated {
    let mut source = Source::new(seed);
    let mut generated = generate(&write.operation.content, &mut source);
    fit(write, &mut generated, &ACCOUNT.known, &mut source);
    generated
}

/// The codes and texts of what an answer finds wrong, whatever their form.
fn errors(answer: &Value) -> Vec<(String, String)> {
    let mut lists: Vec<&Value> = vec![&answer["errors"]];
    if let Some(resources) = answer["response"]["resourceErrors"].as_object() {
        lists.extend(resources.values());
    }
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let one = |error: &Value| (text(error, "code"), text(error, "message"));
    lists.into_iter().filter_map(Value::as_array).flatten().map(one).collect()
}

/// Runs a property for so many seeds, the same ones every time: the lists of reasons are about them.
fn for_seeds(cases: u32, property: impl Fn(u64) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(&any::<u64>(), property) {
        panic!("{error}");
    }
}

#[test]
fn the_writes_that_the_emulator_does_not_know_are_listed() {
    let is_unknown = |(write, path): &&(Write, String)| {
        let (status, answer) = ACCOUNT.open().send(write.operation.method, path, "{}");
        status == 404 && answer.to_string().contains("Cannot find the resource /app")
    };
    let unknown: BTreeSet<String> =
        WRITES.iter().filter(is_unknown).map(|(write, _)| write.to_string()).collect();
    println!("{} of {} writes are known to the emulator", WRITES.len() - unknown.len(), WRITES.len());
    assert_eq!(unknown, refusals::UNKNOWN.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn a_right_body_is_taken_unless_the_state_is_against_it() {
    let mut taken = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut unexplained = BTreeSet::new();
    for (write, path) in takeable_writes() {
        let name = write.to_string();
        let seen = std::cell::RefCell::new((false, BTreeSet::new()));
        for_seeds(96, |seed| {
            let body = fitting_body(write, seed).json.to_string();
            check(path, write.operation.method, body.as_bytes(), UnknownMembers::Warn).expect("a right body");
            let (status, answer) = ACCOUNT.open().send(write.operation.method, path, &body);
            if status == 200 {
                seen.borrow_mut().0 = true;
                return Ok(());
            }
            let errors = errors(&answer);
            prop_assert!(!errors.is_empty(), "{name}: {status} {answer}\n{body}");
            for (code, message) in errors {
                let is_patch = code == "CMNC-044" || code == "CMNU-003";
                prop_assert!(status < 500 || is_patch, "{name}: {status} {code} {message}\n{body}");
                seen.borrow_mut().1.insert((code, message));
            }
            Ok(())
        });
        let (is_taken, refused) = seen.into_inner();
        if is_taken {
            taken.insert(name.clone());
        }
        for (code, message) in refused {
            match refusals::STATE.iter().position(|state| state.is(&name, &code, &message)) {
                Some(place) => drop(used.insert(place)),
                None => drop(unexplained.insert(format!("{name}: {code} {}", fitting::general(&message)))),
            }
        }
    }
    let unexplained: Vec<String> = unexplained.into_iter().collect();
    assert!(unexplained.is_empty(), "refused for no reason that is listed:\n{}", unexplained.join("\n"));
    let never: Vec<&Write> = takeable_writes()
        .map(|(write, _)| write)
        .filter(|write| !taken.contains(&write.to_string()))
        .collect();
    assert!(
        never.is_empty(),
        "never taken: {}",
        never.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    );
    let idle: Vec<_> = (0..refusals::STATE.len())
        .filter(|place| !used.contains(place))
        .map(|place| &refusals::STATE[place])
        .collect();
    assert!(idle.is_empty(), "reasons that did not come up: {idle:#?}");
    println!("{} writes taken", taken.len());
}

#[test]
fn what_was_taken_is_there() {
    let mut changed = BTreeSet::new();
    for reading in read_back::READINGS {
        let (write, path) =
            known_writes().find(|(write, _)| write.to_string() == reading.write).expect(reading.write);
        let compared = std::cell::RefCell::new(BTreeSet::new());
        let others = std::cell::RefCell::new(std::collections::BTreeMap::new());
        for_seeds(192, |seed| {
            let body = fitting_body(write, seed).json.to_string();
            let mut account = ACCOUNT.open();
            let (status, answer) = account.send(write.operation.method, path, &body);
            if status != 200 {
                return Ok(());
            }
            let sent: Value = serde_json::from_str(&body).unwrap();
            if !reading.concerns(&sent) {
                return Ok(());
            }
            let found = reading.read(&mut account, &ACCOUNT.known, &answer["response"]);
            for (sent_at, read_at) in reading.members {
                for (pointer, value, there) in reading::pairs(&sent, sent_at, &found, read_at) {
                    compared.borrow_mut().insert(*sent_at);
                    if !reading::alike(value, there) {
                        others.borrow_mut().insert(
                            *sent_at,
                            format!("{pointer} was sent as {value} and is read as {there}"),
                        );
                    }
                }
            }
            Ok(())
        });
        changed.extend(others.into_inner().into_values().map(|text| format!("{}: {text}", reading.write)));
        let compared = compared.into_inner();
        let missed: Vec<_> = reading.members.iter().filter(|(sent, _)| !compared.contains(sent)).collect();
        changed.extend(
            missed.into_iter().map(|missed| format!("{}: never compared: {missed:?}", reading.write)),
        );
    }
    let changed: Vec<String> = changed.into_iter().collect();
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn what_checking_refuses_the_emulator_refuses() {
    let (mut stricter, mut refused, mut used) = (BTreeSet::new(), 0, BTreeSet::new());
    for (write, path) in takeable_writes() {
        let name = write.to_string();
        let seen = std::cell::RefCell::new((BTreeSet::new(), 0));
        for_seeds(64, |seed| {
            let mut generated = fitting_body(write, seed);
            let right = generated.json.to_string();
            let Some(spoilt) = spoiling::spoil(&mut generated, &mut Source::new(!seed)) else {
                return Ok(());
            };
            let body = generated.json.to_string();
            let is_fine = check(path, write.operation.method, body.as_bytes(), UnknownMembers::Warn).is_ok();
            if is_fine {
                return Ok(());
            }
            let mut account = ACCOUNT.open();
            let (status, answer) = account.send(write.operation.method, path, &body);
            // What is refused leaves the account as it was, so that what is right can be told from what is spoilt.
            if status >= 400 && account.send(write.operation.method, path, &right).0 != 200 {
                return Ok(());
            }
            let mut seen = seen.borrow_mut();
            if status >= 400 {
                prop_assert!(!errors(&answer).is_empty(), "{name}: {status} {answer}\n{body}");
                seen.1 += 1;
            } else {
                seen.0.insert((spoilt.fault, fitting::general(&spoilt.pointer)));
            }
            Ok(())
        });
        let (accepted, count) = seen.into_inner();
        refused += count;
        for (fault, place) in accepted {
            match refusals::STRICTER.iter().position(|rule| rule.is(&name, fault, &place)) {
                Some(rule) => drop(used.insert(rule)),
                None => drop(stricter.insert(format!("{name}: {fault:?} {place}"))),
            }
        }
    }
    println!("{refused} spoilt bodies refused by both; {} reasons to be stricter", used.len());
    let stricter: Vec<String> = stricter.into_iter().collect();
    assert!(stricter.is_empty(), "{} taken by the emulator:\n{}", stricter.len(), stricter.join("\n"));
}
