//! What providers and visitors sent us, raw, and what became of it.

use serde::Serialize;
use shared::{ChannelId, ChannelKind, ConversationId};

use super::channels::{CHANNEL_SUMMARY, ChannelSummary};
use super::failure::{PROBLEM, Problem};
use super::json::{object, words};
use super::operation::Operation;
use super::session::Answer;
use super::{Page, Timestamp};

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryOutcome {
    Pending,
    Processed,
    Duplicate,
    Ignored,
    Failed,
    Waiting,
}

words!(DeliveryOutcome { Pending, Processed, Duplicate, Ignored, Failed, Waiting });

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Opaque here; only ever handed back.
    pub id: String,
    pub kind: ChannelKind,
    pub channel: Option<ChannelSummary>,
    pub received_at: Timestamp,
    pub processed_at: Option<Timestamp>,
    pub outcome: DeliveryOutcome,
    /// Why it was ignored, failed or waits.
    pub reason: Option<String>,
    pub attempts: i32,
    pub body_bytes: i32,
    /// Where the message is that it became.
    pub conversation_id: Option<ConversationId>,
    /// As it came; only of one that was asked for by itself.
    pub raw_body: Option<String>,
}

object!(Delivery {
    id,
    kind,
    channel,
    received_at,
    processed_at,
    outcome,
    reason,
    attempts,
    body_bytes,
    conversation_id,
    raw_body
});

/// What [`Delivery`] is selected with, all but its body; needs [`CHANNEL_SUMMARY`].
const DELIVERY: &str = "fragment DeliveryParts on Delivery { id kind channel { ...ChannelSummaryParts } receivedAt \
    processedAt outcome reason attempts bodyBytes conversationId }";

/// Which ones, how many, after which cursor.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryFilter {
    pub outcome: Option<DeliveryOutcome>,
    pub channel_id: Option<ChannelId>,
    /// A text, a platform's id, a phone number or a name.
    pub search: Option<String>,
    pub first: u32,
    pub after: Option<String>,
}

/// One page.
#[derive(Debug)]
pub struct DeliveryPage {
    pub deliveries: Page<Delivery>,
}

object!(DeliveryPage { deliveries });

/// Newest first; for admins.
pub const DELIVERIES: Operation<DeliveryFilter, DeliveryPage> = Operation::new(
    "query Deliveries($outcome: DeliveryOutcome, $channelId: ID, $search: String, $first: Int!, $after: String) \
     { deliveries(outcome: $outcome, channelId: $channelId, search: $search, first: $first, after: $after) \
     { nodes { ...DeliveryParts } pageInfo { hasNextPage endCursor } } }",
    &[DELIVERY, CHANNEL_SUMMARY],
);

/// Which delivery, by its own id.
#[derive(Clone, Debug, Serialize)]
pub struct OneDelivery {
    pub id: String,
}

/// None: not here.
#[derive(Clone, Debug)]
pub struct DeliveryAnswer {
    pub delivery: Option<Delivery>,
}

object!(DeliveryAnswer { delivery });

/// One delivery with all of its body.
pub const DELIVERY_WITH_BODY: Operation<OneDelivery, DeliveryAnswer> = Operation::new(
    "query Delivery($id: ID!) { delivery(id: $id) { ...DeliveryParts rawBody } }",
    &[DELIVERY, CHANNEL_SUMMARY],
);

/// Which delivery.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhichDelivery {
    pub delivery_id: String,
}

/// The delivery after it was put back in line.
#[derive(Debug)]
pub struct DeliveryPayload {
    pub delivery: Option<Delivery>,
    pub problem: Option<Problem>,
}

object!(DeliveryPayload { delivery, problem });

/// Processes the stored bytes again, after a fix.
pub const PROCESS_DELIVERY_AGAIN: Operation<WhichDelivery, Answer<DeliveryPayload>> = Operation::new(
    "mutation ProcessDeliveryAgain($deliveryId: ID!) { payload: processDeliveryAgain(deliveryId: $deliveryId) \
     { delivery { ...DeliveryParts rawBody } problem { ...ProblemParts } } }",
    &[DELIVERY, CHANNEL_SUMMARY, PROBLEM],
);
