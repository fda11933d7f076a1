//! What an agent does with a conversation.

use leptos::task::spawn_local;
use serde::Serialize;
use shared::{ContactId, ConversationId, MemberId};

use super::{Board, change, ring, with};
use crate::api::client::run;
use crate::api::contacts::{CONTACT_DETAILS, ChangedContact, Contact, UPDATE_CONTACT, WhichContact};
use crate::api::conversations::{
    ASSIGN, Assign, CLOSE, Change, ConversationPayload, MARK_READ, MarkRead, REOPEN, SNOOZE, Snooze,
};
use crate::api::operation::Operation;
use crate::api::session::Answer;
use crate::api::{Failure, Timestamp};

/// Does one thing, shows the conversation as the server answers it, or says why not.
fn act<Variables: Serialize + 'static>(
    operation: &'static Operation<Variables, Answer<ConversationPayload>>,
    variables: Variables,
    done: Option<String>,
) {
    let Some(asked) = with(|inner| inner.inbox.asking()) else { return };
    spawn_local(async move {
        let answer = run(operation, variables).await;
        let Some(toasts) = with(|inner| inner.toasts) else { return };
        match answer.map(|answer| (answer.payload.conversation, answer.payload.problem)) {
            Ok((Some(conversation), None)) => {
                change(|inbox| inbox.conversation_loaded(asked, conversation));
                if let Some(done) = done {
                    toasts.say(done);
                }
            }
            Ok((_, Some(problem))) => toasts.failed(&Failure::Invalid(problem.message)),
            Ok((None, None)) => toasts.failed(&Failure::NotFound),
            Err(failure) => toasts.failed(&failure),
        }
    });
}

static ASSIGN_IT: Operation<Assign, Answer<ConversationPayload>> = ASSIGN;
static SNOOZE_IT: Operation<Snooze, Answer<ConversationPayload>> = SNOOZE;
static CLOSE_IT: Operation<Change, Answer<ConversationPayload>> = CLOSE;
static REOPEN_IT: Operation<Change, Answer<ConversationPayload>> = REOPEN;

impl Board {
    /// Gives a conversation to a member, or back to everyone.
    pub fn assign(self, conversation_id: ConversationId, member_id: Option<MemberId>) {
        act(&ASSIGN_IT, Assign { conversation_id, member_id }, None);
    }

    /// Puts a conversation away; `words` say until when.
    pub fn snooze(self, conversation_id: ConversationId, until: Timestamp, words: &str) {
        act(&SNOOZE_IT, Snooze { conversation_id, until }, Some(format!("Snoozed until {words}.")));
    }

    /// Done.
    pub fn close_conversation(self, conversation_id: ConversationId) {
        act(
            &CLOSE_IT,
            Change { conversation_id },
            Some("Closed. It reopens when the customer writes.".to_owned()),
        );
    }

    /// Open again.
    pub fn reopen(self, conversation_id: ConversationId) {
        act(&REOPEN_IT, Change { conversation_id }, None);
    }

    /// The agent looks at the thread: everything the customer wrote counts as read.
    pub fn read(self, id: ConversationId) {
        let Some((count, outcome)) = with(|inner| inner.inbox.read_all(id)) else { return };
        super::take(outcome);
        if let Some(count) = count {
            with(|inner| inner.reads.insert(id, count));
            ring(|signals| Some(signals.counts.clone()));
            tell_read(id, count);
        }
    }
}

/// Tells the server how far the agent has read; kept for later when it cannot be told now.
pub(super) fn tell_read(conversation_id: ConversationId, inbound_count: i64) {
    spawn_local(async move {
        let told = run(&MARK_READ, MarkRead { conversation_id, inbound_count }).await;
        if !matches!(told, Err(Failure::Offline | Failure::Throttled(_) | Failure::Server { .. })) {
            with(|inner| {
                if inner.reads.get(&conversation_id) == Some(&inbound_count) {
                    inner.reads.remove(&conversation_id);
                }
            });
        }
    });
}

/// All that the contact column shows.
pub async fn contact(id: ContactId) -> Result<Contact, Failure> {
    run(&CONTACT_DETAILS, WhichContact { id }).await?.contact.ok_or(Failure::NotFound)
}

/// Changes what we know of a contact. A problem comes back as its words.
pub async fn update_contact(changed: ChangedContact) -> Result<Contact, Failure> {
    let payload = run(&UPDATE_CONTACT, changed).await?.payload;
    match (payload.contact, payload.problem) {
        (_, Some(problem)) => Err(Failure::Invalid(problem.message)),
        (Some(contact), None) => Ok(contact),
        (None, None) => Err(Failure::NotFound),
    }
}
