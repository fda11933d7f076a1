//! Asks the server and reads its answer.

use std::cell::RefCell;

use leptos::prelude::window;
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestCredentials, RequestInit, Response};

use super::json::{self, FromJson};
use super::operation::Operation;
use super::{Failure, failure, timestamp};

thread_local! {
    static ON_SIGNED_OUT: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Registers what is done when the server says that the session is over.
pub fn on_signed_out(act: impl Fn() + 'static) {
    ON_SIGNED_OUT.with_borrow_mut(|slot| *slot = Some(Box::new(act)));
}

thread_local! {
    static ON_PROOF: RefCell<Option<Box<dyn Fn() -> js_sys::Promise>>> = const { RefCell::new(None) };
}

/// Registers how the person is asked for the password once more: a promise of whether they gave it.
pub fn on_proof_wanted(ask: impl Fn() -> js_sys::Promise + 'static) {
    ON_PROOF.with_borrow_mut(|slot| *slot = Some(Box::new(ask)));
}

/// Has the person give the password once more; whether they did.
async fn proved() -> bool {
    let Some(asking) = ON_PROOF.with_borrow(|slot| slot.as_ref().map(|ask| ask())) else { return false };
    JsFuture::from(asking).await.is_ok_and(|proved| proved.is_truthy())
}

/// Tells the app that the session is over.
pub(super) fn signed_out() {
    ON_SIGNED_OUT.with_borrow(|slot| {
        if let Some(act) = slot {
            act();
        }
    });
}

/// Runs a query or a mutation.
///
/// Thin on purpose: this much is compiled once for each operation.
pub fn run<Variables: Serialize, Data: FromJson>(
    operation: &Operation<Variables, Data>,
    variables: Variables,
) -> impl Future<Output = Result<Data, Failure>> + use<Variables, Data> {
    ask(operation.question(&variables))
}

/// Asks a question that is written out already ([`Operation::question`]): compiled once for each kind of answer.
pub async fn ask<Data: FromJson>(question: String) -> Result<Data, Failure> {
    answer(question).await?.read()
}

/// Asks; when the server wants the password once more first, asks again after the person gave it.
async fn answer(question: String) -> Result<RawAnswer, Failure> {
    let answer = post(question.clone()).await?;
    match failure::data(&answer.body, None) {
        Err(Failure::ProofRequired) if proved().await => post(question).await,
        _ => Ok(answer),
    }
}

/// What came back, before it is read as anything.
struct RawAnswer {
    body: Value,
    request_id: Option<String>,
}

impl RawAnswer {
    fn read<Data: FromJson>(self) -> Result<Data, Failure> {
        let data = self.data()?;
        json::read_value(data)
            .map_err(|message| Failure::Server { message, request_id: self.request_id.clone() })
    }

    fn data(&self) -> Result<&Value, Failure> {
        failure::data(&self.body, self.request_id.clone()).inspect_err(|failure| {
            if *failure == Failure::Unauthenticated {
                signed_out();
            }
        })
    }
}

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
    let header = |name| response.headers().get(name).ok().flatten();
    let request_id = header("x-request-id");
    if let Some(date) = header("date") {
        timestamp::server_says(js_sys::Date::parse(&date));
    }
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
    match json::parse(&body) {
        Ok(body) => Ok(RawAnswer { body, request_id }),
        Err(_) => Err(failure::unreadable(request_id)),
    }
}

fn retry_after_s(response: &Response) -> Option<u32> {
    response.headers().get("retry-after").ok().flatten()?.parse().ok()
}
