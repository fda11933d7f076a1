//! A message as the provider reported it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::RichText;
use uuid::Uuid;

use super::{AttachmentSource, Card, Sender};

/// A message as the provider reported it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InboundMessage {
    /// The provider's id, unique on its channel for good.
    pub platform_message_id: String,
    /// The id that the sender's own app gave it, where that app is ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    /// The person whose thread it is in. They wrote it, unless it comes in an [`Echo`].
    pub sender: Sender,
    /// The words, or the caption; empty when there are only files or a card.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub text: RichText,
    /// Files, in the order in which they were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentSource>,
    /// What else it is: a place, contacts, a tapped button, something we cannot show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// Messages of one sender with the same album are one message with several files; a part may be late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// It was written elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// The ad, link or post that brought the person here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// It is a public comment, not a private message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
    /// Another application answers this person at the moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standby: bool,
    /// The provider's time; `None` where the time of our receipt is the platform's time (web chat).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// The page the person was on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
}

/// A message of the business that the platform reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Echo {
    /// The message; its `sender` is the person it went to.
    pub message: InboundMessage,
    /// Through what it was sent.
    pub source: EchoSource,
    /// Our own reference ([`Transmission::reference`]), if it came back: settles an uncertain send.
    ///
    /// [`Transmission::reference`]: crate::Transmission::reference
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Sent by a machine: a greeting, an away message, a message planned before.
    #[serde(default)]
    pub automatic: bool,
}

/// Through what the business sent a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EchoSource {
    /// By hand, in the platform's own app.
    NativeApp,
    /// By an application with this id: ours, or another one. The server knows ours.
    Application(String),
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// What.
    pub target: QuoteTarget,
    /// The part of it that was marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// What the platform says it was, for when we do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

/// What can be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuoteTarget {
    /// A message of the same thread, by the platform's id. It may be unknown to us, or come later.
    Message(String),
    /// A story of the business.
    Story {
        /// The platform's id.
        id: String,
        /// Where it can be seen for a while.
        url: Option<String>,
    },
    /// A product of the business's catalogue.
    Product {
        /// The catalogue.
        catalog_id: String,
        /// The product in it.
        product_id: String,
    },
    /// A message of another chat.
    Elsewhere,
}

impl InboundMessage {
    /// The platform's id of the message that is quoted.
    #[must_use]
    pub fn quoted_id(&self) -> Option<&str> {
        match &self.quote.as_ref()?.target {
            QuoteTarget::Message(id) => Some(id),
            _ => None,
        }
    }
}

/// A message written elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    /// Who wrote it first, as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// Forwarded many times.
    #[serde(default)]
    pub often: bool,
}

/// What brought a person here. From outside: texts are shown, addresses checked, ids opaque.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// The platform's word for where: `ad`, `post`, `SHORTLINK`, `start` …
    pub source: String,
    /// Which one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// What the link carried. Anybody can write a link: proof of nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Headline of the ad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its picture or video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    /// The platform's id of the click.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click_id: Option<String>,
    /// The product it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
    /// The greeting that the ad showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welcome_text: Option<String>,
}

/// Where a public comment hangs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The post, ad or story.
    pub object_id: String,
    /// The platform's word for its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_kind: Option<String>,
    /// The comment it answers; `None` at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Where it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A page of the business's site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// An http or https address, at most 2048 bytes.
    pub url: String,
    /// Its title, at most 256 characters.
    pub title: Option<String>,
}
