//! The way out of the outbox: one after the other per conversation, each until the server has it.

use std::sync::Arc;

use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use shared::ConversationId;

use super::{Board, RETRY, change, drafts, now, take, with};
use crate::api::Failure;
use crate::api::client::ask;
use crate::api::messages::{
    ADD_NOTE, AddNoteInput, Attachment, DraftMode, MessagePayload, QuotedMessage, SEND_MESSAGE,
};
use crate::api::session::{Answer, Input};
use crate::state::event::{Change, Outcome};
use crate::state::inbox::Asked;
use crate::state::outbox::{Extra, Pending, PendingState};
use crate::state::place::PlaceDraft;

impl Board {
    /// Sends the composer's content. `false` when there is nothing to send yet.
    pub fn send(self, id: ConversationId, mode: DraftMode) -> bool {
        let content = with(|inner| {
            let draft = inner.drafts.of(id, mode);
            let text = draft.text.trim().to_owned();
            let attachments = draft.attachments();
            if draft.held_up() || (text.is_empty() && attachments.is_empty()) {
                return None;
            }
            let extra = draft.choices.clone().map(Extra::Choices);
            Some((text, attachments, draft.quoted.clone(), extra))
        });
        let Some(Some((text, attachments, quoted, extra))) = content else { return false };
        drafts::sent(id, mode);
        enqueue(id, mode, text, attachments, quoted, extra);
        true
    }

    /// Sends the template that is being filled. `false` when something is missing.
    pub fn send_template(self, id: ConversationId) -> bool {
        let ready = with(|inner| {
            let filling = &mut inner.drafts.of(id, DraftMode::Reply).filling;
            filling.take_if(|filling| filling.is_ready())
        });
        let Some(Some(filling)) = ready else { return false };
        self.draft_reply(id, |_| {});
        enqueue(id, DraftMode::Reply, String::new(), filling.files(), None, Some(Extra::Template(filling)));
        true
    }

    /// Sends a place, which goes by itself.
    pub fn send_place(self, id: ConversationId, place: PlaceDraft) {
        self.draft_reply(id, |draft| draft.place = PlaceDraft::default());
        enqueue(id, DraftMode::Reply, String::new(), Vec::new(), None, Some(Extra::Place(place)));
    }

    /// Something was sent that the server does not have yet.
    pub fn has_unsent(self) -> bool {
        with(|inner| !inner.inbox.outbox.is_empty()) == Some(true)
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

/// Something new to send: shown at once, sent when its turn comes.
fn enqueue(
    id: ConversationId,
    mode: DraftMode,
    text: String,
    attachments: Vec<Attachment>,
    quoted: Option<QuotedMessage>,
    extra: Option<Extra>,
) {
    change(|inbox| {
        let last_seen_seq = inbox.thread(id).map(crate::state::thread::Thread::last_seq);
        inbox.enqueue(Pending {
            client_id: uuid::Uuid::new_v4().to_string(),
            conversation_id: id,
            mode,
            text,
            attachments,
            extra,
            quoted,
            created_at: now(),
            last_seen_seq,
            state: PendingState::Waiting,
        })
    });
    pump();
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
    let question = match pending.mode {
        DraftMode::Reply => SEND_MESSAGE.question(&Input { input: pending.input() }),
        DraftMode::Note => {
            let Pending { client_id, conversation_id, text, attachments, .. } = pending;
            let attachment_ids = attachments.into_iter().map(|file| file.id).collect();
            ADD_NOTE
                .question(&Input { input: AddNoteInput { conversation_id, client_id, text, attachment_ids } })
        }
    };
    Ok(ask::<Answer<MessagePayload>>(question).await?.payload)
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
