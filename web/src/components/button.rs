//! Buttons.

use leptos::prelude::*;
use web_sys::MouseEvent;

use super::icon::{self, Icon};
use super::kbd::Kbd;
use crate::app::actions::Key;

/// How much a button asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// The one thing to do here.
    Primary,
    /// Any other.
    #[default]
    Plain,
    /// Text only.
    Quiet,
    /// Takes something away.
    Danger,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Plain => "button",
            Self::Quiet => "button button--quiet",
            Self::Danger => "button button--danger",
        }
    }
}

/// A button with words. While `busy` it keeps its width, says so and cannot be pressed again.
#[component]
pub fn Button(
    #[prop(optional)] look: Look,
    /// Submits its form instead of calling `on_press`.
    #[prop(optional)]
    submit: bool,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] icon: Option<icon::Icon>,
    #[prop(optional, into)] on_press: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    let press = move |event: MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(event);
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=look.class()
            class:button--busy=move || busy.get()
            aria-busy=move || busy.get().then_some("true")
            disabled=move || disabled.get()
            on:click=press
        >
            {icon.map(|icon| view! { <Icon icon=icon/> })}
            <span>{children()}</span>
        </button>
    }
}

/// A button with an icon only: `label` is its name, and its tooltip together with its key.
#[component]
pub fn IconButton(
    icon: icon::Icon,
    #[prop(into)] label: Signal<String>,
    /// Shown in the tooltip; registering the action is the caller's.
    #[prop(optional)]
    key: Option<Key>,
    #[prop(optional, into)] pressed: Option<Signal<bool>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(default = 20)] size: u8,
    /// Where the tooltip goes: `"above"`, `"below"` or `"beside"`.
    #[prop(default = "below")]
    tip: &'static str,
    #[prop(into)] on_press: Callback<MouseEvent>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label=move || label.get()
            aria-pressed=move || pressed.map(|pressed| if pressed.get() { "true" } else { "false" })
            aria-keyshortcuts=key.and_then(Key::aria)
            disabled=move || disabled.get()
            on:click=move |event| on_press.run(event)
        >
            <Icon icon=icon size=size/>
            <Tip label=label key=key place=tip/>
        </button>
    }
}

/// The tooltip inside an icon button or an icon link; shown by CSS on hover and on keyboard focus.
#[component]
pub fn Tip(#[prop(into)] label: Signal<String>, key: Option<Key>, place: &'static str) -> impl IntoView {
    view! {
        <span class=format!("tip tip--{place}") aria-hidden="true">
            {move || label.get()}
            {key.map(|key| view! { <Kbd key=key/> })}
        </span>
    }
}
