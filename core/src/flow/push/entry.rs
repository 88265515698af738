//! Something that is to be written: a record of the input, or what is created for one.

use super::ending::Ending;
use super::journal::{JournalVersion, Known};
use super::progress::Progress;
use super::sought::Sought;
use crate::mapping::Mapped;
use crate::output::{Created, Difference, Outcome};

/// A record of the input, or something that is created for one, on its way.
#[derive(Debug)]
pub(super) struct PushEntry {
    role: Role,
    name: String,
    mapped: Mapped,
    sought: Option<Sought>,
    progress: Progress,
    created: Vec<Created>,
    differences: Vec<Difference>,
    /// Whether rows, or pieces of them, are taken out of what is there.
    is_shortened: bool,
    /// Where all that can be was written in this run: pointers of differences.
    changed: Vec<String>,
    /// The number of the record that is the same and stands for both.
    twin_of: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) enum Role {
    /// The record at this place of the input.
    Record(u64),
    /// What a reference needs that is not there.
    Creation {
        /// What it is known by to those who need it.
        slot: String,
        /// The name of the mapping that makes it.
        mapping: String,
        /// The entry that needed it first.
        parent: usize,
    },
}

impl PushEntry {
    /// What begins with what the journal knows of it.
    pub(super) fn new(
        role: Role,
        name: String,
        mapped: Mapped,
        sought: Option<Sought>,
        known: Option<Known>,
    ) -> Self {
        Self {
            role,
            name,
            mapped,
            sought,
            progress: Progress::new(known),
            created: Vec::new(),
            differences: Vec::new(),
            is_shortened: false,
            changed: Vec::new(),
            twin_of: None,
        }
    }

    pub(super) fn role(&self) -> &Role {
        &self.role
    }

    pub(super) fn is_record(&self) -> bool {
        matches!(self.role, Role::Record(_))
    }

    /// What the journal calls it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn mapped(&self) -> &Mapped {
        &self.mapped
    }

    /// What tells it from all others, where the mapping says that.
    pub(super) fn key(&self) -> Option<&Sought> {
        self.sought.as_ref()
    }

    /// The version of the record, where its document tells one that can be remembered.
    pub(super) fn version(&self) -> Option<JournalVersion> {
        self.mapped.version.as_deref().and_then(JournalVersion::of)
    }

    /// How it is found in Brightpearl, where it can be.
    pub(super) fn sought(&self) -> Option<&Sought> {
        self.sought.as_ref().filter(|sought| sought.can_be_found())
    }

    /// The number of the record that is the same and stands for both.
    pub(super) fn twin_of(&self) -> Option<u64> {
        self.twin_of
    }

    pub(super) fn set_twin_of(&mut self, number: u64) {
        self.twin_of = Some(number);
    }

    /// How far it is.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(super) fn progress_mut(&mut self) -> &mut Progress {
        &mut self.progress
    }

    /// Notes what was created for it.
    pub(super) fn credit(&mut self, created: Created) {
        self.created.push(created);
    }

    /// How what is there differs from what the record says, as far as that was found out.
    pub(super) fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Notes how what is there differs from what the record says.
    pub(super) fn note_differences(&mut self, differences: Vec<Difference>) {
        self.differences = differences;
    }

    /// Notes that all was written that can be: what can be changed is changed, as far as anybody knows.
    pub(super) fn note_changes(&mut self) {
        let changeable = self.differences.iter().filter(|difference| difference.changeable);
        self.changed.extend(changeable.map(|difference| difference.pointer.clone()));
    }

    /// Keeps of the differences those that nothing can change, where there are such.
    pub(super) fn keep_what_differs(&mut self) {
        if self.differences.iter().any(|difference| !difference.changeable) {
            self.differences.retain(|difference| !difference.changeable);
        }
    }

    /// Where it was changed in this run, as far as it does not differ there still.
    pub(super) fn changed(&self) -> Vec<&str> {
        let differs =
            |pointer: &&str| self.differences.iter().any(|difference| difference.pointer == *pointer);
        self.changed.iter().map(String::as_str).filter(|pointer| !differs(pointer)).collect()
    }

    /// Whether rows, or pieces of them, are taken out of what is there.
    pub(super) fn is_shortened(&self) -> bool {
        self.is_shortened
    }

    pub(super) fn note_shortening(&mut self) {
        self.is_shortened = true;
    }

    /// What became of a record.
    pub(super) fn outcome(&mut self, number: u64, ending: Ending, is_dry_run: bool) -> Outcome {
        Outcome {
            record: number,
            key: self.mapped.key.clone(),
            state: ending.state,
            id: ending.id,
            dry_run: is_dry_run,
            journaled: ending.journaled.is_some(),
            verified: self.progress.is_verified(),
            reason: ending.reason,
            failures: ending.failures,
            error: ending.error,
            created: std::mem::take(&mut self.created),
            differences: std::mem::take(&mut self.differences),
        }
    }
}
