//! The questions before the first message.

use leptos::prelude::*;

use crate::api::channels::{PreChatField, PreChatFieldType};
use crate::components::icon::Icon as Shape;
use crate::components::{Button, Icon, IconButton};

/// More would be a form, not a chat.
const FIELDS_MAX: usize = 6;

const KINDS: [(PreChatFieldType, &str, &str); 4] = [
    (PreChatFieldType::Text, "TEXT", "One line"),
    (PreChatFieldType::Email, "EMAIL", "E-mail"),
    (PreChatFieldType::Phone, "PHONE", "Phone"),
    (PreChatFieldType::LongText, "LONG_TEXT", "Several lines"),
];

/// A row per question, in the order in which they are asked.
#[component]
pub(super) fn PreChatFields(
    fields: RwSignal<Vec<PreChatField>>,
    #[prop(into)] problem: Signal<Option<String>>,
) -> impl IntoView {
    let keys = Memo::new(move |_| {
        fields.with(|fields| fields.iter().map(|field| field.key.clone()).collect::<Vec<_>>())
    });
    let add = move |_| {
        fields.update(|fields| {
            let key = free_key(fields);
            let first = fields.is_empty();
            let (label, kind) =
                if first { ("E-mail", PreChatFieldType::Email) } else { ("", PreChatFieldType::Text) };
            fields.push(PreChatField { key, label: label.to_owned(), kind, required: false });
        });
    };
    view! {
        <ul class="pre-chat">
            <For each=move || keys.get() key=Clone::clone let:key><Row fields=fields key=key/></For>
        </ul>
        {move || problem.get().map(|problem| view! {
            <p class="field__below field__below--problem" role="alert"><Icon icon=Shape::CircleAlert/>{problem}</p>
        })}
        <div>
            <Button icon=Shape::Plus disabled=Signal::derive(move || keys.with(Vec::len) >= FIELDS_MAX) on_press=add>
                "Add a question"
            </Button>
        </div>
    }
}

#[component]
fn Row(fields: RwSignal<Vec<PreChatField>>, key: String) -> impl IntoView {
    let key = StoredValue::new(key);
    let field = Memo::new(move |_| {
        fields.with(|fields| key.with_value(|key| fields.iter().find(|field| field.key == *key).cloned()))
    });
    let change = move |change: &dyn Fn(&mut PreChatField)| {
        fields.update(|fields| {
            if let Some(field) = key.with_value(|key| fields.iter_mut().find(|field| field.key == *key)) {
                change(field);
            }
        });
    };
    let kind = move || field.get().map(|field| field.kind);
    view! {
        <li class="pre-chat__row">
            <input
                class="field__input"
                type="text"
                aria-label="Question"
                placeholder="What do you want to know?"
                maxlength="80"
                prop:value=move || field.get().map(|field| field.label)
                on:input=move |event| {
                    let label = event_target_value(&event);
                    change(&|field| field.label.clone_from(&label));
                }
            />
            <span class="field__box">
                <select
                    class="field__input field__input--select"
                    aria-label="Kind of answer"
                    on:change=move |event| {
                        let chosen = event_target_value(&event);
                        if let Some((kind, ..)) = KINDS.into_iter().find(|(_, name, _)| *name == chosen) {
                            change(&|field| field.kind = kind);
                        }
                    }
                >
                    {KINDS.into_iter().map(|(own, value, name)| view! {
                        <option value=value selected=move || kind() == Some(own)>{name}</option>
                    }).collect_view()}
                </select>
                <span class="field__chevron"><Icon icon=Shape::ChevronDown/></span>
            </span>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || field.get().is_some_and(|field| field.required)
                    on:change=move |event| {
                        let required = event_target_checked(&event);
                        change(&|field| field.required = required);
                    }
                />
                "Required"
            </label>
            <IconButton
                icon=Shape::Trash
                size=16
                label="Remove this question"
                on_press=move |_| fields.update(|fields| key.with_value(|key| fields.retain(|field| field.key != *key)))
            />
        </li>
    }
}

/// `question1`, `question2` …: the first that is not taken. Keys stay with their question, so that answers do.
fn free_key(fields: &[PreChatField]) -> String {
    let taken = |key: &String| fields.iter().any(|field| field.key == *key);
    let mut keys = (1..).map(|number| format!("question{number}")).filter(|key| !taken(key));
    keys.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_question_gets_a_key_that_no_other_has() {
        let field = |key: &str| PreChatField {
            key: key.to_owned(),
            label: String::new(),
            kind: PreChatFieldType::Text,
            required: false,
        };
        assert_eq!(free_key(&[]), "question1");
        assert_eq!(free_key(&[field("name"), field("question1"), field("question3")]), "question2");
    }
}
