//! Draws a message's text. What is in it only ever becomes text nodes and checked links.

use leptos::prelude::*;

use crate::api::messages::TextSpan;
use crate::components::time;
use crate::pages::inbox::rich_text::{Part, fold_at, is_only_emoji, parts};

/// A text with its formatting; folded when it is very long.
pub fn text(text: &str, spans: &[TextSpan]) -> AnyView {
    let large = spans.is_empty() && is_only_emoji(text);
    let Some(fold) = fold_at(text) else {
        let parts = show(parts(text, spans, text.len()));
        return view! { <div class="entry__text" class:entry__text--emoji=large dir="auto">{parts}</div> }
            .into_any();
    };
    let whole = RwSignal::new(false);
    let (text, spans) = (text.to_owned(), spans.to_vec());
    let shown = move || show(parts(&text, &spans, if whole.get() { text.len() } else { fold }));
    view! {
        <div class="entry__text" dir="auto">{shown}{move || if whole.get() { "" } else { "…" }}</div>
        <button
            type="button"
            class="entry__fold"
            aria-expanded=move || if whole.get() { "true" } else { "false" }
            on:click=move |_| whole.update(|whole| *whole = !*whole)
        >
            {move || if whole.get() { "Show less" } else { "Show all" }}
        </button>
    }
    .into_any()
}

fn show(parts: Vec<Part>) -> AnyView {
    parts.into_iter().map(part).collect_view().into_any()
}

fn part(part: Part) -> AnyView {
    match part {
        Part::Text(text, looks) if looks.is_plain() => text.into_any(),
        Part::Text(text, looks) => view! { <span class=looks.class()>{text}</span> }.into_any(),
        Part::Link { href, host, parts } => {
            let host = host.map(|host| view! { <span class="text__host">{format!(" ({host})")}</span> });
            view! {
                <a href=href.clone() title=href target="_blank" rel="noopener noreferrer nofollow">{show(parts)}{host}</a>
            }
            .into_any()
        }
        Part::Spoiler(parts) => view! { <Spoiler parts=parts/> }.into_any(),
        Part::Quote(parts) => view! { <blockquote class="text__quote">{show(parts)}</blockquote> }.into_any(),
        Part::CodeBlock(text) => {
            view! { <pre class="text__block" dir="ltr"><code>{text}</code></pre> }.into_any()
        }
        Part::Moment(at, text) => {
            view! { <time class="text--name" datetime=at.to_string() title=text>{time::day_and_clock(at)}</time> }
                .into_any()
        }
    }
}

/// Covered until it is pressed; what is covered cannot be read, heard or reached.
#[component]
fn Spoiler(parts: Vec<Part>) -> impl IntoView {
    let open = RwSignal::new(false);
    let covered = move |value: &'static str| (!open.get()).then_some(value);
    view! {
        <span
            class="text__spoiler"
            class:text__spoiler--open=move || open.get()
            role=move || covered("button")
            tabindex=move || covered("0")
            aria-label=move || covered("Hidden text: show it")
            on:click=move |_| open.set(true)
            on:keydown=move |event| {
                if !open.get_untracked() && matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    event.stop_propagation();
                    open.set(true);
                }
            }
        >
            <span inert=move || !open.get()>{show(parts)}</span>
        </span>
    }
}
