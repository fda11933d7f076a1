//! What it takes to speak for an account.

use std::fmt;

use secrecy::SecretString;
use shared::ChannelId;

/// A connected account.
#[derive(Debug, Clone)]
pub struct ChannelAccount {
    /// Ours.
    pub channel_id: ChannelId,
    /// The platform's: the bot's id, the phone number's id, the page's id.
    pub platform_account_id: String,
    /// What the platform keeps above it: the business account of a number.
    pub parent_account_id: Option<String>,
    /// What it takes to speak for the account.
    pub secrets: ChannelSecrets,
}

/// The secrets of one channel, opened for the moment they are needed.
#[derive(Clone, Default)]
pub struct ChannelSecrets {
    /// What deliveries are proven with, newest first: the previous one stays valid while rotating.
    pub signing: Vec<Vec<u8>>,
    /// What calls are made with.
    pub access_token: Option<SecretString>,
    /// What the provider must say when it asks whether an endpoint is ours.
    pub verify_token: Option<SecretString>,
    /// What a provider's application proves itself with, where it has one.
    pub app_secret: Option<SecretString>,
    /// What the account is registered with at its provider, where that takes a PIN: connecting uses it.
    pub pin: Option<SecretString>,
}

impl fmt::Debug for ChannelSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelSecrets")
            .field("signing", &format_args!("[{} redacted]", self.signing.len()))
            .finish_non_exhaustive()
    }
}
