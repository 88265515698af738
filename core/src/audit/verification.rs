//! Whether a trail is as it was written, part by part.

use serde_json::{Value, json};

use super::chain::{MOST_LINES, TrailHead, checked_key, digest, is_keyed, unsealed};
use super::entry::taken_key;
use super::trail::{MOST_GAPS, Trail};
use crate::error::Result;
use crate::json::{GivenObject, given_value};
use crate::named::named;
use crate::secret::Secret;

/// The longest line that is read.
const LONGEST_LINE: usize = 64 << 10;

/// The most findings of one part that are told.
const MOST_FINDINGS: usize = 100;

named! {
    /// What is wrong with a trail.
    pub enum AuditFault: "audit-fault" {
        /// A line is not as it was written.
        Changed = 0 "changed",
        /// Lines are missing.
        Removed = 1 "removed",
        /// A line is there that was not written there, or twice.
        Added = 2 "added",
        /// A line stands behind one that was written after it.
        Reordered = 3 "reordered",
        /// The last line is not whole.
        Torn = 4 "torn",
        /// The end is missing: a head that was kept elsewhere is further on.
        CutOff = 5 "cut-off",
        /// What stands before a line is not what it was written behind, or not what a head tells.
        Rewritten = 6 "rewritten",
        /// A line was chained without the key.
        Unkeyed = 7 "unkeyed",
        /// The lines were chained with a key, and there is none to verify them by.
        KeyNeeded = 8 "key-needed",
    }
}

impl AuditFault {
    fn todo(self) -> &'static str {
        match self {
            Self::Changed | Self::Added | Self::Reordered | Self::Rewritten => {
                "Compare the file with a copy, and find out who could write to it; what stands before it is as it was written."
            }
            Self::Removed => "Look for the lines in a copy, and find out who could write to the file.",
            Self::Torn => {
                "A process ended while it wrote. What the line says was not on disk yet; appending to the file cuts it off."
            }
            Self::CutOff => "Look for the end in a copy; do not append to this file.",
            Self::Unkeyed => "Find out who appended without the key; such lines prove nothing.",
            Self::KeyNeeded => "Verify with the key with which the lines were written.",
        }
    }
}

/// Verifies a part of a trail. `asked` is JSON:
///
/// ```json
/// {"state": STATE or null, "text": the next part of the file, "last": true at the end of the file,
///  "anchors": [HEAD...], "key": text or null}
/// ```
///
/// Give the file from its beginning, in parts of any size, with the same `anchors` each time; where a part is not UTF-8,
/// put `U+FFFD` for what cannot be read. The answer is `{"state": STATE, "head": HEAD, "findings": [{"line", "fault",
/// "message", "todo"}...], "more": findings that are not told}`. The state is small however long the file is; `head` is how
/// far it was read, which is worth keeping when there were no findings. `line` counts the lines of the file from 1. A
/// `fault` is one of [`AuditFault`]; lines that are missing are told at the end, since they may stand further on. Without
/// a key and without anchors, somebody who writes the whole file anew is not found.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub fn verify_audit(asked: &str) -> Result<String> {
    let mut asked = given_value("question", asked)?;
    let key = checked_key(taken_key(&mut asked)?)?;
    let asked = GivenObject::of(&asked, "", &["state", "text", "last", "anchors", "key"])?;
    let anchors = asked.elements("anchors")?;
    let anchors: Result<Vec<TrailHead>> =
        anchors.iter().map(|(place, value)| TrailHead::read(Some(value), place)).collect();
    let mut verification = Verifier {
        trail: Trail::read(asked.value("state"))?,
        anchors: anchors?,
        key,
        findings: Vec::new(),
        more: 0,
    };
    verification.part(asked.needed_text("text")?);
    if asked.flag("last")? {
        verification.end();
    }
    let Verifier { trail, findings, more, .. } = verification;
    let head = trail.head.to_string();
    Ok(json!({"state": trail.to_value(), "head": head, "findings": findings, "more": more}).to_string())
}

struct Verifier {
    trail: Trail,
    anchors: Vec<TrailHead>,
    key: Option<Secret>,
    findings: Vec<Value>,
    more: u64,
}

impl Verifier {
    fn part(&mut self, text: &str) {
        let mut text = text;
        while let Some((line, behind)) = text.split_once('\n') {
            text = behind;
            if std::mem::take(&mut self.trail.is_skipping) {
                continue;
            }
            let line = std::mem::take(&mut self.trail.rest) + line;
            self.trail.file_line += 1;
            self.line(&line);
        }
        if self.trail.is_skipping {
            return;
        }
        self.trail.rest.push_str(text);
        if self.trail.rest.len() > LONGEST_LINE {
            self.trail.rest.clear();
            self.trail.is_skipping = true;
            self.trail.file_line += 1;
            let message =
                format!("the line has more than {LONGEST_LINE} bytes, which no line of a trail has");
            self.find(AuditFault::Changed, message);
        }
    }

    fn line(&mut self, line: &str) {
        let read = unsealed(line).and_then(|(text, digest)| {
            let value: Value = serde_json::from_str(line).ok()?;
            let number = value.get("line")?.as_u64().filter(|number| *number < MOST_LINES)?;
            let previous = value.get("previous")?.as_str()?.to_owned();
            Some((number, previous, text, digest))
        });
        let Some((number, previous, text, chain)) = read else {
            self.unreadable(line);
            return;
        };
        if !self.is_chained(&previous, text, chain) {
            let message =
                format!("it says that it is line {number}, and its digest is not that of what it says");
            self.find(AuditFault::Changed, message);
            if number == self.trail.head.lines + 1 {
                self.trail.head = TrailHead { lines: number, digest: chain.to_owned() };
                self.trail.is_unsure = true;
            }
            return;
        }
        self.place(number, &previous, chain);
    }

    /// A line that is none of a trail's may be one that was changed: what comes then goes on behind it.
    fn unreadable(&mut self, line: &str) {
        let length = line.len();
        self.find(AuditFault::Changed, format!("its {length} bytes are not a line of a trail"));
        self.trail.is_unsure = true;
    }

    fn is_chained(&mut self, previous: &str, text: &str, chain: &str) -> bool {
        if !is_keyed(chain) {
            if self.trail.is_keyed {
                self.find(AuditFault::Unkeyed, "it was chained without the key, behind lines with one");
            }
            return digest(previous, text, None) == chain;
        }
        self.trail.is_keyed = true;
        match &self.key {
            Some(key) => digest(previous, text, Some(key)) == chain,
            None => {
                if !std::mem::replace(&mut self.trail.is_keyless, true) {
                    self.find(AuditFault::KeyNeeded, "it was chained with a key; expected that key");
                }
                true
            }
        }
    }

    /// Puts a line that is as it was written where it belongs.
    fn place(&mut self, number: u64, previous: &str, chain: &str) {
        let expected = self.trail.head.lines + 1;
        if number < expected {
            if self.trail.fill(number) {
                let message = format!("line {number} stands behind line {}", self.trail.head.lines);
                self.find(AuditFault::Reordered, message);
            } else {
                self.find(AuditFault::Added, format!("there was a line {number} before"));
            }
            return;
        }
        if number > expected {
            self.gap(expected, number - 1);
        } else if !self.trail.is_unsure && previous != self.trail.head.digest {
            let message =
                format!("line {number} was written behind another line than the one that stands there");
            self.find(AuditFault::Rewritten, message);
        }
        self.trail.is_unsure = false;
        self.trail.head = TrailHead { lines: number, digest: chain.to_owned() };
        if self.anchors.iter().any(|anchor| anchor.lines == number && anchor.digest != chain) {
            let message = format!("line {number} has another digest than the head that was kept of it");
            self.find(AuditFault::Rewritten, message);
        }
    }

    fn gap(&mut self, from: u64, to: u64) {
        if self.trail.gaps.len() < MOST_GAPS {
            self.trail.gaps.push((from, to));
        } else {
            self.removed(from, to);
        }
    }

    fn removed(&mut self, from: u64, to: u64) {
        let message = if from == to {
            format!("line {from} is missing")
        } else {
            format!("the lines {from} to {to} are missing")
        };
        self.find(AuditFault::Removed, message);
    }

    /// The file ends here.
    fn end(&mut self) {
        let rest = std::mem::take(&mut self.trail.rest);
        if !rest.is_empty() || std::mem::take(&mut self.trail.is_skipping) {
            self.trail.file_line += 1;
            self.find(
                AuditFault::Torn,
                format!("the last line has no end; {} bytes of it are there", rest.len()),
            );
        }
        for (from, to) in std::mem::take(&mut self.trail.gaps) {
            self.removed(from, to);
        }
        let lines = self.trail.head.lines;
        let furthest = self.anchors.iter().map(|anchor| anchor.lines).max().unwrap_or_default();
        if furthest > lines {
            let message = format!("the file ends with line {lines}, and a head was kept of line {furthest}");
            self.find(AuditFault::CutOff, message);
        }
        if self.key.is_some() && lines > 0 && !self.trail.is_keyed {
            self.find(AuditFault::Unkeyed, "no line was chained with the key");
        }
    }

    fn find(&mut self, fault: AuditFault, message: impl Into<String>) {
        if self.findings.len() == MOST_FINDINGS {
            self.more += 1;
            return;
        }
        self.findings.push(json!({
            "line": self.trail.file_line, "fault": fault.as_str(), "message": message.into(), "todo": fault.todo(),
        }));
    }
}
