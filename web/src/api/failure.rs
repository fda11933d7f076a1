//! Why the server did not do what was asked.

use serde_json::Value;

use super::json::{self, object};

/// An outcome a person can expect and put right, sent as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// For us to act on, such as `WRONG_CREDENTIALS`.
    pub code: String,
    /// For people, ready to show.
    pub message: String,
    /// The input it belongs to, by its GraphQL name; none: the whole form.
    pub field: Option<String>,
}

object!(Problem { code, message, field });

/// What [`Problem`] is selected with everywhere.
pub const PROBLEM: &str = "fragment ProblemParts on Problem { code message field }";

/// What stopped a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server could not be reached, or the answer was cut off.
    Offline,
    /// Code of the app that is loaded when it is needed could not be.
    NotLoaded,
    /// The session is over; the app is already on its way to the sign-in page.
    Unauthenticated,
    /// The member's role does not allow it.
    Forbidden,
    /// It needs the password once more, and the person did not give it.
    ProofRequired,
    /// It does not exist, or not in this workspace.
    NotFound,
    /// Too many in too short a time; the wait in seconds when the server said so.
    Throttled(Option<u32>),
    /// The server refused the input, in its own words.
    Invalid(String),
    /// Something broke on the other side; the request id finds it in the log.
    Server {
        /// The server's words.
        message: String,
        /// From `extensions.requestId` or the `X-Request-Id` header.
        request_id: Option<String>,
    },
}

impl Failure {
    /// What happened and what to do, in one or two sentences.
    pub fn sentence(&self) -> String {
        match self {
            Self::Offline => "The server cannot be reached. Check your connection and try again.".to_owned(),
            Self::NotLoaded => {
                "This part of the app could not be loaded. Try again; if that does not help, reload the page."
                    .to_owned()
            }
            Self::Unauthenticated => "You have been signed out. Sign in again to go on.".to_owned(),
            Self::Forbidden => {
                "Your role does not allow this. An admin of the workspace can do it.".to_owned()
            }
            Self::ProofRequired => "Nothing was changed: this needs your password once more.".to_owned(),
            Self::NotFound => "This does not exist any more, or it belongs to another workspace.".to_owned(),
            Self::Throttled(Some(seconds)) => format!("Too many tries. Try again in {seconds} s."),
            Self::Throttled(None) => "Too many tries. Wait a moment and try again.".to_owned(),
            Self::Invalid(message) => message.clone(),
            Self::Server { .. } => "Something went wrong on the server. Try again in a moment.".to_owned(),
        }
    }

    /// The id to give to whoever runs the server.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Server { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// The class of a GraphQL error by its `extensions.code`.
    pub(crate) fn from_code(
        code: Option<&str>,
        message: String,
        request_id: Option<String>,
        retry_after_s: Option<u32>,
    ) -> Self {
        match code {
            Some("UNAUTHENTICATED") => Self::Unauthenticated,
            Some("FORBIDDEN") => Self::Forbidden,
            Some("PROOF_REQUIRED") => Self::ProofRequired,
            Some("NOT_FOUND") => Self::NotFound,
            Some("THROTTLED") => Self::Throttled(retry_after_s),
            Some("INVALID") => Self::Invalid(message),
            _ => Self::Server { message, request_id },
        }
    }
}

/// One of an answer's `errors`.
struct GraphqlError {
    message: Option<String>,
    extensions: Option<ErrorExtensions>,
}

object!(GraphqlError { message, extensions });

#[derive(Default)]
struct ErrorExtensions {
    code: Option<String>,
    request_id: Option<String>,
    retry_after_ms: Option<u32>,
}

object!(ErrorExtensions { code, request_id, retry_after_ms });

/// The first of an answer's `errors`; `header_request_id` stands in when it names none.
pub(crate) fn first_error(errors: &Value, header_request_id: Option<String>) -> Failure {
    let first = errors.get(0).unwrap_or(&Value::Null);
    let Ok(GraphqlError { message, extensions }) = json::read_value(first) else {
        return unreadable(header_request_id);
    };
    let ErrorExtensions { code, request_id, retry_after_ms } = extensions.unwrap_or_default();
    Failure::from_code(
        code.as_deref(),
        message.unwrap_or_default(),
        request_id.or(header_request_id),
        retry_after_ms.map(|ms| ms.div_ceil(1000)),
    )
}

/// The `data` of an answer, or its first error.
pub(crate) fn data(answer: &Value, header_request_id: Option<String>) -> Result<&Value, Failure> {
    match (answer.get("errors"), answer.get("data")) {
        (Some(errors), _) if errors.get(0).is_some() => Err(first_error(errors, header_request_id)),
        (_, Some(data)) if !data.is_null() => Ok(data),
        _ => Err(unreadable(header_request_id)),
    }
}

/// What came is no answer of ours.
pub(crate) fn unreadable(request_id: Option<String>) -> Failure {
    Failure::Server { message: "unreadable answer".to_owned(), request_id }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn data_is_handed_on_untouched() {
        assert_eq!(data(&json!({"data": {"viewer": null}}), None), Ok(&json!({"viewer": null})));
        assert_eq!(data(&json!({"data": {"a": 1}, "errors": []}), None), Ok(&json!({"a": 1})));
    }

    #[test]
    fn each_code_has_its_own_failure() {
        let fail = |code: &str| {
            let body = json!({"data": null, "errors": [{"message": "m", "extensions": {"code": code}}]});
            data(&body, Some("r1".to_owned())).cloned().unwrap_err()
        };
        assert_eq!(fail("UNAUTHENTICATED"), Failure::Unauthenticated);
        assert_eq!(fail("FORBIDDEN"), Failure::Forbidden);
        assert_eq!(fail("PROOF_REQUIRED"), Failure::ProofRequired);
        assert_eq!(fail("NOT_FOUND"), Failure::NotFound);
        assert_eq!(fail("THROTTLED"), Failure::Throttled(None));
        assert_eq!(fail("INVALID"), Failure::Invalid("m".to_owned()));
        assert_eq!(fail("INTERNAL").request_id(), Some("r1"));
    }

    #[test]
    fn an_error_tells_its_own_request_id_and_wait() {
        let errors = json!([{"message": "m", "extensions": {"code": "THROTTLED", "retryAfterMs": 1200}}]);
        assert_eq!(first_error(&errors, None), Failure::Throttled(Some(2)));
        let errors = json!([{"message": "m", "extensions": {"requestId": "r2"}}]);
        assert_eq!(first_error(&errors, Some("r1".to_owned())).request_id(), Some("r2"));
    }

    #[test]
    fn an_answer_that_is_no_graphql_is_the_servers_fault() {
        for answer in [json!("<html>"), json!({"data": null}), json!({"errors": [1]}), json!({})] {
            assert!(matches!(data(&answer, None), Err(Failure::Server { .. })), "{answer}");
        }
    }
}
