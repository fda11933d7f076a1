//! What a member writes: an answer to the customer, or a note for colleagues.

use std::collections::HashMap;

use channel_core::Location;
use serde_json::json;
use shared::{
    AttachmentId, AuditAction, AuthorKind, Capabilities, ConversationId, Direction, Handler, MessageId,
    MessageStatus, TargetKind, TemplateId,
};
use uuid::Uuid;

use super::in_short::{Named, in_short};
use super::outgoing::{self, Outgoing};
use super::store::{Attachment, Message};
use super::write::{self, NewEntry};
use super::{FullMessage, complete, store};
use crate::app::App;
use crate::audit::Entry;
use crate::channels::channels_by_ids;
use crate::conversations::drafts::{self, DraftMode};
use crate::conversations::{self, Changing, FullConversation, complete_one};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::outbox::{self, NewTransmissions};
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The customer.
    Contact,
    /// Colleagues only.
    Members,
}

/// What a member wrote.
#[derive(Debug, Clone)]
pub struct Writing {
    /// Where.
    pub conversation_id: ConversationId,
    /// The client's own id: a repeat of it is the same message.
    pub client_id: Uuid,
    /// As typed.
    pub text: String,
    /// Uploads of the member, in order.
    pub attachment_ids: Vec<AttachmentId>,
    /// Which message it answers.
    pub quoted: Option<MessageId>,
    /// The newest entry the member had on the screen: an answer by someone else after it stops the sending.
    pub last_seen_seq: Option<i64>,
    /// What it is besides text and files.
    pub body: Body,
}

/// What an answer is besides text and files.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Body {
    /// Nothing else.
    #[default]
    Words,
    /// A place, and nothing else.
    Location(Location),
    /// Buttons under the words.
    Buttons(Vec<Choice>),
    /// A menu under the words.
    List(Choices),
    /// A template, and nothing else.
    Template(Box<TemplateChoice>),
}

/// A template with what fills its blanks.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateChoice {
    /// Which.
    pub template_id: TemplateId,
    /// Header, text and buttons.
    pub part: TemplatePart,
    /// The same of each card, in order.
    pub cards: Vec<TemplatePart>,
}

/// What fills the blanks of a template, or of one of its cards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplatePart {
    /// What stands above the text.
    pub header: Option<TemplateTop>,
    /// The blanks of the text, in order.
    pub body: Vec<String>,
    /// Values of buttons, by the button's place among all of them.
    pub buttons: Vec<(usize, String)>,
}

/// What stands above a template's text.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplateTop {
    /// Fills the blank of a text.
    Text(String),
    /// A file that the member uploaded.
    File(AttachmentId),
    /// A place.
    Location(Location),
}

impl TemplateChoice {
    /// The files in it, in order.
    fn files(&self) -> Vec<AttachmentId> {
        let parts = std::iter::once(&self.part).chain(&self.cards);
        let files = parts.filter_map(|part| match part.header {
            Some(TemplateTop::File(id)) => Some(id),
            _ => None,
        });
        files.collect()
    }
}

/// A button, or a row of a menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub title: String,
    /// A smaller line; rows only.
    pub description: Option<String>,
    /// Opens this address instead of coming back to us; buttons only.
    pub url: Option<String>,
}

/// A menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// What opens it.
    pub button: String,
    /// Its rows, in groups with titles.
    pub sections: Vec<(String, Vec<Choice>)>,
}

/// What came of it.
#[derive(Debug)]
pub enum Written {
    /// It is stored; or was, when this is a repeat.
    Message(Box<FullMessage>, Box<FullConversation>),
    /// It is not, for a reason the member can act on; with the colleague's newer answer where that is it.
    Problem(Problem, Option<Box<FullMessage>>),
}

impl From<Problem> for Written {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem, None)
    }
}

/// Stores what a member wrote, once per client id.
///
/// # Errors
/// `NOT_FOUND` for a conversation, file or quoted message that the member cannot reach.
pub async fn write(
    app: &App,
    by: &Viewer,
    audience: Audience,
    mut writing: Writing,
) -> Result<Written, AppError> {
    let text = writing.text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    if let Some(problem) = unfit(&text, &writing) {
        return Ok(problem.into());
    }
    if let Body::Template(choice) = &writing.body {
        writing.attachment_ids = choice.files();
    }
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut changing = Changing::lock(&mut tx, writing.conversation_id).await?;
    // Under the lock: of two repeats at the same time the second one finds what the first has stored.
    if let Some(stored) = write::by_client_id(&mut tx, writing.client_id).await? {
        return repeat(tx, stored, changing, audience, &text, &writing).await;
    }
    let files = files(&mut tx, by, &writing.attachment_ids).await?;
    if let Some(quoted) = writing.quoted {
        let found = store::by_ids(&mut tx, &[quoted]).await?;
        found
            .first()
            .filter(|message| message.conversation_id == writing.conversation_id)
            .ok_or(AppError::NotFound("quoted message"))?;
    }
    let route = match audience {
        Audience::Members => match too_much(&text, &writing.attachment_ids) {
            Some(problem) => return Ok(problem.into()),
            None => None,
        },
        Audience::Contact => match route(app, &mut tx, by, &changing, &writing, &text, &files).await? {
            Ok(route) => Some(route),
            Err(stopped) => return Ok(stopped),
        },
    };
    if route.is_some()
        && let Err(problem) = take_over(&mut tx, &mut changing, by).await?
    {
        return Ok(problem.into());
    }
    // A template's words are known only now.
    let template = match &route {
        Some(Route::Provider(outgoing)) => outgoing.text.clone().map(|words| (words, outgoing.card.clone())),
        _ => None,
    };
    let (text, card) = template.unwrap_or_else(|| (text, outgoing::card(&writing)));

    changing.now.last_seq += 1;
    let entry = NewEntry {
        id: MessageId::new(),
        conversation_id: changing.now.id,
        channel_id: changing.now.channel_id,
        seq: changing.now.last_seq,
        direction: audience.direction(),
        member_id: by.member_id,
        client_id: writing.client_id,
        text: &text,
        card: card.as_ref().map(super::card::MessageCard::to_value),
        status: route.as_ref().map(Route::status),
        quoted: writing.quoted,
    };
    if !write::insert_entry(&mut tx, &entry).await? {
        return Ok(different_message().into()); // taken at this moment, in another conversation
    }
    write::link_files(&mut tx, entry.id, &writing.attachment_ids).await?;
    match &route {
        None => {}
        Some(Route::WebChat) => {
            write::insert_transmission(&mut tx, entry.id, entry.channel_id, MessageStatus::Sent).await?;
        }
        Some(Route::Provider(outgoing)) => {
            let Outgoing { identity_id, acts, .. } = &**outgoing;
            let new = NewTransmissions {
                message_id: entry.id,
                conversation_id: entry.conversation_id,
                channel_id: entry.channel_id,
                identity_id: *identity_id,
                quotes: writing.quoted,
                by_human: true,
                acts,
            };
            outbox::enqueue_message(&mut tx, &new).await?;
        }
    }
    let named: Vec<Named<'_>> =
        files.iter().map(|file| Named { kind: file.kind, name: &file.name }).collect();
    let in_short = in_short(&text, card.as_ref(), &named);
    changing.show(conversations::preview(&in_short, None), AuthorKind::Member);
    drafts::discard(&mut tx, by.member_id, changing.now.id, audience.draft_mode()).await?;
    tx.audit(Entry::new(by.actor(), audience.action()).on(TargetKind::Message, entry.id.0).with(json!({
        "conversation": changing.now.id,
        "clientId": writing.client_id,
        "characters": text.chars().count(),
        "attachments": writing.attachment_ids,
    })));
    tx.publish(Event::message_created(changing.now.id, entry.id));
    let id = entry.id;
    let conversation = changing.save(&mut tx).await?;
    let written = show(&mut tx, id, conversation).await?;
    tx.commit().await?;
    Ok(written)
}

/// Nothing at all, or things that do not go together.
fn unfit(text: &str, writing: &Writing) -> Option<Problem> {
    let empty = text.is_empty() && writing.attachment_ids.is_empty();
    match &writing.body {
        Body::Words if empty => {
            Some(Problem::of_field("text", "EMPTY", "Write something, or attach a file."))
        }
        Body::Template(_) if !empty => {
            Some(Problem::of_field("template", "NOT_ALONE", "A template goes without other words and files."))
        }
        Body::Location(_) if !empty => {
            Some(Problem::of_field("location", "NOT_ALONE", "A place goes without words and files."))
        }
        Body::Location(place) if !outgoing::is_on_earth(place) => {
            Some(Problem::of_field("location", "NOWHERE", "This is no place on earth."))
        }
        Body::Buttons(_) | Body::List(_) if text.is_empty() => {
            Some(Problem::of_field("text", "EMPTY", "Buttons and lists need a text above them."))
        }
        _ if text.chars().count() > CHARS_MAX => {
            let message = format!("A message can have up to {CHARS_MAX} characters.");
            Some(Problem::of_field("text", "TOO_LONG", message))
        }
        _ => None,
    }
}

/// Longer than anything that anybody takes, even in pieces.
pub(super) const CHARS_MAX: usize = 20_000;

/// Too long or too much for a note, or for web chat.
fn too_much(text: &str, attachments: &[AttachmentId]) -> Option<Problem> {
    let limits = Capabilities::WEB_CHAT;
    if text.chars().count() > limits.text_chars_max {
        let message = format!("A message can have up to {} characters.", limits.text_chars_max);
        return Some(Problem::of_field("text", "TOO_LONG", message));
    }
    if attachments.len() > limits.files_max {
        let message = format!("A message can carry up to {} files.", limits.files_max);
        return Some(Problem::of_field("attachmentIds", "TOO_MANY_FILES", message));
    }
    None
}

/// The files in the order given; each must be the member's own and on no message yet.
async fn files(tx: &mut WorkspaceTx, by: &Viewer, ids: &[AttachmentId]) -> Result<Vec<Attachment>, AppError> {
    let found = write::loose_files(tx, by.member_id, ids).await?;
    let mut found: HashMap<AttachmentId, Attachment> =
        found.into_iter().map(|file| (file.id, file)).collect();
    // Each once: a file named twice is not there the second time.
    ids.iter().map(|id| found.remove(id).ok_or(AppError::NotFound("attachment"))).collect()
}

/// How an answer reaches the customer.
enum Route {
    /// For web chat we are the platform: what is committed is sent.
    WebChat,
    /// Through the outbox.
    Provider(Box<Outgoing>),
}

impl Route {
    fn status(&self) -> MessageStatus {
        match self {
            Self::WebChat => MessageStatus::Sent,
            Self::Provider(_) => MessageStatus::Queued,
        }
    }
}

/// Checks that nothing speaks against answering.
async fn route(
    app: &App,
    tx: &mut WorkspaceTx,
    by: &Viewer,
    changing: &Changing,
    writing: &Writing,
    text: &str,
    files: &[Attachment],
) -> Result<Result<Route, Written>, AppError> {
    if let Some(seen) = writing.last_seen_seq
        && let Some(newer) = write::newer_answer(tx, changing.now.id, seen, by.member_id).await?
    {
        let newer = complete(tx, vec![newer]).await?.pop();
        let name = newer.as_ref().map_or("Somebody", |newer| newer.author_name.as_str());
        let problem =
            Problem::new("NEWER_ANSWER", format!("{name} has just answered. Send yours all the same?"));
        return Ok(Err(Written::Problem(problem, newer.map(Box::new))));
    }
    let channel = channels_by_ids(tx, &[changing.now.channel_id]).await?.pop();
    let channel = channel.ok_or(AppError::NotFound("channel"))?;
    let has_provider = Capabilities::of(channel.kind).is_none_or(|capabilities| capabilities.has_provider);
    if has_provider {
        let outgoing = outgoing::prepare(app, tx, channel.id, writing, text, files).await?;
        return Ok(outgoing.map(|outgoing| Route::Provider(Box::new(outgoing))).map_err(Written::from));
    }
    if !channel.active {
        let message = format!("{} is switched off; an admin can switch it on again.", channel.name);
        return Ok(Err(Problem::new("CHANNEL_INACTIVE", message).into()));
    }
    if let Some(problem) = too_much(text, &writing.attachment_ids) {
        return Ok(Err(problem.into()));
    }
    if writing.body != Body::Words {
        let words = "The web chat takes words and files only.";
        return Ok(Err(Problem::new("NOT_POSSIBLE", words).into()));
    }
    Ok(Ok(Route::WebChat))
}

/// Makes the conversation open, the sender's if it is nobody's, and answered.
async fn take_over(
    tx: &mut WorkspaceTx,
    changing: &mut Changing,
    by: &Viewer,
) -> Result<Result<(), Problem>, AppError> {
    if let Err(problem) = conversations::open_again(tx, changing, by).await? {
        return Ok(Err(problem));
    }
    if changing.now.assignee_id.is_none() {
        conversations::give(tx, changing, by, Some(by.member_id)).await?;
    }
    changing.now.handler = Handler::Human;
    changing.now.waiting_since = None;
    Ok(Ok(()))
}

/// The client did not hear our answer and asks again.
async fn repeat(
    mut tx: WorkspaceTx,
    stored: Message,
    changing: Changing,
    audience: Audience,
    text: &str,
    writing: &Writing,
) -> Result<Written, AppError> {
    let is_untouched = stored.edited_at.is_none() && stored.deleted_at.is_none();
    let id = stored.id;
    let is_template = matches!(writing.body, Body::Template(_));
    let same_content = match is_template {
        // It may be another one by now under the same name.
        true => stored.card.as_ref().is_some_and(|card| card.get("template").is_some()),
        false => {
            stored.card == outgoing::card(writing).map(|card| card.to_value())
                && (!is_untouched || stored.text == text)
        }
    };
    let is_same = stored.conversation_id == writing.conversation_id
        && stored.direction == audience.direction()
        && stored.quoted_message_id == writing.quoted
        && (same_content || stored.deleted_at.is_some());
    if !is_same {
        return Ok(different_message().into());
    }
    let attached = store::attachments_of(&mut tx, &[id]).await?;
    if !attached.iter().map(|file| file.id).eq(writing.attachment_ids.iter().copied()) {
        return Ok(different_message().into());
    }
    Ok(show(&mut tx, id, changing.now).await?)
}

/// A message of ours with its conversation, as mutations answer.
pub(crate) async fn show(
    tx: &mut WorkspaceTx,
    id: MessageId,
    conversation: conversations::Conversation,
) -> sqlx::Result<Written> {
    let message = store::by_ids(tx, &[id]).await?;
    let message = complete(tx, message).await?.pop().ok_or(sqlx::Error::RowNotFound)?;
    let conversation = complete_one(tx, conversation).await?;
    Ok(Written::Message(Box::new(message), Box::new(conversation)))
}

fn different_message() -> Problem {
    let message = "This id was used for another message; give yours a new one.";
    Problem::of_field("clientId", "DIFFERENT_MESSAGE", message)
}

impl Audience {
    fn direction(self) -> Direction {
        match self {
            Self::Contact => Direction::Outbound,
            Self::Members => Direction::Note,
        }
    }

    fn action(self) -> AuditAction {
        match self {
            Self::Contact => AuditAction::MessageSent,
            Self::Members => AuditAction::NoteAdded,
        }
    }

    fn draft_mode(self) -> DraftMode {
        match self {
            Self::Contact => DraftMode::Reply,
            Self::Members => DraftMode::Note,
        }
    }
}
