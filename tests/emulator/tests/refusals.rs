//! Nothing is refused that is not in the table of refusals, and the table has nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{small_account, strict_account};
use brightpearl_core::Method;
use brightpearl_emulator::{RuleSource, refusals};

/// What the requests are answered from.
const SOURCES: [&str; 5] = ["service", "search", "gateway", "protocol", "emulator.rs"];

/// Messages that are put together from two texts: what stands around the second.
const FRAMES: [&str; 6] = [
    "You have supplied an invalid {}: @ is expected",
    "{} must be @",
    "The ID set is not valid: @",
    "You have supplied an invalid note: @",
    "Message {}: @",
    "Order {} cannot be cancelled because @",
];

/// Texts that are a part of a message, or that no refusal has: pages for people, headers, names of records, and what
/// the OAuth server says, whose errors have no code (API notes §2.6).
const OTHERS: &[&str] = &[
    "{} must be {}",
    "You have supplied an invalid {}: {} is expected",
    "You have supplied an invalid note: {}",
    "The ID set is not valid: {}",
    "Message {}: {}",
    "Order {} cannot be cancelled because {}",
    "Cannot update order row: {}.",
    " for row {}",
    "You have supplied an invalid {}: {}",
    "{} {}",
    "{} {}\n",
    "503 Service Temporarily Unavailable",
    "413 Request Entity Too Large",
    "414 Request-URI Too Long",
    "Please wait",
    "This app cannot be approved",
    "There is no account {}.",
    "The client_id names no app of this account.",
    "The redirect_uri is missing or is not an absolute address.",
    "The redirect_uri is not one of those that the app has registered.",
    "Approve {}",
    "The auth token has either expired or does not exist",
    "Redirect uri does not match that used to request auth token",
    "The account is unknown",
    "grant_type is missing",
    "code is missing",
    "refresh_token is missing",
    "no-cache, must-revalidate",
    "no-cache, private",
    "Mon, 20 Dec 1998 01:00:00 GMT",
    "SALES TAX",
    "CONTACT {}",
    "FORGOTTEN CONTACT {}",
    "Demonstration Trading",
];

/// The text literals of all sources, with `{}` for what is put into them.
fn literals() -> BTreeSet<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for source in SOURCES {
        for file in rust_files(&root.join(source)) {
            let text = fs::read_to_string(&file).unwrap();
            let without_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.extend(literals_of(without_tests).into_iter().map(|literal| with_places(&literal)));
        }
    }
    found
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.flat_map(|entry| rust_files(&entry.unwrap().path())).collect()
}

/// The text literals of a source, taken apart as far as rustfmt leaves it to be.
fn literals_of(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (sign, behind) = rest[at..].split_at(1);
        rest = match sign {
            "/" if behind.starts_with('/') => behind.split_once('\n').map_or("", |(_, next)| next),
            "'" if behind.starts_with("\"'") => &behind[2..],
            "'" if behind.starts_with("\\\"'") || behind.starts_with("\\''") => &behind[3..],
            "\"" => {
                let mut ends = behind.match_indices('"').map(|(end, _)| end);
                let is_end = |end: &usize| {
                    let escapes = behind[..*end].bytes().rev().take_while(|byte| *byte == b'\\').count();
                    escapes % 2 == 0
                };
                let end = ends.find(is_end).expect("a text ends");
                found.push(behind[..end].replace("\\\"", "\"").replace("\\n", "\n"));
                &behind[end + 1..]
            }
            _ => behind,
        };
    }
    found
}

fn with_places(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal;
    while let Some((before, (_, after))) =
        rest.split_once('{').and_then(|(before, behind)| Some((before, behind.split_once('}')?)))
    {
        text.push_str(before);
        text.push_str("{}");
        rest = after;
    }
    text + rest
}

/// The messages that a text stands for: itself, and itself in each frame.
fn messages(literal: &str) -> impl Iterator<Item = String> {
    let framed = FRAMES.iter().map(|frame| frame.replace('@', literal)).collect::<Vec<_>>();
    framed.into_iter().chain([literal.to_owned()])
}

#[test]
fn every_message_in_the_sources_stands_in_the_table() {
    let known: BTreeSet<&str> = refusals().map(|rule| rule.text).chain(OTHERS.iter().copied()).collect();
    let is_message = |literal: &&String| {
        literal.trim().contains(' ')
            && literal.chars().any(char::is_alphabetic)
            && !literal.contains(['<', '\\'])
    };
    let unknown: Vec<String> = literals()
        .iter()
        .filter(is_message)
        .filter(|literal| !messages(literal).any(|message| known.contains(message.as_str())))
        .cloned()
        .collect();
    assert!(unknown.is_empty(), "not in the table of refusals: {unknown:#?}");
}

#[test]
fn the_table_has_no_message_and_no_code_that_the_sources_do_not_have() {
    let literals = literals();
    let said: BTreeSet<String> = literals.iter().flat_map(|literal| messages(literal)).collect();
    let unsaid: Vec<&str> = refusals().map(|rule| rule.text).filter(|text| !said.contains(*text)).collect();
    assert!(unsaid.is_empty(), "no source says {unsaid:#?}");
    let is_code = |text: &&str| {
        let Some((area, number)) = text.split_once('-') else { return false };
        area.len() == 4
            && area.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let in_sources: BTreeSet<&str> = literals.iter().map(String::as_str).filter(is_code).collect();
    let in_table: BTreeSet<&str> = refusals().flat_map(|rule| rule.codes.iter().copied()).collect();
    assert_eq!(in_sources, in_table);
}

#[test]
fn every_section_that_is_cited_is_one_of_the_notes() {
    let notes = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/brightpearl-api.md");
    let notes = fs::read_to_string(notes).unwrap();
    let headings: BTreeSet<&str> = notes
        .lines()
        .filter(|line| line.starts_with("##"))
        .filter_map(|line| line.trim_start_matches('#').split_whitespace().next())
        .map(|number| number.trim_end_matches('.'))
        .collect();
    for rule in refusals() {
        if let RuleSource::Notes(section) = rule.source {
            let number = section.strip_prefix('§').unwrap();
            assert!(headings.contains(number), "{section}: {}", rule.text);
        }
    }
}

#[test]
fn only_a_strict_account_refuses_what_is_uncertain() {
    let batch = r#"{"messages":[]}"#;
    let period = r#"{"startDate":"2020-01-01","endDate":"2020-12-31"}"#;
    for (method, path, body) in [
        (Method::Get, "order-service/order/30,7", ""),
        (Method::Get, "contact-service/postal-address/1-300", ""),
        (Method::Post, "multi-message", batch),
        (Method::Post, "accounting-service/accounting-period", period),
    ] {
        let mut lenient = small_account();
        let mut strict = strict_account();
        for account in [&mut lenient, &mut strict] {
            account.send(Method::Post, "accounting-service/accounting-period", period);
        }
        assert_eq!(lenient.send(method, path, body).status, 200, "{path}");
        assert_eq!(strict.send(method, path, body).status, 400, "{path}");
    }
}
