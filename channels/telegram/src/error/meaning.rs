//! Telegram's words, and what they mean.

use channel_core::RefusalReason;

use super::ApiError;

/// From code and text to what it means; without words, Telegram's own are shown.
pub fn of(error: &ApiError) -> (RefusalReason, &'static str) {
    use RefusalReason as R;
    let table: &[(&[&str], R, &str)] = match error.code {
        403 => FORBIDDEN,
        413 => return (R::TooLarge, "The file is larger than Telegram takes (50 MB)."),
        409 => return (R::AccountSetup, "Another program uses this bot at the same time."),
        400 => BAD_REQUEST,
        _ => return (R::Other, ""),
    };
    let found = table.iter().find(|(parts, ..)| parts.iter().any(|part| error.says(part)));
    let rest = if error.code == 403 {
        (R::Unreachable, "Telegram does not let the bot write here.")
    } else {
        (R::Other, "")
    };
    found.map_or(rest, |(_, reason, words)| (*reason, *words))
}

const BLOCKED: &str = "This person has blocked the bot. They can be written to when they unblock it.";
const GROUP: &str = "The bot is not in this chat any more.";

const FORBIDDEN: &[(&[&str], RefusalReason, &str)] = &[
    (&["blocked by the user"], RefusalReason::Unreachable, BLOCKED),
    (&["user is deactivated"], RefusalReason::Unreachable, "This person has deleted their Telegram account."),
    (
        &["can't initiate conversation"],
        RefusalReason::NotStarted,
        "This person has never started the bot; a bot cannot write first.",
    ),
    (&["kicked", "not a member", "chat was deleted"], RefusalReason::Unreachable, GROUP),
    (
        &["not enough rights", "no rights"],
        RefusalReason::AccountRights,
        "The bot lacks the right to do this.",
    ),
];

const BAD_REQUEST: &[(&[&str], RefusalReason, &str)] = &[
    (
        &["business_peer", "business peer"],
        RefusalReason::WindowClosed,
        "In a business account's chat the bot can answer for 24 hours after the last message.",
    ),
    (
        &["business_connection", "business connection"],
        RefusalReason::AccountRights,
        "The business account does not let the bot answer any more. Its owner can change that in Telegram.",
    ),
    (
        &["not enough rights", "no rights", "administrator rights"],
        RefusalReason::AccountRights,
        "The bot lacks the right to do this.",
    ),
    (
        &["chat not found", "user not found", "peer_id_invalid"],
        RefusalReason::UnknownRecipient,
        "Telegram does not know this chat.",
    ),
    (&["user_is_blocked", "user is blocked"], RefusalReason::Unreachable, BLOCKED),
    (
        &["message is too long", "message_too_long", "caption is too long", "caption_too_long"],
        RefusalReason::TooLong,
        "The text is longer than Telegram takes.",
    ),
    (
        &["text must be non-empty", "message text is empty", "text is empty"],
        RefusalReason::Empty,
        "There is nothing to send.",
    ),
    (
        &["file is too big", "too large", "file_parts_invalid"],
        RefusalReason::TooLarge,
        "The file is larger than Telegram takes (50 MB).",
    ),
    (
        &[
            "message to edit not found",
            "message to delete not found",
            "message can't be deleted",
            "message can't be edited",
            "message to react not found",
            "message not found",
            "message_id_invalid",
            "message to be replied not found",
            "message thread not found",
            "query is too old",
            "query id is invalid",
        ],
        RefusalReason::TargetGone,
        "The message is gone, or too old for this.",
    ),
    (&["message is not modified"], RefusalReason::NothingToDo, "It already is like this."),
    (
        &["reaction_invalid", "reaction is invalid", "reactions_too_many"],
        RefusalReason::KindNotTaken,
        "Telegram does not take this reaction.",
    ),
    (
        &[
            "photo_invalid_dimensions",
            "image_process_failed",
            "photo_ext_invalid",
            "wrong type of the web page content",
            "wrong file",
            "failed to get http url content",
            "video_content_type_invalid",
            "voice_messages_forbidden",
            "sticker",
            "file_reference",
            "failed to send message",
        ],
        RefusalReason::KindNotTaken,
        "",
    ),
    (&["can't parse", "entity_", "button_", "keyboard"], RefusalReason::Malformed, ""),
];
