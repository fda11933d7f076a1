//! Proof that Telegram sent a delivery.

use channel_core::{BadSignature, ChannelSecrets};
use http::HeaderMap;
use subtle::ConstantTimeEq;

/// Where the secret that was given to `setWebhook` comes back.
pub const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// Checks the secret, in constant time. Telegram signs no bodies: this header is everything, so a missing one, an
/// empty one, and a channel without a secret are all refused.
pub fn verify(headers: &HeaderMap, secrets: &ChannelSecrets) -> Result<(), BadSignature> {
    let mut given = headers.get_all(SECRET_HEADER).iter();
    let (Some(secret), None) = (given.next(), given.next()) else { return Err(BadSignature) };
    let matches =
        secrets.signing.iter().filter(|expected| !expected.is_empty()).fold(false, |found, expected| {
            let same: bool = expected.as_slice().ct_eq(secret.as_bytes()).into();
            found | same
        });
    if matches { Ok(()) } else { Err(BadSignature) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn secrets(signing: &[&str]) -> ChannelSecrets {
        let signing = signing.iter().map(|secret| secret.as_bytes().to_vec()).collect();
        ChannelSecrets { signing, ..ChannelSecrets::default() }
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(SECRET_HEADER, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn the_secret_and_the_one_before_it_pass() {
        let secrets = secrets(&["new-secret", "old-secret"]);
        assert!(verify(&headers(&["new-secret"]), &secrets).is_ok());
        assert!(verify(&headers(&["old-secret"]), &secrets).is_ok());
    }

    #[test]
    fn everything_else_is_refused() {
        let good = secrets(&["new-secret"]);
        for given in
            [&[][..], &[""], &["new-secre"], &["new-secretx"], &["NEW-SECRET"], &["new-secret", "new-secret"]]
        {
            assert_eq!(verify(&headers(given), &good), Err(BadSignature), "{given:?}");
        }
        assert_eq!(verify(&headers(&[""]), &secrets(&[""])), Err(BadSignature));
        assert_eq!(verify(&headers(&["x"]), &secrets(&[])), Err(BadSignature));
    }

    proptest! {
        #[test]
        fn no_made_up_secret_passes(value in proptest::collection::vec(32_u8..127, 0..60)) {
            prop_assume!(value != b"new-secret");
            let mut headers = HeaderMap::new();
            headers.insert(SECRET_HEADER, HeaderValue::from_bytes(&value).unwrap());
            prop_assert!(verify(&headers, &secrets(&["new-secret"])).is_err());
        }
    }
}
