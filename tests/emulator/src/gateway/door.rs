//! What lies outside the API's own prefix (API notes §1.2): logins, OAuth, developer tools.

use brightpearl_core::Method;

/// One thing to ask for outside the prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// A staff member's login (API notes §2.1, §2.3).
    Authorise { account: String },
    /// An application's login (§2.1).
    Authenticate { account: String },
    /// The page on which a person approves an app (§2.6).
    Approval { account: String },
    /// Codes and refresh tokens for access tokens (§2.6).
    Token { account: Option<String> },
    /// What an access token is worth (§2.6).
    Introspection { account: Option<String> },
    /// Where an account lives (§2.8).
    AccountLocation { account: String },
    /// Who has installed an app (§2.8).
    InstalledAccounts { dev_ref: String, app_ref: String },
}

impl Door {
    /// The door at a path, if there is one for this verb.
    pub(crate) fn find(method: Method, segments: &[String]) -> Option<Self> {
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let owned = |text: &str| text.to_owned();
        match (method, parts.as_slice()) {
            (Method::Get, ["developer-tools", _, "account-location", account]) => {
                Some(Door::AccountLocation { account: owned(account) })
            }
            (Method::Get, ["developer-tools", dev_ref, "installed-accounts", app_ref]) => {
                Some(Door::InstalledAccounts { dev_ref: owned(dev_ref), app_ref: owned(app_ref) })
            }
            (Method::Get | Method::Post, ["authorize", account]) => {
                Some(Door::Approval { account: owned(account) })
            }
            (Method::Post, ["oauth", "token"]) => Some(Door::Token { account: None }),
            (Method::Post, ["token", account] | [account, "oauth", "token"]) => {
                Some(Door::Token { account: Some(owned(account)) })
            }
            (Method::Post, ["oauth", "token", "introspect"]) => Some(Door::Introspection { account: None }),
            (Method::Post, [account, "oauth", "token", "introspect"]) => {
                Some(Door::Introspection { account: Some(owned(account)) })
            }
            (Method::Post, [account, "authorise"]) => Some(Door::Authorise { account: owned(account) }),
            (Method::Post, [account, "authenticate"]) => Some(Door::Authenticate { account: owned(account) }),
            _ => None,
        }
    }

    /// The name in [`Statistics::by_resource`](crate::Statistics::by_resource), and in `Message-Type` where the
    /// answer has one.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Door::Authorise { .. } => "authorise",
            Door::Authenticate { .. } => "authenticate",
            Door::Approval { .. } => "oauth-authorize",
            Door::Token { .. } => "oauth-token",
            Door::Introspection { .. } => "oauth-token-introspect",
            Door::AccountLocation { .. } => "account-location",
            Door::InstalledAccounts { .. } => "installed-accounts",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_found_by_path_and_verb() {
        let found = |method: Method, path: &str| {
            let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
            Door::find(method, &segments).map(|door| door.name())
        };
        for path in ["token/demo", "oauth/token", "demo/oauth/token"] {
            assert_eq!(found(Method::Post, path), Some("oauth-token"), "{path}");
            assert_eq!(found(Method::Get, path), None, "{path}");
        }
        for path in ["oauth/token/introspect", "demo/oauth/token/introspect"] {
            assert_eq!(found(Method::Post, path), Some("oauth-token-introspect"), "{path}");
        }
        assert_eq!(found(Method::Get, "authorize/demo"), Some("oauth-authorize"));
        assert_eq!(found(Method::Post, "demo/authorise"), Some("authorise"));
        assert_eq!(found(Method::Post, "demo/authenticate"), Some("authenticate"));
        assert_eq!(found(Method::Get, "developer-tools/dev/account-location/demo"), Some("account-location"));
        assert_eq!(
            found(Method::Get, "developer-tools/dev/installed-accounts/app"),
            Some("installed-accounts")
        );
        assert_eq!(found(Method::Post, "demo/other"), None);
        assert_eq!(found(Method::Post, ""), None);
    }
}
