//! What providers and visitors sent us, raw, and what became of it.

use serde::Serialize;
use shared::ChannelId;

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
    pub channel_id: Option<ChannelId>,
    pub received_at: Timestamp,
    pub processed_at: Option<Timestamp>,
    pub outcome: DeliveryOutcome,
    /// Why it was ignored, failed or waits.
    pub reason: Option<String>,
    pub attempts: i32,
    pub body_bytes: i32,
}

object!(Delivery { id, channel_id, received_at, processed_at, outcome, reason, attempts, body_bytes });

const DELIVERY: &str = "fragment DeliveryParts on Delivery { id channelId receivedAt processedAt outcome reason attempts bodyBytes }";

/// Which ones, how many, after which cursor.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryFilter {
    pub outcome: Option<DeliveryOutcome>,
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
    "query Deliveries($outcome: DeliveryOutcome, $first: Int!, $after: String) { deliveries(outcome: $outcome, \
     first: $first, after: $after) { nodes { ...DeliveryParts } pageInfo { hasNextPage endCursor } } }",
    &[DELIVERY],
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
     { delivery { ...DeliveryParts } problem { ...ProblemParts } } }",
    &[DELIVERY, PROBLEM],
);
