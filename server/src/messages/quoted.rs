//! What a message answers, in short.

use std::collections::HashMap;

use channel_core::{Quote, QuoteTarget};
use shared::MessageId;

use super::complete::Names;
use super::in_short::{Named, in_short};
use super::store::{Attachment, Message};
use super::{Context, MessageCard};

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotedKind {
    /// A message, here or not.
    Message,
    /// A story of the business.
    Story,
    /// A product of its catalogue.
    Product,
    /// A message of another chat.
    Elsewhere,
}

impl QuotedKind {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Story => "story",
            Self::Product => "product",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// What another message answers, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// Which message, if it is here.
    pub message_id: Option<MessageId>,
    /// Its number, if it is in the same conversation.
    pub seq: Option<i64>,
    /// Who made it.
    pub author_name: String,
    /// Its text, or what it is; empty once it was taken back.
    pub text: String,
    /// The part that was marked.
    pub excerpt: Option<String>,
    /// What it is.
    pub kind: QuotedKind,
    /// Where it can be seen.
    pub url: Option<String>,
}

/// What `message` answers: `quoted` if that is here, else what the platform said it was.
pub(super) fn show(
    message: &Message,
    context: &Context,
    quoted: Option<&Message>,
    files: &HashMap<MessageId, Vec<Attachment>>,
    names: &Names,
) -> Option<Quoted> {
    if message.deleted_at.is_some() {
        return None;
    }
    let told = context.quote.as_ref();
    let Some(quoted) = quoted else {
        if told.is_none() && message.quoted_platform_id.is_none() {
            return None;
        }
        let (kind, url) = told.map_or((QuotedKind::Message, None), kind_and_address);
        return Some(Quoted {
            message_id: None,
            seq: None,
            author_name: String::new(),
            text: told.and_then(|quote| quote.snapshot.clone()).unwrap_or_default(),
            excerpt: told.and_then(|quote| quote.excerpt.clone()),
            kind,
            url,
        });
    };
    let is_gone = quoted.deleted_at.is_some();
    let files = files.get(&quoted.id).map(Vec::as_slice).unwrap_or_default();
    let files: Vec<Named<'_>> =
        files.iter().map(|file| Named { kind: file.kind, name: &file.name }).collect();
    let card = quoted.card.as_ref().and_then(MessageCard::from_value);
    Some(Quoted {
        message_id: Some(quoted.id),
        seq: (quoted.conversation_id == message.conversation_id).then_some(quoted.seq),
        author_name: names.author(quoted),
        text: if is_gone { String::new() } else { in_short(&quoted.text, card.as_ref(), &files) },
        excerpt: told.and_then(|quote| quote.excerpt.clone()).filter(|_| !is_gone),
        kind: QuotedKind::Message,
        url: None,
    })
}

fn kind_and_address(quote: &Quote) -> (QuotedKind, Option<String>) {
    match &quote.target {
        QuoteTarget::Message(_) => (QuotedKind::Message, None),
        QuoteTarget::Story { url, .. } => (QuotedKind::Story, url.clone()),
        QuoteTarget::Product { .. } => (QuotedKind::Product, None),
        QuoteTarget::Elsewhere => (QuotedKind::Elsewhere, None),
    }
}
