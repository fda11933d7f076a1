//! The one card of the pages outside: first run, sign-in, reset, invitation.

use leptos::prelude::*;

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

/// Rows of jacks with a lamp above each. Three cords hang between pairs; one lamp is lit.
#[component]
fn Drawing() -> impl IntoView {
    let columns = [40, 88, 136, 184, 232];
    let rows = [72, 152, 232, 312];
    let jacks = rows.into_iter().flat_map(|y| columns.into_iter().map(move |x| (x, y)));
    view! {
        <svg class="board" viewBox="0 0 272 480" preserveAspectRatio="xMidYMid slice">
            {jacks.map(|(x, y)| {
                let lit = (x, y) == (184, 152);
                view! {
                    <circle class="board__lamp" class:board__lamp--lit=lit cx=x cy=y - 26 r="4"/>
                    <circle class="board__ring" cx=x cy=y r="9"/>
                    <circle class="board__hole" cx=x cy=y r="3.5"/>
                }
            }).collect_view()}
            <circle class="board__glow" cx="184" cy="126" r="16"/>
            <path class="board__cord" d="M40 72 C 44 214, 128 226, 136 152"/>
            <path class="board__cord" d="M232 232 C 236 372, 92 392, 88 312"/>
            <path class="board__cord board__cord--live" d="M184 152 C 190 330, 132 384, 136 480"/>
            <circle class="board__plug" cx="40" cy="72" r="5"/>
            <circle class="board__plug" cx="136" cy="152" r="5"/>
            <circle class="board__plug" cx="232" cy="232" r="5"/>
            <circle class="board__plug" cx="88" cy="312" r="5"/>
            <circle class="board__plug board__plug--live" cx="184" cy="152" r="5"/>
        </svg>
    }
}
