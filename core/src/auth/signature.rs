//! The signatures of public apps of the older kind (API notes §2.4, §2.5).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// Signs an account token or developer token: the base64 of its HMAC-SHA256 under the developer's secret. Both
/// are taken as the text that they are; the secret is not decoded, although it looks like base64.
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
    STANDARD.encode(hmac_sha256(dev_secret.expose().as_bytes(), token.as_bytes()))
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }
        // HMAC takes keys of any length; this is for the signature of the constructor only.
        Err(_) => Vec::new(),
    }
}

/// Checks the signature of an install or uninstall callback: the lower-case hex of the SHA-256 of the
/// developer's secret followed by each signed parameter as `name=value`, sorted by name. `parameters` are the
/// callback's query parameters, unescaped, without those of the app's own address.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `signature` when there is none or it is not the right
/// one. Compared in constant time.
pub fn verify_callback(parameters: &[(String, String)], dev_secret: &Secret) -> Result<()> {
    let signed: BTreeMap<&str, &str> = parameters
        .iter()
        .filter(|(name, _)| name != "signature")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let Some((_, given)) = parameters.iter().find(|(name, _)| name == "signature") else {
        return Err(Error::validation("signature", "the callback has no signature; do not trust it"));
    };
    let mut hash = Sha256::new();
    hash.update(dev_secret.expose());
    for (name, value) in signed {
        hash.update(name);
        hash.update("=");
        hash.update(value);
    }
    let expected: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if is_same(expected.as_bytes(), given.as_bytes()) {
        return Ok(());
    }
    Err(Error::validation(
        "signature",
        "the signature is not that of the callback's parameters; do not trust it",
    ))
}

/// Compares in a time that depends on the length alone.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
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
        verify_callback(&callback(good), &SECRET.into()).unwrap();
        for bad in ["", "927082", &good.replace('9', "8")] {
            let error = verify_callback(&callback(bad), &SECRET.into()).unwrap_err();
            assert_eq!(error.location(), Some("signature"));
        }
        assert!(verify_callback(&callback(good)[..2], &SECRET.into()).is_err());
    }
}
