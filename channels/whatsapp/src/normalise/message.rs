//! One item of `messages[]`, or of the list of what the owner wrote on the phone.

use channel_core::{By, Echo, EchoSource, InboundEvent, InboundMessage, Refused, Sender};
use channel_meta::{GraphError, Object};
use serde_json::Value;

use super::moment::moment;
use super::people::{self, Names, People};
use super::{broken, changes, content, context, identity, unsupported};

/// Whose side of which threads a list is about.
pub struct Thread<'a> {
    people: &'a People<'a>,
    names: fn(Object<'_>) -> Names,
    /// Who wrote and acted.
    pub by: By,
    /// What is wrong with the change as a whole: WhatsApp puts it beside a message that came without its content.
    faults: &'a [GraphError],
}

impl<'a> Thread<'a> {
    /// People wrote to the business.
    pub const fn of_sender(people: &'a People<'a>, faults: &'a [GraphError]) -> Self {
        Self { people, names: Names::of_sender, by: By::Contact, faults }
    }

    /// The business wrote to people.
    pub const fn of_addressee(people: &'a People<'a>) -> Self {
        Self { people, names: Names::of_addressee, by: By::Business, faults: &[] }
    }
}

/// One act in a thread, whatever it is.
pub struct Act<'a> {
    /// What it is called.
    pub kind: &'a str,
    /// All of it.
    pub item: Object<'a>,
    /// Where it is: a JSON pointer.
    pub at: &'a str,
    /// Whose thread.
    pub sender: Sender,
    /// Who acted.
    pub by: By,
}

/// Reads one item, which is at `at`.
pub fn read(item: &Value, at: &str, thread: &Thread<'_>) -> InboundEvent {
    let Some(item) = Object::of(item) else { return broken(at, "it is no object") };
    let kind = content::kind_of(item);
    if let Some(group) = item.id("group_id") {
        return elsewhere(group, kind);
    }
    let names = (thread.names)(item);
    if kind == "system" && thread.by == By::Contact {
        return identity::changed(item, at, &names);
    }
    let Some(sender) = thread.people.person(&names) else { return broken(at, "it names no person") };
    let act = Act { kind, item, at, sender, by: thread.by };
    match kind {
        "reaction" => changes::reacted(act),
        "edit" => changes::edited(act),
        "revoke" => changes::revoked(act),
        "request_welcome" if thread.by == By::Contact => changes::opened(act),
        "system" | "request_welcome" => unsupported(format!("message_echoes: {kind}")),
        _ => written(act, thread.faults),
    }
}

/// A message of a person, or of the business's owner.
fn written(act: Act<'_>, beside: &[GraphError]) -> InboundEvent {
    let (item, by) = (act.item, act.by);
    let Some(id) = item.id("id") else { return broken(act.at, "it has no id") };
    let sent_at = moment(item, "timestamp");
    let mut message = message(id, act.kind, item, act.sender, beside);
    message.sent_at = sent_at;
    if by == By::Contact {
        return InboundEvent::Message(Box::new(message));
    }
    message.referral = None;
    InboundEvent::Echo(Box::new(Echo {
        message,
        source: EchoSource::NativeApp,
        reference: None,
        automatic: false,
    }))
}

/// The message that `item` tells about, under the id `id`.
pub fn message(
    id: String,
    kind: &str,
    item: Object<'_>,
    sender: Sender,
    beside: &[GraphError],
) -> InboundMessage {
    let own: Vec<GraphError> = item.list("errors").map(GraphError::read).collect();
    let content = content::read(kind, item, if own.is_empty() { beside } else { &own });
    InboundMessage {
        platform_message_id: id,
        sender: with_own_number(sender, &content),
        quote: context::quote(item),
        forwarded: context::forwarded(item),
        referral: context::referral(item),
        text: content.text,
        attachments: content.attachments,
        card: content.card,
        ..InboundMessage::default()
    }
}

/// Who hides the number and sends their own card, because we asked for it, says what it is.
fn with_own_number(mut sender: Sender, content: &content::Content) -> Sender {
    let Some(phone) = content.own_card().and_then(|card| card.phones.first()) else { return sender };
    for alias in people::of_number(phone.platform_id.as_deref(), &sender.platform_id) {
        if !sender.aliases.contains(&alias) {
            sender.aliases.push(alias);
        }
    }
    sender.profile.phone.get_or_insert_with(|| phone.value.clone());
    sender
}

/// Something from a group.
pub fn elsewhere(group: String, what: &str) -> InboundEvent {
    InboundEvent::Refused(Refused {
        place: "group".to_owned(),
        platform_id: group,
        title: None,
        what: what.to_owned(),
        words: "The number is in a group. Switchboard answers single persons only: nothing of it is kept."
            .to_owned(),
    })
}
