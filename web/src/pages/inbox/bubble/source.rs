//! How a message came to be written: forwarded, or after an ad.

use leptos::prelude::*;

use crate::api::messages::{Forwarded, Referral};
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, time};
use crate::pages::inbox::rich_text::{checked, host};

/// The line above a message that was written elsewhere first.
pub fn forwarded(forwarded: &Forwarded) -> AnyView {
    let words = if forwarded.often { "Forwarded many times" } else { "Forwarded" };
    let from = forwarded.from.clone().map(|from| view! { " from "<span dir="auto">{from}</span> });
    let title = forwarded.at.map(|at| format!("Written {}", time::day_and_clock(at)));
    view! { <p class="entry__forwarded" title=title><Icon icon=Shape::Forward/><span>{words}{from}</span></p> }
        .into_any()
}

/// The ad, link or post that brought the person here.
pub fn referral(referral: Referral) -> AnyView {
    let title = match referral.source.to_lowercase().as_str() {
        "ad" | "ads" => "Came from an ad".to_owned(),
        "post" => "Came from a post".to_owned(),
        "start" | "shortlink" => "Came by a link".to_owned(),
        other => format!("Came by {other}"),
    };
    let link = |address: Option<String>, words: Option<&str>| {
        let href = checked(address.as_deref()?).filter(|href| href.starts_with("http"))?;
        let words = words.map_or_else(|| host(&href).unwrap_or_default().to_owned(), str::to_owned);
        Some(
            view! { <a href=href.clone() title=href target="_blank" rel="noopener noreferrer nofollow">{words}</a> },
        )
    };
    let line = |class: &'static str, text: Option<String>| {
        text.filter(|text| !text.is_empty()).map(|text| view! { <p class=class dir="auto">{text}</p> })
    };
    view! {
        <div class="card card--referral">
            <p class="card__what"><Icon icon=Shape::Megaphone/>{title}</p>
            {line("card__title", referral.headline)}
            {line("card__text", referral.body)}
            {line("card__text", referral.welcome_text.map(|text| format!("It greeted them: {text}")))}
            {line("card__text", referral.payload.map(|payload| format!("It carried: {payload}")))}
            <p class="card__links">{link(referral.url, None)}{link(referral.media_url, Some("Its picture"))}</p>
        </div>
    }
    .into_any()
}
