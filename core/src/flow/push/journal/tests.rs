use proptest::prelude::*;

use super::*;
use crate::json::Unwritable;
use crate::operation::{Existing, Push};

fn scope() -> JournalScope {
    let push = Push::writing("{}").unwrap();
    JournalScope::of(&push, "acme", "orders", true)
}

fn read(text: &str) -> Result<Journal> {
    Journal::read(text, &scope())
}

fn created(line: u64) -> Known {
    Known::Done(Done { state: State::Created, id: Some(7), line })
}

fn written() -> String {
    let mut journal = read("").unwrap();
    journal.announce("a", false, Some("k"), None);
    journal.announce("b", false, Some("l"), None);
    journal.close("a", ClosingWord::of(DoneState::Created, Some(7)));
    journal.announce("c", true, None, None);
    journal.close("c", ClosingWord::of(DoneState::NotWritten, None));
    journal.take_lines().unwrap().unwrap()
}

#[test]
fn what_was_announced_is_in_doubt_until_it_is_closed() {
    let journal = read(&written()).unwrap();
    assert_eq!(journal.known("a"), Some(created(3)));
    assert_eq!(journal.known("b"), Some(Known::InDoubt { is_update: false }));
    assert_eq!(journal.known("c"), None);
    assert_eq!(journal.doubtful_keys(), BTreeSet::from(["l".to_owned()]));
}

#[test]
fn a_journal_can_be_cut_off_at_any_byte_and_gone_on_with() {
    let whole = written();
    for end in 0..=whole.len() {
        let mut text = whole[..end].to_owned();
        let mut journal = read(&text).unwrap();
        journal.announce("d", false, None, None);
        text.push_str(&journal.take_lines().unwrap().unwrap());
        let again = read(&text).unwrap();
        assert_eq!(again.known("d"), Some(Known::InDoubt { is_update: false }), "{text}");
        // Whatever was whole before the cut is still known.
        if whole[..end].contains("\"state\":\"created\",\"id\":7}}\n") {
            assert_eq!(again.known("a"), Some(created(3)));
        }
    }
}

#[test]
fn a_line_that_was_altered_is_named() {
    let altered = written().replace("\"what\":\"b\"", "\"what\":b");
    assert_eq!(read(&altered).unwrap_err().location(), Some("journal line 3"));
    assert!(Journal::read(&written(), &JournalScope { account: "other".into(), ..scope() }).is_err());
    assert!(Journal::read(&written(), &JournalScope { mapping: "contacts".into(), ..scope() }).is_err());
}

#[test]
fn a_journal_belongs_to_the_content_of_a_document_and_to_its_options() {
    let push = |document: &str| JournalScope::of(&Push::writing(document).unwrap(), "acme", "orders", true);
    let of = |scope: &JournalScope| Journal::read("", scope).unwrap().take_lines().unwrap().unwrap();
    let text = of(&push(r#"{"a": 1, "b": [2]}"#));
    assert!(Journal::read(&text, &push("{\"b\":[2],\n\"a\" :1}")).is_ok());
    let error = Journal::read(&text, &push(r#"{"a": 1, "b": [3]}"#)).unwrap_err();
    assert!(error.message().contains("has changed") && error.message().contains("`renew`"), "{error}");
    assert_eq!(error.location(), Some("journal line 1"));
    let other = JournalScope { existing: Existing::Leave, ..push(r#"{"a":1,"b":[2]}"#) };
    let error = Journal::read(&text, &other).unwrap_err();
    assert!(error.message().contains(r#"`existing` was "update" and is "leave""#), "{error}");
    // A run that went on all the same is the one that counts.
    let renewed = text.clone() + &of(&other);
    assert!(Journal::read(&renewed, &other).is_ok());
    assert!(Journal::read(&renewed, &push(r#"{"a":1,"b":[2]}"#)).is_err());
    assert!(
        Journal::read("{\"push\":{\"version\":1,\"account\":\"acme\",\"mapping\":\"orders\"}}\n", &other)
            .is_ok()
    );
}

#[test]
fn a_renewed_journal_believes_its_doubts_and_nothing_that_can_be_found() {
    let name = Names::default().name(b"{}");
    let mut journal = read("").unwrap();
    for what in [name.as_str(), "contact of ada"] {
        journal.announce(what, false, Some("k"), None);
        journal.close(what, ClosingWord::of(DoneState::Created, Some(7)));
    }
    journal.announce("b", false, Some("l"), None);
    let text = journal.take_lines().unwrap().unwrap();
    let renewed = JournalScope { document: "other".into(), renew: true, ..scope() };
    let journal = Journal::read(&text, &renewed).unwrap();
    assert_eq!(journal.known(&name), None);
    assert!(matches!(journal.known("contact of ada"), Some(Known::Done(_))));
    assert_eq!(journal.known("b"), Some(Known::InDoubt { is_update: false }));
    let blind = JournalScope { finds_records: false, ..renewed };
    assert!(matches!(Journal::read(&text, &blind).unwrap().known(&name), Some(Known::Done(_))));
}

#[test]
fn another_file_is_no_journal() {
    for other in ["id,sku\n1,MUG\n", "{\"id\":1}\n{\"id\":2}\n", "{\"id\":1}", "[]\n", "hello"] {
        assert_eq!(read(other).unwrap_err().location(), Some("journal line 1"), "{other}");
    }
}

#[test]
fn equal_records_have_names_of_their_own() {
    let mut names = Names::default();
    let (one, two, three) = (names.name(b"{}"), names.name(b" {}\n"), names.name(b"[]"));
    assert_eq!(two, format!("{one}-2"));
    assert_ne!(one, three);
    let mut again = Names::default();
    assert_eq!(again.name(b"{}"), one);
}

#[test]
fn a_line_that_cannot_be_written_is_an_error_and_no_empty_line() {
    let mut journal = read("").unwrap();
    journal.add(&Unwritable);
    journal.announce("a", false, None, None);
    let error = journal.take_lines().unwrap_err();
    assert!(error.message().starts_with("a line of the journal cannot be written"), "{error}");
    let lines = journal.take_lines().unwrap().unwrap();
    assert!(lines.lines().count() == 2 && lines.lines().all(|line| line.starts_with('{')), "{lines}");
}

#[test]
fn a_journal_can_be_read_in_any_parts() {
    let text = written() + "\n" + &written()[..40];
    for size in 1..60 {
        let mut book = JournalBook::new();
        text.as_bytes().chunks(size).for_each(|part| book.read(part).unwrap());
        let journal = Journal::of(book, &scope()).unwrap();
        assert_eq!(journal.known("a"), Some(created(3)));
        assert!(journal.lines.starts_with("\n{"), "the last line was cut off");
    }
    let mut book = JournalBook::new();
    assert_eq!(book.read(b"[]\n").unwrap_err().location(), Some("journal line 1"));
    assert!(book.read(b"\n").is_err() && Journal::of(book, &scope()).is_err());
}

#[test]
fn a_last_line_that_lacks_its_line_feed_alone_is_not_forgotten() {
    let text = written();
    let whole = text.lines().take(4).collect::<Vec<_>>().join("\n");
    let journal = read(&whole).unwrap();
    assert_eq!(journal.known("a"), Some(created(3)));
    assert!(journal.lines.starts_with('\n'), "its line feed is still to be written");
    let torn = read(&whole[..whole.len() - 1]).unwrap();
    assert_eq!(
        torn.known("a"),
        Some(Known::InDoubt { is_update: false }),
        "a line that is cut off says nothing"
    );
}

#[test]
fn a_key_that_was_created_by_other_rules_is_there_all_the_same() {
    let name = Names::default().name(b"{}");
    let mut journal = read("").unwrap();
    journal.announce(&name, false, Some("k"), None);
    journal.close(&name, ClosingWord::of(DoneState::Created, Some(7)));
    let text = journal.take_lines().unwrap().unwrap();
    let renewed = JournalScope { document: "other".into(), renew: true, ..scope() };
    let journal = Journal::read(&text, &renewed).unwrap();
    assert_eq!((journal.known(&name), journal.newest("k")), (None, None));
    assert!(journal.has_under("k"), "a search that lags must not make a second one of it");
}

#[test]
fn a_compaction_keeps_one_line_of_what_is_done() {
    let mut journal = read("").unwrap();
    for number in 0..5_001 {
        let what = Names::default().name(format!("{number}").as_bytes());
        journal.announce(&what, false, Some(&number.to_string()), None);
        journal.close(&what, ClosingWord::of(DoneState::Created, Some(number)));
    }
    let text = journal.take_lines().unwrap().unwrap();
    let mut book = JournalBook::new();
    book.read(text.as_bytes()).unwrap();
    assert!(book.is_worth_compacting());
    let short = compact_journal(&text).unwrap();
    assert_eq!(short.lines().count(), 5_002);
    let mut book = JournalBook::new();
    book.read(short.as_bytes()).unwrap();
    assert!(!book.is_worth_compacting());
    assert!(compact_journal("{\"id\":1}\n").is_err());
    assert_eq!(compact_journal("").as_deref(), Ok(""));
}

#[test]
fn what_closes_an_announcement_without_a_key_says_nothing_of_an_earlier_ones() {
    let b = Names::default().name(b"b");
    let done = |what: &str, state| JournalLine::Done {
        what: what.to_owned(),
        state,
        id: None,
        key: None,
        version: None,
        confirm: false,
    };
    let write = |key: Option<&str>| {
        let key = key.map(str::to_owned);
        JournalLine::Write { what: b.clone(), update: false, key, path: None }
    };
    let a = JournalLine::Done {
        what: Names::default().name(b"a"),
        state: DoneState::Created,
        id: None,
        key: Some("k".into()),
        version: None,
        confirm: false,
    };
    let lines = [a, write(Some("k")), write(None), done("reference c", DoneState::Created)];
    let lines = lines.into_iter().chain([done(&b, DoneState::NotWritten)]);
    let head =
        r#"{"push":{"version":1,"account":"acme","mapping":"orders","document":"one","existing":"update"}}"#;
    let lines = lines.map(|line| serde_json::to_string(&line).unwrap() + "\n");
    let text = format!("{head}\n{}", lines.collect::<String>());
    let short = compact_journal(&text).unwrap();
    assert_eq!(view(&short, "one", true), view(&text, "one", true), "{short}");
    assert!(compact_journal(&short).unwrap().lines().count() <= short.lines().count());
}

#[test]
fn what_a_run_has_created_is_unconfirmed_until_that_run_says_that_it_looked() {
    let mut first = read("").unwrap();
    first.announce("a", false, Some("k"), None);
    first.close("a", ClosingWord { confirm: true, ..ClosingWord::of(DoneState::Created, Some(7)) });
    let text = first.take_lines().unwrap().unwrap();
    let mut second = read(&text).unwrap();
    assert!(second.is_unconfirmed("a"), "the first run was cut off");
    second.close("b", ClosingWord { confirm: true, ..ClosingWord::of(DoneState::Created, Some(8)) });
    second.confirm();
    let text = text + &second.take_lines().unwrap().unwrap();
    let third = read(&text).unwrap();
    assert_eq!((third.is_unconfirmed("a"), third.is_unconfirmed("b")), (true, false));
    assert!(read(&compact_journal(&text).unwrap()).unwrap().is_unconfirmed("a"));
}

/// Lines of journals as runs by two documents leave them, and as they should not.
fn any_lines() -> impl Strategy<Value = String> {
    let of = |document: &str| Head {
        version: 1,
        account: "acme".into(),
        mapping: "orders".into(),
        document: Some(document.into()),
        existing: Some(Existing::Update),
    };
    // A document gives each record its key, and what is created for others has none.
    let key_of = |document: usize, what: usize| ["k", "k", "", "l", "", ""][3 * document + what];
    let name = |what: usize| match what {
        0 => Names::default().name(b"a"),
        1 => Names::default().name(b"b"),
        _ => "reference c".to_owned(),
    };
    let step = (0..13_usize, 0..3_usize, any::<bool>(), prop::option::of(1..3_u64));
    prop::collection::vec(step, 0..16).prop_map(move |steps| {
        let mut document = 0;
        let mut lines = vec![JournalLine::Push(of("one"))];
        for (kind, what, flag, id) in steps {
            let key = Some(key_of(document, what).to_owned()).filter(|key| !key.is_empty());
            let done = |state| JournalLine::Done {
                what: name(what),
                state,
                id,
                key: key.clone().filter(|_| flag),
                version: id.map(|id| id.to_string()),
                confirm: state == DoneState::Created && id == Some(2),
            };
            lines.push(match kind {
                0 => {
                    document = 1 - document;
                    JournalLine::Push(of(["one", "two"][document]))
                }
                1..=5 => JournalLine::Write {
                    what: name(what),
                    update: flag,
                    key,
                    path: id.map(|id| format!("note/{id}")),
                },
                6 | 7 => done(DoneState::Created),
                8 => done(DoneState::Unchanged),
                9 => JournalLine::Confirmed {},
                _ => done(DoneState::NotWritten),
            });
        }
        lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect()
    })
}

/// What a run by that document makes of a journal.
fn view(text: &str, document: &str, finds_records: bool) -> Vec<String> {
    let scope = JournalScope { document: document.into(), renew: true, finds_records, ..scope() };
    let journal = Journal::read(text, &scope).unwrap();
    let whats = ["a", "b"].map(|what| Names::default().name(what.as_bytes()));
    let whats: Vec<&str> = whats.iter().map(String::as_str).chain(["reference c"]).collect();
    let lineless = |done: Done| (done.state, done.id);
    let mut said = vec![format!("{:?} {:?}", journal.open(), journal.doubtful_keys())];
    said.extend(whats.iter().map(|what| format!("{:?}", journal.open_path(what))));
    for what in &whats {
        said.push(match journal.known(what) {
            Some(Known::Done(done)) => format!("{:?}", lineless(done)),
            other => format!("{other:?}"),
        });
        said.push(format!("unconfirmed: {}", journal.is_unconfirmed(what)));
    }
    for key in ["k", "l"] {
        said.push(format!(
            "{:?} {} {:?}",
            journal.version(key),
            journal.has_under(key),
            journal.newest(key).map(lineless)
        ));
        // Which records are not the last that is said of the key.
        let is_older = |what: &&str| match journal.known(what) {
            Some(Known::Done(done)) => journal.has_under(key) && journal.newer(key, done.line).is_some(),
            Some(Known::InDoubt { .. }) | None => false,
        };
        said.push(format!("{:?}", whats.iter().filter(|what| is_older(what)).collect::<Vec<_>>()));
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_compaction_says_the_same(text in any_lines()) {
        let short = compact_journal(&text).unwrap();
        for (document, finds_records) in [("one", true), ("two", true), ("one", false), ("two", false)] {
            prop_assert_eq!(view(&short, document, finds_records), view(&text, document, finds_records), "{}\n{}", text, short);
        }
        let last = |text: &str| Journal::read(text, &JournalScope { document: "two".into(), ..scope() }).is_ok();
        prop_assert_eq!(last(&short), last(&text));
        prop_assert!(compact_journal(&short).unwrap().lines().count() <= short.lines().count());
    }
}
