//! One entry of the thread.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{AuthorKind, Direction, MessageId, MessageStatus};

use super::attachments::attachments;
use super::link_text::{Piece, pieces};
use super::timeline::Item;
use super::{Desk, calendar, name_of};
use crate::api::Timestamp;
use crate::api::messages::{Activity, ActivityKind, DraftMode, Message, QuotedMessage};
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, time};
use crate::state::outbox::{Pending, PendingState};

/// Draws one item. `jump` shows the message that a quote refers to.
pub fn item(desk: Desk, item: Item, jump: Callback<MessageId>) -> AnyView {
    match item {
        Item::Day(at) => view! {
            <div class="day" role="separator"><span>{calendar::day_name(at, Timestamp::now())}</span></div>
        }
        .into_any(),
        Item::New => view! { <div class="new-line" role="separator"><span>"New"</span></div> }.into_any(),
        Item::Activity(message) => view! {
            <p class="activity" title=time::day_and_clock(message.sent_at)>
                {message.activity.as_ref().map(activity_sentence)}
                <span class="activity__time">{time::clock(message.sent_at)}</span>
            </p>
        }
        .into_any(),
        Item::Message { message, first, last, status } => entry(desk, &message, first, last, status, jump),
        Item::Pending { pending, first } => pending_entry(desk, pending, first, jump),
    }
}

/// "Eva assigned it to herself" cannot be said without knowing Eva; this says the same of anyone.
fn activity_sentence(activity: &Activity) -> String {
    let actor = &activity.actor_name;
    match (activity.kind, &activity.member_name, activity.until) {
        (ActivityKind::Assigned, Some(member), _) if member == actor => {
            format!("{actor} took the conversation")
        }
        (ActivityKind::Assigned, Some(member), _) => format!("{actor} assigned it to {member}"),
        (ActivityKind::Assigned, None, _) => format!("{actor} assigned it"),
        (ActivityKind::Unassigned, ..) => format!("{actor} gave it back to everyone"),
        (ActivityKind::Snoozed, _, Some(until)) => {
            format!("{actor} snoozed it until {}, {}", time::day(until), time::clock(until))
        }
        (ActivityKind::Snoozed, _, None) => format!("{actor} snoozed it"),
        (ActivityKind::Woken, ..) => "It came back from snooze".to_owned(),
        (ActivityKind::Closed, ..) => format!("{actor} closed it"),
        (ActivityKind::Reopened, ..) => format!("{actor} reopened it"),
        (ActivityKind::Started, ..) => format!("{actor} started the conversation"),
        (ActivityKind::Opened, ..) => format!("{actor} opened the chat"),
        (ActivityKind::Unreachable, ..) => format!("Messages no longer reach {actor}"),
        (ActivityKind::Reachable, ..) => format!("Messages reach {actor} again"),
        (ActivityKind::OptedOut, ..) => format!("{actor} wants no more marketing messages"),
        (ActivityKind::OptedIn, ..) => format!("{actor} wants marketing messages again"),
        (ActivityKind::IdentityChanged, ..) => format!("{actor} has another number or name on the platform"),
        (ActivityKind::Merged, ..) => format!("{actor} turned out to have another conversation with you"),
    }
}

/// Where a message stands and what it looks like.
fn class(direction: Direction, first: bool, last: bool) -> String {
    let side = match direction {
        Direction::Inbound => "entry entry--in",
        Direction::Note => "entry entry--out entry--note",
        _ => "entry entry--out",
    };
    let mut class = side.to_owned();
    if first {
        class.push_str(" entry--first");
    }
    if last {
        class.push_str(" entry--last");
    }
    class
}

fn entry(
    desk: Desk,
    message: &Arc<Message>,
    first: bool,
    last: bool,
    status: Option<MessageStatus>,
    jump: Callback<MessageId>,
) -> AnyView {
    let note = message.direction == Direction::Note;
    let failed = status == Some(MessageStatus::Failed);
    let deleted = message.deleted_at.is_some();
    // The customer is known from the head of the thread; which colleague it was is worth saying.
    let mine = message.author.member_id.is_some() && message.author.member_id == desk.board.me();
    let of_others = !mine && message.author.kind != AuthorKind::Contact;
    let named = first && (note || of_others) && !message.author.name.is_empty();
    let author = named.then(|| {
        let outside = if message.author.kind == AuthorKind::Outside { " · from the app" } else { "" };
        view! {
            <p class="entry__author">
                {note.then(|| view! { <Icon icon=Shape::Lock size=16/> })}
                <span dir="auto">{message.author.name.clone()}</span>
                {if note { " · private note" } else { outside }}
            </p>
        }
    });
    let body = if deleted {
        view! { <p class="entry__gone">"This message was deleted."</p> }.into_any()
    } else {
        let text = (!message.text.is_empty()).then(|| text(&message.text));
        let files = (!message.attachments.is_empty()).then(|| attachments(&message.attachments));
        view! { {files}{text} }.into_any()
    };
    let quote = message.quoted.clone().map(|quoted| quote(quoted, jump));
    let late = message.late.then(|| {
        let words = format!("Written {}, arrived late", time::day_and_clock(message.sent_at));
        view! { <span class="entry__late" title=words.clone()>"late"<span class="visually-hidden">{words.clone()}</span></span> }
    });
    let edited = (message.edited_at.is_some() && !deleted).then(|| view! { <span>"edited"</span> });
    let reactions = (!message.reactions.is_empty()).then(|| {
        let marks = message.reactions.iter().map(|reaction| {
            let words = format!("{} by {}", reaction.emoji, reaction.by_name);
            view! { <span class="entry__reaction" title=words.clone() aria-label=words>{reaction.emoji.clone()}</span> }
        });
        view! { <div class="entry__reactions">{marks.collect_view()}</div> }
    });
    let failure = failed.then(|| {
        let again = message.clone();
        let reason = message.failure.clone().unwrap_or_else(|| "The message was refused.".to_owned());
        view! {
            <p class="entry__failure" role="alert">
                <Icon icon=Shape::CircleAlert/>
                <span>{reason}</span>
                <button type="button" on:click=move |_| desk.board.retry_message(&again)>"Try again"</button>
            </p>
        }
    });
    let reply = (!deleted && message.direction == Direction::Inbound).then(|| {
        let quoted = QuotedMessage::of(message);
        let id = message.conversation_id;
        view! {
            <button
                type="button"
                class="entry__quote-it"
                aria-label="Quote this message"
                title="Quote"
                on:click=move |_| {
                    desk.board.quote(id, Some(quoted.clone()));
                    desk.compose(DraftMode::Reply);
                }
            >
                <Icon icon=Shape::Reply/>
            </button>
        }
    });
    let ticks = status.filter(|_| last && !failed).map(ticks);
    view! {
        <article class=class(message.direction, first, last) class:entry--failed=failed id=anchor(message.id) tabindex="-1">
            {author}
            <div class="entry__line">
                <div class="bubble">
                    {quote}
                    {body}
                    <p class="entry__meta">
                        {late}
                        {edited}
                        <time class="entry__time" datetime=message.sent_at.to_string() title=time::day_and_clock(message.sent_at)>
                            {time::clock(message.sent_at)}
                        </time>
                        {ticks}
                    </p>
                </div>
                {reply}
            </div>
            {reactions}
            {failure}
        </article>
    }
    .into_any()
}

/// One of ours that the server has not confirmed.
fn pending_entry(desk: Desk, pending: Pending, first: bool, jump: Callback<MessageId>) -> AnyView {
    let direction = if pending.mode == DraftMode::Note { Direction::Note } else { Direction::Outbound };
    let files = (!pending.attachments.is_empty()).then(|| attachments(&pending.attachments));
    let words = pending.words();
    let text = (!words.is_empty()).then(|| text(&words));
    let client_id = pending.client_id.clone();
    let refused = match &pending.state {
        PendingState::Refused(reason) => Some(reason.clone()),
        _ => None,
    };
    let words = match pending.state {
        PendingState::Waiting => "waiting for the connection",
        PendingState::Sending => "sending",
        PendingState::Held(_) => "waits for your decision",
        PendingState::Refused(_) => "not sent",
    };
    let failure = refused.map(|reason| {
        let (again, back) = (client_id.clone(), client_id);
        view! {
            <p class="entry__failure" role="alert">
                <Icon icon=Shape::CircleAlert/>
                <span>{reason}</span>
                <button type="button" on:click=move |_| desk.board.retry(&again)>"Try again"</button>
                <button type="button" on:click=move |_| desk.board.keep_editing(&back)>"Edit"</button>
            </p>
        }
    });
    let failed = failure.is_some();
    view! {
        <article class=class(direction, first, true) class:entry--failed=failed class:entry--pending=!failed>
            <div class="entry__line">
                <div class="bubble">
                    {pending.quoted.map(|quoted| quote(quoted, jump))}
                    {files}
                    {text}
                    <p class="entry__meta">
                        <span class="entry__waiting"><Icon icon=Shape::Clock/>{words}</span>
                    </p>
                </div>
            </div>
            {failure}
        </article>
    }
    .into_any()
}

/// The id an entry is found by when a quote jumps to it.
pub fn anchor(id: MessageId) -> String {
    format!("m-{id}")
}

fn quote(quoted: QuotedMessage, jump: Callback<MessageId>) -> AnyView {
    let to = quoted.message_id;
    view! {
        <button
            type="button"
            class="quote"
            disabled=to.is_none()
            on:click=move |_| {
                if let Some(to) = to {
                    jump.run(to);
                }
            }
        >
            <span class="quote__author" dir="auto">{name_of(&quoted.author_name)}</span>
            <span class="quote__text" dir="auto">{quoted.text}</span>
        </button>
    }
    .into_any()
}

/// Text as text nodes, addresses as links.
fn text(text: &str) -> AnyView {
    let parts = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.into_any(),
        Piece::Link { href, text } => {
            view! { <a href=href target="_blank" rel="noopener noreferrer nofollow">{text}</a> }.into_any()
        }
    });
    let alone = is_only_emoji(text);
    view! { <p class="entry__text" class:entry__text--emoji=alone dir="auto">{parts.collect_view()}</p> }
        .into_any()
}

/// One to three emoji and nothing else are drawn large.
fn is_only_emoji(text: &str) -> bool {
    let pictorial = |c: char| matches!(u32::from(c), 0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF);
    let glue = |c: char| matches!(u32::from(c), 0x200D | 0xFE0F | 0x1F3FB..=0x1F3FF);
    let text = text.trim();
    let count = text.chars().filter(|c| pictorial(*c) && !glue(*c)).count();
    (1..=3).contains(&count) && text.chars().all(|c| pictorial(c) || glue(c))
}

/// How far an answer has come: a tick for the eye, a word for screen readers and the tooltip.
fn ticks(status: MessageStatus) -> AnyView {
    let (shape, words, class) = match status {
        MessageStatus::Queued => (Shape::Clock, "Queued", "ticks"),
        MessageStatus::Sent => (Shape::Check, "Sent", "ticks"),
        MessageStatus::Delivered => (Shape::CheckCheck, "Delivered", "ticks"),
        MessageStatus::Read => (Shape::CheckCheck, "Seen", "ticks ticks--seen"),
        MessageStatus::Failed => (Shape::CircleAlert, "Failed", "ticks ticks--failed"),
        MessageStatus::Unknown => (Shape::Clock, "Not confirmed: it may have gone out", "ticks"),
    };
    view! { <span class=class title=words><Icon icon=shape/><span class="visually-hidden">{words}</span></span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_emoji_alone_are_large() {
        for text in ["🙂", "👍🏽", "❤️ ".trim(), "👩‍🚀🙂"] {
            assert!(is_only_emoji(text), "{text}");
        }
        for text in ["", "ok 🙂", "🙂🙂🙂🙂", "1", "->"] {
            assert!(!is_only_emoji(text), "{text}");
        }
    }
}
