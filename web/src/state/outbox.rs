//! What the agent has sent and the server has not confirmed: shown at once, sent once, in order.

use std::sync::Arc;

use shared::ConversationId;

use super::choices::Choices;
use super::place::PlaceDraft;
use super::template::Filling;
use crate::api::Timestamp;
use crate::api::messages::{Attachment, DraftMode, Message, QuotedMessage, SendMessageInput};

/// Where a pending message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PendingState {
    /// Not handed to the server, or no answer came: goes out when the connection and its turn come.
    Waiting,
    /// Under way.
    Sending,
    /// A colleague answered after the agent last looked: the agent decides.
    Held(Arc<Message>),
    /// The server said no, with these words.
    Refused(String),
}

/// What goes in place of the text, or under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extra {
    /// A template, in place of it.
    Template(Filling),
    /// A place, in place of it.
    Place(PlaceDraft),
    /// Buttons or a menu, under it.
    Choices(Choices),
}

/// A message on its way to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Made here, the same at every attempt: the server keeps only one message per id.
    pub client_id: String,
    /// Where it goes.
    pub conversation_id: ConversationId,
    /// Answer or note.
    pub mode: DraftMode,
    /// Plain text.
    pub text: String,
    /// Files, uploaded already.
    pub attachments: Vec<Attachment>,
    /// What else it is.
    pub extra: Option<Extra>,
    /// What it refers to.
    pub quoted: Option<QuotedMessage>,
    /// When the agent sent it.
    pub created_at: Timestamp,
    /// The newest number the agent had seen then; `None` sends whatever came since.
    pub last_seen_seq: Option<i64>,
    /// Where it stands.
    pub state: PendingState,
}

impl Pending {
    /// What it says, for as long as only we know.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.extra {
            None => self.text.clone(),
            Some(Extra::Template(filling)) => filling.words(),
            Some(Extra::Place(place)) => {
                let said = [&place.name, &place.address, &place.point];
                format!(
                    "📍 {}",
                    said.into_iter().find(|text| !text.trim().is_empty()).map_or("", |text| text.trim())
                )
            }
            Some(Extra::Choices(choices)) => format!("{}\n[{}]", self.text, choices.words()),
        }
    }

    /// What the server is given for an answer.
    #[must_use]
    pub fn input(self) -> SendMessageInput {
        let mut input = SendMessageInput {
            conversation_id: self.conversation_id,
            client_id: self.client_id,
            text: self.text,
            attachment_ids: self.attachments.into_iter().map(|file| file.id).collect(),
            quoted_message_id: self.quoted.and_then(|quoted| quoted.message_id),
            last_seen_seq: self.last_seen_seq,
            template: None,
            location: None,
            buttons: Vec::new(),
            list: None,
        };
        match self.extra {
            None => {}
            Some(Extra::Template(filling)) => {
                // The files of a template are its headers'.
                input.attachment_ids.clear();
                input.template = Some(filling.input());
            }
            Some(Extra::Place(place)) => input.location = place.place(),
            Some(Extra::Choices(Choices::Buttons(buttons))) => input.buttons = buttons,
            Some(Extra::Choices(Choices::List(list))) => input.list = Some(list),
        }
        input
    }
}

/// Everything pending, in the order it was written.
#[derive(Debug, Clone, Default)]
pub struct Outbox {
    entries: Vec<Pending>,
}

impl Outbox {
    /// Adds one at the end; a repeat of the same client id is ignored.
    pub fn push(&mut self, pending: Pending) {
        if self.get(&pending.client_id).is_none() {
            self.entries.push(pending);
        }
    }

    /// What waits in one conversation, in order.
    pub fn of(&self, conversation_id: ConversationId) -> impl Iterator<Item = &Pending> + '_ {
        self.entries.iter().filter(move |pending| pending.conversation_id == conversation_id)
    }

    /// Marks and returns what may go out now: the first of each conversation, unless one of that conversation is
    /// under way or needs the agent's decision. Refused ones stand aside.
    pub fn take_due(&mut self) -> Vec<Pending> {
        let mut busy: Vec<ConversationId> = self
            .entries
            .iter()
            .filter(|pending| matches!(pending.state, PendingState::Sending | PendingState::Held(_)))
            .map(|pending| pending.conversation_id)
            .collect();
        let mut due = Vec::new();
        for pending in &mut self.entries {
            if pending.state == PendingState::Waiting && !busy.contains(&pending.conversation_id) {
                busy.push(pending.conversation_id);
                pending.state = PendingState::Sending;
                due.push(pending.clone());
            }
        }
        due
    }

    /// Sets where one stands; `false` when it is gone, as after its confirmation came by another way.
    pub fn set_state(&mut self, client_id: &str, state: PendingState) -> bool {
        self.change(client_id, |pending| pending.state = state)
    }

    /// Lets one go out whatever came in between.
    pub fn send_anyway(&mut self, client_id: &str) -> bool {
        self.change(client_id, |pending| {
            pending.last_seen_seq = None;
            pending.state = PendingState::Waiting;
        })
    }

    /// Takes one out: confirmed, or given up by the agent.
    pub fn remove(&mut self, client_id: &str) -> Option<Pending> {
        let at = self.entries.iter().position(|pending| pending.client_id == client_id)?;
        Some(self.entries.remove(at))
    }

    /// One by its client id.
    #[must_use]
    pub fn get(&self, client_id: &str) -> Option<&Pending> {
        self.entries.iter().find(|pending| pending.client_id == client_id)
    }

    /// Nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn change(&mut self, client_id: &str, change: impl FnOnce(&mut Pending)) -> bool {
        match self.entries.iter_mut().find(|pending| pending.client_id == client_id) {
            Some(pending) => {
                change(pending);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::messages::ButtonInput;

    fn pending(text: &str, extra: Option<Extra>) -> Pending {
        Pending {
            client_id: "c1".into(),
            conversation_id: ConversationId::new(),
            mode: DraftMode::Reply,
            text: text.into(),
            attachments: Vec::new(),
            extra,
            quoted: None,
            created_at: Timestamp(0),
            last_seen_seq: Some(4),
            state: PendingState::Waiting,
        }
    }

    #[test]
    fn a_place_says_its_name_and_is_sent_without_text() {
        let draft =
            |name: &str| PlaceDraft { point: "1, 2".into(), name: name.into(), address: String::new() };
        let place = pending("", Some(Extra::Place(draft("Shop"))));
        assert_eq!(place.words(), "📍 Shop");
        assert_eq!(pending("", Some(Extra::Place(draft(" ")))).words(), "📍 1, 2");
        let input = place.input();
        assert_eq!((input.text.as_str(), input.location.map(|place| place.latitude)), ("", Some(1.0)));
    }

    #[test]
    fn buttons_go_with_the_text() {
        let buttons = vec![ButtonInput { title: "Yes".into(), url: None }];
        let asked = pending("Tuesday?", Some(Extra::Choices(Choices::Buttons(buttons.clone()))));
        assert_eq!(asked.words(), "Tuesday?\n[Yes]");
        let input = asked.input();
        assert_eq!((input.text.as_str(), input.buttons, input.last_seen_seq), ("Tuesday?", buttons, Some(4)));
    }
}
