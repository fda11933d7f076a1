//! What is true of every situation: channel × clock × sender × permission.

use proptest::prelude::*;

use super::*;

const DAY: i64 = 24 * HOUR;

/// A situation that owns what it is about.
#[derive(Debug, Clone)]
struct Owned {
    capabilities: Capabilities,
    opted_out: Vec<String>,
    rest: Situation<'static>,
}

impl Owned {
    fn ask(&self) -> Situation<'_> {
        Situation {
            capabilities: &self.capabilities,
            person: Person { reachable: self.rest.person.reachable, opted_out: &self.opted_out },
            ..self.rest
        }
    }
}

fn moment() -> impl Strategy<Value = Moment> {
    // Twice: round hours hit the edges of windows.
    prop_oneof![(-10 * DAY..10 * DAY).prop_map(Moment), (-240_i64..240).prop_map(|hour| Moment(hour * HOUR))]
}

fn target() -> impl Strategy<Value = Target> {
    (proptest::option::of(moment()), any::<bool>(), any::<bool>())
        .prop_map(|(sent_at, ours, deleted)| Target { sent_at, ours, deleted })
}

fn category() -> impl Strategy<Value = TemplateCategory> {
    prop_oneof![
        Just(TemplateCategory::Marketing),
        Just(TemplateCategory::Utility),
        Just(TemplateCategory::Authentication),
        Just(TemplateCategory::Other),
    ]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        proptest::sample::select(Form::ALL.to_vec()).prop_map(Form::what),
        category().prop_map(What::Template),
        target().prop_map(What::Reaction),
        target().prop_map(What::Edit),
        target().prop_map(What::Delete),
    ]
}

fn business() -> impl Strategy<Value = Option<BusinessConnection>> {
    let rights =
        (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(enabled, may_reply, may_delete_sent)| {
            BusinessConnection { enabled, may_reply, may_delete_sent }
        });
    proptest::option::weighted(0.2, rights)
}

fn situation() -> impl Strategy<Value = Owned> {
    static NOTHING: Capabilities = Capabilities::WEB_CHAT;
    let channel = (
        proptest::sample::select(all_capabilities()),
        proptest::sample::select(ChannelState::ALL.to_vec()),
        any::<bool>(),
        proptest::sample::select(ConversationKind::ALL.to_vec()),
        business(),
    );
    let person = (
        proptest::option::weighted(0.9, moment()),
        proptest::bool::weighted(0.8),
        proptest::sample::subsequence(vec!["marketing_messages".to_owned(), "newsletters".to_owned()], 0..=2),
        proptest::option::of((moment(), any::<bool>()).prop_map(|(at, answered)| Comment { at, answered })),
    );
    let act = (moment(), prop_oneof![Just(Sender::Human), Just(Sender::Machine)], any::<bool>(), what());
    (channel, person, act).prop_map(|(channel, person, act)| {
        let (capabilities, state, paused, kind, business) = channel;
        let (last_inbound, reachable, opted_out, comment) = person;
        let (now, sender, human_agent_granted, what) = act;
        let rest = Situation {
            capabilities: &NOTHING,
            channel: state,
            paused,
            kind,
            now,
            last_inbound,
            sender,
            person: Person { reachable, opted_out: &[] },
            human_agent_granted,
            business,
            comment,
            what,
        };
        Owned { capabilities, opted_out, rest }
    })
}

/// The same with something changed, and what the answer is then.
fn with<'a>(of: &Situation<'a>, change: impl FnOnce(&mut Situation<'a>)) -> Result<Permit, Refusal> {
    let mut changed = *of;
    change(&mut changed);
    answer_of(&changed)
}

fn is_new(what: What) -> bool {
    !matches!(what, What::Reaction(_) | What::Edit(_) | What::Delete(_))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_time_has_closed_stays_closed(owned in situation(), later in 0..20 * DAY) {
        let now = owned.ask();
        let then = with(&now, |asked| asked.now = Moment(now.now.0 + later));
        prop_assert!(then.is_err() || answer_of(&now).is_ok());
    }

    #[test]
    fn a_permit_holds_until_its_end_and_no_longer(owned in situation(), part in 0.0..1.0_f64) {
        let now = owned.ask();
        if let Ok(permit @ Permit { until: Some(until), .. }) = answer_of(&now) {
            prop_assert!(now.now < until);
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "some moment between")]
            let between = Moment(now.now.0 + ((until.0 - now.now.0) as f64 * part) as i64);
            for still in [between, Moment(until.0 - 1)] {
                prop_assert_eq!(with(&now, |asked| asked.now = still), Ok(permit));
            }
            prop_assert_ne!(with(&now, |asked| asked.now = until), Ok(permit));
        } else {
            let for_ever = answer_of(&now).is_ok();
            let much_later = with(&now, |asked| asked.now = Moment(now.now.0 + 1_000 * DAY));
            prop_assert!(!for_ever || much_later == answer_of(&now));
        }
    }

    #[test]
    fn a_closed_window_says_when_it_closed(owned in situation()) {
        let now = owned.ask();
        if let Err(Refusal::WindowClosed { at, .. }) = answer_of(&now) {
            prop_assert!(at <= now.now);
            prop_assert!(with(&now, |asked| asked.now = Moment(at.0 - 1)) != answer_of(&now));
            prop_assert_eq!(with(&now, |asked| asked.now = at), answer_of(&now));
        }
    }

    #[test]
    fn free_answers_end_a_minute_before_the_platforms_window(owned in situation()) {
        let now = owned.ask();
        let Some(window) = now.capabilities.reply_window else { return Ok(()) };
        let free = !matches!(now.what, What::Template(_) | What::PrivateReply | What::Delete(_));
        let private = now.kind != ConversationKind::Comment;
        if let (true, true, Ok(permit)) = (free, private, answer_of(&now)) {
            let open_ms = i64::try_from(window.as_millis()).unwrap() - MINUTE;
            let old_ms = now.now.0 - now.last_inbound.unwrap().0;
            if permit.as_human_agent {
                prop_assert_eq!(now.sender, Sender::Human);
                prop_assert!(now.human_agent_granted && old_ms >= open_ms);
                prop_assert!(now.capabilities.human_agent_window.is_some() && old_ms < 7 * DAY - MINUTE);
            } else {
                prop_assert!(old_ms < open_ms);
            }
        }
    }

    #[test]
    fn templates_go_where_the_channel_has_them_and_to_those_who_want_them(owned in situation()) {
        let now = owned.ask();
        if let What::Template(category) = now.what {
            let answer = answer_of(&now);
            let wanted = category != TemplateCategory::Marketing
                || !owned.opted_out.iter().any(|kind| kind == "marketing_messages");
            let possible = now.capabilities.templates
                && now.kind != ConversationKind::Comment
                && now.channel != ChannelState::Disconnected
                && now.business.is_none_or(|rights| rights.enabled && rights.may_reply)
                && now.person.reachable;
            prop_assert_eq!(answer.is_ok(), wanted && possible);
            prop_assert!(answer.is_err() || answer.unwrap().until.is_none());
        }
    }

    #[test]
    fn a_person_may_do_all_that_a_machine_may(owned in situation()) {
        let now = owned.ask();
        let machine = with(&now, |asked| asked.sender = Sender::Machine);
        if machine.is_ok() {
            prop_assert_eq!(with(&now, |asked| asked.sender = Sender::Human), machine);
            prop_assert!(!machine.unwrap().as_human_agent);
        }
    }

    #[test]
    fn more_rights_and_a_newer_message_take_nothing_away(owned in situation(), newer in 0..DAY) {
        let now = owned.ask();
        if answer_of(&now).is_ok() {
            prop_assert!(with(&now, |asked| asked.human_agent_granted = true).is_ok());
            let willing = Person { reachable: true, opted_out: &[] };
            prop_assert!(with(&now, |asked| asked.person = willing).is_ok());
            prop_assert!(with(&now, |asked| asked.channel = ChannelState::Connected).is_ok());
            prop_assert!(with(&now, |asked| asked.paused = false).is_ok());
            let last_inbound = Moment(now.last_inbound.map_or(now.now.0, |last| last.0 + newer));
            prop_assert!(with(&now, |asked| asked.last_inbound = Some(last_inbound)).is_ok());
            let rights = BusinessConnection { enabled: true, may_reply: true, may_delete_sent: true };
            prop_assert!(with(&now, |asked| asked.business = asked.business.map(|_| rights)).is_ok());
        }
    }

    #[test]
    fn nothing_goes_through_what_is_disconnected_or_to_whom_it_does_not_reach(owned in situation()) {
        let now = owned.ask();
        let verdict = may_send(&now);
        if now.channel == ChannelState::Disconnected {
            prop_assert!(verdict.forms.is_empty() && !verdict.is_allowed());
        }
        if !now.person.reachable && verdict.is_allowed() {
            prop_assert_eq!((now.kind, now.what), (ConversationKind::Comment, What::Text));
        }
    }

    #[test]
    fn the_forms_are_what_asking_for_each_says(owned in situation()) {
        let now = owned.ask();
        let forms = may_send(&now).forms;
        for form in Form::ALL {
            prop_assert_eq!(forms.has(form), with(&now, |asked| asked.what = form.what()).is_ok());
        }
        prop_assert_eq!(forms.is_empty(), Form::ALL.iter().all(|form| !forms.has(*form)));
    }

    #[test]
    fn a_form_that_the_channel_lacks_is_refused(owned in situation()) {
        let now = owned.ask();
        if answer_of(&now).is_ok() {
            let can = now.capabilities;
            let has = match now.what {
                What::Text => true,
                What::File => !can.media.is_empty(),
                What::Location => can.locations,
                What::ContactCards => can.contact_cards,
                What::Buttons => can.buttons.is_some(),
                What::List => can.lists.is_some(),
                What::Template(_) => can.templates,
                What::PrivateReply => now.kind == ConversationKind::Comment && now.comment.is_some(),
                What::Reaction(_) => can.reactions != Reactions::None,
                What::Edit(_) => can.edit != Allowed::Never,
                What::Delete(_) => can.delete != Allowed::Never,
            };
            prop_assert!(has);
            prop_assert!(now.kind != ConversationKind::Comment || matches!(now.what, What::Text | What::PrivateReply));
        }
    }

    #[test]
    fn only_what_is_there_is_changed_and_only_what_is_ours(owned in situation(), target in target()) {
        for what in [What::Edit(target), What::Delete(target), What::Reaction(target)] {
            let now = Situation { what, ..owned.ask() };
            if answer_of(&now).is_ok() {
                prop_assert!(target.sent_at.is_some() && !target.deleted);
                prop_assert!(target.ours || matches!(what, What::Reaction(_)));
                if let (What::Delete(_), Allowed::For(time)) = (what, now.capabilities.delete) {
                    let old_ms = now.now.0 - target.sent_at.unwrap().0;
                    prop_assert!(old_ms < i64::try_from(time.as_millis()).unwrap() - MINUTE);
                }
            }
        }
    }

    #[test]
    fn a_private_answer_is_given_once_and_within_a_week(owned in situation()) {
        let now = Situation { what: What::PrivateReply, ..owned.ask() };
        if answer_of(&now).is_ok() {
            let comment = now.comment.unwrap();
            prop_assert!(!comment.answered && now.now.0 - comment.at.0 < 7 * DAY - MINUTE);
        }
    }

    #[test]
    fn waiting_in_line_changes_nothing_but_the_wait(owned in situation()) {
        let now = owned.ask();
        let ready = with(&now, |asked| {
            asked.paused = false;
            if asked.channel == ChannelState::Reconnect {
                asked.channel = ChannelState::Connected;
            }
        });
        let held = answer_of(&now);
        prop_assert_eq!(held.map(|permit| Permit { hold: None, ..permit }), ready);
        if let Ok(permit) = held {
            prop_assert_eq!(permit.hold.is_some(), now.paused || now.channel == ChannelState::Reconnect);
        }
    }

    #[test]
    fn what_is_new_needs_a_beginning(owned in situation()) {
        let now = Situation { last_inbound: None, business: None, ..owned.ask() };
        if is_new(now.what) && now.kind == ConversationKind::Direct && answer_of(&now).is_ok() {
            prop_assert!(now.capabilities.may_start);
            let template = matches!(now.what, What::Template(_));
            prop_assert!(template || now.capabilities.reply_window.is_none());
        }
    }
}
