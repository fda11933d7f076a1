//! Messages with all that is shown beside them, read for many at once: a fixed number of statements,
//! however long the page.

use std::collections::{BTreeSet, HashMap};

use shared::{AuthorKind, ContactId, MemberId, MessageId};
use uuid::Uuid;

use super::Activity;
use super::store::{self, Attachment, Message, Reaction};
use crate::contacts;
use crate::db::WorkspaceTx;
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
    /// The message it answers.
    pub quoted: Option<Quoted>,
    /// Its files, in order.
    pub attachments: Vec<Attachment>,
    /// Who answered it with an emoji.
    pub reactions: Vec<ShownReaction>,
}

/// The message that another one answers, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// Which.
    pub message_id: MessageId,
    /// Who made it.
    pub author_name: String,
    /// Its text; empty once it was taken back.
    pub text: String,
}

/// One emoji below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownReaction {
    /// The emoji.
    pub emoji: String,
    /// By whom.
    pub by_name: String,
}

/// Names of everybody who appears beside a page of messages.
#[derive(Default)]
struct Names {
    members: HashMap<MemberId, String>,
    contacts: HashMap<ContactId, String>,
}

impl Names {
    fn author(&self, message: &Message) -> String {
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
    let attachments = store::attachments_of(tx, &ids).await?;
    let reactions = store::reactions_to(tx, &ids).await?;
    let quoted_ids: Vec<MessageId> =
        messages.iter().filter_map(|message| message.quoted_message_id).collect();
    let quoted = store::by_ids(tx, &quoted_ids).await?;
    let names = names(tx, messages.iter().chain(&quoted), &reactions).await?;

    let quoted: HashMap<MessageId, Message> =
        quoted.into_iter().map(|message| (message.id, message)).collect();
    let mut files: HashMap<MessageId, Vec<Attachment>> = HashMap::new();
    for attachment in attachments {
        if let Some(id) = attachment.message_id {
            files.entry(id).or_default().push(attachment);
        }
    }
    let mut emoji: HashMap<MessageId, Vec<ShownReaction>> = HashMap::new();
    for reaction in reactions {
        let by_name = names.reactor(reaction.actor_kind, reaction.actor_id);
        emoji.entry(reaction.message_id).or_default().push(ShownReaction { emoji: reaction.emoji, by_name });
    }
    Ok(messages
        .into_iter()
        .map(|message| FullMessage {
            author_name: names.author(&message),
            activity: message.activity.as_ref().and_then(Activity::from_value).map(|activity| {
                let name = activity.member.and_then(|id| names.members.get(&id).cloned());
                (activity, name)
            }),
            quoted: message.quoted_message_id.and_then(|id| quoted.get(&id)).map(|quoted| Quoted {
                message_id: quoted.id,
                author_name: names.author(quoted),
                text: quoted.text.clone(),
            }),
            attachments: match message.deleted_at {
                None => files.remove(&message.id).unwrap_or_default(),
                Some(_) => Vec::new(),
            },
            reactions: emoji.remove(&message.id).unwrap_or_default(),
            message,
        })
        .collect())
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
            _ => {
                contacts.insert(ContactId(reaction.actor_id));
            }
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
