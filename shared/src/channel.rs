//! The kinds of channels.

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
