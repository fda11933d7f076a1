//! What comes in, in the same words for every provider.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::AttachmentId;
use uuid::Uuid;

/// One thing that happened outside. The list grows with the channels.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum InboundEvent {
    /// A person wrote.
    Message(Box<InboundMessage>),
    /// A person has seen everything up to a number of our own thread.
    Seen {
        /// Who.
        sender: Sender,
        /// The conversation's number of the last entry that was on the person's screen.
        up_to_seq: i64,
    },
    /// Something this adapter does not translate; kept with its delivery and named there.
    Unsupported {
        /// The provider's word for it.
        what: String,
    },
}

/// A message as the provider reported it.
#[derive(Debug, Clone, PartialEq)]
pub struct InboundMessage {
    /// The provider's id, unique on its channel for good.
    pub platform_message_id: String,
    /// The id that the sender's own app gave it, where that app is ours.
    pub client_id: Option<Uuid>,
    /// Who wrote.
    pub sender: Sender,
    /// Plain text without NUL; empty when there are only files.
    pub text: String,
    /// Files, in the order in which they were sent.
    pub attachments: Vec<AttachmentSource>,
    /// The provider's id of the message that is quoted.
    pub quoted: Option<String>,
    /// The provider's time; `None` where the time of our receipt is the platform's time (web chat).
    pub sent_at: Option<DateTime<Utc>>,
    /// The page the person was on.
    pub page: Option<Page>,
}

/// A person outside, as far as a delivery says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sender {
    /// The platform's own opaque id for this person on this channel.
    pub platform_id: String,
    /// What the platform calls the person.
    pub display_name: Option<String>,
    /// The platform or a signature vouches for who this is.
    pub verified: bool,
    /// What is claimed about the person; believed only when `verified`, else it only fills gaps.
    pub profile: Profile,
    /// Other names of the same person.
    pub aliases: Vec<Alias>,
}

/// What a delivery says about its sender.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Address for mail.
    pub email: Option<String>,
    /// Number as given.
    pub phone: Option<String>,
    /// BCP 47.
    pub locale: Option<String>,
    /// Answers to a form, by key.
    pub attributes: BTreeMap<String, String>,
}

/// Another name of a person, that may change over time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// What kind of name.
    pub kind: AliasKind,
    /// The name.
    pub value: String,
}

/// What kind of name an alias is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AliasKind {
    /// A telephone number.
    Phone,
    /// A public user name.
    Username,
    /// A mail address.
    Email,
    /// The business's own id for its customer.
    UserId,
    /// Another id of the platform.
    PlatformId,
}

impl AliasKind {
    /// As the database keeps it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Username => "username",
            Self::Email => "email",
            Self::UserId => "user_id",
            Self::PlatformId => "platform_id",
        }
    }
}

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttachmentSource {
    /// Already ours: uploaded before the message that refers to it.
    Uploaded(AttachmentId),
}

/// A page of the business's site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// An http or https address, at most 2048 bytes.
    pub url: String,
    /// Its title, at most 256 characters.
    pub title: Option<String>,
}
