//! From an act to a call.

use channel_core::{
    Act, Buttons, ContactCard, Location, MediaFile, MediaPart, Reaction, Refusal, RefusalReason, TypingKind,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::{Capabilities, MediaKind, Reactions, RichText};
use teloxide::types::{ChatAction, ReactionType};

use super::{Options, markup};
use crate::entities;
use crate::ids::{MessageId, Thread};

/// Most messages that one call deletes.
const DELETE_MAX: usize = 100;
/// Longest answer to a press.
const PRESS_ANSWER_CHARS_MAX: usize = 200;

/// One call to make.
#[derive(Debug)]
pub struct Call<'a> {
    /// The method's name.
    pub method: &'static str,
    /// Its parameters; those with files name the parts that hold them.
    pub parameters: Map<String, Value>,
    /// Files to upload with it.
    pub uploads: Vec<Upload<'a>>,
}

/// A file that goes up with a call.
#[derive(Debug)]
pub struct Upload<'a> {
    /// The name of its part of the form.
    pub part: String,
    /// The file.
    pub file: &'a MediaFile,
}

impl Call<'_> {
    fn new(method: &'static str) -> Self {
        Self { method, parameters: Map::new(), uploads: Vec::new() }
    }

    fn to(method: &'static str, thread: &Thread) -> Self {
        let mut call = Self::new(method);
        call.set("chat_id", thread.chat_id);
        call.set_some("business_connection_id", thread.connection.as_ref());
        call
    }

    fn set(&mut self, key: &str, value: impl Serialize) {
        // Numbers, texts and lists of them: nothing here can fail to be JSON.
        if let Ok(value) = serde_json::to_value(value) {
            self.parameters.insert(key.to_owned(), value);
        }
    }

    fn set_some(&mut self, key: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    fn set_text(&mut self, key: &str, entities_key: &str, text: &RichText, options: Options) {
        self.set(key, &text.plain);
        let entities = if options.formatting { entities::write(text) } else { Vec::new() };
        if !entities.is_empty() {
            self.set(entities_key, entities);
        }
    }

    /// The call would differ without what `fewer` leaves out: doing it again can help.
    pub fn depends_on(&self, now: Options, fewer: Options) -> bool {
        let text = |needle: &str| self.parameters.values().any(|value| value.to_string().contains(needle));
        let has = |key: &str| self.parameters.contains_key(key);
        if now.formatting && !fewer.formatting {
            return has("entities") || has("caption_entities") || text("caption_entities");
        }
        if now.quote && !fewer.quote {
            return has("reply_parameters");
        }
        now.known_files && !fewer.known_files
    }
}

/// Builds the call for an act.
pub fn call<'a>(
    thread: &Thread,
    quote: Option<i64>,
    act: &'a Act,
    options: Options,
) -> Result<Call<'a>, Refusal> {
    let mut call = match act {
        Act::Text { text, buttons } => {
            let mut call = Call::to("sendMessage", thread);
            call.set_text("text", "entities", text, options);
            call.set_some("reply_markup", markup(buttons.as_ref())?);
            call
        }
        Act::Media { part, buttons } => {
            let mut call = media(thread, part, options)?;
            call.set_some("reply_markup", markup(buttons.as_ref())?);
            call
        }
        Act::Album { parts } => album(thread, parts, options)?,
        Act::Location(place) => location(thread, place),
        Act::Contacts(cards) => contact(thread, cards)?,
        _ => return gesture(thread, act, options),
    };
    // Without the permission to go without, an answer to a deleted message would be lost.
    let reply = |number| json!({ "message_id": number, "allow_sending_without_reply": true });
    call.set_some("reply_parameters", quote.map(reply));
    Ok(call)
}

/// What makes no message of its own.
fn gesture<'a>(thread: &Thread, act: &'a Act, options: Options) -> Result<Call<'a>, Refusal> {
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

fn not_taken(words: &str) -> Refusal {
    Refusal::new(RefusalReason::KindNotTaken, words)
}

fn markup(buttons: Option<&Buttons>) -> Result<Option<Value>, Refusal> {
    buttons.map(markup::write).transpose()
}

/// The number of a message of this thread.
fn own(thread: &Thread, platform_message_id: &str) -> Result<i64, Refusal> {
    let id = MessageId::parse(platform_message_id).filter(|id| id.thread == *thread);
    let words = "The message is not one of this chat.";
    id.map(|id| id.number).ok_or_else(|| Refusal::new(RefusalReason::TargetGone, words))
}

/// The method, the parameter, and the name in an album of a kind of file.
const fn names(kind: MediaKind) -> (&'static str, &'static str, Option<&'static str>) {
    match kind {
        MediaKind::Image => ("sendPhoto", "photo", Some("photo")),
        MediaKind::Video => ("sendVideo", "video", Some("video")),
        MediaKind::Audio => ("sendAudio", "audio", Some("audio")),
        MediaKind::File => ("sendDocument", "document", Some("document")),
        MediaKind::Voice => ("sendVoice", "voice", None),
        MediaKind::VideoNote => ("sendVideoNote", "video_note", None),
        MediaKind::Animation => ("sendAnimation", "animation", None),
        MediaKind::Sticker => ("sendSticker", "sticker", None),
    }
}

fn media<'a>(thread: &Thread, part: &'a MediaPart, options: Options) -> Result<Call<'a>, Refusal> {
    let file = &part.file;
    let (method, field, _) = names(file.kind);
    let mut call = Call::to(method, thread);
    if !part.caption.is_empty() {
        call.set_text("caption", "caption_entities", &part.caption, options);
    }
    for (key, value) in details(file) {
        call.set(key, value);
    }
    match known(file, options) {
        Some(id) => call.set(field, id),
        None => call.uploads.push(Upload { part: field.to_owned(), file }),
    }
    check_size(file)?;
    Ok(call)
}

fn album<'a>(thread: &Thread, parts: &'a [MediaPart], options: Options) -> Result<Call<'a>, Refusal> {
    if !(2..=Capabilities::TELEGRAM.album_max).contains(&parts.len()) {
        return Err(Refusal::new(RefusalReason::Malformed, "An album has 2 to 10 files."));
    }
    let mut call = Call::to("sendMediaGroup", thread);
    let mut items = Vec::with_capacity(parts.len());
    for (number, part) in parts.iter().enumerate() {
        let file = &part.file;
        let (.., Some(name)) = names(file.kind) else {
            return Err(not_taken("Only pictures, videos, documents and music can be in an album."));
        };
        check_size(file)?;
        let mut item = Call::new("");
        item.set("type", name);
        if !part.caption.is_empty() {
            item.set_text("caption", "caption_entities", &part.caption, options);
        }
        for (key, value) in details(file) {
            item.set(key, value);
        }
        if let Some(id) = known(file, options) {
            item.set("media", id);
        } else {
            let upload = Upload { part: format!("file{number}"), file };
            item.set("media", format!("attach://{}", upload.part));
            call.uploads.push(upload);
        }
        items.push(Value::Object(item.parameters));
    }
    call.set("media", items);
    Ok(call)
}

/// What Telegram shows before the file is there.
fn details(file: &MediaFile) -> Vec<(&'static str, u64)> {
    let seconds = file.duration_ms.map(|duration| duration.div_ceil(1000));
    let width = file.width.map(u64::from);
    let height = file.height.map(u64::from);
    let all = match file.kind {
        MediaKind::Video | MediaKind::Animation => {
            [("duration", seconds), ("width", width), ("height", height)]
        }
        MediaKind::Audio | MediaKind::Voice => [("duration", seconds), ("", None), ("", None)],
        MediaKind::VideoNote => [("duration", seconds), ("length", width), ("", None)],
        _ => return Vec::new(),
    };
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn known(file: &MediaFile, options: Options) -> Option<&str> {
    file.known_as.as_ref().filter(|_| options.known_files).map(|reference| reference.0.as_str())
}

fn check_size(file: &MediaFile) -> Result<(), Refusal> {
    let limit = Capabilities::TELEGRAM.media(file.kind).map_or(0, |limit| limit.bytes_max);
    if file.size_bytes <= limit { Ok(()) } else { Err(crate::error::too_large()) }
}

/// A place with a name and an address is a venue.
fn location(thread: &Thread, place: &Location) -> Call<'static> {
    let venue = place.name.as_ref().zip(place.address.as_ref());
    let mut call = Call::to(if venue.is_some() { "sendVenue" } else { "sendLocation" }, thread);
    call.set("latitude", place.latitude);
    call.set("longitude", place.longitude);
    match venue {
        Some((name, address)) => {
            call.set("title", name);
            call.set("address", address);
        }
        None => call.set_some("horizontal_accuracy", place.accuracy_m.filter(|m| (0.0..=1500.0).contains(m))),
    }
    call
}

fn contact(thread: &Thread, cards: &[ContactCard]) -> Result<Call<'static>, Refusal> {
    let [card] = cards else { return Err(not_taken("Telegram sends one contact at a time.")) };
    let Some(phone) = card.phones.first() else {
        return Err(not_taken("Telegram sends contacts with a telephone number only."));
    };
    let mut call = Call::to("sendContact", thread);
    call.set("phone_number", &phone.value);
    call.set("first_name", card.first_name.as_ref().unwrap_or(&card.name));
    call.set_some("last_name", card.last_name.as_ref());
    Ok(call)
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
