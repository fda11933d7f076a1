//! Examples, one per rule; `properties` holds what is true of every situation.

mod properties;

use super::*;
use crate::capabilities::{Capabilities, Reactions};
use crate::channel::ChannelKind;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// As Meta's other two are: a day to answer, a week for people, no templates.
fn messenger() -> Capabilities {
    Capabilities {
        human_agent_window: Some(Duration::from_hours(7 * 24)),
        private_reply: Allowed::For(Duration::from_hours(7 * 24)),
        templates: false,
        may_start: false,
        locations: false,
        ..Capabilities::WHATSAPP
    }
}

/// Every kind we can speak, and those to come.
fn all_capabilities() -> Vec<Capabilities> {
    let now = ChannelKind::ALL.iter().filter_map(|kind| Capabilities::of(*kind));
    now.chain([messenger()]).collect()
}

fn told(capabilities: &Capabilities, hours_ago: i64, what: What) -> Situation<'_> {
    Situation {
        capabilities,
        channel: ChannelState::Connected,
        paused: false,
        kind: ConversationKind::Direct,
        now: Moment(0),
        last_inbound: Some(Moment(-hours_ago * HOUR)),
        sender: Sender::Human,
        person: Person { reachable: true, opted_out: &[] },
        human_agent_granted: true,
        business: None,
        comment: None,
        what,
    }
}

fn answer_of(situation: &Situation<'_>) -> Result<Permit, Refusal> {
    may_send(situation).answer
}

fn sent(hours_ago: i64) -> Target {
    Target { sent_at: Some(Moment(-hours_ago * HOUR)), ours: true, deleted: false }
}

#[test]
fn web_chat_and_telegram_can_always_be_answered() {
    for capabilities in [Capabilities::WEB_CHAT, Capabilities::TELEGRAM] {
        assert_eq!(answer_of(&told(&capabilities, 10_000, What::Text)), Ok(Permit::ALWAYS));
    }
}

#[test]
fn a_bot_cannot_begin_and_a_web_chat_needs_no_beginning() {
    let never = Situation { last_inbound: None, ..told(&Capabilities::TELEGRAM, 0, What::Text) };
    assert_eq!(answer_of(&never), Err(Refusal::NotStarted { templates: false }));
    let chat = Situation { kind: ConversationKind::Chat, capabilities: &Capabilities::WEB_CHAT, ..never };
    assert_eq!(answer_of(&chat), Ok(Permit::ALWAYS));
}

#[test]
fn the_window_ends_a_minute_early() {
    let can = Capabilities::WHATSAPP;
    let open = told(&can, 1, What::Text);
    assert_eq!(answer_of(&open), Ok(Permit::until(Moment(23 * HOUR - MINUTE))));
    let last = Situation { now: Moment(23 * HOUR - MINUTE - 1), ..open };
    assert!(may_send(&last).is_allowed());
    let closed = Situation { now: Moment(23 * HOUR - MINUTE), ..open };
    let refusal = Refusal::WindowClosed {
        at: Moment(23 * HOUR - MINUTE),
        window: Duration::from_hours(24),
        templates: true,
    };
    assert_eq!(answer_of(&closed), Err(refusal));
}

#[test]
fn outside_the_window_only_templates_are_left() {
    let can = Capabilities::WHATSAPP;
    let forms = may_send(&told(&can, 25, What::Text)).forms;
    let left: Vec<Form> = Form::ALL.into_iter().filter(|form| forms.has(*form)).collect();
    assert_eq!(left, [Form::Template]);
}

#[test]
fn a_person_who_never_wrote_gets_templates_only() {
    let can = Capabilities::WHATSAPP;
    let never = Situation { last_inbound: None, ..told(&can, 0, What::Text) };
    assert_eq!(answer_of(&never), Err(Refusal::NotStarted { templates: true }));
    assert!(may_send(&never).forms.has(Form::Template));
}

#[test]
fn who_wants_no_marketing_gets_none() {
    let can = Capabilities::WHATSAPP;
    let opted_out = ["marketing_messages".to_owned()];
    let about = |word| {
        let what = What::Template(TemplateCategory::from_word(word));
        let asked = told(&can, 25, what);
        answer_of(&Situation { person: Person { reachable: true, opted_out: &opted_out }, ..asked })
    };
    assert_eq!(about("MARKETING"), Err(Refusal::OptedOut(TemplateCategory::Marketing)));
    assert_eq!(about("UTILITY"), Ok(Permit::ALWAYS));
    assert_eq!(about("a new one"), Ok(Permit::ALWAYS));
}

#[test]
fn people_have_a_week_where_the_platform_grants_it() {
    let can = messenger();
    let late = told(&can, 30, What::Text);
    let week = Permit { as_human_agent: true, ..Permit::until(Moment((7 * 24 - 30) * HOUR - MINUTE)) };
    assert_eq!(answer_of(&late), Ok(week));
    let machine = Situation { sender: Sender::Machine, ..late };
    assert_eq!(answer_of(&machine), Err(Refusal::OnlyAPerson { until: week.until.unwrap() }));
    let not_granted = Situation { human_agent_granted: false, ..late };
    assert!(matches!(answer_of(&not_granted), Err(Refusal::WindowClosed { .. })));
    assert!(matches!(answer_of(&told(&can, 24 * 8, What::Text)), Err(Refusal::WindowClosed { .. })));
}

#[test]
fn what_cannot_go_out_now_is_told_apart_from_what_waits() {
    let telegram = Capabilities::TELEGRAM;
    let text = told(&telegram, 0, What::Text);
    let gone = Situation { channel: ChannelState::Disconnected, ..text };
    assert_eq!(answer_of(&gone), Err(Refusal::Disconnected));
    let dead_token = Situation { channel: ChannelState::Reconnect, paused: true, ..text };
    assert_eq!(answer_of(&dead_token).map(|permit| permit.hold), Ok(Some(Hold::Reconnect)));
    let paused = Situation { paused: true, ..text };
    assert_eq!(answer_of(&paused).map(|permit| permit.hold), Ok(Some(Hold::Paused)));
    let blocked = Situation { person: Person { reachable: false, opted_out: &[] }, ..text };
    assert_eq!(answer_of(&blocked), Err(Refusal::Unreachable));
}

#[test]
fn telegram_lets_a_bot_delete_for_two_days_and_edit_for_ever() {
    let telegram = Capabilities::TELEGRAM;
    assert_eq!(answer_of(&told(&telegram, 0, What::Edit(sent(900)))), Ok(Permit::ALWAYS));
    let until = Permit::until(Moment(HOUR - MINUTE));
    assert_eq!(answer_of(&told(&telegram, 0, What::Delete(sent(47)))), Ok(until));
    let late = answer_of(&told(&telegram, 0, What::Delete(sent(48))));
    assert_eq!(late, Err(Refusal::TooLate { time: Duration::from_hours(48) }));
    let foreign = Target { ours: false, ..sent(1) };
    assert_eq!(answer_of(&told(&telegram, 0, What::Edit(foreign))), Err(Refusal::NotOurs));
    let queued = Target { sent_at: None, ..sent(1) };
    assert_eq!(answer_of(&told(&telegram, 0, What::Edit(queued))), Err(Refusal::NotSentYet));
}

#[test]
fn a_reaction_needs_the_window_and_a_message_that_is_not_too_old() {
    let can = Capabilities::WHATSAPP;
    assert!(may_send(&told(&can, 1, What::Reaction(sent(29 * 24)))).is_allowed());
    assert!(matches!(answer_of(&told(&can, 1, What::Reaction(sent(30 * 24)))), Err(Refusal::TooLate { .. })));
    assert!(matches!(
        answer_of(&told(&can, 24, What::Reaction(sent(24)))),
        Err(Refusal::WindowClosed { .. })
    ));
    let web_chat = told(&Capabilities::WEB_CHAT, 1, What::Reaction(sent(1)));
    assert!(matches!(answer_of(&web_chat), Err(Refusal::NotPossible(_))));
}

#[test]
fn in_the_name_of_somebodys_account_we_do_what_they_let_us_and_for_a_day() {
    let telegram = Capabilities::TELEGRAM;
    let rights = BusinessConnection { enabled: true, may_reply: true, may_delete_sent: false };
    let with = |rights, hours_ago, what| {
        answer_of(&Situation { business: Some(rights), ..told(&telegram, hours_ago, what) })
    };
    assert_eq!(with(rights, 1, What::Text), Ok(Permit::until(Moment(23 * HOUR - MINUTE))));
    assert!(matches!(with(rights, 24, What::Text), Err(Refusal::WindowClosed { .. })));
    assert_eq!(with(rights, 1, What::Delete(sent(1))), Err(Refusal::NotLetByOwner));
    let read_only = BusinessConnection { may_reply: false, ..rights };
    assert_eq!(with(read_only, 1, What::Text), Err(Refusal::NotLetByOwner));
    assert!(matches!(with(rights, 1, What::Reaction(sent(1))), Err(Refusal::NotPossible(_))));
}

#[test]
fn a_comment_is_answered_in_public_at_any_time_and_in_private_once() {
    let can = messenger();
    let comment = Comment { at: Moment(-HOUR), answered: false };
    let public =
        Situation { kind: ConversationKind::Comment, comment: Some(comment), ..told(&can, 999, What::Text) };
    assert_eq!(answer_of(&public), Ok(Permit::ALWAYS));
    let private = Situation { what: What::PrivateReply, ..public };
    assert_eq!(answer_of(&private), Ok(Permit::until(Moment((7 * 24 - 1) * HOUR - MINUTE))));
    let second = Situation { comment: Some(Comment { answered: true, ..comment }), ..private };
    assert_eq!(answer_of(&second), Err(Refusal::AnsweredInPrivate));
}

#[test]
fn every_refusal_says_what_is_the_matter_in_whole_sentences() {
    let refusals = [
        Refusal::Disconnected,
        Refusal::NotPossible(What::Location),
        Refusal::NotLetByOwner,
        Refusal::Unreachable,
        Refusal::OptedOut(TemplateCategory::Marketing),
        Refusal::NotStarted { templates: true },
        Refusal::NotStarted { templates: false },
        Refusal::WindowClosed { at: Moment(0), window: Duration::from_hours(24), templates: true },
        Refusal::OnlyAPerson { until: Moment(0) },
        Refusal::TooLate { time: Duration::from_hours(7 * 24) },
        Refusal::NothingToAnswer,
        Refusal::AnsweredInPrivate,
        Refusal::NotOurs,
        Refusal::NotSentYet,
        Refusal::TargetGone,
    ];
    for refusal in refusals {
        let words = refusal.to_string();
        assert!(words.ends_with('.') && words.chars().next().is_some_and(char::is_uppercase), "{words}");
        assert!(!words.contains("  "), "{words}");
    }
    assert_eq!(
        Refusal::WindowClosed { at: Moment(0), window: Duration::from_hours(24), templates: true }
            .to_string(),
        "The last message of this person is more than 24 hours old. Send a template, or wait until they write."
    );
    assert_eq!(
        Refusal::TooLate { time: Duration::from_hours(168) }.to_string(),
        "This can be done for 7 days only."
    );
}
