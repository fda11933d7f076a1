//! Sends a file to `POST /files`, with progress. `fetch` cannot tell how far an upload is, so this is an XHR.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

use super::Failure;
use super::client::signed_out;
use super::json::{self, object};
use super::messages::Attachment;

#[derive(Default)]
struct Refusal {
    message: String,
}

object!(Refusal { message });

/// An upload on its way. Dropping it does not stop it; [`Upload::cancel`] does.
pub struct Upload {
    request: XmlHttpRequest,
    cancelled: Rc<RefCell<bool>>,
}

impl Upload {
    /// Stops the upload; `done` is not called any more.
    pub fn cancel(&self) {
        *self.cancelled.borrow_mut() = true;
        let _ = self.request.abort();
    }
}

/// Starts an upload. `voice`: it was recorded just now, and is to be a voice note. `progress` gets 0.0 to 1.0; `done` is
/// called once.
pub fn start(
    file: &File,
    voice: bool,
    progress: impl Fn(f64) + 'static,
    done: impl FnOnce(Result<Attachment, Failure>) + 'static,
) -> Result<Upload, Failure> {
    let offline = |_| Failure::Offline;
    let request = XmlHttpRequest::new().map_err(offline)?;
    let form = FormData::new().map_err(offline)?;
    form.append_with_blob_and_filename("file", file, &file.name()).map_err(offline)?;
    request.open("POST", if voice { "/files?as=voice" } else { "/files" }).map_err(offline)?;
    request.set_request_header("X-Requested-With", "app").map_err(offline)?;

    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(event.loaded() / event.total());
        }
    })
    .into_js_value();
    request.upload().map_err(offline)?.set_onprogress(Some(on_progress.unchecked_ref()));

    let cancelled = Rc::new(RefCell::new(false));
    let finished = {
        let request = request.clone();
        let cancelled = Rc::clone(&cancelled);
        Closure::once_into_js(move || {
            if !*cancelled.borrow() {
                done(outcome(&request));
            }
        })
    };
    // Comes last in every case: loaded, failed, timed out or aborted.
    request.set_onloadend(Some(finished.unchecked_ref()));
    request.send_with_opt_form_data(Some(&form)).map_err(offline)?;
    Ok(Upload { request, cancelled })
}

fn outcome(request: &XmlHttpRequest) -> Result<Attachment, Failure> {
    let body = request.response_text().ok().flatten().unwrap_or_default();
    read(request.status().unwrap_or(0), &body).inspect_err(|failure| {
        if *failure == Failure::Unauthenticated {
            signed_out();
        }
    })
}

fn read(status: u16, body: &str) -> Result<Attachment, Failure> {
    let message = || json::read::<Refusal>(body).unwrap_or_default().message;
    match status {
        200 | 201 => json::read(body).map_err(|message| Failure::Server { message, request_id: None }),
        0 | 502..=504 => Err(Failure::Offline),
        401 => Err(Failure::Unauthenticated),
        403 => Err(Failure::Forbidden),
        413 if message().is_empty() => Err(Failure::Invalid("This file is too large.".to_owned())),
        429 => Err(Failure::Throttled(None)),
        400..=499 => Err(Failure::Invalid(message())),
        _ => Err(Failure::Server { message: message(), request_id: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_file_is_an_attachment() {
        let body = r#"{"id":"att_0197c0de111172228333444455556666","name":"a.png","contentType":"image/png",
            "sizeBytes":12,"kind":"IMAGE","url":"/files/a","thumbnailUrl":null,"width":1,"height":1}"#;
        assert_eq!(read(201, body).unwrap().name, "a.png");
    }

    #[test]
    fn a_refused_file_says_why() {
        let refused = read(422, r#"{"code":"TYPE","message":"Programs are not allowed."}"#);
        assert_eq!(refused, Err(Failure::Invalid("Programs are not allowed.".to_owned())));
        assert_eq!(read(0, ""), Err(Failure::Offline));
    }
}
