//! Proof that a visitor is who the business's own back end says (`protocols/webchat.md` B2).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// Longest life of an identity token from now, in seconds.
const LIFE_SECONDS_MAX: i64 = 24 * 60 * 60;
/// How far the two clocks may differ, in seconds.
const CLOCK_SKEW_SECONDS: i64 = 60;
const TOKEN_BYTES_MAX: usize = 4_096;
const USER_ID_CHARS_MAX: usize = 128;

/// The proof does not hold. Whoever showed it learns no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the identity could not be verified")]
pub struct BadIdentity;

/// A customer of the business, vouched for.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedUser {
    /// The business's own id.
    pub user_id: String,
    /// As the business knows them.
    pub name: Option<String>,
    /// Likewise.
    pub email: Option<String>,
}

impl fmt::Debug for VerifiedUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedUser([redacted])")
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    aud: Audience,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Checks a JWT of the business's back end: HS256 under one of `secrets`, for this widget, not expired
/// and at most 24 hours ahead of `now` (Unix seconds).
///
/// # Errors
/// [`BadIdentity`], always the same.
pub fn verify_token(
    token: &str,
    secrets: &[Vec<u8>],
    widget_id: &str,
    now: i64,
) -> Result<VerifiedUser, BadIdentity> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(BadIdentity);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(BadIdentity)?;
    let (header, payload) = signed.split_once('.').ok_or(BadIdentity)?;

    // The algorithm is ours to say: a token that names another is refused, whatever its signature.
    let header: Header = decode(header)?;
    if header.alg != "HS256" || header.crit.is_some() {
        return Err(BadIdentity);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadIdentity)?;
    if !secrets.iter().any(|secret| is_signed(secret, signed.as_bytes(), &signature)) {
        return Err(BadIdentity);
    }

    let claims: Claims = decode(payload)?;
    let for_us = match &claims.aud {
        Audience::One(audience) => audience.eq_ignore_ascii_case(widget_id),
        Audience::Many(audiences) => {
            audiences.iter().any(|audience| audience.eq_ignore_ascii_case(widget_id))
        }
    };
    let early = claims.nbf.is_some_and(|nbf| nbf > now.saturating_add(CLOCK_SKEW_SECONDS));
    let too_long = claims.exp > now.saturating_add(LIFE_SECONDS_MAX + CLOCK_SKEW_SECONDS);
    if !for_us || early || too_long || claims.exp <= now {
        return Err(BadIdentity);
    }
    Ok(VerifiedUser {
        user_id: user_id(&claims.sub)?,
        name: claims.name.and_then(|name| label(&name, 200)),
        email: claims.email.and_then(|email| label(&email, 320)),
    })
}

/// Checks the older form: lower- or upper-case hex of HMAC-SHA256(secret, user id). It never expires, so a
/// token is better.
///
/// # Errors
/// [`BadIdentity`], always the same; an empty hash too.
pub fn verify_user_hash(id: &str, hash: &str, secrets: &[Vec<u8>]) -> Result<VerifiedUser, BadIdentity> {
    let hash = hex::decode(hash).map_err(|_| BadIdentity)?;
    let user_id = user_id(id)?;
    if secrets.iter().any(|secret| is_signed(secret, id.as_bytes(), &hash)) {
        Ok(VerifiedUser { user_id, name: None, email: None })
    } else {
        Err(BadIdentity)
    }
}

/// What a verified visitor is called on the channel.
#[must_use]
pub fn platform_id_of_user(user_id: &str) -> String {
    format!("u_{user_id}")
}

/// In constant time; a tag of another length, an empty one above all, is no tag.
fn is_signed(secret: &[u8], message: &[u8], tag: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    mac.update(message);
    !secret.is_empty() && mac.verify_slice(tag).is_ok()
}

fn decode<Part: serde::de::DeserializeOwned>(part: &str) -> Result<Part, BadIdentity> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| BadIdentity)?;
    serde_json::from_slice(&bytes).map_err(|_| BadIdentity)
}

fn user_id(id: &str) -> Result<String, BadIdentity> {
    let fits = !id.is_empty() && id.len() <= USER_ID_CHARS_MAX && !id.chars().any(char::is_control);
    if fits { Ok(id.to_owned()) } else { Err(BadIdentity) }
}

fn label(text: &str, chars_max: usize) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(chars_max).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const WIDGET: &str = "6f1d2c3b-8a90-4e51-b7c2-0d9e8f7a6b5c";
    const NOW: i64 = 1_800_000_000;

    fn sign(header: &Value, claims: &Value, secret: &[u8]) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn hs256() -> Value {
        json!({ "alg": "HS256", "typ": "JWT" })
    }

    fn claims() -> Value {
        json!({ "sub": "42", "aud": WIDGET, "exp": NOW + 600, "name": "Ana" })
    }

    fn check(token: &str) -> Result<VerifiedUser, BadIdentity> {
        verify_token(token, &[b"secret".to_vec(), b"previous".to_vec()], WIDGET, NOW)
    }

    #[test]
    fn a_good_token_names_its_user() {
        let user = check(&sign(&hs256(), &claims(), b"secret")).unwrap();
        assert_eq!((user.user_id.as_str(), user.name.as_deref()), ("42", Some("Ana")));
        assert!(check(&sign(&hs256(), &claims(), b"previous")).is_ok());
    }

    #[test]
    fn anything_else_is_refused() {
        let with = |key: &str, value: Value| {
            let mut claims = claims();
            claims[key] = value;
            sign(&hs256(), &claims, b"secret")
        };
        let none = sign(&json!({ "alg": "none" }), &claims(), b"secret");
        let unsigned = format!("{}.", none.rsplit_once('.').unwrap().0);
        let refused = [
            sign(&hs256(), &claims(), b"guess"),
            sign(&hs256(), &claims(), b""),
            sign(&json!({ "alg": "HS512" }), &claims(), b"secret"),
            sign(&json!({ "alg": "HS256", "crit": ["b64"] }), &claims(), b"secret"),
            none,
            unsigned,
            with("exp", json!(NOW)),
            with("exp", json!(NOW + 25 * 3600)),
            with("exp", json!(null)),
            with("aud", json!("another widget")),
            with("aud", json!([])),
            with("nbf", json!(NOW + 3600)),
            with("sub", json!("")),
            with("sub", json!("x".repeat(129))),
            String::new(),
            "a.b.c".to_owned(),
        ];
        for token in refused {
            assert_eq!(check(&token), Err(BadIdentity), "{token}");
        }
    }

    #[test]
    fn no_secret_verifies_nothing() {
        let token = sign(&hs256(), &claims(), b"");
        assert_eq!(verify_token(&token, &[], WIDGET, NOW), Err(BadIdentity));
        assert_eq!(verify_token(&token, &[Vec::new()], WIDGET, NOW), Err(BadIdentity));
    }

    #[test]
    fn a_user_hash_is_hex_of_the_hmac_of_the_id() {
        // printf 42 | openssl dgst -sha256 -hmac secret
        let good = "93c121e7aa437a1e01e3c512c6f0ce3c821a839025dca4408f85616de4aaee70";
        assert!(verify_user_hash("42", good, &[b"secret".to_vec()]).is_ok());
        assert_eq!(verify_user_hash("43", good, &[b"secret".to_vec()]), Err(BadIdentity));
        assert_eq!(verify_user_hash("42", "", &[b"secret".to_vec()]), Err(BadIdentity));
        assert_eq!(verify_user_hash("42", &good[..32], &[b"secret".to_vec()]), Err(BadIdentity));
    }

    proptest! {
        #[test]
        fn no_made_up_token_passes(token in "[A-Za-z0-9_.=-]{0,200}") {
            prop_assert_eq!(check(&token), Err(BadIdentity));
        }

        #[test]
        fn one_changed_byte_breaks_a_token(at in 0usize..200, byte in any::<u8>()) {
            let good = sign(&hs256(), &claims(), b"secret");
            let mut bytes = good.clone().into_bytes();
            let at = at % bytes.len();
            prop_assume!(bytes[at] != byte && byte.is_ascii());
            bytes[at] = byte;
            // The last character of a base64 part has spare bits that decoders must refuse as well.
            prop_assert_eq!(check(std::str::from_utf8(&bytes).unwrap()), Err(BadIdentity));
        }
    }
}
