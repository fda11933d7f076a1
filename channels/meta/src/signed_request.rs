//! Requests that Meta signs when a person removes the app or asks for deletion (`protocols/meta-common.md` 10, 11).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use channel_core::BadSignature;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::json::Object;
use crate::signature::one_made_it;

/// Longest request that is looked at.
const BYTES_MAX: usize = 16 * 1024;

/// What Meta says in a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The person who had logged in, as this app sees them: an agent or admin, never a customer.
    pub user_id: String,
    /// When it was made.
    pub issued_at: Option<DateTime<Utc>>,
    /// Until when the login would have lasted. It does not end the request.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Reads the form that Meta posts: one field, `signed_request`.
///
/// # Errors
/// [`BadSignature`] when the field is absent, given twice, or not signed with one of the secrets.
pub fn verify_form(body: &[u8], secrets: &[Vec<u8>]) -> Result<SignedRequest, BadSignature> {
    if body.len() > 4 * BYTES_MAX {
        return Err(BadSignature);
    }
    let mut all = url::form_urlencoded::parse(body).filter(|(key, _)| key == "signed_request");
    match (all.next(), all.next()) {
        (Some((_, request)), None) => verify(&request, secrets),
        _ => Err(BadSignature),
    }
}

/// Checks a signed request: the signature is over the second part as text, before it is decoded. Every secret is
/// tried, since the products of one app have several.
///
/// # Errors
/// [`BadSignature`] when it is malformed, of another algorithm, or not signed with one of the secrets.
pub fn verify(request: &str, secrets: &[Vec<u8>]) -> Result<SignedRequest, BadSignature> {
    if request.len() > BYTES_MAX {
        return Err(BadSignature);
    }
    let (signature, payload) = request.split_once('.').ok_or(BadSignature)?;
    let tag = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadSignature)?;
    if tag.len() != 32 || !one_made_it(&tag, payload.as_bytes(), secrets) {
        return Err(BadSignature);
    }
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| BadSignature)?;
    let payload: Value = serde_json::from_slice(&payload).map_err(|_| BadSignature)?;
    let payload = Object::of(&payload).ok_or(BadSignature)?;
    if payload.text("algorithm") != Some("HMAC-SHA256") {
        return Err(BadSignature);
    }
    let moment = |key| payload.whole(key).filter(|at| *at > 0).and_then(|at| DateTime::from_timestamp(at, 0));
    Ok(SignedRequest {
        user_id: payload.id("user_id").ok_or(BadSignature)?,
        issued_at: moment("issued_at"),
        expires_at: moment("expires"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::signature::hmac_sha256;

    const PAYLOAD: &str = r#"{"algorithm":"HMAC-SHA256","expires":1779100000,"issued_at":1779096400,"user_id":"2180004417723355"}"#;

    fn secrets(all: &[&str]) -> Vec<Vec<u8>> {
        all.iter().map(|secret| secret.as_bytes().to_vec()).collect()
    }

    fn signed(secret: &str, payload: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(secret.as_bytes(), payload.as_bytes()));
        format!("{signature}.{payload}")
    }

    #[test]
    fn a_request_with_any_of_the_secrets_is_read() {
        for secret in ["app", "instagram-app"] {
            let read = verify(&signed(secret, PAYLOAD), &secrets(&["app", "instagram-app"])).unwrap();
            assert_eq!(read.user_id, "2180004417723355");
            assert_eq!(read.issued_at.unwrap().timestamp(), 1_779_096_400);
        }
        let form = format!("signed_request={}", signed("app", PAYLOAD));
        assert!(verify_form(form.as_bytes(), &secrets(&["app"])).is_ok());
    }

    #[test]
    fn everything_else_is_refused() {
        let good = signed("app", PAYLOAD);
        let (signature, payload) = good.split_once('.').unwrap();
        let over_decoded = URL_SAFE_NO_PAD.encode(hmac_sha256(b"app", PAYLOAD.as_bytes()));
        for bad in [
            String::new(),
            ".".to_owned(),
            signature.to_owned(),
            format!(".{payload}"),
            format!("{signature}."),
            format!("{payload}.{signature}"),
            format!("{signature}=.{payload}"),
            format!("{signature}.{payload}="),
            format!("{signature}.{payload}.{payload}"),
            format!("{over_decoded}.{payload}"),
            signed("other", PAYLOAD),
            signed("", PAYLOAD),
            signed("app", &PAYLOAD.replace("HMAC-SHA256", "none")),
            signed("app", &PAYLOAD.replace("HMAC-SHA256", "hmac-sha256")),
            signed("app", r#"{"user_id":"1"}"#),
            signed("app", r#"{"algorithm":"HMAC-SHA256"}"#),
            signed("app", "[]"),
            signed("app", "no json"),
            signed("app", &"x".repeat(20_000)),
        ] {
            assert_eq!(verify(&bad, &secrets(&["app", ""])), Err(BadSignature), "{bad}");
        }
        assert_eq!(verify(&good, &[]), Err(BadSignature));
        for form in ["", "signed_request=", &format!("signed_request={good}&signed_request={good}")] {
            assert_eq!(verify_form(form.as_bytes(), &secrets(&["app"])), Err(BadSignature));
        }
    }

    proptest! {
        #[test]
        fn no_made_up_request_passes(text in "\\PC{0,200}", other in "[a-z]{1,20}") {
            prop_assert!(verify(&text, &secrets(&["app"])).is_err());
            prop_assert!(verify_form(text.as_bytes(), &secrets(&["app"])).is_err());
            prop_assume!(other != "app");
            prop_assert!(verify(&signed(&other, PAYLOAD), &secrets(&["app"])).is_err());
        }

        #[test]
        fn one_changed_character_is_refused(at in 0_usize..200, by in "[A-Za-z0-9_-]") {
            let good = signed("app", PAYLOAD);
            let at = at % good.len();
            let mut bad = good.clone();
            bad.replace_range(at..=at, &by);
            prop_assume!(bad != good);
            prop_assert!(verify(&bad, &secrets(&["app"])).is_err());
        }
    }
}
