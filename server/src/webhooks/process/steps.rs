//! What a batch of deliveries says: its events in order, each with the channel it is for.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use channel_core::{Addressee, InboundEvent};
use chrono::{DateTime, Utc};
use shared::{ChannelId, ChannelKind};

use super::account::ChannelFacts;
use super::fit;
use super::outcome::Verdicts;
use super::people;
use crate::channels::Adapters;
use crate::webhooks::store::Pending;

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Which delivery of the batch it came with; none for one that had waited since an earlier delivery.
    pub delivery: Option<usize>,
    pub delivery_id: i64,
    pub channel_id: ChannelId,
    pub kind: ChannelKind,
    pub received_at: DateTime<Utc>,
    pub to: Addressee,
    /// Through whose account the thread is known, where it is not the channel's own.
    pub connection: Option<String>,
    pub event: InboundEvent,
}

impl Step {
    /// What the message of this event is known by, on its channel: the defence against repeats.
    pub(super) fn own_id(&self) -> Option<String> {
        match &self.event {
            InboundEvent::Message(message) => Some(message.platform_message_id.clone()),
            InboundEvent::Echo(echo) => Some(echo.message.platform_message_id.clone()),
            InboundEvent::Pressed(press) => Some(format!("press:{}", press.press_id)),
            InboundEvent::Opened(opened) => Some(match &opened.event_id {
                Some(id) => format!("opened:{id}"),
                None => format!("opened:delivery:{}", self.delivery_id),
            }),
            _ => None,
        }
    }

    /// The messages that this event changes or answers, by the platform's ids.
    pub(super) fn other_ids(&self) -> Vec<&str> {
        match &self.event {
            InboundEvent::Message(message) => message.quoted_id().into_iter().collect(),
            InboundEvent::Echo(echo) => echo.message.quoted_id().into_iter().collect(),
            InboundEvent::Edited(edit) => {
                let edited = std::iter::once(edit.message.platform_message_id.as_str());
                edited.chain(edit.message.quoted_id()).collect()
            }
            InboundEvent::Unsent(unsend) => unsend.platform_message_ids.iter().map(String::as_str).collect(),
            InboundEvent::Reacted(change) => vec![change.platform_message_id.as_str()],
            InboundEvent::Pressed(press) => press.platform_message_id.as_deref().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// It is of a channel where we are the platform: everything about it is known already.
    pub(super) fn is_ours(&self) -> bool {
        self.kind == ChannelKind::WebChat
    }
}

/// Reads every delivery. One that cannot be read, or that breaks its adapter, fails alone.
pub(super) fn read(adapters: &Adapters, pending: &[Pending], verdicts: &mut Verdicts) -> Vec<Step> {
    let mut steps = Vec::with_capacity(pending.len());
    let mut held_back: HashSet<(ChannelId, &str)> = HashSet::new();
    for delivery in pending {
        let sender = (delivery.channel_id, delivery.sender.as_str());
        if held_back.contains(&sender) {
            continue; // behind an earlier one of the same sender that is tried again
        }
        let place = verdicts.open(delivery);
        let kind = ChannelKind::from_code(delivery.kind);
        let Some((kind, adapter)) = kind.and_then(|kind| Some((kind, adapters.of(kind)?))) else {
            verdicts.unreadable(place, format!("no adapter for channels of kind {}", delivery.kind));
            continue;
        };
        match catch_unwind(AssertUnwindSafe(|| adapter.normalise(&delivery.body))) {
            Ok(Ok(events)) => steps.extend(events.into_iter().map(|inbound| {
                let event = fit::fit(inbound.event);
                let sender = people::sender(&event);
                Step {
                    delivery: Some(place),
                    delivery_id: delivery.id,
                    channel_id: delivery.channel_id,
                    kind,
                    received_at: delivery.received_at,
                    to: inbound.to,
                    connection: sender.and_then(|sender| adapter.connection_of(&sender.platform_id)),
                    event,
                }
            })),
            // Reading is pure: the same bytes will not read better until the adapter changes.
            Ok(Err(unreadable)) => verdicts.unreadable(place, unreadable.to_string()),
            Err(_) => {
                tracing::error!(delivery.id, "the adapter panicked");
                held_back.insert(sender);
                verdicts.tried_in_vain(place, "the adapter panicked".to_owned());
            }
        }
    }
    steps
}

/// Leaves only what is for the channel that the delivery came to: one delivery may name several accounts, and then
/// each of them has a delivery of its own.
pub(super) fn keep_addressed(
    steps: &mut Vec<Step>,
    channels: &HashMap<ChannelId, ChannelFacts>,
    verdicts: &mut Verdicts,
) {
    steps.retain(|step| {
        let channel = channels.get(&step.channel_id);
        let is_for = match &step.to {
            Addressee::Endpoint => true,
            Addressee::Account(id) => channel.is_some_and(|channel| channel.platform_account_id == *id),
            Addressee::Parent(id) => {
                channel.is_some_and(|channel| channel.parent_account_id.as_deref() == Some(id.as_str()))
            }
        };
        if !is_for {
            verdicts.ignored(step.delivery, "it is for another account");
        }
        is_for
    });
}
