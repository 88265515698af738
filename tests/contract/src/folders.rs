//! The lists of the engine's folders in which each file is one of a kind: what lies there is in the list.
//!
//! They keep their order, which says something; a new file comes last.

use std::fs;
use std::io;
use std::path::Path;

use crate::text::with_region;

/// A folder whose `mod.rs` lists what lies in it, between lines `generated: modules` and `generated: list`.
pub(crate) struct Folder {
    pub(crate) path: &'static str,
    /// What a file has for the list; nothing for a file of another kind.
    entry: fn(&str) -> Option<String>,
}

/// Every such folder.
pub(crate) const FOLDERS: [Folder; 2] = [
    Folder { path: "core/src/auth/scheme", entry: scheme },
    Folder { path: "core/src/mapping/steps", entry: step },
];

/// The name of the scheme that a file declares.
fn scheme(source: &str) -> Option<String> {
    let (_, declaration) = source.split_once("\nscheme! {\n")?;
    let (_, behind) = declaration.split_once("pub struct ")?;
    behind.split_once(':').map(|(name, _)| name.to_owned())
}

/// The constant of a step.
fn step(source: &str) -> Option<String> {
    source.contains("\npub(super) const KIND: StepDefinition = ").then(|| "KIND".to_owned())
}

impl Folder {
    /// The `mod.rs` as it should be.
    pub(crate) fn with_lists(&self, root: &Path, text: &str) -> io::Result<String> {
        let mut entries = Vec::new();
        for file in fs::read_dir(root.join(self.path))? {
            let path = file?.path();
            let module = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            if let (Some(module), true) = (module, path.is_file() && !path.ends_with("mod.rs")) {
                let entry = (self.entry)(&fs::read_to_string(&path)?);
                entries.extend(entry.map(|name| (module.clone(), format!("{module}::{name}"))));
            }
        }
        lists(text, entries).ok_or_else(|| {
            let path = self.path;
            io::Error::other(format!(
                "{path}/mod.rs has no lines \"generated: modules\" and \"generated: list\""
            ))
        })
    }
}

/// The text with modules and list of these entries, each a module and its place in the list.
fn lists(text: &str, mut entries: Vec<(String, String)>) -> Option<String> {
    entries.sort();
    let modules: String = entries.iter().map(|(module, _)| format!("mod {module};\n")).collect();
    let place = |entry: &str| text.lines().position(|line| line.trim() == format!("{entry},"));
    entries.sort_by_key(|(_, entry)| place(entry).unwrap_or(usize::MAX));
    let list: String = entries.iter().map(|(_, entry)| format!("    {entry},\n")).collect();
    with_region(&with_region(text, "modules", &modules)?, "list", &list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_order_and_takes_new_files_last() {
        let text = "// generated: modules\nmod b;\nmod gone;\n// generated end\n\nlist! {\n    // generated: list\n    \
                    gone::Gone,\n    b::B,\n    a::A,\n    // generated end\n}\n";
        let entries = ["a::A", "b::B", "aa::New"]
            .map(|entry| (entry.split("::").next().unwrap().to_owned(), entry.to_owned()));
        let expected = "// generated: modules\nmod a;\nmod aa;\nmod b;\n// generated end\n\nlist! {\n    // generated: list\n    \
                        b::B,\n    a::A,\n    aa::New,\n    // generated end\n}\n";
        assert_eq!(lists(text, entries.to_vec()).as_deref(), Some(expected));
        assert_eq!(lists("no lists\n", Vec::new()), None);
    }

    #[test]
    fn other_files_of_a_folder_are_not_in_its_list() {
        let declared = "use x;\n\nscheme! {\n    /// An app.\n    pub struct PrivateApp: \"private-app\", told by [] {\n";
        assert_eq!(scheme(declared).as_deref(), Some("PrivateApp"));
        assert_eq!(scheme("mod tests {}\n"), None);
        assert_eq!(
            step("use x;\n\npub(super) const KIND: StepDefinition = StepKind {\n").as_deref(),
            Some("KIND")
        );
        assert_eq!(step("use x;\n"), None);
    }
}
