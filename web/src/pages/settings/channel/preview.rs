//! The widget as the settings in hand would make it look.

use leptos::prelude::*;

use super::draft::{Draft, channels, picker_value};

/// Launcher, head and first question, in the chosen colour.
#[component]
pub(super) fn Preview(draft: Draft) -> impl IntoView {
    let color = move || picker_value(&draft.color.get());
    let on_color = move || if is_light(&draft.color.get()) { "#1b1e24" } else { "#ffffff" };
    view! {
        <figure
            class="preview"
            class:preview--left=move || draft.position.get() == "LEFT"
            style=("--widget", color)
            style=("--on-widget", on_color)
        >
            <figcaption class="visually-hidden">"Preview of the chat"</figcaption>
            <div class="preview__window" aria-hidden="true">
                <div class="preview__head">
                    <p class="preview__name">{move || draft.name.get()}</p>
                    <p class="preview__reply">{move || draft.reply_time_text.get()}</p>
                </div>
                <div class="preview__body">
                    <p class="preview__title">{move || draft.welcome_title.get()}</p>
                    <p class="preview__text">{move || draft.welcome_text.get()}</p>
                    {move || {
                        let fields = draft.pre_chat.get();
                        fields.into_iter().take(2).map(|field| view! {
                            <p class="preview__field">{field.label}{field.required.then_some(" *")}</p>
                        }).collect_view()
                    }}
                </div>
                <div class="preview__composer">"Write a message…"</div>
            </div>
            <div class="preview__launcher" aria-hidden="true">
                <svg viewBox="0 0 24 24" width="22" height="22"><path d="M4 4h16a1.500 1.500 0 0 1 1.500 1.500v10A1.500 1.500 0 0 1 20 17h-8l-5 4v-4H4a1.500 1.500 0 0 1-1.500-1.500v-10A1.500 1.500 0 0 1 4 4z"/></svg>
            </div>
        </figure>
    }
}

/// Whether dark text reads better on it: contrast with white below 4.5 to 1, by WCAG's relative luminance.
fn is_light(color: &str) -> bool {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    channels(color).is_some_and(|[red, green, blue]| {
        let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        1.05 / (luminance + 0.05) < 4.5
    })
}

#[cfg(test)]
mod tests {
    use super::is_light;

    #[test]
    fn text_on_the_colour_is_the_one_that_can_be_read() {
        assert!(!is_light("#0B6E69"));
        assert!(!is_light("#000000"));
        assert!(is_light("#F2A94A"));
        assert!(is_light("#FFFFFF"));
        assert!(!is_light("not a colour"));
    }
}
