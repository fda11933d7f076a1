//! Messages: direction, author, delivery.

use crate::MediaKind;
use crate::stored::stored_enum;

stored_enum! {
    /// Which way a timeline entry goes.
    #[cfg_attr(feature = "graphql", graphql(name = "MessageDirection"))]
    Direction {
        /// From the contact to us.
        Inbound = 1 / "inbound",
        /// From us to the contact.
        Outbound = 2 / "outbound",
        /// Seen by members only.
        Note = 3 / "note",
        /// Something that happened: assigned, closed, reopened.
        Activity = 4 / "activity",
    }
}

stored_enum! {
    /// Who made a timeline entry.
    AuthorKind {
        /// The person outside.
        Contact = 1 / "contact",
        /// A member of the workspace.
        Member = 2 / "member",
        /// Switchboard itself.
        System = 3 / "system",
        /// The business, from the platform's own app.
        Outside = 4 / "outside",
    }
}

stored_enum! {
    /// How far an outbound message has come. Moves forward only; `Failed` is final.
    MessageStatus {
        /// Stored, not yet handed to the platform.
        Queued = 1 / "queued",
        /// The platform has it.
        Sent = 2 / "sent",
        /// The contact's device has it.
        Delivered = 3 / "delivered",
        /// The contact has seen it.
        Read = 4 / "read",
        /// The platform refused it.
        Failed = 5 / "failed",
        /// No answer came: it may have gone out.
        Unknown = 6 / "unknown",
    }
}

stored_enum! {
    /// How an attachment is shown.
    AttachmentKind {
        /// PNG, JPEG, GIF or WebP.
        Image = 1 / "image",
        /// MP4 or WebM.
        Video = 2 / "video",
        /// MP3 or OGG.
        Audio = 3 / "audio",
        /// Anything else: offered for download only.
        File = 4 / "file",
        /// A recorded voice note.
        Voice = 5 / "voice",
        /// A round video.
        VideoNote = 6 / "video_note",
        /// A short video without sound that plays by itself.
        Animation = 7 / "animation",
        /// A sticker, still or moving.
        Sticker = 8 / "sticker",
    }
}

impl From<MediaKind> for AttachmentKind {
    /// The same numbers: what a file was sent as is how it is shown.
    fn from(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Image => Self::Image,
            MediaKind::Video => Self::Video,
            MediaKind::Audio => Self::Audio,
            MediaKind::File => Self::File,
            MediaKind::Voice => Self::Voice,
            MediaKind::VideoNote => Self::VideoNote,
            MediaKind::Animation => Self::Animation,
            MediaKind::Sticker => Self::Sticker,
        }
    }
}

stored_enum! {
    /// Whether the bytes of a file are here.
    AttachmentState {
        /// They are.
        Ready = 1 / "ready",
        /// They are on their way from the platform.
        Fetching = 2 / "fetching",
        /// They cannot be had.
        Gone = 3 / "gone",
    }
}
