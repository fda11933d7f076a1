//! The way out of the outbox: one after the other per conversation, each until the server has it.

use std::sync::Arc;

use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use shared::{AttachmentId, ConversationId};

use super::{Board, RETRY, change, drafts, now, take, with};
use crate::api::Failure;
use crate::api::client::run;
use crate::api::messages::{
    ADD_NOTE, AddNoteInput, DraftMode, Message, MessagePayload, SEND_MESSAGE, SendMessageInput,
};
use crate::api::session::Input;
use crate::state::event::{Change, Outcome};
use crate::state::inbox::Asked;
use crate::state::outbox::{Pending, PendingState};

impl Board {
    /// Sends the composer's content. `false` when there is nothing to send yet.
    pub fn send(self, id: ConversationId, mode: DraftMode) -> bool {
        let pending = with(|inner| {
            let draft = inner.drafts.of(id, mode);
            let text = draft.text.trim().to_owned();
            let attachments = draft.attachments();
            if draft.held_up() || (text.is_empty() && attachments.is_empty()) {
                return None;
            }
            let quoted = draft.quoted.clone();
            Some(Pending {
                client_id: uuid::Uuid::new_v4().to_string(),
                conversation_id: id,
                mode,
                text,
                attachments,
                quoted,
                created_at: now(),
                last_seen_seq: inner.inbox.thread(id).map(crate::state::thread::Thread::last_seq),
                state: PendingState::Waiting,
            })
        });
        let Some(Some(pending)) = pending else { return false };
        drafts::sent(id, mode);
        change(|inbox| inbox.enqueue(pending));
        pump();
        true
    }

    /// Something was sent that the server does not have yet.
    pub fn has_unsent(self) -> bool {
        with(|inner| !inner.inbox.outbox.is_empty()) == Some(true)
    }

    /// Sends a failed message once more, as a new one: the network refused the old one for good.
    pub fn send_again(self, message: &Message) {
        let pending = Pending {
            client_id: uuid::Uuid::new_v4().to_string(),
            conversation_id: message.conversation_id,
            mode: DraftMode::Reply,
            text: message.text.clone(),
            attachments: message.attachments.clone(),
            quoted: message.quoted.clone(),
            created_at: now(),
            last_seen_seq: Some(self.last_seq(message.conversation_id)),
            state: PendingState::Waiting,
        };
        change(|inbox| inbox.enqueue(pending));
        pump();
    }

    /// Tries one again that the server refused, under the same client id.
    pub fn retry(self, client_id: &str) {
        change(|inbox| inbox.pending_changed(client_id, PendingState::Waiting));
        pump();
    }

    /// The agent has seen the colleague's answer and sends nevertheless.
    pub fn send_anyway(self, client_id: &str) {
        with(|inner| inner.inbox.outbox.send_anyway(client_id));
        change(|inbox| inbox.pending_changed(client_id, PendingState::Waiting));
        pump();
    }

    /// Takes one back into the composer.
    pub fn keep_editing(self, client_id: &str) {
        let Some(Some(pending)) = with(|inner| inner.inbox.outbox.remove(client_id)) else { return };
        let id = pending.conversation_id;
        drafts::put_back(pending);
        take(Outcome { changes: vec![Change::Thread(id)], effects: Vec::new() });
        pump();
    }
}

/// Sends what may go out now.
pub(super) fn pump() {
    let due = with(|inner| (inner.inbox.asking(), inner.inbox.outbox.take_due()));
    let Some((asked, due)) = due else { return };
    for pending in due {
        take(Outcome { changes: vec![Change::Thread(pending.conversation_id)], effects: Vec::new() });
        spawn_local(async move {
            let client_id = pending.client_id.clone();
            let answer = hand_over(pending).await;
            settle(&client_id, asked, answer);
        });
    }
}

async fn hand_over(pending: Pending) -> Result<MessagePayload, Failure> {
    let Pending { client_id, conversation_id, mode, text, attachments, quoted, last_seen_seq, .. } = pending;
    let attachment_ids: Vec<AttachmentId> = attachments.into_iter().map(|file| file.id).collect();
    Ok(match mode {
        DraftMode::Reply => {
            let quoted_message_id = quoted.and_then(|quoted| quoted.message_id);
            let input = SendMessageInput {
                conversation_id,
                client_id,
                text,
                attachment_ids,
                quoted_message_id,
                last_seen_seq,
            };
            run(&SEND_MESSAGE, Input { input }).await?.payload
        }
        DraftMode::Note => {
            let input = AddNoteInput { conversation_id, client_id, text, attachment_ids };
            run(&ADD_NOTE, Input { input }).await?.payload
        }
    })
}

fn settle(client_id: &str, asked: Asked, answer: Result<MessagePayload, Failure>) {
    match answer {
        Ok(MessagePayload { message: Some(message), conversation, problem: None, .. }) => {
            change(|inbox| inbox.message_confirmed(client_id, asked, message));
            if let Some(conversation) = conversation {
                change(|inbox| inbox.conversation_loaded(asked, conversation));
            }
        }
        Ok(MessagePayload { problem, newer_message, .. }) => {
            let state = match (problem, newer_message) {
                (Some(problem), Some(newer)) if problem.code == "NEWER_ANSWER" => {
                    PendingState::Held(Arc::new(newer))
                }
                (Some(problem), _) => PendingState::Refused(problem.message),
                (None, _) => PendingState::Refused(Failure::NotFound.sentence()),
            };
            change(|inbox| inbox.pending_changed(client_id, state));
        }
        // No answer does not mean that it did not arrive: the same id goes out again, and counts once.
        Err(Failure::Offline | Failure::Throttled(_) | Failure::Server { .. } | Failure::Unauthenticated) => {
            change(|inbox| inbox.pending_changed(client_id, PendingState::Waiting));
            set_timeout(pump, RETRY);
            return;
        }
        Err(failure) => {
            change(|inbox| inbox.pending_changed(client_id, PendingState::Refused(failure.sentence())))
        }
    }
    pump();
}
