//! One thing in the thread's column, drawn.

mod activity;
mod card;
mod doings;
mod entry;
mod failure;
mod pending;
mod quote;
mod reactions;
mod receipt;
mod source;
mod text;

use leptos::prelude::*;
use shared::{Direction, MessageId};

use super::calendar;
use super::thread::{Over, Row};
use super::timeline::{Entry, Item};
use crate::api::Timestamp;
pub use doings::quote_it;
pub use receipt::words as status_words;

/// Draws a row of the column.
pub fn row(over: Over, row: Row) -> AnyView {
    match (row.item, row.live) {
        (Item::Day(at), _) => view! {
            <div class="day" role="separator"><span>{calendar::day_name(at, Timestamp::now())}</span></div>
        }
        .into_any(),
        (Item::New, _) => {
            view! { <div class="new-line" role="separator"><span>"New"</span></div> }.into_any()
        }
        (Item::Activity(message), _) => activity::activity(&message),
        (Item::Message(_), Some(live)) => entry::entry(over, live.into()),
        (Item::Message(entry), None) => entry::entry(over, RwSignal::new(entry)),
        (Item::Pending { pending, first }, _) => pending::pending(over, pending, first),
    }
}

/// The id an entry is found by when a quote jumps to it.
pub fn anchor(id: MessageId) -> String {
    format!("m-{id}")
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
