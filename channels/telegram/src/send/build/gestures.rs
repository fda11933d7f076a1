//! Acts that make no message: reactions, edits, deletions, answers to presses, signs of life.

use channel_core::{Act, Reaction, Refusal, RefusalReason, TypingKind};
use shared::{Capabilities, Reactions};
use teloxide::types::{ChatAction, ReactionType};

use super::{Call, markup, not_taken};
use crate::ids::{MessageId, Thread};
use crate::send::Options;

/// Most messages that one call deletes.
const DELETE_MAX: usize = 100;
/// Longest answer to a press.
const PRESS_ANSWER_CHARS_MAX: usize = 200;

/// What makes no message of its own.
pub fn gesture<'a>(thread: &Thread, act: &'a Act, options: Options) -> Result<Call<'a>, Refusal> {
    match act {
        Act::React { platform_message_id, reaction } => react(thread, platform_message_id, reaction.as_ref()),
        Act::Edit { platform_message_id, text, caption, buttons } => {
            let id = own(thread, platform_message_id)?;
            let (method, key, entities_key) = if *caption {
                ("editMessageCaption", "caption", "caption_entities")
            } else {
                ("editMessageText", "text", "entities")
            };
            let mut call = Call::to(method, thread);
            call.set("message_id", id);
            call.set_text(key, entities_key, text, options);
            call.set_some("reply_markup", markup(buttons.as_ref())?);
            Ok(call)
        }
        Act::Delete { platform_message_ids } => delete(thread, platform_message_ids),
        Act::AnswerPress { press_id, text } => {
            let mut call = Call::new("answerCallbackQuery");
            call.set("callback_query_id", press_id);
            let shown = |text: &String| text.chars().take(PRESS_ANSWER_CHARS_MAX).collect::<String>();
            call.set_some("text", text.as_ref().map(shown));
            Ok(call)
        }
        Act::Typing { kind, .. } => {
            let mut call = Call::to("sendChatAction", thread);
            call.set(
                "action",
                match kind {
                    TypingKind::Text => ChatAction::Typing,
                    TypingKind::Media => ChatAction::UploadPhoto,
                    TypingKind::Voice => ChatAction::RecordVoice,
                    TypingKind::File => ChatAction::UploadDocument,
                },
            );
            Ok(call)
        }
        Act::MarkRead { platform_message_id } if thread.connection.is_some() => {
            let mut call = Call::to("readBusinessMessage", thread);
            call.set("message_id", own(thread, platform_message_id)?);
            Ok(call)
        }
        Act::MarkRead { .. } => Err(not_taken("A bot cannot show what it has read.")),
        Act::Leave => Ok(Call::to("leaveChat", thread)),
        _ => Err(not_taken("Telegram bots cannot send this.")),
    }
}

/// The number of a message of this thread.
fn own(thread: &Thread, platform_message_id: &str) -> Result<i64, Refusal> {
    let id = MessageId::parse(platform_message_id).filter(|id| id.thread == *thread);
    let words = "The message is not one of this chat.";
    id.map(|id| id.number).ok_or_else(|| Refusal::new(RefusalReason::TargetGone, words))
}

fn react(
    thread: &Thread,
    platform_message_id: &str,
    reaction: Option<&Reaction>,
) -> Result<Call<'static>, Refusal> {
    if thread.connection.is_some() {
        return Err(not_taken("In a business account's chat a bot cannot react."));
    }
    let reaction = match reaction {
        None => Vec::new(),
        Some(Reaction::Emoji(emoji)) => vec![ReactionType::Emoji { emoji: allowed(emoji)?.to_owned() }],
        Some(_) => return Err(not_taken("Telegram lets bots react with its own emoji only.")),
    };
    let mut call = Call::to("setMessageReaction", thread);
    call.set("message_id", own(thread, platform_message_id)?);
    call.set("reaction", reaction);
    Ok(call)
}

/// The emoji as Telegram writes it: keyboards add a selector that asks for the coloured form.
fn allowed(emoji: &str) -> Result<&'static str, Refusal> {
    let Reactions::Of(all) = Capabilities::TELEGRAM.reactions else {
        return Err(not_taken("Telegram takes no reactions."));
    };
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    let found = all.iter().find(|known| bare(known) == bare(emoji));
    found.copied().ok_or_else(|| not_taken("Telegram does not take this reaction."))
}

fn delete(thread: &Thread, ids: &[String]) -> Result<Call<'static>, Refusal> {
    let numbers = ids.iter().map(|id| own(thread, id)).collect::<Result<Vec<_>, _>>()?;
    if numbers.is_empty() || numbers.len() > DELETE_MAX {
        return Err(Refusal::new(RefusalReason::Malformed, "1 to 100 messages can be deleted at once."));
    }
    if let Some(connection) = &thread.connection {
        let mut call = Call::new("deleteBusinessMessages");
        call.set("business_connection_id", connection);
        call.set("message_ids", numbers);
        return Ok(call);
    }
    let mut call = Call::to(if numbers.len() == 1 { "deleteMessage" } else { "deleteMessages" }, thread);
    match numbers.as_slice() {
        [number] => call.set("message_id", number),
        numbers => call.set("message_ids", numbers),
    }
    Ok(call)
}
