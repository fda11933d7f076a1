//! Cards made of lines: templates, buttons, menus of choices, orders.

use leptos::prelude::*;

use super::{line, web_link, what, word};
use crate::api::messages::{Card, CardItem, CardKind};
use crate::components::icon::Icon as Shape;

/// What stands below the message's text.
pub fn lines(card: &Card) -> AnyView {
    let title = card.title.clone().unwrap_or_default();
    let buttons = matches!(card.kind, CardKind::Template | CardKind::Buttons);
    let items = card.items.iter().map(item);
    let list = (!card.items.is_empty()).then(|| {
        view! { <ul class="card__items" class:card__items--buttons=buttons>{items.collect_view()}</ul> }
    });
    let (before, after) = match card.kind {
        CardKind::Template => (None, Some(what(Shape::ScrollText, &format!("Template {title}")))),
        CardKind::List => (Some(what(Shape::Menu, &title)), None),
        CardKind::Order => (Some(what(Shape::Cart, "Order")), None),
        _ => (None, None),
    };
    view! { <div class="card card--lines">{line("card__footer", card.footer.as_deref())}{before}{list}{after}</div> }
        .into_any()
}

/// What stands above the message's text.
pub fn header(card: &Card) -> Option<AnyView> {
    if card.kind == CardKind::AsText {
        return Some(what(Shape::ScrollText, &word(card)));
    }
    line("card__title", card.header.as_deref())
}

fn item(item: &CardItem) -> AnyView {
    let label = match web_link(item.url.as_deref(), Some(&item.label)) {
        Some(link) => link,
        None => view! { <span dir="auto">{item.label.clone()}</span> }.into_any(),
    };
    let detail =
        item.detail.clone().map(|detail| view! { <span class="card__detail" dir="auto">{detail}</span> });
    view! { <li>{label}{detail}</li> }.into_any()
}
