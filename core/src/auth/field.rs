//! What the fields of credentials may be. The type of a field decides whether it is secret and whether it may be left
//! out; nothing else does.

use crate::error::{Error, Result};
use crate::redact::is_recognisable;
use crate::secret::Secret;

use super::grant::Grant;
use super::reading::{FieldValue, Unsorted};

/// A field of a scheme, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemeField {
    /// Its name in the configuration.
    pub name: &'static str,
    /// What it is, by lines.
    pub doc: &'static [&'static str],
    /// What it holds.
    pub holds: Holding,
    /// Whether it may be left out.
    pub is_optional: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// A text that anyone may see.
    Text,
    /// A text that must not be seen.
    Secret,
    /// A time, in milliseconds since the Unix epoch.
    Milliseconds,
    /// One of several forms, each with fields of its own; some of them are secret.
    Grant(&'static [GrantForm]),
}

/// One of the forms that a field with fields of its own may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantForm {
    /// Its name in the configuration.
    pub name: &'static str,
    /// What a record of its fields is called.
    pub record: &'static str,
    /// What it is, by lines.
    pub doc: &'static [&'static str],
    /// Its fields.
    pub fields: &'static [SchemeField],
}

impl Holding {
    /// Whether all of it is to be blanked where it is shown.
    pub fn is_secret(self) -> bool {
        match self {
            Self::Secret | Self::Grant(_) => true,
            Self::Text | Self::Milliseconds => false,
        }
    }
}

impl SchemeField {
    /// Whether it holds one text.
    pub fn is_text(&self) -> bool {
        match self.holds {
            Holding::Text | Holding::Secret => true,
            Holding::Milliseconds | Holding::Grant(_) => false,
        }
    }

    /// What it is, in the words of a sentence: `the app's reference`. Descriptions begin with them.
    pub fn what(&self) -> String {
        let doc = join(self.doc);
        let words = doc.split([',', ';', '.']).next().unwrap_or_default();
        let mut letters = words.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    }
}

/// The lines of a doc comment as one text.
pub(super) fn join(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// Where a field's text goes, which says what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// Into a header: visible ASCII.
    IntoHeader,
    /// Into a body: any text.
    IntoBody,
    /// Elsewhere: a rule of its own is checked where it is used.
    Elsewhere,
}

/// One text of a credential, with its place in the configuration.
#[derive(Clone, Copy)]
pub(super) struct CredentialText<'a> {
    place: &'static str,
    text: &'a str,
    is_secret: bool,
    is_optional: bool,
    goes: Goes,
}

/// What a type says of the fields that have it.
pub(super) trait FieldType: Sized {
    /// What such fields hold.
    const HOLDS: Holding;
    /// Whether they may be left out.
    const IS_OPTIONAL: bool;

    /// Takes the value of that name.
    ///
    /// # Errors
    /// What is wrong, as the reader of the configuration says it.
    fn take(from: &mut Unsorted, name: &'static str) -> Result<Self, String>;

    /// Adds the texts that it holds.
    fn add<'a>(&'a self, place: &'static str, goes: Goes, pieces: &mut Vec<CredentialText<'a>>);
}

impl FieldType for String {
    const HOLDS: Holding = Holding::Text;
    const IS_OPTIONAL: bool = false;

    fn take(from: &mut Unsorted, name: &'static str) -> Result<Self, String> {
        required(FieldType::take(from, name)?, name)
    }

    fn add<'a>(&'a self, place: &'static str, goes: Goes, pieces: &mut Vec<CredentialText<'a>>) {
        pieces.push(CredentialText {
            place,
            text: self,
            is_secret: false,
            is_optional: Self::IS_OPTIONAL,
            goes,
        });
    }
}

impl FieldType for Option<String> {
    const HOLDS: Holding = Holding::Text;
    const IS_OPTIONAL: bool = true;

    fn take(from: &mut Unsorted, name: &'static str) -> Result<Self, String> {
        Ok(match from.take(name) {
            Some(FieldValue::Text(text)) => Some(text),
            Some(FieldValue::Secret(_) | FieldValue::Milliseconds(_) | FieldValue::Grant(_)) | None => None,
        })
    }

    fn add<'a>(&'a self, place: &'static str, goes: Goes, pieces: &mut Vec<CredentialText<'a>>) {
        pieces.extend(self.iter().map(|text| CredentialText {
            place,
            text,
            is_secret: false,
            is_optional: Self::IS_OPTIONAL,
            goes,
        }));
    }
}

impl FieldType for Secret {
    const HOLDS: Holding = Holding::Secret;
    const IS_OPTIONAL: bool = false;

    fn take(from: &mut Unsorted, name: &'static str) -> Result<Self, String> {
        required(FieldType::take(from, name)?, name)
    }

    fn add<'a>(&'a self, place: &'static str, goes: Goes, pieces: &mut Vec<CredentialText<'a>>) {
        let text = self.expose();
        pieces.push(CredentialText { place, text, is_secret: true, is_optional: Self::IS_OPTIONAL, goes });
    }
}

impl FieldType for Option<Secret> {
    const HOLDS: Holding = Holding::Secret;
    const IS_OPTIONAL: bool = true;

    fn take(from: &mut Unsorted, name: &'static str) -> Result<Self, String> {
        Ok(match from.take(name) {
            Some(FieldValue::Secret(secret)) => Some(secret),
            Some(FieldValue::Text(_) | FieldValue::Milliseconds(_) | FieldValue::Grant(_)) | None => None,
        })
    }

    fn add<'a>(&'a self, place: &'static str, goes: Goes, pieces: &mut Vec<CredentialText<'a>>) {
        pieces.extend(self.iter().map(|secret| CredentialText {
            place,
            text: secret.expose(),
            is_secret: true,
            is_optional: Self::IS_OPTIONAL,
            goes,
        }));
    }
}

impl FieldType for Option<u64> {
    const HOLDS: Holding = Holding::Milliseconds;
    const IS_OPTIONAL: bool = true;

    fn take(from: &mut Unsorted, name: &'static str) -> Result<Self, String> {
        Ok(match from.take(name) {
            Some(FieldValue::Milliseconds(time)) => Some(time),
            Some(FieldValue::Text(_) | FieldValue::Secret(_) | FieldValue::Grant(_)) | None => None,
        })
    }

    fn add<'a>(&'a self, _place: &'static str, _goes: Goes, _pieces: &mut Vec<CredentialText<'a>>) {}
}

impl FieldType for Grant {
    const HOLDS: Holding = Holding::Grant(Grant::FORMS);
    const IS_OPTIONAL: bool = false;

    fn take(from: &mut Unsorted, name: &'static str) -> Result<Self, String> {
        match from.take(name) {
            Some(FieldValue::Grant(grant)) => Ok(grant),
            Some(FieldValue::Text(_) | FieldValue::Secret(_) | FieldValue::Milliseconds(_)) | None => {
                required(None, name)
            }
        }
    }

    fn add<'a>(&'a self, _place: &'static str, _goes: Goes, pieces: &mut Vec<CredentialText<'a>>) {
        let from = pieces.len();
        self.add_pieces(pieces);
        // One that is there is checked in its turn, behind the fields around it.
        pieces[from..].iter_mut().for_each(|piece| piece.is_optional = true);
    }
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("missing field `{name}`"))
}

/// The longest secret, in bytes: recognising it in texts takes many times its length.
pub(super) const LONGEST_SECRET: usize = 16 << 10;

/// Whether a token of an answer is one that can be used.
pub(super) fn is_of_fit_length(token: &str) -> bool {
    (1..=LONGEST_SECRET).contains(&token.len())
}

/// The secrets among them.
pub(super) fn secrets<'a>(pieces: Vec<CredentialText<'a>>) -> impl Iterator<Item = &'a str> {
    pieces.into_iter().filter(|piece| piece.is_secret).map(|piece| piece.text)
}

/// Checks each piece, first those that must be there.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at the field's name, never with a secret's value.
pub(super) fn check(mut pieces: Vec<CredentialText<'_>>) -> Result<()> {
    pieces.sort_by_key(|piece| piece.is_optional);
    pieces.iter().try_for_each(CredentialText::check)
}

impl CredentialText<'_> {
    fn check(&self) -> Result<()> {
        if self.is_secret || self.goes != Goes::Elsewhere {
            self.check_text()?;
        }
        let is_wrong = |byte: u8| self.goes == Goes::IntoHeader && !byte.is_ascii_graphic();
        match self.text.bytes().position(is_wrong) {
            None => Ok(()),
            Some(position) => Err(Error::validation(
                self.place,
                format!(
                    "the value has a space, control or non-ASCII character at byte {position}; expected the text as Brightpearl shows it, perhaps copied without its line end"
                ),
            )),
        }
    }

    /// Checks what any text has to be, and a secret above all: one that can be recognised where it is echoed.
    fn check_text(&self) -> Result<()> {
        if self.text.is_empty() {
            return Err(Error::validation(
                self.place,
                "the value is empty; expected what Brightpearl shows for the app",
            ));
        }
        if self.is_secret && self.text.len() > LONGEST_SECRET {
            return Err(Error::validation(
                self.place,
                format!("the value has {} bytes; expected at most {LONGEST_SECRET}", self.text.len()),
            ));
        }
        if self.is_secret && !is_recognisable(self.text) {
            return Err(Error::validation(
                self.place,
                "the value has nothing but spaces, control characters and `+`, which cannot be recognised in texts; \
                 expected other characters too",
            ));
        }
        Ok(())
    }
}
