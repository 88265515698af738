//! What the journal calls the records of the input.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::flow::push::digest_table::{Digest, DigestTable};

/// Gives each record a name that is the same in every run: its bytes' digest, and which of several equal ones it is.
#[derive(Debug, Default)]
pub(in crate::flow::push) struct Names {
    seen: DigestTable<()>,
    /// How many there were of those that came more than once.
    again: BTreeMap<Digest, u32>,
}

impl Names {
    pub(in crate::flow::push) fn name(&mut self, record: &[u8]) -> String {
        let record = record.trim_ascii();
        let mut name = String::with_capacity(36);
        for byte in &Sha256::digest(record)[..16] {
            let _ = write!(name, "{byte:02x}");
        }
        let digest = Digest::of(record);
        if self.seen.insert(digest, ()).is_some() {
            let count = self.again.entry(digest).or_insert(1);
            *count += 1;
            let _ = write!(name, "-{count}");
        }
        name
    }
}

/// Whether the name of what is announced is a record's own, and not that of what is created on its behalf.
pub(super) fn is_record(what: &str) -> bool {
    let digest = what.split('-').next().unwrap_or_default();
    digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}
