//! Entries in words: "Eva Lund assigned conversation #12 to Sam".

use std::collections::HashMap;

use serde_json::Value;
use shared::{
    ActorKind, AttachmentId, AuditAction, ChannelId, ContactId, ConversationId, DeliveryId, InvitationId,
    MemberId, MessageId, TargetKind, UserId, WorkspaceId,
};
use uuid::Uuid;

use super::store::StoredEntry;

/// What things are called.
pub(super) type Labels = HashMap<(TargetKind, Uuid), String>;

/// The ids of everything that an entry names, wherever it names it.
pub(super) fn named_ids(entry: &StoredEntry, facts: &Value) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = [entry.actor_id, entry.target_id].into_iter().flatten().collect();
    ids.extend(member_in(facts, "to").map(|id| id.0));
    ids
}

/// Who acted, by name.
pub(super) fn actor_name(entry: &StoredEntry, labels: &Labels) -> String {
    let named = |kind, missing: &str| {
        let label = entry.actor_id.and_then(|id| labels.get(&(kind, id)));
        label.filter(|label| !label.is_empty()).cloned().unwrap_or_else(|| missing.to_owned())
    };
    match ActorKind::from_code(entry.actor_kind) {
        Some(ActorKind::Member) => named(TargetKind::Member, "Someone"),
        Some(ActorKind::Contact) => named(TargetKind::Contact, "A visitor"),
        Some(ActorKind::Operator) => "The operator".to_owned(),
        Some(ActorKind::System) => "Switchboard".to_owned(),
        None => "Someone".to_owned(),
    }
}

/// The whole entry as a sentence, without its time.
pub(super) fn sentence(entry: &StoredEntry, facts: &Value, labels: &Labels) -> String {
    use AuditAction as A;
    let mut actor = actor_name(entry, labels);
    let Some(action) = AuditAction::from_code(entry.action) else {
        return format!("{actor} did something that this version of Switchboard has no words for");
    };
    let label =
        |kind| entry.target_id.and_then(|id| labels.get(&(kind, id))).filter(|label| !label.is_empty());
    let target = |kind, missing: &str| label(kind).cloned().unwrap_or_else(|| missing.to_owned());
    let conversation = || {
        let number = label(TargetKind::Conversation).or_else(|| label(TargetKind::Message));
        number.map_or_else(|| "a conversation".to_owned(), |number| format!("conversation {number}"))
    };
    let channel = || {
        label(TargetKind::Channel)
            .map_or_else(|| "a channel".to_owned(), |name| format!("the channel {name}"))
    };
    let contact = || target(TargetKind::Contact, "a contact");
    let file = || {
        label(TargetKind::Attachment).map_or_else(|| "a file".to_owned(), |name| format!("the file {name}"))
    };
    let user =
        |before: &str| label(TargetKind::User).map_or_else(String::new, |name| format!("{before}{name}"));
    if matches!(action, A::PasswordResetRequested | A::PasswordReset | A::SignInFailed)
        && entry.actor_kind == ActorKind::System.code()
    {
        actor = "Someone".to_owned(); // nobody was signed in
    }
    let fact = |key: &str| facts.get(key).and_then(Value::as_str);
    let doing = match action {
        A::WorkspaceCreated => "created the workspace".to_owned(),
        A::WorkspaceRenamed => match fact("after") {
            Some(name) => format!("renamed the workspace to {name}"),
            None => "renamed the workspace".to_owned(),
        },
        A::SignedIn => "signed in".to_owned(),
        A::SignedOut => "signed out".to_owned(),
        A::WorkspaceEntered => "entered the workspace".to_owned(),
        A::PasswordResetRequested => format!("asked for a link to set a new password{}", user(" for ")),
        A::PasswordReset => format!("set a new password{} through a link", user(" for ")),
        A::PasswordChanged => "changed their password".to_owned(),
        A::PasswordConfirmed => "confirmed their password".to_owned(),
        A::SignInFailed => format!("failed to sign in{}", user(" as ")),
        A::MemberInvited => match (fact("email"), fact("role")) {
            (Some(email), Some(role)) => format!("invited {email} as {role}"),
            _ => format!("invited {}", target(TargetKind::Invitation, "someone")),
        },
        A::InvitationRevoked => {
            let email = fact("email").map(str::to_owned);
            format!(
                "took back the invitation of {}",
                email.unwrap_or_else(|| target(TargetKind::Invitation, "someone"))
            )
        }
        A::MemberJoined => match fact("role") {
            Some(role) => format!("joined as {role}"),
            None => "joined".to_owned(),
        },
        A::MemberRoleChanged => {
            let member = target(TargetKind::Member, "a member");
            match (fact("before"), fact("after")) {
                (Some(before), Some(after)) => {
                    format!("changed the role of {member} from {before} to {after}")
                }
                _ => format!("changed the role of {member}"),
            }
        }
        A::MemberRemoved => format!("removed {}", target(TargetKind::Member, "a member")),
        A::ChannelCreated => format!("connected {}", channel()),
        A::ChannelUpdated => format!("changed the settings of {}", channel()),
        A::ChannelActivated => format!("switched {} on", channel()),
        A::ChannelDeactivated => format!("switched {} off", channel()),
        A::IdentitySecretRotated => format!("replaced the identity secret of {}", channel()),
        A::ChannelReconnected => format!("connected {} again", channel()),
        A::ChannelDisconnected => format!("disconnected {}", channel()),
        A::ChannelUnauthorised => format!("stopped sending on {}: its token works no longer", channel()),
        A::ChannelChecked => format!("had {} checked", channel()),
        A::ChannelTested => format!("sent a test on {}", channel()),
        A::ChannelEventAcknowledged => format!("acknowledged an alert of {}", channel()),
        A::TemplatesSynced => format!("read the templates of {} anew", channel()),
        A::ChannelTokenRenewed => format!("renewed the token of {}", channel()),
        A::CredentialsInspected => "tried credentials for a channel".to_owned(),
        A::DeliveriesProcessed => match facts.get("count").and_then(Value::as_u64) {
            Some(1) => "processed 1 delivery".to_owned(),
            Some(count) => format!("processed {count} deliveries"),
            None => "processed deliveries".to_owned(),
        },
        A::DeliveryRequeued => match entry.target_id {
            Some(id) => format!("put delivery {} back for processing", delivery(id)),
            None => "put a delivery back for processing".to_owned(),
        },
        A::IdentitiesMerged => match label(TargetKind::Contact) {
            Some(name) => format!("found that two people are one: {name}"),
            None => "found that two people are one".to_owned(),
        },
        A::IdentityVerified => match label(TargetKind::Contact) {
            Some(name) => format!("proved to be {name}"),
            None => "proved who they are".to_owned(),
        },
        A::MessageSent => format!("answered in {}", conversation()),
        A::MessageRetried => format!("sent a failed message again in {}", conversation()),
        A::MessageSettled => match facts.get("wentOut").and_then(Value::as_bool) {
            Some(true) => format!("found that a message had gone out in {}", conversation()),
            _ => format!("found that a message had not gone out in {}, and sent it again", conversation()),
        },
        A::MessageEdited => format!("changed an answer in {}", conversation()),
        A::MessageDeleted => format!("took an answer back in {}", conversation()),
        A::MessageReacted => match fact("emoji") {
            Some(emoji) => format!("reacted with {emoji} in {}", conversation()),
            None => format!("took a reaction off in {}", conversation()),
        },
        A::TransmissionsHandedOver => match facts.get("count").and_then(Value::as_u64) {
            Some(1) => "handed 1 transmission to its platform".to_owned(),
            Some(count) => format!("handed {count} transmissions to their platforms"),
            None => "handed transmissions to their platforms".to_owned(),
        },
        A::OutboxResumed => format!("sent what had failed on {} again", channel()),
        A::NoteAdded => format!("left a note in {}", conversation()),
        A::ConversationAssigned => match member_in(facts, "to") {
            Some(member) if Some(member.0) == entry.actor_id => format!("took {}", conversation()),
            Some(member) => {
                let name = labels.get(&(TargetKind::Member, member.0)).cloned();
                format!("assigned {} to {}", conversation(), name.unwrap_or_else(|| "a member".to_owned()))
            }
            None => format!("assigned {}", conversation()),
        },
        A::ConversationUnassigned => format!("put {} back in the queue", conversation()),
        A::ConversationSnoozed => format!("snoozed {}", conversation()),
        A::ConversationWoken => format!("woke {}", conversation()),
        A::ConversationClosed => format!("closed {}", conversation()),
        A::ConversationReopened => format!("reopened {}", conversation()),
        A::ConversationRead => format!("read {}", conversation()),
        A::DraftSaved => format!("kept a draft in {}", conversation()),
        A::DraftDiscarded => format!("discarded a draft in {}", conversation()),
        A::ContactUpdated => format!("changed the details of {}", contact()),
        A::AttachmentUploaded => format!("uploaded {}", file()),
        A::AttachmentOpened => format!("opened {}", file()),
        A::AttachmentFetched => format!("fetched {}", file()),
        A::AuditLogRead => "read the audit log".to_owned(),
        A::AuditLogVerified => "checked the audit log".to_owned(),
        A::KeysRotated => "replaced the key that secrets are sealed with".to_owned(),
    };
    format!("{actor} {doing}")
}

/// The target's id as it is written elsewhere; a delivery's is a number.
pub(super) fn target_id(entry: &StoredEntry) -> Option<String> {
    let id = entry.target_id?;
    Some(match TargetKind::from_code(entry.target_kind?)? {
        TargetKind::Workspace | TargetKind::AuditLog => WorkspaceId(id).to_string(),
        TargetKind::Member => MemberId(id).to_string(),
        TargetKind::Invitation => InvitationId(id).to_string(),
        TargetKind::Channel => ChannelId(id).to_string(),
        TargetKind::Contact => ContactId(id).to_string(),
        TargetKind::Conversation => ConversationId(id).to_string(),
        TargetKind::Message => MessageId(id).to_string(),
        TargetKind::Attachment => AttachmentId(id).to_string(),
        TargetKind::Delivery => delivery(id),
        TargetKind::User => UserId(id).to_string(),
    })
}

/// The actor's id as it is written elsewhere.
pub(super) fn actor_id(entry: &StoredEntry) -> Option<String> {
    let id = entry.actor_id?;
    match ActorKind::from_code(entry.actor_kind)? {
        ActorKind::Member => Some(MemberId(id).to_string()),
        ActorKind::Contact => Some(ContactId(id).to_string()),
        ActorKind::System | ActorKind::Operator => None,
    }
}

/// A delivery's number is kept in the low half of the id.
fn delivery(id: Uuid) -> String {
    DeliveryId(i64::try_from(id.as_u128()).unwrap_or(i64::MAX)).to_string()
}

fn member_in(facts: &Value, key: &str) -> Option<MemberId> {
    facts.get(key)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(action: AuditAction, target: Option<(TargetKind, u128)>) -> StoredEntry {
        StoredEntry {
            seq: 1,
            at: chrono::DateTime::UNIX_EPOCH,
            actor_kind: ActorKind::Member.code(),
            actor_id: Some(Uuid::from_u128(1)),
            action: action.code(),
            target_kind: target.map(|(kind, _)| kind.code()),
            target_id: target.map(|(_, id)| Uuid::from_u128(id)),
            hash: Vec::new(),
            details: None,
        }
    }

    fn labels() -> Labels {
        [
            ((TargetKind::Member, Uuid::from_u128(1)), "Eva Lund".to_owned()),
            ((TargetKind::Member, Uuid::from_u128(2)), "Sam".to_owned()),
            ((TargetKind::Conversation, Uuid::from_u128(3)), "#12".to_owned()),
        ]
        .into()
    }

    #[test]
    fn an_entry_reads_like_a_sentence() {
        let conversation = Some((TargetKind::Conversation, 3));
        let to = |id| serde_json::json!({ "from": null, "to": MemberId(Uuid::from_u128(id)) });
        let say = |action, target, facts: Value| sentence(&entry(action, target), &facts, &labels());
        assert_eq!(
            say(AuditAction::ConversationAssigned, conversation, to(2)),
            "Eva Lund assigned conversation #12 to Sam"
        );
        assert_eq!(
            say(AuditAction::ConversationAssigned, conversation, to(1)),
            "Eva Lund took conversation #12"
        );
        assert_eq!(
            say(AuditAction::ConversationClosed, conversation, Value::Null),
            "Eva Lund closed conversation #12"
        );
        let roles = serde_json::json!({ "before": "agent", "after": "admin" });
        assert_eq!(
            say(AuditAction::MemberRoleChanged, Some((TargetKind::Member, 2)), roles),
            "Eva Lund changed the role of Sam from agent to admin"
        );
    }

    #[test]
    fn every_action_has_words_with_everything_erased() {
        for action in AuditAction::ALL {
            let text = sentence(&entry(*action, None), &Value::Null, &Labels::new());
            assert!(text.starts_with("Someone ") && text.len() > "Someone ".len() + 3, "{text}");
        }
        let newer = StoredEntry { action: 9999, ..entry(AuditAction::SignedIn, None) };
        assert!(sentence(&newer, &Value::Null, &labels()).starts_with("Eva Lund did something"));
    }
}
