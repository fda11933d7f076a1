//! Sending one transmission.
//!
//! One call as a rule. A second one is made only after Telegram has said no, when leaving something out lets the
//! message through: formatting it cannot read, a quote that is gone, a reference to a file that has died. What was
//! left out is noted in the receipt. After silence there is never a second call.

mod build;
mod form;
mod markup;
mod receipt;

use channel_core::{
    ChannelAccount, FileSource, ProviderApi, Refusal, RefusalReason, SendError, SendReceipt, Transmission,
};
use serde_json::Value;

use crate::api::Api;
use crate::error::{ApiError, Failed};
use crate::ids::{MessageId, Thread};

/// What a call may still hold; each is given up at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Options {
    formatting: bool,
    quote: bool,
    known_files: bool,
}

impl Options {
    const ALL: Self = Self { formatting: true, quote: true, known_files: true };

    /// What to leave out after this refusal, with a word about it; `None` if that would not help.
    fn without_cause_of(self, error: &ApiError) -> Option<(Self, Option<&'static str>)> {
        if self.formatting && error.is_about_formatting() {
            let note = "Telegram did not understand the formatting; the text went out plain.";
            return Some((Self { formatting: false, ..self }, Some(note)));
        }
        if self.known_files && error.is_about_file_id() {
            return Some((Self { known_files: false, ..self }, None));
        }
        if self.quote && error.is_about_quote() {
            let note = "The quoted message is gone; the answer went out without it.";
            return Some((Self { quote: false, ..self }, Some(note)));
        }
        None
    }
}

/// Hands one transmission to Telegram.
pub async fn send(
    provider: &ProviderApi,
    account: &ChannelAccount,
    transmission: &Transmission,
    files: &dyn FileSource,
) -> Result<SendReceipt, SendError> {
    let api = Api::of(provider, &account.secrets)?;
    let thread = Thread::parse(&transmission.to).ok_or_else(|| {
        let words = "This is no Telegram chat.";
        SendError::Refused(Refusal::new(RefusalReason::UnknownRecipient, words))
    })?;
    let quote = transmission.quote.as_deref().and_then(MessageId::parse);
    let quote = quote.filter(|quote| quote.thread == thread).map(|quote| quote.number);

    let mut options = Options::ALL;
    let mut notes = Vec::new();
    loop {
        let quote = quote.filter(|_| options.quote);
        let call = build::call(&thread, quote, &transmission.act, options).map_err(SendError::Refused)?;
        let error = match perform(&api, &call, files).await {
            Ok(result) => return receipt::read(&result, &thread, &transmission.act, notes),
            Err(Failed::Refused(error)) => error,
            Err(failed) => return Err(failed.into()),
        };
        // An edit to what it already is.
        if error.is_done_already() {
            return Ok(SendReceipt { notes, ..SendReceipt::default() });
        }
        match options.without_cause_of(&error).filter(|(fewer, _)| call.depends_on(options, *fewer)) {
            Some((fewer, note)) => {
                options = fewer;
                notes.extend(note.map(str::to_owned));
            }
            None => return Err(Failed::Refused(error).into()),
        }
    }
}

async fn perform(api: &Api<'_>, call: &build::Call<'_>, files: &dyn FileSource) -> Result<Value, Failed> {
    if call.uploads.is_empty() {
        return api.call(call.method, &Value::Object(call.parameters.clone())).await;
    }
    let form = form::build(call, files).await?;
    api.upload(call.method, form).await
}
