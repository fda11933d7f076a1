//! Connecting, and other calls that are no send.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use crate::{Alias, MediaRef, Wait};

/// What somebody who connects an account has typed or been given.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credentials {
    /// A token, with the ids of what it is for where the token alone does not say.
    Token {
        /// The token.
        token: SecretString,
        /// [`ChannelAccount::platform_account_id`](crate::ChannelAccount::platform_account_id).
        account_id: Option<String>,
        /// [`ChannelAccount::parent_account_id`](crate::ChannelAccount::parent_account_id).
        parent_account_id: Option<String>,
        /// [`ChannelSecrets::app_secret`](crate::ChannelSecrets::app_secret), where the account belongs to an
        /// application of somebody's own.
        app_secret: Option<SecretString>,
    },
    /// A code from the provider's sign-up window, good for one exchange within seconds.
    Code {
        /// The code.
        code: SecretString,
        /// What the browser says it is for: never trusted, always checked.
        account_id: Option<String>,
        /// Likewise.
        parent_account_id: Option<String>,
        /// Where the window was told to come back to, if the exchange wants to hear it again.
        redirect_uri: Option<String>,
        /// To register the number with: goes into [`ChannelSecrets::pin`](crate::ChannelSecrets::pin), since asking
        /// changes nothing and connecting registers.
        pin: Option<SecretString>,
    },
}

/// What a token has to be allowed, at providers whose tokens are allowed some things and not others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// As the provider calls it.
    pub name: &'static str,
    /// What does not work without it, in words for an admin.
    pub serves: &'static str,
}

/// Who credentials speak for.
#[derive(Debug, Clone)]
pub struct AccountInfo {
    /// The platform's id.
    pub platform_account_id: String,
    /// What the platform keeps above it.
    pub parent_account_id: Option<String>,
    /// The application at the provider that the token was made for, where there is such a thing and it is told.
    pub app_id: Option<String>,
    /// What people see.
    pub name: String,
    /// Its user name or number, as displayed.
    pub handle: Option<String>,
    /// Where people can write to it: a link to show and to print.
    pub link: Option<String>,
    /// Its picture.
    pub picture: Option<MediaRef>,
    /// The token to keep, where a code was exchanged for one.
    pub token: Option<SecretString>,
    /// Until when the token works; `None` is for ever, or unknown.
    pub token_expires_at: Option<DateTime<Utc>>,
    /// Permissions that the token has.
    pub permissions: Vec<String>,
    /// What is missing or odd, in words for the admin.
    pub warnings: Vec<String>,
    /// The host that events go to at present, if to any: unless it is ours, connecting takes the account away from
    /// somebody. Never the whole address.
    pub registered_host: Option<String>,
}

/// Where a provider is to send an account's events.
#[derive(Clone)]
pub struct WebhookTarget {
    /// The address, https in earnest.
    pub url: Url,
    /// What the provider is to prove itself with ([`ChannelSecrets::signing`](crate::ChannelSecrets::signing) at
    /// Telegram, the verify token at Meta).
    pub secret: SecretString,
}

impl fmt::Debug for WebhookTarget {
    /// Without path: it is not for guessing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookTarget").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// A webhook as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The host that it goes to.
    pub host: Option<String>,
    /// Kinds of events that are sent.
    pub events: Vec<String>,
}

/// A connection that was made and checked.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The webhook, as the provider confirmed it.
    pub webhook: Webhook,
    /// What is missing or odd, in words for the admin.
    pub warnings: Vec<String>,
}

/// A token in the place of one that would have ended.
#[derive(Debug, Clone)]
pub struct RenewedToken {
    /// The new one.
    pub token: SecretString,
    /// Until when it works; `None` is for ever, or unknown.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What the provider knows of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonProfile {
    /// The name as shown.
    pub display_name: Option<String>,
    /// Other names.
    pub aliases: Vec<Alias>,
    /// BCP 47.
    pub locale: Option<String>,
    /// What the person says about themselves.
    pub about: Option<String>,
    /// The picture; fetch it at once.
    pub picture: Option<MediaRef>,
}

/// Why a call that is no send failed, cut by what the caller does next. All of these calls can be repeated, so
/// none is uncertain. No variant ever holds a token, or an address with one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// **Wait.** The same call may succeed later.
    #[error("the provider is busy; try again in {} s", .0.retry_after.as_secs())]
    Temporary(Wait),
    /// **Tell whoever asked.** The same call will not succeed.
    #[error("the provider refused: {words}")]
    Refused {
        /// Why and what can be done.
        words: String,
        /// The provider's own code.
        code: Option<String>,
    },
    /// **Reconnect.** The credentials do not work, or no longer.
    #[error("the credentials do not work: {0}")]
    Unauthorised(String),
}

impl CallError {
    /// A refusal of our own.
    #[must_use]
    pub fn refused(words: impl Into<String>) -> Self {
        Self::Refused { words: words.into(), code: None }
    }
}
