//! A button that opens a list of things to do, moved through with the arrow keys.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, KeyboardEvent, Node};

use super::button::Tip;
use super::icon::{self, Icon};

#[derive(Clone, Copy)]
struct MenuOpen(RwSignal<bool>);

/// A menu button. `trigger` is what the button shows, `children` are [`MenuItem`]s and anything between them.
#[component]
pub fn Menu(
    /// Name of the button, and its tooltip.
    #[prop(into)]
    label: Signal<String>,
    /// Where the list goes: `"below"`, `"below-end"`, `"above"` or `"beside"` (above its end, at the side).
    #[prop(default = "below")]
    place: &'static str,
    /// Shows the label as a tooltip; not for triggers that say it themselves.
    #[prop(optional)]
    tip: Option<&'static str>,
    #[prop(default = "icon-button")] class: &'static str,
    #[prop(into)] trigger: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    provide_context(MenuOpen(open));
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();

    Effect::new(move |_| {
        if open.get() {
            request_animation_frame(move || {
                if let Some(list) = list.get_untracked() {
                    move_focus(&list, "Home");
                }
            });
        }
    });
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let key = event.key();
        match key.as_str() {
            "ArrowDown" if !open.get_untracked() => {
                event.prevent_default();
                open.set(true);
            }
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                event.stop_propagation();
                close();
            }
            _ if !open.get_untracked() => {}
            "Tab" => open.set(false),
            _ => {
                if list.get_untracked().is_some_and(|list| move_focus(&list, &key)) {
                    event.prevent_default();
                }
            }
        }
    };
    let on_focus_out = move |event: FocusEvent| {
        let to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
        let inside =
            list.get_untracked().is_some_and(|list| to.as_ref().is_some_and(|to| list.contains(Some(to))));
        let on_button =
            button.get_untracked().is_some_and(|b| to.as_ref().is_some_and(|to| b.contains(Some(to))));
        if !inside && !on_button {
            open.set(false);
        }
    };
    view! {
        <div class="menu" on:keydown=on_key on:focusout=on_focus_out>
            <button
                node_ref=button
                type="button"
                class=class
                aria-label=move || label.get()
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {trigger.run()}
                {tip.map(|place| view! { <Tip label=label key=None place=place/> })}
            </button>
            {move || open.get().then(|| view! {
                <div node_ref=list class=format!("menu__list menu__list--{place}") role="menu" aria-label=move || label.get() tabindex="-1">
                    {children()}
                </div>
            })}
        </div>
    }
}

/// One thing to do; closes the menu.
#[component]
pub fn MenuItem(
    #[prop(optional)] icon: Option<icon::Icon>,
    /// A tick before it: the one chosen now.
    #[prop(optional, into)]
    chosen: Option<Signal<bool>>,
    #[prop(optional)] danger: bool,
    #[prop(into)] on_press: Callback<()>,
    children: Children,
) -> impl IntoView {
    let open = use_context::<MenuOpen>();
    let press = move |_| {
        if let Some(MenuOpen(open)) = open {
            open.set(false);
        }
        on_press.run(());
    };
    view! {
        <button
            type="button"
            class="menu__item"
            class:menu__item--danger=danger
            role=if chosen.is_some() { "menuitemradio" } else { "menuitem" }
            aria-checked=move || chosen.map(|chosen| if chosen.get() { "true" } else { "false" })
            tabindex="-1"
            on:click=press
        >
            {icon.map(|icon| view! { <Icon icon=icon/> })}
            <span class="menu__label">{children()}</span>
            {move || chosen.is_some_and(|chosen| chosen.get()).then(|| view! { <Icon icon=icon::Icon::Check/> })}
        </button>
    }
}

/// Moves the keyboard among the items of a list, as `key` says: arrows, Home, End. Whether it did.
pub fn move_focus(list: &Element, key: &str) -> bool {
    let Ok(items) = list.query_selector_all("[role^=menuitem]:not([disabled])") else { return false };
    let count = items.length();
    let focused = document().active_element();
    let position = (0..count).find(|index| {
        let item = items.item(*index);
        focused
            .as_ref()
            .is_some_and(|focused| item.as_ref().is_some_and(|item| focused.is_same_node(Some(item))))
    });
    let next = match (key, position) {
        _ if count == 0 => return false,
        ("End", _) | ("ArrowUp" | "ArrowLeft", None | Some(0)) => count - 1,
        ("ArrowDown" | "ArrowRight", Some(position)) => (position + 1) % count,
        ("ArrowUp" | "ArrowLeft", Some(position)) => position - 1,
        ("Home" | "ArrowDown" | "ArrowRight", _) => 0,
        _ => return false,
    };
    let item = items.item(next).and_then(|item| item.dyn_into::<HtmlElement>().ok());
    item.is_some_and(|item| item.focus().is_ok())
}
