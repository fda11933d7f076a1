//! Form fields: label above, hint and problem below, tied together for screen readers.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::icon::{self, Icon};

/// An id that no other field of the page has.
fn field_id() -> String {
    thread_local! {
        static LAST: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    LAST.with(|last| {
        last.set(last.get() + 1);
        format!("field-{}", last.get())
    })
}

/// The line under a field: its problem if there is one, else its hint.
#[component]
fn Below(
    id: String,
    #[prop(into)] hint: Signal<String>,
    #[prop(into)] problem: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <p id=id class="field__below" class:field__below--problem=move || problem.get().is_some()>
            {move || match problem.get() {
                Some(problem) => view! { <Icon icon=icon::Icon::CircleAlert/>{problem} }.into_any(),
                None => hint.get().into_any(),
            }}
        </p>
    }
}

/// What the browser finds wrong before anything is sent, in its words and the reader's language, shown like any
/// other problem until the value changes.
fn own_check(
    value: RwSignal<String>,
    problem: Signal<Option<String>>,
) -> (RwSignal<Option<String>>, Signal<Option<String>>) {
    let refused = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        value.track();
        refused.set(None);
    });
    (refused, Signal::derive(move || refused.get().or_else(|| problem.get())))
}

/// Takes the browser's complaint in place of its bubble; the first field that has one gets the focus.
fn refuse(event: &web_sys::Event, refused: RwSignal<Option<String>>) {
    event.prevent_default();
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    refused.set(input.validation_message().ok());
    let first = input.form().and_then(|form| form.query_selector(":invalid:not(fieldset)").ok().flatten());
    if first.is_some_and(|first| first.is_same_node(Some(&input))) {
        let _ = input.focus();
    }
}

/// One line of text.
#[component]
pub fn TextField(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    /// `text`, `email`, `password`, `time` …; a password gets a button that shows it.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] problem: Signal<Option<String>>,
    /// For password managers: `email`, `current-password`, `new-password`, `name` …
    #[prop(default = "off")]
    autocomplete: &'static str,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] chars_max: Option<u16>,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let id = field_id();
    let below = format!("{id}-below");
    let revealed = RwSignal::new(false);
    let (refused, problem) = own_check(value, problem);
    let password = kind == "password";
    let input = NodeRef::<leptos::html::Input>::new();
    if autofocus {
        Effect::new(move |_| {
            if let Some(input) = input.get() {
                let _ = input.focus();
            }
        });
    }
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="field__box">
                <input
                    node_ref=input
                    id=id
                    class="field__input"
                    type=move || if password && revealed.get() { "text" } else { kind }
                    autocomplete=autocomplete
                    required=required
                    maxlength=chars_max.map(|max| max.to_string())
                    placeholder=placeholder
                    spellcheck=matches!(kind, "email" | "password" | "url").then_some("false")
                    autocapitalize=matches!(kind, "email" | "password" | "url").then_some("none")
                    aria-describedby=below.clone()
                    aria-invalid=move || problem.get().is_some().then_some("true")
                    disabled=move || disabled.get()
                    bind:value=value
                    on:invalid=move |event| refuse(&event, refused)
                />
                {password.then(|| view! {
                    <button
                        type="button"
                        class="field__reveal"
                        aria-label="Show the password"
                        aria-pressed=move || if revealed.get() { "true" } else { "false" }
                        on:click=move |_| revealed.update(|revealed| *revealed = !*revealed)
                    >
                        {move || view! { <Icon icon=if revealed.get() { icon::Icon::EyeOff } else { icon::Icon::Eye }/> }}
                    </button>
                })}
            </div>
            <Below id=below hint=hint problem=problem/>
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] problem: Signal<Option<String>>,
    #[prop(default = 3)] rows: u8,
    #[prop(optional)] chars_max: Option<u16>,
    #[prop(optional, into)] placeholder: String,
) -> impl IntoView {
    let id = field_id();
    let below = format!("{id}-below");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                class="field__input field__input--area"
                rows=rows
                maxlength=chars_max.map(|max| max.to_string())
                placeholder=placeholder
                aria-describedby=below.clone()
                aria-invalid=move || problem.get().is_some().then_some("true")
                bind:value=value
            ></textarea>
            <Below id=below hint=hint problem=problem/>
        </div>
    }
}

/// One of a [`Select`]'s choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    /// What the signal gets.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl SelectOption {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One of a few, by the browser's own list.
#[component]
pub fn Select(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<SelectOption>>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] problem: Signal<Option<String>>,
    /// Keeps the label for screen readers only.
    #[prop(optional)]
    bare: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let id = field_id();
    let below = format!("{id}-below");
    view! {
        <div class="field" class:field--bare=bare>
            <label for=id.clone() class:visually-hidden=bare>{label}</label>
            <div class="field__box">
                <select
                    id=id
                    class="field__input field__input--select"
                    aria-describedby=(!bare).then(|| below.clone())
                    aria-invalid=move || problem.get().is_some().then_some("true")
                    disabled=move || disabled.get()
                    on:change=move |event| value.set(event_target_value(&event))
                >
                    {move || options.get().into_iter().map(|option| {
                        let own = option.value.clone();
                        view! {
                            <option value=option.value selected=move || value.get() == own>{option.label}</option>
                        }
                    }).collect_view()}
                </select>
                <span class="field__chevron"><Icon icon=icon::Icon::ChevronDown/></span>
            </div>
            {(!bare).then(|| view! { <Below id=below hint=hint problem=problem/> })}
        </div>
    }
}

/// On or off, at once or with the form.
#[component]
pub fn Switch(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let id = field_id();
    let below = format!("{id}-below");
    view! {
        <div class="switch">
            <div class="switch__text">
                <label for=id.clone()>{label}</label>
                <p id=below.clone() class="field__below">{hint}</p>
            </div>
            <input
                id=id
                class="switch__input"
                type="checkbox"
                role="switch"
                aria-describedby=below
                prop:checked=move || on.get()
                disabled=move || disabled.get()
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
        </div>
    }
}
