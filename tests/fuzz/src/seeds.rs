//! The corpora that the targets begin with, made of the golden vectors.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use brightpearl_core::mapping::ready;
use serde_json::Value;

use crate::{acts, sequences};

/// Seeds that are longer than this slow a target down more than they show it.
const MOST_BYTES: usize = 12_000;

/// Seeds of each target, by its name, in the order in which they were found.
#[derive(Default)]
pub struct Seeds {
    of: BTreeMap<String, Vec<Vec<u8>>>,
    known: BTreeSet<(String, Vec<u8>)>,
}

impl Seeds {
    /// Makes them of the vectors in a folder.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or that is invalid JSON.
    pub fn from_vectors(vectors: &Path) -> Result<Self, Box<dyn Error>> {
        let mut seeds = Self::default();
        for file in files(vectors)?.into_iter().chain(files(&vectors.join("functions"))?) {
            seeds.vector(&serde_json::from_slice(&fs::read(file)?)?);
        }
        for ready in ready() {
            seeds.add("mappings", ready.document);
            seeds.expressions(&serde_json::from_str(ready.document)?);
        }
        Ok(seeds)
    }

    /// The seeds of one target.
    pub fn of(&self, target: &str) -> &[Vec<u8>] {
        self.of.get(target).map_or(&[], Vec::as_slice)
    }

    /// Every target that has seeds, with them.
    pub fn all(&self) -> impl Iterator<Item = (&str, &[Vec<u8>])> {
        self.of.iter().map(|(target, seeds)| (target.as_str(), seeds.as_slice()))
    }

    fn add(&mut self, target: &str, seed: impl Into<Vec<u8>>) {
        let seed = seed.into();
        if seed.len() <= MOST_BYTES && self.known.insert((target.to_owned(), seed.clone())) {
            self.of.entry(target.to_owned()).or_default().push(seed);
        }
    }

    fn vector(&mut self, vector: &Value) {
        let operation = &vector["operation"];
        let answers: Vec<Vec<u8>> =
            vector["script"].as_array().into_iter().flatten().filter_map(answer).collect();
        let joined = answers.join(&0xff);
        for answer in &answers {
            self.add("pages", answer.as_slice());
        }
        let after = |first: &str| [first.as_bytes(), &[0xff], &joined].concat();
        let target =
            if vector["config"]["credentials"].get("grant").is_some() { "tokens" } else { "envelopes" };
        let target = if operation.get("batch").is_some() { "multi_messages" } else { target };
        for choice in 0..if target == "envelopes" { 3 } else { 2 } {
            self.add(target, [&[choice], joined.as_slice()].concat());
        }
        for ids in [&operation["fetch"]["ids"], &operation["options"]["ids"]] {
            self.add("id_sets", ids.as_str().unwrap_or("1-9,30|4,7-12"));
        }
        for filter in operation["search"]["filters"].as_array().into_iter().flatten() {
            if let (Some(name), Some(value)) = (filter[0].as_str(), filter[1].as_str()) {
                self.add("filters", format!("\u{7f}{name}={value}"));
            }
        }
        if let Some(state) = operation["pull"]["state"].as_str() {
            self.add("states", after(state));
        }
        if let Some(journal) = operation["push"]["journal"].as_str() {
            self.add("journals", after(journal));
        }
        if operation["push"]["mapping"].is_object() {
            self.add("mappings", operation["push"]["mapping"].to_string());
        }
        for entry in vector["script"].as_array().into_iter().flatten() {
            if let Some(checkpoint) = entry["expect"]["checkpoint"].as_str() {
                self.add("checkpoints", after(checkpoint));
            }
            if let Some(journal) = entry["expect"]["journal"].as_str() {
                self.add("journals", after(journal));
            }
        }
        for call in vector["calls"].as_array().into_iter().flatten() {
            let (Some(document), record) = (find(call, "document"), find(call, "record")) else { continue };
            self.add("mappings", [document.as_bytes(), &[0xff], record.unwrap_or("{}").as_bytes()].concat());
            self.expressions(&serde_json::from_str(document).unwrap_or_default());
        }
        for sequence in sequences::of(vector) {
            self.add("abi", acts::encode(&sequence));
        }
        self.add("emulator", joined);
    }

    fn expressions(&mut self, document: &Value) {
        match document {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if ["from", "each", "when", "is"].contains(&name.as_str()) => {
                            self.add("expressions", text.as_str());
                        }
                        other => self.expressions(other),
                    }
                }
            }
            Value::Array(elements) => elements.iter().for_each(|element| self.expressions(element)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// The text of a member of a call of a function vector.
fn find<'a>(call: &'a Value, member: &str) -> Option<&'a str> {
    call.as_object()?.values().find_map(|arguments| arguments.get(member)?.as_str())
}

/// What the targets read as the same answer.
fn answer(entry: &Value) -> Option<Vec<u8>> {
    if let Some(failure) = entry.get("fail") {
        return Some(format!("?{}", failure["text"].as_str()?).into_bytes());
    }
    let answer = entry.get("answer")?;
    let body = answer["body"].as_str().unwrap_or_default();
    Some(match answer["status"].as_u64()? {
        200 => body.into(),
        status => format!("!{status}{body}").into_bytes(),
    })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    Ok(files)
}
