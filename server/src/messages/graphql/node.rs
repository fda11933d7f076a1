//! A message as clients see it.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{
    AttachmentId, AttachmentKind, AttachmentState, AuthorKind, ContactId, ConversationId, Direction,
    MemberId, MessageId, MessageStatus,
};

use super::card::Card;
use super::content::{Forwarded, MessageRevision, Referral, TextSpan};
use crate::graphql::{Cursor, PageInfo};
use crate::messages::{ActivityKind, Attachment, FullMessage, ThreadPage};
use crate::outbox::Transmission;
use crate::outbox::graphql::TransmissionNode;

/// One entry of a thread.
#[derive(Clone)]
pub struct MessageNode(pub Arc<FullMessage>);

impl From<FullMessage> for MessageNode {
    fn from(full: FullMessage) -> Self {
        Self(Arc::new(full))
    }
}

#[Object(name = "Message")]
impl MessageNode {
    /// Global id.
    pub async fn id(&self) -> MessageId {
        self.0.message.id
    }

    /// 1, 2, 3 … in its conversation.
    async fn seq(&self) -> i64 {
        self.0.message.seq
    }

    /// Where.
    async fn conversation_id(&self) -> ConversationId {
        self.0.message.conversation_id
    }

    /// The sender's own id for it.
    async fn client_id(&self) -> Option<String> {
        self.0.message.client_id.map(|id| id.to_string())
    }

    /// Which way it goes.
    async fn direction(&self) -> Direction {
        self.0.message.direction
    }

    /// Who made it.
    async fn author(&self) -> Author {
        Author {
            kind: self.0.message.author_kind,
            name: self.0.author_name.clone(),
            member_id: self.0.message.author_member_id,
            contact_id: self.0.message.author_contact_id,
        }
    }

    /// Plain text; empty when there are only files, or when it was deleted.
    async fn text(&self) -> &str {
        &self.0.message.text
    }

    /// The platform's time.
    async fn sent_at(&self) -> DateTime<Utc> {
        self.0.message.sent_at
    }

    /// When we stored it.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.message.created_at
    }

    /// It came after messages that were sent later.
    async fn late(&self) -> bool {
        self.0.message.late
    }

    /// How far it has come; outbound only.
    async fn status(&self) -> Option<MessageStatus> {
        self.0.message.status
    }

    /// Why the platform refused it.
    async fn failure(&self) -> Option<&str> {
        self.0.message.failure.as_deref()
    }

    /// What parts of the text mean, ordered by start; byte offsets of its UTF-8.
    async fn spans(&self) -> Vec<TextSpan> {
        self.0.spans.iter().map(TextSpan::of).collect()
    }

    /// What it is besides text and files.
    async fn card(&self) -> Option<Card> {
        self.0.card.as_ref().map(Card::of)
    }

    /// It was written elsewhere first.
    async fn forwarded(&self) -> Option<Forwarded> {
        self.0.context.forwarded.as_ref().map(Forwarded::of)
    }

    /// The ad, link or post that brought the person here.
    async fn referral(&self) -> Option<Referral> {
        self.0.context.referral.as_ref().map(Referral::of)
    }

    /// Texts it had before, newest first; deleted messages have none.
    async fn revisions(&self) -> Vec<MessageRevision> {
        self.0.revisions.iter().map(MessageRevision::of).collect()
    }

    /// The message it answers.
    async fn quoted(&self) -> Option<QuotedMessage> {
        self.0.quoted.as_ref().map(|quoted| QuotedMessage {
            message_id: quoted.message_id,
            seq: quoted.seq,
            author_name: quoted.author_name.clone(),
            text: quoted.text.clone(),
            excerpt: quoted.excerpt.clone(),
            kind: quoted.kind.as_str(),
            url: quoted.url.clone(),
        })
    }

    /// Its files, in order.
    async fn attachments(&self) -> Vec<AttachmentNode> {
        self.0.attachments.iter().cloned().map(AttachmentNode).collect()
    }

    /// Who answered it with an emoji.
    async fn reactions(&self) -> Vec<Reaction> {
        let shown = self.0.reactions.iter().map(|one| Reaction {
            emoji: one.emoji.clone(),
            by_name: one.by_name.clone(),
            member_id: one.member_id,
        });
        shown.collect()
    }

    /// What the platform got for it, or is to get; empty on web chat.
    async fn transmissions(&self) -> Vec<TransmissionNode> {
        self.0.transmissions.iter().cloned().map(TransmissionNode).collect()
    }

    /// It failed, and can be handed to the platform again.
    async fn can_retry(&self) -> bool {
        self.0.message.deleted_at.is_none() && self.0.transmissions.iter().any(Transmission::can_retry)
    }

    /// When its text last changed.
    async fn edited_at(&self) -> Option<DateTime<Utc>> {
        self.0.message.edited_at
    }

    /// When it was taken back.
    async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.0.message.deleted_at
    }

    /// What happened; set when the direction is `ACTIVITY`.
    async fn activity(&self) -> Option<Activity> {
        self.0.activity.as_ref().map(|(activity, member_name)| Activity {
            kind: activity.kind,
            actor_name: self.0.author_name.clone(),
            member_name: member_name.clone(),
            until: activity.until,
            what: activity.what.clone(),
        })
    }
}

/// Who made an entry.
#[derive(SimpleObject)]
pub struct Author {
    /// What kind.
    kind: AuthorKind,
    /// For people.
    name: String,
    /// The member, if it is one.
    member_id: Option<MemberId>,
    /// The contact, if it is one.
    contact_id: Option<ContactId>,
}

/// The message that another one answers, in short.
#[derive(SimpleObject)]
pub struct QuotedMessage {
    /// Which, if it is here: it may come later, or never.
    message_id: Option<MessageId>,
    /// Its number in this conversation, to jump to.
    seq: Option<i64>,
    /// Who made it.
    author_name: String,
    /// Its text, or what it is: "📷 Photo".
    text: String,
    /// The part that was marked.
    excerpt: Option<String>,
    /// `message`, `story`, `product` or `elsewhere`.
    kind: &'static str,
    /// Where it can be seen.
    url: Option<String>,
}

/// One emoji below a message.
#[derive(SimpleObject)]
pub struct Reaction {
    /// The emoji.
    emoji: String,
    /// By whom.
    by_name: String,
    /// The member, if one of ours.
    member_id: Option<MemberId>,
}

/// Something that happened to the conversation.
#[derive(SimpleObject)]
pub struct Activity {
    /// What.
    kind: ActivityKind,
    /// Who did it.
    actor_name: String,
    /// The member it is about: the assignee.
    member_name: Option<String>,
    /// Snoozed until when.
    until: Option<DateTime<Utc>>,
    /// The platform's word for what happened, or for what it is about.
    what: Option<String>,
}

/// A file.
#[derive(Clone)]
pub struct AttachmentNode(pub Attachment);

#[Object(name = "Attachment")]
impl AttachmentNode {
    /// Global id.
    pub async fn id(&self) -> AttachmentId {
        self.0.id
    }

    /// How it is shown.
    async fn kind(&self) -> AttachmentKind {
        self.0.kind
    }

    /// What the sender called it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// By its content.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }

    /// Bytes.
    async fn size_bytes(&self) -> i64 {
        self.0.size_bytes
    }

    /// Pixels.
    async fn width(&self) -> Option<i32> {
        self.0.width
    }

    /// Pixels.
    async fn height(&self) -> Option<i32> {
        self.0.height
    }

    /// Whether its bytes are here.
    async fn state(&self) -> AttachmentState {
        self.0.state
    }

    /// Why they cannot be had.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// How long it plays.
    async fn duration_ms(&self) -> Option<i64> {
        self.0.duration_ms
    }

    /// Loudness over time: 64 values from 0 to 255.
    async fn waveform(&self) -> Option<Vec<i32>> {
        self.0.waveform.as_ref().map(|steps| steps.iter().copied().map(i32::from).collect())
    }

    /// A path on this origin; needs the session.
    async fn url(&self) -> String {
        format!("/files/{}", self.0.id)
    }

    /// A smaller picture, of images.
    async fn thumbnail_url(&self) -> Option<String> {
        self.0.has_thumbnail.then(|| format!("/files/{}/thumbnail", self.0.id))
    }
}

/// A message at its place in a thread.
#[derive(SimpleObject)]
pub struct MessageEdge {
    /// The place.
    cursor: String,
    /// The message.
    node: MessageNode,
}

/// A page of a thread, in ascending order.
#[derive(SimpleObject)]
pub struct MessageConnection {
    /// With places.
    edges: Vec<MessageEdge>,
    /// Without.
    nodes: Vec<MessageNode>,
    /// Whether there is more, on both sides.
    page_info: PageInfo,
}

impl MessageConnection {
    /// A page that was read with one entry more than asked, in the page's own direction.
    pub fn of(mut rows: Vec<Arc<FullMessage>>, page: ThreadPage) -> Self {
        let size = usize::try_from(page.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        if page.from_end {
            rows.reverse();
        }
        let edges: Vec<MessageEdge> = rows
            .iter()
            .map(|full| MessageEdge {
                cursor: Cursor::encode(&full.message.seq),
                node: MessageNode(Arc::clone(full)),
            })
            .collect();
        let first_seq = rows.first().map_or(0, |full| full.message.seq);
        let page_info = PageInfo {
            has_next_page: if page.from_end { page.before != i64::MAX } else { more },
            has_previous_page: if page.from_end { more } else { first_seq > 1 && page.after > 0 },
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self { edges, nodes: rows.into_iter().map(MessageNode).collect(), page_info }
    }
}
