//! How schemes of credentials are declared. Each is one file of [`scheme`](super::scheme): its fields by [`scheme!`], and
//! what it does by [`Credential`].

use crate::account::AccountAddress;
use crate::error::{Error, Kind, Result};
use crate::http::{Headers, Request};
use crate::secret::{Secret, SecretText};

use super::field::{CredentialText, SchemeField};
use super::login::{self, Granted};
use super::reading::Unsorted;
use super::tokens::Tokens;

/// A scheme of credentials, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Its name in the configuration, at `type`.
    pub name: &'static str,
    /// The name of its type in languages whose types begin with capitals.
    pub type_name: &'static str,
    /// What it is, by lines.
    pub doc: &'static [&'static str],
    /// The texts that tell it from other schemes where they come one by one, as environment variables do: the first is a
    /// secret, and of the schemes that share it the one counts of which the most are there.
    pub told_by: &'static [&'static str],
    /// Its fields.
    pub fields: &'static [SchemeField],
}

/// Where the token comes from that a scheme sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenSource {
    /// It is configured: there is no login, and a refused token cannot be replaced.
    Configuration,
    /// A login brings it, as often as need be.
    Login,
    /// A grant brings it together with the refresh token that the next one is had for.
    Grant,
}

/// What `scheme!` makes of a declaration.
pub(super) trait Declared: Sized {
    /// The declaration as data.
    const SCHEME: Scheme;

    /// Takes the fields.
    ///
    /// # Errors
    /// The name of a field that is missing.
    fn read(from: &mut Unsorted) -> Result<Self, String>;
}

/// The texts of credentials, as `scheme!` makes them.
pub(super) trait Pieces {
    /// The texts, in the order of the fields.
    fn pieces(&self) -> Vec<CredentialText<'_>>;
}

/// What the credentials of a scheme do.
pub(super) trait Credential: Pieces {
    /// Where the token comes from.
    fn token_source(&self) -> TokenSource;

    /// Adds the headers that prove who asks. `token` is the present one, empty where none was had.
    fn sign(&self, headers: &mut Headers, token: &str);

    /// Checks what is more than the rules for each text.
    ///
    /// # Errors
    /// [`Kind::Validation`] at the field's name, never with a secret's value.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The header that carries the token, where the configuration names it.
    fn token_header(&self) -> Option<&str> {
        None
    }

    /// Where tokens come from, where the configuration names it.
    fn token_url(&self) -> Option<&str> {
        None
    }

    /// What is there without a login.
    fn tokens(&self) -> Tokens {
        Tokens::default()
    }

    /// The request that fetches a token, where there is one. `refresh_token` is the newest that is known.
    fn login(&self, _address: &AccountAddress, _refresh_token: Option<&Secret>) -> Option<Request> {
        None
    }

    /// Reads the answer to the login.
    fn read_login(&self, body: &[u8]) -> Granted {
        login::read_session(body)
    }

    /// Why calls cannot go on with what the login brought: there is no token.
    fn no_token(&self, _granted: &Granted) -> Error {
        // Nothing of the body goes into the text: it may hold a token.
        Error::new(Kind::Protocol, "the login's answer holds no token; expected {\"response\": \"<token>\"}")
    }
}

/// Adds the headers that name an app.
pub(super) fn push_refs(headers: &mut Headers, dev_ref: Option<&str>, app_ref: &str) {
    if let Some(dev_ref) = dev_ref {
        headers.push("brightpearl-dev-ref", dev_ref);
    }
    headers.push("brightpearl-app-ref", app_ref);
}

/// What stands in the header, which wipes it.
pub(super) fn bearer(token: &str) -> String {
    SecretText::joined(&["Bearer ", token]).take()
}

/// Makes the type of a scheme: `Type: "name", told by [texts] { field: type => where its text goes }`, with a doc comment
/// each, whose first words say what it is. The type of a field says whether it is secret (`Secret`) and whether it may
/// be left out (`Option`).
macro_rules! scheme {
    (
        $(#[doc = $doc:literal])*
        pub struct $Type:ident: $name:literal, told by $told_by:tt {
            $( $(#[doc = $line:literal])* $field:ident: $holds:ty => $goes:ident, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $Type {
            $( $(#[doc = $line])* pub $field: $holds, )*
        }

        impl $crate::auth::declaration::Declared for $Type {
            const SCHEME: $crate::auth::declaration::Scheme = $crate::auth::declaration::Scheme {
                name: $name,
                type_name: stringify!($Type),
                doc: &[$($doc),*],
                told_by: &$told_by,
                fields: $crate::auth::declaration::fields!($( [$($line),*] $field: $holds, )*),
            };

            fn read(from: &mut $crate::auth::reading::Unsorted) -> Result<Self, String> {
                Ok(Self { $( $field: $crate::auth::field::FieldType::take(from, stringify!($field))?, )* })
            }
        }

        impl $crate::auth::declaration::Pieces for $Type {
            fn pieces(&self) -> Vec<$crate::auth::field::CredentialText<'_>> {
                let mut pieces = Vec::new();
                $( $crate::auth::field::FieldType::add(
                    &self.$field,
                    concat!("credentials.", stringify!($field)),
                    $crate::auth::field::Goes::$goes,
                    &mut pieces,
                ); )*
                pieces
            }
        }
    };
}

/// Makes the type of a field that has one of several forms: `Variant: "name", record "name" { fields as in scheme! }`. Its
/// place in the configuration is `at`.
macro_rules! forms {
    (
        $(#[doc = $doc:literal])*
        pub enum $Type:ident, at $at:literal {
            $(
                $(#[doc = $form_doc:literal])*
                $Form:ident: $name:literal, record $record:literal {
                    $( $(#[doc = $line:literal])* $field:ident: $holds:ty => $goes:ident, )*
                }
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub enum $Type {
            $(
                $(#[doc = $form_doc])*
                #[serde(rename = $name)]
                $Form { $( $(#[doc = $line])* $field: $holds, )* },
            )*
        }

        impl $Type {
            /// What it may be, as data.
            pub(super) const FORMS: &'static [$crate::auth::field::GrantForm] = &[
                $( $crate::auth::field::GrantForm {
                    name: $name,
                    record: $record,
                    doc: &[$($form_doc),*],
                    fields: $crate::auth::declaration::fields!($( [$($line),*] $field: $holds, )*),
                }, )*
            ];

            /// Adds the texts that it holds.
            pub(super) fn add_pieces<'a>(&'a self, pieces: &mut Vec<$crate::auth::field::CredentialText<'a>>) {
                match self {
                    $( Self::$Form { $( $field, )* } => {
                        $( $crate::auth::field::FieldType::add(
                            $field,
                            concat!($at, ".", $name, ".", stringify!($field)),
                            $crate::auth::field::Goes::$goes,
                            pieces,
                        ); )*
                    } )*
                }
            }
        }
    };
}

/// Fields as data.
macro_rules! fields {
    ($( [$($line:literal),*] $field:ident: $holds:ty, )*) => {
        &[ $( $crate::auth::field::SchemeField {
            name: stringify!($field),
            doc: &[$($line),*],
            holds: <$holds as $crate::auth::field::FieldType>::HOLDS,
            is_optional: <$holds as $crate::auth::field::FieldType>::IS_OPTIONAL,
        }, )* ]
    };
}

pub(super) use {fields, forms, scheme};
