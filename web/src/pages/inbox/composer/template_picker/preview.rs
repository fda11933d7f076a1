//! A template as the customer will read it.

use leptos::prelude::*;

use crate::api::templates::{TemplateButtonKind, TemplateHeaderKind, TemplatePart};
use crate::components::Icon;
use crate::components::icon::Icon as Shape;
use crate::state::template::{Filling, Piece, PlaceField, Slot, SlotKind};

/// Follows what is filled in.
#[component]
pub fn Preview(filling: Memo<Option<Filling>>) -> impl IntoView {
    move || {
        let filling = filling.get()?;
        let template = filling.template.clone();
        let cards = template.cards.iter().enumerate().map(|(at, card)| {
            view! { <div class="as-read__bubble">{part(&filling, at + 1, card, None)}</div> }
        });
        Some(view! {
            <div class="as-read" role="group" aria-label="As the customer reads it">
                <div class="as-read__bubble">
                    {part(&filling, 0, &template.main, template.footer.clone())}
                </div>
                {(!template.cards.is_empty()).then(|| view! { <div class="as-read__cards">{cards.collect_view()}</div> })}
            </div>
        })
    }
}

fn part(filling: &Filling, at: usize, part: &TemplatePart, footer: Option<String>) -> AnyView {
    let header = part.header.as_ref().map(|header| match header.kind {
        TemplateHeaderKind::Text => {
            view! { <p class="as-read__heading" dir="auto">{pieces(filling.heading(at))}</p> }.into_any()
        }
        TemplateHeaderKind::Location => {
            let name = filling.value(Slot { part: at, what: SlotKind::Place(PlaceField::Name) }).to_owned();
            view! { <p class="as-read__media"><Icon icon=Shape::MapPin size=20/><span dir="auto">{name}</span></p> }.into_any()
        }
        kind => match filling.file(at).and_then(|file| Some((file.thumbnail_url.clone()?, file.name.clone()))) {
            Some((url, name)) => view! { <img class="as-read__picture" src=url alt=name/> }.into_any(),
            None => {
                let icon = if kind == TemplateHeaderKind::Video { Shape::Play } else { Shape::File };
                let name = filling.file(at).map(|file| file.name.clone());
                view! { <p class="as-read__media"><Icon icon=icon size=20/><span dir="auto">{name}</span></p> }.into_any()
            }
        },
    });
    let buttons = part.buttons.iter().map(|button| {
        let icon = match button.kind {
            TemplateButtonKind::Phone => Shape::User,
            TemplateButtonKind::CopyCode => Shape::Copy,
            TemplateButtonKind::Url => Shape::ChevronRight,
            _ => Shape::Reply,
        };
        view! { <span class="as-read__button"><Icon icon=icon/><span dir="auto">{button.title.clone()}</span></span> }
    });
    view! {
        {header}
        <p dir="auto">{pieces(filling.text(at))}</p>
        {footer.map(|footer| view! { <p class="as-read__footer" dir="auto">{footer}</p> })}
        {buttons.collect_view()}
    }
    .into_any()
}

fn pieces(pieces: Vec<Piece>) -> impl IntoView {
    let piece = |Piece { text, empty }: Piece| match empty {
        true => view! { <mark class="as-read__blank">{text}</mark> }.into_any(),
        false => text.into_any(),
    };
    pieces.into_iter().map(piece).collect_view()
}
