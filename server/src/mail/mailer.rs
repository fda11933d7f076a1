//! The way to the SMTP server.

use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::Letter;
use crate::config::{Smtp, SmtpEncryption};
use crate::jobs::JobError;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Sends letters, when a mail server is configured. Connects when first needed and keeps a few connections.
#[derive(Debug)]
pub struct Mailer {
    smtp: Option<Smtp>,
    transport: OnceCell<Transport>,
}

/// Why a letter was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No mail server is configured.
    #[error("no mail server is configured")]
    NotConfigured,
    /// The sender or receiver is no mail address.
    #[error("mail address: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The letter could not be written.
    #[error("letter: {0}")]
    Letter(#[from] lettre::error::Error),
    /// The server refused it for good: trying again will not help.
    #[error("the mail server refused the letter: {0}")]
    Refused(#[source] lettre::transport::smtp::Error),
    /// The server was away or busy.
    #[error("the mail server could not take the letter now: {0}")]
    Temporary(#[source] lettre::transport::smtp::Error),
}

impl MailError {
    /// Whether another try later may succeed.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary(_))
    }
}

impl From<MailError> for JobError {
    fn from(error: MailError) -> Self {
        if error.is_temporary() { Self::Retry(error.into()) } else { Self::Hopeless(error.into()) }
    }
}

/// Builds the transport; opens no connection.
fn connect(smtp: &Smtp) -> Result<Transport, MailError> {
    let builder = match smtp.encryption {
        SmtpEncryption::Starttls => Transport::starttls_relay(&smtp.host).map_err(MailError::Temporary)?,
        SmtpEncryption::Tls => Transport::relay(&smtp.host).map_err(MailError::Temporary)?,
        SmtpEncryption::None => Transport::builder_dangerous(&smtp.host),
    };
    let builder = builder.port(smtp.port).timeout(Some(Duration::from_secs(20)));
    let builder = match (&smtp.username, &smtp.password) {
        (Some(name), Some(password)) => {
            builder.credentials(Credentials::new(name.clone(), password.expose_secret().to_owned()))
        }
        _ => builder,
    };
    Ok(builder.build())
}

impl Mailer {
    /// For this mail server; without one nothing can be sent.
    #[must_use]
    pub fn new(smtp: Option<Smtp>) -> Self {
        Self { smtp, transport: OnceCell::new() }
    }

    /// Whether letters can be sent at all.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.smtp.is_some()
    }

    /// Hands a letter to the mail server.
    ///
    /// # Errors
    /// See [`MailError`]; [`MailError::is_temporary`] says whether to try again.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let smtp = self.smtp.as_ref().ok_or(MailError::NotConfigured)?;
        let transport = self.transport.get_or_try_init(|| async { connect(smtp) }).await?;
        let from: Mailbox = smtp.from.parse()?;
        let id = format!("<{}@{}>", Uuid::new_v4(), from.email.domain());
        let message = Message::builder()
            .from(from)
            .to(Mailbox::new(None, letter.to.parse::<Address>()?))
            .subject(letter.subject.clone())
            .message_id(Some(id))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))?;
        match transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(error)),
            Err(error) => Err(MailError::Temporary(error)),
        }
    }
}
