//! The schemes, as data.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::header::can_carry_token;
use crate::origin::{Origin, TOKEN_URL};
use crate::redact::is_recognisable;
use crate::secret::Secret;

/// The credentials of one app on one account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
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
        /// The developer's reference, for a public app.
        dev_ref: Option<String>,
    },
    /// A staff app whose staff token is fetched with a staff member's login (API notes §2.3).
    StaffLogin {
        /// The app's reference.
        app_ref: String,
        /// The developer's reference, for a public app.
        dev_ref: Option<String>,
        /// The staff member's address.
        email: String,
        /// The staff member's password.
        password: Secret,
    },
    /// The oldest scheme: a session token for a login, without any app (API notes §2.1).
    LegacySession {
        /// The staff member's address.
        email: String,
        /// The staff member's password.
        password: Secret,
    },
    /// The exchange that integration guides describe: an application's id and secret for a token
    /// (API notes §2.1, unverified there; sent as the guides have it).
    ApplicationLogin {
        /// The application's id.
        application_id: String,
        /// The application's secret.
        application_secret: Secret,
        /// The header that carries the token: `brightpearl-auth` unless another is named. For
        /// `authorization` the token follows `Bearer`.
        token_header: String,
    },
    /// A public app of the older kind: the account token is signed with the developer's secret (§2.4).
    PublicApp {
        /// The developer's reference.
        dev_ref: String,
        /// The app's reference.
        app_ref: String,
        /// The unsigned account token, as the install callback brought it.
        account_token: Secret,
        /// The developer's secret.
        dev_secret: Secret,
    },
    /// OAuth 2.0 authorization code, for instance apps (API notes §2.6).
    OAuth {
        /// The app's reference, which is the client id.
        app_ref: String,
        /// The developer's reference.
        dev_ref: String,
        /// The client secret; only confidential apps have one.
        client_secret: Option<Secret>,
        /// Where tokens come from; `https://oauth.brightpearl.com/token/{account}` when absent. `https`, or `http`
        /// on the loopback host.
        token_url: Option<String>,
        /// What is there to begin with.
        grant: Grant,
    },
}

/// What an OAuth client starts from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Grant {
    /// The code of a redirect that just came, to be exchanged for tokens.
    AuthorizationCode {
        /// The `code` parameter of the redirect.
        code: Secret,
        /// The redirect address, exactly as it was given to the authorise page.
        redirect_uri: String,
    },
    /// Tokens that an earlier run stored.
    Tokens {
        /// The access token, if it is still good.
        #[serde(default)]
        access_token: Option<Secret>,
        /// When it ends, in milliseconds since the Unix epoch.
        #[serde(default)]
        expires_at: Option<u64>,
        /// The refresh token.
        #[serde(default)]
        refresh_token: Option<Secret>,
        /// The API's host, as the token's answer named it; it wins over the configuration. Brightpearl's own, or
        /// that of `base_url` or `token_url`.
        #[serde(default)]
        api_domain: Option<String>,
    },
}

/// Credentials as their JSON has them: `type`, and the members that the type takes. One flat structure, since a
/// reader for each of the types would be a tenth of the WebAssembly component.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(rename = "type")]
    scheme: String,
    app_ref: Option<String>,
    dev_ref: Option<String>,
    account_token: Option<Secret>,
    staff_token: Option<Secret>,
    dev_secret: Option<Secret>,
    email: Option<String>,
    password: Option<Secret>,
    application_id: Option<String>,
    application_secret: Option<Secret>,
    token_header: Option<String>,
    client_secret: Option<Secret>,
    token_url: Option<String>,
    grant: Option<Grant>,
}

impl TryFrom<Fields> for Credentials {
    type Error = String;

    fn try_from(mut fields: Fields) -> Result<Self, String> {
        let scheme = std::mem::take(&mut fields.scheme);
        let credentials = match scheme.as_str() {
            "private-app" => {
                Self::PrivateApp { app_ref: fields.app_ref()?, account_token: fields.account_token()? }
            }
            "staff-app" => Self::StaffApp {
                app_ref: fields.app_ref()?,
                staff_token: required(&mut fields.staff_token, "staff_token")?,
                dev_ref: fields.dev_ref.take(),
            },
            "staff-login" => Self::StaffLogin {
                app_ref: fields.app_ref()?,
                dev_ref: fields.dev_ref.take(),
                email: required(&mut fields.email, "email")?,
                password: required(&mut fields.password, "password")?,
            },
            "legacy-session" => Self::LegacySession {
                email: required(&mut fields.email, "email")?,
                password: required(&mut fields.password, "password")?,
            },
            "application-login" => Self::ApplicationLogin {
                application_id: required(&mut fields.application_id, "application_id")?,
                application_secret: required(&mut fields.application_secret, "application_secret")?,
                token_header: fields.token_header.take().unwrap_or_else(Self::default_token_header),
            },
            "public-app" => Self::PublicApp {
                dev_ref: required(&mut fields.dev_ref, "dev_ref")?,
                app_ref: fields.app_ref()?,
                account_token: fields.account_token()?,
                dev_secret: required(&mut fields.dev_secret, "dev_secret")?,
            },
            "oauth" => Self::OAuth {
                app_ref: fields.app_ref()?,
                dev_ref: required(&mut fields.dev_ref, "dev_ref")?,
                client_secret: fields.client_secret.take(),
                token_url: fields.token_url.take(),
                grant: fields.grant.take().ok_or("missing field `grant`")?,
            },
            other => {
                return Err(format!(
                    "unknown credentials type `{other}`, expected one of `private-app`, `staff-app`, `staff-login`, \
                     `legacy-session`, `application-login`, `public-app`, `oauth`"
                ));
            }
        };
        match fields.left_over() {
            None => Ok(credentials),
            Some(field) => Err(format!("unknown field `{field}` for credentials of type `{scheme}`")),
        }
    }
}

impl Fields {
    fn app_ref(&mut self) -> Result<String, String> {
        required(&mut self.app_ref, "app_ref")
    }

    fn account_token(&mut self) -> Result<Secret, String> {
        required(&mut self.account_token, "account_token")
    }

    /// A member that the type does not take.
    fn left_over(&self) -> Option<&'static str> {
        let members = [
            (self.app_ref.is_some(), "app_ref"),
            (self.dev_ref.is_some(), "dev_ref"),
            (self.account_token.is_some(), "account_token"),
            (self.staff_token.is_some(), "staff_token"),
            (self.dev_secret.is_some(), "dev_secret"),
            (self.email.is_some(), "email"),
            (self.password.is_some(), "password"),
            (self.application_id.is_some(), "application_id"),
            (self.application_secret.is_some(), "application_secret"),
            (self.token_header.is_some(), "token_header"),
            (self.client_secret.is_some(), "client_secret"),
            (self.token_url.is_some(), "token_url"),
            (self.grant.is_some(), "grant"),
        ];
        members.into_iter().find(|(is_left, _)| *is_left).map(|(_, name)| name)
    }
}

fn required<T>(value: &mut Option<T>, name: &str) -> Result<T, String> {
    value.take().ok_or_else(|| format!("missing field `{name}`"))
}

/// One part of a credential, with its place in the configuration.
pub(super) struct Part<'a> {
    place: &'static str,
    value: &'a str,
    is_secret: bool,
    /// Whether it stands in a header, and so must be visible ASCII.
    in_header: bool,
}

impl<'a> Part<'a> {
    fn open(place: &'static str, value: &'a str) -> Self {
        Self { place, value, is_secret: false, in_header: true }
    }

    fn secret(place: &'static str, value: &'a Secret) -> Self {
        Self { place, value: value.expose(), is_secret: true, in_header: true }
    }

    /// It goes into a body, where any text may stand.
    fn in_body(self) -> Self {
        Self { in_header: false, ..self }
    }
}

impl Credentials {
    /// The header that carries the token of an [`ApplicationLogin`](Self::ApplicationLogin) unless another is
    /// named.
    pub fn default_token_header() -> String {
        "brightpearl-auth".to_owned()
    }

    /// The header that carries the token, where the configuration names it.
    pub(super) fn token_header(&self) -> Option<&str> {
        match self {
            Self::ApplicationLogin { token_header, .. } => Some(token_header),
            Self::PrivateApp { .. }
            | Self::StaffApp { .. }
            | Self::StaffLogin { .. }
            | Self::LegacySession { .. }
            | Self::PublicApp { .. }
            | Self::OAuth { .. } => None,
        }
    }

    /// Checks that every part is there and can stand where it is sent.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the field's name, never with a secret's value.
    pub fn check(&self) -> Result<()> {
        self.parts().iter().try_for_each(check_part)?;
        if let Some(name) = self.token_header().filter(|name| !can_carry_token(name)) {
            return Err(Error::validation(
                "credentials.token_header",
                format!(
                    "{name:?} cannot carry a token; expected the name of a header that says nothing else, such as \
                     `authorization`"
                ),
            ));
        }
        self.token_origin()?;
        if let Self::OAuth { grant: Grant::Tokens { access_token: None, refresh_token: None, .. }, .. } = self
        {
            return Err(Error::validation(
                "credentials.grant",
                "there is neither an access token nor a refresh token; expected at least one",
            ));
        }
        Ok(())
    }

    /// Who reads what is sent to a configured `token_url`.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `credentials.token_url`.
    pub(super) fn token_origin(&self) -> Result<Option<Origin>> {
        match self {
            Self::OAuth { token_url, .. } => token_url.as_deref().map(|url| TOKEN_URL.check(url)).transpose(),
            Self::PrivateApp { .. }
            | Self::StaffApp { .. }
            | Self::StaffLogin { .. }
            | Self::LegacySession { .. }
            | Self::ApplicationLogin { .. }
            | Self::PublicApp { .. } => Ok(None),
        }
    }

    /// The secrets, for blanking them in texts that come from elsewhere.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.parts().into_iter().filter(|part| part.is_secret).map(|part| part.value)
    }

    fn parts(&self) -> Vec<Part<'_>> {
        match self {
            Self::PrivateApp { app_ref, account_token } => vec![
                Part::open("credentials.app_ref", app_ref),
                Part::secret("credentials.account_token", account_token),
            ],
            Self::StaffApp { app_ref, staff_token, dev_ref } => with_dev_ref(
                vec![
                    Part::open("credentials.app_ref", app_ref),
                    Part::secret("credentials.staff_token", staff_token),
                ],
                dev_ref.as_deref(),
            ),
            Self::StaffLogin { app_ref, dev_ref, email, password } => with_dev_ref(
                vec![
                    Part::open("credentials.app_ref", app_ref),
                    Part::open("credentials.email", email).in_body(),
                    Part::secret("credentials.password", password).in_body(),
                ],
                dev_ref.as_deref(),
            ),
            Self::LegacySession { email, password } => vec![
                Part::open("credentials.email", email).in_body(),
                Part::secret("credentials.password", password).in_body(),
            ],
            Self::ApplicationLogin { application_id, application_secret, token_header } => vec![
                Part::open("credentials.application_id", application_id).in_body(),
                Part::secret("credentials.application_secret", application_secret).in_body(),
                Part::open("credentials.token_header", token_header),
            ],
            Self::PublicApp { dev_ref, app_ref, account_token, dev_secret } => vec![
                Part::open("credentials.dev_ref", dev_ref),
                Part::open("credentials.app_ref", app_ref),
                Part::secret("credentials.account_token", account_token),
                Part::secret("credentials.dev_secret", dev_secret).in_body(),
            ],
            Self::OAuth { app_ref, dev_ref, client_secret, token_url: _, grant } => {
                let mut parts = vec![
                    Part::open("credentials.app_ref", app_ref),
                    Part::open("credentials.dev_ref", dev_ref),
                ];
                parts.extend(
                    client_secret
                        .iter()
                        .map(|secret| Part::secret("credentials.client_secret", secret).in_body()),
                );
                parts.extend(grant.parts());
                parts
            }
        }
    }
}

impl Grant {
    fn parts(&self) -> Vec<Part<'_>> {
        match self {
            Self::AuthorizationCode { code, redirect_uri } => vec![
                Part::secret("credentials.grant.authorization_code.code", code).in_body(),
                Part::open("credentials.grant.authorization_code.redirect_uri", redirect_uri).in_body(),
            ],
            Self::Tokens { access_token, expires_at: _, refresh_token, api_domain: _ } => {
                let access = access_token.iter();
                let refresh = refresh_token.iter();
                access
                    .map(|token| Part::secret("credentials.grant.tokens.access_token", token))
                    .chain(
                        refresh.map(|token| {
                            Part::secret("credentials.grant.tokens.refresh_token", token).in_body()
                        }),
                    )
                    .collect()
            }
        }
    }
}

fn with_dev_ref<'a>(mut parts: Vec<Part<'a>>, dev_ref: Option<&'a str>) -> Vec<Part<'a>> {
    parts.extend(dev_ref.map(|dev_ref| Part::open("credentials.dev_ref", dev_ref)));
    parts
}

/// The longest secret, in bytes: recognising it in texts takes many times its length.
const LONGEST_SECRET: usize = 16 << 10;

/// Whether a token of an answer is one that can be used.
pub(super) fn is_of_fit_length(token: &str) -> bool {
    (1..=LONGEST_SECRET).contains(&token.len())
}

fn check_part(part: &Part<'_>) -> Result<()> {
    if part.value.is_empty() {
        return Err(Error::validation(
            part.place,
            "the value is empty; expected what Brightpearl shows for the app",
        ));
    }
    if part.is_secret && part.value.len() > LONGEST_SECRET {
        return Err(Error::validation(
            part.place,
            format!("the value has {} bytes; expected at most {LONGEST_SECRET}", part.value.len()),
        ));
    }
    if part.is_secret && !is_recognisable(part.value) {
        return Err(Error::validation(
            part.place,
            "the value has nothing but spaces, control characters and `+`, which cannot be recognised in texts; \
             expected other characters too",
        ));
    }
    let wrong = part.value.bytes().position(|byte| !byte.is_ascii_graphic()).filter(|_| part.in_header);
    match wrong {
        None => Ok(()),
        Some(position) => Err(Error::validation(
            part.place,
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
    fn refuses_unusable_parts_without_showing_them() {
        let bad = Credentials::PrivateApp { app_ref: "acme_sync".into(), account_token: "s3cret\n".into() };
        let error = bad.check().unwrap_err();
        assert_eq!(error.location(), Some("credentials.account_token"));
        assert!(!format!("{error} {error:?} {bad:?}").contains("s3cret"));
        let empty = Credentials::PrivateApp { app_ref: String::new(), account_token: "x".into() };
        assert_eq!(empty.check().unwrap_err().location(), Some("credentials.app_ref"));
        let nothing = Credentials::OAuth {
            app_ref: "a".into(),
            dev_ref: "d".into(),
            client_secret: None,
            token_url: None,
            grant: Grant::Tokens {
                access_token: None,
                expires_at: None,
                refresh_token: None,
                api_domain: None,
            },
        };
        assert_eq!(nothing.check().unwrap_err().location(), Some("credentials.grant"));
    }

    #[test]
    fn refuses_secrets_that_take_too_much_to_recognise() {
        let login = |length: usize| Credentials::LegacySession {
            email: "ann@example.com".into(),
            password: "p".repeat(length).into(),
        };
        login(LONGEST_SECRET).check().unwrap();
        let error = login(LONGEST_SECRET + 1).check().unwrap_err();
        assert_eq!(error.location(), Some("credentials.password"));
        assert_eq!(error.message(), "the value has 16385 bytes; expected at most 16384");
    }

    #[test]
    fn refuses_secrets_that_no_text_can_be_told_to_echo() {
        for password in [" ", "+ + +", "\t\u{a0}", "\u{200b}"] {
            let login =
                Credentials::LegacySession { email: "ann@example.com".into(), password: password.into() };
            assert_eq!(login.check().unwrap_err().location(), Some("credentials.password"), "{password:?}");
        }
    }

    #[test]
    fn a_password_may_have_any_character() {
        let login =
            Credentials::LegacySession { email: "zoë@example.com".into(), password: "pass wörd".into() };
        login.check().unwrap();
        assert!(!format!("{login:?}").contains("pass wörd"));
    }
}
