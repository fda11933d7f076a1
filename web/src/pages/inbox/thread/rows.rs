//! Rows that stay: a message that changes keeps its place in the page, and what plays in it goes on.

use leptos::prelude::*;

use crate::pages::inbox::timeline::{Entry, Item};

/// One thing in the column.
#[derive(Clone)]
pub struct Row {
    /// The same for the same thing.
    pub key: String,
    /// What it is.
    pub item: Item,
    /// A message as it stands now.
    pub live: Option<ArcRwSignal<Entry>>,
}

/// The column's rows: which there are changes with `items`, each message by itself.
pub fn live_rows(items: Memo<Vec<Item>>) -> RwSignal<Vec<Row>> {
    let rows = RwSignal::new(Vec::<Row>::new());
    Effect::new(move |_| {
        let before = rows.get_untracked();
        let fresh = items.with(|items| follow(&before, items));
        let same = before.iter().map(|row| &row.key).eq(fresh.iter().map(|row| &row.key));
        if !same {
            rows.set(fresh);
        }
    });
    rows
}

/// Rows for the items; messages that had one before keep their signal, which hears what is new.
fn follow(before: &[Row], items: &[Item]) -> Vec<Row> {
    let mut known = before.iter().filter_map(|row| row.live.as_ref().map(|live| (&row.key, live))).peekable();
    let row = |item: &Item| {
        let key = item.key();
        let live = match item {
            Item::Message(entry) => {
                // Both are in the thread's order: what was passed over is gone.
                let mut ahead = known.clone();
                let found = ahead.find(|(own, _)| **own == key).map(|(_, live)| live.clone());
                match found {
                    Some(live) => {
                        known = ahead;
                        if live.with_untracked(|before| before != entry) {
                            live.set(entry.clone());
                        }
                        Some(live)
                    }
                    None => Some(ArcRwSignal::new(entry.clone())),
                }
            }
            _ => None,
        };
        Row { key, item: item.clone(), live }
    };
    items.iter().map(row).collect()
}
