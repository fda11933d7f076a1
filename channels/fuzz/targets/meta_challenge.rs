//! Meta's question whether an endpoint is ours: nothing dangerous is ever echoed, and nothing without the token.
#![no_main]

use channel_core::ChannelSecrets;
use channel_meta::challenge::answer;
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

fuzz_target!(|query: &str| {
    let token = |token: &str| ChannelSecrets {
        verify_token: Some(SecretString::from(token)),
        ..ChannelSecrets::default()
    };
    assert_eq!(answer(query, &ChannelSecrets::default()), None);
    assert_eq!(answer(query, &token("")), None);
    if let Some(echoed) = answer(query, &token("token")) {
        assert_eq!(answer(query, &token("another")), None);
        assert!(echoed.len() <= 128);
        assert!(echoed.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    }
});
