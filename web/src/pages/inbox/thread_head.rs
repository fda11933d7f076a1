//! The line above the thread: with whom, over what, and what to do with it.

use leptos::prelude::*;
use shared::{ConversationId, ConversationStatus};

use super::calendar;
use super::snooze::SnoozeMenu;
use super::{name_of, use_desk};
use crate::api::Timestamp;
use crate::components::icon::Icon as Shape;
use crate::components::{Avatar, ChannelMark, Icon, IconButton, Menu, MenuItem};

/// Contact, channel, assignee, snooze, close.
#[component]
pub fn ThreadHead(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let conversation = Memo::new(move |_| desk.board.conversation(id));
    let with = move |read: fn(&crate::api::conversations::Conversation) -> String| {
        move || conversation.get().map(|conversation| read(&conversation)).unwrap_or_default()
    };
    let name = with(|conversation| name_of(&conversation.contact.name));
    let status = Memo::new(move |_| conversation.get().map(|conversation| conversation.status));
    let under = move || {
        let conversation = conversation.get()?;
        let state = match (conversation.status, conversation.snoozed_until) {
            (ConversationStatus::Snoozed, Some(until)) => {
                Some(format!("snoozed until {}", calendar::moment_ahead(until, Timestamp::now())))
            }
            (ConversationStatus::Snoozed, None) => Some("snoozed".to_owned()),
            (ConversationStatus::Closed, _) => Some("closed".to_owned()),
            (ConversationStatus::Open, _) => None,
        };
        Some(view! {
            <ChannelMark kind=conversation.channel.kind/>
            <span class="thread-head__channel">{conversation.channel.name.clone()}</span>
            <span class="thread-head__number">{format!("#{}", conversation.number)}</span>
            {state.map(|state| view! { <span class="thread-head__state">{state}</span> })}
        })
    };
    let close = move || match status.get() {
        None => ().into_any(),
        Some(ConversationStatus::Closed) => view! {
            <button
                type="button"
                class="button thread-head__button"
                aria-keyshortcuts="o"
                title="Reopen (O)"
                on:click=move |_| desk.board.reopen(id)
            >
                <Icon icon=Shape::Undo/>
                <span>"Reopen"</span>
            </button>
        }
        .into_any(),
        Some(_) => view! {
            <button
                type="button"
                class="button thread-head__button"
                aria-keyshortcuts="e"
                title="Close (E), close and next (Shift+E)"
                on:click=move |_| desk.board.close_conversation(id)
            >
                <Icon icon=Shape::Check/>
                <span>"Close"</span>
            </button>
        }
        .into_any(),
    };
    view! {
        <header class="thread-head">
            <div class="thread-head__back">
                <IconButton icon=Shape::ArrowLeft label="Back to the list" on_press=move |_| desk.show_list()/>
            </div>
            <div class="thread-head__who">
                <h2 class="thread-head__name" dir="auto">{name}</h2>
                <p class="thread-head__under">{under}</p>
            </div>
            <div class="thread-head__actions">
                <AssignMenu id=id/>
                <SnoozeMenu id=id/>
                {close}
                <div class="thread-head__contact">
                    <IconButton
                        icon=Shape::PanelRight
                        label="Contact"
                        pressed=desk.contact_shown
                        on_press=move |_| desk.contact_shown.update(|shown| *shown = !*shown)
                    />
                </div>
            </div>
        </header>
    }
}

#[component]
fn AssignMenu(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let assignee = Memo::new(move |_| {
        let conversation = desk.board.conversation(id);
        conversation.and_then(|conversation| conversation.assignee.clone())
    });
    let label = Signal::derive(move || match assignee.get() {
        Some(member) => format!("Assigned to {} (A)", member.name),
        None => "Assign (A)".to_owned(),
    });
    let shown = move || match assignee.get() {
        Some(member) => view! {
            <Avatar name=Signal::stored(member.name.clone()) size=20/>
            <span class="thread-head__word">{member.name}</span>
        }
        .into_any(),
        None => {
            view! { <Icon icon=Shape::UserPlus/><span class="thread-head__word">"Assign"</span> }.into_any()
        }
    };
    let choices = move || {
        let me = desk.board.me();
        let mut members = desk.board.members();
        members.sort_by_key(|member| (Some(member.id) != me, member.name.to_lowercase()));
        let items = members.into_iter().map(|member| {
            let member_id = member.id;
            let chosen = Signal::derive(move || assignee.get().is_some_and(|member| member.id == member_id));
            let name = if Some(member_id) == me { format!("{} (you)", member.name) } else { member.name };
            view! {
                <MenuItem chosen=chosen on_press=move |()| desk.board.assign(id, Some(member_id))>{name}</MenuItem>
            }
        });
        items.collect_view()
    };
    let nobody = Signal::derive(move || assignee.get().is_none());
    view! {
        <div class="thread-head__assign">
            <Menu
                label=label
                place="below-end"
                class="button button--quiet thread-head__button"
                trigger=move || view! { {shown} }
            >
                {choices()}
                <div class="menu__line" role="separator"></div>
                <MenuItem chosen=nobody on_press=move |()| desk.board.assign(id, None)>"Nobody"</MenuItem>
            </Menu>
        </div>
    }
}
