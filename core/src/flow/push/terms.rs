//! What was asked for.

use super::sought::{Group, Sought};
use crate::catalog::field::Shape;
use crate::catalog::operation::{Answer, Content, Verify};
use crate::catalog::{self, ShippedNote, Update, Written};
use crate::error::{Error, Result};
use crate::http::Method;
use crate::jobs::gives_id;
use crate::mapping::{KeySearch, Mapped, Mapping};
use crate::operation::{Existing, Push};

/// What a push is to do, and what the catalog says of its target.
#[derive(Debug)]
pub(super) struct Terms {
    mapping: Mapping,
    key_search: Option<KeySearch>,
    /// What the body of the target looks like.
    shape: Option<&'static Shape>,
    update: Option<&'static Update>,
    /// The note whose quantities a record is held against.
    note: Option<&'static ShippedNote>,
    /// How it is read what came of a write.
    written: Option<Written>,
    /// Whether a creation answers under which id.
    owes_id: bool,
    /// How it is found out what became of a write.
    ways: &'static [Verify],
    existing: Existing,
    is_dry_run: bool,
    looks_ms: Vec<u64>,
    confirm_ms: Vec<u64>,
}

impl Terms {
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `mapping`.
    pub(super) fn of(push: &Push) -> Result<Self> {
        Self::by(push, Mapping::compiled(push.mapping.as_str()).map_err(|error| error.at("mapping"))?)
    }

    /// The same by a mapping that was compiled before.
    pub(super) fn by(push: &Push, mapping: Mapping) -> Result<Self> {
        let Some(target) = mapping.target() else {
            let message = "the mapping builds records of another system; expected one with a `target`";
            return Err(Error::validation("mapping", message));
        };
        Ok(Self {
            key_search: mapping.key_search(),
            shape: shape_of(target, mapping.method()),
            owes_id: mapping.method() == Method::Post && gives_id(answer_of(target, mapping.method())),
            note: catalog::shipped_note(target),
            written: catalog::written(target),
            update: catalog::update(target).filter(|_| mapping.method() == Method::Post),
            ways: catalog::find(target, mapping.method()).map_or(&[], |found| found.operation.verify),
            existing: push.existing,
            is_dry_run: push.dry_run,
            looks_ms: push.looks_ms.clone(),
            confirm_ms: push.confirm_ms.clone(),
            mapping,
        })
    }

    /// Whether a second push would find what the first has written, without a journal of it.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `journal`.
    pub(super) fn check_without_journal(&self) -> Result<()> {
        // What a PUT writes twice is there once.
        if self.mapping.method() != Method::Post || self.key_search.is_some() {
            return Ok(());
        }
        let message = format!(
            "the mapping {:?} does not say how a record is found in Brightpearl, so that a second push would write \
             every record again; expected a journal, which remembers what was written, or `verify` in the document's \
             `key`",
            self.mapping.name()
        );
        Err(Error::validation("journal", message))
    }

    pub(super) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// What tells a mapped record from all others, and how it is found; nothing without a key.
    pub(super) fn sought(&self, mapped: &Mapped) -> Option<Sought> {
        let value = mapped.key.clone().filter(|key| !key.trim().is_empty())?;
        let Some(search) = self.key_search.as_ref() else {
            return Some(Sought::unfindable(mapped.key_by.clone(), &value));
        };
        let group = Group {
            search: search.search.as_str().into(),
            column: search.column.as_str().into(),
            by: mapped.key_by.clone(),
            take: None,
        };
        Some(Sought::new(group, &value))
    }

    /// Whether records must have a key.
    pub(super) fn asks_for_keys(&self) -> bool {
        self.key_search.is_some()
    }

    pub(super) fn shape(&self) -> Option<&'static Shape> {
        self.shape
    }

    /// Whether what is created without an id is in doubt.
    pub(super) fn owes_id(&self) -> bool {
        self.owes_id
    }

    /// How what is there is read and changed, where it can be.
    pub(super) fn update(&self) -> Option<&'static Update> {
        self.update
    }

    /// The note whose quantities a record is held against.
    pub(super) fn note(&self) -> Option<&'static ShippedNote> {
        self.note
    }

    /// How it is read what came of a write that is answered by nothing.
    pub(super) fn written(&self) -> Option<Written> {
        self.written
    }

    /// The path that reads what a record is compared with, or held against.
    pub(super) fn read(&self) -> Option<&'static str> {
        self.update.map(|update| update.read).or_else(|| self.written.map(|written| written.read))
    }

    pub(super) fn existing(&self) -> Existing {
        self.existing
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    /// Milliseconds before each look for a write of unknown outcome.
    pub(super) fn looks_ms(&self) -> &[u64] {
        &self.looks_ms
    }

    /// Whether Brightpearl itself refuses a second record that is found by the same values, as the catalog has it.
    pub(super) fn is_unique(&self, sought: &Sought) -> bool {
        let Group { search, column, by, .. } = &sought.group;
        let is_asked = |name: &str| name == &**column || by.iter().any(|(other, _)| &**other == name);
        self.ways.iter().any(|way| match way {
            Verify::Search { search: other, by, unique } => {
                *unique && *other == &**search && by.iter().all(|(_, column)| is_asked(column))
            }
            Verify::Read { .. } => false,
        })
    }

    /// Milliseconds before each look whether what was created is there once.
    pub(super) fn confirm_ms(&self) -> &[u64] {
        &self.confirm_ms
    }
}

fn answer_of(target: &str, method: Method) -> Answer {
    catalog::find(target, method).map_or(Answer::Unknown, |found| found.operation.answer)
}

/// What the body that is written to a path looks like.
pub(super) fn shape_of(target: &str, method: Method) -> Option<&'static Shape> {
    match &catalog::find(target, method)?.operation.content {
        Content::Json(shape) | Content::OptionalJson(shape) => Some(shape),
        Content::Nothing | Content::Patch(_) | Content::Form(_) | Content::Unknown => None,
    }
}
