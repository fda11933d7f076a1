//! The secret that Telegram sends along: nothing but the secret itself passes.
#![no_main]

use channel_core::ChannelAdapter as _;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8], Option<&[u8]>)| {
    let (secret, given, second) = input;
    let secrets = channel_fuzz::signing(&[secret]);
    let mut headers = HeaderMap::new();
    for value in [Some(given), second].into_iter().flatten() {
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        headers.append("x-telegram-bot-api-secret-token", value);
    }
    let passes = channel_fuzz::TELEGRAM.verify(&headers, b"{}", &secrets).is_ok();
    assert_eq!(passes, second.is_none() && !secret.is_empty() && given == secret);
});
