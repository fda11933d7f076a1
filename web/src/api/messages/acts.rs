//! What is done to a message that is there already.

use serde::Serialize;
use shared::MessageId;

use super::{MessagePayload, SENT};
use crate::api::operation::Operation;
use crate::api::session::Answer;

/// Which message.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhichMessage {
    pub message_id: MessageId,
}

/// Hands what failed to the platform again.
pub const RETRY_MESSAGE: Operation<WhichMessage, Answer<MessagePayload>> = Operation::new(
    "mutation RetryMessage($messageId: ID!) { payload: retryMessage(messageId: $messageId) { ...SentParts } }",
    SENT,
);

/// What the agent found out.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settle {
    pub message_id: MessageId,
    pub went_out: bool,
}

/// Says whether a message went out of which nobody knows; if it did not, it is sent again.
pub const SETTLE_MESSAGE: Operation<Settle, Answer<MessagePayload>> = Operation::new(
    "mutation SettleMessage($messageId: ID!, $wentOut: Boolean!) { payload: settleMessage(messageId: $messageId, \
     wentOut: $wentOut) { ...SentParts } }",
    SENT,
);

/// Other words for it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    pub message_id: MessageId,
    pub text: String,
}

/// Changes what we sent.
pub const EDIT_MESSAGE: Operation<Edit, Answer<MessagePayload>> = Operation::new(
    "mutation EditMessage($messageId: ID!, $text: String!) { payload: editMessage(messageId: $messageId, text: $text) \
     { ...SentParts } }",
    SENT,
);

/// Takes back what we sent.
pub const DELETE_MESSAGE: Operation<WhichMessage, Answer<MessagePayload>> = Operation::new(
    "mutation DeleteMessage($messageId: ID!) { payload: deleteMessage(messageId: $messageId) { ...SentParts } }",
    SENT,
);

/// Our reaction; none takes it off.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct React {
    pub message_id: MessageId,
    pub emoji: Option<String>,
}

/// Sets our reaction.
pub const REACT: Operation<React, Answer<MessagePayload>> = Operation::new(
    "mutation React($messageId: ID!, $emoji: String) { payload: react(messageId: $messageId, emoji: $emoji) \
     { ...SentParts } }",
    SENT,
);
