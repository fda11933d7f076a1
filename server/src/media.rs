//! Files of messages: taken in without trust, kept under random names, given out so that no browser runs them.

mod content;
mod file_name;
mod http;
mod links;
mod picture;
mod range;
mod serve;
mod storage;
mod store;
mod tidy;
mod upload;

pub use http::routes;
pub use links::{is_signed, sign};
pub use serve::{Variant, serve};
pub use storage::Media;
pub use store::{Attachment, StoredFile, find};
pub use tidy::remove_left_over;
pub use upload::{FILE_BYTES_MAX, UploadError, Uploader, store_upload};
