use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const BODY: &[u8] =
    br#"{"object":"whatsapp_business_account","entry":[{"id":"1","text":"\u00e4 \ud83d\ude00 a\/b"}]}"#;

fn secrets(signing: &[&str]) -> ChannelSecrets {
    let signing = signing.iter().map(|secret| secret.as_bytes().to_vec()).collect();
    ChannelSecrets { signing, ..ChannelSecrets::default() }
}

fn signed(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(hmac_sha256(secret.as_bytes(), body)))
}

fn headers(values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(SIGNATURE_HEADER, HeaderValue::from_str(value).unwrap());
    }
    headers
}

#[test]
fn a_known_message_has_the_known_tag() {
    // RFC 4231, test case 2.
    let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(hex::encode(hmac_sha256(b"Jefe", b"what do ya want for nothing?")), tag);
    let known = headers(&[&format!("sha256={tag}")]);
    assert!(verify(&known, b"what do ya want for nothing?", &secrets(&["Jefe"])).is_ok());
}

#[test]
fn any_secret_of_the_endpoint_passes() {
    let all = secrets(&["new-secret", "instagram-secret", "old-secret"]);
    for secret in ["new-secret", "instagram-secret", "old-secret"] {
        assert!(verify(&headers(&[&signed(secret, BODY)]), BODY, &all).is_ok(), "{secret}");
    }
}

#[test]
fn digits_may_be_capitals() {
    let good = signed("s3cret", BODY);
    let capitals = format!("sha256={}", good.trim_start_matches("sha256=").to_uppercase());
    assert!(verify(&headers(&[&capitals]), BODY, &secrets(&["s3cret"])).is_ok());
}

#[test]
fn everything_else_is_refused() {
    let good = signed("s3cret", BODY);
    let digits = good.strip_prefix("sha256=").unwrap();
    let mutations = [
        vec![],
        vec![String::new()],
        vec![digits.to_owned()],
        vec!["sha256=".to_owned()],
        vec![good.replace("sha256=", "SHA256=")],
        vec![good.replace("sha256=", "sha1=")],
        vec![good.replace("sha256=", "sha256:")],
        vec![good.replace("sha256=", "sha256= ")],
        vec![format!(" {good}")],
        vec![format!("{good} ")],
        vec![format!("{good}00")],
        vec![good[..good.len() - 2].to_owned()],
        vec![good[..good.len() - 1].to_owned()],
        vec![format!("{}zz", &good[..good.len() - 2])],
        vec![format!("{good},{good}")],
        vec![format!("sha256={}", "0".repeat(64))],
        vec![good.clone(), good.clone()],
        vec![good.clone(), signed("other", BODY)],
        vec![signed("s3cre", BODY)],
        vec![signed("S3CRET", BODY)],
        vec![signed("", BODY)],
        vec![signed("s3cret", b"")],
    ];
    for given in &mutations {
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        assert_eq!(verify(&headers(&given), BODY, &secrets(&["s3cret"])), Err(BadSignature), "{given:?}");
    }
    assert_eq!(verify(&headers(&[&good]), BODY, &secrets(&[])), Err(BadSignature));
    assert_eq!(verify(&headers(&[&signed("", BODY)]), BODY, &secrets(&[""])), Err(BadSignature));
}

#[test]
fn the_old_header_does_not_count() {
    let mut old = HeaderMap::new();
    old.insert("x-hub-signature", HeaderValue::from_str(&signed("s3cret", BODY)).unwrap());
    assert_eq!(verify(&old, BODY, &secrets(&["s3cret"])), Err(BadSignature));
}

#[test]
fn a_body_written_again_is_another_body() {
    let parsed: serde_json::Value = serde_json::from_slice(BODY).unwrap();
    let again = serde_json::to_vec(&parsed).unwrap();
    assert_eq!(
        verify(&headers(&[&signed("s3cret", BODY)]), &again, &secrets(&["s3cret"])),
        Err(BadSignature)
    );
}

proptest! {
    #[test]
    fn what_is_signed_passes(body in proptest::collection::vec(any::<u8>(), 0..300), secret in "[ -~]{1,40}") {
        let given = headers(&[&signed(&secret, &body)]);
        prop_assert!(verify(&given, &body, &secrets(&["another", &secret])).is_ok());
    }

    #[test]
    fn one_changed_bit_is_refused(
        mut body in proptest::collection::vec(any::<u8>(), 1..300), at in any::<usize>(), bit in 0_u8..8,
    ) {
        let given = headers(&[&signed("s3cret", &body)]);
        let at = at % body.len();
        body[at] ^= 1 << bit;
        prop_assert!(verify(&given, &body, &secrets(&["s3cret"])).is_err());
    }

    #[test]
    fn no_made_up_header_passes(value in proptest::collection::vec(32_u8..127, 0..90)) {
        prop_assume!(value != signed("s3cret", BODY).as_bytes());
        let mut given = HeaderMap::new();
        given.insert(SIGNATURE_HEADER, HeaderValue::from_bytes(&value).unwrap());
        prop_assert!(verify(&given, BODY, &secrets(&["s3cret"])).is_err());
    }
}
