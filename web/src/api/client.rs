//! Asks the server and reads its answer.

use std::cell::RefCell;

use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestCredentials, RequestInit, Response};

use super::Failure;
use super::failure::read_envelope;
use super::operation::Operation;

thread_local! {
    static ON_SIGNED_OUT: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Registers what is done when the server says that the session is over.
pub fn on_signed_out(act: impl Fn() + 'static) {
    ON_SIGNED_OUT.with_borrow_mut(|slot| *slot = Some(Box::new(act)));
}

/// Tells the app that the session is over.
pub(super) fn signed_out() {
    ON_SIGNED_OUT.with_borrow(|slot| {
        if let Some(act) = slot {
            act();
        }
    });
}

#[derive(Serialize)]
struct Question<'a, Variables> {
    query: &'a str,
    variables: &'a Variables,
}

/// Runs a query or a mutation.
pub async fn run<Variables: Serialize, Data: DeserializeOwned>(
    operation: &Operation<Variables, Data>,
    variables: Variables,
) -> Result<Data, Failure> {
    let document = operation.document();
    let question = serde_json::to_string(&Question { query: &document, variables: &variables });
    let answer = post(question.map_err(|error| Failure::Invalid(error.to_string()))?).await?;
    let data = answer.data()?;
    serde_json::from_str(data).map_err(|error| Failure::Server {
        message: error.to_string(),
        request_id: answer.request_id.clone(),
    })
}

/// What came back, before it is read as anything.
struct RawAnswer {
    body: String,
    request_id: Option<String>,
}

impl RawAnswer {
    fn data(&self) -> Result<&str, Failure> {
        let data = read_envelope(&self.body, self.request_id.clone());
        if data == Err(Failure::Unauthenticated) {
            signed_out();
        }
        data
    }
}

/// Not generic, so that it is compiled once for all operations.
async fn post(body: String) -> Result<RawAnswer, Failure> {
    let offline = |_: JsValue| Failure::Offline;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_credentials(RequestCredentials::SameOrigin);
    init.set_body(&JsValue::from_str(&body));
    let request = Request::new_with_str_and_init("/graphql", &init).map_err(offline)?;
    let headers = request.headers();
    for (name, value) in
        [("Content-Type", "application/json"), ("Accept", "application/json"), ("X-Requested-With", "app")]
    {
        headers.set(name, value).map_err(offline)?;
    }
    let response = JsFuture::from(window().fetch_with_request(&request)).await.map_err(offline)?;
    let response: Response = response.dyn_into().map_err(offline)?;
    let request_id = response.headers().get("x-request-id").ok().flatten();
    let text = JsFuture::from(response.text().map_err(offline)?).await.map_err(offline)?;
    let body = text.as_string().unwrap_or_default();
    // A body that is no GraphQL answer comes from a proxy, or from the checks before GraphQL.
    if !body.starts_with("{\"data\"") && !body.contains("\"errors\"") {
        match response.status() {
            200 => {}
            401 => {
                signed_out();
                return Err(Failure::Unauthenticated);
            }
            403 => return Err(Failure::Forbidden),
            429 => return Err(Failure::Throttled(retry_after_s(&response))),
            502..=504 => return Err(Failure::Offline),
            status => return Err(Failure::Server { message: format!("HTTP {status}"), request_id }),
        }
    }
    Ok(RawAnswer { body, request_id })
}

fn retry_after_s(response: &Response) -> Option<u32> {
    response.headers().get("retry-after").ok().flatten()?.parse().ok()
}
