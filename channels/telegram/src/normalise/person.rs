//! Who wrote.

use channel_core::{Alias, AliasKind, Profile, Sender};
use chrono::{DateTime, Utc};

use crate::ids::Thread;
use crate::json::Object;

/// The person of a private chat, from the chat and, where it is the same person, from the user of the event.
pub fn of_chat(chat: Object<'_>, user: Option<Object<'_>>, connection: Option<&str>) -> Option<Sender> {
    let chat_id = chat.id("id")?;
    let user = user.filter(|user| user.id("id") == Some(chat_id));
    Some(sender(chat_id, user.unwrap_or(chat), user, connection))
}

/// A person of whom only the user is known: their chat with the bot has the same id.
pub fn of_user(user: Object<'_>, connection: Option<&str>) -> Option<Sender> {
    Some(sender(user.id("id")?, user, Some(user), connection))
}

/// Telegram vouches for the account, not for the names that its owner chose: nothing of it counts as verified.
fn sender(chat_id: i64, names: Object<'_>, user: Option<Object<'_>>, connection: Option<&str>) -> Sender {
    let thread = Thread { chat_id, connection: connection.map(str::to_owned) };
    let username = names.owned("username").map(|value| Alias { kind: AliasKind::Username, value });
    Sender {
        platform_id: thread.to_string(),
        display_name: name(names),
        verified: false,
        profile: Profile { locale: user.and_then(|user| user.owned("language_code")), ..Profile::default() },
        aliases: username.into_iter().collect(),
    }
}

/// First and last name, or the user name, or the title.
pub fn name(of: Object<'_>) -> Option<String> {
    let names: Vec<&str> = ["first_name", "last_name"].into_iter().filter_map(|key| of.text(key)).collect();
    let name = if names.is_empty() { of.text("title")?.to_owned() } else { names.join(" ") };
    let name = name.trim();
    if name.is_empty() { of.owned("username") } else { Some(name.to_owned()) }
}

/// A moment in Unix seconds; 0 stands for "not known".
pub fn moment(of: Object<'_>, key: &str) -> Option<DateTime<Utc>> {
    of.id(key).filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}
