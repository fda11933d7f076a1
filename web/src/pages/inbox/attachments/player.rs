//! Sounds: voice notes with their waveform, and other audio.

use leptos::html;
use leptos::prelude::*;
use shared::{AttachmentKind, AttachmentState};
use wasm_bindgen::JsCast;
use web_sys::{HtmlMediaElement, KeyboardEvent};

use super::waveform::{HEIGHT, WIDTH, bars, clock, path};
use crate::api::messages::Attachment;
use crate::app::preferences::use_preferences;
use crate::components::Icon;
use crate::components::icon::Icon as Shape;

/// How far an arrow key goes.
const STEP_MS: i32 = 5_000;

/// Plays a sound.
pub(super) fn player(file: &Attachment) -> AnyView {
    view! { <Player file=file.clone()/> }.into_any()
}

/// Stops whatever plays: one at a time.
pub(super) fn hush() {
    let Ok(all) = document().query_selector_all("audio, video") else { return };
    for at in 0..all.length() {
        if let Some(media) = all.item(at).and_then(|node| node.dyn_into::<HtmlMediaElement>().ok())
            && !media.muted()
        {
            let _ = media.pause();
        }
    }
}

/// The browser's seconds.
#[expect(clippy::cast_possible_truncation, reason = "a sound of some hours at most")]
fn in_ms(seconds: f64) -> i32 {
    (seconds * 1000.0) as i32
}

#[component]
fn Player(file: Attachment) -> impl IntoView {
    let preferences = use_preferences();
    let audio = NodeRef::<html::Audio>::new();
    let playing = RwSignal::new(false);
    // Both in milliseconds.
    let at = RwSignal::new(0_i32);
    let length = RwSignal::new(file.duration_ms.unwrap_or_default());
    let broken = RwSignal::new(false);
    let waiting = file.state == AttachmentState::Fetching;
    let with_audio = move |act: &dyn Fn(&HtmlMediaElement)| {
        if let Some(audio) = audio.get_untracked() {
            act(&audio);
        }
    };
    Effect::new(move |_| {
        let (_, speed) = preferences.speed();
        with_audio(&|audio| audio.set_playback_rate(speed));
    });
    let toggle = move |_| {
        with_audio(&|audio| {
            if audio.paused() {
                hush();
                audio.set_playback_rate(untrack(|| preferences.speed()).1);
                let _ = audio.play();
            } else {
                let _ = audio.pause();
            }
        });
    };
    let go = move |to: i32| {
        let to = to.clamp(0, length.get_untracked().max(0));
        with_audio(&|audio| audio.set_current_time(f64::from(to) / 1000.0));
        at.set(to);
    };
    let on_key = move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => at.get_untracked() + STEP_MS,
            "ArrowLeft" | "ArrowDown" => at.get_untracked() - STEP_MS,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        go(to);
    };
    let played = move || {
        let tenths = i64::from(at.get()) * 1000 / i64::from(length.get().max(1));
        let tenths = tenths.clamp(0, 1000);
        format!("{}.{}%", tenths / 10, tenths % 10)
    };
    let speed = move || format!("{}×", preferences.speed().0);
    let voice = file.kind == AttachmentKind::Voice;
    let drawn = path(&bars(file.waveform.as_deref().unwrap_or_default()));
    let wave = move |class: &'static str| {
        view! {
            <svg class=class viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                <path d=drawn.clone()/>
            </svg>
        }
    };
    let what = if voice { "voice message" } else { "audio" };
    let title = (!voice).then(|| view! { <p class="player__title" dir="auto">{file.name.clone()}</p> });
    let (url, download) = (file.url.clone(), file.name.clone());
    view! {
        <div class="player" aria-busy=waiting.then_some("true")>
            {(!waiting).then(|| view! {
                <audio
                    node_ref=audio
                    src=url.clone()
                    preload=if file.duration_ms.is_some() { "none" } else { "metadata" }
                    on:play=move |_| playing.set(true)
                    on:pause=move |_| playing.set(false)
                    on:timeupdate=move |_| with_audio(&|audio| at.set(in_ms(audio.current_time())))
                    on:ended=move |_| at.set(0)
                    on:loadedmetadata=move |_| with_audio(&|audio| {
                        if audio.duration().is_finite() {
                            length.set(in_ms(audio.duration()));
                        }
                    })
                    on:error=move |_| broken.set(true)
                ></audio>
            })}
            <button
                type="button"
                class="player__play"
                disabled=move || waiting || broken.get()
                aria-label=move || format!("{} the {what}", if playing.get() { "Pause" } else { "Play" })
                on:click=toggle
            >
                {move || view! { <Icon icon=if playing.get() { Shape::Pause } else { Shape::Play } size=20/> }}
            </button>
            <div class="player__middle">
                {title}
                <div class="player__wave" class:player__wave--line=!voice style:--played=played>
                    {wave("player__bars")}
                    {wave("player__bars player__bars--played")}
                    <input
                        type="range"
                        class="player__seek"
                        min="0"
                        step="100"
                        max=move || length.get().max(1)
                        prop:value=move || at.get()
                        disabled=waiting
                        aria-label="Position"
                        aria-valuetext=move || format!("{} of {}", clock(at.get()), clock(length.get()))
                        on:input=move |event| {
                            if let Ok(to) = event_target_value(&event).parse() {
                                go(to);
                            }
                        }
                        on:keydown=on_key
                    />
                </div>
            </div>
            <span class="player__time">
                {move || if waiting { "…".to_owned() } else { clock(if playing.get() || at.get() > 0 { at.get() } else { length.get() }) }}
            </span>
            <button
                type="button"
                class="player__speed"
                dir="ltr"
                disabled=waiting
                aria-label=move || format!("Speed: {}", speed())
                title="Speed"
                on:click=move |_| preferences.next_speed()
            >
                {speed}
            </button>
            {move || broken.get().then(|| view! {
                <p class="player__broken">
                    "This browser cannot play it. "<a href=url.clone() download=download.clone()>"Download"</a>
                </p>
            })}
        </div>
    }
}
