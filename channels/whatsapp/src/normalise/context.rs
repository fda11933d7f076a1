//! What a message answers, where it was written first, and what led to it.

use channel_core::{Forwarded, Quote, QuoteTarget, Referral};
use channel_meta::Object;

/// What a message answers: a product of the catalogue, or another message. That one may be unknown to us.
pub fn quote(message: Object<'_>) -> Option<Quote> {
    let context = message.object("context")?;
    let of_message = || context.id("id").map(QuoteTarget::Message);
    let target = context.object("referred_product").and_then(product).or_else(of_message)?;
    Some(Quote { target, excerpt: None, snapshot: None })
}

fn product(product: Object<'_>) -> Option<QuoteTarget> {
    Some(QuoteTarget::Product {
        catalog_id: product.id("catalog_id").unwrap_or_default(),
        product_id: product.id("product_retailer_id")?,
    })
}

/// Whether it was written elsewhere; WhatsApp does not tell by whom.
pub fn forwarded(message: Object<'_>) -> Option<Forwarded> {
    let context = message.object("context")?;
    let often = context.flag("frequently_forwarded");
    (often || context.flag("forwarded")).then_some(Forwarded { from: None, at: None, often })
}

/// The ad or post with a button that opened the chat.
pub fn referral(message: Object<'_>) -> Option<Referral> {
    let referral = message.object("referral")?;
    let media = ["image_url", "video_url", "thumbnail_url"];
    Some(Referral {
        source: referral.owned("source_type").unwrap_or_else(|| "unknown".to_owned()),
        source_id: referral.id("source_id"),
        payload: None,
        headline: referral.owned("headline"),
        body: referral.owned("body"),
        url: referral.owned("source_url"),
        media_url: media.iter().find_map(|key| referral.owned(key)),
        click_id: referral.id("ctwa_clid"),
        product_id: None,
        welcome_text: referral.object("welcome_message").and_then(|welcome| welcome.owned("text")),
    })
}
