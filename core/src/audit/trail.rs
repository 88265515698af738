//! How far a trail was read, as JSON from one part of it to the next.

use serde_json::{Value, json};

use super::chain::{MOST_LINES, TrailHead};
use crate::error::Result;
use crate::json::GivenObject;

/// The most gaps that are remembered, in case their lines stand further on.
pub(super) const MOST_GAPS: usize = 64;

/// What was read so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail {
    /// The highest line that fits, and its digest.
    pub(super) head: TrailHead,
    /// Whether the digest of that line is not known, since the line was changed.
    pub(super) is_unsure: bool,
    /// How many lines the file has had.
    pub(super) file_line: u64,
    /// What stands behind the last end of a line.
    pub(super) rest: String,
    /// Whether what comes is still of a line that is too long.
    pub(super) is_skipping: bool,
    /// Whether a line with a key was there, behind which none without one may stand.
    pub(super) is_keyed: bool,
    /// Whether it was told that the key is missing.
    pub(super) is_keyless: bool,
    /// Lines that were not there yet, from and to.
    pub(super) gaps: Vec<(u64, u64)>,
}

impl Trail {
    pub(super) fn read(value: Option<&Value>) -> Result<Self> {
        const MEMBERS: [&str; 8] =
            ["head", "unsure", "file_line", "rest", "skipping", "keyed", "keyless", "gaps"];
        let Some(value) = value else { return Ok(Self::default()) };
        let given = GivenObject::of(value, "state", &MEMBERS)?;
        let gaps = given.objects("gaps", &["from", "to"])?;
        let gaps = gaps.iter().map(|gap| Ok((gap.needed_number("from")?, gap.needed_number("to")?)));
        Ok(Self {
            head: TrailHead::read(given.value("head"), "state/head")?,
            is_unsure: given.flag("unsure")?,
            file_line: given.needed_number("file_line")?.min(MOST_LINES),
            rest: given.needed_text("rest")?.to_owned(),
            is_skipping: given.flag("skipping")?,
            is_keyed: given.flag("keyed")?,
            is_keyless: given.flag("keyless")?,
            gaps: gaps.collect::<Result<_>>()?,
        })
    }

    pub(super) fn to_value(&self) -> Value {
        let gaps: Vec<Value> = self.gaps.iter().map(|(from, to)| json!({"from": from, "to": to})).collect();
        json!({
            "head": self.head.to_string(), "unsure": self.is_unsure, "file_line": self.file_line,
            "rest": self.rest, "skipping": self.is_skipping, "keyed": self.is_keyed,
            "keyless": self.is_keyless, "gaps": gaps,
        })
    }

    /// Takes a line out of the gaps; whether it was in one.
    pub(super) fn fill(&mut self, line: u64) -> bool {
        let Some(place) = self.gaps.iter().position(|(from, to)| (*from..=*to).contains(&line)) else {
            return false;
        };
        let (from, to) = self.gaps.swap_remove(place);
        if from < line {
            self.gaps.push((from, line - 1));
        }
        if line < to {
            self.gaps.push((line + 1, to));
        }
        self.gaps.sort_unstable();
        true
    }
}
