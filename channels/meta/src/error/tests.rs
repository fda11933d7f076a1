use channel_core::{CallError, MediaError, SendError, WaitScope};
use serde_json::{Value, json};

use super::*;

fn error(value: Value) -> GraphError {
    GraphError::read(Object::of(&value).unwrap())
}

fn of(code: i64, subcode: Option<i64>) -> GraphError {
    GraphError {
        code,
        subcode,
        message: "Meta's words".to_owned(),
        http_status: Some(400),
        ..GraphError::default()
    }
}

fn sent(error: &GraphError) -> SendError {
    Failed::Refused(Box::new(error.clone())).into()
}

#[test]
fn an_error_is_read_whole() {
    let read = error(json!({
        "message": "(#131030) Recipient not on the test list", "type": "OAuthException", "code": 131030,
        "error_subcode": 2655007, "error_user_title": "t", "error_user_msg": "u",
        "error_data": { "messaging_product": "whatsapp", "details": "Add this number to the list first." },
        "is_transient": false, "fbtrace_id": "Az8kQvInventedTrace1",
    }));
    assert_eq!((read.code, read.subcode), (131_030, Some(2_655_007)));
    assert_eq!(read.details.as_deref(), Some("Add this number to the list first."));
    assert_eq!(read.words(), "u");
    assert_eq!(read.trace.as_deref(), Some("Az8kQvInventedTrace1"));
    assert_eq!(read.shown(), "131030/2655007: u: Az8kQvInventedTrace1");
}

#[test]
fn an_error_of_a_delivery_has_a_title() {
    let read = error(json!({ "code": "131047", "title": "Re-engagement message" }));
    assert_eq!((read.code, read.message.as_str()), (131_047, "Re-engagement message"));
    assert_eq!(error(json!({ "code": [], "message": 4 })), GraphError::default());
}

#[test]
fn no_token_stays_in_the_words() {
    let read = error(json!({
        "code": 190,
        "message": "Malformed access token EAAGm0PX4ZCpsBAinvented, app 1234567890123456|0123456789abcdef, id 118800000000017",
        "error_data": { "details": "appsecret_proof 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    }));
    let shown = format!("{read:?} {}", read.shown());
    for secret in ["EAAGm0PX4ZCpsBA", "0123456789abcdef", "5bdcc146"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("118800000000017"), "{shown}");
}

/// Every row of the table, by class: R and L wait, A reconnects, F and C refuse with a reason.
#[test]
fn every_code_is_told_by_what_to_do_next() {
    let waiting: &[(i64, Option<i64>, WaitScope)] = &[
        (1, None, WaitScope::Thread),
        (2, None, WaitScope::Thread),
        (4, None, WaitScope::Application),
        (17, None, WaitScope::Account),
        (32, None, WaitScope::Account),
        (613, None, WaitScope::Account),
        (613, Some(1996), WaitScope::Account),
        (80_001, None, WaitScope::Account),
        (80_002, None, WaitScope::Account),
        (80_006, None, WaitScope::Account),
        (80_007, None, WaitScope::Account),
        (80_008, None, WaitScope::Account),
        (130_429, None, WaitScope::Account),
        (131_000, None, WaitScope::Thread),
        (131_016, None, WaitScope::Thread),
        (131_048, None, WaitScope::Account),
        (131_056, None, WaitScope::Thread),
        (131_057, None, WaitScope::Account),
        (131_064, None, WaitScope::Account),
        (132_069, None, WaitScope::Account),
        (133_016, None, WaitScope::Account),
        (139_102, None, WaitScope::Thread),
        (139_103, None, WaitScope::Thread),
    ];
    for (code, subcode, scope) in waiting {
        match sent(&of(*code, *subcode)) {
            SendError::Temporary(wait) => {
                assert_eq!((wait.scope, wait.told), (*scope, false), "{code}");
                assert!(wait.retry_after > Duration::ZERO);
            }
            other => panic!("{code}: {other:?}"),
        }
    }

    let dead = [
        (0, None),
        (1, Some(99)),
        (10, None),
        (33, None),
        (100, Some(33)),
        (102, None),
        (190, None),
        (190, Some(458)),
        (190, Some(459)),
        (190, Some(460)),
        (190, Some(463)),
        (190, Some(464)),
        (190, Some(467)),
        (190, Some(492)),
        (200, None),
        (299, None),
        (368, None),
        (131_005, None),
        (131_031, None),
    ];
    for (code, subcode) in dead {
        assert!(matches!(sent(&of(code, subcode)), SendError::Unauthorised(_)), "{code}/{subcode:?}");
    }

    use RefusalReason as R;
    let refused = [
        (2, Some(2_018_344), R::AccountSetup),
        (3, None, R::AccountRights),
        (10, Some(2_018_278), R::WindowClosed),
        (100, None, R::Malformed),
        (100, Some(2_018_001), R::UnknownRecipient),
        (230, None, R::UnknownRecipient),
        (551, None, R::Unreachable),
        (803, None, R::UnknownRecipient),
        (9010, None, R::UnknownRecipient),
        (1_545_041, None, R::WindowClosed),
        (130_472, None, R::Policy),
        (130_497, None, R::Policy),
        (131_008, None, R::Malformed),
        (131_009, None, R::Malformed),
        (131_020, None, R::KindNotTaken),
        (131_021, None, R::UnknownRecipient),
        (131_026, None, R::Unreachable),
        (131_030, None, R::AccountSetup),
        (131_037, None, R::AccountSetup),
        (131_041, None, R::UnknownRecipient),
        (131_042, None, R::AccountSetup),
        (131_044, None, R::AccountSetup),
        (131_045, None, R::AccountSetup),
        (131_047, None, R::WindowClosed),
        (131_049, None, R::Policy),
        (131_050, None, R::OptedOut),
        (131_051, None, R::KindNotTaken),
        (131_052, None, R::FileGone),
        (131_053, None, R::KindNotTaken),
        (131_060, None, R::Other),
        (131_062, None, R::KindNotTaken),
        (131_063, None, R::AccountSetup),
        (132_000, None, R::TemplateParameters),
        (132_001, None, R::Template),
        (132_005, None, R::TemplateParameters),
        (132_007, None, R::Template),
        (132_008, None, R::TemplateParameters),
        (132_012, None, R::TemplateParameters),
        (132_015, None, R::Template),
        (132_016, None, R::Template),
        (132_068, None, R::Template),
        (133_005, None, R::AccountSetup),
        (133_010, None, R::AccountSetup),
        (135_000, None, R::Malformed),
        (137_000, None, R::Other),
        (138_000, None, R::Other),
        (138_018, None, R::Other),
        (139_000, None, R::Other),
        (139_100, None, R::Other),
        (139_101, None, R::Other),
        (2_388_019, None, R::Template),
        (2_388_299, None, R::Template),
    ];
    for (code, subcode, reason) in refused {
        match sent(&of(code, subcode)) {
            SendError::Refused(refusal) => {
                assert_eq!(refusal.reason, reason, "{code}");
                assert!(!refusal.words.is_empty(), "{code}");
                assert!(refusal.code.is_some_and(|shown| shown.starts_with(&code.to_string())));
            }
            other => panic!("{code}: {other:?}"),
        }
    }
    assert!(matches!(sent(&of(1, Some(1_357_046))), SendError::Uncertain(_)));
}

#[test]
fn a_passing_fault_passes_whatever_its_code_but_a_limit_keeps_its_pause() {
    let transient = |code| GraphError { transient: true, ..of(code, None) };
    for code in [100, 190, 131_026, 77_777] {
        assert!(matches!(sent(&transient(code)), SendError::Temporary(_)), "{code}");
    }
    let SendError::Temporary(wait) = sent(&transient(131_048)) else { panic!("a limit") };
    assert_eq!(wait.retry_after, Duration::from_secs(3600));
    let perhaps = GraphError { transient: true, ..of(1, Some(1_357_046)) };
    assert!(matches!(sent(&perhaps), SendError::Uncertain(_)));
}

#[test]
fn a_pause_that_is_told_is_passed_on() {
    let told = GraphError { wait: Some(Duration::from_secs(420)), ..of(80_007, None) };
    let SendError::Temporary(wait) = sent(&told) else { panic!("a limit") };
    assert!(wait.told);
    assert_eq!(wait.retry_after, Duration::from_secs(420));
}

#[test]
fn an_unknown_code_is_told_by_its_status() {
    let with = |status| GraphError { http_status: Some(status), ..of(77_777, None) };
    assert!(matches!(sent(&with(500)), SendError::Temporary(_)));
    assert!(matches!(sent(&with(429)), SendError::Temporary(wait) if wait.scope == WaitScope::Account));
    let SendError::Refused(refusal) = sent(&with(400)) else { panic!("a refusal") };
    assert_eq!(refusal.words, "Meta refused it: Meta's words");
    let from_delivery = GraphError { code: 77_777, ..GraphError::default() };
    assert_eq!(from_delivery.refusal().words, "Meta refused it with error 77777.");
}

#[test]
fn words_of_their_own_are_there_for_every_status() {
    for code in [0, 1, 4, 190, 131_047, 131_048, 77_777] {
        assert!(!of(code, None).refusal().words.is_empty(), "{code}");
    }
    assert_eq!(of(131_047, None).refusal().reason, RefusalReason::WindowClosed);
}

#[test]
fn a_file_that_is_not_there_says_nothing_about_the_account() {
    let gone = Failed::Refused(Box::new(of(100, Some(33))));
    assert!(matches!(MediaError::from(gone.clone()), MediaError::Gone { .. }));
    assert!(matches!(CallError::from(gone), CallError::Unauthorised(_)));
    let dead = Failed::Refused(Box::new(of(190, None)));
    assert!(matches!(MediaError::from(dead), MediaError::Unauthorised(_)));
}

#[test]
fn what_is_not_meta_is_uncertain_only_if_it_may_have_been_passed_on() {
    let garbled = |status| SendError::from(Failed::Garbled { status });
    for status in [200, 500, 502, 504] {
        assert!(matches!(garbled(status), SendError::Uncertain(_)), "{status}");
    }
    assert!(matches!(garbled(503), SendError::Temporary(_)));
    for status in [301, 404, 413] {
        assert!(matches!(garbled(status), SendError::Refused(_)), "{status}");
    }
    assert!(matches!(SendError::from(Failed::Lost(Lost::NotWritten("x"))), SendError::Temporary(_)));
    assert!(matches!(SendError::from(Failed::Lost(Lost::Unknown("x"))), SendError::Uncertain(_)));
}
