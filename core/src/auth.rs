//! Who asks: credentials and how they sign a request (API notes §2).

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::http::Headers;
use crate::secret::Secret;

/// The credentials of one app on one account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Credentials {
    /// A private system app: app reference and account token (API notes §2.2).
    PrivateApp {
        /// The app's reference, conventionally `{account}_{name}`.
        app_ref: String,
        /// The token that Brightpearl shows for the app.
        account_token: Secret,
    },
    /// A private staff app: app reference and the token of a staff member (API notes §2.3).
    StaffApp {
        /// The app's reference.
        app_ref: String,
        /// The staff member's token.
        staff_token: Secret,
    },
}

impl Credentials {
    /// Checks that every part is there and can stand in a header.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the field's name, never with its value.
    pub fn check(&self) -> Result<()> {
        let (app_ref, (token_field, token)) = self.parts();
        check_header_value("credentials.app_ref", app_ref)?;
        check_header_value(token_field, token.expose())
    }

    /// Adds the headers that prove who asks.
    pub(crate) fn sign(&self, headers: &mut Headers) {
        let (app_ref, _) = self.parts();
        headers.push("brightpearl-app-ref", app_ref);
        match self {
            Self::PrivateApp { account_token, .. } => {
                headers.push("brightpearl-account-token", account_token.expose());
            }
            Self::StaffApp { staff_token, .. } => {
                headers.push("brightpearl-staff-token", staff_token.expose())
            }
        }
    }

    /// Blanks the secrets in a text that came from elsewhere: servers echo tokens (API notes §2.7).
    pub(crate) fn blank(&self, text: &str) -> String {
        let (_, (_, token)) = self.parts();
        token.blank(text)
    }

    /// Blanks the secrets in all that an error says.
    pub(crate) fn blank_error(&self, error: Error) -> Error {
        error.map_texts(|text| self.blank(text))
    }

    fn parts(&self) -> (&str, (&'static str, &Secret)) {
        match self {
            Self::PrivateApp { app_ref, account_token } => {
                (app_ref, ("credentials.account_token", account_token))
            }
            Self::StaffApp { app_ref, staff_token } => (app_ref, ("credentials.staff_token", staff_token)),
        }
    }
}

fn check_header_value(field: &'static str, value: &str) -> Result<()> {
    if value.is_empty() {
        return Err(Error::validation(
            field,
            "the value is empty; expected what Brightpearl shows for the app",
        ));
    }
    match value.bytes().position(|byte| !byte.is_ascii_graphic()) {
        None => Ok(()),
        Some(position) => Err(Error::validation(
            field,
            format!(
                "the value has a space, control or non-ASCII character at byte {position}; expected the text as Brightpearl shows it, perhaps copied without its line end"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_with_the_documented_headers() {
        let mut headers = Headers::new();
        Credentials::StaffApp { app_ref: "acme_sync".into(), staff_token: "s3cret".into() }
            .sign(&mut headers);
        let lines: Vec<_> = headers.iter().collect();
        assert_eq!(lines, [("brightpearl-app-ref", "acme_sync"), ("brightpearl-staff-token", "s3cret")]);
        assert!(!format!("{headers:?}").contains("s3cret"));
    }

    #[test]
    fn refuses_unusable_parts_without_showing_them() {
        let bad = Credentials::PrivateApp { app_ref: "acme_sync".into(), account_token: "s3cret\n".into() };
        let error = bad.check().unwrap_err();
        assert_eq!(error.location(), Some("credentials.account_token"));
        assert!(!format!("{error} {error:?} {bad:?}").contains("s3cret"));
        let empty = Credentials::PrivateApp { app_ref: String::new(), account_token: "x".into() };
        assert_eq!(empty.check().unwrap_err().location(), Some("credentials.app_ref"));
    }
}
