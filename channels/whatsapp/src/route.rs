//! Where a delivery belongs, before it is read.

use channel_core::{Addressee, Route};
use channel_meta::Object;

use crate::normalise;
use crate::normalise::envelope::{self, Change, Part};
use crate::normalise::people::{Names, People};

/// One route per number or business account that the delivery speaks of. A person is a lane: their messages, edits,
/// reactions and receipts stay in the order in which they came. Of several events there is no name for the whole,
/// so that only one by itself has a key by which its repeat is known.
pub fn route(body: &[u8]) -> Vec<Route> {
    let Ok(delivery) = normalise::parse(body) else { return vec![Route::to_endpoint()] };
    let Some(delivery) = Object::of(&delivery) else { return vec![Route::to_endpoint()] };
    let mut routes = Routes::default();
    for part in envelope::parts(delivery) {
        match part {
            Part::Change(change) => {
                for item in items(&change) {
                    routes.add(&change.to, item);
                }
            }
            Part::Event { to, .. } => routes.add(&to, Item::default()),
        }
    }
    routes.finish()
}

/// What one event says of its place.
#[derive(Default)]
struct Item {
    lane: String,
    key: Option<String>,
}

fn items(change: &Change<'_>) -> Vec<Item> {
    let value = change.value;
    let people = People::of(value);
    let lane = |names: Names| people.key(&names).unwrap_or_default();
    let message = |names: Names, message: Object<'_>| Item {
        lane: lane(names),
        key: message.id("id").map(|id| format!("{id}#{}", message.text("type").unwrap_or_default())),
    };
    let mut items: Vec<Item> = match change.field {
        "messages" => {
            let messages = value.list("messages").map(|item| message(Names::of_sender(item), item));
            let statuses = value
                .list("statuses")
                .map(|item| Item { lane: lane(Names::of_recipient(item)), key: status_key(item) });
            messages.chain(statuses).collect()
        }
        "smb_message_echoes" => {
            value.list("message_echoes").map(|item| message(Names::of_addressee(item), item)).collect()
        }
        "user_preferences" => {
            let preferences = value.list("user_preferences");
            preferences.map(|item| Item { lane: lane(Names::of_holder(item)), key: None }).collect()
        }
        _ => Vec::new(),
    };
    // Faults of the account, and whatever is no object, come without a name of their own.
    let all: usize = LISTS.iter().map(|list| value.values(list).len()).sum();
    if items.is_empty() || items.len() != all {
        items.push(Item::default());
    }
    items
}

/// Everything that holds events of persons.
const LISTS: &[&str] = &["messages", "statuses", "errors", "message_echoes", "user_preferences"];

/// Each status of a message comes once per person that it went to.
fn status_key(status: Object<'_>) -> Option<String> {
    let key = format!("{}#{}", status.id("id")?, status.text("status")?);
    Some(match status.id("recipient_participant_id") {
        Some(participant) => format!("{key}#{participant}"),
        None => key,
    })
}

/// Routes as they grow.
#[derive(Default)]
struct Routes(Vec<Route>);

impl Routes {
    fn add(&mut self, to: &Addressee, item: Item) {
        if let Some(route) = self.0.iter_mut().find(|route| route.to == *to) {
            route.repeat_key = None;
            if route.lane != item.lane {
                route.lane.clear();
            }
        } else {
            self.0.push(Route { to: to.clone(), lane: item.lane, repeat_key: item.key });
        }
    }

    fn finish(self) -> Vec<Route> {
        if self.0.is_empty() { vec![Route::to_endpoint()] } else { self.0 }
    }
}

#[cfg(test)]
mod tests;
