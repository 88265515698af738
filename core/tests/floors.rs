//! The rooms of the core stand on floors: each uses only rooms that stand before it, and only those that the table of
//! `ARCHITECTURE.md` names. A room is a folder of `core/src`, or a file beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The heading of the table.
const HEADING: &str = "| floor | room | what it holds | uses |";

/// One row of the table.
#[derive(Debug)]
struct Row {
    room: String,
    uses: BTreeSet<String>,
}

/// A file below `core/src`.
struct SourceFile {
    /// Its modules, from the room on.
    modules: Vec<String>,
    text: String,
}

/// Another room, named in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mention {
    name: String,
    is_test: bool,
}

#[test]
fn every_room_uses_what_the_table_says() {
    let faults = judge(&table(), &sources(), &exports(&root().join("src/lib.rs")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_walk_reaches_every_file() {
    let sources = sources();
    assert!(sources.len() > 200, "only {} files were read", sources.len());
    assert!(sources.iter().any(|source| source.modules.len() == 1), "files beside the folders are rooms");
    assert!(sources.iter().any(|source| source.modules.len() > 2), "files deep within are read");
}

#[test]
fn an_upward_import_is_found_however_it_is_written() {
    let table = [row("error", &[]), row("catalog", &["error"]), row("call", &["error", "catalog"])];
    let exports = BTreeMap::from([("Call".to_owned(), "call".to_owned())]);
    let refused = |modules: &[&str], text: &str| {
        let mut sources = vec![
            source(&["error"], ""),
            source(&["catalog"], "use crate::error::Error;"),
            source(&["call"], "use crate::{catalog, error};"),
        ];
        assert_eq!(judge(&table, &sources, &exports), Vec::<String>::new());
        sources.push(source(modules, text));
        judge(&table, &sources, &exports).len() == 1
    };
    for text in [
        "use crate::call::Call;",
        "use crate::{error::Error, call};",
        "use crate::{\n    error::{\n        Error,\n        Kind,\n    },\n    call::{\n        Call as Driven,\n    },\n};",
        "use crate :: call;",
        "pub(crate) use crate::call::Call;",
        "use crate::Call;",
        "use super::super::call::Call;",
        "use super::super::{error, call};",
        "fn begin() { let call = crate::call::Call::new(); }",
        "fn begin() -> crate::Call { todo() }",
        "fn begin() { println!(\"{}\", crate::call::NAME); }",
        "macro_rules! begin { () => { $crate::call::Call::new() }; }",
        "mod within { use super::super::super::call::Call; }",
        "impl From<u8> for crate::call::Call {}",
        "#[cfg(test)] mod tests { use crate::call::Call; }",
        "#[cfg(test)] use crate::call::Call;",
        "#[cfg(feature = \"arrow\")] use crate::call::Call;",
    ] {
        assert!(refused(&["catalog", "search"], text), "{text}");
    }
    for text in [
        "use crate::error::Error;",
        "use super::entry::Entry;",
        "mod tests { use super::super::entry::Entry; }",
        "// use crate::call::Call;",
        "/// See [`Call`](crate::call::Call).\nfn find() {}",
        "const TEXT: &str = \"use crate::call::Call;\";",
        "pub(in crate::catalog) fn find() {}",
        "use std::fs; use call::Call;",
    ] {
        assert!(!refused(&["catalog", "search"], text), "{text}");
    }
    assert!(refused(&["catalog", "tests"], "use crate::call::Call;"), "a file of tests looks up as little");
    assert!(refused(&["attic"], ""), "a room without a row");
    assert!(refused(&["catalog", "search"], "use crate::attic::Box;"), "a room that is not there");
    assert!(refused(&["catalog", "search"], "use crate as core;"), "a name that hides what is used");
    assert!(refused(&["catalog", "search"], "use crate::*;"), "everything");
}

#[test]
fn test_code_may_use_what_stands_below_without_a_place_in_the_table() {
    let table = [row("error", &[]), row("http", &[]), row("call", &["error"])];
    let sources = [
        source(&["error"], ""),
        source(&["http"], ""),
        source(&["call"], "use crate::error; #[cfg(test)] mod tests { use crate::http; }"),
        source(&["call", "tests"], "use crate::http;"),
    ];
    assert_eq!(judge(&table, &sources, &BTreeMap::new()), Vec::<String>::new());
}

#[test]
fn a_table_with_a_circle_or_an_idle_arrow_is_refused() {
    let both = [source(&["error"], "use crate::http;"), source(&["http"], "use crate::error;")];
    let circle = [row("error", &["http"]), row("http", &["error"])];
    assert_eq!(
        judge(&circle, &both, &BTreeMap::new()),
        ["the table lets `error` use `http`, which does not stand before it"]
    );
    let idle = [row("error", &[]), row("http", &["error"])];
    let alone = [source(&["error"], ""), source(&["http"], "")];
    assert_eq!(
        judge(&idle, &alone, &BTreeMap::new()),
        ["the table lets `http` use `error`, and nothing does; take it out"]
    );
    let gone = [row("error", &[]), row("attic", &[])];
    assert_eq!(
        judge(&gone, &alone[..1], &BTreeMap::new()),
        ["the table has a room `attic`; expected `attic.rs` or a folder of that name"]
    );
}

/// Everything that does not fit the table.
fn judge(table: &[Row], sources: &[SourceFile], exports: &BTreeMap<String, String>) -> Vec<String> {
    let place = |room: &str| table.iter().position(|row| row.room == room);
    let mut faults = BTreeSet::new();
    let mut used: BTreeSet<(&str, String)> = BTreeSet::new();
    for source in sources {
        let room = source.modules[0].as_str();
        let file = source.modules.join("/");
        let Some(own) = place(room) else {
            faults.insert(format!("the table has no room `{room}`; give it a row"));
            continue;
        };
        for Mention { name, is_test } in mentions(source) {
            let to = exports.get(&name).filter(|_| place(&name).is_none()).unwrap_or(&name);
            if to == room {
                continue;
            }
            match place(to) {
                None => _ = faults.insert(format!("{file} uses `{to}`; expected a room that the table has")),
                Some(other) if is_test && other < own => {}
                Some(_) if !is_test && table[own].uses.contains(to) => _ = used.insert((room, to.clone())),
                Some(_) => _ = faults.insert(format!("{file} uses `{to}`; the table does not let `{room}`")),
            }
        }
    }
    for (index, row) in table.iter().enumerate() {
        let room = &row.room;
        if !sources.iter().any(|source| source.modules[0] == *room) {
            faults.insert(format!(
                "the table has a room `{room}`; expected `{room}.rs` or a folder of that name"
            ));
        }
        for to in &row.uses {
            if place(to).is_none_or(|other| other >= index) {
                faults.insert(format!("the table lets `{room}` use `{to}`, which does not stand before it"));
            } else if !used.contains(&(room.as_str(), to.clone())) {
                faults.insert(format!("the table lets `{room}` use `{to}`, and nothing does; take it out"));
            }
        }
    }
    faults.into_iter().collect()
}

/// What a file names of the crate's root: by `crate::`, or by as many `super::` as lead there.
fn mentions(source: &SourceFile) -> BTreeSet<Mention> {
    let is_test = source.modules.last().is_some_and(|module| module == "tests");
    let mut found = BTreeSet::new();
    let tokens: TokenStream = source.text.parse().expect("Rust");
    walk(tokens, source.modules.len(), is_test, &mut found);
    found
}

/// Goes through the tokens of a module that stands so deep below the root.
fn walk(tokens: TokenStream, depth: usize, is_test: bool, found: &mut BTreeSet<Mention>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut tests_only = false;
    let mut at = 0;
    while at < tokens.len() {
        let of_tests = is_test || tests_only;
        match &tokens[at] {
            TokenTree::Group(group) if is_attribute(&tokens[..at]) => {
                tests_only |= is_cfg_test(group.stream());
            }
            TokenTree::Group(group) => {
                let is_module =
                    group.delimiter() == Delimiter::Brace && at >= 2 && is_word(&tokens[at - 2], "mod");
                let depth = if is_module { depth + 1 } else { depth };
                walk(group.stream(), depth, of_tests, found);
                tests_only &= group.delimiter() != Delimiter::Brace;
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => tests_only = false,
            TokenTree::Ident(word) if (word == "crate" || word == "super") && !continues(&tokens[..at]) => {
                // The visibility `pub(in crate::...)` names what is around the module, and `pub(crate)` nothing.
                let is_visibility = at > 0 && is_word(&tokens[at - 1], "in") || tokens.len() == 1;
                let (ups, behind) = climb(&tokens, at);
                if (word == "crate" || ups == depth) && !is_visibility {
                    names(tokens.get(behind..).unwrap_or_default(), of_tests, found);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
}

/// How many `super` there are from here, and where the path goes on behind them, or behind `crate`.
fn climb(tokens: &[TokenTree], start: usize) -> (usize, usize) {
    let (mut ups, mut at) = (0, start);
    while tokens.get(at).is_some_and(|token| is_word(token, "super")) {
        (ups, at) = (ups + 1, at + 3);
    }
    if ups == 0 { (0, start + 3) } else { (ups, at) }
}

/// The first names of what a path goes on with: one name, or those of a tree in braces.
fn names(behind: &[TokenTree], is_test: bool, found: &mut BTreeSet<Mention>) {
    match behind.first() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            for tree in tokens.split(|token| is_mark(token, ',')).filter(|tree| !tree.is_empty()) {
                names(tree, is_test, found);
            }
        }
        Some(TokenTree::Ident(name)) => _ = found.insert(Mention { name: name.to_string(), is_test }),
        // All of the root, or the root under another name: what is used of it cannot be seen.
        Some(_) | None => _ = found.insert(Mention { name: "crate".to_owned(), is_test }),
    }
}

/// Whether these tokens end so that a path goes on behind them.
fn continues(tokens: &[TokenTree]) -> bool {
    match tokens {
        [.., name, first, second] => {
            matches!(name, TokenTree::Ident(_)) && is_mark(first, ':') && is_mark(second, ':')
        }
        _ => false,
    }
}

/// Whether the next group is an attribute.
fn is_attribute(tokens: &[TokenTree]) -> bool {
    match tokens {
        [.., hash, bang] if is_mark(bang, '!') => is_mark(hash, '#'),
        [.., hash] => is_mark(hash, '#'),
        [] => false,
    }
}

fn is_cfg_test(attribute: TokenStream) -> bool {
    attribute.to_string().replace(' ', "") == "cfg(test)"
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(name) if name == word)
}

fn is_mark(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == character)
}

fn row(room: &str, uses: &[&str]) -> Row {
    Row { room: room.to_owned(), uses: uses.iter().map(|&name| name.to_owned()).collect() }
}

fn source(modules: &[&str], text: &str) -> SourceFile {
    SourceFile { modules: modules.iter().map(|&name| name.to_owned()).collect(), text: text.to_owned() }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the table, top down.
fn table() -> Vec<Row> {
    let text = fs::read_to_string(root().join("../ARCHITECTURE.md")).expect("the document");
    let lines = text.lines().skip_while(|line| *line != HEADING).skip(2);
    let rows: Vec<Row> = lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [_, room, _, uses] = cells[..] else { panic!("expected four cells: {line}") };
            row(room.trim_matches('`'), &uses.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>())
        })
        .collect();
    assert!(rows.len() > 20, "expected the table with the heading {HEADING}");
    rows
}

/// Every file but the root's own.
fn sources() -> Vec<SourceFile> {
    let base = root().join("src");
    let mut sources = Vec::new();
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path != base.join("lib.rs")
            {
                let text = fs::read_to_string(&path).expect("a source");
                sources.push(SourceFile { modules: modules(path.strip_prefix(&base).expect("below")), text });
            }
        }
    }
    sources
}

/// The modules that a file stands for.
fn modules(path: &Path) -> Vec<String> {
    let path: PathBuf =
        if path.ends_with("mod.rs") { path.with_file_name("") } else { path.with_extension("") };
    path.iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

/// What the root hands on, each name with the room that it is of.
fn exports(root: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(root).expect("the root");
    let tokens: Vec<TokenTree> = text.parse::<TokenStream>().expect("Rust").into_iter().collect();
    let mut exports = BTreeMap::new();
    for statement in tokens.split(|token| is_mark(token, ';')) {
        let Some(at) = statement.iter().position(|token| is_word(token, "use")) else { continue };
        let Some(TokenTree::Ident(room)) = statement.get(at + 1) else { continue };
        let mut found = BTreeSet::new();
        names(statement.get(at + 4..).unwrap_or_default(), false, &mut found);
        exports.extend(found.into_iter().map(|mention| (mention.name, room.to_string())));
    }
    exports
}
