//! The kinds of channels, and how their connection stands.

use crate::stored::stored_enum;

stored_enum! {
    /// The kind of a channel: which adapter speaks for it.
    ChannelKind {
        /// The chat widget on the business's own site.
        WebChat = 1 / "web_chat",
        /// WhatsApp Cloud API.
        Whatsapp = 2 / "whatsapp",
        /// Facebook Messenger.
        Messenger = 3 / "messenger",
        /// Instagram messaging and comments.
        Instagram = 4 / "instagram",
        /// A Telegram bot.
        Telegram = 5 / "telegram",
    }
}

stored_enum! {
    /// How a channel's connection stands. Whether somebody has paused it is apart from this.
    ChannelState {
        /// It works.
        Connected = 1 / "connected",
        /// Its credentials no longer do: somebody must connect it again.
        Reconnect = 2 / "reconnect",
        /// Its credentials are destroyed; the history stays.
        Disconnected = 3 / "disconnected",
    }
}
