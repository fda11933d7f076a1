//! What a file of a message is.

use crate::stored::stored_enum;

stored_enum! {
    /// What a file was sent as: a voice note is not an audio file, and a GIF is not a video.
    MediaKind {
        /// A picture.
        Image = 1 / "image",
        /// A video.
        Video = 2 / "video",
        /// Music or another sound file.
        Audio = 3 / "audio",
        /// Anything, offered for download.
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
