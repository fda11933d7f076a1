//! Sending one transmission: files first, which makes no message; then one call that makes it.
//!
//! A second such call is made only after WhatsApp has said no, when leaving something out lets the message through: a
//! quote that is gone, a reference to a file that has died. After silence there is never a second call.

mod body;
mod cards;
mod interactive;
mod receipt;
mod template;
mod upload;

use channel_core::{
    Act, ChannelAccount, FileSource, HeaderValue, MediaFile, Refusal, RefusalReason, SendError, SendReceipt,
    TemplateMessage, Transmission,
};
use channel_meta::{Failed, Graph, GraphApi, GraphError, is_id};
use serde_json::{Value, json};

use upload::Uploads;

/// Hands one transmission to WhatsApp.
pub async fn send(
    api: &GraphApi,
    account: &ChannelAccount,
    transmission: &Transmission,
    files: &dyn FileSource,
) -> Result<SendReceipt, SendError> {
    let number = account.platform_account_id.as_str();
    if !is_id(number) {
        let words = "The channel has no phone number id: connect it again.";
        return Err(SendError::Refused(Refusal::new(RefusalReason::AccountSetup, words)));
    }
    let graph = Graph::of(api, &account.secrets)?;
    if let Some(gesture) = gesture(&transmission.act) {
        let answer = graph.post(&[number, "messages"], &gesture).await;
        return answer.map(|_| SendReceipt::default()).map_err(|failed| refusal(failed, &transmission.act));
    }
    message(&graph, number, transmission, files).await
}

async fn message(
    graph: &Graph<'_>,
    number: &str,
    transmission: &Transmission,
    files: &dyn FileSource,
) -> Result<SendReceipt, SendError> {
    let needed = files_of(&transmission.act);
    let mut uploads = Uploads::known(&needed);
    let mut quote = transmission.quote.as_deref();
    let mut notes = Vec::new();
    loop {
        uploads.fill(graph, number, &needed, files).await?;
        let body = body::message(transmission, quote, &uploads).map_err(SendError::Refused)?;
        let error = match graph.post(&[number, "messages"], &body).await {
            Ok(answer) => return receipt::read(&answer, &transmission.act, uploads, notes),
            Err(Failed::Refused(error)) => error,
            Err(failed) => return Err(failed.into()),
        };
        if is_about_file(&error) && uploads.forget_known() {
            continue;
        }
        if quote.is_some() && is_about_quote(&error) {
            quote = None;
            notes.push("The quoted message is gone; the answer went out without it.".to_owned());
            continue;
        }
        return Err(refusal(Failed::Refused(error), &transmission.act));
    }
}

/// Acts that make no message and have a form of their own.
fn gesture(act: &Act) -> Option<Value> {
    let read = |id: &str| json!({ "messaging_product": "whatsapp", "status": "read", "message_id": id });
    match act {
        Act::MarkRead { platform_message_id } => Some(read(platform_message_id)),
        Act::Typing { after: Some(id), .. } => {
            let mut body = read(id);
            if let Some(body) = body.as_object_mut() {
                body.insert("typing_indicator".to_owned(), json!({ "type": "text" }));
            }
            Some(body)
        }
        _ => None,
    }
}

/// Every file that has to be at WhatsApp before the message.
fn files_of(act: &Act) -> Vec<&MediaFile> {
    fn of_template<'a>(template: &'a TemplateMessage, into: &mut Vec<&'a MediaFile>) {
        if let Some(HeaderValue::Media(file)) = &template.header {
            into.push(file);
        }
        template.cards.iter().for_each(|card| of_template(card, into));
    }
    let mut files = Vec::new();
    match act {
        Act::Media { part, .. } => files.push(&part.file),
        Act::Template(template) => of_template(template, &mut files),
        _ => {}
    }
    files
}

/// The reference to a file is not good (any more): it may be uploaded again.
fn is_about_file(error: &GraphError) -> bool {
    let refused = matches!(error.code, 100 | 131_008 | 131_009 | 131_053);
    refused && (error.code == 131_053 || error.says("media") || error.says("attachment"))
}

/// The message to quote is not one any more.
fn is_about_quote(error: &GraphError) -> bool {
    matches!(error.code, 100 | 131_009) && (error.says("context") || error.says("quoted"))
}

/// A refusal, in the light of what was asked for.
fn refusal(failed: Failed, act: &Act) -> SendError {
    let of_target = matches!(act, Act::React { .. } | Act::MarkRead { .. } | Act::Typing { .. });
    match failed {
        Failed::Refused(error)
            if of_target && matches!(error.code, 100 | 131_009) && error.subcode.is_none() =>
        {
            SendError::Refused(Refusal {
                reason: RefusalReason::TargetGone,
                words: "The message is gone, or older than 30 days.".to_owned(),
                code: Some(error.shown()),
            })
        }
        other => other.into(),
    }
}
