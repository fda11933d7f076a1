//! The texts that WhatsApp has approved, or not.

use leptos::prelude::*;

use super::super::Part;
use super::Shown;
use super::acts::Acts;
use crate::api::channels::SYNC_TEMPLATES;
use crate::api::client;
use crate::api::templates::{TEMPLATES, Template, TemplateStatus, TemplatesOf};
use crate::components::{Button, ErrorNote, FormNote, Load, Skeleton};

/// Most that are shown before a person asks for all.
const SHOWN: usize = 8;

/// All templates, with what became of them at Meta.
#[component]
pub(super) fn Templates(shown: Shown) -> impl IntoView {
    let channel_id = shown.id;
    let list =
        Load::new(
            move || async move { Ok(client::run(&TEMPLATES, TemplatesOf { channel_id }).await?.templates) },
        );
    let acts = Acts::new(shown);
    let all = RwSignal::new(false);
    // Read again once the provider has answered.
    Effect::new(move |before: Option<bool>| {
        let busy = acts.form.busy.get();
        if before == Some(true) && !busy {
            list.reload();
        }
        busy
    });
    view! {
        <Part title="Templates" text="Written in the WhatsApp Manager. They are read from there every six hours, and when one changes.">
            <ErrorNote failure=Signal::derive(move || list.failure()) retry=move |()| list.reload()/>
            {move || match list.value() {
                None => view! { <Skeleton rows=3/> }.into_any(),
                Some(list) if list.is_empty() => view! { <p class="said__aside">"None yet."</p> }.into_any(),
                Some(list) => {
                    let rest = list.len().saturating_sub(SHOWN);
                    let rows = list.into_iter().take(if all.get() { usize::MAX } else { SHOWN });
                    view! {
                        <ul class="happened" aria-label="Templates">
                            {rows.map(|template| view! { <Row template=template/> }).collect_view()}
                        </ul>
                        {(rest > 0 && !all.get()).then(|| view! {
                            <Button on_press=move |_| all.set(true)>{format!("Show {rest} more")}</Button>
                        })}
                    }.into_any()
                }
            }}
            <FormNote form=acts.form/>
            <div class="person"><Button busy=acts.form.busy on_press=move |_| acts.run(&SYNC_TEMPLATES, "Read anew")>"Read them now"</Button></div>
        </Part>
    }
}

#[component]
fn Row(template: Template) -> impl IntoView {
    let outcome = match template.status {
        TemplateStatus::Approved => "processed",
        TemplateStatus::Rejected | TemplateStatus::Disabled => "failed",
        _ => "waiting",
    };
    let aside = aside(&template);
    let Template { name, status_word, why_not, main, .. } = template;
    view! {
        <li>
            <div>
                <p><strong>{name}</strong>" "<span class="said__aside">{aside}</span></p>
                <p class="happened__text" dir="auto">{main.body}</p>
                {why_not.map(|reason| view! { <p class="said__aside">{reason}</p> })}
            </div>
            <span class=format!("outcome outcome--{outcome}")>{sentence_case(&status_word)}</span>
        </li>
    }
}

/// `en_US · Marketing · quality medium`
fn aside(template: &Template) -> String {
    let quality = template.quality.as_deref().and_then(|quality| match quality {
        "GREEN" => Some("quality high"),
        "YELLOW" => Some("quality medium"),
        "RED" => Some("quality low"),
        _ => None,
    });
    let category = sentence_case(&template.category);
    let parts = [Some(template.language.as_str()), Some(category.as_str()), quality];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `PENDING_REVIEW` as `Pending review`.
fn sentence_case(word: &str) -> String {
    let mut text = word.replace('_', " ").to_lowercase();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_words_are_read_as_words() {
        assert_eq!(sentence_case("PENDING_REVIEW"), "Pending review");
        assert_eq!(sentence_case(""), "");
        assert_eq!(sentence_case("Ängstlich"), "ängstlich");
    }
}
