//! Meta's signatures: one made with a secret passes, every other header does not.
#![no_main]

use channel_meta::signature::{SIGNATURE_HEADER, verify};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8], &[u8], &[u8])| {
    let (secret, older, given, body) = input;
    let secrets = channel_fuzz::signing(&[secret, older]);
    let of = |value: &[u8]| {
        let mut headers = HeaderMap::new();
        headers.append(SIGNATURE_HEADER, HeaderValue::from_bytes(value).ok()?);
        Some(headers)
    };
    let usable: Vec<&[u8]> = [secret, older].into_iter().filter(|secret| !secret.is_empty()).collect();
    let good: Vec<String> = usable.iter().map(|key| hex::encode(channel_fuzz::tag(key, body))).collect();
    for digits in &good {
        let headers = of(format!("sha256={digits}").as_bytes()).expect("a header");
        assert!(verify(&headers, body, &secrets).is_ok(), "a good signature does not pass");
    }
    let empty = format!("sha256={}", hex::encode(channel_fuzz::tag(b"", body)));
    if let Some(headers) = of(empty.as_bytes()) {
        assert_eq!(verify(&headers, body, &secrets).is_ok(), good.iter().any(|digits| empty.ends_with(digits.as_str())));
    }
    if let Some(headers) = of(given) {
        let digits = given.strip_prefix(b"sha256=").map(<[u8]>::to_ascii_lowercase);
        let made = digits.is_some_and(|digits| good.iter().any(|good| good.as_bytes() == digits));
        assert_eq!(verify(&headers, body, &secrets).is_ok(), made);
    }
});
