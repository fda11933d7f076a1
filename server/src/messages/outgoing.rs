//! What a member wrote, as a channel with a provider takes it: whether it may be sent now, and cut into the calls that
//! it takes.

use channel_core::{
    Act, Button, ButtonAction, Buttons, Card, HeaderValue, List, ListRow, ListSection, Location, MediaFile,
    OutboundMessage, RefusalReason,
};
use shared::policy::{TemplateCategory, What};
use shared::{AttachmentKind, ChannelId, IdentityId, MediaKind, RichText};
use uuid::Uuid;

use super::card::{MessageCard, SentButton, SentCard, SentTemplate, SentTemplateCard};
use super::send::{Body, Choice, Choices, TemplateChoice, TemplatePart, TemplateTop, Writing};
use super::store::Attachment;
use crate::app::App;
use crate::channels::templates::{self, Filled, FilledHeader, FilledPart, Filling};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::outbox;

/// A message that is ready to be put in line.
pub(super) struct Outgoing {
    /// To whom.
    pub identity_id: IdentityId,
    /// What the platform is to do, in order.
    pub acts: Vec<Act>,
    /// The words, where they are not the member's: a template's.
    pub text: Option<String>,
    /// What it is besides text and files; with `text`.
    pub card: Option<MessageCard>,
}

/// Judges and plans what a member wrote.
pub(super) async fn prepare(
    app: &App,
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    writing: &Writing,
    text: &str,
    files: &[Attachment],
) -> Result<Result<Outgoing, Problem>, AppError> {
    let footing = outbox::footing(tx, writing.conversation_id).await?;
    let footing = footing.ok_or(AppError::NotFound("conversation"))?;
    let Some(adapter) = app.adapters.of(footing.channel_kind) else {
        let words = "This version of Switchboard cannot send on this channel.";
        return Ok(Err(Problem::new("NOT_POSSIBLE", words)));
    };
    let capabilities = adapter.capabilities();
    if files.len() > capabilities.files_max {
        let words = format!("On this channel a message can carry up to {} files.", capabilities.files_max);
        return Ok(Err(Problem::of_field("attachmentIds", "TOO_MANY_FILES", words)));
    }
    if writing.quoted.is_some() && !capabilities.quotes {
        let words = "On this channel an answer cannot quote a message.";
        return Ok(Err(Problem::of_field("quotedMessageId", "NOT_POSSIBLE", words)));
    }
    let template = match &writing.body {
        Body::Template(choice) => match fill(tx, channel_id, choice, files).await? {
            Ok(filled) => Some(filled),
            Err(problem) => return Ok(Err(problem)),
        },
        _ => None,
    };
    let category = template.as_ref().map(|filled| TemplateCategory::from_word(&filled.category));
    if let Err(problem) = footing.allows(&capabilities, what(&writing.body, category, !files.is_empty())) {
        return Ok(Err(problem));
    }
    let message = match &template {
        Some(filled) => {
            OutboundMessage { template: Some(filled.message.clone()), ..OutboundMessage::default() }
        }
        None => message(writing, text, files),
    };
    Ok(match adapter.plan(&message) {
        Ok(acts) => Ok(Outgoing {
            identity_id: footing.identity_id,
            acts,
            card: template.as_ref().map(template_card),
            text: template.map(|filled| filled.body),
        }),
        Err(refusal) => Err(Problem::new(code_of(refusal.reason), refusal.words)),
    })
}

/// What it is to the policy.
fn what(body: &Body, category: Option<TemplateCategory>, files: bool) -> What {
    match body {
        Body::Template(_) => What::Template(category.unwrap_or(TemplateCategory::Other)),
        Body::Location(_) => What::Location,
        Body::Buttons(_) => What::Buttons,
        Body::List(_) => What::List,
        Body::Words if files => What::File,
        Body::Words => What::Text,
    }
}

/// Fills the template's blanks in; the files are the member's.
async fn fill(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    choice: &TemplateChoice,
    files: &[Attachment],
) -> sqlx::Result<Result<Filled, Problem>> {
    let part = |part: &TemplatePart| FilledPart {
        header: part.header.as_ref().and_then(|top| match top {
            TemplateTop::Text(text) => Some(FilledHeader::Text(text.clone())),
            TemplateTop::Location(place) => Some(FilledHeader::Location(place.clone())),
            TemplateTop::File(id) => {
                let file = files.iter().find(|file| file.id == *id)?;
                Some(FilledHeader::File(Box::new(media_file(file))))
            }
        }),
        body: part.body.clone(),
        buttons: part.buttons.clone(),
    };
    let filling = Filling {
        template_id: choice.template_id,
        part: part(&choice.part),
        cards: choice.cards.iter().map(part).collect(),
    };
    templates::fill(tx, channel_id, &filling).await
}

/// A template as it is shown in the thread.
fn template_card(filled: &Filled) -> MessageCard {
    let button = |title: &String| SentButton { title: title.clone(), ..SentButton::default() };
    MessageCard::Sent(SentCard::Template(SentTemplate {
        name: filled.message.name.clone(),
        language: filled.message.language.clone(),
        header: filled.header.clone(),
        location: match &filled.message.header {
            Some(HeaderValue::Location(place)) => Some(place.clone()),
            _ => None,
        },
        footer: filled.footer.clone(),
        buttons: filled.buttons.iter().map(button).collect(),
        cards: filled
            .cards
            .iter()
            .map(|(text, buttons)| SentTemplateCard {
                text: text.clone(),
                buttons: buttons.iter().map(button).collect(),
            })
            .collect(),
    }))
}

fn message(writing: &Writing, text: &str, files: &[Attachment]) -> OutboundMessage {
    let (mut buttons, mut list, mut location) = (None, None, None);
    match &writing.body {
        Body::Words | Body::Template(_) => {}
        Body::Location(place) => location = Some(place.clone()),
        Body::Buttons(choices) => buttons = Some(buttons_of(choices, writing.client_id)),
        Body::List(choices) => list = Some(list_of(choices, writing.client_id)),
    }
    OutboundMessage {
        text: RichText::plain(text),
        files: files.iter().map(media_file).collect(),
        buttons,
        list,
        location,
        ..OutboundMessage::default()
    }
}

/// What the message is besides text and files.
pub(super) fn card(writing: &Writing) -> Option<MessageCard> {
    Some(match &writing.body {
        Body::Words | Body::Template(_) => return None,
        Body::Location(place) => MessageCard::Told(Card::Location(place.clone())),
        Body::Buttons(choices) => {
            MessageCard::Sent(SentCard::Buttons(buttons_of(choices, writing.client_id)))
        }
        Body::List(choices) => MessageCard::Sent(SentCard::List(list_of(choices, writing.client_id))),
    })
}

/// What comes back when one of a message's choices is taken: short, and no other message's.
fn choice_id(client_id: Uuid, number: usize) -> String {
    let short = client_id.simple().to_string();
    format!("{}-{number}", short.get(..16).unwrap_or(&short))
}

fn buttons_of(buttons: &[Choice], client_id: Uuid) -> Buttons {
    let row = buttons.iter().enumerate().map(|(number, button)| Button {
        title: button.title.clone(),
        action: match &button.url {
            Some(url) => ButtonAction::Open(url.clone()),
            None => ButtonAction::Reply(choice_id(client_id, number)),
        },
    });
    Buttons { rows: row.map(|button| vec![button]).collect(), ..Buttons::default() }
}

fn list_of(choices: &Choices, client_id: Uuid) -> List {
    let mut number = 0;
    let sections = choices.sections.iter().map(|(title, rows)| {
        let rows = rows.iter().map(|row| {
            number += 1;
            ListRow {
                id: choice_id(client_id, number),
                title: row.title.clone(),
                description: row.description.clone(),
            }
        });
        ListSection { title: title.clone(), rows: rows.collect() }
    });
    List { sections: sections.collect(), button: choices.button.clone(), ..List::default() }
}

/// A stored file as adapters take it.
pub(super) fn media_file(file: &Attachment) -> MediaFile {
    let positive = |number: i32| u32::try_from(number).ok();
    MediaFile {
        attachment_id: file.id,
        kind: match file.kind {
            AttachmentKind::Image => MediaKind::Image,
            AttachmentKind::Video => MediaKind::Video,
            AttachmentKind::Audio => MediaKind::Audio,
            AttachmentKind::File => MediaKind::File,
            AttachmentKind::Voice => MediaKind::Voice,
            AttachmentKind::VideoNote => MediaKind::VideoNote,
            AttachmentKind::Animation => MediaKind::Animation,
            AttachmentKind::Sticker => MediaKind::Sticker,
        },
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size_bytes: u64::try_from(file.size_bytes).unwrap_or(0),
        width: file.width.and_then(positive),
        height: file.height.and_then(positive),
        duration_ms: file.duration_ms.and_then(|duration| u64::try_from(duration).ok()),
        known_as: None,
    }
}

/// A planner's refusal, as problems are called.
pub(super) fn code_of(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::TooLong => "TOO_LONG",
        RefusalReason::TooLarge => "TOO_LARGE",
        RefusalReason::Empty => "EMPTY",
        RefusalReason::KindNotTaken => "NOT_POSSIBLE",
        RefusalReason::Template => "TEMPLATE",
        RefusalReason::TemplateParameters => "TEMPLATE_PARAMETERS",
        _ => "REFUSED",
    }
}

/// A place, as far as it can be one.
pub(super) fn is_on_earth(place: &Location) -> bool {
    (-90.0..=90.0).contains(&place.latitude) && (-180.0..=180.0).contains(&place.longitude)
}
