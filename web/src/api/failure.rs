//! Why the server did not do what was asked.

use serde::Deserialize;

/// An outcome a person can expect and put right, sent as a value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// For us to act on, such as `WRONG_CREDENTIALS`.
    pub code: String,
    /// For people, ready to show.
    pub message: String,
    /// The input it belongs to, by its GraphQL name; none: the whole form.
    #[serde(default)]
    pub field: Option<String>,
}

/// What [`Problem`] is selected with everywhere.
pub const PROBLEM: &str = "fragment ProblemParts on Problem { code message field }";

/// What stopped a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server could not be reached, or the answer was cut off.
    Offline,
    /// The session is over; the app is already on its way to the sign-in page.
    Unauthenticated,
    /// The member's role does not allow it.
    Forbidden,
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
            Self::Unauthenticated => "You have been signed out. Sign in again to go on.".to_owned(),
            Self::Forbidden => {
                "Your role does not allow this. An admin of the workspace can do it.".to_owned()
            }
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
            Some("NOT_FOUND") => Self::NotFound,
            Some("THROTTLED") => Self::Throttled(retry_after_s),
            Some("INVALID") => Self::Invalid(message),
            _ => Self::Server { message, request_id },
        }
    }
}

/// The body of a GraphQL answer before its `data` is read.
#[derive(Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow, default)]
    pub(crate) data: Option<&'a serde_json::value::RawValue>,
    #[serde(default)]
    pub(crate) errors: Vec<GraphqlError>,
}

#[derive(Deserialize)]
pub(crate) struct GraphqlError {
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) extensions: ErrorExtensions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorExtensions {
    #[serde(default)]
    pub(crate) code: Option<String>,
    #[serde(default)]
    pub(crate) request_id: Option<String>,
    #[serde(default)]
    pub(crate) retry_after_ms: Option<u32>,
}

impl From<GraphqlError> for Failure {
    fn from(error: GraphqlError) -> Self {
        let ErrorExtensions { code, request_id, retry_after_ms } = error.extensions;
        Self::from_code(
            code.as_deref(),
            error.message,
            request_id,
            retry_after_ms.map(|ms| ms.div_ceil(1000)),
        )
    }
}

/// The answer's `data`, or the first error; `header_request_id` stands in when the body names none.
pub(crate) fn read_envelope(body: &str, header_request_id: Option<String>) -> Result<&str, Failure> {
    let broken = |request_id| Failure::Server { message: "unreadable answer".to_owned(), request_id };
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(body) else {
        return Err(broken(header_request_id));
    };
    if let Some(error) = envelope.errors.into_iter().next() {
        return Err(match Failure::from(error) {
            Failure::Server { message, request_id } => {
                Failure::Server { message, request_id: request_id.or(header_request_id) }
            }
            other => other,
        });
    }
    envelope.data.map(serde_json::value::RawValue::get).ok_or_else(|| broken(header_request_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_handed_on_untouched() {
        assert_eq!(read_envelope(r#"{"data":{"viewer":null}}"#, None), Ok(r#"{"viewer":null}"#));
    }

    #[test]
    fn each_code_has_its_own_failure() {
        let fail = |code: &str| {
            let body =
                format!(r#"{{"data":null,"errors":[{{"message":"m","extensions":{{"code":"{code}"}}}}]}}"#);
            read_envelope(&body, Some("r1".to_owned())).map(str::to_owned).unwrap_err()
        };
        assert_eq!(fail("UNAUTHENTICATED"), Failure::Unauthenticated);
        assert_eq!(fail("FORBIDDEN"), Failure::Forbidden);
        assert_eq!(fail("NOT_FOUND"), Failure::NotFound);
        assert_eq!(fail("THROTTLED"), Failure::Throttled(None));
        assert_eq!(fail("INVALID"), Failure::Invalid("m".to_owned()));
        assert_eq!(fail("INTERNAL").request_id(), Some("r1"));
    }

    #[test]
    fn an_answer_that_is_no_graphql_is_the_servers_fault() {
        assert!(matches!(read_envelope("<html>", None), Err(Failure::Server { .. })));
        assert!(matches!(read_envelope(r#"{"data":null}"#, None), Err(Failure::Server { .. })));
    }
}
