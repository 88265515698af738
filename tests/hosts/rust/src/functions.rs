//! Vectors of functions that need no account, and how they are played.

use std::fs;
use std::mem;
use std::path::PathBuf;

use brightpearl_core::auth::signature::{Freshness, verify_callback};
use brightpearl_core::{Result, ask, discovery, mapping};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::json;

use crate::encode;
use crate::kept::Kept;
use crate::vector::{EXPECTATION_DEPTH, folder};

/// Some calls of functions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionVector {
    /// The file's name without `.json`.
    pub name: String,
    /// What it proves.
    pub about: String,
    /// The calls, each on its own.
    pub calls: Vec<FunctionCall>,
}

/// One call of a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FunctionCall {
    /// Which function, with its arguments.
    #[serde(flatten)]
    pub function: Function,
    /// JSON Pointers into the value: what stands there is expected, rather than the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick: Option<Vec<String>>,
    /// `{"value": ...}`, or `{"error": E}`.
    #[serde(default)]
    pub expect: Kept,
}

/// A function that needs no account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Every resource in short.
    Catalog {},
    /// All about one resource.
    Describe {
        /// Its name or path.
        resource: String,
    },
    /// Every task.
    Tasks {},
    /// What can go wrong.
    Errors {},
    /// What is wrong with a body.
    Validate {
        /// The path below the account.
        path: String,
        /// The verb.
        verb: String,
        /// The body as text.
        body: String,
        /// The policy for unknown members.
        unknown_members: String,
    },
    /// What is to be said about a mapping document.
    CheckMapping {
        /// The document as text.
        document: String,
    },
    /// What a mapping document makes of a record.
    RunMapping {
        /// The document as text.
        document: String,
        /// The record as text.
        record: String,
        /// What references stand for: an object as text, or nothing.
        resolved: String,
    },
    /// What a mapping document does, in words.
    ExplainMapping {
        /// The document as text.
        document: String,
    },
    /// The mapping documents that come with every host.
    ReadyMappings {},
    /// The JSON Schema of mapping documents.
    MappingSchema {},
    /// What can be asked by its name.
    Ask {
        /// The question as JSON text.
        question: String,
    },
    /// Whether an install callback is genuine.
    VerifyCallback {
        /// Its query parameters, unescaped.
        parameters: Vec<(String, String)>,
        /// The developer's secret.
        dev_secret: String,
        /// Its greatest age, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_age_ms: Option<u64>,
        /// The time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<u64>,
    },
}

/// The vector with its expectations replaced by what the engine says now.
pub fn play(vector: &FunctionVector) -> FunctionVector {
    let mut played = vector.clone();
    for call in &mut played.calls {
        let found = match run(&call.function) {
            Ok(value) => json!({ "value": picked(value, call.pick.as_deref()) }),
            Err(error) => json!({ "error": encode::error(&error) }),
        };
        call.expect = mem::take(&mut call.expect).renewed(found, EXPECTATION_DEPTH);
    }
    played
}

fn run(function: &Function) -> Result<Value> {
    Ok(match function {
        Function::Catalog {} => encode::json_value(&discovery::catalog()),
        Function::Describe { resource } => encode::json_value(&discovery::describe(resource)?),
        Function::Tasks {} => encode::json_value(&discovery::tasks()),
        Function::Errors {} => encode::json_value(&discovery::errors()),
        Function::Validate { path, verb, body, unknown_members } => {
            encode::json_value(&discovery::validate(path, verb, body.as_bytes(), unknown_members)?)
        }
        Function::CheckMapping { document } => encode::json_value(&discovery::check_mapping(document)),
        Function::RunMapping { document, record, resolved } => {
            encode::json_value(&discovery::run_mapping(document, record.as_bytes(), resolved)?)
        }
        Function::ExplainMapping { document } => encode::json_value(&discovery::explain_mapping(document)?),
        Function::ReadyMappings {} => encode::json_value(&discovery::ready_mappings()),
        Function::MappingSchema {} => encode::json_value(mapping::schema()),
        Function::Ask { question } => encode::json_value(&ask(question)?),
        Function::VerifyCallback { parameters, dev_secret, max_age_ms, now } => {
            let now = now.unwrap_or_default();
            let freshness = max_age_ms.map(|max_age_ms| Freshness { now, max_age_ms });
            verify_callback(parameters, &dev_secret.as_str().into(), freshness)?;
            Value::Null
        }
    })
}

/// The whole value, or what stands at the pointers.
pub fn picked(value: Value, pointers: Option<&[String]>) -> Value {
    match pointers {
        None => value,
        Some(pointers) => pointers.iter().map(|pointer| value.pointer(pointer).cloned()).collect(),
    }
}

/// Every vector of functions with its file, by name.
///
/// # Panics
/// When a file cannot be read or is not such a vector, with the file's name.
pub fn load() -> Vec<(PathBuf, FunctionVector)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("functions"))
        .expect("the folder of function vectors")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let vector: FunctionVector =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(path.file_stem().and_then(|stem| stem.to_str()), Some(vector.name.as_str()));
        vector
    };
    files.into_iter().map(|path| (path.clone(), read(&path))).collect()
}
