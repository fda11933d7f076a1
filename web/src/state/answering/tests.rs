//! What the composer says in each situation, and what a message's menu offers.

use shared::{
    ChannelId, ChannelKind, ChannelState, ContactId, ConversationId, ConversationKind, ConversationStatus,
    MemberId,
};

use super::*;
use crate::api::channels::ChannelSummary;
use crate::api::contacts::ContactSummary;
use crate::api::messages::Author;
use crate::state::event::Change;
use crate::state::inbox::Inbox;

const NOW: Timestamp = Timestamp(1_780_000_000_000);

fn conversation(kind: ChannelKind, hours_ago: i64) -> Conversation {
    Conversation {
        id: ConversationId::new(),
        number: 1,
        kind: if kind == ChannelKind::WebChat { ConversationKind::Chat } else { ConversationKind::Direct },
        status: ConversationStatus::Open,
        snoozed_until: None,
        contact: ContactSummary { id: ContactId::new(), name: "Ana".into(), email: None, verified: false },
        channel: ChannelSummary {
            id: ChannelId::new(),
            kind,
            name: "Shop".into(),
            active: true,
            state: ChannelState::Connected,
        },
        assignee: None,
        last_activity_at: NOW,
        created_at: NOW,
        waiting_since: None,
        preview: String::new(),
        preview_author: AuthorKind::Contact,
        last_seq: 1,
        inbound_count: 1,
        read_count: None,
        contact_read_seq: 0,
        contact_delivered_seq: 0,
        last_inbound_at: Some(Timestamp(NOW.0 - hours_ago * HOUR_MS)),
        reachable: true,
        unreachable_reason: None,
        opted_out: Vec::new(),
    }
}

fn message(direction: Direction, kind: AuthorKind, status: Option<MessageStatus>) -> Message {
    let plain = Message::plain(1, direction);
    Message {
        author: Author { kind, ..plain.author.clone() },
        text: "Hello".into(),
        sent_at: Timestamp(NOW.0 - HOUR_MS),
        created_at: NOW,
        status,
        ..plain
    }
}

fn ours(status: MessageStatus) -> Message {
    message(Direction::Outbound, AuthorKind::Member, Some(status))
}

fn locked(conversation: &Conversation) -> String {
    match Answering::of(conversation, NOW).standing {
        Standing::Locked { words, .. } => words,
        open @ Standing::Open { .. } => panic!("{open:?}"),
    }
}

#[test]
fn a_web_chat_is_open_for_ever() {
    let answering = Answering::of(&conversation(ChannelKind::WebChat, 900), NOW);
    assert_eq!(answering.standing, Standing::Open { until: None, hold: None });
    assert_eq!(answering.holds_for_ms(NOW), 60_000);
}

#[test]
fn the_countdown_runs_out_and_templates_are_left() {
    let conversation = conversation(ChannelKind::Whatsapp, 23);
    let open = Answering::of(&conversation, NOW);
    let Standing::Open { until: Some(until), .. } = open.standing else { panic!("{open:?}") };
    assert_eq!(until.since_ms(NOW), HOUR_MS - MINUTE_MS);
    let closed = Answering::of(&conversation, until);
    assert!(matches!(closed.standing, Standing::Locked { closed_at: Some(at), .. } if at == until));
    assert!(closed.forms.has(policy::Form::Template) && !closed.forms.has(policy::Form::Text));
}

#[test]
fn each_step_of_the_countdown_changes_what_it_says_and_nothing_between() {
    let conversation = conversation(ChannelKind::Whatsapp, 0);
    let mut now = NOW;
    let mut steps = 0;
    loop {
        let answering = Answering::of(&conversation, now);
        let Standing::Open { until: Some(until), .. } = answering.standing else { break };
        let next = Timestamp(now.0 + i64::from(answering.holds_for_ms(now)));
        let says = |at: Timestamp| time_left(until.since_ms(at));
        if until.since_ms(next) > 0 {
            assert_ne!(says(now), says(next), "{}", until.since_ms(now));
        }
        assert_eq!(says(now), says(Timestamp(next.0 - 30)));
        now = next;
        steps += 1;
    }
    assert!(now.since_ms(NOW) - (23 * HOUR_MS + 59 * MINUTE_MS) < 1_000);
    assert!((1_400..2_100).contains(&steps), "{steps}");
}

#[test]
fn every_reason_is_said_in_words() {
    let telegram = || conversation(ChannelKind::Telegram, 1);
    let mut gone = telegram();
    gone.channel.state = ChannelState::Disconnected;
    assert!(locked(&gone).contains("disconnected"));

    let mut blocked = telegram();
    blocked.reachable = false;
    blocked.unreachable_reason = Some("bot was blocked by the user".into());
    assert!(locked(&blocked).ends_with("The platform says: bot was blocked by the user"));
    blocked.unreachable_reason = Some("kicked".into());
    assert!(locked(&blocked).ends_with("you can answer."));

    let mut paused = telegram();
    paused.channel.active = false;
    let standing = Answering::of(&paused, NOW).standing;
    assert_eq!(standing, Standing::Open { until: None, hold: Some(Hold::Paused) });

    let unknown = conversation(ChannelKind::Instagram, 1);
    assert!(locked(&unknown).contains("cannot send"));
}

#[test]
fn a_template_that_the_customer_does_not_want_is_refused() {
    let mut conversation = conversation(ChannelKind::Whatsapp, 100);
    conversation.opted_out.push("marketing_messages".into());
    assert!(
        template_refused(&conversation, "MARKETING", NOW).is_some_and(|words| words.contains("marketing"))
    );
    assert_eq!(template_refused(&conversation, "UTILITY", NOW), None);
}

#[test]
fn the_menu_offers_what_the_channel_can_do_with_this_message() {
    let telegram = conversation(ChannelKind::Telegram, 1);
    let acts = |message: &Message| MessageActs::of(message, &telegram, NOW);
    let all = MessageActs { quote: true, edit: true, delete: true, react: true, ..MessageActs::default() };
    assert_eq!(acts(&ours(MessageStatus::Sent)), all);
    let theirs = message(Direction::Inbound, AuthorKind::Contact, None);
    assert_eq!(acts(&theirs), MessageActs { quote: true, react: true, ..MessageActs::default() });
    let from_phone = message(Direction::Outbound, AuthorKind::Outside, Some(MessageStatus::Sent));
    assert_eq!(acts(&from_phone), MessageActs { edit: false, delete: false, ..all });
    let failed = acts(&ours(MessageStatus::Failed));
    assert_eq!(failed, MessageActs { retry: true, ..MessageActs::default() });
    let unknown = acts(&ours(MessageStatus::Unknown));
    assert_eq!(unknown, MessageActs { settle: true, ..MessageActs::default() });
    let note = message(Direction::Note, AuthorKind::Member, None);
    assert_eq!(acts(&note), MessageActs::default());
    let deleted = Message { deleted_at: Some(NOW), ..ours(MessageStatus::Sent) };
    assert_eq!(acts(&deleted), MessageActs::default());
}

#[test]
fn whatsapp_has_no_way_back_and_web_chat_no_reactions() {
    let sent = ours(MessageStatus::Delivered);
    let whatsapp = MessageActs::of(&sent, &conversation(ChannelKind::Whatsapp, 1), NOW);
    assert_eq!(whatsapp, MessageActs { quote: true, react: true, ..MessageActs::default() });
    let web_chat = MessageActs::of(&sent, &conversation(ChannelKind::WebChat, 1), NOW);
    assert_eq!(web_chat, MessageActs { quote: true, ..MessageActs::default() });
}

#[test]
fn time_is_told_as_exactly_as_it_matters() {
    let told = [
        21 * HOUR_MS + 4 * MINUTE_MS + 59_999,
        59 * MINUTE_MS + 59_999,
        10 * MINUTE_MS,
        9 * MINUTE_MS + 41_000,
        -5,
        7 * 24 * HOUR_MS,
    ];
    assert_eq!(told.map(time_left), ["21 h 04", "59 min", "10:00", "9:41", "0:00", "7 days"]);
    assert!(is_urgent(HOUR_MS - 1) && !is_urgent(HOUR_MS));
}

#[test]
fn what_becomes_of_a_channel_is_told_in_its_conversations() {
    let open = conversation(ChannelKind::Telegram, 1);
    let (id, mut channel) = (open.id, open.channel.clone());
    let mut inbox = Inbox::new(MemberId::new());
    inbox.restart(1);
    let asked = inbox.asking();
    inbox.conversation_loaded(asked, open);
    channel.state = ChannelState::Reconnect;
    let changes = inbox.channels_loaded(std::slice::from_ref(&channel)).changes;
    assert!(changes.contains(&Change::Conversation(id)));
    let standing = Answering::of(&inbox.conversation(id).unwrap(), NOW).standing;
    assert_eq!(standing, Standing::Open { until: None, hold: Some(Hold::Reconnect) });
    assert_eq!(inbox.channels_loaded(&[channel]).changes, []);
}
