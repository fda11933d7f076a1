//! Messages of a thread, sending, notes and drafts.

mod acts;
mod card;
mod extras;
mod message;
mod provenance;

use serde::Serialize;
use shared::{AttachmentId, ConversationId, MessageId};

use super::channels::CHANNEL_SUMMARY;
use super::contacts::CONTACT_SUMMARY;
use super::conversations::{CONVERSATION, Conversation};
use super::failure::{PROBLEM, Problem};
use super::json::{FromJson, Json, object, words};
use super::operation::Operation;
use super::session::{Answer, Input};
use super::{Page, Timestamp};
pub use acts::{
    DELETE_MESSAGE, EDIT_MESSAGE, Edit, REACT, RETRY_MESSAGE, React, SETTLE_MESSAGE, Settle, WhichMessage,
};
pub use card::{Card, CardItem, CardKind, ContactCard, Forwarded, Referral};
pub use extras::{
    ButtonInput, ListInput, ListRowInput, ListSectionInput, LocationInput, TemplateButtonInput,
    TemplateHeaderInput, TemplateInput, TemplatePartInput,
};
#[cfg(test)]
pub use message::Author;
pub use message::{
    Activity, ActivityKind, Attachment, MESSAGE, Message, QuotedMessage, Reaction, TextSpan, Transmission,
};
pub use provenance::{PROVENANCE, Provenance, REVISIONS, Revision, TransmissionHistory};

/// A thread's newest messages, with the conversation as it stands and the viewer's drafts.
#[derive(Debug)]
pub struct ThreadAnswer {
    /// None: not here.
    pub conversation: Option<Thread>,
}

object!(ThreadAnswer { conversation });

/// See [`ThreadAnswer`].
#[derive(Debug)]
pub struct Thread {
    pub conversation: Conversation,
    pub messages: Page<Message>,
    pub reply_draft: Option<Draft>,
    pub note_draft: Option<Draft>,
}

impl FromJson for Thread {
    fn from_json(json: Json<'_>) -> Self {
        Self {
            conversation: Conversation::from_json(json),
            messages: json.field("messages"),
            reply_draft: json.field("reply_draft"),
            note_draft: json.field("note_draft"),
        }
    }
}

/// Which thread, and how many of its newest messages.
#[derive(Clone, Debug, Serialize)]
pub struct OpenThread {
    pub id: ConversationId,
    pub last: u32,
}

/// Opens a thread in one question.
pub const THREAD: Operation<OpenThread, ThreadAnswer> = Operation::new(
    "query Thread($id: ID!, $last: Int!) { conversation(id: $id) { ...ConversationParts readCount \
     messages(last: $last) { nodes { ...MessageParts } pageInfo { hasPreviousPage startCursor } } \
     replyDraft: draft(mode: REPLY) { mode text updatedAt } noteDraft: draft(mode: NOTE) { mode text updatedAt } } }",
    &[CONVERSATION, CHANNEL_SUMMARY, CONTACT_SUMMARY, MESSAGE],
);

/// The messages before a cursor.
#[derive(Clone, Debug, Serialize)]
pub struct EarlierMessages {
    pub id: ConversationId,
    pub last: u32,
    pub before: String,
}

/// None: not here.
#[derive(Debug)]
pub struct HistoryAnswer {
    pub conversation: Option<History>,
}

object!(HistoryAnswer { conversation });

/// See [`EarlierMessages`]; ascending.
#[derive(Debug)]
pub struct History {
    pub messages: Page<Message>,
}

object!(History { messages });

/// Loads a thread upwards.
pub const HISTORY: Operation<EarlierMessages, HistoryAnswer> = Operation::new(
    "query History($id: ID!, $last: Int!, $before: String!) { conversation(id: $id) { messages(last: $last, \
     before: $before) { nodes { ...MessageParts } pageInfo { hasPreviousPage startCursor } } } }",
    &[MESSAGE],
);

/// A message to a contact.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SendMessageInput {
    pub conversation_id: ConversationId,
    /// A UUID made here; a repeat returns the same message.
    pub client_id: String,
    pub text: String,
    pub attachment_ids: Vec<AttachmentId>,
    pub quoted_message_id: Option<MessageId>,
    /// The newest number on screen; an answer by someone else after it stops the send (`NEWER_ANSWER`).
    pub last_seen_seq: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateInput>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationInput>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<ButtonInput>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListInput>,
}

/// The sent message, or what came between.
#[derive(Debug)]
pub struct MessagePayload {
    pub message: Option<Message>,
    pub conversation: Option<Conversation>,
    pub problem: Option<Problem>,
    /// With `NEWER_ANSWER`: what someone else has answered meanwhile.
    pub newer_message: Option<Message>,
}

object!(MessagePayload { message, conversation, problem, newer_message });

const SENT_PARTS: &str = "fragment SentParts on MessagePayload { message { ...MessageParts } conversation \
    { ...ConversationParts readCount } problem { ...ProblemParts } newerMessage { ...MessageParts } }";

/// What [`MessagePayload`] is selected with.
const SENT: &[&str] = &[SENT_PARTS, MESSAGE, CONVERSATION, CHANNEL_SUMMARY, CONTACT_SUMMARY, PROBLEM];

/// Sends a message to the contact.
pub const SEND_MESSAGE: Operation<Input<SendMessageInput>, Answer<MessagePayload>> = Operation::new(
    "mutation SendMessage($input: SendMessageInput!) { payload: sendMessage(input: $input) \
     { ...SentParts } }",
    SENT,
);

/// A note that only members see.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddNoteInput {
    pub conversation_id: ConversationId,
    pub client_id: String,
    pub text: String,
    pub attachment_ids: Vec<AttachmentId>,
}

/// Leaves a private note.
pub const ADD_NOTE: Operation<Input<AddNoteInput>, Answer<MessagePayload>> = Operation::new(
    "mutation AddNote($input: AddNoteInput!) { payload: addNote(input: $input) { ...SentParts } }",
    SENT,
);

/// What is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DraftMode {
    Reply,
    Note,
}

words!(DraftMode { Reply, Note });

/// The viewer's own unsent text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub mode: DraftMode,
    pub text: String,
    pub updated_at: Timestamp,
}

object!(Draft { mode, text, updated_at });

/// Empty text discards the draft.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SaveDraft {
    pub conversation_id: ConversationId,
    pub mode: DraftMode,
    pub text: String,
}

/// The kept draft.
#[derive(Debug)]
#[expect(dead_code, reason = "an answer is checked by its shape; the composer keeps its own text")]
pub struct DraftPayload {
    pub draft: Option<Draft>,
    pub problem: Option<Problem>,
}

object!(DraftPayload { draft, problem });

/// Keeps a draft on the server.
pub const SAVE_DRAFT: Operation<SaveDraft, Answer<DraftPayload>> = Operation::new(
    "mutation SaveDraft($conversationId: ID!, $mode: DraftMode!, $text: String!) { payload: saveDraft(conversationId: \
     $conversationId, mode: $mode, text: $text) { draft { mode text updatedAt } problem { ...ProblemParts } } }",
    &[PROBLEM],
);
