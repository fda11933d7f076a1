//! Outgoing mail: few letters, plain text and simple HTML, through the operator's SMTP server.

mod letter;
mod mailer;

pub use letter::{Letter, invitation, password_reset};
pub use mailer::{MailError, Mailer};
