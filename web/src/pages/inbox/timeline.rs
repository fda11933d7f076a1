//! A thread as the eye reads it: days, groups, and what is new.

use std::sync::Arc;

use shared::{Direction, MessageStatus};

use crate::api::Timestamp;
use crate::api::conversations::Conversation;
use crate::api::messages::Message;
use crate::state::outbox::{Pending, PendingState};

/// Messages of one person join when no more than this lies between them.
const GROUP_MS_MAX: i64 = 5 * 60_000;

/// A message or a note at its place in the thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Itself.
    pub message: Arc<Message>,
    /// The first of its group: carries the author and the time.
    pub first: bool,
    /// The last of its group: carries the tail of the bubble.
    pub last: bool,
    /// How far an answer has come, by its own status and by what the customer has read.
    pub status: Option<MessageStatus>,
}

/// One thing in the thread's column.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "few are pending at a time, and a box each would only add an allocation"
)]
pub enum Item {
    /// A new day begins; the time is the day's first message's.
    Day(Timestamp),
    /// What follows is new since the agent last looked.
    New,
    /// Something happened.
    Activity(Arc<Message>),
    /// A message or a note.
    Message(Entry),
    /// One of ours on its way.
    Pending {
        /// Itself.
        pending: Pending,
        /// The first of its group.
        first: bool,
    },
}

impl Item {
    /// The same text for the same thing. A pending one's tells how it stands, too: it is drawn anew.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Day(at) => format!("d{}", at.0),
            Self::New => "new".to_owned(),
            Self::Activity(message) => format!("a{}", message.seq),
            Self::Message(entry) => format!("m{}", entry.message.seq),
            Self::Pending { pending, first } => {
                let state = match pending.state {
                    PendingState::Waiting => 0,
                    PendingState::Sending => 1,
                    PendingState::Held(_) => 2,
                    PendingState::Refused(_) => 3,
                };
                format!("p{}{first}{state}", pending.client_id)
            }
        }
    }
}

/// Lays a thread out. `day` tells the days of the reader's own calendar apart; `new_from` is the number of the
/// first message that was unread when the thread was opened.
#[must_use]
pub fn lay_out(
    messages: &[Arc<Message>],
    pending: &[Pending],
    conversation: Option<&Conversation>,
    new_from: Option<i64>,
    day: impl Fn(Timestamp) -> i64,
) -> Vec<Item> {
    let mut items = Vec::with_capacity(messages.len() + pending.len() + 8);
    let mut today = None;
    for (index, message) in messages.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| messages.get(index));
        let after = messages.get(index + 1);
        let this_day = day(message.sent_at);
        let new_day = today != Some(this_day);
        // A late message stands where it arrived, with its own time: it begins no day of its own.
        if new_day && !(message.late && today.is_some()) {
            today = Some(this_day);
            items.push(Item::Day(message.sent_at));
        }
        let is_new = new_from == Some(message.seq);
        if is_new {
            items.push(Item::New);
        }
        if message.direction == Direction::Activity {
            items.push(Item::Activity(message.clone()));
            continue;
        }
        let first = new_day || is_new || !before.is_some_and(|before| joined(before, message));
        let breaks = |after: &Arc<Message>| day(after.sent_at) != this_day || new_from == Some(after.seq);
        let last = !after.is_some_and(|after| joined(message, after) && !breaks(after));
        let status = progress(message, conversation);
        items.push(Item::Message(Entry { message: message.clone(), first, last, status }));
    }
    let mut before = None;
    for one in pending {
        let first = before != Some(one.mode);
        before = Some(one.mode);
        items.push(Item::Pending { pending: one.clone(), first });
    }
    items
}

/// Whether two in a row are one breath of one person.
fn joined(before: &Message, message: &Message) -> bool {
    before.direction == message.direction
        && before.author.member_id == message.author.member_id
        && before.author.kind == message.author.kind
        && before.author.name == message.author.name
        && !message.late
        && message.sent_at.since_ms(before.sent_at).abs() <= GROUP_MS_MAX
}

/// The network tells about single messages, the conversation up to where the customer has read: the further counts.
fn progress(message: &Message, conversation: Option<&Conversation>) -> Option<MessageStatus> {
    let status = message.status?;
    let Some(conversation) = conversation else { return Some(status) };
    Some(match status {
        MessageStatus::Failed => status,
        _ if message.seq <= conversation.contact_read_seq => MessageStatus::Read,
        MessageStatus::Queued | MessageStatus::Sent | MessageStatus::Unknown
            if message.seq <= conversation.contact_delivered_seq =>
        {
            MessageStatus::Delivered
        }
        _ => status,
    })
}

/// The number of the first unread message, when `unread` of the customer's newest are.
#[must_use]
pub fn first_unread(messages: &[Arc<Message>], unread: i64) -> Option<i64> {
    let at = usize::try_from(unread).ok()?.checked_sub(1)?;
    let mut inbound = messages.iter().rev().filter(|message| message.direction == Direction::Inbound);
    inbound.nth(at).map(|message| message.seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(seq: i64, direction: Direction, minute: i64) -> Arc<Message> {
        let at = Timestamp(minute * 60_000);
        Arc::new(Message { sent_at: at, created_at: at, ..Message::plain(seq, direction) })
    }

    fn shape(items: &[Item]) -> String {
        let mark = |item: &Item| match item {
            Item::Day(_) => "day".to_owned(),
            Item::New => "new".to_owned(),
            Item::Activity(_) => "act".to_owned(),
            Item::Message(Entry { message, first, last, .. }) => {
                format!("{}{}{}", if *first { "[" } else { "" }, message.seq, if *last { "]" } else { "" })
            }
            Item::Pending { .. } => "pending".to_owned(),
        };
        items.iter().map(mark).collect::<Vec<_>>().join(" ")
    }

    fn days(at: Timestamp) -> i64 {
        at.0.div_euclid(86_400_000)
    }

    #[test]
    fn messages_of_one_person_within_five_minutes_are_one_group() {
        let (inbound, outbound) = (Direction::Inbound, Direction::Outbound);
        let thread = [
            message(1, inbound, 0),
            message(2, inbound, 4),
            message(3, inbound, 10),
            message(4, outbound, 11),
        ];
        assert_eq!(shape(&lay_out(&thread, &[], None, None, days)), "day [1 2] [3] [4]");
    }

    #[test]
    fn a_new_day_and_the_unread_line_break_a_group() {
        let inbound = Direction::Inbound;
        let thread = [message(1, inbound, 1_438), message(2, inbound, 1_441), message(3, inbound, 1_442)];
        assert_eq!(shape(&lay_out(&thread, &[], None, Some(3), days)), "day [1] day [2] new [3]");
        assert_eq!(first_unread(&thread, 1), Some(3));
        assert_eq!(first_unread(&thread, 0), None);
        assert_eq!(first_unread(&thread, 9), None);
    }

    #[test]
    fn a_late_message_keeps_its_place_and_begins_no_day() {
        let mut late = (*message(2, Direction::Inbound, 3)).clone();
        late.late = true;
        let thread =
            [message(1, Direction::Inbound, 1_441), Arc::new(late), message(3, Direction::Inbound, 1_442)];
        assert_eq!(shape(&lay_out(&thread, &[], None, None, days)), "day [1] [2] [3]");
    }
}
