//! What the provider answered to a send.

use shared::AttachmentId;

use crate::{Alias, MediaRef};

/// The platform has the transmission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendReceipt {
    /// The platform's ids of the messages it made: several for an album, none for acts that make no message.
    pub platform_message_ids: Vec<String>,
    /// The platform took it but holds it back for now; a status will tell.
    pub held: bool,
    /// Other names of the recipient that the answer taught.
    pub aliases: Vec<Alias>,
    /// References under which the platform now has our files: sending them again needs no upload.
    pub media: Vec<SentMedia>,
    /// What was left out for the message to go through (the quote is gone, the formatting was not understood), in
    /// words for the agent.
    pub notes: Vec<String>,
}

/// A file of ours that the platform has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMedia {
    /// Ours.
    pub attachment_id: AttachmentId,
    /// The platform's.
    pub reference: MediaRef,
}
