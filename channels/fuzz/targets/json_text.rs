//! Making JSON storable: what could be read before can be read afterwards, and holds no NUL.
#![no_main]

use channel_core::mend_json;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|source: &str| {
    let mended = mend_json(source);
    assert_eq!(mend_json(&mended), mended, "mended twice, it differs");
    let after = serde_json::from_str::<Value>(&mended);
    if let Ok(before) = serde_json::from_str::<Value>(source) {
        let after = after.expect("JSON that was good stays good");
        if !source.contains("\\u0000") {
            assert_eq!(after, before);
        }
    } else if let Ok(after) = after {
        assert!(has_no_nul(&after), "a NUL is left");
    }
});

fn has_no_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('\0'),
        Value::Array(items) => items.iter().all(has_no_nul),
        Value::Object(fields) => fields.iter().all(|(key, value)| !key.contains('\0') && has_no_nul(value)),
        _ => true,
    }
}
