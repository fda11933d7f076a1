//! What goes out: meant as one message, sent as one or more transmissions.

mod act;
mod error;
mod file;
mod interactive;
mod receipt;
mod template;

pub use act::{Act, OutboundMessage, Transmission, TypingKind};
pub use error::{Concern, Refusal, RefusalReason, SendError, Wait, WaitScope};
pub use file::{FileContent, FileGone, FileSource, MediaFile, MediaPart};
pub use interactive::{Button, ButtonAction, Buttons, List, ListRow, ListSection};
pub use receipt::{SendReceipt, SentMedia};
pub use template::{HeaderValue, TemplateButtonValue, TemplateMessage, TemplateParameter};
