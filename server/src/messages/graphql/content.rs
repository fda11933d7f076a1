//! What a message says, beyond its plain text.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use shared::TextStyle;

use crate::messages::Revision;

/// A part of a text and what it means.
#[derive(SimpleObject)]
pub struct TextSpan {
    /// The first byte of the text's UTF-8.
    start: i64,
    /// The byte after the last.
    end: i64,
    /// `bold`, `link`, `mention` …
    style: String,
    /// An address, a language, the platform's id, Unix seconds: whatever the style carries.
    value: Option<String>,
}

impl TextSpan {
    /// As stored.
    pub fn of(span: &shared::TextSpan) -> Self {
        let (style, value) = named(&span.style);
        let byte = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        Self { start: byte(span.start), end: byte(span.end), style: style.to_owned(), value }
    }
}

fn named(style: &TextStyle) -> (&str, Option<String>) {
    match style {
        TextStyle::Bold => ("bold", None),
        TextStyle::Italic => ("italic", None),
        TextStyle::Underline => ("underline", None),
        TextStyle::Strikethrough => ("strikethrough", None),
        TextStyle::Spoiler => ("spoiler", None),
        TextStyle::Quote { folded } => ("quote", folded.then(|| "folded".to_owned())),
        TextStyle::Code => ("code", None),
        TextStyle::CodeBlock { language } => ("code_block", language.clone()),
        TextStyle::Link { url } => ("link", url.clone()),
        TextStyle::Mention { platform_id } => ("mention", platform_id.clone()),
        TextStyle::Hashtag => ("hashtag", None),
        TextStyle::Cashtag => ("cashtag", None),
        TextStyle::Command => ("command", None),
        TextStyle::Email => ("email", None),
        TextStyle::Phone => ("phone", None),
        TextStyle::CustomEmoji { id } => ("custom_emoji", Some(id.clone())),
        TextStyle::Moment { unix_seconds } => ("moment", Some(unix_seconds.to_string())),
        TextStyle::Other { name } => (name, None),
    }
}

/// Where a message was written first.
#[derive(SimpleObject)]
pub struct Forwarded {
    /// By whom, as shown.
    from: Option<String>,
    /// When.
    at: Option<DateTime<Utc>>,
    /// Forwarded many times.
    often: bool,
}

impl Forwarded {
    /// As the platform tells it.
    pub fn of(forwarded: &channel_core::Forwarded) -> Self {
        Self { from: forwarded.from.clone(), at: forwarded.at, often: forwarded.often }
    }
}

/// What brought a person here. From outside: anybody can make a link.
#[derive(SimpleObject)]
pub struct Referral {
    /// The platform's word for where: `ad`, `post`, `start` …
    source: String,
    /// Headline of the ad.
    headline: Option<String>,
    /// Its text.
    body: Option<String>,
    /// Its address.
    url: Option<String>,
    /// Its picture or video.
    media_url: Option<String>,
    /// What the link carried.
    payload: Option<String>,
    /// The greeting that the ad showed.
    welcome_text: Option<String>,
}

impl Referral {
    /// As the platform tells it.
    pub fn of(referral: &channel_core::Referral) -> Self {
        Self {
            source: referral.source.clone(),
            headline: referral.headline.clone(),
            body: referral.body.clone(),
            url: referral.url.clone(),
            media_url: referral.media_url.clone(),
            payload: referral.payload.clone(),
            welcome_text: referral.welcome_text.clone(),
        }
    }
}

/// A text that a message had before.
#[derive(SimpleObject)]
pub struct MessageRevision {
    /// The text.
    text: String,
    /// When another one took its place.
    replaced_at: DateTime<Utc>,
}

impl MessageRevision {
    /// As stored.
    pub fn of(revision: &Revision) -> Self {
        Self { text: revision.text.clone(), replaced_at: revision.replaced_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_the_name_that_is_stored_and_what_it_carries() {
        for (style, value) in [
            (TextStyle::Bold, None),
            (TextStyle::Link { url: Some("https://shop.example".to_owned()) }, Some("https://shop.example")),
            (TextStyle::CodeBlock { language: Some("rust".to_owned()) }, Some("rust")),
            (TextStyle::Moment { unix_seconds: 7 }, Some("7")),
        ] {
            let stored = serde_json::to_value(&style).unwrap();
            let span = TextSpan::of(&shared::TextSpan { start: 1, end: 3, style });
            assert_eq!(stored["style"], span.style);
            assert_eq!((span.start, span.end, span.value.as_deref()), (1, 3, value));
        }
    }
}
