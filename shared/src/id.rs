//! A type per kind of id, so that a contact's id cannot be passed where a conversation's is wanted.
//!
//! Stored as a UUID (version 7, so that ids sort by time of creation). Shown outside with a prefix
//! (`cnv_0197c0de…`), which makes every id unique over all kinds and readable in a log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct ParseIdError;

/// Reads `prefix_<32 hex digits>`.
fn parse(text: &str, prefix: &str) -> Result<Uuid, ParseIdError> {
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(ParseIdError)?;
    if hex.len() != 32 {
        return Err(ParseIdError);
    }
    Uuid::try_parse(hex).map_err(|_| ParseIdError)
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub Uuid);

        impl $name {
            /// What the id starts with outside the database.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh id; later ones sort after earlier ones.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "an id is made on purpose, never by default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse(text, $prefix).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        #[cfg(feature = "graphql")]
        const _: () = {
            use async_graphql::{InputValueError, InputValueResult, ScalarType, Value};

            /// An opaque identifier.
            #[async_graphql::Scalar(name = "ID")]
            impl ScalarType for $name {
                fn parse(value: Value) -> InputValueResult<Self> {
                    match &value {
                        Value::String(text) => text.parse().map_err(InputValueError::custom),
                        _ => Err(InputValueError::expected_type(value)),
                    }
                }

                fn to_value(&self) -> Value {
                    Value::String(self.to_string())
                }
            }
        };
    };
}

id! {
    /// One tenant: a business with its members, channels and conversations.
    WorkspaceId, "wsp"
}
id! {
    /// A person who signs in; may be a member of several workspaces.
    UserId, "usr"
}
id! {
    /// A text that a platform approved for writing outside the window.
    TemplateId, "tpl"
}
id! {
    /// A user's place in one workspace.
    MemberId, "mbr"
}
id! {
    /// An invitation to a workspace that was not accepted yet.
    InvitationId, "inv"
}
id! {
    /// One connected account: a web chat, a WhatsApp number, a Page.
    ChannelId, "chn"
}
id! {
    /// A person outside who writes to the business.
    ContactId, "con"
}
id! {
    /// A contact's face on one channel.
    IdentityId, "idt"
}
id! {
    /// One thread with one identity on one channel.
    ConversationId, "cnv"
}
id! {
    /// What a person meant to say, once.
    MessageId, "msg"
}
id! {
    /// What a platform was given for a message.
    TransmissionId, "trm"
}
id! {
    /// A file that belongs to a message, or will.
    AttachmentId, "att"
}
id! {
    /// A web chat visitor's session.
    SessionKey, "vis"
}

macro_rules! number_id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let number = text.strip_prefix($prefix).and_then(|rest| rest.strip_prefix('_'));
                number.and_then(|number| number.parse().ok()).map(Self).ok_or(ParseIdError)
            }
        }

        #[cfg(feature = "graphql")]
        const _: () = {
            use async_graphql::{InputValueError, InputValueResult, ScalarType, Value};

            /// An opaque identifier.
            #[async_graphql::Scalar(name = "ID")]
            impl ScalarType for $name {
                fn parse(value: Value) -> InputValueResult<Self> {
                    match &value {
                        Value::String(text) => text.parse().map_err(InputValueError::custom),
                        _ => Err(InputValueError::expected_type(value)),
                    }
                }

                fn to_value(&self) -> Value {
                    Value::String(self.to_string())
                }
            }
        };
    };
}

number_id! {
    /// A stored webhook delivery: a number given in order of arrival.
    DeliveryId, "dlv"
}
number_id! {
    /// Something that happened to a channel as a whole: a number given in order of recording.
    ChannelEventId, "che"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_way_out_and_back() {
        let id = ConversationId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(serde_json::from_str::<ConversationId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let contact = ContactId::new().to_string();
        assert_eq!(contact.parse::<ConversationId>(), Err(ParseIdError));
        assert_eq!("cnv_123".parse::<ConversationId>(), Err(ParseIdError));
        assert_eq!("".parse::<ConversationId>(), Err(ParseIdError));
    }
}
