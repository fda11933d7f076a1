//! The one card of the pages outside: first run, sign-in, reset, invitation.

use leptos::prelude::*;
use web_sys::SubmitEvent;

use crate::components::{Button, Form, FormNote, Look};

/// A card with a quiet drawing of lamps and cords at its left.
#[component]
pub fn Door(#[prop(into)] title: String, #[prop(into)] text: String, children: Children) -> impl IntoView {
    view! {
        <main class="door">
            <div class="door__card">
                <div class="door__side" aria-hidden="true"><Drawing/></div>
                <div class="door__content">
                    <p class="door__brand"><Mark/>"Switchboard"</p>
                    <h1 class="door__title" tabindex="-1">{title}</h1>
                    <p class="door__text">{text}</p>
                    {children()}
                </div>
            </div>
        </main>
    }
}

/// The form on the card: fields, what went wrong, the one button, and at most one way elsewhere.
#[component]
pub fn DoorForm(
    form: Form,
    #[prop(into)] on_submit: Callback<()>,
    /// The button's words.
    submit: &'static str,
    /// Where else to go, and its words.
    #[prop(optional)]
    aside: Option<(&'static str, &'static str)>,
    children: Children,
) -> impl IntoView {
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        on_submit.run(());
    };
    view! {
        <form class="form" on:submit=send>
            {children()}
            <FormNote form=form/>
            <Button look=Look::Primary submit=true busy=form.busy>{submit}</Button>
            {aside.map(|(href, words)| view! { <Aside href=href words=words/> })}
        </form>
    }
}

/// A quiet way elsewhere.
#[component]
pub fn Aside(href: &'static str, words: &'static str) -> impl IntoView {
    view! { <p class="form__aside"><a href=href>{words}</a></p> }
}

/// Two jacks, one cord, one lit lamp.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <rect class="mark__board" x="1" y="1" width="22" height="22" rx="6"/>
            <path class="mark__cord" d="M7 9.500v2.500a5 5 0 0 0 10 0"/>
            <circle class="mark__jack" cx="7" cy="8" r="2"/>
            <circle class="mark__lamp" cx="17" cy="8" r="2.500"/>
        </svg>
    }
}

/// Rows of jacks with a lamp above each. Cords hang between pairs; one lamp is lit, and its cord is in use. Drawn
/// taller than any card, and cut off at the bottom.
#[component]
fn Drawing() -> impl IntoView {
    let columns = [40, 88, 136, 184, 232];
    let rows = (0..10).map(|row| 72 + row * 80);
    let jacks = rows.flat_map(|y| columns.into_iter().map(move |x| (x, y)));
    let plugs = [(40, 152), (136, 232), (232, 312), (88, 392), (40, 552), (136, 472)];
    view! {
        <svg class="board" viewBox="0 0 272 840" preserveAspectRatio="xMidYMin slice">
            {jacks.map(|(x, y)| view! {
                <circle class="board__lamp" class:board__lamp--lit=(x, y) == (184, 72) cx=x cy=y - 26 r="4"/>
                <circle class="board__ring" cx=x cy=y r="9"/>
                <circle class="board__hole" cx=x cy=y r="3.5"/>
            }).collect_view()}
            <circle class="board__glow" cx="184" cy="46" r="14"/>
            <path class="board__cord" d="M40 152 C 44 300, 128 318, 136 232"/>
            <path class="board__cord" d="M232 312 C 236 456, 92 478, 88 392"/>
            <path class="board__cord" d="M40 552 C 46 690, 140 640, 136 472"/>
            <path class="board__cord board__cord--live" d="M184 72 C 204 330, 148 420, 160 840"/>
            {plugs.map(|(x, y)| view! { <circle class="board__plug" cx=x cy=y r="5"/> }).collect_view()}
            <circle class="board__plug board__plug--live" cx="184" cy="72" r="5"/>
        </svg>
    }
}
