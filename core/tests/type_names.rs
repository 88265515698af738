//! One noun, one thing: within the engine, a face or a world of the tests no two types share a name, be they private or
//! in a test, and none takes a name that the language has in scope everywhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The folders whose types are held against each other, each by itself.
const SOURCES: [&str; 6] =
    ["core/src", "ffi/src", "wasm/src", "python/src", "tests/emulator/src", "tests/simulation/src"];

/// What every file has in scope unasked. `Result` alone is narrowed to the crate's own error.
const PRELUDE: [&str; 26] = [
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Into",
    "Iterator",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Send",
    "Sized",
    "String",
    "Sync",
    "Vec",
];

/// The types by name, each with the files that define it.
type Places = BTreeMap<String, Vec<String>>;

#[test]
fn no_two_types_of_a_crate_share_a_name() {
    for folder in SOURCES {
        let places = places(folder);
        assert!(places.len() > 5, "{folder}: only {} types were read", places.len());
        let faults = judge(&places);
        assert!(faults.is_empty(), "{folder}\n{}", faults.join("\n"));
    }
}

#[test]
fn a_name_that_two_types_bear_is_found_wherever_they_stand() {
    let refused = [
        "struct State; mod within { enum State {} }",
        "struct State; fn read() { struct State { response: u8 } }",
        "struct State; #[cfg(test)] mod tests { type State = u8; }",
        "struct State; named! { pub enum State: \"state\" { Known = 1 \"known\" } }",
        "trait State {} impl Run { fn run(&self) { type State = u8; } }",
        "trait State {} fn run() -> impl Run { type State = u8; }",
        "pub(crate) struct Send(u8);",
    ];
    for text in refused {
        assert_eq!(judge(&within(text)).len(), 1, "{text}");
    }
}

#[test]
fn associated_types_variants_and_names_of_macros_do_not_count() {
    let taken =
        "struct State; enum Step { State(State) } impl Run for Step { type State = State; type Item = u8; }
        impl Run for State { type Item = u8; } pub trait Run { type State; type Item; }
        macro_rules! states { ($State:ident) => { enum $State {} }; }";
    assert_eq!(judge(&within(taken)), Vec::<String>::new());
}

/// The names that cannot stay.
fn judge(places: &Places) -> Vec<String> {
    let shared = places.iter().filter(|(_, files)| files.len() > 1).map(|(name, files)| {
        let files = files.join(", ");
        format!("`{name}` names several types ({files}); expected a noun of its own for each, that says what it is")
    });
    let hiding = places.iter().filter(|(name, _)| PRELUDE.contains(&name.as_str())).map(|(name, files)| {
        format!("`{name}` ({}) hides what the language has of that name; expected another noun", files[0])
    });
    shared.chain(hiding).collect()
}

/// The types of all files of a folder.
fn places(folder: &str) -> Places {
    let mut places = Places::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    for file in files(&folder) {
        let text = fs::read_to_string(&file).expect("a source");
        let name = file.strip_prefix(&folder).expect("below").display().to_string();
        gather(text.parse().expect("Rust"), false, &name, &mut places);
    }
    places
}

fn within(text: &str) -> Places {
    let mut places = Places::new();
    gather(text.parse().expect("Rust"), false, "here", &mut places);
    places
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

/// Notes the types that are defined in these tokens. In the body of a trait or of an `impl`, a `type` is associated.
fn gather(tokens: TokenStream, is_associated: bool, file: &str, places: &mut Places) {
    let mut has_associated = false;
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let is_body = group.delimiter() == Delimiter::Brace;
                gather(group.stream(), has_associated && is_body, file, places);
                has_associated &= !is_body;
            }
            TokenTree::Ident(word) => {
                let defines = word == "struct" || word == "enum" || word == "union" || word == "trait";
                if let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
                    && (defines || word == "type" && !is_associated)
                {
                    places.entry(name.to_string()).or_default().push(file.to_owned());
                }
                has_associated |= word == "trait" || word == "impl" && begins_item(&tokens[..at]);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Whether an `impl` behind these tokens is an item, not the type of a parameter or a result.
fn begins_item(before: &[TokenTree]) -> bool {
    match before.last() {
        Some(TokenTree::Punct(mark)) => mark.as_char() == ';',
        Some(TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Literal(_)) | None => true,
    }
}
