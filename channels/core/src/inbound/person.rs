//! A person outside, as far as a delivery says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A person outside, as far as a delivery says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sender {
    /// The platform's own opaque id for this person's thread with this channel; what [`Transmission::to`] takes.
    ///
    /// [`Transmission::to`]: crate::Transmission::to
    pub platform_id: String,
    /// What the platform calls the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The platform or a signature vouches for who this is.
    #[serde(default)]
    pub verified: bool,
    /// What is claimed about the person; believed only when `verified`, else it only fills gaps.
    #[serde(default, skip_serializing_if = "Profile::is_empty")]
    pub profile: Profile,
    /// Other names of the same person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
}

/// What a delivery says about its sender.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Number as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Answers to a form, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl Profile {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Another name of a person, that may change over time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Alias {
    /// What kind of name.
    pub kind: AliasKind,
    /// The name.
    pub value: String,
}

/// What kind of name an alias is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AliasKind {
    /// A telephone number.
    Phone,
    /// A public user name. It can pass to another person: for show, never a key.
    Username,
    /// A mail address.
    Email,
    /// The business's own id for its customer.
    UserId,
    /// Another id of the platform, by which the same person may come again.
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
