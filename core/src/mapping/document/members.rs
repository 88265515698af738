//! Reading a document's objects member by member, so that everything wrong is found with its place.

use crate::json::{Node, Part, nearest, token};
use crate::mapping::finding::Findings;

/// A part of a document, and where it stands.
#[derive(Clone)]
pub(in crate::mapping) struct DocumentPlace<'d> {
    pub(in crate::mapping) pointer: String,
    pub(in crate::mapping) part: Part<'d>,
}

/// The members of an object, of which each should be asked for.
pub(in crate::mapping) struct MemberReader<'d> {
    pub(in crate::mapping) pointer: String,
    members: Vec<(String, Part<'d>)>,
    known: Vec<&'static str>,
}

impl<'d> DocumentPlace<'d> {
    pub(in crate::mapping) fn read(&self) -> Node<'d> {
        self.part.read()
    }

    /// Its JSON.
    pub(in crate::mapping) fn json(&self) -> &'d str {
        self.part.raw().unwrap_or("null")
    }

    pub(in crate::mapping) fn within(&self, name: &str, part: Part<'d>) -> DocumentPlace<'d> {
        DocumentPlace { pointer: format!("{}/{}", self.pointer, token(name)), part }
    }

    pub(in crate::mapping) fn refuse(&self, findings: &mut Findings, expected: &str) {
        findings.error(&self.pointer, format!("found {}, expected {expected}", self.read()));
    }

    /// An object's members.
    pub(in crate::mapping) fn object(&self, findings: &mut Findings) -> Option<MemberReader<'d>> {
        match self.read() {
            Node::Object(members) => {
                Some(MemberReader { pointer: self.pointer.clone(), members, known: Vec::new() })
            }
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable => {
                self.refuse(findings, "an object");
                None
            }
        }
    }

    /// An array's elements.
    pub(in crate::mapping) fn elements(&self, findings: &mut Findings) -> Vec<DocumentPlace<'d>> {
        match self.read() {
            Node::Array(elements) => {
                let places = elements.into_iter().enumerate();
                places.map(|(place, part)| self.within(&place.to_string(), part)).collect()
            }
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Object(_)
            | Node::Unreadable => {
                self.refuse(findings, "an array");
                Vec::new()
            }
        }
    }

    pub(in crate::mapping) fn text(&self, findings: &mut Findings) -> Option<String> {
        match self.read() {
            Node::Text(text) => Some(text),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable => {
                self.refuse(findings, "a text");
                None
            }
        }
    }

    /// A whole number up to a limit.
    pub(in crate::mapping) fn count(&self, most: u32, findings: &mut Findings) -> Option<u32> {
        let number = match self.read() {
            Node::Number(digits) => digits.parse().ok().filter(|number| *number <= most),
            Node::Null
            | Node::Boolean(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable => None,
        };
        if number.is_none() {
            self.refuse(findings, &format!("a whole number from 0 to {most}"));
        }
        number
    }

    /// One of these words.
    pub(in crate::mapping) fn choice<T: Copy>(
        &self,
        words: &[(&str, T)],
        findings: &mut Findings,
    ) -> Option<T> {
        let text = match self.read() {
            Node::Text(text) => Some(text),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable => None,
        };
        let found = text.and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refuse(findings, &format!("one of {}", names.join(", ")));
        }
        found.map(|(_, value)| *value)
    }
}

impl<'d> MemberReader<'d> {
    /// A member that may be there.
    pub(in crate::mapping) fn take(&mut self, name: &'static str) -> Option<DocumentPlace<'d>> {
        self.known.push(name);
        let (_, part) = self.members.iter().rev().find(|(member, _)| member == name)?;
        Some(DocumentPlace { pointer: format!("{}/{name}", self.pointer), part: part.clone() })
    }

    pub(in crate::mapping) fn text(&mut self, name: &'static str, findings: &mut Findings) -> Option<String> {
        self.take(name)?.text(findings)
    }

    /// A text that must be there.
    pub(in crate::mapping) fn needed_text(
        &mut self,
        name: &'static str,
        findings: &mut Findings,
    ) -> Option<String> {
        match self.take(name) {
            Some(place) => place.text(findings),
            None => {
                findings.error(&self.pointer, format!("{name} is missing; expected a text"));
                None
            }
        }
    }

    pub(in crate::mapping) fn flag(&mut self, name: &'static str, findings: &mut Findings) -> bool {
        let Some(place) = self.take(name) else { return false };
        match place.read() {
            Node::Boolean(value) => value,
            Node::Null
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable => {
                place.refuse(findings, "true or false");
                false
            }
        }
    }

    /// A whole number up to a limit.
    pub(in crate::mapping) fn count(
        &mut self,
        name: &'static str,
        most: u32,
        findings: &mut Findings,
    ) -> Option<u32> {
        self.take(name)?.count(most, findings)
    }

    pub(in crate::mapping) fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
        findings: &mut Findings,
    ) -> Option<T> {
        self.take(name)?.choice(words, findings)
    }

    /// Every member with its place, whatever its name.
    pub(in crate::mapping) fn all(&self) -> Vec<(String, DocumentPlace<'d>)> {
        let at = |name: &str| format!("{}/{}", self.pointer, token(name));
        let places = self.members.iter();
        places
            .map(|(name, part)| (name.clone(), DocumentPlace { pointer: at(name), part: part.clone() }))
            .collect()
    }

    /// Reports members that nobody asked for, and repeated ones.
    pub(in crate::mapping) fn finish(self, findings: &mut Findings) {
        for (place, (name, _)) in self.members.iter().enumerate() {
            let pointer = format!("{}/{}", self.pointer, token(name));
            if !self.known.contains(&name.as_str()) {
                let expected = match nearest(name, self.known.iter().copied()) {
                    Some(meant) => format!("did you mean {meant}?"),
                    None => format!("expected one of {}", self.known.join(", ")),
                };
                findings.error(pointer, format!("there is no member {name:?} here; {expected}"));
            } else if self.members.iter().take(place).any(|(other, _)| other == name) {
                findings.error(pointer, "it stands here a second time; expected it once");
            }
        }
    }
}
