//! The line between messages and composer.

use leptos::prelude::*;
use shared::ConversationId;

use crate::components::icon::Icon as Shape;
use crate::components::{Avatar, Icon};
use crate::pages::inbox::{name_of, use_desk};

/// Who else is here, and who types.
#[component]
pub fn Others(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let others = Memo::new(move |_| desk.board.presence(id));
    let words = move || {
        let others = others.get();
        let typing: Vec<_> =
            others.iter().filter(|other| other.typing).map(|other| name_of(&other.name)).collect();
        let viewing: Vec<_> = others
            .iter()
            .filter(|other| other.viewing && !other.typing && !other.contact)
            .map(|o| o.name.clone())
            .collect();
        let list = |names: &[String]| names.join(", ");
        match (typing.as_slice(), viewing.as_slice()) {
            ([], []) => ().into_any(),
            ([], names) => {
                let text = format!(
                    "{} {} looking at this too",
                    list(names),
                    if names.len() == 1 { "is" } else { "are" }
                );
                view! { <Icon icon=Shape::Eye/><span>{text}</span> }.into_any()
            }
            (names, _) => {
                let text = format!("{} {} typing", list(names), if names.len() == 1 { "is" } else { "are" });
                let first = names.first().cloned().unwrap_or_default();
                view! {
                    <Avatar name=Signal::stored(first) size=20/>
                    <span>{text}</span>
                    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
                }
                .into_any()
            }
        }
    };
    view! { <div class="others" role="status">{words}</div> }
}
