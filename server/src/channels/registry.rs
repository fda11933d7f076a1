//! The one place that names the adapters.

use channel_core::ChannelAdapter;
use channel_webchat::WebChat;
use shared::ChannelKind;

/// The adapter that speaks for channels of this kind; none for a kind this version cannot speak.
#[must_use]
pub fn adapter(kind: ChannelKind) -> Option<&'static dyn ChannelAdapter> {
    match kind {
        ChannelKind::WebChat => Some(&WebChat),
        _ => None,
    }
}
