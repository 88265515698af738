use super::*;
use crate::json::Unwritable;
use crate::operation::Push;

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
    journal.announce("a", false, Some("k"));
    journal.announce("b", false, Some("l"));
    journal.close("a", DoneState::Created, Some(7), None);
    journal.announce("c", true, None);
    journal.close("c", DoneState::NotWritten, None, None);
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
        journal.announce("d", false, None);
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
        journal.announce(what, false, Some("k"));
        journal.close(what, DoneState::Created, Some(7), None);
    }
    journal.announce("b", false, Some("l"));
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
    journal.announce("a", false, None);
    let error = journal.take_lines().unwrap_err();
    assert!(error.message().starts_with("a line of the journal cannot be written"), "{error}");
    let lines = journal.take_lines().unwrap().unwrap();
    assert!(lines.lines().count() == 2 && lines.lines().all(|line| line.starts_with('{')), "{lines}");
}
