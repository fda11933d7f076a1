//! Reads answers into types.
//!
//! Derived `Deserialize` was a quarter of all the code a browser loads: a parser for each type, with a way out after
//! each field. Here the text is parsed once, by code that is the same for all, and a type is no more than the list of
//! its fields. Reading never stops half way: what is missing or of another kind becomes the empty value of its type
//! and a fault is noted; an answer with a fault is refused as a whole ([`read`]).

use std::cell::Cell;

use serde_json::Value;
use shared::{
    AttachmentId, AttachmentKind, AttachmentState, AuthorKind, ChannelId, ChannelKind, ChannelState,
    ContactId, ConversationId, ConversationKind, ConversationStatus, Direction, InvitationId, MemberId,
    MessageId, MessageStatus, Role, UserId, WorkspaceId,
};
use uuid::Uuid;

use super::Timestamp;

/// Reads a whole text; the error names the first field that is not as expected.
pub fn read<T: FromJson>(text: &str) -> Result<T, String> {
    let value = parse(text)?;
    read_value(&value)
}

/// Parses a text without saying what it should be.
pub fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Reads what is parsed already.
pub fn read_value<T: FromJson>(value: &Value) -> Result<T, String> {
    let fault = Cell::new(None);
    let read = T::from_json(Json { value, name: "the answer", fault: &fault });
    match fault.get() {
        None => Ok(read),
        Some(name) => Err(format!("`{name}` is missing or not as expected")),
    }
}

/// A type that answers are read into. Implemented with [`object!`] and [`words!`].
pub trait FromJson: Sized {
    /// The value; when `json` holds none, an empty one and a fault.
    fn from_json(json: Json<'_>) -> Self;
}

/// A place in an answer. A field that is not there is null.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    value: &'a Value,
    /// The field's name, to tell where a fault is.
    name: &'static str,
    fault: &'a Cell<Option<&'static str>>,
}

impl<'a> Json<'a> {
    /// The field with this name, given as Rust writes it: `sent_at` finds `sentAt`.
    pub fn field<T: FromJson>(self, name: &'static str) -> T {
        T::from_json(self.at(name))
    }

    fn at(self, name: &'static str) -> Self {
        if !self.value.is_object() {
            self.note_fault();
        }
        Self { value: self.value.get(camel_case(name)).unwrap_or(&Value::Null), name, ..self }
    }

    /// Notes that what is here is not what it should be. The first one counts.
    fn note_fault(self) {
        self.fault.set(self.fault.get().or(Some(self.name)));
    }

    /// What is here, or a fault and the empty value.
    fn expect<T: Default>(self, found: Option<T>) -> T {
        found.unwrap_or_else(|| {
            self.note_fault();
            T::default()
        })
    }

    /// Which of the words is here, compared as `LONG_TEXT` with `LongText`.
    pub fn word(self, words: &[&str]) -> usize {
        let text = self.value.as_str().unwrap_or_default();
        let same = |word: &&str| {
            text.bytes()
                .filter(|byte| *byte != b'_')
                .map(|byte| byte.to_ascii_lowercase())
                .eq(word.bytes().map(|byte| byte.to_ascii_lowercase()))
        };
        self.expect(words.iter().position(same))
    }

    /// An id's text without its prefix, as a UUID.
    fn id(self, prefix: &str) -> Uuid {
        let hex = self.value.as_str().and_then(|text| text.strip_prefix(prefix)?.strip_prefix('_'));
        self.expect(hex.filter(|hex| hex.len() == 32).and_then(|hex| Uuid::try_parse(hex).ok()))
    }
}

fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else {
            camel.push(if upper { letter.to_ascii_uppercase() } else { letter });
            upper = false;
        }
    }
    camel
}

/// Lets a struct be read: all its fields, by name.
macro_rules! object {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::api::json::FromJson for $name {
            fn from_json(json: $crate::api::json::Json<'_>) -> Self {
                Self { $($field: json.field(stringify!($field)),)+ }
            }
        }
    };
}
pub(crate) use object;

/// Lets an enum be read: all its values, which the API writes as `SCREAMING_SNAKE_CASE`.
macro_rules! words {
    ($name:ident { $first:ident $(, $rest:ident)* $(,)? }) => {
        impl $crate::api::json::FromJson for $name {
            fn from_json(json: $crate::api::json::Json<'_>) -> Self {
                const VALUES: &[$name] = &[$name::$first, $($name::$rest,)*];
                let word = json.word(&[stringify!($first), $(stringify!($rest),)*]);
                VALUES.get(word).copied().unwrap_or($name::$first)
            }
        }
    };
}
pub(crate) use words;

words!(AttachmentKind { Image, Video, Audio, File, Voice, VideoNote, Animation, Sticker });
words!(AttachmentState { Ready, Fetching, Gone });
words!(AuthorKind { Contact, Member, System, Outside });
words!(Direction { Inbound, Outbound, Note, Activity });
words!(MessageStatus { Queued, Sent, Delivered, Read, Failed, Unknown });
words!(ChannelKind { WebChat, Whatsapp, Messenger, Instagram, Telegram });
words!(ChannelState { Connected, Reconnect, Disconnected });
words!(ConversationKind { Direct, Comment, Chat });
words!(ConversationStatus { Open, Snoozed, Closed });
words!(Role { Agent, Admin, Owner });

macro_rules! ids {
    ($($name:ident),+) => {
        $(impl FromJson for $name {
            fn from_json(json: Json<'_>) -> Self {
                Self(json.id(Self::PREFIX))
            }
        })+
    };
}

ids!(
    AttachmentId,
    ChannelId,
    ContactId,
    ConversationId,
    InvitationId,
    MemberId,
    MessageId,
    UserId,
    WorkspaceId
);

macro_rules! integers {
    ($($name:ident),+) => {
        $(impl FromJson for $name {
            fn from_json(json: Json<'_>) -> Self {
                json.expect(json.value.as_i64().and_then(|number| number.try_into().ok()))
            }
        })+
    };
}

integers!(i64, i32, u32, u8);

impl FromJson for f64 {
    fn from_json(json: Json<'_>) -> Self {
        json.expect(json.value.as_f64())
    }
}

impl FromJson for bool {
    fn from_json(json: Json<'_>) -> Self {
        json.expect(json.value.as_bool())
    }
}

impl FromJson for String {
    fn from_json(json: Json<'_>) -> Self {
        json.expect(json.value.as_str()).to_owned()
    }
}

impl FromJson for Timestamp {
    fn from_json(json: Json<'_>) -> Self {
        json.expect(json.value.as_str().and_then(Self::parse))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json<'_>) -> Self {
        (!json.value.is_null()).then(|| T::from_json(json))
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json<'_>) -> Self {
        let items = json.expect(json.value.as_array().map(Vec::as_slice));
        items.iter().map(|value| T::from_json(Json { value, ..json })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Parcel {
        sent_at: Option<Timestamp>,
        item_count: i32,
        names: Vec<String>,
        state: State,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum State {
        Packed,
        OnTheWay,
    }

    object!(Parcel { sent_at, item_count, names, state });
    words!(State { Packed, OnTheWay });

    #[test]
    fn fields_and_words_are_found_by_the_names_of_the_api() {
        let text = r#"{"sentAt":"1970-01-01T00:00:01Z","itemCount":2,"names":["a","b"],"state":"ON_THE_WAY","more":1}"#;
        let expected = Parcel {
            sent_at: Some(Timestamp(1000)),
            item_count: 2,
            names: vec!["a".to_owned(), "b".to_owned()],
            state: State::OnTheWay,
        };
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn what_may_be_null_may_be_left_out_and_nothing_else() {
        let parcel = |rest: &str| read::<Parcel>(&format!(r#"{{"itemCount":2,"names":[]{rest}}}"#));
        assert_eq!(parcel(r#","state":"PACKED""#).map(|parcel| parcel.sent_at), Ok(None));
        assert!(parcel("").is_err_and(|error| error.contains("`state`")));
        assert!(parcel(r#","state":null"#).is_err());
    }

    #[test]
    fn a_value_of_another_kind_is_refused_wherever_it_stands() {
        for text in [
            "[]",
            "null",
            r#"{"itemCount":"2","names":[],"state":"PACKED"}"#,
            r#"{"itemCount":5000000000,"names":[],"state":"PACKED"}"#,
            r#"{"itemCount":2,"names":["a",1],"state":"PACKED"}"#,
            r#"{"itemCount":2,"names":{},"state":"PACKED"}"#,
            r#"{"itemCount":2,"names":[],"state":"LOST"}"#,
            r#"{"itemCount":2,"names":[],"state":"PACKED","sentAt":"today"}"#,
        ] {
            assert!(read::<Parcel>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = ContactId::new();
        assert_eq!(read::<ContactId>(&format!("\"{id}\"")), Ok(id));
        assert!(read::<ConversationId>(&format!("\"{id}\"")).is_err());
        assert!(read::<ContactId>("\"con_12\"").is_err());
    }
}
