//! What is done with a message that is there: retried, settled, changed, taken back, reacted to.

use std::sync::Arc;

use leptos::task::spawn_local;
use shared::{ConversationId, Direction, Reactions};

use super::drafts::Editing;
use super::{Board, change, with};
use crate::api::client::ask;
use crate::api::messages::{
    DELETE_MESSAGE, DraftMode, EDIT_MESSAGE, Edit, Message, MessagePayload, QuotedMessage, REACT,
    RETRY_MESSAGE, React, SETTLE_MESSAGE, Settle, WhichMessage,
};
use crate::api::session::Answer;
use crate::api::{Failure, Timestamp};
use crate::state::answering::MessageActs;
use crate::state::thread::Thread;

impl Board {
    /// What may be done with a message now.
    pub fn message_acts(self, message: &Message) -> MessageActs {
        let conversation = with(|inner| inner.inbox.conversation(message.conversation_id)).flatten();
        let now = Timestamp::server_now();
        conversation.map(|conversation| MessageActs::of(message, &conversation, now)).unwrap_or_default()
    }

    /// The newest message that an answer can quote.
    pub fn last_to_quote(self, id: ConversationId) -> Option<QuotedMessage> {
        self.newest(id, |acts, message| acts.quote && message.direction == Direction::Inbound)
            .map(|message| QuotedMessage::of(&message))
    }

    /// Our newest message, if its words can still be changed.
    pub fn last_to_edit(self, id: ConversationId) -> Option<Arc<Message>> {
        let me = self.me();
        self.newest(id, |acts, message| acts.edit && message.author.member_id == me)
    }

    fn newest(
        self,
        id: ConversationId,
        fits: impl Fn(MessageActs, &Message) -> bool,
    ) -> Option<Arc<Message>> {
        let messages = with(|inner| inner.inbox.thread(id).and_then(Thread::messages)).flatten()?;
        messages.into_iter().rev().find(|message| fits(self.message_acts(message), message))
    }

    /// Which reactions can be given in a conversation.
    pub fn reactions(self, id: ConversationId) -> Reactions {
        let conversation = with(|inner| inner.inbox.conversation(id)).flatten();
        let can = conversation.and_then(|conversation| shared::Capabilities::of(conversation.channel.kind));
        can.map_or(Reactions::None, |can| can.reactions)
    }

    /// Hands what failed to the platform again.
    pub fn retry_message(self, message: &Message) {
        act(RETRY_MESSAGE.question(&WhichMessage { message_id: message.id }), |_| {});
    }

    /// Nobody knows whether it went out; the agent has looked. If it did not, it is sent again.
    pub fn settle_message(self, message: &Message, went_out: bool) {
        act(SETTLE_MESSAGE.question(&Settle { message_id: message.id, went_out }), |_| {});
    }

    /// Takes back what we sent.
    pub fn delete_message(self, message: &Message) {
        act(DELETE_MESSAGE.question(&WhichMessage { message_id: message.id }), |_| {});
    }

    /// Sets our reaction; the one that is there already is taken off.
    pub fn react(self, message: &Message, emoji: &str) {
        let again = message.reactions.iter().any(|reaction| {
            let ours = reaction.member_id.is_some();
            ours && reaction.emoji == emoji
        });
        let emoji = (!again).then(|| emoji.to_owned());
        act(REACT.question(&React { message_id: message.id, emoji }), |_| {});
    }

    /// Brings a message of ours into the composer, to change its words.
    pub fn begin_edit(self, message: &Message) {
        let (message_id, text) = (message.id, message.text.clone());
        self.draft_reply(message.conversation_id, |draft| {
            draft.editing = Some(Editing { message_id, before: text.clone(), text, saving: false });
        });
    }

    /// The message stays as it was.
    pub fn stop_edit(self, id: ConversationId) {
        self.draft_reply(id, |draft| draft.editing = None);
    }

    /// Saves the changed words; the composer keeps them until the server has them.
    pub fn save_edit(self, id: ConversationId) {
        let editing = with(|inner| inner.drafts.of(id, DraftMode::Reply).editing.clone()).flatten();
        let Some(Editing { message_id, before, text, saving: false }) = editing else { return };
        let text = text.trim().to_owned();
        if text.is_empty() || text == before {
            return self.stop_edit(id);
        }
        let saving = move |on: bool| {
            move |board: Board| {
                board.draft_reply(id, |draft| {
                    if let Some(editing) =
                        draft.editing.as_mut().filter(|editing| editing.message_id == message_id)
                    {
                        editing.saving = on;
                    }
                });
            }
        };
        saving(true)(self);
        act(EDIT_MESSAGE.question(&Edit { message_id, text }), move |done| {
            if done { Self.stop_edit(id) } else { saving(false)(Self) }
        });
    }
}

/// Does one thing with a message and shows it as the server answers it, or says why not; `after` hears which.
fn act(question: String, after: impl FnOnce(bool) + 'static) {
    let after: Box<dyn FnOnce(bool)> = Box::new(after);
    let Some(asked) = with(|inner| inner.inbox.asking()) else { return };
    spawn_local(async move {
        let answer = ask::<Answer<MessagePayload>>(question).await;
        let Some(toasts) = with(|inner| inner.toasts) else { return };
        let failure = match answer.map(|answer| answer.payload) {
            Ok(MessagePayload { message: Some(message), conversation, problem: None, .. }) => {
                change(|inbox| inbox.message_loaded(asked, message));
                if let Some(conversation) = conversation {
                    change(|inbox| inbox.conversation_loaded(asked, conversation));
                }
                return after(true);
            }
            Ok(MessagePayload { problem: Some(problem), .. }) => Failure::Invalid(problem.message),
            Ok(_) => Failure::NotFound,
            Err(failure) => failure,
        };
        toasts.failed(&failure);
        after(false);
    });
}
