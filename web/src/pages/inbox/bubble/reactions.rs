//! Emoji that people put on a message.

use std::sync::Arc;

use leptos::prelude::*;
use shared::MemberId;

use crate::api::messages::{Message, Reaction};
use crate::components::Tip;
use crate::pages::inbox::name_of;
use crate::pages::inbox::thread::Over;

/// One emoji and everybody who chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The emoji.
    pub emoji: String,
    /// Who, in the order they came; the reader is "you".
    pub names: Vec<String>,
    /// The reader's side chose it: a business has one reaction, whichever of its members gave it.
    pub ours: bool,
}

/// Reactions by emoji, in the order in which each first came.
#[must_use]
pub fn grouped(reactions: &[Reaction], me: Option<MemberId>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for reaction in reactions {
        let mine = reaction.member_id.is_some() && reaction.member_id == me;
        let name = if mine { "you".to_owned() } else { name_of(&reaction.by_name) };
        let ours = reaction.member_id.is_some();
        match groups.iter_mut().find(|group| group.emoji == reaction.emoji) {
            Some(group) => {
                group.names.push(name);
                group.ours |= ours;
            }
            None => groups.push(Group { emoji: reaction.emoji.clone(), names: vec![name], ours }),
        }
    }
    groups
}

/// What is drawn for a reaction: a picture that only the platform has is a star, what it only names is its name.
fn drawn(reaction: &str) -> &str {
    match reaction.split_once(':') {
        Some(("custom", _)) => "★",
        Some(("named", name)) => name,
        _ => reaction,
    }
}

/// The reactions below a message. Pressed, one is chosen too, or taken back.
pub fn reactions(over: Over, message: &Arc<Message>) -> Option<AnyView> {
    if message.reactions.is_empty() || message.deleted_at.is_some() {
        return None;
    }
    let may = over.desk.board.message_acts(message).react;
    let message = StoredValue::new(message.clone());
    let groups = grouped(&message.with_value(|message| message.reactions.clone()), over.desk.board.me())
        .into_iter()
        .map(|group| {
            let count = group.names.len();
            let by = format!(" by {}", group.names.join(", "));
            let emoji = group.emoji;
            let shown = drawn(&emoji).to_owned();
            let tip = Signal::stored(format!("{shown}{by}"));
            let ours = group.ours;
            view! {
                <button
                    type="button"
                    class="entry__reaction"
                        aria-pressed=if ours { "true" } else { "false" }
                    aria-disabled=if may { "false" } else { "true" }
                    on:click=move |_| {
                        if may {
                            message.with_value(|message| over.desk.board.react(message, &emoji));
                        }
                    }
                >
                    {shown}
                    {(count > 1).then(|| view! { <span class="entry__count">{count}</span> })}
                    <span class="visually-hidden">{by}</span>
                <Tip label=tip key=None place="above"/>
                </button>
            }
        });
    Some(
        view! { <div class="entry__reactions" role="group" aria-label="Reactions">{groups.collect_view()}</div> }
            .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_platform_can_draw_is_drawn_as_something() {
        assert_eq!(["👍", "custom:5231", "named:love"].map(drawn), ["👍", "★", "love"]);
    }

    #[test]
    fn the_same_emoji_stands_once_with_all_who_chose_it() {
        let me = MemberId::new();
        let by = |emoji: &str, name: &str, member_id| Reaction {
            emoji: emoji.to_owned(),
            by_name: name.to_owned(),
            member_id,
        };
        let groups =
            grouped(&[by("👍", "Ana", None), by("❤️", "Bo", None), by("👍", "Eva", Some(me))], Some(me));
        assert_eq!(
            groups,
            [
                Group {
                    emoji: "👍".to_owned(), names: vec!["Ana".to_owned(), "you".to_owned()], ours: true
                },
                Group { emoji: "❤️".to_owned(), names: vec!["Bo".to_owned()], ours: false },
            ]
        );
    }
}
