//! The signatures of public apps of the older kind (API notes §2.4, §2.5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{HmacReset, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::account::check_code;
use crate::error::{Error, Result};
use crate::excerpt::excerpt;
use crate::secret::{Secret, SecretText, wipe_stack};

/// Signs an account token or developer token: the base64 of its HMAC-SHA256 under the developer's secret. Both
/// are taken as the text that they are; the secret is not decoded, although it looks like base64. The signed token is as
/// good as a password: put it into a [`Secret`].
///
/// ```
/// use brightpearl_core::auth::signature::sign_token;
///
/// let signed = sign_token(
///     "MlcTe8zimMPgYf/batW+ckJEAj467bbapA0cQBx6WwM=",
///     &"irhkVURWuLDYZwziDKhCsSGYrczWtfL7Pz5oX2GRDXo=".into(),
/// );
/// assert_eq!(signed, "llWnSJurpSUUTLNOtVd8Ik/ox6+4OVY/TdLSvE1+VWg=");
/// ```
pub fn sign_token(token: &str, dev_secret: &Secret) -> String {
    let signed = hmac_sha256(token, dev_secret);
    wipe_stack();
    signed
}

#[inline(never)]
fn hmac_sha256(token: &str, dev_secret: &Secret) -> String {
    match HmacReset::<Sha256>::new_from_slice(dev_secret.expose().as_bytes()) {
        Ok(mut mac) => {
            mac.update(token.as_bytes());
            // `finalize` would move it, and leave what it holds of the token on the stack.
            STANDARD.encode(mac.finalize_reset().as_bytes())
        }
        // HMAC takes keys of any length; this is for the signature of the constructor only.
        Err(_) => String::new(),
    }
}

/// So far into the future a callback may be dated, in milliseconds: clocks differ.
const AHEAD_MS: u64 = 300_000;

/// What an install or uninstall callback says, once its signature is verified (API notes §2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The account that installed or uninstalled the app.
    pub account_code: String,
    /// When, in milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// The unsigned account token; an uninstallation has none.
    pub token: Option<Secret>,
}

impl Callback {
    /// The callback as JSON text. It holds the token: hand it to the store and nothing else. The text is overwritten in
    /// memory when it is dropped; copies of it are the host's to wipe.
    pub fn expose_json(&self) -> Zeroizing<String> {
        let mut json = SecretText::joined(&[r#"{"account_code":""#, &self.account_code, r#"","timestamp":"#]);
        json.push_str(&self.timestamp.to_string());
        json.push_str(",\"token\":");
        match &self.token {
            Some(token) => json.push_json(token.expose()),
            None => json.push_str("null"),
        }
        json.push_str("}");
        json.finish()
    }
}

/// How old a callback may be, so that one that was seen by others is of no use to them for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The host's time, in milliseconds since the Unix epoch.
    pub now: u64,
    /// The greatest age, in milliseconds.
    pub max_age_ms: u64,
}

/// Checks an install or uninstall callback: its signature is the lower-case hex of the SHA-256 of the developer's
/// secret followed by each signed parameter as `name=value`, sorted by name. `parameters` are the callback's query
/// parameters, unescaped, in any order, without those of the app's own address. The parameters run together before
/// they are hashed, so only those that can be told apart again are taken: each once, and each as Brightpearl writes it.
/// Without `freshness` a genuine callback is good for ever.
///
/// ```
/// use brightpearl_core::auth::signature::verify_callback;
///
/// let parameters = [
///     ("accountCode", "topfurniture"),
///     ("timestamp", "112287235486"),
///     ("token", "c72a9373-86f5-4138-a41f-c26cd9abfe4e"),
///     ("signature", "927082e6151ecfd57ead5dddb9ef571e08e4969a00d2639a0222d2211e67180a"),
/// ]
/// .map(|(name, value)| (name.to_owned(), value.to_owned()));
/// let secret = "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY=".into();
/// assert_eq!(verify_callback(&parameters, &secret, None).unwrap().account_code, "topfurniture");
/// ```
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `dev_secret` when it is empty, at a parameter that is missing,
/// repeated, unknown or malformed, at `signature` when it is not the right one, which is compared in constant time, and
/// at `timestamp` when the callback is too old, or dated more than five minutes ahead.
pub fn verify_callback(
    parameters: &[(String, String)],
    dev_secret: &Secret,
    freshness: Option<Freshness>,
) -> Result<Callback> {
    if dev_secret.expose().is_empty() {
        return Err(Error::validation("dev_secret", "the secret is empty; expected the developer's secret"));
    }
    let [account, timestamp, token, signature] = told_apart(parameters)?;
    let signature = signature.ok_or_else(|| distrust("signature", "the callback has no signature"))?;
    let account = account.ok_or_else(|| distrust("accountCode", "the callback names no account"))?;
    let timestamp = timestamp.ok_or_else(|| distrust("timestamp", "the callback has no timestamp"))?;
    if check_code(account).is_err() {
        return Err(distrust(
            "accountCode",
            "the account code is invalid; expected letters, digits, `-`, `_` and `.`",
        ));
    }
    let time = milliseconds(timestamp).ok_or_else(|| {
        distrust("timestamp", "the timestamp is invalid; expected milliseconds since 1970 in digits")
    })?;
    if token.is_some_and(|token| !is_token(token)) {
        return Err(distrust(
            "token",
            "the account token is invalid; expected a text as Brightpearl shows it",
        ));
    }
    let mut hash = Sha256::new();
    hash.update(dev_secret.expose());
    for (name, value) in [("accountCode", Some(account)), ("timestamp", Some(timestamp)), ("token", token)] {
        if let Some(value) = value {
            hash.update(name);
            hash.update("=");
            hash.update(value);
        }
    }
    // `finalize` would move it, and leave what it holds of the secrets on the stack.
    let expected: String = hash.finalize_reset().iter().map(|byte| format!("{byte:02x}")).collect();
    wipe_stack();
    if !Secret::from(expected).is_same(signature) {
        return Err(distrust("signature", "the signature is not that of the callback's parameters"));
    }
    if let Some(Freshness { now, max_age_ms }) = freshness {
        if time < now.saturating_sub(max_age_ms) {
            return Err(distrust("timestamp", "the callback is older than allowed"));
        }
        if time > now.saturating_add(AHEAD_MS) {
            return Err(distrust("timestamp", "the callback is dated more than five minutes ahead"));
        }
    }
    Ok(Callback { account_code: account.to_owned(), timestamp: time, token: token.map(Secret::from) })
}

/// The values of the four parameters that a callback has, each at most once, and no others.
fn told_apart(parameters: &[(String, String)]) -> Result<[Option<&str>; 4]> {
    const NAMES: [&str; 4] = ["accountCode", "timestamp", "token", "signature"];
    let mut values = [None; 4];
    for (name, value) in parameters {
        let Some(place) = NAMES.iter().position(|known| known == name) else {
            return Err(Error::validation(
                excerpt(name).to_string(),
                "the parameter is unknown; expected accountCode, timestamp, token and signature, without the parameters of the app's own address",
            ));
        };
        if values[place].replace(value.as_str()).is_some() {
            return Err(distrust(NAMES[place], "the parameter is repeated"));
        }
    }
    Ok(values)
}

fn distrust(place: &str, why: &str) -> Error {
    Error::validation(place, format!("{why}; do not trust it"))
}

/// Digits only, without leading zeros, up to the year 33658.
fn milliseconds(text: &str) -> Option<u64> {
    let is_plain =
        text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && text.len() <= 15;
    if is_plain { text.parse().ok() } else { None }
}

/// A UUID or base64, as the documented tokens are.
fn is_token(text: &str) -> bool {
    let may_stand = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=')
    };
    !text.is_empty() && text.bytes().all(may_stand)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY=";

    fn callback(signature: &str) -> Vec<(String, String)> {
        [
            ("token", "c72a9373-86f5-4138-a41f-c26cd9abfe4e"),
            ("accountCode", "topfurniture"),
            ("signature", signature),
            ("timestamp", "112287235486"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn signs_the_documented_account_token() {
        let signed = sign_token("c72a9373-86f5-4138-a41f-c26cd9abfe4e", &SECRET.into());
        assert_eq!(signed, "xOcgfoSsTBnWVAHr46EIWpA5U+/mpflsts/lF7p2jnc=");
    }

    #[test]
    fn verifies_the_documented_callback_and_no_other() {
        let good = "927082e6151ecfd57ead5dddb9ef571e08e4969a00d2639a0222d2211e67180a";
        let verified = verify_callback(&callback(good), &SECRET.into(), None).unwrap();
        assert_eq!((verified.account_code.as_str(), verified.timestamp), ("topfurniture", 112_287_235_486));
        assert_eq!(verified.token, Some("c72a9373-86f5-4138-a41f-c26cd9abfe4e".into()));
        assert!(!format!("{verified:?}").contains("c72a9373"));
        for bad in ["", "927082", &good.replace('9', "8"), &good.to_uppercase()] {
            let error = verify_callback(&callback(bad), &SECRET.into(), None).unwrap_err();
            assert_eq!(error.location(), Some("signature"));
        }
        assert!(verify_callback(&callback(good)[..2], &SECRET.into(), None).is_err());
    }

    /// What anyone can compute who has the secret: the signature of the parameters as they run together.
    fn signed(secret: &str, parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut sorted = parameters.to_vec();
        sorted.sort_unstable();
        let text: String = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let signature: String =
            Sha256::digest(format!("{secret}{text}")).iter().map(|byte| format!("{byte:02x}")).collect();
        let all = parameters.iter().copied().chain([("signature", signature.as_str())]);
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn parameters_that_cannot_be_told_apart_are_refused_however_well_signed() {
        let time = ("timestamp", "112287235486");
        let account = ("accountCode", "acme");
        let cases: [(&[(&str, &str)], &str); 14] = [
            (&[("accountCode", "acmetimestamp=112287235486"), time], "accountCode"),
            (&[("accountCode", "acmetimestamp=1")], "timestamp"),
            (&[account, ("timestamp", "1token=forged")], "timestamp"),
            (&[account, account, time], "accountCode"),
            (&[account, time, time], "timestamp"),
            (&[account, time, ("token", "a"), ("token", "b")], "token"),
            (&[account], "timestamp"),
            (&[time], "accountCode"),
            (&[account, ("timestamp", "-1")], "timestamp"),
            (&[account, ("timestamp", "1e12")], "timestamp"),
            (&[account, ("timestamp", "9999999999999999")], "timestamp"),
            (&[account, time, ("token", "")], "token"),
            (&[account, time, ("token", "a&b")], "token"),
            (&[account, time, ("next", "1")], "\"next\""),
        ];
        for (parameters, place) in cases {
            let error = verify_callback(&signed(SECRET, parameters), &SECRET.into(), None).unwrap_err();
            assert_eq!(error.location(), Some(place), "{parameters:?}");
        }
        verify_callback(&signed(SECRET, &[account, time]), &SECRET.into(), None).unwrap();
        let unsigned = signed("", &[account, time]);
        assert_eq!(verify_callback(&unsigned, &"".into(), None).unwrap_err().location(), Some("dev_secret"));
        let mut twice = signed(SECRET, &[account, time]);
        twice.push(("signature".to_owned(), "00".to_owned()));
        assert_eq!(verify_callback(&twice, &SECRET.into(), None).unwrap_err().location(), Some("signature"));
    }

    #[test]
    fn old_callbacks_and_those_from_the_future_are_refused_where_an_age_is_given() {
        let made = signed(SECRET, &[("accountCode", "acme"), ("timestamp", "1000000000")]);
        for (now, max_age_ms, is_good) in [
            (1_000_000_000, 0, true),
            (1_000_060_000, 60_000, true),
            (1_000_060_001, 60_000, false),
            (1_767_225_600_000, 60_000, false),
            (1_000_000_000 - AHEAD_MS, 60_000, true),
            (1_000_000_000 - AHEAD_MS - 1, u64::MAX, false),
            (0, 60_000, false),
            (u64::MAX, u64::MAX, true),
        ] {
            let verified = verify_callback(&made, &SECRET.into(), Some(Freshness { now, max_age_ms }));
            assert_eq!(
                verified.as_ref().err().map(Error::location),
                (!is_good).then_some(Some("timestamp")),
                "{now}"
            );
        }
    }
}
