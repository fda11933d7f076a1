//! Which sites may carry a widget: a rule allows what it says, written as browsers write it, and nothing else.
#![no_main]

use channel_webchat::{OriginRule, is_allowed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (rule, origin) = input;
    assert!(!is_allowed(&[], origin));
    let Ok(rule) = OriginRule::parse(rule) else { return };
    let written = rule.to_string();
    assert_eq!(OriginRule::parse(&written).as_ref(), Ok(&rule), "{written}");
    assert!(!rule.matches("null"));
    if rule.matches(origin) {
        let scheme = written.split("://").next().expect("a scheme");
        assert!(origin.starts_with(scheme), "{written} allows {origin}");
        assert!(!origin.contains(['/', '@', '?', '#']) || origin.matches('/').count() == 2, "{origin}");
    }
});
