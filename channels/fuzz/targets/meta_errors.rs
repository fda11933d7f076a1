//! Graph's errors: whatever one says, it means something, in words, without a token in them.
#![no_main]

use channel_meta::{GraphError, Object};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return };
    let Some(object) = Object::of(&value) else { return };
    let error = GraphError::read(object);
    let _ = error.meaning();
    assert!(!error.refusal().words.is_empty());
    assert!(!error.shown().contains("EAAGinventedTokenOfSomeLength"));
});
