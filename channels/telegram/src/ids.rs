//! Telegram's numbers as the ids that the rest of Switchboard keeps.
//!
//! A message number is unique within one chat only. A chat with the bot and a business account's chat with the same
//! person have the same chat id, and are different threads.

use std::fmt;

/// A thread: a private chat with the bot, or one of a business account that the bot serves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Thread {
    /// Telegram's chat id. Its sign and size say nothing: the kind of a chat is told by `chat.type` alone.
    pub chat_id: i64,
    /// The business connection, if it is a business account's chat.
    pub connection: Option<String>,
}

impl Thread {
    /// Reads what [`fmt::Display`] writes: `<chat>` or `<chat>@<connection>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (chat, connection) = split(text)?;
        Some(Self { chat_id: number(chat)?, connection })
    }
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.chat_id)?;
        self.connection.as_ref().map_or(Ok(()), |connection| write!(f, "@{connection}"))
    }
}

/// A message, in its thread.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId {
    /// Where it is.
    pub thread: Thread,
    /// Its number there.
    pub number: i64,
}

impl MessageId {
    /// Reads what [`fmt::Display`] writes: `<chat>:<number>` or `<chat>:<number>@<connection>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, connection) = split(text)?;
        let (chat, message) = place.split_once(':')?;
        let thread = Thread { chat_id: number(chat)?, connection };
        Some(Self { thread, number: number(message)? })
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.thread.chat_id, self.number)?;
        self.thread.connection.as_ref().map_or(Ok(()), |connection| write!(f, "@{connection}"))
    }
}

fn split(text: &str) -> Option<(&str, Option<String>)> {
    match text.split_once('@') {
        Some((_, "")) => None,
        Some((place, connection)) => Some((place, Some(connection.to_owned()))),
        None => Some((text, None)),
    }
}

/// A number written one way only, so that two different texts are never the same id.
fn number(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_survive_being_written(
            chat_id in any::<i64>(), number in any::<i64>(), connection in proptest::option::of("[^\0]{1,20}"),
        ) {
            let thread = Thread { chat_id, connection };
            prop_assert_eq!(Thread::parse(&thread.to_string()), Some(thread.clone()));
            let id = MessageId { thread, number };
            prop_assert_eq!(MessageId::parse(&id.to_string()), Some(id));
        }

        #[test]
        fn any_text_is_an_id_or_none(text in "\\PC{0,30}") {
            if let Some(thread) = Thread::parse(&text) {
                prop_assert_eq!(thread.to_string(), text.clone());
            }
            if let Some(id) = MessageId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
