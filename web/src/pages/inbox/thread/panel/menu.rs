//! What can be done with a message.

use leptos::prelude::*;
use shared::Reactions;

use super::super::over::{Panel, Shows};
use super::Over;
use crate::api::messages::DraftMode;
use crate::components::icon::Icon as Shape;
use crate::components::{MenuItem, copy_text, use_toasts};
use crate::pages::inbox::bubble;
use crate::pages::inbox::emoji::reaction_board;

/// Offered at once, where the platform has them.
const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// The menu. `close` puts it away and gives the keyboard back.
pub fn menu(over: Over, panel: Panel, close: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let toasts = use_toasts();
    let message = panel.message.clone();
    let board = over.desk.board;
    let id = message.id;
    let there = message.deleted_at.is_none();
    let acts = board.message_acts(&message);
    let item = move |icon: Shape, words: &'static str, act: Callback<()>| {
        let press = move |()| {
            close();
            act.run(());
        };
        view! { <MenuItem icon=icon on_press=press>{words}</MenuItem> }.into_any()
    };
    let mut items = Vec::new();
    if acts.react {
        items.push(quick_reactions(over, &panel, close));
    }
    if acts.quote {
        let quoted = message.clone();
        items.push(item(Shape::Reply, "Quote", Callback::new(move |()| bubble::quote_it(over, &quoted))));
    }
    if there && !message.text.is_empty() {
        let text = message.text.clone();
        let copy = Callback::new(move |()| copy_text(toasts, text.clone(), "Text"));
        items.push(item(Shape::Copy, "Copy the text", copy));
    }
    if there && message.edited_at.is_some() {
        let earlier = Panel { shows: Shows::History, ..panel.clone() };
        let show = Callback::new(move |()| over.panel.set(Some(earlier.clone())));
        items.push(item(Shape::Clock, "What it said before", show));
    }
    if acts.edit {
        let edited = message.clone();
        let edit = Callback::new(move |()| {
            board.begin_edit(&edited);
            over.desk.compose(DraftMode::Reply);
        });
        items.push(item(Shape::Pencil, "Edit", edit));
    }
    items.push(item(Shape::Info, "Where this came from", Callback::new(move |()| over.origin.set(Some(id)))));
    if acts.delete {
        let delete = move |()| {
            close();
            over.deleting.set(Some(message.clone()));
        };
        items.push(view! { <MenuItem icon=Shape::Trash danger=true on_press=delete>"Delete for everyone"</MenuItem> }.into_any());
    }
    items.collect_view().into_any()
}

/// Which emoji the platform takes; none: any.
fn allowed(over: Over) -> Option<&'static [&'static str]> {
    match over.desk.board.reactions(over.id) {
        Reactions::Of(list) => Some(list),
        Reactions::None | Reactions::AnyEmoji => None,
    }
}

/// The same emoji, with or without the sign that asks for the coloured picture.
fn same(a: &str, b: &str) -> bool {
    let bare = |text: &str| text.trim_end_matches('\u{fe0f}').to_owned();
    bare(a) == bare(b)
}

/// The platform's own way to write an emoji, if it takes it.
fn taken(emoji: &'static str, allowed: Option<&'static [&'static str]>) -> Option<&'static str> {
    match allowed {
        None => Some(emoji),
        Some(list) => list.iter().copied().find(|one| same(one, emoji)),
    }
}

fn quick_reactions(over: Over, panel: &Panel, close: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let allowed = allowed(over);
    let quick = QUICK.into_iter().filter_map(|emoji| taken(emoji, allowed));
    let row = quick.map(|emoji| reaction(over, panel, emoji, close));
    let all = Panel { shows: Shows::Reactions, ..panel.clone() };
    view! {
        <div class="panel__reactions" role="group" aria-label="React">
            {row.collect_view()}
            <button
                type="button"
                class="panel__reaction"
                role="menuitem"
                tabindex="-1"
                aria-label="Other emoji"
                on:click=move |_| over.panel.set(Some(all.clone()))
            >
                "+"
            </button>
        </div>
    }
    .into_any()
}

/// Every emoji there is to react with.
pub fn all_reactions(over: Over, panel: &Panel, close: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let message = panel.message.clone();
    let pick = Callback::new(move |emoji: &'static str| {
        close();
        over.desk.board.react(&message, emoji);
    });
    reaction_board(over.desk.board.reactions(over.id), pick, Callback::new(move |()| close()))
}

fn reaction(
    over: Over,
    panel: &Panel,
    emoji: &'static str,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let message = panel.message.clone();
    let ours = panel.message.reactions.iter().any(|one| one.member_id.is_some() && same(&one.emoji, emoji));
    view! {
        <button
            type="button"
            class="panel__reaction"
            role="menuitemradio"
            tabindex="-1"
            aria-checked=if ours { "true" } else { "false" }
            on:click=move |_| {
                close();
                over.desk.board.react(&message, emoji);
            }
        >
            {emoji}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_goes_out_as_the_platform_writes_it() {
        assert_eq!(taken("❤️", Some(&["👍", "❤"])), Some("❤"));
        assert_eq!(taken("🙏", Some(&["👍"])), None);
        assert_eq!(taken("🙏", None), Some("🙏"));
    }
}
