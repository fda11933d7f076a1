//! Files of messages: taken in without trust, kept under random names, given out so that no browser runs them.
//!
//! What members and visitors send is uploaded ([`store_upload`]); what comes through a platform is noted with its
//! message and fetched right after ([`fetch::enqueue`]).

mod content;
mod describe;
mod erase;
pub mod fetch;
mod ffmpeg;
mod file_name;
mod http;
mod links;
mod ogg;
mod open;
mod picture;
mod range;
mod serve;
mod sound;
mod storage;
mod store;
mod tidy;
mod upload;
mod voice;
mod webm;

pub use erase::{ERASE_JOB, Erased, erase, erase_bytes};
pub use fetch::{FETCH_JOB, fetch, give_up_old_fetches};
pub use file_name::label;
pub use http::routes;
pub use links::{is_signed, sign};
pub use open::open;
pub use serve::{Variant, serve};
pub use storage::Media;
pub use store::{Attachment, StoredFile, find};
pub use tidy::remove_left_over;
pub use upload::{FILE_BYTES_MAX, UploadError, Uploader, store_upload};
pub use voice::{VoiceError, describe_ffmpeg, make_voice_note};
