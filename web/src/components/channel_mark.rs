//! A glyph of our own for each kind of channel, in its known colour.

use leptos::prelude::*;
use shared::ChannelKind;

/// What people call the kind.
pub fn channel_kind_name(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::WebChat => "Web chat",
        ChannelKind::Whatsapp => "WhatsApp",
        ChannelKind::Messenger => "Messenger",
        ChannelKind::Instagram => "Instagram",
        ChannelKind::Telegram => "Telegram",
    }
}

/// Modifier class and shape on a 14 by 14 grid.
fn glyph(kind: ChannelKind) -> (&'static str, &'static str) {
    match kind {
        ChannelKind::WebChat => (
            "web-chat",
            "<path d='M2.5 1h9A1.5 1.5 0 0 1 13 2.500v6A1.5 1.5 0 0 1 11.500 10H7l-3.500 3v-3h-1A1.5 1.5 0 0 1 1 8.500v-6A1.5 1.5 0 0 1 2.500 1z'/>",
        ),
        ChannelKind::Whatsapp => {
            ("whatsapp", "<path d='M7 1a6 6 0 0 0-5.200 9L1 13l3.100-.800A6 6 0 1 0 7 1z'/>")
        }
        ChannelKind::Messenger => (
            "messenger",
            "<path d='M7 1C3.600 1 1 3.400 1 6.600c0 1.700.700 3.100 1.900 4.100V13l2-1.100c.700.200 1.400.300 2.100.300 3.400 0 6-2.400 6-5.600S10.400 1 7 1z'/>",
        ),
        ChannelKind::Instagram => (
            "instagram",
            "<path fill-rule='evenodd' d='M4.500 1h5A3.500 3.500 0 0 1 13 4.500v5A3.500 3.500 0 0 1 9.500 13h-5A3.500 3.500 0 0 1 1 9.500v-5A3.500 3.500 0 0 1 4.500 1zM7 4.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600z'/>",
        ),
        ChannelKind::Telegram => (
            "telegram",
            "<path d='M13 1.500 11 12.500 6.900 9.400 5 11.500 4.800 8.200 10 3.700 3.600 7.500 1 6.300z'/>",
        ),
    }
}

/// The mark, named for screen readers.
#[component]
pub fn ChannelMark(kind: ChannelKind) -> impl IntoView {
    let (class, shape) = glyph(kind);
    view! {
        <svg
            class=format!("channel-mark channel-mark--{class}")
            viewBox="0 0 14 14"
            width="14"
            height="14"
            role="img"
            aria-label=channel_kind_name(kind)
            inner_html=shape
        ></svg>
    }
}
