//! Files that travelled, kept in memory up to a limit.

mod picture;
mod samples;
mod store;
mod voice;

pub use picture::{avatar, photo_sizes};
pub use samples::sample;
pub use store::{File, Files, NewFile};
pub use voice::from_webm;
