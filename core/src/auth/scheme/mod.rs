//! The schemes. A new one is a file in this folder; the rest follows from that: reading and checking, what is blanked and
//! wiped, and, generated, its place in the list below and the types of every host.

// generated: modules
mod application_login;
mod legacy_session;
mod oauth;
mod private_app;
mod public_app;
mod staff_app;
mod staff_login;
// generated end

use crate::error::Result;
use crate::origin::{Origin, TOKEN_URL};

use super::declaration::{Credential, Declared, Scheme};
use super::field::{self, Holding, SchemeField};
use super::reading::Unsorted;

/// Names of what an app is known by stand first where the fields of all schemes are named.
const OF_APPS: [&str; 5] = ["app_ref", "dev_ref", "account_token", "staff_token", "dev_secret"];

/// A scheme with its reader.
pub(super) struct Registered {
    pub(super) scheme: Scheme,
    pub(super) read: fn(&mut Unsorted) -> Result<Credentials, String>,
}

macro_rules! registry {
    ($( $module:ident::$Scheme:ident, )*) => {
        $( pub use $module::$Scheme; )*

        /// The credentials of one app on one account.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Credentials {
            $(
                #[doc = concat!("Those of a [`", stringify!($Scheme), "`].")]
                $Scheme($Scheme),
            )*
        }

        $(
            impl From<$Scheme> for Credentials {
                fn from(credentials: $Scheme) -> Self {
                    Self::$Scheme(credentials)
                }
            }
        )*

        pub(super) static SCHEMES: &[Registered] = &[
            $( Registered {
                scheme: $Scheme::SCHEME,
                read: |from| $Scheme::read(from).map(Credentials::$Scheme),
            }, )*
        ];

        impl Credentials {
            /// What they do.
            pub(super) fn scheme(&self) -> &dyn Credential {
                match self {
                    $( Self::$Scheme(credentials) => credentials, )*
                }
            }
        }
    };
}

registry! {
    // generated: list
    private_app::PrivateApp,
    staff_app::StaffApp,
    staff_login::StaffLogin,
    legacy_session::LegacySession,
    application_login::ApplicationLogin,
    public_app::PublicApp,
    oauth::OAuth,
    // generated end
}

/// Every scheme that there is, as data.
pub fn schemes() -> impl ExactSizeIterator<Item = &'static Scheme> {
    SCHEMES.iter().map(|registered| &registered.scheme)
}

/// The fields of all schemes, each once, in the order in which they are named.
pub(super) fn fields() -> Vec<&'static SchemeField> {
    let mut fields: Vec<&'static SchemeField> = Vec::new();
    for field in schemes().flat_map(|scheme| scheme.fields) {
        if fields.iter().all(|known| known.name != field.name) {
            fields.push(field);
        }
    }
    fields.sort_by_key(|field| rank(field.name));
    fields
}

fn rank(name: &str) -> usize {
    OF_APPS.iter().position(|known| *known == name).unwrap_or(OF_APPS.len())
}

impl Scheme {
    /// What has to be known for the scheme where there is nothing but texts, in the order in which it is asked for: its
    /// fields, and those of the form that tells it, where one field has several forms.
    pub fn texts(&self) -> Vec<SchemeField> {
        let is_told = |field: &SchemeField| self.told_by.contains(&field.name);
        let mut texts = Vec::new();
        for field in self.fields {
            match field.holds {
                Holding::Text | Holding::Secret => texts.push(*field),
                Holding::Grant(forms) => {
                    let told = forms.iter().filter(|form| form.fields.iter().any(is_told));
                    texts.extend(told.flat_map(|form| form.fields).filter(|field| field.is_text()).copied());
                }
                Holding::Milliseconds => {}
            }
        }
        for field in &mut texts {
            field.is_optional &= !is_told(field);
        }
        texts.sort_by_key(|field| rank(field.name));
        texts
    }
}

impl Credentials {
    /// Checks that every part is there and can stand where it is sent.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the field's name, never with a secret's value.
    pub fn check(&self) -> Result<()> {
        field::check(self.scheme().pieces())?;
        self.scheme().check()
    }

    /// Who reads what is sent to a configured `token_url`.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `credentials.token_url`.
    pub(super) fn token_origin(&self) -> Result<Option<Origin>> {
        self.scheme().token_url().map(|url| TOKEN_URL.check(url)).transpose()
    }

    /// The secrets, for blanking them in texts that come from elsewhere.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        field::secrets(self.scheme().pieces())
    }
}

#[cfg(test)]
mod tests;
