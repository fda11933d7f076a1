//! Visitors' proofs of who they are: only those made with a secret pass, and only within their time.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use channel_webchat::{verify_token, verify_user_hash};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const SECRET: &[u8] = b"a secret of the business";
const WIDGET: &str = "6f1d2c3b-8a90-4e51-b7c2-0d9e8f7a6b5c";
const NOW: i64 = 1_800_000_000;

fuzz_target!(|input: (&str, &str, &[u8], &[u8])| {
    let (token, hash, header, claims) = input;
    let secrets = [SECRET.to_vec()];
    assert!(verify_token(token, &[], WIDGET, NOW).is_err());
    assert!(verify_token(token, &[Vec::new()], WIDGET, NOW).is_err());
    let _ = verify_token(token, &secrets, WIDGET, NOW);
    if verify_user_hash(token, hash, &secrets).is_ok() {
        assert_eq!(hash.to_ascii_lowercase(), hex::encode(channel_fuzz::tag(SECRET, token.as_bytes())));
    }

    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let good = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(channel_fuzz::tag(SECRET, signed.as_bytes())));
    if let Ok(user) = verify_token(&good, &secrets, WIDGET, NOW) {
        let claims: Value = serde_json::from_slice(claims).expect("JSON");
        let header: Value = serde_json::from_slice(header).expect("JSON");
        assert_eq!(header["alg"], "HS256");
        let expires = claims["exp"].as_i64().expect("an end");
        assert!(expires > NOW && expires <= NOW + 24 * 60 * 60 + 60);
        assert!(!user.user_id.is_empty() && user.user_id.len() <= 128);
        assert!(!user.user_id.chars().any(char::is_control));
        assert!(verify_token(&good, &[b"another secret".to_vec()], WIDGET, NOW).is_err());
    }
});
