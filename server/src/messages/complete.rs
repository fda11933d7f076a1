//! Messages with all that is shown beside them, read for many at once: a fixed number of statements,
//! however long the page.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize as _;
use shared::{AuthorKind, ContactId, Direction, MemberId, MessageId, TextSpan};
use uuid::Uuid;

pub use super::quoted::{Quoted, QuotedKind};
use super::store::{self, Attachment, Message, Reaction, Revision};
use super::{Activity, Context, MessageCard};
use super::{quoted, reaction_words};
use crate::contacts;
use crate::db::WorkspaceTx;
use crate::outbox::{self, Transmission};
use crate::workspaces::member::members_by_id;

/// A message, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct FullMessage {
    /// The message itself.
    pub message: Message,
    /// Who made it, for people.
    pub author_name: String,
    /// For an activity: what happened, and the name of the member it is about.
    pub activity: Option<(Activity, Option<String>)>,
    /// What parts of its text mean.
    pub spans: Vec<TextSpan>,
    /// What it is besides text and files.
    pub card: Option<MessageCard>,
    /// What else is known of it.
    pub context: Context,
    /// The message it answers.
    pub quoted: Option<Quoted>,
    /// Its files, in order.
    pub attachments: Vec<Attachment>,
    /// Who answered it with an emoji.
    pub reactions: Vec<ShownReaction>,
    /// Texts it had before, newest first.
    pub revisions: Vec<Revision>,
    /// What the platform got for it.
    pub transmissions: Vec<Transmission>,
}

/// One emoji below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownReaction {
    /// The emoji.
    pub emoji: String,
    /// By whom.
    pub by_name: String,
    /// The member, if it is one.
    pub member_id: Option<MemberId>,
}

/// Names of everybody who appears beside a page of messages.
#[derive(Default)]
pub(super) struct Names {
    members: HashMap<MemberId, String>,
    contacts: HashMap<ContactId, String>,
}

impl Names {
    /// Who made an entry.
    pub(super) fn author(&self, message: &Message) -> String {
        let member = message.author_member_id.and_then(|id| self.members.get(&id));
        let contact = || message.author_contact_id.and_then(|id| self.contacts.get(&id));
        member.or_else(contact).cloned().unwrap_or_else(|| match message.author_kind {
            AuthorKind::System => "Switchboard".to_owned(),
            _ => String::new(),
        })
    }

    fn reactor(&self, kind: AuthorKind, id: Uuid) -> String {
        let name = match kind {
            AuthorKind::Member => self.members.get(&MemberId(id)),
            _ => self.contacts.get(&ContactId(id)),
        };
        name.cloned().unwrap_or_default()
    }
}

/// Adds to each message what is shown beside it, keeping their order.
///
/// # Errors
/// When the database refuses.
pub async fn complete(tx: &mut WorkspaceTx, messages: Vec<Message>) -> sqlx::Result<Vec<FullMessage>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    let quoted_ids: BTreeSet<MessageId> =
        messages.iter().filter_map(|message| message.quoted_message_id).collect();
    let shown: BTreeSet<MessageId> = ids.iter().chain(&quoted_ids).copied().collect();
    let mut files: HashMap<MessageId, Vec<Attachment>> = HashMap::new();
    for file in store::attachments_of(tx, &Vec::from_iter(shown)).await? {
        if let Some(id) = file.message_id {
            files.entry(id).or_default().push(file);
        }
    }
    let reactions = store::reactions_to(tx, &ids).await?;
    let edited =
        messages.iter().filter(|message| message.edited_at.is_some() && message.deleted_at.is_none());
    let edited: Vec<MessageId> = edited.map(|message| message.id).collect();
    let mut revisions: HashMap<MessageId, Vec<Revision>> = HashMap::new();
    for revision in store::revisions_of(tx, &edited).await? {
        revisions.entry(revision.message_id).or_default().push(revision);
    }
    let outbound = messages.iter().filter(|message| message.direction == Direction::Outbound);
    let outbound: Vec<MessageId> = outbound.map(|message| message.id).collect();
    let mut transmissions: HashMap<MessageId, Vec<Transmission>> = HashMap::new();
    for transmission in outbox::transmissions_of(tx, &outbound).await? {
        transmissions.entry(transmission.message_id).or_default().push(transmission);
    }
    let quoted = store::by_ids(tx, &Vec::from_iter(quoted_ids)).await?;
    let names = names(tx, messages.iter().chain(&quoted), &reactions).await?;

    let quoted: HashMap<MessageId, Message> =
        quoted.into_iter().map(|message| (message.id, message)).collect();
    let mut emoji: HashMap<MessageId, Vec<ShownReaction>> = HashMap::new();
    for reaction in reactions {
        emoji.entry(reaction.message_id).or_default().push(ShownReaction {
            by_name: names.reactor(reaction.actor_kind, reaction.actor_id),
            member_id: (reaction.actor_kind == AuthorKind::Member).then_some(MemberId(reaction.actor_id)),
            emoji: reaction_words::shown(&reaction.emoji).to_owned(),
        });
    }
    let full = messages.into_iter().map(|message| {
        let context = Context::from_value(message.context.as_ref());
        let quoted_message = message.quoted_message_id.and_then(|id| quoted.get(&id));
        FullMessage {
            author_name: names.author(&message),
            activity: message.activity.as_ref().and_then(Activity::from_value).map(|activity| {
                let name = activity.member.and_then(|id| names.members.get(&id).cloned());
                (activity, name)
            }),
            spans: spans(&message),
            card: message.card.as_ref().and_then(MessageCard::from_value),
            quoted: quoted::show(&message, &context, quoted_message, &files, &names),
            attachments: match message.deleted_at {
                None => files.get(&message.id).cloned().unwrap_or_default(),
                Some(_) => Vec::new(),
            },
            reactions: emoji.remove(&message.id).unwrap_or_default(),
            revisions: revisions.remove(&message.id).unwrap_or_default(),
            transmissions: transmissions.remove(&message.id).unwrap_or_default(),
            context,
            message,
        }
    });
    Ok(full.collect())
}

/// What parts of a text mean, as far as the text is still the one they were made for.
fn spans(message: &Message) -> Vec<TextSpan> {
    let read = |value| Vec::<TextSpan>::deserialize(value).ok();
    let mut spans = message.spans.as_ref().and_then(read).unwrap_or_default();
    spans.retain(|span| span.start < span.end && message.text.get(span.start..span.end).is_some());
    spans
}

async fn names(
    tx: &mut WorkspaceTx,
    messages: impl Iterator<Item = &Message>,
    reactions: &[Reaction],
) -> sqlx::Result<Names> {
    let mut members = BTreeSet::new();
    let mut contacts = BTreeSet::new();
    for message in messages {
        members.extend(message.author_member_id);
        contacts.extend(message.author_contact_id);
        members.extend(message.activity.as_ref().and_then(Activity::from_value).and_then(|a| a.member));
    }
    for reaction in reactions {
        match reaction.actor_kind {
            AuthorKind::Member => {
                members.insert(MemberId(reaction.actor_id));
            }
            AuthorKind::Contact => {
                contacts.insert(ContactId(reaction.actor_id));
            }
            AuthorKind::System | AuthorKind::Outside => {}
        }
    }
    let mut names = Names::default();
    if !members.is_empty() {
        let members: Vec<MemberId> = members.into_iter().collect();
        let members = members_by_id(tx, &members).await?;
        names.members = members.into_iter().map(|member| (member.id, member.name)).collect();
    }
    if !contacts.is_empty() {
        let contacts: Vec<ContactId> = contacts.into_iter().collect();
        names.contacts = contacts::store::names(tx, &contacts).await?.into_iter().collect();
    }
    Ok(names)
}
