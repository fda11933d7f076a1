//! Requests that Meta signs: only those signed with the secret are read, and only those of the one algorithm.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use channel_meta::signed_request::{verify, verify_form};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const SECRET: &[u8] = b"an app secret";

fuzz_target!(|input: (&str, &[u8])| {
    let (request, payload) = input;
    let secrets = [SECRET.to_vec()];
    assert!(verify(request, &[]).is_err() && verify(request, &[Vec::new()]).is_err());
    let _ = verify_form(request.as_bytes(), &secrets);
    if let Ok(read) = verify(request, &secrets) {
        let (signature, signed) = request.split_once('.').expect("two parts");
        let tag = URL_SAFE_NO_PAD.decode(signature).expect("a signature");
        assert_eq!(tag, channel_fuzz::tag(SECRET, signed.as_bytes()));
        assert!(!read.user_id.is_empty());
    }

    let signed = URL_SAFE_NO_PAD.encode(payload);
    let good = format!("{}.{signed}", URL_SAFE_NO_PAD.encode(channel_fuzz::tag(SECRET, signed.as_bytes())));
    if let Ok(read) = verify(&good, &secrets) {
        let payload: Value = serde_json::from_slice(payload).expect("JSON");
        assert_eq!(payload["algorithm"], "HMAC-SHA256");
        assert!(!read.user_id.is_empty());
        assert!(verify(&good, &[b"another secret".to_vec()]).is_err());
    }
});
