use super::*;

fn send_error(code: u16, description: &str) -> SendError {
    let description = description.to_owned();
    SendError::from(Failed::Refused(ApiError { code, description, retry_after: None, migrate_to: None }))
}

fn reason(code: u16, description: &str) -> RefusalReason {
    match send_error(code, description) {
        SendError::Refused(refusal) => refusal.reason,
        other => panic!("{other}"),
    }
}

#[test]
fn refusals_are_told_apart() {
    use RefusalReason as R;
    for (code, description, expected) in [
        (403, "Forbidden: bot was blocked by the user", R::Unreachable),
        (403, "Forbidden: user is deactivated", R::Unreachable),
        (403, "Forbidden: bot can't initiate conversation with a user", R::NotStarted),
        (403, "Forbidden: bot was kicked from the supergroup chat", R::Unreachable),
        (403, "Forbidden: something new", R::Unreachable),
        (400, "Bad Request: chat not found", R::UnknownRecipient),
        (400, "Bad Request: message is too long", R::TooLong),
        (400, "Bad Request: MESSAGE_TOO_LONG", R::TooLong),
        (400, "Bad Request: message to edit not found", R::TargetGone),
        (
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
            R::TargetGone,
        ),
        (400, "Bad Request: REACTION_INVALID", R::KindNotTaken),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", R::KindNotTaken),
        (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", R::WindowClosed),
        (400, "Bad Request: something new", R::Other),
        (409, "Conflict: terminated by other getUpdates request", R::AccountSetup),
        (413, "Request Entity Too Large", R::TooLarge),
        (418, "I'm a teapot", R::Other),
    ] {
        assert_eq!(reason(code, description), expected, "{description}");
    }
}

#[test]
fn a_dead_token_asks_for_a_new_one_and_a_busy_server_for_patience() {
    assert!(matches!(send_error(401, "Unauthorized"), SendError::Unauthorised(_)));
    assert!(matches!(send_error(404, "Not Found"), SendError::Unauthorised(_)));
    assert!(matches!(send_error(404, "Not Found: method not found"), SendError::Refused(_)));
    assert!(matches!(send_error(502, "Bad Gateway"), SendError::Temporary(_)));
    assert!(matches!(send_error(504, "Gateway Timeout"), SendError::Uncertain(_)));
}

#[test]
fn a_pause_is_as_long_as_telegram_says() {
    let error = ApiError {
        code: 429,
        description: "Too Many Requests: retry after 7".to_owned(),
        retry_after: Some(Duration::from_secs(7)),
        migrate_to: None,
    };
    let SendError::Temporary(wait) = SendError::from(Failed::Refused(error)) else { panic!("a wait") };
    assert_eq!((wait.retry_after, wait.told, wait.scope), (Duration::from_secs(7), true, WaitScope::Account));
}

#[test]
fn what_may_have_gone_out_is_uncertain_and_what_cannot_have_is_not() {
    let unknown = SendError::from(Failed::Lost(Lost::Unknown("x")));
    assert!(matches!(unknown, SendError::Uncertain(_)));
    let unwritten = SendError::from(Failed::Lost(Lost::NotWritten("x")));
    assert!(matches!(unwritten, SendError::Temporary(_)));
    assert!(matches!(SendError::from(Failed::Garbled { status: 200 }), SendError::Uncertain(_)));
    assert!(matches!(SendError::from(Failed::Garbled { status: 502 }), SendError::Uncertain(_)));
    assert!(matches!(SendError::from(Failed::Garbled { status: 503 }), SendError::Temporary(_)));
}
