//! A record that was mapped, and phase two: putting the ids of references into the body.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use crate::mapping::body_text::BodyText;
use crate::mapping::pieces::ShippedPieces;
use crate::mapping::reference::{OnMissing, Reference, Resolution};
use crate::mapping::{Mapping, document};
use crate::output::Failure;

/// What came of a record.
#[derive(Clone, Debug)]
pub struct Mapped {
    pub(super) mapping: Mapping,
    /// Why it could not be mapped; empty when it could.
    pub failures: Vec<Failure>,
    /// Why it is to be left alone, when the document says so.
    pub skipped: Option<String>,
    /// What becomes of one that is to be left alone and is in Brightpearl all the same.
    pub if_there: IfThere,
    /// Why a record that is to be written where it is not in Brightpearl is not compared where it is: what becomes of it
    /// then is in `if_there`.
    pub kept: Option<String>,
    /// What must be looked up before the body is whole; none twice.
    pub references: Vec<Reference>,
    /// What tells the record from all others, where the document has a `key`.
    pub key: Option<String>,
    /// Further columns and their values that a record with this key is found by; see
    /// [`Mapping::key_search`](super::Mapping::key_search).
    pub key_by: Vec<(Arc<str>, String)>,
    /// What tells the record from older ones of the same key: a number or a moment, where the document's key has
    /// `newest` and the record has something there.
    pub version: Option<String>,
    /// What is shipped, where the document says so: a note of other quantities is another shipment.
    pub pieces: Option<ShippedPieces>,
    /// Where the key stands in the text.
    pub(super) key_at: Option<Range<usize>>,
    /// What is told when a reference, by its place among them, is missing.
    pub(super) told: BTreeMap<usize, String>,
    /// The body but for the holes.
    pub(super) text: BodyText,
    pub(super) holes: Vec<Hole>,
    pub(super) parameters: Vec<PathPart>,
}

/// What becomes of a record that is to be left alone and is in Brightpearl all the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum IfThere {
    /// It is not looked for.
    Leave,
    /// It is told that it differs.
    #[default]
    Tell,
    /// What was given back of it becomes credits, and then it is moved to another status.
    Settle {
        /// The credits that must be there.
        credits: Vec<Credit>,
        /// The status, unless it keeps the one that it has.
        status: Option<StatusMove>,
    },
}

/// A status that a record is moved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusMove {
    /// The id of the status.
    pub status: u64,
    /// The text of a note.
    pub note: Option<String>,
}

/// What was given back of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Credit {
    /// It is found, or created, as this.
    Due(Reference),
    /// It cannot become a credit, for these reasons.
    Refused(Vec<Failure>),
}

/// A record that is left out if it is in Brightpearl: why, and what becomes of it there.
pub type LeftOut<'m> = (&'m str, &'m IfThere);

/// What a reference looks for, and what would be created for it.
fn add_reference(content: &mut String, reference: &Reference) {
    let (text, record) = (reference.text(), reference.record.as_deref().unwrap_or_default());
    let _ = write!(content, "&{}:{text}", text.len());
    if let OnMissing::Create(mapping) = &reference.on_missing {
        let made = mapping.map(record.as_bytes()).content();
        let _ = write!(content, "+{}:{made}", made.len());
    }
}

/// A place of the body where an id goes.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    /// Where what is left out with it begins: a comma, and a member's name.
    pub(super) from: usize,
    pub(super) at: usize,
    /// Its place among the references.
    pub(super) reference: usize,
    pub(super) as_text: bool,
    pub(super) required: bool,
    /// What stands here instead of an id.
    pub(super) choice: Option<Choice>,
}

/// What is written by whether Brightpearl has what a reference is about.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) found: String,
    pub(super) missing: String,
}

/// What goes into a placeholder of the path.
#[derive(Clone, Debug)]
pub(super) enum PathPart {
    Text(String),
    Reference(usize),
}

/// Why there is no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoBody {
    /// The record is to be left alone, for this reason.
    Skipped(String),
    /// These rules could not be carried out.
    Failed(Vec<Failure>),
}

/// What goes into a hole.
enum Filling {
    Json(String),
    Nothing,
    /// Nothing, and that is right even where something is required.
    LeftOut,
}

impl Mapped {
    pub(super) fn failed(mapping: Mapping, failure: Failure) -> Self {
        Self {
            mapping,
            failures: vec![failure],
            skipped: None,
            if_there: IfThere::Leave,
            kept: None,
            references: Vec::new(),
            key: None,
            key_by: Vec::new(),
            version: None,
            pieces: None,
            key_at: None,
            told: BTreeMap::new(),
            text: BodyText::of(String::new()),
            holes: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// All that would be written of the record, as one text. Equal texts mean the same, however the key is spelled.
    pub(crate) fn content(&self) -> String {
        let key = self.key_at.clone().filter(|at| self.text.get(at.clone()).is_some());
        let (before, behind) = match key {
            Some(at) => (&self.text[..at.start], &self.text[at.end..]),
            None => ("", &*self.text),
        };
        let mut content = String::with_capacity(self.text.len() + self.references.len() * 64);
        // Lengths keep what stands side by side apart.
        let _ = write!(content, "{}:{before}{}:{behind}", before.len(), behind.len());
        for Hole { at, reference, choice, .. } in &self.holes {
            let _ = write!(content, "@{at}#{reference}");
            if let Some(Choice { found, missing }) = choice {
                let _ = write!(content, "?{}:{found}{}:{missing}", found.len(), missing.len());
            }
        }
        for part in &self.parameters {
            let _ = match part {
                PathPart::Text(text) => write!(content, "/{}:{text}", text.len()),
                PathPart::Reference(reference) => write!(content, "/#{reference}"),
            };
        }
        for reference in &self.references {
            add_reference(&mut content, reference);
        }
        if let Some(pieces) = &self.pieces {
            let _ = write!(content, "*{pieces:?}");
        }
        if let Some((reason, if_there)) = self.left_out() {
            let _ = write!(content, "!{}:{reason}", reason.len());
            match if_there {
                IfThere::Settle { credits, status } => {
                    let _ = write!(content, "{status:?}");
                    for credit in credits {
                        match credit {
                            Credit::Due(reference) => add_reference(&mut content, reference),
                            Credit::Refused(failures) => drop(write!(content, "{failures:?}")),
                        }
                    }
                }
                IfThere::Tell | IfThere::Leave => drop(write!(content, "{if_there:?}")),
            }
        }
        content
    }

    /// Why the record is left out if it is in Brightpearl, and what becomes of it there.
    pub fn left_out(&self) -> Option<LeftOut<'_>> {
        let reason = self.skipped.as_deref().or(self.kept.as_deref())?;
        Some((reason, &self.if_there))
    }

    /// All that may be created on behalf of the record: what the body refers to, and credits.
    pub fn owed(&self) -> impl Iterator<Item = &Reference> {
        let credits: &[Credit] = match (self.left_out(), &self.if_there) {
            (Some(_), IfThere::Settle { credits, .. }) => credits,
            (Some(_) | None, IfThere::Settle { .. } | IfThere::Leave | IfThere::Tell) => &[],
        };
        let due = credits.iter().filter_map(|credit| match credit {
            Credit::Due(reference) => Some(reference),
            Credit::Refused(_) => None,
        });
        self.references.iter().chain(due)
    }

    /// Whether the body is whole already.
    pub fn is_whole(&self) -> bool {
        self.failures.is_empty() && self.skipped.is_none() && self.references.is_empty()
    }

    /// The body as JSON text, with what `resolve` says of each reference. It is asked for each of
    /// [`Mapped::references`] once, in their order.
    ///
    /// # Errors
    /// [`NoBody::Skipped`] when the document or a reference that is missing says so, and [`NoBody::Failed`] with
    /// every failure of the record, and every reference that is missing or unknown.
    pub fn body(&self, resolve: &dyn Fn(&Reference) -> Resolution) -> Result<String, NoBody> {
        let fillings = self.fillings(resolve)?;
        let mut body = String::with_capacity(self.text.len() + self.holes.len() * 8);
        let mut at = 0;
        let mut failures = Vec::new();
        for hole in &self.holes {
            let filling = fillings.get(hole.reference);
            if let Some(choice) = &hole.choice {
                append(&mut body, self.text.get(at..hole.at).unwrap_or_default());
                body.push_str(match filling {
                    Some(Filling::Json(_) | Filling::LeftOut) => &choice.found,
                    Some(Filling::Nothing) | None => &choice.missing,
                });
                at = hole.at;
                continue;
            }
            match filling {
                Some(Filling::Json(json)) => {
                    append(&mut body, self.text.get(at..hole.at).unwrap_or_default());
                    if hole.as_text && !json.starts_with('"') {
                        body.push('"');
                        body.push_str(json);
                        body.push('"');
                    } else {
                        body.push_str(json);
                    }
                }
                Some(Filling::Nothing | Filling::LeftOut) | None => {
                    append(&mut body, self.text.get(at..hole.from).unwrap_or_default());
                    let is_missed = hole.required && !matches!(filling, Some(Filling::LeftOut));
                    if let (true, Some(reference)) = (is_missed, self.references.get(hole.reference)) {
                        failures.push(
                            self.unresolved(reference, "it is required, and Brightpearl does not have it"),
                        );
                    }
                }
            }
            at = hole.at;
        }
        append(&mut body, self.text.get(at..).unwrap_or_default());
        if failures.is_empty() { Ok(body) } else { Err(NoBody::Failed(failures)) }
    }

    /// The path that the body is written to, where nothing must be looked up for it.
    pub fn literal_path(&self) -> Option<String> {
        let is_looked_up = |part: &PathPart| matches!(part, PathPart::Reference(_));
        if self.parameters.iter().any(is_looked_up) {
            return None;
        }
        self.path(&|_| Resolution::LeftOut).ok()
    }

    /// The path that the body goes to, with what belongs into its placeholders. Empty when the document has no
    /// `target`.
    ///
    /// # Errors
    /// As [`Mapped::body`]; a part of the path cannot be left out.
    pub fn path(&self, resolve: &dyn Fn(&Reference) -> Resolution) -> Result<String, NoBody> {
        let Some(target) = &self.mapping.0.document.target else { return Ok(String::new()) };
        if target.parameters.is_empty() {
            return Ok(target.path.clone());
        }
        let fillings = self.fillings(resolve)?;
        let mut failures = Vec::new();
        let mut path = target.path.clone();
        for name in document::placeholders(&target.path) {
            let place = target.parameters.iter().position(|parameter| parameter.name == name);
            let text = match place.and_then(|place| self.parameters.get(place)) {
                Some(PathPart::Text(text)) => text.clone(),
                Some(PathPart::Reference(reference)) => match fillings.get(*reference) {
                    Some(Filling::Json(json)) => {
                        let text = json.trim_matches('"').to_owned();
                        if let (Some(reason), Some(reference)) =
                            (misplaced(&text), self.references.get(*reference))
                        {
                            failures.push(self.unresolved(reference, &reason));
                            continue;
                        }
                        text
                    }
                    Some(Filling::Nothing | Filling::LeftOut) | None => {
                        let reference = self.references.get(*reference);
                        let fail = |reference| {
                            self.unresolved(reference, "the path needs it, and Brightpearl does not have it")
                        };
                        failures.extend(reference.map(fail));
                        continue;
                    }
                },
                None => continue,
            };
            path = path.replace(&format!("{{{name}}}"), &escaped(&text));
        }
        if failures.is_empty() { Ok(path) } else { Err(NoBody::Failed(failures)) }
    }

    /// What is to be told of the record though it can be written: what Brightpearl does not have, in the document's
    /// words.
    pub fn told(&self, resolve: &dyn Fn(&Reference) -> Resolution) -> Vec<String> {
        let is_missing = |place: usize| {
            self.references.get(place).is_some_and(|reference| resolve(reference) == Resolution::Missing)
        };
        let told = self.told.iter().filter(|(place, _)| is_missing(**place));
        told.map(|(_, text)| text.clone()).collect()
    }

    fn fillings(&self, resolve: &dyn Fn(&Reference) -> Resolution) -> Result<Vec<Filling>, NoBody> {
        if let Some(reason) = &self.skipped {
            return Err(NoBody::Skipped(reason.clone()));
        }
        let mut failures = self.failures.clone();
        let mut fillings = Vec::with_capacity(self.references.len());
        let mut skipped = None;
        for reference in &self.references {
            fillings.push(match resolve(reference) {
                Resolution::Id(id) => Filling::Json(id.to_string()),
                Resolution::Text(text) => {
                    let mut json = String::new();
                    super::value::write_text(&text, &mut json);
                    Filling::Json(json)
                }
                Resolution::LeftOut => Filling::LeftOut,
                Resolution::Unknown(reason) => {
                    failures.push(self.unresolved(reference, &reason));
                    Filling::Nothing
                }
                Resolution::Missing => match &reference.on_missing {
                    OnMissing::Default(json) => Filling::Json(json.clone()),
                    OnMissing::Skip => Filling::Nothing,
                    OnMissing::SkipRecord => {
                        skipped.get_or_insert_with(|| format!("Brightpearl has no {}", reference.text()));
                        Filling::Nothing
                    }
                    OnMissing::Fail => {
                        failures.push(self.unresolved(reference, "Brightpearl does not have it"));
                        Filling::Nothing
                    }
                    OnMissing::Create(mapping) => {
                        let reason = format!("it was not created by {:?}", mapping.name());
                        failures.push(self.unresolved(reference, &reason));
                        Filling::Nothing
                    }
                },
            });
        }
        match skipped {
            _ if !failures.is_empty() => Err(NoBody::Failed(failures)),
            Some(reason) => Err(NoBody::Skipped(reason)),
            None => Ok(fillings),
        }
    }

    fn unresolved(&self, reference: &Reference, reason: &str) -> Failure {
        let source = if reference.search.is_empty() {
            "what is created for it".to_owned()
        } else {
            format!("{} by {}", reference.search, reference.column)
        };
        Failure {
            record: self.key.clone(),
            rule: reference.rule.to_string(),
            target: reference.pointer.to_string(),
            source,
            value: reference.value.clone(),
            reason: reason.to_owned(),
        }
    }
}

/// Appends what comes behind something that was left out: a comma has no place where nothing is before it.
fn append(body: &mut String, text: &str) {
    let is_first = body.ends_with(['{', '[']);
    body.push_str(if is_first { text.strip_prefix(',').unwrap_or(text) } else { text });
}

/// Why a text may not stand for a placeholder; `None` when it may. No escape hides what goes up the path.
pub(super) fn misplaced(text: &str) -> Option<String> {
    let is_refused = text.is_empty() || text == "." || text == "..";
    is_refused.then(|| "expected a part of a path, neither empty nor dots alone".to_owned())
}

/// A text as a segment of a path.
fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
        .replace("%5F", "_")
        .replace("%2E", ".")
}
